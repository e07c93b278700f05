//! A sealed store keeps the promises of the store within it.

use std::sync::Arc;

use kyc_persist::{Kek, Keyring, MemoryStore, MemoryVault, Safe, SealedStore, SledStore};
use tempfile::TempDir;

mod over_memory {
    use super::*;

    kyc_persist::conformance!(Place::new(MemoryStore::new()), async |place| {
        place.sealed(place.held.clone()).await
    });
}

mod over_sled {
    use super::*;

    kyc_persist::conformance!(
        Place::new(tempfile::tempdir().unwrap()),
        async |place: &Place<TempDir>| {
            place.sealed(SledStore::open(&place.held).unwrap()).await
        }
    );
}

/// A place for a store, with the vault and the key that belong to it.
struct Place<P> {
    held: P,
    vault: MemoryVault,
    kek: Kek,
}

impl<P> Place<P> {
    fn new(held: P) -> Self {
        Self {
            held,
            vault: MemoryVault::new(),
            kek: Kek::random(),
        }
    }

    async fn sealed<S: kyc_persist::Store>(&self, store: S) -> SealedStore<S> {
        let keyring = Keyring::new(self.kek.clone());
        let safe = Safe::unlock(Arc::new(self.vault.clone()), keyring);
        SealedStore::open(store, safe.await.unwrap()).await.unwrap()
    }
}
