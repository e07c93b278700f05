//! Keys: where they come from, and what is refused at the start when they are not the right ones.

use std::sync::Arc;

use kyc_persist::kv::KvStore;
use kyc_persist::{
    Blobs, Kek, KeyError, KeySource, Keyring, MemoryStore, Safe, SealError, SealedStore, Store,
};

use super::harness::*;

async fn opened() -> Installation {
    let installation = Installation::new();
    let keeper = keeper(installation.open().await);
    walk(&keeper, "s-1", named("Erika")).await;
    installation
}

async fn try_open(installation: &Installation) -> Result<(), SealError> {
    let keyring = Keyring::new(installation.kek.clone());
    let safe = Safe::unlock(Arc::new(installation.vault()), keyring).await?;
    let store = KvStore::over(installation.store.clone()).unwrap();
    SealedStore::open(store, safe).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_refused_at_the_start_by_its_name_and_nothing_is_written() {
    let right = opened().await;
    let wrong = Installation {
        kek: Kek::random(),
        ..right.clone()
    };
    let before = (right.store.copy(), right.vault.copy());
    match try_open(&wrong).await {
        Err(SealError::WrongKey { needed, given }) => {
            assert_eq!((needed, given), (right.kek.id(), vec![wrong.kek.id()]));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((right.store.copy(), right.vault.copy()), before);
    try_open(&right).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_that_is_lost_or_of_another_installation_is_refused_and_nothing_is_written() {
    let installation = opened().await;
    let other = Installation {
        store: Map::default(),
        vault: Map::default(),
        ..installation.clone()
    };
    let keeper = keeper(other.open().await);
    walk(&keeper, "s-other", named("Max")).await;
    for vault in [Map::default(), other.vault] {
        let before = vault.copy();
        let mixed = Installation {
            vault,
            ..installation.clone()
        };
        let answer = try_open(&mixed).await;
        assert!(matches!(answer, Err(SealError::WrongVault)), "{answer:?}");
        assert_eq!(mixed.vault.copy(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_lost_is_refused_and_nothing_is_written() {
    let lost = Installation {
        store: Map::default(),
        ..opened().await
    };
    let before = lost.vault.copy();
    let answer = try_open(&lost).await;
    assert!(matches!(answer, Err(SealError::StoreLost)), "{answer:?}");
    assert_eq!(
        (lost.store.copy(), lost.vault.copy()),
        (Bytes::new(), before)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_never_had_a_row_opens_again_and_again() {
    let installation = Installation::new();
    try_open(&installation).await.unwrap();
    // A process that was killed over its first session leaves a key without a row.
    let safe = installation.safe().await;
    safe.seal_note(&id("s-1"), "name", "Erika").await.unwrap();
    try_open(&installation).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_not_sealed_is_refused_and_nothing_is_written() {
    let plain = MemoryStore::new();
    walk(&keeper(plain.clone()), "s-1", named("Erika")).await;
    let installation = Installation::new();
    let answer = SealedStore::open(plain.clone(), installation.safe().await).await;
    assert!(matches!(answer, Err(SealError::NotSealed)), "{answer:?}");
    assert_eq!(installation.vault.copy(), Bytes::new());
    let kept = plain.load(&row("s-1")).await.unwrap().unwrap();
    assert!(kept.snapshot.contains("Erika"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_new_until_something_was_locked_in_it() {
    let installation = Installation::new();
    assert!(Safe::is_new(&installation.vault()).await.unwrap());
    installation.open().await;
    assert!(!Safe::is_new(&installation.vault()).await.unwrap());
}

#[test]
fn a_key_file_is_the_owners_alone_and_never_overwritten() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("deep").join("key");
    let made = Kek::create(&file).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let source = KeySource::File(file.clone());
    assert_eq!(source.read().unwrap().id(), made.id());
    assert!(matches!(Kek::create(&file), Err(KeyError::System { .. })));
    assert_eq!(source.read().unwrap().id(), made.id());
}

#[test]
fn a_key_comes_from_a_file_a_variable_or_a_command_and_is_told_apart_from_what_is_none() {
    let digits = "0f".repeat(32);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("key");
    std::fs::write(&file, format!("{digits}\r\n")).unwrap();
    let from_file = KeySource::File(file.clone()).read().unwrap();
    let command = |line: &str| KeySource::Command(line.to_owned()).read();
    assert_eq!(
        command(&format!("echo {digits}")).unwrap().id(),
        from_file.id()
    );

    let missing = KeySource::File(place.path().join("none")).read();
    assert!(matches!(missing, Err(KeyError::Missing { .. })));
    let missing = KeySource::Environment("KYC_NO_SUCH_VARIABLE".into()).read();
    assert!(matches!(missing, Err(KeyError::Missing { .. })));
    let none = KeySource::Environment("PATH".into()).read();
    assert!(matches!(none, Err(KeyError::Malformed { .. })));
    for text in ["", "0f", &digits[1..], &"zz".repeat(32), &"0f".repeat(33)] {
        std::fs::write(&file, text).unwrap();
        let answer = KeySource::File(file.clone()).read();
        assert!(matches!(answer, Err(KeyError::Malformed { .. })), "{text}");
    }
    let failed = command("echo a secret; exit 3").unwrap_err();
    assert!(matches!(failed, KeyError::Failed { .. }));
    assert!(failed.to_string().contains('3'));
    assert!(!failed.to_string().contains("secret"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_printed_shows_a_key() {
    let digits = "a7".repeat(32);
    let kek = KeySource::Command(format!("echo {digits}")).read().unwrap();
    let installation = Installation {
        kek: kek.clone(),
        ..Installation::new()
    };
    let store = installation.open().await;
    let blobs = Blobs::memory().sealed(installation.safe().await);
    let keyring = Keyring::new(kek.clone()).with_older(Kek::random());
    let shown = format!("{kek:?} {keyring:?} {store:?} {blobs:?} {:?}", store.safe());
    assert!(shown.contains(&kek.id().to_string()));
    for needle in ["a7a7", "167, 167", "A7A7"] {
        assert!(!shown.contains(needle), "{shown}");
    }
}
