//! What stores and server carry, and how that grows: `kyc-load` measures it, in turns with the limits that it is held to.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::steps::printed;
use super::{Asked, Bound, Limit};
use crate::setup;
use crate::shell::{command, run, say, which};
use crate::workspace::target;

/// Durable commits.
pub(super) fn commits(asked: &Asked) -> Result<Value> {
    let mut told = measure("commits", asked, &[])?;
    let rounds = told["rounds"].as_array().context("rounds")?.clone();
    let ratio = |one: (&str, &str), other: (&str, &str)| {
        let number = |round: &Value, (who, what): (&str, &str)| {
            round[who][what].as_f64().unwrap_or(f64::NAN)
        };
        let all = rounds.iter();
        all.map(|round| number(round, one) / number(round, other))
            .collect::<Vec<_>>()
    };
    let mut limits = Vec::new();
    limits.push(Limit {
        what: "overwriting a file and fdatasync by another thread: p50, beside doing it oneself"
            .into(),
        ratios: ratio(
            ("preallocated file, by a thread", "p50"),
            ("preallocated file", "p50"),
        ),
        bound: Bound::OfTheMachine,
    });
    for store in ["redb", "sled"] {
        limits.push(Limit {
            what: format!(
                "{store}, one task: p50 of a commit, beside overwriting a file and fdatasync"
            ),
            ratios: ratio(
                (&format!("{store}, plain"), "p50"),
                ("preallocated file", "p50"),
            ),
            bound: Bound::AtMost(1.5),
        });
        limits.push(Limit {
            what: format!("{store}, one task: p50 of a commit, beside the bare engine"),
            ratios: ratio(
                (&format!("{store}, plain"), "p50"),
                (&format!("bare {store}"), "p50"),
            ),
            bound: Bound::AtMost(1.5),
        });
    }
    // A second has a million microseconds.
    let sixteen = |name: &str| {
        let all = rounds.iter().map(|round| {
            let of = |what: &str| round[name][what].as_f64().unwrap_or(f64::NAN);
            of("per second, 16") * of("p50") / 1e6
        });
        all.collect()
    };
    limits.push(Limit {
        what: "pgbench: transactions a second of 16 clients, beside one".into(),
        ratios: sixteen("pgbench"),
        bound: Bound::OfTheMachine,
    });
    for store in ["redb", "sled", "postgres"] {
        let name = format!("{store}, plain");
        limits.push(Limit {
            what: format!("{store}: commits a second of 16 tasks, beside one"),
            ratios: sixteen(&name),
            bound: Bound::AtLeast(4.0),
        });
        limits.push(Limit {
            what: format!("{store}: p50 of a sealed commit, beside a plain one"),
            ratios: ratio((&format!("{store}, sealed"), "p50"), (&name, "p50")),
            bound: Bound::AtMost(1.2),
        });
    }
    limits.push(Limit {
        what: "postgres: commits a second of 16 tasks, beside pgbench with the same statement"
            .into(),
        ratios: ratio(
            ("postgres, plain", "per second, 16"),
            ("pgbench", "per second, 16"),
        ),
        bound: Bound::AtLeast(0.7),
    });
    for (store, syncs) in told["syncs"].as_object().context("syncs")? {
        limits.push(Limit {
            what: format!("{store}: syncs of the disk for one commit of one task"),
            ratios: vec![syncs.as_f64().unwrap_or(f64::NAN)],
            bound: Bound::AtMost(1.05),
        });
    }
    told["limits"] = limits.into_iter().map(Limit::told).collect();
    Ok(told)
}

/// Whole flows over HTTP.
pub(super) fn flows(asked: &Asked) -> Result<Value> {
    let mut words = Vec::new();
    let profile = profile();
    match which("perf") {
        Some(_) => words.extend([OsStr::new("--profile"), profile.as_os_str()]),
        None => say("no flame graph: perf is not installed (apt-get install linux-perf)"),
    }
    let mut told = measure("flows", asked, &words)?;
    let rounds = told["rounds"].as_array().context("rounds")?.clone();
    let beside_memory = |store: &str| {
        let of = |round: &Value, who: &str| round[who]["flows per second"].as_f64();
        let all = rounds.iter();
        all.map(|round| {
            of(round, store).unwrap_or(f64::NAN) / of(round, "memory").unwrap_or(f64::NAN)
        })
        .collect()
    };
    let beside_commit = |store: &str| {
        let of = |round: &Value, what: &str| round[store][what].as_f64().unwrap_or(f64::NAN);
        let all = rounds.iter();
        all.map(|round| of(round, "event p99") / of(round, "bare commit p99"))
            .collect()
    };
    let stores = ["redb", "sled", "postgres"];
    let flows = stores.map(|store| Limit {
        what: format!(
            "{store}: whole flows a second, beside the same server with the memory store"
        ),
        ratios: beside_memory(store),
        bound: Bound::AtLeast(0.6),
    });
    let events = stores.map(|store| Limit {
        what: format!("{store}: p99 of an event, beside the p99 of a bare commit"),
        ratios: beside_commit(store),
        bound: Bound::AtMost(5.0),
    });
    told["limits"] = flows.into_iter().chain(events).map(Limit::told).collect();
    Ok(told)
}

/// The same with ten times and a hundred times as many sessions.
pub(super) fn growth(asked: &Asked) -> Result<Value> {
    let most = asked.most.map(|most| most.to_string());
    let mut words = Vec::new();
    if let Some(most) = &most {
        words.extend([OsStr::new("--most"), OsStr::new(most)]);
    }
    let mut told = measure("growth", asked, &words)?;
    let mut limits = Vec::new();
    for (store, sizes) in told["stores"].as_object().context("stores")? {
        let all = told["sizes"].as_array().context("sizes")?;
        let size = |place: Option<&Value>| place.map(ToString::to_string).unwrap_or_default();
        let (smallest, largest) = (size(all.first()), size(all.last()));
        // What was asked for in turns is compared turn by turn.
        let of = |size: &str, what: &str| -> Vec<f64> {
            let turns = told["turns"][store][size][what].as_array();
            let once = || vec![sizes[size][what].clone()];
            let measured = turns.cloned().unwrap_or_else(once);
            let measured = measured.iter();
            measured
                .map(|time| time.as_f64().unwrap_or(f64::NAN))
                .collect()
        };
        for what in sizes[&smallest].as_object().context("measures")?.keys() {
            if what.starts_with("reopen") {
                continue;
            }
            limits.push(Limit {
                what: format!("{store}: {what}, of the largest beside the smallest"),
                ratios: of(&largest, what)
                    .iter()
                    .zip(of(&smallest, what))
                    .map(|(large, small)| large / small)
                    .collect(),
                bound: Bound::AtMost(1.5),
            });
        }
    }
    told["limits"] = limits.into_iter().map(Limit::told).collect();
    Ok(told)
}

/// Where perf leaves what it has seen of the server.
fn profile() -> PathBuf {
    target().join("load/perf.data")
}

/// Pictures of what was measured, and of what perf has seen in this run.
pub(super) fn draw(book: &Path, directory: &Path, with_profile: bool) -> Result<()> {
    fs::create_dir_all(directory)?;
    let mut draw = Command::new(build()?.with_file_name("kyc-load"));
    draw.arg("draw").arg(book).arg(directory);
    if with_profile && profile().is_file() {
        draw.arg(profile());
    }
    run(&mut draw)
}

/// Both programs, and where the server lies.
fn build() -> Result<PathBuf> {
    run(&mut command(
        "cargo build --quiet --locked --release --package kyc-load --package kyc-server",
    ))?;
    Ok(target().join("release/kyc-server"))
}

fn measure(what: &str, asked: &Asked, words: &[&OsStr]) -> Result<Value> {
    setup::postgres()?;
    setup::strace()?;
    let server = build()?;
    // On the disk that the repository lies on: what is in memory syncs nothing.
    let data = target().join("load");
    fs::create_dir_all(&data)?;
    let mut load = Command::new(server.with_file_name("kyc-load"));
    load.arg(what).arg("--data").arg(&data).args(words);
    load.env("KYC_SERVER", server).stderr(Stdio::inherit());
    if asked.quick {
        load.arg("--quick");
    }
    say(&format!("kyc-load {what}"));
    printed(&mut load)
}
