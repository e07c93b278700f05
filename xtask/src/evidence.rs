//! What runs of the reliability suite have looked at: the newest of every scenario, and the page about them.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::shell::{ask, command};
use crate::workspace::root;

/// The newest run of every scenario; a long one takes hours, so that they may be of several runs.
const BOOK: &str = "docs/reliability.json";
/// The same, for people.
pub(crate) const PAGE: &str = "docs/reliability.md";

/// Writes down what a run has looked at, in the place of what was seen of the same scenarios before.
pub(crate) fn keep(run: &Value, asked: &str) -> Result<()> {
    let commit = ask(&mut command("git rev-parse --short=12 HEAD"))?;
    // What this command itself has written is no change.
    let mut status = command("git status --porcelain --untracked-files=no -- .");
    let is_changed =
        !ask(status.args([":!docs/reliability.json", ":!docs/reliability.md"]))?.is_empty();
    let Some(scenarios) = run["scenarios"].as_array() else {
        bail!("the run has no scenarios");
    };
    let mut book: Map<String, Value> = match fs::read_to_string(root().join(BOOK)) {
        Ok(text) => serde_json::from_str(&text).context(BOOK)?,
        Err(_) => Map::new(),
    };
    for scenario in scenarios {
        let how = json!({
            "command": format!("cargo xtask reliability {asked}").trim_end(),
            "seed": run["seed"],
            "commit": if is_changed { format!("{commit} with changes") } else { commit.clone() },
            "machine": format!("{} cores, {}", run["cores"], std::env::consts::OS),
            "profile": if run["long"] == true { "release" } else { "dev" },
        });
        let mut seen = scenario.clone();
        seen["how"] = how;
        book.insert(text(&scenario["name"]), seen);
    }
    fs::write(
        root().join(BOOK),
        serde_json::to_string_pretty(&book)? + "\n",
    )?;
    fs::write(root().join(PAGE), page(&book)?)?;
    Ok(())
}

fn page(book: &Map<String, Value>) -> Result<String> {
    let mut page = String::from(HEAD);
    for (name, scenario) in book {
        let how = &scenario["how"];
        write!(
            page,
            "\n## {name}\n\n{}.\n\n`{}`: seed {}, commit {}, {}, profile {}, {} s.\n",
            capitalised(&text(&scenario["promise"])),
            text(&how["command"]),
            text(&how["seed"]),
            text(&how["commit"]),
            text(&how["machine"]),
            text(&how["profile"]),
            scenario["seconds"],
        )?;
        table(&mut page, list(&scenario["lines"]))?;
    }
    Ok(page + NOT_TRIED)
}

/// A row a store; another table where other things were counted.
fn table(page: &mut String, lines: &[Value]) -> Result<()> {
    let mut heads: Option<Vec<String>> = None;
    for line in lines {
        let counts = list(&line["counts"]);
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
    Ok(())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

const HEAD: &str = "\
    <!-- Generated from runs. Do not edit: `cargo xtask reliability --long --write` writes it, with names only those. -->\n\
    # What was tried to lose something\n\n\
    Each scenario makes one kind of fault happen for real, on every store, and then looks for everything that was\n\
    acknowledged. The promise is the sentence; the numbers are what the named run has looked at.\n";

const NOT_TRIED: &str = "\n## Not tried\n\n\
    A real loss of power, and disks that lie about their caches (of sled and PostgreSQL it was seen that they sync, of redb also\n\
    what is left when what was not synced is gone or torn); a cluster on more than one machine, and one that loses two of its\n\
    three nodes; databases that speak PostgreSQL's language without being it; buckets. The times are those of this machine, and one run.\n";
