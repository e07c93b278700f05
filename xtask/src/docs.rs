//! What in the documentation is made from the product itself, so that it cannot tell something else.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::server;
use crate::setup;
use crate::shell::{command, run};
use crate::web;
use crate::workspace::root;

/// Samples that a document shows, and the file each is cut from.
const SAMPLES: &[(&str, &str)] = &[
    ("rust", "examples/quickstart.rs"),
    ("ts", "e2e/samples/web.ts"),
];

/// Writes `docs/statechart.md` anew from the charts.
pub(crate) fn statechart() -> Result<()> {
    let mut generate = command("cargo test --package kyc-core --all-features --locked statechart");
    run(generate.env("UPDATE_STATECHART", "1"))
}

/// Takes the README's pictures anew.
pub(crate) fn pictures() -> Result<()> {
    let chromium = setup::chromium()?;
    let server = server::build()?;
    web::pages()?;
    run(command("node e2e/pictures.mjs")
        .env("CHROMIUM", chromium)
        .env("KYC_SERVER", server))
}

/// The README's samples are cut from files that are compiled and run.
pub(crate) fn samples() -> Result<()> {
    let readme = fs::read_to_string(root().join("README.md"))?;
    for (language, file) in SAMPLES {
        let source = fs::read_to_string(root().join(file)).with_context(|| (*file).to_owned())?;
        let sample = fenced(&readme, language)
            .with_context(|| format!("README.md has no ```{language} block"))?;
        ensure!(
            flat(&source).contains(&flat(sample)),
            "README.md's ```{language} block is not in {file} as it stands there"
        );
    }
    Ok(())
}

fn fenced<'a>(text: &'a str, language: &str) -> Option<&'a str> {
    let (_, after) = text.split_once(&format!("```{language}\n"))?;
    after.split_once("```").map(|(block, _)| block)
}

/// Without what indenting changes.
fn flat(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::{fenced, flat};

    #[test]
    fn a_sample_is_found_wherever_it_is_indented() {
        let readme = "text\n```rust\nlet a = 1;\nif a { b() }\n```\nmore";
        let file = "fn main() {\n    let a = 1;\n\n    if a { b() }\n}";
        assert!(flat(file).contains(&flat(fenced(readme, "rust").unwrap())));
        assert_eq!(fenced(readme, "ts"), None);
    }
}
