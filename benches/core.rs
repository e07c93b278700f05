//! How long the applicant's chart takes, beside a raw statig machine of the same chart. `cargo xtask bench` runs it beside
//! the peers in `peers/`.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that unwraps says where it failed"
)]

mod raw;
mod works;

use criterion::{Criterion, criterion_group, criterion_main};

use crate::works::Work;

fn measure(criterion: &mut Criterion, who: &str, works: Vec<Work>) {
    let mut group = criterion.benchmark_group(who);
    for mut work in works {
        group.bench_function(work.name, |bencher| bencher.iter(&mut work.run));
    }
    group.finish();
}

fn all(criterion: &mut Criterion) {
    measure(criterion, "kyc", works::kyc());
    measure(criterion, "statig", works::statig());
}

criterion_group!(benches, all);
criterion_main!(benches);
