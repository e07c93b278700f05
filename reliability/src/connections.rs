//! The connection to PostgreSQL breaks at one message of many: between any two, in the middle of one, with all others at
//! once, and without saying so.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kyc_persist::{Heard, Moved, News, PostgresStore, Row};

use crate::adapters::{Adapter, Place};
use crate::errands;
use crate::proxy::{Cut, Proxy};
use crate::report::Line;
use crate::seed::Seed;
use crate::story::{self, Office, Trouble as _};
use crate::{Terms, run, server};

/// How each is called in the report. Who hangs waits for as long as the store is patient.
const CUTS: [(Cut, &str); 5] = [
    (Cut::Before, "cut before"),
    (Cut::Half, "in the middle"),
    (Cut::After, "after"),
    (Cut::All, "all at once"),
    (Cut::Hang, "hung"),
];

/// How many cuts are tried at the same time, and how many of those that mostly wait.
const HANDS: usize = 4;
const WAITING_HANDS: usize = 24;

/// After which time the news have to be there again.
const RESUMED: Duration = Duration::from_secs(3);

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    // Whoever waits for an answer holds connections.
    let database = server::Place::started(&["max_connections=400"]);
    let (database, seed) = (&database, terms.seed);
    std::thread::scope(|scope| {
        // Most of the time they wait.
        let errands = [false, true].map(|sealed| {
            let called = Adapter::Postgres.called(sealed);
            scope.spawn(move || {
                let counts = errands_of(database, sealed, seed.part(&called), terms);
                Line::told(called, counts)
            })
        });
        let others = scope.spawn(move || {
            let office = run(Office::new());
            let mut lines = vec![Line::told("postgres, news", news_of(database, terms))];
            for sealed in [false, true] {
                let called = Adapter::Postgres.called(sealed);
                let counts = stories_of(database, &office, sealed, seed.part(&called), terms);
                lines.push(Line::told(called, counts));
            }
            lines
        });
        let mut lines = errands
            .map(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .into_iter()
            .collect::<Vec<_>>();
        lines.extend(others.join().unwrap_or_else(|panic| resume_unwind(panic)));
        lines
    })
}

/// One of each kind of request, cut at every message or at every so manieth.
fn errands_of(
    database: &server::Place,
    sealed: bool,
    seed: Seed,
    terms: &Terms,
) -> Vec<(&'static str, String)> {
    let begun = Instant::now();
    let tell = |(cut, at): (Cut, usize)| {
        let place = Place::new(Adapter::Postgres, sealed, database);
        run(async {
            let proxy = Proxy::before(place.url()).await;
            proxy.cut(cut, at);
            let through = place.by_way_of(proxy.url());
            let told = errands::run(&through, proxy.url(), &proxy).await;
            let passed = proxy.passed();
            let end = errands::end(&place, place.url()).await;
            (told, passed, proxy.has_come(), end)
        })
    };
    let (smooth, messages, _, whole) = tell((Cut::Before, usize::MAX));
    assert_eq!(smooth.in_doubt, 0);
    assert!(messages > 300, "only {messages} messages were seen");

    let mut plan = Vec::new();
    for (number, (cut, _)) in CUTS.into_iter().enumerate() {
        let stride = match cut {
            Cut::Hang => terms.pick(211, 5),
            _ => terms.pick(251, if sealed { 4 } else { 1 }),
        };
        let first = seed.below(number as u64, stride);
        plan.extend((first..messages).step_by(stride).map(|at| (cut, at)));
    }
    let tried = at_once(&plan, |&(cut, at)| {
        let (told, _, met, end) = tell((cut, at));
        assert_eq!(end, whole, "{cut:?} at message {at}");
        (met, told)
    });
    counted(begun, messages, &plan, &tried)
}

fn counted(
    begun: Instant,
    messages: usize,
    plan: &[(Cut, usize)],
    tried: &[(bool, errands::Told)],
) -> Vec<(&'static str, String)> {
    let mut counts = vec![("messages of the errands", messages.to_string())];
    for (cut, name) in CUTS {
        let met = plan.iter().zip(tried);
        let met = met.filter(|((of, _), (met, _))| *of == cut && *met).count();
        assert!(met > 0, "none was {name}");
        counts.push((name, met.to_string()));
    }
    let asked_again = tried.iter().map(|(_, told)| told.in_doubt).sum::<usize>();
    let answered = tried.iter().map(|(_, told)| told.answered).sum::<usize>();
    counts.extend([
        ("answered", answered.to_string()),
        ("told that nobody knows", asked_again.to_string()),
        ("lost", "0".to_owned()),
        ("doubled", "0".to_owned()),
        ("seconds", begun.elapsed().as_secs().to_string()),
    ]);
    counts
}

/// A whole story over HTTP, where each failure that is told is followed by a new start.
fn stories_of(
    database: &server::Place,
    office: &Office,
    sealed: bool,
    seed: Seed,
    terms: &Terms,
) -> Vec<(&'static str, String)> {
    let begun = Instant::now();
    let tell = |(cut, at): (Cut, usize)| {
        let place = Place::new(Adapter::Postgres, sealed, database);
        run(async {
            let proxy = Proxy::before(place.url()).await;
            proxy.cut(cut, at);
            let through = place.by_way_of(proxy.url());
            let end = story::tell_over(&through, office, &proxy).await;
            (proxy.passed(), proxy.has_come(), end)
        })
    };
    let (messages, _, whole) = tell((Cut::Before, usize::MAX));
    // One at a time: they share their tokens.
    let tries = terms.pick(2, 400);
    let plan: Vec<_> = (0..tries)
        .map(|number| {
            let (cut, _) = CUTS[number % 4];
            // The last ones may not come when something else comes earlier.
            let position = seed.part("story").below(number as u64, messages * 9 / 10);
            (cut, position)
        })
        .collect();
    let mut met = 0;
    for (cut, at) in plan {
        let (_, has_come, end) = tell((cut, at));
        assert_eq!(end, whole, "{cut:?} at message {at}");
        met += usize::from(has_come);
    }
    assert!(met > 0);
    vec![
        ("messages of a story", messages.to_string()),
        ("stories cut", met.to_string()),
        ("lost", "0".into()),
        ("doubled", "0".into()),
        ("seconds", begun.elapsed().as_secs().to_string()),
    ]
}

/// The connection on which a server hears what others do, and the one on which it tells them.
fn news_of(database: &server::Place, terms: &Terms) -> Vec<(&'static str, String)> {
    let place = server::Place::within(database.url());
    run(async {
        let there = PostgresStore::open(place.url()).await.unwrap();
        let mut there = Listener::new(there.news());
        let proxy = Proxy::before(place.url()).await;
        let here = PostgresStore::open(proxy.url()).await.unwrap();
        let mut here = Listener::new(here.news());
        here.hears_again(&mut there).await;
        there.hears_again(&mut here).await;

        // Again and again: a connection that breaks often is not given up.
        let rounds = terms.pick(16, 200);
        let (mut slowest, mut told, missed) = (Duration::ZERO, 0, here.missed);
        for number in 0..rounds {
            // Every second time the connection that listens as well.
            let (cut, _) = [CUTS[3], CUTS[number / 2 % 3]][number % 2];
            proxy.cut(cut, number % 9);
            // What is told by who is cut off arrives, however often nobody knows whether it was told.
            while !proxy.has_come() {
                let moved = here.tell();
                there.hears(&moved).await;
                told += 1;
            }
            slowest = slowest.max(here.hears_again(&mut there).await);
        }
        assert!(
            here.missed > missed,
            "nobody was told that they missed something"
        );
        vec![
            ("cut", rounds.to_string()),
            ("told by who was cut off", told.to_string()),
            ("not heard", "0".into()),
            (
                "told to have missed something",
                (here.missed - missed).to_string(),
            ),
            (
                "heard again after at most",
                format!("{} ms", slowest.as_millis()),
            ),
        ]
    })
}

/// One server's end of the news.
struct Listener {
    news: News,
    told: u32,
    missed: usize,
}

impl Listener {
    const fn new(news: News) -> Self {
        Self {
            news,
            told: 0,
            missed: 0,
        }
    }

    /// Tells something new.
    fn tell(&mut self) -> Moved {
        self.told += 1;
        let moved = Moved {
            row: Row::collection("s-1".parse().unwrap()),
            version: self.told,
            state: "welcome".into(),
        };
        self.news.teller()(moved.clone());
        moved
    }

    /// Waits until it is heard.
    async fn hears(&mut self, moved: &Moved) {
        let heard = tokio::time::timeout(RESUMED, async { while !self.next_is(moved).await {} });
        heard
            .await
            .unwrap_or_else(|_| panic!("{} is not heard", moved.version));
    }

    /// Waits until something is heard that was told after it was missed. Tells how long that took.
    async fn hears_again(&mut self, other: &mut Self) -> Duration {
        let begun = Instant::now();
        loop {
            let moved = other.tell();
            let soon = Duration::from_millis(50);
            let heard = async { while !self.next_is(&moved).await {} };
            if tokio::time::timeout(soon, heard).await.is_ok() {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < RESUMED, "nothing is heard any more");
        }
    }

    async fn next_is(&mut self, moved: &Moved) -> bool {
        match self.news.heard().await.unwrap() {
            Heard::Moved(heard) => heard == *moved,
            Heard::Missed => {
                self.missed += 1;
                false
            }
        }
    }
}

/// Tries all of these, several at the same time.
fn at_once<R: Send>(plan: &[(Cut, usize)], each: impl Fn(&(Cut, usize)) -> R + Sync) -> Vec<R> {
    let (results, each) = (Mutex::new(BTreeMap::new()), &each);
    std::thread::scope(|scope| {
        let mut hands = Vec::new();
        for (waits, number) in [(false, HANDS), (true, WAITING_HANDS)] {
            let own = plan.iter().enumerate();
            let own = own.filter(move |(_, (cut, _))| (*cut == Cut::Hang) == waits);
            let own = Arc::new(Mutex::new(own));
            for _ in 0..number {
                let (own, results) = (Arc::clone(&own), &results);
                hands.push(scope.spawn(move || {
                    loop {
                        let next = own.lock().unwrap().next();
                        let Some((number, what)) = next else { return };
                        let result = each(what);
                        results.lock().unwrap().insert(number, result);
                    }
                }));
            }
        }
        for hand in hands {
            // In its own words.
            hand.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
    results.into_inner().unwrap().into_values().collect()
}
