//! Work that leaves with a commit: named once, leased to one carrier at a time, settled for good.

use std::fmt;
use std::str::FromStr;

use kyc_core::Timestamp;
use kyc_core::journal::ChartName;
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
    /// What somebody outside is told: after all earlier notices of its row to the same receiver, and apart from everything
    /// else.
    Notice(Receiver),
}

/// Somebody outside who is told, as a number of the host's own. Each has a queue, so that one who does not answer holds up
/// nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Receiver(pub u32);

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

impl FromStr for OutboundId {
    type Err = NotAnOutboundId;

    fn from_str(text: &str) -> Result<Self, NotAnOutboundId> {
        let parse = || {
            // A session's name has no dot.
            let mut parts = text.split('.');
            let session = parts.next()?.parse().ok()?;
            let chart = parts.next()?;
            let chart = [ChartName::Collection, ChartName::Review]
                .into_iter()
                .find(|name| name.as_str() == chart)?;
            let id = Self {
                row: Row { session, chart },
                version: parts.next()?.parse().ok()?,
                index: parts.next()?.parse().ok()?,
            };
            parts.next().is_none().then_some(id)
        };
        parse().ok_or(NotAnOutboundId)
    }
}

/// A text that names no outbox row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an outbox row: session.chart.version.position")]
pub struct NotAnOutboundId;

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

    /// How often it was leased, this time included, since it was written or put back after having been given up.
    pub const fn attempts(&self) -> u32 {
        self.lease.fence % PUT_BACK
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
    /// Rises with every lease of the row, and never falls: see [`Outbound::attempts`].
    pub fence: u32,
}

/// What a fence rises to a multiple of when a row is put back: attempts are counted from there, and nobody who had the row
/// before can settle it.
pub(crate) const PUT_BACK: u32 = 1 << 16;

/// The fence of a row that is put back.
pub(crate) const fn put_back(fence: u32) -> u32 {
    (fence / PUT_BACK)
        .saturating_add(1)
        .saturating_mul(PUT_BACK)
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
