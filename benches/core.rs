//! What a step of the applicant's chart costs: accepted, refused, kept, and a whole walk.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kyc_core::collection::{Event, Session};
use kyc_core::testing::Given;
use kyc_core::testing::events::{NOON, ask, details_of, selfie, to_final};
use kyc_core::{Flow, Item};

fn at(flow: &Arc<Flow>, steps: usize) -> Session {
    Given::new(flow)
        .after(to_final().into_iter().take(steps))
        .session()
        .clone()
}

fn steps(criterion: &mut Criterion) {
    let flow = Flow::manual_review();
    let session = at(&flow, 6);
    let next = selfie(1);

    criterion.bench_function("accepted", |bencher| {
        bencher.iter_batched_ref(
            || session.clone(),
            |session| session.handle(black_box(&next), NOON),
            BatchSize::SmallInput,
        );
    });
    let mut refusing = at(&flow, 1);
    let nameless = details_of("", "", "");
    criterion.bench_function("refused", |bencher| {
        bencher.iter(|| refusing.handle(black_box(&nameless), NOON).is_err());
    });
    criterion.bench_function("not accepted", |bencher| {
        bencher.iter(|| {
            refusing
                .handle(black_box(&Event::AcceptSelfie), NOON)
                .is_err()
        });
    });
    criterion.bench_function("accepted and encoded", |bencher| {
        bencher.iter_batched_ref(
            || session.clone(),
            |session| {
                let step = session.handle(black_box(&next), NOON);
                (step, session.encode())
            },
            BatchSize::SmallInput,
        );
    });
    let kept = session.encode();
    criterion.bench_function("decoded, accepted and encoded", |bencher| {
        bencher.iter(|| {
            let mut session = Session::decode(black_box(&kept), &flow).ok()?;
            let step = session.handle(&next, NOON).ok()?;
            Some((step, session.encode()))
        });
    });
}

fn walk(criterion: &mut Criterion) {
    let flow = Flow::manual_review();
    let mut events = to_final();
    events.extend([ask(&[Item::Selfie]), selfie(2), Event::AcceptSelfie]);
    criterion.bench_function("a whole walk with one resubmission, 11 events", |bencher| {
        bencher.iter_batched(
            || at(&flow, 0),
            |mut session| {
                for event in &events {
                    black_box(session.handle(event, NOON).is_ok());
                }
                session
            },
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, steps, walk);
criterion_main!(benches);
