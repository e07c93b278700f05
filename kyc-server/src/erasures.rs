//! The list of who was erased, which outlives every backup: what a restored backup has brought back is erased again by it.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use kyc_core::{ChartName, SessionId};
use kyc_persist::{Erasure, LONGEST_PAGE, Safe, StoreError};

use crate::damaged::Damaged;
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
        place: WithImages,
    },
    /// Erase a session that nobody can read any more, because it is damaged: what can be read is erased over the API.
    ///
    /// Its keys and images are destroyed, its tokens and names forgotten, and it stands on the list that `export` prints. Its
    /// journal stays as it is: there is no step to be written down. Nothing brings it back but a backup.
    Force {
        /// Which one.
        session: SessionId,
        /// Its journal is damaged as well, so that nothing tells whether it is on hold: somebody else has looked that up.
        #[arg(long)]
        is_not_on_hold: bool,
        #[command(flatten)]
        place: WithImages,
    },
}

/// Where images are erased, too.
#[derive(Debug, Args)]
pub(crate) struct WithImages {
    /// The directory of the images, as the server was started with. Beside a sled or redb store when left out.
    #[arg(long, env = "KYC_BLOBS")]
    blobs: Option<PathBuf>,
    #[command(flatten)]
    installation: Installation,
}

impl WithImages {
    fn are_known(&self) -> Result<(), Failure> {
        let is_beside = !self.installation.store.starts_with("postgres");
        let are_known = self.blobs.is_some() || is_beside;
        let why = "--store postgres: needs --blobs DIRECTORY, where the images are";
        are_known.then_some(()).ok_or_else(|| Failure::of(why))
    }

    fn with<T>(&self, work: impl AsyncFnOnce(&Kept) -> Result<T, Failure>) -> Result<T, Failure> {
        self.installation.with_images(self.blobs.as_deref(), work)
    }
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
        Task::Apply { file, place } => {
            let list = read(&file)?;
            let was_there = place.with(async |kept| {
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
        Task::Force {
            session,
            is_not_on_hold,
            place,
        } => {
            place.are_known()?;
            place.with(async |kept| {
                let damaged = Damaged::find(kept, session, is_not_on_hold).await?;
                let safe = safe(kept)?;
                let erased = apply(kept, safe, &damaged.erasures()).await;
                erased.map_err(Failure::of)
            })?;
            say(
                "erased, with its images, tokens and names; no journal says so, but `erasures export` does\n",
            )
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
    // Tokens, and what the company called the session, lie in no seal; images lie beside the store.
    for erasure in list {
        if erasure.row.chart == ChartName::Collection {
            for subject in kyc_server::grants_of(&erasure.row.session) {
                kept.grants.revoke(&subject).await?;
            }
            kept.blobs.delete_all(&erasure.row.session).await?;
        }
    }
    Ok(())
}
