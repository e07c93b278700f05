//! What one caller can rely on.

use kyc_core::journal::{self, Hash};

use super::{Stores, after, at, first, id, key, step};
use crate::{
    Committed, Expected, Kept, LONGEST_SNAPSHOT, LONGEST_TEXT, OutgoingKind, Row, Store, StoreError,
};

#[doc(hidden)]
pub async fn a_commit_is_loaded_back(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row);
    let moved = step(&row, Expected::At(0), opened.entry.hash, "two", "selfie");
    assert_eq!(store.commit(opened.clone()).await.unwrap(), Committed::Now);
    assert_eq!(store.commit(moved.clone()).await.unwrap(), Committed::Now);

    let kept = Kept {
        version: 1,
        state: "selfie".into(),
        snapshot: moved.snapshot.clone(),
        head: moved.entry.hash,
        opened_at: opened.entry.facts.at,
    };
    assert_eq!(store.load(&row).await.unwrap(), Some(kept));
    assert_eq!(
        store.recall(&row, &key("open")).await.unwrap(),
        Some(opened.entry)
    );
    assert_eq!(
        store.recall(&row, &key("two")).await.unwrap(),
        Some(moved.entry)
    );
}

#[doc(hidden)]
pub async fn a_row_that_was_never_committed_is_not_there(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    store.commit(first(&row)).await.unwrap();

    for other in [Row::review(id("s-1")), Row::collection(id("s-2"))] {
        assert_eq!(store.load(&other).await.unwrap(), None);
        assert_eq!(store.journal(&other).await.unwrap(), []);
        assert_eq!(store.recall(&other, &key("open")).await.unwrap(), None);
    }
    assert_eq!(store.recall(&row, &key("other")).await.unwrap(), None);
}

#[doc(hidden)]
pub async fn a_stale_commit_is_refused_and_changes_nothing(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row);
    let missing = store.commit(after(&opened, "early")).await;
    assert!(
        matches!(missing, Err(StoreError::Conflict { found: None })),
        "{missing:?}"
    );

    let moved = after(&opened, "two");
    store.commit(opened.clone()).await.unwrap();
    store.commit(moved.clone()).await.unwrap();
    let before = store.load(&row).await.unwrap();
    let stale = after(&opened, "late").with(OutgoingKind::Effect, "stale", at(0));
    let again = step(&row, Expected::Absent, Hash::ZERO, "again", "welcome");
    for refused in [stale, again] {
        let answer = store.commit(refused).await;
        assert!(
            matches!(answer, Err(StoreError::Conflict { found: Some(1) })),
            "{answer:?}"
        );
    }

    assert_eq!(store.load(&row).await.unwrap(), before);
    assert_eq!(
        store.journal(&row).await.unwrap(),
        [opened.entry, moved.entry]
    );
    assert_eq!(store.recall(&row, &key("late")).await.unwrap(), None);
    assert_eq!(store.lease(at(9), at(10), 9).await.unwrap(), []);
}

#[doc(hidden)]
pub async fn a_commit_that_does_not_follow_is_refused_and_changes_nothing(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row);
    store.commit(opened.clone()).await.unwrap();

    let mut skipping = after(&after(&opened, "two"), "three");
    skipping.expected = Expected::At(0);
    let unchained = step(&row, Expected::At(0), Hash::ZERO, "two", "welcome");
    let mut opening = after(&opened, "two");
    opening.expected = Expected::Absent;
    for refused in [skipping, unchained, opening] {
        let answer = store.commit(refused).await;
        assert!(matches!(answer, Err(StoreError::OutOfOrder)), "{answer:?}");
    }
    assert_eq!(store.journal(&row).await.unwrap(), [opened.entry]);
}

#[doc(hidden)]
pub async fn a_commit_repeated_under_its_key_changes_nothing(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row).with(OutgoingKind::Effect, "once", at(0));
    let moved = after(&opened, "two");
    store.commit(opened.clone()).await.unwrap();
    store.commit(moved.clone()).await.unwrap();

    // Also with another content, and at whatever version: the key alone decides.
    let other = step(&row, Expected::At(1), moved.entry.hash, "open", "approved");
    for repeated in [opened.clone(), other] {
        let answer = store.commit(repeated).await.unwrap();
        assert_eq!(answer, Committed::Before(opened.entry.clone()));
    }
    assert_eq!(
        store.journal(&row).await.unwrap(),
        [opened.entry, moved.entry.clone()]
    );
    assert_eq!(
        store.load(&row).await.unwrap().unwrap().head,
        moved.entry.hash
    );
    assert_eq!(store.lease(at(9), at(10), 9).await.unwrap().len(), 1);
}

#[doc(hidden)]
pub async fn a_key_is_known_to_its_own_row_only(stores: &impl Stores) {
    let store = stores.open().await;
    for row in [
        Row::collection(id("s-1")),
        Row::review(id("s-1")),
        Row::collection(id("s-2")),
    ] {
        assert_eq!(store.commit(first(&row)).await.unwrap(), Committed::Now);
    }
}

#[doc(hidden)]
pub async fn a_retry_after_a_lost_answer_gets_the_same_entry(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row);
    let moved = after(&opened, "two");
    store.commit(opened).await.unwrap();
    // The answer is lost with the caller.
    store.commit(moved.clone()).await.unwrap();
    drop(store);
    let store = stores.open().await;
    let recalled = store.recall(&row, &key("two")).await.unwrap();
    assert_eq!(recalled, Some(moved.entry.clone()));
    let retried = store.commit(moved.clone()).await.unwrap();
    assert_eq!(retried, Committed::Before(moved.entry));
}

#[doc(hidden)]
pub async fn the_journal_is_in_order_without_gaps_and_its_chain_holds(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::review(id("s-1"));
    let mut commit = first(&row);
    for name in 1..=300 {
        let next = after(&commit, &format!("k-{name}"));
        store
            .commit(std::mem::replace(&mut commit, next))
            .await
            .unwrap();
    }
    let entries = store.journal(&row).await.unwrap();
    let versions: Vec<_> = entries.iter().map(|entry| entry.facts.version).collect();
    assert_eq!(versions, (0..300).collect::<Vec<_>>());
    assert_eq!(journal::verify(&entries), Ok(()));
}

#[doc(hidden)]
pub async fn text_comes_back_as_it_was(stores: &impl Stores) {
    let store = stores.open().await;
    let texts = [
        String::new(),
        "\0".into(),
        "a\0b\0".into(),
        "\u{1f9d1}\u{200d}\u{1f4bc} \u{202e}Ayşe\u{301} \u{feff}𐀀\u{10ffff}".into(),
        "\"\\\r\n\t".into(),
        "x".repeat(LONGEST_TEXT),
        "\0".repeat(LONGEST_TEXT),
        "💼".repeat(LONGEST_TEXT / 4),
        // Only a snapshot may be as long as these.
        "💼".repeat(LONGEST_SNAPSHOT / 4),
        "\0".repeat(LONGEST_SNAPSHOT),
    ];
    for (number, text) in texts.iter().enumerate() {
        let row = Row::collection(id(&format!("s-{number}")));
        let mut commit = step(&row, Expected::Absent, Hash::ZERO, "open", "état \0 🙂");
        commit.snapshot.clone_from(text);
        let body = if text.len() > LONGEST_TEXT { "" } else { text };
        store
            .commit(commit.with(OutgoingKind::Effect, body, at(0)))
            .await
            .unwrap();

        let kept = store.load(&row).await.unwrap().unwrap();
        assert!(kept.snapshot == *text, "snapshot {number}");
        assert_eq!(kept.state, "état \0 🙂");
        let leased = store.lease(at(0), at(1), 1).await.unwrap();
        assert!(leased[0].body == body, "body {number}");
        store
            .settle(&leased[0].lease, crate::Settled::Done)
            .await
            .unwrap();
    }
    drop(store);
    let store = stores.open().await;
    for (number, text) in texts.iter().enumerate() {
        let row = Row::collection(id(&format!("s-{number}")));
        assert!(
            store.load(&row).await.unwrap().unwrap().snapshot == *text,
            "snapshot {number}"
        );
    }
}

#[doc(hidden)]
pub async fn a_snapshot_grows_and_shrinks(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::review(id("s-1"));
    let other = Row::collection(id("s-1"));
    store.commit(first(&other)).await.unwrap();
    let mut head = Hash::ZERO;
    let mut expected = Expected::Absent;
    for (version, length) in (0..).zip([10, 300_000, 16_000, 17_000, 100_000, 0, 40_000]) {
        let key = format!("key-{version}");
        let mut commit = step(&row, expected, head, &key, "in_review");
        commit.snapshot = "é".repeat(length / 2);
        let text = commit.snapshot.clone();
        (head, expected) = (commit.entry.hash, Expected::At(version));
        store.commit(commit).await.unwrap();
        let kept = store.load(&row).await.unwrap().unwrap();
        assert!(kept.snapshot == text, "{length} bytes");
        assert_eq!(kept.version, version);
    }
    drop(store);
    let store = stores.open().await;
    let kept = store.load(&row).await.unwrap().unwrap();
    assert_eq!(kept.snapshot.len(), 40_000);
    let kept = store.load(&other).await.unwrap().unwrap();
    assert_eq!(kept.snapshot, first(&other).snapshot);
}

#[doc(hidden)]
pub async fn text_that_is_too_long_is_refused_and_changes_nothing(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let long = "x".repeat(LONGEST_TEXT + 1);
    let mut snapshot = first(&row);
    snapshot.snapshot = "x".repeat(LONGEST_SNAPSHOT + 1);
    let body = first(&row).with(OutgoingKind::Effect, &long, at(0));
    let state = step(&row, Expected::Absent, Hash::ZERO, "open", &long);
    let mut event = first(&row);
    event.entry.facts.event = long;
    for refused in [snapshot, body, state, event] {
        let answer = store.commit(refused).await;
        assert!(
            matches!(answer, Err(StoreError::TooLarge { .. })),
            "{answer:?}"
        );
    }
    assert_eq!(store.load(&row).await.unwrap(), None);
}

#[doc(hidden)]
pub async fn rows_whose_names_begin_alike_are_kept_apart(stores: &impl Stores) {
    let store = stores.open().await;
    let longest = "z".repeat(64);
    let names = [
        "a",
        "A",
        "a-",
        "a--",
        "aa",
        "a_",
        "0",
        "-",
        longest.as_str(),
    ];
    for name in names {
        let row = Row::collection(id(name));
        let opened = first(&row).with(OutgoingKind::Effect, name, at(0));
        let moved = after(&opened, name);
        store.commit(opened).await.unwrap();
        store.commit(moved).await.unwrap();
    }
    for name in names {
        let row = Row::collection(id(name));
        let entries = store.journal(&row).await.unwrap();
        assert_eq!(entries.len(), 2, "{name}");
        assert!(
            entries
                .iter()
                .all(|entry| entry.facts.session == row.session),
            "{name}"
        );
    }
    let mut leased: Vec<_> = store.lease(at(9), at(10), 99).await.unwrap();
    leased.sort_by(|one, other| one.body.cmp(&other.body));
    let mut expected = names;
    expected.sort_unstable();
    let bodies: Vec<_> = leased
        .iter()
        .map(|outbound| outbound.body.as_str())
        .collect();
    assert_eq!(bodies, expected);
}

#[doc(hidden)]
pub async fn a_reopened_store_has_everything(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row)
        .with(OutgoingKind::Effect, "first", at(0))
        .with(OutgoingKind::Effect, "second", at(0))
        .with(OutgoingKind::Timer, "timer", at(50));
    let moved = after(&opened, "two");
    store.commit(opened.clone()).await.unwrap();
    store.commit(moved.clone()).await.unwrap();
    let leased = store.lease(at(0), at(10), 9).await.unwrap();
    store
        .settle(&leased[0].lease, crate::Settled::Dead)
        .await
        .unwrap();
    let kept = store.load(&row).await.unwrap();
    let page = store.list(&crate::Query::newest(row.chart)).await.unwrap();
    drop(store);

    let store = stores.open().await;
    assert_eq!(store.load(&row).await.unwrap(), kept);
    assert_eq!(
        store.journal(&row).await.unwrap(),
        [opened.entry, moved.entry]
    );
    assert_eq!(
        store.list(&crate::Query::newest(row.chart)).await.unwrap(),
        page
    );
    assert_eq!(store.dead(None, 9).await.unwrap()[0].body, "first");
    let bodies = store.lease(at(50), at(60), 9).await.unwrap();
    let bodies: Vec<_> = bodies
        .iter()
        .map(|outbound| outbound.body.as_str())
        .collect();
    assert_eq!(bodies, ["second", "timer"]);
    let stale = store.commit(after(&first(&row), "late")).await;
    assert!(
        matches!(stale, Err(StoreError::Conflict { found: Some(1) })),
        "{stale:?}"
    );
}
