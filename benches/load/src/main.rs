//! What the stores and the server carry: durable commits, whole flows over HTTP, and how cost grows with the number of
//! sessions.
//!
//! `kyc-load commits | flows | growth [--quick] [--data DIRECTORY] [--profile FILE] [--most SESSIONS]`, started by `cargo xtask bench`. It says on standard error
//! how far it is; the last line on standard output is JSON.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark that unwraps says where it failed, and prints what it found"
)]

mod commits;
mod committers;
mod disk;
mod flows;
mod growth;
mod meter;
#[path = "../../../reliability/src/people.rs"]
#[expect(dead_code, reason = "the suite of faults needs more of it")]
mod people;
mod pgbench;
mod places;
mod plots;
#[path = "../../../reliability/src/program.rs"]
#[expect(dead_code, reason = "the suite of faults needs more of it")]
mod program;
#[path = "../../../kyc-persist/tests/postgres/server.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod server;
mod steps;
mod syncs;

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

/// How much is to be measured, and on which disk.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) quick: bool,
    pub(crate) data: PathBuf,
    /// Where perf is to write what the server over redb does, while flows are walked.
    pub(crate) profile: Option<PathBuf>,
    /// The largest number of sessions in a store.
    pub(crate) most: u64,
}

impl Terms {
    /// The one number or the other.
    pub(crate) fn pick<T>(&self, quick: T, long: T) -> T {
        if self.quick { quick } else { long }
    }
}

fn main() -> ExitCode {
    let mut terms = Terms {
        quick: false,
        data: env::temp_dir(),
        profile: None,
        most: 1_000_000,
    };
    let mut words = env::args().skip(1);
    let what = words.next().unwrap_or_default();
    // Processes of our own, watched from outside.
    match what.as_str() {
        syncs::WATCHED => {
            syncs::be_watched(words);
            return ExitCode::SUCCESS;
        }
        plots::DRAWS => {
            plots::draw(words);
            return ExitCode::SUCCESS;
        }
        growth::HOLDS => {
            growth::hold(words);
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => terms.quick = true,
            "--data" => terms.data = words.next().unwrap_or_default().into(),
            "--profile" => terms.profile = words.next().map(PathBuf::from),
            "--most" => match words.next().and_then(|most| most.parse().ok()) {
                Some(most) => terms.most = most,
                None => return help(),
            },
            _ => return help(),
        }
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let told = runtime.block_on(async {
        match what.as_str() {
            "commits" => Some(commits::measure(&terms).await),
            "flows" => Some(flows::measure(&terms).await),
            "growth" => Some(growth::measure(&terms).await),
            _ => None,
        }
    });
    let Some(told) = told else { return help() };
    println!("{told}");
    ExitCode::SUCCESS
}

fn help() -> ExitCode {
    eprintln!(
        "kyc-load commits | flows | growth [--quick] [--data DIRECTORY] [--profile FILE] [--most SESSIONS]"
    );
    ExitCode::from(2)
}
