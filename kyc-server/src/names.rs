//! What the company calls its sessions: kept beside the tokens, where it outlives the process, is in no journal and goes when
//! the session is erased. Found by a keyed digest, so that nobody who reads the store learns which names are in it.

use kyc_core::{SessionId, Timestamp};
use kyc_persist::{Grant, Safe, StoreError};

use crate::app::App;
use crate::problem::Problem;

/// What a sealed name is bound to, beside its session.
const NAME: &str = "external_ref";

impl App {
    /// Keeps the name, and lets the session be found by it: of several that were given the same the one that came last.
    pub(crate) async fn keep_external_ref(
        &self,
        session: &SessionId,
        name: &str,
    ) -> Result<(), Problem> {
        let grant = |purpose: String| Grant {
            subject: external(session),
            purpose,
            expires_at: Timestamp::from_millis(i64::MAX as u64),
        };
        let kept = match self.safe.get() {
            Some(safe) => safe.seal_note(session, NAME, name).await?,
            None => name.to_owned(),
        };
        let place = self.keyed(&[b"external_ref", session.as_str().as_bytes()]);
        self.grants.put(&place, grant(kept)).await?;
        let place = self.keyed(&[b"named", name.as_bytes()]);
        Ok(self.grants.put(&place, grant(session.to_string())).await?)
    }

    /// The session's name, if the company gave it one.
    pub(crate) async fn external_ref(
        &self,
        session: &SessionId,
    ) -> Result<Option<String>, Problem> {
        let place = self.keyed(&[b"external_ref", session.as_str().as_bytes()]);
        let found = self.grants.find(&place, self.clock.now()).await?;
        match (found, self.safe.get()) {
            (Some(grant), Some(safe)) => read(safe, session, &grant.purpose).await,
            (found, _) => Ok(found.map(|grant| grant.purpose)),
        }
    }

    /// The session of that name.
    pub(crate) async fn session_named(&self, name: &str) -> Result<Option<SessionId>, Problem> {
        let place = self.keyed(&[b"named", name.as_bytes()]);
        let found = self.grants.find(&place, self.clock.now()).await?;
        Ok(found.and_then(|grant| grant.purpose.parse().ok()))
    }
}

async fn read(safe: &Safe, session: &SessionId, sealed: &str) -> Result<Option<String>, Problem> {
    match safe.open_note(session, NAME, sealed).await {
        Ok(name) => Ok(Some(name)),
        Err(StoreError::Erased) => Ok(None),
        // A name that nobody can read keeps no case from being reviewed.
        Err(error @ StoreError::Corrupt { .. }) => {
            tracing::error!(%session, %error, "the company's name for a session is damaged");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whose grants go when the session is erased: its tokens and links, and the company's own name for it.
pub fn grants_of(session: &SessionId) -> [String; 2] {
    [session.to_string(), external(session)]
}

/// A colon keeps it apart from the tokens of the session, whose names have none.
fn external(session: &SessionId) -> String {
    format!("external:{session}")
}
