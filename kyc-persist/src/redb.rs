//! redb 4 as an engine: every acknowledged commit lies in a log, redb's own file follows, and opening reads all of both.
//!
//! - A batch is committed to redb without durability, so that nobody waits for the disk to see it, and
//!   [`sync`](Engine::sync) writes it to the [log](self::log): one sync, where redb takes two and writes many pages.
//! - When the log is full, everything before is committed with [`Durability::Immediate`], and the log begins anew. What it
//!   still holds after a crash is written again when the store is opened.
//! - That commit is in two phases: with one, redb takes a damaged page for a write that was cut off and goes back to the
//!   commit before, and acknowledged commits are gone without a word. With two, damage is [`StoreError::Corrupt`].
//! - Pages are not checked when they are read, so all checksums are when the file is opened.
//! - A file comes into being under another name, so that an empty or cut file is never taken for a new one.
//! - Our lock is a file of its own, as sled's is: a directory that is in use is [`StoreError::InUse`].

mod log;

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use redb::backends::FileBackend;
use redb::{
    AccessGuard, Builder, CommitError, Database, DatabaseError, Durability, ReadOnlyTable,
    ReadableDatabase, StorageBackend, StorageError, TableDefinition, TableError, TransactionError,
    WriteTransaction,
};

use self::log::{Log, Standing};
use crate::kv::{Change, Engine, KvStore, Pair};
use crate::{StoreError, files};

/// A store in a directory of its own, for one machine.
pub type RedbStore = KvStore<Redb>;

/// How much of the data is held in memory at most, in bytes.
const CACHE: usize = 64 * 1024 * 1024;

/// How long the log is, in bytes: some thousand commits.
const LOG_LENGTH: u64 = 8 * 1024 * 1024;

/// How much may be in the log and not in redb's file, by a high estimate, in bytes: what is written when it is paid, and what
/// has to be free on the disk for it.
const MOST_OWED: u64 = 128 * 1024 * 1024;

const PAIRS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("pairs");

/// Which log goes with the pairs, and which of its records are in them.
const LOG: TableDefinition<'_, (), (u128, u64, u64)> = TableDefinition::new("log");

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
        Redb::open(directory.as_ref()).and_then(Self::over)
    }
}

/// One redb database with its log, open.
pub struct Redb {
    // Dropped before the lock is released.
    db: Database,
    log: Mutex<Log>,
    _lock: Option<File>,
    directory: Option<PathBuf>,
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
        let [file, log] = ["kyc.redb", "kyc.log"].map(|name| directory.join(name));
        if !file.try_exists().map_err(world)? {
            // The log comes second: one that is alone has lost its database.
            if log.try_exists().map_err(world)? {
                return Err(CORRUPT);
            }
            create(&file)?;
        }
        sync_directories(directory).map_err(world)?;
        let begun = Instant::now();
        let db = guarded(|| builder().open(&file).map_err(refused))?;
        let disk = File::options()
            .read(true)
            .write(true)
            .create(standing(&db)?.is_none())
            .truncate(false)
            .open(&log)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => CORRUPT_LOG,
                _ => world(error),
            })?;
        sync_directories(directory).map_err(world)?;
        let disk = FileBackend::new(disk).map_err(refused)?;
        let redb = Self {
            log: Mutex::new(log_of(&db, Box::new(disk), LOG_LENGTH)?),
            db,
            _lock: Some(lock),
            directory: Some(directory.to_owned()),
        };
        tracing::info!(took_ms = begun.elapsed().as_millis(), "redb is checked");
        Ok(redb)
    }

    /// Opens the database in whatever keeps these bytes, with a log in whatever keeps those, and makes both where there are
    /// none: for storage that is no file. A log that is made is `log_length` bytes long, in whole pages of 4096. Nobody else
    /// may have them open, which nothing here looks after.
    ///
    /// # Errors
    ///
    /// As [`RedbStore::open`].
    pub fn over(
        bytes: impl StorageBackend,
        log: impl StorageBackend,
        log_length: u64,
    ) -> Result<Self, StoreError> {
        let is_new = bytes.len().map_err(world)? == 0;
        let db = guarded(|| builder().create_with_backend(bytes).map_err(refused))?;
        if is_new {
            make_table(&db)?;
        }
        Ok(Self {
            log: Mutex::new(log_of(&db, Box::new(log), log_length)?),
            db,
            _lock: None,
            directory: None,
        })
    }

    fn table(&self) -> Result<ReadOnlyTable<&'static [u8], &'static [u8]>, StoreError> {
        let reading = self.db.begin_read().map_err(not_begun)?;
        reading.open_table(PAIRS).map_err(no_table)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for Redb {
    const NAME: &'static str = "redb";
    const READS_ARE_SHORT: bool = true;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.table()?.get(key).map_err(fault)?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_> {
        let found = self
            .table()
            .and_then(|table| table.range(from..to).map_err(fault));
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
        if changes.is_empty() {
            return Ok(());
        }
        let mut log = self.log();
        log.note(&changes);
        write(&self.db, Durability::None, changes, log.standing())
    }

    fn sync(&self) -> Result<(), StoreError> {
        let mut log = self.log();
        if log.owed() <= MOST_OWED && log.keep().map_err(world)? {
            return Ok(());
        }
        pay(&self.db, &mut log)
    }

    fn owed(&self) -> u64 {
        self.log().owed()
    }

    fn pay(&self) -> Result<(), StoreError> {
        pay(&self.db, &mut self.log())
    }

    fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }
}

impl fmt::Debug for Redb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Redb")
    }
}

/// The log that goes with a database: a new one where there was none, and otherwise that which was left, with what it held in
/// the database's own file.
fn log_of(db: &Database, disk: Box<dyn StorageBackend>, length: u64) -> Result<Log, StoreError> {
    let Some(standing) = standing(db)? else {
        let log = Log::make(disk, length)?;
        adopt(db, log.standing())?;
        return Ok(log);
    };
    let (log, changes) = Log::open(disk, standing)?;
    if !changes.is_empty() {
        tracing::info!(
            changes = changes.len(),
            "redb takes from its log what it does not have"
        );
        write(db, Durability::Immediate, changes, log.standing())?;
    }
    Ok(log)
}

/// What the database knows of its log; nothing before it has one.
fn standing(db: &Database) -> Result<Option<Standing>, StoreError> {
    let reading = db.begin_read().map_err(not_begun)?;
    let table = match reading.open_table(LOG) {
        Err(TableError::TableDoesNotExist(_)) => return Ok(None),
        table => table.map_err(no_table)?,
    };
    let known = table.get(()).map_err(fault)?.ok_or(CORRUPT)?;
    let (name, length, number) = known.value();
    Ok(Some(Standing {
        name,
        length,
        number,
    }))
}

/// Lets a database have a log from now on.
fn adopt(db: &Database, standing: Standing) -> Result<(), StoreError> {
    let writing = begin(db, Durability::Immediate)?;
    match writing.rename_table(WITHOUT_LOG, PAIRS) {
        Ok(()) | Err(TableError::TableDoesNotExist(_)) => {}
        Err(error) => return Err(no_table(error)),
    }
    drop(writing.open_table(PAIRS).map_err(no_table)?);
    note(&writing, standing)?;
    writing.commit().map_err(not_committed)
}

/// Changes what everybody sees: what was changed without durability is made durable by the next change that is.
fn write(
    db: &Database,
    durability: Durability,
    changes: Vec<Change>,
    standing: Standing,
) -> Result<(), StoreError> {
    let writing = begin(db, durability)?;
    {
        let mut table = writing.open_table(PAIRS).map_err(no_table)?;
        for (key, change) in changes {
            match change {
                Some(value) => drop(table.insert(&key[..], &value[..]).map_err(fault)?),
                None => drop(table.remove(&key[..]).map_err(fault)?),
            }
        }
    }
    note(&writing, standing)?;
    writing.commit().map_err(not_committed)
}

/// Writes everything so far to redb's own file, after which the log begins anew.
fn pay(db: &Database, log: &mut Log) -> Result<(), StoreError> {
    let writing = begin(db, Durability::Immediate)?;
    writing.commit().map_err(not_committed)?;
    log.begin_anew();
    Ok(())
}

fn begin(db: &Database, durability: Durability) -> Result<WriteTransaction, StoreError> {
    let mut writing = db.begin_write().map_err(not_begun)?;
    writing
        .set_durability(durability)
        .map_err(|error| StoreError::backend(Redb::NAME, error))?;
    writing.set_two_phase_commit(true);
    Ok(writing)
}

fn note(writing: &WriteTransaction, standing: Standing) -> Result<(), StoreError> {
    let Standing {
        name,
        length,
        number,
    } = standing;
    let mut table = writing.open_table(LOG).map_err(no_table)?;
    drop(table.insert((), (name, length, number)).map_err(fault)?);
    Ok(())
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

const CORRUPT_LOG: StoreError = StoreError::Corrupt {
    store: Redb::NAME,
    what: "log",
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
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
