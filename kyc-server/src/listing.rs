//! How lists are asked for: a page at a time, by keyset.

use kyc_core::{ChartName, SessionId};
use kyc_persist::{Listed, Order, Page, Query, Row, StoreError};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::problem::Problem;

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those that stand in this state.
    state: Option<String>,
    /// Only the one that the company calls so: of several of that name the one that was opened last.
    external_ref: Option<String>,
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

impl App {
    /// The part that is asked for.
    pub(crate) async fn page(&self, listing: &Listing, query: &Query) -> Result<Page, Problem> {
        let Some(name) = &listing.external_ref else {
            return Ok(self.store.list(query).await?);
        };
        let mut page = Page {
            rows: Vec::new(),
            damaged: Vec::new(),
            next: None,
        };
        if let Some(session) = self.session_named(name).await? {
            let row = Row {
                session,
                chart: query.chart,
            };
            let is_meant = |state: &str| query.state.as_deref().is_none_or(|asked| asked == state);
            match self.store.load(&row).await {
                Ok(Some(kept)) if is_meant(&kept.state) => page.rows.push(Listed { row, kept }),
                Ok(_) | Err(StoreError::Erased) => {}
                Err(StoreError::Corrupt { .. }) => page.damaged.push(row),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(page)
    }
}

/// Whose rows nobody can read. Told to the operator as well: only a backup helps.
pub(crate) fn damaged(rows: Vec<Row>) -> Vec<SessionId> {
    rows.into_iter()
        .inspect(|row| tracing::error!(%row, "a row of the store is damaged"))
        .map(|row| row.session)
        .collect()
}
