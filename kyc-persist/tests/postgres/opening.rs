//! Which databases a store is opened in.

use std::error::Error;
use std::sync::Arc;

use kyc_persist::{PostgresError, PostgresStore, PostgresWarning, Store, StoreError};

use crate::run;
use crate::server::Place;
use crate::steps::{first, row};

#[test]
fn eight_servers_that_start_at_once_make_the_tables_once() {
    let place = Place::new();
    run(async {
        let url: Arc<str> = place.url().into();
        let starting: Vec<_> = (0..8)
            .map(|_| {
                let url = Arc::clone(&url);
                tokio::spawn(async move { PostgresStore::open_with(&url, 2).await })
            })
            .collect();
        for store in starting {
            store.await.unwrap().unwrap();
        }
        let witness = place.beside().await;
        let rows = witness
            .query("select number from kyc_migration order by number", &[])
            .await
            .unwrap();
        let numbers: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(numbers, [0, 1, 2, 3]);
    });
}

#[test]
fn a_server_that_died_while_migrating_is_continued() {
    let place = Place::new();
    run(async {
        PostgresStore::open(place.url()).await.unwrap();
        // Some tables are there, and nothing is written down about them.
        let witness = place.beside().await;
        witness
            .batch_execute(
                "delete from kyc_migration; drop table kyc_dead; drop index kyc_row_opened",
            )
            .await
            .unwrap();
        let store = PostgresStore::open(place.url()).await.unwrap();
        assert_eq!(store.dead(None, 1).await.unwrap(), []);
    });
}

#[test]
fn a_user_who_may_not_define_tables_opens_those_that_are_there() {
    let place = Place::started(&[]);
    run(async {
        let witness = place.beside().await;
        witness
            .batch_execute("create role guest login; revoke create on schema public from public")
            .await
            .unwrap();
        let url = place.url().replace("kyc@", "guest@");
        assert!(matches!(
            source(PostgresStore::open(&url).await),
            PostgresError::Refused { .. }
        ));
        PostgresStore::open(place.url()).await.unwrap();
        witness
            .batch_execute(
                "grant select, insert, update, delete on all tables in schema public to guest",
            )
            .await
            .unwrap();
        let store = PostgresStore::open(&url).await.unwrap();
        store.commit(first(&row("s-1"))).await.unwrap();
    });
}

#[test]
fn tables_of_a_newer_program_are_refused() {
    let place = Place::new();
    run(async {
        PostgresStore::open(place.url()).await.unwrap();
        let witness = place.beside().await;
        witness
            .batch_execute("insert into kyc_migration (number, name) values (7, 'later')")
            .await
            .unwrap();
        let refused = source(PostgresStore::open(place.url()).await);
        assert_eq!(refused, PostgresError::Newer { found: 7, known: 3 });
    });
}

#[test]
fn a_server_that_forgets_what_it_acknowledged_is_refused() {
    for setting in [
        "fsync=off",
        "data_sync_retry=on",
        "full_page_writes=off",
        "synchronous_commit=off",
    ] {
        let place = Place::started(&[setting]);
        let refused = source(run(PostgresStore::open(place.url())));
        let expected = setting.replace('=', " is ");
        assert_eq!(refused, PostgresError::Unfit(expected));
    }
}

#[test]
fn a_user_whose_commits_do_not_wait_for_the_disk_is_refused() {
    let place = Place::started(&[]);
    let url = place.url_with("options=-csynchronous_commit%3Doff");
    let refused = source(run(PostgresStore::open(&url)));
    assert_eq!(
        refused,
        PostgresError::Unfit("synchronous_commit is off".into())
    );
}

#[test]
fn standbys_that_no_commit_waits_for_are_told() {
    let mut place = Place::started(&[]);
    run(async {
        let store = PostgresStore::open(place.url()).await.unwrap();
        assert_eq!(store.warnings(), []);
        let mut follower = place.server().follow();
        let witness = place.beside().await;
        while witness
            .query("select 1 from pg_stat_replication", &[])
            .await
            .unwrap()
            .is_empty()
        {
            tokio::task::yield_now().await;
        }
        let store = PostgresStore::open(place.url()).await.unwrap();
        assert_eq!(store.warnings(), [PostgresWarning::AsynchronousStandbys]);
        follower.kill().unwrap();
        follower.wait().unwrap();
    });
}

#[test]
fn commits_that_do_not_wait_for_the_named_standbys_are_told() {
    let place = Place::started(&[
        "synchronous_standby_names=other",
        "synchronous_commit=local",
    ]);
    let store = run(PostgresStore::open(place.url())).unwrap();
    assert_eq!(store.warnings(), [PostgresWarning::LocalCommits]);
}

#[test]
fn what_is_no_database_is_told_in_one_line_without_the_password() {
    let cases = [
        ("", "configuration"),
        ("sled:somewhere", "URL"),
        ("postgres://kyc:hush@127.0.0.1:1/kyc", "refused"),
        ("postgres://kyc:hush@127.0.0.1:notaport/kyc", "URL"),
        ("postgres://kyc:hush@no-such-host.invalid/kyc", "reached"),
        ("postgres://kyc:hush@127.0.0.1/kyc?colour=blue", "URL"),
    ];
    for (url, expected) in cases {
        let told = run(PostgresStore::open(url)).unwrap_err().to_string();
        assert!(told.contains(expected), "{url}: {told}");
        assert!(!told.contains("hush") && !told.contains('\n'), "{told}");
    }
}

#[test]
fn a_database_that_is_not_there_or_lets_nobody_in_is_told() {
    let place = Place::started(&[]);
    for url in [
        place.url().replace("/template1", "/nowhere"),
        place.url().replace("kyc@", "nobody@"),
    ] {
        let told = run(PostgresStore::open(&url)).unwrap_err().to_string();
        assert!(told.contains("does not exist"), "{told}");
    }
}

#[test]
fn tables_that_have_come_apart_are_not_served() {
    let damages = [
        "delete from kyc_entry",
        "update kyc_entry set entry = '{}'",
        "update kyc_row set head = '\\x00'",
        "update kyc_row set version = -1",
        "update kyc_row set snapshot = '\\xff'",
        "alter table kyc_row alter head type text",
    ];
    for damage in damages {
        let place = Place::new();
        run(async {
            let store = PostgresStore::open(place.url()).await.unwrap();
            store.commit(first(&row("s-1"))).await.unwrap();
            let witness = place.beside().await;
            witness.batch_execute(damage).await.unwrap();
            let store = PostgresStore::open(place.url()).await.unwrap();
            let answer = store.load(&row("s-1")).await;
            assert!(
                matches!(answer, Err(StoreError::Corrupt { .. })),
                "{damage}: {answer:?}"
            );
        });
    }
}

fn source(answer: Result<PostgresStore, StoreError>) -> PostgresError {
    match answer.unwrap_err() {
        StoreError::Backend { source, .. } => {
            let source: &(dyn Error + 'static) = &*source;
            source.downcast_ref::<PostgresError>().unwrap().clone()
        }
        error => panic!("{error:?}"),
    }
}
