//! A store over any engine: short reads at once, long ones on blocking threads, writes through the one committer.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::thread::{Builder, JoinHandle};

use async_trait::async_trait;
use kyc_core::journal::{Entry, Hash};
use kyc_core::{Key, Timestamp};
use tokio::sync::{mpsc, watch};

use super::committer::{Job, Progress, Seen, Shared, job, nothing};
use super::draft::{Draft, Promise};
use super::{Engine, grants, outbox, rows};
use crate::{
    Commit, Committed, Grant, Grants, Kept, Lease, Outbound, OutboundId, Page, Pulse, Query,
    Receiver, Row, Settled, Store, StoreError,
};

/// How many commits may wait before those who bring more have to wait as well.
const LONGEST_QUEUE: usize = 1_024;

/// Keeps sessions in an embedded [`Engine`].
///
/// It needs a tokio runtime to be called on, and does not block it for longer than a [short read](Engine::READS_ARE_SHORT)
/// takes. Dropping it waits until every commit that was handed over is answered and the engine is closed.
pub struct KvStore<E: Engine> {
    shared: Arc<Shared<E>>,
    /// Nothing only while it is being dropped.
    jobs: Option<mpsc::Sender<Job<E>>>,
    committer: Option<JoinHandle<()>>,
}

impl<E: Engine> KvStore<E> {
    /// A store over `engine`, with a committer thread of its own.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] when the system gives no thread.
    pub fn over(engine: E) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::new(engine));
        let (jobs, waiting) = mpsc::channel(LONGEST_QUEUE);
        let committer = mpsc::Sender::downgrade(&jobs);
        shared.pulse.paid_by(move || {
            // Where the queue is full, somebody else is sent for it.
            let sent = committer.upgrade().map(|jobs| jobs.try_send(nothing()));
            drop(sent);
        });
        let committer = Builder::new()
            .name(format!("{}-committer", E::NAME))
            .spawn({
                let shared = Arc::clone(&shared);
                move || shared.work(waiting)
            })
            .map_err(|error| StoreError::backend(E::NAME, error))?;
        Ok(Self {
            shared,
            jobs: Some(jobs),
            committer: Some(committer),
        })
    }

    /// Tells from then on whether it still takes writes, also once it is closed.
    pub fn pulse(&self) -> Pulse {
        self.shared.pulse.clone()
    }

    /// Reads what is on disk, on a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&E) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let progress = self.going()?;
        let seen = self.look_elsewhere(look).await?;
        Self::tell(progress, seen).await
    }

    /// Reads a few keys of what is on disk: at once, where the engine is quick and nothing is being written. Another thread
    /// takes longer to wake up than to look.
    pub(super) async fn glance<T: Send + 'static>(
        &self,
        look: impl FnOnce(&E) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let progress = self.going()?;
        let seen = match self.look_here(look) {
            Ok(seen) => seen,
            Err(look) => self.look_elsewhere(look).await?,
        };
        Self::tell(progress, seen).await
    }

    fn going(&self) -> Result<watch::Receiver<Progress>, StoreError> {
        let progress = self.shared.progress.subscribe();
        let stopped = progress.borrow().stopped;
        match stopped {
            true => Err(Self::stopped()),
            false => Ok(progress),
        }
    }

    /// Gives the look back where it would have to wait.
    fn look_here<T, L: FnOnce(&E) -> Result<T, StoreError>>(&self, look: L) -> Result<Seen<T>, L> {
        match self.shared.written.try_read() {
            Ok(written) if E::READS_ARE_SHORT => Ok(self.shared.look(*written, look)),
            _ => Err(look),
        }
    }

    async fn look_elsewhere<T: Send + 'static>(
        &self,
        look: impl FnOnce(&E) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<Seen<T>, StoreError> {
        let shared = Arc::clone(&self.shared);
        let looking = tokio::task::spawn_blocking(move || {
            let written = shared.written.read();
            let written = written.unwrap_or_else(PoisonError::into_inner);
            shared.look(*written, look)
        });
        looking
            .await
            .map_err(|error| StoreError::backend(E::NAME, error))
    }

    /// Waits for the sync of what was seen.
    async fn tell<T>(
        mut progress: watch::Receiver<Progress>,
        seen: Seen<T>,
    ) -> Result<T, StoreError> {
        let reached = progress
            .wait_for(|progress| progress.stopped || progress.synced >= seen.written)
            .await
            .is_ok_and(|progress| progress.synced >= seen.written);
        match reached {
            true => seen.answer,
            false => Err(Self::stopped()),
        }
    }

    /// Hands a job to the committer and waits for its answer.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        promise: Promise,
        decide: impl FnOnce(&mut Draft<'_, E>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answer) = job(promise, decide);
        let jobs = self.jobs.as_ref().ok_or_else(Self::stopped)?;
        jobs.send(job).await.map_err(|_| Self::stopped())?;
        answer.await.unwrap_or_else(|_| Err(Self::stopped()))
    }

    /// Takes what is due of one queue: that of the effects and timers, or that of a receiver.
    async fn lease_of(
        &self,
        receiver: Option<Receiver>,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        // A courier that finds nothing does not get in the way of those who commit.
        if !self
            .glance(move |engine| outbox::is_anything_due(engine, receiver, now))
            .await?
        {
            return Ok(Vec::new());
        }
        self.write(Promise::MayBeLost, move |draft| {
            outbox::lease(draft, receiver, now, until, limit)
        })
        .await
    }

    const fn stopped() -> StoreError {
        StoreError::Stopped { store: E::NAME }
    }
}

impl<E: Engine> Drop for KvStore<E> {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(committer) = self.committer.take() {
            // Its panics were caught and answered.
            let _ = committer.join();
        }
    }
}

impl<E: Engine> fmt::Debug for KvStore<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KvStore")
            .field("engine", &self.shared.engine)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl<E: Engine> Store for KvStore<E> {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        let row = row.clone();
        self.glance(move |engine| rows::load(engine, &row)).await
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        let (row, key) = (row.clone(), key.clone());
        self.glance(move |engine| rows::recall(engine, &row, &key))
            .await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        commit.check()?;
        let line = rows::encode_entry::<E>(&commit.entry)?;
        self.write(Promise::OnDisk, move |draft| {
            rows::commit(draft, commit, line)
        })
        .await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        let row = row.clone();
        self.read(move |engine| rows::journal(engine, &row)).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let query = query.clone();
        self.read(move |engine| rows::list(engine, &query)).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.lease_of(None, now, until, limit).await
    }

    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.lease_of(Some(receiver), now, until, limit).await
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        let lease = lease.clone();
        self.write(Promise::OnDisk, move |draft| {
            outbox::settle(draft, &lease, settled)
        })
        .await
    }

    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        let from = from.cloned();
        self.read(move |engine| outbox::dead(engine, from.as_ref(), limit))
            .await
    }

    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        let id = id.clone();
        self.write(Promise::OnDisk, move |draft| {
            outbox::retry(draft, &id, due_at)
        })
        .await
    }
}

#[async_trait]
impl<E: Engine> Grants for KvStore<E> {
    async fn put(&self, hash: &Hash, grant: Grant) -> Result<(), StoreError> {
        grant.check()?;
        let hash = *hash;
        self.write(Promise::OnDisk, move |draft| {
            grants::put(draft, &hash, &grant)
        })
        .await
    }

    async fn find(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        let hash = *hash;
        self.glance(move |engine| grants::find(engine, &hash, now))
            .await
    }

    async fn take(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        let hash = *hash;
        self.write(Promise::OnDisk, move |draft| {
            grants::take(draft, &hash, now)
        })
        .await
    }

    async fn revoke(&self, subject: &str) -> Result<usize, StoreError> {
        let subject = subject.to_owned();
        self.write(Promise::OnDisk, move |draft| {
            grants::revoke(draft, &subject)
        })
        .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(Promise::OnDisk, move |draft| grants::sweep(draft, now))
            .await
    }
}
