//! A step is sealed with what the vault said of its row a moment ago, and never with a key that was destroyed since.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kyc_core::collection::{Event, Session};
use kyc_core::journal::{ChartName, Entry, Facts, Hash};
use kyc_core::testing::events::{self, NOON};
use kyc_core::{Actor, Timestamp};
use kyc_persist::{
    Commit, Committed, Erasure, Expected, Kek, Keyring, MemoryStore, MemoryVault, Outgoing,
    OutgoingKind, Safe, SealedStore, Store, StoreError, Vault,
};

use super::harness::*;

/// How long a look is good for.
const GOOD_FOR: Duration = Duration::from_millis(500);

/// A vault that counts how often it is asked.
#[derive(Clone, Debug, Default)]
struct Counting {
    inner: MemoryVault,
    asked: Arc<AtomicUsize>,
}

impl Counting {
    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::SeqCst)
    }
}

#[async_trait]
impl Vault for Counting {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.fetch(names).await
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.inner.keep(name, expected, value).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.inner.list(prefix, after, limit).await
    }
}

/// One database and one vault, which any number of servers open.
struct Replicated {
    store: MemoryStore,
    vault: Counting,
    kek: Kek,
}

impl Replicated {
    /// With a session of somebody, of whom this much is known.
    async fn with(session: &str, name: &str) -> Self {
        let replicated = Self {
            store: MemoryStore::new(),
            vault: Counting::default(),
            kek: Kek::random(),
        };
        walk(&keeper(replicated.open().await), session, named(name)).await;
        replicated.vault.asked();
        replicated
    }

    async fn open(&self) -> SealedStore<MemoryStore> {
        let keyring = Keyring::new(self.kek.clone());
        let safe = Safe::unlock(Arc::new(self.vault.clone()), keyring).await;
        let store = SealedStore::open(self.store.clone(), safe.unwrap()).await;
        self.vault.asked();
        store.unwrap()
    }

    /// A step of somebody's own that follows on the row as it stands, with work that leaves with it.
    async fn step(&self, session: &str) -> Commit {
        let kept = self.store.load(&row(session)).await.unwrap().unwrap();
        following(session, kept.version, kept.head)
    }
}

fn following(session: &str, version: u32, head: Hash) -> Commit {
    let facts = Facts {
        session: id(session),
        chart: ChartName::Collection,
        version: version + 1,
        key: format!("step-{version}").parse().unwrap(),
        fingerprint: Hash::ZERO,
        at: NOON,
        by: Actor::APPLICANT,
        event: "walk".into(),
        from: "here".into(),
        to: "there".into(),
        effects: vec![],
    };
    Commit {
        expected: Expected::At(version),
        entry: Entry::chain(head, facts),
        snapshot: "Erika again".into(),
        outbox: vec![Outgoing {
            kind: OutgoingKind::Effect,
            body: "for Erika".into(),
            due_at: NOON,
        }],
    }
}

#[tokio::test(start_paused = true)]
async fn the_vault_is_asked_once_for_a_row_and_the_steps_that_follow_at_once() {
    let place = Replicated::with("s-1", "Erika").await;
    let store = place.open().await;
    store.load(&row("s-1")).await.unwrap();
    assert_eq!(place.vault.asked(), 1);
    for _ in 0..3 {
        let step = place.step("s-1").await;
        assert_eq!(store.commit(step).await.unwrap(), Committed::Now);
    }
    assert_eq!(place.vault.asked(), 0);
    assert_eq!(
        store.load(&row("s-1")).await.unwrap().unwrap().snapshot,
        "Erika again"
    );
    assert_eq!(place.vault.asked(), 1, "whoever reads asks each time");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_comes_later_asks_the_vault_once_more_however_many_came_between() {
    let place = Replicated::with("s-1", "Erika").await;
    let store = place.open().await;
    store.load(&row("s-1")).await.unwrap();
    place.vault.asked();
    for _ in 0..4 {
        let step = place.step("s-1").await;
        store.commit(step).await.unwrap();
        tokio::time::advance(GOOD_FOR / 4).await;
    }
    assert_eq!(place.vault.asked(), 0);
    let step = place.step("s-1").await;
    store.commit(step).await.unwrap();
    assert_eq!(place.vault.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_another_server_erased_is_not_sealed_again_with_what_was_seen_before() {
    let place = Replicated::with("s-1", "Erika").await;
    let (one, other) = (place.open().await, keeper(place.open().await));
    tell(&other, "s-1", "cancel", Event::Cancel).await.unwrap();
    let before = one.load(&row("s-1")).await.unwrap().unwrap();
    tell(&other, "s-1", "erase", Event::Erase).await.unwrap();
    place.vault.asked();

    let erased = place.store.load(&row("s-1")).await.unwrap().unwrap();
    let late = following("s-1", before.version, before.head);
    let refused = one.commit(late).await;
    let found = Some(erased.version);
    assert!(matches!(refused, Err(StoreError::Conflict { found: at }) if at == found));
    assert_eq!(place.vault.asked(), 0, "the store is who refuses it");
    let standing = place.store.load(&row("s-1")).await.unwrap().unwrap();
    assert_eq!(standing, erased);

    // Whoever goes on behind the erasure asks the vault again, and seals with the key that came after.
    let step = place.step("s-1").await;
    one.commit(step).await.unwrap();
    assert!(place.vault.asked() > 0);
    let kept = place.open().await.load(&row("s-1")).await.unwrap().unwrap();
    assert_eq!(kept.snapshot, "Erika again");
}

#[tokio::test(start_paused = true)]
async fn once_an_erasure_without_a_step_is_done_no_server_seals_with_what_it_saw_before() {
    let place = Replicated::with("s-1", "Erika").await;
    let (one, other) = (place.open().await, place.open().await);
    one.load(&row("s-1")).await.unwrap();
    let step = place.step("s-1").await;
    let before = place.store.load(&row("s-1")).await.unwrap();
    let forced = Erasure::forced(row("s-1"), Timestamp::from_millis(1));
    other.safe().reapply(&[forced]).await.unwrap();

    let refused = one.commit(step).await;
    assert!(matches!(refused, Err(StoreError::Erased)), "{refused:?}");
    assert_eq!(place.store.load(&row("s-1")).await.unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_erases_without_a_step_forgets_at_once_what_it_saw() {
    let place = Replicated::with("s-1", "Erika").await;
    let store = place.open().await;
    store.load(&row("s-1")).await.unwrap();
    let step = place.step("s-1").await;
    let forced = [Erasure::forced(row("s-1"), Timestamp::from_millis(1))];
    // Everything was destroyed, and nobody has waited yet.
    let erasing = store.reapply(&forced);
    tokio::select! {
        biased;
        _ = erasing => panic!("it does not wait for the others"),
        () = std::future::ready(()) => {}
    }
    let refused = store.commit(step).await;
    assert!(matches!(refused, Err(StoreError::Erased)), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_was_not_kept_leaves_nothing_to_seal_with() {
    let place = Replicated::with("s-1", "Erika").await;
    let store = place.open().await;
    let kept = store.load(&row("s-1")).await.unwrap().unwrap();
    let elsewhere = following("s-1", kept.version + 1, kept.head);
    place.vault.asked();
    store.commit(elsewhere).await.unwrap_err();
    assert_eq!(place.vault.asked(), 1, "seen at another version");
    let step = place.step("s-1").await;
    store.commit(step).await.unwrap();
    assert_eq!(place.vault.asked(), 1, "what was seen there is gone");
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_of_one_session_is_of_no_use_to_another() {
    let place = Replicated::with("s-1", "Erika").await;
    let walker = keeper(place.open().await);
    walk(&walker, "s-2", events::to_final().into_iter().take(5)).await;
    let store = place.open().await;
    store.load(&row("s-1")).await.unwrap();
    place.vault.asked();
    let step = place.step("s-2").await;
    store.commit(step).await.unwrap();
    assert_eq!(place.vault.asked(), 1);
    let reader = keeper(place.open().await);
    assert!(reader.load::<Session>(&id("s-1")).await.unwrap().is_some());
}
