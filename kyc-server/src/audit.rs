//! Audits as an operator asks for them, and the checkpoints that a server makes by itself.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use ed25519_dalek::{SigningKey, VerifyingKey};
use kyc_persist::Clock;

use crate::auditing::{self, Finding, Sums};
use crate::checkpoints::{self, Book, Known};
use crate::installation::Installation;
use crate::keeping::{Below, Kept};
use crate::ledger::{self, Line};
use crate::{Failure, say};

/// Where checkpoints lie, and what they are signed with.
#[derive(Clone, Debug, Args)]
pub(crate) struct Signing {
    /// The file that checkpoints are added to; beside the store when left out. A checkpoint proves something against whoever
    /// can write to both only when a copy of it, or of its hash, lies elsewhere.
    #[arg(long, env = "KYC_CHECKPOINTS", value_name = "FILE")]
    checkpoints: Option<PathBuf>,
    /// The file of the key that they are signed with; made when there is none. Beside the store when left out.
    #[arg(long, env = "KYC_SIGNING_KEY", value_name = "FILE")]
    signing_key: Option<PathBuf>,
}

/// Checkpoints that a server makes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Periodic {
    #[command(flatten)]
    signing: Signing,
    /// How often a server signs where all journals stand, in minutes. Only with --checkpoints, and on one server only.
    #[arg(
        long,
        env = "KYC_CHECKPOINT_EVERY",
        value_name = "MINUTES",
        default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    checkpoint_every: u64,
}

#[expect(
    clippy::large_enum_variant,
    reason = "parsed once, at the start, and boxed there"
)]
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Sign where all journals stand now. Tells the number and the hash: to be kept where nobody can reach it from here.
    Checkpoint(Where),
    /// Read every journal: against itself, its session, and every checkpoint. The first that is not what it was is told by
    /// session, chart and entry, with exit code 1.
    Verify {
        #[command(flatten)]
        at: Where,
        /// The key that checkpoints have to be signed with, as `audit key` prints it; that of the signing key when left out.
        #[arg(long, value_name = "HEX", value_parser = parse_key)]
        public_key: Option<VerifyingKey>,
        /// A checkpoint that has to be there, as it was written down elsewhere when it was made: that the file is missing,
        /// empty or shortened is found by nothing else.
        #[arg(long, value_name = "NUMBER:HASH", value_parser = parse_known)]
        expect: Option<Known>,
    },
    /// Print every journal entry, every checkpoint and the public key, a line of JSON each: for an auditor.
    Export(Where),
    /// Check a file that was exported, on any machine, without the store.
    VerifyExport {
        file: PathBuf,
        /// The key that checkpoints have to be signed with. When left out, that in the file: then whoever has made the file
        /// may have signed it as well.
        #[arg(long, value_name = "HEX", value_parser = parse_key)]
        public_key: Option<VerifyingKey>,
    },
    /// Print the public key of the checkpoints.
    Key(Where),
}

#[derive(Debug, Args)]
pub(crate) struct Where {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    signing: Signing,
}

/// Does what was asked for.
pub(crate) fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Checkpoint(at) => {
            let (torn, (number, hash, moved)) = at.installation.with(async |kept| {
                let key = at.signing.key(&at.installation.store)?;
                let mut book = at.book()?;
                let torn = book.torn();
                let now = Clock::wall().now();
                let signed = auditing::sign(&*kept.below, &mut book, &key, now).await;
                Ok((torn, signed.map_err(Failure::of)?))
            })?;
            if let Some(torn) = torn {
                say(&format!("{torn}; that was written over\n"))?;
            }
            say(&format!(
                "checkpoint {number} of {moved} rows that moved: {hash}\n"
            ))
        }
        Task::Verify {
            at,
            public_key,
            expect,
        } => {
            let (sums, signed) = at.installation.with(async |kept| {
                let book = at.book()?;
                if let Some(known) = expect.filter(|known| !book.has(known)) {
                    return Err(Failure::of(missing(&known)));
                }
                if let Some(torn) = book.torn() {
                    return Err(Failure::of(torn));
                }
                let checkpoints = book.checkpoints();
                if !checkpoints.is_empty() {
                    let key = match public_key {
                        Some(key) => key,
                        None => at.signing.known(&at.installation.store)?.verifying_key(),
                    };
                    let sound = checkpoints::verify(checkpoints, &key);
                    sound.map_err(|number| Failure::of(auditing::unsound(number)))?;
                }
                let verified = auditing::verify(kept, checkpoints).await;
                Ok((verified.map_err(Failure::of)?, checkpoints.len()))
            })?;
            say(&told(&sums, signed))
        }
        Task::Export(at) => at
            .installation
            .with(async |kept| at.export(kept).await.map_err(Failure::of)),
        Task::VerifyExport { file, public_key } => {
            let verified = ledger::verify(&file, public_key);
            let (sums, signed, key) = verified.map_err(Failure::of)?;
            let key = checkpoints::public(&key);
            say(&format!("{}signed with {key}\n", told(&sums, signed)))
        }
        Task::Key(at) => {
            crate::keeping::is_there(&at.installation.store).map_err(Failure::of)?;
            let key = at.signing.key(&at.installation.store)?;
            say(&format!("{}\n", checkpoints::public(&key.verifying_key())))
        }
    }
}

/// Signs again and again where all journals stand, beside a server at work.
pub(crate) async fn keep_signing(below: Arc<dyn Below>, periodic: Periodic, key: SigningKey) {
    let Some(file) = &periodic.signing.checkpoints else {
        return;
    };
    let mut round = tokio::time::interval(Duration::from_secs(periodic.checkpoint_every * 60));
    loop {
        round.tick().await;
        let signed = match Book::open(file) {
            Ok(mut book) => {
                if let Some(torn) = book.torn() {
                    tracing::warn!("{torn}; it is written over");
                }
                let now = Clock::wall().now();
                auditing::sign(&*below, &mut book, &key, now).await
            }
            Err(error) => Err(Finding::Fault(error)),
        };
        match signed {
            Ok((number, hash, moved)) => tracing::info!(number, %hash, moved, "checkpoint"),
            Err(finding) => {
                tracing::error!(%finding, "no checkpoint was made; run `kyc-server audit verify`");
            }
        }
    }
}

impl Periodic {
    /// The key to sign with, when there is something to sign.
    pub(crate) fn key(&self, store: &str) -> Result<Option<SigningKey>, Failure> {
        match &self.signing.checkpoints {
            Some(_) => self.signing.key(store).map(Some),
            None => Ok(None),
        }
    }
}

impl Signing {
    /// The key, which is made when there is none and nothing was signed yet.
    fn key(&self, store: &str) -> Result<SigningKey, Failure> {
        let file = self.key_file(store)?;
        let book = self.book_file(store);
        let is_begun = book.filter(|book| fs::metadata(book).is_ok_and(|book| book.len() > 0));
        if let Some(book) = is_begun
            && !file.exists()
        {
            let book = book.display();
            let why = format!(
                "there is no signing key, and {book} has checkpoints that were signed with one: put it back. If it is lost, keep \
                 that file and the public key for the past, and begin another with --checkpoints"
            );
            return Err(Failure::in_file(&file, [why]));
        }
        crate::key_in(&file).map(|key| SigningKey::from_bytes(&key))
    }

    /// The key that is there.
    fn known(&self, store: &str) -> Result<SigningKey, Failure> {
        let file = self.key_file(store)?;
        match fs::exists(&file) {
            Ok(true) => self.key(store),
            _ => Err(Failure::in_file(
                &file,
                ["there is no signing key; name the public one with --public-key"],
            )),
        }
    }

    fn book_file(&self, store: &str) -> Option<PathBuf> {
        let beside = || beside(store, "checkpoints");
        self.checkpoints.clone().or_else(beside)
    }

    fn key_file(&self, store: &str) -> Result<PathBuf, Failure> {
        let beside = || beside(store, "signing");
        let file = self.signing_key.clone().or_else(beside);
        file.ok_or_else(|| Failure::of("--store postgres: needs --signing-key FILE"))
    }
}

impl Where {
    fn book(&self) -> Result<Book, Failure> {
        let file = self.signing.book_file(&self.installation.store);
        let file = file.ok_or_else(|| Failure::of("--store postgres: needs --checkpoints FILE"))?;
        Book::open(&file).map_err(Failure::of)
    }

    async fn export(&self, kept: &Kept) -> Result<(), Finding> {
        let fault = |error: &dyn std::fmt::Display| Finding::Fault(error.to_string());
        let lines = |failure: Failure| Finding::Fault(failure.lines.join("; "));
        let key = self.signing.key(&self.installation.store).map_err(lines)?;
        let book = self.book().map_err(lines)?;
        let mut out = io::BufWriter::new(io::stdout().lock());
        let mut put = |line: Line| {
            let line = line.write().map_err(|error| fault(&error))?;
            out.write_all(line.as_bytes())
                .map_err(|error| fault(&error))
        };
        put(Line::PublicKey(checkpoints::public(&key.verifying_key())))?;
        for checkpoint in book.checkpoints() {
            put(Line::Checkpoint(checkpoint.clone()))?;
        }
        let mut count = 0;
        for row in auditing::rows(&*kept.below).await? {
            let entries = kept.below.journal(&row).await;
            for entry in entries.map_err(|error| auditing::told(&row, &error))? {
                put(Line::Entry(entry))?;
                count += 1;
            }
        }
        put(Line::End {
            checkpoints: book.checkpoints().len(),
            entries: count,
        })?;
        out.flush().map_err(|error| fault(&error))
    }
}

fn told(sums: &Sums, signed: usize) -> String {
    let Sums {
        rows,
        entries,
        unsigned,
    } = sums;
    format!(
        "{entries} entries of {rows} rows hold, against {signed} checkpoints; {unsigned} entries came after the newest of \
         their rows\n"
    )
}

fn beside(store: &str, what: &str) -> Option<PathBuf> {
    let (engine, directory) = store.split_once(':')?;
    let is_embedded = matches!(engine, "sled" | "redb");
    is_embedded.then(|| Path::new(&format!("{}.{what}", directory.trim_end_matches('/'))).into())
}

/// That a checkpoint which was written down elsewhere is not in the book.
fn missing(known: &Known) -> String {
    let Known { number, hash } = known;
    format!(
        "checkpoint {number} with the hash {hash} is not there: the file of the checkpoints is not the one it was"
    )
}

fn parse_known(text: &str) -> Result<Known, &'static str> {
    Known::parse(text).ok_or("not NUMBER:HASH, as `audit checkpoint` tells them")
}

fn parse_key(text: &str) -> Result<VerifyingKey, &'static str> {
    checkpoints::parse_public(text).ok_or("not a public key of 64 hexadecimal digits")
}
