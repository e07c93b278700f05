//! What the three kinds of people ask of a server, whichever way it is reached.

use std::io::Cursor;
use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{self, header};
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt as _;

pub(crate) const API_KEY: &str = "kyc_the-key-of-the-shop";
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Who may sign in, both under the one password.
pub(crate) const REVIEWERS: [&str; 2] = ["ada", "bob"];

/// One request, the same however often it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) cookie: Option<String>,
}

impl Answer {
    pub(crate) fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Nobody knows what became of the request: the server or its store has failed.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.status >= 500
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap()
    }

    pub(crate) fn version(&self) -> u32 {
        u32::try_from(self.body["version"].as_u64().unwrap()).unwrap()
    }
}

/// A server that answers, or the news that it was not there.
pub(crate) trait Reach {
    async fn send(&self, request: &Request) -> Result<Answer, String>;

    /// Whether it may have sent a request more than once before it was answered.
    fn sends_again(&self) -> bool {
        false
    }
}

/// A server within this process.
pub(crate) struct Here(pub(crate) Router);

impl Reach for Here {
    async fn send(&self, request: &Request) -> Result<Answer, String> {
        let mut built = http::Request::builder()
            .method(request.method)
            .uri(&request.path);
        for (name, value) in &request.headers {
            built = built.header(*name, value);
        }
        let built = built.body(Body::from(request.body.clone())).unwrap();
        let response = self.0.clone().oneshot(built).await.unwrap();
        let (status, cookie) = (
            response.status().as_u16(),
            cookie_of(response.headers().get(header::SET_COOKIE)),
        );
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Ok(Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            cookie,
        })
    }
}

/// A server of its own, at that address.
#[derive(Clone, Debug)]
pub(crate) struct There {
    pub(crate) client: reqwest::Client,
    pub(crate) url: String,
}

impl Reach for There {
    async fn send(&self, request: &Request) -> Result<Answer, String> {
        let method = request.method.parse().unwrap();
        let mut built = self
            .client
            .request(method, format!("{}{}", self.url, request.path));
        for (name, value) in &request.headers {
            built = built.header(*name, value);
        }
        let told = |error: reqwest::Error| error.to_string();
        let response = built
            .body(request.body.clone())
            .send()
            .await
            .map_err(told)?;
        let (status, cookie) = (
            response.status().as_u16(),
            cookie_of(response.headers().get("set-cookie")),
        );
        let bytes = response.bytes().await.map_err(told)?;
        Ok(Answer {
            status,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            cookie,
        })
    }
}

fn cookie_of(line: Option<&http::HeaderValue>) -> Option<String> {
    let line = line?.to_str().ok()?;
    line.split(';').next().map(str::to_owned)
}

/// The company opens a session. The same key opens the same session.
pub(crate) fn open(key: &str) -> Request {
    integrator("POST", "", Some(key), &json!({}))
}

/// The company looks at a session.
pub(crate) fn read(session: &str) -> Request {
    integrator("GET", &format!("/{session}"), None, &Value::Null)
}

/// The company calls a session off.
pub(crate) fn cancel(session: &str, key: &str) -> Request {
    integrator("POST", &format!("/{session}/cancel"), Some(key), &json!({}))
}

/// The company erases a person.
pub(crate) fn erase(session: &str) -> Request {
    integrator("DELETE", &format!("/{session}"), None, &Value::Null)
}

/// The applicant trades the code of their link for a token.
pub(crate) fn exchange(link: &str) -> Request {
    let (_, code) = link.split_once("#code=").unwrap();
    posting(
        "/applicant/v1/exchange".into(),
        vec![],
        &json!({ "code": code }),
    )
}

/// The applicant sends an event.
pub(crate) fn event(session: &str, token: &str, seen: u32, key: &str, event: &Value) -> Request {
    let headers = vec![
        ("authorization", format!("Bearer {token}")),
        ("if-match", format!("\"{seen}\"")),
        ("idempotency-key", key.to_owned()),
    ];
    posting(
        format!("/applicant/v1/sessions/{session}/events"),
        headers,
        event,
    )
}

/// The applicant uploads the photo of that number.
pub(crate) fn upload(session: &str, token: &str, number: usize) -> Request {
    let photo = &PHOTOS[number];
    Request {
        method: "PUT",
        path: format!("/applicant/v1/sessions/{session}/blobs/{}", photo.digest),
        headers: vec![("authorization", format!("Bearer {token}"))],
        body: photo.bytes.clone(),
    }
}

/// The bytes of the photo of that number.
pub(crate) fn photo(number: usize) -> Bytes {
    Bytes::from_static(&PHOTOS[number].bytes)
}

/// The name of the photo of that number.
pub(crate) fn digest(number: usize) -> &'static str {
    &PHOTOS[number].digest
}

/// A reviewer signs in.
pub(crate) fn login(name: &str) -> Request {
    let body = json!({ "name": name, "password": PASSWORD });
    posting("/backoffice/v1/login".into(), vec![], &body)
}

/// A reviewer looks at a case.
pub(crate) fn case(session: &str, cookie: &str) -> Request {
    looking(format!("/backoffice/v1/cases/{session}"), cookie)
}

/// A reviewer reads what has happened.
pub(crate) fn journal(session: &str, cookie: &str) -> Request {
    looking(format!("/backoffice/v1/cases/{session}/journal"), cookie)
}

/// A reviewer looks at an image.
pub(crate) fn image(session: &str, cookie: &str, number: usize) -> Request {
    let digest = digest(number);
    looking(
        format!("/backoffice/v1/cases/{session}/blobs/{digest}"),
        cookie,
    )
}

/// A reviewer sends an event.
pub(crate) fn judge(session: &str, cookie: &str, seen: u32, key: &str, event: &Value) -> Request {
    let headers = vec![
        ("cookie", cookie.to_owned()),
        ("if-match", format!("\"{seen}\"")),
        ("idempotency-key", key.to_owned()),
    ];
    posting(
        format!("/backoffice/v1/cases/{session}/events"),
        headers,
        event,
    )
}

fn looking(path: String, cookie: &str) -> Request {
    Request {
        method: "GET",
        path,
        headers: vec![("cookie", cookie.to_owned())],
        body: vec![],
    }
}

fn integrator(method: &'static str, rest: &str, key: Option<&str>, body: &Value) -> Request {
    let mut headers = vec![("authorization", format!("Bearer {API_KEY}"))];
    headers.extend(key.map(|key| ("idempotency-key", key.to_owned())));
    Request {
        method,
        ..posting(format!("/integrator/v1/sessions{rest}"), headers, body)
    }
}

fn posting(path: String, mut headers: Vec<(&'static str, String)>, body: &Value) -> Request {
    headers.push(("content-type", "application/json".into()));
    Request {
        method: "POST",
        path,
        headers,
        body: body.to_string().into_bytes(),
    }
}

struct Photo {
    bytes: Vec<u8>,
    digest: String,
}

static PHOTOS: LazyLock<Vec<Photo>> = LazyLock::new(|| (0..6).map(drawn).collect());

fn drawn(number: u8) -> Photo {
    let picture = RgbImage::from_fn(320, 240, |x, y| {
        image::Rgb([(x % 256) as u8, (y % 256) as u8, number * 40])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    let bytes = bytes.into_inner();
    Photo {
        digest: kyc_core::journal::Hash::from_bytes(Sha256::digest(&bytes).into()).to_string(),
        bytes,
    }
}
