//! Whether a place on a disk still takes writes: it has room, and nothing that was written there ever failed to be durable.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::StoreError;

/// What tells of a store or of blobs on a disk whether they still take writes. A clone is about the same place.
#[derive(Clone)]
pub struct Pulse(Arc<Place>);

struct Place {
    name: &'static str,
    /// Nothing when it is not on a disk of this machine.
    directory: Option<PathBuf>,
    has_stopped: AtomicBool,
    /// How many bytes have to be written yet for what was kept already.
    owed: AtomicU64,
    /// Asks for it to be written, and does not wait.
    payer: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Pulse {
    pub(crate) fn new(name: &'static str, directory: Option<&Path>) -> Self {
        Self(Arc::new(Place {
            name,
            directory: directory.map(Path::to_owned),
            has_stopped: AtomicBool::new(false),
            owed: AtomicU64::new(0),
            payer: OnceLock::new(),
        }))
    }

    /// The same place, where `ask` lets be written what is owed, without waiting for it.
    pub(crate) fn paid_by(&self, ask: impl Fn() + Send + Sync + 'static) {
        let _ = self.0.payer.set(Box::new(ask));
    }

    /// The name of the adapter.
    pub fn name(&self) -> &'static str {
        self.0.name
    }

    /// Whether it still takes writes. Asks the file system, and may block as that does.
    ///
    /// Where it is full of what was kept already and only has to be brought to its place, it lets that be done: nobody who is
    /// kept away by this answer would.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stopped`], for good, and [`StoreError::Full`], until there is room.
    pub fn check(&self) -> Result<(), StoreError> {
        self.going()?;
        let room = self.room(0);
        if room.is_err()
            && self.can_pay()
            && let Some(ask) = self.0.payer.get()
        {
            ask();
        }
        room
    }

    /// Whether something could not be made durable. Then it takes no more writes until it is opened again.
    pub fn has_stopped(&self) -> bool {
        self.0.has_stopped.load(Ordering::SeqCst)
    }

    pub(crate) fn going(&self) -> Result<(), StoreError> {
        match self.has_stopped() {
            true => Err(StoreError::Stopped { store: self.0.name }),
            false => Ok(()),
        }
    }

    pub(crate) fn stop(&self) {
        self.0.has_stopped.store(true, Ordering::SeqCst);
    }

    pub(crate) fn owe(&self, bytes: u64) {
        self.0.owed.store(bytes, Ordering::SeqCst);
    }

    /// Whether something is owed and there is room for it, be it in the reserve.
    pub(crate) fn can_pay(&self) -> bool {
        let owed = self.0.owed.load(Ordering::SeqCst);
        let needed = owed.saturating_add(BESIDES);
        owed > 0 && self.free().is_none_or(|free| free >= needed)
    }

    fn free(&self) -> Option<u64> {
        self.0.directory.as_deref().and_then(free)
    }

    /// Whether so many bytes more leave alone the reserve and what is owed: a disk is called full while they do not, because a
    /// write that fails half way stops an engine, and one that is not begun stops nothing.
    pub(crate) fn room(&self, bytes: u64) -> Result<(), StoreError> {
        let Some(free) = self.free() else {
            return Ok(());
        };
        let owed = self.0.owed.load(Ordering::SeqCst);
        match free < RESERVE.saturating_add(owed).saturating_add(bytes) {
            true => Err(StoreError::Full { store: self.0.name }),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Pulse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Pulse")
            .field(&self.0.name)
            .finish_non_exhaustive()
    }
}

/// How much has to be left on a disk.
const RESERVE: u64 = 8 * 1024 * 1024;

/// How much of that an engine may write besides what it owes: whole buffers, and what it keeps of its own.
const BESIDES: u64 = 2 * 1024 * 1024;

/// How many bytes are left for us on the disk of a directory, where the system tells.
#[cfg(unix)]
fn free(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_more_than_there_is_finds_no_room_and_what_needs_little_does() {
        let place = tempfile::tempdir().unwrap();
        let pulse = Pulse::new("disk", Some(place.path()));
        assert!(pulse.check().is_ok());
        let answer = pulse.room(u64::MAX);
        assert!(matches!(answer, Err(StoreError::Full { store: "disk" })));
        let nowhere = Pulse::new("memory", None);
        assert!(nowhere.room(u64::MAX).is_ok());
    }

    #[test]
    fn what_has_stopped_stays_so_for_all_who_look() {
        let pulse = Pulse::new("disk", None);
        let other = pulse.clone();
        pulse.stop();
        assert!(other.has_stopped());
        let answer = other.check();
        assert!(matches!(answer, Err(StoreError::Stopped { store: "disk" })));
    }
}
