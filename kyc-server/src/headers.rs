//! What a browser may do with our answers.

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::config::Origin;
use crate::pages::{Inline, Page};

/// The header lines that depend on the installation.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// Who may frame the applicant's page.
    ancestors: String,
    strict_transport: bool,
}

impl Lines {
    /// `ancestors` may frame the applicant's page; `https` tells whether the public address is one of TLS.
    pub(crate) fn new(ancestors: &[Origin], https: bool) -> Self {
        let named: Vec<_> = ancestors.iter().map(Origin::as_str).collect();
        Self {
            ancestors: match named[..] {
                [] => "'none'".into(),
                _ => named.join(" "),
            },
            strict_transport: https,
        }
    }

    /// What a page may do: run its own files, and of scripts within it those that it was served with.
    fn policy(&self, page: Page, inline: Option<&Inline>) -> HeaderValue {
        let scripts: String = inline
            .iter()
            .flat_map(|inline| &inline.0)
            .map(|digest| format!(" '{digest}'"))
            .collect();
        let ancestors = match page {
            Page::Apply => &self.ancestors,
            Page::Backoffice => "'none'",
        };
        HeaderValue::try_from(format!(
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{scripts}; {PAGE_POLICY}; frame-ancestors {ancestors}"
        ))
        .unwrap_or(HeaderValue::from_static(API_POLICY))
    }
}

/// On every answer; a page may have set some of them more narrowly.
pub(crate) async fn on_every_answer(
    State(lines): State<std::sync::Arc<Lines>>,
    request: Request,
    next: Next,
) -> Response {
    let page = Page::of(request.uri().path());
    let mut response = next.run(request).await;
    let inline = response.extensions_mut().remove::<Inline>();
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| {
        headers.insert(name, value);
    };
    let text = HeaderValue::from_static;

    set(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"));
    set(header::REFERRER_POLICY, text("no-referrer"));
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        text("same-origin"),
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        text("same-origin"),
    );
    set(
        HeaderName::from_static("permissions-policy"),
        text(match page {
            Some(Page::Apply) => "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
            _ => "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        }),
    );
    if lines.strict_transport {
        set(
            header::STRICT_TRANSPORT_SECURITY,
            text("max-age=63072000; includeSubDomains"),
        );
    }
    // A page says itself how long it may be kept; nothing else may be kept at all.
    if page.is_none() || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, text("no-store"));
    }
    let policy = match page {
        Some(page) => lines.policy(page, inline.as_ref()),
        None => text(API_POLICY),
    };
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

const PAGE_POLICY: &str = "style-src 'self'; \
    img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
    worker-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; require-trusted-types-for 'script'";
const API_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox";
