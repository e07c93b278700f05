//! What reviewers are shown of a case.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::Session;
use super::case::{Case, Piece};
use super::event::{EventKind, Verdict};
use super::table::State;
use crate::additional::Brief;
use crate::case::{Outcome, RejectReason};
use crate::ids::{BlobRef, ReviewerId, SessionId};
use crate::item::Item;
use crate::pii::Pii;
use crate::time::Timestamp;

/// A case as reviewers see it. Internal notes are in it: never for the applicant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[non_exhaustive]
pub struct CaseView {
    /// Whose case.
    pub session: SessionId,
    /// The present state.
    pub state: State,
    /// The token of compare-and-swap.
    pub version: u32,
    /// The round of collection that has arrived.
    pub round: u32,
    /// The stage of review, from 1.
    pub stage: u32,
    /// How many stages there are.
    pub stages: u32,
    /// Who has the case.
    pub claimed_by: Option<ReviewerId>,
    /// Until when nobody else may take it.
    pub claimed_until: Option<Timestamp>,
    /// What the asking reviewer may send; guards that need a payload can still say no.
    pub accepts: Vec<EventKind>,
    /// The images that count, each with those before it.
    pub items: Vec<ItemView>,
    /// What was decided so far.
    pub decisions: Vec<ClosingView>,
    /// When the person's data was erased.
    pub redacted_at: Option<Timestamp>,
}

/// One item of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[non_exhaustive]
pub struct ItemView {
    /// Which item.
    pub item: Item,
    /// The image that counts.
    pub blob: BlobRef,
    /// The round in which it arrived.
    pub round: u32,
    /// What was said of it.
    pub verdict: Option<Verdict>,
    /// Of an additional step: what is to be done with it.
    pub step: Option<Brief>,
    /// Whether it was handed in after the decision.
    pub late: bool,
    /// The images before it, oldest first.
    pub earlier: Vec<EarlierView>,
}

/// An image that was replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[non_exhaustive]
pub struct EarlierView {
    /// Its bytes.
    pub blob: BlobRef,
    /// The round in which it arrived.
    pub round: u32,
    /// What was said of it.
    pub verdict: Option<Verdict>,
    /// Of an additional step: what was to be done with it.
    pub step: Option<Brief>,
}

/// What a reviewer decided at the end of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[non_exhaustive]
pub struct ClosingView {
    /// Who.
    pub by: ReviewerId,
    /// When.
    pub at: Timestamp,
    /// In which round.
    pub round: u32,
    /// In which stage.
    pub stage: u32,
    /// Yes or no; none when items were asked for again.
    pub outcome: Option<Outcome>,
    /// Why it was rejected.
    pub reason: Option<RejectReason>,
    /// For the applicant.
    #[cfg_attr(feature = "ts", tsify(type = "string | null"))]
    pub message: Option<Pii<String>>,
    /// For colleagues.
    #[cfg_attr(feature = "ts", tsify(type = "string | null"))]
    pub note: Option<Pii<String>>,
}

impl CaseView {
    pub(super) fn of(session: &Session, reader: &ReviewerId, now: Timestamp) -> Self {
        let case = &session.case;
        let claim = case.claim.as_ref().filter(|claim| now < claim.until);
        Self {
            session: session.id.clone(),
            state: session.state,
            version: session.version,
            round: case.round,
            stage: case.stage,
            stages: session.flow.definition().review.stages,
            claimed_by: claim.map(|claim| claim.by.clone()),
            claimed_until: claim.map(|claim| claim.until),
            accepts: session.accepts(reader, now),
            items: items(case),
            decisions: decisions(case),
            redacted_at: case.redacted_at,
        }
    }
}

pub(super) fn items(case: &Case) -> Vec<ItemView> {
    case.currents()
        .map(|piece| item(piece, &case.pieces))
        .collect()
}

pub(super) fn decisions(case: &Case) -> Vec<ClosingView> {
    let closings = case.decisions.iter();
    closings
        .map(|closing| ClosingView {
            by: closing.by.clone(),
            at: closing.at,
            round: closing.round,
            stage: closing.stage,
            outcome: closing.outcome,
            reason: closing.reason,
            message: closing.message.clone(),
            note: closing.note.clone(),
        })
        .collect()
}

fn item(current: &Piece, pieces: &[Piece]) -> ItemView {
    let mut same: Vec<_> = pieces
        .iter()
        .filter(|piece| piece.item == current.item)
        .collect();
    same.pop();
    ItemView {
        item: current.item,
        blob: current.blob.clone(),
        round: current.round,
        verdict: current.verdict.clone(),
        step: current.step.clone(),
        late: current.late,
        earlier: same
            .into_iter()
            .map(|piece| EarlierView {
                blob: piece.blob.clone(),
                round: piece.round,
                verdict: piece.verdict.clone(),
                step: piece.step.clone(),
            })
            .collect(),
    }
}
