//! redb 4 as an engine: a batch is on disk when it is written, and opening reads the whole file.
//!
//! - It is committed in two phases: with one, redb takes a damaged page for a write that was cut off and goes back to the
//!   commit before, and what was acknowledged is gone without a word. With two, damage is [`StoreError::Corrupt`]. That is
//!   dear, so that [a log](crate::kv::Logged) takes each commit first, and redb gets many of them in one batch.
//! - Pages are not checked when they are read, so all checksums are when the file is opened.
//! - A file comes into being under another name, so that an empty or cut file is never taken for a new one.
//! - Our lock is a file of its own, as sled's is: a directory that is in use is [`StoreError::InUse`].

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use redb::{
    AccessGuard, Builder, CommitError, Database, DatabaseError, ReadOnlyTable, ReadableDatabase,
    StorageBackend, StorageError, TableDefinition, TableError, TransactionError, WriteTransaction,
};

use crate::kv::{Change, Engine, KvStore, Logged, Pair};
use crate::{StoreError, files};

/// A store in a directory of its own, for one machine.
pub type RedbStore = KvStore<Logged<Redb>>;

/// How much of the data is held in memory at most, in bytes.
const CACHE: usize = 64 * 1024 * 1024;

type Pairs = ReadOnlyTable<&'static [u8], &'static [u8]>;

const PAIRS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("pairs");

/// What the table of the pairs was called before there was a log. A program that knows no log finds no table, and nobody
/// goes on without what the log holds.
const WITHOUT_LOG: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("kyc");

impl RedbStore {
    /// Opens the store in `directory`, which is made if it is not there. Reads the whole file and its log once.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] when somebody has it open, [`StoreError::Corrupt`] when what is there is damaged,
    /// [`StoreError::Backend`] when the file system refuses.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let engine = Redb::open(directory.as_ref())?;
        Logged::open(engine, directory.as_ref()).and_then(Self::over)
    }
}

/// One redb database, open.
pub struct Redb {
    /// The pairs as they were written last, open once somebody has read them.
    pairs: Mutex<Option<Arc<Pairs>>>,
    // Dropped before the lock is released.
    db: Database,
    /// Its directory, and the lock on that.
    place: Option<(PathBuf, File)>,
}

impl Redb {
    /// Opens the database in `directory`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// As [`RedbStore::open`].
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        files::make_directory(directory).map_err(world)?;
        let lock = File::create(directory.join("lock")).map_err(world)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::InUse { store: Self::NAME },
            TryLockError::Error(error) => world(error),
        })?;
        let file = directory.join("kyc.redb");
        if !file.try_exists().map_err(world)? {
            create(&file)?;
        }
        sync_directories(directory).map_err(world)?;
        let begun = Instant::now();
        let db = guarded(|| builder().open(&file).map_err(refused))?;
        tracing::info!(took_ms = begun.elapsed().as_millis(), "redb is checked");
        rename_pairs(&db)?;
        Ok(Self {
            pairs: Mutex::default(),
            db,
            place: Some((directory.to_owned(), lock)),
        })
    }

    /// Opens the database in whatever keeps these bytes, and makes one where there are none: for storage that is no file.
    /// Nobody else may have it open, which nothing here looks after.
    ///
    /// # Errors
    ///
    /// As [`RedbStore::open`].
    pub fn over(bytes: impl StorageBackend) -> Result<Self, StoreError> {
        let is_new = bytes.len().map_err(world)? == 0;
        let db = guarded(|| builder().create_with_backend(bytes).map_err(refused))?;
        if is_new {
            make_table(&db)?;
        }
        Ok(Self {
            pairs: Mutex::default(),
            db,
            place: None,
        })
    }

    /// To open the pairs takes longer than to look for one.
    fn pairs(&self) -> Result<Arc<Pairs>, StoreError> {
        let mut pairs = self.opened();
        if let Some(pairs) = &*pairs {
            return Ok(Arc::clone(pairs));
        }
        let reading = self.db.begin_read().map_err(not_begun)?;
        let found = Arc::new(reading.open_table(PAIRS).map_err(no_table)?);
        *pairs = Some(Arc::clone(&found));
        Ok(found)
    }

    fn opened(&self) -> MutexGuard<'_, Option<Arc<Pairs>>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Redb {
    const NAME: &'static str = "redb";
    const READS_ARE_SHORT: bool = true;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.pairs()?.get(key).map_err(fault)?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_> {
        let found = self
            .pairs()
            .and_then(|pairs| pairs.range(from..to).map_err(fault));
        let found = match found {
            Ok(found) => found,
            Err(error) => return Box::new(std::iter::once(Err(error))),
        };
        match backwards {
            true => Box::new(found.rev().map(pair)),
            false => Box::new(found.map(pair)),
        }
    }

    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let writing = begin(&self.db)?;
        {
            let mut table = writing.open_table(PAIRS).map_err(no_table)?;
            for (key, change) in changes {
                match change {
                    Some(value) => drop(table.insert(&key[..], &value[..]).map_err(fault)?),
                    None => drop(table.remove(&key[..]).map_err(fault)?),
                }
            }
        }
        writing.commit().map_err(not_committed)?;
        *self.opened() = None;
        Ok(())
    }

    /// What was written is on disk.
    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn directory(&self) -> Option<&Path> {
        self.place
            .as_ref()
            .map(|(directory, _)| directory.as_path())
    }
}

impl fmt::Debug for Redb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Redb")
    }
}

/// Gives the table the name that it has since there is a log.
fn rename_pairs(db: &Database) -> Result<(), StoreError> {
    let writing = begin(db)?;
    match writing.rename_table(WITHOUT_LOG, PAIRS) {
        Ok(()) => writing.commit().map_err(not_committed),
        Err(TableError::TableDoesNotExist(_)) => writing.abort().map_err(fault),
        Err(error) => Err(no_table(error)),
    }
}

fn begin(db: &Database) -> Result<WriteTransaction, StoreError> {
    let mut writing = db.begin_write().map_err(not_begun)?;
    writing.set_two_phase_commit(true);
    Ok(writing)
}

fn not_committed(error: CommitError) -> StoreError {
    match error {
        CommitError::Storage(error) => fault(error),
        error => StoreError::backend(Redb::NAME, error),
    }
}

fn pair(found: Result<(Bytes<'_>, Bytes<'_>), StorageError>) -> Result<Pair, StoreError> {
    found
        .map(|(key, value)| (key.value().to_vec(), value.value().to_vec()))
        .map_err(fault)
}

type Bytes<'t> = AccessGuard<'t, &'static [u8]>;

/// Makes a database with an empty table, which takes its name when it is whole and on disk.
fn create(file: &Path) -> Result<(), StoreError> {
    let unfinished = file.with_extension("unfinished");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(world(error)),
        _ => {}
    }
    let db = builder().create(&unfinished).map_err(refused)?;
    make_table(&db)?;
    db.close().map_err(refused)?;
    File::open(&unfinished)
        .and_then(|unfinished| unfinished.sync_all())
        .map_err(world)?;
    fs::rename(&unfinished, file).map_err(world)
}

fn make_table(db: &Database) -> Result<(), StoreError> {
    let writing = db.begin_write().map_err(not_begun)?;
    drop(writing.open_table(PAIRS).map_err(no_table)?);
    writing.commit().map_err(not_committed)
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .set_cache_size(CACHE)
        .set_check_integrity_on_open(true);
    builder
}

/// Runs what may panic over damaged data.
fn guarded<T>(run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(CORRUPT))
}

const CORRUPT: StoreError = StoreError::Corrupt {
    store: Redb::NAME,
    what: "file",
};

fn refused(error: DatabaseError) -> StoreError {
    match error {
        // Somebody without our lock: another tool.
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { store: Redb::NAME },
        DatabaseError::RepairAborted => CORRUPT,
        DatabaseError::Storage(error) => fault(error),
        error => StoreError::backend(Redb::NAME, error),
    }
}

fn not_begun(error: TransactionError) -> StoreError {
    match error {
        TransactionError::Storage(error) => fault(error),
        error => StoreError::backend(Redb::NAME, error),
    }
}

fn no_table(error: TableError) -> StoreError {
    match error {
        TableError::Storage(error) => fault(error),
        // The table was made with the file.
        _ => CORRUPT,
    }
}

fn fault(error: StorageError) -> StoreError {
    match error {
        StorageError::Corrupted(_) => CORRUPT,
        // An empty file, one that is not redb's, or one whose end is missing.
        StorageError::Io(error)
            if matches!(
                error.kind(),
                std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof
            ) =>
        {
            CORRUPT
        }
        error => StoreError::backend(Redb::NAME, error),
    }
}

fn world(error: std::io::Error) -> StoreError {
    StoreError::backend(Redb::NAME, error)
}

/// Makes the names in the store's directory, and its own, as durable as what they name.
fn sync_directories(directory: &Path) -> std::io::Result<()> {
    let directory = directory.canonicalize()?;
    for directory in [Some(directory.as_path()), directory.parent()]
        .into_iter()
        .flatten()
    {
        files::sync(directory)?;
    }
    Ok(())
}
