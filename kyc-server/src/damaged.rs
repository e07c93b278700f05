//! Whether a session is one that nobody can read, and that nothing forbids to erase: then an operator may erase it without a step.

use kyc_core::journal::{self, Entry};
use kyc_core::{Chart, DecodeError, SessionId, collection, review};
use kyc_persist::{Clock, Erasure, Row, StoreError};

use crate::Failure;
use crate::keeping::Kept;

/// A session that may be erased without a step.
pub(crate) struct Damaged {
    rows: Vec<Row>,
}

/// What is left of a row.
enum Left<C> {
    /// There is none.
    Nothing,
    /// It opens.
    Whole(C),
    /// Nobody can read it.
    Unreadable,
    /// Its key was destroyed.
    Erased,
}

impl Damaged {
    /// Looks at the session and its case. A hold that cannot be read is looked up in the journal, which needs no key.
    pub(crate) async fn find(
        kept: &Kept,
        session: SessionId,
        is_not_on_hold: bool,
    ) -> Result<Self, Failure> {
        let row = Row::collection(session.clone());
        let case = Row::review(session);
        let collection =
            Left::<collection::Session>::of(kept, &row, collection::Session::decode_to_forget)
                .await?;
        let review =
            Left::<review::Session>::of(kept, &case, review::Session::decode_to_forget).await?;
        match (&collection, &review) {
            (Left::Nothing, _) => return Err(Failure::of("there is no such session")),
            (Left::Whole(session), _) if session.hold().is_some() => {
                return Err(Failure::of(ON_HOLD));
            }
            (Left::Whole(_), Left::Nothing | Left::Whole(_) | Left::Erased) => {
                return Err(Failure::of("it is not damaged: erase it over the API"));
            }
            (Left::Unreadable, _) => may_be_erased(kept, &row, is_not_on_hold).await?,
            (Left::Whole(_) | Left::Erased, _) => {}
        }
        let has_case = !matches!(review, Left::Nothing);
        let rows = [Some(row), has_case.then_some(case)];
        Ok(Self {
            rows: rows.into_iter().flatten().collect(),
        })
    }

    /// What is to be written down and destroyed.
    pub(crate) fn erasures(&self) -> Vec<Erasure> {
        let now = Clock::wall().now();
        let rows = self.rows.iter().cloned();
        rows.map(|row| Erasure::forced(row, now)).collect()
    }
}

impl<C: Chart> Left<C> {
    async fn of(
        kept: &Kept,
        row: &Row,
        decode: impl FnOnce(&str) -> Result<C, DecodeError>,
    ) -> Result<Self, Failure> {
        match kept.store.load(row).await {
            Ok(None) => Ok(Self::Nothing),
            Ok(Some(kept)) => match decode(&kept.snapshot) {
                Ok(whole) => Ok(Self::Whole(whole)),
                // Another release reads it.
                Err(error @ DecodeError::UnknownSchema { .. }) => Err(Failure::of(error)),
                Err(_) => Ok(Self::Unreadable),
            },
            Err(StoreError::Corrupt { .. }) => Ok(Self::Unreadable),
            Err(StoreError::Erased) => Ok(Self::Erased),
            // Without the right key everything is unreadable, and nothing is damaged.
            Err(error) => Err(Failure::of(error)),
        }
    }
}

async fn may_be_erased(kept: &Kept, row: &Row, is_not_on_hold: bool) -> Result<(), Failure> {
    match is_on_hold(kept, row).await? {
        Some(true) => Err(Failure::of(ON_HOLD)),
        Some(false) => Ok(()),
        None if is_not_on_hold => Ok(()),
        None => Err(Failure::of(
            "its journal is damaged as well, and nothing here tells whether it is on hold: look that up elsewhere, and say \
             --is-not-on-hold",
        )),
    }
}

/// What the journal says, if it is whole and is that of the row as it stands.
async fn is_on_hold(kept: &Kept, row: &Row) -> Result<Option<bool>, Failure> {
    let standing = match kept.below.load(row).await {
        Err(StoreError::Corrupt { .. }) => return Ok(None),
        standing => standing.map_err(Failure::of)?,
    };
    let entries = match kept.below.journal(row).await {
        Err(StoreError::Corrupt { .. }) => return Ok(None),
        entries => entries.map_err(Failure::of)?,
    };
    let newest = entries.last().map(|entry| &entry.hash);
    let is_its_own = newest.is_some() && newest == standing.as_ref().map(|kept| &kept.head);
    if !is_its_own || journal::verify(&entries).is_err() {
        return Ok(None);
    }
    let about_holds = |entry: &&Entry| matches!(entry.facts.event.as_str(), HOLD | LIFT);
    let last = entries.iter().rfind(about_holds);
    Ok(Some(last.is_some_and(|entry| entry.facts.event == HOLD)))
}

/// The events of a session that forbid erasing, and allow it again.
const HOLD: &str = "hold";
const LIFT: &str = "lift";

const ON_HOLD: &str = "it is on hold, and may not be erased until the hold is lifted";
