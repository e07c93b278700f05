//! What is written about a request: ids, enums, numbers. Never a path as it was sent, a body or a header.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use kyc_core::SessionId;
use tracing::field::Empty;
use tracing::{Instrument, Span, info, info_span, warn};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use uuid::Uuid;

use crate::problem::Code;

/// Writes JSON lines to `writer`; `filter` as `RUST_LOG` has it.
pub fn subscriber<W>(filter: &str, writer: W) -> impl tracing::Subscriber + Send + Sync + use<W>
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish()
}

/// Tells where the process panicked. What the panic says may quote input, so it is left out.
pub fn panics_without_their_words() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// Who is asking, for every line that is written on behalf of this request: a name from the configuration.
pub(crate) fn caller(name: &str) {
    Span::current().record("caller", name);
}

/// Which session is asked about, once it is known to exist.
pub(crate) fn session(session: &SessionId) {
    Span::current().record("session", session.as_str());
}

/// One line for each request. The request's id is in every line written on its behalf, and in the answer.
pub(crate) async fn each_request(request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().simple().to_string();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let span = info_span!("request", id = %id, caller = Empty, session = Empty);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;

    let status = response.status().as_u16();
    let code = response.extensions().get::<Code>().map(|code| code.0);
    let ms = began.elapsed().as_secs_f64() * 1_000.0;
    span.in_scope(|| match status {
        500.. => warn!(%method, route, status, code, ms, "answered"),
        _ => info!(%method, route, status, code, ms, "answered"),
    });
    if let Ok(id) = HeaderValue::try_from(id) {
        response
            .headers_mut()
            .insert(HeaderName::from_static("x-request-id"), id);
    }
    response
}
