//! A new key takes over while everything goes on, and then the old one is needed by nothing.

use std::sync::Arc;

use kyc_core::collection::{Event, Session};
use kyc_core::testing::events;
use kyc_persist::conformance::{Fault, FaultyVault};
use kyc_persist::{
    Blobs, KeepError, Keeper, Kek, Keyring, MemoryStore, MemoryVault, Safe, SealError, SealedStore,
    Store as _, StoreError, Vault,
};

use super::harness::*;

const SESSIONS: usize = 120;
/// A row's snapshots, its outbox, its images.
const KEYS: usize = 3 * SESSIONS;

/// A store whose key is to be replaced.
struct Installed {
    store: MemoryStore,
    vault: MemoryVault,
    blobs: Blobs,
    old: Kek,
    new: Kek,
}

impl Installed {
    /// With sessions, images and somebody who was erased.
    async fn with_sessions() -> Self {
        let installed = Self {
            store: MemoryStore::new(),
            vault: MemoryVault::new(),
            blobs: Blobs::memory(),
            old: Kek::random(),
            new: Kek::random(),
        };
        let old = Keyring::new(installed.old.clone());
        let safe = installed.safe(installed.vault.clone(), old.clone()).await;
        let blobs = installed.blobs.clone().sealed(safe);
        let keeper = installed.keeper(old).await;
        for number in 0..SESSIONS {
            let session = format!("s-{number}");
            walk(&keeper, &session, [events::start(), events::details()]).await;
            blobs.put(&id(&session), "a photo".into()).await.unwrap();
        }
        erase(&keeper, "s-7").await.unwrap();
        installed
    }

    fn both(&self) -> Keyring {
        Keyring::new(self.new.clone()).with_older(self.old.clone())
    }

    async fn safe(&self, vault: impl Vault + 'static, keyring: Keyring) -> Safe {
        Safe::unlock(Arc::new(vault), keyring).await.unwrap()
    }

    async fn sealed(&self, keyring: Keyring) -> SealedStore<MemoryStore> {
        let safe = self.safe(self.vault.clone(), keyring).await;
        SealedStore::open(self.store.clone(), safe).await.unwrap()
    }

    async fn keeper(&self, keyring: Keyring) -> Keeper {
        keeper(self.sealed(keyring).await)
    }

    async fn start(&self, keyring: Keyring) -> Result<(), SealError> {
        let safe = Safe::unlock(Arc::new(self.vault.clone()), keyring).await?;
        SealedStore::open(self.store.clone(), safe).await.map(drop)
    }

    /// With the new key alone.
    async fn assert_opens(&self, sessions: impl IntoIterator<Item = String>) {
        let keeper = self.keeper(Keyring::new(self.new.clone())).await;
        for session in sessions {
            let found = keeper.load::<Session>(&id(&session)).await.unwrap();
            assert!(found.is_some(), "{session}");
        }
    }
}

fn all() -> impl Iterator<Item = String> {
    (0..SESSIONS).map(|number| format!("s-{number}"))
}

#[tokio::test]
async fn until_the_rotation_is_done_the_old_key_is_needed_and_after_it_by_nothing() {
    let installed = Installed::with_sessions().await;
    let (old, new) = (installed.old.id(), installed.new.id());
    let store = installed.sealed(installed.both()).await;
    walk(&keeper(store.clone()), "s-new", []).await;

    let early = installed.start(Keyring::new(installed.new.clone())).await;
    assert!(
        matches!(early, Err(SealError::WrongKey { needed, .. }) if needed == old),
        "{early:?}"
    );
    let mut told = Vec::new();
    let done = store
        .safe()
        .rotate(|progress| told.push(progress.clone()))
        .await
        .unwrap();
    // The outbox of who was erased has two keys until it is empty.
    assert_eq!(done.rewrapped as usize, KEYS + 1);
    assert_eq!(done.retired, [old]);
    assert!(told.len() > 2);
    assert!(told.is_sorted_by_key(|progress| progress.seen));

    installed.assert_opens(all().chain(["s-new".into()])).await;
    let safe = installed.safe(installed.vault.clone(), Keyring::new(installed.new.clone()));
    let blobs = installed.blobs.clone().sealed(safe.await);
    let photo = blobs.put(&id("s-1"), "a photo".into()).await.unwrap();
    assert!(blobs.get(&id("s-2"), &photo).await.unwrap().is_some());
    let late = installed.start(Keyring::new(installed.old.clone())).await;
    assert!(
        matches!(late, Err(SealError::WrongKey { needed, .. }) if needed == new),
        "{late:?}"
    );
    assert_eq!(store.safe().rotate(|_| ()).await.unwrap().rewrapped, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sessions_are_opened_moved_and_erased_while_it_goes_on() {
    let installed = Arc::new(Installed::with_sessions().await);
    // A process that was not told of the new key goes on until the old one is let go of.
    let behind = installed.keeper(Keyring::new(installed.old.clone())).await;
    let store = installed.sealed(installed.both()).await;
    let walker = keeper(store.clone());

    let traffic = tokio::spawn(async move {
        for number in 20..60 {
            walk(&walker, &format!("t-{number}"), [events::start()]).await;
            erase(&walker, &format!("s-{number}")).await.unwrap();
        }
    });
    let behind = tokio::spawn(async move {
        let mut opened = Vec::new();
        loop {
            let session = format!("o-{}", opened.len());
            let flow = kyc_core::Flow::manual_review();
            let answer = behind.open::<Session>(
                &flow,
                id(&session),
                "open".parse().unwrap(),
                kyc_core::journal::Hash::ZERO,
                kyc_core::Actor::INTEGRATOR,
                events::NOON,
            );
            match answer.await {
                Ok(_) => opened.push(session),
                Err(KeepError::Store(StoreError::Locked { .. })) => return opened,
                Err(error) => panic!("{error:?}"),
            }
        }
    });
    let rotated = store.safe().rotate(|_| ()).await.unwrap();
    assert!(rotated.rewrapped as usize >= KEYS);
    let opened = behind.await.unwrap();
    traffic.await.unwrap();

    let moved = (20..60).map(|number| format!("t-{number}"));
    installed
        .assert_opens(all().chain(opened).chain(moved))
        .await;
    assert_eq!(store.safe().erasures(None, 200).await.unwrap().len(), 41);
}

#[tokio::test]
async fn a_process_that_was_not_told_of_the_new_key_says_which_one_it_needs() {
    let installed = Installed::with_sessions().await;
    let behind = installed.sealed(Keyring::new(installed.old.clone())).await;
    let store = installed.sealed(installed.both()).await;
    store.safe().rotate(|_| ()).await.unwrap();

    let needed = installed.new.id().to_string();
    let refused = behind.load(&row("s-1")).await;
    assert!(
        matches!(&refused, Err(StoreError::Locked { key }) if *key == needed),
        "{refused:?}"
    );
    let vault = installed.vault.list("", None, 10_000).await.unwrap();
    let blobs = installed.blobs.clone().sealed(behind.safe().clone());
    let refused = blobs.put(&id("s-fresh"), "a photo".into()).await;
    assert!(
        matches!(&refused, Err(StoreError::Locked { key }) if *key == needed),
        "{refused:?}"
    );
    assert_eq!(installed.vault.list("", None, 10_000).await.unwrap(), vault);
}

#[tokio::test]
async fn one_that_was_cut_off_goes_on_where_it_was() {
    let installed = Installed::with_sessions().await;
    installed.start(installed.both()).await.unwrap();
    for at in [5, 40, 150] {
        let fault = [Fault::Before, Fault::After][usize::from(at % 2 == 0)];
        let vault = FaultyVault::new(installed.vault.clone(), fault, at);
        let safe = installed.safe(vault, installed.both()).await;
        safe.rotate(|_| ()).await.unwrap_err();
        // Both keys together open everything meanwhile.
        let keeper = installed.keeper(installed.both()).await;
        for session in all() {
            let found = keeper.load::<Session>(&id(&session)).await.unwrap();
            assert!(found.is_some(), "{session}");
        }
    }
    let safe = installed.safe(installed.vault.clone(), installed.both());
    let last = safe.await.rotate(|_| ()).await.unwrap();
    assert!((last.rewrapped as usize) < KEYS - 150, "{last:?}");
    installed.assert_opens(all()).await;
    let keeper = installed.keeper(Keyring::new(installed.new.clone())).await;
    tell(&keeper, "s-1", "cancel", Event::Cancel).await.unwrap();
}
