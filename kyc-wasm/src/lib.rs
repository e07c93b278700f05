//! kyc-core's collection session for a page: what it may call, and nothing that decides.
//!
//! Numbers cross, and texts through one buffer: an event as its kind and its texts, its answer as one number, so that nothing is
//! parsed on the way. What is read once and drawn crosses as JSON. A fault is told as the number of its code; the input is never
//! repeated in it. The other side is `npm/src/border.ts`.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod answer;
mod event;
mod fault;
#[cfg(target_family = "wasm")]
mod host;

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::str;

use kyc_core::collection::{Effect, Session};
use kyc_core::{Flow, SessionId, Timestamp, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::fault::Fault;

/// All that a page has here: its sessions, the Flow that the next one is of, and the texts that cross.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Border {
    given: Vec<u8>,
    told: String,
    flow: Option<Arc<Flow>>,
    sessions: Vec<Option<Collection>>,
}

#[wasm_bindgen]
impl Border {
    /// Without a session.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the page puts the texts that it gives, with room for so many bytes.
    pub fn room(&mut self, bytes: usize) -> usize {
        if self.given.len() < bytes {
            self.given.resize(bytes, 0);
        }
        self.given.as_mut_ptr().expose_provenance()
    }

    /// Where the text lies whose length was answered last.
    pub fn told(&self) -> usize {
        self.told.as_ptr().expose_provenance()
    }

    /// The words that cross as numbers: states, kinds of events, reasons, faults. A line each, a space between words.
    pub fn words(&mut self) -> usize {
        self.tell(answer::words())
    }

    /// Reads the Flow of the sessions to come, which the server has judged: 0, or what is wrong.
    pub fn flow(&mut self, bytes: usize) -> i32 {
        let flow = self
            .text(bytes)
            .and_then(|text| Flow::judged_elsewhere(text).ok());
        self.flow = flow.map(Arc::new);
        if self.flow.is_some() {
            0
        } else {
            Fault::MalformedFlow.number()
        }
    }

    /// A session of that name at its beginning: its number, or what is wrong.
    pub fn open(&mut self, bytes: usize, now: f64) -> i32 {
        let id = self
            .text(bytes)
            .and_then(|text| text.parse::<SessionId>().ok());
        let opened = match (&self.flow, id) {
            (None, _) => Err(Fault::MalformedFlow),
            (_, None) => Err(Fault::MalformedSession),
            (Some(flow), Some(id)) => Ok(Session::open(flow, id, moment(now))),
        };
        self.keep(opened)
    }

    /// A session as its snapshot left it: its number, or what is wrong.
    pub fn restore(&mut self, bytes: usize) -> i32 {
        let restored = match (&self.flow, self.text(bytes)) {
            (None, _) => Err(Fault::MalformedFlow),
            (_, None) => Err(Fault::MalformedSnapshot),
            (Some(flow), Some(text)) => {
                Session::decode(text, flow).map_err(|error| Fault::of(&error))
            }
        };
        self.keep(restored)
    }

    /// Lets an event happen, if it may. Its kind is its place among the words; its texts are in the order of the event's fields,
    /// one behind the other, and each has its length, or one below zero where it is not there.
    ///
    /// The answer is explained at `answer.rs`.
    #[expect(clippy::too_many_arguments, reason = "a number crosses best by itself")]
    pub fn handle(
        &mut self,
        session: usize,
        kind: usize,
        now: f64,
        first: i32,
        second: i32,
        third: i32,
        fourth: i32,
    ) -> u32 {
        let lengths = [first, second, third, fourth];
        let event = event::read(kind, &self.given, lengths);
        let (Some(event), Some(Some(one))) = (&event, self.sessions.get_mut(session)) else {
            return answer::MALFORMED;
        };
        let answer = one.session.handle(event, moment(now));
        let told = answer::pack(&answer);
        one.effects = answer.map_or_else(|_| Vec::new(), |step| step.effects);
        told
    }

    /// The effects of the step that was answered last.
    pub fn effects(&mut self, session: usize) -> usize {
        self.tell_of(session, Collection::effects)
    }

    /// How many events were accepted so far.
    pub fn version(&self, session: usize) -> u32 {
        match self.sessions.get(session) {
            Some(Some(one)) => one.session.version(),
            _ => 0,
        }
    }

    /// Everything a page draws.
    pub fn view(&mut self, session: usize) -> usize {
        self.tell_of(session, Collection::view)
    }

    /// Which documents can be chosen, country by country; the Flow decides.
    pub fn offers(&mut self, session: usize) -> usize {
        self.tell_of(session, Collection::offers)
    }

    /// The session at rest.
    pub fn snapshot(&mut self, session: usize) -> usize {
        self.tell_of(session, Collection::snapshot)
    }

    /// Gives a session's memory back. Its number is the next one's.
    pub fn close(&mut self, session: usize) {
        if let Some(place) = self.sessions.get_mut(session) {
            *place = None;
        }
    }
}

impl Border {
    fn text(&self, bytes: usize) -> Option<&str> {
        str::from_utf8(self.given.get(..bytes)?).ok()
    }

    fn tell(&mut self, text: String) -> usize {
        self.told = text;
        self.told.len()
    }

    fn tell_of(&mut self, session: usize, what: fn(&Collection) -> String) -> usize {
        match self.sessions.get(session) {
            Some(Some(one)) => {
                let text = what(one);
                self.tell(text)
            }
            _ => 0,
        }
    }

    fn keep(&mut self, session: Result<Session, Fault>) -> i32 {
        let one = match session {
            Ok(session) => Some(Collection {
                session,
                effects: Vec::new(),
            }),
            Err(fault) => return fault.number(),
        };
        let mut number = 0;
        for place in &mut self.sessions {
            if place.is_none() {
                *place = one;
                return number;
            }
            number += 1;
        }
        self.sessions.push(one);
        number
    }
}

/// One applicant's session inside a page.
#[derive(Debug)]
struct Collection {
    session: Session,
    effects: Vec<Effect>,
}

impl Collection {
    fn effects(&self) -> String {
        json::write(&self.effects)
    }

    fn view(&self) -> String {
        json::write(&self.session.view())
    }

    fn offers(&self) -> String {
        json::write(&self.session.flow().offers())
    }

    fn snapshot(&self) -> String {
        self.session.encode()
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
