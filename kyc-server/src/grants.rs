//! Grants that nobody else can have written: a store keeps them as it is told, and whoever can write to it without this
//! server's secret makes themselves neither a reviewer nor an applicant, lets no token live longer and gives it to no other.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use base64ct::{Base64UrlUnpadded, Encoding};
use kyc_core::Timestamp;
use kyc_core::journal::Hash;
use kyc_persist::{Grant, Grants, StoreError};

use crate::secrets::{keyed, same};

/// Signs what it puts, and finds nothing but what it signed. The signature stands behind the purpose.
pub(crate) struct Signed {
    grants: Arc<dyn Grants>,
    secret: [u8; 32],
}

impl Signed {
    pub(crate) fn new(grants: Arc<dyn Grants>, secret: [u8; 32]) -> Self {
        Self { grants, secret }
    }

    /// Whether this is the secret that was here first. The first one leaves its mark.
    pub(crate) async fn is_at_home(&self, now: Timestamp) -> Result<bool, StoreError> {
        if let Some(mark) = self.grants.find(&MARK, now).await? {
            return Ok(self.opened(&MARK, mark).is_some());
        }
        let mark = Grant {
            // A colon keeps it apart from sessions, whose names have none.
            subject: "server:secret".into(),
            purpose: "mark".into(),
            expires_at: Timestamp::from_millis(i64::MAX as u64),
        };
        self.put(&MARK, mark).await?;
        Ok(true)
    }

    /// Bound to its place, too: the same grant under another token is another's.
    fn signature(&self, hash: &Hash, grant: &Grant) -> Hash {
        let until = grant.expires_at.as_millis().to_be_bytes();
        let (subject, purpose) = (grant.subject.as_bytes(), grant.purpose.as_bytes());
        let said: [&[u8]; 5] = [b"grant 1", hash.as_bytes(), subject, purpose, &until];
        keyed(&self.secret, &said)
    }

    /// The grant as it was put, if this server put it.
    fn opened(&self, hash: &Hash, kept: Grant) -> Option<Grant> {
        let (purpose, signature) = kept.purpose.rsplit_once(BEFORE_SIGNATURE)?;
        let mut bytes = [0; 32];
        Base64UrlUnpadded::decode(signature, &mut bytes).ok()?;
        let grant = Grant {
            purpose: purpose.to_owned(),
            ..kept
        };
        same(&Hash::from_bytes(bytes), &self.signature(hash, &grant)).then_some(grant)
    }

    fn trusted(&self, hash: &Hash, kept: Option<Grant>) -> Option<Grant> {
        let kept = kept?;
        let opened = self.opened(hash, kept);
        if opened.is_none() {
            tracing::error!("a grant that was not signed with this server's secret was refused");
        }
        opened
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Signed").field(&self.grants).finish()
    }
}

/// A hash that no token has.
const MARK: Hash = Hash::from_bytes([0xfe; 32]);

/// No signature has one.
const BEFORE_SIGNATURE: char = '.';

#[async_trait]
impl Grants for Signed {
    async fn put(&self, hash: &Hash, grant: Grant) -> Result<(), StoreError> {
        let signature = self.signature(hash, &grant);
        let signature = Base64UrlUnpadded::encode_string(signature.as_bytes());
        let purpose = format!("{}{BEFORE_SIGNATURE}{signature}", grant.purpose);
        self.grants.put(hash, Grant { purpose, ..grant }).await
    }

    async fn find(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        Ok(self.trusted(hash, self.grants.find(hash, now).await?))
    }

    async fn take(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        Ok(self.trusted(hash, self.grants.take(hash, now).await?))
    }

    async fn revoke(&self, subject: &str) -> Result<usize, StoreError> {
        self.grants.revoke(subject).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.grants.sweep(now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kyc_persist::MemoryStore;

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const PLACE: Hash = Hash::from_bytes([1; 32]);

    fn grant() -> Grant {
        Grant {
            subject: "reviewer:ada".into(),
            purpose: "reviewer 5000".into(),
            expires_at: Timestamp::from_millis(2_000),
        }
    }

    fn signed() -> (Arc<MemoryStore>, Signed) {
        let store = Arc::new(MemoryStore::new());
        (store.clone(), Signed::new(store, [7; 32]))
    }

    #[tokio::test]
    async fn what_was_granted_is_found_as_it_was_put() {
        let (_, signed) = signed();
        signed.put(&PLACE, grant()).await.unwrap();
        assert_eq!(signed.find(&PLACE, NOW).await.unwrap(), Some(grant()));
        assert_eq!(signed.take(&PLACE, NOW).await.unwrap(), Some(grant()));
        assert_eq!(signed.take(&PLACE, NOW).await.unwrap(), None);
    }

    #[tokio::test]
    async fn whoever_writes_to_the_store_grants_nothing() {
        let (store, signed) = signed();
        signed.put(&PLACE, grant()).await.unwrap();
        let sound = store.find(&PLACE, NOW).await.unwrap().unwrap();
        let (elsewhere, later) = (Hash::from_bytes([2; 32]), Timestamp::from_millis(9_000));
        let mut other = sound.clone();
        other.purpose = other.purpose.replacen("5000", "9000", 1);
        let forged = [
            (PLACE, grant()),
            (elsewhere, sound.clone()),
            (PLACE, other),
            (
                PLACE,
                Grant {
                    subject: "reviewer:eve".into(),
                    ..sound.clone()
                },
            ),
            (
                PLACE,
                Grant {
                    expires_at: later,
                    ..sound.clone()
                },
            ),
        ];
        for (place, forged) in forged {
            store.put(&place, forged.clone()).await.unwrap();
            let found = signed.find(&place, NOW).await.unwrap();
            assert_eq!(found, None, "{forged:?}");
            assert_eq!(signed.take(&place, NOW).await.unwrap(), None, "{forged:?}");
        }
    }

    #[tokio::test]
    async fn another_server_s_secret_signs_nothing_here_and_is_told_so() {
        let (store, signed) = signed();
        assert!(signed.is_at_home(NOW).await.unwrap());
        assert!(signed.is_at_home(NOW).await.unwrap());
        let stranger = Signed::new(store, [8; 32]);
        assert!(!stranger.is_at_home(NOW).await.unwrap());
        stranger.put(&PLACE, grant()).await.unwrap();
        assert_eq!(signed.find(&PLACE, NOW).await.unwrap(), None);
    }
}
