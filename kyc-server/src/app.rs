//! What every handler works with, and the one way in which a session moves: decide, keep, tell whoever listens.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use kyc_core::flow::Images;
use kyc_core::journal::{Entry, Hash};
use kyc_core::{Actor, Chart, Flow, Key, SessionId, collection, review};
use kyc_persist::{
    Answer, Ask, Blobs, Clock, Grants, KeepError, Keeper, Row, Safe, Store, StoreError, Wake,
};
use serde::Serialize;
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::arrivals::Arrivals;
use crate::config::Config;
use crate::decoders::Decoders;
use crate::grants::Signed;
use crate::health::Health;
use crate::live::Live;
use crate::pdf::Renderer;
use crate::places::Places;
use crate::problem::Problem;
use crate::rates::Rates;
use crate::results::phase;
use crate::secrets::keyed;
use crate::steady::SteadyClock;
use crate::webhooks::Notice;

/// What a server is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where sessions are kept.
    pub store: Arc<dyn Store>,
    /// Where tokens and codes are kept: the same adapter.
    pub grants: Arc<dyn Grants>,
    /// Where images are kept.
    pub blobs: Blobs,
    /// The Flows that sessions may be opened with; the first is the one when none is named.
    pub flows: Vec<Arc<Flow>>,
    /// What rings when there is work for the courier.
    pub wake: Wake,
    /// What time it is.
    pub clock: Clock,
    /// What the installation decides.
    pub config: Config,
    /// Under which address browsers find this server, without a slash at the end.
    pub public_url: String,
    /// A directory that holds `apply/` and `backoffice/`.
    pub pages: Option<PathBuf>,
    /// Keys the digests of requests, so that a journal tells nothing of what was typed. Keep it as long as the store.
    pub secret: [u8; 32],
}

/// Shared by all handlers.
#[derive(Clone, Debug)]
pub(crate) struct App(Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) keeper: Keeper,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) grants: Arc<dyn Grants>,
    /// The same, for whoever asks with which secret.
    pub(crate) signed: Arc<Signed>,
    pub(crate) blobs: Blobs,
    pub(crate) flows: Vec<Arc<Flow>>,
    pub(crate) clock: Clock,
    /// What it tells the time by, when that does not leap.
    pub(crate) steady: OnceLock<SteadyClock>,
    pub(crate) config: Config,
    pub(crate) public_url: String,
    /// What seals names, when the store is sealed.
    pub(crate) safe: OnceLock<Safe>,
    pub(crate) live: Live,
    pub(crate) rates: Arc<Rates>,
    /// Passwords that are checked at once.
    pub(crate) verifying: Semaphore,
    /// Sign-ins that wait for it: in all, and from one address.
    pub(crate) signing_in: Places,
    /// Images of applicants on their way in.
    pub(crate) arriving: Arrivals,
    /// Images of applicants that are worked on at once, when all of them is here, or on their way down.
    pub(crate) handling: Places,
    /// Images that are decoded at once.
    pub(crate) decoders: Decoders,
    /// What draws PDFs, where there is something that does.
    pub(crate) renderer: OnceLock<Renderer>,
    /// PDFs that are drawn or wait for it: of one applicant, one.
    pub(crate) drawing: Places,
    /// Held while a reviewer's session is prolonged or ended.
    pub(crate) renewing: Mutex<()>,
    /// Decisions under way: they go on when their caller has left.
    pub(crate) tasks: TaskTracker,
    /// Ends streams when the server does.
    pub(crate) closing: CancellationToken,
    /// What calls the couriers of the webhooks, in their order.
    pub(crate) bells: Vec<Wake>,
    /// Whether somebody carries effects out.
    pub(crate) courier: AtomicBool,
    /// What is known of the disks below.
    pub(crate) health: Health,
    secret: [u8; 32],
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// The answer to an event, the same however often it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct StepTaken {
    /// How many events were accepted so far, this one included.
    pub(crate) version: u32,
    /// What happened.
    pub(crate) event: String,
    /// The state before.
    pub(crate) from: String,
    /// The state after.
    pub(crate) to: String,
    /// The kinds of work that left with it; the server does that work.
    pub(crate) effects: Vec<String>,
}

impl From<Entry> for StepTaken {
    fn from(entry: Entry) -> Self {
        let facts = entry.facts;
        Self {
            version: facts.version,
            event: facts.event,
            from: facts.from,
            to: facts.to,
            effects: facts.effects,
        }
    }
}

impl App {
    /// Lets an event happen and keeps it. Goes on to its end when the caller leaves.
    pub(crate) async fn carry_out<C: Chart>(
        &self,
        session: &SessionId,
        key: Key,
        seen: Option<u32>,
        event: C::Event,
        by: Actor,
    ) -> Result<Answer<C>, KeepError<C::Rejected>> {
        let row = Row {
            session: session.clone(),
            chart: C::NAME,
        };
        let ask = Ask {
            session: session.clone(),
            key,
            // Of another reviewer, the same words are another request.
            fingerprint: self.fingerprint(&row, &(&by, &event)),
            expected: seen,
            event,
            by,
        };
        let app = self.clone();
        let handled = self
            .tasks
            .spawn(async move { app.keeper.handle::<C>(ask, app.clock.now()).await });
        handled.await.unwrap_or_else(|error| {
            // The task panicked; whether it had committed is not known, and asking again with the same key is safe.
            Err(StoreError::backend("server", error).into())
        })
    }

    /// Goes on to its end when the caller leaves: what was begun is looked after.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.tasks.spawn(work).await;
        done.map_err(|_| Problem::internal())?
    }

    /// What recognises another request under the same key, and tells nothing of what the request said.
    pub(crate) fn fingerprint(&self, row: &Row, body: &impl Serialize) -> Hash {
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.keyed(&[row.to_string().as_bytes(), &body])
    }

    /// A digest that nobody without this server's secret can make.
    pub(crate) fn keyed(&self, fields: &[&[u8]]) -> Hash {
        keyed(&self.secret, fields)
    }

    /// The applicant's chart of a session.
    pub(crate) async fn session(&self, id: &SessionId) -> Result<collection::Session, Problem> {
        self.load(id).await?.ok_or_else(Problem::not_found)
    }

    /// The reviewer's chart of a session.
    pub(crate) async fn case(&self, id: &SessionId) -> Result<review::Session, Problem> {
        self.load(id).await?.ok_or_else(Problem::not_found)
    }

    /// A chart of a session, if it was opened.
    pub(crate) async fn load<C: Chart>(&self, id: &SessionId) -> Result<Option<C>, Problem> {
        self.keeper.load::<C>(id).await.map_err(Problem::kept)
    }

    /// A chart of a session even if its Flow is not there, for ending and erasing it and for nothing else.
    pub(crate) async fn load_to_forget<C: Chart>(
        &self,
        id: &SessionId,
    ) -> Result<Option<C>, Problem> {
        self.keeper
            .load_to_forget::<C>(id)
            .await
            .map_err(Problem::kept)
    }

    /// What is shown to applicant and company. Only who keeps the case knows whether a reviewer can see it.
    pub(crate) async fn view(
        &self,
        session: &collection::Session,
    ) -> Result<collection::View, Problem> {
        let mut view = session.view();
        if view.state == collection::State::Final {
            let case = self.load::<review::Session>(session.id()).await?;
            view.phase = phase(session, case.as_ref());
        }
        Ok(view)
    }

    /// What an image of this session must be like.
    pub(crate) async fn images(&self, id: &SessionId) -> Result<Images, Problem> {
        Ok(self.session(id).await?.flow().definition().images)
    }
}

impl App {
    /// Puts a server together. Nothing runs yet.
    pub(crate) fn new(parts: Parts) -> Self {
        let closing = CancellationToken::new();
        let limits = &parts.config.limits;
        let live = Live::new(limits.streams, limits.streams_per_caller, closing.clone());
        let told = live.clone();
        let webhooks = parts.config.webhooks.clone();
        let bells: Vec<_> = webhooks.iter().map(|_| Wake::new()).collect();
        let ringing = bells.clone();
        let leaving = Arc::new(AtomicBool::new(false));
        let left = Arc::clone(&leaving);
        let keeper = Keeper::new(
            Arc::clone(&parts.store),
            Arc::new(parts.flows.iter().cloned().collect()),
            parts.wake.clone(),
        )
        .noticing(move |step| {
            let notices = Notice::leaving(&webhooks, step);
            leaving.fetch_or(!notices.is_empty(), Ordering::Relaxed);
            notices
        })
        .telling(move |moved| {
            if left.swap(false, Ordering::Relaxed) {
                ringing.iter().for_each(Wake::ring);
            }
            told.moved(moved);
        });
        let signed = Arc::new(Signed::new(parts.grants, parts.secret));
        Self(Arc::new(Inner {
            keeper,
            store: parts.store,
            grants: signed.clone(),
            signed,
            blobs: parts.blobs,
            clock: parts.clock,
            steady: OnceLock::new(),
            public_url: parts.public_url,
            safe: OnceLock::new(),
            live,
            rates: Arc::new(Rates::new(limits, parts.config.proxies)),
            verifying: Semaphore::new(2),
            signing_in: Places::new(32, 8),
            arriving: Arrivals::new(),
            handling: Places::new(128, 6),
            decoders: Decoders::new(),
            renderer: OnceLock::new(),
            drawing: Places::new(64, 1),
            renewing: Mutex::default(),
            tasks: TaskTracker::new(),
            closing,
            bells,
            courier: AtomicBool::new(false),
            health: Health::default(),
            secret: parts.secret,
            flows: parts.flows,
            config: parts.config,
        }))
    }
}
