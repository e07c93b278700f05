//! Two servers on a cluster of three databases of which one leads: the one that leads is killed, hangs, or is cut off, and
//! another takes over while people go on.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kyc_core::journal::{self, Entry};
use kyc_persist::PostgresStore;
use tokio::task::JoinSet;
use tokio_postgres::Client;

use crate::kills::{self, Installation};
use crate::patroni::{Cluster, Roles};
use crate::people::{self, Answer, Reach, Request};
use crate::program::Program;
use crate::replicas::{self, Either};
use crate::report::Line;
use crate::seed::Seed;
use crate::walker::Walker;
use crate::{Terms, run};

const WALKERS: usize = 8;

/// How many cases reviewers race for while something fails.
const CASES: usize = 2;

/// How long one request is tried, and how long nobody may be acknowledged anything: elections take a while, and here every
/// node shares one machine with all others.
const PATIENCE: Duration = Duration::from_secs(240);

/// How many answers in a row tell that all is well again.
const ENOUGH: usize = 40;

/// What happens to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Patroni and PostgreSQL of the primary are killed with signal 9.
    Killed,
    /// Every process of the primary's machine stops, and goes on when another one leads.
    Paused,
    /// Nobody reaches the primary's machine.
    Unplugged,
    /// The other nodes do not reach the primary; the servers do.
    CutOff,
    /// Patroni and PostgreSQL of the standby that commits wait for are killed with signal 9.
    StandbyKilled,
}

impl Fault {
    const ALL: [Self; 5] = [
        Self::Killed,
        Self::Paused,
        Self::Unplugged,
        Self::CutOff,
        Self::StandbyKilled,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Killed => "primary killed",
            Self::Paused => "primary paused",
            Self::Unplugged => "primary unplugged",
            Self::CutOff => "primary cut off",
            Self::StandbyKilled => "standby killed",
        }
    }

    fn strike(self, cluster: &mut Cluster, roles: Roles) {
        match self {
            Self::Killed => cluster.kill(roles.primary),
            Self::Paused => cluster.network.hosts[roles.primary].pause(),
            Self::Unplugged => cluster.network.plug(roles.primary, false),
            Self::CutOff => cluster.network.cut_off(roles.primary, true),
            Self::StandbyKilled => cluster.kill(roles.synchronous),
        }
    }

    fn heal(self, cluster: &mut Cluster, roles: Roles) {
        match self {
            Self::Killed => cluster.rise(roles.primary),
            Self::Paused => cluster.network.hosts[roles.primary].resume(),
            Self::Unplugged => cluster.network.plug(roles.primary, true),
            Self::CutOff => cluster.network.cut_off(roles.primary, false),
            Self::StandbyKilled => cluster.rise(roles.synchronous),
        }
    }

    /// Whether the one that was struck can still be asked, and must not say yes.
    const fn can_be_asked(self) -> bool {
        matches!(self, Self::CutOff)
    }

    /// Whether the one that was struck comes back as what it was, and must not say yes.
    const fn comes_back_as_primary(self) -> bool {
        matches!(self, Self::Paused | Self::Unplugged | Self::CutOff)
    }
}

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let rounds = terms.pick(1, 4);
    let seen = run(story(terms.seed.part("cluster"), rounds));
    let mut lines = vec![Line::told("postgres x3 sealed", seen.counts)];
    for fault in Fault::ALL {
        let silences = seen.silences[fault.name()].as_slice();
        let mut counts = vec![("rounds", silences.len().to_string())];
        counts.extend(percentiles(silences));
        lines.push(Line::told(fault.name(), counts));
    }
    lines
}

/// What was seen: in all, and how long nobody was acknowledged anything, by fault.
struct Seen {
    counts: Vec<(&'static str, String)>,
    silences: HashMap<&'static str, Vec<Duration>>,
}

async fn story(seed: Seed, rounds: usize) -> Seen {
    let mut cluster = Cluster::start(&["kyc", "vault"]).await;
    let (store, vault) = (cluster.url("kyc"), cluster.url("vault"));
    let installation = Installation::at(&store, &vault);
    let folder = installation.folder.path();
    let mut programs = ["one", "two"].map(|name| Program::new(folder, name, &installation.words));
    // The first one makes keys and tables.
    for program in &mut programs {
        program.start().await;
    }
    assert_no_warning(&store, &programs).await;
    let witness = cluster.in_order().await;
    let witness = cluster.client(witness.primary, "kyc").await.unwrap();
    let table = "create table witness (number bigint primary key)";
    witness.batch_execute(table).await.unwrap();

    let either = Either::new([programs[0].reach(), programs[1].reach()], PATIENCE);
    let cookies = replicas::sign_in(&either).await;
    let (stop, acknowledged) = (Arc::new(AtomicBool::new(false)), Acknowledged::default());
    let mut walking = JoinSet::new();
    for number in 0..WALKERS {
        let there = Noted(either.clone(), acknowledged.clone());
        let stop = Arc::clone(&stop);
        walking.spawn(async move {
            let mut walker = Walker::new(format!("w-{number}"));
            while !stop.load(Ordering::SeqCst) {
                assert!(walker.step(&there).await, "nobody answers");
            }
            walker
        });
    }
    let mut races = JoinSet::new();
    let (mut silences, mut asked, mut cases) = (HashMap::new(), 0, 0);
    for (number, fault) in in_order_of(seed, rounds).into_iter().enumerate() {
        let roles = cluster.in_order().await;
        acknowledged.wait_for_more(&mut walking).await;
        for _ in 0..CASES {
            let (either, cookies, case) = (either.clone(), cookies.clone(), cases);
            races.spawn(async move { replicas::decide(&either, &cookies, case).await });
            cases += 1;
        }
        let wait = seed.part("wait").at(number as u64) % 1_500;
        tokio::time::sleep(Duration::from_millis(wait)).await;

        let struck_at = Instant::now();
        fault.strike(&mut cluster, roles);
        if fault.can_be_asked() {
            asked += ask_to_acknowledge(&cluster, roles.primary).await;
        }
        while !has_taken_over(fault, roles, cluster.roles().await) {
            assert!(
                struck_at.elapsed() < PATIENCE,
                "nobody takes over after {fault:?}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        acknowledged.wait_for_more(&mut walking).await;
        let silence = acknowledged.longest_silence_since(struck_at);
        println!("  {:<18} {silence:.1?}", fault.name());
        silences
            .entry(fault.name())
            .or_insert_with(Vec::new)
            .push(silence);
        fault.heal(&mut cluster, roles);
        if fault.comes_back_as_primary() {
            asked += ask_to_acknowledge(&cluster, roles.primary).await;
        }
    }
    cluster.in_order().await;
    // Those who are in the middle of a case end it first.
    let decided = races.join_all().await.len();
    stop.store(true, Ordering::SeqCst);
    let walkers = walking.join_all().await;
    for (session, heard) in walkers.iter().flat_map(Walker::heard) {
        let read = either.send(&people::read(session)).await.unwrap();
        heard.compare_with_view(session, &read);
    }
    let primary = cluster.in_order().await.primary;
    let witness = cluster.client(primary, "kyc").await.unwrap();
    let effects = look_at_effects(&witness).await;
    for program in &mut programs {
        program.kill();
    }
    let steps = kills::read_journals(&installation, &walkers).await;
    let all: Vec<_> = silences.values().flatten().copied().collect();
    let answered: usize = walkers.iter().map(Walker::acknowledged).sum();
    let mut counts = vec![
        ("faults", all.len().to_string()),
        ("acknowledged", answered.to_string()),
        ("of them steps", steps.to_string()),
        ("lost", "0".into()),
        ("cases raced for", decided.to_string()),
        ("decided twice", "0".into()),
        ("effects", effects.to_string()),
        ("done twice", "0".into()),
        ("asked the old primary", asked.to_string()),
        ("acknowledged by it", "0".into()),
    ];
    counts.extend(percentiles(&all));
    Seen { counts, silences }
}

/// Every fault so often, in an order of the seed.
fn in_order_of(seed: Seed, rounds: usize) -> Vec<Fault> {
    let mut faults: Vec<_> = Fault::ALL.repeat(rounds);
    for last in (1..faults.len()).rev() {
        faults.swap(last, seed.below(last as u64, last + 1));
    }
    faults
}

/// Whether somebody leads, with a standby, who is not the one that was struck.
fn has_taken_over(fault: Fault, before: Roles, now: Option<Roles>) -> bool {
    now.is_some_and(|now| match fault {
        Fault::StandbyKilled => now.synchronous != before.synchronous,
        _ => now.primary != before.primary,
    })
}

/// Nobody is told of asynchronous standbys where there are none.
async fn assert_no_warning(store: &str, programs: &[Program]) {
    let opened = PostgresStore::open(store).await.unwrap();
    assert_eq!(opened.warnings(), []);
    for program in programs {
        let said = program.said();
        assert!(!said.contains("standbys"), "{said}");
    }
}

/// Asks one who has led to keep something, until it does not lead any more: it must not say that it has. Tells how often.
async fn ask_to_acknowledge(cluster: &Cluster, node: usize) -> usize {
    let begun = Instant::now();
    let mut asked = 0;
    while begun.elapsed() < Duration::from_secs(8) {
        let Ok(client) = cluster.client(node, "kyc").await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let keep = "insert into witness select coalesce(max(number), 0) + 1 from witness";
        let asking = tokio::time::timeout(Duration::from_secs(2), client.batch_execute(keep));
        asked += 1;
        match asking.await {
            Ok(Ok(())) => panic!("a primary without its standby has acknowledged"),
            // It is one that follows now.
            Ok(Err(error))
                if error
                    .as_db_error()
                    .is_some_and(|said| said.code().code() == "25006") =>
            {
                break;
            }
            Ok(Err(_)) | Err(_) => {}
        }
    }
    asked
}

/// Waits until every effect has been delivered, and looks into all journals whether one was twice. Tells how many.
async fn look_at_effects(witness: &Client) -> usize {
    let count =
        async |question: &str| -> i64 { witness.query_one(question, &[]).await.unwrap().get(0) };
    let begun = Instant::now();
    while count("select count(*) from kyc_outbox where kind = 'effect'").await > 0 {
        assert!(begun.elapsed() < PATIENCE, "effects are not delivered");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(count("select count(*) from kyc_dead").await, 0);
    let question = "select session, chart, entry from kyc_entry order by session, chart, version";
    let mut journals: HashMap<(String, String), Vec<Entry>> = HashMap::new();
    for row in witness.query(question, &[]).await.unwrap() {
        let entry = serde_json::from_str(row.get(2)).unwrap();
        journals
            .entry((row.get(0), row.get(1)))
            .or_default()
            .push(entry);
    }
    for (row, entries) in &journals {
        assert_eq!(journal::verify(entries), Ok(()), "{row:?}");
        // A delivery carries the name of its effect as its key.
        let keys: HashSet<_> = entries
            .iter()
            .map(|entry| entry.facts.key.as_str())
            .collect();
        assert_eq!(keys.len(), entries.len(), "{row:?}: done twice");
    }
    let effects = journals
        .values()
        .flatten()
        .map(|entry| entry.facts.effects.len());
    effects.sum()
}

fn percentiles(silences: &[Duration]) -> [(&'static str, String); 3] {
    let mut silences = silences.to_vec();
    silences.sort();
    let at = |percent: usize| {
        let last = silences.len().saturating_sub(1);
        let at = silences.get((last * percent).div_ceil(100));
        format!("{:.1} s", at.copied().unwrap_or_default().as_secs_f64())
    };
    [("silence p50", at(50)), ("p99", at(99)), ("max", at(100))]
}

/// When something was acknowledged.
#[derive(Clone, Default)]
struct Acknowledged(Arc<Mutex<Vec<Instant>>>);

impl Acknowledged {
    /// Waits until so much more was acknowledged that all is well.
    async fn wait_for_more(&self, walking: &mut JoinSet<Walker>) {
        let count = || self.0.lock().unwrap().len();
        let (begun, before) = (Instant::now(), count());
        while count() < before + ENOUGH {
            if let Some(ended) = walking.try_join_next() {
                ended.unwrap();
                unreachable!("nobody was told to stop");
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "nothing is acknowledged any more"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The longest time between two answers of which the later one came after that moment.
    fn longest_silence_since(&self, moment: Instant) -> Duration {
        let all = self.0.lock().unwrap();
        all.windows(2)
            .filter(|pair| pair[1] > moment)
            .map(|pair| pair[1].duration_since(pair[0]))
            .max()
            .unwrap_or_default()
    }
}

/// A way to the servers on which every commit that is acknowledged is noted.
struct Noted(Either, Acknowledged);

impl Reach for Noted {
    async fn send(&self, request: &Request) -> Result<Answer, String> {
        let answer = self.0.send(request).await?;
        if answer.is_done() && answer.body.get("version").is_some() {
            let Acknowledged(all) = &self.1;
            all.lock().unwrap().push(Instant::now());
        }
        Ok(answer)
    }

    fn sends_again(&self) -> bool {
        true
    }
}
