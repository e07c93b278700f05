//! Which path leads where, and what stands before each audience's door.

use std::path::Path;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde_json::json;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{CsrfLayer, ProtectionError};

use crate::app::App;
use crate::headers::{self, Lines};
use crate::pages::Pages;
use crate::problem::Problem;
use crate::{compat, health, logs, openapi, rates};

/// The whole server as one service.
pub(crate) fn router(app: &App, pages: Option<&Path>) -> Router {
    let (api, document) = openapi::routes(csrf(app)).split_for_parts();
    let api = api
        .route_layer(middleware::from_fn_with_state(
            app.clone(),
            health::before_each_answer,
        ))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(&app.rates),
            rates::by_peer,
        ));
    let api = match app.config.has_pairs() {
        true => api.nest("/api/v2", compat::routes(app)),
        false => api,
    };
    let document = openapi::text(&document);
    let https = app.public_url.starts_with("https://");
    let lines = Arc::new(Lines::new(&app.config.frame_ancestors, https));
    let pages = Pages::new(pages);

    api.route("/healthz", get(healthz))
        .route("/readyz", get(health::readyz))
        .route(
            "/openapi.json",
            get(move || async move { ([("content-type", "application/json")], document) }),
        )
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .fallback(move |request: Request| pages.clone().answer(request))
        .with_state(app.clone())
        .layer(CatchPanicLayer::custom(|_| {
            Problem::internal().into_response()
        }))
        .layer(middleware::from_fn_with_state(
            lines,
            headers::on_every_answer,
        ))
        .layer(middleware::from_fn(logs::each_request))
}

/// What stands before the backoffice: a cookie is sent along by any page, but an event must come from ours.
pub(crate) type Csrf = CsrfLayer<fn(ProtectionError) -> Response>;

fn csrf(app: &App) -> Csrf {
    let refuse: fn(ProtectionError) -> Response = |_| Problem::cross_origin().into_response();
    let layer = CsrfLayer::new().with_rejection_response(refuse);
    match layer.clone().add_trusted_origin(&app.public_url) {
        Ok(trusting) => trusting,
        // An address with a path is no origin; then Sec-Fetch-Site and Host decide.
        Err(_) => layer,
    }
}

/// The process lives.
async fn healthz() -> Json<serde_json::Value> {
    Json(json!({ "status": "alive" }))
}
