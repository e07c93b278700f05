//! Who was erased stays erased, whatever backup is put back.

use std::fs;

use kyc_core::Timestamp;
use kyc_core::journal::Hash;
use kyc_persist::{Grant, Grants as _, Settled, SledStore, StoreError};

use crate::site::{NOON, Site, erase, keeper, row, settle_all, walk};

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
    let named = Hash::from_bytes([7; 32]);
    {
        // What the company calls the session lies beside it.
        let store = SledStore::open(site.at("store")).unwrap();
        let grant = Grant {
            subject: "external:s-1".into(),
            purpose: "customer 17".into(),
            expires_at: Timestamp::from_millis(i64::MAX as u64),
        };
        store.put(&named, grant).await.unwrap();
    }
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
