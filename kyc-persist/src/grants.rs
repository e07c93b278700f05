//! Who may come back: tokens and one-use codes, of which only the hash is kept.

use std::fmt::Debug;

use async_trait::async_trait;
use kyc_core::Timestamp;
use kyc_core::journal::Hash;
use serde::{Deserialize, Serialize};

use crate::StoreError;

/// What a secret entitles to. The secret itself is never stored, and neither is personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Whom it speaks for: the name of a session or of a reviewer. At most 255 bytes.
    pub subject: String,
    /// What for, in the words of the one who granted it. At most 1,024 bytes.
    pub purpose: String,
    /// From this moment on it is worth nothing.
    pub expires_at: Timestamp,
}

impl Grant {
    /// Whether it is worth something at `now`.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }

    /// What has to hold for a grant whatever the store contains.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.subject.len() > 255 {
            return Err(StoreError::TooLarge { what: "subject" });
        }
        if self.purpose.len() > 1024 {
            return Err(StoreError::TooLarge { what: "purpose" });
        }
        Ok(())
    }
}

/// What the same adapters promise about tokens and codes. As durable as a commit: a revoked grant stays revoked.
#[async_trait]
pub trait Grants: Debug + Send + Sync {
    /// Keeps a grant under the hash of its secret; an earlier one under this hash is replaced.
    async fn put(&self, hash: &Hash, grant: Grant) -> Result<(), StoreError>;

    /// The grant under this hash, if it holds at `now`.
    async fn find(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError>;

    /// The grant under this hash, if it holds at `now`, and nobody gets it again: of any number of callers one gets it.
    async fn take(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError>;

    /// Takes back every grant of a subject; tells how many there were.
    async fn revoke(&self, subject: &str) -> Result<usize, StoreError>;

    /// Forgets grants that hold no longer at `now`; tells how many, and is to be called again while there are some.
    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError>;
}
