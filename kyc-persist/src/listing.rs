//! How rows are listed: by keyset, so that a page stays where it is while others are opened.

use std::fmt;
use std::str::FromStr;

use kyc_core::journal::ChartName;
use kyc_core::{SessionId, Timestamp};

use crate::{Kept, LONGEST_PAGE, Row};

/// Which rows to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Rows of this chart.
    pub chart: ChartName,
    /// Only those that stand in this state.
    pub state: Option<String>,
    /// In which order.
    pub order: Order,
    /// Only those behind this place.
    pub after: Option<Cursor>,
    /// At most this many; more than [`LONGEST_PAGE`] are never given.
    pub limit: usize,
}

impl Query {
    /// The newest rows of `chart`, as many as one page has.
    pub const fn newest(chart: ChartName) -> Self {
        Self {
            chart,
            state: None,
            order: Order::NewestFirst,
            after: None,
            limit: LONGEST_PAGE,
        }
    }

    /// The limit that is obeyed.
    pub(crate) fn limit(&self) -> usize {
        self.limit.min(LONGEST_PAGE)
    }
}

/// The order of a listing; rows opened at the same moment are sorted by their session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The row opened last comes first.
    NewestFirst,
    /// The row that has waited longest comes first.
    OldestFirst,
}

/// A page of a listing. All its rows are of one moment, as many as were asked for, those that are damaged included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The rows, in the order asked for.
    pub rows: Vec<Listed>,
    /// Rows of this part that are damaged: one that nobody can read does not keep the others from being listed.
    /// [`Store::load`](crate::Store::load) tells what is wrong with it.
    pub damaged: Vec<Row>,
    /// Where the next page begins; nothing when this one is the last.
    pub next: Option<Cursor>,
}

impl Page {
    /// Cuts a listing that was read one row too far: each row with its place, unless it is damaged.
    pub(crate) fn cut(mut found: Vec<(Cursor, Result<Listed, Row>)>, limit: usize) -> Self {
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|(place, _)| place.clone());
        let mut page = Self {
            rows: Vec::with_capacity(found.len()),
            damaged: Vec::new(),
            next,
        };
        for (_, row) in found {
            match row {
                Ok(listed) => page.rows.push(listed),
                Err(row) => page.damaged.push(row),
            }
        }
        page
    }
}

/// One row of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub row: Row,
    /// As it was last committed.
    pub kept: Kept,
}

impl Listed {
    /// The place of this row, for a listing that goes on behind it.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            opened_at: self.kept.opened_at,
            session: self.row.session.clone(),
        }
    }
}

/// A place in a listing. As text it is safe in a URL.
///
/// ```
/// use kyc_persist::Cursor;
///
/// let place: Cursor = "1795219200000.s-1".parse()?;
/// assert_eq!(place.to_string(), "1795219200000.s-1");
/// # Ok::<(), kyc_persist::NotACursor>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// When the row at this place was opened.
    pub opened_at: Timestamp,
    /// Its session.
    pub session: SessionId,
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.opened_at.as_millis(), self.session)
    }
}

impl FromStr for Cursor {
    type Err = NotACursor;

    fn from_str(text: &str) -> Result<Self, NotACursor> {
        let (opened_at, session) = text.split_once('.').ok_or(NotACursor)?;
        Ok(Self {
            opened_at: Timestamp::from_millis(opened_at.parse().map_err(|_| NotACursor)?),
            session: session.parse().map_err(|_| NotACursor)?,
        })
    }
}

/// The text is not a place in a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a place in a listing")]
pub struct NotACursor;
