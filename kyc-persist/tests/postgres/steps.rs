//! Commits to try things out with.

use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{Actor, Timestamp};
use kyc_persist::{Commit, Expected, Outgoing, OutgoingKind, Row};

pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_000);
pub(crate) const LATER: Timestamp = Timestamp::from_millis(2_000);

pub(crate) fn row(session: &str) -> Row {
    Row::collection(session.parse().unwrap())
}

/// The step after the one at `last`, with one piece of work.
pub(crate) fn step(row: &Row, last: Option<(u32, Hash)>, key: &str) -> Commit {
    let version = last.map_or(0, |(version, _)| version + 1);
    let facts = Facts {
        session: row.session.clone(),
        chart: row.chart,
        version,
        key: key.parse().unwrap(),
        fingerprint: Hash::ZERO,
        at: NOW,
        by: Actor::APPLICANT,
        event: "walk".into(),
        from: "here".into(),
        to: "there".into(),
        effects: vec!["carry".into()],
    };
    Commit {
        expected: last.map_or(Expected::Absent, |(version, _)| Expected::At(version)),
        entry: Entry::chain(last.map_or(Hash::ZERO, |(_, hash)| hash), facts),
        snapshot: format!("{row} {key}"),
        outbox: vec![Outgoing {
            kind: OutgoingKind::Effect,
            body: key.into(),
            due_at: NOW,
        }],
    }
}

pub(crate) fn first(row: &Row) -> Commit {
    step(row, None, "open")
}

pub(crate) fn after(before: &Commit, key: &str) -> Commit {
    let facts = &before.entry.facts;
    step(&before.row(), Some((facts.version, before.entry.hash)), key)
}
