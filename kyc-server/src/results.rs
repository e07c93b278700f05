//! What came of a session, for its company: the decision, and of every additional step what was given, seen and answered.

use axum::Json;
use axum::extract::State;
use kyc_core::collection::{self, StepView};
use kyc_core::review::{self, ClosingView, ItemView, Verdict};
use kyc_core::{
    Brief, Comparison, Country, DocumentType, FieldBrief, FieldName, Item, Outcome, Phase, Pii,
    ProofKind, RejectReason, RetakeReason, SessionId, Source, StepName, StepType, Timestamp,
};
use serde::Serialize;

use crate::app::App;
use crate::auth::IntegratorCaller;
use crate::problem::Problem;
use crate::request::Named;
use crate::{logs, schema};

/// Read what came of a session. Of one that was erased nothing but the decision is left.
#[utoipa::path(
    get, path = "/sessions/{session}/results", tag = "integrator",
    responses(
        (status = OK, body = schema::Results),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn results(
    State(app): State<App>,
    _: IntegratorCaller,
    Named(session): Named<SessionId>,
) -> Result<Json<Results>, Problem> {
    let (session, case) = app.both_charts(&session).await?;
    Ok(Json(Results::of(&session, case.as_ref())))
}

impl App {
    /// A session and, once something was handed in, its case.
    pub(crate) async fn both_charts(
        &self,
        id: &SessionId,
    ) -> Result<(collection::Session, Option<review::Session>), Problem> {
        let session = self.session(id).await?;
        logs::session(id);
        Ok((session, self.load(id).await?))
    }
}

/// What came of a session. Holds personal data, and what the applicant is not to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Results {
    pub(crate) session: SessionId,
    pub(crate) version: u32,
    pub(crate) phase: Phase,
    /// How it was decided.
    pub(crate) outcome: Option<Outcome>,
    /// Why it was rejected: also what the applicant is not told.
    pub(crate) reason: Option<RejectReason>,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) document: Option<Document>,
    /// The additional steps that are asked for or were handed in, in order.
    pub(crate) steps: Vec<StepResult>,
    pub(crate) redacted_at: Option<Timestamp>,
}

/// The document that was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Document {
    pub(crate) country: Country,
    #[serde(rename = "type")]
    pub(crate) document: DocumentType,
}

/// What came of one additional step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StepResult {
    pub(crate) step: StepName,
    #[serde(rename = "type")]
    pub(crate) kind: StepType,
    pub(crate) status: Status,
    /// How the file was obtained.
    pub(crate) source: Option<Source>,
    /// What the applicant says it is.
    pub(crate) proof: Option<ProofKind>,
    /// Why it is wanted again.
    pub(crate) reason: Option<RetakeReason>,
    pub(crate) fields: Vec<FieldResult>,
}

/// Where an additional step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Nothing was handed in.
    Missing,
    /// Something was handed in that nobody evaluates.
    Stored,
    /// A reviewer has not looked at it yet.
    Waiting,
    /// A reviewer has compared it or typed what stands in it.
    Answered,
    /// A reviewer wants it again.
    WantedAgain,
}

impl Status {
    /// All of them.
    pub(crate) const ALL: &[&str] = &["missing", "stored", "waiting", "answered", "wanted_again"];
}

/// What came of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FieldResult {
    pub(crate) field: FieldName,
    /// What the company knows.
    pub(crate) given: Option<Pii<String>>,
    /// What a reviewer has typed.
    pub(crate) seen: Option<Pii<String>>,
    /// What a reviewer says of the two.
    pub(crate) answer: Option<Comparison>,
}

impl Results {
    /// What both charts know. Without a case nothing has arrived at the reviewers yet.
    pub(crate) fn of(session: &collection::Session, case: Option<&review::Session>) -> Self {
        let view = session.view();
        let items = case.map(review::Session::items).unwrap_or_default();
        let decisions = case.map(review::Session::decisions).unwrap_or_default();
        let closing = decisions.iter().rev().find(|said| said.outcome.is_some());
        // A case may be further than what its session was told.
        let closing = closing.filter(|_| view.outcome.is_some());
        let outcome = view.outcome.as_ref();
        Self {
            phase: phase(session, case),
            version: view.version,
            outcome: outcome.map(|decision| decision.outcome),
            reason: closing
                .and_then(|closing: &ClosingView| closing.reason)
                .or_else(|| outcome.and_then(|decision| decision.reason)),
            decided_at: closing.map(|closing| closing.at),
            document: view.document.as_ref().map(|document| Document {
                country: document.country,
                document: document.document,
            }),
            steps: steps(session, &view.additional_steps, &items),
            redacted_at: view.redacted_at,
            session: view.session,
        }
    }
}

/// Where a session stands. Only who keeps the case knows whether a reviewer can see it.
pub(crate) fn phase(session: &collection::Session, case: Option<&review::Session>) -> Phase {
    let is_seen = case.is_some_and(|case| case.state() == review::State::InReview);
    match session.state() {
        collection::State::Final if is_seen => Phase::InReview,
        _ => session.phase(),
    }
}

fn steps(session: &collection::Session, asked: &[StepView], items: &[ItemView]) -> Vec<StepResult> {
    let arrived = |name: StepName| {
        items
            .iter()
            .find(|item| item.item == Item::AdditionalStep(name))
    };
    let handed_in = items.iter().filter_map(|item| item.item.step());
    let handed_in = handed_in.filter(|name| asked.iter().all(|view| view.step != *name));
    let asked = asked
        .iter()
        .map(|view| result(session, Some(view), arrived(view.step), view.step));
    let late = handed_in.map(|name| result(session, None, arrived(name), name));
    asked.chain(late).flatten().collect()
}

fn result(
    session: &collection::Session,
    view: Option<&StepView>,
    item: Option<&ItemView>,
    name: StepName,
) -> Option<StepResult> {
    let file = view.and_then(|view| view.file.as_ref());
    // Something newer may be on its way to the reviewers.
    let item = item.filter(|item| file.is_none_or(|file| file.blob == item.blob));
    if let Some(item) = item
        && let Some(brief) = &item.step
    {
        return Some(judged(name, brief, item.verdict.as_ref()));
    }
    let step = session.additional_step(name)?;
    let given = session.given().and_then(|given| given.get(&name));
    let field = |field: &FieldName| FieldResult {
        field: field.clone(),
        given: given.and_then(|given| given.get(field)).cloned(),
        seen: None,
        answer: None,
    };
    Some(StepResult {
        step: name,
        kind: step.kind(),
        status: match (file, step.kind()) {
            (None, _) => Status::Missing,
            (Some(_), StepType::Upload) => Status::Stored,
            (Some(_), _) => Status::Waiting,
        },
        source: file.map(|file| file.source),
        proof: file.and_then(|file| file.proof),
        reason: None,
        fields: step.fields().into_iter().map(field).collect(),
    })
}

fn judged(name: StepName, brief: &Brief, verdict: Option<&Verdict>) -> StepResult {
    let field = |brief: &FieldBrief| FieldResult {
        field: brief.field.clone(),
        given: brief.given.clone(),
        seen: match verdict {
            Some(Verdict::Extracted { fields }) => fields.get(&brief.field).cloned(),
            _ => None,
        },
        answer: match verdict {
            Some(Verdict::Compared { fields }) => fields.get(&brief.field).copied(),
            _ => None,
        },
    };
    StepResult {
        step: name,
        kind: brief.kind,
        status: match (brief.kind, verdict) {
            (_, Some(Verdict::Retake { .. })) => Status::WantedAgain,
            (StepType::Upload, _) => Status::Stored,
            (_, None) => Status::Waiting,
            (_, Some(_)) => Status::Answered,
        },
        source: Some(brief.source),
        proof: brief.proof,
        reason: match verdict {
            Some(Verdict::Retake { reason, .. }) => Some(*reason),
            _ => None,
        },
        fields: brief.fields.iter().map(field).collect(),
    }
}
