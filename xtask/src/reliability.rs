//! Real faults against every store: runs the suite, and writes down what a run has looked at.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::count::Count;
use crate::server::{self, Profile};
use crate::setup;
use crate::shell::{ask, command, run_tests, say};
use crate::workspace::{cache, root};

const DOCUMENT: &str = "docs/reliability.md";

/// As people ask for it: `[--long] [--seed N] [--write] [name...]`.
pub(crate) fn run(words: &[&str]) -> Result<ExitCode> {
    let writes = words.contains(&"--write");
    let mut told: Vec<_> = words
        .iter()
        .copied()
        .filter(|word| *word != "--write")
        .collect();
    let asked = told.join(" ");
    let seen = cache().join("reliability.json");
    let file = seen.to_string_lossy().into_owned();
    told.extend(["--json", &file]);
    fs::create_dir_all(cache())?;
    let count = run_tests(&mut suite(&told)?)?;
    if count.failed > 0 || count.passed == 0 {
        return Ok(ExitCode::FAILURE);
    }
    if writes {
        ensure!(
            told.len() == 2
                || told
                    .iter()
                    .all(|word| word.starts_with("--") || is_value(word)),
            "only a run of everything is written down"
        );
        let text = fs::read_to_string(&seen).context("what the run has looked at")?;
        fs::write(
            root().join(DOCUMENT),
            page(&serde_json::from_str(&text)?, &asked)?,
        )?;
        say(&format!("wrote {DOCUMENT}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The short form, from another seed every time; it tells which.
pub(crate) fn check() -> Result<Count> {
    run_tests(&mut suite(&[])?)
}

/// A seed or a file, not the name of a scenario.
fn is_value(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit()) || word.contains('/')
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

/// The page about a run.
fn page(run: &Value, asked: &str) -> Result<String> {
    let commit = ask(&mut command("git rev-parse --short=12 HEAD"))?;
    let is_changed = !ask(&mut command("git status --porcelain --untracked-files=no"))?.is_empty();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut page = format!(
        "<!-- Generated from a run. Do not edit: `cargo xtask reliability --long --write` writes it. -->\n\
         # What was tried to lose something\n\n\
         Each scenario makes one kind of fault happen for real, on every store, and then looks for everything that was\n\
         acknowledged. The promise is the sentence; the numbers are what this run has looked at.\n\n\
         | | |\n|---|---|\n| command | `cargo xtask reliability {asked}` |\n| seed | {} |\n| commit | {commit}{} |\n\
         | machine | {} cores, {} |\n| profile | {} |\n",
        text(&run["seed"]),
        if is_changed { " with changes" } else { "" },
        run["cores"],
        std::env::consts::OS,
        if run["long"] == true {
            "release"
        } else {
            "dev"
        },
    );
    let Some(scenarios) = run["scenarios"].as_array() else {
        bail!("the run has no scenarios");
    };
    for scenario in scenarios {
        let (name, promise) = (text(&scenario["name"]), text(&scenario["promise"]));
        write!(page, "\n## {name}\n\n{}.\n", capitalised(&promise))?;
        let lines = scenario["lines"].as_array().map_or(&[][..], Vec::as_slice);
        let mut heads: Option<Vec<String>> = None;
        for line in lines {
            let counts = line["counts"].as_array().map_or(&[][..], Vec::as_slice);
            let names: Vec<_> = counts.iter().map(|count| text(&count[0])).collect();
            if heads.as_ref() != Some(&names) {
                write!(
                    page,
                    "\n| store | {} |\n|---|{}\n",
                    names.join(" | "),
                    "---:|".repeat(names.len())
                )?;
                heads = Some(names);
            }
            let numbers: Vec<_> = counts.iter().map(|count| text(&count[1])).collect();
            writeln!(
                page,
                "| {} | {} |",
                text(&line["store"]),
                numbers.join(" | ")
            )?;
        }
    }
    page += NOT_TRIED;
    Ok(page)
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

const NOT_TRIED: &str = "\n## Not tried\n\n\
    A real loss of power, and disks that lie about their caches (of sled and PostgreSQL it was seen that they sync, of redb also\n\
    what is left when what was not synced is gone or torn); a cluster on more than one machine, and one that loses two of its\n\
    three nodes; databases that speak PostgreSQL's language without being it; buckets. The times are those of this machine, and one run.\n";
