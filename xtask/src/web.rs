//! What runs in a browser: the core as WebAssembly, the npm package around it, and the two pages.

use anyhow::Result;

use crate::fresh::Made;
use crate::setup;
use crate::shell::{command, run, timed};

/// The folder of the pages, as the server's `--pages` takes it.
pub(crate) const PAGES: &str = "examples/manual-review";

const RUST: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "kyc-core/Cargo.toml",
    "kyc-core/src",
    "kyc-wasm",
    "package-lock.json",
];

/// The core as WebAssembly and the npm package around it.
pub(crate) fn wasm() -> Result<()> {
    setup::wasm_target()?;
    setup::npm_packages()?;
    let package = Made {
        name: "npm package",
        from: RUST,
        to: "kyc-wasm/npm/dist/index.js",
    };
    package.by(|| {
        timed("building the npm package", || {
            run(&mut command("npm run build --workspace @kyc/sdk"))
        })
    })
}

/// The two pages, ready to be served.
pub(crate) fn pages() -> Result<()> {
    wasm()?;
    for page in ["applicant", "backoffice"] {
        let from = [RUST, &[PAGES]].concat();
        let to = format!("{PAGES}/{page}/dist/index.html");
        let made = Made {
            name: &format!("{page} page"),
            from: &from,
            to: &to,
        };
        made.by(|| {
            timed(&format!("building the {page} page"), || {
                run(command("npm run build --workspace").arg(format!("manual-review-{page}")))
            })
        })?;
    }
    Ok(())
}
