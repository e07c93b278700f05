//! Whatever is asked of it in whatever order, a store answers as [`MemoryStore`] does, also after it was closed and
//! opened between any two questions.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::fmt::Debug;

use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{Actor, ChartName, Timestamp};
use kyc_persist::{
    Commit, Expected, Grant, Grants, Lease, MemoryStore, Order, Outgoing, OutgoingKind, Query,
    RedbStore, Row, Settled, SledStore, Store, StoreError,
};
use proptest::prelude::*;
use proptest::test_runner::Config;
use tempfile::tempdir;

#[cfg(feature = "postgres")]
#[path = "postgres/server.rs"]
#[expect(dead_code, reason = "nothing is broken here")]
mod server;

/// One question. Small numbers, so that questions meet.
#[derive(Clone, Debug)]
enum Ask {
    Commit {
        row: u8,
        from: From,
        key: u8,
        state: u8,
        outbox: Vec<(bool, u8)>,
    },
    Lease {
        span: u8,
        limit: u8,
    },
    Settle {
        lease: usize,
        how: u8,
    },
    Retry {
        lease: usize,
    },
    Pass {
        millis: u8,
    },
    List {
        chart: bool,
        state: Option<u8>,
        newest: bool,
        limit: u8,
    },
    Put {
        hash: u8,
        subject: u8,
        life: u8,
    },
    Take {
        hash: u8,
    },
    Revoke {
        subject: u8,
    },
    Sweep,
    Reopen,
}

/// Where a commit says that it comes from.
#[derive(Clone, Copy, Debug)]
enum From {
    Where,
    Nowhere,
    OneBefore,
    OneAhead,
    AnotherHead,
}

fn ask() -> impl Strategy<Value = Ask> {
    let from = prop_oneof![
        8 => Just(From::Where),
        1 => Just(From::Nowhere),
        1 => Just(From::OneBefore),
        1 => Just(From::OneAhead),
        1 => Just(From::AnotherHead),
    ];
    let outbox = prop::collection::vec((any::<bool>(), 0..20_u8), 0..4);
    prop_oneof![
        12 => (0..6_u8, from, 0..40_u8, 0..3_u8, outbox)
            .prop_map(|(row, from, key, state, outbox)| Ask::Commit { row, from, key, state, outbox }),
        5 => (0..30_u8, 0..6_u8).prop_map(|(span, limit)| Ask::Lease { span, limit }),
        6 => (any::<usize>(), 0..3_u8).prop_map(|(lease, how)| Ask::Settle { lease, how }),
        3 => any::<usize>().prop_map(|lease| Ask::Retry { lease }),
        3 => (0..15_u8).prop_map(|millis| Ask::Pass { millis }),
        3 => (any::<bool>(), prop::option::of(0..3_u8), any::<bool>(), 0..4_u8)
            .prop_map(|(chart, state, newest, limit)| Ask::List { chart, state, newest, limit }),
        2 => (0..6_u8, 0..3_u8, 0..20_u8).prop_map(|(hash, subject, life)| Ask::Put { hash, subject, life }),
        2 => (0..6_u8).prop_map(|hash| Ask::Take { hash }),
        1 => (0..3_u8).prop_map(|subject| Ask::Revoke { subject }),
        1 => Just(Ask::Sweep),
        1 => Just(Ask::Reopen),
    ]
}

proptest! {
    #![proptest_config(of(48))]

    #[test]
    fn sled_answers_as_memory_does(asks in prop::collection::vec(ask(), 1..80)) {
        answers_as_memory_does(&asks, tempdir().unwrap(), async |place| SledStore::open(place.path()).unwrap());
    }

    #[test]
    fn redb_answers_as_memory_does(asks in prop::collection::vec(ask(), 1..80)) {
        answers_as_memory_does(&asks, tempdir().unwrap(), async |place| RedbStore::open(place.path()).unwrap());
    }
}

#[cfg(feature = "postgres")]
proptest! {
    #![proptest_config(of(12))]

    #[test]
    fn postgres_answers_as_memory_does(asks in prop::collection::vec(ask(), 1..80)) {
        answers_as_memory_does(&asks, server::Place::new(), async |place| {
            kyc_persist::PostgresStore::open(place.url()).await.unwrap()
        });
    }
}

fn of(cases: u32) -> Config {
    Config {
        cases,
        max_shrink_iters: 2_000,
        failure_persistence: None,
        ..Config::default()
    }
}

fn answers_as_memory_does<P, F: AsyncFn(&P) -> S, S: Store + Grants>(
    asks: &[Ask],
    place: P,
    open: F,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut pair = Pair::new(place, open).await;
        for ask in asks {
            pair.ask(ask).await;
        }
        pair.compare_all().await;
        pair.reopen().await;
        pair.compare_all().await;
    });
}

struct Pair<P, F, S> {
    model: MemoryStore,
    // Closed before its place goes.
    store: Option<S>,
    place: P,
    open: F,
    now: u64,
    leases: Vec<Lease>,
}

impl<P, F: AsyncFn(&P) -> S, S: Store + Grants> Pair<P, F, S> {
    async fn new(place: P, open: F) -> Self {
        Self {
            model: MemoryStore::new(),
            store: Some(open(&place).await),
            place,
            open,
            now: 1_000,
            leases: Vec::new(),
        }
    }

    fn store(&self) -> &S {
        self.store.as_ref().unwrap()
    }

    async fn reopen(&mut self) {
        self.store = None;
        self.store = Some((self.open)(&self.place).await);
    }

    async fn ask(&mut self, ask: &Ask) {
        let now = Timestamp::from_millis(self.now);
        let later = |millis: u8| Timestamp::from_millis(self.now + u64::from(millis));
        match *ask {
            Ask::Commit {
                row,
                from,
                key,
                state,
                ref outbox,
            } => {
                let commit = self.commit(row, from, key, state, outbox).await;
                let answers = (
                    self.model.commit(commit.clone()).await,
                    self.store().commit(commit).await,
                );
                same(ask, answers);
            }
            Ask::Lease { span, limit } => {
                let (until, limit) = (later(span), limit.into());
                let model = self.model.lease(now, until, limit).await;
                let store = self.store().lease(now, until, limit).await;
                self.leases.extend(
                    model
                        .iter()
                        .flatten()
                        .map(|outbound| outbound.lease.clone()),
                );
                same(ask, (model, store));
            }
            Ask::Settle { lease, how } if !self.leases.is_empty() => {
                let lease = &self.leases[lease % self.leases.len()];
                let settled =
                    [Settled::Done, Settled::Again(later(how)), Settled::Dead][usize::from(how)];
                same(
                    ask,
                    (
                        self.model.settle(lease, settled).await,
                        self.store().settle(lease, settled).await,
                    ),
                );
            }
            Ask::Retry { lease } if !self.leases.is_empty() => {
                let id = &self.leases[lease % self.leases.len()].id;
                same(
                    ask,
                    (
                        self.model.retry(id, now).await,
                        self.store().retry(id, now).await,
                    ),
                );
            }
            Ask::Settle { .. } | Ask::Retry { .. } => {}
            Ask::Pass { millis } => self.now += u64::from(millis),
            Ask::List {
                chart,
                state,
                newest,
                limit,
            } => {
                let mut query = Query {
                    chart: if chart {
                        ChartName::Collection
                    } else {
                        ChartName::Review
                    },
                    state: state.map(name),
                    order: if newest {
                        Order::NewestFirst
                    } else {
                        Order::OldestFirst
                    },
                    after: None,
                    limit: limit.into(),
                };
                // To the end, page by page.
                loop {
                    let model = self.model.list(&query).await;
                    let next = model.as_ref().ok().and_then(|page| page.next.clone());
                    same(ask, (model, self.store().list(&query).await));
                    query.after = next;
                    if query.after.is_none() {
                        break;
                    }
                }
            }
            Ask::Put {
                hash,
                subject,
                life,
            } => {
                let grant = Grant {
                    subject: name(subject),
                    purpose: name(hash),
                    expires_at: later(life),
                };
                let hash = Hash::from_bytes([hash; 32]);
                same(
                    ask,
                    (
                        self.model.put(&hash, grant.clone()).await,
                        self.store().put(&hash, grant).await,
                    ),
                );
            }
            Ask::Take { hash } => {
                let hash = Hash::from_bytes([hash; 32]);
                same(
                    ask,
                    (
                        self.model.find(&hash, now).await,
                        self.store().find(&hash, now).await,
                    ),
                );
                same(
                    ask,
                    (
                        self.model.take(&hash, now).await,
                        self.store().take(&hash, now).await,
                    ),
                );
            }
            Ask::Revoke { subject } => {
                let subject = name(subject);
                same(
                    ask,
                    (
                        self.model.revoke(&subject).await,
                        self.store().revoke(&subject).await,
                    ),
                );
            }
            Ask::Sweep => same(
                ask,
                (self.model.sweep(now).await, self.store().sweep(now).await),
            ),
            Ask::Reopen => self.reopen().await,
        }
    }

    async fn commit(
        &self,
        row: u8,
        from: From,
        key: u8,
        state: u8,
        outbox: &[(bool, u8)],
    ) -> Commit {
        let row = row_of(row);
        let kept = self.model.load(&row).await.unwrap();
        let at = kept.as_ref().map(|kept| kept.version);
        let (expected, head) = match (from, at) {
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
            key: format!("k-{key}").parse().unwrap(),
            fingerprint: Hash::ZERO,
            at: Timestamp::from_millis(self.now),
            by: Actor::APPLICANT,
            event: "walk".into(),
            from: name(0),
            to: name(state),
            effects: vec![],
        };
        let outgoing = |&(timer, due): &(bool, u8)| Outgoing {
            kind: if timer {
                OutgoingKind::Timer
            } else {
                OutgoingKind::Effect
            },
            body: format!("{key} {due}"),
            due_at: Timestamp::from_millis(self.now + u64::from(due)),
        };
        Commit {
            expected,
            entry: Entry::chain(head, facts),
            snapshot: format!("{key} {state} {}", self.now),
            outbox: outbox.iter().map(outgoing).collect(),
        }
    }

    /// Everything that can be asked without changing anything.
    async fn compare_all(&self) {
        for row in (0..6).map(row_of) {
            same(
                &row,
                (self.model.load(&row).await, self.store().load(&row).await),
            );
            same(
                &row,
                (
                    self.model.journal(&row).await,
                    self.store().journal(&row).await,
                ),
            );
            for key in 0..40 {
                let key = format!("k-{key}").parse().unwrap();
                same(
                    &row,
                    (
                        self.model.recall(&row, &key).await,
                        self.store().recall(&row, &key).await,
                    ),
                );
            }
        }
        same(
            &"dead",
            (
                self.model.dead(None, 200).await,
                self.store().dead(None, 200).await,
            ),
        );
    }
}

fn row_of(number: u8) -> Row {
    let session = ["a", "a-", "aa"][usize::from(number % 3)].parse().unwrap();
    if number < 3 {
        Row::collection(session)
    } else {
        Row::review(session)
    }
}

/// Names of which one is the beginning of the next.
fn name(number: u8) -> String {
    "x".repeat(number.into())
}

fn same<T: Debug + PartialEq>(
    ask: &impl Debug,
    (model, store): (Result<T, StoreError>, Result<T, StoreError>),
) {
    let in_words = |answer: Result<T, StoreError>| answer.map_err(|error| error.to_string());
    assert_eq!(in_words(model), in_words(store), "{ask:?}");
}
