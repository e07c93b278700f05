//! The one thread that writes: it takes all commits that are waiting, decides each on its own, writes them as one batch,
//! syncs once, and then answers each.
//!
//! Syncing is what a commit costs, so a hundred that wait together cost as much as one. A commit that is refused takes
//! nothing from the others. While the disk has no room for them, they are refused before anything is written. After a batch or
//! a sync has failed, the thread answers nobody any more: what the kernel has dropped after a failed sync, a second sync does
//! not bring back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{PoisonError, RwLock};
use std::thread;

use tokio::sync::{mpsc, oneshot, watch};

use super::draft::{Draft, Promise};
use super::{Change, Engine};
use crate::{Pulse, StoreError};

/// The most commits that share one sync.
const LARGEST_GROUP: usize = 256;

/// What the thread shares with those who read.
#[derive(Debug)]
pub(super) struct Shared<E> {
    pub(super) engine: E,
    /// How many batches were written that have to be synced. Locked while one is being written, so that a reader sees
    /// all of it or nothing.
    pub(super) written: RwLock<u64>,
    pub(super) progress: watch::Sender<Progress>,
    pub(super) pulse: Pulse,
}

/// How far the thread has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// How many of the written batches are on disk.
    pub(super) synced: u64,
    /// Whether a write or a sync has failed.
    pub(super) stopped: bool,
}

/// What a reader has found.
pub(super) struct Seen<T> {
    /// How many batches were written by then: all of them have to be on disk before anything is told.
    pub(super) written: u64,
    pub(super) answer: Result<T, StoreError>,
}

/// A commit that is waiting: decides on a draft, and leaves behind the way to answer.
pub(super) type Job<E> = Box<dyn FnOnce(&mut Draft<'_, E>) -> Answer + Send>;

/// Answers one who waits: with what was decided, or with the failure of the whole group.
type Answer = Box<dyn FnOnce(Option<StoreError>) + Send>;

/// A job, and where its answer will arrive.
pub(super) fn job<E: Engine, T: Send + 'static>(
    promise: Promise,
    decide: impl FnOnce(&mut Draft<'_, E>) -> Result<T, StoreError> + Send + 'static,
) -> (Job<E>, oneshot::Receiver<Result<T, StoreError>>) {
    let (reply, answer) = oneshot::channel();
    let job = move |draft: &mut Draft<'_, E>| {
        let decided = draft.attempt(promise, decide);
        Box::new(move |failure: Option<StoreError>| {
            // Whoever has stopped waiting will find the answer under its key.
            let _ = reply.send(failure.map_or(decided, Err));
        }) as Answer
    };
    (Box::new(job), answer)
}

/// A job that brings nothing: it lets the thread look whether there is room.
pub(super) fn nothing<E>() -> Job<E> {
    Box::new(|_| Box::new(|_| ()))
}

/// Why a group was not kept.
enum Failure {
    /// Nothing was written.
    NoRoom(StoreError),
    /// Nobody knows what is on disk.
    Broken(StoreError),
}

impl<E: Engine> Shared<E> {
    pub(super) fn new(engine: E) -> Self {
        Self {
            pulse: Pulse::new(E::NAME, engine.directory()),
            engine,
            written: RwLock::new(0),
            progress: watch::Sender::default(),
        }
    }

    /// Lets a reader look who holds the lock.
    pub(super) fn look<T>(
        &self,
        written: u64,
        look: impl FnOnce(&E) -> Result<T, StoreError>,
    ) -> Seen<T> {
        let answer = catch_unwind(AssertUnwindSafe(|| look(&self.engine)));
        let answer = answer.unwrap_or(Err(StoreError::Corrupt {
            store: E::NAME,
            what: "engine",
        }));
        Seen { written, answer }
    }

    /// Works until nobody can bring a job any more, or until a write fails.
    pub(super) fn work(&self, mut jobs: mpsc::Receiver<Job<E>>) {
        let mut group = Vec::new();
        while gather(&mut jobs, &mut group) {
            let mut answers = Vec::with_capacity(group.len());
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                self.keep(group.drain(..), &mut answers)
            }));
            let (failure, stops) = match outcome {
                Ok(Ok(())) => (None, false),
                Ok(Err(Failure::NoRoom(error))) => (Some(error), false),
                Ok(Err(Failure::Broken(error))) => (Some(error), true),
                Err(_) => {
                    let what = "engine";
                    let store = E::NAME;
                    (Some(StoreError::Corrupt { store, what }), true)
                }
            };
            if stops {
                self.pulse.stop();
                self.progress
                    .send_modify(|progress| progress.stopped = true);
            }
            for answer in answers {
                answer(failure.clone());
            }
            if stops {
                return;
            }
        }
    }

    fn keep(
        &self,
        group: impl Iterator<Item = Job<E>>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), Failure> {
        let mut draft = Draft::new(&self.engine);
        for job in group {
            answers.push(job(&mut draft));
        }
        let must_sync = draft.must_sync();
        let batch = draft.into_batch();
        if batch.is_empty() {
            return match self.make_room(0) {
                Err(Failure::NoRoom(_)) => Ok(()),
                made => made,
            };
        }
        self.make_room(cost_of(&batch))?;
        let written = {
            let mut written = self.written.write().unwrap_or_else(PoisonError::into_inner);
            *written += u64::from(must_sync);
            self.engine.write(batch).map_err(Failure::Broken)?;
            *written
        };
        if must_sync {
            self.engine.sync().map_err(Failure::Broken)?;
            self.progress
                .send_modify(|progress| progress.synced = written);
        }
        self.pulse.owe(self.engine.owed());
        Ok(())
    }

    /// Room for so many bytes beside what the engine owes, which is written now where there is room for that alone.
    fn make_room(&self, bytes: u64) -> Result<(), Failure> {
        let Err(full) = self.pulse.room(bytes) else {
            return Ok(());
        };
        if !self.pulse.can_pay() {
            return Err(Failure::NoRoom(full));
        }
        self.engine.pay().map_err(Failure::Broken)?;
        self.pulse.owe(self.engine.owed());
        self.pulse.room(bytes).map_err(Failure::NoRoom)
    }
}

/// Takes the jobs that wait, or waits for one; answers whether there will be any. Those who were answered last get a turn of the
/// processor first, because what they bring next costs no sync of its own in this group.
fn gather<E: Engine>(jobs: &mut mpsc::Receiver<Job<E>>, group: &mut Vec<Job<E>>) -> bool {
    if jobs.blocking_recv_many(group, LARGEST_GROUP) == 0 {
        return false;
    }
    thread::yield_now();
    while group.len() < LARGEST_GROUP
        && let Ok(job) = jobs.try_recv()
    {
        group.push(job);
    }
    true
}

/// How many bytes a batch may cost on the disk, and rather too many: engines write whole pages, some of them twice.
fn cost_of(batch: &[Change]) -> u64 {
    const PAGE: usize = 4096;
    let of = |(key, value): &Change| PAGE + key.len() + value.as_ref().map_or(0, Vec::len);
    batch.iter().map(|pair| 4 * of(pair) as u64).sum()
}
