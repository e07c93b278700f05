//! What a page of a listing shows.

use kyc_core::ChartName;

use super::{Stores, after, at, first, id, step};
use crate::{Expected, LONGEST_PAGE, Order, Page, Query, Row, Store};

#[doc(hidden)]
pub async fn a_listing_shows_one_chart_in_the_order_of_opening(stores: &impl Stores) {
    let store = stores.open().await;
    assert_eq!(
        store.list(&oldest()).await.unwrap(),
        Page {
            rows: vec![],
            damaged: vec![],
            next: None
        }
    );
    // Two of the same moment are sorted by their name.
    for (name, moment) in [("b", 20), ("a", 20), ("z", 10), ("m", 30)] {
        let opened = first(&Row::collection(id(name))).taken_at(at(moment));
        let moved = after(&opened, "two").taken_at(at(99 - moment));
        store.commit(opened).await.unwrap();
        store.commit(moved).await.unwrap();
    }
    store
        .commit(first(&Row::review(id("q"))).taken_at(at(15)))
        .await
        .unwrap();

    let page = store.list(&oldest()).await.unwrap();
    assert_eq!(
        (names(&page), &page.next),
        (vec!["z", "a", "b", "m"], &None)
    );
    let page = store
        .list(&Query::newest(ChartName::Collection))
        .await
        .unwrap();
    assert_eq!(
        (names(&page), &page.next),
        (vec!["m", "b", "a", "z"], &None)
    );
    let kept = store
        .load(&Row::collection(id("m")))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.rows[0].kept, kept);
    let page = store.list(&Query::newest(ChartName::Review)).await.unwrap();
    assert_eq!(names(&page), ["q"]);
}

#[doc(hidden)]
pub async fn a_listing_by_state_follows_the_rows(stores: &impl Stores) {
    let store = stores.open().await;
    let in_state = |state: &str| Query {
        state: Some(state.into()),
        ..oldest()
    };
    let mut opened = Vec::new();
    for (number, name) in ["a", "b", "c"].into_iter().enumerate() {
        let commit = first(&Row::collection(id(name))).taken_at(at(number as u64));
        store.commit(commit.clone()).await.unwrap();
        opened.push(commit);
    }
    // One state's name is the beginning of the other's.
    for (commit, state) in opened.iter().zip(["fin", "final"]) {
        let head = commit.entry.hash;
        store
            .commit(step(&commit.row(), Expected::At(0), head, "go", state))
            .await
            .unwrap();
    }
    for (state, expected) in [
        ("welcome", vec!["c"]),
        ("fin", vec!["a"]),
        ("final", vec!["b"]),
        ("", vec![]),
        ("f", vec![]),
    ] {
        assert_eq!(
            names(&store.list(&in_state(state)).await.unwrap()),
            expected,
            "{state}"
        );
    }
}

#[doc(hidden)]
pub async fn pages_stay_where_they_are_while_rows_are_opened(stores: &impl Stores) {
    let store = stores.open().await;
    let open = async |name: &str, moment| {
        store
            .commit(first(&Row::collection(id(name))).taken_at(at(moment)))
            .await
            .unwrap();
    };
    for number in 0..10_u64 {
        open(&format!("s-{number}"), 100 + number).await;
    }
    let mut later = 0;
    for (order, state) in [
        (Order::NewestFirst, None),
        (Order::OldestFirst, None),
        (Order::NewestFirst, Some("welcome".to_owned())),
        (Order::OldestFirst, Some("welcome".to_owned())),
    ] {
        let whole = Query {
            order,
            state,
            ..oldest()
        };
        let all = store.list(&whole).await.unwrap();
        let expected: Vec<_> = names(&all).into_iter().map(str::to_owned).collect();
        let mut query = Query { limit: 3, ..whole };
        let mut seen: Vec<String> = Vec::new();
        let mut pages = 0;
        loop {
            let page = store.list(&query).await.unwrap();
            assert!(page.rows.len() <= 3);
            seen.extend(names(&page).into_iter().map(str::to_owned));
            // Rows that are opened before the place where the reader stands move nothing.
            later += 1;
            let before = if order == Order::NewestFirst {
                1_000 + later
            } else {
                99 - later
            };
            open(&format!("x-{later}"), before).await;
            pages += 1;
            match page.next {
                // As text it names the same place.
                Some(place) => query.after = Some(place.to_string().parse().unwrap()),
                None => break,
            }
        }
        assert_eq!(seen, expected);
        assert_eq!(pages, expected.len().div_ceil(3));
    }
}

#[doc(hidden)]
pub async fn a_page_has_no_more_rows_than_the_longest(stores: &impl Stores) {
    let store = stores.open().await;
    for number in 0..=LONGEST_PAGE {
        store
            .commit(first(&Row::collection(id(&format!("s-{number:03}")))))
            .await
            .unwrap();
    }
    let page = store
        .list(&Query {
            limit: usize::MAX,
            ..oldest()
        })
        .await
        .unwrap();
    assert_eq!(page.rows.len(), LONGEST_PAGE);
    let rest = store
        .list(&Query {
            after: page.next,
            ..oldest()
        })
        .await
        .unwrap();
    assert_eq!((names(&rest), &rest.next), (vec!["s-200"], &None));
    let nothing = store
        .list(&Query {
            limit: 0,
            ..oldest()
        })
        .await
        .unwrap();
    assert_eq!(
        nothing,
        Page {
            rows: vec![],
            damaged: vec![],
            next: None
        }
    );
}

fn oldest() -> Query {
    Query {
        order: Order::OldestFirst,
        ..Query::newest(ChartName::Collection)
    }
}

fn names(page: &Page) -> Vec<&str> {
    page.rows
        .iter()
        .map(|listed| listed.row.session.as_str())
        .collect()
}
