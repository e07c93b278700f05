//! What a server asks of its store and its vault, each kind once, by somebody who asks again when no answer came.

use std::sync::Arc;

use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{Actor, ChartName, Timestamp};
use kyc_persist::{
    Commit, Committed, Expected, Grant, Grants as _, Kept, Lease, Outbound, Outgoing, OutgoingKind,
    PostgresStore, Query, Row, SealError, Settled, Store, StoreError, Vault,
};

use crate::adapters::Place;
use crate::story::{self, Trouble};

const NOW: Timestamp = Timestamp::from_millis(1_000);
const LATER: Timestamp = Timestamp::from_millis(50_000);
const FAR: Timestamp = Timestamp::from_millis(1_000_000_000);

/// How long a lease lasts, in milliseconds.
const LEASE: u64 = 30;

/// What the errands come to: the same whichever message was cut.
#[derive(Debug, PartialEq)]
pub(crate) struct End {
    kept: Vec<(Row, Option<Kept>)>,
    journals: Vec<Vec<Entry>>,
    waiting: Vec<(String, String)>,
    dead: Vec<(String, String)>,
    grants: Vec<Option<Grant>>,
    keys: Vec<(String, Vec<u8>)>,
}

/// How it went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// How many requests were answered as they should be.
    pub(crate) answered: usize,
    /// How many times somebody was told that nobody knows.
    pub(crate) in_doubt: usize,
}

/// Runs the errands at this place.
pub(crate) async fn run(place: &Place, url: &str, trouble: &dyn Trouble) -> Told {
    let mut errands = Errands {
        trouble,
        store: None,
        tables: None,
        now: NOW.as_millis(),
        told: Told::default(),
    };
    errands.open(place, url).await;
    errands.steps().await;
    errands.outbox().await;
    errands.grants().await;
    errands.keys().await;
    errands.told
}

struct Errands<'a> {
    trouble: &'a dyn Trouble,
    store: Option<Arc<dyn Store>>,
    /// The same tables, where tokens and keys are.
    tables: Option<PostgresStore>,
    now: u64,
    told: Told,
}

/// An answer, and whether an earlier one was lost.
type Heard<T> = (Result<T, StoreError>, bool);

impl Errands<'_> {
    async fn open(&mut self, place: &Place, url: &str) {
        let open = async || {
            let tables = PostgresStore::open_with(url, 1).await?;
            let opened = place.open(&story::none()).await;
            opened
                .map(|opened| (tables, opened.store))
                .map_err(|error| match error {
                    SealError::Store(error) => error,
                    other => panic!("{other}"),
                })
        };
        let (opened, _) = self.until_known(open).await;
        let (tables, store) = opened.unwrap();
        (self.tables, self.store) = (Some(tables), Some(store));
    }

    async fn steps(&mut self) {
        let (one, two) = (collection("s-1"), collection("s-2"));
        let opened = step(&one, None, "open", &["told", "timer"]);
        self.commits(&opened).await;
        self.commits(&step(&two, None, "open", &["other"])).await;
        let walked = step(&one, Some(&opened), "walk", &["first", "second"]);
        self.commits(&walked).await;
        let kept = self.store();
        let (kept, _) = self.until_known(async || kept.load(&one).await).await;
        assert_eq!(kept.unwrap().unwrap().head, walked.entry.hash);

        // Somebody who has seen less, and somebody who repeats themselves.
        let stale = step(&one, Some(&opened), "stale", &["never"]);
        let (answer, _) = self.commit(&stale).await;
        assert!(
            matches!(answer, Err(StoreError::Conflict { found: Some(1) })),
            "{answer:?}"
        );
        let (answer, _) = self.commit(&opened).await;
        match answer.unwrap() {
            Committed::Before(entry) => assert_eq!(entry, opened.entry),
            // Whose connection breaks cannot tell the same commit from itself.
            Committed::Now => assert!(self.trouble.has_come()),
        }
        let store = self.store();
        let key = &walked.entry.facts.key;
        let (recalled, _) = self
            .until_known(async || store.recall(&one, key).await)
            .await;
        assert_eq!(recalled.unwrap(), Some(walked.entry.clone()));
        let (journal, _) = self.until_known(async || store.journal(&one).await).await;
        assert_eq!(journal.unwrap(), [opened.entry, walked.entry.clone()]);
        let newest = Query::newest(ChartName::Collection);
        let (page, _) = self.until_known(async || store.list(&newest).await).await;
        assert_eq!(page.unwrap().rows.len(), 2);

        // What seals destroys a key here.
        self.commits(&step(&one, Some(&walked), "erase", &["erased"]))
            .await;
    }

    async fn commits(&mut self, commit: &Commit) {
        let (answer, was_in_doubt) = self.commit(commit).await;
        match answer.unwrap() {
            Committed::Now => {}
            Committed::Before(entry) => {
                assert!(was_in_doubt, "kept before it was asked for");
                assert_eq!(entry, commit.entry);
            }
        }
    }

    async fn commit(&mut self, commit: &Commit) -> Heard<Committed> {
        let store = self.store();
        self.until_known(async || store.commit(commit.clone()).await)
            .await
    }

    /// The work of one row in order; one piece fails, one is given up and put back.
    async fn outbox(&mut self) {
        for (number, text) in ["told", "first", "second"].into_iter().enumerate() {
            let leased = self.lease(text).await;
            match number {
                0 => self.settles(&leased, Settled::Again(NOW)).await,
                _ => self.settles(&leased, Settled::Dead).await,
            }
            if number == 0 {
                let again = self.lease(text).await;
                assert_eq!(again.id(), leased.id());
                let early = self.settle(&leased, Settled::Done).await.0;
                assert!(matches!(early, Err(StoreError::LeaseLost)), "{early:?}");
                self.settles(&again, Settled::Done).await;
            }
        }
        let store = self.store();
        let (dead, _) = self.until_known(async || store.dead(None, 9).await).await;
        let dead = dead.unwrap();
        assert_eq!(dead.len(), 2, "{dead:?}");
        let first = dead[0].id().clone();
        let put_back = self
            .until_known(async || store.retry(&first, NOW).await)
            .await;
        let (put_back, was_in_doubt) = (put_back.0.unwrap(), put_back.1);
        assert!(put_back || was_in_doubt);
        // Sealed, the first of the erased row can be read no more only when all before it are gone.
        let again = self.lease("first").await;
        assert_eq!(*again.id(), first);
        self.settles(&again, Settled::Done).await;
    }

    /// Leases until this is there; what else there is waits until its time has come.
    async fn lease(&mut self, text: &str) -> Outbound {
        let store = self.store();
        for _ in 0..5 {
            self.now += LEASE;
            let now = Timestamp::from_millis(self.now);
            let until = Timestamp::from_millis(self.now + LEASE);
            let (leased, _) = self
                .until_known(async || store.lease(now, until, 9).await)
                .await;
            let mut leased = leased.unwrap();
            let bodies: Vec<_> = leased.iter().map(|one| one.body.clone()).collect();
            let mut distinct = bodies.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), bodies.len(), "leased twice: {bodies:?}");
            if let Some(place) = bodies.iter().position(|body| body == text) {
                return leased.swap_remove(place);
            }
        }
        panic!("{text} is not given out");
    }

    async fn settles(&mut self, outbound: &Outbound, settled: Settled) {
        let (answer, was_in_doubt) = self.settle(outbound, settled).await;
        match answer {
            // The answer that was lost has settled it.
            Err(StoreError::LeaseLost) => assert!(was_in_doubt, "lost to nobody"),
            answer => answer.unwrap(),
        }
    }

    async fn settle(&mut self, outbound: &Outbound, settled: Settled) -> Heard<()> {
        let store = self.store();
        let lease: &Lease = &outbound.lease;
        self.until_known(async || store.settle(lease, settled).await)
            .await
    }

    async fn grants(&mut self) {
        let tables = self.tables();
        let grant = Grant {
            subject: "s-1".into(),
            purpose: "exchange".into(),
            expires_at: LATER,
        };
        for number in 0..3 {
            let (put, _) = self
                .until_known(async || tables.put(&hash(number), grant.clone()).await)
                .await;
            put.unwrap();
        }
        let (found, _) = self
            .until_known(async || tables.find(&hash(0), NOW).await)
            .await;
        assert_eq!(found.unwrap(), Some(grant.clone()));
        let (taken, was_in_doubt) = self
            .until_known(async || tables.take(&hash(0), NOW).await)
            .await;
        let taken = taken.unwrap();
        assert!(taken == Some(grant) || (was_in_doubt && taken.is_none()));
        let (again, _) = self
            .until_known(async || tables.take(&hash(0), NOW).await)
            .await;
        assert_eq!(again.unwrap(), None, "taken twice");
        let (revoked, was_in_doubt) = self.until_known(async || tables.revoke("s-1").await).await;
        let revoked = revoked.unwrap();
        assert!(revoked == 2 || (was_in_doubt && revoked == 0), "{revoked}");
        let (swept, _) = self.until_known(async || tables.sweep(FAR).await).await;
        assert_eq!(swept.unwrap(), 0);
    }

    async fn keys(&mut self) {
        let tables = self.tables();
        let name = "tried/one";
        let (mut expected, values) = (None, [b"one".to_vec(), b"two".to_vec()]);
        for value in values {
            let before = expected.as_deref();
            let (kept, was_in_doubt) = self
                .until_known(async || tables.keep(name, before, value.clone()).await)
                .await;
            assert!(kept.unwrap() || was_in_doubt);
            let (found, _) = self
                .until_known(async || tables.fetch(&[name.to_owned()]).await)
                .await;
            assert_eq!(found.unwrap(), [Some(value.clone())]);
            expected = Some(value);
        }
        let (refused, _) = self
            .until_known(async || tables.keep(name, Some(b"one"), b"three".to_vec()).await)
            .await;
        assert!(!refused.unwrap());
        let (listed, _) = self
            .until_known(async || Vault::list(&tables, "tried/", None, 9).await)
            .await;
        assert_eq!(listed.unwrap(), [(name.to_owned(), b"two".to_vec())]);
    }

    /// Asks again as long as nobody knows; one cut makes for one doubt at most.
    async fn until_known<T>(&mut self, ask: impl AsyncFn() -> Result<T, StoreError>) -> Heard<T> {
        let mut was_in_doubt = false;
        loop {
            match ask().await {
                Err(StoreError::Backend { source, .. }) => {
                    self.told.in_doubt += 1;
                    assert!(self.told.in_doubt < 2, "a second failure: {source}");
                    was_in_doubt = true;
                }
                answer => {
                    self.told.answered += 1;
                    return (answer, was_in_doubt);
                }
            }
        }
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(self.store.as_ref().unwrap())
    }

    fn tables(&self) -> PostgresStore {
        self.tables.clone().unwrap()
    }
}

/// What is there, looked at past the place where it was cut.
pub(crate) async fn end(place: &Place, url: &str) -> End {
    let store = place.open(&story::none()).await.unwrap().store;
    let tables = PostgresStore::open_with(url, 1).await.unwrap();
    let (mut kept, mut journals) = (Vec::new(), Vec::new());
    for session in ["s-1", "s-2"] {
        let row = collection(session);
        let entries = store.journal(&row).await.unwrap();
        assert_eq!(kyc_core::journal::verify(&entries), Ok(()), "{row}");
        kept.push((row.clone(), store.load(&row).await.unwrap()));
        journals.push(entries);
    }
    let named = |one: &Outbound| (one.id().to_string(), one.body.clone());
    let dead = store.dead(None, 99).await.unwrap();
    let mut waiting = Vec::new();
    loop {
        let leased = store.lease(FAR, FAR, 99).await.unwrap();
        if leased.is_empty() {
            break;
        }
        for one in &leased {
            store.settle(&one.lease, Settled::Done).await.unwrap();
        }
        waiting.extend(leased.iter().map(named));
    }
    waiting.sort();
    let mut grants = Vec::new();
    for number in 0..3 {
        grants.push(tables.find(&hash(number), NOW).await.unwrap());
    }
    End {
        kept,
        journals,
        waiting,
        dead: dead.iter().map(named).collect(),
        grants,
        keys: Vault::list(&tables, "tried/", None, 99).await.unwrap(),
    }
}

fn collection(session: &str) -> Row {
    Row::collection(session.parse().unwrap())
}

fn hash(number: u8) -> Hash {
    Hash::from_bytes([number; 32])
}

/// The step after that one, with this work; its event is its key.
pub(crate) fn step(row: &Row, before: Option<&Commit>, key: &str, work: &[&str]) -> Commit {
    let before = before.map(|before| &before.entry);
    let version = before.map_or(0, |before| before.facts.version + 1);
    let facts = Facts {
        session: row.session.clone(),
        chart: row.chart,
        version,
        key: key.parse().unwrap(),
        fingerprint: Hash::ZERO,
        at: NOW,
        by: Actor::APPLICANT,
        event: key.into(),
        from: "here".into(),
        to: "there".into(),
        effects: work.iter().map(ToString::to_string).collect(),
    };
    let outgoing = |text: &&str| Outgoing {
        kind: match *text {
            "timer" => OutgoingKind::Timer,
            _ => OutgoingKind::Effect,
        },
        body: (*text).to_owned(),
        due_at: NOW,
    };
    Commit {
        expected: before.map_or(Expected::Absent, |before| {
            Expected::At(before.facts.version)
        }),
        entry: Entry::chain(before.map_or(Hash::ZERO, |before| before.hash), facts),
        snapshot: format!("{row} {key}"),
        outbox: work.iter().map(outgoing).collect(),
    }
}
