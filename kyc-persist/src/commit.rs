//! What is kept together: one step of one chart of one session.

use std::fmt;

use kyc_core::journal::{ChartName, Entry, Hash};
use kyc_core::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{LONGEST_SNAPSHOT, LONGEST_TEXT, Outgoing, StoreError};

/// One chart of one session: what has a version of its own and is committed on its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Row {
    /// Whose session.
    pub session: SessionId,
    /// Which of its charts.
    pub chart: ChartName,
}

impl Row {
    /// The applicant's chart of `session`.
    pub const fn collection(session: SessionId) -> Self {
        Self {
            session,
            chart: ChartName::Collection,
        }
    }

    /// The reviewer's chart of `session`.
    pub const fn review(session: SessionId) -> Self {
        Self {
            session,
            chart: ChartName::Review,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.session, self.chart)
    }
}

/// A row as it was last committed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// The token of compare-and-swap.
    pub version: u32,
    /// The state it stands in.
    pub state: String,
    /// The session at rest, as the chart encoded it.
    pub snapshot: String,
    /// The hash of the newest journal entry, which the next one continues.
    pub head: Hash,
    /// When it was first committed; what listings are sorted by.
    pub opened_at: Timestamp,
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The snapshot holds personal data.
        formatter
            .debug_struct("Kept")
            .field("version", &self.version)
            .field("state", &self.state)
            .field("head", &self.head)
            .field("opened_at", &self.opened_at)
            .finish_non_exhaustive()
    }
}

/// One step to be kept. Row, state and version are those of its entry, so that they cannot disagree.
#[derive(Clone, PartialEq, Eq)]
pub struct Commit {
    /// Where the row has to stand for this commit to be taken.
    pub expected: Expected,
    /// The line in the journal. Its key is unique within the row.
    pub entry: Entry,
    /// The session at rest after the step.
    pub snapshot: String,
    /// Work that leaves with the step, in order; the position names the effect.
    pub outbox: Vec<Outgoing>,
}

impl Commit {
    /// The row this commit is about.
    pub fn row(&self) -> Row {
        Row {
            session: self.entry.facts.session.clone(),
            chart: self.entry.facts.chart,
        }
    }

    /// What has to hold for a commit whatever the store contains.
    ///
    /// # Errors
    ///
    /// [`StoreError::TooLarge`] for a snapshot over [`LONGEST_SNAPSHOT`] or another text over
    /// [`LONGEST_TEXT`], [`StoreError::OutOfOrder`] for an entry whose version
    /// does not follow from what is expected or that leaves with more rows than can be counted.
    pub fn check(&self) -> Result<(), StoreError> {
        let follows = match self.expected {
            Expected::Absent => self.entry.facts.version == 0 && self.entry.prev == Hash::ZERO,
            Expected::At(version) => version.checked_add(1) == Some(self.entry.facts.version),
        };
        if !follows || u16::try_from(self.outbox.len()).is_err() {
            return Err(StoreError::OutOfOrder);
        }
        let fits = |what, length: usize, longest| match length > longest {
            true => Err(StoreError::TooLarge { what }),
            false => Ok(()),
        };
        let facts = &self.entry.facts;
        let names = facts.effects.iter().map(String::len).sum::<usize>();
        fits("state", facts.from.len().max(facts.to.len()), 255)?;
        fits("journal entry", facts.event.len() + names, LONGEST_TEXT / 4)?;
        let snapshot = longest(&self.snapshot, LONGEST_SNAPSHOT);
        fits("snapshot", self.snapshot.len(), snapshot)?;
        self.outbox.iter().try_for_each(|outgoing| {
            fits(
                "outbox row",
                outgoing.body.len(),
                longest(&outgoing.body, LONGEST_TEXT),
            )
        })
    }
}

/// What a sealed text begins with; no chart encodes anything that does.
pub(crate) const SEALED: &str = "sealed.";

/// How long this text may be: sealing adds a third and a little, and the longest text has to fit when it is sealed.
fn longest(text: &str, plain: usize) -> usize {
    match text.starts_with(SEALED) {
        true => plain / 3 * 4 + 128,
        false => plain,
    }
}

impl fmt::Debug for Commit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The snapshot holds personal data.
        formatter
            .debug_struct("Commit")
            .field("expected", &self.expected)
            .field("entry", &self.entry)
            .field("outbox", &self.outbox)
            .finish_non_exhaustive()
    }
}

/// The condition under which a commit is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The row does not exist yet; the commit opens it at version 0.
    Absent,
    /// The row stands at this version; the commit leads to the next.
    At(u32),
}

/// How a commit was taken.
#[expect(
    clippy::large_enum_variant,
    reason = "an answer, taken apart where it arrives"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It was kept now.
    Now,
    /// Its key was kept before, and this is what was kept then. Nothing has changed.
    Before(Entry),
}
