//! What runs in a browser: the core as WebAssembly, the npm package around it, and the two pages.

use anyhow::Result;

use crate::setup;
use crate::shell::{command, run, timed};

/// The core as WebAssembly and the npm package around it.
pub(crate) fn wasm() -> Result<()> {
    setup::wasm_target()?;
    setup::npm_packages()?;
    timed("building the wasm", || {
        run(&mut command("node kyc-wasm/npm/scripts/build.mjs"))
    })
}

/// The two pages, ready to be served.
pub(crate) fn pages() -> Result<()> {
    wasm()?;
    for page in ["applicant", "backoffice"] {
        timed(&format!("building the {page} page"), || {
            run(command("npm run build --silent --workspace")
                .arg(format!("examples/manual-review/{page}")))
        })?;
    }
    Ok(())
}
