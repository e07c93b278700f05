//! Everything in a store in memory, as records.

use std::collections::BTreeMap;
use std::ops::Bound;

use async_trait::async_trait;

use super::{Line, MemoryStore, Tables, Waiting};
use crate::archive::{Archive, Mark, Reading, Record, RecordId, Standing, Work};
use crate::{OutboundId, Outgoing, Row, StoreError, Vault};

#[async_trait]
impl Archive for MemoryStore {
    async fn reading(&self) -> Result<Box<dyn Reading + '_>, StoreError> {
        let records = self.tables().records();
        Ok(Box::new(Moment(records)))
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        Ok(self.tables().standing())
    }

    async fn take(
        &self,
        records: Vec<Record>,
        from: Option<Mark>,
        to: Option<Mark>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables();
        let is_there = match (tables.standing(), from) {
            (Standing::Empty, None) => true,
            (Standing::Unfinished(mark), Some(from)) => mark == from,
            _ => false,
        };
        if is_there {
            for record in records {
                tables.put(record);
            }
            tables.mark = to;
        }
        Ok(is_there)
    }
}

/// Everything, as it was when reading began.
struct Moment(BTreeMap<RecordId, Record>);

#[async_trait]
impl Reading for Moment {
    async fn page(
        &mut self,
        after: Option<&RecordId>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let behind = self.0.range((from, Bound::Unbounded));
        Ok(behind
            .take(limit)
            .map(|(_, record)| record.clone())
            .collect())
    }
}

impl Tables {
    fn standing(&self) -> Standing {
        let is_empty = self.rows.is_empty()
            && self.outbox.is_empty()
            && self.dead.is_empty()
            && self.grants.is_empty()
            && self.vault.with(|places| places.is_empty());
        match self.mark {
            Some(mark) => Standing::Unfinished(mark),
            None if is_empty => Standing::Empty,
            None => Standing::Filled,
        }
    }

    fn records(&self) -> BTreeMap<RecordId, Record> {
        let rows = self.rows.iter().flat_map(|(row, line)| {
            let kept = Record::Row {
                row: row.clone(),
                kept: line.kept.clone(),
            };
            std::iter::once(kept).chain(line.journal.iter().cloned().map(Record::Entry))
        });
        let waiting = self.outbox.iter();
        let waiting = waiting.map(|(id, waiting)| Record::Waiting(waiting.work(id)));
        let dead = self.dead.iter();
        let dead = dead.map(|(id, waiting)| Record::Dead(waiting.work(id)));
        let grants = self.grants.iter().map(|(hash, grant)| Record::Grant {
            hash: *hash,
            grant: grant.clone(),
        });
        let keys = self.vault.with(|places| places.clone());
        let keys = keys
            .into_iter()
            .map(|(name, value)| Record::Key { name, value });
        let all = rows.chain(waiting).chain(dead).chain(grants).chain(keys);
        all.map(|record| (record.id(), record)).collect()
    }

    fn put(&mut self, record: Record) {
        match record {
            Record::Row { row, kept } => {
                let journal = Vec::new();
                self.rows.insert(row, Line { kept, journal });
            }
            Record::Entry(entry) => {
                let row = Row {
                    session: entry.facts.session.clone(),
                    chart: entry.facts.chart,
                };
                // A line without its row is nobody's.
                if let Some(line) = self.rows.get_mut(&row) {
                    line.journal.push(entry);
                }
            }
            Record::Waiting(work) => {
                let (id, waiting) = Waiting::of(work);
                self.outbox.insert(id, waiting);
            }
            Record::Dead(work) => {
                let (id, waiting) = Waiting::of(work);
                self.dead.insert(id, waiting);
            }
            Record::Grant { hash, grant } => {
                self.grants.insert(hash, grant);
            }
            Record::Key { name, value } => {
                self.vault.with(|places| places.insert(name, value));
            }
        }
    }
}

impl Waiting {
    fn work(&self, id: &OutboundId) -> Work {
        Work {
            id: id.clone(),
            kind: self.outgoing.kind,
            body: self.outgoing.body.clone(),
            due_at: self.outgoing.due_at,
            fence: self.fence,
            leased_until: self.leased_until,
        }
    }

    fn of(work: Work) -> (OutboundId, Self) {
        let outgoing = Outgoing {
            kind: work.kind,
            body: work.body,
            due_at: work.due_at,
        };
        let waiting = Self {
            outgoing,
            fence: work.fence,
            leased_until: work.leased_until,
        };
        (work.id, waiting)
    }
}

/// What lies beside the rows of a store in memory.
#[async_trait]
impl Vault for MemoryStore {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let vault = self.tables().vault.clone();
        vault.fetch(names).await
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let vault = self.tables().vault.clone();
        vault.keep(name, expected, value).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let vault = self.tables().vault.clone();
        vault.list(prefix, after, limit).await
    }
}
