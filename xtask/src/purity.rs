//! Proof that the core touches nothing outside: as WebAssembly it asks its host for nothing, and runs all the same.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::setup;
use crate::shell::{ask, command, run};
use crate::workspace::target;

/// A program that drives both charts, and so holds all of the core that they reach.
const PROGRAM: &str = "quickstart";

/// Instantiates the module with no imports at all and runs it: a clock, a random number or a missing symbol would
/// show as an import or as a trap.
const HOST: &str = r"
const bytes = require('node:fs').readFileSync(process.argv[1]);
const module = new WebAssembly.Module(bytes);
const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`);
if (imports.length > 0) throw new Error(`the core asks its host for ${imports.join(', ')}`);
new WebAssembly.Instance(module, {}).exports.main(0, 0);
console.log(bytes.length);
";

/// The browser's module asks for nothing either: its border is numbers and its own memory.
const PAGE: &str = r"
const module = new WebAssembly.Module(require('node:fs').readFileSync(process.argv[1]));
const imports = WebAssembly.Module.imports(module).map(({ module, name }) => `${module}.${name}`);
if (imports.length > 0) throw new Error(`the browser's module asks its page for ${imports.join(', ')}`);
console.log(WebAssembly.Module.exports(module).length);
";

/// Runs that program, then builds it for WebAssembly, shows that it imports nothing, and runs it again.
pub(crate) fn prove() -> Result<String> {
    setup::wasm_target()?;
    run(&mut command(&format!(
        "cargo run --quiet --package kyc-examples --example {PROGRAM} --locked"
    )))?;
    let build =
        format!("cargo build --package kyc-examples --example {PROGRAM} --profile wasm --locked");
    run(command(&build).args(["--target", setup::WASM]))?;
    let module = target()
        .join(setup::WASM)
        .join("wasm/examples")
        .join(format!("{PROGRAM}.wasm"));
    let size = hosted(HOST, &module)?;
    let bound = crate::workspace::root().join("kyc-wasm/npm/dist/wasm/kyc_wasm_bg.wasm");
    let exports = hosted(PAGE, &bound)?;
    Ok(format!(
        "{PROGRAM}.wasm ({size} bytes) has no imports and runs; the browser's module has none either, and answers to {exports} names"
    ))
}

fn hosted(host: &str, module: &PathBuf) -> Result<String> {
    if !module.is_file() {
        bail!("there is no {}", module.display());
    }
    ask(command("node -e").arg(host).arg(module)).context("the module is not pure")
}
