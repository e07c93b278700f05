//! Somebody else's server, which is told: it keeps what came, and answers as it was told to.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};
use base64ct::{Base64, Encoding as _};
use futures_util::stream;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kyc_server::config::Config;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::harness::config;

/// 32 bytes, as `kyc-server webhook-secret` prints them.
pub(crate) const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
pub(crate) const OLDER: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

/// What is answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Status(u16),
    Redirect(String),
    /// Nothing, ever.
    Hang,
    /// Yes, and then bytes without end.
    Flood,
    /// A head without end.
    LongHead,
}

/// A webhook as it came.
#[derive(Clone, Debug)]
pub(crate) struct Came {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(crate) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn event(&self) -> String {
        self.body()["type"].as_str().unwrap().to_owned()
    }

    /// How many of the signatures are those of this secret, over the bytes that came.
    pub(crate) fn signatures_of(&self, secret: &str) -> usize {
        let key = Base64::decode_vec(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{}.{}.", self.id(), self.header("webhook-timestamp")).as_bytes());
        mac.update(&self.bytes);
        let expected = format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()));
        let signatures = self.header("webhook-signature").split(' ');
        signatures
            .filter(|signature| *signature == expected)
            .count()
    }
}

/// A server that listens.
pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    inner: Arc<Inner>,
    serving: JoinHandle<()>,
}

#[derive(Default)]
struct Inner {
    /// What is answered first; after that what is answered always.
    answers: Mutex<VecDeque<Answer>>,
    always: Mutex<Option<Answer>>,
    came: Mutex<Vec<Came>>,
    news: Notify,
}

impl Sink {
    pub(crate) async fn start() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner::default());
        let router = Router::new().fallback(take).with_state(inner.clone());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            inner,
            serving,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/kyc", self.address)
    }

    /// To what comes next.
    pub(crate) fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.inner.answers.lock().unwrap().extend(answers);
    }

    /// To everything from now on.
    pub(crate) fn answer_always(&self, answer: Answer) {
        *self.inner.always.lock().unwrap() = Some(answer);
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.inner.came.lock().unwrap().clone()
    }

    pub(crate) fn events(&self) -> Vec<String> {
        self.came().iter().map(Came::event).collect()
    }

    /// All that came, once it is enough.
    pub(crate) async fn until(&self, enough: impl Fn(&[Came]) -> bool) -> Vec<Came> {
        let waiting = async {
            loop {
                let news = self.inner.news.notified();
                let came = self.came();
                if enough(&came) {
                    return came;
                }
                news.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
        waited.unwrap_or_else(|_| panic!("it does not come: {:?}", self.events()))
    }

    pub(crate) async fn until_told(&self, event: &str) -> Came {
        let came = self.until(|came| came.iter().any(|one| one.event() == event));
        came.await
            .into_iter()
            .find(|one| one.event() == event)
            .unwrap()
    }

    /// Nobody listens any more.
    pub(crate) async fn end(self) -> SocketAddr {
        self.serving.abort();
        let _ = self.serving.await;
        self.address
    }
}

async fn take(
    State(inner): State<Arc<Inner>>,
    uri: Uri,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let path = uri.to_string();
    inner.came.lock().unwrap().push(Came {
        path,
        headers,
        bytes,
    });
    inner.news.notify_waiters();
    let next = inner.answers.lock().unwrap().pop_front();
    let next = next.or_else(|| inner.always.lock().unwrap().clone());
    match next.unwrap_or(Answer::Status(204)) {
        Answer::Status(status) => {
            let status = axum::http::StatusCode::from_u16(status).unwrap();
            (status, "whatever it says").into_response()
        }
        Answer::Redirect(to) => {
            (axum::http::StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
        }
        Answer::Hang => std::future::pending().await,
        Answer::Flood => {
            let bytes = Bytes::from(vec![b'x'; 64 * 1024]);
            let endless = stream::repeat_with(move || Ok::<_, std::io::Error>(bytes.clone()));
            Body::from_stream(endless).into_response()
        }
        Answer::LongHead => {
            let long = "x".repeat(300 * 1024);
            ([("x-long", long)], "").into_response()
        }
    }
}

/// The configuration of the tests, with endpoints: `[[webhooks]]` and what follows it, where `SECRET` stands for the line of
/// the secret.
pub(crate) fn with_webhooks(lines: &str) -> Config {
    let place = tempfile::tempdir().unwrap();
    let file = |name: &str, secret: &str| {
        let file = place.path().join(name);
        std::fs::write(&file, format!("{secret}\n")).unwrap();
        file
    };
    let (newest, older) = (file("secret", SECRET), file("older", OLDER));
    let lines = lines
        .replace("OLDER", &format!("older_secret_file = {older:?}"))
        .replace("SECRET", &format!("secret_file = {newest:?}"));
    let mut config = config();
    config.webhooks = Config::parse(&lines).unwrap().webhooks;
    config
}

/// One endpoint that is told everything, on this machine.
pub(crate) fn telling(url: &str) -> Config {
    with_webhooks(&one("shop", url))
}

pub(crate) fn one(name: &str, url: &str) -> String {
    format!(
        "[[webhooks]]\nname = {name:?}\nurl = {url:?}\nSECRET\nprivate_addresses = true\ntimeout_seconds = 1\n"
    )
}
