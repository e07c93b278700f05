//! What is asked of both: small numbers, so that questions meet.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{Actor, Key, Timestamp};
use kyc_persist::{
    Commit, Expected, MemoryStore, Outgoing, OutgoingKind, Receiver, Row, Store as _, StoreError,
};
use proptest::prelude::*;
use proptest::test_runner::Config;

pub(crate) const ROWS: u8 = 6;
pub(crate) const KEYS: u8 = 40;

/// How long somebody may still hold a lock.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a commit says that it comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    Where,
    Nowhere,
    OneBefore,
    OneAhead,
    AnotherHead,
}

pub(crate) fn from() -> impl Strategy<Value = From> {
    prop_oneof![
        8 => Just(From::Where),
        1 => Just(From::Nowhere),
        1 => Just(From::OneBefore),
        1 => Just(From::OneAhead),
        1 => Just(From::AnotherHead),
    ]
}

/// A step that somebody wants to take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next<'a> {
    pub(crate) row: u8,
    pub(crate) from: From,
    pub(crate) key: u8,
    pub(crate) state: u8,
    pub(crate) event: &'a str,
    /// Of which kind, and due after how many milliseconds.
    pub(crate) outbox: &'a [(u8, u8)],
}

impl Next<'_> {
    /// As a commit, after what the model has.
    pub(crate) async fn of(self, model: &MemoryStore, now: u64) -> Commit {
        let row = row_of(self.row);
        let kept = model.load(&row).await.unwrap();
        let at = kept.as_ref().map(|kept| kept.version);
        let (expected, head) = match (self.from, at) {
            (From::Where, Some(version)) => (Expected::At(version), kept.unwrap().head),
            (From::AnotherHead, Some(version)) => {
                (Expected::At(version), Hash::from_bytes([9; 32]))
            }
            (From::OneBefore, Some(version @ 1..)) => {
                (Expected::At(version - 1), kept.unwrap().head)
            }
            (From::OneAhead, Some(version)) => (Expected::At(version + 1), kept.unwrap().head),
            _ => (Expected::Absent, Hash::ZERO),
        };
        let version = match expected {
            Expected::Absent => 0,
            Expected::At(version) => version + 1,
        };
        let facts = Facts {
            session: row.session,
            chart: row.chart,
            version,
            key: key_of(self.key),
            fingerprint: Hash::ZERO,
            at: Timestamp::from_millis(now),
            by: Actor::APPLICANT,
            event: self.event.into(),
            from: name(0),
            to: name(self.state),
            effects: vec![],
        };
        let outgoing = |&(kind, due): &(u8, u8)| Outgoing {
            kind: match kind {
                0 => OutgoingKind::Timer,
                1 => OutgoingKind::Effect,
                receiver => OutgoingKind::Notice(receiver_of(receiver)),
            },
            body: format!("{} {due}", self.key),
            due_at: Timestamp::from_millis(now + u64::from(due)),
        };
        Commit {
            expected,
            entry: Entry::chain(head, facts),
            snapshot: format!("{} {} {now}", self.key, self.state),
            outbox: self.outbox.iter().map(outgoing).collect(),
        }
    }
}

pub(crate) fn row_of(number: u8) -> Row {
    let session = ["a", "a-", "aa"][usize::from(number % 3)].parse().unwrap();
    if number < 3 {
        Row::collection(session)
    } else {
        Row::review(session)
    }
}

/// The kinds of work: a timer, an effect, and notices to two.
pub(crate) const KINDS: u8 = 4;

pub(crate) fn receiver_of(number: u8) -> Receiver {
    Receiver(number.into())
}

pub(crate) fn key_of(number: u8) -> Key {
    format!("k-{number}").parse().unwrap()
}

/// Names of which one is the beginning of the next.
pub(crate) fn name(number: u8) -> String {
    "x".repeat(number.into())
}

/// Opens what was closed. A child of another test may hold its lock until it runs a program of its own.
pub(crate) fn reopened<S>(open: impl Fn() -> Result<S, StoreError>) -> S {
    let begun = Instant::now();
    loop {
        match open() {
            Err(StoreError::InUse { .. }) if begun.elapsed() < PATIENCE => std::thread::yield_now(),
            opened => return opened.unwrap(),
        }
    }
}

pub(crate) fn same<T: Debug + PartialEq>(
    ask: &impl Debug,
    (model, store): (Result<T, StoreError>, Result<T, StoreError>),
) {
    let in_words = |answer: Result<T, StoreError>| answer.map_err(|error| error.to_string());
    assert_eq!(in_words(model), in_words(store), "{ask:?}");
}

pub(crate) fn of(cases: u32) -> Config {
    Config {
        cases,
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..Config::default()
    }
}
