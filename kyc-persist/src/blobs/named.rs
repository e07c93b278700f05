//! Bytes and the name that follows from them, so that a large file is digested once.

use std::fmt;

use bytes::Bytes;
use kyc_core::BlobRef;
use kyc_core::journal::Hash;
use sha2::{Digest, Sha256};

use super::world;
use crate::StoreError;

/// Bytes with their name, which is their SHA-256.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedBlob {
    pub(super) blob: BlobRef,
    pub(super) bytes: Bytes,
}

impl NamedBlob {
    /// Names the bytes.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] when the runtime ends meanwhile.
    pub async fn of(bytes: Bytes) -> Result<Self, StoreError> {
        let blob = name_of(bytes.clone()).await?;
        Ok(Self { blob, bytes })
    }

    /// The name.
    pub const fn blob(&self) -> &BlobRef {
        &self.blob
    }
}

impl fmt::Debug for NamedBlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The bytes are somebody's passport.
        formatter
            .debug_tuple("NamedBlob")
            .field(&self.blob)
            .finish()
    }
}

/// The digest of bytes.
pub(super) async fn name_of(bytes: Bytes) -> Result<BlobRef, StoreError> {
    let digest = over(bytes.len(), move || Sha256::digest(&bytes));
    let digest: [u8; 32] = digest.await?.into();
    Ok(spelled(Hash::from_bytes(digest)))
}

pub(super) fn spelled(digest: Hash) -> BlobRef {
    match BlobRef::try_from(digest.to_string()) {
        Ok(blob) => blob,
        Err(error) => {
            unreachable!("a hash is written in 64 lower-case hexadecimal digits: {error}")
        }
    }
}

/// Works over so many bytes: at once while they are few, for another thread takes longer to wake up; otherwise where it blocks
/// nobody.
pub(crate) async fn over<T: Send + 'static>(
    length: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    match length <= FEW {
        true => Ok(work()),
        false => tokio::task::spawn_blocking(work).await.map_err(world),
    }
}

/// Digested or sealed in some ten microseconds.
const FEW: usize = 32 * 1024;
