//! What a step costs beside what people would use instead, what stores and server carry beside what the disk can do, and how
//! that grows. Ratios are the result.

mod load;
mod page;
mod slow;
mod steps;

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::shell::{ask, command, say};
use crate::workspace::root;

const BOOK: &str = "docs/performance.json";
const PAGE: &str = "docs/performance.md";
const PLOTS: &str = "docs/performance";
const PEERS: &str = "benches/peers";

/// What can be measured by itself. The newest of each is kept.
struct Part {
    name: &'static str,
    measure: fn(&Asked) -> Result<Value>,
}

/// How much is to be measured.
struct Asked {
    quick: bool,
    /// The largest number of sessions in a store, where it is not the usual one.
    most: Option<u64>,
}

const PARTS: &[Part] = &[
    Part {
        name: "steps",
        measure: steps::measure_all,
    },
    Part {
        name: "commits",
        measure: load::commits,
    },
    Part {
        name: "flows",
        measure: load::flows,
    },
    Part {
        name: "growth",
        measure: load::growth,
    },
    Part {
        name: "page",
        measure: slow::page,
    },
];

/// As people ask for it: `[--quick] [--write] [--most=SESSIONS] [part...]`.
pub(crate) fn run_words(words: &[&str]) -> Result<()> {
    let (flags, names): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with("--"));
    let most = flags.iter().find_map(|flag| flag.strip_prefix("--most="));
    let asked = Asked {
        quick: flags.contains(&"--quick"),
        most: most.map(str::parse).transpose().context("--most")?,
    };
    let unknown_flag = flags
        .iter()
        .find(|flag| !["--quick", "--write"].contains(flag) && !flag.starts_with("--most="));
    let unknown_part = names
        .iter()
        .find(|name| !PARTS.iter().any(|part| part.name == **name));
    if let Some(unknown) = unknown_flag.or(unknown_part) {
        let parts: Vec<_> = PARTS.iter().map(|part| part.name).collect();
        bail!(
            "there is no {unknown:?}; it is `cargo xtask bench [--quick] [--write] [--most=SESSIONS] [{}]`",
            parts.join("|")
        );
    }
    let writes = flags.contains(&"--write");
    // What is printed without being kept is of this run alone.
    let mut book: Map<String, Value> = match fs::read_to_string(root().join(BOOK)) {
        Ok(text) if writes => serde_json::from_str(&text).context(BOOK)?,
        _ => Map::new(),
    };
    let how = how(words)?;
    for part in PARTS {
        if !names.is_empty() && !names.contains(&part.name) {
            continue;
        }
        say(&format!("==== {}", part.name));
        let begun = Instant::now();
        let mut told = (part.measure)(&asked)?;
        told["how"] = how.clone();
        told["how"]["seconds"] = begun.elapsed().as_secs().into();
        book.insert(part.name.to_owned(), told);
    }
    let page = page::page(&book)?;
    println!("{page}");
    if writes {
        fs::write(
            root().join(BOOK),
            serde_json::to_string_pretty(&book)? + "\n",
        )?;
        fs::write(root().join(PAGE), page)?;
        let flows = names.is_empty() || names.contains(&"flows");
        load::draw(&root().join(BOOK), &root().join(PLOTS), flows)?;
        say(&format!("wrote {PAGE}"));
    }
    Ok(())
}

fn how(words: &[&str]) -> Result<Value> {
    let mut state = command("git status --porcelain --untracked-files=no -- .");
    let written = [BOOK, PAGE, PLOTS].map(|path| format!(":!{path}"));
    let is_changed = !ask(state.args(written))?.is_empty();
    let commit = ask(&mut command("git rev-parse --short=12 HEAD"))?;
    let lock: Value = serde_json::from_str(&fs::read_to_string(
        root().join(PEERS).join("package.json"),
    )?)?;
    Ok(json!({
        "command": format!("cargo xtask bench {}", words.join(" ")).trim_end(),
        "commit": if is_changed { format!("{commit} with changes") } else { commit },
        "rust": ask(&mut command("rustc --version"))?,
        "node": ask(&mut command("node --version"))?,
        "cores": std::thread::available_parallelism()?.get(),
        "peers": lock["dependencies"],
    }))
}

/// Something measured that has to stay on one side of a number.
struct Limit {
    what: String,
    /// Of each round.
    ratios: Vec<f64>,
    bound: Bound,
}

#[derive(Clone, Copy)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
    /// Not ours: what this machine gives anybody, told beside what it bounds.
    OfTheMachine,
}

impl Limit {
    fn told(mut self) -> Value {
        self.ratios.sort_by(f64::total_cmp);
        let value = self.ratios.get(self.ratios.len() / 2).copied();
        let value = value.unwrap_or(f64::NAN);
        let (target, is_met, side) = match self.bound {
            Bound::AtMost(most) => (Some(most), value <= most, "at most"),
            Bound::AtLeast(least) => (Some(least), value >= least, "at least"),
            Bound::OfTheMachine => (None, true, "the machine"),
        };
        json!({
            "what": self.what, "ratio": value, "lowest": self.ratios.first(), "highest": self.ratios.last(),
            "side": side, "target": target, "met": is_met,
        })
    }
}
