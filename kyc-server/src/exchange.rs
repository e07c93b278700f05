//! What the code of a link is worth: a token, once, and with it the session for whoever wants to go on at once.

use axum::Json;
use axum::extract::State;
use kyc_core::journal::Hash;
use kyc_core::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::logs;
use crate::problem::Problem;
use crate::request::Strict;
use crate::schema;

/// The route, below `/applicant/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(exchange))
}

/// The code of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// What stands behind `#code=`.
    code: String,
    /// Whether the session is told with the token, as it is told to whoever asks with that: it saves a way there and back.
    #[serde(default)]
    load: bool,
}

/// What a link is worth.
#[derive(Serialize, ToSchema)]
struct Exchanged {
    /// The session it leads into.
    #[schema(value_type = String)]
    session: SessionId,
    /// Proves from now on who is asking. Shown once.
    token: String,
    /// When the token is worth nothing any more, in milliseconds since 1970.
    #[schema(value_type = u64)]
    expires_at: Timestamp,
    /// The session, if that was asked for: what the token opens at this moment. Not there when that cannot be told now; asking
    /// with the token says why. Nothing to be kept with the token.
    #[schema(value_type = Option<schema::Loaded>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    loaded: Option<Value>,
}

/// Trade the code of a link for a token. Works once.
#[utoipa::path(
    post, path = "/exchange", tag = "applicant",
    request_body = Exchange,
    responses(
        (status = OK, body = Exchanged),
        (status = UNAUTHORIZED, description = "code_invalid", body = schema::Problem, content_type = "application/problem+json"),
    ),
)]
async fn exchange(
    State(app): State<App>,
    Strict(exchange): Strict<Exchange>,
) -> Result<Json<Exchanged>, Problem> {
    let (session, token, expires_at) = app.exchange(&exchange.code).await?;
    // The code is spent: whatever is wrong with the session, the token has to be told.
    let loaded = match exchange.load {
        true => app.told_to(&token.digest()).await.ok(),
        false => None,
    };
    Ok(Json(Exchanged {
        session,
        token: token.reveal().to_owned(),
        expires_at,
        loaded,
    }))
}

impl App {
    /// The session of a token, by the door that every request with it comes through, and counted as one.
    async fn told_to(&self, credential: &Hash) -> Result<Value, Problem> {
        let found = self.applicant(credential).await?;
        let (session, _) = found.ok_or_else(Problem::unauthorized)?;
        logs::caller("applicant");
        logs::session(&session);
        self.rates.caller(credential)?;
        let session = self.session(&session).await?;
        self.loaded(&session, credential).await
    }
}
