//! `kyc-server store …`: a whole store into a file, from a file into another store, and whether they hold the same.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, IsTerminal, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use kyc_persist::Clock;
use kyc_persist::archive::{
    self, Archive, ArchiveError, Begun, Compared, Counts, Extent, Source, Stage, Standing, Stats,
    Summary,
};

use crate::keeping::{self, Opening};
use crate::{Failure, say};

/// What is done with a store.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Write everything that a store keeps into a file; continue one that was not finished.
    Export {
        #[command(flatten)]
        store: Named,
        /// The file, readable by its owner alone. It is whole when its last line is there.
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Put an export into an empty store, and read it again to see that it holds the same. One that was broken off is
    /// continued by the same command; until then no server starts on that store.
    Import {
        #[command(flatten)]
        store: Named,
        /// The file. Nothing is taken from one that is not whole or was altered.
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
    /// Tell whether a store and an export, or two stores, hold the same; if not, the first difference. Exit code 1 then.
    Verify {
        #[command(flatten)]
        store: Named,
        #[command(flatten)]
        other: Other,
    },
    /// Count what a store keeps.
    Stats {
        #[command(flatten)]
        store: Named,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The store or the vault: `sled:DIRECTORY`, `redb:DIRECTORY` or `postgres:URL`. In KYC_STORE if it holds a password.
    #[arg(long, env = "KYC_STORE", hide_env_values = true)]
    store: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Other {
    /// An export.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Another store, in the words of --store.
    #[arg(long, env = "KYC_WITH", hide_env_values = true, value_name = "STORE")]
    with: Option<String>,
}

/// Does it, or tells in one line why not.
pub(crate) fn run(task: Task) -> Result<(), Failure> {
    kyc_server::logs::panics_without_their_words();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::of)?;
    runtime.block_on(async {
        match task {
            Task::Export { store, to } => export(&store.store, &to).await,
            Task::Import { store, from } => import(&store.store, &from).await,
            Task::Verify { store, other } => verify(&store.store, &other).await,
            Task::Stats { store } => stats(&store.store).await,
        }
    })
}

async fn export(name: &str, to: &Path) -> Result<(), Failure> {
    let store = open(name, Opening::There).await?;
    let standing = store.archive.standing().await;
    if standing.map_err(|error| store.failed(error))? == Standing::Empty {
        return Err(store.failed("there is nothing in this store"));
    }
    let file = create(to).map_err(|error| of_file(to, error))?;
    let begun = begun(&file, to)?;
    if begun.bytes > 0 {
        let line = format!("{}: going on behind {} bytes", to.display(), begun.bytes);
        let _ = writeln!(io::stderr(), "{line}");
    }
    let mut progress = Progress::new("exported");
    let writer = BufWriter::new(&file);
    let mut tell = |counts: &Counts| progress.tell("", counts);
    let done = archive::export(&*store.archive, writer, Some(begun), &mut tell).await;
    progress.end();
    let summary = done.map_err(|error| store.or_file(to, error))?;
    let synced = file.sync_all().and_then(|()| sync_name(to));
    synced.map_err(|error| of_file(to, error))?;
    say(&told(&summary))
}

/// The file as far as it goes, with whatever is behind its last whole line cut off.
fn begun(mut file: &File, to: &Path) -> Result<Begun, Failure> {
    let begun = match Extent::of(BufReader::new(file)) {
        Ok(Extent::Unfinished(begun)) => begun,
        Ok(Extent::Complete(_)) => return Err(of_file(to, "there is a finished export already")),
        Err(error) => return Err(of_file(to, error)),
    };
    let cut = file.set_len(begun.bytes);
    cut.and_then(|()| file.seek(SeekFrom::Start(begun.bytes)))
        .map_err(|error| of_file(to, error))?;
    Ok(begun)
}

/// The file for writing, for its owner and for this process alone.
fn create(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(file)?;
    // It may have been there, for others to read.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(io::Error::other("in use by another process")),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Makes the name as durable as what it names.
fn sync_name(file: &Path) -> io::Result<()> {
    match file.canonicalize()?.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

async fn import(name: &str, from: &Path) -> Result<(), Failure> {
    let file = File::open(from).map_err(|error| of_file(from, error))?;
    let store = open(name, Opening::Made).await?;
    let mut progress = Progress::new("imported");
    let mut tell = |stage, counts: &Counts| {
        let stage = match stage {
            Stage::Reading => "file: ",
            Stage::Taking => "",
            Stage::Checking => "read again: ",
        };
        progress.tell(stage, counts);
    };
    let done = archive::import(&*store.archive, BufReader::new(file), &mut tell).await;
    progress.end();
    say(&told(&done.map_err(|error| store.or_file(from, error))?))
}

async fn verify(name: &str, other: &Other) -> Result<(), Failure> {
    let store = open(name, Opening::There).await?;
    let with = match &other.with {
        Some(with) => Some(open(with, Opening::There).await?),
        None => None,
    };
    let first = Source::store(&*store.archive).await;
    let first = first.map_err(|error| store.failed(error))?;
    let (second, second_name) = match (&with, &other.file) {
        (Some(with), _) => {
            let second = Source::store(&*with.archive).await;
            let second = second.map_err(|error| with.failed(error))?;
            (second, with.name.clone())
        }
        (None, Some(file)) => {
            let opened = File::open(file).map_err(|error| of_file(file, error))?;
            let second = Source::file(BufReader::new(opened));
            let second = second.map_err(|error| of_file(file, error))?;
            (second, file.display().to_string())
        }
        // Refused by clap.
        (None, None) => return Err(Failure::of("needs --file or --with")),
    };
    let mut progress = Progress::new("compared");
    let compared = archive::compare(first, second, &mut |counts| progress.tell("", counts)).await;
    progress.end();
    let both = format!("{} and {second_name}", store.name);
    match compared {
        Ok(Compared::Equal(summary)) => say(&told(&summary)),
        Ok(Compared::Different(difference)) => Err(Failure::of(format!("{both}: {difference}"))),
        Err(error) => Err(Failure::of(format!("{both}: {error}"))),
    }
}

async fn stats(name: &str) -> Result<(), Failure> {
    let store = open(name, Opening::There).await?;
    let mut progress = Progress::new("counted");
    let now = Clock::wall().now();
    let mut tell = |counts: &Counts| progress.tell("", counts);
    let stats = archive::stats(&*store.archive, now, &mut tell).await;
    progress.end();
    let stats = stats.map_err(|error| store.failed(error))?;
    let oldest = stats
        .due_since
        .map(|since| (now.as_millis() - since.as_millis()) / 1000);
    say(&listed(&stats, oldest))
}

/// One line each, name and number.
fn listed(stats: &Stats, oldest_seconds: Option<u64>) -> String {
    let mut lines = Vec::new();
    let Counts {
        rows: _,
        entries,
        waiting,
        dead,
        grants,
        keys,
    } = stats.counts;
    if stats.is_unfinished {
        lines.push("an import into this store was begun and not finished".to_owned());
    }
    for (what, states) in [("sessions", &stats.sessions), ("cases", &stats.cases)] {
        lines.push(format!("{what} {}", states.values().sum::<u64>()));
        let states = states.iter();
        lines.extend(states.map(|(state, count)| format!("{what}.{state} {count}")));
    }
    lines.push(format!("journal {entries}"));
    lines.push(format!("outbox.waiting {waiting}"));
    let oldest = oldest_seconds.unwrap_or_default();
    lines.push(format!("outbox.oldest_due_seconds {oldest}"));
    lines.push(format!("outbox.dead {dead}"));
    lines.push(format!("grants {grants}"));
    lines.push(format!("vault {keys}"));
    lines.push(format!("bytes {}", stats.bytes));
    lines.join("\n") + "\n"
}

fn told(summary: &Summary) -> String {
    format!("{}\nsha256 {}\n", summary.counts, summary.digest)
}

/// A store that is open, and its name for people.
struct Opened {
    name: String,
    archive: Box<dyn Archive>,
}

impl Opened {
    fn failed(&self, error: impl ToString) -> Failure {
        Failure::of(format!("{}: {}", self.name, error.to_string()))
    }

    /// With the name of that which the error is about.
    fn or_file(&self, file: &Path, error: ArchiveError) -> Failure {
        match error {
            ArchiveError::File(_)
            | ArchiveError::NotAnArchive
            | ArchiveError::Newer { .. }
            | ArchiveError::Truncated { .. }
            | ArchiveError::Altered { .. } => of_file(file, error),
            error => self.failed(error),
        }
    }
}

async fn open(name: &str, opening: Opening) -> Result<Opened, Failure> {
    let opened = keeping::archive(name, opening).await;
    let (name, archive) = opened.map_err(Failure::of)?;
    Ok(Opened { name, archive })
}

fn of_file(file: &Path, error: impl ToString) -> Failure {
    Failure::of(format!("{}: {}", file.display(), error.to_string()))
}

/// A line a second at most: the same one again on a terminal, the next one elsewhere.
struct Progress {
    done: &'static str,
    told_at: Instant,
    is_terminal: bool,
    is_drawn: bool,
}

impl Progress {
    fn new(done: &'static str) -> Self {
        Self {
            done,
            told_at: Instant::now(),
            is_terminal: io::stderr().is_terminal(),
            is_drawn: false,
        }
    }

    fn tell(&mut self, stage: &str, counts: &Counts) {
        if let Some(line) = self.line(Instant::now(), stage, counts) {
            // Whoever does not listen is not told.
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    fn line(&mut self, now: Instant, stage: &str, counts: &Counts) -> Option<String> {
        if now.duration_since(self.told_at) < EACH {
            return None;
        }
        self.told_at = now;
        self.is_drawn = self.is_terminal;
        let line = format!("{}: {stage}{counts}", self.done);
        Some(match self.is_terminal {
            true => format!("\r\x1b[2K{line}"),
            false => format!("{line}\n"),
        })
    }

    fn end(&self) {
        if self.is_drawn {
            let _ = writeln!(io::stderr());
        }
    }
}

const EACH: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_once_a_second_and_drawn_again_on_a_terminal() {
        let counts = Counts::default();
        for is_terminal in [true, false] {
            let begun = Instant::now();
            let mut progress = Progress {
                done: "moved",
                told_at: begun,
                is_terminal,
                is_drawn: false,
            };
            let mut at = |millis| {
                let now = begun + Duration::from_millis(millis);
                progress.line(now, "", &counts)
            };
            assert_eq!(at(999), None);
            let line = at(1_000).expect("a second is over");
            assert_eq!(line.starts_with('\r'), is_terminal);
            assert_eq!(line.ends_with('\n'), !is_terminal);
            assert!(line.contains("moved: 0 rows"), "{line}");
            assert_eq!(at(1_999), None);
            assert!(at(2_000).is_some());
        }
    }
}
