//! What a page downloads of the package, and what each part of it is for: read off the names of the WebAssembly's functions.

mod module;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use self::module::Module;
use crate::shell::{ask, command, say};
use crate::web;
use crate::workspace::{root, target};

const PAGE: &str = "docs/size.md";

/// Shows both tables. The build has held them against the budgets.
pub(crate) fn show() -> Result<()> {
    for line in page()?.lines() {
        say(line);
    }
    Ok(())
}

/// Keeps both tables.
pub(crate) fn write() -> Result<()> {
    fs::write(root().join(PAGE), page()?)?;
    say(&format!("wrote {PAGE}"));
    Ok(())
}

fn page() -> Result<String> {
    web::wasm()?;
    let script = root().join("kyc-wasm/npm/scripts/size.mjs");
    let told = ask(command("node").arg(script).arg("--json"))?;
    let sizes: Map<String, Value> = serde_json::from_str(told.trim()).context("sizes")?;
    let mut page = String::from(HEAD);
    for (what, size) in &sizes {
        let (bytes, gzip, brotli) = (&size["bytes"], &size["gzip"], &size["brotli"]);
        writeln!(page, "| {what} | {bytes} | {gzip} | {brotli} |")?;
    }
    page.push_str(PARTS);
    let named = fs::read(target().join("package/kyc_wasm_named.wasm"))?;
    let module = Module::read(&named).context("the WebAssembly with names")?;
    let total = module.functions.iter().map(|(_, size)| size).sum::<usize>() + module.data;
    let mut rows: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (name, size) in &module.functions {
        let row = rows.entry(part(name)).or_default();
        *row = (row.0 + size, row.1 + 1);
    }
    rows.insert(DATA, (module.data, 0));
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(_, (size, _))| std::cmp::Reverse(*size));
    for (part, (size, functions)) in rows {
        let percent = size * 100 / total.max(1);
        let functions = match functions {
            0 => String::new(),
            some => some.to_string(),
        };
        writeln!(page, "| {part} | {functions} | {size} | {percent} % |")?;
    }
    page.push_str(LARGEST);
    let mut functions = module.functions;
    functions.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    for (name, size) in functions.iter().take(20) {
        writeln!(page, "| `{name}` | {size} |")?;
    }
    Ok(page)
}

/// What a function is for, in plain words: the first line whose word its name has.
fn part(name: &str) -> &'static str {
    let known = |(word, _): &&(&str, &str)| name.contains(word);
    KNOWN.iter().find(known).map_or(REST, |(_, part)| part)
}

const REST: &str = "the rest";
const DATA: &str = "words, names of fields, tables";

/// The more specific words first: the name of a generic function has those of its types.
const KNOWN: &[(&str, &str)] = &[
    ("lol_alloc", "asking for memory"),
    ("__rust_", "asking for memory"),
    ("raw_vec", "asking for memory"),
    ("alloc::alloc", "asking for memory"),
    ("drop_in_place", "giving back what is over"),
    ("drop_slow", "giving back what is over"),
    ("json::reader", "reading JSON"),
    ("json::Read", "reading JSON"),
    ("json::value::Grows", "reading JSON"),
    ("Grows", "reading JSON"),
    ("json::writer", "writing JSON"),
    ("json::Write", "writing JSON"),
    ("Listed", "writing JSON"),
    ("json::", "reading JSON"),
    ("border_flow", "what a Flow means"),
    ("kyc_core::flow", "what a Flow means"),
    ("border_handle", "the chart: one event"),
    ("Collection::view", "what is drawn"),
    ("Collection::offers", "what is drawn"),
    ("collection::view", "what is drawn"),
    ("border_restore", "a session at rest"),
    ("Collection::snapshot", "a session at rest"),
    ("kyc_core::snapshot", "a session at rest"),
    ("twox", "a session at rest"),
    ("statig", "the chart: one event"),
    ("kyc_core::collection", "the chart: one event"),
    ("kyc_core", "names, dates, countries"),
    ("wasm_bindgen", "the border to JavaScript"),
    ("kyc_wasm", "the border to JavaScript"),
    ("border_", "the border to JavaScript"),
    ("__wbindgen", "the border to JavaScript"),
    ("_describe", "the border to JavaScript"),
    ("core::fmt", "formatting"),
    ("panic", "panics"),
    ("iter", "loops of lists (iterators)"),
    ("core::str", "texts"),
    ("core::char", "texts"),
    ("unicode", "texts"),
    ("alloc::", "lists and texts"),
    ("core::", "lists and texts"),
    ("mem", "lists and texts"),
];

const HEAD: &str = "\
<!-- Generated from a build. Do not edit: `cargo xtask size --write` writes it. -->
# What a page downloads of the package

The build fails when one of these is larger than its budget in `kyc-wasm/npm/scripts/size.mjs`. The front is what the entry of the
package loads for a session, hand-over and uploads in parts included; it loads nothing later. The camera is an entry of its own.

| | bytes | gzip | brotli |
|---|---|---|---|
";

const PARTS: &str = "
## What the WebAssembly is for

By the names of its functions, before compression. A function that was put into another one counts as that one.

| | functions | bytes | |
|---|---|---|---|
";

const LARGEST: &str = "
## The largest functions

| | bytes |
|---|---|
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_counts_for_what_is_named_first_however_generic_it_is() {
        for (name, expected) in [
            (
                "<alloc::vec::Vec<T> as kyc_core::json::Read>::read",
                "reading JSON",
            ),
            (
                "core::ptr::drop_in_place<kyc_core::flow::Flow>",
                "giving back what is over",
            ),
            (
                "kyc_core::collection::Session::decide",
                "the chart: one event",
            ),
            ("core::slice::memchr::memchr", "lists and texts"),
            ("something::unheard::of", REST),
        ] {
            assert_eq!(part(name), expected, "{name}");
        }
    }
}
