//! How a person comes from an address with the token in it to the page: the code goes behind `#`, where no server sees it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::LOCALE;
use super::refusal::Refusal;
use crate::app::App;
use crate::request::Asked;

/// What the address carries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    #[serde(rename = "authToken")]
    token: String,
}

/// `GET /api/v2/redirect?authToken=…`. Looking at it uses nothing up.
pub(super) async fn redirect(
    State(app): State<App>,
    Asked(address): Asked<Address>,
) -> Result<Response, Refusal> {
    let session = app.linked(&address.token).await?;
    let session = session.ok_or(Refusal::link_over())?;
    let locale = app.note(&session, LOCALE).await?;
    let language = locale.map(|tag| format!("&lang={tag}")).unwrap_or_default();
    let link = format!("{}/apply/#code={}{language}", app.public_url, address.token);
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, link)]).into_response())
}
