//! kyc-core's collection session with JSON in and JSON out: what a page may call, and nothing that decides.
//!
//! Answers are text, so that what a page sends, a server stores and WebAssembly takes is the same JSON. A fault is thrown as
//! its code; the input is never repeated in it.

use std::sync::Arc;

use kyc_core::collection::{Event, Rejected, Session, Step};
use kyc_core::{Country, DecodeError, DocumentType, Flow, Side, Timestamp};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

/// One applicant's session inside a page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Collection {
    session: Session,
}

#[wasm_bindgen]
impl Collection {
    /// A session at its beginning.
    ///
    /// # Errors
    ///
    /// `malformed_flow` or `malformed_session`.
    pub fn open(flow: &str, session: &str, now: f64) -> Result<Self, String> {
        let id = session.parse().map_err(|_| "malformed_session")?;
        Ok(Self {
            session: Session::open(&read(flow)?, id, moment(now)),
        })
    }

    /// A session as its snapshot left it.
    ///
    /// # Errors
    ///
    /// `malformed_flow`, or why the snapshot does not open.
    pub fn restore(flow: &str, snapshot: &str) -> Result<Self, String> {
        let session = Session::decode(snapshot, &read(flow)?).map_err(|error| fault(&error))?;
        Ok(Self { session })
    }

    /// Lets an event happen, if it may: a step, or a rejection that has changed nothing.
    ///
    /// # Errors
    ///
    /// `malformed_event`.
    pub fn handle(&mut self, event: &str, now: f64) -> Result<String, String> {
        let event: Event = serde_json::from_str(event).map_err(|_| "malformed_event")?;
        let answer = self.session.handle(&event, moment(now));
        Ok(text(&answer.map_or_else(
            |rejected| Answer::Rejected { rejected },
            |step| Answer::Step { step },
        )))
    }

    /// Everything a page draws.
    pub fn view(&self) -> String {
        text(&self.session.view())
    }

    /// Which documents can be chosen, country by country; the Flow decides.
    pub fn offers(&self) -> String {
        let offers = Country::all().map(|country| Offers {
            country,
            documents: DocumentType::ALL
                .iter()
                .filter_map(|&document| {
                    let sides = self.session.flow().sides(country, document)?;
                    Some(Offer {
                        document,
                        sides: sides.to_vec(),
                    })
                })
                .collect(),
        });
        text(
            &offers
                .filter(|offers| !offers.documents.is_empty())
                .collect::<Vec<_>>(),
        )
    }

    /// The session at rest.
    pub fn snapshot(&self) -> String {
        self.session.encode()
    }
}

/// The answer to an event, as a page reads it.
#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Answer {
    Step {
        #[serde(flatten)]
        step: Step,
    },
    Rejected {
        #[serde(flatten)]
        rejected: Rejected,
    },
}

/// The documents of one country.
#[derive(Serialize)]
struct Offers {
    country: Country,
    documents: Vec<Offer>,
}

/// A document and its sides to photograph.
#[derive(Serialize)]
struct Offer {
    #[serde(rename = "type")]
    document: DocumentType,
    sides: Vec<Side>,
}

fn read(flow: &str) -> Result<Arc<Flow>, &'static str> {
    Flow::from_json(flow)
        .map(Arc::new)
        .map_err(|_| "malformed_flow")
}

/// JavaScript's milliseconds; what is no moment becomes the first one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "saturates, and milliseconds are whole"
)]
const fn moment(now: f64) -> Timestamp {
    Timestamp::from_millis(now as u64)
}

fn fault(error: &DecodeError) -> &'static str {
    match error {
        DecodeError::UnknownSchema { .. } => "unknown_schema",
        DecodeError::Tampered => "tampered_snapshot",
        DecodeError::ForeignChart { .. } | DecodeError::ForeignFlow { .. } => "foreign_snapshot",
        _ => "malformed_snapshot",
    }
}

fn text(value: &impl Serialize) -> String {
    match serde_json::to_string(value) {
        Ok(text) => text,
        Err(error) => unreachable!("the view's types are plain JSON: {error}"),
    }
}
