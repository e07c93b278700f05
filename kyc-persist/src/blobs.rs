//! Where the bytes of images lie: named by their digest, under their session, written once, checked when they are read.
//!
//! They lie outside the store on purpose: a commit stays small, and erasing a person's images is removing their files.

mod copies;
mod named;
mod parts;
mod shelves;

use std::fmt::Debug;
use std::io;
use std::path::{Path as Directory, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use kyc_core::{BlobRef, SessionId};
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions};

use self::named::{name_of, spelled};
use self::shelves::{Shelves, shelf};
use crate::files::{make_directory, sync};
use crate::{Pulse, StoreError};

pub use self::named::NamedBlob;
#[cfg(feature = "sealed")]
pub(crate) use self::named::over;

/// The name in errors.
const NAME: &str = "blobs";

/// Keeps the bytes of images, in a local directory or in whatever else `object_store` reaches. A clone is the same place.
///
/// ```
/// use kyc_persist::Blobs;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let blobs = Blobs::memory();
/// let session = "s-1".parse()?;
/// let photo = blobs.put(&session, "bytes of a photo".into()).await?;
/// assert_eq!(blobs.get(&session, &photo).await?, Some("bytes of a photo".into()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Blobs {
    objects: Arc<dyn ObjectStore>,
    /// Where the files are, when they are local: what `object_store` does not sync is synced here.
    root: Option<Arc<PathBuf>>,
    shelves: Shelves,
    pulse: Pulse,
    /// Nothing when objects are plainly what they hold.
    pub(crate) cover: Option<Arc<dyn Cover>>,
}

/// How objects are called and what they hold when that is not to be seen.
#[async_trait]
pub(crate) trait Cover: Debug + Send + Sync {
    /// The bytes, covered, and the name they are kept under.
    async fn cover(
        &self,
        session: &SessionId,
        blob: &BlobRef,
        bytes: Bytes,
    ) -> Result<(String, Bytes), StoreError>;

    /// The name that such bytes are kept under, if any of the session are.
    async fn name(&self, session: &SessionId, blob: &BlobRef)
    -> Result<Option<String>, StoreError>;

    /// What was covered.
    async fn uncover(
        &self,
        session: &SessionId,
        blob: &BlobRef,
        covered: Bytes,
    ) -> Result<Bytes, StoreError>;

    /// Makes everything of the session unreadable, for good.
    async fn destroy(&self, session: &SessionId) -> Result<(), StoreError>;
}

impl Blobs {
    /// Blobs as files under `directory`, which is made if it is not there. What was put is on disk.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] when the file system refuses.
    pub fn local(directory: impl AsRef<Directory>) -> Result<Self, StoreError> {
        let directory = directory.as_ref();
        make_directory(directory).map_err(world)?;
        let directory = directory.canonicalize().map_err(world)?;
        let objects = LocalFileSystem::new_with_prefix(&directory).map_err(world)?;
        Ok(Self {
            objects: Arc::new(objects.with_fsync(true)),
            pulse: Pulse::new(NAME, Some(&directory)),
            root: Some(Arc::new(directory)),
            shelves: Shelves::default(),
            cover: None,
        })
    }

    /// Blobs that are gone with the process.
    pub fn memory() -> Self {
        Self::over(Arc::new(InMemory::new()))
    }

    /// Blobs in a bucket, or in anything else that can put an object only if there is none of its name.
    pub fn over(objects: Arc<dyn ObjectStore>) -> Self {
        Self {
            objects,
            pulse: Pulse::new(NAME, None),
            root: None,
            shelves: Shelves::default(),
            cover: None,
        }
    }

    /// Keeps bytes under the session, and tells their name. Bytes that are there already stay as they are.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; the bytes may be there or not, and putting them again does no harm.
    pub async fn put(&self, session: &SessionId, bytes: Bytes) -> Result<BlobRef, StoreError> {
        let named = NamedBlob::of(bytes).await?;
        let blob = named.blob.clone();
        self.put_named(session, named, None).await?;
        Ok(blob)
    }

    /// The same for bytes whose name is known, together with the [copy](Self::put_copy) of them if one was made. Tells whether
    /// the bytes were not there before.
    ///
    /// # Errors
    ///
    /// As [`put`](Self::put).
    pub async fn put_named(
        &self,
        session: &SessionId,
        named: NamedBlob,
        copy: Option<Bytes>,
    ) -> Result<bool, StoreError> {
        let NamedBlob { blob, bytes } = named;
        let (name, object) = match &self.cover {
            Some(cover) => cover.cover(session, &blob, bytes).await?,
            None => (blob.to_string(), bytes),
        };
        let place = shelf(session).join(name);
        let is_new = self.write(&place, object.clone(), PutMode::Create).await?;
        let mut in_sync = is_new;
        if !is_new {
            match self.get(session, &blob).await {
                Ok(Some(_)) => {}
                // The name tells what belongs here, so damage can be mended.
                Ok(None) | Err(StoreError::Corrupt { .. }) => {
                    in_sync = self.write(&place, object, PutMode::Overwrite).await?;
                }
                Err(error) => return Err(error),
            }
        }
        if let Some(copy) = copy {
            in_sync = self.write_copy(session, &blob, copy).await?;
        }
        // Another request may have put it, or made a directory of its path, and not have synced that yet.
        self.sync_session(session, in_sync).await?;
        Ok(is_new)
    }

    /// Writes an object; tells whether it did, or whether there is one. It is on disk with the directory it lies in, but
    /// perhaps not every directory that leads there.
    async fn write(&self, place: &Path, object: Bytes, mode: PutMode) -> Result<bool, StoreError> {
        self.pulse.going()?;
        self.pulse.room(object.len() as u64)?;
        let put = self
            .objects
            .put_opts(place, object.into(), PutOptions::from(mode))
            .await;
        match put {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Why nothing was put. After a disk has failed, what lies on it may not be what was written.
    fn failed(&self, error: Error) -> StoreError {
        let cause = cause_of(&error);
        if cause.is_some_and(|cause| FULL.contains(&cause.kind())) {
            return StoreError::Full { store: NAME };
        }
        if cause.is_some_and(has_failed) {
            self.pulse.stop();
        }
        world(error)
    }

    /// Tells from then on whether images are still taken.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// The bytes of that name, if they are there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when what is there is not what the name says.
    pub async fn get(
        &self,
        session: &SessionId,
        blob: &BlobRef,
    ) -> Result<Option<Bytes>, StoreError> {
        let Some(place) = self.place(session, blob).await? else {
            return Ok(None);
        };
        let Some(bytes) = self.read(&place).await? else {
            return Ok(None);
        };
        let bytes = match &self.cover {
            Some(cover) => cover.uncover(session, blob, bytes).await?,
            None => bytes,
        };
        if name_of(bytes.clone()).await? == *blob {
            Ok(Some(bytes))
        } else {
            Err(StoreError::Corrupt {
                store: NAME,
                what: "blob",
            })
        }
    }

    /// The object in that place, if there is one.
    async fn read(&self, place: &Path) -> Result<Option<Bytes>, StoreError> {
        if let Some(root) = &self.root {
            let file = root.join(place.as_ref());
            let read = tokio::task::spawn_blocking(move || std::fs::read(file)).await;
            return match read.map_err(world)? {
                Ok(bytes) => Ok(Some(bytes.into())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(world(error)),
            };
        }
        match self.objects.get(place).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(world)?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(world(error)),
        }
    }

    /// Whether there are bytes of that name. They are not looked at.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn exists(&self, session: &SessionId, blob: &BlobRef) -> Result<bool, StoreError> {
        let place = match self.place(session, blob).await {
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

    /// How many images a session has, copies not counted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn count(&self, session: &SessionId) -> Result<usize, StoreError> {
        let shelf = shelf(session);
        let page = self.objects.list_with_delimiter(Some(&shelf)).await;
        let objects = page.map_err(world)?.objects;
        let is_image = |object: &&object_store::ObjectMeta| {
            let name = object.location.filename().unwrap_or_default();
            !name.ends_with(copies::SUFFIX)
        };
        Ok(objects.iter().filter(is_image).count())
    }

    /// Removes the bytes of that name and their copy, if they are there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; asking again does no harm.
    pub async fn delete(&self, session: &SessionId, blob: &BlobRef) -> Result<(), StoreError> {
        let place = match self.place(session, blob).await {
            Ok(Some(place)) => place,
            // What was erased has lost its name; it goes with everything of the session.
            Ok(None) | Err(StoreError::Erased) => return Ok(()),
            Err(error) => return Err(error),
        };
        match self.objects.delete(&place).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(world(error)),
        }
        // The copy goes last: whoever makes one looks afterwards whether there is still something it is a copy of.
        self.delete_copy(session, blob).await?;
        self.sync_session(session, false).await
    }

    /// Removes everything of the session, also what an upload that was cut off has left. Sealed images are unreadable from
    /// then on wherever a copy of them is, and no further ones are taken.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; some may be gone, and asking again does no harm.
    pub async fn delete_all(&self, session: &SessionId) -> Result<(), StoreError> {
        if let Some(cover) = &self.cover {
            cover.destroy(session).await?;
        }
        self.drop_all_parts(session).await?;
        if let Some(directory) = self.directory(session) {
            let shelves = self.shelves.clone();
            return blocking(move || {
                shelves.forget(&directory);
                let removed = gone_is_fine(std::fs::remove_dir_all(&directory));
                shelves.forget(&directory);
                removed?;
                gone_is_fine(directory.parent().map_or(Ok(()), sync))
            })
            .await;
        }
        let shelf = shelf(session);
        loop {
            let page = self
                .objects
                .list_with_delimiter(Some(&shelf))
                .await
                .map_err(world)?;
            if page.objects.is_empty() {
                return Ok(());
            }
            for object in page.objects {
                match self.objects.delete(&object.location).await {
                    Ok(()) | Err(Error::NotFound { .. }) => {}
                    Err(error) => return Err(world(error)),
                }
            }
        }
    }

    /// Where such bytes lie, if any of the session do.
    async fn place(&self, session: &SessionId, blob: &BlobRef) -> Result<Option<Path>, StoreError> {
        let name = match &self.cover {
            Some(cover) => cover.name(session, blob).await?,
            None => Some(blob.to_string()),
        };
        Ok(name.map(|name| shelf(session).join(name)))
    }
}

async fn blocking(
    work: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> Result<(), StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(world)?
        .map_err(world)
}

fn gone_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// What the system said, behind whatever was said about it.
fn cause_of(error: &Error) -> Option<&io::Error> {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        cause = cause.source()?;
    }
}

const FULL: [io::ErrorKind; 2] = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
/// The disk has failed, which `io::ErrorKind` has no name for.
const EIO: i32 = 5;

fn has_failed(cause: &io::Error) -> bool {
    cfg!(unix) && cause.raw_os_error() == Some(EIO)
}

fn world(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::backend(NAME, error)
}
