//! The disk under the real server is full, or fails: nothing is acknowledged meanwhile, `/readyz` says why, and nothing
//! that was acknowledged before is lost.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::adapters::Adapter;
use crate::kills::{self, Installation};
use crate::people::{self, API_KEY, Reach as _, There};
use crate::program::Program;
use crate::report::Line;
use crate::seed::Seed;
use crate::strace::{Call, Strace, family};
use crate::walker::Walker;
use crate::{Terms, run, server};

const WALKERS: usize = 6;

/// How many answers there are before anything happens.
const FIRST: usize = 120;

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the kernel is made to answer, once or from then on, and what that stops.
const FAULTS: [(&str, &str); 3] = [
    (
        "every sync fails",
        "inject=fsync,fdatasync:error=EIO:when=1+",
    ),
    // The next one is said to have worked, and what was to be written is gone.
    ("one sync fails", "inject=fsync,fdatasync:error=EIO:when=1"),
    (
        "a write finds no room",
        "inject=pwrite64:error=ENOSPC:when=1",
    ),
];

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let disk = Disk::new(96);
    let mut database = server::Place::started_in(disk.path(), &[]);
    let mut lines = Vec::new();
    for adapter in [Adapter::Sled, Adapter::Redb] {
        for sealed in terms.pick(&[true][..], &[true, false]) {
            let called = adapter.called(*sealed);
            let seed = terms.seed.part(&called);
            let small = Disk::new(64);
            let folder = tempfile::tempdir_in(small.path()).unwrap();
            let installation = Installation::within(folder, adapter, *sealed, &database);
            let counts = run(full(&installation, &small, None, seed));
            lines.push(Line::told(format!("{called}, disk full"), counts));
            // In the short run only one of them, another with every seed.
            let one = seed.below(0, FAULTS.len());
            for (fault, words) in terms.pick(&FAULTS[one..=one], &FAULTS) {
                let installation = Installation::new(adapter, *sealed, &database);
                let counts = run(broken(&installation, words, None, seed));
                lines.push(Line::told(format!("{called}, {fault}"), counts));
            }
        }
    }
    let called = Adapter::Postgres.called(true);
    let seed = terms.seed.part(&called);
    let installation = Installation::new(Adapter::Postgres, true, &database);
    let counts = run(full(&installation, &disk, Some(&mut database), seed));
    lines.push(Line::told(format!("{called}, disk full"), counts));
    // It takes a minute until a database that has stopped itself is given up, asked and found again.
    if terms.long {
        let (fault, words) = FAULTS[0];
        let counts = run(broken(&installation, words, Some(&mut database), seed));
        lines.push(Line::told(format!("{called}, {fault}"), counts));
    }
    // Its schemas go before its server does.
    drop(installation);
    lines
}

/// The disk of the store fills up, and has room again.
async fn full(
    installation: &Installation,
    disk: &Disk,
    mut database: Option<&mut server::Place>,
    seed: Seed,
) -> Vec<(&'static str, String)> {
    let mut program = Program::new(installation.folder.path(), "server", &installation.words);
    program.start().await;
    let there = program.reach();
    let is_embedded = database.is_none();
    // The reserve of an embedded store is not to be touched; a database uses up what there is.
    let left = if is_embedded { 6 << 20 } else { 0 };
    let walkers = until_refused(begin(seed), &there, FIRST, async || disk.fill(left)).await;
    let before = acknowledged(&walkers);
    let (mut walkers, refused) = match is_embedded {
        true => nobody_is_answered(walkers, &there).await,
        // A full database has room for some rows yet, and keeps them.
        false => some_are_answered(walkers, &there).await,
    };
    let meanwhile = acknowledged(&walkers) - before;
    let why = not_ready(&there).await;
    let mut reads = 0;
    for (session, heard) in walkers.iter().flat_map(Walker::heard).take(20) {
        let read = there.send(&people::read(session)).await.unwrap();
        // Who asks for somebody whose erasure was broken off has it finished, and that takes room.
        let is_erasing = walkers.iter().any(|walker| walker.is_erasing(session));
        if !read.is_in_doubt() || is_embedded && !is_erasing {
            heard.compare_with_view(session, &read);
            reads += 1;
        }
    }
    if is_embedded {
        assert!(why.iter().all(|code| code == "full"), "{why:?}");
        refused_in_words(&there).await;
    }
    disk.clear();
    // By itself.
    ready_again(&there, &mut database).await;
    for walker in &mut walkers {
        walker.ask_again(&there).await;
    }
    go_on(&mut walkers, &there).await;
    kills::look(&walkers, &there, seed.at(1)).await;
    program.kill();
    kills::read_journals(installation, &walkers).await;
    vec![
        ("acknowledged before", before.to_string()),
        ("refused", refused.to_string()),
        ("acknowledged meanwhile", meanwhile.to_string()),
        ("read meanwhile", reads.to_string()),
        ("not ready because of", why.join(" and ")),
        ("goes on", "by itself".into()),
        ("acknowledged in all", acknowledged(&walkers).to_string()),
        ("lost", "0".into()),
    ]
}

/// The kernel says that the disk has failed.
async fn broken(
    installation: &Installation,
    fault: &str,
    mut database: Option<&mut server::Place>,
    seed: Seed,
) -> Vec<(&'static str, String)> {
    let mut program = Program::new(installation.folder.path(), "server", &installation.words);
    program.start().await;
    let there = program.reach();
    let watched = match &mut database {
        Some(database) => family(database.server().process()),
        None => program.process().into_iter().collect(),
    };
    let mut strace = None;
    let inject = async || {
        let traced = "trace=fsync,fdatasync,pwrite64";
        let words = ["-e", traced, "-e", fault];
        strace = Some(Strace::attach(&watched, &words));
    };
    let walkers = until_refused(begin(Seed::of(seed.at(7))), &there, FIRST, inject).await;
    let before = acknowledged(&walkers);
    let (walkers, refused) = nobody_is_answered(walkers, &there).await;
    let why = not_ready(&there).await;
    let calls = strace.take().map(Strace::detach).unwrap_or_default();
    let faults = calls.iter().filter(|call| is_injected(call)).count();
    assert!(faults > 0, "nothing has failed");
    // The disk works again, and for an embedded store that changes nothing until it is opened anew.
    let (mut walkers, again) = match database {
        Some(_) => {
            ready_again(&there, &mut database).await;
            (walkers, 0)
        }
        None => {
            let (walkers, again) = nobody_is_answered(walkers, &there).await;
            assert!(why.iter().any(|code| code == "stopped"), "{why:?}");
            refused_in_words(&there).await;
            assert!(!not_ready(&there).await.is_empty());
            program.kill();
            program.start().await;
            (walkers, again)
        }
    };
    for walker in &mut walkers {
        walker.ask_again(&there).await;
    }
    go_on(&mut walkers, &there).await;
    kills::look(&walkers, &there, seed.at(1)).await;
    program.kill();
    kills::read_journals(installation, &walkers).await;
    let goes_on = match database {
        Some(_) => "by itself",
        None => "when started again",
    };
    vec![
        ("acknowledged before", before.to_string()),
        ("calls that failed", faults.to_string()),
        ("refused", (refused + again).to_string()),
        ("acknowledged meanwhile", "0".into()),
        ("not ready because of", why.join(" and ")),
        ("goes on", goes_on.into()),
        ("acknowledged in all", acknowledged(&walkers).to_string()),
        ("lost", "0".into()),
    ]
}

fn begin(seed: Seed) -> Vec<Walker> {
    let walker = |number| Walker::new(format!("w-{seed}-{number}"));
    (0..WALKERS).map(walker).collect()
}

fn acknowledged(walkers: &[Walker]) -> usize {
    walkers.iter().map(Walker::acknowledged).sum()
}

/// Lets all of them walk, makes the fault happen after the first so many answers, and waits until none is answered.
async fn until_refused(
    walkers: Vec<Walker>,
    there: &There,
    first: usize,
    happen: impl AsyncFnOnce(),
) -> Vec<Walker> {
    let heard = Arc::new(AtomicUsize::new(0));
    let mut walking = JoinSet::new();
    for mut walker in walkers {
        let (there, heard) = (there.clone(), Arc::clone(&heard));
        walking.spawn(async move {
            let count = || {
                heard.fetch_add(1, Ordering::SeqCst);
            };
            walker.walk(&there, count).await;
            walker
        });
    }
    let begun = Instant::now();
    while heard.load(Ordering::SeqCst) < first {
        assert!(begun.elapsed() < PATIENCE && !walking.is_empty());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    happen().await;
    let refused = tokio::time::timeout(PATIENCE, walking.join_all()).await;
    refused.expect("it is acknowledged what cannot be kept")
}

/// Each asks again and again, and opens further sessions; nobody is answered.
async fn nobody_is_answered(mut walkers: Vec<Walker>, there: &There) -> (Vec<Walker>, usize) {
    let mut refused = 0;
    for round in 0..3 {
        let mut asking = JoinSet::new();
        for (number, mut walker) in walkers.drain(..).enumerate() {
            let there = there.clone();
            asking.spawn(async move {
                // To be told that a code was used before is no acknowledgement.
                let before = walker.acknowledged();
                walker.step(&there).await;
                let after = walker.acknowledged();
                assert_eq!(after, before, "acknowledged after the fault");
                let other = people::open(&format!("late-{round}-{number}"));
                let answer = there.send(&other).await;
                let answer = answer.unwrap();
                assert!(
                    answer.is_in_doubt(),
                    "acknowledged after the fault: {answer:?}"
                );
                walker
            });
        }
        walkers = asking.join_all().await;
        refused += 2 * walkers.len();
    }
    (walkers, refused)
}

/// Each asks on until it is refused once more.
async fn some_are_answered(walkers: Vec<Walker>, there: &There) -> (Vec<Walker>, usize) {
    let refused = walkers.len();
    let walkers = until_refused(walkers, there, 0, async || {}).await;
    (walkers, refused)
}

/// Why it is not ready, by code. Says so without names and places.
async fn not_ready(there: &There) -> Vec<String> {
    let answer = there.client.get(format!("{}/readyz", there.url)).send();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 503);
    let body: serde_json::Value = answer.json().await.unwrap();
    let text = body.to_string();
    assert!(!text.contains('/') && !text.contains("w-"), "{text}");
    let why = body["why"].as_array().unwrap().iter();
    let mut why: Vec<_> = why
        .filter(|why| why["part"] != "courier")
        .map(|why| why["code"].as_str().unwrap().to_owned())
        .collect();
    why.sort();
    why.dedup();
    why
}

/// Waits until it is ready. A database that has stopped itself is started by whoever runs it, the server is not.
async fn ready_again(there: &There, database: &mut Option<&mut server::Place>) {
    let begun = Instant::now();
    loop {
        if let Some(database) = database {
            database.server().rise_if_dead();
        }
        let answer = there.client.get(format!("{}/readyz", there.url)).send();
        let answer = answer.await.unwrap();
        if answer.status() == 200 {
            return;
        }
        let said = answer.text().await.unwrap();
        assert!(begun.elapsed() < PATIENCE, "still not ready: {said}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What a caller reads: a code, and when to come again.
async fn refused_in_words(there: &There) {
    let asked = there
        .client
        .post(format!("{}/integrator/v1/sessions", there.url));
    let asked = asked
        .header("authorization", format!("Bearer {API_KEY}"))
        .header("idempotency-key", "told")
        .header("content-type", "application/json")
        .body("{}");
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let wait = answer.headers()["retry-after"].to_str().unwrap();
    assert!(wait.parse::<u32>().unwrap() > 0);
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["code"], "unavailable");
}

/// Some steps more of each, all of which have to be answered.
async fn go_on(walkers: &mut [Walker], there: &There) {
    for _ in 0..10 {
        for walker in &mut *walkers {
            assert!(walker.step(there).await, "it does not go on");
        }
    }
}

fn is_injected(call: &Call) -> bool {
    call.text.ends_with("(INJECTED)")
}

/// A small disk of its own, in memory.
struct Disk {
    place: TempDir,
}

impl Disk {
    fn new(megabytes: usize) -> Self {
        let place = tempfile::tempdir().unwrap();
        let size = format!("size={megabytes}m,mode=0777");
        let mount = ["mount", "-t", "tmpfs", "-o", &size, "kyc"];
        let is_mounted = as_root(&mount, place.path());
        assert!(
            is_mounted,
            "a small disk is mounted by root, or by whom `sudo` lets without a password"
        );
        Self { place }
    }

    fn path(&self) -> &Path {
        self.place.path()
    }

    /// Leaves so many bytes.
    fn fill(&self, left: u64) {
        const BLOCK: usize = 4096;
        let mut ballast = File::create(self.path().join("ballast")).unwrap();
        // Never less, not even for a moment.
        while self.free() > left && ballast.write_all(&[7; BLOCK]).is_ok() {}
    }

    /// In bytes, for whoever is not privileged.
    fn free(&self) -> u64 {
        let disk = rustix::fs::statvfs(self.path()).unwrap();
        disk.f_bavail * disk.f_frsize
    }

    fn clear(&self) {
        fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        as_root(&["umount", "--lazy"], self.place.path());
    }
}

fn as_root(words: &[&str], place: &Path) -> bool {
    let done = |mut command: Command| command.args(words).arg(place).status();
    let direct = || {
        let mut command = Command::new("env");
        command.stderr(std::process::Stdio::null());
        done(command)
    };
    let asked = || {
        let mut command = Command::new("sudo");
        command.arg("-n");
        done(command)
    };
    let is_done = |status: std::io::Result<std::process::ExitStatus>| {
        status.is_ok_and(|status| status.success())
    };
    is_done(direct()) || is_done(asked())
}
