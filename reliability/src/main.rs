//! Real faults against every store, each scenario by its name: failing calls, killed servers, cut connections, lost power.
//!
//! `kyc-reliability [--long] [--seed N] [--json FILE] [NAME...]`, started by `cargo xtask reliability`. A scenario panics
//! where a promise is broken; what it has looked at is one line a store.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a suite panics where a promise is broken, and tells what it has looked at"
)]

mod adapters;
mod calls;
mod cluster;
mod connections;
mod disk;
mod errands;
mod kills;
mod names;
mod network;
mod patroni;
mod people;
mod power;
mod program;
mod proxy;
mod races;
mod replicas;
mod report;
mod restore;
mod seed;
#[path = "../../kyc-persist/tests/postgres/server.rs"]
#[expect(dead_code, reason = "other tests need more of it")]
mod server;
mod story;
mod strace;
mod syncs;
mod turns;
mod walker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::report::{Line, Report};
use crate::seed::Seed;

/// One kind of fault.
struct Scenario {
    name: &'static str,
    /// The promise, as a sentence.
    promise: &'static str,
    /// The short form leaves it out, unless it is named.
    only_long: bool,
    run: fn(&Terms) -> Vec<Line>,
}

/// How much is to be tried, and from which seed.
pub(crate) struct Terms {
    pub(crate) long: bool,
    pub(crate) seed: Seed,
}

impl Terms {
    /// The one number or the other.
    pub(crate) fn pick<T>(&self, short: T, long: T) -> T {
        if self.long { long } else { short }
    }
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "calls",
        promise: "whichever call of a store or a vault fails, is lost or arrives twice, who asks again gets every step once",
        only_long: false,
        run: calls::run_all,
    },
    Scenario {
        name: "kills",
        promise: "what a server has acknowledged over HTTP is there after kill -9, whole, and asking again answers the same",
        only_long: false,
        run: kills::run_all,
    },
    Scenario {
        name: "replicas",
        promise: "of two servers on one database either may die, and the database too: nothing acknowledged is lost, and no case is decided twice",
        only_long: false,
        run: replicas::run_all,
    },
    Scenario {
        name: "syncs",
        promise: "whatever a server acknowledges over HTTP was written and synced before: seen in the calls of its processes and of its database's",
        only_long: false,
        run: syncs::run_all,
    },
    Scenario {
        name: "connections",
        promise: "wherever the connection to the database breaks, who asks again gets every step once, and news come again",
        only_long: false,
        run: connections::run_all,
    },
    Scenario {
        name: "cluster",
        promise: "when one of three databases leads and is killed, hangs or is cut off, another takes over: nothing acknowledged is lost, no case is decided twice, and the old one acknowledges nothing",
        only_long: true,
        run: cluster::run_all,
    },
    Scenario {
        name: "races",
        promise: "of two devices, two reviewers, two decisions and two workers one wins in whatever order they come, and the other is told",
        only_long: false,
        run: races::run_all,
    },
    Scenario {
        name: "restore",
        promise: "who was erased stays erased when a backup of before is put back, and the others are whole",
        only_long: false,
        run: restore::run_all,
    },
    Scenario {
        name: "power",
        promise: "when the power goes, whatever was written since the last sync may be there, torn or not: all that was acknowledged is there, none by half, and a first start that is killed goes on",
        only_long: false,
        run: power::run_all,
    },
    Scenario {
        name: "disk",
        promise: "on a disk that is full or fails nothing is acknowledged that is not kept, readiness says why, and all that was acknowledged is there; on a full one it goes on by itself",
        only_long: false,
        run: disk::run_all,
    },
];

fn main() -> ExitCode {
    let mut terms = Terms {
        long: false,
        seed: Seed::of(today()),
    };
    let (mut names, mut json) = (Vec::new(), None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--long" => terms.long = true,
            "--seed" => terms.seed = Seed::of(words.next().unwrap().parse().unwrap()),
            "--json" => json = Some(words.next().unwrap()),
            name => names.push(name.to_owned()),
        }
    }
    for name in &names {
        assert!(
            SCENARIOS.iter().any(|scenario| scenario.name == name),
            "there is no scenario {name:?}"
        );
    }
    println!("seed {}", terms.seed);
    let mut report = Report::new(&terms);
    for scenario in SCENARIOS {
        let is_meant = match &names[..] {
            [] => terms.long || !scenario.only_long,
            names => names.iter().any(|name| name == scenario.name),
        };
        if !is_meant {
            continue;
        }
        println!("\n{}: {}", scenario.name, scenario.promise);
        let begun = Instant::now();
        let lines = catch_unwind(AssertUnwindSafe(|| (scenario.run)(&terms)));
        report.add(scenario.name, scenario.promise, lines, begun.elapsed());
    }
    if let Some(file) = json {
        std::fs::write(file, report.to_json()).unwrap();
    }
    // As test runners say it: whoever has started this counts.
    println!("\n{}", report.summary());
    match report.failed() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

/// Runs what awaits.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}

fn today() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}
