//! Who forbids erasing, and allows it again: a step of the session, so that no erasure slips in between.

use axum::extract::State;
use axum::http::StatusCode;
use kyc_core::collection::{self, Event, HoldReason, Reason, Rejected, Session};
use kyc_core::journal::Hash;
use kyc_core::{Actor, Key, SessionId, Timestamp};
use kyc_persist::{Ask, KeepError, Keeper};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::IntegratorCaller;
use crate::problem::Problem;
use crate::request::{Named, Strict};
use crate::schema;

/// How often a step is asked for again because the session has moved meanwhile.
const TRIES: usize = 8;

/// Who puts sessions on hold. The journal's line says who and why in its key, and holds nothing of the person.
#[derive(Clone, Debug)]
pub struct Holder<'a> {
    /// Keeps the steps.
    pub keeper: &'a Keeper,
    /// Who asks: a word without spaces, up to 64 characters.
    pub who: String,
    /// When.
    pub now: Timestamp,
}

impl Holder<'_> {
    /// Forbids erasing the session. One that is on hold for this reason stays so.
    ///
    /// # Errors
    ///
    /// [`Reason::OnHold`] for another reason, [`Reason::AlreadyErased`], or why nothing was kept.
    pub async fn hold(
        &self,
        session: &SessionId,
        reason: HoldReason,
    ) -> Result<(), KeepError<Rejected>> {
        let is_so = |held: Option<collection::Hold>| held.is_some_and(|held| held.reason == reason);
        let word = format!("hold.{reason}");
        self.change(session, &word, Event::Hold { reason }, is_so)
            .await
    }

    /// Allows erasing the session. One that is not on hold stays so.
    ///
    /// # Errors
    ///
    /// Why nothing was kept.
    pub async fn lift(&self, session: &SessionId) -> Result<(), KeepError<Rejected>> {
        let is_so = |held: Option<collection::Hold>| held.is_none();
        self.change(session, "lift", Event::Lift, is_so).await
    }

    async fn change(
        &self,
        session: &SessionId,
        word: &str,
        event: Event,
        is_so: impl Fn(Option<collection::Hold>) -> bool,
    ) -> Result<(), KeepError<Rejected>> {
        let mut last = KeepError::NotFound;
        for _ in 0..TRIES {
            let found = self.keeper.load_to_forget::<Session>(session).await?;
            let standing = found.ok_or(KeepError::NotFound)?;
            if is_so(standing.hold()) {
                return Ok(());
            }
            let version = standing.version();
            let key = format!("{word}.{}.{version}", self.who).parse::<Key>();
            let ask = Ask {
                session: session.clone(),
                key: key.map_err(|_| kyc_persist::StoreError::TooLarge { what: "key" })?,
                // The key says all there is to say.
                fingerprint: Hash::ZERO,
                expected: Some(version),
                event: event.clone(),
                by: Actor::INTEGRATOR,
            };
            match self.keeper.handle::<Session>(ask, self.now).await {
                Ok(_) => return Ok(()),
                Err(error @ KeepError::Stale { .. }) => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }
}

/// Why nothing may be erased.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Holding {
    /// A code, and nothing of the person.
    #[schema(value_type = String)]
    reason: HoldReason,
}

/// Forbid erasing a session, until the hold is lifted. The applicant is not told. Safe to repeat.
#[utoipa::path(
    put, path = "/sessions/{session}/hold", tag = "integrator",
    request_body = Holding,
    responses(
        (status = NO_CONTENT),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
        (status = CONFLICT, description = "on_hold, for another reason", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "refused: already_erased", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn hold(
    State(app): State<App>,
    caller: IntegratorCaller,
    Named(session): Named<SessionId>,
    Strict(holding): Strict<Holding>,
) -> Result<StatusCode, Problem> {
    let holder = app.holder(&caller);
    let held = holder.hold(&session, holding.reason).await;
    told(&app, &session, held).await
}

/// Allow erasing a session again. Safe to repeat.
#[utoipa::path(
    delete, path = "/sessions/{session}/hold", tag = "integrator",
    responses(
        (status = NO_CONTENT),
        (status = NOT_FOUND, body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("api_key" = [])),
)]
pub(crate) async fn lift(
    State(app): State<App>,
    caller: IntegratorCaller,
    Named(session): Named<SessionId>,
) -> Result<StatusCode, Problem> {
    let lifted = app.holder(&caller).lift(&session).await;
    told(&app, &session, lifted).await
}

impl App {
    fn holder(&self, caller: &IntegratorCaller) -> Holder<'_> {
        Holder {
            keeper: &self.keeper,
            // The beginning of `key_sha256` in the configuration.
            who: caller.credential.to_string()[..16].to_owned(),
            now: self.clock.now(),
        }
    }
}

async fn told(
    app: &App,
    session: &SessionId,
    done: Result<(), KeepError<Rejected>>,
) -> Result<StatusCode, Problem> {
    match done {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(KeepError::Rejected(Rejected::Refused {
            reason: Reason::OnHold,
            ..
        })) => Err(Problem::on_hold()),
        Err(error) => Err(app.session_refused(session, error).await),
    }
}
