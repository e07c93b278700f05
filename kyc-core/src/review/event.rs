//! What can happen to a case, who may say so, and what leaves it.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::additional::Comparison;
use crate::case::{Ask, Decision, Exhibit, RejectReason, RetakeReason, words};
use crate::event::events;
use crate::ids::FieldName;
use crate::item::Item;
use crate::pii::Pii;

events! {
    Applicant {
        /// The applicant has handed in what a round asked for. Relayed from the session.
        Arrive { round: u32, exhibits: Vec<Exhibit> } = "arrive",
    }
    Reviewer {
        /// Takes the case on, so that two people do not do the same work.
        Claim = "claim",
        /// Gives the case back.
        Release = "release",
        /// Says what one item is worth.
        Judge { item: Item, verdict: Verdict } = "judge",
        /// Closes this stage with yes.
        Approve {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            note: Option<Pii<String>>
        } = "approve",
        /// Closes the case with no.
        Reject {
            reason: RejectReason,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            message: Option<Pii<String>>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            note: Option<Pii<String>>
        } = "reject",
        /// Asks the applicant for the items that were judged so.
        RequestResubmission = "request_resubmission",
    }
    Integrator {
        /// An additional step was handed in after collection was complete. Relayed from the session.
        Supplement { exhibit: Exhibit } = "supplement",
        /// The session ended without a decision. Relayed from the session.
        Withdraw = "withdraw",
        /// The person's data was erased. Relayed from the session.
        Erase = "erase",
    }
}

/// What a reviewer says of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// It can stay.
    Fine {},
    /// Of an additional step of type compare: every field was compared.
    Compared {
        /// What came of each.
        fields: BTreeMap<FieldName, Comparison>,
    },
    /// Of an additional step of type extract: what stands in it. A field that it does not have is left out.
    Extracted {
        /// What was typed, up to 300 characters each.
        #[cfg_attr(feature = "ts", tsify(type = "Record<FieldName, string>"))]
        fields: BTreeMap<FieldName, Pii<String>>,
    },
    /// It is wanted again.
    Retake {
        /// Why.
        reason: RetakeReason,
        /// For the applicant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(type = "string", optional))]
        message: Option<Pii<String>>,
        /// For colleagues; the applicant never sees it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(type = "string", optional))]
        note: Option<Pii<String>>,
    },
}

/// Work that leaves a step. It is done after the step is kept, at least once, under the name
/// (session, version, position).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// The session is told how it ended.
    Decide {
        /// The decision, without what only colleagues may see.
        decision: Decision,
    },
    /// The session is told what is wanted again.
    RequestResubmission {
        /// Each item with its reason.
        items: Vec<Ask>,
    },
}

impl Effect {
    /// The effect's kind, as the journal writes it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Decide { .. } => "decide",
            Self::RequestResubmission { .. } => "request_resubmission",
        }
    }
}

words! {
    /// Why a guard said no.
    Reason {
        /// Somebody else has the case.
        ClaimedByAnother = "claimed_by_another",
        /// Claim the case first.
        NotClaimed = "not_claimed",
        /// The case has no such item.
        ItemUnknown = "item_unknown",
        /// That verdict is one for another kind of item, or it does not say of every field what it should.
        VerdictUnfit = "verdict_unfit",
        /// What was handed in is stored, and nobody evaluates it.
        NotEvaluated = "not_evaluated",
        /// The case is decided: only what was handed in afterwards is looked at.
        CaseClosed = "case_closed",
        /// Say of every item what it is worth first.
        ItemNotJudged = "item_not_judged",
        /// An item is wanted again: that contradicts an approval.
        ItemMarkedForRetake = "item_marked_for_retake",
        /// No item is wanted again.
        NothingMarked = "nothing_marked",
        /// Whoever approved an earlier stage takes no part in another.
        SameReviewer = "same_reviewer",
        /// The limit of rounds is reached: approve or reject.
        NoRoundsLeft = "no_rounds_left",
        /// Not the round that is awaited.
        RoundStale = "round_stale",
        /// A text is longer than 1,000 characters, or than 3,000 bytes as JSON.
        TextTooLong = "text_too_long",
        /// There is nothing left to erase.
        AlreadyErased = "already_erased",
        /// No reviewer is named.
        Nameless = "nameless",
    }
}
