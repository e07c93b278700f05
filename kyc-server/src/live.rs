//! Who is told that something moved, by this server or by another on the same store: streams of server-sent events, which carry versions and never data.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::http::HeaderName;
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt, stream};
use kyc_core::{ChartName, SessionId};
use kyc_persist::{Moved, Row};
use serde::Serialize;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio::time::{Instant, Interval};
use tokio_util::sync::CancellationToken;

use crate::places::{Place, Places};
use crate::problem::Problem;

/// The bus inside this process. It loses nothing that matters: whoever listens reads the session again.
#[derive(Clone, Debug)]
pub(crate) struct Live(Arc<Bus>);

#[derive(Debug)]
struct Bus {
    sessions: Mutex<HashMap<SessionId, watch::Sender<u32>>>,
    /// Nothing when some may have been missed.
    cases: broadcast::Sender<Option<CaseMoved>>,
    others: OnceLock<Tell>,
    places: Places,
    closing: CancellationToken,
}

/// How other servers on the same store are told.
struct Tell(Box<dyn Fn(Moved) + Send + Sync>);

impl fmt::Debug for Tell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tell(..)")
    }
}

/// A case moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CaseMoved {
    /// Whose.
    session: SessionId,
    /// The version of the case.
    version: u32,
    /// Where it stands now.
    state: String,
}

impl Live {
    /// A bus for at most `most` streams, `most_per_caller` of one session or reviewer, that ends them when `closing`.
    pub(crate) fn new(most: usize, most_per_caller: usize, closing: CancellationToken) -> Self {
        Self(Arc::new(Bus {
            sessions: Mutex::default(),
            cases: broadcast::Sender::new(1024),
            others: OnceLock::new(),
            places: Places::new(most, most_per_caller),
            closing,
        }))
    }

    /// Tells other servers from now on; once.
    pub(crate) fn telling(&self, tell: impl Fn(Moved) + Send + Sync + 'static) {
        let _ = self.0.others.set(Tell(Box::new(tell)));
    }

    /// The session moved, or what its applicant is told of the case did.
    pub(crate) fn session_moved(&self, session: &SessionId, version: u32) {
        self.moved(&Moved {
            row: Row::collection(session.clone()),
            version,
            state: String::new(),
        });
    }

    /// Something was committed here.
    pub(crate) fn moved(&self, moved: &Moved) {
        self.heard(moved);
        if let Some(Tell(tell)) = self.0.others.get() {
            tell(moved.clone());
        }
    }

    /// Something was committed, here or by another server.
    pub(crate) fn heard(&self, moved: &Moved) {
        let Moved {
            row: Row { session, chart },
            version,
            state,
        } = moved.clone();
        match chart {
            ChartName::Collection => {
                let mut sessions = lock(&self.0.sessions);
                if let Some(watched) = sessions.get(&session) {
                    if watched.receiver_count() == 0 {
                        sessions.remove(&session);
                    } else {
                        // News may arrive out of order; versions only grow.
                        watched.send_modify(|known| *known = version.max(*known));
                    }
                }
            }
            ChartName::Review => {
                // Nobody listening is no fault.
                let _ = self.0.cases.send(Some(CaseMoved {
                    session,
                    version,
                    state,
                }));
            }
        }
    }

    /// What other servers did was not heard for a while: everybody reads again.
    pub(crate) fn missed(&self) {
        for watched in lock(&self.0.sessions).values() {
            watched.send_modify(|_| ());
        }
        let _ = self.0.cases.send(None);
    }

    /// Begins to listen to one session. What moves from here on is not missed; so listen before you look.
    pub(crate) fn session(&self, session: &SessionId) -> Result<SessionNews, Problem> {
        let place = self.enter(session.as_str())?;
        let news = lock(&self.0.sessions)
            .entry(session.clone())
            .or_default()
            .subscribe();
        let closing = self.0.closing.clone();
        Ok(SessionNews {
            place,
            closing,
            news,
        })
    }

    /// Begins to listen to all cases, for the reviewer of this name.
    pub(crate) fn cases(&self, reviewer: &str) -> Result<CaseNews, Problem> {
        Ok(CaseNews {
            place: self.enter(reviewer)?,
            closing: self.0.closing.clone(),
            news: self.0.cases.subscribe(),
        })
    }

    fn enter(&self, caller: &str) -> Result<Place, Problem> {
        self.0
            .places
            .take(caller)
            .map_err(|_| Problem::streams_exhausted().retry_after(10))
    }
}

/// Says whether a listener may go on listening.
pub(crate) type Allowed = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// An ear on one session.
pub(crate) struct SessionNews {
    place: Place,
    closing: CancellationToken,
    news: watch::Receiver<u32>,
}

impl SessionNews {
    /// The stream: where the session stands unless the page has `seen` that, then every move, until `allowed` says no.
    pub(crate) fn stream(self, current: u32, seen: Option<u32>, allowed: Allowed) -> Response {
        let first = (seen != Some(current)).then_some(current);
        let watch = Watch::new(self.place, self.closing, allowed);
        answer(stream::unfold(
            (first, current, self.news, watch),
            |(first, known, mut news, mut watch)| async move {
                let version = match first {
                    Some(version) => version,
                    None => {
                        watch
                            .until(async {
                                news.changed().await.ok()?;
                                // What is told again may be older than what the page began with.
                                Some(known.max(*news.borrow_and_update()))
                            })
                            .await?
                    }
                };
                let event = Event::default()
                    .event("session")
                    .id(version.to_string())
                    .data(json!({ "version": version }).to_string());
                Some((Ok(event), (None, version, news, watch)))
            },
        ))
    }
}

/// An ear on all cases.
pub(crate) struct CaseNews {
    place: Place,
    closing: CancellationToken,
    news: broadcast::Receiver<Option<CaseMoved>>,
}

impl CaseNews {
    /// The stream. One that was interrupted, or that could not keep up, begins with `resync`: read the list again.
    pub(crate) fn stream(self, interrupted: bool, allowed: Allowed) -> Response {
        let watch = Watch::new(self.place, self.closing, allowed);
        answer(stream::unfold(
            (interrupted, self.news, watch),
            |(interrupted, mut news, mut watch)| async move {
                let heard = match interrupted {
                    true => Err(RecvError::Lagged(0)),
                    false => watch.until(async { Some(news.recv().await) }).await?,
                };
                let event = match heard {
                    Ok(Some(moved)) => Event::default()
                        .event("case")
                        .id(format!("{}.{}", moved.session, moved.version))
                        .data(json!(moved).to_string()),
                    Ok(None) | Err(RecvError::Lagged(_)) => {
                        Event::default().event("resync").id("resync").data("{}")
                    }
                    Err(RecvError::Closed) => return None,
                };
                Some((Ok(event), (false, news, watch)))
            },
        ))
    }
}

/// Ends a stream with the server, or when its listener is no longer allowed to listen.
struct Watch {
    _place: Place,
    closing: CancellationToken,
    allowed: Allowed,
    recheck: Interval,
}

impl Watch {
    fn new(place: Place, closing: CancellationToken, allowed: Allowed) -> Self {
        Self {
            _place: place,
            closing,
            allowed,
            recheck: tokio::time::interval_at(Instant::now() + RECHECK, RECHECK),
        }
    }

    async fn until<T>(&mut self, news: impl Future<Output = Option<T>>) -> Option<T> {
        tokio::pin!(news);
        loop {
            tokio::select! {
                biased;
                () = self.closing.cancelled() => return None,
                news = &mut news => return news,
                _ = self.recheck.tick() => {
                    if !(self.allowed)().await {
                        return None;
                    }
                }
            }
        }
    }
}

fn answer(events: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    // A page that lost its server tries again after a second.
    let hello = stream::once(async { Ok(Event::default().retry(Duration::from_secs(1))) });
    let stream = Sse::new(hello.chain(events)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), "no");
    ([unbuffered], stream).into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RECHECK: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_session_nobody_listens_to_is_forgotten() {
        let live = Live::new(3, 2, CancellationToken::new());
        let id: SessionId = "s-1".parse().unwrap();
        let ear = live.session(&id).ok().unwrap();
        live.session_moved(&id, 1);
        assert_eq!(*ear.news.borrow(), 1);
        drop(ear);
        live.session_moved(&id, 2);
        assert!(lock(&live.0.sessions).is_empty());
    }

    // Paused time jumps to the next timer as soon as nothing else can happen.
    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_when_its_listener_may_no_longer_listen() {
        let live = Live::new(3, 2, CancellationToken::new());
        let ear = live.session(&"s-1".parse().unwrap()).ok().unwrap();
        let began = Instant::now();
        let stream = ear.stream(0, Some(0), Box::new(|| Box::pin(async { false })));
        let text = axum::body::to_bytes(stream.into_body(), 1_000)
            .await
            .unwrap();
        assert_eq!(began.elapsed(), RECHECK);
        assert!(!text.windows(7).any(|window| window == b"version"));
    }
}
