//! How a session is opened in their words: one for each client at a time, and a link that opens the page once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kyc_core::collection::{Event, Session};
use kyc_core::{Flow, Key, SessionId, StepName, StepType};
use serde_json::{Map, Value, json};

use super::asking::Asking;
use super::body::Body;
use super::caller::Caller;
use super::refusal::Refusal;
use super::scan_ref::scan_ref;
use super::vocabulary::{capitals, phase};
use super::{EXTERNAL_REF, LOCALE, OPENED, matrix};
use crate::app::App;
use crate::logs;
use crate::problem::Problem;
use crate::request::JSON_LIMIT;
use crate::supplies::would_take;

/// `POST /api/v2/token`.
pub(super) async fn token(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<JSON_LIMIT>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let asking = Asking::read(&body)?;
    let flow = app.newest_flow(None).ok_or_else(Problem::internal)?;
    check_documents(&asking, flow)?;
    let session = app.next_of_client(&caller.name, &asking.client).await?;
    let prescription = asking.prescription();
    if let Some(event) = &prescription {
        // Judged before anything is kept: what is refused opens nothing.
        let opened = Session::open(flow, session.clone(), app.clock.now());
        would_take(&opened, event, &app)?;
    }
    let key: Key = "token".parse().map_err(|_| Problem::internal())?;
    app.open_session(&session, flow, &key, &body).await?;
    logs::session(&session);
    if let Some(event) = prescription {
        app.prescribe(&session, &key, event).await?;
    }
    if let Some(reference) = &asking.reference {
        app.keep_note(&session, EXTERNAL_REF, reference).await?;
    }
    if let Some(locale) = &asking.locale {
        app.keep_note(&session, LOCALE, locale).await?;
    }
    app.keep_external_ref(&session, &asking.client).await?;
    let expiry = Duration::from_secs(asking.expiry);
    let code = app.short_link(&session, expiry).await?;
    // Last: whoever was broken off before this may ask for the same again.
    app.keep_note(&session, OPENED, "1").await?;
    // Whoever was erased meanwhile must not have left a name behind, nor a link.
    if let Err(erased) = app.refuse_erased(&session).await {
        app.forget_grants(&session).await?;
        return Err(erased.into());
    }
    let answer = answer(&asking, flow, &session, code.reveal());
    Ok((StatusCode::CREATED, Json(answer)))
}

impl Asking {
    fn prescription(&self) -> Option<Event> {
        // An empty object says nothing, as none does.
        let steps = self.steps.clone().filter(|steps| !steps.is_empty());
        let given = self.given.clone().unwrap_or_default();
        (steps.is_some() || !given.is_empty()).then_some(Event::Prescribe { steps, given })
    }
}

impl App {
    /// The session that this client is to have now: the first that there is not, or one whose opening was broken off.
    ///
    /// Its name follows from the client and from how many there were, so that of two requests at once both speak of the
    /// same session.
    async fn next_of_client(&self, caller: &str, client: &str) -> Result<SessionId, Refusal> {
        let nth = |number: u32| {
            let number = number.to_be_bytes();
            let name = self.keyed(&[b"client", caller.as_bytes(), client.as_bytes(), &number]);
            let id = name.to_string()[..32].parse::<SessionId>();
            id.map_err(|_| Problem::internal())
        };
        // There is no gap: doubled until there is none, then halved.
        let (mut there, mut not_there) = (None, 0);
        while let Some(session) = self.load_to_forget::<Session>(&nth(not_there)?).await? {
            there = Some((not_there, session));
            not_there = not_there * 2 + 1;
            if not_there > MOST_SESSIONS {
                return Err(Refusal::not_now("This client has had too many sessions."));
            }
        }
        while let Some((last, _)) = there
            && last + 1 < not_there
        {
            let middle = last + (not_there - last) / 2;
            match self.load_to_forget::<Session>(&nth(middle)?).await? {
                Some(session) => there = Some((middle, session)),
                None => not_there = middle,
            }
        }
        if let Some((_, last)) = there
            && phase(last.phase()).is_active()
        {
            return match self.note(last.id(), OPENED).await? {
                Some(_) => Err(Refusal::not_now("This client has an active session.")),
                None => Ok(last.id().clone()),
            };
        }
        Ok(nth(not_there)?)
    }
}

/// A list that says something else than the Flow would be passed over.
fn check_documents(asking: &Asking, flow: &Flow) -> Result<(), Refusal> {
    let Some(asked) = &asking.documents else {
        return Ok(());
    };
    let offered: BTreeSet<_> = flow
        .documents()
        .iter()
        .map(|offer| offer.document)
        .collect();
    match asked.iter().copied().collect::<BTreeSet<_>>() == offered {
        true => Ok(()),
        false => Err(Refusal::bad(
            "documents is not offered here: the Flow says which are taken.",
        )),
    }
}

fn answer(asking: &Asking, flow: &Arc<Flow>, session: &SessionId, code: &str) -> Value {
    let mut documents: Vec<String> = Vec::new();
    for rule in &flow.definition().documents {
        let word = capitals(rule.document);
        if !documents.contains(&word) {
            documents.push(word);
        }
    }
    let prescribed = asking.steps.as_ref().filter(|steps| !steps.is_empty());
    let mut answer: Map<String, Value> = UNSAID
        .iter()
        .map(|name| ((*name).to_owned(), Value::Null))
        .collect();
    for (name, value) in [
        ("message", json!("Token created successfully")),
        ("authToken", json!(code)),
        ("scanRef", json!(scan_ref(session))),
        ("clientId", json!(asking.client)),
        ("personScanRef", json!(asking.client)),
        ("locale", json!(asking.locale)),
        ("expiryTime", json!(asking.expiry)),
        ("sessionLength", json!(asking.length)),
        ("documents", json!(documents)),
        ("showInstructions", json!(true)),
        ("tokenType", json!("IDENTIFICATION")),
        ("utilityBill", json!(stores_bill(flow, prescribed))),
        ("additionalSteps", matrix::write(flow, prescribed)),
        ("externalRef", json!(asking.reference)),
    ] {
        answer.insert(name.to_owned(), value);
    }
    if let Some(given) = &asking.given {
        answer.insert("additionalData".into(), matrix::write_given(given));
    }
    answer.into()
}

/// True where a bill is asked of everybody and only stored; nothing otherwise, never false.
fn stores_bill(flow: &Flow, prescribed: Option<&kyc_core::flow::Matrix>) -> Option<bool> {
    let place = [kyc_core::flow::ALL; 2];
    let steps = flow.additional_steps_at(place, prescribed);
    let is_stored = |kind| kind == StepType::Upload;
    steps
        .iter()
        .any(|step| step.name() == StepName::UTILITY_BILL && is_stored(step.kind()))
        .then_some(true)
}

/// What every answer has and nobody says here.
const UNSAID: [&str; 16] = [
    "firstName",
    "lastName",
    "successUrl",
    "errorUrl",
    "unverifiedUrl",
    "callbackUrl",
    "country",
    "dateOfBirth",
    "dateOfExpiry",
    "dateOfIssue",
    "nationality",
    "personalNumber",
    "documentNumber",
    "sex",
    "address",
    "digitString",
];

const MOST_SESSIONS: u32 = 1 << 20;
