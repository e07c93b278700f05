//! How cost grows with the number of sessions: stores of several sizes side by side, asked for the same in turns.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kyc_core::Timestamp;
use kyc_core::journal::ChartName;
use kyc_persist::{Cursor, Order, Outbound, Query, Settled, Store};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::Terms;
use crate::meter::{Times, rounded};
use crate::places::{self, Engine, Place};
use crate::steps::{BEGIN, Steps};

/// The word that a process of ours is started with that opens a store and does nothing else.
pub(crate) const HOLDS: &str = "hold-open";

/// How many fill a store at once: as many as an embedded one lets wait, so that every group it writes is full.
const FILLING: u64 = 1024;

/// Rows on a page of a listing.
const PAGE: usize = 10;

/// The page that is far behind the first.
const FAR: u64 = 1000;

/// How often each thing is asked for in one turn.
const TURN: u64 = 20;

/// Behind everything that is due at once, before everything that is due one day.
const NOW: Timestamp = Timestamp::from_millis(BEGIN.as_millis() + 24 * 3_600_000);
const ONE_DAY: Timestamp = Timestamp::from_millis(BEGIN.as_millis() + 90 * 24 * 3_600_000);

/// A store with so many sessions.
struct Grown {
    sessions: u64,
    place: Place,
    store: Arc<dyn Store>,
    /// Of the present turn.
    times: BTreeMap<&'static str, Times>,
    turns: Vec<BTreeMap<&'static str, Times>>,
    far: Cursor,
    /// How many were opened, and how many were moved on.
    opened: u64,
    moved: u64,
    bytes: f64,
}

pub(crate) async fn measure(terms: &Terms) -> Value {
    let sizes: &[u64] = terms.pick(&[11_000, 20_000], &[11_000, 100_000, 1_000_000]);
    let sizes: Vec<_> = sizes.iter().filter(|size| **size <= terms.most).collect();
    let turns = terms.pick(3, 15);
    let kinds = [
        (Engine::Sled, false),
        (Engine::Redb, false),
        (Engine::Redb, true),
        (Engine::Postgres, false),
    ];
    let (mut told, mut turned) = (BTreeMap::new(), BTreeMap::new());
    for (engine, sealed) in kinds {
        let database = (engine == Engine::Postgres).then(|| places::postgres(&terms.data));
        let mut all = Vec::new();
        for sessions in &sizes {
            eprintln!("growth: {sessions} sessions into {}", engine.called(sealed));
            let place = Place::new(engine, sealed, &terms.data, database.as_ref());
            all.push(Grown::fill(place, **sessions).await);
        }
        for turn in 1..=turns {
            eprintln!("growth: {}, turn {turn} of {turns}", engine.called(sealed));
            for grown in &mut all {
                grown.turn().await;
            }
        }
        let (mut sizes, mut turns) = (BTreeMap::new(), BTreeMap::new());
        for grown in all {
            let sessions = grown.sessions.to_string();
            turns.insert(sessions.clone(), grown.tell_turns());
            sizes.insert(sessions, grown.tell().await);
        }
        told.insert(engine.called(sealed), sizes);
        turned.insert(engine.called(sealed), turns);
    }
    json!({ "sizes": sizes, "page": PAGE, "far": FAR, "stores": told, "turns": turned })
}

impl Grown {
    async fn fill(place: Place, sessions: u64) -> Self {
        let store = place.open().await;
        let begun = Instant::now();
        let mut filling = JoinSet::new();
        for part in 0..FILLING {
            let store = Arc::clone(&store);
            filling.spawn(async move {
                for number in (part..sessions).step_by(FILLING as usize) {
                    // All come on alike: one of them tells how far.
                    if part == 0 && number % (sessions / 10) < FILLING {
                        let seconds = begun.elapsed().as_secs();
                        eprintln!("growth: {number} of {sessions} sessions after {seconds} s");
                    }
                    let mut steps = Steps::new(&name(number), opened_at(number));
                    store.commit(steps.next(ONE_DAY)).await.unwrap();
                }
            });
        }
        filling.join_all().await;
        eprintln!(
            "growth: {:.0} a second",
            sessions as f64 / begun.elapsed().as_secs_f64()
        );
        let bytes = bytes_of(&place).await as f64 / sessions as f64;
        // The page begins behind so many rows of the newest first.
        let number = sessions - 1 - (FAR - 1) * PAGE as u64;
        let far = format!("{}.{}", opened_at(number).as_millis(), name(number));
        Self {
            sessions,
            place,
            store,
            times: BTreeMap::new(),
            turns: Vec::new(),
            far: far.parse().unwrap(),
            opened: 0,
            moved: 0,
            bytes,
        }
    }

    async fn turn(&mut self) {
        for _ in 0..TURN {
            self.open().await;
            self.step().await;
            self.list("first page", None).await;
            self.list("thousandth page", Some(self.far.clone())).await;
        }
        for _ in 0..TURN / 10 {
            self.lease().await;
        }
        self.turns.push(std::mem::take(&mut self.times));
    }

    /// A session more, older than all others, so that the pages stay where they are.
    async fn open(&mut self) {
        self.opened += 1;
        let early = Timestamp::from_millis(BEGIN.as_millis() - self.opened * 1000);
        let mut steps = Steps::new(&name(self.sessions + self.opened), early);
        let commit = steps.next(ONE_DAY);
        self.times
            .entry("open")
            .or_default()
            .of(self.store.commit(commit))
            .await
            .unwrap();
    }

    /// Somebody comes back and goes on. What leaves with the step is due.
    async fn step(&mut self) {
        // Far apart from each other.
        let number = (self.moved * 7_919) % self.sessions;
        self.moved += 1;
        let row = Steps::new(&name(number), opened_at(number)).row().clone();
        let resume = self.times.entry("resume").or_default();
        let kept = resume.of(self.store.load(&row)).await.unwrap().unwrap();
        let mut steps = Steps::at(&name(number), opened_at(number), kept.version, kept.head);
        let commit = steps.next(BEGIN);
        let event = self.times.entry("one event").or_default();
        event.of(self.store.commit(commit)).await.unwrap();
    }

    async fn list(&mut self, what: &'static str, after: Option<Cursor>) {
        let query = Query {
            chart: ChartName::Collection,
            state: None,
            order: Order::NewestFirst,
            after,
            limit: PAGE,
        };
        let page = self
            .times
            .entry(what)
            .or_default()
            .of(self.store.list(&query))
            .await;
        assert_eq!(page.unwrap().rows.len(), PAGE);
    }

    async fn lease(&mut self) {
        let until = Timestamp::from_millis(NOW.as_millis() + 60_000);
        let lease = self.times.entry("lease of ten").or_default();
        let leased: Vec<Outbound> = lease.of(self.store.lease(NOW, until, 10)).await.unwrap();
        assert_eq!(leased.len(), 10, "as many are due as steps were taken");
        for work in leased {
            self.store.settle(&work.lease, Settled::Done).await.unwrap();
        }
    }

    /// The p50 of each turn.
    fn tell_turns(&self) -> Value {
        let mut told: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for (what, times) in self.turns.iter().flatten() {
            told.entry(what)
                .or_default()
                .push(rounded(times.percentile(50)));
        }
        json!(told)
    }

    async fn tell(self) -> Value {
        let Self {
            place,
            store,
            turns,
            bytes,
            ..
        } = self;
        drop(store);
        let mut all: BTreeMap<&str, Times> = BTreeMap::new();
        for (what, times) in turns.into_iter().flatten() {
            all.entry(what).or_default().append(times);
        }
        let p50 = all.iter();
        let mut told: BTreeMap<&str, f64> = p50
            .map(|(what, times)| (*what, rounded(times.percentile(50))))
            .collect();
        told.insert("reopen after a kill", rounded(reopen(&place).await * 1e6));
        told.insert("bytes on disk a session", rounded(bytes));
        json!(told)
    }
}

/// Seconds until a store answers whose process was killed.
async fn reopen(place: &Place) -> f64 {
    if let Some(path) = place.path() {
        let mut holder = Command::new(env::current_exe().unwrap());
        holder
            .args([HOLDS, place.engine.name()])
            .arg(path.join("store"));
        let mut holder = holder
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(holder.stdout.take().unwrap())
            .read_line(&mut said)
            .unwrap();
        assert_eq!(said, "open\n");
        holder.kill().unwrap();
        holder.wait().unwrap();
    }
    let begun = Instant::now();
    let store = place.open().await;
    let row = Steps::new(&name(1), BEGIN).row().clone();
    assert!(store.load(&row).await.unwrap().is_some());
    begun.elapsed().as_secs_f64()
}

/// Opens the store, commits to it, and waits to be killed.
pub(crate) fn hold(mut words: impl Iterator<Item = String>) {
    let engine = Engine::named(&words.next().unwrap());
    let path = words.next().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = places::open_embedded(engine, path.as_ref());
        // Not sealed, and of no use to whoever reads the others; it is there so that the log has an end to find.
        store.dead(None, 1).await.unwrap();
        println!("open");
        std::future::pending::<()>().await;
        drop(store);
    });
}

/// Names that lie as far apart from each other as random ones.
fn name(number: u64) -> String {
    let mixed = |number: u64| {
        let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number ^ (number >> 27)
    };
    format!("{:016x}{:016x}", mixed(number), mixed(number ^ u64::MAX))
}

fn opened_at(number: u64) -> Timestamp {
    Timestamp::from_millis(BEGIN.as_millis() + number)
}

async fn bytes_of(place: &Place) -> u64 {
    let Some(url) = place.url() else {
        return place.bytes();
    };
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    let question = "select sum(pg_total_relation_size(oid))::bigint from pg_class \
        where relkind = 'r' and relnamespace = current_schema()::regnamespace";
    let bytes: i64 = client.query_one(question, &[]).await.unwrap().get(0);
    drop(client);
    tokio::time::timeout(Duration::from_secs(10), connection)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    bytes.unsigned_abs()
}
