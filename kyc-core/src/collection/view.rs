//! What is shown of a session: everything a page or a company needs, computed here so that nobody infers it.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::Session;
use super::case::Case;
use super::event::EventKind;
use super::table::State;
use crate::actor::Sender;
use crate::additional::{BillRule, ProofKind, Source, StepName, StepType};
use crate::case::{Decision, Details, DocumentType, Phase, RetakeReason, Side, words};
use crate::country::Country;
use crate::flow::{AdditionalStep, Flow, Sources};
use crate::ids::{BlobRef, FlowId, SessionId};
use crate::item::Item;
use crate::json::written;
use crate::pii::Pii;
use crate::time::Timestamp;

written! {
    /// A session as the applicant and the company see it. Holds personal data.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct View {
        /// Its name.
        pub session: SessionId,
        /// Which Flow it walks.
        pub flow: FlowName,
        /// The token of compare-and-swap.
        pub version: u32,
        /// The version since which the applicant was reminded, and nothing else has happened: whoever has seen that one knows what
        /// they need to go on.
        pub unchanged_since: u32,
        /// The present state.
        pub state: State,
        /// Where it stands, in one word.
        pub phase: Phase,
        /// What is wanted of the applicant.
        pub next_action: NextAction,
        /// The side wanted next, when a page is.
        pub next_side: Option<Side>,
        /// The additional step wanted next, or looked at.
        pub next_step: Option<StepName>,
        /// What the applicant may send.
        pub accepts: Vec<EventKind>,
        /// When the time for this is over.
        pub deadline: Option<Timestamp>,
        /// The round of collection, from 1.
        pub round: u32,
        /// The steps of this round in order, for a progress bar.
        pub steps: Vec<State>,
        /// What this round asks for again.
        pub asked: Vec<AskView>,
        /// What the applicant said of themselves.
        pub details: Option<Details>,
        /// The chosen document and its photos.
        pub document: Option<DocumentView>,
        /// The photo of the face.
        pub selfie: Option<SelfieView>,
        /// The additional steps that are asked for, in order; for the chosen document, once it is chosen.
        pub additional_steps: Vec<StepView>,
        /// How many photos may still be taken.
        pub attempts_left: AttemptsLeft,
        /// How it ended.
        pub outcome: Option<Decision>,
        /// When the person's data was erased.
        pub redacted_at: Option<Timestamp>,
    }

    /// A Flow by name and edition.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct FlowName {
        /// Its name.
        pub id: FlowId,
        /// Its edition.
        pub version: u32,
    }
}

words! {
    /// What is wanted of the applicant.
    NextAction {
        /// Read the notice and agree.
        GiveConsent = "give_consent",
        /// Type names and date of birth.
        EnterDetails = "enter_details",
        /// Choose country and document.
        SelectDocument = "select_document",
        /// Photograph a side of the document.
        CapturePage = "capture_page",
        /// Look at the photos of the document.
        ReviewDocument = "review_document",
        /// Photograph the face.
        CaptureSelfie = "capture_selfie",
        /// Look at the photo of the face.
        ReviewSelfie = "review_selfie",
        /// Hand in what an additional step asks for.
        CaptureStep = "capture_step",
        /// Look at what was handed in for an additional step.
        ReviewStep = "review_step",
        /// Wait for the decision.
        Wait = "wait",
        /// Nothing any more.
        Nothing = "none",
    }
}

written! {
    /// An item that is asked for again.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct AskView {
        /// Which item.
        pub item: Item,
        /// Why.
        pub reason: RetakeReason,
        /// What the reviewer wrote.
        #[cfg_attr(feature = "ts", tsify(type = "string | null"))]
        pub message: Option<Pii<String>>,
        /// Whether it was handed in again.
        pub done: bool,
    }

    /// The chosen document.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct DocumentView {
        /// Its issuing country.
        pub country: Country,
        /// Its kind.
        #[serde(rename = "type")]
        pub document: DocumentType,
        /// The sides that this round asks for.
        pub sides: Vec<Side>,
        /// The photos that count.
        pub pages: Vec<PageView>,
    }

    /// The photo of one side.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct PageView {
        /// Which side.
        pub side: Side,
        /// Its bytes.
        pub blob: BlobRef,
        /// The round in which it was taken.
        pub round: u32,
    }

    /// The photo of the face.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct SelfieView {
        /// Its bytes.
        pub blob: BlobRef,
        /// The round in which it was taken.
        pub round: u32,
    }

    /// An additional step.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct StepView {
        /// Its name.
        pub step: StepName,
        /// What is done with it.
        #[serde(rename = "type")]
        pub kind: StepType,
        /// The language of the texts: the applicant's, or the nearest there is.
        pub locale: String,
        /// The heading.
        pub name: String,
        /// What is wanted.
        pub description: String,
        /// How it may be handed in.
        pub sources: Sources,
        /// The kinds of bills to choose from; none for a step that is no bill.
        pub proofs: Vec<ProofKind>,
        /// What a bill must be like.
        pub rules: Vec<BillRule>,
        /// Whether this round asks for it.
        pub needed: bool,
        /// What was handed in.
        pub file: Option<StepFileView>,
        /// How many files may still be handed in.
        pub attempts_left: u32,
    }

    /// What was handed in for an additional step.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct StepFileView {
        /// Its bytes.
        pub blob: BlobRef,
        /// The round in which it was handed in.
        pub round: u32,
        /// How it was obtained.
        pub source: Source,
        /// What the applicant says it is.
        pub proof: Option<ProofKind>,
    }

    /// How many photos may still be taken in this round.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[non_exhaustive]
    pub struct AttemptsLeft {
        /// Of the document's front.
        pub front: u32,
        /// Of the document's back.
        pub back: u32,
        /// Of the face.
        pub selfie: u32,
    }
}

impl View {
    pub(super) fn of(session: &Session) -> Self {
        let Session { flow, case, .. } = session;
        Self {
            session: session.id.clone(),
            flow: FlowName {
                id: flow.id().clone(),
                version: flow.version(),
            },
            version: session.version,
            unchanged_since: session.unchanged_since(),
            state: session.state,
            phase: session.phase(),
            next_action: next_action(session.state),
            next_side: (session.state == State::DocumentPhoto)
                .then(|| next_side(case, flow))
                .flatten(),
            next_step: matches!(
                session.state,
                State::AdditionalStep | State::AdditionalStepReview
            )
            .then(|| case.step_at_hand(flow).map(|step| step.name()))
            .flatten(),
            accepts: session.accepts(Sender::Applicant),
            deadline: case.deadline,
            round: case.round,
            steps: case.steps(flow),
            asked: asked(case),
            details: case.details.clone(),
            document: document(case, flow),
            selfie: case.current(Item::Selfie).map(|capture| SelfieView {
                blob: capture.blob.clone(),
                round: capture.round,
            }),
            additional_steps: additional_steps(case, flow),
            attempts_left: AttemptsLeft {
                front: case.attempts_left(Item::DocumentFront, flow),
                back: case.attempts_left(Item::DocumentBack, flow),
                selfie: case.attempts_left(Item::Selfie, flow),
            },
            outcome: case.decision.clone(),
            redacted_at: case.redacted_at,
        }
    }
}

const fn next_action(state: State) -> NextAction {
    match state {
        State::Welcome => NextAction::GiveConsent,
        State::PersonalDetails => NextAction::EnterDetails,
        State::DocumentSelection => NextAction::SelectDocument,
        State::DocumentPhoto => NextAction::CapturePage,
        State::DocumentReview => NextAction::ReviewDocument,
        State::Selfie => NextAction::CaptureSelfie,
        State::SelfieReview => NextAction::ReviewSelfie,
        State::AdditionalStep => NextAction::CaptureStep,
        State::AdditionalStepReview => NextAction::ReviewStep,
        State::Final => NextAction::Wait,
        State::Approved | State::Rejected | State::Expired | State::Cancelled => {
            NextAction::Nothing
        }
    }
}

/// The side the applicant wants again, else the first that is missing, else the first at all.
fn next_side(case: &Case, flow: &Flow) -> Option<Side> {
    case.retaking
        .or_else(|| {
            case.needed_sides(flow)
                .find(|side| !case.is_done(Item::page(*side)))
        })
        .or_else(|| case.needed_sides(flow).next())
}

fn asked(case: &Case) -> Vec<AskView> {
    let mut views = Vec::new();
    for ask in &case.asked {
        views.push(AskView {
            item: ask.item,
            reason: ask.reason,
            message: ask.message.clone(),
            done: case.is_done(ask.item),
        });
    }
    views
}

fn document(case: &Case, flow: &Flow) -> Option<DocumentView> {
    let chosen = case.document?;
    let page = |side: &Side| {
        let capture = case.current(Item::page(*side))?;
        Some(PageView {
            side: *side,
            blob: capture.blob.clone(),
            round: capture.round,
        })
    };
    let (mut sides, mut pages) = (Vec::new(), Vec::new());
    for side in case.sides(flow) {
        if case.asks_for(Item::page(*side)) {
            sides.push(*side);
        }
        pages.extend(page(side));
    }
    Some(DocumentView {
        country: chosen.country,
        document: chosen.document,
        sides,
        pages,
    })
}

fn additional_steps(case: &Case, flow: &Flow) -> Vec<StepView> {
    if case.redacted_at.is_some() {
        return Vec::new();
    }
    let wish = case.consent.as_ref().map(|agreed| &agreed.consent.locale);
    let wish = wish.map_or("", String::as_str);
    let mut views = Vec::new();
    for step in &case.additional_steps(flow) {
        views.push(additional_step(step, wish, case, flow));
    }
    views
}

fn additional_step(step: &AdditionalStep<'_>, wish: &str, case: &Case, flow: &Flow) -> StepView {
    let item = Item::AdditionalStep(step.name());
    let (locale, name, description) = match step.text(wish) {
        Some((locale, text)) => (locale, text.name.as_str(), text.description.as_str()),
        None => ("", "", ""),
    };
    StepView {
        step: step.name(),
        kind: step.kind(),
        locale: locale.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        sources: step.sources(),
        proofs: step.proofs().to_vec(),
        rules: step.rules().to_vec(),
        needed: case.asks_for(item),
        file: case.current(item).and_then(|capture| {
            let origin = capture.origin?;
            Some(StepFileView {
                blob: capture.blob.clone(),
                round: capture.round,
                source: origin.source,
                proof: origin.proof,
            })
        }),
        attempts_left: case.attempts_left(item, flow),
    }
}
