//! [`PostgresStore`] keeps the promises of a store, and keeps them when connections break and servers die.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod crashes;
mod hosts;
mod moving;
mod opening;
mod races;
#[expect(dead_code, reason = "the reliability suite needs more of it")]
mod server;
mod steps;
mod vault;

use kyc_persist::PostgresStore;

use self::server::Place;

kyc_persist::conformance!(Place::new(), async |place| {
    place.quiet().await;
    PostgresStore::open(place.url()).await.unwrap()
});

mod archive {
    use super::*;

    kyc_persist::archive_conformance!(Place::new(), async |place| {
        place.quiet().await;
        PostgresStore::open(place.url()).await.unwrap()
    });
}

/// Runs a test that awaits.
fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}
