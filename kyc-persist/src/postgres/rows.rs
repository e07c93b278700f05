//! Rows, their journal and their listings.

use std::borrow::Cow;

use kyc_core::journal::{ChartName, Entry, Hash};
use kyc_core::{Key, SessionId, Timestamp};

use super::NAME;
use super::connections::{Connections, pause};
use super::fault::{Fault, PostgresError};
use crate::{
    Commit, Committed, Cursor, Expected, Kept, Listed, Order, OutgoingKind, Page, Query, Receiver,
    Row, StoreError,
};

/// How often a commit is tried at most.
const TRIES: u32 = 8;

/// The journal and the outbox of a commit, if there is a row in `cas`: what both statements have in common.
macro_rules! along_with {
    ($cas:literal) => {
        concat!(
            "with cas as (",
            $cas,
            " returning 1), \
             entry as (insert into kyc_entry (session, chart, version, key, entry) \
             select $1::text, $2::text, $3::bigint, $7::text, $8::text from cas returning 1), \
             outbox as (insert into kyc_outbox \
             (session, chart, version, position, kind, body, due_at, available_at, fence) \
             select $1::text, $2::text, $3::bigint, work.position, work.kind, work.body, work.due_at, work.due_at, 0 \
             from cas, unnest($9::bigint[], $10::text[], $11::bytea[], $12::bigint[]) \
             as work (position, kind, body, due_at) returning 1) \
             select (select count(*) from cas), (select count(*) from entry), (select count(*) from outbox)"
        )
    };
}

const OPEN: &str = along_with!(
    "insert into kyc_row (session, chart, version, state, snapshot, head, opened_at) \
     values ($1::text, $2::text, $3::bigint, $4::bytea, $5::bytea, $6::bytea, $13::bigint) \
     on conflict (session, chart) do nothing"
);

const STEP: &str = along_with!(
    "update kyc_row set version = $3::bigint, state = $4::bytea, snapshot = $5::bytea, head = $6::bytea \
     where session = $1::text and chart = $2::text and version = $13::bigint and head = $14::bytea"
);

const STANDING: &str = "\
    select kyc_row.version, kyc_row.head, \
    (select entry from kyc_entry where session = $1 and chart = $2 and key = $3) \
    from (select 1) as always left join kyc_row on session = $1 and chart = $2";

const LOAD: &str = "\
    select kyc_row.version, state, snapshot, head, opened_at, entry \
    from kyc_row left join kyc_entry using (session, chart, version) where session = $1 and chart = $2";

const RECALL: &str = "select entry from kyc_entry where session = $1 and chart = $2 and key = $3";

const JOURNAL: &str =
    "select entry from kyc_entry where session = $1 and chart = $2 order by version";

/// A page of a listing: behind a place that is a moment and a session, read forwards or backwards.
macro_rules! listing {
    ($state:literal, $behind:literal, $direction:literal) => {
        concat!(
            "select version, state, snapshot, head, opened_at, session from kyc_row \
             where chart = $1 and (opened_at, session) ",
            $behind,
            " ($2, $3) ",
            $state,
            " order by opened_at ",
            $direction,
            ", session ",
            $direction,
            " limit $4"
        )
    };
}

const NEWEST: &str = listing!("", "<", "desc");
const OLDEST: &str = listing!("", ">", "asc");
const NEWEST_IN_STATE: &str = listing!("and state = $5", "<", "desc");
const OLDEST_IN_STATE: &str = listing!("and state = $5", ">", "asc");

pub(super) async fn load(connections: &Connections, row: &Row) -> Result<Option<Kept>, StoreError> {
    let found = connections
        .insist(LOAD, &[&row.session.as_str(), &row.chart.as_str()])
        .await
        .map_err(Fault::told)?;
    let Some(found) = found.first() else {
        return Ok(None);
    };
    let kept = kept(found)?;
    // Row and journal are written together; what has come apart would show here.
    let newest: Option<&str> = column(found, 5, "journal")?;
    match newest.map(decode).transpose()? {
        Some(newest) if newest.hash == kept.head => Ok(Some(kept)),
        _ => Err(corrupt("journal")),
    }
}

pub(super) async fn recall(
    connections: &Connections,
    row: &Row,
    key: &Key,
) -> Result<Option<Entry>, StoreError> {
    let found = connections
        .insist(
            RECALL,
            &[&row.session.as_str(), &row.chart.as_str(), &key.as_str()],
        )
        .await
        .map_err(Fault::told)?;
    let Some(found) = found.first() else {
        return Ok(None);
    };
    let entry = decode(column(found, 0, "journal")?)?;
    // It is an answer that something was kept.
    connections.confirm().await.map_err(Fault::told)?;
    Ok(Some(entry))
}

pub(super) async fn commit(
    connections: &Connections,
    commit: &Commit,
) -> Result<Committed, StoreError> {
    let mut was_in_doubt = false;
    let mut last = None;
    for tried in 1..=TRIES {
        match attempt(connections, commit).await {
            Ok(true) => return Ok(Committed::Now),
            Ok(false) => {}
            Err(AttemptFault::Before(error)) => return Err(error),
            Err(AttemptFault::Asked(Fault::KeyIsThere(_))) => {}
            Err(AttemptFault::Asked(Fault::InDoubt(error))) => {
                was_in_doubt = true;
                last = Some(error);
            }
            Err(AttemptFault::Asked(fault)) => return Err(fault.told()),
        }
        let standing = Standing::of(connections, commit).await?;
        if let Some(answer) = standing.answer(commit, was_in_doubt) {
            if answer.is_ok() {
                connections.confirm().await.map_err(Fault::told)?;
            }
            return answer;
        }
        // It is not there, and nothing is in its way: it was lost, or the row has moved to where it is expected meanwhile.
        pause(tried).await;
    }
    // An entry is in the way that the row knows nothing of.
    Err(last.map_or(corrupt("journal"), PostgresError::told))
}

enum AttemptFault {
    Before(StoreError),
    Asked(Fault),
}

/// Whether the row was where the commit expects it, and everything is kept.
async fn attempt(connections: &Connections, commit: &Commit) -> Result<bool, AttemptFault> {
    let facts = &commit.entry.facts;
    let entry = serde_json::to_string(&commit.entry)
        .map_err(|error| AttemptFault::Before(StoreError::backend(NAME, error)))?;
    let moments: Result<Vec<i64>, _> = commit
        .outbox
        .iter()
        .map(|work| moment(work.due_at))
        .collect();
    let moments = moments.map_err(AttemptFault::Before)?;
    let opened_at = moment(facts.at).map_err(AttemptFault::Before)?;
    let positions: Vec<i64> = (0..).take(commit.outbox.len()).collect();
    let kinds: Vec<Cow<'static, str>> = commit.outbox.iter().map(|work| kind(work.kind)).collect();
    let bodies: Vec<&[u8]> = commit
        .outbox
        .iter()
        .map(|work| work.body.as_bytes())
        .collect();

    let (session, chart, key) = (
        facts.session.as_str(),
        facts.chart.as_str(),
        facts.key.as_str(),
    );
    let version = i64::from(facts.version);
    let (state, snapshot) = (facts.to.as_bytes(), commit.snapshot.as_bytes());
    let (head, prev) = (
        &commit.entry.hash.as_bytes()[..],
        &commit.entry.prev.as_bytes()[..],
    );
    let answer = match commit.expected {
        Expected::Absent => {
            connections
                .ask(
                    OPEN,
                    &[
                        &session, &chart, &version, &state, &snapshot, &head, &key, &entry,
                        &positions, &kinds, &bodies, &moments, &opened_at,
                    ],
                )
                .await
        }
        Expected::At(expected) => {
            connections
                .ask(
                    STEP,
                    &[
                        &session,
                        &chart,
                        &version,
                        &state,
                        &snapshot,
                        &head,
                        &key,
                        &entry,
                        &positions,
                        &kinds,
                        &bodies,
                        &moments,
                        &i64::from(expected),
                        &prev,
                    ],
                )
                .await
        }
    };
    let rows = answer.map_err(AttemptFault::Asked)?;
    let counts = rows
        .first()
        .map_or([0; 3], |row| [row.get(0), row.get(1), row.get(2)]);
    let whole = [1, 1, i64::try_from(commit.outbox.len()).unwrap_or(i64::MAX)];
    match counts {
        [0, 0, 0] => Ok(false),
        counts if counts == whole => Ok(true),
        // A rule or a trigger that somebody has put on our tables.
        _ => Err(AttemptFault::Before(corrupt("commit"))),
    }
}

/// Why a commit was not taken, or whether it was.
struct Standing {
    version: Option<u32>,
    head: Hash,
    under_key: Option<Entry>,
}

impl Standing {
    async fn of(connections: &Connections, commit: &Commit) -> Result<Self, StoreError> {
        let facts = &commit.entry.facts;
        let rows = connections
            .find_out(
                STANDING,
                &[
                    &facts.session.as_str(),
                    &facts.chart.as_str(),
                    &facts.key.as_str(),
                ],
            )
            .await
            .map_err(Fault::told)?;
        let row = rows.first().ok_or_else(|| corrupt("row"))?;
        let version: Option<i64> = column(row, 0, "row")?;
        let head: Option<&[u8]> = column(row, 1, "row")?;
        let under_key: Option<&str> = column(row, 2, "journal")?;
        Ok(Self {
            version: version.map(number).transpose()?,
            head: head.map_or(Ok(Hash::ZERO), hash)?,
            under_key: under_key.map(decode).transpose()?,
        })
    }

    /// The answer, if what stands there gives one.
    fn answer(self, commit: &Commit, was_in_doubt: bool) -> Option<Result<Committed, StoreError>> {
        let expected = match commit.expected {
            Expected::Absent => None,
            Expected::At(version) => Some(version),
        };
        match self.under_key {
            // The connection broke after the commit.
            Some(entry) if was_in_doubt && entry == commit.entry => Some(Ok(Committed::Now)),
            Some(entry) => Some(Ok(Committed::Before(entry))),
            None if self.version != expected => Some(Err(StoreError::Conflict {
                found: self.version,
            })),
            None if self.head != commit.entry.prev => Some(Err(StoreError::OutOfOrder)),
            None => None,
        }
    }
}

pub(super) async fn journal(
    connections: &Connections,
    row: &Row,
) -> Result<Vec<Entry>, StoreError> {
    let found = connections
        .insist(JOURNAL, &[&row.session.as_str(), &row.chart.as_str()])
        .await
        .map_err(Fault::told)?;
    found
        .iter()
        .map(|found| decode(column(found, 0, "journal")?))
        .collect()
}

pub(super) async fn list(connections: &Connections, query: &Query) -> Result<Page, StoreError> {
    // Before the first and behind the last place that there can be: no session's name has a tilde.
    let (place, session) = match (&query.after, query.order) {
        (Some(place), _) => (until(place.opened_at), place.session.as_str()),
        (None, Order::NewestFirst) => (i64::MAX, "~"),
        (None, Order::OldestFirst) => (-1, ""),
    };
    let chart = query.chart.as_str();
    let limit = i64::try_from(query.limit() + 1).unwrap_or(i64::MAX);
    let found = match &query.state {
        Some(state) => {
            let statement = match query.order {
                Order::NewestFirst => NEWEST_IN_STATE,
                Order::OldestFirst => OLDEST_IN_STATE,
            };
            let state = state.as_bytes();
            connections
                .insist(statement, &[&chart, &place, &session, &limit, &state])
                .await
                .map_err(Fault::told)?
        }
        None => {
            let statement = match query.order {
                Order::NewestFirst => NEWEST,
                Order::OldestFirst => OLDEST,
            };
            connections
                .insist(statement, &[&chart, &place, &session, &limit])
                .await
                .map_err(Fault::told)?
        }
    };
    let rows = found
        .iter()
        .map(|found| {
            let row = Row {
                session: session_of(column(found, 5, "listing")?)?,
                chart: query.chart,
            };
            let place = Cursor {
                opened_at: timestamp(column(found, 4, "listing")?, "listing")?,
                session: row.session.clone(),
            };
            let listed = match kept(found) {
                Ok(kept) => Ok(Listed { row, kept }),
                Err(_) => Err(row),
            };
            Ok((place, listed))
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Page::cut(rows, query.limit()))
}

pub(super) fn kept(row: &tokio_postgres::Row) -> Result<Kept, StoreError> {
    Ok(Kept {
        version: number(column(row, 0, "row")?)?,
        state: text(column(row, 1, "row")?, "row")?,
        snapshot: text(column(row, 2, "row")?, "row")?,
        head: hash(column(row, 3, "row")?)?,
        opened_at: timestamp(column(row, 4, "row")?, "row")?,
    })
}

pub(super) fn decode(entry: &str) -> Result<Entry, StoreError> {
    serde_json::from_str(entry).map_err(|_| corrupt("journal"))
}

pub(super) fn hash(bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes
        .try_into()
        .map(Hash::from_bytes)
        .map_err(|_| corrupt("row"))
}

fn number(number: i64) -> Result<u32, StoreError> {
    number.try_into().map_err(|_| corrupt("row"))
}

pub(super) fn kind(kind: OutgoingKind) -> Cow<'static, str> {
    match kind {
        OutgoingKind::Effect => "effect".into(),
        OutgoingKind::Timer => "timer".into(),
        OutgoingKind::Notice(Receiver(number)) => format!("notice.{number}").into(),
    }
}

pub(super) fn kind_of(text: &str) -> Result<OutgoingKind, StoreError> {
    match (text, text.strip_prefix("notice.")) {
        ("effect", _) => Ok(OutgoingKind::Effect),
        ("timer", _) => Ok(OutgoingKind::Timer),
        (_, Some(number)) => number
            .parse()
            .map(|number| OutgoingKind::Notice(Receiver(number)))
            .map_err(|_| corrupt("outbox")),
        _ => Err(corrupt("outbox")),
    }
}

pub(super) fn session_of(name: &str) -> Result<SessionId, StoreError> {
    name.parse().map_err(|_| corrupt("row"))
}

pub(super) fn chart_of(name: &str) -> Result<ChartName, StoreError> {
    [ChartName::Collection, ChartName::Review]
        .into_iter()
        .find(|chart| chart.as_str() == name)
        .ok_or_else(|| corrupt("row"))
}

pub(super) fn text(bytes: &[u8], what: &'static str) -> Result<String, StoreError> {
    String::from_utf8(bytes.into()).map_err(|_| corrupt(what))
}

pub(super) fn timestamp(millis: i64, what: &'static str) -> Result<Timestamp, StoreError> {
    u64::try_from(millis)
        .map(Timestamp::from_millis)
        .map_err(|_| corrupt(what))
}

/// A moment that is kept and comes back as it was.
pub(super) fn moment(at: Timestamp) -> Result<i64, StoreError> {
    i64::try_from(at.as_millis()).map_err(|_| StoreError::TooLarge { what: "moment" })
}

/// A moment that is only compared: none that is kept lies behind the last one.
pub(super) fn until(at: Timestamp) -> i64 {
    i64::try_from(at.as_millis()).unwrap_or(i64::MAX)
}

/// A column, which has the type we gave it unless somebody has changed our tables.
pub(super) fn column<'r, T: tokio_postgres::types::FromSql<'r>>(
    row: &'r tokio_postgres::Row,
    index: usize,
    what: &'static str,
) -> Result<T, StoreError> {
    row.try_get(index).map_err(|_| corrupt(what))
}

pub(super) const fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { store: NAME, what }
}
