//! Who is asking: HTTP Basic with the company's key and secret, of which only the digest is kept.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use base64ct::{Base64, Encoding};

use crate::app::App;
use crate::logs;
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
        let presented = basic(&parts.headers).ok_or_else(Problem::unauthorized)?;
        let integrator = app.config.integrator_by_pair(&presented);
        let integrator = integrator.ok_or_else(Problem::unauthorized)?;
        logs::caller(&integrator.name);
        app.rates.caller(&integrator.key)?;
        Ok(Self {
            name: integrator.name.clone(),
        })
    }
}

/// The pair `key:secret` behind `Authorization: Basic`.
fn basic(headers: &HeaderMap) -> Option<String> {
    let (scheme, pair) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || pair.len() > LONGEST {
        return None;
    }
    String::from_utf8(Base64::decode_vec(pair).ok()?).ok()
}

/// Longer than any pair of ours is not worth a digest.
const LONGEST: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

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
