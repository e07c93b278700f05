//! Who is asking: HTTP Basic with the company's key and secret, of which only the digest is kept.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use base64ct::{Base64, Encoding};

use crate::app::App;
use crate::auth::authorization;
use crate::problem::Problem;

/// A company's backend that speaks their vocabulary.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Its name in the configuration, which stays when the secret changes.
    pub(super) name: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        let presented = basic(&parts.headers);
        let integrator = presented.and_then(|pair| app.config.integrator_by_pair(&pair));
        let integrator = app.let_in(integrator)?;
        Ok(Self {
            name: integrator.name.clone(),
        })
    }
}

/// The pair `key:secret` behind `Authorization: Basic`.
fn basic(headers: &HeaderMap) -> Option<String> {
    let pair = authorization(headers, "basic").filter(|pair| pair.len() <= LONGEST)?;
    String::from_utf8(Base64::decode_vec(pair).ok()?).ok()
}

/// Longer than any pair of ours is not worth a digest.
const LONGEST: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header;

    fn presented(line: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, line.parse().unwrap());
        basic(&headers)
    }

    #[test]
    fn only_a_pair_in_base64_behind_basic_is_looked_at() {
        assert_eq!(presented("Basic YTpi").as_deref(), Some("a:b"));
        assert_eq!(presented("basic YTpi").as_deref(), Some("a:b"));
        for other in [
            "Bearer YTpi",
            "Basic a:b",
            "Basic YTpi\u{e9}",
            "Basic",
            "Basic /w==",
        ] {
            assert_eq!(presented(other), None, "{other}");
        }
        assert_eq!(presented(&format!("Basic {}", "YTpi".repeat(200))), None);
        assert_eq!(basic(&HeaderMap::new()), None);
    }
}
