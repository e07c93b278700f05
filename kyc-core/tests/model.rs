//! The applicant's chart against a model of it: a second opinion, written without statig, table or guards.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::sync::Arc;

use kyc_core::collection::{Event, Rejected, Session, State};
use kyc_core::flow::{Clocks, Limits};
use kyc_core::testing::events::{
    NOON, approved, ask, details, page, rejected, select, selfie, start,
};
use kyc_core::{DocumentType, Flow, Item, RejectReason, Seconds, Side, Timestamp};
use proptest::prelude::*;
use proptest::sample::select as one_of;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

const ATTEMPTS: u32 = 3;
const RESUBMISSIONS: u32 = 2;
const HOUR: Seconds = Seconds::hours(1);
const REMINDERS: [Seconds; 2] = [Seconds(600), Seconds(1_800)];

fn flow() -> Arc<Flow> {
    let limits = Limits {
        document_attempts: Some(ATTEMPTS),
        selfie_attempts: Some(ATTEMPTS),
        resubmissions: Some(RESUBMISSIONS),
    };
    let clocks = Clocks {
        opening: HOUR,
        session: HOUR,
        resubmission: HOUR,
        retention: Some(HOUR),
        reminders: REMINDERS.to_vec(),
    };
    let flow = Flow::builder("model", 1)
        .personal_details()
        .document(DocumentType::IdCard)
        .document(DocumentType::Passport)
        .selfie()
        .limits(limits)
        .clocks(clocks)
        .build();
    Arc::new(flow.unwrap())
}

/// What somebody who has read the guide, and nothing else, would say of a session.
#[derive(Clone, Debug)]
struct Model {
    state: State,
    version: u32,
    now: Timestamp,
    deadline: Option<Timestamp>,
    started: Option<Timestamp>,
    document: Option<DocumentType>,
    /// Front, back, face: handed in during this round.
    fresh: [bool; 3],
    /// Front, back, face: handed in at all.
    known: [bool; 3],
    tries: [u32; 3],
    round: u32,
    asked: [bool; 3],
    erased: bool,
    /// When the applicant did something, or was asked for something.
    heard: Timestamp,
    /// Which reminder was the last since then.
    reminded: usize,
}

#[derive(Clone, Debug)]
enum Command {
    Send(Event),
    Wait(Seconds),
    CrashAndRestore,
}

const ITEMS: [Item; 3] = [Item::DocumentFront, Item::DocumentBack, Item::Selfie];
const FACE: usize = 2;

const fn index(side: Side) -> usize {
    match side {
        Side::Front => 0,
        _ => 1,
    }
}

impl Model {
    fn sides(&self) -> &'static [usize] {
        match self.document {
            Some(DocumentType::IdCard) => &[0, 1],
            Some(DocumentType::Passport) => &[0],
            _ => &[],
        }
    }

    fn wanted(&self, item: usize) -> bool {
        self.round == 1 || self.asked[item]
    }

    fn document_wanted(&self) -> bool {
        self.round == 1 || self.asked[0] || self.asked[1]
    }

    fn document_done(&self) -> bool {
        self.sides()
            .iter()
            .all(|side| !self.wanted(*side) || self.fresh[*side])
    }

    fn after_document(&self) -> State {
        match (self.wanted(FACE), self.fresh[FACE]) {
            (false, _) => State::Final,
            (true, false) => State::Selfie,
            (true, true) => State::SelfieReview,
        }
    }

    fn before(&self) -> Option<State> {
        match self.state {
            State::PersonalDetails => Some(State::Welcome),
            State::DocumentSelection => Some(State::PersonalDetails),
            State::DocumentPhoto => (self.round == 1).then_some(State::DocumentSelection),
            State::DocumentReview => Some(State::DocumentPhoto),
            State::Selfie => self.document_wanted().then_some(State::DocumentReview),
            State::SelfieReview => Some(State::Selfie),
            _ => None,
        }
    }

    fn capture(&mut self, item: usize) {
        self.fresh[item] = true;
        self.known[item] = true;
        self.tries[item] += 1;
    }

    fn is_on_the_way(&self) -> bool {
        use State::{Approved, Cancelled, Expired, Final, Rejected};
        !matches!(
            self.state,
            Final | Approved | Rejected | Expired | Cancelled
        )
    }

    /// When the next reminder comes, which would have to be before the time is over.
    fn reminder_at(&self) -> Option<Timestamp> {
        let next = REMINDERS
            .get(self.reminded)
            .filter(|_| self.is_on_the_way())?;
        Some(self.heard + *next).filter(|due| self.deadline.is_none_or(|deadline| *due < deadline))
    }

    /// Where the event leads; nothing when it is rejected. Changes the model when it is not.
    fn take(&mut self, event: &Event) -> Option<State> {
        use State::{
            Approved, Cancelled, DocumentPhoto, DocumentReview, DocumentSelection, Expired, Final,
            PersonalDetails, Rejected, Selfie, SelfieReview, Welcome,
        };

        let ended = matches!(self.state, Approved | Rejected | Expired | Cancelled);
        let late = self.deadline.is_some_and(|deadline| self.now >= deadline);
        let by_applicant = event.sender() == kyc_core::Sender::Applicant;
        if by_applicant && late {
            return None;
        }
        let to = match (self.state, event) {
            (Welcome, Event::Start { .. }) => {
                let started = *self.started.get_or_insert(self.now);
                self.deadline = Some(started + HOUR);
                PersonalDetails
            }
            (PersonalDetails, Event::SubmitDetails { .. }) => DocumentSelection,
            (
                DocumentSelection,
                Event::SelectDocument {
                    document: DocumentType::DriverLicense,
                    ..
                },
            ) => return None,
            (DocumentSelection, Event::SelectDocument { document, .. }) => {
                if self.document == Some(*document) {
                    if self.document_done() {
                        DocumentReview
                    } else {
                        DocumentPhoto
                    }
                } else {
                    let sides: &[usize] = if *document == DocumentType::IdCard {
                        &[0, 1]
                    } else {
                        &[0]
                    };
                    if sides.iter().any(|side| self.tries[*side] == ATTEMPTS) {
                        return None;
                    }
                    self.document = Some(*document);
                    (self.fresh[0], self.fresh[1]) = (false, false);
                    (self.known[0], self.known[1]) = (false, false);
                    DocumentPhoto
                }
            }
            (DocumentPhoto, Event::CapturePage { side, .. }) => {
                let item = index(*side);
                if !self.sides().contains(&item)
                    || !self.wanted(item)
                    || self.tries[item] == ATTEMPTS
                {
                    return None;
                }
                self.capture(item);
                if self.document_done() {
                    DocumentReview
                } else {
                    DocumentPhoto
                }
            }
            (DocumentPhoto, Event::ReviewDocument) if self.document_done() => DocumentReview,
            (DocumentReview, Event::AcceptDocument) => self.after_document(),
            (DocumentReview, Event::RetakePage { side }) => {
                let item = index(*side);
                if !self.sides().contains(&item)
                    || !self.wanted(item)
                    || self.tries[item] == ATTEMPTS
                {
                    return None;
                }
                DocumentPhoto
            }
            (Selfie, Event::CaptureSelfie { .. }) if self.tries[FACE] < ATTEMPTS => {
                self.capture(FACE);
                SelfieReview
            }
            (Selfie, Event::ReviewSelfie) if self.fresh[FACE] => SelfieReview,
            (SelfieReview, Event::AcceptSelfie) => Final,
            (SelfieReview, Event::RetakeSelfie) if self.tries[FACE] < ATTEMPTS => Selfie,
            (_, Event::Back) => self.before()?,
            (Final, Event::RequestResubmission { items }) => {
                let wants = ITEMS.map(|item| items.iter().any(|ask| ask.item == item));
                let unknown = wants
                    .iter()
                    .zip(self.known)
                    .any(|(wanted, known)| *wanted && !known);
                if items.is_empty() || unknown || self.round > RESUBMISSIONS {
                    return None;
                }
                self.asked = wants;
                self.round += 1;
                self.fresh = [false; 3];
                self.tries = [0; 3];
                self.deadline = Some(self.now + HOUR);
                if self.document_wanted() {
                    DocumentPhoto
                } else {
                    Selfie
                }
            }
            (Final, Event::Decide { decision }) => match decision.outcome {
                kyc_core::Outcome::Approved => Approved,
                _ => Rejected,
            },
            (state, Event::DeadlineReached) if state != Final && !ended && late => Expired,
            (state, Event::DeadlineReached) if ended && late => {
                self.erased = true;
                state
            }
            (state, Event::ReminderDue) if self.is_on_the_way() && !late => {
                let due = |span: &&Seconds| self.heard + **span <= self.now;
                let latest = REMINDERS.iter().filter(due).count();
                if latest == self.reminded {
                    return None;
                }
                self.reminded = latest;
                state
            }
            (_, Event::Cancel) if !ended => Cancelled,
            (state, Event::Erase) if ended && !self.erased => {
                self.erased = true;
                state
            }
            _ => return None,
        };
        if to == Final || self.erased {
            self.deadline = None;
        } else if matches!(to, Approved | Rejected | Expired | Cancelled) && !ended {
            self.deadline = Some(self.now + HOUR);
        }
        if by_applicant || event.sender() == kyc_core::Sender::Reviewer {
            (self.heard, self.reminded) = (self.now, 0);
        }
        self.state = to;
        self.version += 1;
        Some(to)
    }
}

impl ReferenceStateMachine for Model {
    type State = Self;
    type Transition = Command;

    fn init_state() -> BoxedStrategy<Self> {
        Just(Self {
            state: State::Welcome,
            version: 0,
            now: NOON,
            deadline: Some(NOON + HOUR),
            started: None,
            document: None,
            fresh: [false; 3],
            known: [false; 3],
            tries: [0; 3],
            round: 1,
            asked: [false; 3],
            erased: false,
            heard: NOON,
            reminded: 0,
        })
        .boxed()
    }

    fn transitions(model: &Self) -> BoxedStrategy<Command> {
        let side = one_of(vec![Side::Front, Side::Back]);
        let any = prop_oneof![
            Just(start()),
            Just(details()),
            one_of(vec![
                DocumentType::IdCard,
                DocumentType::Passport,
                DocumentType::DriverLicense
            ])
            .prop_map(select),
            (side.clone(), 0_u8..20).prop_map(|(side, number)| page(side, number)),
            Just(Event::ReviewDocument),
            Just(Event::AcceptDocument),
            side.prop_map(|side| Event::RetakePage { side }),
            (0_u8..20).prop_map(selfie),
            Just(Event::ReviewSelfie),
            Just(Event::AcceptSelfie),
            Just(Event::RetakeSelfie),
            Just(Event::Back),
            proptest::sample::subsequence(ITEMS.to_vec(), 0..=3).prop_map(|items| ask(&items)),
            one_of(vec![approved(), rejected(RejectReason::Other)]),
            one_of(vec![Event::Cancel, Event::Erase, Event::DeadlineReached]),
            Just(Event::ReminderDue),
        ];
        // Left to chance alone a walk seldom gets far: mostly do what leads on.
        let onward = match model.state {
            State::Welcome => Just(start()).boxed(),
            State::PersonalDetails => Just(details()).boxed(),
            State::DocumentSelection => Just(select(DocumentType::IdCard)).boxed(),
            State::DocumentPhoto => (one_of(vec![Side::Front, Side::Back]), 0_u8..20)
                .prop_map(|(side, number)| page(side, number))
                .boxed(),
            State::DocumentReview => Just(Event::AcceptDocument).boxed(),
            State::Selfie => (0_u8..20).prop_map(selfie).boxed(),
            State::SelfieReview => Just(Event::AcceptSelfie).boxed(),
            _ => proptest::sample::subsequence(ITEMS.to_vec(), 1..=2)
                .prop_map(|items| ask(&items))
                .boxed(),
        };
        prop_oneof![
            1 => Just(Command::Send(Event::ReminderDue)),
            6 => onward.prop_map(Command::Send),
            4 => any.prop_map(Command::Send),
            1 => (1_u32..1_500).prop_map(|seconds| Command::Wait(Seconds(seconds))),
            1 => Just(Command::CrashAndRestore),
        ]
        .boxed()
    }

    fn apply(mut model: Self, command: &Command) -> Self {
        match command {
            Command::Send(event) => {
                model.take(event);
            }
            Command::Wait(span) => model.now = model.now + *span,
            Command::CrashAndRestore => {}
        }
        model
    }
}

struct Chart {
    session: Session,
    now: Timestamp,
}

impl StateMachineTest for Chart {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        Self {
            session: Session::open(&flow(), "s-1".parse().unwrap(), NOON),
            now: NOON,
        }
    }

    fn apply(mut chart: Self, model: &Model, command: Command) -> Self {
        match command {
            Command::Send(event) => {
                let before = chart.session.clone();
                match chart.session.handle(&event, chart.now) {
                    Ok(step) => {
                        assert_eq!((step.to, step.version), (model.state, before.version() + 1));
                    }
                    Err(Rejected::NotAccepted { .. } | Rejected::Refused { .. }) => {
                        assert_eq!(chart.session, before, "a rejection changes nothing");
                    }
                    Err(other) => panic!("a new kind of rejection: {other}"),
                }
            }
            Command::Wait(span) => chart.now = chart.now + span,
            Command::CrashAndRestore => {
                let restored =
                    Session::decode(&chart.session.encode(), chart.session.flow()).unwrap();
                assert_eq!(restored, chart.session);
                chart.session = restored;
            }
        }
        chart
    }

    fn check_invariants(chart: &Self, model: &Model) {
        assert_eq!(chart.session.state(), model.state);
        assert_eq!(chart.session.version(), model.version);
        assert_eq!(chart.session.deadline(), model.deadline);
        assert_eq!(chart.session.reminder_at(), model.reminder_at());
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn the_chart_does_what_a_reader_of_the_guide_expects(sequential 1..60 => Chart);
}
