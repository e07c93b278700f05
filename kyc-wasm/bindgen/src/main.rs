//! Makes a module that a page calls of what the compiler made of kyc-wasm: `kyc-wasm-bindgen INPUT.wasm OUT_DIR`.
//!
//! The command line tool of wasm-bindgen has to be installed apart and has to have exactly the version of the library;
//! as a workspace member it is both, by Cargo.lock. Of what it generates the package uses the module and the types of its
//! functions: the JavaScript is `npm/src/border.ts`.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, out_dir] = arguments.as_slice() else {
        return Err("usage: kyc-wasm-bindgen INPUT.wasm OUT_DIR".into());
    };
    let mut output = Bindgen::new()
        .input_path(input)
        .web(true)?
        .typescript(true)
        // The build takes them out when the optimiser has used them for a list of what is large.
        .remove_name_section(false)
        .remove_producers_section(true)
        .generate_output()?;
    let module = output.wasm_mut();
    for name in UNUSED {
        module.exports.remove(name)?;
    }
    let imports: Vec<_> = module
        .imports
        .iter()
        .map(|import| (import.module.clone(), import.name.clone()))
        .collect();
    for (from, name) in imports {
        if !NEVER_CALLED.iter().any(|word| name.contains(word)) {
            return Err(format!("the module asks its page for {name}").into());
        }
        let function = module.imports.get_func(from, name)?;
        module.replace_imported_func(function, |(body, _)| {
            body.unreachable();
        })?;
    }
    output.emit(out_dir)?;
    for file in ["kyc_wasm.js", "kyc_wasm.d.ts"] {
        fs::remove_file(Path::new(out_dir).join(file))?;
    }
    Ok(())
}

/// For a page that passes objects, and none crosses here.
const UNUSED: &[&str] = &[
    "__wbindgen_start",
    "__wbindgen_externrefs",
    "__abort_handler",
    "__instance_terminated",
    "__wbg_border_free",
];

/// What would be asked for when the border is crossed wrongly, which is a fault of ours and traps like any other; and at the
/// start that is not used.
const NEVER_CALLED: &[&str] = &["__wbindgen_throw", "__wbindgen_init_externref_table"];
