//! The guard against a core that grows slower unnoticed: instructions, which are the same on a busy machine, where times are
//! not.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, bail};

use crate::setup;
use crate::shell::{ask, command, say};
use crate::workspace::root;

/// What each piece of work took when it was written down.
const BOOK: &str = "benches/instructions.json";

/// How much more is taken for another processor's `memcpy`, in percent.
const GRACE: u64 = 3;

/// Instructions by the name of the work.
type Counts = BTreeMap<String, u64>;

/// No piece of work takes more than is written down.
pub(crate) fn check() -> Result<()> {
    let kept: Counts = serde_json::from_str(&fs::read_to_string(root().join(BOOK))?)
        .with_context(|| BOOK.to_owned())?;
    let counted = count()?;
    let mut worse = Vec::new();
    for (work, count) in &counted {
        let Some(before) = kept.get(work) else {
            bail!("{work} is not in {BOOK}; `cargo xtask instructions --write` adds it");
        };
        say(&format!("{work:<22}{count:>8}{before:>8}"));
        // A handful more is nothing, whatever it is in percent.
        if *count > before + (before * GRACE / 100).max(5) {
            worse.push(format!("{work}: {count} instead of {before}"));
        }
    }
    if let Some(gone) = kept.keys().find(|work| !counted.contains_key(*work)) {
        bail!("{gone} is in {BOOK} and was not counted");
    }
    if !worse.is_empty() {
        bail!(
            "more instructions than before, {}; if that is meant, `cargo xtask instructions --write`",
            worse.join(", ")
        );
    }
    Ok(())
}

/// What is counted now is what holds from now on.
pub(crate) fn write() -> Result<()> {
    let counted = serde_json::to_string_pretty(&count()?)? + "\n";
    fs::write(root().join(BOOK), counted)?;
    say(&format!("wrote {BOOK}"));
    Ok(())
}

/// Counts all work.
pub(crate) fn count() -> Result<Counts> {
    setup::valgrind()?;
    let said = ask(&mut command(
        "cargo bench --quiet --package kyc-benches --locked --bench instructions",
    ))?;
    let line = said.lines().last().unwrap_or_default();
    serde_json::from_str(line).with_context(|| format!("not JSON: {line:?}"))
}
