//! Durable commits on every store, in turns with what the disk can do without a store, the bare engine, and pgbench.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Terms;
use crate::committers::Committers;
use crate::disk::{Append, BareRedb, BareSled, Durable, Elsewhere, Preallocated};
use crate::meter::{Times, median, rounded};
use crate::pgbench::Statement;
use crate::places::{self, Engine, Place};
use crate::steps::{BEGIN, Steps, bytes_of};
use crate::syncs;

/// How many work at once.
const TASKS: [u32; 2] = [16, 64];

/// Commits to PostgreSQL whose syncs are counted.
const WATCHED: u32 = 1000;

/// What one round has shown: by name, and by what was measured.
type Round = BTreeMap<String, BTreeMap<String, f64>>;

pub(crate) async fn measure(terms: &Terms) -> Value {
    let (rounds, time) = terms.pick((3, Duration::from_millis(400)), (9, Duration::from_secs(2)));
    let data = terms.data.as_path();
    let database = places::postgres(data);
    let mut stores = Vec::new();
    for engine in Engine::LASTING {
        for sealed in [false, true] {
            stores.push(Committers::new(engine, sealed, data, &database, TASKS[1]).await);
        }
    }
    let [scratch, elsewhere] = [(); 2].map(|()| tempfile::tempdir_in(data).unwrap());
    let mut limits: Vec<(&str, Box<dyn Durable>)> = vec![
        (
            "preallocated file",
            Box::new(Preallocated::new(scratch.path())),
        ),
        (
            "preallocated file, by a thread",
            Box::new(Elsewhere::new(elsewhere.path())),
        ),
        ("append to a file", Box::new(Append::new(scratch.path()))),
        ("bare sled", Box::new(BareSled::new(scratch.path()))),
        ("bare redb", Box::new(BareRedb::new(scratch.path()))),
    ];
    let statement = Statement::learn(&database).await;
    let commit = Steps::new("size", BEGIN).next(BEGIN);
    let record = vec![7; bytes_of(&commit)];

    let mut measured: Vec<Round> = Vec::new();
    for number in 1..=rounds {
        eprintln!("commits: round {number} of {rounds}");
        let mut round = Round::new();
        for (name, limit) in &mut limits {
            let times = alone(time, |times| {
                let begun = Instant::now();
                limit.keep(&record);
                times.note(begun.elapsed());
            });
            round.insert((*name).into(), one(&times));
        }
        for store in &mut stores {
            let told = self::round(store, time).await;
            round.insert(store.name.clone(), told);
        }
        let mut told = BTreeMap::new();
        for clients in [1].into_iter().chain(TASKS) {
            let (per_second, average) = statement.per_second(clients, time).await;
            if clients == 1 {
                told.insert("p50".into(), average);
            }
            told.insert(format!("per second, {clients}"), per_second);
        }
        round.insert("pgbench".into(), told);
        measured.push(round);
    }
    // What their connections have to tell is told before anything is counted.
    drop((stores, statement));
    let syncs = count_syncs(data, &database).await;
    json!({ "bytes": record.len(), "rounds": measured, "syncs": syncs, "medians": medians(&measured) })
}

/// One alone, and several numbers of them at once.
async fn round(committers: &mut Committers, time: Duration) -> BTreeMap<String, f64> {
    let (times, _) = committers.together(1, time).await;
    let mut told = one(&times);
    for tasks in TASKS {
        let (times, took) = committers.together(tasks, time).await;
        told.insert(
            format!("per second, {tasks}"),
            times.count() as f64 / took.as_secs_f64(),
        );
        told.insert(format!("p99, {tasks}"), times.percentile(99));
    }
    told
}

fn alone(time: Duration, mut work: impl FnMut(&mut Times)) -> Times {
    let (mut times, begun) = (Times::default(), Instant::now());
    while begun.elapsed() < time {
        work(&mut times);
    }
    times
}

/// What is told of one who worked alone.
fn one(times: &Times) -> BTreeMap<String, f64> {
    BTreeMap::from([
        ("p50".into(), times.percentile(50)),
        ("p99".into(), times.percentile(99)),
    ])
}

/// How often the disk was synced for one commit of one task.
async fn count_syncs(data: &Path, database: &crate::server::Place) -> BTreeMap<String, f64> {
    let mut syncs = BTreeMap::new();
    for engine in [Engine::Sled, Engine::Redb] {
        for sealed in [false, true] {
            eprintln!("commits: syncs of {}", engine.called(sealed));
            let counted = syncs::per_commit(engine, sealed, data);
            syncs.insert(engine.called(sealed), rounded(counted));
        }
    }
    let beside = database.beside().await;
    let synced = async || {
        // A process of the database tells what it did when its connection ends, or after ten idle seconds.
        let others = "select count(*) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(11)
            && beside
                .query_one(others, &[])
                .await
                .unwrap()
                .get::<_, i64>(0)
                > 0
        {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let question = "select wal_sync from pg_stat_wal";
        beside
            .query_one(question, &[])
            .await
            .unwrap()
            .get::<_, i64>(0)
    };
    for sealed in [false, true] {
        eprintln!("commits: syncs of {}", Engine::Postgres.called(sealed));
        let place = Place::new(Engine::Postgres, sealed, data, Some(database));
        let mut steps = Steps::new("s-1", BEGIN);
        let store = place.open().await;
        store.commit(steps.next(BEGIN)).await.unwrap();
        drop(store);
        let before = synced().await;
        let store = place.open().await;
        for _ in 0..WATCHED {
            store.commit(steps.next(BEGIN)).await.unwrap();
        }
        drop(store);
        let counted = (synced().await - before) as f64 / f64::from(WATCHED);
        syncs.insert(Engine::Postgres.called(sealed), rounded(counted));
    }
    syncs
}

fn medians(rounds: &[Round]) -> BTreeMap<&String, BTreeMap<&String, f64>> {
    let mut told = BTreeMap::new();
    for (name, measures) in &rounds[0] {
        let of = |measure: &String| {
            let all = rounds.iter().map(|round| round[name][measure]);
            rounded(median(all.collect()))
        };
        let measures = measures.keys().map(|measure| (measure, of(measure)));
        told.insert(name, measures.collect());
    }
    told
}
