//! How a request is read: strict JSON of bounded size, the version the caller has seen, the key of a repeatable request.

use std::time::Duration;

use axum::body::{BodyDataStream, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use kyc_core::Key;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The most a JSON body may have.
pub(crate) const JSON_LIMIT: usize = 64 * 1024;

/// The longest `Idempotency-Key`, in bytes.
const LONGEST_KEY: usize = 128;

/// How much of a body that is too large is still read, so that the caller gets an answer instead of a broken pipe.
const DRAIN: usize = 64 * 1024 * 1024;

/// A body that is exactly what was asked for: declared as JSON, not too large, no unknown fields.
#[derive(Debug)]
pub(crate) struct Strict<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Strict<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !declares_json(request.headers()) {
            return Err(Problem::not_json());
        }
        let bytes = collect(request, JSON_LIMIT, ARRIVAL).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            // The parser's own message quotes what was sent; only the place is told.
            .map_err(|error| {
                Problem::malformed().detail(format!(
                    "the body does not fit at line {}, column {}",
                    error.line(),
                    error.column()
                ))
            })
    }
}

/// What the path names. A name that is not well formed is the name of nothing.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(named)| Self(named))
            .map_err(|_| Problem::not_found())
    }
}

/// What the query asks for.
#[derive(Debug)]
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(asked)| Self(asked))
            .map_err(|_| Problem::malformed().detail("the query has an unknown or wrong field"))
    }
}

/// The version the caller has seen: `If-Match: "7"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) u32);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts
            .headers
            .get(header::IF_MATCH)
            .ok_or_else(Problem::version_required)?;
        value
            .to_str()
            .ok()
            .and_then(version_of)
            .map(Self)
            .ok_or_else(|| Problem::malformed().detail("If-Match is not a version"))
    }
}

/// The name of a repeatable request: the same key again gets the same answer.
#[derive(Clone, Debug)]
pub(crate) struct IdempotencyKey(pub(crate) Key);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts
            .headers
            .get("idempotency-key")
            .ok_or_else(Problem::key_required)?;
        value
            .to_str()
            .ok()
            .filter(|text| text.len() <= LONGEST_KEY)
            .and_then(|text| text.parse().ok())
            .map(Self)
            .ok_or_else(|| Problem::malformed().detail("Idempotency-Key is not well formed"))
    }
}

/// The version that a stream has told last, as the browser repeats it.
pub(crate) fn last_event_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("last-event-id")?.to_str().ok()
}

/// Whether the caller has exactly this version already.
pub(crate) fn has_seen(headers: &HeaderMap, version: u32) -> bool {
    headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|tag| version_of(tag) == Some(version)))
}

/// The tag under which a version is handed out.
pub(crate) fn etag(version: u32) -> String {
    format!("\"{version}\"")
}

/// A tag back to its version; weakened tags, as proxies make them, are understood.
pub(crate) fn version_of(tag: &str) -> Option<u32> {
    let tag = tag.trim();
    let digits = tag
        .strip_prefix("W/")
        .unwrap_or(tag)
        .strip_prefix('"')?
        .strip_suffix('"')?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

/// How long a JSON body may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(20);

/// How much memory is asked for before anything has come.
const AT_ONCE: usize = 64 * 1024;

/// The whole body, counted while it arrives: the declared length is believed only when it is too large.
pub(crate) async fn collect(
    request: Request,
    limit: usize,
    patience: Duration,
) -> Result<Bytes, Problem> {
    collect_where_there_is_room(request, limit, patience, |_| Ok(())).await
}

/// The same, where each byte needs room before it is kept.
pub(crate) async fn collect_where_there_is_room(
    request: Request,
    limit: usize,
    patience: Duration,
    room: impl FnMut(usize) -> Result<(), Problem>,
) -> Result<Bytes, Problem> {
    tokio::time::timeout(patience, counted(request, limit, room))
        .await
        .unwrap_or_else(|_| Err(Problem::too_slow()))
}

async fn counted(
    request: Request,
    limit: usize,
    mut room: impl FnMut(usize) -> Result<(), Problem>,
) -> Result<Bytes, Problem> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > DRAIN as u64) {
        return Err(Problem::too_large().with("limit", limit));
    }
    let mut stream = request.into_body().into_data_stream();
    // What is declared and does not come needs no room.
    let most = limit.min(AT_ONCE);
    let mut bytes = Vec::with_capacity(declared.map_or(0, |length| most.min(length as usize)));
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| Problem::malformed().detail("the body broke off"))?;
        if bytes.len() + chunk.len() > limit {
            drain(&mut stream, limit).await;
            return Err(Problem::too_large().with("limit", limit));
        }
        room(bytes.len() + chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Reads on what is not taken, see [`DRAIN`].
pub(crate) async fn drain(stream: &mut BodyDataStream, already: usize) {
    let mut left = DRAIN.saturating_sub(already);
    while let Some(Ok(chunk)) = stream.next().await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

pub(crate) fn declares_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|media| media.trim().eq_ignore_ascii_case("application/json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_version_and_nothing_else() {
        assert_eq!(version_of("\"7\""), Some(7));
        assert_eq!(version_of("W/\"7\""), Some(7));
        for wrong in [
            "7",
            "\"-1\"",
            "\"+1\"",
            "\"4294967296\"",
            "\"\"",
            "*",
            "\"7",
        ] {
            assert_eq!(version_of(wrong), None, "{wrong}");
        }
    }

    // Paused time jumps to the next timer as soon as nothing else can happen.
    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_arrive_is_not_waited_for() {
        let silent = futures_util::stream::pending::<Result<Bytes, std::convert::Infallible>>();
        let request = Request::new(axum::body::Body::from_stream(silent));
        let answer = collect(request, JSON_LIMIT, ARRIVAL).await;
        assert_eq!(answer, Err(Problem::too_slow()));
    }
}
