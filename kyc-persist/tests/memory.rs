//! [`MemoryStore`] keeps the promises of a store, as far as it lives.

use kyc_persist::MemoryStore;

kyc_persist::conformance!(MemoryStore::new(), async |store| store.clone());

mod archive {
    use super::*;

    kyc_persist::archive_conformance!(MemoryStore::new(), async |store| store.clone());
}
