//! Holds as an operator sets, lifts and lists them, while no server has the store.

use std::fmt::Write as _;
use std::sync::Arc;

use clap::{Args, Subcommand};
use kyc_core::collection::{HoldReason, Session};
use kyc_core::{Chart as _, ChartName, SessionId};
use kyc_persist::{Clock, Flows, Keeper, Order, Query, Row, Wake};
use kyc_server::Holder;

use crate::installation::Installation;
use crate::keeping::Kept;
use crate::{Failure, say};

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Forbid erasing a session, until the hold is lifted.
    Set {
        session: SessionId,
        /// Why: litigation, investigation, order, retention or other.
        #[arg(long, value_parser = reason)]
        reason: HoldReason,
        #[command(flatten)]
        operator: Operator,
    },
    /// Allow erasing a session again.
    Lift {
        session: SessionId,
        #[command(flatten)]
        operator: Operator,
    },
    /// List the sessions that are on hold: the session, why, and since when, in milliseconds since 1970.
    List {
        /// Only this one.
        session: Option<SessionId>,
        #[command(flatten)]
        installation: Installation,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Operator {
    /// Who asks, for the journal: 1 to 64 of A-Z a-z 0-9 _ - (a handle, not a person's name).
    #[arg(long, default_value = "operator", value_parser = handle)]
    by: String,
    #[command(flatten)]
    installation: Installation,
}

/// Does what was asked for.
pub(crate) fn run(task: Task) -> Result<(), Failure> {
    match task {
        Task::Set {
            session,
            reason,
            operator,
        } => operator.installation.with(async |kept| {
            let keeper = keeper(kept);
            let held = operator.holder(&keeper).hold(&session, reason).await;
            held.map_err(Failure::of)
        }),
        Task::Lift { session, operator } => operator.installation.with(async |kept| {
            let keeper = keeper(kept);
            let lifted = operator.holder(&keeper).lift(&session).await;
            lifted.map_err(Failure::of)
        }),
        Task::List {
            session,
            installation,
        } => say(&installation.with(async |kept| list(kept, session.as_ref()).await)?),
    }
}

impl Operator {
    fn holder<'a>(&self, keeper: &'a Keeper) -> Holder<'a> {
        Holder {
            keeper,
            who: self.by.clone(),
            now: Clock::wall().now(),
        }
    }
}

/// Needs no Flow: a hold has nothing to do with one.
fn keeper(kept: &Kept) -> Keeper {
    Keeper::new(
        Arc::clone(&kept.store),
        Arc::new(Flows::default()),
        Wake::new(),
    )
}

async fn list(kept: &Kept, only: Option<&SessionId>) -> Result<String, Failure> {
    let mut lines = String::from("session\treason\tsince\n");
    let mut query = Query {
        order: Order::OldestFirst,
        ..Query::newest(ChartName::Collection)
    };
    loop {
        let page = kept.store.list(&query).await.map_err(Failure::of)?;
        for listed in page.rows {
            let session = &listed.row.session;
            if only.is_some_and(|only| only != session) {
                continue;
            }
            let standing = Session::decode_to_forget(&listed.kept.snapshot);
            let standing = standing.map_err(|error| Failure::of(format!("{session}: {error}")))?;
            if let Some(hold) = standing.hold() {
                let since = hold.since.as_millis();
                let _ = writeln!(lines, "{session}\t{}\t{since}", hold.reason);
            }
        }
        let asked = |row: &&Row| only.is_none_or(|only| *only == row.session);
        if let Some(row) = page.damaged.iter().find(asked) {
            return Err(Failure::of(format!("{row} is damaged: restore a backup")));
        }
        match page.next {
            Some(place) => query.after = Some(place),
            None => return Ok(lines),
        }
    }
}

fn reason(text: &str) -> Result<HoldReason, &'static str> {
    let known = HoldReason::ALL.iter().find(|known| known.as_str() == text);
    known
        .copied()
        .ok_or("litigation, investigation, order, retention or other")
}

fn handle(text: &str) -> Result<String, &'static str> {
    match text.parse::<SessionId>() {
        Ok(word) => Ok(word.into()),
        Err(_) => Err("1 to 64 of A-Z a-z 0-9 _ -"),
    }
}
