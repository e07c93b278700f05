//! How many instructions each piece of work takes: counted by callgrind, so that the count is the same on a busy machine.
//! The last line is JSON; `cargo xtask instructions` holds it against `instructions.json`.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark that unwraps says where it failed, and prints what it found"
)]

mod raw;
mod works;

use std::collections::BTreeMap;
use std::env;
use std::process::Command;

use crate::works::Work;

/// How often a piece of work is done: what comes before and after it is taken off, and what is left is divided.
const TIMES: u64 = 200;

fn main() {
    let words: Vec<_> = env::args().skip(1).collect();
    match words.as_slice() {
        // What callgrind looks at.
        [name, times] if times.parse::<u64>().is_ok() => {
            let mut work = named(name);
            for _ in 0..times.parse().unwrap() {
                (work.run)();
            }
        }
        _ => {
            let counts: BTreeMap<_, _> = all()
                .into_iter()
                .map(|(name, _)| (name.clone(), per_time(&name)))
                .collect();
            println!("{}", serde_json::to_string(&counts).unwrap());
        }
    }
}

fn all() -> Vec<(String, Work)> {
    let told = |who: &'static str| move |work: Work| (format!("{who}/{}", work.name), work);
    let ours = works::kyc().into_iter().map(told("kyc"));
    ours.chain(works::statig().into_iter().map(told("statig")))
        .collect()
}

fn named(name: &str) -> Work {
    let mut all = all().into_iter();
    all.find(|(called, _)| called == name).unwrap().1
}

fn per_time(name: &str) -> u64 {
    let [none, many] = [0, TIMES].map(|times| counted(name, times));
    (many - none) / TIMES
}

/// The instructions of a process that does the work that often.
fn counted(name: &str, times: u64) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env::current_exe().unwrap())
        .args([name, &times.to_string()]);
    let output = valgrind.output().expect(MISSING);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let line = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    line.unwrap_or_else(|| panic!("no count in {said}"))
        .1
        .trim()
        .parse()
        .unwrap()
}

const MISSING: &str = "valgrind counts the instructions: `apt-get install valgrind` installs it";
