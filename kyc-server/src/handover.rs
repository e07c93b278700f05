//! Going on with another device: one device begins, another asks with a code that works once, the first one says yes, and
//! can take the session back.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kyc_core::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::auth::{ApplicantCaller, bearer};
use crate::logs;
use crate::problem::Problem;
use crate::request::{Named, Strict};
use crate::schema;
use crate::secrets::digest_of;

/// The routes of a hand-over, below `/applicant/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(begin, take_back))
        .routes(routes!(confirm))
        .routes(routes!(give_back))
        .routes(routes!(ask, waits))
}

/// A hand-over that has begun.
#[derive(Serialize, ToSchema)]
pub(crate) struct Begun {
    /// For the other device, which can use it once: as a QR code, or by itself. The code stands behind `#handover=`.
    pub(crate) link: String,
    /// Until when the other device can come and be let in, in milliseconds since 1970.
    #[schema(value_type = u64)]
    pub(crate) expires_at: Timestamp,
}

/// Begin to go on with another device. One that was begun before, and whoever came through it, has ended.
#[utoipa::path(
    post, path = "/sessions/{session}/handover", tag = "applicant",
    responses(
        (status = CREATED, body = Begun),
        (status = CONFLICT, description = "handed_over; not_accepted of a session that has ended; devices_exhausted", body = schema::Problem, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, description = "rate_limited", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn begin(
    State(app): State<App>,
    caller: ApplicantCaller,
) -> Result<(StatusCode, Json<Begun>), Problem> {
    // With the links: each lets another device in.
    app.rates
        .link(&app.keyed(&[b"links", caller.session.as_str().as_bytes()]))?;
    app.must_not_be_over(&caller.session).await?;
    app.must_have_the_session(&caller.credential).await?;
    Ok((StatusCode::CREATED, Json(app.begin(&caller).await?)))
}

/// What the first device has seen on both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// The digits that both devices show.
    #[serde(rename = "match")]
    pub(crate) digits: String,
}

/// Let the other device in, which shows the same digits. From then on it alone moves the session; this one may read.
#[utoipa::path(
    post, path = "/sessions/{session}/handover/confirm", tag = "applicant",
    request_body = Seen,
    responses(
        (status = NO_CONTENT, description = "It is in; again is harmless"),
        (status = CONFLICT, description = "not_accepted of a session that has ended", body = schema::Problem, content_type = "application/problem+json"),
        (status = GONE, description = "handover_ended: nobody asks with these digits, or not any more", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn confirm(
    State(app): State<App>,
    caller: ApplicantCaller,
    Strict(seen): Strict<Seen>,
) -> Result<StatusCode, Problem> {
    app.must_not_be_over(&caller.session).await?;
    app.agree(&caller, &seen.digits).await?;
    app.tell(&caller.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Call it off, say no, or take the session back: whoever came through the hand-over has no way in any more, and neither
/// has whom they let in. Again is harmless.
#[utoipa::path(
    delete, path = "/sessions/{session}/handover", tag = "applicant",
    responses((status = NO_CONTENT)),
    security(("applicant_token" = [])),
)]
async fn take_back(State(app): State<App>, caller: ApplicantCaller) -> Result<StatusCode, Problem> {
    let place = app.slot_of(&caller.credential);
    if app.grants.take(&place, app.clock.now()).await?.is_some() {
        app.tell(&caller.session).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The session of a device that may be out already.
#[derive(Deserialize)]
struct Left {
    session: String,
}

/// Give the session back to the device that let this one in: this one, whoever else came through the same hand-over, and the
/// links they made have no way in any more, and the other one moves the session as before. Again is harmless.
#[utoipa::path(
    post, path = "/sessions/{session}/handover/give-back", tag = "applicant",
    responses(
        (status = NO_CONTENT, description = "The other device has it; also when it had taken it back by itself"),
        (status = CONFLICT, description = "not_let_in: no device has let this one in; handed_over: this one has let another one in, and has to take the session back first", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn give_back(
    State(app): State<App>,
    Named(left): Named<Left>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    // Not as other callers are known: their token is worth nothing once the first of two requests is through.
    let presented = bearer(&headers).ok_or_else(Problem::unauthorized)?;
    let (session, is_news) = app.give_back(&digest_of(presented), &left.session).await?;
    logs::caller("applicant");
    logs::session(&session);
    if is_news {
        app.tell(&session).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The code of a hand-over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Presented {
    /// What stands behind `#handover=`.
    code: String,
}

/// A device that waits to be let in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Asking {
    /// Proves who is asking. Opens the session once the first device has said yes, and nothing before.
    pub(crate) token: String,
    /// Three digits. The first device shows them, too.
    #[serde(rename = "match")]
    pub(crate) digits: String,
    /// Until when it can be let in, in milliseconds since 1970.
    #[schema(value_type = u64)]
    pub(crate) expires_at: Timestamp,
}

/// Ask to go on with the session of a code. Works once.
#[utoipa::path(
    post, path = "/handover", tag = "applicant",
    request_body = Presented,
    responses(
        (status = OK, body = Asking),
        (status = UNAUTHORIZED, description = "code_invalid", body = schema::Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "not_accepted of a session that has ended", body = schema::Problem, content_type = "application/problem+json"),
    ),
)]
async fn ask(
    State(app): State<App>,
    Strict(presented): Strict<Presented>,
) -> Result<Json<Asking>, Problem> {
    let (session, asking) = app.ask_with(&presented.code).await?;
    logs::session(&session);
    app.tell(&session).await?;
    Ok(Json(asking))
}

/// Whether the device that asks was let in.
#[derive(Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Answered {
    /// Nobody has answered yet.
    Asked {
        /// As it was told.
        #[serde(rename = "match")]
        digits: String,
        /// As it was told.
        #[schema(value_type = u64)]
        expires_at: Timestamp,
    },
    /// The token opens this session.
    Agreed {
        /// Its name.
        #[schema(value_type = String)]
        session: SessionId,
        /// When the token is worth nothing any more, in milliseconds since 1970.
        #[schema(value_type = u64)]
        expires_at: Timestamp,
    },
}

/// Ask whether this device was let in; again and again.
#[utoipa::path(
    get, path = "/handover", tag = "applicant",
    responses(
        (status = OK, body = Answered),
        (status = GONE, description = "handover_ended: it was called off, refused or taken back, or nobody answered in time", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn waits(State(app): State<App>, headers: HeaderMap) -> Result<Json<Answered>, Problem> {
    let presented = bearer(&headers).ok_or_else(Problem::unauthorized)?;
    let credential = digest_of(presented);
    let answered = app.answered(&credential).await?;
    app.rates.caller(&credential)?;
    Ok(Json(answered))
}
