//! What a reviewer may ask: sign in, see cases and their images, decide.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kyc_core::review::{Event, Session};
use kyc_core::{Actor, BlobRef, ChartName, ReviewerId, Sender, SessionId, Timestamp, journal};
use kyc_persist::{Order, Row};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, StepTaken};
use crate::auth::{COOKIE, ReviewerCaller, Stay, cookie};
use crate::config::Role;
use crate::decoders::For;
use crate::listing::{Listing, damaged};
use crate::problem::Problem;
use crate::rates::Sent;
use crate::request::{Asked, IdempotencyKey, IfMatch, Named, Strict, etag, last_event_id};
use crate::schema;
use crate::secrets::digest_of;
use crate::uploads::Sheet;

/// The routes of this audience, below `/backoffice/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(logout))
        .routes(routes!(me))
        .routes(routes!(list))
        .routes(routes!(read))
        .routes(routes!(send))
        .routes(routes!(show))
        .routes(routes!(entries))
        .routes(routes!(stream))
}

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    name: String,
    password: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
struct Me {
    /// Under which name they act.
    #[schema(value_type = String)]
    name: ReviewerId,
    /// What they may do.
    roles: BTreeSet<Role>,
}

/// Sign in. The answer sets a cookie; an earlier one is worth nothing any more.
#[utoipa::path(
    post, path = "/login", tag = "backoffice",
    request_body = Login,
    responses(
        (status = OK, body = Me),
        (status = UNAUTHORIZED, description = "login_failed", body = schema::Problem, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, description = "rate_limited", body = schema::Problem, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, description = "unavailable: too many sign in at once; Retry-After tells when to come again", body = schema::Problem, content_type = "application/problem+json"),
    ),
)]
async fn login(
    State(app): State<App>,
    Sent(peer): Sent,
    headers: HeaderMap,
    Strict(login): Strict<Login>,
) -> Result<Response, Problem> {
    app.rates.login(&peer)?;
    let (secret, caller) = app.sign_in(&peer, &login.name, login.password).await?;
    if let Some(before) = cookie(&headers) {
        app.sign_out(&digest_of(before)).await?;
    }
    let age = app.config.lifetimes.reviewer().as_secs();
    let me = Me {
        name: caller.name,
        roles: caller.roles,
    };
    Ok((set_cookie(secret.reveal(), age), Json(me)).into_response())
}

/// Sign out.
#[utoipa::path(
    post, path = "/logout", tag = "backoffice",
    responses((status = NO_CONTENT)),
    security(("reviewer_cookie" = [])),
)]
async fn logout(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    if let Some(before) = cookie(&headers) {
        app.sign_out(&digest_of(before)).await?;
    }
    Ok((StatusCode::NO_CONTENT, set_cookie("", 0)).into_response())
}

/// Who is signed in.
#[utoipa::path(
    get, path = "/me", tag = "backoffice",
    responses((status = OK, body = Me), (status = UNAUTHORIZED, body = schema::Problem, content_type = "application/problem+json")),
    security(("reviewer_cookie" = [])),
)]
async fn me(caller: ReviewerCaller) -> Json<Me> {
    Json(Me {
        name: caller.name,
        roles: caller.roles,
    })
}

/// A page of cases.
#[derive(Serialize, ToSchema)]
struct Cases {
    /// Those that wait longest come first.
    cases: Vec<CaseLine>,
    /// Cases of this page that are damaged in the store: nobody can read them before a backup is restored.
    #[schema(value_type = Vec<String>)]
    damaged: Vec<SessionId>,
    /// Where the next page begins; null when this is the last.
    next: Option<String>,
}

/// One case of a page.
#[derive(Serialize, ToSchema)]
struct CaseLine {
    /// Whose.
    #[schema(value_type = String)]
    session: SessionId,
    /// The company's own name for the session.
    external_ref: Option<String>,
    /// Where it stands.
    state: String,
    /// Its version.
    version: u32,
    /// When it was opened, in milliseconds since 1970.
    #[schema(value_type = u64)]
    opened_at: Timestamp,
    /// Who has it.
    #[schema(value_type = Option<String>)]
    claimed_by: Option<ReviewerId>,
}

/// List cases.
#[utoipa::path(
    get, path = "/cases", tag = "backoffice",
    params(Listing),
    responses((status = OK, body = Cases)),
    security(("reviewer_cookie" = [])),
)]
async fn list(
    State(app): State<App>,
    _: ReviewerCaller,
    Asked(listing): Asked<Listing>,
) -> Result<Json<Cases>, Problem> {
    let query = listing.query(ChartName::Review, Order::OldestFirst)?;
    let page = app.page(&listing, &query).await?;
    let now = app.clock.now();
    let mut cases = Vec::with_capacity(page.rows.len());
    for listed in page.rows {
        // A case that does not open is listed all the same: somebody has to see that it is there.
        let case = app.keeper.revive::<Session>(&listed.kept).ok();
        cases.push(CaseLine {
            external_ref: app.external_ref(&listed.row.session).await?,
            session: listed.row.session,
            state: listed.kept.state,
            version: listed.kept.version,
            opened_at: listed.kept.opened_at,
            claimed_by: case.and_then(|case| case.claimed_by(now).cloned()),
        });
    }
    Ok(Json(Cases {
        cases,
        damaged: damaged(page.damaged),
        next: page.next.map(|place| place.to_string()),
    }))
}

/// Read a case, what the applicant said, and what they read of each additional step, by language.
#[utoipa::path(
    get, path = "/cases/{session}", tag = "backoffice",
    responses(
        (status = OK, description = "The version of the case is in ETag", body = schema::CaseRead),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("reviewer_cookie" = [])),
)]
async fn read(
    State(app): State<App>,
    caller: ReviewerCaller,
    Named(session): Named<SessionId>,
) -> Result<Response, Problem> {
    let case = app.case(&session).await?;
    let session = app.session(&session).await?;
    let items = case.items();
    let steps = items.iter().filter_map(|item| item.item.step());
    let steps: BTreeMap<_, _> = steps
        .filter_map(|name| Some((name, session.additional_step(name)?.texts())))
        .collect();
    let body = json!({
        "case": case.view(&caller.name, app.clock.now()),
        "applicant": app.view(&session).await?,
        "steps": steps,
    });
    Ok(([(header::ETAG, etag(case.version()))], Json(body)).into_response())
}

/// Send an event: claim, judge, decide.
#[utoipa::path(
    post, path = "/cases/{session}/events", tag = "backoffice",
    params(
        ("If-Match" = String, Header, description = "The version of the case that the page has seen, in quotes"),
        ("Idempotency-Key" = String, Header, description = "Names this event: again under the same name, it gets the same answer"),
    ),
    request_body = schema::ReviewerEvent,
    responses(
        (status = OK, body = StepTaken),
        (status = FORBIDDEN, description = "role_missing, not_yours, cross_origin", body = schema::Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "not_accepted, with state and accepted events", body = schema::Problem, content_type = "application/problem+json"),
        (status = PRECONDITION_FAILED, description = "stale, with the current view", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "refused with the reason and who has the case, key_reused", body = schema::Problem, content_type = "application/problem+json"),
        (status = PRECONDITION_REQUIRED, description = "version_required", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("reviewer_cookie" = [])),
)]
async fn send(
    State(app): State<App>,
    caller: ReviewerCaller,
    Named(session): Named<SessionId>,
    IfMatch(seen): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
    Strict(event): Strict<Event>,
) -> Result<Response, Problem> {
    caller.must_be(Role::Reviewer)?;
    if event.sender() != Sender::Reviewer {
        return Err(Problem::not_yours());
    }
    let by = Actor::reviewer(caller.name.clone());
    match app
        .carry_out::<Session>(&session, key, Some(seen), event, by)
        .await
    {
        Ok(answer) => {
            let tag = [(header::ETAG, etag(answer.entry.facts.version))];
            Ok((tag, Json(StepTaken::from(answer.entry))).into_response())
        }
        Err(error) => Err(app.case_refused(&session, &caller.name, error).await),
    }
}

/// The image a path names, and whose it is.
#[derive(Debug, Deserialize)]
struct Exhibit {
    session: SessionId,
    digest: BlobRef,
}

/// See a file of a case: an image upright, as JPEG, without what else it carried; of a PDF one page.
#[utoipa::path(
    get, path = "/cases/{session}/blobs/{digest}", tag = "backoffice",
    params(Sheet),
    responses((status = OK, content_type = "image/jpeg", body = Vec<u8>, headers(("Kyc-Pages" = u32, description = "How many pages there are"))), (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json")),
    security(("reviewer_cookie" = [])),
)]
async fn show(
    State(app): State<App>,
    _: ReviewerCaller,
    Named(path): Named<Exhibit>,
    Asked(sheet): Asked<Sheet>,
) -> Result<Response, Problem> {
    let Exhibit { session, digest } = path;
    // What the applicant took and did not hand in is theirs.
    if !app
        .case(&session)
        .await?
        .blobs()
        .any(|blob| *blob == digest)
    {
        return Err(Problem::not_found());
    }
    let limits = app.images(&session).await?;
    app.show(&session, &digest, limits, sheet, For::Reviewers)
        .await
}

/// What happened, and whether the record is whole.
#[utoipa::path(
    get, path = "/cases/{session}/journal", tag = "backoffice",
    responses((status = OK, body = schema::Journals)),
    security(("reviewer_cookie" = [])),
)]
async fn entries(
    State(app): State<App>,
    _: ReviewerCaller,
    Named(session): Named<SessionId>,
) -> Result<Json<Value>, Problem> {
    app.case(&session).await?;
    let collection = app.journal(&Row::collection(session.clone())).await?;
    let review = app.journal(&Row::review(session)).await?;
    Ok(Json(json!({ "collection": collection, "review": review })))
}

/// Listen to all cases: an event `case` whenever one moves, `resync` when some may have been missed.
#[utoipa::path(
    get, path = "/stream", tag = "backoffice",
    responses((status = OK, content_type = "text/event-stream", body = String)),
    security(("reviewer_cookie" = [])),
)]
async fn stream(
    State(app): State<App>,
    caller: ReviewerCaller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let news = app.live.cases(caller.name.as_str())?;
    let (listening, credential) = (app.clone(), caller.credential);
    let allowed = move || {
        let app = listening.clone();
        let answer =
            async move { matches!(app.reviewer(&credential, Stay::AsIs).await, Ok(Some(_))) };
        Box::pin(answer) as _
    };
    let interrupted = last_event_id(&headers).is_some();
    Ok(news.stream(interrupted, Box::new(allowed)))
}

impl App {
    async fn journal(&self, row: &Row) -> Result<Value, Problem> {
        let entries = self.store.journal(row).await?;
        let whole = journal::verify(&entries).is_ok();
        let told: Vec<_> = entries
            .into_iter()
            .map(|entry| {
                let facts = entry.facts;
                json!({
                    "version": facts.version, "at": facts.at, "by": facts.by, "event": facts.event,
                    "from": facts.from, "to": facts.to, "effects": facts.effects, "hash": entry.hash,
                })
            })
            .collect();
        Ok(json!({ "entries": told, "whole": whole }))
    }
}

fn set_cookie(secret: &str, age: u64) -> [(HeaderName, String); 1] {
    let line = format!("{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={age}");
    [(header::SET_COOKIE, line)]
}
