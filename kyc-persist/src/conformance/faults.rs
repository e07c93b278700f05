//! A store and a vault that fail at one call of many: before anything was done, after everything was done, or by doing it
//! twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    Commit, Committed, Kept, Lease, Outbound, OutboundId, Page, Query, Receiver, Row, Settled,
    Store, StoreError, Vault,
};
use async_trait::async_trait;
use kyc_core::journal::Entry;
use kyc_core::{Key, Timestamp};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was done.
    Before,
    /// Everything was done, and only the answer is lost.
    After,
    /// It arrives a second time, and the second answer is the one that is heard.
    Twice,
}

/// Which call of many meets its fault. Clones count together: a store and its vault are one row of calls.
#[derive(Clone, Debug)]
pub struct Faults {
    fault: Fault,
    at: usize,
    calls: Arc<AtomicUsize>,
}

impl Faults {
    /// At the call with that number, counted from 0, and at no other.
    pub fn new(fault: Fault, at: usize) -> Self {
        Self {
            fault,
            at,
            calls: Arc::default(),
        }
    }

    /// Whether there were so many calls that one has met its fault.
    pub fn has_failed(&self) -> bool {
        self.calls.load(Ordering::SeqCst) > self.at
    }

    async fn call<T, Work: Future<Output = Result<T, StoreError>>>(
        &self,
        work: impl Fn() -> Work,
    ) -> Result<T, StoreError> {
        if self.calls.fetch_add(1, Ordering::SeqCst) != self.at {
            return work().await;
        }
        match self.fault {
            Fault::Before => Err(StoreError::backend("faulty", "nothing was done")),
            Fault::After => {
                let _ = work().await;
                Err(StoreError::backend("faulty", "the answer is lost"))
            }
            Fault::Twice => {
                let _ = work().await;
                work().await
            }
        }
    }
}

/// A store whose calls may meet a fault.
#[derive(Debug)]
pub struct FaultyStore<S> {
    inner: S,
    faults: Faults,
}

impl<S: Store> FaultyStore<S> {
    /// A store that does what `inner` does, except at the call with that number, counted from 0.
    pub fn new(inner: S, fault: Fault, at: usize) -> Self {
        Self::counted(inner, &Faults::new(fault, at))
    }

    /// The same, where others count as well.
    pub fn counted(inner: S, faults: &Faults) -> Self {
        let faults = faults.clone();
        Self { inner, faults }
    }

    /// Whether there were so many calls that one has met its fault.
    pub fn has_failed(&self) -> bool {
        self.faults.has_failed()
    }
}

#[async_trait]
impl<S: Store> Store for FaultyStore<S> {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        self.faults.call(|| self.inner.load(row)).await
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.faults.call(|| self.inner.recall(row, key)).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.faults.call(|| self.inner.commit(commit.clone())).await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        self.faults.call(|| self.inner.journal(row)).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.faults.call(|| self.inner.list(query)).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.faults
            .call(|| self.inner.lease(now, until, limit))
            .await
    }

    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.faults
            .call(|| self.inner.lease_notices(receiver, now, until, limit))
            .await
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        self.faults.call(|| self.inner.settle(lease, settled)).await
    }

    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.faults.call(|| self.inner.dead(from, limit)).await
    }

    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        self.faults.call(|| self.inner.retry(id, due_at)).await
    }
}

/// A vault whose calls may meet a fault.
#[derive(Debug)]
pub struct FaultyVault<V> {
    inner: V,
    faults: Faults,
}

impl<V: Vault> FaultyVault<V> {
    /// A vault that does what `inner` does, except at the call with that number, counted from 0.
    pub fn new(inner: V, fault: Fault, at: usize) -> Self {
        Self::counted(inner, &Faults::new(fault, at))
    }

    /// The same, where others count as well.
    pub fn counted(inner: V, faults: &Faults) -> Self {
        let faults = faults.clone();
        Self { inner, faults }
    }

    /// Whether there were so many calls that one has met its fault.
    pub fn has_failed(&self) -> bool {
        self.faults.has_failed()
    }
}

#[async_trait]
impl<V: Vault> Vault for FaultyVault<V> {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.faults.call(|| self.inner.fetch(names)).await
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        self.faults
            .call(|| self.inner.keep(name, expected, value.clone()))
            .await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.faults
            .call(|| self.inner.list(prefix, after, limit))
            .await
    }
}
