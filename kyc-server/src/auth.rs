//! Who is asking: an integrator by key, an applicant by token, a reviewer by cookie. None can pass for another.

use std::collections::BTreeSet;

use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use kyc_core::journal::Hash;
use kyc_core::{ReviewerId, SessionId, Timestamp};
use kyc_persist::Grant;

use crate::app::App;
use crate::config::{Integrator, Role};
use crate::devices::Origin;
use crate::logs;
use crate::places::Full;
use crate::problem::Problem;
use crate::rates::Peer;
use crate::secrets::{Password, Secret, digest_of};

/// What a grant is for, as it is written down.
pub(crate) mod purpose {
    use crate::devices::Origin;

    /// A one-use code in a link, which becomes a token. Behind it stands the hand-over it came through, if any.
    pub(crate) const LINK: &str = "link";
    /// A token bound to one session. Behind it stands the hand-over it came through, if any.
    pub(crate) const APPLICANT: &str = "applicant";
    /// The hand-over that a device has begun.
    pub(crate) const HANDOVER: &str = "handover ";
    /// A one-use code with which another device asks to be let in.
    pub(crate) const HANDOVER_CODE: &str = "handover-code ";
    /// A device has asked; behind it stand the digits it shows.
    pub(crate) const HANDOVER_ASKED: &str = "handover-asked ";
    /// It was let in.
    pub(crate) const HANDOVER_AGREED: &str = "handover-agreed";
    /// A reviewer's session; behind it stands when it ends whatever happens.
    pub(crate) const REVIEWER: &str = "reviewer ";

    /// `word`, for what came through a hand-over or not.
    pub(crate) fn through(word: &str, origin: Option<&Origin>) -> String {
        match origin {
            Some(origin) => format!("{word} {origin}"),
            None => word.to_owned(),
        }
    }

    /// What came before it, if the purpose is `word`; of one that cannot be read nothing is said.
    pub(crate) fn origin(word: &str, purpose: &str) -> Option<Option<Origin>> {
        match purpose.strip_prefix(word)? {
            "" => Some(None),
            behind => Some(Some(behind.strip_prefix(' ')?.parse().ok()?)),
        }
    }
}

/// A company's backend.
#[derive(Clone, Debug)]
pub(crate) struct IntegratorCaller {
    /// The digest of its key: what its requests are scoped by.
    pub(crate) credential: Hash,
}

impl<S: Send + Sync> FromRequestParts<S> for IntegratorCaller
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        let presented = bearer(&parts.headers);
        let integrator = presented.and_then(|key| app.config.integrator(key));
        let integrator = app.let_in(integrator)?;
        Ok(Self {
            credential: integrator.key,
        })
    }
}

/// The applicant whose session the path names. Another's session is as good as none.
#[derive(Clone, Debug)]
pub(crate) struct ApplicantCaller {
    /// The session in the path, which is the token's.
    pub(crate) session: SessionId,
    /// The digest of the token.
    pub(crate) credential: Hash,
    /// The hand-over that the token came through.
    pub(crate) origin: Option<Origin>,
}

impl<S: Send + Sync> FromRequestParts<S> for ApplicantCaller
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        let presented = bearer(&parts.headers).ok_or_else(Problem::unauthorized)?;
        let credential = digest_of(presented);
        let (session, origin) = app
            .applicant(&credential)
            .await?
            .ok_or_else(Problem::unauthorized)?;
        logs::caller("applicant");
        logs::session(&session);
        app.rates.caller(&credential)?;
        let path = RawPathParams::from_request_parts(parts, state).await;
        let path = path.map_err(|_| Problem::not_found())?;
        match path.iter().find(|(name, _)| *name == "session") {
            Some((_, named)) if named == session.as_str() => Ok(Self {
                session,
                credential,
                origin,
            }),
            _ => Err(Problem::not_found()),
        }
    }
}

/// Somebody signed in to the backoffice. May see everything there.
#[derive(Clone, Debug)]
pub(crate) struct ReviewerCaller {
    /// Under which name they act.
    pub(crate) name: ReviewerId,
    /// What they may do.
    pub(crate) roles: BTreeSet<Role>,
    /// The digest of their cookie.
    pub(crate) credential: Hash,
}

impl ReviewerCaller {
    /// Refuses who may only look.
    pub(crate) fn must_be(&self, role: Role) -> Result<(), Problem> {
        match self.roles.contains(&role) {
            true => Ok(()),
            false => Err(Problem::role_missing()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ReviewerCaller
where
    App: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = App::from_ref(state);
        let presented = cookie(&parts.headers).ok_or_else(Problem::unauthorized)?;
        let credential = digest_of(presented);
        let caller = app.reviewer(&credential, Stay::Renew).await?;
        let caller = caller.ok_or_else(Problem::unauthorized)?;
        logs::caller(caller.name.as_str());
        app.rates.caller(&credential)?;
        Ok(caller)
    }
}

/// Whether a look at a reviewer's session counts as activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stay {
    /// A request of theirs does.
    Renew,
    /// An open stream does not.
    AsIs,
}

impl App {
    /// Lets a company's backend in, if it is one and has not asked for too much.
    pub(crate) fn let_in<'a>(
        &self,
        integrator: Option<&'a Integrator>,
    ) -> Result<&'a Integrator, Problem> {
        let integrator = integrator.ok_or_else(Problem::unauthorized)?;
        logs::caller(&integrator.name);
        self.rates.caller(&integrator.key)?;
        Ok(integrator)
    }

    /// A fresh link into a session: its one-use code, and when it runs out. It holds as long as its maker's `origin`.
    pub(crate) async fn link(
        &self,
        session: &SessionId,
        origin: Option<&Origin>,
    ) -> Result<(Secret, Timestamp), Problem> {
        let code = Secret::random();
        let expires_at = later(self.clock.now(), self.config.lifetimes.link());
        let purpose = purpose::through(purpose::LINK, origin);
        self.grant(&code, session.as_str(), &purpose, expires_at)
            .await?;
        Ok((code, expires_at))
    }

    /// A link whose code is good for `span`, and of which callers that keep no more than forty characters keep all.
    pub(crate) async fn short_link(
        &self,
        session: &SessionId,
        span: std::time::Duration,
    ) -> Result<Secret, Problem> {
        let code = Secret::short();
        let expires_at = later(self.clock.now(), span);
        self.grant(&code, session.as_str(), purpose::LINK, expires_at)
            .await?;
        Ok(code)
    }

    /// Where a link leads, if it still does. The code stays good.
    pub(crate) async fn linked(&self, code: &str) -> Result<Option<SessionId>, Problem> {
        let well_formed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if !plausible(code) || !code.bytes().all(well_formed) {
            return Ok(None);
        }
        let found = self.grants.find(&digest_of(code), self.clock.now()).await?;
        Ok(found
            .filter(|grant| purpose::origin(purpose::LINK, &grant.purpose).is_some())
            .and_then(|grant| grant.subject.parse().ok()))
    }

    /// A code becomes a token: once, and only if it is a link's.
    pub(crate) async fn exchange(
        &self,
        code: &str,
    ) -> Result<(SessionId, Secret, Timestamp), Problem> {
        let (code, now) = (digest_of(code), self.clock.now());
        let found = self.grants.find(&code, now).await?;
        let (session, origin): (SessionId, _) = found
            .and_then(|grant| {
                let origin = purpose::origin(purpose::LINK, &grant.purpose)?;
                Some((grant.subject.parse().ok()?, origin))
            })
            .ok_or_else(Problem::code_invalid)?;
        if !self.stands(origin.as_ref()).await? {
            return Err(Problem::code_invalid());
        }
        // The token first, while nobody knows it: where it cannot be kept, the code is good for another try.
        let token = Secret::random();
        let expires_at = later(now, self.config.lifetimes.token());
        let purpose = purpose::through(purpose::APPLICANT, origin.as_ref());
        self.grant(&token, session.as_str(), &purpose, expires_at)
            .await?;
        if self.grants.take(&code, now).await?.is_none() {
            self.grants.take(&token.digest(), now).await?;
            return Err(Problem::code_invalid());
        }
        Ok((session, token, expires_at))
    }

    /// Whose token this is, and the hand-over it came through. One that was not agreed to, or was taken back, is nobody's.
    pub(crate) async fn applicant(
        &self,
        credential: &Hash,
    ) -> Result<Option<(SessionId, Option<Origin>)>, Problem> {
        let Some(grant) = self.grants.find(credential, self.clock.now()).await? else {
            return Ok(None);
        };
        let Some(origin) = purpose::origin(purpose::APPLICANT, &grant.purpose) else {
            return Ok(None);
        };
        if !self.stands(origin.as_ref()).await? {
            return Ok(None);
        }
        Ok(grant.subject.parse().ok().map(|session| (session, origin)))
    }

    /// Signs in. An unknown name costs what a known one costs; whoever finds too many waiting is told when to come again.
    pub(crate) async fn sign_in(
        &self,
        peer: &Peer,
        name: &str,
        password: String,
    ) -> Result<(Secret, ReviewerCaller), Problem> {
        let waiting = self.signing_in.take(&peer.to_string());
        let _waiting = waiting.map_err(|full| match full {
            Full::ForAll => Problem::unavailable().retry_after(5),
            Full::ForCaller => Problem::rate_limited().retry_after(1),
        })?;
        let known = self.config.reviewer(name).cloned();
        let stored = known.as_ref().map_or_else(
            || Password::of_nobody().clone(),
            |reviewer| reviewer.password.clone(),
        );
        let turn = self.verifying.acquire().await;
        let turn = turn.map_err(|_| Problem::unavailable())?;
        let right = tokio::task::spawn_blocking(move || stored.verify(&password))
            .await
            .map_err(|_| Problem::internal())?;
        drop(turn);
        let Some(reviewer) = known.filter(|_| right) else {
            return Err(Problem::login_failed());
        };

        let cookie = Secret::random();
        let now = self.clock.now();
        let end = later(now, self.config.lifetimes.reviewer());
        let idle = later(now, self.config.lifetimes.idle()).min(end);
        let purpose = format!("{}{}", purpose::REVIEWER, end.as_millis());
        self.grant(&cookie, &subject(&reviewer.name), &purpose, idle)
            .await?;
        let caller = ReviewerCaller {
            credential: cookie.digest(),
            name: reviewer.name,
            roles: reviewer.roles,
        };
        Ok((cookie, caller))
    }

    /// Ends a reviewer's session, or whatever else this cookie may be worth.
    pub(crate) async fn sign_out(&self, credential: &Hash) -> Result<(), Problem> {
        let _alone = self.renewing.lock().await;
        self.grants.take(credential, self.clock.now()).await?;
        Ok(())
    }

    /// Whose cookie this is. Who was taken out of the configuration has none.
    pub(crate) async fn reviewer(
        &self,
        credential: &Hash,
        stay: Stay,
    ) -> Result<Option<ReviewerCaller>, Problem> {
        let now = self.clock.now();
        let Some(grant) = self.grants.find(credential, now).await? else {
            return Ok(None);
        };
        let Some((name, end)) = reviewer_of(&grant) else {
            return Ok(None);
        };
        let Some(reviewer) = self.config.reviewer(name) else {
            return Ok(None);
        };
        let caller = ReviewerCaller {
            name: reviewer.name.clone(),
            roles: reviewer.roles.clone(),
            credential: *credential,
        };
        let idle = later(now, self.config.lifetimes.idle()).min(end);
        // Written at most once a minute: each is a write to disk.
        let lag = idle
            .as_millis()
            .saturating_sub(grant.expires_at.as_millis());
        if stay == Stay::Renew && lag >= 60_000 {
            let _alone = self.renewing.lock().await;
            // Again, because they may have signed out meanwhile.
            if self.grants.find(credential, now).await?.is_none() {
                return Ok(None);
            }
            let renewed = Grant {
                expires_at: idle,
                ..grant.clone()
            };
            self.grants.put(credential, renewed).await?;
        }
        Ok(Some(caller))
    }

    pub(crate) async fn grant(
        &self,
        secret: &Secret,
        subject: &str,
        purpose: &str,
        expires_at: Timestamp,
    ) -> Result<(), Problem> {
        let grant = Grant {
            subject: subject.to_owned(),
            purpose: purpose.to_owned(),
            expires_at,
        };
        Ok(self.grants.put(&secret.digest(), grant).await?)
    }
}

/// The secret behind `Authorization: Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    authorization(headers, "bearer").filter(|secret| plausible(secret))
}

/// What stands behind `Authorization:` and this scheme.
pub(crate) fn authorization<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let line = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, told) = line.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then_some(told)
}

/// The secret in the reviewer's cookie.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, secret)| secret)
        .filter(|secret| plausible(secret))
}

/// The name of the cookie: browsers take it only over TLS (or from this machine), for this host and the whole of it.
pub(crate) const COOKIE: &str = "__Host-kyc_reviewer";

/// Longer than any secret of ours is not worth a digest.
fn plausible(secret: &str) -> bool {
    (1..=128).contains(&secret.len())
}

/// A colon keeps reviewers apart from sessions, whose names have none.
fn subject(name: &ReviewerId) -> String {
    format!("reviewer:{name}")
}

fn reviewer_of(grant: &Grant) -> Option<(&str, Timestamp)> {
    let name = grant.subject.strip_prefix("reviewer:")?;
    let end = grant
        .purpose
        .strip_prefix(purpose::REVIEWER)?
        .parse()
        .ok()?;
    Some((name, Timestamp::from_millis(end)))
}

pub(crate) fn later(now: Timestamp, span: std::time::Duration) -> Timestamp {
    let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use futures_util::FutureExt as _;
    use kyc_persist::{Blobs, Clock, MemoryStore, Wake};
    use std::sync::Arc;

    #[tokio::test]
    async fn sign_ins_wait_in_a_short_queue_of_which_one_address_has_a_part() {
        let store = Arc::new(MemoryStore::new());
        let app = App::new(crate::Parts {
            store: store.clone(),
            grants: store,
            blobs: Blobs::memory(),
            flows: Vec::new(),
            wake: Wake::new(),
            clock: Clock::wall(),
            config: Config::default(),
            public_url: "http://here".into(),
            pages: None,
            secret: [7; 32],
        });
        // Nobody's password is looked at: all wait.
        let _held = app.verifying.acquire_many(2).await.unwrap();
        let peers: Vec<_> = (0..5)
            .map(|last| Peer::of(std::net::IpAddr::from([192, 0, 2, last])))
            .collect();
        let sign_in = |peer| Box::pin(app.sign_in(peer, "ada", "guess".into()));
        let mut waiting = Vec::new();
        for peer in &peers[..4] {
            for _ in 0..8 {
                let mut one = sign_in(peer);
                assert!(one.as_mut().now_or_never().is_none());
                waiting.push(one);
            }
            if waiting.len() < 32 {
                let refused = sign_in(peer).now_or_never().unwrap().unwrap_err();
                assert_eq!(refused.code(), "rate_limited");
            }
        }
        let refused = sign_in(&peers[4]).now_or_never().unwrap().unwrap_err();
        assert_eq!(refused.code(), "unavailable");
        // Who gives up makes room.
        waiting.pop();
        assert!(sign_in(&peers[4]).now_or_never().is_none());
    }
}
