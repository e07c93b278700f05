//! A step, a snapshot and a walk beside what people would use instead: everybody in the same run, in turns, so that a busy
//! machine is busy for all of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::{Asked, PEERS};
use crate::instructions;
use crate::shell::{ask, command, run, say};
use crate::web;
use crate::workspace::{root, target};

/// One comparison: how many times quicker the first is than the second.
struct Row {
    what: &'static str,
    ours: &'static str,
    theirs: &'static str,
    /// What it should be at least; below 1 it says how much slower we may be.
    target: f64,
}

const fn row(what: &'static str, ours: &'static str, theirs: &'static str, target: f64) -> Row {
    Row {
        what,
        ours,
        theirs,
        target,
    }
}

const ROWS: &[Row] = &[
    row(
        "an accepted event, beside XState's `send`",
        "kyc/accepted-twice",
        "xstate/accepted-twice",
        40.0,
    ),
    row(
        "a refused event with its reason, beside XState's silence",
        "kyc/refused",
        "xstate/refused",
        20.0,
    ),
    row(
        "a whole walk with one resubmission, beside XState",
        "kyc/walk",
        "xstate/walk",
        40.0,
    ),
    row(
        "an accepted event, beside raw statig",
        "kyc/accepted-twice",
        "statig/accepted-twice",
        1.0 / 15.0,
    ),
    row(
        "a whole walk, beside raw statig",
        "kyc/walk",
        "statig/walk",
        1.0 / 15.0,
    ),
    row(
        "event and snapshot, warm, beside XState",
        "kyc/warm-twice",
        "xstate/warm-twice",
        20.0,
    ),
    row(
        "restore, event and snapshot, cold, beside XState",
        "kyc/cold",
        "xstate/cold",
        15.0,
    ),
    row(
        "event and snapshot, warm, beside statig with serde_json",
        "kyc/warm-twice",
        "statig/warm-twice",
        1.0 / 1.5,
    ),
    row(
        "restore, event and snapshot, cold, beside statig with serde_json",
        "kyc/cold",
        "statig/cold",
        1.0 / 1.5,
    ),
    row(
        "npm package: an event, beside XState's `send`",
        "package/accepted-twice",
        "xstate/accepted-twice",
        10.0,
    ),
    row(
        "npm package: event and snapshot, beside XState",
        "package/warm-twice",
        "xstate/warm-twice",
        3.0,
    ),
    row(
        "npm package: restore, event and snapshot, beside XState",
        "package/cold",
        "xstate/cold",
        3.0,
    ),
    row(
        "npm package: an event, beside Ballerine's workflow-core",
        "package/accepted-twice",
        "ballerine/accepted-twice",
        50.0,
    ),
    row(
        "npm package: event and snapshot, beside workflow-core",
        "package/warm-twice",
        "ballerine/warm-twice",
        50.0,
    ),
    row(
        "npm package: restore, event and snapshot, beside workflow-core",
        "package/cold",
        "ballerine/cold",
        50.0,
    ),
];

/// Nanoseconds of each piece of work in one round.
type Round = BTreeMap<String, f64>;

/// Everybody in turns, for so many rounds.
pub(super) fn measure_all(asked: &Asked) -> Result<Value> {
    let (rounds, seconds) = if asked.quick { (3, 0.2) } else { (9, 1.0) };
    web::wasm()?;
    if !root().join(PEERS).join("node_modules/xstate").exists() {
        run(
            command("npm ci --ignore-scripts --no-audit --no-fund").current_dir(root().join(PEERS))
        )?;
    }
    run(&mut command(
        "cargo bench --quiet --package kyc-benches --locked --no-run",
    ))?;
    let mut measured = Vec::new();
    for round in 1..=rounds {
        say(&format!("round {round} of {rounds}"));
        measured.push(measure(seconds)?);
    }
    Ok(json!({
        "rounds": rounds,
        "rows": ROWS.iter().map(|row| told(row, &measured)).collect::<Result<Vec<_>>>()?,
        "nanoseconds": medians(&measured),
        "instructions": instructions::count()?,
        "allocations": printed(&mut command("cargo bench --quiet --package kyc-benches --locked --bench allocations"))?,
        "sizes": printed(&mut node("sizes.mjs"))?,
    }))
}

fn node(script: &str) -> std::process::Command {
    let mut node = command("node");
    node.arg(format!("{PEERS}/{script}"));
    node
}

/// Everybody once, one after the other.
fn measure(seconds: f64) -> Result<Round> {
    let mut criterion = command(
        "cargo bench --quiet --package kyc-benches --locked --bench core -- --noplot --quiet",
    );
    let each = seconds.to_string();
    criterion.args([
        "--warm-up-time",
        "0.2",
        "--sample-size",
        "20",
        "--measurement-time",
        &each,
    ]);
    ask(&mut criterion)?;
    let mut round = Round::new();
    for who in ["kyc", "statig"] {
        let told = target().join("criterion").join(who);
        for work in fs::read_dir(&told).with_context(|| told.display().to_string())? {
            let work = work?;
            let Some(time) = median_of(&work.path()) else {
                continue;
            };
            round.insert(
                format!("{who}/{}", work.file_name().to_string_lossy()),
                time,
            );
        }
    }
    let told = printed(node("measure.mjs").env("SECONDS_EACH", &each))?;
    let told: Round = serde_json::from_value(told).context("what measure.mjs prints")?;
    round.extend(told);
    Ok(round)
}

/// What criterion has written down last.
fn median_of(work: &Path) -> Option<f64> {
    let text = fs::read_to_string(work.join("new/estimates.json")).ok()?;
    let estimates: Value = serde_json::from_str(&text).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

/// The JSON in the last line of what a program prints.
pub(super) fn printed(program: &mut std::process::Command) -> Result<Value> {
    let said = ask(program)?;
    let line = said.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("not JSON: {line:?}"))
}

fn told(row: &Row, rounds: &[Round]) -> Result<Value> {
    let mut ratios = Vec::new();
    for round in rounds {
        let time = |name: &str| {
            round
                .get(name)
                .copied()
                .with_context(|| format!("{name} was not measured"))
        };
        ratios.push(time(row.theirs)? / time(row.ours)?);
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios[ratios.len() / 2];
    Ok(json!({
        "what": row.what,
        "ratio": ratio,
        "lowest": ratios.first(),
        "highest": ratios.last(),
        "target": row.target,
        "met": ratio >= row.target,
    }))
}

fn medians(rounds: &[Round]) -> Map<String, Value> {
    let mut all: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (name, time) in rounds.iter().flatten() {
        all.entry(name).or_default().push(*time);
    }
    let median = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        json!(times[times.len() / 2].round())
    };
    all.into_iter()
        .map(|(name, times)| (name.to_owned(), median(times)))
        .collect()
}
