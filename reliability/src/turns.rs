//! Lets the calls of several rivals through to a store in an order of its own: one after the other, or at the same time,
//! as a seed says.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use kyc_core::journal::Entry;
use kyc_core::{Key, Timestamp};
use kyc_persist::{
    Commit, Committed, Kept, Lease, Outbound, OutboundId, Page, Query, Receiver, Row, Settled,
    Store, StoreError,
};
use tokio::sync::Notify;

use crate::seed::Seed;

/// Whose turn it is.
#[derive(Debug)]
pub(crate) struct Turns {
    seed: Seed,
    table: Mutex<Table>,
    changed: Notify,
}

#[derive(Debug)]
struct Table {
    rivals: Vec<Stand>,
    /// Who was let through, in order.
    order: Vec<u8>,
}

/// Where a rival stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// Between two calls, or in one.
    Busy,
    Waits,
    MayPass,
    Done,
}

impl Turns {
    pub(crate) fn new(seed: Seed, rivals: usize) -> Arc<Self> {
        Arc::new(Self {
            seed,
            table: Mutex::new(Table {
                rivals: vec![Stand::Busy; rivals],
                order: Vec::new(),
            }),
            changed: Notify::new(),
        })
    }

    /// This rival's way to the store.
    pub(crate) fn before(self: &Arc<Self>, store: &Arc<dyn Store>, who: usize) -> Arc<Turned> {
        Arc::new(Turned {
            store: Arc::clone(store),
            turns: Arc::clone(self),
            who,
        })
    }

    /// Who was let through, in order; where several were at once, all of them.
    pub(crate) fn order(&self) -> Vec<u8> {
        self.table.lock().unwrap().order.clone()
    }

    async fn wait(&self, who: usize) {
        self.stands(who, Stand::Waits);
        loop {
            let changed = self.changed.notified();
            {
                let mut table = self.table.lock().unwrap();
                if table.rivals[who] == Stand::MayPass {
                    table.rivals[who] = Stand::Busy;
                    return;
                }
            }
            changed.await;
        }
    }

    /// Once nobody is busy, somebody may pass: one of those who wait, or all of them.
    fn stands(&self, who: usize, stand: Stand) {
        let mut table = self.table.lock().unwrap();
        table.rivals[who] = stand;
        let is_busy = |stand: &Stand| matches!(stand, Stand::Busy | Stand::MayPass);
        let waiting: Vec<_> = (0..table.rivals.len())
            .filter(|rival| table.rivals[*rival] == Stand::Waits)
            .collect();
        if waiting.is_empty() || table.rivals.iter().any(is_busy) {
            return;
        }
        let choice = self
            .seed
            .below(table.order.len() as u64, waiting.len() * 2 + 1);
        let chosen = match waiting.get(choice / 2) {
            Some(one) => vec![*one],
            None => waiting,
        };
        let mark = chosen.iter().map(|rival| 1_u8 << rival).sum();
        table.order.push(mark);
        for rival in chosen {
            table.rivals[rival] = Stand::MayPass;
        }
        drop(table);
        self.changed.notify_waiters();
    }
}

/// One rival's way to the store. It takes part until it is dropped.
#[derive(Debug)]
pub(crate) struct Turned {
    store: Arc<dyn Store>,
    turns: Arc<Turns>,
    who: usize,
}

impl Turned {
    async fn call<T>(&self, work: impl Future<Output = T>) -> T {
        self.turns.wait(self.who).await;
        work.await
    }
}

impl Drop for Turned {
    fn drop(&mut self) {
        self.turns.stands(self.who, Stand::Done);
    }
}

#[async_trait]
impl Store for Turned {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        self.call(self.store.load(row)).await
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.call(self.store.recall(row, key)).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.call(self.store.commit(commit)).await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        self.call(self.store.journal(row)).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.call(self.store.list(query)).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.call(self.store.lease(now, until, limit)).await
    }

    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.call(self.store.lease_notices(receiver, now, until, limit))
            .await
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        self.call(self.store.settle(lease, settled)).await
    }

    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.call(self.store.dead(from, limit)).await
    }

    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        self.call(self.store.retry(id, due_at)).await
    }
}
