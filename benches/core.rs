//! What the applicant's chart costs, beside a raw statig machine of the same chart. `cargo xtask bench` runs it beside the peers
//! in `peers/`, which do the same work.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that unwraps says where it failed"
)]

mod raw;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use kyc_core::Item;
use kyc_core::collection::{Event, Session};
use kyc_core::testing::Given;
use kyc_core::testing::events::{NOON, ask, details, details_of, selfie, to_final};
use kyc_core::{Flow, SessionId};

use crate::raw::Raw;

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

fn kyc(criterion: &mut Criterion) {
    let flow = Flow::manual_review();
    let id: SessionId = "0123456789abcdef0123456789abcdef".parse().unwrap();
    let forth = details();
    let mut group = criterion.benchmark_group("kyc");

    // Forth and back: two accepted events, so that one session serves for ever. What is told is per event.
    let mut session = started(&flow);
    group.bench_function("accepted-twice", |bencher| {
        bencher.iter(|| {
            let forth = session.handle(black_box(&forth), NOON).is_ok();
            forth && session.handle(black_box(&Event::Back), NOON).is_ok()
        });
    });
    let nameless = details_of("", "", "");
    group.bench_function("refused", |bencher| {
        bencher.iter(|| session.handle(black_box(&nameless), NOON).unwrap_err());
    });
    let events = walk();
    group.bench_function("walk", |bencher| {
        bencher.iter(|| {
            let mut session = Session::open(&flow, id.clone(), NOON);
            for event in &events {
                assert!(session.handle(black_box(event), NOON).is_ok());
            }
            session
        });
    });
    let mut session = started(&flow);
    group.bench_function("warm-twice", |bencher| {
        bencher.iter(|| {
            let forth = session.handle(black_box(&forth), NOON).unwrap();
            let there = (forth, session.encode());
            let back = session.handle(black_box(&Event::Back), NOON).unwrap();
            (there, (back, session.encode()))
        });
    });
    let kept = started(&flow).encode();
    group.bench_function("cold", |bencher| {
        bencher.iter(|| {
            let mut session = Session::decode(black_box(&kept), &flow).unwrap();
            let step = session.handle(&forth, NOON).unwrap();
            (step, session.encode())
        });
    });
    group.finish();
}

fn statig(criterion: &mut Criterion) {
    let forth = details();
    let mut group = criterion.benchmark_group("statig");
    let begun = {
        let mut raw = Raw::open();
        raw.handle(&to_final()[0]);
        raw
    };
    let mut raw = begun.clone();
    group.bench_function("accepted-twice", |bencher| {
        bencher.iter(|| {
            raw.handle(black_box(&forth));
            raw.handle(black_box(&Event::Back));
        });
    });
    let nameless = details_of("", "", "");
    group.bench_function("refused", |bencher| {
        bencher.iter(|| raw.handle(black_box(&nameless)));
    });
    let events = walk();
    group.bench_function("walk", |bencher| {
        bencher.iter(|| {
            let mut raw = Raw::open();
            for event in &events {
                raw.handle(black_box(event));
            }
            assert!(raw.is_final());
            raw
        });
    });
    let mut raw = begun.clone();
    group.bench_function("warm-twice", |bencher| {
        bencher.iter(|| {
            raw.handle(black_box(&forth));
            let there = raw.encode();
            raw.handle(black_box(&Event::Back));
            (there, raw.encode())
        });
    });
    let kept = begun.encode();
    group.bench_function("cold", |bencher| {
        bencher.iter(|| {
            let mut raw = Raw::decode(black_box(&kept));
            raw.handle(&forth);
            raw.encode()
        });
    });
    group.finish();
}

criterion_group!(benches, kyc, statig);
criterion_main!(benches);
