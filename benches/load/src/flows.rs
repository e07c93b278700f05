//! Whole flows over HTTP: from the company's opening to the webhook that tells it the decision, with every event, two images
//! and a reviewer; on several stores in turns.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use hyper::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use kyc_server::secrets::Secret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::Terms;
use crate::committers::Committers;
use crate::meter::{Times, median, rounded};
use crate::people::{self, Answer, Reach as _, Request, There};
use crate::places::{self, Engine};
use crate::program::Program;
use crate::server;

/// How many applicants walk at once.
const AT_ONCE: usize = 16;

/// How long a webhook may take after the last decision.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server over one store, and what its webhooks told.
struct Runner {
    name: String,
    program: Program,
    there: There,
    cookie: String,
    begun: usize,
    told: Arc<AtomicU64>,
    idle: u64,
    /// Who commits to a store of the same kind and does nothing else.
    bare: Committers,
    _folder: TempDir,
}

pub(crate) async fn measure(terms: &Terms) -> Value {
    allow_many_files();
    let (rounds, time) = terms.pick((2, Duration::from_secs(2)), (7, Duration::from_secs(6)));
    let database = places::postgres(&terms.data);
    let mut runners = Vec::new();
    for engine in [Engine::Memory, Engine::Sled, Engine::Redb, Engine::Postgres] {
        runners.push(Runner::start(engine, &terms.data, &database).await);
    }
    let mut measured: Vec<BTreeMap<String, BTreeMap<String, f64>>> = Vec::new();
    for number in 1..=rounds {
        eprintln!("flows: round {number} of {rounds}");
        let mut round = BTreeMap::new();
        for runner in &mut runners {
            let mut told = runner.walk(time).await;
            let (times, _) = runner.bare.together(AT_ONCE as u32, time / 4).await;
            told.insert("bare commit p99".into(), times.percentile(99));
            round.insert(runner.name.clone(), told);
        }
        measured.push(round);
    }
    if let Some(file) = &terms.profile {
        let redb = runners.iter_mut().find(|runner| runner.name == "redb");
        redb.unwrap().walk_watched(file).await;
    }
    let mut medians = BTreeMap::new();
    for (name, measures) in &measured[0] {
        let of = |measure: &String| {
            rounded(median(
                measured.iter().map(|round| round[name][measure]).collect(),
            ))
        };
        let measures: BTreeMap<_, _> = measures
            .keys()
            .map(|measure| (measure, of(measure)))
            .collect();
        medians.insert(name, measures);
    }
    let (sessions, streams) = terms.pick((1_000, 500), (10_000, 5_000));
    let mut memory = BTreeMap::new();
    for runner in &mut runners {
        eprintln!("flows: memory of {}", runner.name);
        memory.insert(runner.name.clone(), runner.fill(sessions, streams).await);
    }
    json!({
        "at_once": AT_ONCE, "rounds": measured, "medians": medians,
        "sessions": sessions, "streams": streams, "memory": memory,
    })
}

impl Runner {
    /// As a company would run it: sealed, and with a webhook.
    async fn start(engine: Engine, data: &Path, database: &server::Place) -> Self {
        let folder = tempfile::tempdir_in(data).unwrap();
        let within = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let schema = || places::schema(database);
        let mut words = match engine {
            Engine::Memory => vec!["--store".to_owned(), "memory".into()],
            Engine::Postgres => vec![
                "--store".into(),
                schema(),
                "--vault".into(),
                schema(),
                "--key".into(),
                within("key"),
                "--secret".into(),
                within("secret"),
            ],
            _ => vec![
                "--store".into(),
                format!("{}:{}", engine.name(), within("store")),
            ],
        };
        words.extend(["--blobs".into(), within("blobs")]);
        let told = Arc::new(AtomicU64::new(0));
        let url = sink(&told).await;
        let secret = folder.path().join("webhooks");
        fs::write(&secret, Secret::of_webhooks().reveal()).unwrap();
        let webhooks = format!(
            "[[webhooks]]\nname = \"shop\"\nurl = {url:?}\nsecret_file = {secret:?}\nprivate_addresses = true\nevents = [\"session.approved\"]\n"
        );
        let mut program = Program::configured(folder.path(), engine.name(), &words, &webhooks);
        program.start().await;
        let there = program.reach();
        let signed_in = there.send(&people::login("ada")).await.unwrap();
        let idle = memory_of(program.process().unwrap());
        let bare = Committers::new(engine, true, data, database, AT_ONCE as u32).await;
        Self {
            name: engine.name().to_owned(),
            program,
            there,
            cookie: signed_in.cookie.unwrap(),
            begun: 0,
            told,
            idle,
            bare,
            _folder: folder,
        }
    }

    /// Flows one after the other, so many at once, for that time; and until every webhook has arrived.
    async fn walk(&mut self, time: Duration) -> BTreeMap<String, f64> {
        let process = self.program.process().unwrap();
        let (before, told) = (processor(process), self.told.load(Ordering::Relaxed));
        let begun = Instant::now();
        let mut walking = JoinSet::new();
        for walker in 0..AT_ONCE {
            let (there, cookie, first) = (self.there.clone(), self.cookie.clone(), self.begun);
            walking.spawn(async move {
                let mut seen = Seen::default();
                let mut walked = 0;
                while begun.elapsed() < time {
                    let key = format!("{first}-{walker}-{walked}");
                    flow(&there, &cookie, &key, &mut seen).await;
                    walked += 1;
                }
                (walked, seen)
            });
        }
        let (mut flows, mut all) = (0_u64, Seen::default());
        while let Some(done) = walking.join_next().await {
            let (walked, seen) = done.unwrap();
            flows += walked;
            all.events.append(seen.events);
            all.uploads.append(seen.uploads);
            all.all.append(seen.all);
        }
        self.begun += 1;
        while self.told.load(Ordering::Relaxed) < told + flows {
            assert!(
                begun.elapsed() < time + PATIENCE,
                "a webhook is missing: {}",
                self.program.said()
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let took = begun.elapsed().as_secs_f64();
        let spent = processor(process) - before;
        BTreeMap::from([
            ("flows per second".into(), flows as f64 / took),
            ("requests per second".into(), all.all.count() as f64 / took),
            ("request p50".into(), all.all.percentile(50)),
            ("request p99".into(), all.all.percentile(99)),
            ("event p50".into(), all.events.percentile(50)),
            ("event p99".into(), all.events.percentile(99)),
            ("upload p50".into(), all.uploads.percentile(50)),
            ("upload p99".into(), all.uploads.percentile(99)),
            ("processor per flow".into(), spent * 1e6 / flows as f64),
        ])
    }

    /// Walks under the eyes of perf, which looks a hundred times a second at what every thread of the server is doing.
    async fn walk_watched(&mut self, file: &Path) {
        eprintln!("flows: profile of {}", self.name);
        let mut perf = Command::new("perf");
        perf.args([
            "record",
            "--quiet",
            "--freq",
            "99",
            "--call-graph",
            "dwarf,16384",
        ]);
        perf.args([
            "--pid",
            &self.program.process().unwrap().to_string(),
            "--output",
        ]);
        let mut perf = perf.arg(file).stdin(Stdio::null()).spawn().unwrap();
        self.walk(Duration::from_secs(5)).await;
        let process = perf.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-INT", &process])
                .status()
                .unwrap()
                .success()
        );
        perf.wait().unwrap();
    }

    /// Megabytes: idle, and what so many open sessions and so many live streams add.
    async fn fill(&mut self, sessions: usize, streams: usize) -> BTreeMap<&'static str, f64> {
        let process = self.program.process().unwrap();
        let megabytes = |bytes: u64| rounded(bytes as f64 / 1e6);
        let before = memory_of(process);
        let mut opening = JoinSet::new();
        for part in 0..AT_ONCE {
            let there = self.there.clone();
            opening.spawn(async move {
                let mut tokens = Vec::new();
                for number in (part..sessions).step_by(AT_ONCE) {
                    let opened = done(&there, &people::open(&format!("open-{number}"))).await;
                    if number < streams {
                        let exchanged = done(&there, &people::exchange(opened.text("link"))).await;
                        tokens.push((
                            exchanged.text("session").to_owned(),
                            exchanged.text("token").to_owned(),
                        ));
                    }
                }
                tokens
            });
        }
        let tokens = opening.join_all().await.concat();
        let opened = memory_of(process);
        let mut listening = Vec::new();
        for (session, token) in &tokens {
            listening.push(listen(&self.there.url, session, token).await);
        }
        let streamed = memory_of(process);
        drop(listening);
        BTreeMap::from([
            ("idle", megabytes(self.idle)),
            ("before", megabytes(before)),
            ("sessions", megabytes(opened.saturating_sub(before))),
            ("streams", megabytes(streamed.saturating_sub(opened))),
        ])
    }
}

/// What a walker has timed.
#[derive(Debug, Default)]
struct Seen {
    events: Times,
    uploads: Times,
    all: Times,
}

impl Seen {
    async fn ask(&mut self, there: &There, request: Request) -> Answer {
        let begun = Instant::now();
        let answer = done(there, &request).await;
        self.all.note(begun.elapsed());
        answer
    }

    async fn event(&mut self, there: &There, request: Request) -> Answer {
        let begun = Instant::now();
        let answer = self.ask(there, request).await;
        self.events.note(begun.elapsed());
        answer
    }
}

async fn done(there: &There, request: &Request) -> Answer {
    let answer = there.send(request).await.unwrap();
    assert!(answer.is_done(), "{request:?} answered {answer:?}");
    answer
}

/// One passport: opened, walked, reviewed, approved.
async fn flow(there: &There, cookie: &str, key: &str, seen: &mut Seen) {
    let opened = seen.ask(there, people::open(key)).await;
    let exchanged = seen.ask(there, people::exchange(opened.text("link"))).await;
    let (session, token) = (
        exchanged.text("session").to_owned(),
        exchanged.text("token").to_owned(),
    );
    for number in [0, 1] {
        let begun = Instant::now();
        seen.ask(there, people::upload(&session, &token, number))
            .await;
        seen.uploads.note(begun.elapsed());
    }
    let events = [
        json!({ "type": "start", "consent": { "version": "1", "locale": "en" } }),
        json!({ "type": "submit_details", "details": {
            "given_names": "Erika", "family_name": "Mustermann", "date_of_birth": "1984-08-12",
        }}),
        json!({ "type": "select_document", "country": "DE", "document": "passport" }),
        json!({ "type": "capture_page", "side": "front", "blob": people::digest(0) }),
        json!({ "type": "accept_document" }),
        json!({ "type": "capture_selfie", "blob": people::digest(1) }),
        json!({ "type": "accept_selfie" }),
    ];
    for (version, event) in (0..).zip(&events) {
        let request = people::event(&session, &token, version, &format!("e-{version}"), event);
        seen.event(there, request).await;
    }
    // The case is opened behind the applicant's last step.
    let mut version = loop {
        let case = there.send(&people::case(&session, cookie)).await.unwrap();
        if case.is_done() && case.body["case"]["state"] == "in_review" {
            break u32::try_from(case.body["case"]["version"].as_u64().unwrap()).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    let fine = |item: &str| json!({ "type": "judge", "item": item, "verdict": { "type": "fine" } });
    let verdicts = [
        json!({ "type": "claim" }),
        fine("document_front"),
        fine("selfie"),
        json!({ "type": "approve" }),
    ];
    for event in &verdicts {
        let request = people::judge(&session, cookie, version, &format!("r-{version}"), event);
        version = seen.event(there, request).await.version();
    }
}

/// Somebody who takes every webhook, and counts them.
async fn sink(told: &Arc<AtomicU64>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let told = Arc::clone(told);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let told = Arc::clone(&told);
            let take = service_fn(move |request: hyper::Request<Incoming>| {
                let told = Arc::clone(&told);
                async move {
                    request.into_body().collect().await?;
                    told.fetch_add(1, Ordering::Relaxed);
                    Ok::<_, hyper::Error>(Response::new(String::new()))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), take));
        }
    });
    url
}

/// A live stream that has told the first version.
async fn listen(url: &str, session: &str, token: &str) -> TcpStream {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let asked = format!(
        "GET /applicant/v1/sessions/{session}/stream HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(asked.as_bytes()).await.unwrap();
    let mut heard = Vec::new();
    while !String::from_utf8_lossy(&heard).contains("event: session") {
        let mut part = [0; 1024];
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&part[..read]);
    }
    stream
}

/// The bytes that a process has in memory.
fn memory_of(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// Seconds of a processor that a process has had.
fn processor(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // Its name may hold spaces; what follows does not.
    let fields: Vec<_> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / 100.0
}

/// As many as we may: streams are files, ours and the server's.
fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let most = getrlimit(Resource::Nofile).maximum;
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: most,
            maximum: most,
        },
    );
}
