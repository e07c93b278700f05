//! sled 0.34 as an engine, made durable: what its documentation leaves out is added here.
//!
//! - Its `flush` ends in `sync_file_range`, which survives a killed process and not a lost power supply
//!   ([sled#1452](https://github.com/spacejam/sled/issues/1452)): after every flush the file is synced by a handle of our
//!   own, and the directory when it is new.
//! - Its `flush_async` hangs from seven callers on ([sled#1308](https://github.com/spacejam/sled/issues/1308)): it is never
//!   called, only `flush`, by the one committer thread.
//! - Opening a damaged directory may panic: the panic becomes [`StoreError::Corrupt`].
//! - Its lock is recognised by an error text: ours is a file of its own, and a directory that is in use is
//!   [`StoreError::InUse`].

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sled::{Batch, Db, Mode};

use crate::kv::{Change, Engine, KvStore, Logged, Pair};
use crate::{StoreError, files};

/// A store in a directory of its own, for development and small installations.
pub type SledStore = KvStore<Logged<Sled>>;

/// How much of the data is held in memory at most, in bytes.
const CACHE: u64 = 64 * 1024 * 1024;

/// How often, and how far apart, sled's own lock is asked for.
const LOCK_TRIES: usize = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// sled's own directory.
const INNER: &str = "kyc.sled";

/// What sled's directory was called before there was a log. A program that knows no log finds a file there, and does not go
/// on without what the log holds.
const WITHOUT_LOG: &str = "sled";

const MARK: &str = "This store is in kyc.sled, with kyc.log before it.\n";

impl SledStore {
    /// Opens the store in `directory`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`] when somebody has it open, [`StoreError::Corrupt`] when what is there is damaged,
    /// [`StoreError::Backend`] when the file system refuses.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let engine = Sled::open(directory.as_ref())?;
        Logged::open(engine, directory.as_ref()).and_then(Self::over)
    }
}

/// One sled database, open.
pub struct Sled {
    // Dropped before the lock is released.
    db: Db,
    file: File,
    _lock: File,
    directory: PathBuf,
}

impl Sled {
    /// Opens the database in `directory`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// As [`SledStore::open`].
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        files::make_directory(directory).map_err(world)?;
        let lock = File::create(directory.join("lock")).map_err(world)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::InUse { store: Self::NAME },
            TryLockError::Error(error) => world(error),
        })?;
        let [inner, before] = [INNER, WITHOUT_LOG].map(|name| directory.join(name));
        if before.is_dir() {
            fs::rename(&before, &inner).map_err(world)?;
            // Moved for good before something else gets its name.
            files::sync(directory).map_err(world)?;
        }
        if !before.try_exists().map_err(world)? {
            fs::write(&before, MARK).map_err(world)?;
        }
        if !inner.try_exists().map_err(world)? {
            create(&inner)?;
        }
        let db = open(&inner)?;
        let file = File::open(inner.join("db")).map_err(world)?;
        let engine = Self {
            db,
            file,
            _lock: lock,
            directory: directory.to_owned(),
        };
        engine.sync()?;
        sync_directories(directory).map_err(world)?;
        Ok(engine)
    }
}

impl Engine for Sled {
    const NAME: &'static str = "sled";
    const READS_ARE_SHORT: bool = true;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.db.get(key).map_err(fault)?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_> {
        let found = self.db.range(from.to_vec()..to.to_vec());
        let pair = |found: sled::Result<(sled::IVec, sled::IVec)>| {
            found
                .map(|(key, value)| (key.to_vec(), value.to_vec()))
                .map_err(fault)
        };
        match backwards {
            true => Box::new(found.rev().map(pair)),
            false => Box::new(found.map(pair)),
        }
    }

    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for (key, change) in changes {
            match change {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        // On one tree a batch is what a transaction is: written under one peg of the log and recovered as a whole.
        self.db.apply_batch(batch).map_err(fault)
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.db.flush().map_err(fault)?;
        self.file.sync_data().map_err(world)
    }

    fn directory(&self) -> Option<&Path> {
        Some(&self.directory)
    }
}

impl fmt::Debug for Sled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // sled's own Debug would print what is stored.
        formatter.write_str("Sled")
    }
}

/// Makes an empty database, which takes its name when it is whole: sled does not open again what was killed while it wrote its
/// configuration.
fn create(inner: &Path) -> Result<(), StoreError> {
    let unfinished = inner.with_extension("unfinished");
    match fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(world(error)),
        _ => {}
    }
    let db = open(&unfinished)?;
    db.flush().map_err(fault)?;
    drop(db);
    sync_entries(&unfinished).map_err(world)?;
    fs::rename(&unfinished, inner).map_err(world)
}

/// Opens a database that nobody else can have open, because we hold the lock.
///
/// sled has a lock of its own, and threads that may still be putting it down when the last handle of a store of this
/// process is gone.
fn open(directory: &Path) -> Result<Db, StoreError> {
    let config = sled::Config::new()
        .path(directory)
        .cache_capacity(CACHE)
        .mode(Mode::HighThroughput)
        // Nothing is written behind the committer's back.
        .flush_every_ms(None);
    for _ in 0..LOCK_TRIES {
        match guarded("directory", || config.open()) {
            Err(StoreError::Backend { source, .. })
                if source.to_string().contains("acquire lock") =>
            {
                std::thread::sleep(LOCK_PAUSE);
            }
            opened => return opened,
        }
    }
    Err(StoreError::InUse { store: Sled::NAME })
}

/// Runs what may panic over damaged data.
fn guarded<T>(what: &'static str, run: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(answer) => answer.map_err(fault),
        Err(_) => Err(StoreError::Corrupt {
            store: Sled::NAME,
            what,
        }),
    }
}

fn fault(error: sled::Error) -> StoreError {
    match error {
        sled::Error::Corruption { .. } | sled::Error::ReportableBug(_) => StoreError::Corrupt {
            store: Sled::NAME,
            what: "log",
        },
        error => StoreError::backend(Sled::NAME, error),
    }
}

fn world(error: std::io::Error) -> StoreError {
    StoreError::backend(Sled::NAME, error)
}

fn sync_entries(directory: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        File::open(entry.path())?.sync_all()?;
    }
    Ok(())
}

/// Makes the names in the store's directories as durable as what they name.
fn sync_directories(directory: &Path) -> std::io::Result<()> {
    let parent = directory.canonicalize()?.parent().map(Path::to_path_buf);
    let inner = directory.join(INNER);
    sync_entries(&inner)?;
    for directory in [Some(inner), Some(directory.to_path_buf()), parent]
        .into_iter()
        .flatten()
    {
        files::sync(&directory)?;
    }
    Ok(())
}
