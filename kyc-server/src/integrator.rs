//! What a company's backend may ask: open sessions, hand out links, look, call off, erase.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kyc_core::collection::Given;
use kyc_core::flow::Matrix;
use kyc_core::{Actor, ChartName, Flow, Key, SessionId, Timestamp, collection, review};
use kyc_persist::{KeepError, Order, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, StepTaken};
use crate::auth::IntegratorCaller;
use crate::devices::Origin;
use crate::holds;
use crate::listing::{Listing, damaged};
use crate::names::grants_of;
use crate::problem::Problem;
use crate::request::{Asked, IdempotencyKey, Named, Strict, etag};
use crate::{files, results, schema, supplies};

/// The routes of this audience, below `/integrator/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open, list))
        .routes(routes!(read, erase))
        .routes(routes!(link))
        .routes(routes!(cancel))
        .routes(routes!(holds::hold, holds::lift))
        .routes(routes!(results::results))
        .routes(routes!(files::list))
        .routes(routes!(files::show))
        .routes(routes!(supplies::supply))
        .routes(routes!(supplies::upload))
}

/// What a new session is to be like.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Opening {
    /// The id of the Flow it walks; the server's first when left out.
    #[serde(default)]
    flow: Option<String>,
    /// The company's own name for it, up to 128 characters: shown to the company, to nobody else.
    #[serde(default)]
    external_ref: Option<String>,
    /// The language of the page (BCP 47); the browser's when left out.
    #[serde(default)]
    locale: Option<String>,
    /// Which additional steps this applicant is asked for instead of those of the Flow: country or `all`, then document
    /// or `all`, then a list of names, or an object of names and what is different about each. Empty asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    steps: Option<Matrix>,
    /// What the company knows, by step and field: reviewers compare with it, the applicant never sees it.
    #[serde(default, skip_serializing_if = "Given::is_empty")]
    #[schema(value_type = Object)]
    given: Given,
}

impl Opening {
    /// What is asked of this applicant alone, and what is known of them.
    fn prescription(&self) -> Option<collection::Event> {
        (self.steps.is_some() || !self.given.is_empty()).then(|| collection::Event::Prescribe {
            steps: self.steps.clone(),
            given: self.given.clone(),
        })
    }

    fn check(&self) -> Result<(), Problem> {
        if self.locale.as_deref().is_some_and(|tag| !is_language(tag)) {
            return Err(Problem::malformed().detail("locale is not a language tag"));
        }
        let sound = |name: &str| {
            (1..=128).contains(&name.chars().count())
                && name.len() <= 255
                && !name.chars().any(char::is_control)
        };
        match self.external_ref.as_deref() {
            Some(name) if !sound(name) => {
                Err(Problem::malformed()
                    .detail("external_ref is not 1 to 128 printable characters"))
            }
            _ => Ok(()),
        }
    }
}

/// A new session, or a new link into an old one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Opened {
    /// Its name.
    #[schema(value_type = String)]
    session: SessionId,
    /// For the applicant, who can use it once.
    link: String,
    /// When the link is worth nothing any more, in milliseconds since 1970.
    #[schema(value_type = u64)]
    link_expires_at: Timestamp,
}

/// Open a session.
///
/// The same `Idempotency-Key` again opens nothing: it answers the same session, with a fresh link, because of a link
/// only a digest is kept.
#[utoipa::path(
    post, path = "/sessions", tag = "integrator",
    params(("Idempotency-Key" = String, Header, description = "Names this request")),
    request_body = Opening,
    responses(
        (status = CREATED, body = Opened),
        (status = BAD_REQUEST, description = "malformed, key_required", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "key_reused; refused with the reason: steps or fields that the Flow does not have", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
async fn open(
    State(app): State<App>,
    caller: IntegratorCaller,
    key: IdempotencyKey,
    Strict(opening): Strict<Opening>,
) -> Result<Response, Problem> {
    let flow = app.newest_flow(opening.flow.as_deref());
    let flow = flow.ok_or_else(|| Problem::malformed().detail("no such flow"))?;
    opening.check()?;
    // The session's name follows from who asks and under which key, so that asking again finds it.
    let name = app.keyed(&[
        b"session",
        caller.credential.as_bytes(),
        key.0.as_str().as_bytes(),
    ]);
    let session: SessionId = name.to_string()[..32]
        .parse()
        .map_err(|_| Problem::internal())?;
    let prescription = opening.prescription();
    if let Some(event) = &prescription {
        // Judged before anything is kept: what is refused opens nothing.
        let now = app.clock.now();
        collection::Session::open(flow, session.clone(), now)
            .handle(event, now)
            .map(drop)
            .map_err(|rejected| Problem::prescription_refused(&rejected))?;
    }
    app.open_session(&session, flow, &key.0, &opening).await?;
    if let Some(event) = prescription {
        app.prescribe(&session, &key.0, event).await?;
    }
    // Asked again after the person was erased, the key leads nowhere: no link, and no name beside the session.
    app.refuse_erased(&session).await?;
    if let Some(name) = opening.external_ref {
        app.keep_external_ref(&session, &name).await?;
        // Whoever was erased meanwhile must not have left a name behind.
        if let Err(erased) = app.refuse_erased(&session).await {
            app.forget_grants(&session).await?;
            return Err(erased);
        }
    }
    let opened = app
        .fresh_link(session, None, opening.locale.as_deref())
        .await?;
    Ok((StatusCode::CREATED, Json(opened)).into_response())
}

/// A page of sessions.
#[derive(Serialize, ToSchema)]
struct Sessions {
    /// The one opened last comes first.
    sessions: Vec<Line>,
    /// Sessions of this page that are damaged in the store: nobody can read them before a backup is restored.
    #[schema(value_type = Vec<String>)]
    damaged: Vec<SessionId>,
    /// Where the next page begins; null when this is the last.
    next: Option<String>,
}

/// One session of a page.
#[derive(Serialize, ToSchema)]
struct Line {
    /// Its name.
    #[schema(value_type = String)]
    session: SessionId,
    /// The company's own name for it.
    external_ref: Option<String>,
    /// Where it stands.
    state: String,
    /// Its version.
    version: u32,
    /// When it was opened, in milliseconds since 1970.
    #[schema(value_type = u64)]
    opened_at: Timestamp,
}

/// List sessions, the newest first.
#[utoipa::path(
    get, path = "/sessions", tag = "integrator",
    params(Listing),
    responses((status = OK, body = Sessions)),
    security(("api_key" = [])),
)]
async fn list(
    State(app): State<App>,
    _: IntegratorCaller,
    Asked(listing): Asked<Listing>,
) -> Result<Json<Sessions>, Problem> {
    let query = listing.query(ChartName::Collection, Order::NewestFirst)?;
    let page = app.page(&listing, &query).await?;
    let mut sessions = Vec::new();
    for listed in page.rows {
        sessions.push(Line {
            external_ref: app.external_ref(&listed.row.session).await?,
            session: listed.row.session,
            state: listed.kept.state,
            version: listed.kept.version,
            opened_at: listed.kept.opened_at,
        });
    }
    Ok(Json(Sessions {
        sessions,
        damaged: damaged(page.damaged),
        next: page.next.map(|place| place.to_string()),
    }))
}

/// A session as the company sees it.
#[derive(Serialize)]
struct SessionRead {
    #[serde(flatten)]
    view: collection::View,
    external_ref: Option<String>,
    hold: Option<collection::Hold>,
}

/// Read a session. What the applicant said is in it.
#[utoipa::path(
    get, path = "/sessions/{session}", tag = "integrator",
    responses(
        (status = OK, description = "The version is in ETag", body = schema::SessionRead),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
async fn read(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(session): Named<SessionId>,
) -> Result<Response, Problem> {
    let session = app.session(&session).await?;
    let read = SessionRead {
        view: app.view(&session).await?,
        external_ref: app.external_ref(session.id()).await?,
        hold: session.hold(),
    };
    let tag = [(header::ETAG, etag(session.version()))];
    Ok((tag, Json(read)).into_response())
}

/// Make a fresh link into a session, for an applicant who has lost theirs.
#[utoipa::path(
    post, path = "/sessions/{session}/links", tag = "integrator",
    responses(
        (status = CREATED, body = Opened),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
async fn link(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(session): Named<SessionId>,
) -> Result<Response, Problem> {
    app.session(&session).await?;
    let opened = app.fresh_link(session, None, None).await?;
    Ok((StatusCode::CREATED, Json(opened)).into_response())
}

/// Call a session off.
#[utoipa::path(
    post, path = "/sessions/{session}/cancel", tag = "integrator",
    params(("Idempotency-Key" = String, Header, description = "Names this request")),
    responses(
        (status = OK, body = StepTaken),
        (status = CONFLICT, description = "not_accepted", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
async fn cancel(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(session): Named<SessionId>,
    key: IdempotencyKey,
) -> Result<Json<StepTaken>, Problem> {
    // What the server itself does in the integrator's name has other names.
    let key = format!("cancel:{}", key.0.as_str()).parse();
    let key: Key = key.map_err(|_| Problem::internal())?;
    let cancelled = app
        .carry_out::<collection::Session>(
            &session,
            key,
            None,
            collection::Event::Cancel,
            Actor::INTEGRATOR,
        )
        .await;
    match cancelled {
        Ok(answer) => Ok(Json(answer.entry.into())),
        Err(error) => Err(app.session_refused(&session, error).await),
    }
}

/// Erase what is known of the person: their data, their images, their tokens. A session under way is called off first.
///
/// Safe to repeat: whatever an earlier attempt left undone is done again.
#[utoipa::path(
    delete, path = "/sessions/{session}", tag = "integrator",
    responses(
        (status = NO_CONTENT),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "on_hold", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
async fn erase(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(session): Named<SessionId>,
) -> Result<StatusCode, Problem> {
    match app.forget(&session).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(problem) if problem.code() == Problem::session_unreadable().code() => {
            Err(problem.with("help", UNREADABLE))
        }
        Err(problem) => Err(problem),
    }
}

/// Whether it may be erased at all stands in what nobody can read: a person has to look that up.
const UNREADABLE: &str =
    "the operator can erase it with `kyc-server erasures force`, or restore a backup";

impl App {
    /// The Flow of that name, else the first. Of several editions the newest; the others are there for the sessions that
    /// stand in them.
    pub(crate) fn newest_flow(&self, name: Option<&str>) -> Option<&Arc<Flow>> {
        let name = name.or_else(|| Some(self.flows.first()?.id().as_str()))?;
        let editions = self.flows.iter().filter(|flow| flow.id().as_str() == name);
        editions.max_by_key(|flow| flow.version())
    }

    /// Erases what is known of the person; a session under way is called off first.
    pub(crate) async fn forget(&self, session: &SessionId) -> Result<(), Problem> {
        let standing = self.session_to_forget(session).await?;
        // Asked before anything is done: a session that may not be erased is not called off for it either.
        if standing.hold().is_some() {
            return Err(Problem::on_hold());
        }
        if !standing.state().is_end() {
            self.integrate(session, "erase.cancel", collection::Event::Cancel)
                .await?;
        }
        if !self.session_to_forget(session).await?.is_redacted() {
            self.integrate(session, "erase", collection::Event::Erase)
                .await?;
        }
        // The courier would do it as well; but whoever is told "erased" must be able to rely on it now.
        self.erase_what_is_around(session).await
    }

    /// Before anybody has a link. A retry gets its first answer.
    pub(crate) async fn prescribe(
        &self,
        session: &SessionId,
        key: &Key,
        event: collection::Event,
    ) -> Result<(), Problem> {
        let key = format!("steps:{}", key.as_str()).parse();
        let key: Key = key.map_err(|_| Problem::internal())?;
        let done = self
            .carry_out::<collection::Session>(session, key, None, event, Actor::INTEGRATOR)
            .await;
        match done {
            Ok(_) => Ok(()),
            Err(error) => Err(self.session_refused(session, error).await),
        }
    }

    /// Opens a session, or finds it opened for the same request.
    pub(crate) async fn open_session(
        &self,
        session: &SessionId,
        flow: &Arc<Flow>,
        key: &Key,
        opening: &impl Serialize,
    ) -> Result<(), Problem> {
        let fingerprint = self.fingerprint(&Row::collection(session.clone()), opening);
        let (by, now) = (Actor::INTEGRATOR, self.clock.now());
        let key = format!("open:{}", key.as_str()).parse();
        let key: Key = key.map_err(|_| Problem::internal())?;
        let opened = self
            .keeper
            .open::<collection::Session>(flow, session.clone(), key, fingerprint, by, now)
            .await;
        opened.map(drop).map_err(Problem::kept)
    }

    /// The link that carries a fresh code behind `#`, where no server and no log sees it.
    pub(crate) async fn fresh_link(
        &self,
        session: SessionId,
        origin: Option<&Origin>,
        locale: Option<&str>,
    ) -> Result<Opened, Problem> {
        let (code, link_expires_at) = self.link(&session, origin).await?;
        let language = locale.map(|tag| format!("&lang={tag}")).unwrap_or_default();
        let link = format!(
            "{}/apply/#code={}{language}",
            self.public_url,
            code.reveal()
        );
        Ok(Opened {
            session,
            link,
            link_expires_at,
        })
    }

    pub(crate) async fn session_to_forget(
        &self,
        id: &SessionId,
    ) -> Result<collection::Session, Problem> {
        let found = self.load_to_forget::<collection::Session>(id).await?;
        found.ok_or_else(Problem::not_found)
    }

    pub(crate) async fn refuse_erased(&self, session: &SessionId) -> Result<(), Problem> {
        let opened = self.session(session).await?;
        match opened.is_redacted() {
            true => Err(Problem::not_accepted()
                .with("state", opened.state().as_str())
                .with("event", "open")),
            false => Ok(()),
        }
    }

    pub(crate) async fn forget_grants(&self, session: &SessionId) -> Result<(), Problem> {
        for subject in grants_of(session) {
            self.grants.revoke(&subject).await?;
        }
        Ok(())
    }

    /// What is left of a person when their session has forgotten them: the case, tokens and names, images. Again is
    /// harmless.
    pub(crate) async fn erase_what_is_around(&self, session: &SessionId) -> Result<(), Problem> {
        self.erase_case(session).await?;
        self.forget_grants(session).await?;
        self.blobs.delete_all(session).await?;
        Ok(())
    }

    async fn erase_case(&self, session: &SessionId) -> Result<(), Problem> {
        for (key, event) in [
            ("erase.withdraw", review::Event::Withdraw),
            ("erase", review::Event::Erase),
        ] {
            let Some(case) = self.load_to_forget::<review::Session>(session).await? else {
                return Ok(());
            };
            let is_needed = match event {
                review::Event::Withdraw => !case.state().is_end(),
                _ => !case.is_redacted(),
            };
            if is_needed {
                let key: Key = key.parse().map_err(|_| Problem::internal())?;
                let by = Actor::INTEGRATOR;
                let done = self
                    .carry_out::<review::Session>(session, key, None, event, by)
                    .await;
                match done {
                    // The courier was first.
                    Ok(_) | Err(KeepError::Rejected(_)) => {}
                    Err(error) => return Err(Problem::kept(error)),
                }
            }
        }
        Ok(())
    }

    /// An event of the company's under a name of our own, so that repeating the request repeats nothing.
    async fn integrate(
        &self,
        session: &SessionId,
        key: &str,
        event: collection::Event,
    ) -> Result<(), Problem> {
        let key: Key = key.parse().map_err(|_| Problem::internal())?;
        let done = self
            .carry_out::<collection::Session>(session, key, None, event, Actor::INTEGRATOR)
            .await;
        match done {
            Ok(_) => Ok(()),
            // It was put on hold just now.
            Err(KeepError::Rejected(collection::Rejected::Refused {
                reason: collection::Reason::OnHold,
                ..
            })) => Err(Problem::on_hold()),
            Err(error) => Err(self.session_refused(session, error).await),
        }
    }
}

/// Letters, digits and hyphens, as BCP 47 has them.
fn is_language(tag: &str) -> bool {
    (2..=35).contains(&tag.len())
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
