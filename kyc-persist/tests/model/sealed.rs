//! The stores with a seal before them: what is asked is what was written, whichever call fails while it is asked, whichever
//! key is the current one. Work of a row that was erased is held against what was promised: some of it nobody can read.

mod ask;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kyc_core::{ChartName, Timestamp};
use kyc_persist::conformance::{Fault, Faults, FaultyStore, FaultyVault};
use kyc_persist::{
    Commit, Committed, Kek, Keyring, Lease, MemoryStore, MemoryVault, Order, Outbound, OutboundId,
    OutgoingKind, Query, Row, Safe, SealError, SealedStore, Settled, Store, StoreError,
};
use proptest::prelude::*;
use tempfile::tempdir;

use self::ask::{Ask, Step, ask};
use self::place::{Place, Redb, Sled};
use crate::asks::{KEYS, KINDS, Next, ROWS, key_of, name, of, receiver_of, row_of, same};

proptest! {
    #![proptest_config(of(64))]

    #[test]
    fn sealed_memory_answers_as_memory_does(asks in prop::collection::vec(ask(), 1..60)) {
        answers_as_memory_does(&asks, (MemoryStore::new(), MemoryVault::new()));
    }
}

proptest! {
    #![proptest_config(of(12))]

    #[test]
    fn sealed_sled_answers_as_memory_does(asks in prop::collection::vec(ask(), 1..60)) {
        answers_as_memory_does(&asks, Sled(tempdir().unwrap()));
    }

    #[test]
    fn sealed_redb_answers_as_memory_does(asks in prop::collection::vec(ask(), 1..60)) {
        answers_as_memory_does(&asks, Redb(tempdir().unwrap()));
    }
}

fn answers_as_memory_does(asks: &[Ask], place: impl Place) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut pair = Pair::new(place).await;
        for ask in asks {
            pair.ask(ask).await;
        }
        pair.compare_all().await;
        pair.reopen().await;
        pair.compare_all().await;
        pair.drain().await;
    });
}

type Sealed<P> = SealedStore<FaultyStore<<P as Place>::Store>>;

struct Pair<P: Place> {
    model: MemoryStore,
    // Closed before its place goes.
    store: Option<Sealed<P>>,
    place: P,
    /// The current key, and those that may still be needed.
    keys: Vec<Kek>,
    now: u64,
    leases: Vec<Lease>,
    erased: BTreeSet<Row>,
    /// All work that ever left with a step.
    promised: BTreeMap<OutboundId, (OutgoingKind, String)>,
    done: BTreeSet<OutboundId>,
}

impl<P: Place> Pair<P> {
    async fn new(place: P) -> Self {
        let mut pair = Self {
            model: MemoryStore::new(),
            store: None,
            place,
            keys: vec![Kek::random()],
            now: 1_000,
            leases: Vec::new(),
            erased: BTreeSet::new(),
            promised: BTreeMap::new(),
            done: BTreeSet::new(),
        };
        pair.reopen().await;
        pair
    }

    fn store(&self) -> &Sealed<P> {
        self.store.as_ref().unwrap()
    }

    /// As after a stop, with the keys that there are.
    async fn reopen(&mut self) {
        self.reopen_with(&Faults::new(Fault::Before, usize::MAX))
            .await
            .unwrap();
    }

    async fn reopen_with(&mut self, faults: &Faults) -> Result<(), SealError> {
        self.store = None;
        let (store, vault) = self.place.open();
        let vault = FaultyVault::counted(vault, faults);
        let older = self.keys[1..].iter().cloned();
        let keyring = older.fold(Keyring::new(self.keys[0].clone()), Keyring::with_older);
        let safe = Safe::unlock(Arc::new(vault), keyring).await?;
        let store = FaultyStore::counted(store, faults);
        self.store = Some(SealedStore::open(store, safe).await?);
        Ok(())
    }

    async fn ask(&mut self, ask: &Ask) {
        let later = |now: u64, millis: u8| Timestamp::from_millis(now + u64::from(millis));
        match ask {
            Ask::Commit { step, crash } => {
                let commit = self.commit_of(step).await;
                if let Some(crash) = crash {
                    self.crashes(&commit, *crash).await;
                }
                self.commits(ask, commit, crash.is_some()).await;
            }
            Ask::Lease { span } => {
                let until = later(self.now, *span);
                self.lease(ask, until).await;
            }
            Ask::Settle { lease, how } if !self.leases.is_empty() => {
                let lease = self.leases[lease % self.leases.len()].clone();
                let again = Settled::Again(later(self.now, *how));
                let settled = [Settled::Done, again, Settled::Dead][usize::from(*how)];
                self.settle(ask, &lease, settled).await;
            }
            Ask::Retry { lease } if !self.leases.is_empty() => {
                let id = self.leases[lease % self.leases.len()].id.clone();
                let now = Timestamp::from_millis(self.now);
                let answer = self.store().retry(&id, now).await;
                match self.erased.contains(&id.row) {
                    true => assert!(
                        matches!(answer, Ok(_) | Err(StoreError::Erased)),
                        "{answer:?}"
                    ),
                    false => same(ask, (self.model.retry(&id, now).await, answer)),
                }
            }
            Ask::Settle { .. } | Ask::Retry { .. } => {}
            Ask::Tick { millis } => {
                self.now += u64::from(*millis);
                let until = later(self.now, 1);
                for lease in self.lease(ask, until).await {
                    self.settle(ask, &lease, Settled::Done).await;
                }
            }
            Ask::List {
                chart,
                state,
                newest,
                limit,
            } => {
                let chart = [ChartName::Review, ChartName::Collection][usize::from(*chart)];
                let order = [Order::OldestFirst, Order::NewestFirst][usize::from(*newest)];
                let mut query = Query {
                    chart,
                    state: state.map(name),
                    order,
                    after: None,
                    limit: (*limit).into(),
                };
                // To the end, page by page.
                loop {
                    let model = Store::list(&self.model, &query).await;
                    let next = model.as_ref().ok().and_then(|page| page.next.clone());
                    same(ask, (model, self.store().list(&query).await));
                    query.after = next;
                    if query.after.is_none() {
                        break;
                    }
                }
            }
            Ask::Rotate { crash, meanwhile } => self.rotate(ask, *crash, meanwhile).await,
            Ask::Reopen => self.reopen().await,
        }
    }

    async fn commit_of(&self, step: &Step) -> Commit {
        // Nobody is forgotten who was never known.
        let is_there = self.model.load(&row_of(step.row)).await.unwrap().is_some();
        let next = Next {
            row: step.row,
            from: step.from,
            key: step.key,
            state: step.state,
            event: if step.erases && is_there {
                "erase"
            } else {
                "walk"
            },
            outbox: &step.outbox,
        };
        next.of(&self.model, self.now).await
    }

    /// Commits where one call fails, and opens again.
    async fn crashes(&mut self, commit: &Commit, (after, at): (bool, u8)) {
        let fault = [Fault::Before, Fault::After][usize::from(after)];
        let faults = Faults::new(fault, at.into());
        if self.reopen_with(&faults).await.is_ok() {
            let answer = self.store().commit(commit.clone()).await;
            assert!(
                faults.has_failed() || !matches!(answer, Err(StoreError::Backend { .. })),
                "{answer:?}"
            );
        }
        self.reopen().await;
    }

    async fn commits(&mut self, ask: &Ask, commit: Commit, was_asked_before: bool) {
        let model = self.model.commit(commit.clone()).await;
        let mut store = self.store().commit(commit.clone()).await;
        if matches!(model, Ok(Committed::Now)) {
            if commit.entry.facts.event == "erase" {
                self.erased.insert(commit.row());
            }
            for (index, outgoing) in (0..).zip(&commit.outbox) {
                let id = OutboundId {
                    row: commit.row(),
                    version: commit.entry.facts.version,
                    index,
                };
                let promise = (outgoing.kind, outgoing.body.clone());
                assert_eq!(self.promised.insert(id, promise), None);
            }
            // It was kept before it crashed.
            if was_asked_before
                && matches!(&store, Ok(Committed::Before(entry)) if *entry == commit.entry)
            {
                store = Ok(Committed::Now);
            }
        }
        same(ask, (model, store));
    }

    /// What both give of rows that nobody has erased is the same; of the others what was promised.
    async fn lease(&mut self, ask: &Ask, until: Timestamp) -> Vec<Lease> {
        let now = Timestamp::from_millis(self.now);
        let all = async |store: &dyn Store| {
            let mut leased = store.lease(now, until, 200).await.unwrap();
            for receiver in 2..KINDS {
                let notices = store.lease_notices(receiver_of(receiver), now, until, 200);
                leased.extend(notices.await.unwrap());
            }
            leased
        };
        let (model, store) = (all(&self.model).await, all(self.store()).await);
        for outbound in &store {
            let (kind, body) = &self.promised[outbound.id()];
            assert_eq!((&outbound.kind, &outbound.body), (kind, body), "{ask:?}");
            assert!(!self.done.contains(outbound.id()), "given again: {ask:?}");
        }
        let leases: Vec<_> = store
            .iter()
            .map(|outbound| outbound.lease.clone())
            .collect();
        self.leases.extend(leases.iter().cloned());
        let whole = |given: Vec<Outbound>| -> Result<Vec<_>, StoreError> {
            let is_whole = |outbound: &Outbound| !self.erased.contains(&outbound.id().row);
            Ok(given.into_iter().filter(is_whole).collect())
        };
        same(ask, (whole(model), whole(store)));
        leases
    }

    async fn settle(&mut self, ask: &Ask, lease: &Lease, settled: Settled) {
        let answer = self.store().settle(lease, settled).await;
        if answer.is_ok() && settled == Settled::Done {
            assert!(self.done.insert(lease.id.clone()), "done twice: {ask:?}");
        }
        match self.erased.contains(&lease.id.row) {
            true => assert!(
                matches!(answer, Ok(()) | Err(StoreError::LeaseLost)),
                "{answer:?}"
            ),
            false => same(ask, (self.model.settle(lease, settled).await, answer)),
        }
    }

    async fn rotate(&mut self, ask: &Ask, crash: Option<(bool, u8)>, meanwhile: &[Step]) {
        self.keys.insert(0, Kek::random());
        if let Some((after, at)) = crash {
            let fault = [Fault::Before, Fault::After][usize::from(after)];
            let faults = Faults::new(fault, at.into());
            if self.reopen_with(&faults).await.is_ok() {
                // How far it came does not matter.
                let _ = self.store().safe().rotate(|_| ()).await;
            }
            self.reopen().await;
            return;
        }
        self.reopen().await;
        let safe = self.store().safe().clone();
        let rotating = tokio::spawn(async move { safe.rotate(|_| ()).await });
        for step in meanwhile {
            let commit = self.commit_of(step).await;
            self.commits(ask, commit, false).await;
        }
        rotating.await.unwrap().unwrap();
        // Nothing needs the older ones any more.
        self.keys.truncate(1);
        self.reopen().await;
        self.compare_rows().await;
    }

    async fn compare_rows(&self) {
        for row in (0..ROWS).map(row_of) {
            let store = self.store();
            same(&row, (self.model.load(&row).await, store.load(&row).await));
            let model = self.model.journal(&row).await;
            same(&row, (model, store.journal(&row).await));
        }
    }

    /// Everything that can be asked without changing anything.
    async fn compare_all(&self) {
        self.compare_rows().await;
        for row in (0..ROWS).map(row_of) {
            for key in (0..KEYS).map(key_of) {
                let model = self.model.recall(&row, &key).await;
                same(&row, (model, self.store().recall(&row, &key).await));
            }
        }
        let whole = |dead: Vec<Outbound>| -> Result<Vec<_>, StoreError> {
            let is_whole = |outbound: &Outbound| !self.erased.contains(&outbound.id().row);
            Ok(dead.into_iter().filter(is_whole).collect())
        };
        let store = self.store().dead(None, 200).await.unwrap();
        for outbound in &store {
            let (_, body) = &self.promised[outbound.id()];
            assert!(outbound.body.is_empty() || outbound.body == *body);
        }
        let model = self.model.dead(None, 200).await.unwrap();
        same(&"dead", (whole(model), whole(store)));
        let erasures = self.store().safe().erasures(None, 200).await.unwrap();
        let listed: BTreeSet<_> = erasures.into_iter().map(|erasure| erasure.row).collect();
        assert_eq!(listed, self.erased);
    }

    /// In the end every effect is done once or was given up, also of those who were erased.
    async fn drain(&mut self) {
        self.now += 1_000_000;
        loop {
            let until = Timestamp::from_millis(self.now + 1);
            let leases = self.lease(&Ask::Tick { millis: 0 }, until).await;
            if leases.is_empty() {
                break;
            }
            for lease in leases {
                self.settle(&Ask::Tick { millis: 0 }, &lease, Settled::Done)
                    .await;
            }
        }
        let dead = self.store().dead(None, 200).await.unwrap();
        let dead: BTreeSet<_> = dead.iter().map(|outbound| outbound.id().clone()).collect();
        assert_eq!(self.done.intersection(&dead).count(), 0);
        for (id, (kind, _)) in &self.promised {
            let is_there = self.done.contains(id) || dead.contains(id);
            // A deadline or a notice of somebody who was forgotten may be, too.
            let is_forgotten = *kind != OutgoingKind::Effect && self.erased.contains(&id.row);
            assert!(is_there || is_forgotten, "{id} is lost");
        }
    }
}
