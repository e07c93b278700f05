//! Records on their way into the tables: a statement a kind, whose columns are arrays.

use deadpool_postgres::Transaction;

use super::NAME;
use super::connections::Parameters;
use super::fault::Fault;
use super::rows::{kind, moment, until};
use crate::archive::{Record, Work};
use crate::{Grant, Kept, Row, StoreError};
use kyc_core::journal::{Entry, Hash};

const ROWS: &str = "\
    insert into kyc_row (session, chart, version, state, snapshot, head, opened_at) \
    select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bigint[])";

const ENTRIES: &str = "\
    insert into kyc_entry (session, chart, version, key, entry) \
    select * from unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[])";

// What is available when follows from the others.
const WAITING: &str = "\
    insert into kyc_outbox \
    (session, chart, version, position, kind, body, due_at, fence, leased_until, available_at) \
    select work.*, greatest(work.due_at, coalesce(work.leased_until, 0)) \
    from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[], $7::bigint[], \
    $8::bigint[], $9::bigint[]) \
    as work (session, chart, version, position, kind, body, due_at, fence, leased_until)";

const DEAD: &str = "\
    insert into kyc_dead (session, chart, version, position, kind, body, due_at, fence) \
    select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bytea[], $7::bigint[], \
    $8::bigint[])";

const GRANTS: &str = "\
    insert into kyc_grant (hash, subject, purpose, expires_at) \
    select * from unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bigint[])";

const KEYS: &str =
    "insert into kyc_vault (name, value) select * from unnest($1::bytea[], $2::bytea[])";

/// Records, each kind by itself.
#[derive(Default)]
pub(super) struct Batch {
    rows: Vec<(Row, Kept, i64)>,
    entries: Vec<(Entry, String)>,
    waiting: Vec<(Work, i64)>,
    dead: Vec<(Work, i64)>,
    grants: Vec<(Hash, Grant, i64)>,
    keys: Vec<(String, Vec<u8>)>,
}

impl Batch {
    /// # Errors
    ///
    /// A moment is later than these tables can tell.
    pub(super) fn of(records: Vec<Record>) -> Result<Self, StoreError> {
        let mut batch = Self::default();
        for record in records {
            match record {
                Record::Row { row, kept } => {
                    let opened_at = moment(kept.opened_at)?;
                    batch.rows.push((row, kept, opened_at));
                }
                Record::Entry(entry) => {
                    let text = serde_json::to_string(&entry)
                        .map_err(|error| StoreError::backend(NAME, error))?;
                    batch.entries.push((entry, text));
                }
                Record::Waiting(work) => {
                    let due_at = moment(work.due_at)?;
                    batch.waiting.push((work, due_at));
                }
                Record::Dead(work) => {
                    let due_at = moment(work.due_at)?;
                    batch.dead.push((work, due_at));
                }
                Record::Grant { hash, grant } => {
                    let expires_at = moment(grant.expires_at)?;
                    batch.grants.push((hash, grant, expires_at));
                }
                Record::Key { name, value } => batch.keys.push((name, value)),
            }
        }
        Ok(batch)
    }

    pub(super) async fn insert(&self, into: &Transaction<'_>) -> Result<(), Fault> {
        self.insert_rows(into).await?;
        self.insert_entries(into).await?;
        insert_work(into, WAITING, &self.waiting, true).await?;
        insert_work(into, DEAD, &self.dead, false).await?;
        let hashes = column(&self.grants, |(hash, ..)| &hash.as_bytes()[..]);
        let subjects = column(&self.grants, |(_, grant, _)| grant.subject.as_bytes());
        let purposes = column(&self.grants, |(_, grant, _)| grant.purpose.as_bytes());
        let expiries = column(&self.grants, |(.., expires_at)| *expires_at);
        let grants: &Parameters<'_> = &[&hashes, &subjects, &purposes, &expiries];
        insert(into, GRANTS, self.grants.len(), grants).await?;
        let names = column(&self.keys, |(name, _)| name.as_bytes());
        let values = column(&self.keys, |(_, value)| &value[..]);
        insert(into, KEYS, self.keys.len(), &[&names, &values]).await
    }

    async fn insert_rows(&self, into: &Transaction<'_>) -> Result<(), Fault> {
        let rows = &self.rows;
        let sessions = column(rows, |(row, ..)| row.session.as_str());
        let charts = column(rows, |(row, ..)| row.chart.as_str());
        let versions = column(rows, |(_, kept, _)| i64::from(kept.version));
        let states = column(rows, |(_, kept, _)| kept.state.as_bytes());
        let snapshots = column(rows, |(_, kept, _)| kept.snapshot.as_bytes());
        let heads = column(rows, |(_, kept, _)| &kept.head.as_bytes()[..]);
        let moments = column(rows, |(.., opened_at)| *opened_at);
        let columns: &Parameters<'_> = &[
            &sessions, &charts, &versions, &states, &snapshots, &heads, &moments,
        ];
        insert(into, ROWS, rows.len(), columns).await
    }

    async fn insert_entries(&self, into: &Transaction<'_>) -> Result<(), Fault> {
        let entries = &self.entries;
        let sessions = column(entries, |(entry, _)| entry.facts.session.as_str());
        let charts = column(entries, |(entry, _)| entry.facts.chart.as_str());
        let versions = column(entries, |(entry, _)| i64::from(entry.facts.version));
        let keys = column(entries, |(entry, _)| entry.facts.key.as_str());
        let texts = column(entries, |(_, text)| text.as_str());
        let columns: &Parameters<'_> = &[&sessions, &charts, &versions, &keys, &texts];
        insert(into, ENTRIES, entries.len(), columns).await
    }
}

async fn insert_work(
    into: &Transaction<'_>,
    statement: &str,
    work: &[(Work, i64)],
    with_leases: bool,
) -> Result<(), Fault> {
    let sessions = column(work, |(work, _)| work.id.row.session.as_str());
    let charts = column(work, |(work, _)| work.id.row.chart.as_str());
    let versions = column(work, |(work, _)| i64::from(work.id.version));
    let positions = column(work, |(work, _)| i64::from(work.id.index));
    let kinds = column(work, |(work, _)| kind(work.kind));
    let bodies = column(work, |(work, _)| work.body.as_bytes());
    let moments = column(work, |(_, due_at)| *due_at);
    let fences = column(work, |(work, _)| i64::from(work.fence));
    let leases = column(work, |(work, _)| work.leased_until.map(until));
    let columns: [&(dyn tokio_postgres::types::ToSql + Sync); 9] = [
        &sessions, &charts, &versions, &positions, &kinds, &bodies, &moments, &fences, &leases,
    ];
    let columns = if with_leases { &columns } else { &columns[..8] };
    insert(into, statement, work.len(), columns).await
}

fn column<'b, T, C>(records: &'b [T], of: impl Fn(&'b T) -> C) -> Vec<C> {
    records.iter().map(of).collect()
}

async fn insert(
    into: &Transaction<'_>,
    statement: &str,
    expected: usize,
    columns: &Parameters<'_>,
) -> Result<(), Fault> {
    if expected > 0 {
        let statement = into.prepare_cached(statement).await;
        let statement = statement.map_err(Fault::of_unsent)?;
        into.execute(&statement, columns)
            .await
            .map_err(Fault::of_sent)?;
    }
    Ok(())
}
