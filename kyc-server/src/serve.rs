//! How a server runs and how it stops: streams end, requests finish, effects in hand are settled.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use kyc_core::FlowId;
use kyc_persist::{Courier, Heard, News, Pulse, Safe, StoreError, Terms, Wake};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::accept::accept;
use crate::app::{App, Parts};
use crate::delivery::Delivery;
use crate::editions;
use crate::pdf::Renderer;
use crate::router::router;
use crate::steady::SteadyClock;
use crate::webhooks::Bearer;

/// A server that is put together and not yet running.
#[derive(Debug)]
pub struct Server {
    app: App,
    router: Router,
    wake: Wake,
    news: Option<News>,
}

/// Why a server stopped by itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The store answers nothing more.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Tokens and names in the store were kept with another secret, and would not be found.
    #[error(
        "this is not the secret that the store was used with: put that one back (`<store>.secret`, or what `--secret` named); \
         with another, nobody's token holds and none of your own names for sessions is found"
    )]
    ForeignSecret,
    /// Sessions stand in this edition of a Flow as it was, and would not open.
    #[error(
        "flow {flow} version {version} was changed without a new version: it was served with the hash {known}, and now has \
         {found}. Give the changed Flow a new version, and name both files: the sessions of the earlier one need it"
    )]
    FlowChanged {
        /// Its name.
        flow: FlowId,
        /// Its edition.
        version: u32,
        /// The hash it was served with.
        known: String,
        /// The hash of what is configured now.
        found: String,
    },
}

impl Server {
    /// Puts a server together.
    pub fn new(parts: Parts) -> Self {
        let (pages, wake) = (parts.pages.clone(), parts.wake.clone());
        let app = App::new(parts);
        let router = router(&app, pages.as_deref());
        Self {
            app,
            router,
            wake,
            news: None,
        }
    }

    /// Tells the other servers on the same store what moves here, and pages here what moves there.
    #[must_use]
    pub fn with_news(mut self, news: News) -> Self {
        self.app.live.telling(news.teller());
        self.news = Some(news);
        self
    }

    /// Seals what the company calls its sessions, with the keys of a store that is sealed.
    #[must_use]
    pub fn with_safe(self, safe: Safe) -> Self {
        let _ = self.app.safe.set(safe);
        self
    }

    /// Remembers what time it was, and takes that up at the next start, when [`Parts::clock`] is [`SteadyClock::clock`] of this.
    #[must_use]
    pub fn with_steady_clock(self, steady: SteadyClock) -> Self {
        let _ = self.app.steady.set(steady);
        self
    }

    /// Takes PDFs where a Flow does, and draws their pages with this program, which has to be `kyc-server` itself: one
    /// process a file, which may do nothing but that. Without it no PDF is taken.
    #[must_use]
    pub fn with_pdfs(self, program: impl Into<PathBuf>) -> Self {
        let _ = self.app.renderer.set(Renderer::new(program.into()));
        self
    }

    /// Looks at these disks: whether they have room is told by `/readyz`, and once one of them has failed, nothing more is
    /// acknowledged.
    #[must_use]
    pub fn with_pulses(self, pulses: Vec<Pulse>) -> Self {
        self.app.health.watch(pulses);
        self
    }

    /// All its routes as one service, for a server of your own. Effects are carried by its [`courier`](Self::courier).
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// The courier that [`run`](Self::run) lets carry, for a server of your own.
    pub fn courier(&self) -> Courier {
        Courier::new(
            Arc::clone(&self.app.store),
            Arc::new(Delivery(self.app.clone())),
            self.app.clock.clone(),
            self.wake.clone(),
            Terms {
                // Every delivery is a commit of our own. What a killed server had in hand comes back that soon.
                lease: Duration::from_secs(6),
                ..Terms::default()
            },
        )
    }

    /// The couriers that [`run`](Self::run) lets tell the endpoints of the configuration, one for each, for a server of your
    /// own.
    pub fn webhook_couriers(&self) -> Vec<Courier> {
        let app = &self.app;
        let each = app.config.webhooks.iter().zip(&app.bells);
        each.map(|(webhook, bell)| {
            let bearer = Bearer {
                app: app.clone(),
                webhook: webhook.clone(),
            };
            let terms = Terms {
                // A delivery gets two thirds of it: all that the endpoint may take, and some to read the session.
                lease: (webhook.patience() + Duration::from_secs(5)) * 3 / 2,
                hands: HANDS,
                ..Terms::default()
            };
            let (store, clock) = (Arc::clone(&app.store), app.clock.clone());
            Courier::new(store, Arc::new(bearer), clock, bell.clone(), terms).to(webhook.receiver())
        })
        .collect()
    }

    /// The description of its interface: OpenAPI 3.1.
    pub fn openapi() -> String {
        crate::openapi::document()
    }

    /// Serves until `stop` is ready; then finishes what was begun.
    ///
    /// # Errors
    ///
    /// The store failed for good; or a Flow was changed without a new version, and nothing was served.
    pub async fn run(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let courier = self.courier();
        let tellers = self.webhook_couriers();
        let Self {
            app, router, news, ..
        } = self;
        if !app.signed.is_at_home(app.clock.now()).await? {
            return Err(ServeError::ForeignSecret);
        }
        app.begin_time().await?;
        editions::check(&app).await?;
        if let Ok(address) = listener.local_addr() {
            tracing::info!(%address, "listening");
        }
        let resting = app.closing.child_token();
        let carrier = app.clone();
        app.courier.store(true, Ordering::Relaxed);
        let carrying = tokio::spawn(async move {
            let ended = courier.run(resting.cancelled_owned()).await;
            carrier.courier.store(false, Ordering::Relaxed);
            if let Err(error) = &ended {
                tracing::error!(%error, "nobody carries effects any more");
            }
            ended
        });
        let mut telling = JoinSet::new();
        for teller in tellers {
            let resting = app.closing.child_token();
            telling.spawn(async move {
                if let Err(error) = teller.run(resting.cancelled_owned()).await {
                    tracing::error!(%error, "an endpoint is told nothing any more");
                }
            });
        }
        let hearing = tokio::spawn(hear(app.clone(), news));
        let sweeping = tokio::spawn(sweep(app.clone()));

        let closing = app.closing.clone();
        let stopped = async move {
            stop.await;
            tracing::info!("stopping");
            // Streams end with it, so that nobody is waited for who only listens.
            closing.cancel();
        };
        // Behind a proxy all connections come from its address.
        let per_peer = app.config.limits.connections_per_peer;
        let per_peer = (app.config.proxies == 0).then_some(per_peer);
        accept(listener, router, per_peer, stopped, GRACE).await;
        app.tasks.close();
        sweeping.abort();
        hearing.abort();
        let finished = async {
            app.tasks.wait().await;
            // Nobody waits for an endpoint: what it has not answered by then it is told again, under the same name.
            let told = async { while telling.join_next().await.is_some() {} };
            let _ = tokio::time::timeout(TELLING, told).await;
            carrying.await
        };
        match tokio::time::timeout(GRACE, finished).await {
            Ok(Ok(ended)) => Ok(ended?),
            Ok(Err(_)) => Ok(()),
            Err(_) => {
                // Nothing that was acknowledged is lost: what is left in the outbox is carried when a server runs again.
                tracing::warn!("some work did not finish in time");
                Ok(())
            }
        }
    }
}

/// Tells pages here what other servers did.
async fn hear(app: App, news: Option<News>) {
    let Some(mut news) = news else { return };
    while let Some(heard) = news.heard().await {
        match heard {
            Heard::Moved(moved) => app.live.heard(&moved),
            Heard::Missed => app.live.missed(),
        }
    }
}

/// Forgets what is worth nothing any more.
async fn sweep(app: App) {
    let mut round = tokio::time::interval(Duration::from_secs(60));
    for minute in 0_u64.. {
        round.tick().await;
        app.rates.sweep();
        if let Err(error) = app.keep_time().await {
            tracing::warn!(%error, "what time it is could not be remembered");
        }
        while let Ok(1..) = app.grants.sweep(app.clock.now()).await {}
        if minute % 60 == 0 {
            app.sweep_parts().await;
        }
    }
}

/// How many notices one endpoint is told at once.
const HANDS: usize = 8;

/// How long an endpoint may take to answer once the server stops.
const TELLING: Duration = Duration::from_secs(2);

/// How long callers may take to finish once the server stops.
const GRACE: Duration = Duration::from_secs(10);
