//! What could not be delivered, as an operator lists it and puts it back.

use kyc_persist::Settled;
use serde_json::json;

use crate::site::{NOON, Site, keeper, settle_all, tell, walk};

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_is_listed_without_what_it_says_and_put_back_under_its_name() {
    for site in [Site::sealed(), Site::unsealed()] {
        let store = site.open().await;
        let walker = keeper(&store);
        for session in ["s-1", "s-2"] {
            walk(&walker, session).await;
            tell(&walker, session, json!({ "type": "cancel" })).await;
        }
        let given_up = settle_all(&*store, NOON, Settled::Dead).await;
        assert!(given_up.len() >= 2);
        drop((walker, store));

        let (code, said, _) = site.run(&["outbox", "dead"]);
        assert_eq!(code, 0);
        assert_eq!(said.lines().count(), given_up.len() + 1, "{said}");
        for outbound in &given_up {
            let line = said
                .lines()
                .find(|line| line.starts_with(&format!("{}\t", outbound.id())))
                .unwrap();
            assert!(line.contains("\tnotify\t1\thopeless\t"), "{line}");
        }
        assert!(!said.contains("Erika"), "{said}");

        let first = given_up[0].id().to_string();
        let (code, said, _) = site.run(&["outbox", "replay", &first]);
        assert_eq!((code, said), (0, format!("{first}\tput back\n")));
        let (code, _, complained) = site.run(&["outbox", "replay", &first]);
        assert_eq!(code, 1);
        assert!(complained.contains(&first), "{complained}");
        let (code, said, _) = site.run(&["outbox", "replay", "--all"]);
        assert_eq!((code, said.lines().count()), (0, given_up.len() - 1));
        assert_eq!(site.run(&["outbox", "dead"]).1.lines().count(), 1);

        // Due since the operator has said so; the test's own clock stands still.
        let store = site.open().await;
        let far = kyc_core::Timestamp::from_millis(NOON.as_millis() * 2);
        let leased = settle_all(&*store, far, Settled::Done).await;
        for outbound in &given_up {
            let again = leased.iter().find(|one| one.id() == outbound.id()).unwrap();
            assert_eq!((&again.body, again.attempts()), (&outbound.body, 1));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_letter_of_somebody_who_was_erased_is_listed_as_such_and_not_put_back() {
    let site = Site::sealed();
    let store = site.open().await;
    let walker = keeper(&store);
    walk(&walker, "s-1").await;
    tell(&walker, "s-1", json!({ "type": "cancel" })).await;
    let given_up = settle_all(&*store, NOON, Settled::Dead).await;
    tell(&walker, "s-1", json!({ "type": "erase" })).await;
    walk(&walker, "s-2").await;
    tell(&walker, "s-2", json!({ "type": "cancel" })).await;
    settle_all(&*store, NOON, Settled::Done).await;
    drop((walker, store));

    let (code, said, _) = site.run(&["outbox", "dead"]);
    assert_eq!(code, 0);
    assert_eq!(said.matches("\terased\t").count(), given_up.len(), "{said}");
    for words in [vec!["--all"], vec!["s-1.collection.3.0"]] {
        let (code, said, complained) = site.run(&[&["outbox", "replay"], &words[..]].concat());
        assert_eq!((code, said.as_str()), (1, ""));
        assert!(complained.contains("was erased"), "{complained}");
    }
    assert_eq!(
        site.run(&["outbox", "dead"]).1.lines().count(),
        given_up.len() + 1,
        "it stays"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_makes_no_store_and_does_not_work_beside_a_server() {
    let site = Site::sealed();
    let (code, _, complained) = site.run(&["outbox", "dead"]);
    assert_eq!(code, 1);
    assert!(complained.contains("there is no store"), "{complained}");
    assert_eq!(site.place.path().read_dir().unwrap().count(), 0);

    let store = site.open().await;
    walk(&keeper(&store), "s-1").await;
    let (code, _, complained) = site.run(&["outbox", "dead"]);
    assert_eq!(code, 1);
    assert!(complained.contains("in use"), "{complained}");
    drop(store);
}
