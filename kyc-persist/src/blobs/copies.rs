//! The copies that people look at: one of an image, made from it once, kept beside it, and gone with it.

use bytes::{BufMut, Bytes, BytesMut};
use kyc_core::journal::Hash;
use kyc_core::{BlobRef, SessionId};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt, PutMode};
use sha2::{Digest, Sha256};

use super::{Blobs, name_of, shelf, world};
use crate::StoreError;

impl Blobs {
    /// Keeps the copy of an image; an earlier one is replaced. Look afterwards whether the image is still there: if it was
    /// let go meanwhile, [`delete`](Self::delete) it again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; keeping it again does no harm.
    pub async fn put_copy(
        &self,
        session: &SessionId,
        of: &BlobRef,
        copy: Bytes,
    ) -> Result<(), StoreError> {
        let in_sync = self.write_copy(session, of, copy).await?;
        self.sync_session(session, in_sync).await
    }

    /// Writes the copy; what leads to it may have to be synced.
    pub(super) async fn write_copy(
        &self,
        session: &SessionId,
        of: &BlobRef,
        copy: Bytes,
    ) -> Result<bool, StoreError> {
        let mut bytes = BytesMut::with_capacity(DIGEST + copy.len());
        bytes.put_slice(digest_of(copy.clone()).await?.as_bytes());
        bytes.put(copy);
        let (name, object) = match &self.cover {
            Some(cover) => {
                let (_, object) = cover.cover(session, &cover_name(of), bytes.into()).await?;
                (cover.name(session, of).await?, object)
            }
            None => (Some(of.to_string()), bytes.into()),
        };
        let name = name.ok_or(StoreError::Erased)?;
        let place = place(session, &name);
        self.write(&place, object, PutMode::Overwrite).await
    }

    /// The copy of an image, if there is one. One that is damaged is none: it can be made again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`], and [`StoreError::Erased`] of who was forgotten.
    pub async fn copy(
        &self,
        session: &SessionId,
        of: &BlobRef,
    ) -> Result<Option<Bytes>, StoreError> {
        let Some(place) = self.copy_place(session, of).await? else {
            return Ok(None);
        };
        let Some(bytes) = self.read(&place).await? else {
            return Ok(None);
        };
        let bytes = match &self.cover {
            Some(cover) => match cover.uncover(session, &cover_name(of), bytes).await {
                Err(StoreError::Corrupt { .. }) => return Ok(None),
                uncovered => uncovered?,
            },
            None => bytes,
        };
        if bytes.len() < DIGEST {
            return Ok(None);
        }
        let copy = bytes.slice(DIGEST..);
        let is_whole = digest_of(copy.clone()).await?.as_bytes()[..] == bytes[..DIGEST];
        Ok(is_whole.then_some(copy))
    }

    /// Whether there is a copy of the image. It is not looked at.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn has_copy(&self, session: &SessionId, of: &BlobRef) -> Result<bool, StoreError> {
        let place = match self.copy_place(session, of).await {
            Ok(Some(place)) => place,
            Ok(None) | Err(StoreError::Erased) => return Ok(false),
            Err(error) => return Err(error),
        };
        match self.objects.head(&place).await {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(world(error)),
        }
    }

    pub(super) async fn delete_copy(
        &self,
        session: &SessionId,
        of: &BlobRef,
    ) -> Result<(), StoreError> {
        let place = match self.copy_place(session, of).await {
            Ok(Some(place)) => place,
            Ok(None) | Err(StoreError::Erased) => return Ok(()),
            Err(error) => return Err(error),
        };
        match self.objects.delete(&place).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(world(error)),
        }
    }

    async fn copy_place(
        &self,
        session: &SessionId,
        of: &BlobRef,
    ) -> Result<Option<Path>, StoreError> {
        let name = match &self.cover {
            Some(cover) => cover.name(session, of).await?,
            None => Some(of.to_string()),
        };
        Ok(name.map(|name| place(session, &name)))
    }
}

/// Beside the image, under a name that no image has.
fn place(session: &SessionId, name: &str) -> Path {
    shelf(session).join(format!("{name}{SUFFIX}"))
}

/// What a copy is sealed as, so that neither can be put in the place of the other.
fn cover_name(of: &BlobRef) -> BlobRef {
    let mut digest = Sha256::new_with_prefix(b"kyc copy 1 ");
    digest.update(of.as_str());
    super::spelled(Hash::from_bytes(digest.finalize().into()))
}

async fn digest_of(bytes: Bytes) -> Result<Hash, StoreError> {
    let name = name_of(bytes).await?;
    Hash::try_from(name.to_string()).map_err(world)
}

pub(super) const SUFFIX: &str = ".copy";

const DIGEST: usize = 32;
