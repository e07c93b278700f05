//! [`SledStore`] keeps the promises of a store.

use kyc_persist::SledStore;

kyc_persist::conformance!(tempfile::tempdir().unwrap(), async |place| SledStore::open(
    place
)
.unwrap());
