//! The stores that faults are tried on: how a place for one is made, and opened again and again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kyc_persist::conformance::{Faults, FaultyStore, FaultyVault};
use kyc_persist::{
    Blobs, Kek, Keyring, MemoryStore, MemoryVault, PostgresStore, RedbStore, Safe, SealError,
    SealedStore, SledStore, Store, StoreError, Vault,
};
use tempfile::TempDir;

use crate::server;

/// Which store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Adapter {
    Memory,
    Sled,
    Redb,
    Postgres,
}

impl Adapter {
    pub(crate) const ALL: [Self; 4] = [Self::Memory, Self::Sled, Self::Redb, Self::Postgres];
    /// Those that outlive a process.
    pub(crate) const LASTING: [Self; 3] = [Self::Sled, Self::Redb, Self::Postgres];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sled => "sled",
            Self::Redb => "redb",
            Self::Postgres => "postgres",
        }
    }

    /// How it is told in a report.
    pub(crate) fn called(self, sealed: bool) -> String {
        let seal = if sealed { "sealed" } else { "plain" };
        format!("{}, {seal}", self.name())
    }
}

/// An empty place for a store, with its vault, its key and its images.
pub(crate) struct Place {
    held: Held,
    kek: Option<Kek>,
    blobs: Blobs,
}

enum Held {
    Memory(MemoryStore, MemoryVault),
    Sled(TempDir),
    Redb(TempDir),
    Postgres(server::Place),
    /// Whose server somebody else holds.
    Beyond(String),
}

/// What was opened at a place.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) blobs: Blobs,
}

impl Place {
    /// Of PostgreSQL, in the database of that server.
    pub(crate) fn new(adapter: Adapter, sealed: bool, database: &server::Place) -> Self {
        // In memory where there is a place for it: the faults are made up, and a disk only takes longer.
        let directory = || {
            let in_memory = tempfile::tempdir_in("/dev/shm");
            in_memory.or_else(|_| tempfile::tempdir()).unwrap()
        };
        Self {
            held: match adapter {
                Adapter::Memory => Held::Memory(MemoryStore::new(), MemoryVault::new()),
                Adapter::Sled => Held::Sled(directory()),
                Adapter::Redb => Held::Redb(directory()),
                Adapter::Postgres => Held::Postgres(server::Place::within(database.url())),
            },
            kek: sealed.then(Kek::random),
            blobs: Blobs::memory(),
        }
    }

    /// Where PostgreSQL is reached.
    pub(crate) fn url(&self) -> &str {
        match &self.held {
            Held::Postgres(place) => place.url(),
            Held::Beyond(url) => url,
            _ => unreachable!("it has no URL"),
        }
    }

    /// The same place of PostgreSQL, reached by another way.
    pub(crate) fn by_way_of(&self, url: &str) -> Self {
        Self {
            held: Held::Beyond(url.to_owned()),
            kek: self.kek.clone(),
            blobs: self.blobs.clone(),
        }
    }

    /// Opens it, once whoever had it open before has let go.
    pub(crate) async fn open(&self, faults: &Faults) -> Result<Opened, SealError> {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            match self.try_open(faults).await {
                Err(SealError::Store(StoreError::InUse { .. })) if Instant::now() < patience => {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                opened => return opened,
            }
        }
    }

    async fn try_open(&self, faults: &Faults) -> Result<Opened, SealError> {
        match &self.held {
            Held::Memory(store, vault) => {
                let vault = async || Ok(vault.clone());
                self.assemble(store.clone(), vault, faults).await
            }
            Held::Sled(directory) => {
                let store = SledStore::open(directory.path().join("store"))?;
                let vault = async || SledStore::open(directory.path().join("vault"));
                self.assemble(store, vault, faults).await
            }
            Held::Redb(directory) => {
                let store = RedbStore::open(directory.path().join("store"))?;
                let vault = async || RedbStore::open(directory.path().join("vault"));
                self.assemble(store, vault, faults).await
            }
            Held::Postgres(place) => self.open_postgres(place.url(), faults).await,
            Held::Beyond(url) => self.open_postgres(url, faults).await,
        }
    }

    async fn open_postgres(&self, url: &str, faults: &Faults) -> Result<Opened, SealError> {
        let open = async || PostgresStore::open_with(url, 3).await;
        let store = open().await?;
        self.assemble(store, open, faults).await
    }

    async fn assemble<S: Store + 'static, V: Vault + 'static>(
        &self,
        store: S,
        vault: impl AsyncFnOnce() -> Result<V, StoreError>,
        faults: &Faults,
    ) -> Result<Opened, SealError> {
        let store = FaultyStore::counted(store, faults);
        let Some(kek) = &self.kek else {
            return Ok(Opened {
                store: Arc::new(store),
                blobs: self.blobs.clone(),
            });
        };
        let vault = FaultyVault::counted(vault().await?, faults);
        let safe = Safe::unlock(Arc::new(vault), Keyring::new(kek.clone())).await?;
        Ok(Opened {
            store: Arc::new(SealedStore::open(store, safe.clone()).await?),
            blobs: self.blobs.clone().sealed(safe),
        })
    }
}
