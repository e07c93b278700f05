//! Where a session's images lie on a disk, and which directories on the way there are known to be on it.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path as Directory, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kyc_core::SessionId;
use object_store::path::Path;
use sha2::{Digest, Sha256};

use super::{Blobs, blocking, has_failed};
use crate::StoreError;

/// Where a session's blobs lie: spread over 256 directories, so that none grows too long to be listed.
pub(super) fn shelf(session: &SessionId) -> Path {
    let spread = Sha256::digest(session.as_str())[0];
    Path::from_iter([format!("{spread:02x}").as_str(), session.as_str()])
}

impl Blobs {
    /// Syncs the directories that lead to the session's objects, as far as they may not be on disk: the innermost unless it was
    /// synced since the last object was put into it, the others once.
    pub(super) async fn sync_session(
        &self,
        session: &SessionId,
        in_sync: bool,
    ) -> Result<(), StoreError> {
        let (Some(directory), Some(root)) = (self.directory(session), self.root.clone()) else {
            return Ok(());
        };
        let (shelves, pulse) = (self.shelves.clone(), self.pulse.clone());
        let since = shelves.now();
        let unsynced = shelves.unsynced(&root, &directory, in_sync);
        if unsynced.is_empty() {
            return Ok(());
        }
        blocking(move || {
            let mut are_there = true;
            for directory in unsynced {
                match File::open(directory) {
                    Ok(opened) => opened.sync_all().inspect_err(|_| pulse.stop())?,
                    Err(error) if has_failed(&error) => {
                        pulse.stop();
                        return Err(error);
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => are_there = false,
                    // One that cannot be opened, because too many files are, can be synced later.
                    Err(error) => return Err(error),
                }
            }
            if are_there {
                shelves.last(&root, &directory, since);
            }
            Ok(())
        })
        .await
    }

    pub(super) fn directory(&self, session: &SessionId) -> Option<PathBuf> {
        let root = self.root.as_deref()?;
        Some(root.join(shelf(session).as_ref()))
    }
}

/// The directories whose names were synced since they were made. A clone knows the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Shelves(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    lasting: HashSet<PathBuf>,
    removals: u64,
}

/// How many removals there had been at a moment: what is synced from then on says nothing of what is made after the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(u64);

impl Shelves {
    pub(super) fn now(&self) -> Moment {
        Moment(self.known().removals)
    }

    /// The directories that have to be synced before what lies in `directory` can be found after a loss of power, the
    /// innermost first. The innermost is `in_sync` when it was synced since the last thing was put into it.
    pub(super) fn unsynced(
        &self,
        root: &Directory,
        directory: &Directory,
        in_sync: bool,
    ) -> Vec<PathBuf> {
        let known = self.known();
        let mut unsynced = Vec::new();
        if !in_sync {
            unsynced.push(directory.to_owned());
        }
        for directory in within(root, directory) {
            if !known.lasting.contains(directory) {
                unsynced.extend(directory.parent().map(Directory::to_owned));
            }
        }
        unsynced
    }

    /// Remembers that all directories up to `directory` were synced since that moment.
    pub(super) fn last(&self, root: &Directory, directory: &Directory, since: Moment) {
        let mut known = self.known();
        if known.removals != since.0 {
            return;
        }
        if known.lasting.len() >= MOST {
            known.lasting.clear();
        }
        let all = within(root, directory).map(Directory::to_owned);
        known.lasting.extend(all);
    }

    /// Forgets a directory that is being removed. Said before and after, no sync between the two counts for what is made
    /// in its place.
    pub(super) fn forget(&self, directory: &Directory) {
        let mut known = self.known();
        known.removals += 1;
        known.lasting.remove(directory);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The directory and those above it, without the root, which was there before.
fn within<'d>(
    root: &'d Directory,
    directory: &'d Directory,
) -> impl Iterator<Item = &'d Directory> {
    let up = directory.ancestors();
    up.take_while(move |directory| *directory != root && directory.starts_with(root))
}

/// How many are remembered at most. Who is forgotten is synced once more.
const MOST: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "/b";
    const SESSION: &str = "/b/07/s-1";

    fn unsynced(shelves: &Shelves, directory: &str, in_sync: bool) -> Vec<PathBuf> {
        shelves.unsynced(ROOT.as_ref(), directory.as_ref(), in_sync)
    }

    fn last(shelves: &Shelves, directory: &str, since: Moment) {
        shelves.last(ROOT.as_ref(), directory.as_ref(), since);
    }

    #[test]
    fn every_name_on_the_way_is_synced_once_and_what_lies_at_its_end_each_time() {
        let shelves = Shelves::default();
        let all = [SESSION, "/b/07", ROOT].map(PathBuf::from);
        assert_eq!(unsynced(&shelves, SESSION, false), all);
        assert_eq!(unsynced(&shelves, SESSION, true), all[1..]);
        last(&shelves, SESSION, shelves.now());
        assert_eq!(unsynced(&shelves, SESSION, false), all[..1]);
        assert!(unsynced(&shelves, SESSION, true).is_empty());
        // A neighbour on the same shelf.
        assert_eq!(unsynced(&shelves, "/b/07/s-2", true), all[1..2]);
    }

    #[test]
    fn what_was_removed_is_not_taken_for_what_is_made_in_its_place() {
        let shelves = Shelves::default();
        let before = shelves.now();
        last(&shelves, SESSION, before);
        shelves.forget(SESSION.as_ref());
        assert_eq!(
            unsynced(&shelves, SESSION, true),
            ["/b/07"].map(PathBuf::from)
        );
        // Whoever began to sync before the removal has synced what is gone.
        last(&shelves, SESSION, before);
        assert_eq!(
            unsynced(&shelves, SESSION, true),
            ["/b/07"].map(PathBuf::from)
        );
        last(&shelves, SESSION, shelves.now());
        assert!(unsynced(&shelves, SESSION, true).is_empty());
    }

    #[test]
    fn no_more_than_so_many_are_remembered() {
        let shelves = Shelves::default();
        for number in 0..3 * MOST {
            last(&shelves, &format!("/b/07/s-{number}"), shelves.now());
        }
        assert!(shelves.known().lasting.len() <= MOST + 1);
    }
}
