//! The list of who was erased, which outlives every backup: what a restored backup has brought back is erased again by it.

use std::fs;
use std::path::PathBuf;

use clap::Subcommand;
use kyc_core::ChartName;
use kyc_persist::{Erasure, LONGEST_PAGE, Safe, StoreError};

use crate::installation::Installation;
use crate::keeping::Kept;
use crate::{Failure, say};

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Print who was erased, a line of JSON each: names of sessions, moments, generations of keys. Keep it apart from the
    /// backups, and newer than all of them.
    Export {
        #[command(flatten)]
        installation: Installation,
    },
    /// Erase again whom a restored backup has brought back. To be run before the server is started on it; repeating it does
    /// no harm.
    Apply {
        /// What `erasures export` has printed.
        file: PathBuf,
        #[command(flatten)]
        installation: Installation,
    },
}

/// Does what was asked for.
pub(crate) fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Export { installation } => {
            let list = installation.with(async |kept| {
                let list = all(safe(kept)?).await;
                list.map_err(Failure::of)
            })?;
            let mut lines = String::new();
            for erasure in list {
                lines += &serde_json::to_string(&erasure).map_err(Failure::of)?;
                lines.push('\n');
            }
            say(&lines)
        }
        Task::Apply { file, installation } => {
            let list = read(&file)?;
            let was_there = installation.with(async |kept| {
                let safe = safe(kept)?;
                let known = all(safe).await.map_err(Failure::of)?;
                apply(kept, safe, &list).await.map_err(Failure::of)?;
                Ok(list.iter().filter(|one| known.contains(one)).count())
            })?;
            say(&format!(
                "{} rows are erased; of {was_there} this installation knew\n",
                list.len()
            ))
        }
    }
}

fn safe(kept: &Kept) -> Result<&Safe, Failure> {
    let why = "nothing is sealed here, so an erasure reaches no backup: erase these sessions over the API instead";
    kept.safe.as_ref().ok_or_else(|| Failure::of(why))
}

async fn all(safe: &Safe) -> Result<Vec<Erasure>, StoreError> {
    let mut all: Vec<Erasure> = Vec::new();
    loop {
        let last = all.last().map(|erasure| &erasure.row);
        let page = safe.erasures(last, LONGEST_PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// Everything is read before anything is destroyed.
fn read(file: &std::path::Path) -> Result<Vec<Erasure>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| Failure::in_file(file, [error]))?;
    let lines = (1..).zip(text.lines()).map(|(number, line)| {
        serde_json::from_str(line).map_err(|_| {
            let fault = format!("line {number} is no erasure; nothing was done");
            Failure::in_file(file, [fault])
        })
    });
    lines.collect()
}

async fn apply(kept: &Kept, safe: &Safe, list: &[Erasure]) -> Result<(), StoreError> {
    safe.reapply(list).await?;
    // Tokens, and what the company called the session, lie in no seal.
    for erasure in list {
        if erasure.row.chart == ChartName::Collection {
            for subject in kyc_server::grants_of(&erasure.row.session) {
                kept.grants.revoke(&subject).await?;
            }
        }
    }
    Ok(())
}
