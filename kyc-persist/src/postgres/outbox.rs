//! What is waiting, what is due, and what was given up.

use kyc_core::Timestamp;

use super::connections::Connections;
use super::fault::Fault;
use super::rows::{
    chart_of, column, corrupt, kind, kind_of, moment, session_of, text, timestamp, until,
};
use crate::outbox::PUT_BACK;
use crate::{
    LONGEST_PAGE, Lease, Outbound, OutboundId, OutgoingKind, Receiver, Row, Settled, StoreError,
};

// Whether an effect is held back is asked of what is there, not written down: a commit that adds one and a settlement that
// removes the one before it do not see each other.
macro_rules! lease {
    ($is_in_it:literal, $is_in_line:literal) => {
        concat!(
            "with due as ( \
                select session, chart, version, position, available_at from kyc_outbox as work \
                where available_at <= $1 and ",
            $is_in_it,
            " not exists ( \
                    select 1 from kyc_outbox as before \
                    where before.session = work.session and before.chart = work.chart and ",
            $is_in_line,
            " and (before.version, before.position) < (work.version, work.position))) \
                order by available_at, session, chart, version, position limit $3 \
                for update skip locked \
            ), leased as ( \
                update kyc_outbox as work \
                set fence = work.fence + 1, leased_until = $2, available_at = greatest(work.due_at, $2) \
                from due where work.session = due.session and work.chart = due.chart \
                and work.version = due.version and work.position = due.position \
                returning work.session, work.chart, work.version, work.position, work.kind, work.body, work.due_at, \
                work.fence, due.available_at as was_available_at \
            ) \
            select session, chart, version, position, kind, body, due_at, fence from leased \
            order by was_available_at, session, chart, version, position"
        )
    };
}

const LEASE: &str = lease!(
    "kind in ('effect', 'timer') and (kind = 'timer' or",
    "before.kind = 'effect'"
);

const LEASE_NOTICES: &str = lease!("kind = $4 and (", "before.kind = $4");

/// The row that a lease entitles to settle.
macro_rules! leased {
    ($verb:literal) => {
        leased!($verb, "")
    };
    ($verb:literal, $rest:literal) => {
        concat!(
            $verb,
            " where session = $1 and chart = $2 and version = $3 and position = $4 and fence = $5 \
             and leased_until is not null ",
            $rest
        )
    };
}

const DONE: &str = leased!("delete from kyc_outbox", "returning 1");

const AGAIN: &str = leased!(
    "update kyc_outbox set due_at = $6, available_at = $6, leased_until = null",
    "returning 1"
);

const DEAD: &str = concat!(
    "with gone as (",
    leased!("delete from kyc_outbox", "returning *"),
    ") insert into kyc_dead (session, chart, version, position, kind, body, due_at, fence) \
     select session, chart, version, position, kind, body, due_at, fence from gone returning 1"
);

const STANDING: &str = "\
    select fence, leased_until is not null from kyc_outbox \
    where session = $1 and chart = $2 and version = $3 and position = $4";

const ALL_DEAD: &str = "\
    select session, chart, version, position, kind, body, due_at, fence from kyc_dead \
    where (session, chart, version, position) >= ($1, $2, $3, $4) \
    order by session, chart, version, position limit $5";

// The fence rises as `put_back` says.
const RETRY: &str = "\
    with back as ( \
        delete from kyc_dead where session = $1 and chart = $2 and version = $3 and position = $4 returning * \
    ) insert into kyc_outbox (session, chart, version, position, kind, body, due_at, available_at, fence) \
    select session, chart, version, position, kind, body, $5::bigint, $5::bigint, \
    least((fence / $6::bigint + 1) * $6::bigint, $7::bigint) from back returning 1";

pub(super) async fn lease(
    connections: &Connections,
    now: Timestamp,
    until_then: Timestamp,
    limit: usize,
) -> Result<Vec<Outbound>, StoreError> {
    // In doubt it is not asked again: what it took would be leased to nobody until its time has run out, and the rest
    // twice as much.
    let rows = connections
        .ask(LEASE, &[&until(now), &until(until_then), &at_most(limit)])
        .await
        .map_err(Fault::told)?;
    rows.iter().map(outbound).collect()
}

pub(super) async fn lease_notices(
    connections: &Connections,
    receiver: Receiver,
    now: Timestamp,
    until_then: Timestamp,
    limit: usize,
) -> Result<Vec<Outbound>, StoreError> {
    let kind = kind(OutgoingKind::Notice(receiver));
    let (now, then) = (until(now), until(until_then));
    let rows = connections
        .ask(LEASE_NOTICES, &[&now, &then, &at_most(limit), &&*kind])
        .await
        .map_err(Fault::told)?;
    rows.iter().map(outbound).collect()
}

pub(super) async fn settle(
    connections: &Connections,
    lease: &Lease,
    settled: Settled,
) -> Result<(), StoreError> {
    let id = &lease.id;
    let (session, chart) = (id.row.session.as_str(), id.row.chart.as_str());
    let (version, position) = (i64::from(id.version), i64::from(id.index));
    let fence = i64::from(lease.fence);
    let attempt = async || match settled {
        Settled::Done => connections
            .ask(DONE, &[&session, &chart, &version, &position, &fence])
            .await
            .map_err(StoreErrorOr::Fault),
        Settled::Dead => connections
            .ask(DEAD, &[&session, &chart, &version, &position, &fence])
            .await
            .map_err(StoreErrorOr::Fault),
        Settled::Again(at) => {
            let at = moment(at).map_err(StoreErrorOr::Error)?;
            connections
                .ask(AGAIN, &[&session, &chart, &version, &position, &fence, &at])
                .await
                .map_err(StoreErrorOr::Fault)
        }
    };
    match attempt().await {
        Ok(rows) if rows.is_empty() => return Err(StoreError::LeaseLost),
        Ok(_) => return Ok(()),
        Err(StoreErrorOr::Error(error)) => return Err(error),
        Err(StoreErrorOr::Fault(Fault::InDoubt(_))) => {}
        Err(StoreErrorOr::Fault(fault)) => return Err(fault.told()),
    }
    // Nobody else can settle under this fence: a row that is no longer leased under it was settled by us, or lost before.
    let rows = connections
        .find_out(STANDING, &[&session, &chart, &version, &position])
        .await
        .map_err(Fault::told)?;
    let standing: Option<(i64, bool)> = rows.first().map(|row| (row.get(0), row.get(1)));
    match standing {
        None => Ok(()),
        Some((found, _)) if found != fence => Err(StoreError::LeaseLost),
        Some((_, false)) => Ok(()),
        Some((_, true)) => match attempt().await {
            // The first one has arrived after all.
            Ok(_) => Ok(()),
            Err(StoreErrorOr::Error(error)) => Err(error),
            Err(StoreErrorOr::Fault(fault)) => Err(fault.told()),
        },
    }
}

enum StoreErrorOr {
    Error(StoreError),
    Fault(Fault),
}

pub(super) async fn dead(
    connections: &Connections,
    from: Option<&OutboundId>,
    limit: usize,
) -> Result<Vec<Outbound>, StoreError> {
    // Before every name when none is given.
    let (session, chart, version, position) = from.map_or(("", "", 0, 0), |id| {
        let (session, chart) = (id.row.session.as_str(), id.row.chart.as_str());
        (session, chart, i64::from(id.version), i64::from(id.index))
    });
    let rows = connections
        .insist(
            ALL_DEAD,
            &[&session, &chart, &version, &position, &at_most(limit)],
        )
        .await
        .map_err(Fault::told)?;
    rows.iter().map(outbound).collect()
}

pub(super) async fn retry(
    connections: &Connections,
    id: &OutboundId,
    due_at: Timestamp,
) -> Result<bool, StoreError> {
    let (session, chart) = (id.row.session.as_str(), id.row.chart.as_str());
    let (version, position) = (i64::from(id.version), i64::from(id.index));
    let (due_at, step, highest) = (moment(due_at)?, i64::from(PUT_BACK), i64::from(u32::MAX));
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 7] = [
        &session, &chart, &version, &position, &due_at, &step, &highest,
    ];
    match connections.ask(RETRY, &parameters).await {
        Ok(rows) => Ok(!rows.is_empty()),
        // If it was put back, there is nothing left to put back; and if not, it is now.
        Err(Fault::InDoubt(_)) => {
            let again = connections.find_out(RETRY, &parameters).await;
            again.map(|_| true).map_err(Fault::told)
        }
        Err(fault) => Err(fault.told()),
    }
}

fn at_most(limit: usize) -> i64 {
    i64::try_from(limit.min(LONGEST_PAGE)).unwrap_or(0)
}

pub(super) fn outbound(row: &tokio_postgres::Row) -> Result<Outbound, StoreError> {
    let kind = kind_of(column(row, 4, "outbox")?)?;
    let (version, index, fence): (i64, i64, i64) = (
        column(row, 2, "outbox")?,
        column(row, 3, "outbox")?,
        column(row, 7, "outbox")?,
    );
    let id = OutboundId {
        row: Row {
            session: session_of(column(row, 0, "outbox")?)?,
            chart: chart_of(column(row, 1, "outbox")?)?,
        },
        version: version.try_into().map_err(|_| corrupt("outbox"))?,
        index: index.try_into().map_err(|_| corrupt("outbox"))?,
    };
    Ok(Outbound {
        lease: Lease {
            id,
            fence: fence.try_into().map_err(|_| corrupt("outbox"))?,
        },
        kind,
        body: text(column(row, 5, "outbox")?, "outbox")?,
        due_at: timestamp(column(row, 6, "outbox")?, "outbox")?,
    })
}
