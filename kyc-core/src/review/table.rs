//! One row a state: the only place that says what the reviewer's chart accepts where.

use super::event::EventKind::{self, *};
use crate::case::words;

words! {
    /// The states of a case.
    State {
        /// Nothing was handed in yet.
        Waiting = "waiting",
        /// Reviewers look at it.
        InReview = "in_review",
        /// The applicant is asked for some items again.
        ResubmissionRequested = "resubmission_requested",
        /// The decision was yes.
        Approved = "approved",
        /// The decision was no.
        Rejected = "rejected",
        /// The decision stands, and an additional step was handed in afterwards: only that is looked at.
        Supplemented = "supplemented",
        /// The session ended without a decision.
        Withdrawn = "withdrawn",
    }
}

/// What a state means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spec {
    /// The case must be kept here. Every state of a case is: a reviewer's word is never only in memory.
    pub persisted: bool,
    /// The session is told on the way in.
    pub submits: bool,
    /// The events that a handler takes or refuses here; no other is accepted.
    pub accepts: &'static [EventKind],
}

impl State {
    /// The state's row.
    pub const fn spec(self) -> Spec {
        let (submits, accepts): (bool, &'static [EventKind]) = match self {
            Self::Waiting => (false, &[Arrive, Withdraw]),
            Self::InReview => (
                false,
                &[
                    Claim,
                    Release,
                    Judge,
                    Approve,
                    Reject,
                    RequestResubmission,
                    Supplement,
                    Withdraw,
                ],
            ),
            Self::ResubmissionRequested => (true, &[Arrive, Supplement, Withdraw]),
            Self::Approved | Self::Rejected => (true, &[Supplement, Erase]),
            Self::Supplemented => (false, &[Claim, Release, Judge, Supplement, Erase]),
            Self::Withdrawn => (false, &[Erase]),
        };
        Spec {
            persisted: true,
            submits,
            accepts,
        }
    }

    /// Whether the case is closed: the decision stands, if there was one. What is accepted is erasure, and an additional
    /// step that the company hands in afterwards.
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            Self::Approved | Self::Rejected | Self::Supplemented | Self::Withdrawn
        )
    }
}
