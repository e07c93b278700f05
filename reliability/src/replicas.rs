//! Two servers on one database, under load: one is killed every so often, the database is stopped as if its power were
//! gone, and two reviewers decide the same case on both servers at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::adapters::Adapter;
use crate::kills::Installation;
use crate::people::{self, Answer, REVIEWERS, Reach, Request, There};
use crate::program::Program;
use crate::report::Line;
use crate::seed::Seed;
use crate::walker::{self, Walker};
use crate::{Terms, run, server};

const WALKERS: usize = 8;

/// How long one request is tried, and a decision awaited.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let ways = terms.pick(&[true][..], &[true, false]);
    ways.iter()
        .copied()
        .map(|sealed| {
            let called = Adapter::Postgres.called(sealed);
            let mut database = server::Place::started(&[]);
            let installation = Installation::new(Adapter::Postgres, sealed, &database);
            let (kills, cases) = terms.pick((3, 3), (60, 40));
            let story = both(
                &installation,
                &mut database,
                terms.seed.part(&called),
                kills,
                cases,
            );
            let line = run(story);
            // Its schemas go before its server does.
            drop(installation);
            Line::told(called, line)
        })
        .collect()
}

async fn both(
    installation: &Installation,
    database: &mut server::Place,
    seed: Seed,
    kills: u64,
    cases: usize,
) -> Vec<(&'static str, String)> {
    let folder = installation.folder.path();
    let mut programs = ["one", "two"].map(|name| Program::new(folder, name, &installation.words));
    // The first one makes keys and tables.
    for program in &mut programs {
        program.start().await;
    }
    let either = Either::new([programs[0].reach(), programs[1].reach()], PATIENCE);
    let cookies = sign_in(&either).await;
    let mut races = JoinSet::new();
    for number in 0..cases {
        let (either, cookies) = (either.clone(), cookies.clone());
        races.spawn(async move { decide(&either, &cookies, number).await });
    }

    let stop = Arc::new(AtomicUsize::new(0));
    let mut walking = JoinSet::new();
    for number in 0..WALKERS {
        let (either, stop) = (either.clone(), Arc::clone(&stop));
        walking.spawn(async move {
            let mut walker = Walker::new(format!("w-{number}"));
            while stop.load(Ordering::SeqCst) == 0 {
                assert!(walker.step(&either).await, "nobody answers");
            }
            walker
        });
    }
    let mut database_deaths = 0;
    for number in 0..kills {
        tokio::time::sleep(Duration::from_millis(500 + seed.at(number) % 1_500)).await;
        let program = &mut programs[seed.below(number + 1_000, 2)];
        program.kill();
        if number % 4 == 1 {
            // The other server stays, and finds the database again by itself.
            database.server().die();
            database.server().rise();
            database_deaths += 1;
        }
        program.start().await;
    }
    // Those who are in the middle of a case end it first.
    let decided = races.join_all().await.len();
    stop.store(1, Ordering::SeqCst);
    let walkers = walking.join_all().await;

    let mut steps = 0;
    for (session, heard) in walkers.iter().flat_map(Walker::heard) {
        let read = either.send(&people::read(session)).await.unwrap();
        heard.compare_with_view(session, &read);
    }
    for program in &mut programs {
        program.kill();
    }
    steps += crate::kills::read_journals(installation, &walkers).await;
    let (p50, p99, failovers) = either.failovers();
    let acknowledged: usize = walkers.iter().map(Walker::acknowledged).sum();
    vec![
        ("servers killed", kills.to_string()),
        ("databases stopped", database_deaths.to_string()),
        ("acknowledged", acknowledged.to_string()),
        ("of them steps", steps.to_string()),
        ("lost", "0".into()),
        ("cases raced for", decided.to_string()),
        ("decided twice", "0".into()),
        ("requests that failed over", failovers.to_string()),
        ("failover p50", format!("{} ms", p50.as_millis())),
        ("p99", format!("{} ms", p99.as_millis())),
    ]
}

pub(crate) async fn sign_in(either: &Either) -> [String; 2] {
    let mut cookies = REVIEWERS.map(str::to_owned);
    for cookie in &mut cookies {
        let signed_in = either.send(&people::login(cookie)).await.unwrap();
        *cookie = signed_in.cookie.unwrap();
    }
    cookies
}

/// A case that both reviewers want, each through another server: one of them gets it, and of their two decisions from
/// two devices one counts.
pub(crate) async fn decide(either: &Either, cookies: &[String; 2], number: usize) {
    let session = walker::arrive(either, &format!("case-{number}")).await;
    let seen = loop {
        let case = either.send(&people::case(&session, &cookies[0])).await;
        let case = case.unwrap();
        if case.is_done() && case.body["case"]["state"] == "in_review" {
            break version_of(&case);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let claim = json!({ "type": "claim" });
    let ask = |who: usize| {
        people::judge(
            &session,
            &cookies[who],
            seen,
            &format!("claim-{who}"),
            &claim,
        )
    };
    let claims = race(either, [ask(0), ask(1)]).await;
    let winners: Vec<_> = (0..2).filter(|who| claims[*who].is_done()).collect();
    assert_eq!(winners.len(), 1, "{claims:?}");
    let cookie = &cookies[winners[0]];
    let mut seen = seen + 1;
    for item in ["document_front", "document_back", "selfie"] {
        let verdict = json!({ "type": "judge", "item": item, "verdict": { "type": "fine" } });
        let ask = people::judge(&session, cookie, seen, &format!("judge-{seen}"), &verdict);
        let judged = either.send(&ask).await.unwrap();
        seen = judged.version();
    }
    let approve = json!({ "type": "approve" });
    let reject = json!({ "type": "reject", "reason": "other" });
    let ask = |key, event| people::judge(&session, cookie, seen, key, event);
    let decisions = race(either, [ask("approve", &approve), ask("reject", &reject)]).await;
    let won: Vec<_> = decisions.iter().filter(|answer| answer.is_done()).collect();
    assert_eq!(won.len(), 1, "{decisions:?}");
    let decided = won[0].text("to").to_owned();
    // What was decided arrives at the session, and nothing else does.
    let begun = Instant::now();
    loop {
        let read = either.send(&people::read(&session)).await.unwrap();
        if read.body["state"] != "final" {
            assert_eq!(read.body["state"], decided.as_str());
            break;
        }
        assert!(
            begun.elapsed() < either.patience,
            "the decision does not arrive"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let journal = either
        .send(&people::journal(&session, cookie))
        .await
        .unwrap();
    for (chart, end) in [("review", &decided), ("collection", &decided)] {
        let entries = journal.body[chart]["entries"].as_array().unwrap();
        assert_eq!(journal.body[chart]["whole"], true);
        let ends = entries.iter().filter(|entry| entry["to"] == end.as_str());
        assert_eq!(ends.count(), 1, "{journal:?}");
    }
}

fn version_of(case: &Answer) -> u32 {
    u32::try_from(case.body["case"]["version"].as_u64().unwrap()).unwrap()
}

/// Two requests at once, each to a server of its own first.
async fn race(either: &Either, [one, two]: [Request; 2]) -> [Answer; 2] {
    let other = either.turned();
    let (one, two) = tokio::join!(either.send(&one), other.send(&two));
    [one.unwrap(), two.unwrap()]
}

/// Whichever of two servers answers.
#[derive(Clone)]
pub(crate) struct Either {
    servers: [There; 2],
    /// How long one request is tried, whichever server answers.
    patience: Duration,
    first: Arc<AtomicUsize>,
    /// How long it took from the first failure to an answer.
    failovers: Arc<std::sync::Mutex<Vec<Duration>>>,
}

impl Either {
    pub(crate) fn new(servers: [There; 2], patience: Duration) -> Self {
        Self {
            servers,
            patience,
            first: Arc::default(),
            failovers: Arc::default(),
        }
    }

    /// The same, with the other one first.
    fn turned(&self) -> Self {
        let first = 1 - self.first.load(Ordering::SeqCst);
        Self {
            first: Arc::new(AtomicUsize::new(first)),
            ..self.clone()
        }
    }

    fn failovers(&self) -> (Duration, Duration, usize) {
        let mut failovers = self.failovers.lock().unwrap().clone();
        failovers.sort();
        let at = |percent: usize| {
            let last = failovers.len().saturating_sub(1);
            failovers
                .get(last * percent / 100)
                .copied()
                .unwrap_or_default()
        };
        (at(50), at(99), failovers.len())
    }
}

impl Reach for Either {
    fn sends_again(&self) -> bool {
        true
    }

    /// Sends the same request to the one and the other, until it is known what became of it.
    async fn send(&self, request: &Request) -> Result<Answer, String> {
        let mut failed: Option<Instant> = None;
        loop {
            let first = self.first.load(Ordering::SeqCst);
            let answer = self.servers[first].send(request).await;
            match answer {
                Ok(answer) if !answer.is_in_doubt() => {
                    if let Some(failed) = failed {
                        self.failovers.lock().unwrap().push(failed.elapsed());
                    }
                    return Ok(answer);
                }
                failure => {
                    let begun = *failed.get_or_insert_with(Instant::now);
                    if begun.elapsed() > self.patience {
                        return Err(format!("{failure:?}"));
                    }
                    self.first.store(1 - first, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
    }
}
