//! What in the documentation is made from the product itself, so that it cannot tell something else.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::server;
use crate::setup;
use crate::shell::{command, run};
use crate::web;
use crate::workspace::root;

/// Samples: the document that shows them, their language, and the file each is cut from.
const SAMPLES: &[(&str, &str, &str)] = &[
    ("README.md", "rust", "examples/quickstart.rs"),
    ("README.md", "ts", "e2e/samples/web.ts"),
    (
        "kyc-server/README.md",
        "js",
        "examples/additional-steps/signature.mjs",
    ),
];

/// Writes `docs/statechart.md` anew from the charts, and the README's picture of it. Prints the whole matrix.
pub(crate) fn statechart() -> Result<()> {
    let walk = "cargo test --quiet --package kyc-core --all-features --locked --test chart -- --nocapture the_page_shows_it";
    // The walk writes a stale page and says so by failing; the second time it has nothing to say.
    if run(&mut command(walk)).is_err() {
        run(&mut command(walk))?;
    }
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path)?;
    let (before, after) = around_picture(&readme)?;
    Ok(fs::write(path, format!("{before}{}{after}", picture()?))?)
}

/// Takes the README's pictures anew.
pub(crate) fn pictures() -> Result<()> {
    let chromium = setup::chromium()?;
    let server = server::build(server::Profile::Dev)?;
    web::pages()?;
    run(command("node e2e/pictures.mjs")
        .env("CHROMIUM", chromium)
        .env("KYC_SERVER", server))
}

/// The samples are cut from files that are compiled and run.
pub(crate) fn samples() -> Result<()> {
    for (document, language, file) in SAMPLES {
        let shown =
            fs::read_to_string(root().join(document)).with_context(|| (*document).to_owned())?;
        let source = fs::read_to_string(root().join(file)).with_context(|| (*file).to_owned())?;
        let sample = fenced(&shown, language)
            .with_context(|| format!("{document} has no ```{language} block"))?;
        ensure!(
            flat(&source).contains(&flat(sample)),
            "the ```{language} block of {document} is not in {file} as it stands there"
        );
    }
    let readme = fs::read_to_string(root().join("README.md"))?;
    let (before, after) = around_picture(&readme)?;
    let shown = &readme[before.len()..readme.len() - after.len()];
    ensure!(
        shown == picture()?,
        "README.md shows another chart than docs/statechart.md: cargo xtask statechart"
    );
    Ok(())
}

/// The applicant's chart, as the generated page draws it.
fn picture() -> Result<String> {
    let page = fs::read_to_string(root().join("docs/statechart.md"))?;
    let drawn = fenced(&page, "mermaid").context("docs/statechart.md draws nothing")?;
    Ok(format!("```mermaid\n{drawn}```\n"))
}

/// What stands before and after the picture in the README.
fn around_picture(readme: &str) -> Result<(&str, &str)> {
    let (before, rest) = readme
        .split_once("```mermaid\n")
        .context("README.md has no ```mermaid block")?;
    let (_, after) = rest
        .split_once("```\n")
        .context("README.md's ```mermaid block has no end")?;
    Ok((before, after))
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
