//! What an applicant's page may ask: read, move and feed the one session that its token is bound to.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kyc_core::collection::{Event, Session, State as Stands};
use kyc_core::journal::Hash;
use kyc_core::{Actor, BlobRef, Key, Sender, SessionId, Source};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, StepTaken};
use crate::auth::ApplicantCaller;
use crate::device_key;
use crate::exchange;
use crate::handover;
use crate::integrator::Opened;
use crate::parts;
use crate::problem::Problem;
use crate::request::{
    Asked, IdempotencyKey, IfMatch, Named, Strict, etag, has_seen, last_event_id,
};
use crate::schema;
use crate::uploads::{Sheet, Wanted};

/// The routes of this audience, below `/applicant/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    exchange::routes()
        .routes(routes!(read))
        .routes(routes!(send))
        .routes(routes!(upload, show))
        .routes(routes!(stream))
        .routes(routes!(link))
        .merge(parts::routes())
        .merge(device_key::routes())
        .merge(handover::routes())
}

/// Read the session: what to show, the Flow, the snapshot that the page's own chart goes on from, and where a hand-over
/// stands that this device has begun; that is told by no version.
#[utoipa::path(
    get, path = "/sessions/{session}", tag = "applicant",
    responses(
        (status = OK, description = "The version is in ETag", body = schema::Loaded),
        (status = NOT_MODIFIED, description = "The version in If-None-Match is the present one"),
        (status = NOT_FOUND, description = "another's session", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn read(
    State(app): State<App>,
    caller: ApplicantCaller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let session = app.session(&caller.session).await?;
    let tag = [(header::ETAG, etag(session.version()))];
    // In `final` more is told than the version tells: whether a reviewer can see it already.
    if session.state() != Stands::Final && has_seen(&headers, session.version()) {
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    let body = app.loaded(&session, &caller.credential).await?;
    Ok((tag, Json(body)).into_response())
}

/// Send an event.
#[utoipa::path(
    post, path = "/sessions/{session}/events", tag = "applicant",
    params(
        ("If-Match" = String, Header, description = "The version the page has seen, in quotes"),
        ("Idempotency-Key" = String, Header, description = "Names this event: again under the same name, it gets the same answer"),
    ),
    request_body = schema::ApplicantEvent,
    responses(
        (status = OK, body = StepTaken),
        (status = FORBIDDEN, description = "not_yours", body = schema::Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "not_accepted, with state and accepted events; events_exhausted; handed_over", body = schema::Problem, content_type = "application/problem+json"),
        (status = PRECONDITION_FAILED, description = "stale, with the current view", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "refused with the reason, key_reused, blob_missing, source_mismatch", body = schema::Problem, content_type = "application/problem+json"),
        (status = PRECONDITION_REQUIRED, description = "version_required", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn send(
    State(app): State<App>,
    caller: ApplicantCaller,
    IfMatch(seen): IfMatch,
    IdempotencyKey(key): IdempotencyKey,
    Strict(event): Strict<Event>,
) -> Result<Response, Problem> {
    let session = &caller.session;
    if event.sender() != Sender::Applicant {
        return Err(Problem::not_yours());
    }
    // Who has seen less gets the answer to an earlier request, or is told where the session stands.
    if seen >= app.config.limits.events_per_session {
        return Err(
            Problem::events_exhausted().detail("the company can end this session and open another")
        );
    }
    if let Err(elsewhere) = app.must_have_the_session(&caller.credential).await
        && !app.has_answered(session, &Actor::APPLICANT, &key).await?
    {
        return Err(elsewhere);
    }
    let handed_in = match &event {
        Event::CapturePage { blob, .. } | Event::CaptureSelfie { blob } => Some((blob, false)),
        Event::CaptureStep { blob, source, .. } => Some((blob, *source == Source::Pdf)),
        _ => None,
    };
    if let Some((blob, as_pdf)) = handed_in {
        let by = Actor::APPLICANT;
        let found = app.must_have(session, blob, &by, &key).await?;
        if found.is_some_and(|found| (found == Source::Pdf) != as_pdf) {
            return Err(Problem::source_mismatch());
        }
    }
    let sent = app
        .carry_out::<Session>(session, key, Some(seen), event, Actor::APPLICANT)
        .await;
    match sent {
        Ok(answer) => {
            let tag = [(header::ETAG, etag(answer.entry.facts.version))];
            Ok((tag, Json(StepTaken::from(answer.entry))).into_response())
        }
        Err(error) => Err(app.session_refused(session, error).await),
    }
}

/// The image a path names, beside its session.
#[derive(Debug, Deserialize)]
pub(crate) struct Image {
    pub(crate) digest: BlobRef,
}

/// Upload an image, or a PDF where one is asked for, under the SHA-256 of its bytes. Again is harmless.
#[utoipa::path(
    put, path = "/sessions/{session}/blobs/{digest}", tag = "applicant",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "A still JPEG, PNG or WebP; a PDF where an additional step may be handed in as one"),
    responses(
        (status = CREATED), (status = OK, description = "It was there already"),
        (status = CONFLICT, description = "not_accepted of a session that has ended; images_exhausted; handed_over", body = schema::Problem, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, description = "rate_limited", body = schema::Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "too_large, too_many_pixels, pdf_too_long", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "not_an_image, pdf_not_allowed", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "image_empty, image_damaged, image_too_small, pdf_encrypted, pdf_damaged, pdf_empty, pdf_too_complex, digest_mismatch", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn upload(
    State(app): State<App>,
    caller: ApplicantCaller,
    Named(path): Named<Image>,
    request: Request,
) -> Result<StatusCode, Problem> {
    app.count_upload(&caller.session)?;
    let session = app.session(&caller.session).await?;
    takes_images(&session)?;
    app.must_have_the_session(&caller.credential).await?;
    let taking = app.clone();
    app.to_the_end(async move {
        let (session, digest, wanted) = (&caller.session, &path.digest, wanted(&session));
        let taken = taking.receive(session, digest, wanted, request).await;
        taking.still_takes(session, digest).await?;
        Ok(status_of(taken?.is_new))
    })
    .await
}

/// Whether an image was not there before.
pub(crate) const fn status_of(is_new: bool) -> StatusCode {
    match is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    }
}

/// What is taken of this applicant: a PDF as soon as one of their steps may be handed in as one. Which step that is, the
/// event tells.
pub(crate) fn wanted(session: &Session) -> Wanted {
    let steps = session.view().additional_steps;
    Wanted {
        images: session.flow().definition().images,
        pdf: steps.iter().any(|step| step.needed && step.sources.pdf),
    }
}

/// A session that has ended takes no images.
pub(crate) fn takes_images(session: &Session) -> Result<(), Problem> {
    match session.state().is_end() {
        false => Ok(()),
        true => Err(Problem::not_accepted()
            .with("state", session.state().as_str())
            .with("event", "upload")
            .with("accepts", json!([]))),
    }
}

/// See a file that was uploaded: an image upright, as JPEG, without what else it carried; of a PDF one page.
#[utoipa::path(
    get, path = "/sessions/{session}/blobs/{digest}", tag = "applicant",
    params(Sheet),
    responses((status = OK, content_type = "image/jpeg", body = Vec<u8>, headers(("Kyc-Pages" = u32, description = "How many pages there are"))), (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json")),
    security(("applicant_token" = [])),
)]
async fn show(
    State(app): State<App>,
    caller: ApplicantCaller,
    Named(path): Named<Image>,
    Asked(sheet): Asked<Sheet>,
) -> Result<Response, Problem> {
    let limits = app.images(&caller.session).await?;
    app.show_own(&caller.session, &path.digest, limits, sheet)
        .await
}

/// Listen to the session: an event `session` with the version as its id, at once and whenever something moves.
#[utoipa::path(
    get, path = "/sessions/{session}/stream", tag = "applicant",
    params(("Last-Event-ID" = Option<String>, Header, description = "The version told last")),
    responses((status = OK, content_type = "text/event-stream", body = String)),
    security(("applicant_token" = [])),
)]
async fn stream(
    State(app): State<App>,
    caller: ApplicantCaller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let news = app.live.session(&caller.session)?;
    let session = app.session(&caller.session).await?;
    let current = session.version();
    // In `final` the applicant is told of the case too, which moves none of their versions.
    let seen = last_event_id(&headers)
        .and_then(|id| id.parse().ok())
        .filter(|_| session.state() != Stands::Final);
    let (listening, credential) = (app.clone(), caller.credential);
    let allowed = move || {
        let app = listening.clone();
        let answer = async move { matches!(app.applicant(&credential).await, Ok(Some(_))) };
        Box::pin(answer) as _
    };
    Ok(news.stream(current, seen, Box::new(allowed)))
}

/// Make a link for going on with another device.
#[utoipa::path(
    post, path = "/sessions/{session}/links", tag = "applicant",
    responses(
        (status = CREATED, body = Opened),
        (status = CONFLICT, description = "handed_over", body = schema::Problem, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, description = "rate_limited", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn link(State(app): State<App>, caller: ApplicantCaller) -> Result<Response, Problem> {
    // By the session: every link becomes a token that makes links.
    app.rates
        .link(&app.keyed(&[b"links", caller.session.as_str().as_bytes()]))?;
    app.must_have_the_session(&caller.credential).await?;
    let opened = app
        .fresh_link(caller.session, caller.origin.as_ref(), None)
        .await?;
    Ok((StatusCode::CREATED, Json(opened)).into_response())
}

impl App {
    /// A session as the page is told it that has this token.
    pub(crate) async fn loaded(
        &self,
        session: &Session,
        credential: &Hash,
    ) -> Result<Value, Problem> {
        Ok(json!({
            "view": self.view(session).await?,
            "flow": **session.flow(),
            "snapshot": session.encode_for_applicant(),
            "handover": self.handover(credential).await?,
        }))
    }

    /// Looks once more whether the session takes images. Bytes take their time: whoever was erased meanwhile must not have left
    /// an image or a part of one behind.
    pub(crate) async fn still_takes(
        &self,
        id: &SessionId,
        digest: &BlobRef,
    ) -> Result<(), Problem> {
        let session = self.session(id).await?;
        let Err(ended) = takes_images(&session) else {
            return Ok(());
        };
        self.let_go(&session, digest).await?;
        Err(ended)
    }

    /// Refuses an event about bytes that were never uploaded. Answers what they are, which they alone decide; nothing where
    /// they were let go meanwhile, and the answer to an earlier request stands.
    pub(crate) async fn must_have(
        &self,
        session: &SessionId,
        blob: &BlobRef,
        by: &Actor,
        key: &Key,
    ) -> Result<Option<Source>, Problem> {
        match self.is_pdf(session, blob).await? {
            Some(true) => Ok(Some(Source::Pdf)),
            Some(false) => Ok(Some(Source::File)),
            None if self.has_answered(session, by, key).await? => Ok(None),
            None => Err(Problem::blob_missing()),
        }
    }

    /// Whether an event under this key was accepted before: then its sender gets that answer again.
    async fn has_answered(
        &self,
        session: &SessionId,
        by: &Actor,
        key: &Key,
    ) -> Result<bool, Problem> {
        let before = self.keeper.recall::<Session>(session, by, key).await;
        Ok(before.map_err(Problem::kept)?.is_some())
    }
}
