//! What a company's own server is told of its sessions, and when: which notices leave with a step, and what each says.
//!
//! A notice is decided on and kept in the commit of the step that it tells of, once for each endpoint, and delivered by a
//! courier of that endpoint. It says codes and ids; whoever needs more reads the session.

mod addresses;
mod bearer;
mod config;
mod desk;
mod post;
mod signature;
mod target;

use kyc_core::collection::{self, Effect};
use kyc_core::{Item, Outcome, Phase, RejectReason, RetakeReason, SessionId, Timestamp, review};
use kyc_persist::{Leaving, OutboundId, Receiver};
use serde::{Deserialize, Serialize};

pub(crate) use self::bearer::Bearer;
pub use self::config::Webhook;
pub(crate) use self::config::WebhookLine;

use self::config::Format;

/// Something that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happened {
    /// The session has reached this phase.
    Reached(Phase),
    /// What was handed in after the decision was looked at.
    SupplementReviewed,
    /// The applicant has stopped half-way, and is to be reminded.
    Reminded,
    /// The person's data was erased.
    Erased,
}

impl Happened {
    /// Everything that can be told in these words.
    const fn all(format: Format) -> &'static [Self] {
        match format {
            Format::Standard => &Self::OURS,
            Format::Compatible => &Self::THEIRS,
        }
    }

    /// What has an event in the other vocabulary.
    const THEIRS: [Self; 7] = [
        Self::Reached(Phase::Processing),
        Self::Reached(Phase::ResubmissionRequested),
        Self::Reached(Phase::Approved),
        Self::Reached(Phase::Rejected),
        Self::Reached(Phase::Expired),
        Self::Reached(Phase::Cancelled),
        Self::SupplementReviewed,
    ];

    const OURS: [Self; 10] = [
        Self::Reached(Phase::Collecting),
        Self::Reached(Phase::Processing),
        Self::Reached(Phase::ResubmissionRequested),
        Self::Reached(Phase::Approved),
        Self::Reached(Phase::Rejected),
        Self::Reached(Phase::Expired),
        Self::Reached(Phase::Cancelled),
        Self::SupplementReviewed,
        Self::Reminded,
        Self::Erased,
    ];

    /// The event's name.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Reached(phase) => format!("session.{phase}"),
            Self::SupplementReviewed => "session.supplement_reviewed".into(),
            Self::Reminded => "session.reminder".into(),
            Self::Erased => "session.erased".into(),
        }
    }

    /// What is told of a step.
    fn of(leaving: &Leaving<'_>) -> Vec<Self> {
        if let Some((_, effects)) = leaving.of::<collection::Session>() {
            return effects
                .filter_map(|effect| match effect {
                    Effect::Notify { phase } => Some(Self::Reached(*phase)),
                    Effect::Remind { .. } => Some(Self::Reminded),
                    Effect::Erase => Some(Self::Erased),
                    _ => None,
                })
                .collect();
        }
        let supplemented = review::State::Supplemented.as_str();
        let facts = leaving.facts;
        let is_reviewed = leaving.of::<review::Session>().is_some()
            && facts.from == supplemented
            && [review::State::Approved, review::State::Rejected]
                .iter()
                .any(|state| facts.to == state.as_str());
        is_reviewed
            .then_some(Self::SupplementReviewed)
            .into_iter()
            .collect()
    }
}

/// What is kept of a notice until it is delivered: codes, no data of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// What the list of dead letters calls it.
    r#type: String,
    /// The name of the endpoint.
    pub(crate) to: String,
    /// The name of the event.
    pub(crate) event: String,
    occurred_at: Timestamp,
    version: u32,
    /// Of a step of the case nothing: the session's own is read when it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<Decided>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked: Vec<Asked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reminder: Option<Reminder>,
}

/// How the session ended, without what was written to the applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Decided {
    outcome: Outcome,
    reason: Option<RejectReason>,
}

/// What is wanted again, without what was written to the applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asked {
    item: Item,
    reason: RetakeReason,
}

/// Which reminder it is, and of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reminder {
    /// From 1, among those of the Flow.
    number: u32,
    /// What the applicant left off at.
    state: collection::State,
    /// Since when nothing was heard of them.
    since: Timestamp,
}

/// The body of a webhook in our own words.
#[derive(Debug, Serialize)]
pub(crate) struct Body<'a> {
    r#type: &'a str,
    occurred_at: Timestamp,
    session: &'a SessionId,
    external_ref: Option<String>,
    version: u32,
    phase: Phase,
    decision: Option<Decided>,
    asked: &'a [Asked],
    /// Of a reminder alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    reminder: Option<Reminder>,
    redacted_at: Option<Timestamp>,
}

impl Notice {
    /// The notices that leave with a step, one for each endpoint that wants to be told.
    pub(crate) fn leaving(webhooks: &[Webhook], leaving: &Leaving<'_>) -> Vec<(Receiver, String)> {
        if webhooks.is_empty() {
            return Vec::new();
        }
        let mut notices = Vec::new();
        for happened in Happened::of(leaving) {
            let wanted = webhooks.iter().filter(|webhook| webhook.wants(happened));
            for webhook in wanted {
                let notice = Self::of(happened, leaving, webhook);
                // A notice that could not be written must not keep a step from being taken.
                if let Ok(text) = serde_json::to_string(&notice) {
                    notices.push((webhook.receiver(), text));
                }
            }
        }
        notices
    }

    fn of(happened: Happened, leaving: &Leaving<'_>, webhook: &Webhook) -> Self {
        let session = leaving.of::<collection::Session>();
        let view = session.map(|(session, _)| session.view());
        let (phase, view) = match (happened, view) {
            // Two may leave at once: only the last one tells of the session as it stands.
            (Happened::Reached(phase), view) => {
                (Some(phase), view.filter(|view| view.phase == phase))
            }
            (Happened::Reminded | Happened::Erased, view) => {
                (view.as_ref().map(|view| view.phase), view)
            }
            (Happened::SupplementReviewed, _) => (None, None),
        };
        let reminder = Reminder::leaving(leaving).filter(|_| happened == Happened::Reminded);
        let decision = view.as_ref().and_then(|view| view.outcome.as_ref());
        let asks_again = phase == Some(Phase::ResubmissionRequested);
        let asked = view.iter().filter(|_| asks_again);
        let asked = asked.flat_map(|view| &view.asked).map(|ask| Asked {
            item: ask.item,
            reason: ask.reason,
        });
        Self {
            r#type: "webhook".into(),
            to: webhook.name().to_owned(),
            event: happened.name(),
            occurred_at: leaving.facts.at,
            version: leaving.facts.version,
            phase,
            decision: decision.map(|decision| Decided {
                outcome: decision.outcome,
                reason: decision.reason,
            }),
            // More than a Flow can ask for.
            asked: asked.take(100).collect(),
            reminder,
        }
    }

    /// Whether there is no use in telling it any more: a reminder of something that the applicant has gone on with, or
    /// after which another one was sent.
    pub(crate) fn is_outdated(&self, session: &collection::Session) -> bool {
        self.reminder.is_some_and(|reminder| {
            let still = |idle: collection::Idle| {
                (idle.since, idle.reminded) == (reminder.since, reminder.number)
            };
            !session.idle().is_some_and(still)
        })
    }

    /// Where the session had come to; of a step of the case nothing.
    pub(crate) const fn phase(&self) -> Option<Phase> {
        self.phase
    }

    /// What is told of it.
    pub(crate) fn body<'a>(
        &'a self,
        session: &'a collection::Session,
        external_ref: Option<String>,
    ) -> Body<'a> {
        let view = session.view();
        Body {
            r#type: &self.event,
            occurred_at: self.occurred_at,
            session: session.id(),
            external_ref,
            version: self.version,
            phase: self.phase.unwrap_or(view.phase),
            decision: self.decision,
            asked: &self.asked,
            reminder: self.reminder,
            redacted_at: view.redacted_at,
        }
    }
}

impl Reminder {
    fn leaving(leaving: &Leaving<'_>) -> Option<Self> {
        let (_, mut effects) = leaving.of::<collection::Session>()?;
        effects.find_map(|effect| match *effect {
            Effect::Remind {
                number,
                state,
                since,
            } => Some(Self {
                number,
                state,
                since,
            }),
            _ => None,
        })
    }
}

/// The name of a message, the same on every attempt. It has no full stop, because those part what is signed.
pub(crate) fn message_id(id: &OutboundId) -> String {
    id.to_string().replace('.', ":")
}
