//! What can happen to a session, who may say so, and what leaves it.

use alloc::vec::Vec;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::additional::{Given, GivenFields};
use super::table::State;
use crate::additional::{ProofKind, Source, StepName};
use crate::case::{Ask, Consent, Decision, Details, DocumentType, Exhibit, Phase, Side, words};
use crate::country::Country;
use crate::event::events;
use crate::flow::Matrix;
use crate::ids::BlobRef;
use crate::json::{self, Found, Malformed, Read, Reader, Write, key, put, records};
use crate::time::Timestamp;

events! {
    Applicant {
        /// Agrees to the notice and begins.
        Start { consent: Consent } = "start",
        /// Says who they are.
        SubmitDetails { details: Details } = "submit_details",
        /// Chooses a document.
        SelectDocument { country: Country, document: DocumentType } = "select_document",
        /// Hands in the photo of one side.
        CapturePage { side: Side, blob: BlobRef } = "capture_page",
        /// Looks at the photos that are there, without a new one.
        ReviewDocument = "review_document",
        /// Confirms the photos of the document.
        AcceptDocument = "accept_document",
        /// Wants to take one side again.
        RetakePage { side: Side } = "retake_page",
        /// Hands in the photo of the face.
        CaptureSelfie { blob: BlobRef } = "capture_selfie",
        /// Looks at the photo that is there, without a new one.
        ReviewSelfie = "review_selfie",
        /// Confirms the photo of the face.
        AcceptSelfie = "accept_selfie",
        /// Wants to take the photo of the face again.
        RetakeSelfie = "retake_selfie",
        /// Hands in what an additional step asks for, and says how it was obtained.
        CaptureStep {
            step: StepName,
            source: Source,
            blob: BlobRef,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            proof: Option<ProofKind>
        } = "capture_step",
        /// Looks at what is there for the additional step, without a new file.
        ReviewStep = "review_step",
        /// Confirms what was handed in for the additional step.
        AcceptStep = "accept_step",
        /// Wants to hand in something else for the additional step.
        RetakeStep = "retake_step",
        /// Goes one step back. Nothing that was captured is lost.
        Back = "back",
    }
    Reviewer {
        /// Some items are wanted again. Relayed from the case.
        RequestResubmission { items: Vec<Ask> } = "request_resubmission",
        /// The case is decided. Relayed from the case.
        Decide { decision: Decision } = "decide",
    }
    Integrator {
        /// Asks this applicant for other additional steps than the Flow does, and says what is known of them.
        Prescribe {
            #[serde(default, skip_serializing_if = "Option::is_none")]
            steps: Option<Matrix>,
            #[serde(default, skip_serializing_if = "Given::is_empty")]
            given: Given
        } = "prescribe",
        /// Hands in an additional step after collection was complete: a first one, or one that replaces another.
        SupplyStep {
            step: StepName,
            source: Source,
            blob: BlobRef,
            #[serde(default, skip_serializing_if = "GivenFields::is_empty")]
            given: GivenFields
        } = "supply_step",
        /// Calls the session off.
        Cancel = "cancel",
        /// Erases what is known of the person.
        Erase = "erase",
        /// Forbids erasing, until it is lifted.
        Hold { reason: HoldReason } = "hold",
        /// Allows erasing again.
        Lift = "lift",
    }
    Clock {
        /// The moment that `deadline()` named has come: the walk expires; once it has ended, the person is forgotten.
        DeadlineReached = "deadline_reached",
        /// The moment that `reminder_at()` named has come: nothing was heard of the applicant, who has something to do.
        ReminderDue = "reminder_due",
    }
}

/// Work that leaves a step. It is done after the step is kept, at least once, under the name
/// (session, version, position).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect {
    /// The backend is told. `complete` when the applicant has arrived in `final`: then the exhibits are the case's.
    Submit {
        /// Whether collection is complete.
        complete: bool,
        /// The round of collection, from 1.
        round: u32,
        /// What is handed in: on completion everything that the round asked for, before that what is new.
        exhibits: Vec<Exhibit>,
    },
    /// Something was handed in after collection was complete: the case looks at that alone.
    Supplement {
        /// What was handed in.
        exhibit: Exhibit,
    },
    /// The session ended without a decision: there is nothing left to review.
    Withdraw,
    /// The person's data was erased: the case forgets them too.
    Erase,
    /// These bytes belong to nothing any more.
    Discard {
        /// Which bytes.
        blob: BlobRef,
    },
    /// The phase has changed: whoever waits for it is told.
    Notify {
        /// The phase that has been reached.
        phase: Phase,
    },
    /// The applicant has stopped half-way: whoever can reach them reminds them.
    Remind {
        /// Which of the Flow's reminders, from 1. Where several came due while nobody looked, the last of them.
        number: u32,
        /// What the applicant left off at.
        state: State,
        /// Since when nothing was heard of them.
        since: Timestamp,
    },
}

impl Effect {
    /// What the company knows is left out.
    pub(crate) fn without_given(&mut self) {
        let exhibits = match self {
            Self::Submit { exhibits, .. } => exhibits.as_mut_slice(),
            Self::Supplement { exhibit } => core::slice::from_mut(exhibit),
            _ => &mut [],
        };
        let briefs = exhibits
            .iter_mut()
            .filter_map(|exhibit| exhibit.step.as_mut());
        for field in briefs.flat_map(|brief| &mut brief.fields) {
            field.given = None;
        }
    }

    /// The effect's kind, as the journal writes it.
    pub const fn kind(&self) -> &'static str {
        self.kind_of().as_str()
    }

    const fn kind_of(&self) -> EffectKind {
        match self {
            Self::Submit { .. } => EffectKind::Submit,
            Self::Supplement { .. } => EffectKind::Supplement,
            Self::Withdraw => EffectKind::Withdraw,
            Self::Erase => EffectKind::Erase,
            Self::Discard { .. } => EffectKind::Discard,
            Self::Notify { .. } => EffectKind::Notify,
            Self::Remind { .. } => EffectKind::Remind,
        }
    }
}

impl<'de> Deserialize<'de> for Effect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(deserializer)?;
        wire.effect()
            .ok_or_else(|| D::Error::custom("a field of the effect is missing"))
    }
}

impl Write for Effect {
    fn write(&self, text: &mut Vec<u8>) {
        let begin = text.len();
        put(text, key!("type"), &self.kind_of());
        match self {
            Self::Submit {
                complete,
                round,
                exhibits,
            } => {
                put(text, key!("complete"), complete);
                put(text, key!("round"), round);
                put(text, key!("exhibits"), exhibits);
            }
            Self::Supplement { exhibit } => put(text, key!("exhibit"), exhibit),
            Self::Withdraw | Self::Erase => {}
            Self::Discard { blob } => put(text, key!("blob"), blob),
            Self::Notify { phase } => put(text, key!("phase"), phase),
            Self::Remind {
                number,
                state,
                since,
            } => {
                put(text, key!("number"), number);
                put(text, key!("state"), state);
                put(text, key!("since"), since);
            }
        }
        json::close(text, begin);
    }
}

impl Read for Effect {
    fn blank() -> Self {
        Self::Withdraw
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        let mut wire = Wire::blank();
        wire.read(reader)?;
        *self = wire.effect().ok_or(Malformed)?;
        Ok(())
    }
}

records! {
    /// One object with whatever any effect has: an effect is read in one pass, be its kind in front or not.
    struct Wire {
        #[serde(rename = "type")]
        kind: EffectKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        complete: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        round: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exhibits: Option<Vec<Exhibit>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exhibit: Option<Exhibit>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob: Option<BlobRef>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<Phase>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        state: Option<State>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    }
}

impl Wire {
    /// Nothing where it does not have what its kind carries.
    fn effect(self) -> Option<Effect> {
        match self.kind {
            EffectKind::Submit => self.complete.zip(self.round).zip(self.exhibits).map(
                |((complete, round), exhibits)| Effect::Submit {
                    complete,
                    round,
                    exhibits,
                },
            ),
            EffectKind::Supplement => self.exhibit.map(|exhibit| Effect::Supplement { exhibit }),
            EffectKind::Withdraw => Some(Effect::Withdraw),
            EffectKind::Erase => Some(Effect::Erase),
            EffectKind::Discard => self.blob.map(|blob| Effect::Discard { blob }),
            EffectKind::Notify => self.phase.map(|phase| Effect::Notify { phase }),
            EffectKind::Remind => {
                self.number
                    .zip(self.state)
                    .zip(self.since)
                    .map(|((number, state), since)| Effect::Remind {
                        number,
                        state,
                        since,
                    })
            }
        }
    }
}

words! {
    /// The kind of an effect, without what it carries.
    EffectKind {
        /// The backend is told.
        Submit = "submit",
        /// Something was handed in late.
        Supplement = "supplement",
        /// There is nothing left to review.
        Withdraw = "withdraw",
        /// The case forgets the person.
        Erase = "erase",
        /// Some bytes belong to nothing.
        Discard = "discard",
        /// Whoever waits for the phase is told.
        Notify = "notify",
        /// The applicant is reminded.
        Remind = "remind",
    }

    /// Why nothing may be erased. Codes only: what it is about is in the company's own files.
    HoldReason {
        /// A lawsuit, or one that is expected.
        Litigation = "litigation",
        /// An investigation, of the company's own or of an authority.
        Investigation = "investigation",
        /// An authority has ordered it.
        Order = "order",
        /// A law says for how long it is to be kept.
        Retention = "retention",
        /// Something else.
        Other = "other",
    }

    /// Why a guard said no. Each has a text that tells the applicant what to do.
    Reason {
        /// The consent text has changed: read and agree to the new one.
        ConsentOutdated = "consent_outdated",
        /// The language of the text is not a language tag (BCP 47).
        LocaleInvalid = "locale_invalid",
        /// A name is missing.
        NameMissing = "name_missing",
        /// A name is too long, or has characters that no name has.
        NameInvalid = "name_invalid",
        /// Not a day of the calendar, or in the future, or too long ago.
        DateOfBirthInvalid = "date_of_birth_invalid",
        /// Younger than this Flow accepts.
        UnderAge = "under_age",
        /// That document of that country is not accepted.
        DocumentNotOffered = "document_not_offered",
        /// That side is not asked for.
        SideNotNeeded = "side_not_needed",
        /// A photo is still missing.
        PhotoMissing = "photo_missing",
        /// The limit of tries is reached: go on with the photo that is there.
        NoAttemptsLeft = "no_attempts_left",
        /// This is the first step.
        NoStepBefore = "no_step_before",
        /// The time for this is over.
        DeadlinePassed = "deadline_passed",
        /// The deadline has not come, or there is none.
        TooEarly = "too_early",
        /// There is nothing left to erase.
        AlreadyErased = "already_erased",
        /// There is a hold: nothing may be erased until it is lifted.
        OnHold = "on_hold",
        /// There is no hold.
        NotOnHold = "not_on_hold",
        /// An item that this session does not have, or none at all.
        ItemUnknown = "item_unknown",
        /// The limit of rounds is reached.
        NoRoundsLeft = "no_rounds_left",
        /// A text is longer than 1,000 characters, or than 3,000 bytes as JSON.
        TextTooLong = "text_too_long",
        /// That additional step is not asked for, or not now.
        StepNotAsked = "step_not_asked",
        /// It may not be handed in like this.
        SourceNotAllowed = "source_not_allowed",
        /// That kind of bill is not among those to choose from.
        ProofNotOffered = "proof_not_offered",
        /// The applicant has begun: it is too late to ask for other steps.
        AlreadyStarted = "already_started",
        /// The Flow has no such additional step.
        StepUnknown = "step_unknown",
        /// The Flow does not allow the additional step this type.
        StepTypeNotEnabled = "step_type_not_enabled",
        /// The additional step has no such field.
        FieldUnknown = "field_unknown",
        /// No such country.
        CountryUnknown = "country_unknown",
        /// No such kind of document.
        DocumentUnknown = "document_unknown",
    }
}
