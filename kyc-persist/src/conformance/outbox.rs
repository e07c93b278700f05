//! What couriers can rely on.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Stores, after, at, first, id};
use crate::{Lease, Outbound, OutboundId, OutgoingKind, Receiver, Row, Settled, Store, StoreError};

use OutgoingKind::{Effect, Notice, Timer};

#[doc(hidden)]
pub async fn effects_appear_with_their_commit_or_not_at_all(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row).with(Effect, "kept", at(0));
    store.commit(opened.clone()).await.unwrap();
    store
        .commit(first(&row).with(Effect, "repeated", at(0)))
        .await
        .unwrap();
    let stale = after(&after(&opened, "two"), "three").with(Effect, "stale", at(0));
    store.commit(stale).await.unwrap_err();

    let leased = store.lease(at(0), at(10), 9).await.unwrap();
    let expected = Outbound {
        lease: Lease {
            id: OutboundId {
                row,
                version: 0,
                index: 0,
            },
            fence: 1,
        },
        kind: Effect,
        body: "kept".into(),
        due_at: at(0),
    };
    assert_eq!(leased, [expected]);
}

#[doc(hidden)]
pub async fn effects_are_leased_once_and_settled_for_good(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    store
        .commit(first(&row).with(Effect, "work", at(5)))
        .await
        .unwrap();

    assert_eq!(
        store.lease(at(4), at(9), 9).await.unwrap(),
        [],
        "not before it is due"
    );
    let leased = store.lease(at(5), at(9), 9).await.unwrap();
    assert_eq!(leased.len(), 1);
    assert_eq!(
        store.lease(at(8), at(12), 9).await.unwrap(),
        [],
        "it is somebody's"
    );
    store.settle(&leased[0].lease, Settled::Done).await.unwrap();
    assert_eq!(store.lease(at(9_000), at(9_999), 9).await.unwrap(), []);
    for settled in [Settled::Done, Settled::Again(at(0)), Settled::Dead] {
        let answer = store.settle(&leased[0].lease, settled).await;
        assert!(matches!(answer, Err(StoreError::LeaseLost)), "{answer:?}");
    }
    assert_eq!(store.dead(None, 9).await.unwrap(), []);
    assert_eq!(store.lease(at(9_000), at(9_999), 9).await.unwrap(), []);
}

#[doc(hidden)]
pub async fn effects_of_one_row_are_leased_in_order(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    // The later ones are due earlier, and still wait for those before them.
    let opened = first(&row)
        .with(Effect, "1", at(3))
        .with(Effect, "2", at(0));
    let moved = after(&opened, "two").with(Effect, "3", at(1));
    let mut last = after(&moved, "three");
    for number in 4..=260 {
        last = last.with(Effect, &number.to_string(), at(0));
    }
    for commit in [opened, moved, last] {
        store.commit(commit).await.unwrap();
    }
    assert_eq!(store.lease(at(2), at(10), 9).await.unwrap(), []);
    for number in 1..=260 {
        let leased = store.lease(at(3), at(10), 9).await.unwrap();
        assert_eq!(bodies(&leased), [number.to_string()]);
        assert_eq!(store.lease(at(3), at(10), 9).await.unwrap(), []);
        store.settle(&leased[0].lease, Settled::Done).await.unwrap();
    }
    assert_eq!(store.lease(at(3), at(10), 9).await.unwrap(), []);
}

#[doc(hidden)]
pub async fn effects_of_other_rows_do_not_wait(stores: &impl Stores) {
    let store = stores.open().await;
    for row in [
        Row::collection(id("s-1")),
        Row::review(id("s-1")),
        Row::collection(id("s-2")),
    ] {
        let name = row.to_string();
        store
            .commit(
                first(&row)
                    .with(Effect, &name, at(0))
                    .with(Effect, "behind", at(0)),
            )
            .await
            .unwrap();
    }
    let leased = store.lease(at(0), at(10), 9).await.unwrap();
    assert_eq!(
        bodies(&leased),
        ["s-1.collection", "s-1.review", "s-2.collection"]
    );
}

#[doc(hidden)]
pub async fn a_failed_effect_comes_again_and_holds_back_those_behind_it(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    store
        .commit(
            first(&row)
                .with(Effect, "1", at(0))
                .with(Effect, "2", at(0)),
        )
        .await
        .unwrap();
    let leased = store.lease(at(0), at(100), 9).await.unwrap();
    assert_eq!(
        (bodies(&leased), leased[0].attempts()),
        (vec!["1".into()], 1)
    );
    store
        .settle(&leased[0].lease, Settled::Again(at(50)))
        .await
        .unwrap();
    let answer = store.settle(&leased[0].lease, Settled::Done).await;
    assert!(matches!(answer, Err(StoreError::LeaseLost)), "{answer:?}");

    assert_eq!(store.lease(at(49), at(100), 9).await.unwrap(), []);
    let leased = store.lease(at(50), at(100), 9).await.unwrap();
    assert_eq!(
        (bodies(&leased), leased[0].attempts()),
        (vec!["1".into()], 2)
    );
    assert_eq!(leased[0].due_at, at(50));
    store.settle(&leased[0].lease, Settled::Done).await.unwrap();
    assert_eq!(
        bodies(&store.lease(at(50), at(100), 9).await.unwrap()),
        ["2"]
    );
}

#[doc(hidden)]
pub async fn a_dead_effect_is_kept_apart_and_lets_the_next_one_go(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    store
        .commit(
            first(&row)
                .with(Effect, "1", at(0))
                .with(Effect, "2", at(0)),
        )
        .await
        .unwrap();
    assert_eq!(store.dead(None, 9).await.unwrap(), []);
    let leased = store.lease(at(0), at(10), 9).await.unwrap();
    store.settle(&leased[0].lease, Settled::Dead).await.unwrap();

    assert_eq!(store.dead(None, 9).await.unwrap(), leased);
    assert_eq!(store.dead(None, 0).await.unwrap(), []);
    let next = store.lease(at(0), at(10), 9).await.unwrap();
    assert_eq!(bodies(&next), ["2"]);
    store.settle(&next[0].lease, Settled::Done).await.unwrap();
    assert_eq!(store.lease(at(9_000), at(9_999), 9).await.unwrap(), []);
}

#[doc(hidden)]
pub async fn a_dead_effect_that_is_put_back_has_its_name_and_all_its_attempts(
    stores: &impl Stores,
) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    store
        .commit(first(&row).with(Effect, "1", at(0)).with(Timer, "2", at(0)))
        .await
        .unwrap();
    let mut held = Vec::new();
    for attempt in 1..=3 {
        held = store.lease(at(attempt), at(attempt), 9).await.unwrap();
        assert_eq!(held.len(), 2);
    }
    assert!(!store.retry(held[0].id(), at(9)).await.unwrap(), "it waits");
    for outbound in &held {
        store.settle(&outbound.lease, Settled::Dead).await.unwrap();
    }
    drop(store);

    let store = stores.open().await;
    for outbound in &held {
        assert!(store.retry(outbound.id(), at(20)).await.unwrap());
        assert!(!store.retry(outbound.id(), at(30)).await.unwrap());
    }
    assert_eq!(store.dead(None, 9).await.unwrap(), []);
    assert_eq!(store.lease(at(19), at(50), 9).await.unwrap(), []);
    let leased = store.lease(at(20), at(50), 9).await.unwrap();
    for (before, now) in held.iter().zip(&leased) {
        assert_eq!(
            (now.id(), &now.body, now.kind, now.due_at, now.attempts()),
            (before.id(), &before.body, before.kind, at(20), 1)
        );
        // Whoever had it before has it no longer.
        let answer = store.settle(&before.lease, Settled::Done).await;
        assert!(matches!(answer, Err(StoreError::LeaseLost)), "{answer:?}");
        store.settle(&now.lease, Settled::Dead).await.unwrap();
    }
    let dead = store.dead(None, 9).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts()), (2, 1));
    assert!(store.retry(dead[0].id(), at(60)).await.unwrap());
    let again = store.lease(at(60), at(90), 9).await.unwrap();
    assert_eq!((again.len(), again[0].attempts()), (1, 1));
    assert!(again[0].lease.fence > leased[0].lease.fence);
}

#[doc(hidden)]
pub async fn an_effect_that_is_put_back_goes_before_those_behind_it(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row)
        .with(Effect, "1", at(0))
        .with(Effect, "2", at(0))
        .with(Effect, "3", at(0));
    store.commit(opened).await.unwrap();
    let mut given_up = Vec::new();
    for _ in 0..2 {
        let leased = store.lease(at(0), at(10), 9).await.unwrap().remove(0);
        store.settle(&leased.lease, Settled::Dead).await.unwrap();
        given_up.push(leased);
    }
    let third = store.lease(at(0), at(10), 9).await.unwrap();
    assert_eq!(bodies(&third), ["3"]);

    // In the other order than they were in, and while the one behind them is in somebody's hands.
    for outbound in given_up.iter().rev() {
        assert!(store.retry(outbound.id(), at(5)).await.unwrap());
    }
    store
        .settle(&third[0].lease, Settled::Again(at(0)))
        .await
        .unwrap();
    for number in ["1", "2", "3"] {
        let leased = store.lease(at(20), at(30), 9).await.unwrap();
        assert_eq!(bodies(&leased), [number]);
        assert_eq!(store.lease(at(20), at(30), 9).await.unwrap(), []);
        store.settle(&leased[0].lease, Settled::Done).await.unwrap();
    }
    assert_eq!(store.lease(at(9_000), at(9_999), 9).await.unwrap(), []);
}

#[doc(hidden)]
pub async fn what_was_given_up_is_listed_from_a_name_on(stores: &impl Stores) {
    let store = stores.open().await;
    for name in ["a", "a-", "b"] {
        for row in [Row::collection(id(name)), Row::review(id(name))] {
            let opened = first(&row).with(Timer, "1", at(0)).with(Timer, "2", at(0));
            store.commit(opened).await.unwrap();
        }
    }
    for outbound in store.lease(at(0), at(10), 99).await.unwrap() {
        store.settle(&outbound.lease, Settled::Dead).await.unwrap();
    }
    let all = store.dead(None, 99).await.unwrap();
    assert_eq!(all.len(), 12);
    let names: Vec<_> = all.iter().map(|outbound| outbound.id().clone()).collect();
    assert!(names.is_sorted(), "{names:?}");
    for (position, name) in names.iter().enumerate() {
        let page = store.dead(Some(name), 3).await.unwrap();
        assert_eq!(page, all[position..(position + 3).min(12)]);
        assert_eq!(name.to_string().parse().as_ref(), Ok(name));
    }
    let behind = OutboundId {
        row: Row::review(id("b")),
        version: 0,
        index: 2,
    };
    assert_eq!(store.dead(Some(&behind), 9).await.unwrap(), []);
}

#[doc(hidden)]
pub async fn timers_are_leased_when_they_are_due_and_hold_back_nobody(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    let opened = first(&row)
        .with(Timer, "late", at(90))
        .with(Timer, "soon", at(20))
        .with(Effect, "1", at(0))
        .with(Effect, "2", at(0))
        .with(Timer, "now", at(0));
    store.commit(opened).await.unwrap();
    let leased = store.lease(at(0), at(1_000), 9).await.unwrap();
    assert_eq!(bodies(&leased), ["1", "now"]);
    assert_eq!(leased[1].kind, Timer);
    let soon = store.lease(at(20), at(1_000), 9).await.unwrap();
    assert_eq!(bodies(&soon), ["soon"]);
    store
        .settle(&soon[0].lease, Settled::Again(at(30)))
        .await
        .unwrap();
    store.settle(&leased[1].lease, Settled::Dead).await.unwrap();
    assert_eq!(
        bodies(&store.lease(at(30), at(1_000), 9).await.unwrap()),
        ["soon"]
    );
    store.settle(&leased[0].lease, Settled::Done).await.unwrap();
    assert_eq!(
        bodies(&store.lease(at(90), at(1_000), 9).await.unwrap()),
        ["2", "late"]
    );
}

#[doc(hidden)]
pub async fn notices_of_one_row_to_one_receiver_are_leased_in_order_and_hold_back_nothing_else(
    stores: &impl Stores,
) {
    let store = stores.open().await;
    let (one, other) = (Receiver(1), Receiver(u32::MAX));
    let row = Row::collection(id("s-1"));
    let opened = first(&row)
        .with(Notice(one), "a", at(3))
        .with(Effect, "1", at(0))
        .with(Notice(one), "b", at(0))
        .with(Notice(other), "c", at(0))
        .with(Timer, "timer", at(0))
        .with(Effect, "2", at(0));
    let moved = after(&opened, "two").with(Notice(other), "d", at(0));
    let another = first(&Row::collection(id("s-2"))).with(Notice(one), "e", at(4));
    for commit in [opened, moved, another] {
        store.commit(commit).await.unwrap();
    }
    let to = async |receiver, now| {
        let leased = store.lease_notices(receiver, at(now), at(1_000), 9).await;
        leased.unwrap()
    };
    // Effects and timers go on among themselves.
    let work = store.lease(at(900), at(1_000), 9).await.unwrap();
    assert_eq!(bodies(&work), ["1", "timer"]);
    store.settle(&work[0].lease, Settled::Done).await.unwrap();
    let work = store.lease(at(900), at(1_000), 9).await.unwrap();
    assert_eq!(bodies(&work), ["2"]);

    assert_eq!(to(one, 2).await, [], "the second waits for the first");
    assert_eq!(to(Receiver(2), 900).await, [], "nobody tells this one");
    let first = to(one, 4).await;
    assert_eq!(bodies(&first), ["a", "e"], "the longest due first");
    assert_eq!(
        (first[0].kind, first[0].due_at, first[0].attempts()),
        (Notice(one), at(3), 1)
    );
    assert_eq!(to(one, 900).await, [], "they are somebody's");
    let others = to(other, 0).await;
    assert_eq!(bodies(&others), ["c"]);
    store.settle(&others[0].lease, Settled::Done).await.unwrap();
    assert_eq!(bodies(&to(other, 0).await), ["d"]);
    store.settle(&first[0].lease, Settled::Done).await.unwrap();
    assert_eq!(bodies(&to(one, 4).await), ["b"]);
    // No more than was asked for.
    assert_eq!(
        store
            .lease_notices(one, at(2_000), at(3_000), 0)
            .await
            .unwrap(),
        []
    );
    let again = store
        .lease_notices(one, at(2_000), at(3_000), 1)
        .await
        .unwrap();
    assert_eq!((again.len(), again[0].attempts()), (1, 2));
}

#[doc(hidden)]
pub async fn a_notice_that_fails_or_is_put_back_holds_back_those_behind_it_alone(
    stores: &impl Stores,
) {
    let store = stores.open().await;
    let (one, other) = (Receiver(1), Receiver(2));
    let row = Row::collection(id("s-1"));
    let opened = first(&row)
        .with(Notice(one), "a", at(0))
        .with(Notice(other), "x", at(0))
        .with(Notice(one), "b", at(0))
        .with(Effect, "1", at(0));
    store.commit(opened).await.unwrap();
    let to_one = async |now| {
        let leased = store.lease_notices(one, at(now), at(1_000), 9).await;
        leased.unwrap()
    };
    let failed = to_one(0).await;
    let again = Settled::Again(at(50));
    store.settle(&failed[0].lease, again).await.unwrap();
    assert_eq!(to_one(49).await, []);
    let others = store
        .lease_notices(other, at(0), at(1_000), 9)
        .await
        .unwrap();
    assert_eq!(bodies(&others), ["x"]);
    assert_eq!(
        bodies(&store.lease(at(0), at(1_000), 9).await.unwrap()),
        ["1"]
    );

    let given_up = to_one(50).await;
    assert_eq!(bodies(&given_up), ["a"]);
    store
        .settle(&given_up[0].lease, Settled::Dead)
        .await
        .unwrap();
    assert_eq!(store.dead(None, 9).await.unwrap()[0].kind, Notice(one));
    let next = to_one(50).await;
    assert_eq!(
        bodies(&next),
        ["b"],
        "what was given up is waited for no more"
    );
    store
        .settle(&next[0].lease, Settled::Again(at(60)))
        .await
        .unwrap();

    let id = given_up[0].id();
    assert!(store.retry(id, at(70)).await.unwrap());
    assert_eq!(to_one(69).await, [], "it is waited for again");
    let back = to_one(70).await;
    assert_eq!((bodies(&back), back[0].attempts()), (vec!["a".into()], 1));
    store.settle(&back[0].lease, Settled::Done).await.unwrap();
    assert_eq!(bodies(&to_one(70).await), ["b"]);
}

#[doc(hidden)]
pub async fn a_lease_that_ran_out_goes_to_somebody_else_for_good(stores: &impl Stores) {
    let store = stores.open().await;
    let row = Row::collection(id("s-1"));
    store
        .commit(
            first(&row)
                .with(Effect, "work", at(0))
                .with(Effect, "behind", at(0)),
        )
        .await
        .unwrap();
    let slow = store.lease(at(0), at(10), 9).await.unwrap().remove(0);
    assert_eq!(store.lease(at(9), at(20), 9).await.unwrap(), []);
    let quick = store.lease(at(10), at(20), 9).await.unwrap().remove(0);
    assert_eq!((quick.id(), quick.attempts()), (slow.id(), 2));

    for settled in [Settled::Done, Settled::Again(at(0)), Settled::Dead] {
        let answer = store.settle(&slow.lease, settled).await;
        assert!(matches!(answer, Err(StoreError::LeaseLost)), "{answer:?}");
    }
    assert_eq!(
        store.lease(at(19), at(30), 9).await.unwrap(),
        [],
        "the second lease still holds"
    );
    store.settle(&quick.lease, Settled::Done).await.unwrap();
    assert_eq!(
        bodies(&store.lease(at(19), at(30), 9).await.unwrap()),
        ["behind"]
    );

    // A lease that ran out and went to nobody is still good.
    let alone = store.lease(at(30), at(40), 9).await.unwrap().remove(0);
    assert_eq!(alone.body, "behind");
    store.settle(&alone.lease, Settled::Done).await.unwrap();
    assert_eq!(store.lease(at(9_000), at(9_999), 9).await.unwrap(), []);
}

#[doc(hidden)]
pub async fn a_lease_takes_the_longest_due_first_and_no_more_than_its_limit(stores: &impl Stores) {
    let store = stores.open().await;
    for (name, due) in [("c", 1), ("a", 3), ("d", 2), ("b", 3), ("e", 9)] {
        let row = Row::collection(id(name));
        store
            .commit(first(&row).with(Effect, name, at(due)))
            .await
            .unwrap();
    }
    assert_eq!(store.lease(at(3), at(100), 0).await.unwrap(), []);
    assert_eq!(
        bodies(&store.lease(at(3), at(100), 3).await.unwrap()),
        ["c", "d", "a"]
    );
    assert_eq!(
        bodies(&store.lease(at(3), at(100), 3).await.unwrap()),
        ["b"]
    );
}

#[doc(hidden)]
pub async fn two_couriers_never_hold_the_same_work(stores: &impl Stores) {
    let store = Arc::new(stores.open().await);
    for number in 0..40 {
        let row = Row::collection(id(&format!("s-{number}")));
        store
            .commit(
                first(&row)
                    .with(Effect, "1", at(0))
                    .with(Effect, "2", at(0)),
            )
            .await
            .unwrap();
    }
    let couriers: Vec<_> = (0..4)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let mut carried = Vec::new();
                loop {
                    let leased = store.lease(at(0), at(1_000), 3).await.unwrap();
                    if leased.is_empty() {
                        return carried;
                    }
                    for outbound in leased {
                        carried.push(outbound.id().clone());
                        store.settle(&outbound.lease, Settled::Done).await.unwrap();
                    }
                }
            })
        })
        .collect();
    let mut carried = Vec::new();
    for courier in couriers {
        carried.extend(courier.await.unwrap());
    }
    // One may leave while another still holds the first of a row; whoever settles that one has seen the second.
    assert_eq!(carried.len(), 80);
    assert_eq!(carried.into_iter().collect::<HashSet<_>>().len(), 80);
}

fn bodies(leased: &[Outbound]) -> Vec<String> {
    leased
        .iter()
        .map(|outbound| outbound.body.clone())
        .collect()
}
