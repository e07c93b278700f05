//! What a company asks of a session that it has: where it stands, what came of it, to delete it, and to hand in a step.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use base64ct::{Base64, Encoding};
use kyc_core::collection::{Given, GivenFields, Session};
use kyc_core::{Key, SessionId, Source, StepName, review};
use serde_json::{Map, Value, json};

use super::body::{self, Body};
use super::caller::Caller;
use super::notice::{self, Names};
use super::refusal::Refusal;
use super::scan_ref::{scan_ref, session_of};
use super::vocabulary::phase;
use super::{EXTERNAL_REF, matrix};
use crate::app::App;
use crate::logs;
use crate::problem::Problem;
use crate::request::JSON_LIMIT;
use crate::results;
use crate::supplies::{supplied, would_take};
use crate::uploads::busy;

/// `POST /api/v2/status`.
pub(super) async fn status(
    State(app): State<App>,
    _: Caller,
    Body(body): Body<JSON_LIMIT>,
) -> Result<Json<Value>, Refusal> {
    let (session, case) = app.named(&body, &["scanRef"]).await?;
    let names = app.names(session.id()).await?;
    Ok(Json(notice::status(&session, case.as_ref(), &names)))
}

/// `POST /api/v2/data`.
pub(super) async fn data(
    State(app): State<App>,
    _: Caller,
    Body(body): Body<JSON_LIMIT>,
) -> Result<Json<Value>, Refusal> {
    let (session, case) = app.named(&body, &["scanRef"]).await?;
    if session.is_redacted() {
        return Err(Refusal::unknown());
    }
    let names = app.names(session.id()).await?;
    Ok(Json(notice::data(&session, case.as_ref(), &names)))
}

/// `POST /api/v2/delete`. Again is harmless.
pub(super) async fn delete(
    State(app): State<App>,
    _: Caller,
    Body(body): Body<JSON_LIMIT>,
) -> Result<StatusCode, Refusal> {
    let (session, case) = app.named(&body, &["scanRef"]).await?;
    if phase(results::phase(&session, case.as_ref())).is_active() {
        return Err(Refusal::not_now("The session has not come to its end."));
    }
    app.forget(session.id()).await?;
    Ok(StatusCode::OK)
}

/// `POST /api/v2/upload-additional-step`: a first file after the end, or one that takes the place of another.
pub(super) async fn upload(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Json<Value>, Refusal> {
    let place = app.handling.take(&format!("basic:{}", caller.name));
    let _place = place.map_err(busy)?;
    let largest = app
        .flows
        .iter()
        .map(|flow| flow.definition().images.max_bytes);
    let largest = largest.max().unwrap_or_default() as usize;
    // Four characters for three bytes.
    let mut body = body::read(request, largest / 3 * 4 + JSON_LIMIT, ARRIVAL).await?;
    let (session, _) = app
        .named(&body, &["scanRef", "image", "step", "additionalData"])
        .await?;
    if session.is_redacted() {
        return Err(Refusal::unknown());
    }
    let step = step(&body)?;
    let given = given(&body, step)?;
    let id = session.id().clone();
    let wanted = {
        let none = "0".repeat(64).parse().map_err(|_| Problem::internal())?;
        would_take(
            &session,
            &supplied(step, Source::File, none, given_of(&given, step)),
            &app,
        )?;
        app.before_supply(&id, step).await?
    };
    let bytes = image(&mut body).await?;
    if bytes.len() > wanted.images.max_bytes as usize {
        return Err(Problem::too_large().into());
    }
    let (taking, session_id) = (app.clone(), id.clone());
    let take = async move {
        let taken = taking.take(&session_id, bytes, wanted, None).await?;
        taking.after_supply(&session_id, step, &taken.blob).await?;
        Ok(taken)
    };
    let taken = app.to_the_end(take).await?;
    // A request that is repeated because its answer was lost says the same of a session that has it already.
    let known = session.given().and_then(|known| known.get(&step));
    let fields = given_of(&given, step);
    let is_there = session.file_of(step) == Some(&taken.blob)
        && known.map_or(fields.is_empty(), |known| *known == fields);
    if !is_there {
        let version = session.version().to_be_bytes();
        let said = serde_json::to_vec(&fields).map_err(|_| Problem::internal())?;
        let blob = taken.blob.as_str().as_bytes();
        let name = app.keyed(&[step.as_str().as_bytes(), blob, &said, &version]);
        let key: Key = format!("supply.{name}")
            .parse()
            .map_err(|_| Problem::internal())?;
        let event = supplied(step, taken.source, taken.blob, fields);
        app.supply(&id, key, event).await?;
    }
    Ok(Json(json!({
        "message": "Additional step uploaded successfully",
        "scanRef": scan_ref(&id),
    })))
}

fn step(body: &Map<String, Value>) -> Result<StepName, Refusal> {
    let step = required(body, "step", "step is required.")?;
    step.parse()
        .map_err(|_| Refusal::bad("There is no such additional step."))
}

/// Of this step alone: of another it would be lost.
fn given(body: &Map<String, Value>, step: StepName) -> Result<Given, Refusal> {
    let given = match body.get("additionalData").filter(|value| !value.is_null()) {
        Some(value) => matrix::read_given(value)?,
        None => Given::new(),
    };
    let is_of_it = given.keys().all(|name| *name == step);
    match is_of_it {
        true => Ok(given),
        false => Err(Refusal::bad(
            "additionalData names another additional step.",
        )),
    }
}

fn given_of(given: &Given, step: StepName) -> GivenFields {
    given.get(&step).cloned().unwrap_or_default()
}

async fn image(body: &mut Map<String, Value>) -> Result<Bytes, Refusal> {
    required(body, "image", "image is required.")?;
    let Some(Value::String(text)) = body.remove("image") else {
        return Err(Refusal::no_base64());
    };
    // Megabytes: not on the threads that everybody waits for.
    let decoded = tokio::task::spawn_blocking(move || Base64::decode_vec(&text)).await;
    match decoded.map_err(|_| Problem::internal())? {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => Err(Refusal::no_base64()),
    }
}

/// A text that has to be there.
fn required<'a>(
    body: &'a Map<String, Value>,
    member: &str,
    otherwise: &'static str,
) -> Result<&'a str, Refusal> {
    match body.get(member) {
        None | Some(Value::Null) => Err(Refusal::missing(otherwise)),
        Some(Value::String(text)) if text.is_empty() => Err(Refusal::missing(otherwise)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::bad(otherwise)),
    }
}

impl App {
    /// The session that a request names, in which there is nothing that is not known.
    async fn named(
        &self,
        body: &Map<String, Value>,
        known: &[&str],
    ) -> Result<(Session, Option<review::Session>), Refusal> {
        if !body.keys().all(|member| known.contains(&member.as_str())) {
            return Err(Refusal::bad("A member of the request is not known."));
        }
        let named = required(body, "scanRef", "scanRef is required.")?;
        let id = session_of(named).ok_or(Refusal::unknown())?;
        let session: Session = self.load(&id).await?.ok_or(Refusal::unknown())?;
        logs::session(&id);
        let case = self.load(&id).await?;
        Ok((session, case))
    }

    /// What the company calls a session.
    pub(crate) async fn names(&self, session: &SessionId) -> Result<Names, Problem> {
        Ok(Names {
            client: self.external_ref(session).await?,
            reference: self.note(session, EXTERNAL_REF).await?,
            server: self.config.has_pairs().then(|| self.public_url.clone()),
        })
    }
}

/// How long an image may take to arrive, as any other.
const ARRIVAL: Duration = Duration::from_secs(180);
