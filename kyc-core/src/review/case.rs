//! What a case knows, and the one place that changes it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::event::Verdict;
use crate::additional::{Brief, StepType};
use crate::case::{Ask, Exhibit, Outcome, RejectReason};
use crate::flow::Flow;
use crate::ids::{BlobRef, ReviewerId};
use crate::item::Item;
use crate::json::{Found, Malformed, Read, Reader, Write};
use crate::pii::Pii;
use crate::time::Timestamp;

/// Everything that reviewers know and said of one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) opened_at: Timestamp,
    /// The round of collection that has arrived; 0 before the first.
    pub(crate) round: u32,
    /// From 1.
    pub(crate) stage: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claim: Option<Claim>,
    /// In the order they arrived; of one item the last one counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pieces: Vec<Piece>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) decisions: Vec<Closing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redacted_at: Option<Timestamp>,
}

/// No browser reads or writes a case.
impl Write for Case {
    fn write(&self, text: &mut Vec<u8>) {
        match serde_json::to_string(self) {
            Ok(written) => text.extend(written.into_bytes()),
            Err(_) => unreachable!("a case is texts, whole numbers, lists and objects"),
        }
    }
}

impl Read for Case {
    fn blank() -> Self {
        Self::open(Timestamp::from_millis(0))
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        *self = serde_json::from_str(reader.raw()?).map_err(|_| Malformed)?;
        Ok(())
    }
}

/// Who has the case, and until when nobody else may take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    pub(crate) by: ReviewerId,
    pub(crate) until: Timestamp,
}

/// One image that was handed in, and what was said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Piece {
    pub(crate) item: Item,
    pub(crate) blob: BlobRef,
    pub(crate) round: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Verdict>,
    /// Of an additional step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<Brief>,
    /// Handed in after the decision.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) late: bool,
}

impl Piece {
    fn new(Exhibit { item, blob, step }: Exhibit, round: u32, late: bool) -> Self {
        Self {
            item,
            blob,
            round,
            verdict: None,
            step,
            late,
        }
    }

    /// Whether a reviewer has to say what it is worth: nobody evaluates what is only stored.
    pub(crate) fn is_judged(&self) -> bool {
        !matches!(&self.step, Some(brief) if brief.kind == StepType::Upload)
    }

    /// Whether somebody still has to look at it.
    pub(crate) fn is_open(&self) -> bool {
        self.is_judged() && self.verdict.is_none()
    }
}

/// What a reviewer decided at the end of a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    pub(crate) by: ReviewerId,
    pub(crate) at: Timestamp,
    pub(crate) round: u32,
    pub(crate) stage: u32,
    /// None when items were asked for again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Outcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<RejectReason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<Pii<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<Pii<String>>,
}

/// What an accepted event does to a case.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Arrive(u32, Vec<Exhibit>),
    Claim(ReviewerId),
    Release,
    Judge(Item, Verdict),
    /// Handed in afterwards; whether after the decision.
    Supplement(Exhibit, bool),
    Close(Closing),
    Erase,
}

impl Case {
    pub(crate) const fn open(now: Timestamp) -> Self {
        Self {
            opened_at: now,
            round: 0,
            stage: 1,
            claim: None,
            pieces: Vec::new(),
            decisions: Vec::new(),
            redacted_at: None,
        }
    }

    /// The image of an item that counts.
    pub(crate) fn current(&self, item: Item) -> Option<&Piece> {
        self.pieces.iter().rev().find(|piece| piece.item == item)
    }

    /// The files that count, in the order of their items: photos, then additional steps as they arrived.
    pub(crate) fn currents(&self) -> impl Iterator<Item = &Piece> {
        let photos = Item::PHOTOS.iter().copied();
        let steps = self.pieces.iter().enumerate().filter_map(|(at, piece)| {
            let first = !self.pieces[..at]
                .iter()
                .any(|other| other.item == piece.item);
            (first && piece.item.step().is_some()).then_some(piece.item)
        });
        photos.chain(steps).filter_map(|item| self.current(item))
    }

    /// What was handed in after the decision and waits to be looked at.
    pub(crate) fn reopened(&self) -> impl Iterator<Item = &Piece> {
        self.currents()
            .filter(|piece| piece.late && piece.is_open())
    }

    /// How the case was decided last.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.decisions.last().and_then(|closing| closing.outcome)
    }

    /// The approvals of the stages before this one.
    pub(crate) fn approvals(&self) -> impl Iterator<Item = &Closing> {
        // Each stage but the last ends with one.
        let before = usize::try_from(self.stage.saturating_sub(1)).unwrap_or(usize::MAX);
        self.decisions.iter().rev().take(before)
    }

    /// What is to be asked for again.
    pub(crate) fn asks(&self) -> Vec<Ask> {
        self.currents()
            .filter_map(|piece| match &piece.verdict {
                Some(Verdict::Retake {
                    reason, message, ..
                }) => Some(Ask {
                    item: piece.item,
                    reason: *reason,
                    message: message.clone(),
                }),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn holder(&self, now: Timestamp) -> Option<&ReviewerId> {
        self.claim
            .as_ref()
            .filter(|claim| now < claim.until)
            .map(|claim| &claim.by)
    }

    pub(crate) fn apply(&mut self, change: Change, flow: &Flow, now: Timestamp) {
        match change {
            Change::Arrive(round, exhibits) => {
                self.round = round;
                self.stage = 1;
                let arrived = exhibits.into_iter();
                self.pieces
                    .extend(arrived.map(|exhibit| Piece::new(exhibit, round, false)));
            }
            Change::Supplement(exhibit, late) => {
                let piece = Piece::new(exhibit, self.round, late);
                if piece.is_judged() && !late {
                    // Whoever approved has not seen it.
                    self.stage = 1;
                }
                self.pieces.push(piece);
            }
            Change::Claim(by) => self.claim = Some(Claim { by, until: now }),
            Change::Release => self.claim = None,
            Change::Judge(item, verdict) => {
                if let Some(piece) = self
                    .pieces
                    .iter_mut()
                    .rev()
                    .find(|piece| piece.item == item)
                {
                    piece.verdict = Some(verdict);
                }
            }
            Change::Close(closing) => {
                self.claim = None;
                if closing.outcome == Some(Outcome::Approved)
                    && self.stage < flow.definition().review.stages
                {
                    // The next person judges for themselves.
                    self.stage += 1;
                    self.pieces
                        .iter_mut()
                        .filter(|piece| !is_wanted_again(piece))
                        .for_each(|piece| piece.verdict = None);
                }
                self.decisions.push(closing);
            }
            Change::Erase => {
                self.pieces.clear();
                for closing in &mut self.decisions {
                    (closing.message, closing.note) = (None, None);
                }
                self.redacted_at = Some(now);
            }
        }
        if let Some(claim) = &mut self.claim {
            claim.until = now + flow.definition().review.claim;
        }
    }
}

fn is_wanted_again(piece: &Piece) -> bool {
    matches!(piece.verdict, Some(Verdict::Retake { .. }))
}
