//! What was erased is unreadable from then on, wherever a copy of it lies.

use std::path::Path;
use std::sync::{Arc, Mutex};

use kyc_core::collection::{Event, Session};
use kyc_core::journal::{self, ChartName, Entry, Facts, Hash};
use kyc_core::testing::events::NOON;
use kyc_core::{Actor, Seconds};
use kyc_persist::conformance::{Fault, FaultyStore, FaultyVault};
use kyc_persist::kv::KvStore;
use kyc_persist::{
    Blobs, Commit, Erasure, Expected, Kek, Keyring, MemoryStore, MemoryVault, Outgoing,
    OutgoingKind, Query, Row, Safe, SealedStore, SledStore, Store, StoreError,
};

use super::harness::*;

fn is_erased<T: std::fmt::Debug>(answer: Result<T, StoreError>) -> bool {
    match answer {
        Err(StoreError::Erased) => true,
        Ok(_) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_the_store_and_of_the_images_is_unreadable_after_the_erasure() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let kek = Kek::random();
    let open = async || {
        let safe = safe_of(SledStore::open(at("vault")).unwrap(), &kek).await;
        let store = SledStore::open(at("store")).unwrap();
        let store = SealedStore::open(store, safe.clone()).await.unwrap();
        (store, Blobs::local(at("blobs")).unwrap().sealed(safe))
    };

    let (store, blobs) = open().await;
    let photo = blobs.put(&id("s-1"), "a photo".into()).await.unwrap();
    let walker = keeper(store);
    walk(&walker, "s-1", named("Erika")).await;
    walk(&walker, "s-2", named("Max")).await;
    drop((walker, blobs));
    for name in ["store", "blobs"] {
        copy_all(&at(name), &at("backup").join(name));
    }

    let (store, blobs) = open().await;
    let walker = keeper(store);
    erase(&walker, "s-1").await.unwrap();
    blobs.delete_all(&id("s-1")).await.unwrap();
    let erased = walker.load::<Session>(&id("s-1")).await.unwrap().unwrap();
    assert!(!erased.encode().contains("Erika"));
    drain(&**walker.store(), NOON).await;
    drop((walker, blobs));

    for name in ["store", "blobs"] {
        std::fs::remove_dir_all(at(name)).unwrap();
        copy_all(&at("backup").join(name), &at(name));
    }
    let (store, blobs) = open().await;
    assert!(is_erased(store.load(&row("s-1")).await));
    assert!(is_erased(blobs.get(&id("s-1"), &photo).await));
    // What happened is still told, and the others are still there.
    assert_eq!(store.journal(&row("s-1")).await.unwrap().len(), 6);
    let listed = store.list(&Query::newest(ChartName::Collection)).await;
    let listed = listed.unwrap().rows;
    assert_eq!(listed.len(), 1);
    assert!(listed[0].kept.snapshot.contains("Max"));
    // Neither do its deadlines come back, nor is anything served that waited.
    let far = NOON + Seconds::days(9_999);
    let due = drain(&store, far).await;
    assert!(!due.is_empty());
    assert!(due.iter().all(|one| one.id().row == row("s-2")), "{due:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_back_with_a_backup_of_the_vault_is_destroyed_again() {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    let blobs = Blobs::memory().sealed(installation.safe().await);
    walk(&keeper, "s-1", named("Erika")).await;
    walk(&keeper, "s-2", named("Max")).await;
    let photo = blobs.put(&id("s-1"), "a photo".into()).await.unwrap();
    let backup = (installation.store.copy(), installation.vault.copy());
    erase(&keeper, "s-1").await.unwrap();

    let list = installation.safe().await.erasures(None, 10).await.unwrap();
    let erasure = Erasure {
        row: row("s-1"),
        at: NOON,
        generation: 2,
    };
    assert_eq!(list, [erasure]);
    installation.store.restore(&backup.0);
    installation.vault.restore(&backup.1);
    let store = installation.open().await;
    // The trap: keys that lie in a backup beside the data undo every erasure.
    assert!(store.load(&row("s-1")).await.is_ok());

    store.reapply(&list).await.unwrap();
    assert!(is_erased(store.load(&row("s-1")).await));
    assert!(is_erased(blobs.get(&id("s-1"), &photo).await));
    assert!(store.load(&row("s-2")).await.is_ok());
    assert_eq!(
        store.safe().erasures(None, 10).await.unwrap(),
        list,
        "the list is whole again"
    );
    store.reapply(&list).await.unwrap();
    assert!(is_erased(store.load(&row("s-1")).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn reapplying_the_list_where_nothing_was_restored_changes_nothing() {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    walk(&keeper, "s-1", named("Erika")).await;
    erase(&keeper, "s-1").await.unwrap();
    let safe = installation.safe().await;
    let list = safe.erasures(None, 10).await.unwrap();
    let store = installation.open().await;
    let before = store.load(&row("s-1")).await.unwrap();
    store.reapply(&list).await.unwrap();
    assert_eq!(store.load(&row("s-1")).await.unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waited_before_an_erasure_still_leaves_and_is_unreadable_after_that() {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    walk(&keeper, "s-1", named("Erika")).await;
    let store = installation.open().await;
    drain(&store, NOON).await;
    tell(&keeper, "s-1", "cancel", Event::Cancel).await.unwrap();
    let waiting = installation.store.copy();
    tell(&keeper, "s-1", "erase", Event::Erase).await.unwrap();
    let in_its_row = |key: &Vec<u8>| key.starts_with(b"os-1");
    assert!(installation.store.copy().keys().any(in_its_row));

    let left: Vec<_> = drain(&store, NOON).await;
    let said: Vec<_> = left.iter().map(|one| one.body.as_str()).collect();
    let told = r#"{"type":"notify","phase":"cancelled"}"#;
    assert_eq!(said.first().copied(), Some(told), "{said:?}");
    assert_eq!(
        said.last().copied(),
        Some(r#"{"type":"erase"}"#),
        "{said:?}"
    );

    installation.store.restore(&waiting);
    assert_eq!(drain(&installation.open().await, NOON).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_was_cut_off_anywhere_is_whole_after_the_next_look() {
    let mut cut_off = 0;
    for fault in [Fault::Before, Fault::After] {
        for at in 0.. {
            let installation = Installation::new();
            let walker = keeper(installation.open().await);
            walk(&walker, "s-1", named("Erika")).await;
            tell(&walker, "s-1", "cancel", Event::Cancel).await.unwrap();
            let backup = installation.store.copy();

            let vault = FaultyVault::new(installation.vault(), fault, at);
            let keyring = Keyring::new(installation.kek.clone());
            let safe = Safe::unlock(Arc::new(vault), keyring).await;
            let store = KvStore::over(installation.store.clone()).unwrap();
            let answer = match safe {
                Ok(safe) => match SealedStore::open(store, safe).await {
                    Ok(store) => tell(&keeper(store), "s-1", "erase", Event::Erase)
                        .await
                        .is_ok(),
                    Err(_) => false,
                },
                Err(_) => false,
            };
            if answer {
                assert!(at > 5, "the fault was never met");
                break;
            }
            cut_off += 1;

            let store = installation.open().await;
            let kept = store.load(&row("s-1")).await.unwrap().unwrap();
            if kept.version == 7 {
                assert!(!kept.snapshot.contains("Erika"));
            } else {
                // It did not happen, and everything is as it was; it can be asked for again.
                assert!(kept.snapshot.contains("Erika"));
                assert_eq!(store.safe().erasures(None, 10).await.unwrap(), []);
                tell(&walker, "s-1", "erase", Event::Erase).await.unwrap();
            }
            assert_eq!(store.safe().erasures(None, 10).await.unwrap().len(), 1);
            installation.store.restore(&backup);
            assert!(is_erased(store.load(&row("s-1")).await), "at {at}");
        }
    }
    assert!(cut_off > 10, "{cut_off}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_the_store_did_not_keep_leaves_the_row_readable_and_its_backups_too() {
    let installation = Installation::new();
    let walker = keeper(installation.open().await);
    walk(&walker, "s-1", named("Erika")).await;
    tell(&walker, "s-1", "cancel", Event::Cancel).await.unwrap();
    let backup = installation.store.copy();

    let inner = KvStore::over(installation.store.clone()).unwrap();
    // A listing when it is opened, a load, and then the commit.
    let inner = FaultyStore::new(inner, Fault::Before, 2);
    let faulty = SealedStore::open(inner, installation.safe().await);
    let faulty = keeper(faulty.await.unwrap());
    tell(&faulty, "s-1", "erase", Event::Erase)
        .await
        .unwrap_err();

    let store = installation.open().await;
    for _ in 0..2 {
        let kept = store.load(&row("s-1")).await.unwrap().unwrap();
        assert!(kept.snapshot.contains("Erika"));
        installation.store.restore(&backup);
    }
    tell(&walker, "s-1", "erase", Event::Erase).await.unwrap();
    installation.store.restore(&backup);
    assert!(is_erased(store.load(&row("s-1")).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_repeated_under_its_key_is_completed_and_changes_nothing() {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    walk(&keeper, "s-1", named("Erika")).await;
    let version = erase(&keeper, "s-1").await.unwrap();
    let vault = installation.vault.copy();
    let again = tell(&keeper, "s-1", "erase", Event::Erase).await.unwrap();
    assert_eq!(again, version);
    assert_eq!(installation.vault.copy(), vault);
    let entries = installation.open().await.journal(&row("s-1")).await;
    let entries = entries.unwrap();
    assert_eq!(journal::verify(&entries), Ok(()));
    assert_eq!(entries.last().unwrap().facts.event, "erase");
}

#[tokio::test]
async fn who_looks_while_it_is_erased_sees_it_before_or_after() {
    let (store, vault, kek) = (MemoryStore::new(), MemoryVault::new(), Kek::random());
    let sealed = SealedStore::open(store.clone(), safe_of(vault.clone(), &kek).await);
    let walker = keeper(sealed.await.unwrap());
    walk(&walker, "s-1", named("Erika")).await;
    let vault = Interrupted {
        inner: vault,
        by: Mutex::default(),
    };
    let vault = Arc::new(vault);
    let safe = Safe::unlock(vault.clone(), Keyring::new(kek)).await;
    let looking = SealedStore::open(store, safe.unwrap()).await.unwrap();
    let erasing = Box::pin(async move { assert_eq!(erase(&walker, "s-1").await.unwrap(), 7) });
    *vault.by.lock().unwrap() = Some(erasing);
    let kept = looking.load(&row("s-1")).await.unwrap().unwrap();
    assert_eq!(kept.version, 7);
    assert!(!kept.snapshot.contains("Erika"));
}

/// A chart of one's own may go on after an erasure.
#[tokio::test]
async fn what_leaves_after_an_erasure_leaves_whatever_still_waited_before_it() {
    let vault = MemoryVault::new();
    let safe = safe_of(vault, &Kek::random()).await;
    let store = SealedStore::open(MemoryStore::new(), safe).await.unwrap();
    let mut head = Hash::ZERO;
    let events = ["open", "walk", "erase", "walk"];
    for (version, event) in (0_u32..).zip(events) {
        let facts = Facts {
            session: id("s-1"),
            chart: ChartName::Collection,
            version,
            key: format!("k-{version}").parse().unwrap(),
            fingerprint: Hash::ZERO,
            at: NOON,
            by: Actor::INTEGRATOR,
            event: event.into(),
            from: "here".into(),
            to: "here".into(),
            effects: vec![],
        };
        let entry = Entry::chain(head, facts);
        head = entry.hash;
        let commit = Commit {
            expected: version
                .checked_sub(1)
                .map_or(Expected::Absent, Expected::At),
            entry,
            snapshot: "{}".into(),
            outbox: vec![Outgoing {
                kind: OutgoingKind::Effect,
                body: format!("{event} {version}"),
                due_at: NOON,
            }],
        };
        store.commit(commit).await.unwrap();
    }
    let said: Vec<_> = drain(&store, NOON)
        .await
        .into_iter()
        .map(|one| one.body)
        .collect();
    assert_eq!(said, ["open 0", "walk 1", "erase 2", "walk 3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_the_erased_is_told_a_page_at_a_time() {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    for session in ["s-1", "s-2", "s-3"] {
        walk(&keeper, session, []).await;
        erase(&keeper, session).await.unwrap();
    }
    let safe = installation.safe().await;
    let first = safe.erasures(None, 2).await.unwrap();
    let rest = safe.erasures(Some(&first[1].row), 2).await.unwrap();
    let rows: Vec<Row> = first
        .into_iter()
        .chain(rest)
        .map(|erasure| erasure.row)
        .collect();
    assert_eq!(rows, ["s-1", "s-2", "s-3"].map(row));
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let copy = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_all(&entry.path(), &copy),
            false => drop(std::fs::copy(entry.path(), copy).unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_beside_a_session_is_read_where_it_belongs_and_forgotten_with_it() {
    let installation = Installation::new();
    let safe = installation.safe().await;
    let walker = keeper(installation.open().await);
    for session in ["s-1", "s-2"] {
        walk(&walker, session, named("Erika")).await;
    }
    let note = safe.seal_note(&id("s-1"), "order", "no. 17").await.unwrap();
    assert!(!note.contains("17"), "{note}");
    let read = async |session: &str, name: &str, note: &str| {
        installation
            .safe()
            .await
            .open_note(&id(session), name, note)
            .await
    };
    assert_eq!(read("s-1", "order", &note).await.unwrap(), "no. 17");
    for elsewhere in [
        read("s-2", "order", &note).await,
        read("s-1", "name", &note).await,
        read("s-1", "order", "no. 17").await,
    ] {
        assert!(
            matches!(elsewhere, Err(StoreError::Corrupt { .. })),
            "{elsewhere:?}"
        );
    }
    erase(&walker, "s-1").await.unwrap();
    assert!(is_erased(read("s-1", "order", &note).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_derived_key_is_the_same_each_time_anothers_for_others_and_not_to_be_made_after_the_erasure()
 {
    let installation = Installation::new();
    let walker = keeper(installation.open().await);
    for session in ["s-1", "s-2"] {
        walk(&walker, session, named("Erika")).await;
    }
    let derived = async |session: &str, purpose: &str| {
        let safe = installation.safe().await;
        let key = safe.derived_key(&id(session), purpose).await.unwrap();
        *key
    };
    let before = derived("s-1", "device").await;
    walk(&walker, "s-1", [Event::Back]).await;
    assert_eq!(derived("s-1", "device").await, before);
    assert_ne!(derived("s-2", "device").await, before);
    assert_ne!(derived("s-1", "other").await, before);
    erase(&walker, "s-1").await.unwrap();
    assert_ne!(derived("s-1", "device").await, before);
}
