//! What lies in the log and not yet in the engine: changes in memory, which are read before it.
//!
//! The newest take whatever is written. When one half of the log is full, they leave for the engine, all at once, and others
//! begin to be the newest. Whoever reads sees both, over what the engine has.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::log::Standing;
use crate::kv::Change;

/// What is under these keys from now on; `None` is nothing.
pub(super) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The newest changes, and those that are leaving.
#[derive(Default)]
pub(super) struct Recent {
    newest: Arc<Changes>,
    leaving: Option<Leaving>,
}

/// Changes on their way into the engine, which stay as they are.
#[derive(Clone)]
pub(super) struct Leaving {
    pub(super) changes: Arc<Changes>,
    /// How an engine stands that has them.
    pub(super) standing: Standing,
    /// How many bytes it may have to write for them, by a high estimate.
    pub(super) owed: u64,
}

impl Recent {
    /// Takes a batch, whole. Who reads at the moment goes on with what was there before.
    pub(super) fn take(&mut self, batch: Vec<Change>) {
        Arc::make_mut(&mut self.newest).extend(batch);
    }

    /// What was last done to this key, if anything was.
    pub(super) fn change(&self, key: &[u8]) -> Option<&Option<Vec<u8>>> {
        let leaving = || self.leaving.as_ref()?.changes.get(key);
        self.newest.get(key).or_else(leaving)
    }

    /// All changes as they are now: the newest, and those under them.
    pub(super) fn both(&self) -> [Arc<Changes>; 2] {
        let leaving = self.leaving.as_ref().map(|leaving| &leaving.changes);
        [
            Arc::clone(&self.newest),
            leaving.map(Arc::clone).unwrap_or_default(),
        ]
    }

    pub(super) const fn leaving(&self) -> Option<&Leaving> {
        self.leaving.as_ref()
    }

    /// The newest leave. Those before have [arrived](Self::arrive).
    pub(super) fn leave(&mut self, standing: Standing, owed: u64) {
        self.leaving = Some(Leaving {
            changes: std::mem::take(&mut self.newest),
            standing,
            owed,
        });
    }

    /// What was leaving is in the engine.
    pub(super) fn arrive(&mut self) -> Option<Leaving> {
        self.leaving.take()
    }
}

/// The changes of a range, in the order of their keys or backwards.
pub(super) struct Passing {
    changes: Arc<Changes>,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    backwards: bool,
}

impl Passing {
    /// Those with `from <= key < to`.
    pub(super) fn new(changes: Arc<Changes>, from: &[u8], to: &[u8], backwards: bool) -> Self {
        Self {
            // A map has no range that ends before it begins.
            changes: if from < to { changes } else { Arc::default() },
            from: Bound::Included(from.min(to).to_vec()),
            to: Bound::Excluded(to.to_vec()),
            backwards,
        }
    }
}

impl Iterator for Passing {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        let mut rest = self
            .changes
            .range::<Vec<u8>, _>((self.from.as_ref(), self.to.as_ref()));
        let (key, change) = if self.backwards {
            rest.next_back()?
        } else {
            rest.next()?
        };
        let passed = Bound::Excluded(key.clone());
        let found = (key.clone(), change.clone());
        match self.backwards {
            true => self.to = passed,
            false => self.from = passed,
        }
        Some(found)
    }
}
