//! kyc-core's collection session for a page: what it may call, and nothing that decides.
//!
//! An event crosses as its kind and its texts, its answer as one number: nothing is parsed on the way. What is read once and
//! drawn crosses as JSON. A fault is thrown as its code; the input is never repeated in it.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod answer;
mod event;
#[cfg(target_family = "wasm")]
mod host;

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use kyc_core::collection::{Effect, Session};
use kyc_core::{DecodeError, Timestamp, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// The words that cross as numbers: states, kinds of events, reasons. A line each, a space between words.
#[wasm_bindgen]
pub fn words() -> String {
    answer::words()
}

/// A Flow, read once for all its sessions.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Flow(Arc<kyc_core::Flow>);

#[wasm_bindgen]
impl Flow {
    /// Reads what the server has judged.
    ///
    /// # Errors
    ///
    /// `malformed_flow`.
    pub fn read(flow: &str) -> Result<Self, String> {
        kyc_core::Flow::judged_elsewhere(flow)
            .map(|flow| Self(Arc::new(flow)))
            .map_err(|_| "malformed_flow".to_owned())
    }
}

/// One applicant's session inside a page.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Collection {
    session: Session,
    effects: Vec<Effect>,
}

#[wasm_bindgen]
impl Collection {
    /// A session at its beginning.
    ///
    /// # Errors
    ///
    /// `malformed_session`.
    pub fn open(flow: &Flow, session: &str, now: f64) -> Result<Self, String> {
        let id = session.parse().map_err(|_| "malformed_session")?;
        Ok(Self::at(Session::open(&flow.0, id, moment(now))))
    }

    /// A session as its snapshot left it.
    ///
    /// # Errors
    ///
    /// Why the snapshot does not open.
    pub fn restore(flow: &Flow, snapshot: &str) -> Result<Self, String> {
        let session = Session::decode(snapshot, &flow.0);
        session
            .map(Self::at)
            .map_err(|error| fault(&error).to_owned())
    }

    /// Lets an event happen, if it may. Its kind is its place among the words, its texts are in the order of the event's fields.
    ///
    /// The answer is explained at `answer.rs`.
    pub fn handle(
        &mut self,
        kind: usize,
        first: Option<String>,
        second: Option<String>,
        third: Option<String>,
        fourth: Option<String>,
        now: f64,
    ) -> u32 {
        let Some(event) = event::read(kind, [first, second, third, fourth]) else {
            return answer::MALFORMED;
        };
        let answer = self.session.handle(&event, moment(now));
        let told = answer::pack(&answer);
        self.effects = answer.map_or_else(|_| Vec::new(), |step| step.effects);
        told
    }

    /// The effects of the step that was answered last.
    pub fn effects(&self) -> String {
        json::write(&self.effects)
    }

    /// How many events were accepted so far.
    pub fn version(&self) -> u32 {
        self.session.version()
    }

    /// Everything a page draws.
    pub fn view(&self) -> String {
        json::write(&self.session.view())
    }

    /// Which documents can be chosen, country by country; the Flow decides.
    pub fn offers(&self) -> String {
        json::write(&self.session.flow().offers())
    }

    /// The session at rest.
    pub fn snapshot(&self) -> String {
        self.session.encode()
    }
}

impl Collection {
    const fn at(session: Session) -> Self {
        Self {
            session,
            effects: Vec::new(),
        }
    }
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

const fn fault(error: &DecodeError) -> &'static str {
    match error {
        DecodeError::UnknownSchema { .. } => "unknown_schema",
        DecodeError::Tampered => "tampered_snapshot",
        DecodeError::ForeignChart { .. } | DecodeError::ForeignFlow { .. } => "foreign_snapshot",
        _ => "malformed_snapshot",
    }
}
