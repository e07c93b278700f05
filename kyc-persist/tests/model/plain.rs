//! The stores as they are.

use kyc_core::journal::Hash;
use kyc_core::{ChartName, Timestamp};
use kyc_persist::{
    Grant, Grants, Lease, MemoryStore, Order, Query, RedbStore, Settled, SledStore, Store,
};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::asks::{
    From, KEYS, KINDS, Next, ROWS, from, key_of, name, of, receiver_of, reopened, row_of, same,
};
#[cfg(feature = "postgres")]
use crate::server;

/// One question. Small numbers, so that questions meet.
#[derive(Clone, Debug)]
enum Ask {
    Commit {
        row: u8,
        from: From,
        key: u8,
        state: u8,
        outbox: Vec<(u8, u8)>,
    },
    Lease {
        /// The kind that is in it.
        queue: u8,
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

fn ask() -> impl Strategy<Value = Ask> {
    let outbox = prop::collection::vec((0..KINDS, 0..20_u8), 0..4);
    prop_oneof![
        12 => (0..ROWS, from(), 0..KEYS, 0..3_u8, outbox)
            .prop_map(|(row, from, key, state, outbox)| Ask::Commit { row, from, key, state, outbox }),
        5 => (1..KINDS, 0..30_u8, 0..6_u8).prop_map(|(queue, span, limit)| Ask::Lease { queue, span, limit }),
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
        answers_as_memory_does(&asks, tempdir().unwrap(), async |place| reopened(|| SledStore::open(place.path())));
    }

    #[test]
    fn redb_answers_as_memory_does(asks in prop::collection::vec(ask(), 1..80)) {
        answers_as_memory_does(&asks, tempdir().unwrap(), async |place| reopened(|| RedbStore::open(place.path())));
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
                let next = Next {
                    row,
                    from,
                    key,
                    state,
                    event: "walk",
                    outbox,
                };
                let commit = next.of(&self.model, self.now).await;
                let answers = (
                    self.model.commit(commit.clone()).await,
                    self.store().commit(commit).await,
                );
                same(ask, answers);
            }
            Ask::Lease { queue, span, limit } => {
                let (until, limit) = (later(span), limit.into());
                let lease = async |store: &dyn Store| match queue {
                    1 => store.lease(now, until, limit).await,
                    to => {
                        let to = receiver_of(to);
                        store.lease_notices(to, now, until, limit).await
                    }
                };
                let (model, store) = (lease(&self.model).await, lease(self.store()).await);
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

    /// Everything that can be asked without changing anything.
    async fn compare_all(&self) {
        for row in (0..ROWS).map(row_of) {
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
            for key in 0..KEYS {
                let key = key_of(key);
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
