//! What is measured, by name: our chart, and a raw statig machine of the same chart beside it. `peers/` does the same work.

use std::hint::black_box;
use std::sync::Arc;

use kyc_core::Item;
use kyc_core::collection::{Event, Session};
use kyc_core::testing::Given;
use kyc_core::testing::events::{NOON, ask, details, details_of, selfie, to_final};
use kyc_core::{Flow, SessionId};

use crate::raw::Raw;

/// A piece of work that may be done as often as one likes.
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) run: Box<dyn FnMut()>,
}

fn work<T>(name: &'static str, mut run: impl FnMut() -> T + 'static) -> Work {
    Work {
        name,
        run: Box::new(move || {
            black_box(run());
        }),
    }
}

/// The session as everybody here starts it: its applicant has agreed, and is asked who they are.
fn started(flow: &Arc<Flow>) -> Session {
    let given = Given::new(flow).after(to_final().into_iter().take(1));
    given.session().clone()
}

/// To `final`, and once more for a better photo of the face: eleven events.
fn walk() -> Vec<Event> {
    let mut events = to_final();
    events.extend([ask(&[Item::Selfie]), selfie(2), Event::AcceptSelfie]);
    events
}

/// The SDK's chart. `…-twice` is forth and back, so that one session serves for ever.
pub(crate) fn kyc() -> Vec<Work> {
    let flow = Flow::manual_review();
    let id: SessionId = "0123456789abcdef0123456789abcdef".parse().unwrap();
    let begun = started(&flow);
    let accepted = {
        let (mut session, forth) = (begun.clone(), details());
        work("accepted-twice", move || {
            let is_there = session.handle(black_box(&forth), NOON).is_ok();
            assert!(is_there && session.handle(black_box(&Event::Back), NOON).is_ok());
        })
    };
    let refused = {
        let (mut session, nameless) = (begun.clone(), details_of("", "", ""));
        work("refused", move || {
            session.handle(black_box(&nameless), NOON).unwrap_err()
        })
    };
    let whole = {
        let (flow, events) = (Arc::clone(&flow), walk());
        work("walk", move || {
            let mut session = Session::open(&flow, id.clone(), NOON);
            for event in &events {
                assert!(session.handle(black_box(event), NOON).is_ok());
            }
            session
        })
    };
    let warm = {
        let (mut session, forth) = (begun.clone(), details());
        work("warm-twice", move || {
            let there = session.handle(black_box(&forth), NOON).unwrap();
            let there = (there, session.encode());
            let back = session.handle(black_box(&Event::Back), NOON).unwrap();
            (there, (back, session.encode()))
        })
    };
    let cold = {
        let (kept, forth) = (begun.encode(), details());
        work("cold", move || {
            let mut session = Session::decode(black_box(&kept), &flow).unwrap();
            let step = session.handle(&forth, NOON).unwrap();
            (step, session.encode())
        })
    };
    vec![accepted, refused, whole, warm, cold]
}

/// The same work without anything that the SDK adds.
pub(crate) fn statig() -> Vec<Work> {
    let begun = {
        let mut raw = Raw::open();
        raw.handle(&to_final()[0]);
        raw
    };
    let accepted = {
        let (mut raw, forth) = (begun.clone(), details());
        work("accepted-twice", move || {
            raw.handle(black_box(&forth));
            raw.handle(black_box(&Event::Back));
        })
    };
    let refused = {
        let (mut raw, nameless) = (begun.clone(), details_of("", "", ""));
        work("refused", move || raw.handle(black_box(&nameless)))
    };
    let whole = {
        let events = walk();
        work("walk", move || {
            let mut raw = Raw::open();
            for event in &events {
                raw.handle(black_box(event));
            }
            assert!(raw.is_final());
            raw
        })
    };
    let warm = {
        let (mut raw, forth) = (begun.clone(), details());
        work("warm-twice", move || {
            raw.handle(black_box(&forth));
            let there = raw.encode();
            raw.handle(black_box(&Event::Back));
            (there, raw.encode())
        })
    };
    let cold = {
        let (kept, forth) = (begun.encode(), details());
        work("cold", move || {
            let mut raw = Raw::decode(black_box(&kept));
            raw.handle(&forth);
            raw.encode()
        })
    };
    vec![accepted, refused, whole, warm, cold]
}
