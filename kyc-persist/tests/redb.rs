//! [`RedbStore`] keeps the promises of a store.

use kyc_persist::RedbStore;

kyc_persist::conformance!(tempfile::tempdir().unwrap(), async |place| RedbStore::open(
    place
)
.unwrap());

mod archive {
    use super::*;

    kyc_persist::archive_conformance!(tempfile::tempdir().unwrap(), async |place| RedbStore::open(
        place
    )
    .unwrap());
}
