//! Whether this server can do what it promises, and why not: a write is tried, because a disk may be read and take nothing.

use std::sync::atomic::Ordering;
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kyc_core::journal::Hash;
use kyc_persist::{Grant, Pulse, StoreError};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::app::App;
use crate::problem::{Full, Problem};
use crate::steady::Standing;

/// What is known of the disks below.
#[derive(Debug, Default)]
pub(crate) struct Health {
    pulses: OnceLock<Vec<Pulse>>,
    /// When a write was last kept.
    kept: Mutex<Option<Instant>>,
    /// Which store had no room for a request, and when that was. A full database has room for some rows and not for others.
    full: RwLock<Option<(&'static str, Instant)>>,
}

impl Health {
    fn found_full(&self, store: &'static str) {
        let mut full = self.full.write().unwrap_or_else(PoisonError::into_inner);
        *full = Some((store, Instant::now()));
    }

    /// The store that had no room a moment ago.
    fn full(&self) -> Option<&'static str> {
        let full = *self.full.read().unwrap_or_else(PoisonError::into_inner);
        full.filter(|(_, at)| at.elapsed() < REMEMBERED)
            .map(|(store, _)| store)
    }

    pub(crate) fn watch(&self, pulses: Vec<Pulse>) {
        // Told once, before anything is served.
        let _ = self.pulses.set(pulses);
    }

    fn pulses(&self) -> &[Pulse] {
        self.pulses.get().map_or(&[], Vec::as_slice)
    }

    fn has_stopped(&self) -> bool {
        self.pulses().iter().any(Pulse::has_stopped)
    }
}

/// Why requests cannot be served: a part, a code, and what is to be done. Never what is stored, and never where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Reason {
    part: &'static str,
    code: &'static str,
    help: &'static str,
}

impl Reason {
    fn of(error: &StoreError, part: &'static str) -> Self {
        let (part, code, help) = match error {
            StoreError::Full { store } => (*store, "full", FULL),
            StoreError::Stopped { store } => (*store, "stopped", STOPPED),
            StoreError::Corrupt { store, .. } => (*store, "damaged", DAMAGED),
            StoreError::Backend { store, .. } => (*store, "unavailable", UNAVAILABLE),
            _ => (part, "unavailable", UNAVAILABLE),
        };
        Self { part, code, help }
    }

    fn told(&self) -> Value {
        json!({ "part": self.part, "code": self.code, "help": self.help })
    }
}

/// Requests can be served: the store answers and keeps, images are taken, and somebody carries effects.
pub(crate) async fn readyz(State(app): State<App>) -> Response {
    let mut reasons = Vec::new();
    let store = app.keeps().await;
    reasons.extend(store.as_ref().err().map(|error| Reason::of(error, "store")));
    let full = app.health.full().map(|store| StoreError::Full { store });
    let full = full.map(|error| Reason::of(&error, "store"));
    for reason in app.below().await.into_iter().chain(full) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let courier = app.courier.load(Ordering::Relaxed);
    if !courier {
        let (part, code) = ("courier", "stopped");
        let help = NOBODY_CARRIES;
        reasons.push(Reason { part, code, help });
    }
    if app.closing.is_cancelled() {
        let (part, code) = ("server", "closing");
        let help = CLOSING;
        reasons.push(Reason { part, code, help });
    }
    let status = match reasons.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    // Told, and no reason to serve nobody.
    let clock = app.clock_standing();
    reasons.extend(clock);
    let why: Vec<_> = reasons.iter().map(Reason::told).collect();
    let told = json!({
        "store": store.is_ok(), "courier": courier, "clock": clock.is_none(), "why": why,
    });
    (status, Json(told)).into_response()
}

/// After a write anywhere could not be made durable, nothing more is acknowledged, whichever part it would be in: what the
/// kernel says of the next sync of that disk cannot be believed. What is only read goes on where it can.
pub(crate) async fn before_each_answer(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let stopped = || Problem::unavailable().retry_after(10).into_response();
    if app.health.has_stopped() {
        return stopped();
    }
    let response = next.run(request).await;
    if let Some(Full(store)) = response.extensions().get() {
        app.health.found_full(store);
    }
    match app.health.has_stopped() && response.status().is_success() {
        true => stopped(),
        false => response,
    }
}

impl App {
    /// Whether the store answers, and keeps what it is given.
    async fn keeps(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        self.grants.find(&PROBE, now).await?;
        // Anybody may ask, so that a write is tried once in a while, whoever asks.
        let mut kept = self.health.kept.lock().await;
        if kept.is_some_and(|kept| kept.elapsed() < ONCE_IN) {
            return Ok(());
        }
        let worthless = Grant {
            subject: "readiness".into(),
            purpose: "readiness".into(),
            expires_at: now,
        };
        self.grants.put(&PROBE, worthless).await?;
        *kept = Some(Instant::now());
        Ok(())
    }

    /// What is wrong with the clock of this machine.
    fn clock_standing(&self) -> Option<Reason> {
        let (code, help) = match self.steady.get()?.standing() {
            Standing::Right => return None,
            Standing::Ahead => ("ahead", AHEAD),
            Standing::Behind => ("behind", BEHIND),
        };
        let part = "clock";
        Some(Reason { part, code, help })
    }

    /// What the disks below say.
    async fn below(&self) -> Vec<Reason> {
        let app = self.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let answers = app.health.pulses().iter();
            let reasons = answers.filter_map(|pulse| Some((pulse.name(), pulse.check().err()?)));
            reasons
                .map(|(name, error)| Reason::of(&error, name))
                .collect()
        });
        asked.await.unwrap_or_default()
    }
}

/// A hash that no token has.
const PROBE: Hash = Hash::from_bytes([0xff; 32]);
const ONCE_IN: Duration = Duration::from_secs(1);
const REMEMBERED: Duration = Duration::from_secs(5);

const FULL: &str = "there is no room left to write: it goes on by itself once there is";
const STOPPED: &str = "a write could not be made durable: nothing more is taken until the server is started again, on a disk that works";
const DAMAGED: &str = "what is stored is damaged: restore a backup";
const UNAVAILABLE: &str = "it does not answer: it is asked again and again";
const NOBODY_CARRIES: &str = "nobody carries effects: start the server again";
const AHEAD: &str = "the clock of this machine leapt ahead and is not believed for three days: set it right, or, if it is right, start once with --clock-is-right";
const BEHIND: &str = "the clock of this machine is behind what was known, and what is due comes late: set it right, or, if it is right, start once with --clock-is-right";
const CLOSING: &str = "the server is being stopped";
