//! A process that is killed with signal 9 has kept every commit that it had answered, and no half of any other.
//!
//! The child keeps walking; it prints a line only after the store has answered. This process is the witness: it reads the
//! lines, kills the child at some moment, opens the store itself and compares. `KYC_KILL_ROUNDS` asks for more rounds
//! than the usual few, `KYC_KILL_SEED` for the moments of an earlier run.
//!
//! A killed process leaves the page cache behind, so this is about crashes of the program; that an answer also comes
//! after a sync of the file is what `every_answer_comes_after_a_sync_of_the_file` looks at.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]
#![expect(
    clippy::print_stdout,
    reason = "a test tells what it looked at to whoever asks with --nocapture"
)]

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use kyc_core::journal::{self, Entry, Facts, Hash};
use kyc_core::{Actor, Timestamp};
use kyc_persist::kv::{Engine, KvStore, Logged};
use kyc_persist::{
    Commit, Committed, Expected, Outgoing, OutgoingKind, Redb, Row, Settled, Sled, Store,
    StoreError,
};

/// An engine in a directory.
trait Embedded: Engine {
    /// Its file, in the directory.
    const FILE: &'static str;

    fn open(place: &Path) -> Result<KvStore<Logged<Self>>, StoreError>
    where
        Self: Sized;
}

/// The file that is synced before an answer.
const KEPT: &str = "kyc.log";

impl Embedded for Sled {
    const FILE: &'static str = "kyc.sled/db";

    fn open(place: &Path) -> Result<KvStore<Logged<Self>>, StoreError> {
        KvStore::<Logged<Self>>::open(place)
    }
}

impl Embedded for Redb {
    const FILE: &'static str = "kyc.redb";

    fn open(place: &Path) -> Result<KvStore<Logged<Self>>, StoreError> {
        KvStore::<Logged<Self>>::open(place)
    }
}

/// Each promise as a test of each engine, and the children that its witnesses start.
macro_rules! tests {
    ($($engine:ident: $type:ty),*) => {$(
        mod $engine {
            use super::*;

            #[test]
            fn what_was_acknowledged_survives_kill_9_whole() {
                super::what_was_acknowledged_survives_kill_9_whole::<$type>();
            }

            #[test]
            fn every_answer_comes_after_a_sync_of_the_file() {
                super::every_answer_comes_after_a_sync_of_the_file::<$type>();
            }

            #[test]
            fn a_directory_that_another_process_has_open_is_in_use() {
                super::a_directory_that_another_process_has_open_is_in_use::<$type>();
            }

            #[test]
            fn a_database_that_another_tool_has_open_is_in_use() {
                super::a_database_that_another_tool_has_open_is_in_use::<$type>();
            }

            #[test]
            #[ignore = "started by the witness"]
            fn the_child_walks_until_it_is_killed() {
                super::the_child_walks_until_it_is_killed::<$type>();
            }

            #[test]
            #[ignore = "started by the test about syncs"]
            fn the_child_takes_fifty_steps() {
                super::the_child_takes_fifty_steps::<$type>();
            }
        }
    )*};
}

tests! { sled: Sled, redb: Redb }

fn what_was_acknowledged_survives_kill_9_whole<E: Embedded>() {
    let rounds = number_from("KYC_KILL_ROUNDS").unwrap_or(6);
    let seed = number_from("KYC_KILL_SEED").unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
    });
    println!("KYC_KILL_SEED={seed} KYC_KILL_ROUNDS={rounds}");
    let place = tempfile::tempdir().unwrap();
    let mut heard = Heard::default();
    for round in 0..rounds {
        let moment = Duration::from_millis(20 + scatter(seed, round) % 380);
        let before = heard.answers();
        listen::<E>(place.path(), moment, &mut heard);
        println!(
            "round {round}: killed after {moment:?}, {} answers",
            heard.answers() - before
        );
        compare::<E>(place.path(), &heard);
    }
    assert!(heard.answers() > 0, "the child never answered");
}

/// What the witness has read.
#[derive(Default)]
struct Heard {
    rounds: usize,
    commits: HashMap<(usize, u32), String>,
    settled: HashSet<(usize, u32)>,
}

impl Heard {
    fn answers(&self) -> usize {
        self.commits.len() + self.settled.len()
    }
}

/// Reads what a child says until it is killed; every whole line counts.
fn listen<E: Embedded>(place: &Path, moment: Duration, heard: &mut Heard) {
    let mut child = child::<E>("the_child_walks_until_it_is_killed", place);
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    // The moment is counted from the first answer on, so that every round has some.
    heard.rounds += 1;
    let mut killer = Some(child);
    let mut killed = None;
    loop {
        line.clear();
        if lines.read_line(&mut line).unwrap() == 0 || !line.ends_with('\n') {
            break;
        }
        let words: Vec<_> = line.split_whitespace().collect();
        match words[..] {
            ["kept", walker, version, hash] => {
                let step = (walker.parse().unwrap(), version.parse().unwrap());
                heard.commits.insert(step, hash.to_owned());
            }
            ["settled", walker, version] => {
                heard
                    .settled
                    .insert((walker.parse().unwrap(), version.parse().unwrap()));
            }
            _ => continue,
        }
        if let Some(mut child) = killer.take() {
            killed = Some(std::thread::spawn(move || {
                std::thread::sleep(moment);
                child.kill().unwrap();
                child.wait().unwrap()
            }));
        }
    }
    let status = killed.expect("the child never answered").join().unwrap();
    assert_eq!(status.code(), None, "the child ended by itself: {status}");
}

/// Opens a copy of what the child has left, so that looking at the outbox changes nothing for the next round.
fn compare<E: Embedded>(place: &Path, heard: &Heard) {
    let copy = tempfile::tempdir().unwrap();
    copy_all(place, copy.path());
    run(async {
        let store = E::open(copy.path()).unwrap();
        let mut steps = HashSet::new();
        for walker in 0..WALKERS {
            let row = row(walker);
            let entries = store.journal(&row).await.unwrap();
            assert_eq!(journal::verify(&entries), Ok(()), "{row}");
            let kept = store.load(&row).await.unwrap();
            let length = kept.as_ref().map_or(0, |kept| kept.version as usize + 1);
            assert_eq!(
                length,
                entries.len(),
                "{row}: snapshot and journal are of one commit"
            );
            if let Some(kept) = kept {
                assert_eq!(kept.snapshot, snapshot(walker, kept.version), "{row}");
                assert_eq!(kept.head, entries.last().unwrap().hash, "{row}");
            }
            for (version, entry) in (0..).zip(&entries) {
                assert_eq!(entry.facts.version, version);
                steps.insert((walker, version));
                if let Some(hash) = heard.commits.get(&(walker, version)) {
                    assert_eq!(
                        entry.hash.to_string(),
                        *hash,
                        "{row} {version}: another entry"
                    );
                }
            }
        }
        for step in heard.commits.keys() {
            assert!(
                steps.contains(step),
                "{step:?} was acknowledged and is lost"
            );
        }

        let outbox = outbox(&store).await;
        let of = |index| outbox.iter().filter(move |(_, _, found)| *found == index);
        let reminders: HashSet<_> = of(REMINDER)
            .map(|(walker, version, _)| (*walker, *version))
            .collect();
        assert_eq!(
            reminders, steps,
            "outbox and journal are of the same commits"
        );
        let errands: HashSet<_> = of(ERRAND)
            .map(|(walker, version, _)| (*walker, *version))
            .collect();
        assert!(errands.is_subset(&steps));
        for step in &heard.settled {
            assert!(
                !errands.contains(step),
                "{step:?} was settled for good and came again"
            );
        }
        // What was settled without an answer was in the hands of the child.
        let gone = steps.len() - errands.len();
        let unheard = gone - heard.settled.len();
        assert!(
            unheard <= heard.rounds * BATCH,
            "{unheard} errands are lost"
        );
    });
}

/// Everything that waits in the outbox: whose, of which version, at which position.
async fn outbox(store: &impl Store) -> HashSet<(usize, u32, u16)> {
    let mut found = HashSet::new();
    loop {
        let leased = store.lease(FAR, LATER, 200).await.unwrap();
        if leased.is_empty() {
            return found;
        }
        for outbound in leased {
            let id = outbound.id();
            let walker = id.row.session.as_str()[2..].parse().unwrap();
            assert_eq!(outbound.body, snapshot(walker, id.version));
            assert!(
                found.insert((walker, id.version, id.index)),
                "{id} is there twice"
            );
        }
    }
}

fn the_child_walks_until_it_is_killed<E: Embedded>() {
    let Some(place) = std::env::var_os(PLACE) else {
        return;
    };
    run(async {
        let store = Arc::new(E::open(Path::new(&place)).unwrap());
        let walkers: Vec<_> = (0..WALKERS)
            .map(|walker| tokio::spawn(walk(Arc::clone(&store), walker, u32::MAX)))
            .collect();
        loop {
            for outbound in store.lease(NOW, LATER, BATCH).await.unwrap() {
                store.settle(&outbound.lease, Settled::Done).await.unwrap();
                let id = outbound.id();
                say(&format!(
                    "settled {} {}",
                    &id.row.session.as_str()[2..],
                    id.version
                ));
            }
            assert!(!walkers.iter().any(tokio::task::JoinHandle::is_finished));
        }
    });
}

/// Takes steps from where the row stands, and tells of each after the store has answered.
async fn walk(store: Arc<impl Store>, walker: usize, steps: u32) {
    let row = row(walker);
    let mut last = store
        .load(&row)
        .await
        .unwrap()
        .map(|kept| (kept.version, kept.head));
    for _ in 0..steps {
        let commit = step(walker, last);
        let facts = &commit.entry.facts;
        let (version, hash) = (facts.version, commit.entry.hash);
        assert_eq!(store.commit(commit.clone()).await.unwrap(), Committed::Now);
        say(&format!("kept {walker} {version} {hash}"));
        last = Some((version, hash));
    }
}

fn every_answer_comes_after_a_sync_of_the_file<E: Embedded>() {
    let place = tempfile::tempdir().unwrap();
    let log = place.path().join("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-e", "trace=write,pwrite64,fdatasync", "-o"]);
    command.arg(&log).arg(std::env::current_exe().unwrap());
    let output = as_child::<E>(
        &mut command,
        "the_child_takes_fifty_steps",
        &place.path().join("store"),
    );
    let output = output
        .output()
        .expect("strace is not installed: `apt-get install strace` installs it");
    assert!(output.status.success());

    let calls = std::fs::read_to_string(&log).unwrap();
    let (mut answers, mut syncs) = (0, 0);
    // Whether something was written since the last answer, and whether all of that was synced.
    let (mut written, mut synced) = (false, false);
    for call in calls.lines() {
        let of_database = call.contains(&format!("/{KEPT}>"));
        if of_database && call.contains(" write(") {
            (written, synced) = (true, false);
        } else if of_database && call.contains("fdatasync(") {
            syncs += 1;
            synced = written;
        } else if call.contains("kept 0 ") {
            assert!(synced, "answer {answers} came before its sync");
            answers += 1;
            (written, synced) = (false, false);
        }
    }
    assert_eq!(answers, 50, "{calls}");
    assert_eq!(syncs, 51, "one for each, and one for the log that is made");
}

fn the_child_takes_fifty_steps<E: Embedded>() {
    let Some(place) = std::env::var_os(PLACE) else {
        return;
    };
    run(async { walk(Arc::new(E::open(Path::new(&place)).unwrap()), 0, 50).await });
}

fn a_directory_that_another_process_has_open_is_in_use<E: Embedded>() {
    let place = tempfile::tempdir().unwrap();
    let mut child = child::<E>("the_child_walks_until_it_is_killed", place.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("kept ")));
    let answer = E::open(place.path());
    assert!(
        matches!(answer, Err(StoreError::InUse { .. })),
        "{answer:?}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    E::open(place.path()).unwrap();
}

fn a_database_that_another_tool_has_open_is_in_use<E: Embedded>() {
    let place = tempfile::tempdir().unwrap();
    drop(E::open(place.path()).unwrap());
    // The lock that the engine takes, without ours.
    let database = File::open(place.path().join(E::FILE)).unwrap();
    database.lock().unwrap();
    let answer = E::open(place.path());
    assert!(
        matches!(answer, Err(StoreError::InUse { .. })),
        "{answer:?}"
    );
    drop(database);
    E::open(place.path()).unwrap();
}

/// Another process of this very file, that runs one of its ignored tests.
fn child<E: Embedded>(test: &str, place: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    as_child::<E>(&mut command, test, place)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn as_child<'c, E: Embedded>(
    command: &'c mut Command,
    test: &str,
    place: &Path,
) -> &'c mut Command {
    let command = command.args([
        &format!("{}::{test}", E::NAME),
        "--exact",
        "--ignored",
        "--nocapture",
    ]);
    command.env(PLACE, place).stderr(Stdio::inherit())
}

/// Past the capture of the test harness, in one piece.
fn say(line: &str) {
    std::io::stdout()
        .lock()
        .write_all(format!("\n{line}\n").as_bytes())
        .unwrap();
}

fn step(walker: usize, last: Option<(u32, Hash)>) -> Commit {
    let row = row(walker);
    let version = last.map_or(0, |(version, _)| version + 1);
    let facts = Facts {
        session: row.session,
        chart: row.chart,
        version,
        key: format!("step-{version}").parse().unwrap(),
        fingerprint: Hash::ZERO,
        at: NOW,
        by: Actor::APPLICANT,
        event: "walk".into(),
        from: format!("state-{}", version % 5),
        to: format!("state-{}", (version + 1) % 5),
        effects: vec![],
    };
    let body = snapshot(walker, version);
    let timer = |due_at| Outgoing {
        kind: OutgoingKind::Timer,
        body: body.clone(),
        due_at,
    };
    Commit {
        expected: last.map_or(Expected::Absent, |(version, _)| Expected::At(version)),
        entry: Entry::chain(last.map_or(Hash::ZERO, |(_, hash)| hash), facts),
        snapshot: body.clone(),
        outbox: vec![timer(FAR), timer(NOW)],
    }
}

/// Of many lengths, so that commits end anywhere in a page.
fn snapshot(walker: usize, version: u32) -> String {
    let length = scatter(walker as u64, version.into()) % 1_500;
    format!("{walker}.{version}.{}", "x".repeat(length as usize))
}

fn row(walker: usize) -> Row {
    Row::collection(format!("s-{walker}").parse().unwrap())
}

fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(work);
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, to) = entry
            .map(|entry| (entry.path(), to.join(entry.file_name())))
            .unwrap();
        if entry.is_dir() {
            copy_all(&entry, &to);
        } else {
            std::fs::copy(&entry, &to).unwrap();
        }
    }
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable)
        .ok()
        .map(|text| text.parse().unwrap())
}

/// SplitMix64: numbers without order, the same for the same seed.
fn scatter(seed: u64, position: u64) -> u64 {
    let mut mixed = seed.wrapping_add((position + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Tells a child where its store is.
const PLACE: &str = "KYC_KILL_PLACE";
const WALKERS: usize = 16;
/// How many errands the child has in its hands at a time.
const BATCH: usize = 8;
/// The position of the work that nobody takes.
const REMINDER: u16 = 0;
/// The position of the work that the child takes.
const ERRAND: u16 = 1;
const NOW: Timestamp = Timestamp::from_millis(1_000);
/// Nothing that is due then is taken by the child.
const FAR: Timestamp = Timestamp::from_millis(u64::MAX / 4);
/// When leases end: after every test.
const LATER: Timestamp = Timestamp::from_millis(u64::MAX / 2);
