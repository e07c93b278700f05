//! A server on a free port, and the three kinds of people who talk to it.

use std::fmt;
use std::io::Cursor;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use image::{ImageFormat, RgbImage};
use kyc_core::journal::Hash;
use kyc_core::{Flow, Timestamp};
use kyc_persist::{Blobs, Clock, Grant, Grants, MemoryStore, Store, StoreError, Wake};
use kyc_server::config::{Config, Role};
use kyc_server::secrets::Password;
use kyc_server::{Parts, Server, SteadyClock};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const API_KEY: &str = "kyc_the-key-of-the-shop";
pub(crate) const PASSWORD: &str = "correct horse battery";

/// 2026-11-21T00:00:00Z.
const BEGINNING: u64 = 1_795_219_200_000;

/// What a server stands on: it outlives the server.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) store: Arc<MemoryStore>,
    /// What the server sees of the store.
    pub(crate) before: Arc<dyn Store>,
    pub(crate) grants: Arc<dyn Grants>,
    pub(crate) blobs: Blobs,
    pub(crate) clock: Arc<AtomicU64>,
    pub(crate) flows: Vec<Arc<Flow>>,
    pub(crate) config: Config,
    pub(crate) pages: Option<PathBuf>,
    pub(crate) secret: [u8; 32],
    /// What the server tells the time by instead of `clock` alone.
    pub(crate) steady: Option<SteadyClock>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        Self {
            before: store.clone(),
            grants: store.clone(),
            store,
            blobs: Blobs::memory(),
            clock: Arc::new(AtomicU64::new(BEGINNING)),
            flows: vec![Flow::manual_review()],
            config: config(),
            pages: None,
            secret: [7; 32],
            steady: None,
        }
    }

    /// A server on it that does not run yet.
    pub(crate) async fn server(&self) -> (Server, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let clock = self.steady.as_ref().map(SteadyClock::clock);
        let server = Server::new(Parts {
            store: self.before.clone(),
            grants: self.grants.clone(),
            blobs: self.blobs.clone(),
            flows: self.flows.clone(),
            wake: Wake::new(),
            clock: clock.unwrap_or_else(|| self.wall()),
            config: self.config.clone(),
            public_url: format!("http://{address}"),
            pages: self.pages.clone(),
            secret: self.secret,
        })
        .with_pdfs(env!("CARGO_BIN_EXE_kyc-server"));
        let server = match &self.steady {
            Some(steady) => server.with_steady_clock(steady.clone()),
            None => server,
        };
        (server, listener)
    }

    /// The time of day, which a test sets.
    pub(crate) fn wall(&self) -> Clock {
        let told = Arc::clone(&self.clock);
        Clock::of(move || Timestamp::from_millis(told.load(Ordering::SeqCst)))
    }
}

type BeforePut = dyn Fn(&Grant) -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync;

/// Grants where something happens before one is put.
pub(crate) struct Meddled {
    store: Arc<MemoryStore>,
    before_put: Box<BeforePut>,
}

impl Meddled {
    pub(crate) fn new(
        store: &Arc<MemoryStore>,
        before_put: impl Fn(&Grant) -> BoxFuture<'static, Result<(), StoreError>>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self {
            store: Arc::clone(store),
            before_put: Box::new(before_put),
        }
    }
}

impl fmt::Debug for Meddled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

#[async_trait]
impl Grants for Meddled {
    async fn put(&self, hash: &Hash, grant: Grant) -> Result<(), StoreError> {
        (self.before_put)(&grant).await?;
        self.store.put(hash, grant).await
    }

    async fn find(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        self.store.find(hash, now).await
    }

    async fn take(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        self.store.take(hash, now).await
    }

    async fn revoke(&self, subject: &str) -> Result<usize, StoreError> {
        self.store.revoke(subject).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.store.sweep(now).await
    }
}

/// A running server.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) blobs: Blobs,
    client: reqwest::Client,
    clock: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    pub(crate) running: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::on(&Stage::new()).await
    }

    pub(crate) async fn with(config: Config, pages: Option<PathBuf>) -> Self {
        let stage = Stage {
            config,
            pages,
            ..Stage::new()
        };
        Self::on(&stage).await
    }

    /// `before` is what the server sees of `store`.
    pub(crate) async fn over(
        store: Arc<MemoryStore>,
        before: Arc<dyn Store>,
        config: Config,
        pages: Option<PathBuf>,
    ) -> Self {
        let stage = Stage {
            grants: store.clone(),
            store,
            before,
            config,
            pages,
            ..Stage::new()
        };
        Self::on(&stage).await
    }

    pub(crate) async fn on(stage: &Stage) -> Self {
        let (server, listener) = stage.server().await;
        Self::serving(stage, server, listener)
    }

    pub(crate) fn serving(stage: &Stage, server: Server, listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let running = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            server.run(listener, stopped).await.unwrap();
        });
        Self {
            address,
            store: stage.store.clone(),
            blobs: stage.blobs.clone(),
            client: reqwest::Client::new(),
            clock: stage.clock.clone(),
            stop: Some(stop),
            running,
        }
    }

    /// Stops, and waits until it has.
    pub(crate) async fn end(mut self) {
        self.stop();
        self.running.await.unwrap();
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn pass(&self, time: Duration) {
        let millis = u64::try_from(time.as_millis()).unwrap();
        self.clock.fetch_add(millis, Ordering::SeqCst);
    }

    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.ask(Method::GET, path)
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.ask(Method::POST, path)
    }

    /// Opens a session as the company's backend.
    pub(crate) async fn open(&self, key: &str) -> Value {
        let opened = self
            .post("/integrator/v1/sessions")
            .bearer_auth(API_KEY)
            .header("idempotency-key", key)
            .json(&json!({}))
            .send()
            .await
            .unwrap();
        assert_eq!(opened.status(), StatusCode::CREATED);
        opened.json().await.unwrap()
    }

    pub(crate) async fn exchange(&self, code: &str) -> Response {
        self.post("/applicant/v1/exchange")
            .json(&json!({ "code": code }))
            .send()
            .await
            .unwrap()
    }

    /// A fresh session with its applicant before it.
    pub(crate) async fn applicant(&self, key: &str) -> Applicant<'_> {
        let opened = self.open(key).await;
        self.applicant_by(opened["link"].as_str().unwrap()).await
    }

    pub(crate) async fn applicant_by(&self, link: &str) -> Applicant<'_> {
        let (_, code) = link.split_once("#code=").unwrap();
        let exchanged: Value = self.exchange(code).await.json().await.unwrap();
        Applicant {
            world: self,
            session: exchanged["session"].as_str().unwrap().to_owned(),
            token: exchanged["token"].as_str().unwrap().to_owned(),
        }
    }

    pub(crate) async fn login(&self, name: &str, password: &str) -> Response {
        self.post("/backoffice/v1/login")
            .json(&json!({ "name": name, "password": password }))
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn reviewer(&self, name: &str) -> Reviewer<'_> {
        let answer = self.login(name, PASSWORD).await;
        assert_eq!(answer.status(), StatusCode::OK);
        Reviewer {
            world: self,
            cookie: cookie_of(&answer),
        }
    }
}

/// The pair `name=value` that the answer sets.
pub(crate) fn cookie_of(answer: &Response) -> String {
    let line = answer.headers()["set-cookie"].to_str().unwrap();
    line.split(';').next().unwrap().to_owned()
}

/// Three people: two may decide, one may look.
pub(crate) fn config() -> Config {
    static PHC: LazyLock<Password> = LazyLock::new(|| Password::hash(PASSWORD));
    let name = |text: &str| text.parse().unwrap();
    Config::default()
        .with_integrator("shop", API_KEY)
        .with_reviewer(name("ada"), PHC.clone(), &[Role::Reviewer])
        .with_reviewer(name("bob"), PHC.clone(), &[Role::Reviewer])
        .with_reviewer(name("vera"), PHC.clone(), &[Role::Viewer])
}

/// An applicant's page.
pub(crate) struct Applicant<'a> {
    pub(crate) world: &'a World,
    pub(crate) session: String,
    pub(crate) token: String,
}

impl Applicant<'_> {
    pub(crate) fn ask(&self, method: Method, rest: &str) -> RequestBuilder {
        self.world
            .ask(
                method,
                &format!("/applicant/v1/sessions/{}{rest}", self.session),
            )
            .bearer_auth(&self.token)
    }

    pub(crate) async fn read(&self) -> Value {
        let answer = self.ask(Method::GET, "").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub(crate) async fn view(&self) -> Value {
        self.read().await["view"].take()
    }

    pub(crate) async fn version(&self) -> u64 {
        self.view().await["version"].as_u64().unwrap()
    }

    pub(crate) async fn post(&self, event: &Value, version: u64, key: &str) -> Response {
        self.ask(Method::POST, "/events")
            .header("if-match", format!("\"{version}\""))
            .header("idempotency-key", key)
            .json(event)
            .send()
            .await
            .unwrap()
    }

    /// Sends an event that is expected to be accepted; answers the step.
    pub(crate) async fn send(&self, event: Value) -> Value {
        let version = self.version().await;
        let answer = self.post(&event, version, &format!("key-{version}")).await;
        let status = answer.status();
        let step: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{event} answered {step}");
        step
    }

    pub(crate) async fn upload(&self, bytes: Vec<u8>) -> Response {
        let digest = digest(&bytes);
        self.upload_as(&digest, bytes).await
    }

    pub(crate) async fn upload_as(&self, digest: &str, bytes: Vec<u8>) -> Response {
        self.ask(Method::PUT, &format!("/blobs/{digest}"))
            .body(bytes)
            .send()
            .await
            .unwrap()
    }

    /// Uploads a photo of that tint; answers its name.
    pub(crate) async fn photo(&self, tint: u8) -> String {
        let bytes = photo(tint);
        let digest = digest(&bytes);
        let answer = self.upload(bytes).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        digest
    }

    pub(crate) async fn begin(&self) {
        self.send(json!({ "type": "start", "consent": { "version": "1", "locale": "en" } }))
            .await;
    }

    pub(crate) async fn describe(&self) {
        self.send(json!({ "type": "submit_details", "details": {
            "given_names": "Erika", "family_name": "Mustermann", "date_of_birth": "1984-08-12",
        }}))
        .await;
    }

    /// Walks with an identity card from `welcome` to `final`.
    pub(crate) async fn arrive(&self) {
        self.begin().await;
        self.describe().await;
        self.send(json!({ "type": "select_document", "country": "DE", "document": "id_card" }))
            .await;
        for (side, tint) in [("front", 1), ("back", 2)] {
            let blob = self.photo(tint).await;
            self.send(json!({ "type": "capture_page", "side": side, "blob": blob }))
                .await;
        }
        self.send(json!({ "type": "accept_document" })).await;
        let blob = self.photo(3).await;
        self.send(json!({ "type": "capture_selfie", "blob": blob }))
            .await;
        let step = self.send(json!({ "type": "accept_selfie" })).await;
        assert_eq!(step["to"], "final");
    }

    pub(crate) async fn stream(&self) -> Stream {
        Stream::new(self.ask(Method::GET, "/stream").send().await.unwrap())
    }
}

/// A reviewer's page.
pub(crate) struct Reviewer<'a> {
    pub(crate) world: &'a World,
    pub(crate) cookie: String,
}

impl Reviewer<'_> {
    pub(crate) fn ask(&self, method: Method, rest: &str) -> RequestBuilder {
        self.world
            .ask(method, &format!("/backoffice/v1{rest}"))
            .header("cookie", &self.cookie)
    }

    pub(crate) async fn get(&self, rest: &str) -> Value {
        let answer = self.ask(Method::GET, rest).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{rest}");
        answer.json().await.unwrap()
    }

    pub(crate) async fn case(&self, session: &str) -> Value {
        self.get(&format!("/cases/{session}")).await
    }

    pub(crate) async fn post(
        &self,
        session: &str,
        event: &Value,
        version: u64,
        key: &str,
    ) -> Response {
        self.ask(Method::POST, &format!("/cases/{session}/events"))
            .header("if-match", format!("\"{version}\""))
            .header("idempotency-key", key)
            .json(event)
            .send()
            .await
            .unwrap()
    }

    /// Sends an event at the present version, whatever the answer.
    pub(crate) async fn try_send(&self, session: &str, event: Value) -> Response {
        let version = self.case(session).await["case"]["version"]
            .as_u64()
            .unwrap();
        self.post(
            session,
            &event,
            version,
            &format!("{}-{version}", &self.cookie[20..30]),
        )
        .await
    }

    /// Sends an event that is expected to be accepted.
    pub(crate) async fn send(&self, session: &str, event: Value) -> Value {
        let answer = self.try_send(session, event.clone()).await;
        let status = answer.status();
        let step: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{event} answered {step}");
        step
    }

    /// Judges the named items as fine.
    pub(crate) async fn fine(&self, session: &str, items: &[&str]) {
        for item in items {
            self.send(
                session,
                json!({ "type": "judge", "item": item, "verdict": { "type": "fine" } }),
            )
            .await;
        }
    }

    pub(crate) async fn stream(&self) -> Stream {
        Stream::new(self.ask(Method::GET, "/stream").send().await.unwrap())
    }
}

/// Server-sent events as they arrive.
pub(crate) struct Stream {
    response: Response,
    text: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) event: String,
    pub(crate) id: String,
    pub(crate) data: Value,
}

impl Stream {
    pub(crate) fn new(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event; none when the stream has ended. Patience ends the test.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        tokio::time::timeout(Duration::from_secs(10), self.read())
            .await
            .unwrap()
    }

    /// Skips events until one fits.
    pub(crate) async fn until(&mut self, fits: impl Fn(&Told) -> bool) -> Told {
        loop {
            let told = self.next().await.unwrap();
            if fits(&told) {
                return told;
            }
        }
    }

    async fn read(&mut self) -> Option<Told> {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    let line = block.lines().find_map(|line| line.strip_prefix(name))?;
                    Some(line.trim_start_matches([':', ' ']).to_owned())
                };
                let told = field("event").map(|event| Told {
                    event,
                    id: field("id").unwrap_or_default(),
                    data: field("data")
                        .and_then(|text| serde_json::from_str(&text).ok())
                        .unwrap_or_default(),
                });
                self.text = rest.to_owned();
                if told.is_some() {
                    return told;
                }
            }
            let chunk = self.response.chunk().await.ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// A photograph, another one for each tint.
pub(crate) fn photo(tint: u8) -> Vec<u8> {
    drawn(320, 240, tint, ImageFormat::Jpeg)
}

pub(crate) fn drawn(width: u32, height: u32, tint: u8, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x % 256) as u8, (y % 256) as u8, tint.wrapping_mul(40)])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    // Both are the SHA-256 in hexadecimal.
    use sha2::Digest as _;
    Hash::from_bytes(sha2::Sha256::digest(bytes).into()).to_string()
}

/// The problem an answer tells, after a look at its status and type.
pub(crate) async fn problem(answer: Response, status: u16, code: &str) -> Value {
    let (found, kind) = (
        answer.status().as_u16(),
        answer.headers().get("content-type").cloned(),
    );
    let text = answer.text().await.unwrap();
    assert_eq!(found, status, "{text}");
    assert_eq!(kind.unwrap(), "application/problem+json", "{text}");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["status"], status);
    assert_eq!(body["type"], format!("urn:kyc:problem:{code}"));
    body
}
