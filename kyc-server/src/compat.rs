//! A surface for companies whose backend speaks another product's vocabulary: what they ask becomes our events, what we
//! know becomes their words. It decides nothing, and outside of it nobody speaks so.

mod asking;
mod body;
mod caller;
mod files;
mod matrix;
pub(crate) mod notice;
mod redirect;
mod refusal;
mod scan_ref;
mod sessions;
mod token;
mod told;
mod vocabulary;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::app::App;
use crate::problem::Problem;
use crate::{health, rates};

/// The routes below `/api/v2`. Whatever is refused there, by whichever layer, is told in their envelope.
pub(crate) fn routes(app: &App) -> Router<App> {
    Router::new()
        .route("/token", post(token::token))
        .route("/upload-additional-step", post(sessions::upload))
        .route("/status", post(sessions::status))
        .route("/data", post(sessions::data))
        .route("/delete", post(sessions::delete))
        .route("/files/{scan_ref}/{digest}", get(files::show))
        .route("/redirect", get(redirect::redirect))
        .route_layer(middleware::from_fn_with_state(
            app.clone(),
            health::before_each_answer,
        ))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(&app.rates),
            rates::by_peer,
        ))
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .fallback(|| async { Problem::not_found() })
        .layer(CatchPanicLayer::custom(|_| {
            Problem::internal().into_response()
        }))
        .layer(middleware::map_response(refusal::envelope))
}

/// The company's reference for a session, as it is kept beside it.
const EXTERNAL_REF: &str = "reference";

/// That a token for a session was answered.
const OPENED: &str = "opened";

/// The language of the page.
const LOCALE: &str = "locale";
