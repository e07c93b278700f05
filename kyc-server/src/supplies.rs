//! What a company hands in for an additional step after collection was complete: the bytes first, then what they are for.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use kyc_core::collection::{Event, GivenFields, Rejected, Session};
use kyc_core::{Actor, BlobRef, Key, SessionId, Source, StepName};
use kyc_persist::{Answer, KeepError};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::{App, StepTaken};
use crate::applicant::status_of;
use crate::auth::IntegratorCaller;
use crate::logs;
use crate::problem::Problem;
use crate::request::{IdempotencyKey, Named, Strict};
use crate::schema;
use crate::uploads::Wanted;

/// The step that a path names.
#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    session: SessionId,
    step: StepName,
}

/// The file that a path names.
#[derive(Debug, Deserialize)]
pub(crate) struct Spot {
    session: SessionId,
    step: StepName,
    digest: BlobRef,
}

/// What an uploaded file is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Supply {
    /// The SHA-256 of the bytes that were uploaded.
    #[schema(value_type = String)]
    blob: BlobRef,
    /// What the company knows, by field: reviewers compare with it. Takes the place of what was known for this step.
    #[serde(default)]
    #[schema(value_type = Object)]
    given: GivenFields,
}

/// Upload a file for an additional step under the SHA-256 of its bytes, after collection was complete. Again is harmless.
#[utoipa::path(
    put, path = "/sessions/{session}/steps/{step}/{digest}", tag = "integrator",
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "A still JPEG, PNG or WebP; a PDF where the step may be handed in as one"),
    responses(
        (status = CREATED), (status = OK, description = "It was there already"),
        (status = CONFLICT, description = "not_accepted before collection is complete, and of a session that has ended without a decision; images_exhausted", body = schema::Problem, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, description = "rate_limited", body = schema::Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "too_large, too_many_pixels, pdf_too_long", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "not_an_image, pdf_not_allowed", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "image_empty, image_damaged, image_too_small, pdf_encrypted, pdf_damaged, pdf_empty, pdf_too_complex, digest_mismatch; refused with the reason: already_erased, step_unknown, no_attempts_left", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn upload(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(spot): Named<Spot>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let wanted = app.before_supply(&spot.session, spot.step).await?;
    let taking = app.clone();
    app.to_the_end(async move {
        let (session, digest) = (&spot.session, &spot.digest);
        let taken = taking.receive(session, digest, wanted, request).await;
        taking.after_supply(session, spot.step, digest).await?;
        Ok(status_of(taken?.is_new))
    })
    .await
}

/// Hand in what was uploaded for an additional step: a first file, or one that takes the place of another.
///
/// The decision stands: reviewers look at this one item again, if anybody evaluates it. What was there before is kept for
/// the auditor.
#[utoipa::path(
    post, path = "/sessions/{session}/steps/{step}", tag = "integrator",
    params(("Idempotency-Key" = String, Header, description = "Names this request: again under the same name, it gets the same answer")),
    request_body = Supply,
    responses(
        (status = OK, body = StepTaken),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "not_accepted before collection is complete, and of a session that has ended without a decision", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "key_reused, blob_missing; refused with the reason: already_erased, step_unknown, field_unknown, text_too_long, source_not_allowed, no_attempts_left", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn supply(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(place): Named<Place>,
    IdempotencyKey(key): IdempotencyKey,
    Strict(supply): Strict<Supply>,
) -> Result<Json<StepTaken>, Problem> {
    app.session(&place.session).await?;
    logs::session(&place.session);
    // What the server itself does in the company's name has other names.
    let key = format!("supply:{}", key.as_str()).parse();
    let key: Key = key.map_err(|_| Problem::internal())?;
    let by = Actor::INTEGRATOR;
    let found = app
        .must_have(&place.session, &supply.blob, &by, &key)
        .await?;
    let Supply { blob, given } = supply;
    let take = async |source| {
        let event = supplied(place.step, source, blob.clone(), given.clone());
        app.supply(&place.session, key.clone(), event).await
    };
    let taken = match take(found.unwrap_or(Source::File)).await {
        // The bytes are gone and tell no more what they were: if it was not this, it was the other.
        Err(refused) if found.is_none() && refused.code() == "key_reused" => {
            take(Source::Pdf).await
        }
        taken => taken,
    };
    Ok(Json(taken?.entry.into()))
}

/// The event of the company.
pub(crate) fn supplied(step: StepName, source: Source, blob: BlobRef, given: GivenFields) -> Event {
    Event::SupplyStep {
        step,
        source,
        blob,
        given,
    }
}

impl App {
    /// Refuses bytes that nothing could be done with. Answers what is taken.
    pub(crate) async fn before_supply(
        &self,
        id: &SessionId,
        step: StepName,
    ) -> Result<Wanted, Problem> {
        let session = self.session(id).await?;
        logs::session(id);
        self.count_upload(id)?;
        self.could_supply(&session, step).await?;
        let sources = session.additional_step(step).map(|step| step.sources());
        Ok(Wanted {
            images: session.flow().definition().images,
            pdf: sources.is_some_and(|sources| sources.pdf),
        })
    }

    /// Bytes take their time: whoever was erased meanwhile must not have left a file behind.
    pub(crate) async fn after_supply(
        &self,
        id: &SessionId,
        step: StepName,
        blob: &BlobRef,
    ) -> Result<(), Problem> {
        let session = self.session(id).await?;
        let refused = self.could_supply(&session, step).await;
        if refused.is_err() {
            self.let_go(&session, blob).await?;
        }
        refused
    }

    /// Lets the company's file be what counts for its step.
    pub(crate) async fn supply(
        &self,
        session: &SessionId,
        key: Key,
        event: Event,
    ) -> Result<Answer<Session>, Problem> {
        let done = self
            .carry_out::<Session>(session, key, None, event, Actor::INTEGRATOR)
            .await;
        match done {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.session_refused(session, error).await),
        }
    }

    /// Asks the guard, before the bytes are looked at.
    async fn could_supply(&self, session: &Session, step: StepName) -> Result<(), Problem> {
        let any = supplied(step, Source::File, nothing()?, GivenFields::new());
        match would_take(session, &any, self) {
            Ok(()) => Ok(()),
            Err(rejected) => {
                let error = KeepError::Rejected(rejected);
                Err(self.session_refused(session.id(), error).await)
            }
        }
    }
}

/// Whether a session would take an event, which it does not.
pub(crate) fn would_take(session: &Session, event: &Event, app: &App) -> Result<(), Rejected> {
    session.clone().handle(event, app.clock.now()).map(drop)
}

/// No guard looks at the name of the bytes.
fn nothing() -> Result<BlobRef, Problem> {
    "0".repeat(64).parse().map_err(|_| Problem::internal())
}
