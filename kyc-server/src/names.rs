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
        self.keep_note(session, NAME, name).await?;
        let place = self.keyed(&[b"named", name.as_bytes()]);
        let grant = beside(session, session.to_string());
        Ok(self.grants.put(&place, grant).await?)
    }

    /// The session's name, if the company gave it one.
    pub(crate) async fn external_ref(
        &self,
        session: &SessionId,
    ) -> Result<Option<String>, Problem> {
        self.note(session, NAME).await
    }

    /// Keeps something else that the company says of a session, under a word of ours. At most some hundred bytes.
    pub(crate) async fn keep_note(
        &self,
        session: &SessionId,
        word: &str,
        note: &str,
    ) -> Result<(), Problem> {
        let kept = match self.safe.get() {
            Some(safe) => safe.seal_note(session, word, note).await?,
            None => note.to_owned(),
        };
        let place = self.keyed(&[word.as_bytes(), session.as_str().as_bytes()]);
        Ok(self.grants.put(&place, beside(session, kept)).await?)
    }

    /// What was kept under that word.
    pub(crate) async fn note(
        &self,
        session: &SessionId,
        word: &str,
    ) -> Result<Option<String>, Problem> {
        let place = self.keyed(&[word.as_bytes(), session.as_str().as_bytes()]);
        let found = self.grants.find(&place, self.clock.now()).await?;
        match (found, self.safe.get()) {
            (Some(grant), Some(safe)) => read(safe, session, word, &grant.purpose).await,
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

/// Stays until the session is erased.
fn beside(session: &SessionId, purpose: String) -> Grant {
    Grant {
        subject: external(session),
        purpose,
        expires_at: Timestamp::from_millis(i64::MAX as u64),
    }
}

async fn read(
    safe: &Safe,
    session: &SessionId,
    word: &str,
    sealed: &str,
) -> Result<Option<String>, Problem> {
    match safe.open_note(session, word, sealed).await {
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
