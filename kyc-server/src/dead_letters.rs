//! What could not be delivered: an operator lists it, and puts it back once the reason is gone.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use kyc_core::Timestamp;
use kyc_persist::{
    Clock, LONGEST_PAGE, Outbound, OutboundId, OutgoingKind, Store, StoreError, Terms,
};
use serde::Deserialize;

use crate::installation::Installation;
use crate::{Failure, say};

/// Work with what leaves with a step.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// List what was given up: its name, the session, what it is (`webhook:` and the name of the endpoint), how often it was
    /// tried, why it was given up, and for how long it has been due.
    ///
    /// `exhausted`: it failed until the schedule ended. `hopeless`: trying again could not help, as things were. The server
    /// has logged why. `erased`: the person was erased and nobody can read it any more.
    Dead {
        #[command(flatten)]
        installation: Installation,
    },
    /// Put back what was given up, under its own name and with all its attempts, for the server to carry when it runs.
    Replay(Replay),
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// Which, as `outbox dead` names them.
    #[arg(
        required_unless_present = "all",
        conflicts_with = "all",
        value_name = "ID"
    )]
    ids: Vec<OutboundId>,
    /// All that can be read.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    installation: Installation,
}

/// Does what was asked for.
pub(crate) fn run(task: Task) -> Result<(), Failure> {
    let now = Clock::wall().now();
    match task {
        Task::Dead { installation } => say(&installation.with(async |kept| {
            let mut lines = String::from("id\tsession\tkind\tattempts\tfailure\tdue_for\n");
            for outbound in every(&*kept.store).await? {
                let _ = writeln!(lines, "{}", line(&outbound, now));
            }
            Ok(lines)
        })?),
        Task::Replay(replay) => {
            let (told, refused) = replay.installation.with(async |kept| {
                let store = &*kept.store;
                let ids = match replay.all {
                    true => every(store)
                        .await?
                        .iter()
                        .map(|one| one.id().clone())
                        .collect(),
                    false => replay.ids.clone(),
                };
                put_back(store, &ids, now).await
            })?;
            say(&told)?;
            match refused.is_empty() {
                true => Ok(()),
                false => Err(Failure {
                    lines: refused,
                    code: 1,
                }),
            }
        }
    }
}

/// All that was given up.
async fn every(store: &dyn Store) -> Result<Vec<Outbound>, Failure> {
    let mut all: Vec<Outbound> = Vec::new();
    loop {
        let last = all.last().map(Outbound::id);
        let page = store.dead(last, LONGEST_PAGE).await.map_err(Failure::of)?;
        let before = all.len();
        // The page begins with the one we have.
        let new: Vec<_> = page
            .into_iter()
            .filter(|one| Some(one.id()) != last)
            .collect();
        all.extend(new);
        if all.len() == before {
            return Ok(all);
        }
    }
}

/// Puts these back; tells what became of each, and which were refused.
async fn put_back(
    store: &dyn Store,
    ids: &[OutboundId],
    now: Timestamp,
) -> Result<(String, Vec<String>), Failure> {
    let (mut told, mut refused) = (String::new(), Vec::new());
    for id in ids {
        match store.retry(id, now).await {
            Ok(true) => {
                let _ = writeln!(told, "{id}\tput back");
            }
            Ok(false) => refused.push(format!("{id}: nothing of this name was given up")),
            Err(StoreError::Erased) => refused.push(format!(
                "{id}: the person was erased; nobody can read this any more, and it stays given up"
            )),
            Err(error) => return Err(Failure::of(format!("{id}: {error}"))),
        }
    }
    Ok((told, refused))
}

fn line(outbound: &Outbound, now: Timestamp) -> String {
    let (id, attempts) = (outbound.id(), outbound.attempts());
    let tries = u32::try_from(Terms::default().schedule.len()).unwrap_or(u32::MAX);
    let failure = match outbound.body.is_empty() {
        true => "erased",
        false if attempts > tries => "exhausted",
        false => "hopeless",
    };
    let session = &id.row.session;
    let (kind, age) = (kind(outbound), age(outbound.due_at, now));
    format!("{id}\t{session}\t{kind}\t{attempts}\t{failure}\t{age}")
}

/// What kind of work it is, and of a webhook to which endpoint it goes; never what it says.
fn kind(outbound: &Outbound) -> String {
    #[derive(Deserialize)]
    struct Kind {
        r#type: String,
        #[serde(default)]
        to: Option<String>,
    }
    let told: Option<Kind> = serde_json::from_str(&outbound.body).ok();
    // A word of the chart's, or a name of the configuration; anything else is not for a list.
    let is_word = |byte: u8| byte == b'_' || byte.is_ascii_lowercase();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let word = told.as_ref().map(|told| told.r#type.as_str());
    let word = word.filter(|word| word.bytes().all(is_word));
    match outbound.kind {
        OutgoingKind::Timer => "timer".into(),
        OutgoingKind::Effect => word.unwrap_or("effect").to_owned(),
        OutgoingKind::Notice(_) => {
            let to = told.as_ref().and_then(|told| told.to.as_deref());
            let to = to.filter(|to| to.bytes().all(is_name));
            let word = word.unwrap_or("webhook");
            to.map_or_else(|| word.to_owned(), |to| format!("{word}:{to}"))
        }
    }
}

fn age(since: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_millis().saturating_sub(since.as_millis()) / 1_000;
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, _, _) => format!("{hours}h{minutes}m"),
        (_, _, _) => format!("{days}d{hours}h"),
    }
}
