//! How much a store holds, and how long work has been waiting in it.

use std::collections::BTreeMap;

use kyc_core::Timestamp;
use kyc_core::journal::ChartName;

use super::book::Counts;
use super::moving::{Pages, size};
use super::text::ArchiveError;
use super::{Archive, Record, Standing};

/// How much there is. Says nothing of anybody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Whether an import into this store was begun and not finished.
    pub is_unfinished: bool,
    /// How many records of each kind.
    pub counts: Counts,
    /// How many sessions stand in each state.
    pub sessions: BTreeMap<String, u64>,
    /// How many cases stand in each state.
    pub cases: BTreeMap<String, u64>,
    /// How many bytes snapshots, outbox and vault have; not the journal, and not what the engine needs around them.
    pub bytes: u64,
    /// Since when the oldest of the work that is due has been due.
    pub due_since: Option<Timestamp>,
}

/// Counts everything, as it is at `now`.
///
/// # Errors
///
/// The store does not answer.
pub async fn stats(
    archive: &dyn Archive,
    now: Timestamp,
    progress: &mut dyn FnMut(&Counts),
) -> Result<Stats, ArchiveError> {
    let mut stats = Stats {
        is_unfinished: matches!(archive.standing().await?, Standing::Unfinished(_)),
        ..Stats::default()
    };
    let mut pages = Pages::behind(archive.reading().await?, None);
    while let Some(record) = pages.next().await? {
        stats.counts.count(&record);
        match &record {
            Record::Row { row, kept } => {
                let states = match row.chart {
                    ChartName::Collection => &mut stats.sessions,
                    ChartName::Review => &mut stats.cases,
                };
                *states.entry(kept.state.clone()).or_default() += 1;
            }
            Record::Waiting(work) if work.due_at <= now => {
                let since = stats
                    .due_since
                    .map_or(work.due_at, |at| at.min(work.due_at));
                stats.due_since = Some(since);
            }
            _ => {}
        }
        if !matches!(record, Record::Entry(_) | Record::Grant { .. }) {
            stats.bytes += size(&record) as u64;
        }
        progress(&stats.counts);
    }
    Ok(stats)
}
