//! An engine behind a log: every acknowledged commit lies in the log, the engine follows, and opening reads both.
//!
//! - A batch is kept in memory, over what the engine has, and [`sync`](Engine::sync) writes it to the [log](self::log) with
//!   one sync.
//! - When half of the log is full, a thread gives the engine all that is in it, as one batch, while the log goes on in its
//!   other half. What the engine does not have after a crash is given to it from the log when the store is opened.
//! - In each of these batches the engine is told which records of the log it has. An engine that has less than that, because
//!   it took damage for a write that was cut off, gets the records that are missing again where the log still has them;
//!   otherwise it is [`StoreError::Corrupt`].

mod disk;
mod log;
mod payer;
mod recent;

use std::fmt;
use std::fs::File;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use self::log::{Log, Standing};
use self::payer::Payer;
use self::recent::{Changes, Passing, Recent};
use super::keys::LOG;
use super::{Change, Engine, Pair, merged};
use crate::{StoreError, files};

pub use self::disk::Disk;

/// How long the log is, in bytes: some thousand commits.
const LENGTH: u64 = 8 * 1024 * 1024;

/// How much may be in a half of the log and not in the engine, by a high estimate, in bytes: what is written when it is paid.
/// So much has to be free on the disk for each half.
const MOST_OWED: u64 = 64 * 1024 * 1024;

/// An engine with a log before it.
pub struct Logged<E: Engine> {
    payer: Option<Payer>,
    log: Mutex<Log>,
    base: Arc<Base<E>>,
}

/// The engine, and what it has yet to get.
struct Base<E> {
    engine: E,
    recent: Mutex<Recent>,
    /// Held by who writes to the engine.
    paying: Mutex<()>,
    /// Why nothing is written any more.
    failure: OnceLock<StoreError>,
}

impl<E: Engine> Logged<E> {
    /// An engine that lies in `directory`, with a log beside it: the one that was left, and a new one where the engine knows
    /// of none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the log is missing, another's, or lacks what the engine has not; what the file system and
    /// the engine answer.
    pub fn open(engine: E, directory: &Path) -> Result<Self, StoreError> {
        let log = File::options()
            .read(true)
            .write(true)
            .create(standing(&engine)?.is_none())
            .truncate(false)
            .open(directory.join("kyc.log"))
            .map_err(|error| match error.kind() {
                ErrorKind::NotFound => log::corrupt(E::NAME),
                _ => StoreError::backend(E::NAME, error),
            })?;
        files::sync(directory).map_err(|error| StoreError::backend(E::NAME, error))?;
        Self::over(engine, log, LENGTH)?.with_payer()
    }

    /// An engine with a log on any disk. One that is made is `length` bytes long, in whole pages of 4096. Nobody else may have
    /// it open, which nothing here looks after. What leaves the log is written by the next who needs the room.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn over(engine: E, log: impl Disk, length: u64) -> Result<Self, StoreError> {
        let log = log_of(&engine, Box::new(log), length)?;
        Ok(Self {
            payer: None,
            log: Mutex::new(log),
            base: Arc::new(Base {
                engine,
                recent: Mutex::default(),
                paying: Mutex::default(),
                failure: OnceLock::new(),
            }),
        })
    }

    /// With a thread that gives the engine by itself what leaves the log.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] when the system gives no thread.
    pub fn with_payer(mut self) -> Result<Self, StoreError> {
        self.payer = Some(Payer::start(Arc::clone(&self.base))?);
        Ok(self)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        locked(&self.log)
    }

    /// Writes to the log what was not kept yet; answers whether there was room for it.
    fn keep(&self, log: &mut Log) -> Result<bool, StoreError> {
        log.keep()
            .map_err(|error| self.base.fail(StoreError::backend(E::NAME, error)))
    }

    /// Lets the log go on in its other half. What that held is in the engine by then, and what this one holds leaves for it.
    fn turn(&self, log: &mut Log) -> Result<(), StoreError> {
        self.base.pay()?;
        locked(&self.base.recent).leave(log.standing(), log.owed());
        log.turn();
        Ok(())
    }

    /// Gives the engine everything, also what was never synced.
    fn pay_all(&self, log: &mut Log) -> Result<(), StoreError> {
        self.turn(log)?;
        self.base.pay()?;
        log.begin_anew();
        Ok(())
    }
}

impl<E: Engine> Base<E> {
    /// Gives the engine what is leaving, if anything is; waits for whoever is at it.
    fn pay(&self) -> Result<(), StoreError> {
        let _paying = locked(&self.paying);
        self.check()?;
        let Some(leaving) = locked(&self.recent).leaving().cloned() else {
            return Ok(());
        };
        let given = catch_unwind(AssertUnwindSafe(|| {
            give(&self.engine, &leaving.changes, leaving.standing)
        }));
        given
            .unwrap_or(Err(StoreError::Corrupt {
                store: E::NAME,
                what: "engine",
            }))
            .map_err(|error| self.fail(error))?;
        // So many are not freed while others wait.
        let arrived = locked(&self.recent).arrive();
        drop(arrived);
        Ok(())
    }

    /// Whether everything that was to be written was.
    fn check(&self) -> Result<(), StoreError> {
        self.failure
            .get()
            .map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Nothing is written from now on: nobody knows what the disk holds.
    fn fail(&self, error: StoreError) -> StoreError {
        self.failure.get_or_init(|| error).clone()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The log that goes with an engine: a new one where there was none, and otherwise that which was left, with what it held in
/// the engine.
fn log_of<E: Engine>(engine: &E, disk: Box<dyn Disk>, length: u64) -> Result<Log, StoreError> {
    let Some(standing) = standing(engine)? else {
        let log = Log::make(E::NAME, disk, length)?;
        give(engine, &Changes::new(), log.standing())?;
        return Ok(log);
    };
    let (log, changes) = Log::open(E::NAME, disk, standing)?;
    // Of a key that was changed again and again, the last is left.
    let changes: Changes = changes.into_iter().collect();
    if !changes.is_empty() {
        tracing::info!(
            store = E::NAME,
            changes = changes.len(),
            "taken from the log"
        );
        give(engine, &changes, log.standing())?;
    }
    Ok(log)
}

/// Writes changes to the engine, tells it from which of the log's records they come, and syncs it.
fn give<E: Engine>(engine: &E, changes: &Changes, standing: Standing) -> Result<(), StoreError> {
    let known = (LOG.to_vec(), Some(standing.encode()));
    let changes = changes
        .iter()
        .map(|(key, change)| (key.clone(), change.clone()));
    engine.write(changes.chain([known]).collect())?;
    engine.sync()
}

/// What the engine knows of its log; nothing before it has one.
fn standing<E: Engine>(engine: &E) -> Result<Option<Standing>, StoreError> {
    let Some(known) = engine.get(LOG)? else {
        return Ok(None);
    };
    let standing = Standing::decode(&known);
    standing.map(Some).ok_or_else(|| log::corrupt(E::NAME))
}

impl<E: Engine> Drop for Logged<E> {
    /// Leaves nothing in the log that the engine does not have, so that it opens quickly.
    fn drop(&mut self) {
        self.payer = None;
        let is_paid = self.base.check().is_err() || self.pay().is_ok();
        if !is_paid {
            tracing::warn!(
                store = E::NAME,
                "closed with a log that is yet to be taken from"
            );
        }
    }
}

impl<E: Engine> Engine for Logged<E> {
    const NAME: &'static str = E::NAME;
    const READS_ARE_SHORT: bool = E::READS_ARE_SHORT;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        // What leaves is in the engine by the time that it is gone from memory.
        if let Some(change) = locked(&self.base.recent).change(key) {
            return Ok(change.clone());
        }
        self.base.engine.get(key)
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_> {
        let (changes, found) = {
            let recent = locked(&self.base.recent);
            (recent.both(), self.base.engine.scan(from, to, backwards))
        };
        let found = found.filter(|pair| !matches!(pair, Ok((key, _)) if key == LOG));
        let [newest, leaving] = changes.map(|all| Passing::new(all, from, to, backwards));
        let found = merged(leaving, found, backwards);
        Box::new(merged(newest, found, backwards))
    }

    fn write(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        self.log().note(&changes);
        locked(&self.base.recent).take(changes);
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.base.check()?;
        let mut log = self.log();
        if log.owed() <= MOST_OWED && self.keep(&mut log)? {
            return Ok(());
        }
        self.turn(&mut log)?;
        if !self.keep(&mut log)? {
            return self.pay_all(&mut log);
        }
        if let Some(payer) = &self.payer {
            payer.wake();
        }
        Ok(())
    }

    fn owed(&self) -> u64 {
        let leaving = locked(&self.base.recent)
            .leaving()
            .map(|leaving| leaving.owed);
        self.log().owed() + leaving.unwrap_or_default()
    }

    fn pay(&self) -> Result<(), StoreError> {
        self.pay_all(&mut self.log())
    }

    fn directory(&self) -> Option<&Path> {
        self.base.engine.directory()
    }
}

impl<E: Engine> fmt::Debug for Logged<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.engine.fmt(formatter)
    }
}
