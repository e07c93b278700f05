//! How lists are asked for and answered: a page at a time, by keyset.

use kyc_core::{ChartName, SessionId, Timestamp};
use kyc_persist::{Order, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those that stand in this state.
    state: Option<String>,
    /// Only those behind this place: `next` of the page before.
    after: Option<String>,
    /// At most this many, from 1 to 200; 50 when left out.
    limit: Option<usize>,
}

impl Listing {
    pub(crate) fn query(&self, chart: ChartName, order: Order) -> Result<Query, Problem> {
        let wrong = |what: &str| Problem::malformed().detail(what);
        let after = match &self.after {
            Some(text) => Some(text.parse().map_err(|_| wrong("after is not a place"))?),
            None => None,
        };
        let limit = self.limit.unwrap_or(50);
        if !(1..=kyc_persist::LONGEST_PAGE).contains(&limit) {
            return Err(wrong("limit is not within 1 to 200"));
        }
        Ok(Query {
            chart,
            state: self.state.clone(),
            order,
            after,
            limit,
        })
    }
}

/// A page of sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page {
    /// In the order in which they were opened.
    sessions: Vec<Line>,
    /// Where the next page begins; null when this is the last.
    next: Option<String>,
}

/// One session of a page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Line {
    /// Its name.
    #[schema(value_type = String)]
    session: SessionId,
    /// Where it stands.
    state: String,
    /// Its version.
    version: u32,
    /// When it was opened, in milliseconds since 1970.
    #[schema(value_type = u64)]
    opened_at: Timestamp,
}

impl Page {
    pub(crate) fn of(page: kyc_persist::Page) -> Self {
        let next = page.next.map(|place| place.to_string());
        let line = |listed: kyc_persist::Listed| Line {
            session: listed.row.session,
            state: listed.kept.state,
            version: listed.kept.version,
            opened_at: listed.kept.opened_at,
        };
        Self {
            sessions: page.rows.into_iter().map(line).collect(),
            next,
        }
    }
}
