//! The one thread that writes: it takes all commits that are waiting, decides each on its own, writes them as one batch,
//! syncs once, and then answers each.
//!
//! Syncing is what a commit costs, so a hundred that wait together cost as much as one. A commit that is refused takes
//! nothing from the others. After a batch or a sync has failed, the thread answers nobody any more: what the kernel has
//! dropped after a failed sync, a second sync does not bring back.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{PoisonError, RwLock};

use tokio::sync::{mpsc, oneshot, watch};

use super::Engine;
use super::draft::{Draft, Promise};
use crate::StoreError;

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
}

/// How far the thread has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// How many of the written batches are on disk.
    pub(super) synced: u64,
    /// Whether a write or a sync has failed.
    pub(super) stopped: bool,
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

impl<E: Engine> Shared<E> {
    pub(super) fn new(engine: E) -> Self {
        Self {
            engine,
            written: RwLock::new(0),
            progress: watch::Sender::default(),
        }
    }

    /// Works until nobody can bring a job any more, or until a write fails.
    pub(super) fn work(&self, mut jobs: mpsc::Receiver<Job<E>>) {
        let mut group = Vec::new();
        while jobs.blocking_recv_many(&mut group, LARGEST_GROUP) > 0 {
            let mut answers = Vec::with_capacity(group.len());
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                self.keep(group.drain(..), &mut answers)
            }));
            let failure = match outcome {
                Ok(Ok(())) => None,
                Ok(Err(error)) => Some(error),
                Err(_) => Some(StoreError::Corrupt {
                    store: E::NAME,
                    what: "engine",
                }),
            };
            if failure.is_some() {
                self.progress
                    .send_modify(|progress| progress.stopped = true);
            }
            for answer in answers {
                answer(failure.clone());
            }
            if failure.is_some() {
                return;
            }
        }
    }

    fn keep(
        &self,
        group: impl Iterator<Item = Job<E>>,
        answers: &mut Vec<Answer>,
    ) -> Result<(), StoreError> {
        let mut draft = Draft::new(&self.engine);
        for job in group {
            answers.push(job(&mut draft));
        }
        let must_sync = draft.must_sync();
        let batch = draft.into_batch();
        if batch.is_empty() {
            return Ok(());
        }
        let written = {
            let mut written = self.written.write().unwrap_or_else(PoisonError::into_inner);
            *written += u64::from(must_sync);
            self.engine.write(batch)?;
            *written
        };
        if must_sync {
            self.engine.sync()?;
            self.progress
                .send_modify(|progress| progress.synced = written);
        }
        Ok(())
    }
}
