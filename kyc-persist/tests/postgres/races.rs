//! Two servers on one database.

use std::sync::Arc;

use kyc_core::journal;
use kyc_persist::conformance::{self, Place as Tried};
use kyc_persist::{Committed, Grant, Grants, PostgresStore, Settled, Store, StoreError};

use crate::run;
use crate::server::Place;
use crate::steps::{LATER, NOW, first, row, step};

const REPLICAS: usize = 2;
const ROUNDS: usize = 60;

#[test]
fn of_two_servers_that_take_the_same_step_one_wins() {
    let place = Place::new();
    run(async {
        let replicas = replicas(&place).await;
        let row = row("s-1");
        let opened = first(&row);
        replicas[0].commit(opened.clone()).await.unwrap();
        let mut last = opened;
        for round in 0..ROUNDS {
            let rivals: Vec<_> = (0..4)
                .map(|rival| {
                    let facts = &last.entry.facts;
                    let at = Some((facts.version, last.entry.hash));
                    let commit = step(&row, at, &format!("r-{round}-{rival}"));
                    let store = Arc::clone(&replicas[rival % REPLICAS]);
                    tokio::spawn(async move { (store.commit(commit.clone()).await, commit) })
                })
                .collect();
            let mut won = Vec::new();
            for rival in rivals {
                match rival.await.unwrap() {
                    (Ok(Committed::Now), commit) => won.push(commit),
                    (Err(StoreError::Conflict { found }), _) => {
                        assert_eq!(found, Some(last.entry.facts.version + 1));
                    }
                    (answer, _) => panic!("{answer:?}"),
                }
            }
            assert_eq!(won.len(), 1);
            last = won.remove(0);
        }
        let entries = replicas[1].journal(&row).await.unwrap();
        assert_eq!(entries.len(), 1 + ROUNDS);
        assert_eq!(journal::verify(&entries), Ok(()));
    });
}

#[test]
fn one_request_that_reaches_both_servers_is_kept_once() {
    let place = Place::new();
    run(async {
        let replicas = replicas(&place).await;
        for round in 0..ROUNDS {
            let row = row(&format!("s-{round}"));
            let same: Vec<_> = (0..4)
                .map(|caller| {
                    let (store, commit) = (Arc::clone(&replicas[caller % REPLICAS]), first(&row));
                    tokio::spawn(async move { store.commit(commit).await.unwrap() })
                })
                .collect();
            let mut kept = 0;
            for answer in same {
                match answer.await.unwrap() {
                    Committed::Now => kept += 1,
                    Committed::Before(entry) => assert_eq!(entry, first(&row).entry),
                }
            }
            assert_eq!(kept, 1);
            assert_eq!(replicas[0].journal(&row).await.unwrap().len(), 1);
        }
    });
}

#[test]
fn couriers_of_two_servers_carry_everything_once() {
    let place = Place::new();
    run(async {
        let replicas = replicas(&place).await;
        for number in 0..ROUNDS {
            let row = row(&format!("s-{number}"));
            replicas[0].commit(first(&row)).await.unwrap();
        }
        let couriers: Vec<_> = (0..4)
            .map(|courier| {
                let store = Arc::clone(&replicas[courier % REPLICAS]);
                tokio::spawn(async move {
                    let mut carried = Vec::new();
                    loop {
                        let leased = store.lease(NOW, LATER, 3).await.unwrap();
                        if leased.is_empty() {
                            return carried;
                        }
                        for outbound in leased {
                            carried.push(outbound.id().to_string());
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
        carried.sort();
        let all = carried.len();
        carried.dedup();
        assert_eq!((all, carried.len()), (ROUNDS, ROUNDS));
    });
}

#[test]
fn a_code_is_taken_by_one_server() {
    let place = Place::new();
    run(async {
        let replicas = replicas(&place).await;
        for round in 0..20 {
            let hash = journal::Hash::from_bytes([round; 32]);
            let grant = Grant {
                subject: "s-1".into(),
                purpose: "exchange".into(),
                expires_at: LATER,
            };
            replicas[0].put(&hash, grant).await.unwrap();
            let callers: Vec<_> = (0..6)
                .map(|caller| {
                    let store = Arc::clone(&replicas[caller % REPLICAS]);
                    tokio::spawn(async move { store.take(&hash, NOW).await.unwrap() })
                })
                .collect();
            let mut taken = 0;
            for caller in callers {
                taken += usize::from(caller.await.unwrap().is_some());
            }
            assert_eq!(taken, 1);
        }
    });
}

/// A database whose transactions are serializable unless they say otherwise gives up one of two that meet.
const SERIALIZABLE: &str = "options=-cdefault_transaction_isolation%3Dserializable";

macro_rules! also_where_transactions_are_serializable {
    ($($case:ident)*) => {$(
        mod $case {
            use super::*;

            #[test]
            fn also_where_transactions_are_serializable() {
                let place = Place::started(&[]);
                Tried::new(place, async |place: &Place| {
                    PostgresStore::open(&place.url_with(SERIALIZABLE)).await.unwrap()
                })
                .try_out(async |place| conformance::$case(place).await);
            }
        }
    )*};
}

also_where_transactions_are_serializable! {
    of_two_first_commits_one_wins
    five_writers_of_ten_events_each_leave_fifty_journal_lines
    a_stale_commit_among_many_fails_alone
    two_couriers_never_hold_the_same_work
    a_code_is_taken_once
}

async fn replicas(place: &Place) -> Vec<Arc<PostgresStore>> {
    let mut replicas = Vec::new();
    for _ in 0..REPLICAS {
        replicas.push(Arc::new(PostgresStore::open(place.url()).await.unwrap()));
    }
    replicas
}
