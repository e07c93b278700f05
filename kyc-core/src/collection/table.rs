//! One row a state: the only place that says which states are kept, which tell the backend, and what they accept.

use super::event::EventKind::{self, *};
use crate::case::words;

words! {
    /// The states of the applicant's walk.
    State {
        /// The notice is shown; nothing was given yet.
        Welcome = "welcome",
        /// Names and date of birth.
        PersonalDetails = "personal_details",
        /// Issuing country and kind of document.
        DocumentSelection = "document_selection",
        /// Photos of the document's sides.
        DocumentPhoto = "document_photo",
        /// The applicant looks at the photos of the document.
        DocumentReview = "document_review",
        /// A photo of the face.
        Selfie = "selfie",
        /// The applicant looks at the photo of the face.
        SelfieReview = "selfie_review",
        /// Something more is asked for: a bill, another photo.
        AdditionalStep = "additional_step",
        /// The applicant looks at what they handed in for it.
        AdditionalStepReview = "additional_step_review",
        /// Collection is complete; the decision is awaited.
        Final = "final",
        /// The decision was yes.
        Approved = "approved",
        /// The decision was no.
        Rejected = "rejected",
        /// Not completed in time.
        Expired = "expired",
        /// Called off by the company.
        Cancelled = "cancelled",
    }

    /// When a submit state tells the backend.
    When {
        /// On the way in.
        Entering = "entering",
        /// On the way out, forward.
        Leaving = "leaving",
    }
}

/// What a state means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spec {
    /// The session must be kept here. A host may keep it more often.
    pub persisted: bool,
    /// The backend is told here.
    pub submits: Option<When>,
    /// The events that a handler takes or refuses here; no other is accepted.
    pub accepts: &'static [EventKind],
}

impl State {
    /// The state's row.
    pub const fn spec(self) -> Spec {
        let (persisted, submits, accepts): (bool, Option<When>, &'static [EventKind]) = match self {
            Self::Welcome => (
                false,
                None,
                &[
                    Start,
                    Prescribe,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            Self::PersonalDetails => (
                false,
                None,
                &[
                    SubmitDetails,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            Self::DocumentSelection => (
                true,
                None,
                &[
                    SelectDocument,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            // S3: told on leaving, so that the backend hears of the photos before the applicant confirms them.
            Self::DocumentPhoto => (
                false,
                Some(When::Leaving),
                &[
                    CapturePage,
                    ReviewDocument,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            Self::DocumentReview => (
                true,
                None,
                &[
                    AcceptDocument,
                    RetakePage,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            Self::Selfie => (
                false,
                None,
                &[
                    CaptureSelfie,
                    ReviewSelfie,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            Self::SelfieReview => (
                false,
                None,
                &[
                    AcceptSelfie,
                    RetakeSelfie,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            Self::AdditionalStep => (
                false,
                None,
                &[
                    CaptureStep,
                    ReviewStep,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            // Kept, so that of several steps none has to be handed in twice.
            Self::AdditionalStepReview => (
                true,
                None,
                &[
                    AcceptStep,
                    RetakeStep,
                    Back,
                    DeadlineReached,
                    ReminderDue,
                    Cancel,
                    Hold,
                    Lift,
                ],
            ),
            Self::Final => (
                true,
                Some(When::Entering),
                &[RequestResubmission, Decide, SupplyStep, Cancel, Hold, Lift],
            ),
            Self::Approved | Self::Rejected => (
                true,
                None,
                &[SupplyStep, DeadlineReached, Erase, Hold, Lift],
            ),
            Self::Expired | Self::Cancelled => (true, None, &[DeadlineReached, Erase, Hold, Lift]),
        };
        Spec {
            persisted,
            submits,
            accepts,
        }
    }

    /// The row where nothing says how long an end is kept: then the clock has nothing to do there.
    pub(crate) const fn spec_without_retention(self) -> Spec {
        let spec = self.spec();
        let accepts: &'static [EventKind] = match self {
            Self::Approved | Self::Rejected => &[SupplyStep, Erase, Hold, Lift],
            Self::Expired | Self::Cancelled => &[Erase, Hold, Lift],
            _ => spec.accepts,
        };
        Spec { accepts, ..spec }
    }

    /// Whether the walk has ended: nothing moves any more. Erasure is accepted, by the company or by the clock, what
    /// forbids it, and of a decided session an additional step that the company hands in afterwards.
    pub const fn is_end(self) -> bool {
        matches!(
            self,
            Self::Approved | Self::Rejected | Self::Expired | Self::Cancelled
        )
    }

    /// Whether the applicant has something to do here.
    pub const fn is_on_the_way(self) -> bool {
        self.is_step() && !matches!(self, Self::Final)
    }

    /// Whether a Flow may name it among its steps.
    pub const fn is_step(self) -> bool {
        !self.is_end()
    }

    /// The only step from which this one is reached going forward, where there is only one.
    pub(crate) const fn follows(self) -> Option<Self> {
        match self {
            Self::DocumentPhoto => Some(Self::DocumentSelection),
            Self::DocumentReview => Some(Self::DocumentPhoto),
            Self::SelfieReview => Some(Self::Selfie),
            Self::AdditionalStepReview => Some(Self::AdditionalStep),
            _ => None,
        }
    }

    /// The only step this one leads to going forward, where there is only one.
    pub(crate) const fn leads_to(self) -> Option<Self> {
        match self {
            Self::DocumentSelection => Some(Self::DocumentPhoto),
            Self::DocumentPhoto => Some(Self::DocumentReview),
            Self::Selfie => Some(Self::SelfieReview),
            Self::AdditionalStep => Some(Self::AdditionalStepReview),
            _ => None,
        }
    }
}

/// What a Flow must have for an event to mean anything in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    AdditionalSteps,
    Reminders,
}

impl EventKind {
    /// What a Flow must have; one that does not takes no such event.
    pub(crate) const fn needs(self) -> Needs {
        match self {
            Prescribe | CaptureStep | ReviewStep | AcceptStep | RetakeStep | SupplyStep => {
                Needs::AdditionalSteps
            }
            ReminderDue => Needs::Reminders,
            _ => Needs::Nothing,
        }
    }
}
