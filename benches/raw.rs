//! The same walk as a plain statig machine with serde beside it: no reasons, no effects, no Flow, no envelope. What is left when
//! everything is taken away that the SDK adds.

use kyc_core::collection::Event;
use kyc_core::testing::events::NOON;
use kyc_core::{BlobRef, Country, DocumentType, Item, Side};
use serde::{Deserialize, Serialize};
use statig::Outcome;
use statig::blocking::{IntoStateMachine, State as Handler, StateExt as _, Superstate};

/// A day in milliseconds.
const DAY: u64 = 86_400_000;

/// The machine at a state, with what it knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Raw {
    state: State,
    known: Known,
}

/// What is known of the walk and its applicant: the same facts as in the SDK's snapshot, under the same names.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    flow: FlowRef,
    session: String,
    version: u32,
    opened_at: u64,
    started_at: Option<u64>,
    deadline: Option<u64>,
    round: u32,
    consent: Option<Consent>,
    details: Option<Details>,
    document: Option<(Country, DocumentType)>,
    front: Option<BlobRef>,
    back: Option<BlobRef>,
    selfie: Option<BlobRef>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct FlowRef {
    id: String,
    version: u32,
    hash: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Consent {
    version: String,
    locale: String,
    at: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Details {
    given_names: String,
    family_name: String,
    date_of_birth: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    Welcome,
    PersonalDetails,
    DocumentSelection,
    DocumentPhoto,
    DocumentReview,
    Selfie,
    SelfieReview,
    Final,
}

#[derive(Default)]
struct Machine;

impl IntoStateMachine for Machine {
    type Event<'a> = Event;
    type Context<'a> = Known;
    type State = State;
    type Superstate<'a> = Nothing;

    fn initial() -> State {
        State::Welcome
    }
}

struct Nothing;

impl Superstate<Machine> for Nothing {
    fn call_handler(&mut self, _: &mut Machine, _: &Event, _: &mut Known) -> Outcome<State> {
        Outcome::Super
    }
}

impl Handler<Machine> for State {
    fn call_handler(&mut self, _: &mut Machine, event: &Event, known: &mut Known) -> Outcome<Self> {
        known
            .take(*self, event)
            .map_or(Outcome::Super, Outcome::Transition)
    }
}

impl Known {
    fn take(&mut self, state: State, event: &Event) -> Option<State> {
        Some(match (state, event) {
            (State::Welcome, Event::Start { consent }) if consent.version == "1" => {
                self.consent = Some(Consent {
                    version: consent.version.clone(),
                    locale: consent.locale.clone(),
                    at: NOON.as_millis(),
                });
                self.started_at = Some(NOON.as_millis());
                self.deadline = Some(NOON.as_millis() + DAY);
                State::PersonalDetails
            }
            (State::PersonalDetails, Event::SubmitDetails { details }) => {
                let told = [
                    &details.given_names,
                    &details.family_name,
                    &details.date_of_birth,
                ];
                let [given, family, birth] = told.map(|told| told.expose().trim());
                if given.is_empty() || family.is_empty() || birth.len() != 10 {
                    return None;
                }
                self.details = Some(Details {
                    given_names: given.to_owned(),
                    family_name: family.to_owned(),
                    date_of_birth: birth.to_owned(),
                });
                State::DocumentSelection
            }
            (State::DocumentSelection, Event::Back) => State::PersonalDetails,
            (State::DocumentSelection, Event::SelectDocument { country, document }) => {
                self.document = Some((*country, *document));
                State::DocumentPhoto
            }
            (State::DocumentPhoto, Event::CapturePage { side, blob }) => {
                match side {
                    Side::Front => self.front = Some(blob.clone()),
                    _ => self.back = Some(blob.clone()),
                }
                match (&self.front, &self.back) {
                    (Some(_), Some(_)) => State::DocumentReview,
                    _ => State::DocumentPhoto,
                }
            }
            (State::DocumentReview, Event::AcceptDocument) => State::Selfie,
            (State::Selfie, Event::CaptureSelfie { blob }) => {
                self.selfie = Some(blob.clone());
                State::SelfieReview
            }
            (State::SelfieReview, Event::AcceptSelfie) => State::Final,
            (State::Final, Event::RequestResubmission { items })
                if items.iter().all(|ask| ask.item == Item::Selfie) =>
            {
                self.selfie = None;
                State::Selfie
            }
            _ => return None,
        })
    }
}

impl Raw {
    pub(crate) fn open() -> Self {
        Self {
            state: State::Welcome,
            known: Known {
                flow: FlowRef {
                    id: "manual-review".to_owned(),
                    version: 1,
                    hash: "d7695c711babbd45".to_owned(),
                },
                session: "0123456789abcdef0123456789abcdef".to_owned(),
                version: 0,
                opened_at: NOON.as_millis(),
                started_at: None,
                deadline: None,
                round: 1,
                consent: None,
                details: None,
                document: None,
                front: None,
                back: None,
                selfie: None,
            },
        }
    }

    pub(crate) fn handle(&mut self, event: &Event) {
        let mut state = self.state;
        if let Outcome::Transition(to) = state.handle(&mut Machine, event, &mut self.known) {
            self.state = to;
            self.known.version += 1;
        }
    }

    pub(crate) fn is_final(&self) -> bool {
        self.state == State::Final
    }

    pub(crate) fn encode(&self) -> String {
        serde_json::to_string(self).unwrap()
    }

    pub(crate) fn decode(text: &str) -> Self {
        serde_json::from_str(text).unwrap()
    }
}
