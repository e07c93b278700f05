//! Files that have not come whole: their parts, in order, until they are joined, given up, or too old.
//!
//! They lie on shelves of their own, `unfinished/session/upload/`, so that what nobody came back for is found without a look
//! at every image. Names tell everything: when it was begun, and which parts are there.

use bytes::Bytes;
use kyc_core::journal::Hash;
use kyc_core::{BlobRef, SessionId, Timestamp};
use object_store::path::Path;
use object_store::{Error, ObjectStoreExt, PutMode};
use sha2::{Digest, Sha256};

use super::{Blobs, blocking, gone_is_fine, spelled, world};
use crate::StoreError;

impl Blobs {
    /// How many bytes each part has. What is left of a file behind its last part is not kept before it is whole.
    pub const PART: usize = 128 * 1024;

    /// Makes room for the parts of a file of which none is there yet. Of the session's other unfinished files the youngest
    /// stay, so that there are at most `most` with this one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; asking again does no harm.
    pub async fn begin_parts(
        &self,
        session: &SessionId,
        of: &BlobRef,
        now: Timestamp,
        most: usize,
    ) -> Result<(), StoreError> {
        let own = self.parts_place(session, of, Naming::Make).await?;
        let mut others = Vec::new();
        for place in self.shelves(&unfinished().join(session.as_str())).await? {
            match own.as_ref() == Some(&place) {
                true => {}
                false => others.push((self.pile(&place).await?.begun, place)),
            }
        }
        others.sort();
        let surplus = (others.len() + 1).saturating_sub(most);
        for (_, place) in others.into_iter().take(surplus) {
            self.clear(&place).await?;
        }
        let place = own.ok_or(StoreError::Erased)?;
        if self.pile(&place).await?.begun.is_none() {
            let name = format!("{BEGUN}{:013}", now.as_millis());
            self.write(&place.join(name), Bytes::new(), PutMode::Create)
                .await?;
        }
        Ok(())
    }

    /// Keeps the part in this place, from 0, of a file that was begun. One that is there already stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`], and [`StoreError::Erased`] of who was forgotten.
    ///
    /// # Panics
    ///
    /// When it is not [`PART`](Self::PART) bytes long.
    pub async fn put_part(
        &self,
        session: &SessionId,
        of: &BlobRef,
        at: usize,
        bytes: Bytes,
    ) -> Result<(), StoreError> {
        assert_eq!(bytes.len(), Self::PART, "a part has its full length");
        let object = match &self.cover {
            Some(cover) => cover.cover(session, &sealed_as(of, at), bytes).await?.1,
            None => bytes,
        };
        let place = self.parts_place(session, of, Naming::Make).await?;
        let place = place.ok_or(StoreError::Erased)?;
        self.write(&place.clone().join(name(at)), object, PutMode::Create)
            .await?;
        // Given up while it was on its way: then it goes, too.
        if self.pile(&place).await?.begun.is_none() {
            self.clear(&place).await?;
        }
        Ok(())
    }

    /// How many parts of the file are there, without a gap from the first one on.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn parts(&self, session: &SessionId, of: &BlobRef) -> Result<usize, StoreError> {
        match self.parts_place(session, of, Naming::Find).await? {
            Some(place) => Ok(self.pile(&place).await?.whole()),
            None => Ok(0),
        }
    }

    /// How many files of the session have not come whole.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`].
    pub async fn unfinished(&self, session: &SessionId) -> Result<usize, StoreError> {
        let place = unfinished().join(session.as_str());
        Ok(self.shelves(&place).await?.len())
    }

    /// The first `count` parts in one; nothing when one of them is missing or damaged.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`], and [`StoreError::Erased`] of who was forgotten.
    pub async fn joined(
        &self,
        session: &SessionId,
        of: &BlobRef,
        count: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut whole = Vec::with_capacity(count * Self::PART);
        let Some(place) = self.parts_place(session, of, Naming::Find).await? else {
            return Ok((count == 0).then_some(whole));
        };
        for at in 0..count {
            let found = match self.objects.get(&place.clone().join(name(at))).await {
                Ok(found) => found.bytes().await.map_err(world)?,
                Err(Error::NotFound { .. }) => return Ok(None),
                Err(error) => return Err(world(error)),
            };
            let part = match &self.cover {
                Some(cover) => match cover.uncover(session, &sealed_as(of, at), found).await {
                    Err(StoreError::Corrupt { .. }) => return Ok(None),
                    part => part?,
                },
                None => found,
            };
            whole.extend_from_slice(&part);
        }
        Ok(Some(whole))
    }

    /// Removes all parts of the file.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; some may be gone, and asking again does no harm.
    pub async fn drop_parts(&self, session: &SessionId, of: &BlobRef) -> Result<(), StoreError> {
        match self.parts_place(session, of, Naming::Find).await? {
            Some(place) => self.clear(&place).await,
            None => Ok(()),
        }
    }

    /// Removes the parts of every file of the session.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; some may be gone, and asking again does no harm.
    pub async fn drop_all_parts(&self, session: &SessionId) -> Result<(), StoreError> {
        let place = unfinished().join(session.as_str());
        for upload in self.shelves(&place).await? {
            self.clear(&upload).await?;
        }
        Ok(())
    }

    /// Removes what was begun before `until` and never came whole, of all sessions. Tells how many files that were.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`]; some may be gone, and asking again does no harm.
    pub async fn sweep_parts(&self, until: Timestamp) -> Result<usize, StoreError> {
        let mut swept = 0;
        for session in self.shelves(&unfinished()).await? {
            for place in self.shelves(&session).await? {
                // One whose beginning is gone was being removed.
                if self.pile(&place).await?.begun.is_none_or(|at| at < until) {
                    self.clear(&place).await?;
                    swept += 1;
                }
            }
        }
        Ok(swept)
    }

    /// Where the parts of a file lie.
    async fn parts_place(
        &self,
        session: &SessionId,
        of: &BlobRef,
        naming: Naming,
    ) -> Result<Option<Path>, StoreError> {
        let upload = match &self.cover {
            None => Some(of.to_string()),
            Some(cover) => match (cover.name(session, &named_as(of)).await, naming) {
                // The first thing of a session that is sealed makes its key.
                (Ok(None), Naming::Make) => {
                    let made = cover.cover(session, &named_as(of), Bytes::new()).await?;
                    Some(made.0)
                }
                (Err(StoreError::Erased), Naming::Find) => None,
                (name, _) => name?,
            },
        };
        Ok(upload.map(|upload| unfinished().join(session.as_str()).join(upload)))
    }

    /// The shelves that stand on this one.
    async fn shelves(&self, place: &Path) -> Result<Vec<Path>, StoreError> {
        let page = self.objects.list_with_delimiter(Some(place)).await;
        Ok(page.map_err(world)?.common_prefixes)
    }

    async fn pile(&self, place: &Path) -> Result<Pile, StoreError> {
        let page = self.objects.list_with_delimiter(Some(place)).await;
        let objects = page.map_err(world)?.objects;
        let mut pile = Pile::default();
        for object in &objects {
            pile.add(object.location.filename().unwrap_or_default());
        }
        Ok(pile)
    }

    async fn clear(&self, place: &Path) -> Result<(), StoreError> {
        if let Some(root) = &self.root {
            let directory = root.join(place.as_ref());
            return blocking(move || {
                gone_is_fine(std::fs::remove_dir_all(&directory))?;
                // The session's own is left as long as there is something else in it.
                if let Some(session) = directory.parent() {
                    drop(std::fs::remove_dir(session));
                }
                Ok(())
            })
            .await;
        }
        let page = self.objects.list_with_delimiter(Some(place)).await;
        for object in page.map_err(world)?.objects {
            match self.objects.delete(&object.location).await {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(world(error)),
            }
        }
        Ok(())
    }
}

/// Whether a name is needed for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    Find,
    Make,
}

/// What lies there of one file.
#[derive(Debug, Default)]
struct Pile {
    begun: Option<Timestamp>,
    parts: Vec<usize>,
}

impl Pile {
    fn add(&mut self, name: &str) {
        if let Some(begun) = name.strip_prefix(BEGUN) {
            let begun = begun.parse().ok().map(Timestamp::from_millis);
            self.begun = self.begun.into_iter().chain(begun).min();
        } else if let Ok(at) = name.parse() {
            self.parts.push(at);
        }
    }

    fn whole(mut self) -> usize {
        self.parts.sort_unstable();
        let parts = self.parts.iter().enumerate();
        parts.take_while(|(index, at)| index == *at).count()
    }
}

fn unfinished() -> Path {
    Path::from(UNFINISHED)
}

fn name(at: usize) -> String {
    format!("{at:04}")
}

/// What all parts of a file are found under.
fn named_as(of: &BlobRef) -> BlobRef {
    bound("kyc parts 1", of, 0)
}

/// What one part is sealed as, so that none can be put in the place of another, or of an image.
fn sealed_as(of: &BlobRef, at: usize) -> BlobRef {
    bound("kyc part 1", of, at)
}

fn bound(what: &str, of: &BlobRef, at: usize) -> BlobRef {
    let digest = Sha256::digest(format!("{what} {of} {at}"));
    spelled(Hash::from_bytes(digest.into()))
}

/// No image lies there: theirs are spread over shelves of two digits.
const UNFINISHED: &str = "unfinished";
const BEGUN: &str = "begun-";
