//! Tokens and codes, found by hash, by subject and by expiry.

use kyc_core::Timestamp;
use kyc_core::journal::Hash;

use super::connections::Connections;
use super::fault::Fault;
use super::rows::{column, moment, text, timestamp, until};
use crate::{Grant, StoreError};

const PUT: &str = "\
    insert into kyc_grant (hash, subject, purpose, expires_at) values ($1, $2, $3, $4) \
    on conflict (hash) do update \
    set subject = excluded.subject, purpose = excluded.purpose, expires_at = excluded.expires_at";

const FIND: &str = "select subject, purpose, expires_at from kyc_grant where hash = $1";

const TAKE: &str = "delete from kyc_grant where hash = $1 returning subject, purpose, expires_at";

const REVOKE: &str = "delete from kyc_grant where subject = $1 returning 1";

// Of two that sweep, each takes what the other leaves.
const SWEEP: &str = "\
    delete from kyc_grant where hash in ( \
        select hash from kyc_grant where expires_at <= $1 order by expires_at limit 1000 for update skip locked \
    ) returning 1";

pub(super) async fn put(
    connections: &Connections,
    hash: &Hash,
    grant: &Grant,
) -> Result<(), StoreError> {
    let (subject, purpose) = (grant.subject.as_bytes(), grant.purpose.as_bytes());
    let expires_at = moment(grant.expires_at)?;
    connections
        .insist(
            PUT,
            &[&&hash.as_bytes()[..], &subject, &purpose, &expires_at],
        )
        .await
        .map_err(Fault::told)?;
    Ok(())
}

pub(super) async fn find(
    connections: &Connections,
    hash: &Hash,
    now: Timestamp,
) -> Result<Option<Grant>, StoreError> {
    let rows = connections
        .insist(FIND, &[&&hash.as_bytes()[..]])
        .await
        .map_err(Fault::told)?;
    holding(&rows, now)
}

pub(super) async fn take(
    connections: &Connections,
    hash: &Hash,
    now: Timestamp,
) -> Result<Option<Grant>, StoreError> {
    // In doubt it is not asked again: nothing would be found, as if it had never been there.
    let rows = connections
        .ask(TAKE, &[&&hash.as_bytes()[..]])
        .await
        .map_err(Fault::told)?;
    holding(&rows, now)
}

pub(super) async fn revoke(connections: &Connections, subject: &str) -> Result<usize, StoreError> {
    // In doubt it is not asked again: the count would be wrong.
    let rows = connections
        .ask(REVOKE, &[&subject.as_bytes()])
        .await
        .map_err(Fault::told)?;
    Ok(rows.len())
}

pub(super) async fn sweep(connections: &Connections, now: Timestamp) -> Result<usize, StoreError> {
    let rows = connections
        .ask(SWEEP, &[&until(now)])
        .await
        .map_err(Fault::told)?;
    Ok(rows.len())
}

fn holding(rows: &[tokio_postgres::Row], now: Timestamp) -> Result<Option<Grant>, StoreError> {
    let grant = rows.first().map(grant);
    Ok(grant.transpose()?.filter(|grant| grant.holds_at(now)))
}

pub(super) fn grant(row: &tokio_postgres::Row) -> Result<Grant, StoreError> {
    Ok(Grant {
        subject: text(column(row, 0, "grant")?, "grant")?,
        purpose: text(column(row, 1, "grant")?, "grant")?,
        expires_at: timestamp(column(row, 2, "grant")?, "grant")?,
    })
}
