//! What a step costs beside what people would use instead: everybody in the same run, in turns, so that a busy machine is busy
//! for all of them. Ratios are the result.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::instructions;
use crate::shell::{ask, command, run, say};
use crate::web;
use crate::workspace::{root, target};

const BOOK: &str = "docs/performance.json";
const PAGE: &str = "docs/performance.md";
const PEERS: &str = "benches/peers";

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

/// What a page may download of us at most, gzip.
const SIZE_TARGET: u64 = 45_000;

/// Nanoseconds of each piece of work in one round.
type Round = BTreeMap<String, f64>;

/// As people ask for it: `[--quick] [--write]`.
pub(crate) fn run_words(words: &[&str]) -> Result<()> {
    if let Some(unknown) = words
        .iter()
        .find(|word| !["--quick", "--write"].contains(word))
    {
        bail!("there is no {unknown:?}; it is `cargo xtask bench [--quick] [--write]`");
    }
    let (rounds, seconds) = match words.contains(&"--quick") {
        true => (3, 0.3),
        false => (9, 1.0),
    };
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
    let book = json!({
        "how": how(words, rounds)?,
        "rows": ROWS.iter().map(|row| told(row, &measured)).collect::<Result<Vec<_>>>()?,
        "nanoseconds": medians(&measured),
        "instructions": instructions::count()?,
        "allocations": printed(&mut command("cargo bench --quiet --package kyc-benches --locked --bench allocations"))?,
        "sizes": printed(&mut node("sizes.mjs"))?,
    });
    let page = page(&book)?;
    println!("{page}");
    if words.contains(&"--write") {
        fs::write(
            root().join(BOOK),
            serde_json::to_string_pretty(&book)? + "\n",
        )?;
        fs::write(root().join(PAGE), page)?;
        say(&format!("wrote {PAGE}"));
    }
    Ok(())
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
fn printed(program: &mut std::process::Command) -> Result<Value> {
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

fn how(words: &[&str], rounds: usize) -> Result<Value> {
    let commit = ask(&mut command(
        "git describe --always --dirty --abbrev=12 --exclude *",
    ))?;
    let lock: Value = serde_json::from_str(&fs::read_to_string(
        root().join(PEERS).join("package.json"),
    )?)?;
    Ok(json!({
        "command": format!("cargo xtask bench {}", words.join(" ")).trim_end(),
        "commit": commit,
        "rounds": rounds,
        "rust": ask(&mut command("rustc --version"))?,
        "node": ask(&mut command("node --version"))?,
        "cores": std::thread::available_parallelism()?.get(),
        "peers": lock["dependencies"],
    }))
}

/// `12 ×` or `1/12`, whichever a reader grasps at once.
fn times(ratio: f64) -> String {
    match ratio {
        ratio if ratio >= 10.0 => format!("{ratio:.0} ×"),
        ratio if ratio >= 1.0 => format!("{ratio:.1} ×"),
        ratio => format!("1/{:.1}", 1.0 / ratio),
    }
}

fn page(book: &Value) -> Result<String> {
    let how = &book["how"];
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let mut page = String::from(HEAD);
    write!(
        page,
        "\n`{}`: {} rounds, commit {}, {}, Node {}, {} cores.\n\n## Beside the peers\n\n\
         | work | how many times as quick | in the worst and best round | target | |\n|---|---|---|---|---|\n",
        text(&how["command"]),
        how["rounds"],
        text(&how["commit"]),
        text(&how["rust"]),
        text(&how["node"]),
        how["cores"],
    )?;
    for row in book["rows"].as_array().context("rows")? {
        let ratio = |name: &str| times(row[name].as_f64().unwrap_or_default());
        writeln!(
            page,
            "| {} | **{}** | {} – {} | {} | {} |",
            text(&row["what"]),
            ratio("ratio"),
            ratio("lowest"),
            ratio("highest"),
            ratio("target"),
            if row["met"] == true { "met" } else { "missed" },
        )?;
    }
    page.push_str(
        "\n## How often an event asks for memory\n\n| event | allocations |\n|---|---|\n",
    );
    for (event, count) in book["allocations"].as_object().context("allocations")? {
        writeln!(page, "| {event} | {count} |")?;
    }
    page.push_str(INSTRUCTIONS);
    for (work, count) in book["instructions"].as_object().context("instructions")? {
        writeln!(page, "| {work} | {count} |")?;
    }
    page.push_str("\n## What a page downloads\n\n| | bytes | gzip | brotli |\n|---|---|---|---|\n");
    let mut ours = 0;
    for (what, size) in book["sizes"].as_object().context("sizes")? {
        writeln!(
            page,
            "| {what} | {} | {} | {} |",
            size["raw"], size["gzip"], size["brotli"]
        )?;
        if what == "kyc: chart in WebAssembly" || what == "kyc: the whole front" {
            ours += size["gzip"].as_u64().unwrap_or_default();
        }
    }
    writeln!(
        page,
        "\nTogether we are {ours} bytes of gzip; the target of {SIZE_TARGET} is {}.",
        if ours <= SIZE_TARGET { "met" } else { "missed" },
    )?;
    page.push_str("\n## One by one\n\nDecoration: absolute times are those of this machine and this run.\n\n| work | ns |\n|---|---|\n");
    for (work, time) in book["nanoseconds"].as_object().context("nanoseconds")? {
        writeln!(page, "| {work} | {time} |")?;
    }
    Ok(page)
}

const HEAD: &str = "\
<!-- Generated from a run. Do not edit: `cargo xtask bench --write` writes it. -->
# What a step costs

Everybody does the same work in the same run, in turns: the applicant's walk of the manual review, with its guards. `…-twice` is
one event forth and one back; a *walk* is opened, goes to the end and hands in one photo again: eleven events. *Warm* is an event and
the snapshot after it, *cold* begins with the snapshot before. Beside XState and Ballerine's workflow-core stands a statig machine
without anything that the SDK adds: no reasons, no effects, no Flow, no envelope.
";

const INSTRUCTIONS: &str = "
## How many instructions it takes

Counted by callgrind, so that it does not matter what else the machine does. `cargo xtask test instructions` fails when our own
work takes more than was written down last.

| work | instructions |
|---|---|
";
