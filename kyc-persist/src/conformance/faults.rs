//! A store that fails once, at a call that is chosen: before it has done anything, or after it has done everything.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    Commit, Committed, Kept, Lease, Outbound, OutboundId, Page, Query, Row, Settled, Store,
    StoreError,
};
use async_trait::async_trait;
use kyc_core::journal::Entry;
use kyc_core::{Key, Timestamp};

/// When a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was done.
    Before,
    /// Everything was done, and only the answer is lost.
    After,
}

/// Fails at the call with that number, counted from 0, and at no other.
#[derive(Debug)]
pub struct FaultyStore<S> {
    inner: S,
    fault: Fault,
    at: usize,
    calls: AtomicUsize,
}

impl<S: Store> FaultyStore<S> {
    /// A store that does what `inner` does, except at that call.
    pub const fn new(inner: S, fault: Fault, at: usize) -> Self {
        Self {
            inner,
            fault,
            at,
            calls: AtomicUsize::new(0),
        }
    }

    /// Whether there were so many calls that one has failed.
    pub fn has_failed(&self) -> bool {
        self.calls.load(Ordering::SeqCst) > self.at
    }

    async fn call<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let fails = self.calls.fetch_add(1, Ordering::SeqCst) == self.at;
        if fails && self.fault == Fault::Before {
            return Err(StoreError::backend("faulty", "nothing was done"));
        }
        let answer = work.await;
        if fails {
            return Err(StoreError::backend("faulty", "the answer is lost"));
        }
        answer
    }
}

#[async_trait]
impl<S: Store> Store for FaultyStore<S> {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        self.call(self.inner.load(row)).await
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.call(self.inner.recall(row, key)).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.call(self.inner.commit(commit)).await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        self.call(self.inner.journal(row)).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.call(self.inner.list(query)).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.call(self.inner.lease(now, until, limit)).await
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        self.call(self.inner.settle(lease, settled)).await
    }

    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.call(self.inner.dead(from, limit)).await
    }

    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        self.call(self.inner.retry(id, due_at)).await
    }
}
