//! A store that forgets: for tests, for trying things out, and as the model that every other adapter is compared with.

mod archive;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kyc_core::journal::{Entry, Hash};
use kyc_core::{Key, Timestamp};

use crate::archive::Mark;
use crate::outbox::put_back;
use crate::{
    Commit, Committed, Cursor, Expected, Grant, Grants, Kept, LONGEST_PAGE, Lease, Listed,
    MemoryVault, Order, Outbound, OutboundId, Outgoing, OutgoingKind, Page, Query, Receiver, Row,
    Settled, Store, StoreError,
};

/// Keeps everything in memory, in the plainest way that keeps the promises of a store, except that nothing outlives it.
/// A clone is the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    tables: Arc<Mutex<Tables>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Every change below is made after its last check, so a panic elsewhere leaves nothing half-done.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
struct Tables {
    rows: BTreeMap<Row, Line>,
    outbox: BTreeMap<OutboundId, Waiting>,
    dead: BTreeMap<OutboundId, Waiting>,
    grants: HashMap<Hash, Grant>,
    vault: MemoryVault,
    /// How far an import has come that was not finished.
    mark: Option<Mark>,
}

#[derive(Debug)]
struct Line {
    kept: Kept,
    journal: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Waiting {
    outgoing: Outgoing,
    fence: u32,
    leased_until: Option<Timestamp>,
}

impl Waiting {
    fn available_at(&self) -> Timestamp {
        self.outgoing
            .due_at
            .max(self.leased_until.unwrap_or_default())
    }

    fn outbound(&self, id: &OutboundId) -> Outbound {
        Outbound {
            lease: Lease {
                id: id.clone(),
                fence: self.fence,
            },
            kind: self.outgoing.kind,
            body: self.outgoing.body.clone(),
            due_at: self.outgoing.due_at,
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        Ok(self.tables().rows.get(row).map(|line| line.kept.clone()))
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        Ok(self
            .tables()
            .rows
            .get(row)
            .and_then(|line| line.under(key))
            .cloned())
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        commit.check()?;
        let row = commit.row();
        let mut tables = self.tables();
        let line = tables.rows.get(&row);
        if let Some(entry) = line.and_then(|line| line.under(&commit.entry.facts.key)) {
            return Ok(Committed::Before(entry.clone()));
        }
        let found = line.map(|line| line.kept.version);
        let expected = match commit.expected {
            Expected::Absent => None,
            Expected::At(version) => Some(version),
        };
        if found != expected {
            return Err(StoreError::Conflict { found });
        }
        if line.map_or(Hash::ZERO, |line| line.kept.head) != commit.entry.prev {
            return Err(StoreError::OutOfOrder);
        }
        let opened_at = line.map_or(commit.entry.facts.at, |line| line.kept.opened_at);

        let version = commit.entry.facts.version;
        for (index, outgoing) in (0..).zip(commit.outbox) {
            let id = OutboundId {
                row: row.clone(),
                version,
                index,
            };
            let waiting = Waiting {
                outgoing,
                fence: 0,
                leased_until: None,
            };
            tables.outbox.insert(id, waiting);
        }
        let kept = Kept {
            version,
            state: commit.entry.facts.to.clone(),
            snapshot: commit.snapshot,
            head: commit.entry.hash,
            opened_at,
        };
        let line = tables.rows.entry(row).or_insert_with(|| Line {
            kept: kept.clone(),
            journal: Vec::new(),
        });
        line.kept = kept;
        line.journal.push(commit.entry);
        Ok(Committed::Now)
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        Ok(self
            .tables()
            .rows
            .get(row)
            .map_or_else(Vec::new, |line| line.journal.clone()))
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let tables = self.tables();
        let mut rows: Vec<(Cursor, Listed)> = tables
            .rows
            .iter()
            .filter(|(row, line)| {
                row.chart == query.chart
                    && query
                        .state
                        .as_ref()
                        .is_none_or(|state| *state == line.kept.state)
            })
            .map(|(row, line)| Listed {
                row: row.clone(),
                kept: line.kept.clone(),
            })
            .map(|listed| (listed.cursor(), listed))
            .collect();
        rows.sort_by(|(one, _), (other, _)| one.cmp(other));
        if query.order == Order::NewestFirst {
            rows.reverse();
        }
        let behind = |place: &Cursor| {
            query.after.as_ref().is_none_or(|after| match query.order {
                Order::NewestFirst => place < after,
                Order::OldestFirst => place > after,
            })
        };
        let rows = rows
            .into_iter()
            .filter(|(place, _)| behind(place))
            .map(|(place, listed)| (place, Ok(listed)))
            .take(query.limit() + 1)
            .collect();
        Ok(Page::cut(rows, query.limit()))
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        let is_ours = |kind| !matches!(kind, OutgoingKind::Notice(_));
        Ok(self.tables().lease(is_ours, now, until, limit))
    }

    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        let is_theirs = |kind| kind == OutgoingKind::Notice(receiver);
        Ok(self.tables().lease(is_theirs, now, until, limit))
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let waiting = tables
            .outbox
            .get_mut(&lease.id)
            .filter(|waiting| waiting.fence == lease.fence && waiting.leased_until.is_some())
            .ok_or(StoreError::LeaseLost)?;
        waiting.leased_until = None;
        match settled {
            Settled::Again(at) => waiting.outgoing.due_at = at,
            Settled::Done => {
                tables.outbox.remove(&lease.id);
            }
            Settled::Dead => {
                let given_up = waiting.clone();
                tables.outbox.remove(&lease.id);
                tables.dead.insert(lease.id.clone(), given_up);
            }
        }
        Ok(())
    }

    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        Ok(self
            .tables()
            .dead
            .iter()
            .filter(|(id, _)| from.is_none_or(|from| *id >= from))
            .take(limit.min(LONGEST_PAGE))
            .map(|(id, waiting)| waiting.outbound(id))
            .collect())
    }

    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let Some(mut waiting) = tables.dead.remove(id) else {
            return Ok(false);
        };
        waiting.fence = put_back(waiting.fence);
        waiting.outgoing.due_at = due_at;
        tables.outbox.insert(id.clone(), waiting);
        Ok(true)
    }
}

impl Tables {
    /// What is due of one queue: that of the effects and timers, or that of a receiver.
    fn lease(
        &mut self,
        is_in_it: impl Fn(OutgoingKind) -> bool,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Vec<Outbound> {
        let mut held_back = BTreeSet::new();
        let mut due: Vec<(Timestamp, OutboundId)> = self
            .outbox
            .iter()
            .filter(|(_, waiting)| is_in_it(waiting.outgoing.kind))
            .filter(|(id, waiting)| {
                waiting.outgoing.kind == OutgoingKind::Timer || held_back.insert(id.row.clone())
            })
            .map(|(id, waiting)| (waiting.available_at(), id.clone()))
            .filter(|(available_at, _)| *available_at <= now)
            .collect();
        due.sort();
        due.into_iter()
            .take(limit.min(LONGEST_PAGE))
            .filter_map(|(_, id)| {
                let waiting = self.outbox.get_mut(&id)?;
                waiting.fence += 1;
                waiting.leased_until = Some(until);
                Some(waiting.outbound(&id))
            })
            .collect()
    }
}

impl Line {
    fn under(&self, key: &Key) -> Option<&Entry> {
        self.journal.iter().find(|entry| entry.facts.key == *key)
    }
}

#[async_trait]
impl Grants for MemoryStore {
    async fn put(&self, hash: &Hash, grant: Grant) -> Result<(), StoreError> {
        grant.check()?;
        self.tables().grants.insert(*hash, grant);
        Ok(())
    }

    async fn find(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        Ok(self
            .tables()
            .grants
            .get(hash)
            .filter(|grant| grant.holds_at(now))
            .cloned())
    }

    async fn take(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        Ok(self
            .tables()
            .grants
            .remove(hash)
            .filter(|grant| grant.holds_at(now)))
    }

    async fn revoke(&self, subject: &str) -> Result<usize, StoreError> {
        let grants = &mut self.tables().grants;
        let before = grants.len();
        grants.retain(|_, grant| grant.subject != subject);
        Ok(before - grants.len())
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        let grants = &mut self.tables().grants;
        let before = grants.len();
        grants.retain(|_, grant| grant.holds_at(now));
        Ok(before - grants.len())
    }
}
