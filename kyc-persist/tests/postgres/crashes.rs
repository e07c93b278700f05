//! What was acknowledged stays, and what is in doubt is found out, when connections break and servers die.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use kyc_core::journal::{self, Entry, Hash};
use kyc_persist::{Committed, PostgresStore, Row, Settled, Store, StoreError};
use tokio_postgres::Client;

use crate::run;
use crate::server::Place;
use crate::steps::{LATER, NOW, after, first, row, step};

#[test]
fn a_commit_whose_connection_broke_before_it_is_taken_again() {
    let place = Place::started(&[]);
    run(async {
        let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
        let row = row("s-1");
        let opened = first(&row);
        store.commit(opened.clone()).await.unwrap();

        // Somebody holds the row, so that the commit waits in the middle.
        let holder = place.beside().await;
        holder
            .batch_execute("begin; select 1 from kyc_row for update")
            .await
            .unwrap();
        let moved = after(&opened, "two");
        let commit = spawn_commit(&store, &moved);
        let witness = place.beside().await;
        break_connection(&witness, "wait_event_type = 'Lock'").await;
        holder.batch_execute("commit").await.unwrap();

        assert_eq!(commit.await.unwrap().unwrap(), Committed::Now);
        assert_whole(&store, &row, &[opened.entry, moved.entry]).await;
    });
}

#[test]
fn a_commit_whose_connection_broke_after_it_is_told_when_a_standby_has_it_and_not_repeated() {
    let place = Place::started(&[]);
    run(async {
        let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
        let row = row("s-1");
        let opened = first(&row);
        store.commit(opened.clone()).await.unwrap();

        let holder = place.beside().await;
        holder
            .batch_execute("begin; select 1 from kyc_row for update")
            .await
            .unwrap();
        let moved = after(&opened, "two");
        let commit = spawn_commit(&store, &moved);
        let witness = place.beside().await;
        waiting(&witness, "wait_event_type = 'Lock'").await;
        // A standby that never comes: the commit is on this disk, and its answer waits.
        wait_for_standby(&witness, "'nobody'").await;
        commits_wait(&place, &witness).await;
        holder.batch_execute("rollback").await.unwrap();
        break_connection(
            &witness,
            "wait_event = 'SyncRep' and query like 'with cas%'",
        )
        .await;
        // It can be read now, and is on this disk alone.
        let proof = "wait_event = 'SyncRep' and query like 'update kyc_migration%'";
        waiting(&witness, proof).await;
        assert!(!commit.is_finished());
        wait_for_standby(&witness, "''").await;

        assert_eq!(commit.await.unwrap().unwrap(), Committed::Now);
        assert_eq!(
            store.commit(moved.clone()).await.unwrap(),
            Committed::Before(moved.entry.clone())
        );
        assert_whole(&store, &row, &[opened.entry, moved.entry]).await;
    });
}

#[test]
fn what_was_kept_before_is_told_when_a_standby_has_it() {
    let place = Place::started(&[]);
    run(async {
        let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
        let opened = first(&row("s-1"));
        store.commit(opened.clone()).await.unwrap();
        let witness = place.beside().await;
        wait_for_standby(&witness, "'nobody'").await;
        commits_wait(&place, &witness).await;
        let recalled = tokio::spawn({
            let (store, facts) = (Arc::clone(&store), opened.entry.facts.clone());
            async move { store.recall(&row("s-1"), &facts.key).await }
        });
        let proof = "wait_event = 'SyncRep' and query like 'update kyc_migration%'";
        waiting(&witness, proof).await;
        assert!(!recalled.is_finished());
        wait_for_standby(&witness, "''").await;
        assert_eq!(recalled.await.unwrap().unwrap(), Some(opened.entry));
    });
}

#[test]
fn a_database_whose_commits_reach_no_standby_any_more_is_not_read() {
    let place = Place::started(&[]);
    run(async {
        let store = PostgresStore::open(place.url()).await.unwrap();
        let row = row("s-1");
        store.commit(first(&row)).await.unwrap();
        // As one that was deposed while it hung: its standbys follow another one.
        let witness = place.beside().await;
        wait_for_standby(&witness, "'nobody'").await;
        commits_wait(&place, &witness).await;
        // What was proven a moment ago is believed for a moment.
        let refused = loop {
            if let Err(error) = store.load(&row).await {
                break error;
            }
        };
        assert!(matches!(refused, StoreError::Backend { .. }), "{refused:?}");
        wait_for_standby(&witness, "''").await;
        assert!(store.load(&row).await.unwrap().is_some());
    });
}

#[test]
fn a_commit_that_somebody_else_overtook_in_doubt_is_told_so() {
    let place = Place::started(&[]);
    run(async {
        let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
        let row = row("s-1");
        let opened = first(&row);
        store.commit(opened.clone()).await.unwrap();

        let holder = place.beside().await;
        holder
            .batch_execute("begin; update kyc_row set version = 1")
            .await
            .unwrap();
        let commit = spawn_commit(&store, &after(&opened, "two"));
        let witness = place.beside().await;
        // Both: the one in doubt never lands, and the row has moved when it is looked at.
        let waiting = waiting(&witness, "wait_event_type = 'Lock'").await;
        holder.batch_execute("commit").await.unwrap();
        let _ = terminate(&witness, waiting).await;

        let answer = commit.await.unwrap();
        assert!(
            matches!(answer, Err(StoreError::Conflict { found: Some(1) })),
            "{answer:?}"
        );
    });
}

#[test]
fn work_whose_settlement_lost_its_connection_is_settled_once() {
    let place = Place::started(&[]);
    run(async {
        let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
        store.commit(first(&row("s-1"))).await.unwrap();
        let leased = store.lease(NOW, LATER, 9).await.unwrap().remove(0);

        let holder = place.beside().await;
        holder
            .batch_execute("begin; select 1 from kyc_outbox for update")
            .await
            .unwrap();
        let settle = tokio::spawn({
            let (store, lease) = (Arc::clone(&store), leased.lease.clone());
            async move { store.settle(&lease, Settled::Dead).await }
        });
        let witness = place.beside().await;
        waiting(&witness, "wait_event_type = 'Lock'").await;
        wait_for_standby(&witness, "'nobody'").await;
        commits_wait(&place, &witness).await;
        holder.batch_execute("rollback").await.unwrap();
        break_connection(
            &witness,
            "wait_event = 'SyncRep' and query like 'with gone%'",
        )
        .await;
        wait_for_standby(&witness, "''").await;

        settle.await.unwrap().unwrap();
        assert_eq!(store.dead(None, 9).await.unwrap(), [leased]);
        assert_eq!(store.lease(LATER, LATER, 9).await.unwrap(), []);
    });
}

#[test]
fn connections_that_died_while_they_were_idle_are_not_used() {
    let place = Place::started(&[]);
    run(async {
        let store = PostgresStore::open(place.url()).await.unwrap();
        let witness = place.beside().await;
        let mut last = first(&row("s-1"));
        store.commit(last.clone()).await.unwrap();
        for round in 0..20 {
            let killed = witness
                .query(
                    "select pg_terminate_backend(pid) from pg_stat_activity \
                     where application_name = 'kyc'",
                    &[],
                )
                .await
                .unwrap();
            assert!(!killed.is_empty());
            last = after(&last, &format!("r-{round}"));
            assert_eq!(store.commit(last.clone()).await.unwrap(), Committed::Now);
        }
    });
}

#[test]
fn what_was_acknowledged_survives_a_server_that_dies() {
    let mut place = Place::started(&[]);
    const WALKERS: usize = 8;
    const ROUNDS: usize = 4;
    run(async {
        let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
        let heard: Arc<Mutex<HashMap<(usize, u32), Hash>>> = Arc::default();
        let mut total = 0;
        for round in 0..ROUNDS {
            let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
            let walkers: Vec<_> = (0..WALKERS)
                .map(|walker| {
                    let (store, heard) = (Arc::clone(&store), Arc::clone(&heard));
                    let tell = tell.clone();
                    tokio::spawn(async move { walk(&store, walker, round, &heard, &tell).await })
                })
                .collect();
            drop(tell);
            // In the thick of it: after some answers of each.
            for _ in 0..WALKERS * 12 {
                told.recv().await.unwrap();
            }
            place.server().die();
            for walker in walkers {
                // Nobody was told anything but that the database is not there.
                let ended = walker.await.unwrap();
                assert!(matches!(ended, StoreError::Backend { .. }), "{ended:?}");
            }
            place.server().rise();

            // The same store, without being opened again.
            let heard = heard.lock().unwrap().clone();
            for walker in 0..WALKERS {
                let row = walker_row(walker);
                let entries = store.journal(&row).await.unwrap();
                assert_eq!(journal::verify(&entries), Ok(()));
                let kept = store.load(&row).await.unwrap();
                // Of a slow walker the others may have left nothing by then.
                let steps = kept.map_or(0, |kept| kept.version as usize + 1);
                assert_eq!(steps, entries.len());
                for ((_, version), hash) in heard.iter().filter(|((of, _), _)| *of == walker) {
                    assert_eq!(entries[*version as usize].hash, *hash);
                }
            }
            assert!(heard.len() > total, "nothing was acknowledged");
            total = heard.len();
        }
        let witness = place.beside().await;
        let (journal, outbox) = counts(&witness).await;
        assert_eq!(
            journal, outbox,
            "journal and outbox are of the same commits"
        );
        assert!(journal >= i64::try_from(total).unwrap());
    });
}

/// Steps until the database is gone.
async fn walk(
    store: &PostgresStore,
    walker: usize,
    round: usize,
    heard: &Mutex<HashMap<(usize, u32), Hash>>,
    tell: &tokio::sync::mpsc::UnboundedSender<()>,
) -> StoreError {
    let row = walker_row(walker);
    let mut last = match store.load(&row).await {
        Ok(kept) => kept.map(|kept| (kept.version, kept.head)),
        Err(error) => return error,
    };
    for number in 0.. {
        let commit = step(&row, last, &format!("r-{round}-{number}"));
        let at = (commit.entry.facts.version, commit.entry.hash);
        match store.commit(commit).await {
            Ok(Committed::Now) => {}
            Ok(committed) => panic!("{committed:?}"),
            Err(error) => return error,
        }
        heard.lock().unwrap().insert((walker, at.0), at.1);
        let _ = tell.send(());
        last = Some(at);
    }
    unreachable!()
}

fn walker_row(walker: usize) -> Row {
    row(&format!("w-{walker}"))
}

fn spawn_commit(
    store: &Arc<PostgresStore>,
    commit: &kyc_persist::Commit,
) -> tokio::task::JoinHandle<Result<Committed, StoreError>> {
    let (store, commit) = (Arc::clone(store), commit.clone());
    tokio::spawn(async move { store.commit(commit).await })
}

/// Cuts the one connection of the store that waits in this way.
async fn break_connection(witness: &Client, how: &str) {
    let pid = waiting(witness, how).await;
    assert!(terminate(witness, pid).await);
}

async fn waiting(witness: &Client, how: &str) -> i32 {
    let question =
        format!("select pid from pg_stat_activity where application_name = 'kyc' and {how}");
    loop {
        let rows = witness.query(&question, &[]).await.unwrap();
        if let Some(row) = rows.first() {
            return row.get(0);
        }
        tokio::task::yield_now().await;
    }
}

async fn terminate(witness: &Client, pid: i32) -> bool {
    let row = witness
        .query_one("select pg_terminate_backend($1, 10000)", &[&pid])
        .await
        .unwrap();
    row.get(0)
}

/// Lets commits wait for a standby of this name, or for none.
async fn wait_for_standby(witness: &Client, name: &str) {
    let own = "set synchronous_commit = local";
    witness.batch_execute(own).await.unwrap();
    let set = format!("alter system set synchronous_standby_names = {name}");
    witness.batch_execute(&set).await.unwrap();
    witness
        .batch_execute("select pg_reload_conf()")
        .await
        .unwrap();
    loop {
        // A new connection has what the server now says.
        let rows = witness
            .query("show synchronous_standby_names", &[])
            .await
            .unwrap();
        if rows[0].get::<_, &str>(0) == name.trim_matches('\'') {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// The checkpointer lets commits wait, and it learns of a setting when it likes: so one is tried until it waits.
async fn commits_wait(place: &Place, witness: &Client) {
    loop {
        let tried = place.beside().await;
        let pid: i32 = tried
            .query_one("select pg_backend_pid()", &[])
            .await
            .unwrap()
            .get(0);
        let trying =
            tokio::spawn(
                async move { tried.batch_execute("comment on schema public is ''").await },
            );
        while !trying.is_finished() {
            let waits = witness
                .query(
                    "select from pg_stat_activity where pid = $1 and wait_event = 'SyncRep'",
                    &[&pid],
                )
                .await
                .unwrap();
            if !waits.is_empty() {
                assert!(terminate(witness, pid).await);
                return;
            }
            tokio::task::yield_now().await;
        }
    }
}

async fn assert_whole(store: &PostgresStore, row: &Row, entries: &[Entry]) {
    assert_eq!(store.journal(row).await.unwrap(), entries);
    let kept = store.load(row).await.unwrap().unwrap();
    assert_eq!(kept.version as usize + 1, entries.len());
    let mut carried = 0;
    loop {
        let leased = store.lease(NOW, LATER, 9).await.unwrap();
        if leased.is_empty() {
            break;
        }
        for outbound in leased {
            store.settle(&outbound.lease, Settled::Done).await.unwrap();
            carried += 1;
        }
    }
    assert_eq!(carried, entries.len(), "one piece of work a commit");
}

async fn counts(witness: &Client) -> (i64, i64) {
    let row = witness
        .query_one(
            "select (select count(*) from kyc_entry), (select count(*) from kyc_outbox)",
            &[],
        )
        .await
        .unwrap();
    (row.get(0), row.get(1))
}
