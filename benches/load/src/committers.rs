//! Those who commit to one store, each to a session of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kyc_persist::Store;
use tokio::task::JoinSet;

use crate::meter::Times;
use crate::places::{Engine, Place};
use crate::server;
use crate::steps::{BEGIN, Steps};

/// A store in the race, and how far the sessions in it are.
pub(crate) struct Committers {
    pub(crate) name: String,
    store: Arc<dyn Store>,
    sessions: Vec<Steps>,
    _place: Place,
}

impl Committers {
    /// A new store of that kind, and so many sessions in it.
    pub(crate) async fn new(
        engine: Engine,
        sealed: bool,
        data: &Path,
        database: &server::Place,
        sessions: u32,
    ) -> Self {
        let place = Place::new(engine, sealed, data, Some(database));
        let store = place.open().await;
        let sessions = (0..sessions).map(|number| Steps::new(&format!("s-{number}"), BEGIN));
        let mut sessions: Vec<_> = sessions.collect();
        for session in &mut sessions {
            store.commit(session.next(BEGIN)).await.unwrap();
        }
        Self {
            name: engine.called(sealed),
            store,
            sessions,
            _place: place,
        }
    }

    /// So many at once, for that time; and how long that was.
    pub(crate) async fn together(&mut self, tasks: u32, time: Duration) -> (Times, Duration) {
        let begun = Instant::now();
        let mut running = JoinSet::new();
        for mut steps in self.sessions.drain(..tasks as usize) {
            let store = Arc::clone(&self.store);
            running.spawn(async move {
                let mut times = Times::default();
                while begun.elapsed() < time {
                    let commit = steps.next(BEGIN);
                    times.of(store.commit(commit)).await.unwrap();
                }
                (steps, times)
            });
        }
        let mut all = Times::default();
        while let Some(done) = running.join_next().await {
            let (steps, times) = done.unwrap();
            self.sessions.push(steps);
            all.append(times);
        }
        (all, begun.elapsed())
    }
}
