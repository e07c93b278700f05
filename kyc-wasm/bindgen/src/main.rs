//! Writes the JavaScript side of the binding: `kyc-wasm-bindgen INPUT.wasm OUT_DIR`.
//!
//! The command line tool of wasm-bindgen has to be installed apart and has to have exactly the version of the library;
//! as a workspace member it is both, by Cargo.lock.

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, out_dir] = arguments.as_slice() else {
        return Err("usage: kyc-wasm-bindgen INPUT.wasm OUT_DIR".into());
    };
    Bindgen::new()
        .input_path(input)
        .web(true)?
        .omit_default_module_path(false)
        .typescript(true)
        // The build takes them out when the optimiser has used them for a list of what is large.
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate(out_dir)?;
    Ok(())
}
