//! The same walk as a plain statig machine with serde beside it: no reasons, no effects, no Flow, no envelope. What is left when
//! everything is taken away that the SDK adds.

use kyc_core::collection::Event;
use kyc_core::{BlobRef, Country, DocumentType, Item, Side};
use serde::{Deserialize, Serialize};
use statig::Outcome;
use statig::blocking::{IntoStateMachine, State as Handler, StateExt as _, Superstate};

/// The machine at a state, with what it knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Raw {
    state: State,
    known: Known,
}

/// What is known of the applicant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Known {
    consent: Option<(String, String)>,
    details: Option<(String, String, String)>,
    document: Option<(Country, DocumentType)>,
    front: Option<BlobRef>,
    back: Option<BlobRef>,
    selfie: Option<BlobRef>,
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
                self.consent = Some((consent.version.clone(), consent.locale.clone()));
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
                self.details = Some((given.to_owned(), family.to_owned(), birth.to_owned()));
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
            known: Known::default(),
        }
    }

    pub(crate) fn handle(&mut self, event: &Event) {
        let mut state = self.state;
        if let Outcome::Transition(to) = state.handle(&mut Machine, event, &mut self.known) {
            self.state = to;
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
