//! The applicant's chart: from `welcome` to `final`, and through the decision to the end.

mod additional;
mod case;
mod event;
mod machine;
mod table;
mod view;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

pub use self::additional::{Given, GivenFields};
pub use self::case::{Hold, Idle};
pub use self::event::{Effect, EffectKind, Event, EventKind, HoldReason, Reason};
pub(crate) use self::machine::OLDEST;
use self::table::Needs;
pub use self::table::{Spec, State, When};
pub use self::view::{
    AskView, AttemptsLeft, DocumentView, FlowName, NextAction, PageView, SelfieView, StepFileView,
    StepView, View,
};

use self::case::Case;
use self::machine::Chart as Machine;
use crate::actor::{Actor, Sender};
use crate::additional::StepName;
use crate::case::{Ask, Phase, RetakeReason, Side};
use crate::chart::{self, Taken, answers};
use crate::engine::{self, Decided, Desk, IS_AUTHORITY};
use crate::flow::{AdditionalStep, Flow, Matrix};
use crate::ids::{BlobRef, SessionId};
use crate::item::Item;
use crate::journal::ChartName;
use crate::snapshot::{self, DecodeError, FlowRef};
use crate::time::Timestamp;

answers!();

/// One applicant's walk through a Flow.
///
/// ```
/// use kyc_core::collection::{Event, Session, State};
/// use kyc_core::{Consent, Flow, Timestamp};
///
/// let flow = Flow::manual_review();
/// let now = Timestamp::from_millis(1_795_219_200_000);
/// let mut session = Session::open(&flow, "s-1".parse()?, now);
///
/// let consent = Consent { version: "1".into(), locale: "en".into() };
/// let step = session.handle(&Event::Start { consent }, now)?;
/// assert_eq!(step.to, State::PersonalDetails);
///
/// let text = session.encode();
/// assert_eq!(Session::decode(&text, &flow)?, session);
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
    /// Begins in `welcome`, with version 0.
    pub fn open(flow: &Arc<Flow>, id: SessionId, now: Timestamp) -> Self {
        Self {
            flow: Arc::clone(flow),
            id,
            version: 0,
            state: State::Welcome,
            case: Case::open(flow, now),
        }
    }

    /// Lets the event happen, if it may. The host has made sure that it comes from [`Event::sender`].
    ///
    /// # Errors
    ///
    /// [`Rejected`]; the session is as it was.
    pub fn handle(&mut self, event: &Event, now: Timestamp) -> Result<Step, Rejected> {
        let (state, kind) = (self.state, event.kind());
        match self.decide(event, now) {
            Decided::NotAccepted => Err(Rejected::NotAccepted { state, event: kind }),
            Decided::Refused(reason) => Err(Rejected::Refused {
                state,
                event: kind,
                reason,
            }),
            Decided::Accepted { .. }
                if event.sender() == Sender::Applicant && self.is_late(now) =>
            {
                Err(Rejected::Refused {
                    state,
                    event: kind,
                    reason: Reason::DeadlinePassed,
                })
            }
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

    /// Its name.
    pub const fn id(&self) -> &SessionId {
        &self.id
    }

    /// The Flow it was opened with.
    pub const fn flow(&self) -> &Arc<Flow> {
        &self.flow
    }

    /// When [`Event::DeadlineReached`] is due: on the way the walk expires then, after its end the person is forgotten. Ask
    /// again after every step: it is a fact of the snapshot, not a timer.
    pub const fn deadline(&self) -> Option<Timestamp> {
        self.case.deadline
    }

    /// When [`Event::ReminderDue`] is due. Ask again after every step, too.
    pub fn reminder_at(&self) -> Option<Timestamp> {
        self.case.reminder_at(&self.flow)
    }

    /// How long nothing was heard of the applicant; nothing where they have nothing to do, or the Flow reminds nobody.
    pub const fn idle(&self) -> Option<Idle> {
        self.case.idle
    }

    /// The version since which reminders were sent, and nothing else has happened: who has seen it knows the session as it
    /// stands.
    pub const fn unchanged_since(&self) -> u32 {
        match self.case.idle {
            Some(idle) => self.version.saturating_sub(idle.steps),
            None => self.version,
        }
    }

    /// Where the session stands, in one word. In `final` that is `processing`: only who keeps the case knows whether a
    /// reviewer can see it.
    pub const fn phase(&self) -> Phase {
        match self.state {
            State::Final => Phase::Processing,
            State::Approved => Phase::Approved,
            State::Rejected => Phase::Rejected,
            State::Expired => Phase::Expired,
            State::Cancelled => Phase::Cancelled,
            _ if self.case.started_at.is_none() => Phase::Created,
            _ if self.case.round > 1 => Phase::ResubmissionRequested,
            _ => Phase::Collecting,
        }
    }

    /// The events of that sender that would not be rejected whatever they carry.
    pub fn accepts(&self, sender: Sender) -> Vec<EventKind> {
        let mut kinds = Vec::new();
        for kind in self.flow.spec(self.state).accepts {
            if kind.sender() == sender && self.knows(*kind) && self.could(*kind) {
                kinds.push(*kind);
            }
        }
        kinds
    }

    /// Whether the person's data was erased.
    pub const fn is_redacted(&self) -> bool {
        self.case.redacted_at.is_some()
    }

    /// What forbids erasing, if something does. The applicant is not to know.
    pub const fn hold(&self) -> Option<Hold> {
        self.case.hold
    }

    /// The session at rest as the applicant's page may have it: without what forbids erasing, and without what the
    /// company knows.
    pub fn encode_for_applicant(&self) -> String {
        let mut shown = self.clone();
        shown.case.hold = None;
        if let Some(prescribed) = &mut shown.case.prescribed {
            prescribed.given.clear();
        }
        for effect in &mut shown.case.held {
            effect.without_given();
        }
        shown.encode()
    }

    /// What the company knows, to compare with. Not for the applicant.
    pub fn given(&self) -> Option<&Given> {
        self.case
            .prescribed
            .as_ref()
            .map(|prescribed| &prescribed.given)
    }

    /// What the company asks of this applicant alone, if it does.
    pub fn prescribed_steps(&self) -> Option<&Matrix> {
        self.case.prescribed.as_ref()?.steps.as_ref()
    }

    /// When it was opened.
    pub const fn opened_at(&self) -> Timestamp {
        self.case.opened_at
    }

    /// When the applicant first began.
    pub const fn started_at(&self) -> Option<Timestamp> {
        self.case.started_at
    }

    /// An additional step as it is for this applicant, whether it is asked for or not.
    pub fn additional_step(&self, name: StepName) -> Option<AdditionalStep<'_>> {
        self.case.additional_step(name, &self.flow)
    }

    /// The file of an additional step that counts.
    pub fn file_of(&self, step: StepName) -> Option<&BlobRef> {
        let item = Item::AdditionalStep(step);
        self.case.current(item).map(|capture| &capture.blob)
    }

    /// Every image the session refers to, those of earlier rounds included.
    pub fn blobs(&self) -> impl Iterator<Item = &BlobRef> {
        self.case.captures.iter().map(|capture| &capture.blob)
    }

    /// What may be shown to the applicant and to the company.
    pub fn view(&self) -> View {
        View::of(self)
    }

    /// The session at rest: see [`snapshot`].
    pub fn encode(&self) -> String {
        snapshot::encode(
            ChartName::Collection,
            &self.flow,
            &self.id,
            self.version,
            &self.state,
            &self.case,
        )
    }

    /// A session that was at rest. Nothing is done again.
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
        let read: snapshot::Read<State, Case> =
            snapshot::decode(text, ChartName::Collection, flow)?;
        Ok(Self {
            flow: Arc::clone(flow),
            id: read.session,
            version: read.version,
            state: read.state,
            case: read.case,
        })
    }

    fn decide(&self, event: &Event, now: Timestamp) -> Decided<Machine> {
        let mut decided = Decided::NotAccepted;
        if self.knows(event.kind()) && (IS_AUTHORITY || event.sender() == Sender::Applicant) {
            let by = &Actor::APPLICANT;
            let desk = Desk::new(&self.case, &self.flow, by, now, &mut decided);
            engine::decide(self.state, event, desk);
        }
        decided
    }

    /// The only place where an accepted event becomes a step, and a state's marks become effects.
    fn moved(&mut self, event: EventKind, to: State, change: case::Change, now: Timestamp) -> Step {
        let (from, phase) = (self.state, self.phase());
        let spec = self.flow.spec(to);
        self.case.apply(change, &self.flow, now);
        self.state = to;
        self.version += 1;
        self.case.deadline = match self.case.deadline {
            _ if to == State::Final || self.is_redacted() => None,
            deadline if !IS_AUTHORITY => deadline,
            _ if to.is_end() && from != to => {
                let retention = self.flow.definition().clocks.retention;
                retention.map(|span| now + span)
            }
            // The clock may have come while there was a hold: it is to come again.
            Some(deadline) if to.is_end() && event == EventKind::Lift => Some(deadline.max(now)),
            deadline => deadline,
        };
        self.case.idle = self.idle_after(event.sender(), now);

        let entering = spec.submits == Some(When::Entering) && from != to;
        let leaving =
            self.flow.spec(from).submits == Some(When::Leaving) && self.is_forward(from, to);
        if entering || leaving {
            self.submit(to == State::Final);
        }
        let submitted_before = self.case.round > 1 || from == State::Final;
        let calls_off = IS_AUTHORITY && matches!(to, State::Expired | State::Cancelled);
        if calls_off && from != to && submitted_before {
            self.case.held.push(Effect::Withdraw);
        }
        if self.phase() != phase {
            self.case.held.push(Effect::Notify {
                phase: self.phase(),
            });
        }
        // What others have said must not be lost with the applicant's page: the applicant cannot say it again.
        let persist = spec.persisted || (IS_AUTHORITY && event.sender() != Sender::Applicant);
        let effects = self.case.release(to, persist);
        Step {
            version: self.version,
            from,
            to,
            event,
            persist,
            effects,
        }
    }

    /// What the applicant does, and what is asked of them, ends their silence. What others do does not, and is news.
    fn idle_after(&self, sender: Sender, now: Timestamp) -> Option<Idle> {
        let idle = self.case.idle.filter(|_| self.state.is_on_the_way());
        match sender {
            _ if !IS_AUTHORITY || matches!(sender, Sender::Applicant | Sender::Reviewer) => {
                let begins = self.state.is_on_the_way() && self.flow.has_reminders();
                begins.then_some(Idle::since(now))
            }
            Sender::Clock => idle,
            _ => idle.map(|idle| Idle { steps: 0, ..idle }),
        }
    }

    /// Whether the Flow has to do with such events at all.
    pub(crate) fn knows(&self, kind: EventKind) -> bool {
        match kind.needs() {
            Needs::Nothing => true,
            Needs::AdditionalSteps => self.flow.catalogue().is_some(),
            Needs::Reminders => self.flow.has_reminders(),
        }
    }

    fn submit(&mut self, complete: bool) {
        let exhibits = if complete {
            self.case.exhibits(&self.flow)
        } else {
            let mut exhibits = Vec::new();
            for item in &self.case.unsent {
                exhibits.extend(self.case.exhibit(*item, &self.flow));
            }
            exhibits
        };
        self.case.unsent.clear();
        // Leaving again with nothing new tells nobody anything.
        if complete || !exhibits.is_empty() {
            self.case.held.push(Effect::Submit {
                complete,
                round: self.case.round,
                exhibits,
            });
        }
    }

    fn is_forward(&self, from: State, to: State) -> bool {
        let place = |state| self.flow.steps().iter().position(|step| *step == state);
        place(from) < place(to)
    }

    fn is_late(&self, now: Timestamp) -> bool {
        self.case.deadline.is_some_and(|deadline| now >= deadline)
    }

    /// Whether some event of that kind could be accepted: asks the guards themselves where they need no payload.
    fn could(&self, kind: EventKind) -> bool {
        let would = |event: &Event| {
            let now = self.case.deadline.unwrap_or(self.case.opened_at);
            matches!(self.decide(event, now), Decided::Accepted { .. })
        };
        let any_side = |event: fn(Side) -> Event| Side::ALL.iter().any(|side| would(&event(*side)));
        match kind {
            EventKind::Back => would(&Event::Back),
            EventKind::ReviewDocument => would(&Event::ReviewDocument),
            EventKind::AcceptDocument => would(&Event::AcceptDocument),
            EventKind::RetakePage => any_side(|side| Event::RetakePage { side }),
            EventKind::CapturePage => self
                .case
                .needed_sides(&self.flow)
                .any(|side| self.case.attempts_left(Item::page(side), &self.flow) > 0),
            EventKind::CaptureSelfie => self.case.attempts_left(Item::Selfie, &self.flow) > 0,
            EventKind::ReviewSelfie => would(&Event::ReviewSelfie),
            EventKind::AcceptSelfie => would(&Event::AcceptSelfie),
            EventKind::RetakeSelfie => would(&Event::RetakeSelfie),
            EventKind::CaptureStep => self.case.step_at_hand(&self.flow).is_some_and(|step| {
                let item = Item::AdditionalStep(step.name());
                self.case.attempts_left(item, &self.flow) > 0
            }),
            EventKind::ReviewStep => would(&Event::ReviewStep),
            EventKind::AcceptStep => would(&Event::AcceptStep),
            EventKind::RetakeStep => would(&Event::RetakeStep),
            EventKind::Start | EventKind::SubmitDetails | EventKind::SelectDocument => true,
            _ if !IS_AUTHORITY => false,
            EventKind::Prescribe => would(&Event::Prescribe {
                steps: None,
                given: Given::new(),
            }),
            EventKind::SupplyStep => self.case.could_be_supplied(&self.flow),
            EventKind::RequestResubmission => self.case.captures.first().is_some_and(|capture| {
                let ask = Ask {
                    item: capture.item,
                    reason: RetakeReason::Other,
                    message: None,
                };
                would(&Event::RequestResubmission { items: vec![ask] })
            }),
            EventKind::DeadlineReached => would(&Event::DeadlineReached),
            EventKind::ReminderDue => self.reminder_at().is_some(),
            EventKind::Cancel => would(&Event::Cancel),
            EventKind::Erase => would(&Event::Erase),
            EventKind::Hold => would(&Event::Hold {
                reason: HoldReason::Other,
            }),
            EventKind::Lift => would(&Event::Lift),
            _ => true,
        }
    }

    /// What every walk keeps true. A snapshot that breaks it was made by nobody's steps.
    fn is_possible(&self) -> bool {
        let (case, flow) = (&self.case, &self.flow);
        let known_state = self.state.is_end() || flow.steps().contains(&self.state);
        let past_selection = matches!(self.state, State::DocumentPhoto | State::DocumentReview);
        let decided = matches!(self.state, State::Approved | State::Rejected);
        known_state
            && case.round >= 1
            && (case.round == 1) == case.asked.is_empty()
            && (!past_selection || case.document.is_some())
            && (self.state != State::DocumentReview || case.document_is_done(flow))
            && (self.state != State::SelfieReview || case.is_done(Item::Selfie))
            && (self.state != State::AdditionalStep || case.step_at_hand(flow).is_some())
            && (self.state != State::AdditionalStepReview || case.step_is_done(flow))
            && case
                .captures
                .iter()
                .all(|capture| capture.item.step().is_some() == capture.origin.is_some())
            && decided == case.decision.is_some()
            && (self.state.is_end() || case.redacted_at.is_none())
            && (case.redacted_at.is_none() || case.hold.is_none())
            && match self.state {
                State::Final => case.deadline.is_none(),
                state if state.is_end() => case.redacted_at.is_none() || case.deadline.is_none(),
                _ => case.deadline.is_some(),
            }
            && case
                .captures
                .iter()
                .all(|capture| capture.round <= case.round)
            && case.idle.is_some() == (self.state.is_on_the_way() && flow.has_reminders())
            && case.idle.is_none_or(|idle| {
                let all = flow.definition().clocks.reminders.len();
                usize::try_from(idle.reminded).is_ok_and(|reminded| reminded <= all)
                    && idle.steps <= idle.reminded
                    && idle.steps <= self.version
            })
    }
}

impl chart::sealed::Sealed for Session {}

impl chart::Chart for Session {
    const NAME: ChartName = ChartName::Collection;
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
        matches!(
            event,
            Event::Cancel
                | Event::Erase
                | Event::Hold { .. }
                | Event::Lift
                | Event::DeadlineReached
        )
    }

    fn encode(&self) -> String {
        self.encode()
    }

    fn take(
        &mut self,
        event: &Event,
        _: &Actor,
        now: Timestamp,
    ) -> Result<Taken<Effect>, Rejected> {
        self.handle(event, now).map(Step::taken)
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

    fn visits(&self) -> Vec<(Timestamp, Event)> {
        let deadline = self.deadline().map(|at| (at, Event::DeadlineReached));
        let reminder = self.reminder_at().map(|at| (at, Event::ReminderDue));
        deadline.into_iter().chain(reminder).collect()
    }
}
