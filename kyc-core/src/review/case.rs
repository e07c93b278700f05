//! What a case knows, and the one place that changes it.

use serde::{Deserialize, Serialize};

use super::event::Verdict;
use crate::case::{Ask, Exhibit, Item, Outcome, RejectReason};
use crate::flow::Flow;
use crate::ids::{BlobRef, ReviewerId};
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

    /// The images that count, in the order of their items.
    pub(crate) fn currents(&self) -> impl Iterator<Item = &Piece> {
        Item::ALL.iter().filter_map(|item| self.current(*item))
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
                    .extend(arrived.map(|Exhibit { item, blob }| Piece {
                        item,
                        blob,
                        round,
                        verdict: None,
                    }));
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
                        .filter(|piece| is_fine(piece))
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

fn is_fine(piece: &Piece) -> bool {
    matches!(piece.verdict, Some(Verdict::Fine {}))
}
