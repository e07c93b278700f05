//! Where a sealed store and its vault lie.

use kyc_persist::{MemoryStore, MemoryVault, RedbStore, SledStore, Store, Vault};
use tempfile::TempDir;

use crate::asks::reopened;

/// Opened again and again.
pub(super) trait Place {
    type Store: Store + 'static;
    type Vault: Vault + 'static;

    fn open(&self) -> (Self::Store, Self::Vault);
}

pub(super) struct Sled(pub(super) TempDir);
pub(super) struct Redb(pub(super) TempDir);

impl Place for (MemoryStore, MemoryVault) {
    type Store = MemoryStore;
    type Vault = MemoryVault;

    fn open(&self) -> (MemoryStore, MemoryVault) {
        self.clone()
    }
}

impl Place for Sled {
    type Store = SledStore;
    type Vault = SledStore;

    fn open(&self) -> (SledStore, SledStore) {
        ["store", "vault"]
            .map(|name| reopened(|| SledStore::open(self.0.path().join(name))))
            .into()
    }
}

impl Place for Redb {
    type Store = RedbStore;
    type Vault = RedbStore;

    fn open(&self) -> (RedbStore, RedbStore) {
        ["store", "vault"]
            .map(|name| reopened(|| RedbStore::open(self.0.path().join(name))))
            .into()
    }
}
