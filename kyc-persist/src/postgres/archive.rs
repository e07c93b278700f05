//! Everything in the tables, as records: read in one snapshot of the database, and taken a batch a transaction.

use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::{Object, Transaction};
use tokio_postgres::Row;

use super::batch::Batch;
use super::connections::{Connections, Parameters};
use super::fault::{Fault, PostgresError};
use super::rows::{chart_of, column, corrupt, decode, hash, kept, session_of, text, timestamp};
use super::{PostgresStore, grants, outbox};
use crate::archive::{Archive, Mark, Reading, Record, RecordId, Standing, Work};
use crate::{OutboundId, StoreError};

/// How long a page or a batch may take: these are larger than what a server asks for.
const PATIENCE: Duration = Duration::from_secs(60);

const BEGIN: &str = "begin transaction isolation level repeatable read read only";

const ROWS: &str = "\
    select version, state, snapshot, head, opened_at, session, chart from kyc_row \
    where (session, chart) > ($1, $2) order by session, chart limit $3";

const ENTRIES: &str = "\
    select entry from kyc_entry where (session, chart, version) > ($1, $2, $3) \
    order by session, chart, version limit $4";

const WAITING: &str = "\
    select session, chart, version, position, kind, body, due_at, fence, leased_until from kyc_outbox \
    where (session, chart, version, position) > ($1, $2, $3, $4) order by session, chart, version, position limit $5";

const DEAD: &str = "\
    select session, chart, version, position, kind, body, due_at, fence, null::bigint from kyc_dead \
    where (session, chart, version, position) > ($1, $2, $3, $4) order by session, chart, version, position limit $5";

const GRANTS: &str = "\
    select subject, purpose, expires_at, hash from kyc_grant where hash > $1 order by hash limit $2";

const KEYS: &str = "select name, value from kyc_vault where name > $1 order by name limit $2";

const STANDING: &str = "\
    select records, chain, exists (select 1 from kyc_row) or exists (select 1 from kyc_entry) \
    or exists (select 1 from kyc_outbox) or exists (select 1 from kyc_dead) \
    or exists (select 1 from kyc_grant) or exists (select 1 from kyc_vault) \
    from (select 1) as always left join kyc_import on number = 1";

const MARK: &str = "\
    insert into kyc_import (number, records, chain) values (1, $1, $2) on conflict do nothing returning 1";

const MOVE_MARK: &str = "\
    update kyc_import set records = $1, chain = $2 where number = 1 and records = $3 and chain = $4 returning 1";

const UNMARK: &str = "delete from kyc_import where number = 1";

#[async_trait]
impl Archive for PostgresStore {
    async fn reading(&self) -> Result<Box<dyn Reading + '_>, StoreError> {
        let client = self.connections.take().await.map_err(Fault::told)?;
        let moment = Moment(Some(client));
        patiently(async { moment.client()?.batch_execute(BEGIN).await.map_err(sent) }).await?;
        Ok(Box::new(moment))
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        let found = self.connections.insist(STANDING, &[]).await;
        standing(&found.map_err(Fault::told)?)
    }

    async fn take(
        &self,
        records: Vec<Record>,
        from: Option<Mark>,
        to: Option<Mark>,
    ) -> Result<bool, StoreError> {
        let batch = Batch::of(records)?;
        match attempt(&self.connections, &batch, from, to).await {
            Err(Attempt::Fault(Fault::InDoubt(error))) => {
                // The mark was moved with the records, or neither was.
                let standing = self.standing().await?;
                let done = match to {
                    Some(to) => standing == Standing::Unfinished(to),
                    None => !matches!(standing, Standing::Unfinished(_)),
                };
                if done { Ok(true) } else { Err(error.told()) }
            }
            Err(Attempt::Fault(fault)) => Err(fault.told()),
            Err(Attempt::Error(error)) => Err(error),
            Ok(done) => Ok(done),
        }
    }
}

/// One snapshot of the database, on a connection that nobody else gets afterwards.
struct Moment(Option<Object>);

impl Moment {
    fn client(&self) -> Result<&Object, StoreError> {
        self.0.as_ref().ok_or_else(|| corrupt("connection"))
    }
}

impl Drop for Moment {
    fn drop(&mut self) {
        // It has a transaction open.
        self.0.take().map(Object::take);
    }
}

#[async_trait]
impl Reading for Moment {
    async fn page(
        &mut self,
        after: Option<&RecordId>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut kind = after.map_or(0, number);
        let mut after = after;
        loop {
            let records = self.table(kind, after, limit).await?;
            if !records.is_empty() || kind == LAST {
                return Ok(records);
            }
            (kind, after) = (kind + 1, None);
        }
    }
}

/// The last of the kinds.
const LAST: u8 = 5;

/// Which of the kinds.
const fn number(id: &RecordId) -> u8 {
    match id {
        RecordId::Row(_) => 0,
        RecordId::Entry(..) => 1,
        RecordId::Waiting(_) => 2,
        RecordId::Dead(_) => 3,
        RecordId::Grant(_) => 4,
        RecordId::Key(_) => LAST,
    }
}

impl Moment {
    /// Records of one kind.
    async fn table(
        &self,
        kind: u8,
        after: Option<&RecordId>,
        limit: i64,
    ) -> Result<Vec<Record>, StoreError> {
        let (mut session, mut chart, mut version, mut position) = ("", "", -1, -1);
        // Before every name: none is empty.
        let mut place: &[u8] = &[];
        match after {
            Some(RecordId::Row(row)) => {
                (session, chart) = (row.session.as_str(), row.chart.as_str());
            }
            Some(RecordId::Entry(row, last)) => {
                (session, chart) = (row.session.as_str(), row.chart.as_str());
                version = i64::from(*last);
            }
            Some(RecordId::Waiting(id) | RecordId::Dead(id)) => {
                let OutboundId { row, .. } = id;
                (session, chart) = (row.session.as_str(), row.chart.as_str());
                (version, position) = (i64::from(id.version), i64::from(id.index));
            }
            Some(RecordId::Grant(hash)) => place = hash.as_bytes(),
            Some(RecordId::Key(name)) => place = name.as_bytes(),
            None => {}
        }
        let work: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&session, &chart, &version, &position, &limit];
        let (statement, parameters): (_, &Parameters<'_>) = match kind {
            0 => (ROWS, &[&session, &chart, &limit]),
            1 => (ENTRIES, &[&session, &chart, &version, &limit]),
            2 => (WAITING, &work),
            3 => (DEAD, &work),
            4 => (GRANTS, &[&place, &limit]),
            _ => (KEYS, &[&place, &limit]),
        };
        let client = self.client()?;
        let found = patiently(async {
            let statement = client.prepare_cached(statement).await.map_err(sent)?;
            client.query(&statement, parameters).await.map_err(sent)
        });
        found
            .await?
            .iter()
            .map(|found| record(kind, found))
            .collect()
    }
}

fn record(kind: u8, found: &Row) -> Result<Record, StoreError> {
    Ok(match kind {
        0 => Record::Row {
            row: crate::Row {
                session: session_of(column(found, 5, "row")?)?,
                chart: chart_of(column(found, 6, "row")?)?,
            },
            kept: kept(found)?,
        },
        1 => Record::Entry(decode(column(found, 0, "journal")?)?),
        2 => Record::Waiting(work(found)?),
        3 => Record::Dead(work(found)?),
        4 => Record::Grant {
            hash: hash(column(found, 3, "grant")?)?,
            grant: grants::grant(found)?,
        },
        _ => Record::Key {
            name: text(column(found, 0, "vault")?, "vault")?,
            value: column::<&[u8]>(found, 1, "vault")?.to_vec(),
        },
    })
}

fn work(found: &Row) -> Result<Work, StoreError> {
    let outbound = outbox::outbound(found)?;
    let leased_until: Option<i64> = column(found, 8, "outbox")?;
    Ok(Work {
        id: outbound.lease.id,
        kind: outbound.kind,
        body: outbound.body,
        due_at: outbound.due_at,
        fence: outbound.lease.fence,
        leased_until: leased_until
            .map(|until| timestamp(until, "outbox"))
            .transpose()?,
    })
}

fn standing(found: &[Row]) -> Result<Standing, StoreError> {
    let found = found.first().ok_or_else(|| corrupt("import"))?;
    let records: Option<i64> = column(found, 0, "import")?;
    Ok(match records {
        Some(records) => Standing::Unfinished(Mark {
            records: records.try_into().map_err(|_| corrupt("import"))?,
            chain: hash(column(found, 1, "import")?)?,
        }),
        None if column(found, 2, "import")? => Standing::Filled,
        None => Standing::Empty,
    })
}

/// Why a batch was not taken, or whether it was.
enum Attempt {
    Fault(Fault),
    Error(StoreError),
}

/// Takes a batch in one transaction. Whoever moves the mark holds its row, so that of two importers one waits.
async fn attempt(
    connections: &Connections,
    batch: &Batch,
    from: Option<Mark>,
    to: Option<Mark>,
) -> Result<bool, Attempt> {
    let mut client = connections.take().await.map_err(Attempt::Fault)?;
    let taking = async {
        let transaction = client.transaction().await.map_err(Fault::of_unsent)?;
        if !mark(&transaction, from, to).await? {
            return Ok(Ok(false));
        }
        if from.is_none() {
            let found = transaction.query(STANDING, &[]).await;
            match column(&found.map_err(Fault::of_sent)?[0], 2, "import") {
                Ok(false) => {}
                Ok(true) => return Ok(Ok(false)),
                Err(error) => return Ok(Err(error)),
            }
        }
        batch.insert(&transaction).await?;
        if to.is_none() {
            let unmarked = transaction.execute(UNMARK, &[]).await;
            unmarked.map_err(Fault::of_sent)?;
        }
        transaction.commit().await.map_err(Fault::of_sent)?;
        Ok(Ok(true))
    };
    match tokio::time::timeout(PATIENCE, taking).await {
        Ok(Ok(Ok(done))) => Ok(done),
        Ok(Ok(Err(error))) => Err(Attempt::Error(error)),
        Ok(Err(fault)) => Err(Attempt::Fault(fault)),
        Err(_) => {
            drop(Object::take(client));
            Err(Attempt::Fault(Fault::InDoubt(PostgresError::Silent)))
        }
    }
}

/// Moves the mark, if it is where it is expected.
async fn mark(
    transaction: &Transaction<'_>,
    from: Option<Mark>,
    to: Option<Mark>,
) -> Result<bool, Fault> {
    let records = |mark: Mark| i64::try_from(mark.records).unwrap_or(i64::MAX);
    // Without a next one it is removed at the end.
    let next = to.or(from).unwrap_or(Mark {
        records: 0,
        chain: kyc_core::journal::Hash::ZERO,
    });
    let next_chain = &next.chain.as_bytes()[..];
    let moved = match from {
        None => {
            transaction
                .query(MARK, &[&records(next), &next_chain])
                .await
        }
        Some(from) => {
            let chain = &from.chain.as_bytes()[..];
            transaction
                .query(
                    MOVE_MARK,
                    &[&records(next), &next_chain, &records(from), &chain],
                )
                .await
        }
    };
    Ok(!moved.map_err(Fault::of_sent)?.is_empty())
}

/// Waits for an answer, and not for ever.
async fn patiently<T>(
    asked: impl Future<Output = Result<T, StoreError>> + Send,
) -> Result<T, StoreError> {
    let answer = tokio::time::timeout(PATIENCE, asked).await;
    answer.unwrap_or_else(|_| Err(PostgresError::Silent.told()))
}

fn sent(error: tokio_postgres::Error) -> StoreError {
    Fault::of_sent(error).told()
}
