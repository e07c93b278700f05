//! Real faults against every store: runs the suite, and writes down what a run has looked at.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::count::Count;
use crate::evidence;
use crate::server::{self, Profile};
use crate::setup;
use crate::shell::{command, run_tests, say};
use crate::workspace::cache;

/// As people ask for it: `[--long] [--seed N] [--write] [name...]`.
pub(crate) fn run(words: &[&str]) -> Result<ExitCode> {
    let writes = words.contains(&"--write");
    let mut told: Vec<_> = words
        .iter()
        .copied()
        .filter(|word| *word != "--write")
        .collect();
    let asked = told.join(" ");
    // Two runs at once are in nobody's way.
    let seen = cache().join(format!("reliability-{}.json", std::process::id()));
    let file = seen.to_string_lossy().into_owned();
    told.extend(["--json", &file]);
    fs::create_dir_all(cache())?;
    let count = run_tests(&mut suite(&told)?)?;
    if count.failed > 0 || count.passed == 0 {
        return Ok(ExitCode::FAILURE);
    }
    if writes {
        let text = fs::read_to_string(&seen).context("what the run has looked at")?;
        evidence::keep(&serde_json::from_str(&text)?, &asked)?;
        say(&format!("wrote {}", evidence::PAGE));
    }
    Ok(ExitCode::SUCCESS)
}

/// The short form, from another seed every time; it tells which.
pub(crate) fn check() -> Result<Count> {
    run_tests(&mut suite(&[])?)
}

fn suite(words: &[&str]) -> Result<Command> {
    // Nothing is left out where something is missing: whoever runs this wants to know.
    setup::postgres()?;
    setup::strace()?;
    if words.contains(&"cluster") || words.contains(&"--long") {
        setup::cluster()?;
    }
    // What is counted by the hundred thousand is built as it runs in production.
    let (profile, named) = match words.contains(&"--long") {
        true => (Profile::Release, "release"),
        false => (Profile::Dev, "dev"),
    };
    let server = server::build(profile)?;
    let mut suite = command("cargo run --quiet --package kyc-reliability --locked --profile");
    suite.args([named, "--"]);
    suite.args(words).env("KYC_SERVER", server);
    Ok(suite)
}
