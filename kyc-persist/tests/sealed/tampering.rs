//! Whoever can write to the disk and has no key: whatever they do is refused, and never served.

use kyc_core::journal::{ChartName, Entry};
use kyc_core::testing::events::{self, NOON};
use kyc_persist::{Query, Store, StoreError};

use super::harness::*;

const MARK: &[u8] = b"sealed.";

fn place_of(value: &[u8], needle: &[u8]) -> usize {
    value
        .windows(needle.len())
        .position(|window| window == needle)
        .unwrap()
}

/// Where the sealed text of a value begins.
fn seam(value: &[u8]) -> usize {
    place_of(value, MARK)
}

fn sealed_part(pairs: &Bytes, key: &[u8]) -> Vec<u8> {
    let value = &pairs[key];
    value[seam(value)..].to_vec()
}

/// Puts a sealed text in the place of the one that is there.
fn paste(value: &mut Vec<u8>, sealed: &[u8]) {
    value.truncate(seam(value));
    value.extend(sealed);
}

async fn two_walks() -> Installation {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    for session in ["s-1", "s-2"] {
        walk(&keeper, session, named("Erika")).await;
    }
    installation
}

async fn refusal(installation: &Installation, session: &str) -> StoreError {
    installation
        .open()
        .await
        .load(&row(session))
        .await
        .unwrap_err()
}

fn assert_corrupt(error: &StoreError) {
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sealed_is_read() {
    let installation = two_walks().await;
    let kept = installation.open().await.load(&row("s-1")).await.unwrap();
    assert!(kept.unwrap().snapshot.contains("Erika"));
    let stored = format!("{:?}", installation.store.copy());
    let erika = format!("{:?}", b"Erika");
    assert!(!stored.contains(erika.trim_matches(['[', ']'])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_is_refused_wherever_it_is() {
    let installation = two_walks().await;
    let before = installation.store.copy();
    let value = &before[&b"rs-1\0c"[..]];
    // When the row was opened orders listings, and is in the journal as well.
    let opened_at = place_of(value, &NOON.as_millis().to_be_bytes());
    for place in 0..value.len() {
        installation.store.change(&[b"rs-1"], |value| {
            let bit = 1 << (place % 7);
            value[place] ^= bit;
        });
        let store = kyc_persist::kv::KvStore::over(installation.store.clone()).unwrap();
        let store = kyc_persist::SealedStore::open(store, installation.safe().await).await;
        let answer = match store {
            Ok(store) => store.load(&row("s-1")).await.map(drop),
            Err(_) => Err(StoreError::Erased),
        };
        let is_moment = (opened_at..opened_at + 8).contains(&place);
        assert_eq!(answer.is_err(), !is_moment, "byte {place}");
        installation.store.restore(&before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_another_row_is_refused() {
    let installation = two_walks().await;
    let other = sealed_part(&installation.store.copy(), b"rs-2\0c");
    installation
        .store
        .change(&[b"rs-1"], |value| paste(value, &other));
    assert_corrupt(&refusal(&installation, "s-1").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_an_earlier_version_is_refused() {
    let installation = two_walks().await;
    let earlier = sealed_part(&installation.store.copy(), b"rs-1\0c");
    let keeper = keeper(installation.open().await);
    tell(&keeper, "s-1", "later", events::to_final().swap_remove(5))
        .await
        .unwrap();
    installation
        .store
        .change(&[b"rs-1"], |value| paste(value, &earlier));
    assert_corrupt(&refusal(&installation, "s-1").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_nobody_sealed_is_refused() {
    let installation = two_walks().await;
    installation.store.change(&[b"rs-1"], |value| {
        paste(value, b"{\"state\":\"approved\"}");
    });
    assert_corrupt(&refusal(&installation, "s-1").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_rewritten_with_its_whole_chain_is_refused() {
    let installation = two_walks().await;
    let entries = installation.open().await.journal(&row("s-1")).await;
    let entries = entries.unwrap();
    assert_eq!(entries.len(), 6);

    let mut prev = kyc_core::journal::Hash::ZERO;
    for version in 0_u32..6 {
        let version = version.to_be_bytes();
        installation.store.change(&[b"js-1", &version], |value| {
            let mut entry: Entry = serde_json::from_slice(value).unwrap();
            entry.facts.at = NOON + kyc_core::Seconds::days(1);
            let entry = Entry::chain(prev, entry.facts);
            prev = entry.hash;
            *value = serde_json::to_vec(&entry).unwrap();
        });
    }
    installation.store.change(&[b"rs-1"], |value| {
        let head = place_of(value, entries[5].hash.as_bytes());
        value[head..head + 32].copy_from_slice(prev.as_bytes());
    });
    let store = installation.open().await;
    assert_corrupt(&store.load(&row("s-1")).await.unwrap_err());
    assert_corrupt(&store.journal(&row("s-1")).await.unwrap_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn work_in_another_place_of_the_outbox_is_refused() {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    open(&keeper, "s-1").await;
    open(&keeper, "s-2").await;
    let waiting = installation.store.copy();
    let other = waiting
        .keys()
        .find(|key| key.starts_with(b"os-2"))
        .unwrap()
        .clone();
    let other = sealed_part(&waiting, &other);
    installation
        .store
        .change(&[b"os-1"], |value| paste(value, &other));
    // What is whole is carried all the same; what is not is given up, and nobody reads it.
    let far = NOON + kyc_core::Seconds::days(9_999);
    let store = installation.open().await;
    let leased = store.lease(far, far, 10).await.unwrap();
    assert!(!leased.is_empty());
    assert!(leased.iter().all(|one| one.id().row == row("s-2")));
    let dead = store.dead(None, 10).await.unwrap();
    assert!(!dead.is_empty());
    for one in &dead {
        assert_eq!((&one.id().row, one.body.as_str()), (&row("s-1"), ""));
        let again = store.retry(one.id(), NOON).await;
        assert_corrupt(&again.unwrap_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_key_holds_back_nothing_but_its_own_row_and_that_until_it_is_mended() {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    open(&keeper, "s-1").await;
    open(&keeper, "s-2").await;
    let sound = (installation.store.copy(), installation.vault.copy());
    let names = [&b"vkey/s-1.collection"[..], b"vkey/s-1.collection.outbox"];
    let damages: [fn(&mut Vec<u8>); 3] = [
        |drawer| drawer.truncate(drawer.len() / 2),
        |drawer| *drawer.last_mut().unwrap() ^= 1,
        Vec::clear,
    ];
    for damage in damages {
        installation.store.restore(&sound.0);
        installation.vault.restore(&sound.1);
        for name in names {
            let mut vault = installation.vault.0.write().unwrap();
            damage(vault.get_mut(name).unwrap());
        }
        let far = NOON + kyc_core::Seconds::days(9_999);
        let store = installation.open().await;
        let others = drain(&store, far).await;
        assert!(!others.is_empty());
        assert!(others.iter().all(|one| one.id().row == row("s-2")));
        assert!(store.dead(None, 10).await.unwrap().is_empty());
        let query = Query::newest(ChartName::Collection);
        assert_eq!(store.list(&query).await.unwrap().damaged, [row("s-1")]);

        installation.vault.restore(&sound.1);
        let mended = drain(&store, far + kyc_core::Seconds::days(1)).await;
        assert_eq!(mended.len(), others.len());
        assert!(mended.iter().all(|one| one.id().row == row("s-1")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_is_named_in_the_listing_and_keeps_no_other_from_it() {
    let installation = two_walks().await;
    let other = sealed_part(&installation.store.copy(), b"rs-2\0c");
    installation
        .store
        .change(&[b"rs-1"], |value| paste(value, &other));
    let query = Query::newest(ChartName::Collection);
    let page = installation.open().await.list(&query).await.unwrap();
    let rows: Vec<_> = page.rows.iter().map(|listed| &listed.row).collect();
    assert_eq!((rows, page.damaged), (vec![&row("s-2")], vec![row("s-1")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_another_drawer_is_refused() {
    let installation = two_walks().await;
    let vault = installation.vault.copy();
    let other = vault[&b"vkey/s-2.collection"[..]].clone();
    installation
        .vault
        .0
        .write()
        .unwrap()
        .insert(b"vkey/s-1.collection".to_vec(), other);
    assert_corrupt(&refusal(&installation, "s-1").await);
}
