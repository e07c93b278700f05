//! What is asked of a sealed store.

use proptest::prelude::*;

use crate::asks::{From, KEYS, KINDS, ROWS, from};

/// One question. There is less work than one lease takes, so that no row is in another's way.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Commit {
        step: Step,
        /// The call of store or vault that fails meanwhile; then it is opened and asked again.
        crash: Option<(bool, u8)>,
    },
    Lease {
        span: u8,
    },
    Settle {
        lease: usize,
        how: u8,
    },
    Retry {
        lease: usize,
    },
    /// Time passes, and all that is due is done.
    Tick {
        millis: u8,
    },
    List {
        chart: bool,
        state: Option<u8>,
        newest: bool,
        limit: u8,
    },
    /// Another key takes over, while steps are taken; or is cut off by a call that fails.
    Rotate {
        crash: Option<(bool, u8)>,
        meanwhile: Vec<Step>,
    },
    Reopen,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) row: u8,
    pub(super) from: From,
    pub(super) key: u8,
    pub(super) state: u8,
    pub(super) erases: bool,
    pub(super) outbox: Vec<(u8, u8)>,
}

fn step() -> impl Strategy<Value = Step> {
    let outbox = prop::collection::vec((0..KINDS, 0..20_u8), 0..3);
    let erases = prop::bool::weighted(0.25);
    (0..ROWS, from(), 0..KEYS, 0..3_u8, erases, outbox).prop_map(
        |(row, from, key, state, erases, outbox)| Step {
            row,
            from,
            key,
            state,
            erases,
            outbox,
        },
    )
}

pub(super) fn ask() -> impl Strategy<Value = Ask> {
    let crash = |calls| prop::option::weighted(0.3, (any::<bool>(), 0..calls));
    let meanwhile = prop::collection::vec(step(), 0..3);
    prop_oneof![
        14 => (step(), crash(24_u8)).prop_map(|(step, crash)| Ask::Commit { step, crash }),
        5 => (0..30_u8).prop_map(|span| Ask::Lease { span }),
        6 => (any::<usize>(), 0..3_u8).prop_map(|(lease, how)| Ask::Settle { lease, how }),
        3 => any::<usize>().prop_map(|lease| Ask::Retry { lease }),
        3 => (0..15_u8).prop_map(|millis| Ask::Tick { millis }),
        3 => (any::<bool>(), prop::option::of(0..3_u8), any::<bool>(), 0..4_u8)
            .prop_map(|(chart, state, newest, limit)| Ask::List { chart, state, newest, limit }),
        2 => (crash(60_u8), meanwhile).prop_map(|(crash, meanwhile)| Ask::Rotate { crash, meanwhile }),
        1 => Just(Ask::Reopen),
    ]
}
