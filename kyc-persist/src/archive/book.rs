//! Keeping count: how many records there were, and the chain that ties each to all before it.

use std::fmt;

use kyc_core::journal::Hash;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Mark, Record, RecordId};

/// How many records of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Charts of sessions.
    pub rows: u64,
    /// Lines of the journal.
    pub entries: u64,
    /// Work that waits.
    pub waiting: u64,
    /// Work that was given up.
    pub dead: u64,
    /// Tokens and codes.
    pub grants: u64,
    /// What lies in the vault.
    pub keys: u64,
}

impl Counts {
    /// All together.
    pub const fn all(&self) -> u64 {
        self.rows + self.entries + self.waiting + self.dead + self.grants + self.keys
    }

    pub(super) const fn count(&mut self, record: &Record) {
        let count = match record {
            Record::Row { .. } => &mut self.rows,
            Record::Entry(_) => &mut self.entries,
            Record::Waiting(_) => &mut self.waiting,
            Record::Dead(_) => &mut self.dead,
            Record::Grant { .. } => &mut self.grants,
            Record::Key { .. } => &mut self.keys,
        };
        *count += 1;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rows,
            entries,
            waiting,
            dead,
            grants,
            keys,
        } = self;
        write!(
            formatter,
            "{rows} rows, {entries} journal entries, {waiting} waiting, {dead} dead, {grants} grants, {keys} vault entries"
        )
    }
}

/// What two stores have in common if and only if they hold the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many records there are.
    pub counts: Counts,
    /// SHA-256, chained over all of them.
    pub digest: Hash,
}

/// The records so far, in the order of their names.
#[derive(Clone, Debug)]
pub(super) struct Book {
    chain: Hash,
    counts: Counts,
    last: Option<RecordId>,
}

impl Book {
    /// Begins with the first line of a file.
    pub(super) fn new(header: &str) -> Self {
        Self {
            chain: chained(&Hash::ZERO, header),
            counts: Counts::default(),
            last: None,
        }
    }

    /// Writes one more record; its text, and the chain that it led to. Nothing when it does not come after the last.
    pub(super) fn write(&mut self, record: &Record) -> Option<(String, Hash)> {
        let id = record.id();
        if self.last.as_ref().is_some_and(|last| *last >= id) {
            return None;
        }
        let text = serde_json::to_string(record).expect("a record is text, numbers and names");
        self.chain = chained(&self.chain, &text);
        self.counts.count(record);
        self.last = Some(id);
        Some((text, self.chain))
    }

    /// The last line's text, and what the whole comes to.
    pub(super) fn end(&self) -> (String, Summary) {
        let text = serde_json::to_string(&self.counts).expect("counts are numbers");
        let summary = Summary {
            counts: self.counts,
            digest: chained(&self.chain, &text),
        };
        (text, summary)
    }

    pub(super) const fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) const fn last(&self) -> Option<&RecordId> {
        self.last.as_ref()
    }

    pub(super) const fn mark(&self) -> Mark {
        Mark {
            records: self.counts.all(),
            chain: self.chain,
        }
    }
}

fn chained(before: &Hash, text: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(before.as_bytes());
    hasher.update(text.as_bytes());
    Hash::from_bytes(hasher.finalize().into())
}
