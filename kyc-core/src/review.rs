//! The reviewer's chart: a case from its arrival to the decision.

mod case;
mod event;
mod machine;
mod table;
mod view;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

pub use self::event::{Effect, Event, EventKind, Reason, Verdict};
pub use self::table::{Spec, State};
pub use self::view::{CaseView, ClosingView, EarlierView, ItemView};

use self::case::Case;
use self::machine::Chart as Machine;
use crate::actor::{Actor, Sender};
use crate::case::{Decision, Outcome};
use crate::chart::{self, Taken, answers};
use crate::engine::{self, Decided, Desk};
use crate::flow::Flow;
use crate::ids::{BlobRef, ReviewerId, SessionId};
use crate::journal::ChartName;
use crate::snapshot::{self, DecodeError, FlowRef};
use crate::time::Timestamp;

answers!();

/// The case of one session. It has the session's id, and a version of its own.
///
/// ```
/// use kyc_core::review::{Event, Reason, Rejected, Session, State, Verdict};
/// use kyc_core::{Actor, Exhibit, Flow, Item, Timestamp};
///
/// let now = Timestamp::from_millis(1_795_219_200_000);
/// let mut case = Session::open(&Flow::manual_review(), "s-1".parse()?, now);
/// let selfie = Exhibit { item: Item::Selfie, blob: "0".repeat(64).parse()?, step: None };
/// case.handle(&Event::Arrive { round: 1, exhibits: vec![selfie] }, &Actor::APPLICANT, now)?;
///
/// let rita = Actor::reviewer("rita".parse()?);
/// case.handle(&Event::Claim, &rita, now)?;
/// case.handle(&Event::Judge { item: Item::Selfie, verdict: Verdict::Fine {} }, &rita, now)?;
/// let step = case.handle(&Event::Approve { note: None }, &rita, now)?;
/// assert_eq!(step.to, State::Approved);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    flow: Arc<Flow>,
    id: SessionId,
    version: u32,
    state: State,
    case: Case,
}

impl Session {
    /// Begins in `waiting`, with version 0.
    pub fn open(flow: &Arc<Flow>, id: SessionId, now: Timestamp) -> Self {
        Self {
            flow: Arc::clone(flow),
            id,
            version: 0,
            state: State::Waiting,
            case: Case::open(now),
        }
    }

    /// Lets the event happen, if `by` may do that. The host has made sure that `by` is of [`Event::sender`].
    ///
    /// # Errors
    ///
    /// [`Rejected`]; the case is as it was.
    pub fn handle(&mut self, event: &Event, by: &Actor, now: Timestamp) -> Result<Step, Rejected> {
        let (state, kind) = (self.state, event.kind());
        match self.decide(event, by, now) {
            Decided::NotAccepted => Err(Rejected::NotAccepted { state, event: kind }),
            Decided::Refused(reason) => Err(Rejected::Refused {
                state,
                event: kind,
                reason,
            }),
            Decided::Accepted { to, change } => Ok(self.moved(kind, to, change, now)),
        }
    }

    /// The present state.
    pub const fn state(&self) -> State {
        self.state
    }

    /// How many events were accepted so far: the token of compare-and-swap.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// Whose case.
    pub const fn id(&self) -> &SessionId {
        &self.id
    }

    /// The Flow of the session.
    pub const fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }

    /// Who has the case at `now`.
    pub fn claimed_by(&self, now: Timestamp) -> Option<&ReviewerId> {
        self.case.holder(now)
    }

    /// The events of that reviewer that would not be rejected whatever they carry.
    pub fn accepts(&self, reviewer: &ReviewerId, now: Timestamp) -> Vec<EventKind> {
        let by = Actor::reviewer(reviewer.clone());
        let could = |kind: &EventKind| {
            let event = match kind {
                EventKind::Claim => Event::Claim,
                EventKind::Release => Event::Release,
                EventKind::Approve => Event::Approve { note: None },
                EventKind::RequestResubmission => Event::RequestResubmission,
                // Whoever may give the case back may judge and reject it.
                _ => Event::Release,
            };
            matches!(self.decide(&event, &by, now), Decided::Accepted { .. })
        };
        let kinds = self.state.spec().accepts.iter().copied();
        kinds
            .filter(|kind| kind.sender() == Sender::Reviewer)
            .filter(could)
            .collect()
    }

    /// Whether the person's data was erased.
    pub const fn is_redacted(&self) -> bool {
        self.case.redacted_at.is_some()
    }

    /// Every image the case refers to.
    pub fn blobs(&self) -> impl Iterator<Item = &BlobRef> {
        self.case.pieces.iter().map(|piece| &piece.blob)
    }

    /// The images that count, each with those before it, and what was said of them. Internal notes are in it.
    pub fn items(&self) -> Vec<ItemView> {
        view::items(&self.case)
    }

    /// What was decided so far. Internal notes are in it.
    pub fn decisions(&self) -> Vec<ClosingView> {
        view::decisions(&self.case)
    }

    /// What `reader` may be shown.
    pub fn view(&self, reader: &ReviewerId, now: Timestamp) -> CaseView {
        CaseView::of(self, reader, now)
    }

    /// The case at rest: see [`snapshot`].
    pub fn encode(&self) -> String {
        snapshot::encode(
            ChartName::Review,
            &self.flow,
            &self.id,
            self.version,
            &self.state,
            &self.case,
        )
    }

    /// A case that was at rest. Nothing is done again.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]: the text is damaged, newer, or another's.
    pub fn decode(text: &str, flow: &Arc<Flow>) -> Result<Self, DecodeError> {
        let session = Self::read(text, flow)?;
        if session.is_possible() {
            Ok(session)
        } else {
            Err(DecodeError::Impossible)
        }
    }

    fn read(text: &str, flow: &Arc<Flow>) -> Result<Self, DecodeError> {
        let read: snapshot::Read<State, Case> = snapshot::decode(text, ChartName::Review, flow)?;
        Ok(Self {
            flow: Arc::clone(flow),
            id: read.session,
            version: read.version,
            state: read.state,
            case: read.case,
        })
    }

    /// Whether the Flow has to do with such events at all.
    pub(crate) fn knows(&self, kind: EventKind) -> bool {
        kind != EventKind::Supplement || self.flow.catalogue().is_some()
    }

    fn decide(&self, event: &Event, by: &Actor, now: Timestamp) -> Decided<Machine> {
        let mut decided = Decided::NotAccepted;
        if self.knows(event.kind()) {
            let desk = Desk::new(&self.case, &self.flow, by, now, &mut decided);
            engine::decide(self.state, event, desk);
        }
        decided
    }

    /// The only place where an accepted event becomes a step, and a state's mark becomes an effect.
    fn moved(&mut self, event: EventKind, to: State, change: case::Change, now: Timestamp) -> Step {
        let from = self.state;
        let spec = to.spec();
        self.case.apply(change, &self.flow, now);
        self.state = to;
        self.version += 1;
        if to.is_end() && to != State::Supplemented {
            self.case.claim = None;
        }
        // A decision that stands is not told again.
        let effects = if spec.submits && from != to && !from.is_end() {
            vec![self.answer()]
        } else {
            Vec::new()
        };
        Step {
            version: self.version,
            from,
            to,
            event,
            persist: spec.persisted,
            effects,
        }
    }

    /// What the session is told of the last decision: nothing that only colleagues may see.
    fn answer(&self) -> Effect {
        match self.case.decisions.last() {
            Some(closing) if closing.outcome.is_some() => Effect::Decide {
                decision: Decision {
                    outcome: closing.outcome.unwrap_or(Outcome::Rejected),
                    reason: closing.reason.map(crate::case::RejectReason::told),
                    message: closing.message.clone(),
                },
            },
            _ => Effect::RequestResubmission {
                items: self.case.asks(),
            },
        }
    }

    /// What every walk keeps true. A snapshot that breaks it was made by nobody's steps.
    fn is_possible(&self) -> bool {
        let case = &self.case;
        let decided = case.decisions.last().and_then(|closing| closing.outcome);
        let agrees = match self.state {
            State::Waiting => case.round == 0 && case.pieces.is_empty(),
            State::InReview | State::ResubmissionRequested => {
                case.round >= 1 && !case.pieces.is_empty()
            }
            State::Approved => decided == Some(Outcome::Approved),
            State::Rejected => decided == Some(Outcome::Rejected),
            State::Supplemented => decided.is_some() && case.reopened().next().is_some(),
            State::Withdrawn => true,
        };
        agrees
            && (matches!(self.state, State::InReview | State::Supplemented) || case.claim.is_none())
            && (1..=self.flow.definition().review.stages).contains(&case.stage)
            && case
                .pieces
                .iter()
                .all(|piece| (1..=case.round).contains(&piece.round))
            && case
                .pieces
                .iter()
                .all(|piece| piece.item.step().is_some() == piece.step.is_some())
    }
}

impl chart::sealed::Sealed for Session {}

impl chart::Chart for Session {
    const NAME: ChartName = ChartName::Review;
    type Event = Event;
    type Effect = Effect;
    type Rejected = Rejected;

    fn open(flow: &Arc<Flow>, id: SessionId, now: Timestamp) -> Self {
        Self::open(flow, id, now)
    }

    fn decode(snapshot: &str, flow: &Arc<Flow>) -> Result<Self, DecodeError> {
        Self::decode(snapshot, flow)
    }

    fn decode_to_forget(snapshot: &str) -> Result<Self, DecodeError> {
        let flow = Flow::absent(FlowRef::of_snapshot(snapshot)?);
        Self::read(snapshot, &flow)
    }

    fn forgets(event: &Event) -> bool {
        matches!(event, Event::Withdraw | Event::Erase)
    }

    fn encode(&self) -> String {
        self.encode()
    }

    fn take(
        &mut self,
        event: &Event,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Taken<Effect>, Rejected> {
        self.handle(event, by, now).map(Step::taken)
    }

    fn sender(event: &Event) -> Sender {
        event.sender()
    }

    fn version(&self) -> u32 {
        self.version
    }

    fn state_name(&self) -> &'static str {
        self.state.as_str()
    }

    fn opened_at(&self) -> Timestamp {
        self.case.opened_at
    }

    /// A case has no clock of its own.
    fn visits(&self) -> Vec<(Timestamp, Event)> {
        Vec::new()
    }
}
