//! Where things lie, seen from the repository's root.

use std::path::{Path, PathBuf};

/// The repository's root: every command runs there, wherever it was called.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo builds, and where everything that we fetch or make is kept.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What we keep between two runs, so that the second is quick.
pub(crate) fn cache() -> PathBuf {
    target().join("xtask")
}

/// Whether a crate or npm package has landed at this path.
pub(crate) fn has(path: &str) -> bool {
    root().join(path).exists()
}
