//! The answer to an event as one number.
//!
//! From the lowest bit: four bits for the state before, six for the kind of event, then one that is set for a step. Of a step
//! follow four bits for the state after, one whether it must be kept and one whether it has effects; of a rejection six bits
//! for the reason, from 1, or nothing where no guard was asked.

use alloc::string::String;

use kyc_core::collection::{EventKind, Reason, Rejected, State, Step};

use crate::fault::Fault;

/// The text, or a field that is missing or too many, was not one of an event.
pub(crate) const MALFORMED: u32 = u32::MAX;

pub(crate) fn pack(answer: &Result<Step, Rejected>) -> u32 {
    match answer {
        Ok(step) => {
            let after = step.to as u32 | u32::from(step.persist) << 4;
            let after = after | u32::from(!step.effects.is_empty()) << 5;
            before(step.from, step.event) | IS_STEP | after << BEHIND
        }
        Err(Rejected::Refused {
            state,
            event,
            reason,
        }) => before(*state, *event) | (*reason as u32 + 1) << BEHIND,
        Err(Rejected::NotAccepted { state, event }) => before(*state, *event),
        // Of an answer that is added later the page says what it would to any event that is none.
        Err(_) => MALFORMED,
    }
}

/// The words in the order of their numbers.
pub(crate) fn words() -> String {
    let mut text = String::new();
    line(&mut text, State::ALL, State::as_str);
    line(&mut text, EventKind::ALL, EventKind::as_str);
    line(&mut text, Reason::ALL, Reason::as_str);
    line(&mut text, Fault::ALL, Fault::as_str);
    text
}

fn line<T: Copy>(text: &mut String, words: &[T], as_str: fn(T) -> &'static str) {
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            text.push(' ');
        }
        text.push_str(as_str(*word));
    }
    text.push('\n');
}

const fn before(state: State, event: EventKind) -> u32 {
    state as u32 | (event as u32) << 4
}

const IS_STEP: u32 = 1 << 10;
const BEHIND: u32 = 11;

const _: () = assert!(
    State::ALL.len() <= 1 << 4 && EventKind::ALL.len() <= 1 << 6 && Reason::ALL.len() < 1 << 6,
    "a word has to fit into its bits"
);
