//! [`SledStore`] keeps the promises of a store.

use kyc_persist::SledStore;

kyc_persist::conformance!(tempfile::tempdir().unwrap(), async |place| SledStore::open(
    place
)
.unwrap());

mod archive {
    use super::*;

    kyc_persist::archive_conformance!(tempfile::tempdir().unwrap(), async |place| SledStore::open(
        place
    )
    .unwrap());
}
