//! The arrows of the reviewer's chart: where an event leads, and which guard says no.

mod judging;

use alloc::string::String;

use self::judging::judge;
use super::case::{Case, Change, Closing};
use super::event::{Event, Reason, Verdict};
use super::table::State;
use crate::additional::{Brief, StepType};
use crate::case::{Exhibit, Outcome as End, RejectReason, is_short};
use crate::engine::{self, Handler, IntoStateMachine, Machine, Outcome, Superstate};
use crate::ids::ReviewerId;
use crate::item::Item;
use crate::pii::Pii;

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
        State::Waiting
    }
}

/// The states around the states.
pub(crate) enum Group {
    /// Not closed: the session may end under it.
    Open,
    /// Closed: only erasure is left.
    Closed(State),
}

impl Handler<Chart> for State {
    fn call_handler(&mut self, _: &mut Chart, event: &Event, desk: &mut Desk<'_>) -> Outcome<Self> {
        match self {
            Self::Waiting => awaiting(event, desk),
            Self::ResubmissionRequested => resubmission_requested(event, desk),
            Self::InReview => in_review(event, desk),
            Self::Approved | Self::Rejected => decided(*self, event, desk),
            Self::Supplemented => supplemented(event, desk),
            Self::Withdrawn => Outcome::Super,
        }
    }

    fn superstate(&mut self) -> Option<Group> {
        Some(if self.is_end() {
            Group::Closed(*self)
        } else {
            Group::Open
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
            (Self::Open, Event::Withdraw) => desk.go(State::Withdrawn, Change::Release),
            (Self::Closed(_), Event::Erase) if desk.case.redacted_at.is_some() => {
                desk.refuse(Reason::AlreadyErased)
            }
            (Self::Closed(state), Event::Erase) => {
                desk.go(closed(*state, desk.case), Change::Erase)
            }
            _ => Outcome::Super,
        }
    }
}

fn awaiting(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::Arrive { round, .. } if *round != desk.case.round + 1 => {
            desk.refuse(Reason::RoundStale)
        }
        Event::Arrive { exhibits, .. } if !is_complete(exhibits) => {
            desk.refuse(Reason::ItemUnknown)
        }
        Event::Arrive { round, exhibits } => {
            desk.go(State::InReview, Change::Arrive(*round, exhibits.clone()))
        }
        _ => Outcome::Super,
    }
}

fn resubmission_requested(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::Supplement { exhibit } => {
            desk.go_or_refuse(supplement(State::ResubmissionRequested, exhibit, false))
        }
        _ => awaiting(event, desk),
    }
}

/// The decision stands: what was handed in afterwards is looked at, if anybody evaluates it.
fn decided(state: State, event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    match event {
        Event::Supplement { .. } if desk.case.redacted_at.is_some() => {
            desk.refuse(Reason::AlreadyErased)
        }
        Event::Supplement { exhibit } => {
            let to = match &exhibit.step {
                Some(Brief {
                    kind: StepType::Upload,
                    ..
                }) => state,
                _ => State::Supplemented,
            };
            desk.go_or_refuse(supplement(to, exhibit, true))
        }
        _ => Outcome::Super,
    }
}

fn supplemented(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    let judged = match event {
        Event::Claim => claim(State::Supplemented, desk),
        Event::Release => held(desk).map(|_| (State::Supplemented, Change::Release)),
        Event::Judge { item, verdict } => {
            held(desk).and_then(|_| judge_supplement(*item, verdict, desk))
        }
        Event::Supplement { exhibit } => {
            let stored = matches!(&exhibit.step, Some(brief) if brief.kind == StepType::Upload);
            let others = desk.case.reopened().any(|piece| piece.item != exhibit.item);
            let to = match stored && !others {
                true => closed(State::Supplemented, desk.case),
                false => State::Supplemented,
            };
            supplement(to, exhibit, true)
        }
        _ => return Outcome::Super,
    };
    desk.go_or_refuse(judged)
}

/// Only an additional step is handed in on its own.
fn supplement(to: State, exhibit: &Exhibit, late: bool) -> Judged {
    match (exhibit.item, &exhibit.step) {
        (Item::AdditionalStep(_), Some(_)) => Ok((to, Change::Supplement(exhibit.clone(), late))),
        _ => Err(Reason::ItemUnknown),
    }
}

/// The decision of the rest is left alone, and the applicant is asked for nothing more.
fn judge_supplement(item: Item, verdict: &Verdict, desk: &Desk<'_>) -> Judged {
    let piece = desk.case.current(item).ok_or(Reason::ItemUnknown)?;
    if !piece.late || matches!(verdict, Verdict::Retake { .. }) {
        return Err(Reason::CaseClosed);
    }
    judge(item, verdict, desk.case)?;
    let others = desk.case.reopened().any(|piece| piece.item != item);
    let to = match others {
        true => State::Supplemented,
        false => closed(State::Supplemented, desk.case),
    };
    Ok((to, Change::Judge(item, verdict.clone())))
}

/// Where a closed case stands when nothing in it is looked at.
fn closed(state: State, case: &Case) -> State {
    match (state, case.outcome()) {
        (State::Supplemented, Some(End::Approved)) => State::Approved,
        (State::Supplemented, _) => State::Rejected,
        (other, _) => other,
    }
}

fn in_review(event: &Event, desk: &mut Desk<'_>) -> Outcome<State> {
    let judged = match event {
        Event::Claim => claim(State::InReview, desk),
        Event::Release => held(desk).map(|_| (State::InReview, Change::Release)),
        Event::Judge { item, verdict } => held(desk).and_then(|_| {
            judge(*item, verdict, desk.case)?;
            Ok((State::InReview, Change::Judge(*item, verdict.clone())))
        }),
        Event::Supplement { exhibit } => supplement(State::InReview, exhibit, false),
        Event::Approve { note } => held(desk).and_then(|by| approve(by, note.as_ref(), desk)),
        Event::Reject {
            reason,
            message,
            note,
        } => held(desk).and_then(|by| reject(by, *reason, message.as_ref(), note.as_ref(), desk)),
        Event::RequestResubmission => held(desk).and_then(|by| ask_again(by, desk)),
        _ => return Outcome::Super,
    };
    desk.go_or_refuse(judged)
}

fn claim(state: State, desk: &Desk<'_>) -> Judged {
    let by = desk.by.name.as_ref().ok_or(Reason::Nameless)?;
    if desk
        .case
        .holder(desk.now)
        .is_some_and(|holder| holder != by)
    {
        return Err(Reason::ClaimedByAnother);
    }
    // Four eyes are of two people: whoever approved an earlier stage judges nothing in this one.
    if state == State::InReview && desk.case.approvals().any(|closing| closing.by == *by) {
        return Err(Reason::SameReviewer);
    }
    Ok((state, Change::Claim(by.clone())))
}

/// Only who holds the case acts on it.
fn held<'a>(desk: &Desk<'a>) -> Result<&'a ReviewerId, Reason> {
    let by = desk.by.name.as_ref().ok_or(Reason::Nameless)?;
    match desk.case.holder(desk.now) {
        Some(holder) if holder == by => Ok(by),
        Some(_) => Err(Reason::ClaimedByAnother),
        None => Err(Reason::NotClaimed),
    }
}

fn approve(by: &ReviewerId, note: Option<&Pii<String>>, desk: &Desk<'_>) -> Judged {
    let case = desk.case;
    short([note])?;
    if case
        .currents()
        .any(|piece| matches!(piece.verdict, Some(Verdict::Retake { .. })))
    {
        return Err(Reason::ItemMarkedForRetake);
    }
    if case.currents().any(super::case::Piece::is_open) {
        return Err(Reason::ItemNotJudged);
    }
    let last = case.stage >= desk.flow.definition().review.stages;
    let to = if last {
        State::Approved
    } else {
        State::InReview
    };
    Ok((
        to,
        Change::Close(Closing {
            note: note.cloned(),
            ..closing(by, Some(End::Approved), desk)
        }),
    ))
}

fn reject(
    by: &ReviewerId,
    reason: RejectReason,
    message: Option<&Pii<String>>,
    note: Option<&Pii<String>>,
    desk: &Desk<'_>,
) -> Judged {
    short([message, note])?;
    let closing = Closing {
        reason: Some(reason),
        message: message.cloned(),
        note: note.cloned(),
        ..closing(by, Some(End::Rejected), desk)
    };
    Ok((State::Rejected, Change::Close(closing)))
}

fn ask_again(by: &ReviewerId, desk: &Desk<'_>) -> Judged {
    if desk.case.asks().is_empty() {
        return Err(Reason::NothingMarked);
    }
    if desk.case.round
        > desk
            .flow
            .definition()
            .limits
            .resubmissions
            .unwrap_or_default()
    {
        return Err(Reason::NoRoundsLeft);
    }
    Ok((
        State::ResubmissionRequested,
        Change::Close(closing(by, None, desk)),
    ))
}

fn closing(by: &ReviewerId, outcome: Option<End>, desk: &Desk<'_>) -> Closing {
    Closing {
        by: by.clone(),
        at: desk.now,
        round: desk.case.round,
        stage: desk.case.stage,
        outcome,
        reason: None,
        message: None,
        note: None,
    }
}

/// A round hands in something, and nothing twice.
fn is_complete(exhibits: &[Exhibit]) -> bool {
    let twice = |(position, exhibit): (usize, &Exhibit)| {
        exhibits[..position]
            .iter()
            .any(|other| other.item == exhibit.item)
    };
    let briefed = |exhibit: &Exhibit| exhibit.item.step().is_some() == exhibit.step.is_some();
    !exhibits.is_empty() && !exhibits.iter().enumerate().any(twice) && exhibits.iter().all(briefed)
}

fn short<const N: usize>(texts: [Option<&Pii<String>>; N]) -> Result<(), Reason> {
    if texts.into_iter().flatten().all(is_short) {
        Ok(())
    } else {
        Err(Reason::TextTooLong)
    }
}
