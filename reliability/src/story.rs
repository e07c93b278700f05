//! One whole story, told to a server whose store may fail: opened, walked, reviewed, asked again, approved, erased.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kyc_core::journal::{self, Entry};
use kyc_core::{Flow, Seconds, Timestamp};
use kyc_persist::conformance::{Fault, Faults};
use kyc_persist::{Blobs, Clock, Courier, Grants, MemoryStore, Row, Store, Wake};
use kyc_server::config::{Config, Lifetimes, Limits, Role};
use kyc_server::secrets::Password;
use kyc_server::{Parts, Server};
use serde_json::{Value, json};

use crate::adapters::{Opened, Place};
use crate::people::{self, Answer, Here, Reach as _, Request};

/// What all stories of a run share: who may sign in, and who has.
pub(crate) struct Office {
    config: Config,
    grants: MemoryStore,
    cookie: String,
}

impl Office {
    pub(crate) async fn new() -> Self {
        let password = Password::hash(people::PASSWORD);
        let mut config = Config::default().with_integrator("shop", people::API_KEY);
        for name in people::REVIEWERS {
            config =
                config.with_reviewer(name.parse().unwrap(), password.clone(), &[Role::Reviewer]);
        }
        config.limits = Limits {
            peer_per_second: u32::MAX,
            peer_burst: u32::MAX,
            caller_per_second: u32::MAX,
            caller_burst: u32::MAX,
            uploads_per_minute: u32::MAX,
            upload_burst: u32::MAX,
            ..Limits::default()
        };
        config.lifetimes = Lifetimes {
            idle_minutes: 1_000_000,
            reviewer_hours: 1_000_000,
            ..Lifetimes::default()
        };
        let mut office = Self {
            config,
            grants: MemoryStore::new(),
            cookie: String::new(),
        };
        let store = Arc::new(MemoryStore::new());
        let blobs = Blobs::memory();
        let server = office.server(Opened { store, blobs }, &Arc::new(AtomicU64::new(MORNING)));
        let answer = Here(server.router()).send(&people::login("ada")).await;
        office.cookie = answer.unwrap().cookie.unwrap();
        office
    }

    fn server(&self, opened: Opened, now: &Arc<AtomicU64>) -> Server {
        let now = Arc::clone(now);
        let grants: Arc<dyn Grants> = Arc::new(self.grants.clone());
        Server::new(Parts {
            store: opened.store,
            grants,
            blobs: opened.blobs,
            flows: vec![Flow::manual_review()],
            wake: Wake::new(),
            clock: Clock::of(move || Timestamp::from_millis(now.load(Ordering::SeqCst))),
            config: self.config.clone(),
            public_url: "http://kyc.test".into(),
            pages: None,
            secret: [7; 32],
        })
    }
}

/// What a story comes to: the same whichever call has failed.
#[derive(Debug, PartialEq)]
pub(crate) struct End {
    /// What was answered, in order.
    acknowledged: Vec<Value>,
    /// What is in both journals, without moments and hashes.
    kept: Vec<String>,
    /// What the company reads in the end.
    view: Value,
}

/// One failure that somebody makes.
pub(crate) trait Trouble: Sync {
    /// Whether it was made.
    fn has_come(&self) -> bool;

    /// From here on it is not made any more.
    fn cease(&self);
}

/// Tells the story at this place, and tells what it came to and whether the fault was met.
pub(crate) async fn tell(place: &Place, office: &Office, fault: Fault, at: usize) -> (End, bool) {
    struct Failing(Faults);

    impl Trouble for Failing {
        fn has_come(&self) -> bool {
            self.0.has_failed()
        }

        /// What comes then is not counted.
        fn cease(&self) {}
    }

    let failing = Failing(Faults::new(fault, at));
    let end = tell_in(place, office, failing.0.clone(), &failing).await;
    (end, failing.has_come())
}

/// The same where the trouble lies beneath the place.
pub(crate) async fn tell_over(place: &Place, office: &Office, trouble: &dyn Trouble) -> End {
    tell_in(place, office, none(), trouble).await
}

/// Calls that do not fail.
pub(crate) fn none() -> Faults {
    Faults::new(Fault::Before, usize::MAX)
}

async fn tell_in(place: &Place, office: &Office, faults: Faults, trouble: &dyn Trouble) -> End {
    let mut world = World {
        place,
        office,
        faults,
        trouble,
        now: Arc::new(AtomicU64::new(MORNING)),
        running: None,
        patience: 1,
        session: String::new(),
        token: String::new(),
        seen: 0,
        acknowledged: Vec::new(),
    };
    world.open().await;
    world.story().await;
    world.carry().await;
    trouble.cease();
    // Once more, as after a stop: what counts is what is there then.
    world.faults = none();
    world.open().await;
    world.end().await
}

struct World<'a> {
    place: &'a Place,
    office: &'a Office,
    faults: Faults,
    trouble: &'a dyn Trouble,
    now: Arc<AtomicU64>,
    running: Option<Running>,
    /// How many more failures may be told: the one that was asked for.
    patience: usize,
    session: String,
    token: String,
    /// The version that the applicant has seen.
    seen: u32,
    acknowledged: Vec<Value>,
}

/// A server, and who carries its effects.
struct Running {
    here: Here,
    courier: Courier,
    store: Arc<dyn Store>,
    blobs: Blobs,
}

impl World<'_> {
    async fn story(&mut self) {
        let opened = self.done(&people::open("one")).await;
        self.session = opened.text("session").to_owned();
        // Tokens do not lie in the store that fails.
        let exchanged = self.done(&people::exchange(opened.text("link"))).await;
        self.token = exchanged.text("token").to_owned();

        self.walks(&json!({ "type": "start", "consent": { "version": "1", "locale": "en" } }))
            .await;
        self.walks(&json!({ "type": "submit_details", "details": {
            "given_names": "Erika", "family_name": "Mustermann", "date_of_birth": "1984-08-12",
        }}))
        .await;
        self.walks(&json!({ "type": "select_document", "country": "DE", "document": "id_card" }))
            .await;
        self.page("front", 0).await;
        self.page("back", 1).await;
        self.walks(&json!({ "type": "retake_page", "side": "front" }))
            .await;
        self.page("front", 2).await;
        self.walks(&json!({ "type": "accept_document" })).await;
        self.hands_in(3).await;
        self.walks(&json!({ "type": "capture_selfie", "blob": people::digest(3) }))
            .await;
        self.walks(&json!({ "type": "accept_selfie" })).await;
        self.carry().await;

        self.reviews(&json!({ "type": "claim" })).await;
        for item in ["document_front", "selfie"] {
            self.judges(item, &json!({ "type": "fine" })).await;
        }
        self.judges(
            "document_back",
            &json!({ "type": "retake", "reason": "glare", "message": "Please without the lamp" }),
        )
        .await;
        self.reviews(&json!({ "type": "request_resubmission" }))
            .await;
        self.carry().await;

        self.page("back", 4).await;
        self.walks(&json!({ "type": "accept_document" })).await;
        self.carry().await;

        self.reviews(&json!({ "type": "claim" })).await;
        for item in ["document_front", "document_back", "selfie"] {
            self.judges(item, &json!({ "type": "fine" })).await;
        }
        self.reviews(&json!({ "type": "approve", "note": "looks right" }))
            .await;
        self.carry().await;
        self.done(&people::erase(&self.session.clone())).await;
    }

    async fn page(&mut self, side: &str, number: usize) {
        self.hands_in(number).await;
        let blob = people::digest(number);
        self.walks(&json!({ "type": "capture_page", "side": side, "blob": blob }))
            .await;
    }

    async fn hands_in(&mut self, number: usize) {
        // Without the upload's look at the image, which costs more than all the rest.
        let session = self.session.parse().unwrap();
        let put = async |blobs: &Blobs| blobs.put(&session, people::photo(number)).await;
        if let Err(error) = put(&self.running().blobs).await {
            self.falter(&error.to_string()).await;
            put(&self.running().blobs).await.unwrap();
        }
    }

    /// An event of the applicant, at the version that the server tells.
    async fn walks(&mut self, event: &Value) {
        let read = self.done(&people::read(&self.session.clone())).await;
        self.seen = read.version();
        let key = format!("a-{}", self.seen);
        let ask = people::event(&self.session, &self.token, self.seen, &key, event);
        let taken = self.done(&ask).await;
        assert_eq!(taken.version(), self.seen + 1, "{event}");
        self.acknowledged.push(taken.body);
    }

    async fn judges(&mut self, item: &str, verdict: &Value) {
        self.reviews(&json!({ "type": "judge", "item": item, "verdict": verdict }))
            .await;
    }

    /// An event of the reviewer.
    async fn reviews(&mut self, event: &Value) {
        let read = people::case(&self.session, &self.office.cookie);
        let read = self.done(&read).await;
        let seen = u32::try_from(read.body["case"]["version"].as_u64().unwrap()).unwrap();
        let key = format!("r-{seen}");
        let ask = people::judge(&self.session, &self.office.cookie, seen, &key, event);
        let taken = self.done(&ask).await;
        self.acknowledged.push(taken.body);
    }

    /// Asks until it is known what became of the request, which has to be what was asked for.
    async fn done(&mut self, request: &Request) -> Answer {
        loop {
            let answer = self.running().here.send(request).await.unwrap();
            if answer.is_done() {
                return answer;
            }
            assert!(answer.is_in_doubt(), "{request:?} answered {answer:?}");
            self.falter(&format!("{answer:?}")).await;
        }
    }

    /// Lets everything be carried that is due, or comes again because it was lost.
    async fn carry(&mut self) {
        let mut quiet = 0;
        while quiet < 2 {
            match self.running().courier.turn().await {
                Ok(0) => {
                    quiet += 1;
                    self.pass(Duration::from_secs(10));
                }
                Ok(_) => quiet = 0,
                Err(error) => {
                    self.falter(&error.to_string()).await;
                    self.pass(Duration::from_secs(10));
                    quiet = 0;
                }
            }
        }
    }

    /// After a failure everything is opened anew, and whole.
    async fn falter(&mut self, why: &str) {
        assert!(
            self.patience > 0 && self.trouble.has_come(),
            "a failure that nobody has made: {why}"
        );
        self.patience -= 1;
        self.open().await;
        if !self.session.is_empty() {
            self.kept().await;
        }
    }

    async fn open(&mut self) {
        self.running = None;
        let opened = match self.place.open(&self.faults).await {
            Err(error) if self.trouble.has_come() && self.patience > 0 => {
                self.patience -= 1;
                let again = self.place.open(&self.faults).await;
                again.unwrap_or_else(|again| panic!("{error}, and then {again}"))
            }
            opened => opened.unwrap(),
        };
        let (store, blobs) = (Arc::clone(&opened.store), opened.blobs.clone());
        let server = self.office.server(opened, &self.now);
        self.running = Some(Running {
            here: Here(server.router()),
            courier: server.courier(),
            store,
            blobs,
        });
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.now.fetch_add(millis, Ordering::SeqCst);
    }

    /// Both journals, after a look at whether snapshot and journal are of one commit.
    async fn kept(&self) -> Vec<String> {
        let store = &self.running().store;
        let session: kyc_core::SessionId = self.session.parse().unwrap();
        let mut lines = Vec::new();
        for row in [Row::collection(session.clone()), Row::review(session)] {
            let entries = store.journal(&row).await.unwrap();
            assert_eq!(journal::verify(&entries), Ok(()), "{row}");
            let kept = store.load(&row).await.unwrap();
            let length = kept.as_ref().map_or(0, |kept| kept.version as usize + 1);
            assert_eq!(length, entries.len(), "{row}: half a commit");
            if let Some(kept) = kept {
                assert_eq!(kept.head, entries.last().unwrap().hash, "{row}");
            }
            lines.extend(entries.iter().map(|entry| line(&row, entry)));
        }
        lines
    }

    async fn end(&mut self) -> End {
        // Deadlines of years come and are for nothing; then nothing waits and nothing was given up.
        self.pass(Duration::from_secs(
            Seconds::days(4_000).as_millis() / 1_000,
        ));
        self.carry().await;
        let running = self.running();
        let far = Timestamp::from_millis(self.now.load(Ordering::SeqCst)) + Seconds::days(4_000);
        assert_eq!(running.store.lease(far, far, 9).await.unwrap(), []);
        assert_eq!(running.store.dead(None, 9).await.unwrap(), []);
        let read = running
            .here
            .send(&people::read(&self.session))
            .await
            .unwrap();
        let mut view = read.body;
        // When is another moment after a failure.
        let redacted = view.as_object_mut().unwrap().remove("redacted_at");
        assert!(redacted.is_some_and(|moment| moment.is_u64()), "{view}");
        End {
            acknowledged: std::mem::take(&mut self.acknowledged),
            kept: self.kept().await,
            view,
        }
    }
}

fn line(row: &Row, entry: &Entry) -> String {
    let facts = &entry.facts;
    format!(
        "{row} {} {} {} -> {} by {:?} under {} with {:?}",
        facts.version, facts.event, facts.from, facts.to, facts.by, facts.key, facts.effects
    )
}

/// 2026-11-21T00:00:00Z.
const MORNING: u64 = 1_795_219_200_000;
