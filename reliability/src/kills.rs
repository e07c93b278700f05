//! The real server is killed with signal 9 in the thick of it, started again, and asked about all it has answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kyc_core::journal;
use kyc_persist::{PostgresStore, RedbStore, Row, SledStore, Store};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::adapters::Adapter;
use crate::people::{self, Reach as _, There};
use crate::program::Program;
use crate::report::Line;
use crate::seed::Seed;
use crate::walker::Walker;
use crate::{Terms, run, server};

const WALKERS: usize = 16;

/// How many earlier requests are sent again after a start, under their keys.
const REPEATED: usize = 40;

/// How many sessions of earlier rounds are looked at after a start; in the end all are.
const LOOKED_AT: usize = 60;

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let database = server::Place::new();
    let mut lines = Vec::new();
    for adapter in Adapter::LASTING {
        for sealed in [true, false] {
            let seed = terms.seed.part(&adapter.called(sealed));
            let installation = Installation::new(adapter, sealed, &database);
            // Plain and sealed together: a hundred thousand an adapter, however slow the disk; and kills enough where it is quick.
            let (rounds, enough) = terms.pick((2, 0), (200, 50_000));
            let line = run(rounds_of(&installation, seed, rounds, enough));
            lines.push(Line::told(adapter.called(sealed), line));
        }
    }
    lines
}

/// Where a server keeps things, and the words it is started with.
pub(crate) struct Installation {
    pub(crate) adapter: Adapter,
    pub(crate) folder: TempDir,
    /// Where the store is.
    store: String,
    /// The store and the vault, when they are schemas of a database.
    pub(crate) schemas: Option<(server::Place, server::Place)>,
    pub(crate) words: Vec<String>,
}

impl Installation {
    pub(crate) fn new(adapter: Adapter, sealed: bool, database: &server::Place) -> Self {
        Self::within(tempfile::tempdir().unwrap(), adapter, sealed, database)
    }

    /// Of an embedded store.
    pub(crate) fn embedded(adapter: Adapter, sealed: bool) -> Self {
        Self::kept(tempfile::tempdir().unwrap(), adapter, sealed, None)
    }

    /// In that folder.
    pub(crate) fn within(
        folder: TempDir,
        adapter: Adapter,
        sealed: bool,
        database: &server::Place,
    ) -> Self {
        let schema = || server::Place::within(database.url());
        let schemas = (adapter == Adapter::Postgres).then(|| (schema(), schema()));
        let urls = schemas
            .as_ref()
            .map(|(store, vault)| (store.url(), vault.url()));
        let kept = Self::kept(folder, adapter, sealed, urls);
        Self { schemas, ..kept }
    }

    /// In databases that are there, sealed.
    pub(crate) fn at(store: &str, vault: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::kept(folder, Adapter::Postgres, true, Some((store, vault)))
    }

    fn kept(folder: TempDir, adapter: Adapter, sealed: bool, urls: Option<(&str, &str)>) -> Self {
        let within = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let store = match urls {
            Some((store, _)) => store.to_owned(),
            None => format!("{}:{}", adapter.name(), within("store")),
        };
        let mut words = vec![
            "--store".to_owned(),
            store.clone(),
            "--blobs".to_owned(),
            within("blobs"),
        ];
        match (urls, sealed) {
            (_, false) => words.push("--unsealed".into()),
            (Some((_, vault)), true) => {
                words.extend(["--vault".into(), vault.to_owned()]);
                words.extend(["--key".into(), within("key")]);
            }
            (None, true) => {}
        }
        if urls.is_some() {
            words.extend(["--secret".into(), within("secret")]);
        }
        Self {
            adapter,
            folder,
            store,
            schemas: None,
            words,
        }
    }

    /// The store itself, once the server is dead. Journals are not sealed.
    pub(crate) async fn store(&self) -> Box<dyn Store> {
        let directory = self.folder.path().join("store");
        match self.adapter {
            Adapter::Sled => Box::new(SledStore::open(directory).unwrap()),
            Adapter::Redb => Box::new(RedbStore::open(directory).unwrap()),
            Adapter::Postgres => Box::new(PostgresStore::open(&self.store).await.unwrap()),
            Adapter::Memory => unreachable!("it forgets with its server"),
        }
    }
}

async fn rounds_of(
    installation: &Installation,
    seed: Seed,
    rounds: u64,
    enough: usize,
) -> Vec<(&'static str, String)> {
    let mut program = Program::new(installation.folder.path(), "server", &installation.words);
    let mut walkers: Vec<_> = (0..WALKERS)
        .map(|number| Walker::new(format!("w-{number}")))
        .collect();
    let (mut round, mut repeated) = (0, 0);
    let (mut starts, begun) = (Vec::new(), Instant::now());
    while round < rounds || acknowledged(&walkers) < enough {
        let starting = Instant::now();
        program.start().await;
        starts.push(starting.elapsed());
        let there = program.reach();
        for walker in &mut walkers {
            walker.ask_again(&there).await;
        }
        look(&walkers, &there, seed.part("look").at(round)).await;
        repeated += repeat(&walkers, &there, seed.part("repeat").at(round)).await;

        let heard = Arc::new(AtomicUsize::new(0));
        let mut walking = JoinSet::new();
        for mut walker in walkers.drain(..) {
            let (there, heard) = (there.clone(), Arc::clone(&heard));
            walking.spawn(async move {
                walker
                    .walk(&there, || {
                        heard.fetch_add(1, Ordering::SeqCst);
                    })
                    .await;
                walker
            });
        }
        // The moment is counted from the first answers on, so that every round has some.
        while heard.load(Ordering::SeqCst) < WALKERS {
            assert!(!walking.is_empty());
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(30 + seed.at(round) % 900)).await;
        program.kill();
        walkers = walking.join_all().await;
        round += 1;
    }
    let took = begun.elapsed();
    // One last time, with everything that was ever acknowledged.
    program.start().await;
    let there = program.reach();
    for walker in &mut walkers {
        walker.ask_again(&there).await;
    }
    look(&walkers, &there, seed.at(round)).await;
    program.kill();
    let steps = read_journals(installation, &walkers).await;
    starts.sort();
    vec![
        ("kills", (round + 1).to_string()),
        ("acknowledged", acknowledged(&walkers).to_string()),
        ("of them steps", steps.to_string()),
        ("asked again", repeated.to_string()),
        ("lost", "0".into()),
        ("half", "0".into()),
        (
            "a second",
            (acknowledged(&walkers) as u128 * 1_000 / took.as_millis()).to_string(),
        ),
        (
            "start p50",
            format!("{} ms", starts[starts.len() / 2].as_millis()),
        ),
    ]
}

fn acknowledged(walkers: &[Walker]) -> usize {
    walkers.iter().map(Walker::acknowledged).sum()
}

/// What the company reads of the sessions under way, and of some that have ended.
pub(crate) async fn look(walkers: &[Walker], there: &There, seed: u64) {
    let seed = Seed::of(seed);
    let all: Vec<_> = walkers.iter().flat_map(Walker::heard).collect();
    let under_way = walkers.iter().filter_map(|walker| {
        let current = walker.current()?;
        walker.heard().get_key_value(current)
    });
    let others =
        (0..LOOKED_AT.min(all.len())).map(|number| all[seed.below(number as u64, all.len())]);
    for (session, heard) in under_way.chain(others) {
        let read = there.send(&people::read(session)).await.unwrap();
        heard.compare_with_view(session, &read);
    }
}

/// Sends requests again that were answered long ago. Tells how many.
async fn repeat(walkers: &[Walker], there: &There, seed: u64) -> usize {
    let seed = Seed::of(seed);
    let steps: Vec<_> = walkers
        .iter()
        .flat_map(|walker| walker.heard().values())
        // The token of somebody who was erased is worth nothing.
        .filter(|heard| !heard.is_erased)
        .flat_map(|heard| &heard.steps)
        .collect();
    if steps.is_empty() {
        return 0;
    }
    for number in 0..REPEATED {
        let (request, before) = steps[seed.below(number as u64, steps.len())];
        let again = there.send(request).await.unwrap();
        assert!(again.is_done(), "{request:?} answered {again:?}");
        assert_eq!(again.body, *before, "{request:?}");
    }
    REPEATED
}

/// Everything, in the store itself. Tells how many acknowledged steps there were.
pub(crate) async fn read_journals(installation: &Installation, walkers: &[Walker]) -> usize {
    let store = installation.store().await;
    let mut steps = 0;
    for (session, heard) in walkers.iter().flat_map(Walker::heard) {
        let row = Row::collection(session.parse().unwrap());
        let entries = store.journal(&row).await.unwrap();
        assert_eq!(journal::verify(&entries), Ok(()), "{row}");
        let kept = store.load(&row).await.unwrap();
        assert_eq!(
            kept.map(|kept| kept.version as usize + 1),
            Some(entries.len()),
            "{row}: half a commit"
        );
        heard.compare_with_journal(session, &entries);
        steps += heard.steps.len() + 1;
    }
    assert!(steps > 0, "nothing was acknowledged");
    steps
}
