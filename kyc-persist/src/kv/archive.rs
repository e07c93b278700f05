//! Everything in the map, as records, and the mark of an import that is not finished.

use async_trait::async_trait;
use kyc_core::journal::Hash;

use super::draft::{Draft, Promise, Read};
use super::keys::{self, Range};
use super::{Engine, KvStore, Pair, grants, outbox, rows};
use crate::StoreError;
use crate::archive::{Archive, Mark, Reading, Record, RecordId, Standing};

/// The tables that records lie in, in the order of their names. All others follow from these.
const TABLES: [u8; 6] = [
    keys::ROW,
    keys::JOURNAL,
    keys::OUTBOX,
    keys::DEAD,
    keys::GRANT,
    keys::VAULT,
];

#[async_trait]
impl<E: Engine> Archive for KvStore<E> {
    async fn reading(&self) -> Result<Box<dyn Reading + '_>, StoreError> {
        Ok(Box::new(Look(self)))
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        self.read(|engine| standing(engine)).await
    }

    async fn take(
        &self,
        records: Vec<Record>,
        from: Option<Mark>,
        to: Option<Mark>,
    ) -> Result<bool, StoreError> {
        self.write(Promise::OnDisk, move |draft| take(draft, records, from, to))
            .await
    }
}

/// Whoever has an embedded store open has it alone.
struct Look<'s, E: Engine>(&'s KvStore<E>);

#[async_trait]
impl<E: Engine> Reading for Look<'_, E> {
    async fn page(
        &mut self,
        after: Option<&RecordId>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let after = after.cloned();
        self.0
            .read(move |engine| page(engine, after.as_ref(), limit))
            .await
    }
}

fn page<R: Read>(
    read: &R,
    after: Option<&RecordId>,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    let after = after.map(key);
    let tables = TABLES
        .iter()
        .skip_while(|table| after.as_ref().is_some_and(|key| key.first() != Some(table)));
    for &table in tables {
        let range = match &after {
            Some(key) if key.first() == Some(&table) => {
                keys::table(table).starting_at([key, &[0][..]].concat())
            }
            _ => keys::table(table),
        };
        let records = records(read, table, &range, limit)?;
        if !records.is_empty() {
            return Ok(records);
        }
    }
    Ok(Vec::new())
}

fn records<R: Read>(
    read: &R,
    table: u8,
    range: &Range,
    limit: usize,
) -> Result<Vec<Record>, StoreError> {
    read.scan(range, false)
        .take(limit)
        .map(|pair| record(read, table, &pair?))
        .collect()
}

fn record<R: Read>(read: &R, table: u8, pair: &Pair) -> Result<Record, StoreError> {
    let (key, value) = pair;
    Ok(match table {
        keys::ROW => {
            let row = keys::row_in(key).ok_or_else(|| R::corrupt("row"))?;
            let kept = rows::kept(read, &row)?.ok_or_else(|| R::corrupt("row"))?;
            Record::Row { row, kept }
        }
        keys::JOURNAL => Record::Entry(rows::decode_entry::<R>(value)?),
        keys::OUTBOX => Record::Waiting(outbox::work::<R>(pair)?),
        keys::DEAD => Record::Dead(outbox::work::<R>(pair)?),
        keys::GRANT => Record::Grant {
            hash: keys::hash_at_end(key).ok_or_else(|| R::corrupt("grant"))?,
            grant: grants::decode::<R>(value)?,
        },
        _ => Record::Key {
            name: keys::name_in_vault(key).ok_or_else(|| R::corrupt("vault"))?,
            value: value.clone(),
        },
    })
}

/// Where a record lies.
fn key(id: &RecordId) -> Vec<u8> {
    match id {
        RecordId::Row(row) => keys::row(row),
        RecordId::Entry(row, version) => keys::entry(row, *version),
        RecordId::Waiting(id) => keys::outbox(keys::OUTBOX, id),
        RecordId::Dead(id) => keys::outbox(keys::DEAD, id),
        RecordId::Grant(hash) => keys::grant(hash),
        RecordId::Key(name) => keys::vault(name),
    }
}

fn standing<R: Read>(read: &R) -> Result<Standing, StoreError> {
    if let Some(mark) = read.get(&keys::import())? {
        let mark = decode(&mark).ok_or_else(|| R::corrupt("import"))?;
        return Ok(Standing::Unfinished(mark));
    }
    let first = read.scan(&keys::everything(), false).next().transpose()?;
    Ok(match first {
        Some(_) => Standing::Filled,
        None => Standing::Empty,
    })
}

fn take<E: Engine>(
    draft: &mut Draft<'_, E>,
    records: Vec<Record>,
    from: Option<Mark>,
    to: Option<Mark>,
) -> Result<bool, StoreError> {
    let is_there = match (standing(draft)?, from) {
        (Standing::Empty, None) => true,
        (Standing::Unfinished(mark), Some(from)) => mark == from,
        _ => false,
    };
    if !is_there {
        return Ok(false);
    }
    for record in records {
        match record {
            Record::Row { row, kept } => rows::restore(draft, &row, &kept)?,
            Record::Entry(entry) => rows::restore_entry(draft, &entry)?,
            Record::Waiting(work) => outbox::restore(draft, keys::OUTBOX, work)?,
            Record::Dead(work) => outbox::restore(draft, keys::DEAD, work)?,
            Record::Grant { hash, grant } => grants::put(draft, &hash, &grant)?,
            Record::Key { name, value } => draft.set(keys::vault(&name), value),
        }
    }
    match to {
        Some(mark) => draft.set(keys::import(), encode(&mark)),
        None => draft.remove(keys::import()),
    }
    Ok(true)
}

fn encode(mark: &Mark) -> Vec<u8> {
    [&mark.records.to_be_bytes()[..], mark.chain.as_bytes()].concat()
}

fn decode(bytes: &[u8]) -> Option<Mark> {
    let (records, chain) = bytes.split_first_chunk()?;
    Some(Mark {
        records: u64::from_be_bytes(*records),
        chain: Hash::from_bytes(chain.try_into().ok()?),
    })
}
