//! What the vault said of a row a moment ago. It is good for the one step that follows, so that a step need not ask again
//! what was just read; nothing is ever read with it.
//!
//! It cannot seal with a key that was destroyed. The key that a row stands under is destroyed after a step that moves the
//! row: whoever seals with what was seen before that expects the row where it is no more, and the commit is refused. And
//! whoever destroys keys without a step is not done before all that was seen until then is too old to be used, in every
//! process ([`GOOD_FOR`]).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kyc_core::journal::Hash;
use tokio::time::Instant;

use super::Safe;
use super::drawer::{DataKey, Drawer, Use};
use super::safe::Turn;
use crate::{Commit, Expected, Row, StoreError};

/// How long something seen is good for, from before the vault was asked.
const GOOD_FOR: Duration = Duration::from_millis(500);

/// How many rows are remembered in that time at most.
const MOST: usize = 4096;

/// The keys of a row where it stands at this version, with this journal, wrapped as they lie in the vault.
pub(super) struct Seen {
    /// Before the vault was asked.
    at: Instant,
    snapshot: Option<Drawer>,
    outbox: Option<Drawer>,
}

/// What a step is sealed with.
pub(super) struct StepKeys {
    pub(super) generation: u32,
    pub(super) snapshot: DataKey,
    /// There when something leaves with the step.
    pub(super) outbox: Option<DataKey>,
    seen: Option<Seen>,
}

impl Safe {
    /// Asks the vault for the keys of a row.
    pub(super) async fn look(&self, row: &Row) -> Result<Seen, StoreError> {
        let at = Instant::now();
        let uses = [Use::Snapshot(row.clone()), Use::Outbox(row.clone())];
        let mut drawers = self.drawers(&uses).await?.into_iter();
        let (snapshot, outbox) = (drawers.next().flatten(), drawers.next().flatten());
        Ok(Seen {
            at,
            snapshot,
            outbox,
        })
    }

    /// The keys for a step that does not erase: as they were seen where the row stands, or else as they are, and made where
    /// there are none.
    pub(super) async fn keys_of_step(&self, commit: &Commit) -> Result<StepKeys, StoreError> {
        let row = commit.row();
        let with_outbox = !commit.outbox.is_empty();
        if let Expected::At(version) = commit.expected {
            let seen = match self.seen.take(&row, version, &commit.entry.prev) {
                Some(seen) => seen,
                None => self.look(&row).await?,
            };
            if let Some(keys) = self.keys_in(&row, seen, with_outbox)? {
                return Ok(keys);
            }
        }
        self.keys_for(&row, Turn::Standing, with_outbox).await
    }

    /// The keys of the generation for that turn, which are made when there are none. Both are of the same, so that one is
    /// destroyed when the other was and nothing needs it any more.
    pub(super) async fn keys_for(
        &self,
        row: &Row,
        turn: Turn,
        with_outbox: bool,
    ) -> Result<StepKeys, StoreError> {
        let (generation, snapshot) = self.key_for(&Use::Snapshot(row.clone()), turn).await?;
        let outbox = match with_outbox {
            true => {
                let to = Use::Outbox(row.clone());
                Some(self.key_for(&to, Turn::At(generation)).await?.1)
            }
            false => None,
        };
        Ok(StepKeys {
            generation,
            snapshot,
            outbox,
            seen: None,
        })
    }

    /// What is there already, if nothing has to be made.
    fn keys_in(
        &self,
        row: &Row,
        seen: Seen,
        with_outbox: bool,
    ) -> Result<Option<StepKeys>, StoreError> {
        let Some(generation) = seen.snapshot.as_ref().and_then(Drawer::standing) else {
            return Ok(None);
        };
        let has_outbox = |drawer: &Drawer| drawer.has(generation);
        if with_outbox && !seen.outbox.as_ref().is_some_and(has_outbox) {
            return Ok(None);
        }
        let to = Use::Snapshot(row.clone());
        let snapshot = self.key(&to, seen.snapshot.as_ref(), generation)?;
        let to = Use::Outbox(row.clone());
        let outbox = with_outbox.then(|| self.key(&to, seen.outbox.as_ref(), generation));
        Ok(Some(StepKeys {
            generation,
            snapshot,
            outbox: outbox.transpose()?,
            seen: Some(seen),
        }))
    }

    /// Returns when nobody seals any more with what was seen before, on whatever machine.
    pub(super) async fn outlive_what_was_seen(&self) {
        tokio::time::sleep(GOOD_FOR * 2).await;
    }
}

impl Seen {
    /// What the row's snapshots are sealed with.
    pub(super) const fn snapshot(&self) -> Option<&Drawer> {
        self.snapshot.as_ref()
    }

    fn is_good(&self) -> bool {
        self.at.elapsed() < GOOD_FOR
    }
}

impl StepKeys {
    /// What was seen, for the step after this one.
    pub(super) fn into_seen(self) -> Option<Seen> {
        self.seen
    }
}

/// All that was seen a moment ago, by where it was seen.
#[derive(Default)]
pub(super) struct Sightings(Mutex<Ages>);

type Places = HashMap<Row, (u32, Hash, Seen)>;

/// What was seen lately, and what was seen before that. Nothing is looked through: the older age is let go of as a whole.
#[derive(Default)]
struct Ages {
    young: Places,
    old: Places,
    since: Option<Instant>,
}

impl Sightings {
    /// Remembers it for the step that finds the row at this version, with this journal.
    pub(super) fn note(&self, row: Row, version: u32, head: Hash, seen: Seen) {
        if !seen.is_good() {
            return;
        }
        let mut ages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ages.since.is_none_or(|since| since.elapsed() >= GOOD_FOR) {
            ages.old = std::mem::take(&mut ages.young);
            ages.since = Some(Instant::now());
        }
        if ages.young.len() < MOST {
            ages.young.insert(row, (version, head, seen));
        }
    }

    /// What was seen there, once. What was seen of the row elsewhere is of no use to anybody.
    fn take(&self, row: &Row, version: u32, head: &Hash) -> Option<Seen> {
        let mut ages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = [ages.young.remove(row), ages.old.remove(row)];
        found
            .into_iter()
            .flatten()
            .find(|(at, journal, seen)| *at == version && journal == head && seen.is_good())
            .map(|(.., seen)| seen)
    }

    /// Forgets what was seen of a row whose keys have changed.
    pub(super) fn forget(&self, row: &Row) {
        let mut ages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ages.young.remove(row);
        ages.old.remove(row);
    }
}
