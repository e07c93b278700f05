//! Why a store did not do what it was asked: one variant a fault, so that a caller's answer is a `match`.

use std::error::Error;
use std::sync::Arc;

/// A store's refusal. Names faults, never what was stored.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Somebody else was first: load again and decide again.
    #[error("the row is not at the expected version, but at {found:?}")]
    Conflict {
        /// Where the row stands; nothing when it does not exist.
        found: Option<u32>,
    },

    /// The lease ran out and went to somebody else, or was settled before: leave the work alone.
    #[error("the lease is lost")]
    LeaseLost,

    /// The caller's fault: the entry does not continue the row's journal.
    #[error("the entry does not follow from the one before")]
    OutOfOrder,

    /// The caller's fault: a text is over [`LONGEST_TEXT`](crate::LONGEST_TEXT), or a name over 255 bytes.
    #[error("the {what} is too large to be stored")]
    TooLarge {
        /// Which text.
        what: &'static str,
    },

    /// Another process, or another store of this process, has the directory open.
    #[error("{store}: the directory is in use by another process")]
    InUse {
        /// The adapter.
        store: &'static str,
    },

    /// What is stored cannot be what was written. Nothing more is to be read from it: restore a backup.
    #[error("{store}: the stored data is damaged ({what}); restore a backup")]
    Corrupt {
        /// The adapter.
        store: &'static str,
        /// What was being read.
        what: &'static str,
    },

    /// What is asked for was erased. Only who has its key could read it, and the key is destroyed.
    #[error("this was erased")]
    Erased,

    /// What is stored is sealed with a key that this process does not have.
    #[error("this is sealed with the key {key}, which is not there")]
    Locked {
        /// The name of the key.
        key: String,
    },

    /// There is no room, and nothing was written. It is taken again once there is.
    #[error("{store}: there is no room left to write")]
    Full {
        /// The adapter.
        store: &'static str,
    },

    /// An earlier write could not be made durable. The store answers nothing more until it is opened again.
    #[error("{store}: stopped, because an earlier write could not be made durable")]
    Stopped {
        /// The adapter.
        store: &'static str,
    },

    /// The world's fault. Whether a commit was kept is not known: ask again with the same key.
    #[error("{store}: {source}")]
    Backend {
        /// The adapter.
        store: &'static str,
        /// What the engine said.
        source: Arc<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// The world's fault, in the engine's words.
    pub fn backend(store: &'static str, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Backend {
            store,
            source: source.into().into(),
        }
    }
}
