//! How often somebody may ask: a bucket for each address, one for each caller, narrower ones for costly requests.

use std::convert::Infallible;
use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;

use axum::extract::{ConnectInfo, FromRef, FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use kyc_core::journal;

use crate::app::App;
use crate::config::Limits;
use crate::problem::Problem;

/// The buckets of this process.
#[derive(Debug)]
pub(crate) struct Rates {
    peers: DefaultKeyedRateLimiter<Peer>,
    callers: DefaultKeyedRateLimiter<journal::Hash>,
    logins: DefaultKeyedRateLimiter<Peer>,
    uploads: DefaultKeyedRateLimiter<journal::Hash>,
    links: DefaultKeyedRateLimiter<journal::Hash>,
    proxies: usize,
}

impl Rates {
    pub(crate) fn new(limits: &Limits, proxies: usize) -> Self {
        let second = |rate, burst| buckets(Quota::per_second(at_least_one(rate)), burst);
        Self {
            peers: second(limits.peer_per_second, limits.peer_burst),
            callers: buckets(
                Quota::per_second(at_least_one(limits.caller_per_second)),
                limits.caller_burst,
            ),
            logins: buckets(
                Quota::per_minute(at_least_one(limits.logins_per_minute)),
                limits.login_burst,
            ),
            uploads: buckets(
                Quota::per_minute(at_least_one(limits.uploads_per_minute)),
                limits.upload_burst,
            ),
            links: buckets(
                Quota::per_hour(at_least_one(limits.links_per_hour)),
                limits.link_burst,
            ),
            proxies,
        }
    }

    /// Counts a request with this credential.
    pub(crate) fn caller(&self, credential: &journal::Hash) -> Result<(), Problem> {
        take(&self.callers, credential)
    }

    /// Counts an attempt to sign in.
    pub(crate) fn login(&self, peer: &Peer) -> Result<(), Problem> {
        take(&self.logins, peer)
    }

    /// Counts an upload into the session of this digest.
    pub(crate) fn upload(&self, session: &journal::Hash) -> Result<(), Problem> {
        take(&self.uploads, session)
    }

    /// Counts a link that the applicant of this session makes.
    pub(crate) fn link(&self, session: &journal::Hash) -> Result<(), Problem> {
        take(&self.links, session)
    }

    /// Forgets everybody whose bucket is full again.
    pub(crate) fn sweep(&self) {
        self.peers.retain_recent();
        self.callers.retain_recent();
        self.logins.retain_recent();
        self.uploads.retain_recent();
        self.links.retain_recent();
    }

    /// Where a request comes from.
    pub(crate) fn peer(&self, parts: &Parts) -> Peer {
        let direct = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        Peer::of(forwarded(&parts.headers, self.proxies).unwrap_or(direct))
    }
}

/// Where a request was sent from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent(pub(crate) Peer);

impl<S: Send + Sync> FromRequestParts<S> for Sent
where
    App: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Ok(Self(App::from_ref(state).rates.peer(parts)))
    }
}

/// Counts every request by where it comes from.
pub(crate) async fn by_peer(
    State(rates): State<std::sync::Arc<Rates>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    match take(&rates.peers, &rates.peer(&parts)) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(problem) => problem.into_response(),
    }
}

/// An address, or what one customer of a provider is given: for IPv6 that is a /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Peer(IpAddr);

impl Peer {
    pub(crate) fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> 64)))
            }
            v4 => v4,
        })
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The address the outermost of our own proxies saw: counted from the right, because the left is written by strangers.
fn forwarded(headers: &HeaderMap, proxies: usize) -> Option<IpAddr> {
    let hops: Vec<_> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let position = hops.len().checked_sub(proxies)?;
    hops.get(position)?.trim().parse().ok()
}

fn buckets<K: Clone + Hash + Eq>(quota: Quota, burst: u32) -> DefaultKeyedRateLimiter<K> {
    DefaultKeyedRateLimiter::keyed(quota.allow_burst(at_least_one(burst)))
}

fn take<K: Clone + Hash + Eq>(
    buckets: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), Problem> {
    buckets.check_key(key).map_err(|early| {
        let wait = early.wait_time_from(DefaultClock::default().now());
        Problem::rate_limited().retry_after(wait.as_secs() + 1)
    })
}

fn at_least_one(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines
            .iter()
            .map(|line| {
                (
                    axum::http::HeaderName::from_static("x-forwarded-for"),
                    axum::http::HeaderValue::from_static(line),
                )
            })
            .collect()
    }

    #[test]
    fn what_a_stranger_writes_into_the_header_does_not_count() {
        let spoofed = headers(&["6.6.6.6, 1.2.3.4", "10.0.0.1"]);
        assert_eq!(forwarded(&spoofed, 0), None);
        assert_eq!(forwarded(&spoofed, 1), "10.0.0.1".parse().ok());
        assert_eq!(forwarded(&spoofed, 2), "1.2.3.4".parse().ok());
        assert_eq!(forwarded(&spoofed, 4), None);
    }

    #[test]
    fn walking_through_a_64_stays_in_one_bucket() {
        let rates = Rates::new(
            &Limits {
                login_burst: 2,
                ..Limits::default()
            },
            0,
        );
        let peer = |text: &str| Peer::of(text.parse().unwrap());
        assert!(rates.login(&peer("2001:db8:1:2::1")).is_ok());
        assert!(rates.login(&peer("2001:db8:1:2:ffff::9")).is_ok());
        assert_eq!(
            rates.login(&peer("2001:db8:1:2::7")).unwrap_err().code(),
            "rate_limited"
        );
        assert!(rates.login(&peer("2001:db8:1:3::1")).is_ok());
        assert_eq!(peer("::ffff:1.2.3.4"), peer("1.2.3.4"));
    }
}
