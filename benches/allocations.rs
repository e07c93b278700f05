//! How often an event asks for memory. Counted, not timed: the same on every machine. Prints one line of JSON.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that unwraps says where it failed"
)]
#![expect(
    clippy::print_stdout,
    reason = "what it has counted is for whoever runs it"
)]

use std::alloc::System;
use std::hint::black_box;

use kyc_core::Flow;
use kyc_core::collection::Event;
use kyc_core::testing::Given;
use kyc_core::testing::events::{NOON, details, details_of, to_final};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let flow = Flow::manual_review();
    let given = Given::new(&flow).after(to_final().into_iter().take(1));
    let mut session = given.session().clone();
    let (nameless, forth) = (details_of("", "", ""), details());

    let refused = count(|| session.handle(&nameless, NOON).is_err());
    let not_accepted = count(|| session.handle(&Event::AcceptSelfie, NOON).is_err());
    let accepted = count(|| session.handle(&forth, NOON).unwrap());
    let encoded = count(|| session.encode());
    println!(
        "{{\"refused\":{refused},\"not accepted\":{not_accepted},\"accepted\":{accepted},\"snapshot\":{encoded}}}"
    );
}

fn count<T>(work: impl FnOnce() -> T) -> usize {
    let region = Region::new(COUNTED);
    black_box(work());
    let told = region.change();
    told.allocations + told.reallocations
}
