//! Where everything lies in an ordered map of bytes: one layout for every embedded engine.
//!
//! | first byte | then | value |
//! |---|---|---|
//! | `r` row | session `0` chart | layout, parts, version, opened at, head, state, snapshot |
//! | `p` part of a row | session `0` chart, number | what did not fit into the value before |
//! | `j` journal | session `0` chart, version | entry |
//! | `k` key | session `0` chart, idempotency key | version |
//! | `o` outbox | session `0` chart, version, index | what is waiting |
//! | `x` dead | as `o` | what was given up |
//! | `d` due | moment, then as `o` | nothing |
//! | `a` all | chart, opened at, session | nothing |
//! | `s` in state | chart, length of the state, state, opened at, session | nothing |
//! | `g` grant | hash | grant |
//! | `u` of subject | length of the subject, subject, hash | nothing |
//! | `e` expiry | moment, hash | nothing |
//! | `v` vault | name | wrapped keys |
//! | `l` log | | which log lies before the engine, and what of it the engine has |
//! | `i` import | | how far it has come; nothing once it is finished |
//!
//! Numbers are big-endian, so that bytes sort as numbers do; a session's name has no `0`, so that no name is the beginning
//! of another's key. Only the first waiting effect of a row is in `d`: those behind it cannot be leased.

mod archive;
mod committer;
mod draft;
mod grants;
mod keys;
mod logged;
mod merged;
mod outbox;
mod rows;
mod store;
mod vault;

use std::fmt::Debug;
use std::path::Path;

use crate::StoreError;

pub use logged::{Disk, Logged};
use merged::merged;
pub use store::KvStore;

/// One pair of an ordered map.
pub type Pair = (Vec<u8>, Vec<u8>);

/// A key, and what is under it from now on: `None` is nothing.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

/// What an embedded engine has to bring: an ordered map of bytes with batches that are taken whole or not at all.
///
/// Every method may block. Only one thread at a time calls [`write`](Self::write), [`sync`](Self::sync) and
/// [`pay`](Self::pay). [`Logged`] makes commits cheap to one whose sync is dear.
pub trait Engine: Debug + Send + Sync + 'static {
    /// The engine's name in errors.
    const NAME: &'static str;

    /// Whether it looks up a few keys about as quickly as a thread wakes up: from memory as a rule, from a disk of this
    /// machine where they are not there. Then they are looked up by the thread that asks, which belongs to the runtime.
    const READS_ARE_SHORT: bool = false;

    /// The value under this key.
    ///
    /// # Errors
    ///
    /// What the engine answers.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// The pairs with `from <= key < to`, in the order of their keys or backwards.
    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_>;

    /// Sets (`Some`) and removes (`None`) all these keys at once: visible at once, and recovered whole or not at all.
    ///
    /// # Errors
    ///
    /// What the engine answers. The store stops after it.
    fn write(&self, batch: Vec<Change>) -> Result<(), StoreError>;

    /// Returns when everything written so far survives a loss of power.
    ///
    /// # Errors
    ///
    /// What the engine answers. The store stops after it.
    fn sync(&self) -> Result<(), StoreError>;

    /// How many bytes it may have to write yet for what is synced, by a high estimate: so many have to stay free.
    fn owed(&self) -> u64 {
        0
    }

    /// Writes what it [owes](Self::owed).
    ///
    /// # Errors
    ///
    /// What the engine answers. The store stops after it.
    fn pay(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Where it writes, when that is a disk of this machine: batches are refused while there is no room for them.
    fn directory(&self) -> Option<&Path> {
        None
    }
}
