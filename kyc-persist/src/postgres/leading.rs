//! Whether the database still leads. One that was deposed does not know it at once: it would go on telling what was true
//! before, and what it has alone. It cannot commit, because its standbys follow another one; so a commit is the proof.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use tokio_postgres::error::SqlState;

use super::connections::pause;
use super::fault::{Fault, PostgresError};

/// How long a proof is good for. Nobody takes over as fast after a primary has fallen silent.
const GOOD_FOR: Duration = Duration::from_secs(2);

/// How long a proof may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// A commit that says nothing, waits for the standbys, and is none where commits wait for none. Refused by one who follows.
const PROVE: &str = "\
    update kyc_migration set name = name \
    where number = 0 and coalesce(current_setting('synchronous_standby_names', true), '') <> ''";

/// What is known about the host that all connections go to.
#[derive(Debug, Default)]
pub(super) struct Leading {
    /// When the newest proof was begun.
    proven: Mutex<Option<Instant>>,
    /// Who proves it, proves it for all who wait.
    proving: tokio::sync::Mutex<()>,
}

impl Leading {
    /// Whether a database that led then can be believed that it leads now, over a connection that was made at that moment.
    pub(super) fn is_proven(&self, made_at: Instant) -> bool {
        self.newest().is_some_and(|begun| begun >= oldest(made_at))
    }

    /// The same, proven where it is not.
    pub(super) async fn prove(&self, made_at: Instant, client: &Object) -> Result<(), Fault> {
        self.prove_after(oldest(made_at), client).await
    }

    /// Proves that the database has led after `moment`, and that all that could be read from it then is on its standbys.
    pub(super) async fn prove_after(&self, moment: Instant, client: &Object) -> Result<(), Fault> {
        let _proving = self.proving.lock().await;
        if self.newest().is_some_and(|begun| begun >= moment) {
            return Ok(());
        }
        let begun = Instant::now();
        match tokio::time::timeout(PATIENCE, proof(client)).await {
            Ok(proof) => proof?,
            Err(_) => return Err(Fault::Unreached(PostgresError::Silent)),
        }
        *self.proven.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        Ok(())
    }

    fn newest(&self) -> Option<Instant> {
        *self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn proof(client: &Object) -> Result<(), Fault> {
    for tried in 1.. {
        match client.batch_execute(PROVE).await {
            Ok(()) => break,
            // Before the first migration there is nothing to read.
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => break,
            Err(error) => match Fault::of_unsent(error) {
                // Where transactions are serializable, of another server's proof.
                Fault::InTheWay(_) => pause(tried).await,
                fault => return Err(fault),
            },
        }
    }
    Ok(())
}

/// What a proof must not be older than. A database that was restarted shows what it alone had kept before; nothing that was
/// proven before a connection to it was made is about that.
fn oldest(made_at: Instant) -> Instant {
    let now = Instant::now();
    now.checked_sub(GOOD_FOR)
        .map_or(made_at, |then| then.max(made_at))
}
