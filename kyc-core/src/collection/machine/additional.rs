//! The arrows of additional steps: one round a step, and what the company may say before and after.

use super::{Desk, Judged};
use crate::additional::{ProofKind, Source, StepName};
use crate::case::is_short;
use crate::collection::additional::{Given, GivenFields, Origin, Prescribed};
use crate::collection::case::Change;
use crate::collection::event::{Event, Reason};
use crate::collection::table::State;
use crate::engine::Outcome;
use crate::flow::{AdditionalStep, Fault, Matrix, faults};
use crate::ids::BlobRef;
use crate::item::Item;
use crate::json;
use crate::small_map::SmallMap;

pub(super) fn additional_step(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::CaptureStep {
            step,
            source,
            blob,
            proof,
        } => desk.go_or_refuse(capture(*step, *source, blob, *proof, desk)),
        Event::ReviewStep if !desk.case.step_is_done(desk.flow) => {
            desk.refuse(Reason::PhotoMissing)
        }
        Event::ReviewStep => desk.go(State::AdditionalStepReview, Change::Nothing),
        Event::Back if !desk.case.accepted.is_empty() => {
            desk.go(State::AdditionalStepReview, Change::Reconsider)
        }
        _ => Outcome::Super,
    }
}

pub(super) fn additional_step_review(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::AcceptStep => desk.go_or_refuse(accept(desk)),
        Event::RetakeStep => desk.go_or_refuse(retake(desk)),
        _ => Outcome::Super,
    }
}

fn capture(
    name: StepName,
    source: Source,
    blob: &BlobRef,
    proof: Option<ProofKind>,
    desk: &Desk<'_>,
) -> Judged {
    let item = Item::AdditionalStep(name);
    let step = desk
        .case
        .step_at_hand(desk.flow)
        .filter(|step| step.name() == name)
        .ok_or(Reason::StepNotAsked)?;
    if !step.sources().allow(source) {
        return Err(Reason::SourceNotAllowed);
    }
    if proof.is_some_and(|proof| !step.proofs().contains(&proof)) {
        return Err(Reason::ProofNotOffered);
    }
    if desk.case.attempts_left(item, desk.flow) == 0 {
        return Err(Reason::NoAttemptsLeft);
    }
    let origin = Origin {
        source,
        proof,
        late: false,
    };
    Ok((
        State::AdditionalStepReview,
        Change::Capture(item, blob.clone(), Some(origin)),
    ))
}

/// On to the next step, or behind them all.
fn accept(desk: &Desk<'_>) -> Judged {
    let (case, flow) = (desk.case, desk.flow);
    let at_hand = case.step_at_hand(flow).ok_or(Reason::StepNotAsked)?.name();
    let next = case
        .needed_steps(flow)
        .iter()
        .map(AdditionalStep::name)
        .find(|name| *name != at_hand && !case.accepted.contains(name));
    let to = match next {
        Some(next) if case.is_done(Item::AdditionalStep(next)) => State::AdditionalStepReview,
        Some(_) => State::AdditionalStep,
        None => case.step_after(State::AdditionalStepReview, flow),
    };
    Ok((to, Change::Accept(at_hand)))
}

fn retake(desk: &Desk<'_>) -> Judged {
    let at_hand = desk.case.step_at_hand(desk.flow);
    let name = at_hand.ok_or(Reason::StepNotAsked)?.name();
    match desk
        .case
        .attempts_left(Item::AdditionalStep(name), desk.flow)
    {
        0 => Err(Reason::NoAttemptsLeft),
        _ => Ok((State::AdditionalStep, Change::Nothing)),
    }
}

/// What the company asks of this applicant alone, before they begin.
pub(super) fn prescribe(steps: Option<&Matrix>, given: &Given, desk: &Desk<'_>) -> Judged {
    if desk.case.started_at.is_some() {
        return Err(Reason::AlreadyStarted);
    }
    let catalogue = desk.flow.catalogue().ok_or(Reason::StepUnknown)?;
    if let Some(matrix) = steps {
        if let Some((_, fault)) = faults(matrix, catalogue).first() {
            return Err(refusal(*fault));
        }
        if json::write(matrix).len() > LONGEST_MATRIX {
            return Err(Reason::TextTooLong);
        }
    }
    for (name, fields) in given {
        known(*name, fields, desk)?;
    }
    fits(given)?;
    let prescribed = Prescribed {
        steps: steps.cloned(),
        given: given.clone(),
    };
    Ok((State::Welcome, Change::Prescribe(prescribed)))
}

/// What the company hands in for a step after collection was complete.
pub(super) fn supply(
    state: State,
    (name, source, blob): (StepName, Source, &BlobRef),
    fields: &GivenFields,
    desk: &Desk<'_>,
) -> Judged {
    let case = desk.case;
    if case.redacted_at.is_some() {
        return Err(Reason::AlreadyErased);
    }
    let step = case
        .additional_step(name, desk.flow)
        .ok_or(Reason::StepUnknown)?;
    // How an applicant may hand in an image is for the page; whether a PDF is taken is for everybody.
    if source == Source::Camera || (source == Source::Pdf && !step.sources().pdf) {
        return Err(Reason::SourceNotAllowed);
    }
    if !case.could_be_supplied(desk.flow) {
        return Err(Reason::NoAttemptsLeft);
    }
    known(name, fields, desk)?;
    let mut given = case.prescribed.clone().unwrap_or_default().given;
    given.insert(name, fields.clone());
    fits(&given)?;
    Ok((
        state,
        Change::Supply(name, source, blob.clone(), fields.clone()),
    ))
}

/// The catalogue knows the step and the names of its fields.
fn known(name: StepName, fields: &GivenFields, desk: &Desk<'_>) -> Result<(), Reason> {
    let offered = desk.flow.catalogue().and_then(|all| all.offered(name));
    let offered = offered.ok_or(Reason::StepUnknown)?;
    match fields.keys().all(|field| offered.fields.contains(field)) {
        true => Ok(()),
        false => Err(Reason::FieldUnknown),
    }
}

/// All of it leaves in one effect.
fn fits(given: &Given) -> Result<(), Reason> {
    let short = given.values().flat_map(SmallMap::values).all(is_short);
    let length = json::write(given).len();
    match short && length <= LONGEST_GIVEN {
        true => Ok(()),
        false => Err(Reason::TextTooLong),
    }
}

const fn refusal(fault: Fault) -> Reason {
    match fault {
        Fault::Country => Reason::CountryUnknown,
        Fault::Document => Reason::DocumentUnknown,
        Fault::Step | Fault::Twice => Reason::StepUnknown,
        Fault::Type => Reason::StepTypeNotEnabled,
        Fault::Field | Fault::NoField => Reason::FieldUnknown,
        Fault::NoSource => Reason::SourceNotAllowed,
        Fault::Locale => Reason::LocaleInvalid,
        Fault::Text => Reason::TextTooLong,
    }
}

/// In bytes as JSON: beside the texts of reviewers in the snapshot.
const LONGEST_MATRIX: usize = 64 * 1024;
/// In bytes as JSON: beside everything else that is told of a session in one effect.
const LONGEST_GIVEN: usize = 5_000;
