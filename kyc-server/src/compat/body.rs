//! How a body is read: a JSON object of bounded size, declared as JSON.

use std::time::Duration;

use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::problem::Problem;
use crate::request::{collect, declares_json};

/// The members of a body of at most so many bytes.
#[derive(Debug)]
pub(super) struct Body<const MOST: usize>(pub(super) Map<String, Value>);

impl<S: Send + Sync, const MOST: usize> FromRequest<S> for Body<MOST> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        read(request, MOST, ARRIVAL).await.map(Self)
    }
}

/// The members of a body.
pub(super) async fn read(
    request: Request,
    most: usize,
    patience: Duration,
) -> Result<Map<String, Value>, Refusal> {
    if !declares_json(request.headers()) {
        return Err(Problem::not_json().into());
    }
    let bytes = collect(request, most, patience).await?;
    // The parser's own message quotes what was sent.
    serde_json::from_slice(&bytes).map_err(|_| Refusal::no_json())
}

const ARRIVAL: Duration = Duration::from_secs(20);
