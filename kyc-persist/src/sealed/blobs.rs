//! How images are sealed and named: in chunks, under names that tell nothing, with a key of their session.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use kyc_core::journal::Hash;
use kyc_core::{BlobRef, SessionId};
use sha2::Sha256;

use super::Safe;
use super::cipher::{open_blob, seal_blob, spelled, subkey};
use super::drawer::{DataKey, Use};
use super::safe::{Turn, corrupt};
use crate::blobs::{Cover, over};
use crate::{Blobs, StoreError};

impl Blobs {
    /// The same place, where everything is sealed from now on. What was put there plainly is not found any more.
    #[must_use]
    pub fn sealed(mut self, safe: Safe) -> Self {
        self.cover = Some(Arc::new(safe));
        self
    }
}

#[async_trait]
impl Cover for Safe {
    async fn cover(
        &self,
        session: &SessionId,
        blob: &BlobRef,
        bytes: Bytes,
    ) -> Result<(String, Bytes), StoreError> {
        let to = Use::Blobs(session.clone());
        let (generation, key) = self.key_for(&to, Turn::Standing).await?;
        let name = name(&key, session, blob);
        let (session, blob) = (session.clone(), blob.clone());
        let sealed = over(bytes.len(), move || {
            let place: [&[u8]; 2] = [session.as_str().as_bytes(), blob.as_str().as_bytes()];
            seal_blob(generation, &key, &place, &bytes)
        });
        Ok((name, sealed.await?.into()))
    }

    async fn name(
        &self,
        session: &SessionId,
        blob: &BlobRef,
    ) -> Result<Option<String>, StoreError> {
        let key = self.blob_key(session).await?;
        Ok(key.map(|(_, key)| name(&key, session, blob)))
    }

    async fn uncover(
        &self,
        session: &SessionId,
        blob: &BlobRef,
        covered: Bytes,
    ) -> Result<Bytes, StoreError> {
        let key = self.blob_key(session).await?;
        let (generation, key) = key.ok_or_else(|| corrupt("vault"))?;
        let (session, blob) = (session.clone(), blob.clone());
        let bytes = over(covered.len(), move || {
            let place: [&[u8]; 2] = [session.as_str().as_bytes(), blob.as_str().as_bytes()];
            open_blob(generation, &key, &place, &covered).map_err(|_| corrupt("blob"))
        });
        Ok(bytes.await??.into())
    }

    async fn destroy(&self, session: &SessionId) -> Result<(), StoreError> {
        self.destroy_blobs(session).await
    }
}

impl Safe {
    /// The key of a session's images; nothing when there were never any.
    async fn blob_key(&self, session: &SessionId) -> Result<Option<(u32, DataKey)>, StoreError> {
        let to = Use::Blobs(session.clone());
        let drawers = self.drawers(std::slice::from_ref(&to)).await?;
        let Some(drawer) = drawers.first().and_then(Option::as_ref) else {
            return Ok(None);
        };
        let generation = drawer.standing().ok_or(StoreError::Erased)?;
        let key = self.key(&to, Some(drawer), generation)?;
        Ok(Some((generation, key)))
    }
}

/// The name of an object: whoever has an image cannot find out whether somebody has sent it.
fn name(key: &DataKey, session: &SessionId, blob: &BlobRef) -> String {
    let key = subkey(key, b"kyc blob name 1");
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(&*key).expect("a key of any length");
    mac.update(&spelled(&[
        session.as_str().as_bytes(),
        blob.as_str().as_bytes(),
    ]));
    Hash::from_bytes(mac.finalize().into_bytes().into()).to_string()
}
