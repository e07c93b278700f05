//! Whether the journals are what they were: every chain against itself, against its session, against what was signed.

use std::collections::BTreeMap;
use std::fmt;

use ed25519_dalek::SigningKey;
use kyc_core::Timestamp;
use kyc_core::journal::{self, ChartName, Entry, Hash};
use kyc_persist::{Order, Query, Row, StoreError};

use crate::checkpoints::{self, Book, Checkpoint, Head};
use crate::keeping::{Below, Kept};

/// How often a row is looked at again that moves meanwhile: on PostgreSQL servers may be at work.
const TRIES: usize = 3;

/// The first place where a journal is not what it was.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bad {
    row: Row,
    /// Of the entry, from 0.
    sequence: usize,
    why: String,
}

impl fmt::Display for Bad {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (session, chart) = (&self.row.session, self.row.chart);
        let (sequence, why) = (self.sequence, &self.why);
        write!(formatter, "{session} {chart} {sequence}: {why}")
    }
}

/// What an audit says when it does not say that all is well.
#[derive(Debug)]
pub(crate) enum Finding {
    /// This row is not what it was.
    Bad(Bad),
    /// Something else is in the way.
    Fault(String),
}

impl From<Bad> for Finding {
    fn from(bad: Bad) -> Self {
        Self::Bad(bad)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(bad) => bad.fmt(formatter),
            Self::Fault(fault) => formatter.write_str(fault),
        }
    }
}

/// What was looked at.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) rows: usize,
    pub(crate) entries: usize,
    /// Entries that came after the newest checkpoint: of these nothing but the chain itself tells.
    pub(crate) unsigned: usize,
}

/// One journal against itself and against every head of it that was signed.
pub(crate) fn check(row: &Row, entries: &[Entry], signed: &[(u64, Head)]) -> Result<(), Bad> {
    let bad = |sequence, why: String| {
        let row = row.clone();
        Err(Bad { row, sequence, why })
    };
    let broken = journal::verify(entries).err().map(|broken| broken.position);
    let misplaced = (0..).zip(entries).position(|(place, entry): (u32, _)| {
        let facts = &entry.facts;
        (&facts.session, facts.chart, facts.version) != (&row.session, row.chart, place)
    });
    if let Some(sequence) = broken.into_iter().chain(misplaced).min() {
        return bad(
            sequence,
            "does not follow from the entries before it".into(),
        );
    }
    for (number, head) in signed {
        let sequence = usize::try_from(head.version).unwrap_or(usize::MAX);
        match entries.get(sequence) {
            Some(entry) if entry.hash == head.hash => {}
            Some(_) => {
                return bad(
                    sequence,
                    format!("is not the entry that checkpoint {number} names"),
                );
            }
            None => {
                let why = format!("is missing: checkpoint {number} names entry {sequence}");
                return bad(entries.len(), why);
            }
        }
    }
    Ok(())
}

/// Every journal of an installation, in the order of their sessions.
pub(crate) async fn verify(kept: &Kept, checkpoints: &[Checkpoint]) -> Result<Sums, Finding> {
    let mut rows: BTreeMap<Row, Vec<(u64, Head)>> = checkpoints::named(checkpoints);
    let heads: BTreeMap<Row, (u32, Hash)> = heads(&*kept.below).await?.into_iter().collect();
    for row in heads.keys() {
        rows.entry(row.clone()).or_default();
    }
    let mut sums = Sums::default();
    for (row, signed) in &rows {
        let entries = whole(&*kept.below, row, heads.get(row).copied()).await?;
        check(row, &entries, signed)?;
        if kept.safe.is_some() {
            is_sealed_with(kept, row, entries.len()).await?;
        }
        sums.count(&entries, signed);
    }
    Ok(sums)
}

impl Sums {
    pub(crate) fn count(&mut self, entries: &[Entry], signed: &[(u64, Head)]) {
        let newest = signed.last().map_or(0, |(_, head)| head.version + 1);
        self.rows += 1;
        self.entries += entries.len();
        self.unsigned += entries.len() - usize::try_from(newest).unwrap_or(entries.len());
    }
}

/// The journal of a row that goes as far as its session does.
async fn whole(
    below: &dyn Below,
    row: &Row,
    listed: Option<(u32, Hash)>,
) -> Result<Vec<Entry>, Finding> {
    let mut found = (0, 0);
    for _ in 0..TRIES {
        let entries = below
            .journal(row)
            .await
            .map_err(|error| told(row, &error))?;
        // What stands before the break is better known than what stands behind it.
        check(row, &entries, &[])?;
        let standing = match below.load(row).await {
            Ok(standing) => standing.map(|one| (one.version, one.head)),
            // Some stores look at the newest entry themselves.
            Err(StoreError::Corrupt { .. }) => listed,
            Err(error) => return Err(told(row, &error)),
        };
        if standing == newest(&entries) {
            return Ok(entries);
        }
        let reached = standing.map_or(0, |(version, _)| version as usize + 1);
        found = (entries.len(), reached);
    }
    let (length, reached) = found;
    Err(Finding::Bad(Bad {
        row: row.clone(),
        sequence: match length == reached {
            true => length.saturating_sub(1),
            false => length.min(reached),
        },
        why: "the session and its journal do not end together".into(),
    }))
}

fn newest(entries: &[Entry]) -> Option<(u32, Hash)> {
    let entry = entries.last()?;
    Some((entry.facts.version, entry.hash))
}

/// Whether the session that stands there was sealed with this head of the journal.
async fn is_sealed_with(kept: &Kept, row: &Row, length: usize) -> Result<(), Finding> {
    match kept.store.load(row).await {
        // Nobody can look any more at what an old backup has brought back of somebody who was erased.
        Ok(_) | Err(StoreError::Erased) => Ok(()),
        Err(StoreError::Corrupt { .. }) => Err(Finding::Bad(Bad {
            row: row.clone(),
            sequence: length.saturating_sub(1),
            why: "is not what the session was sealed with".into(),
        })),
        Err(error) => Err(told(row, &error)),
    }
}

/// Every row, sorted.
pub(crate) async fn rows(below: &dyn Below) -> Result<Vec<Row>, Finding> {
    let mut rows: Vec<Row> = heads(below)
        .await?
        .into_iter()
        .map(|(row, _)| row)
        .collect();
    rows.sort();
    Ok(rows)
}

/// Every row with its head.
async fn heads(below: &dyn Below) -> Result<Vec<(Row, (u32, Hash))>, Finding> {
    let mut heads: Vec<(Row, (u32, Hash))> = Vec::new();
    for chart in [ChartName::Collection, ChartName::Review] {
        let mut query = Query {
            order: Order::OldestFirst,
            ..Query::newest(chart)
        };
        loop {
            let page = below.list(&query).await.map_err(|error| {
                let last = heads.last();
                let last = last.map_or("the beginning".into(), |(row, _)| row.to_string());
                Finding::Fault(format!("the {chart} rows behind {last}: {error}"))
            })?;
            for listed in page.rows {
                heads.push((listed.row, (listed.kept.version, listed.kept.head)));
            }
            if let Some(row) = page.damaged.into_iter().next() {
                return Err(Finding::Bad(Bad {
                    row,
                    sequence: 0,
                    why: "the session is damaged in the store".into(),
                }));
            }
            match page.next {
                Some(place) => query.after = Some(place),
                None => break,
            }
        }
    }
    Ok(heads)
}

/// Signs where all journals stand now. What does not continue what was signed before is not signed.
pub(crate) async fn sign(
    below: &dyn Below,
    book: &mut Book,
    key: &SigningKey,
    now: Timestamp,
) -> Result<(u64, Hash, usize), Finding> {
    if let Err(number) = checkpoints::verify(book.checkpoints(), &key.verifying_key()) {
        return Err(unsound(number));
    }
    let mut signed = checkpoints::named(book.checkpoints());
    let mut moved = Vec::new();
    for (row, (version, head)) in heads(below).await? {
        let before = signed.remove(&row).unwrap_or_default();
        let newest = before.last().map(|(_, head)| (head.version, head.hash));
        if newest == Some((version, head)) {
            continue;
        }
        let mut entries = below
            .journal(&row)
            .await
            .map_err(|error| told(&row, &error))?;
        // Those that came since the row was listed are for the next checkpoint.
        entries.truncate(version as usize + 1);
        check(&row, &entries, &before)?;
        if self::newest(&entries) != Some((version, head)) {
            return Err(Finding::Bad(Bad {
                row,
                sequence: entries.len(),
                why: "the session and its journal do not end together".into(),
            }));
        }
        moved.push(Head::of(&row, version, head));
    }
    if let Some((row, before)) = signed.pop_first() {
        check(&row, &[], &before)?;
    }
    let count = moved.len();
    let checkpoint = book.append(now, moved, key).map_err(Finding::Fault)?;
    Ok((checkpoint.number, checkpoint.hash, count))
}

/// That a checkpoint does not hold.
pub(crate) fn unsound(number: u64) -> Finding {
    Finding::Fault(format!(
        "checkpoint {number}: it was not signed with this key, or does not follow from the one before"
    ))
}

/// That a journal does not open.
pub(crate) fn told(row: &Row, error: &StoreError) -> Finding {
    let (session, chart) = (&row.session, row.chart);
    Finding::Fault(format!(
        "{session} {chart}: the journal cannot be read: {error}"
    ))
}
