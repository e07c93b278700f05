//! Moving a whole installation: everything that a store keeps, record by record, and how an empty store takes it.

mod book;
mod moving;
mod stats;
mod text;

use std::fmt::{self, Debug};

use async_trait::async_trait;
use kyc_core::Timestamp;
use kyc_core::journal::{Entry, Hash};
use serde::{Deserialize, Serialize};

use crate::{Grant, Kept, OutboundId, OutgoingKind, Row, StoreError};

pub use self::book::{Counts, Summary};
pub use self::moving::{Compared, Difference, Source, Stage, compare, export, import};
pub use self::stats::{Stats, stats};
pub use self::text::{ArchiveError, ArchiveReader, Begun, Extent};

/// What every adapter does besides keeping sessions: it gives away all it keeps, and takes all that another has kept.
///
/// Records are what is stored: what is sealed moves as it is sealed, and nothing here opens it. That a session goes on in
/// the other store as if nothing had happened is a promise, too, and the `conformance` suite holds adapters to it.
#[async_trait]
pub trait Archive: Debug + Send + Sync {
    /// Begins to read everything. All pages are of one moment where several processes may share the store; of any other
    /// store, whoever reads sees to it that nobody writes meanwhile.
    async fn reading(&self) -> Result<Box<dyn Reading + '_>, StoreError>;

    /// Whether there is anything, and whether it is all of it.
    async fn standing(&self) -> Result<Standing, StoreError>;

    /// Keeps these records and leaves the mark `to`, or none when everything has been taken; all of it or nothing, and on
    /// disk. Tells whether it did: not when the store is not marked `from`, or for nothing not empty.
    ///
    /// Records come in the order of their names, and never twice.
    async fn take(
        &self,
        records: Vec<Record>,
        from: Option<Mark>,
        to: Option<Mark>,
    ) -> Result<bool, StoreError>;
}

/// One look at everything.
#[async_trait]
pub trait Reading: Send {
    /// At most `limit` records behind `after`, in the order of their names. A page may be shorter; an empty one is the end.
    async fn page(
        &mut self,
        after: Option<&RecordId>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError>;
}

/// What a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Empty,
    /// An installation.
    Filled,
    /// The beginning of one: an import was not finished. Nobody is to be served from it.
    Unfinished(Mark),
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// How many records were taken.
    pub records: u64,
    /// The chain of the last line that was taken, by which the file is recognised.
    pub chain: Hash,
}

/// One thing that a store keeps, as it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Record {
    /// A chart of a session as it was last committed; listings follow from it.
    Row {
        /// Which.
        row: Row,
        /// As it was last committed.
        kept: Kept,
    },
    /// A line of the journal, found again by its version and by its key.
    Entry(Entry),
    /// Work that waits.
    Waiting(Work),
    /// Work that was given up.
    Dead(Work),
    /// What a token or a code may do.
    Grant {
        /// Of the secret.
        hash: Hash,
        /// What it entitles to.
        grant: Grant,
    },
    /// What lies in the vault: wrapped keys, and who was erased.
    Key {
        /// Where it lies.
        name: String,
        /// What lies there.
        #[serde(with = "text::base64")]
        value: Vec<u8>,
    },
}

impl Record {
    /// Its name.
    pub fn id(&self) -> RecordId {
        match self {
            Self::Row { row, .. } => RecordId::Row(row.clone()),
            Self::Entry(entry) => {
                let row = Row {
                    session: entry.facts.session.clone(),
                    chart: entry.facts.chart,
                };
                RecordId::Entry(row, entry.facts.version)
            }
            Self::Waiting(work) => RecordId::Waiting(work.id.clone()),
            Self::Dead(work) => RecordId::Dead(work.id.clone()),
            Self::Grant { hash, .. } => RecordId::Grant(*hash),
            Self::Key { name, .. } => RecordId::Key(name.clone()),
        }
    }
}

impl Debug for Record {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is not sealed holds personal data.
        formatter.debug_tuple("Record").field(&self.id()).finish()
    }
}

/// An outbox row, in whosever hands it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Its name.
    pub id: OutboundId,
    /// Whether it has to keep its place in the order.
    pub kind: OutgoingKind,
    /// What to do, as it is stored.
    pub body: String,
    /// Not before.
    pub due_at: Timestamp,
    /// That of its last lease; 0 if it was never leased.
    pub fence: u32,
    /// Until when somebody has it.
    pub leased_until: Option<Timestamp>,
}

impl Debug for Work {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may hold what a reviewer wrote to a person.
        formatter
            .debug_struct("Work")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("due_at", &self.due_at)
            .field("fence", &self.fence)
            .field("leased_until", &self.leased_until)
            .finish_non_exhaustive()
    }
}

/// The name of a record. All records of a kind come together, kinds in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordId {
    /// Of a row.
    Row(Row),
    /// Of a line of the journal: its row and its version.
    Entry(Row, u32),
    /// Of work that waits.
    Waiting(OutboundId),
    /// Of work that was given up.
    Dead(OutboundId),
    /// Of a grant: the hash of its secret.
    Grant(Hash),
    /// Of what lies in the vault.
    Key(String),
}

impl fmt::Display for RecordId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(row) => write!(formatter, "row {row}"),
            Self::Entry(row, version) => write!(formatter, "journal entry {row}.{version}"),
            Self::Waiting(id) => write!(formatter, "waiting outbox row {id}"),
            Self::Dead(id) => write!(formatter, "dead outbox row {id}"),
            Self::Grant(hash) => write!(formatter, "grant {hash}"),
            Self::Key(name) => write!(formatter, "vault entry {}", name.escape_debug()),
        }
    }
}
