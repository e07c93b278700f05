//! Whether something has to be made again: not while nothing it is made from has changed.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

use crate::shell::say;
use crate::workspace::{cache, root};

/// Something made from files of this repository.
pub(crate) struct Made<'a> {
    /// Its name among what is kept under target.
    pub(crate) name: &'a str,
    /// Files and folders it is made from.
    pub(crate) from: &'a [&'a str],
    /// A file that is there once it is made.
    pub(crate) to: &'a Path,
}

impl Made<'_> {
    /// Makes it, unless it is there and nothing has changed since.
    pub(crate) fn by(&self, make: impl FnOnce() -> Result<()>) -> Result<()> {
        let seen = cache().join(format!("{}.made-from", self.name));
        // Looked at before the work: what changes meanwhile makes it stale again.
        let now = self.look().to_string();
        if self.to.is_file() && fs::read_to_string(&seen).is_ok_and(|then| then == now) {
            say(&format!("{}: up to date", self.name));
            return Ok(());
        }
        make()?;
        anyhow::ensure!(
            self.to.is_file(),
            "{}: there is no {} after building it",
            self.name,
            self.to.display()
        );
        fs::create_dir_all(cache())?;
        fs::write(&seen, now).with_context(|| seen.display().to_string())
    }

    fn look(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for from in self.from {
            look_at(&root().join(from), &mut hasher);
        }
        hasher.finish()
    }
}

fn look_at(path: &Path, hasher: &mut DefaultHasher) {
    let Ok(about) = fs::metadata(path) else {
        return;
    };
    if about.is_dir() {
        let built = path.file_name().is_some_and(|name| {
            ["node_modules", "dist", "wasm", "target"]
                .iter()
                .any(|dir| name == *dir)
        });
        let Ok(entries) = fs::read_dir(path) else {
            return;
        };
        if built {
            return;
        }
        let mut inside: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        inside.sort();
        for path in inside {
            look_at(&path, hasher);
        }
    } else {
        // What it says and not when it was written: a generator may write the same again.
        (path, fs::read(path).ok()).hash(hasher);
    }
}
