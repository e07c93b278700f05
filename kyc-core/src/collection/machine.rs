//! The arrows of the applicant's chart: where an event leads, and which guard says no.

mod additional;

use self::additional::{additional_step, additional_step_review, prescribe, supply};
use super::case::{Case, Change, Chosen};
use super::event::{Event, HoldReason, Reason};
use super::table::State;
use crate::case::{Ask, Consent, Details, DocumentType, Side, is_short};
use crate::country::Country;
use crate::engine::{self, Handler, IS_AUTHORITY, IntoStateMachine, Machine, Outcome, Superstate};
use crate::ids::BlobRef;
use crate::item::Item;
use crate::time::Date;

#[derive(Default)]
pub(crate) struct Chart;

type Desk<'a> = engine::Desk<'a, Chart>;
type Judged = Result<(State, Change), Reason>;

impl Machine for Chart {
    type Place = State;
    type Input = Event;
    type Case = Case;
    type Change = Change;
    type Reason = Reason;
}

impl IntoStateMachine for Chart {
    type State = State;
    type Superstate<'a> = Group;
    type Event<'a> = Event;
    type Context<'a> = Desk<'a>;

    fn initial() -> State {
        State::Welcome
    }
}

/// The states around the states.
pub(crate) enum Group {
    /// On the way: back, and the clock runs.
    Collecting(State),
    /// Not ended: the company may call it off.
    Live(State),
    /// Ended: only erasure is left, and what forbids it.
    Ended(State),
}

impl Handler<Chart> for State {
    fn call_handler(&mut self, _: &mut Chart, event: &Event, desk: &mut Desk<'_>) -> Outcome<Self> {
        match self {
            Self::Welcome => welcome(event, desk),
            Self::PersonalDetails => personal_details(event, desk),
            Self::DocumentSelection => document_selection(event, desk),
            Self::DocumentPhoto => document_photo(event, desk),
            Self::DocumentReview => document_review(event, desk),
            Self::Selfie => selfie(event, desk),
            Self::SelfieReview => selfie_review(event, desk),
            Self::AdditionalStep => additional_step(event, desk),
            Self::AdditionalStepReview => additional_step_review(event, desk),
            Self::Final => r#final(event, desk),
            Self::Approved | Self::Rejected => decided(*self, event, desk),
            Self::Expired | Self::Cancelled => Outcome::Super,
        }
    }

    fn superstate(&mut self) -> Option<Group> {
        Some(match self {
            Self::PersonalDetails
            | Self::DocumentSelection
            | Self::DocumentPhoto
            | Self::DocumentReview
            | Self::Selfie
            | Self::SelfieReview
            | Self::AdditionalStep
            | Self::AdditionalStepReview => Group::Collecting(*self),
            Self::Welcome | Self::Final => Group::Live(*self),
            Self::Approved | Self::Rejected | Self::Expired | Self::Cancelled => {
                Group::Ended(*self)
            }
        })
    }
}

impl Superstate<Chart> for Group {
    fn call_handler(
        &mut self,
        _: &mut Chart,
        event: &Event,
        desk: &mut Desk<'_>,
    ) -> Outcome<State> {
        match (self, event) {
            (Self::Collecting(state), Event::Back) => {
                let before = desk
                    .case
                    .step_before(*state, desk.flow)
                    .ok_or(Reason::NoStepBefore);
                desk.go_or_refuse(before.map(|step| (step, back_to(step))))
            }
            _ if !IS_AUTHORITY => Outcome::Super,
            (Self::Collecting(_), Event::DeadlineReached) => expire(desk),
            (Self::Collecting(state), Event::ReminderDue) => {
                desk.go_or_refuse(remind(*state, desk))
            }
            (Self::Live(_), Event::Cancel) => desk.go(State::Cancelled, Change::Nothing),
            (Self::Ended(_), Event::DeadlineReached) if !has_retention(desk) => Outcome::Super,
            (Self::Ended(_), Event::DeadlineReached) if !has_come(desk) => {
                desk.refuse(Reason::TooEarly)
            }
            (Self::Ended(state), Event::Erase | Event::DeadlineReached) => {
                desk.go_or_refuse(forget(*state, desk))
            }
            (Self::Live(state) | Self::Ended(state), Event::Hold { reason }) => {
                desk.go_or_refuse(hold(*state, *reason, desk))
            }
            (Self::Live(_) | Self::Ended(_), Event::Lift) if desk.case.hold.is_none() => {
                desk.refuse(Reason::NotOnHold)
            }
            (Self::Live(state) | Self::Ended(state), Event::Lift) => desk.go(*state, Change::Lift),
            _ => Outcome::Super,
        }
    }

    fn superstate(&mut self) -> Option<Self> {
        match self {
            Self::Collecting(state) => Some(Self::Live(*state)),
            Self::Live(_) | Self::Ended(_) => None,
        }
    }
}

fn welcome(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::Start { consent } => desk.go_or_refuse(begin(consent, desk)),
        _ if !IS_AUTHORITY => Outcome::Super,
        Event::Prescribe { steps, given } => {
            desk.go_or_refuse(prescribe(steps.as_ref(), given, desk))
        }
        Event::DeadlineReached => expire(desk),
        Event::ReminderDue => desk.go_or_refuse(remind(State::Welcome, desk)),
        _ => Outcome::Super,
    }
}

fn personal_details(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::SubmitDetails { details } => desk.go_or_refuse(describe(details, desk)),
        _ => Outcome::Super,
    }
}

fn document_selection(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::SelectDocument { country, document } => {
            desk.go_or_refuse(select(*country, *document, desk))
        }
        _ => Outcome::Super,
    }
}

fn document_photo(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::CapturePage { side, blob } => desk.go_or_refuse(capture_page(*side, blob, desk)),
        Event::ReviewDocument if !desk.case.document_is_done(desk.flow) => {
            desk.refuse(Reason::PhotoMissing)
        }
        Event::ReviewDocument => desk.go(State::DocumentReview, Change::Retake(None)),
        _ => Outcome::Super,
    }
}

fn document_review(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::AcceptDocument => desk.go(
            desk.case.step_after(State::DocumentReview, desk.flow),
            Change::Retake(None),
        ),
        Event::RetakePage { side }
            if !desk
                .case
                .needed_sides(desk.flow)
                .any(|needed| needed == *side) =>
        {
            desk.refuse(Reason::SideNotNeeded)
        }
        Event::RetakePage { side }
            if desk.case.attempts_left(Item::page(*side), desk.flow) == 0 =>
        {
            desk.refuse(Reason::NoAttemptsLeft)
        }
        Event::RetakePage { side } => desk.go(State::DocumentPhoto, Change::Retake(Some(*side))),
        _ => Outcome::Super,
    }
}

fn selfie(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::CaptureSelfie { .. } if desk.case.attempts_left(Item::Selfie, desk.flow) == 0 => {
            desk.refuse(Reason::NoAttemptsLeft)
        }
        Event::CaptureSelfie { blob } => desk.go(
            State::SelfieReview,
            Change::Capture(Item::Selfie, blob.clone(), None),
        ),
        Event::ReviewSelfie if !desk.case.is_done(Item::Selfie) => {
            desk.refuse(Reason::PhotoMissing)
        }
        Event::ReviewSelfie => desk.go(State::SelfieReview, Change::Nothing),
        _ => Outcome::Super,
    }
}

fn selfie_review(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::AcceptSelfie => desk.go(
            desk.case.step_after(State::SelfieReview, desk.flow),
            Change::Nothing,
        ),
        Event::RetakeSelfie if desk.case.attempts_left(Item::Selfie, desk.flow) == 0 => {
            desk.refuse(Reason::NoAttemptsLeft)
        }
        Event::RetakeSelfie => desk.go(State::Selfie, Change::Nothing),
        _ => Outcome::Super,
    }
}

fn r#final(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        _ if !IS_AUTHORITY => Outcome::Super,
        Event::RequestResubmission { items } => desk.go_or_refuse(ask_again(items, desk)),
        Event::Decide { decision } => {
            let end = match decision.outcome {
                crate::case::Outcome::Approved => State::Approved,
                crate::case::Outcome::Rejected => State::Rejected,
            };
            desk.go(end, Change::Decide(decision.clone()))
        }
        _ => decided(State::Final, event, desk),
    }
}

/// Collection is complete, decided or not: the company may hand in an additional step.
fn decided(state: State, event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::SupplyStep {
            step,
            source,
            blob,
            given,
        } if IS_AUTHORITY => desk.go_or_refuse(supply(state, (*step, *source, blob), given, desk)),
        _ => Outcome::Super,
    }
}

/// Whoever comes back to the additional steps from behind looks at the last one again.
const fn back_to(step: State) -> Change {
    match step {
        State::AdditionalStepReview => Change::Reconsider,
        _ => Change::Retake(None),
    }
}

fn expire(desk: &mut Desk<'_>) -> Outcome<State> {
    if !has_come(desk) {
        return desk.refuse(Reason::TooEarly);
    }
    desk.go(State::Expired, Change::Nothing)
}

/// Who has no time left is not told to use it.
fn remind(state: State, desk: &Desk<'_>) -> Judged {
    if has_come(desk) {
        return Err(Reason::DeadlinePassed);
    }
    let number = desk.case.reminder_due(desk.flow, desk.now);
    let number = number.ok_or(Reason::TooEarly)?;
    Ok((state, Change::Remind(number, state)))
}

fn has_come(desk: &Desk<'_>) -> bool {
    desk.case
        .deadline
        .is_some_and(|deadline| desk.now >= deadline)
}

/// Who has a deadline after the end is forgotten then, also when the Flow that set it is gone.
fn has_retention(desk: &Desk<'_>) -> bool {
    desk.case.deadline.is_some() || desk.flow.definition().clocks.retention.is_some()
}

fn forget(state: State, desk: &Desk<'_>) -> Judged {
    match desk.case {
        case if case.redacted_at.is_some() => Err(Reason::AlreadyErased),
        case if case.hold.is_some() => Err(Reason::OnHold),
        _ => Ok((state, Change::Erase)),
    }
}

fn hold(state: State, reason: HoldReason, desk: &Desk<'_>) -> Judged {
    match desk.case {
        case if case.redacted_at.is_some() => Err(Reason::AlreadyErased),
        case if case.hold.is_some() => Err(Reason::OnHold),
        _ => Ok((state, Change::Hold(reason))),
    }
}

fn begin(consent: &Consent, desk: &Desk<'_>) -> Judged {
    if consent.version != desk.flow.definition().consent {
        return Err(Reason::ConsentOutdated);
    }
    // Whatever an applicant gives is bounded, so that what others have to say always finds room beside it.
    let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !(1..=35).contains(&consent.locale.len()) || !consent.locale.bytes().all(is_tag) {
        return Err(Reason::LocaleInvalid);
    }
    Ok((
        desk.case.step_after(State::Welcome, desk.flow),
        Change::Begin(consent.clone()),
    ))
}

fn describe(details: &Details, desk: &Desk<'_>) -> Judged {
    for name in [&details.given_names, &details.family_name] {
        could_be_a_name(name.expose())?;
    }
    let today = Date::of(desk.now);
    let born: Date = details
        .date_of_birth
        .expose()
        .parse()
        .map_err(|_| Reason::DateOfBirthInvalid)?;
    let age = born.years_until(today);
    if born > today || age > OLDEST {
        return Err(Reason::DateOfBirthInvalid);
    }
    if desk
        .flow
        .definition()
        .minimum_age
        .is_some_and(|youngest| age < youngest)
    {
        return Err(Reason::UnderAge);
    }
    Ok((
        desk.case.step_after(State::PersonalDetails, desk.flow),
        Change::Describe(details.clone()),
    ))
}

fn could_be_a_name(name: &str) -> Result<(), Reason> {
    // Most are, and are seen to be at once.
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if is_plain && name.len() <= LONGEST_NAME {
        return Ok(());
    }
    let (mut length, mut has_letter, mut is_clean) = (0, false, true);
    for character in name.chars() {
        length += 1;
        if character.is_ascii_alphanumeric() {
            has_letter = true;
        } else {
            has_letter = has_letter || is_letter(character);
            is_clean = is_clean && !is_no_part_of_a_name(character);
        }
    }
    match has_letter {
        false => Err(Reason::NameMissing),
        true if is_clean && length <= LONGEST_NAME => Ok(()),
        true => Err(Reason::NameInvalid),
    }
}

/// A letter or a digit of any script. A page does not download which those are: it takes all that is not ASCII for letters, and
/// what its own regular expressions know better it asks before (`npm/src/words.ts`).
fn is_letter(character: char) -> bool {
    match character {
        ascii if ascii.is_ascii() => ascii.is_ascii_alphanumeric(),
        other => !IS_AUTHORITY || other.is_alphanumeric(),
    }
}

/// Controls, and those that turn the direction of what stands around them.
fn is_no_part_of_a_name(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn select(country: Country, document: DocumentType, desk: &Desk<'_>) -> Judged {
    let sides = desk
        .flow
        .sides(country, document)
        .ok_or(Reason::DocumentNotOffered)?;
    let chosen = Chosen { country, document };
    if desk.case.document == Some(chosen) {
        return Ok((
            desk.case.step_after(State::DocumentSelection, desk.flow),
            Change::Nothing,
        ));
    }
    // Another document needs new photos: whoever has no attempt left keeps the one they have.
    if sides
        .iter()
        .any(|side| desk.case.attempts_left(Item::page(*side), desk.flow) == 0)
    {
        return Err(Reason::NoAttemptsLeft);
    }
    if !desk.case.could_do_steps(chosen, desk.flow) {
        return Err(Reason::NoAttemptsLeft);
    }
    Ok((State::DocumentPhoto, Change::Choose(chosen)))
}

fn capture_page(side: Side, blob: &BlobRef, desk: &Desk<'_>) -> Judged {
    let (case, flow, item) = (desk.case, desk.flow, Item::page(side));
    if !case.needed_sides(flow).any(|needed| needed == side) {
        return Err(Reason::SideNotNeeded);
    }
    if case.attempts_left(item, flow) == 0 {
        return Err(Reason::NoAttemptsLeft);
    }
    let others_done = case
        .needed_sides(flow)
        .filter(|other| *other != side)
        .all(|other| case.is_done(Item::page(other)));
    let to = if others_done {
        State::DocumentReview
    } else {
        State::DocumentPhoto
    };
    Ok((to, Change::Capture(item, blob.clone(), None)))
}

fn ask_again(items: &[Ask], desk: &Desk<'_>) -> Judged {
    let (case, flow) = (desk.case, desk.flow);
    // A step that the company has handed in of its own accord is not one the applicant can be asked for.
    let asked = |item: Item| {
        item.step().is_none_or(|name| {
            case.additional_steps(flow)
                .iter()
                .any(|step| step.name() == name)
        })
    };
    let known = |ask: &Ask| case.current(ask.item).is_some() && asked(ask.item);
    let twice = |(position, ask): (usize, &Ask)| {
        items[..position].iter().any(|other| other.item == ask.item)
    };
    if items.is_empty() || !items.iter().all(known) || items.iter().enumerate().any(twice) {
        return Err(Reason::ItemUnknown);
    }
    let too_long = |ask: &Ask| ask.message.as_ref().is_some_and(|text| !is_short(text));
    if items.iter().any(too_long) {
        return Err(Reason::TextTooLong);
    }
    if case.round > flow.definition().limits.resubmissions.unwrap_or_default() {
        return Err(Reason::NoRoundsLeft);
    }
    let asks_for = |step: &State| {
        items.iter().any(|ask| match ask.item {
            Item::DocumentFront | Item::DocumentBack => *step == State::DocumentPhoto,
            Item::Selfie => *step == State::Selfie,
            Item::AdditionalStep(_) => *step == State::AdditionalStep,
        })
    };
    let first = flow
        .steps()
        .iter()
        .copied()
        .find(asks_for)
        .ok_or(Reason::ItemUnknown)?;
    Ok((first, Change::Ask(items.to_vec())))
}

/// In characters.
const LONGEST_NAME: usize = 100;

/// Nobody is known to have lived longer than 122 years.
pub(crate) const OLDEST: u16 = 130;
