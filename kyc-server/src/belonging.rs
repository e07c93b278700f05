//! Whether the images that lie there are those of this store: both have the same mark, which the first start leaves.

use std::path::Path;
use std::{fs, io};

use kyc_core::Timestamp;
use kyc_core::journal::Hash;
use kyc_persist::{Grant, Grants};
use kyc_server::secrets::Secret;

/// Compares the marks of store and images. `are_lost` is the operator's word that what is there is all there is.
pub(crate) async fn check(
    grants: &dyn Grants,
    images: &Path,
    are_lost: bool,
) -> Result<(), String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", images.display());
    let file = images.join(FILE);
    let known = grants.find(&MARK, Timestamp::default()).await;
    let known = known
        .map_err(|error| told(&error))?
        .map(|mark| mark.purpose);
    let found = read(&file).map_err(|error| told(&error))?;
    match (known, found) {
        (Some(known), Some(found)) if known == found => Ok(()),
        (Some(_), _) if !are_lost => Err(told(&NOT_THESE)),
        (Some(known), None) => keep(&file, &known).map(drop).map_err(|error| told(&error)),
        (_, found) => {
            let mark = match found {
                Some(found) => found,
                None => {
                    let new = Secret::random().digest().to_string();
                    keep(&file, &new).map_err(|error| told(&error))?
                }
            };
            let mark = Grant {
                // A colon keeps it apart from sessions, whose names have none.
                subject: "server:images".into(),
                purpose: mark,
                expires_at: Timestamp::from_millis(i64::MAX as u64),
            };
            grants.put(&MARK, mark).await.map_err(|error| told(&error))
        }
    }
}

fn read(file: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(file) {
        Ok(mark) => Ok(Some(mark.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Leaves the mark; another server that starts at the same time may have been first.
fn keep(file: &Path, mark: &str) -> io::Result<String> {
    match kyc_persist::keep_secret(file, format!("{mark}\n").as_bytes()) {
        Ok(()) => Ok(mark.to_owned()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            read(file).map(Option::unwrap_or_default)
        }
        Err(error) => Err(error),
    }
}

/// No session is called so.
const FILE: &str = "images.id";

/// A hash that no token has.
const MARK: Hash = Hash::from_bytes([0xfc; 32]);

const NOT_THESE: &str = "the images of this store are not here: is the disk mounted, and is it the directory that was used before \
     (--blobs)? To go on with what is here, start once with --images-are-lost";

#[cfg(test)]
mod tests {
    use super::*;
    use kyc_persist::MemoryStore;

    fn place() -> tempfile::TempDir {
        tempfile::tempdir().expect("a directory")
    }

    #[tokio::test]
    async fn a_store_goes_on_with_its_images_alone_until_somebody_says_that_they_are_lost() {
        let (store, own, other) = (MemoryStore::new(), place(), place());
        let check = async |images: &tempfile::TempDir, are_lost| {
            check(&store, images.path(), are_lost).await
        };
        for _ in 0..2 {
            assert_eq!(check(&own, false).await, Ok(()));
        }
        let refused = check(&other, false).await.expect_err("not these");
        assert!(refused.contains("--images-are-lost"), "{refused}");
        assert!(!other.path().join(FILE).exists());

        assert_eq!(check(&other, true).await, Ok(()));
        assert_eq!(check(&other, false).await, Ok(()));
        // The disk was mounted again: it is the same store's.
        assert_eq!(check(&own, false).await, Ok(()));
    }

    #[tokio::test]
    async fn images_of_another_store_are_not_taken_for_its_own() {
        let (store, own) = (MemoryStore::new(), place());
        let (another, others) = (MemoryStore::new(), place());
        assert_eq!(check(&store, own.path(), false).await, Ok(()));
        assert_eq!(check(&another, others.path(), false).await, Ok(()));
        assert!(check(&store, others.path(), false).await.is_err());
        assert_eq!(check(&store, others.path(), true).await, Ok(()));
        assert_eq!(check(&store, others.path(), false).await, Ok(()));
        assert!(check(&store, own.path(), false).await.is_err());
    }
}
