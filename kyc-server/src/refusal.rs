//! How what went wrong below becomes a problem: the applicant's fault, the caller's, the world's, ours.

use kyc_core::{DecodeError, ReviewerId, SessionId, collection, review};
use kyc_persist::{KeepError, StoreError};
use serde_json::{Value, json};

use crate::app::App;
use crate::problem::Problem;

impl Problem {
    /// Why a session could not be read or kept; not for rejections and stale versions, which are told with the state.
    pub(crate) fn kept<R: std::error::Error>(error: KeepError<R>) -> Self {
        match error {
            KeepError::Store(error) => error.into(),
            KeepError::NotFound => Self::not_found(),
            KeepError::KeyReused => Self::key_reused(),
            KeepError::NotTheirs { .. } => Self::not_yours(),
            KeepError::FlowMissing(flow) => {
                tracing::error!(flow = %flow.id, version = flow.version, "a kept session needs a flow that is not there");
                Self::flow_missing()
            }
            KeepError::Snapshot(DecodeError::ForeignFlow { found }) => {
                tracing::error!(flow = %found.id, version = found.version, hash = found.hash, "a kept session needs a flow as it was before it was changed");
                Self::flow_missing()
            }
            KeepError::Snapshot(error) => {
                tracing::error!(%error, "a kept session does not open");
                Self::session_unreadable()
            }
            // Told with the present state by whoever asked; a rejection that arrives here has no such caller.
            _ => Self::internal(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::TooLarge { .. } => Self::too_large(),
            StoreError::Conflict { .. } => Self::unavailable().retry_after(1),
            // Of somebody who was forgotten, only that is left.
            StoreError::Erased => Self::not_found(),
            StoreError::Corrupt { .. } => {
                tracing::error!(%error, "the store is damaged");
                Self::session_unreadable()
            }
            StoreError::Full { store } => {
                tracing::error!(%error, "nothing is kept");
                Self::no_room(store)
            }
            _ => {
                tracing::error!(%error, "the store does not answer");
                Self::unavailable().retry_after(1)
            }
        }
    }
}

impl Problem {
    /// What a company asks of an applicant is not what the Flow has.
    pub(crate) fn prescription_refused(rejected: &collection::Rejected) -> Self {
        let (problem, told) = verdict(rejected, is_refusal(rejected));
        problem.merge(told)
    }
}

impl App {
    /// Tells why a session did not take an event, and where it stands.
    pub(crate) async fn session_refused(
        &self,
        session: &SessionId,
        error: KeepError<collection::Rejected>,
    ) -> Problem {
        let (problem, told) = match error {
            KeepError::Rejected(rejected) => verdict(&rejected, is_refusal(&rejected)),
            KeepError::Stale { .. } => (Problem::stale(), Value::Null),
            other => return Problem::kept(other),
        };
        let current = async { self.view(&self.session(session).await?).await };
        match current.await {
            Ok(view) => problem
                .with("accepts", json!(view.accepts))
                .with("current", json!(view))
                .merge(told),
            Err(problem) => problem,
        }
    }

    /// Tells why a case did not take an event, where it stands, and who has it.
    pub(crate) async fn case_refused(
        &self,
        session: &SessionId,
        reviewer: &ReviewerId,
        error: KeepError<review::Rejected>,
    ) -> Problem {
        let (problem, told) = match error {
            KeepError::Rejected(rejected) => verdict(
                &rejected,
                matches!(rejected, review::Rejected::Refused { .. }),
            ),
            KeepError::Stale { .. } => (Problem::stale(), Value::Null),
            other => return Problem::kept(other),
        };
        match self.case(session).await {
            Ok(case) => {
                let view = case.view(reviewer, self.clock.now());
                problem
                    .with("accepts", json!(view.accepts))
                    .with("claimed_by", json!(view.claimed_by))
                    .with("current", json!(view))
                    .merge(told)
            }
            Err(problem) => problem,
        }
    }
}

fn verdict(rejected: &impl serde::Serialize, is_refusal: bool) -> (Problem, Value) {
    let problem = match is_refusal {
        true => Problem::refused(),
        false => Problem::not_accepted(),
    };
    (problem, json!(rejected))
}

fn is_refusal(rejected: &collection::Rejected) -> bool {
    matches!(rejected, collection::Rejected::Refused { .. })
}
