//! The stores that are measured, on a disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kyc_persist::{
    Kek, Keyring, MemoryStore, MemoryVault, PostgresStore, RedbStore, Safe, SealedStore, SledStore,
    Store, Vault,
};
use tempfile::TempDir;

use crate::server;

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Memory,
    Sled,
    Redb,
    Postgres,
}

/// Connections to PostgreSQL: as many as the server of the product opens.
const CONNECTIONS: usize = 16;

impl Engine {
    /// Those that keep what they are given.
    pub(crate) const LASTING: [Self; 3] = [Self::Sled, Self::Redb, Self::Postgres];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Sled => "sled",
            Self::Redb => "redb",
            Self::Postgres => "postgres",
        }
    }

    pub(crate) fn named(name: &str) -> Self {
        let all = [Self::Memory, Self::Sled, Self::Redb, Self::Postgres];
        all.into_iter()
            .find(|engine| engine.name() == name)
            .unwrap()
    }

    /// How it is told.
    pub(crate) fn called(self, sealed: bool) -> String {
        let seal = if sealed { "sealed" } else { "plain" };
        format!("{}, {seal}", self.name())
    }
}

/// A PostgreSQL of our own on that disk, with the settings it comes with; what is asked of it can be read in full.
pub(crate) fn postgres(data: &Path) -> server::Place {
    server::Place::started_in(
        data,
        &[
            "track_activity_query_size=16384",
            "max_connections=150",
            "min_wal_size=64MB",
            "max_wal_size=1GB",
        ],
    )
}

/// An empty place for a store, and what was opened there.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) engine: Engine,
    pub(crate) sealed: bool,
    directory: Option<TempDir>,
    /// Where the store and its vault are, in PostgreSQL.
    urls: Option<(String, String)>,
    kek: Kek,
}

impl Place {
    /// On that disk, or in that database.
    pub(crate) fn new(
        engine: Engine,
        sealed: bool,
        data: &Path,
        database: Option<&server::Place>,
    ) -> Self {
        let embedded = matches!(engine, Engine::Sled | Engine::Redb);
        Self {
            engine,
            sealed,
            directory: embedded.then(|| tempfile::tempdir_in(data).unwrap()),
            urls: database
                .filter(|_| engine == Engine::Postgres)
                .map(|database| (schema(database), schema(database))),
            kek: Kek::random(),
        }
    }

    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        match self.engine {
            Engine::Memory => self.seal(MemoryStore::new(), MemoryVault::new()).await,
            Engine::Sled => {
                let open = |name| SledStore::open(self.directory().join(name)).unwrap();
                match self.sealed {
                    true => self.seal(open("store"), open("vault")).await,
                    false => Arc::new(open("store")),
                }
            }
            Engine::Redb => {
                let open = |name| RedbStore::open(self.directory().join(name)).unwrap();
                match self.sealed {
                    true => self.seal(open("store"), open("vault")).await,
                    false => Arc::new(open("store")),
                }
            }
            Engine::Postgres => {
                let (store, vault) = self.urls.as_ref().unwrap();
                let open = async |url| PostgresStore::open_with(url, CONNECTIONS).await.unwrap();
                match self.sealed {
                    true => self.seal(open(store).await, open(vault).await).await,
                    false => Arc::new(open(store).await),
                }
            }
        }
    }

    async fn seal<S: Store + 'static, V: Vault + 'static>(
        &self,
        store: S,
        vault: V,
    ) -> Arc<dyn Store> {
        if !self.sealed {
            return Arc::new(store);
        }
        let keyring = Keyring::new(self.kek.clone());
        let safe = Safe::unlock(Arc::new(vault), keyring).await.unwrap();
        Arc::new(SealedStore::open(store, safe).await.unwrap())
    }

    fn directory(&self) -> &Path {
        self.directory.as_ref().unwrap().path()
    }

    /// The bytes that an embedded store has on its disk; those it has set aside and not filled are none.
    pub(crate) fn bytes(&self) -> u64 {
        on_disk(self.directory())
    }

    /// Where the store is in PostgreSQL.
    pub(crate) fn url(&self) -> Option<&str> {
        self.urls.as_ref().map(|(store, _)| store.as_str())
    }

    /// The directory of an embedded store.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        self.directory
            .as_ref()
            .map(|directory| directory.path().to_owned())
    }
}

/// An embedded store in that directory, without a seal.
pub(crate) fn open_embedded(engine: Engine, directory: &Path) -> Box<dyn Store> {
    match engine {
        Engine::Sled => Box::new(SledStore::open(directory).unwrap()),
        Engine::Redb => Box::new(RedbStore::open(directory).unwrap()),
        Engine::Memory | Engine::Postgres => unreachable!("it lies in no directory"),
    }
}

/// A schema of its own.
pub(crate) fn schema(database: &server::Place) -> String {
    // It waits for an answer on this thread.
    let place = tokio::task::block_in_place(|| server::Place::within(database.url()));
    let url = place.url().to_owned();
    // It goes with its server.
    std::mem::forget(place);
    url
}

fn on_disk(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = fs::symlink_metadata(path).unwrap();
    if !metadata.is_dir() {
        return metadata.blocks() * 512;
    }
    let inside = fs::read_dir(path).unwrap();
    inside.map(|entry| on_disk(&entry.unwrap().path())).sum()
}
