//! How often a commit makes the disk sync: a process of ours commits under the eyes of strace, once many times and once not
//! at all. `sync_file_range`, which sled asks for besides, is none: it leaves the disk's own cache as it is.

use std::env;
use std::fs;
use std::process::Command;

use crate::places::{Engine, Place};
use crate::steps::{BEGIN, Steps};

/// The word that our process is started with.
pub(crate) const WATCHED: &str = "commit-under-watch";

const COMMITS: u64 = 200;

/// Syncs for one commit of that embedded store.
pub(crate) fn per_commit(engine: Engine, sealed: bool, data: &std::path::Path) -> f64 {
    let seal = if sealed { "sealed" } else { "plain" };
    let [none, many] = [0, COMMITS].map(|commits| {
        let place = tempfile::tempdir_in(data).unwrap();
        let log = place.path().join("calls");
        let mut strace = Command::new("strace");
        strace
            .args([
                "-f",
                "-qq",
                "-e",
                "trace=fsync,fdatasync,msync,syncfs,sync",
                "-o",
            ])
            .arg(&log)
            .arg(env::current_exe().unwrap())
            .args([WATCHED, engine.name(), seal, &commits.to_string()])
            .arg(place.path());
        let status = strace
            .status()
            .expect("strace sees the syncs: `apt-get install strace` installs it");
        assert!(status.success());
        // A call that another thread interrupts has a second line.
        let calls = fs::read_to_string(&log).unwrap();
        let calls = calls
            .lines()
            .filter(|line| !line.contains(" resumed>") && !line.contains("+++"));
        calls.count() as f64
    });
    (many - none) / COMMITS as f64
}

/// Opens a session and commits so many steps, one after the other.
pub(crate) fn be_watched(mut words: impl Iterator<Item = String>) {
    let engine = Engine::named(&words.next().unwrap());
    let sealed = words.next().unwrap() == "sealed";
    let commits: u32 = words.next().unwrap().parse().unwrap();
    let data = words.next().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let place = Place::new(engine, sealed, data.as_ref(), None);
        let store = place.open().await;
        let mut steps = Steps::new("s-1", BEGIN);
        for _ in 0..=commits {
            store.commit(steps.next(BEGIN)).await.unwrap();
        }
    });
}
