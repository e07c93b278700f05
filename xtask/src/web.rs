//! What runs in a browser: the core as WebAssembly, the npm package around it, and the two pages.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::fresh::Made;
use crate::setup;
use crate::shell::{command, run, timed};
use crate::workspace::{root, target};

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
        to: &root().join("kyc-wasm/npm/dist/index.js"),
    };
    package.by(|| {
        timed("building the npm package", || {
            run(&mut command("npm run build --workspace @kyc/sdk"))
        })
    })
}

/// Where the pages lie as the server's `--pages` takes them.
pub(crate) fn served() -> PathBuf {
    target().join("pages")
}

/// The two pages, ready to be served.
pub(crate) fn pages() -> Result<()> {
    wasm()?;
    for (page, path) in [("applicant", "apply"), ("backoffice", "backoffice")] {
        let to = served().join(path);
        let made = Made {
            name: &format!("{page} page"),
            from: &[RUST, &["examples/manual-review"]].concat(),
            to: &to.join("index.html"),
        };
        made.by(|| {
            timed(&format!("building the {page} page"), || {
                run(command("npm run build --workspace").arg(format!("manual-review-{page}")))?;
                replace(
                    &root()
                        .join("examples/manual-review")
                        .join(page)
                        .join("dist"),
                    &to,
                )
            })
        })?;
    }
    Ok(())
}

/// Puts a copy of a folder where another one may be.
fn replace(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            replace(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
