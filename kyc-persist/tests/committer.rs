//! The committer shares one sync among those who wait, and answers nobody before it.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::Poll;

use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{Actor, ChartName, SessionId, Timestamp};
use kyc_persist::kv::{Engine, KvStore, Pair};
use kyc_persist::{
    Commit, Committed, Expected, Outgoing, OutgoingKind, Row, Settled, Store, StoreError,
};

/// An engine that counts, waits at a gate and fails when it is told to.
#[derive(Clone, Debug, Default)]
struct Spy(Arc<(Mutex<Seen>, Condvar)>, Option<PathBuf>);

#[derive(Debug, Default)]
struct Seen {
    pairs: BTreeMap<Vec<u8>, Vec<u8>>,
    gets: usize,
    writes: usize,
    syncs_begun: usize,
    syncs: usize,
    gate_is_shut: bool,
    writes_begun: usize,
    pen_is_held: bool,
    failing: Option<Failing>,
    owed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    Write,
    Sync,
    Panic,
}

impl Spy {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.0.lock().unwrap()
    }

    fn set(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen());
        self.0.1.notify_all();
    }

    fn wait_until(&self, condition: impl Fn(&Seen) -> bool) {
        drop(
            self.0
                .1
                .wait_while(self.seen(), |seen| !condition(seen))
                .unwrap(),
        );
    }

    /// How many batches were written, and how often they were synced.
    fn counts(&self) -> (usize, usize) {
        let seen = self.seen();
        (seen.writes, seen.syncs)
    }
}

fn broken() -> StoreError {
    StoreError::backend("spy", "the disk is gone")
}

impl Engine for Spy {
    const NAME: &'static str = "spy";
    const READS_ARE_SHORT: bool = true;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.seen().pairs.get(key).cloned();
        self.set(|seen| seen.gets += 1);
        Ok(value)
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_> {
        let seen = self.seen();
        let range = seen.pairs.range(from.to_vec()..to.to_vec());
        let mut pairs: Vec<_> = range
            .map(|(key, value)| Ok((key.clone(), value.clone())))
            .collect();
        if backwards {
            pairs.reverse();
        }
        Box::new(pairs.into_iter())
    }

    fn write(&self, batch: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Result<(), StoreError> {
        self.set(|seen| seen.writes_begun += 1);
        self.wait_until(|seen| !seen.pen_is_held);
        let failing = self.seen().failing;
        match failing {
            Some(Failing::Write) => return Err(broken()),
            Some(Failing::Panic) => panic!("an engine's own bug"),
            _ => {}
        }
        self.set(|seen| {
            seen.writes += 1;
            for (key, value) in batch {
                match value {
                    Some(value) => drop(seen.pairs.insert(key, value)),
                    None => drop(seen.pairs.remove(&key)),
                }
            }
        });
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.set(|seen| seen.syncs_begun += 1);
        self.wait_until(|seen| !seen.gate_is_shut);
        if self.seen().failing == Some(Failing::Sync) {
            return Err(broken());
        }
        self.set(|seen| seen.syncs += 1);
        Ok(())
    }

    fn owed(&self) -> u64 {
        self.seen().owed
    }

    fn pay(&self) -> Result<(), StoreError> {
        self.set(|seen| seen.owed = 0);
        Ok(())
    }

    fn directory(&self) -> Option<&Path> {
        self.1.as_deref()
    }
}

fn row(session: &str) -> Row {
    Row::collection(session.parse::<SessionId>().unwrap())
}

fn opening(session: &str) -> Commit {
    let facts = Facts {
        session: session.parse().unwrap(),
        chart: ChartName::Collection,
        version: 0,
        key: "open".parse().unwrap(),
        fingerprint: Hash::ZERO,
        at: Timestamp::from_millis(0),
        by: Actor::APPLICANT,
        event: "open".into(),
        from: "welcome".into(),
        to: "welcome".into(),
        effects: vec![],
    };
    let work = Outgoing {
        kind: OutgoingKind::Effect,
        body: "work".into(),
        due_at: Timestamp::from_millis(0),
    };
    Commit {
        expected: Expected::Absent,
        entry: Entry::chain(Hash::ZERO, facts),
        snapshot: "{}".into(),
        outbox: vec![work],
    }
}

/// A spy, a store over it, and a runtime to ask it on.
fn run(test: impl AsyncFnOnce(Spy, Arc<KvStore<Spy>>)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async {
        let spy = Spy::default();
        let store = Arc::new(KvStore::over(spy.clone()).unwrap());
        test(spy, store).await;
    });
}

/// Lets the future go as far as it can without waiting; `None` when it waits.
async fn nudge<T>(future: &mut Pin<Box<impl Future<Output = T> + ?Sized>>) -> Option<T> {
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[test]
fn commits_that_wait_together_share_one_write_and_one_sync() {
    run(async |spy, store| {
        spy.set(|seen| seen.gate_is_shut = true);
        let mut first = Box::pin(store.commit(opening("first")));
        assert!(nudge(&mut first).await.is_none());
        spy.wait_until(|seen| seen.syncs_begun == 1);

        // While the first is being synced, sixty-four others queue up.
        let mut waiting = Vec::new();
        for number in 0..64 {
            let mut commit = Box::pin(store.commit(opening(&format!("s-{number}"))));
            assert!(nudge(&mut commit).await.is_none());
            waiting.push(commit);
        }
        assert!(
            nudge(&mut first).await.is_none(),
            "answered before it was on disk"
        );
        spy.set(|seen| seen.gate_is_shut = false);

        assert_eq!(first.await.unwrap(), Committed::Now);
        for commit in waiting {
            assert_eq!(commit.await.unwrap(), Committed::Now);
        }
        assert_eq!(spy.counts(), (2, 2));
    });
}

#[test]
fn one_commit_after_another_is_one_sync_each() {
    run(async |spy, store| {
        for number in 1..=5 {
            store.commit(opening(&format!("s-{number}"))).await.unwrap();
            assert_eq!(spy.counts(), (number, number));
        }
    });
}

#[test]
fn an_answer_that_changes_nothing_costs_no_write_and_no_sync() {
    run(async |spy, store| {
        store.commit(opening("s-1")).await.unwrap();
        let repeated = store.commit(opening("s-1")).await.unwrap();
        assert!(matches!(repeated, Committed::Before(_)));
        let mut stale = opening("s-1");
        stale.entry.facts.key = "other".parse().unwrap();
        store.commit(stale).await.unwrap_err();
        let past = Timestamp::from_millis(0);
        store.lease(past, past, 0).await.unwrap();
        assert_eq!(spy.counts(), (1, 1));
    });
}

#[test]
fn a_lease_is_written_and_not_synced_but_its_settlement_is() {
    run(async |spy, store| {
        store.commit(opening("s-1")).await.unwrap();
        let (now, until) = (Timestamp::from_millis(1), Timestamp::from_millis(9));
        let leased = store.lease(now, until, 9).await.unwrap();
        assert_eq!(spy.counts(), (2, 1));
        store.settle(&leased[0].lease, Settled::Done).await.unwrap();
        assert_eq!(spy.counts(), (3, 2));
        assert_eq!(store.lease(now, until, 9).await.unwrap(), []);
        assert_eq!(spy.counts(), (3, 2));
    });
}

#[test]
fn a_read_tells_nothing_that_is_not_on_disk() {
    run(async |spy, store| {
        spy.set(|seen| seen.gate_is_shut = true);
        let mut commit = Box::pin(store.commit(opening("s-1")));
        assert!(nudge(&mut commit).await.is_none());
        spy.wait_until(|seen| seen.syncs_begun == 1);

        let looks = spy.seen().gets;
        let row = row("s-1");
        let mut load = Box::pin(store.load(&row));
        assert!(nudge(&mut load).await.is_none());
        // It has seen the row and its newest entry, and still does not tell.
        spy.wait_until(|seen| seen.gets >= looks + 2);
        for _ in 0..64 {
            assert!(nudge(&mut load).await.is_none());
            tokio::task::yield_now().await;
        }
        spy.set(|seen| seen.gate_is_shut = false);
        assert!(load.await.unwrap().is_some());
        commit.await.unwrap();
    });
}

#[test]
fn a_short_read_is_answered_at_once_unless_a_batch_is_being_written() {
    run(async |spy, store| {
        store.commit(opening("s-1")).await.unwrap();
        let row = row("s-1");
        let loaded = nudge(&mut Box::pin(store.load(&row))).await;
        assert!(loaded.unwrap().unwrap().is_some());

        spy.set(|seen| seen.pen_is_held = true);
        let mut commit = Box::pin(store.commit(opening("s-2")));
        assert!(nudge(&mut commit).await.is_none());
        spy.wait_until(|seen| seen.writes_begun == 2);
        // It waits, and the thread that asks does not.
        let mut load = Box::pin(store.load(&row));
        assert!(nudge(&mut load).await.is_none());
        spy.set(|seen| seen.pen_is_held = false);
        assert!(load.await.unwrap().is_some());
        commit.await.unwrap();
    });
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_and_nothing_is_told() {
    run(async |spy, store| {
        store.commit(opening("before")).await.unwrap();
        spy.set(|seen| seen.gate_is_shut = true);
        let mut first = Box::pin(store.commit(opening("first")));
        assert!(nudge(&mut first).await.is_none());
        spy.wait_until(|seen| seen.syncs_begun == 2);
        let mut reader = {
            let store = Arc::clone(&store);
            Box::pin(async move { store.load(&row("first")).await })
        };
        assert!(nudge(&mut reader).await.is_none());
        let mut second = Box::pin(store.commit(opening("second")));
        assert!(nudge(&mut second).await.is_none());

        spy.set(|seen| {
            seen.failing = Some(Failing::Sync);
            seen.gate_is_shut = false;
        });
        let answer = first.await;
        assert!(
            matches!(answer, Err(StoreError::Backend { .. })),
            "{answer:?}"
        );
        assert_stopped(reader.await);
        assert_stopped(second.await);

        // A disk that seems well again is not believed.
        spy.set(|seen| seen.failing = None);
        assert_stopped(store.commit(opening("third")).await);
        assert_stopped(store.load(&row("before")).await);
        assert_stopped(store.journal(&row("before")).await);
        assert_stopped(store.recall(&row("first"), &"open".parse().unwrap()).await);
        assert_stopped(
            store
                .lease(Timestamp::from_millis(9), Timestamp::from_millis(9), 9)
                .await,
        );
        assert_eq!(spy.counts(), (2, 1));
    });
}

#[test]
fn a_failed_write_stops_the_store() {
    run(async |spy, store| {
        spy.set(|seen| seen.failing = Some(Failing::Write));
        let answer = store.commit(opening("s-1")).await;
        assert!(
            matches!(answer, Err(StoreError::Backend { .. })),
            "{answer:?}"
        );
        spy.set(|seen| seen.failing = None);
        assert_stopped(store.commit(opening("s-1")).await);
        assert_stopped(store.load(&row("s-1")).await);
    });
}

#[test]
fn an_engine_that_panics_is_a_typed_error_and_stops_the_store() {
    run(async |spy, store| {
        spy.set(|seen| seen.failing = Some(Failing::Panic));
        let answer = store.commit(opening("s-1")).await;
        assert!(
            matches!(answer, Err(StoreError::Corrupt { .. })),
            "{answer:?}"
        );
        assert_stopped(store.commit(opening("s-1")).await);
    });
}

#[test]
fn a_store_that_is_dropped_has_kept_what_was_handed_over() {
    run(async |spy, store| {
        spy.set(|seen| seen.gate_is_shut = true);
        let mut handed_over = Vec::new();
        for number in 0..8 {
            let (store, name) = (Arc::clone(&store), format!("s-{number}"));
            let mut commit = Box::pin(async move { store.commit(opening(&name)).await });
            assert!(nudge(&mut commit).await.is_none());
            handed_over.push(commit);
        }
        // The callers go away, then the store.
        drop(handed_over);
        spy.set(|seen| seen.gate_is_shut = false);
        drop(store);
        let again = KvStore::over(spy).unwrap();
        for number in 0..8 {
            assert!(
                again
                    .load(&row(&format!("s-{number}")))
                    .await
                    .unwrap()
                    .is_some()
            );
        }
    });
}

#[test]
fn a_torn_commit_is_not_served() {
    run(async |spy, store| {
        store.commit(opening("s-1")).await.unwrap();
        store.commit(opening("s-2")).await.unwrap();
        let whole = spy.seen().pairs.clone();
        let journal: Vec<_> = whole.iter().filter(|(key, _)| key[0] == b'j').collect();
        let (key, another) = (journal[0].0, journal[1].1);
        // The newest line of the journal is missing, or is not the one that the row was kept with.
        for newest in [None, Some(another)] {
            spy.set(|seen| {
                seen.pairs.remove(key);
                seen.pairs
                    .extend(newest.map(|entry| (key.clone(), entry.clone())));
            });
            let answer = store.load(&row("s-1")).await;
            assert!(
                matches!(answer, Err(StoreError::Corrupt { .. })),
                "{answer:?}"
            );
        }
    });
}

#[test]
fn a_commit_that_fails_half_way_leaves_nothing_behind() {
    run(async |spy, store| {
        let opened = opening("s-1");
        store.commit(opened.clone()).await.unwrap();
        let mut facts = opened.entry.facts.clone();
        facts.version = 1;
        facts.key = "two".parse().unwrap();
        let next = Commit {
            expected: Expected::At(0),
            entry: Entry::chain(opened.entry.hash, facts),
            ..opened
        };
        // The outbox is looked at last, to find out whom the new effect waits for.
        let whole = spy.seen().pairs.clone();
        let (waiting, _) = whole.iter().find(|(key, _)| key[0] == b'o').unwrap();
        spy.set(|seen| drop(seen.pairs.insert(waiting.clone(), vec![])));
        let answer = store.commit(next.clone()).await;
        assert!(
            matches!(answer, Err(StoreError::Corrupt { .. })),
            "{answer:?}"
        );
        assert_eq!(spy.counts(), (1, 1));

        spy.set(|seen| seen.pairs = whole);
        assert_eq!(store.commit(next).await.unwrap(), Committed::Now);
        assert_eq!(store.journal(&row("s-1")).await.unwrap().len(), 2);
    });
}

#[test]
fn values_that_no_store_has_written_are_typed_errors() {
    run(async |spy, store| {
        store.commit(opening("s-1")).await.unwrap();
        let whole = spy.seen().pairs.clone();
        for (key, right) in &whole {
            for wrong in [vec![], vec![9], vec![1; 3], vec![0xff; 400]] {
                let mut pairs = whole.clone();
                pairs.insert(key.clone(), wrong.clone());
                spy.set(|seen| seen.pairs = pairs);
                // None of these panics, and each either does not look there or says what it found.
                let (now, name) = (Timestamp::from_millis(9), "open".parse().unwrap());
                let answers = [
                    store.load(&row("s-1")).await.map(drop),
                    store.recall(&row("s-1"), &name).await.map(drop),
                    store.journal(&row("s-1")).await.map(drop),
                    store.lease(now, now, 9).await.map(drop),
                    store.dead(None, 9).await.map(drop),
                ];
                let is_read = matches!(key[0], b'r' | b'j' | b'k' | b'o');
                let complained = answers.iter().any(Result::is_err);
                assert_eq!(
                    complained,
                    is_read && wrong != *right,
                    "{} {answers:?}",
                    key[0] as char
                );
                for answer in answers {
                    assert!(
                        matches!(answer, Ok(()) | Err(StoreError::Corrupt { .. })),
                        "{answer:?}"
                    );
                }
            }
        }
    });
}

fn assert_stopped<T: std::fmt::Debug>(answer: Result<T, StoreError>) {
    assert!(
        matches!(answer, Err(StoreError::Stopped { .. })),
        "{answer:?}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_commits_before_they_are_written_and_stops_nothing() {
    let place = tempfile::tempdir().unwrap();
    let disk = place.path().join("disk");
    // A file system on which nothing is ever free.
    std::os::unix::fs::symlink("/proc", &disk).unwrap();
    let spy = Spy(Arc::default(), Some(disk.clone()));
    let store = KvStore::over(spy.clone()).unwrap();
    let refused = store.commit(opening("first")).await;
    assert!(
        matches!(refused, Err(StoreError::Full { store: "spy" })),
        "{refused:?}"
    );
    assert!(matches!(
        store.pulse().check(),
        Err(StoreError::Full { .. })
    ));
    assert!(!store.pulse().has_stopped());
    assert_eq!(spy.counts(), (0, 0));
    assert_eq!(store.load(&row("first")).await.unwrap(), None);

    std::fs::remove_file(&disk).unwrap();
    std::os::unix::fs::symlink(place.path(), &disk).unwrap();
    let kept = store.commit(opening("first")).await.unwrap();
    assert_eq!(kept, Committed::Now);
    assert!(store.pulse().check().is_ok());
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_of_what_is_owed_is_made_free_for_whoever_only_asks() {
    let place = tempfile::tempdir().unwrap();
    let disk = place.path().join("disk");
    // A file system with some room, on which nobody writes.
    std::os::unix::fs::symlink("/dev", &disk).unwrap();
    let room = rustix::fs::statvfs("/dev").unwrap();
    let room = room.f_bavail * room.f_frsize;
    let spy = Spy(Arc::default(), Some(disk));
    let store = KvStore::over(spy.clone()).unwrap();
    let pulse = store.pulse();

    // Room for itself, and not for the reserve beside it.
    spy.set(|seen| seen.owed = room.checked_sub(4 << 20).unwrap());
    store.commit(opening("first")).await.unwrap();
    assert!(matches!(pulse.check(), Err(StoreError::Full { .. })));
    // Whoever asked waits for nothing. The commit of another comes after what they have set going.
    let seen = tokio::task::spawn_blocking(move || spy.wait_until(|seen| seen.owed == 0));
    seen.await.unwrap();
    store.commit(opening("second")).await.unwrap();
    assert!(pulse.check().is_ok());

    // It does not keep a store alive that is dropped.
    drop(store);
    assert!(pulse.check().is_ok());
}
