//! Which of several hosts is used: the one that takes writes, whatever the others do.

use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use kyc_persist::{Committed, PostgresStore, Store};

use crate::run;
use crate::server::Place;
use crate::steps::{after, first, row};

#[test]
fn of_several_hosts_the_one_that_takes_writes_is_used() {
    let (follows, leads) = (
        Place::started(&["default_transaction_read_only=on"]),
        Place::started(&[]),
    );
    run(async {
        let url = both(&host(&follows), &host(&leads));
        let store = PostgresStore::open(&url).await.unwrap();
        let row = row("s-1");
        store.commit(first(&row)).await.unwrap();
        let there = PostgresStore::open(leads.url()).await.unwrap();
        assert!(there.load(&row).await.unwrap().is_some());
    });
}

#[test]
fn a_host_that_hangs_keeps_nobody_waiting_for_it() {
    let leads = Place::started(&[]);
    let directory = tempfile::tempdir().unwrap();
    // It takes connections, as the kernel does for a server that is stopped, and never says a word.
    let _hangs = UnixListener::bind(directory.path().join(SOCKET)).unwrap();
    run(async {
        let url = both(&spelled(directory.path()), &host(&leads));
        let store = PostgresStore::open(&url).await.unwrap();
        store.commit(first(&row("s-1"))).await.unwrap();
    });
}

#[test]
fn a_host_that_falls_silent_is_left_by_those_who_wait_for_its_answer() {
    let (before, after_it) = (Place::started(&[]), Place::started(&[]));
    let directory = tempfile::tempdir().unwrap();
    let silent = Arc::new(AtomicBool::new(false));
    stand_before(&before, directory.path(), &silent);
    run(async {
        let url = both(&spelled(directory.path()), &host(&after_it));
        let there = PostgresStore::open(after_it.url()).await.unwrap();
        let store = PostgresStore::open(&url).await.unwrap();
        let opened = first(&row("s-1"));
        // What a standby has.
        there.commit(opened.clone()).await.unwrap();
        store.commit(opened.clone()).await.unwrap();

        // The connection was in use a moment ago, and is not asked whether it is there.
        silent.store(true, Ordering::SeqCst);
        let begun = Instant::now();
        let next = after(&opened, "r-1");
        assert_eq!(store.commit(next.clone()).await.unwrap(), Committed::Now);
        assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
        let kept = there.load(&row("s-1")).await.unwrap().unwrap();
        assert_eq!(kept.head, next.entry.hash);
    });
}

/// How long a statement may take on a host that answers others.
const PATIENCE: Duration = Duration::from_secs(10);

/// Takes the connections to a place in that directory, and hands on what is said until it is to be silent.
fn stand_before(place: &Place, directory: &Path, silent: &Arc<AtomicBool>) {
    let behind = PathBuf::from(host(place).replace("%2F", "/")).join(SOCKET);
    let listener = UnixListener::bind(directory.join(SOCKET)).unwrap();
    let silent = Arc::clone(silent);
    thread::spawn(move || {
        for here in listener.incoming() {
            let (here, there) = (here.unwrap(), UnixStream::connect(&behind).unwrap());
            for (mut from, mut to) in [
                (here.try_clone().unwrap(), there.try_clone().unwrap()),
                (there, here),
            ] {
                let silent = Arc::clone(&silent);
                thread::spawn(move || {
                    let mut bytes = [0; 4096];
                    while let Ok(count @ 1..) = from.read(&mut bytes) {
                        if !silent.load(Ordering::SeqCst) && to.write_all(&bytes[..count]).is_err()
                        {
                            return;
                        }
                    }
                    let _ = to.shutdown(std::net::Shutdown::Both);
                });
            }
        }
    });
}

const SOCKET: &str = ".s.PGSQL.5432";

#[test]
fn a_host_that_takes_no_more_writes_is_left_for_the_one_that_does() {
    let (before, after_it) = (Place::started(&[]), Place::started(&[]));
    run(async {
        let url = both(&host(&before), &host(&after_it));
        let there = PostgresStore::open(after_it.url()).await.unwrap();
        let store = PostgresStore::open(&url).await.unwrap();
        let opened = first(&row("s-1"));
        store.commit(opened.clone()).await.unwrap();
        // What a standby has.
        there.commit(opened.clone()).await.unwrap();

        let witness = before.beside().await;
        witness
            .batch_execute("alter system set default_transaction_read_only = on")
            .await
            .unwrap();
        witness
            .batch_execute("select pg_reload_conf()")
            .await
            .unwrap();
        // A commit before everybody has read the setting still is one.
        let mut last = opened;
        loop {
            last = after(&last, &format!("r-{}", last.entry.facts.version));
            if store.commit(last.clone()).await.is_err() {
                break;
            }
            there.commit(last.clone()).await.unwrap();
        }
        assert_eq!(store.commit(last.clone()).await.unwrap(), Committed::Now);
        let kept = there.load(&row("s-1")).await.unwrap().unwrap();
        assert_eq!(kept.version, last.entry.facts.version);
    });
}

#[test]
fn where_no_host_takes_writes_that_is_told() {
    let (one, two) = (
        Place::started(&["default_transaction_read_only=on"]),
        Place::started(&["default_transaction_read_only=on"]),
    );
    let opened = run(PostgresStore::open(&both(&host(&one), &host(&two))));
    let told = opened.unwrap_err().to_string();
    assert!(told.contains("does not allow writes"), "{told}");
}

#[test]
fn who_asks_for_one_that_follows_reads_there() {
    let place = Place::started(&[]);
    run(async {
        let row = row("s-1");
        let leads = PostgresStore::open(place.url()).await.unwrap();
        leads.commit(first(&row)).await.unwrap();
        let follows = "options=-cdefault_transaction_read_only%3Don";
        let url = place.url_with(&format!("{follows}&target_session_attrs=read-only"));
        let store = PostgresStore::open(&url).await.unwrap();
        assert_eq!(
            store.load(&row).await.unwrap(),
            leads.load(&row).await.unwrap()
        );
    });
}

/// The host in a place's URL.
fn host(place: &Place) -> String {
    let (_, rest) = place.url().split_once('@').unwrap();
    rest.split_once('/').unwrap().0.to_owned()
}

fn spelled(directory: &Path) -> String {
    directory.to_str().unwrap().replace('/', "%2F")
}

fn both(one: &str, two: &str) -> String {
    format!("postgresql://kyc@{one},{two}/template1")
}
