//! Whether a server keeps what it acknowledges: what is refused, and what an operator is told.

use std::fmt;

use tokio_postgres::{Client, Error};

use super::connections::Connections;
use crate::StoreError;

/// Settings without which an acknowledged commit may be lost, or come back torn.
const NEEDED: [(&str, &[&str]); 5] = [
    ("fsync", &["on"]),
    // What a failed sync has lost, the next one does not bring back.
    ("data_sync_retry", &["off"]),
    ("full_page_writes", &["on"]),
    // `local` waits for this server's disk, and so do the others but `off`.
    (
        "synchronous_commit",
        &["on", "local", "remote_write", "remote_apply"],
    ),
    // Names and journal lines are any text.
    ("server_encoding", &["UTF8"]),
];

/// What about a database an operator should know: it keeps what it has acknowledged, but not under every circumstance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PostgresWarning {
    /// Standbys follow, and no commit waits for any of them.
    AsynchronousStandbys,
    /// Commits of this user do not wait for the standbys that are named as synchronous.
    LocalCommits,
}

impl fmt::Display for PostgresWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AsynchronousStandbys => {
                "the database's standbys follow asynchronously: after a failover, commits that were acknowledged can be \
                 missing (see synchronous_standby_names)"
            }
            Self::LocalCommits => {
                "the database does not wait for its synchronous standbys: after a failover, commits that were acknowledged \
                 can be missing (see synchronous_commit)"
            }
        })
    }
}

/// What is set wrongly on this connection's server. A database that is not PostgreSQL may not know a setting.
pub(super) async fn unfit(client: &Client) -> Result<Option<String>, Error> {
    let rows = client
        .query("select name, setting from pg_settings where name in ('fsync', 'data_sync_retry', 'full_page_writes', 'synchronous_commit', 'server_encoding')", &[])
        .await?;
    for row in rows {
        let (name, setting): (&str, &str) = (row.try_get(0)?, row.try_get(1)?);
        let fits = NEEDED
            .iter()
            .filter(|(needed, _)| *needed == name)
            .all(|(_, values)| values.contains(&setting));
        if !fits {
            return Ok(Some(format!("{name} is {setting}")));
        }
    }
    Ok(None)
}

pub(super) async fn warnings(
    connections: &Connections,
) -> Result<Vec<PostgresWarning>, StoreError> {
    let rows = connections
        .insist(
            "select coalesce(current_setting('synchronous_standby_names', true), '') <> '', \
             coalesce(current_setting('synchronous_commit', true), '') = 'local', \
             (select count(*) from pg_stat_replication)",
            &[],
        )
        .await;
    let Ok(rows) = rows else {
        // Not PostgreSQL: how it replicates is its own matter.
        return Ok(Vec::new());
    };
    let mut warnings = Vec::new();
    for row in rows {
        let (waits, is_local, standbys): (bool, bool, i64) = (row.get(0), row.get(1), row.get(2));
        if standbys > 0 && !waits {
            warnings.push(PostgresWarning::AsynchronousStandbys);
        }
        if waits && is_local {
            warnings.push(PostgresWarning::LocalCommits);
        }
    }
    Ok(warnings)
}
