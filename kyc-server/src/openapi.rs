//! The description of the interface, made from the handlers themselves.

use std::sync::OnceLock;

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::auth::COOKIE;
use crate::router::Csrf;
use crate::{applicant, backoffice, integrator, schema};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "KYC SDK",
        description = "One prefix an audience, each with its own credentials. Errors are application/problem+json \
                       with a stable `code`. Versions travel as ETag and If-Match; Idempotency-Key makes a request repeatable."
    ),
    tags(
        (name = "integrator", description = "A company's backend: open sessions, hand out links, look, call off, erase"),
        (name = "applicant", description = "The page of one applicant: read, move and feed the one session of its token"),
        (name = "backoffice", description = "Reviewers: see cases and their images, decide"),
    ),
    modifiers(&Credentials),
)]
struct Document;

struct Credentials;

impl utoipa::Modify for Credentials {
    fn modify(&self, document: &mut OpenApi) {
        let bearer = || SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("api_key", bearer());
        components.add_security_scheme("applicant_token", bearer());
        components.add_security_scheme("reviewer_cookie", cookie);
    }
}

/// The three audiences, each below its prefix.
pub(crate) fn routes(csrf: Csrf) -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .nest("/integrator/v1", integrator::routes())
        .nest("/applicant/v1", applicant::routes())
        .nest("/backoffice/v1", backoffice::routes().layer(csrf))
}

/// The description as it is served and committed: that of every server of this process.
pub(crate) fn text(document: &OpenApi) -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        let document = schema::describe(document);
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        text
    })
}

/// The description without a server.
pub(crate) fn document() -> String {
    let refuse: fn(_) -> _ = |_| axum::response::Response::default();
    let csrf = tower_http::csrf::CsrfLayer::new().with_rejection_response(refuse);
    text(&routes(csrf).into_openapi()).to_owned()
}
