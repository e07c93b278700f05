//! What holds when many call at the same time, and when some of them go away.

use std::sync::Arc;
use std::time::Duration;

use kyc_core::journal;

use super::{Stores, after, at, first, id, key, step};
use crate::{Committed, Expected, OutgoingKind, Query, Row, Store, StoreError};

/// Long enough for the slowest disk; a store that hangs is found in the time of a test.
const WATCHDOG: Duration = Duration::from_secs(60);

#[doc(hidden)]
pub async fn of_two_first_commits_one_wins(stores: &impl Stores) {
    let store = Arc::new(stores.open().await);
    for number in 0..16 {
        let row = Row::collection(id(&format!("s-{number}")));
        let commits = ["left", "right"]
            .map(|name| step(&row, Expected::Absent, journal::Hash::ZERO, name, name));
        let answers = together(&store, commits.clone().into()).await;
        let won: Vec<_> = (commits.iter().zip(&answers))
            .filter(|(_, answer)| matches!(answer, Ok(Committed::Now)))
            .map(|(commit, _)| commit)
            .collect();
        let lost = answers
            .iter()
            .filter(|answer| matches!(answer, Err(StoreError::Conflict { found: Some(0) })))
            .count();
        assert_eq!((won.len(), lost), (1, 1), "{answers:?}");
        assert_eq!(store.journal(&row).await.unwrap(), [won[0].entry.clone()]);
        assert_eq!(
            store.load(&row).await.unwrap().unwrap().snapshot,
            won[0].snapshot
        );
    }
}

#[doc(hidden)]
pub async fn five_writers_of_ten_events_each_leave_fifty_journal_lines(stores: &impl Stores) {
    let store = Arc::new(stores.open().await);
    let row = Row::collection(id("s-1"));
    store.commit(first(&row)).await.unwrap();
    let writers: Vec<_> = (0..5)
        .map(|writer| {
            let (store, row) = (Arc::clone(&store), row.clone());
            tokio::spawn(async move {
                for number in 0..10 {
                    let name = format!("w{writer}-{number}");
                    loop {
                        let kept = store.load(&row).await.unwrap().unwrap();
                        let expected = Expected::At(kept.version);
                        let commit = step(&row, expected, kept.head, &name, "welcome");
                        match store.commit(commit).await {
                            Ok(committed) => break assert_eq!(committed, Committed::Now),
                            Err(StoreError::Conflict { .. }) => {}
                            Err(error) => panic!("{error}"),
                        }
                    }
                }
            })
        })
        .collect();
    within_time(async {
        for writer in writers {
            writer.await.unwrap();
        }
    })
    .await;

    let entries = store.journal(&row).await.unwrap();
    assert_eq!(entries.len(), 1 + 50);
    assert_eq!(journal::verify(&entries), Ok(()));
    assert_eq!(store.load(&row).await.unwrap().unwrap().version, 50);
    for writer in 0..5 {
        let own = entries.iter().map(|entry| entry.facts.key.as_str());
        let own: Vec<_> = own
            .filter(|key| key.starts_with(&format!("w{writer}-")))
            .collect();
        let expected: Vec<_> = (0..10)
            .map(|number| format!("w{writer}-{number}"))
            .collect();
        assert_eq!(own, expected);
    }
}

#[doc(hidden)]
pub async fn sixty_four_commits_at_once_are_all_answered(stores: &impl Stores) {
    let store = Arc::new(stores.open().await);
    let rows: Vec<_> = (0..64)
        .map(|number| Row::collection(id(&format!("s-{number}"))))
        .collect();
    let mut commits: Vec<_> = rows.iter().map(first).collect();
    for round in 0..8 {
        let answers = together(&store, commits.clone()).await;
        assert!(
            answers
                .iter()
                .all(|answer| matches!(answer, Ok(Committed::Now))),
            "{answers:?}"
        );
        commits = commits
            .iter()
            .map(|commit| after(commit, &format!("r-{round}")))
            .collect();
    }
    for row in &rows {
        assert_eq!(store.journal(row).await.unwrap().len(), 8);
    }
}

#[doc(hidden)]
pub async fn a_stale_commit_among_many_fails_alone(stores: &impl Stores) {
    let store = Arc::new(stores.open().await);
    let rows: Vec<_> = (0..32)
        .map(|number| Row::collection(id(&format!("s-{number}"))))
        .collect();
    let opened: Vec<_> = rows.iter().map(first).collect();
    together(&store, opened.clone()).await;

    // Every second one is stale, and every fourth breaks the chain.
    let commits: Vec<_> = (opened.iter().enumerate())
        .map(|(number, commit)| match number % 4 {
            1 => step(
                &rows[number],
                Expected::At(7),
                commit.entry.hash,
                "stale",
                "welcome",
            ),
            3 => step(
                &rows[number],
                Expected::At(0),
                journal::Hash::ZERO,
                "odd",
                "welcome",
            ),
            _ => after(commit, "good"),
        })
        .collect();
    let answers = together(&store, commits).await;
    for (number, (row, answer)) in rows.iter().zip(answers).enumerate() {
        let version = store.load(row).await.unwrap().unwrap().version;
        match number % 4 {
            1 => assert!(matches!(
                answer,
                Err(StoreError::Conflict { found: Some(0) })
            )),
            3 => assert!(matches!(answer, Err(StoreError::OutOfOrder))),
            _ => assert!(matches!(answer, Ok(Committed::Now))),
        }
        assert_eq!(version, u32::from(number % 2 == 0));
        assert_eq!(store.recall(row, &key("stale")).await.unwrap(), None);
    }
}

#[doc(hidden)]
pub async fn a_dropped_commit_is_whole_or_undone(stores: &impl Stores) {
    let store = stores.open().await;
    for number in 0..64_u32 {
        let row = Row::collection(id(&format!("s-{number}")));
        let commit = first(&row).with(OutgoingKind::Effect, "work", at(0));
        let mut future = std::pin::pin!(store.commit(commit.clone()));
        // Given up after some steps of its own: from none at all to all of them.
        let mut answered = false;
        for _ in 0..number % 4 {
            let polled = std::future::poll_fn(|context| {
                std::task::Poll::Ready(future.as_mut().poll(context).is_ready())
            });
            answered = answered || polled.await;
            if answered {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    drop(store);

    let store = stores.open().await;
    let mut rows_with_work = Vec::new();
    loop {
        let leased = store.lease(at(0), at(1), 99).await.unwrap();
        if leased.is_empty() {
            break;
        }
        for outbound in leased {
            store
                .settle(&outbound.lease, crate::Settled::Done)
                .await
                .unwrap();
            rows_with_work.push(outbound.id().row.clone());
        }
    }
    for number in 0..64 {
        let row = Row::collection(id(&format!("s-{number}")));
        let entries = store.journal(&row).await.unwrap();
        let recalled = store.recall(&row, &key("open")).await.unwrap();
        let kept = store.load(&row).await.unwrap();
        let there = kept.is_some();
        assert_eq!(entries.len(), usize::from(there), "{row}");
        assert_eq!(recalled.is_some(), there, "{row}");
        assert_eq!(rows_with_work.contains(&row), there, "{row}");
        // Whichever it was, the retry ends well.
        store.commit(first(&row)).await.unwrap();
    }
}

#[doc(hidden)]
pub async fn what_a_reader_sees_is_of_one_moment(stores: &impl Stores) {
    let store = Arc::new(stores.open().await);
    let rows: Vec<_> = (0..4)
        .map(|number| Row::collection(id(&format!("s-{number}"))))
        .collect();
    let writer = tokio::spawn({
        let (store, rows) = (Arc::clone(&store), rows.clone());
        async move {
            let mut commits: Vec<_> = rows.iter().map(first).collect();
            for round in 0..25_u32 {
                let state = ["left", "right"][(round % 2) as usize];
                let next = commits.iter().map(|commit| {
                    let facts = &commit.entry.facts;
                    let expected = Expected::At(facts.version);
                    step(
                        &commit.row(),
                        expected,
                        commit.entry.hash,
                        &format!("r-{round}"),
                        state,
                    )
                });
                let next: Vec<_> = next.collect();
                together(&store, std::mem::replace(&mut commits, next)).await;
            }
        }
    });
    let mut looks = 0;
    while !writer.is_finished() || looks == 0 {
        // A row is in exactly one state, whatever moves meanwhile.
        let page = store.list(&Query::newest(rows[0].chart)).await.unwrap();
        for listed in &page.rows {
            let entries = store.journal(&listed.row).await.unwrap();
            assert!(entries.len() as u64 > u64::from(listed.kept.version));
        }
        for state in ["left", "right"] {
            let query = Query {
                state: Some(state.into()),
                ..Query::newest(rows[0].chart)
            };
            let page = store.list(&query).await.unwrap();
            assert!(
                page.rows.iter().all(|listed| listed.kept.state == state),
                "{page:?}"
            );
        }
        looks += 1;
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}

/// Commits all at the same time; the answers are in the order of the commits.
async fn together<S: Store + 'static>(
    store: &Arc<S>,
    commits: Vec<crate::Commit>,
) -> Vec<Result<Committed, StoreError>> {
    let callers: Vec<_> = commits
        .into_iter()
        .map(|commit| {
            let store = Arc::clone(store);
            tokio::spawn(async move { store.commit(commit).await })
        })
        .collect();
    within_time(async {
        let mut answers = Vec::new();
        for caller in callers {
            answers.push(caller.await.unwrap());
        }
        answers
    })
    .await
}

async fn within_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(WATCHDOG, work)
        .await
        .expect("the store hangs")
}
