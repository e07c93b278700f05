//! The tables, and how they come about: migrations in order, each once, however many servers start at once.
//!
//! Who migrates holds the row with the number 0. What happens before that row is there is repeated until it succeeds, and
//! every statement of a migration may be repeated, for databases whose definitions are not part of a transaction.

use deadpool_postgres::Object;
use tokio_postgres::Error;

use super::connections::{Connections, pause};
use super::fault::{Fault, PostgresError};
use crate::StoreError;

/// One after the other, never changed once released.
const MIGRATIONS: [(i64, &str, &str); 3] = [
    (1, "sessions", include_str!("0001.sql")),
    (2, "import", include_str!("0002.sql")),
    (3, "notices", include_str!("0003.sql")),
];

/// What comes before the first migration: where they are counted.
const REGISTER: &str =
    "create table if not exists kyc_migration (number bigint primary key, name text not null)";

/// Nothing about a race lasts: a table that somebody else is just making, a row that somebody else has just changed.
const RACES: [&str; 7] = [
    "23505", "42P07", "42710", "42P06", "40001", "40P01", "XX000",
];

const TRIES: u32 = 60;

pub(super) async fn make(connections: &Connections) -> Result<(), StoreError> {
    for tried in 1.. {
        match attempt(connections).await {
            Ok(Some(newest)) if newest == known() => return Ok(()),
            Ok(Some(found)) if found > known() => {
                let known = known();
                return Err(PostgresError::Newer { found, known }.told());
            }
            // Somebody else is not done yet, or a commit was acknowledged that was none.
            Ok(_) if tried < TRIES => pause(tried).await,
            Err(fault) if is_race(&fault) && tried < TRIES => pause(tried).await,
            Ok(_) => {
                let why = "its tables do not come about".to_owned();
                return Err(PostgresError::Unfit(why).told());
            }
            Err(fault) => return Err(fault.told()),
        }
    }
    unreachable!("the last try answers")
}

/// The newest migration afterwards. They define empty tables: one that has to wait for more than a statement may take
/// would need a patience of its own.
async fn attempt(connections: &Connections) -> Result<Option<i64>, Fault> {
    // Who may not define tables gets along with those that are there.
    let newest = match newest(connections).await {
        Ok(newest) => newest,
        Err(fault) if fault.code() == Some("42P01") => None,
        Err(fault) => return Err(fault),
    };
    if newest.is_some_and(|newest| newest >= known()) {
        return Ok(newest);
    }
    let migrated = async |client: &mut Object| migrate(client).await.map_err(Fault::of_sent);
    connections.patiently(migrated).await?;
    self::newest(connections).await
}

async fn newest(connections: &Connections) -> Result<Option<i64>, Fault> {
    let asked = async |client: &mut Object| {
        let newest = client.query("select max(number) from kyc_migration", &[]);
        newest.await.map_err(Fault::of_sent)
    };
    let rows = connections.patiently(asked).await?;
    Ok(rows.first().and_then(|row| row.get(0)))
}

async fn migrate(client: &mut Object) -> Result<(), Error> {
    client.batch_execute(REGISTER).await?;
    client
        .execute(
            "insert into kyc_migration (number, name) values (0, 'lock') on conflict do nothing",
            &[],
        )
        .await?;
    let transaction = client.transaction().await?;
    transaction
        .query(
            "select number from kyc_migration where number = 0 for update",
            &[],
        )
        .await?;
    let done = transaction
        .query("select number from kyc_migration", &[])
        .await?;
    let done: Vec<i64> = done.iter().map(|row| row.get(0)).collect();
    for (number, name, definitions) in MIGRATIONS {
        if done.contains(&number) {
            continue;
        }
        tracing::info!(number, name, "migrating");
        transaction.batch_execute(definitions).await?;
        transaction
            .execute(
                "insert into kyc_migration (number, name) values ($1, $2)",
                &[&number, &name],
            )
            .await?;
    }
    transaction.commit().await
}

fn known() -> i64 {
    MIGRATIONS
        .iter()
        .map(|(number, ..)| *number)
        .max()
        .unwrap_or(0)
}

fn is_race(fault: &Fault) -> bool {
    fault.code().is_some_and(|code| RACES.contains(&code))
}
