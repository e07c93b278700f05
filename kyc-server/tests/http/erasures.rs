//! Who was erased stays erased, whatever backup is put back.

use std::fs;
use std::sync::Arc;

use kyc_core::Timestamp;
use kyc_core::journal::Hash;
use kyc_persist::kv::Engine as _;
use kyc_persist::{
    Blobs, Grant, Grants as _, KeySource, Keyring, Safe, Settled, Sled, SledStore, StoreError,
    Vault as _,
};

use crate::site::{NOON, Site, erase, id, keeper, row, settle_all, walk};

#[tokio::test(flavor = "multi_thread")]
async fn who_was_erased_is_erased_again_after_a_backup_of_everything_was_put_back() {
    let site = Site::sealed();
    let store = site.open().await;
    let walker = keeper(&store);
    for session in ["s-1", "s-2", "s-3"] {
        walk(&walker, session).await;
    }
    erase(&walker, "s-3").await;
    drop((walker, store));
    let named = named(&site).await;
    site.back_up("before");

    let store = site.open().await;
    erase(&keeper(&store), "s-1").await;
    settle_all(&*store, NOON, Settled::Done).await;
    drop(store);
    let (code, list, _) = site.run(&["erasures", "export"]);
    assert_eq!((code, list.lines().count()), (0, 2), "{list}");
    assert!(
        list.contains("\"s-1\"") && list.contains("\"s-3\""),
        "{list}"
    );
    assert!(!list.contains("Erika"));

    site.restore("before");
    let store = site.open().await;
    assert!(store.load(&row("s-1")).await.is_ok(), "it came back");
    drop(store);
    let file = site.at("erasures");
    fs::write(&file, &list).unwrap();
    let words = ["erasures", "apply", file.to_str().unwrap()];
    let (code, said, complained) = site.run(&words);
    assert_eq!(code, 0, "{complained}");
    assert_eq!(said, "2 rows are erased; of 1 this installation knew\n");

    let store = site.open().await;
    let answer = store.load(&row("s-1")).await;
    assert!(matches!(answer, Err(StoreError::Erased)), "{answer:?}");
    let others = store.load(&row("s-2")).await.unwrap().unwrap();
    assert!(others.snapshot.contains("Erika"));
    drop(store);
    let bare = SledStore::open(site.at("store")).unwrap();
    assert_eq!(bare.find(&named, NOON).await.unwrap(), None);
    drop(bare);
    // Again, and told again.
    let (code, said, _) = site.run(&words);
    assert_eq!(code, 0);
    assert_eq!(said, "2 rows are erased; of 2 this installation knew\n");
    assert_eq!(site.run(&["erasures", "export"]).1, list);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_damaged_erases_nobody_and_without_seals_there_is_none() {
    let site = Site::sealed();
    let store = site.open().await;
    let walker = keeper(&store);
    for session in ["s-1", "s-2"] {
        walk(&walker, session).await;
    }
    drop((walker, store));
    let line = |session: &str| {
        format!(r#"{{"row":{{"session":"{session}","chart":"collection"}},"at":1,"generation":2}}"#)
    };
    let file = site.at("erasures");
    fs::write(&file, format!("{}\n{}\n", line("s-1"), &line("s-2")[..30])).unwrap();
    let words = ["erasures", "apply", file.to_str().unwrap()];
    let (code, said, complained) = site.run(&words);
    assert_eq!((code, said.as_str()), (2, ""));
    assert!(complained.contains("line 2"), "{complained}");
    let store = site.open().await;
    assert!(store.load(&row("s-1")).await.unwrap().is_some());
    drop(store);

    let open = Site::unsealed();
    drop(open.open().await);
    let (code, _, complained) = open.run(&["erasures", "export"]);
    assert_eq!(code, 1);
    assert!(complained.contains("nothing is sealed"), "{complained}");
}

/// The images of a site, sealed as the server seals them. To be dropped before the program runs.
async fn images(site: &Site) -> Blobs {
    let vault = SledStore::open(site.at("store.vault")).unwrap();
    let key = KeySource::File(site.at("store.key")).read().unwrap();
    let safe = Safe::unlock(Arc::new(vault), Keyring::new(key));
    let blobs = Blobs::local(site.at("store.blobs")).unwrap();
    blobs.sealed(safe.await.unwrap())
}

/// Two sessions, each with an image; and what the first one is called outside.
async fn two(site: &Site) {
    let store = site.open().await;
    let walker = keeper(&store);
    for session in ["s-1", "s-2"] {
        walk(&walker, session).await;
    }
    drop((walker, store));
    let images = images(site).await;
    for session in ["s-1", "s-2"] {
        images.put(&id(session), "a face".into()).await.unwrap();
    }
}

/// Flips the last bit of everything that begins so.
fn damage(site: &Site, beginning: &[u8]) {
    let engine = Sled::open(&site.at("store")).unwrap();
    let to = [beginning, &[0xff]].concat();
    let found = engine.scan(beginning, &to, false).map(Result::unwrap);
    let flipped: Vec<_> = found
        .map(|(key, mut value)| {
            *value.last_mut().unwrap() ^= 1;
            (key, Some(value))
        })
        .collect();
    assert!(!flipped.is_empty());
    engine.write(flipped).unwrap();
    engine.sync().unwrap();
}

/// Cuts a byte off what lies in the vault under that name.
async fn cut(site: &Site, name: &str) {
    let vault = SledStore::open(site.at("store.vault")).unwrap();
    let found = vault.fetch(&[name.into()]).await.unwrap();
    let found = found[0].clone().unwrap();
    let cut = found[..found.len() - 1].to_vec();
    assert!(vault.keep(name, Some(&found), cut).await.unwrap());
}

/// Lays beside the first session what the company calls it; tells where.
async fn named(site: &Site) -> Hash {
    let place = Hash::from_bytes([7; 32]);
    let grant = Grant {
        subject: "external:s-1".into(),
        purpose: "customer 17".into(),
        expires_at: Timestamp::from_millis(i64::MAX as u64),
    };
    let store = SledStore::open(site.at("store")).unwrap();
    store.put(&place, grant).await.unwrap();
    place
}

async fn standing(site: &Site, session: &str) -> Result<bool, StoreError> {
    let store = site.open().await;
    let kept = store.load(&row(session)).await?;
    Ok(kept.is_some_and(|kept| kept.snapshot.contains("Erika")))
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_nobody_can_read_an_operator_erases_and_nobody_else_with_them() {
    for drawer in [None, Some("key/s-1.collection"), Some("key/s-1.blobs")] {
        let site = Site::sealed();
        two(&site).await;
        let named = named(&site).await;
        let whole = site.run(&["erasures", "force", "s-1"]);
        assert_eq!(whole.0, 1);
        assert!(whole.2.contains("not damaged"), "{}", whole.2);

        match drawer {
            Some("key/s-1.blobs") | None => damage(&site, b"rs-1"),
            Some(_) => {}
        }
        if let Some(name) = drawer {
            cut(&site, name).await;
        }
        let broken = standing(&site, "s-1").await;
        assert!(
            matches!(broken, Err(StoreError::Corrupt { .. })),
            "{broken:?}"
        );
        for unhurt in ["s-2", "s-9"] {
            let (code, ..) = site.run(&["erasures", "force", unhurt]);
            assert_eq!(code, 1, "{unhurt}");
        }
        // Again is harmless.
        for _ in 0..2 {
            let (code, said, complained) = site.run(&["erasures", "force", "s-1"]);
            assert_eq!(code, 0, "{complained}");
            assert!(said.starts_with("erased"), "{said}");
        }
        let gone = standing(&site, "s-1").await;
        assert!(matches!(gone, Err(StoreError::Erased)), "{gone:?}");
        assert!(standing(&site, "s-2").await.unwrap());
        let list = site.run(&["erasures", "export"]).1;
        assert!(
            list.contains("\"s-1\"") && !list.contains("\"s-2\""),
            "{list}"
        );

        let images = images(&site).await;
        assert_eq!(images.count(&id("s-1")).await.unwrap(), 0);
        assert_eq!(images.count(&id("s-2")).await.unwrap(), 1);
        drop(images);
        let files = walked(&site.at("store.blobs"));
        assert!(files.iter().all(|file| !file.contains("s-1")), "{files:?}");
        // Its deadlines are nobody's work any more.
        let store = site.open().await;
        let later = Timestamp::from_millis(NOON.as_millis() * 2);
        let due = settle_all(&*store, later, Settled::Done).await;
        assert!(!due.is_empty() && due.iter().all(|due| due.id().row == row("s-2")));
        drop(store);
        let bare = SledStore::open(site.at("store")).unwrap();
        assert_eq!(bare.find(&named, NOON).await.unwrap(), None);
    }
}

/// The names of all files below a directory.
fn walked(directory: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
    let below = entries.flat_map(|entry| match entry.file_type().unwrap().is_dir() {
        true => walked(&entry.path()),
        false => vec![entry.path().display().to_string()],
    });
    below.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_nobody_can_read_is_found_in_the_journal_and_never_passed_over() {
    let site = Site::sealed();
    two(&site).await;
    let (code, _, complained) = site.run(&["hold", "set", "s-1", "--reason", "litigation"]);
    assert_eq!(code, 0, "{complained}");
    damage(&site, b"rs-1");
    for words in [
        &["erasures", "force", "s-1"][..],
        &["erasures", "force", "s-1", "--is-not-on-hold"],
    ] {
        let (code, _, complained) = site.run(words);
        assert_eq!(code, 1);
        assert!(complained.contains("on hold"), "{complained}");
        let broken = standing(&site, "s-1").await;
        assert!(
            matches!(broken, Err(StoreError::Corrupt { .. })),
            "{broken:?}"
        );
    }

    // Where the journal is damaged too, only a person knows.
    damage(&site, b"js-1");
    let (code, _, complained) = site.run(&["erasures", "force", "s-1"]);
    assert_eq!(code, 1);
    assert!(complained.contains("--is-not-on-hold"), "{complained}");
    let (code, ..) = site.run(&["erasures", "force", "s-1", "--is-not-on-hold"]);
    assert_eq!(code, 0);
    let gone = standing(&site, "s-1").await;
    assert!(matches!(gone, Err(StoreError::Erased)), "{gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_that_came_back_with_a_backup_are_removed_with_those_who_were_erased() {
    let site = Site::sealed();
    two(&site).await;
    let store = site.open().await;
    erase(&keeper(&store), "s-1").await;
    drop(store);
    let file = site.at("erasures");
    fs::write(&file, site.run(&["erasures", "export"]).1).unwrap();
    let blobs = site.at("store.blobs").display().to_string();
    let elsewhere = site.at("elsewhere").display().to_string();
    fs::rename(&blobs, &elsewhere).unwrap();

    let words = [
        "erasures",
        "apply",
        file.to_str().unwrap(),
        "--blobs",
        &elsewhere,
    ];
    let (code, _, complained) = site.run(&words);
    assert_eq!(code, 0, "{complained}");
    let left = walked(std::path::Path::new(&elsewhere));
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("s-2"), "{left:?}");
}
