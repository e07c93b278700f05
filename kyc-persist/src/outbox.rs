//! Work that leaves with a commit: named once, leased to one carrier at a time, settled for good.

use std::fmt;

use kyc_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Row;

/// Work that leaves with a commit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Whether it has to keep its place in the order.
    pub kind: OutgoingKind,
    /// What to do, as the keeper encoded it.
    pub body: String,
    /// Not before.
    pub due_at: Timestamp,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may hold what a reviewer wrote to a person.
        formatter
            .debug_struct("Outgoing")
            .field("kind", &self.kind)
            .field("due_at", &self.due_at)
            .finish_non_exhaustive()
    }
}

/// Whether work has to keep its place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutgoingKind {
    /// An effect of a step: after all earlier effects of its row.
    Effect,
    /// A deadline: on its own.
    Timer,
}

/// The name of an outbox row, the same after every crash: what receivers recognise a repeated delivery by.
///
/// ```
/// use kyc_persist::{OutboundId, Row};
///
/// let id = OutboundId { row: Row::collection("s-1".parse()?), version: 7, index: 0 };
/// assert_eq!(id.to_string(), "s-1.collection.7.0");
/// # Ok::<(), kyc_core::NotAName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OutboundId {
    /// The row whose step it left with.
    pub row: Row,
    /// The version that step led to.
    pub version: u32,
    /// Its position among the work that left with the step.
    pub index: u16,
}

impl fmt::Display for OutboundId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.row, self.version, self.index)
    }
}

/// An outbox row in the hands of the one who leased it.
#[derive(Clone, PartialEq, Eq)]
pub struct Outbound {
    /// What entitles to settle it.
    pub lease: Lease,
    /// Whether it has to keep its place in the order.
    pub kind: OutgoingKind,
    /// What to do, as the keeper encoded it.
    pub body: String,
    /// When it was due, or is due again after a failed attempt.
    pub due_at: Timestamp,
}

impl Outbound {
    /// Its name.
    pub const fn id(&self) -> &OutboundId {
        &self.lease.id
    }

    /// How often it was leased, this time included.
    pub const fn attempts(&self) -> u32 {
        self.lease.fence
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may hold what a reviewer wrote to a person.
        formatter
            .debug_struct("Outbound")
            .field("lease", &self.lease)
            .field("kind", &self.kind)
            .field("due_at", &self.due_at)
            .finish_non_exhaustive()
    }
}

/// What entitles to settle one outbox row. A later lease of the same row has a higher fence and ends this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The leased row.
    pub id: OutboundId,
    /// How often the row was leased.
    pub fence: u32,
}

/// What became of leased work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is done; the row goes.
    Done,
    /// It failed; again not before this moment.
    Again(Timestamp),
    /// It is given up; the row is kept for a person to look at, and no longer holds back those behind it.
    Dead,
}
