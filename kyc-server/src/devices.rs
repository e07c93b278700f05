//! Which devices may speak for a session: each was sent by the company, or let in by another one that can take that back.
//!
//! Each fact of a hand-over is a grant that is written once. Whatever came through it holds as long as the slot of the
//! device that began it names it: taking the session back is taking the slot, and nothing written later undoes that.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use kyc_core::journal::Hash;
use kyc_core::{SessionId, Timestamp};
use kyc_persist::Grant;
use serde::Serialize;

use crate::app::App;
use crate::auth::{ApplicantCaller, later, purpose};
use crate::handover::{Answered, Asking, Begun};
use crate::problem::Problem;
use crate::secrets::{Secret, digest_of};

/// How long a code can be used, and the device that used it be let in.
const OPEN: Duration = Duration::from_secs(5 * 60);

/// How many devices in a row may each have been let in by the one before.
const LONGEST_CHAIN: u8 = 4;

/// Where a hand-over stands, as the device that began it reads it.
#[derive(Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Standing {
    /// Nobody has come yet.
    Open {
        /// Until when somebody can.
        expires_at: Timestamp,
    },
    /// A device has come, and shows these digits.
    Asked {
        /// The digits.
        #[serde(rename = "match")]
        digits: String,
        /// Until when it can be let in.
        expires_at: Timestamp,
    },
    /// It was let in, and moves the session.
    Agreed,
}

/// Which hand-over a token or a link came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The slot of the device that began it.
    slot: Hash,
    /// The hand-over that has to stand in it.
    id: Hash,
    /// How many devices let one another in up to here.
    depth: u8,
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (slot, id) = (String::from(self.slot), String::from(self.id));
        write!(formatter, "{slot}.{id}.{}", self.depth)
    }
}

/// A text that names no hand-over.
#[derive(Debug)]
pub(crate) struct NotAnOrigin;

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Self, NotAnOrigin> {
        let mut parts = text.split('.');
        let mut part = || parts.next().map(str::to_owned).ok_or(NotAnOrigin);
        let origin = Self {
            slot: part()?.try_into().map_err(|_| NotAnOrigin)?,
            id: part()?.try_into().map_err(|_| NotAnOrigin)?,
            depth: part()?.parse().map_err(|_| NotAnOrigin)?,
        };
        match parts.next() {
            None => Ok(origin),
            Some(_) => Err(NotAnOrigin),
        }
    }
}

/// What stands in the slot of a device that has begun a hand-over.
struct Slot {
    id: Hash,
    /// Until when a device can come and be let in.
    open_until: Timestamp,
    /// What the device itself came through.
    origin: Option<Origin>,
    expires_at: Timestamp,
}

impl Slot {
    fn of(grant: &Grant) -> Option<Self> {
        let mut words = grant.purpose.strip_prefix(purpose::HANDOVER)?.split(' ');
        let slot = Self {
            id: words.next()?.to_owned().try_into().ok()?,
            open_until: Timestamp::from_millis(words.next()?.parse().ok()?),
            origin: words.next().map(str::parse).transpose().ok()?,
            expires_at: grant.expires_at,
        };
        words.next().is_none().then_some(slot)
    }
}

impl App {
    /// Whether what came through a hand-over holds: it stands, was agreed to, and so did all before it.
    pub(crate) async fn stands(&self, origin: Option<&Origin>) -> Result<bool, Problem> {
        let mut next = origin.cloned();
        while let Some(origin) = next {
            match self.slot(&origin.slot).await? {
                Some(slot) if slot.id == origin.id && self.is_agreed(&slot.id).await? => {
                    next = slot.origin;
                }
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Where the hand-over of the device with this token stands, if it has begun one that has not ended.
    pub(crate) async fn handover(&self, credential: &Hash) -> Result<Option<Standing>, Problem> {
        let Some(slot) = self.slot(&self.slot_of(credential)).await? else {
            return Ok(None);
        };
        if self.is_agreed(&slot.id).await? {
            return Ok(Some(Standing::Agreed));
        }
        let expires_at = slot.open_until;
        Ok(match self.asking(&slot.id).await? {
            _ if self.clock.now() >= expires_at => None,
            Some(digits) => Some(Standing::Asked { digits, expires_at }),
            None => Some(Standing::Open { expires_at }),
        })
    }

    /// Refuses who has handed the session over.
    pub(crate) async fn must_have_the_session(&self, credential: &Hash) -> Result<(), Problem> {
        match self.slot(&self.slot_of(credential)).await? {
            Some(slot) if self.is_agreed(&slot.id).await? => Err(Problem::handed_over()),
            _ => Ok(()),
        }
    }

    pub(crate) async fn must_not_be_over(&self, session: &SessionId) -> Result<(), Problem> {
        let state = self.session(session).await?.state();
        match state.is_end() {
            false => Ok(()),
            true => Err(Problem::not_accepted().with("state", state.as_str())),
        }
    }

    pub(crate) async fn begin(&self, caller: &ApplicantCaller) -> Result<Begun, Problem> {
        let depth = caller.origin.as_ref().map_or(0, |origin| origin.depth) + 1;
        if depth > LONGEST_CHAIN {
            return Err(Problem::devices_exhausted());
        }
        let now = self.clock.now();
        let open_until = later(now, OPEN);
        let origin = Origin {
            slot: self.slot_of(&caller.credential),
            id: Secret::random().digest(),
            depth,
        };
        let before = caller.origin.as_ref();
        let before = before
            .map(|origin| format!(" {origin}"))
            .unwrap_or_default();
        let slot = Grant {
            subject: caller.session.to_string(),
            purpose: format!(
                "{}{} {}{before}",
                purpose::HANDOVER,
                String::from(origin.id),
                open_until.as_millis(),
            ),
            expires_at: later(now, self.config.lifetimes.token()),
        };
        self.grants.put(&origin.slot, slot).await?;
        let code = Secret::random();
        let asks = format!("{}{origin}", purpose::HANDOVER_CODE);
        self.grant(&code, caller.session.as_str(), &asks, open_until)
            .await?;
        Ok(Begun {
            link: format!("{}/apply/#handover={}", self.public_url, code.reveal()),
            expires_at: open_until,
        })
    }

    /// A code becomes a token, once, which is worth nothing yet.
    pub(crate) async fn ask_with(&self, code: &str) -> Result<(SessionId, Asking), Problem> {
        let (code, now) = (digest_of(code), self.clock.now());
        let found = self.grants.find(&code, now).await?;
        let (session, origin) = found.and_then(offered).ok_or_else(Problem::code_invalid)?;
        let slot = self.slot(&origin.slot).await?;
        let slot = slot.filter(|slot| slot.id == origin.id);
        let slot = slot.ok_or_else(Problem::code_invalid)?;
        self.must_not_be_over(&session).await?;
        if !self.stands(slot.origin.as_ref()).await? {
            return Err(Problem::code_invalid());
        }
        let token = Secret::random();
        let came = purpose::through(purpose::APPLICANT, Some(&origin));
        self.grant(&token, session.as_str(), &came, slot.expires_at)
            .await?;
        // Of any number who come, one gets it.
        if self.grants.take(&code, now).await?.is_none() {
            self.grants.take(&token.digest(), now).await?;
            return Err(Problem::code_invalid());
        }
        let digits = self.digits(&slot.id, &token.digest());
        let asked = Grant {
            subject: session.to_string(),
            purpose: format!("{}{digits}", purpose::HANDOVER_ASKED),
            expires_at: slot.open_until,
        };
        self.grants.put(&self.asked_at(&slot.id), asked).await?;
        let asking = Asking {
            token: token.reveal().to_owned(),
            digits,
            expires_at: slot.open_until,
        };
        Ok((session, asking))
    }

    pub(crate) async fn answered(&self, credential: &Hash) -> Result<Answered, Problem> {
        let now = self.clock.now();
        let found = self.grants.find(credential, now).await?;
        let grant = found.ok_or_else(Problem::unauthorized)?;
        let origin = purpose::origin(purpose::APPLICANT, &grant.purpose).flatten();
        let origin = origin.ok_or_else(Problem::unauthorized)?;
        if self.stands(Some(&origin)).await? {
            return Ok(Answered::Agreed {
                session: grant.subject.parse().map_err(|_| Problem::internal())?,
                expires_at: grant.expires_at,
            });
        }
        let slot = self.slot(&origin.slot).await?;
        let slot = slot.filter(|slot| slot.id == origin.id && now < slot.open_until);
        let slot = slot.ok_or_else(Problem::handover_ended)?;
        if !self.stands(slot.origin.as_ref()).await? {
            return Err(Problem::handover_ended());
        }
        Ok(Answered::Asked {
            digits: self.digits(&slot.id, credential),
            expires_at: slot.open_until,
        })
    }

    pub(crate) async fn agree(
        &self,
        caller: &ApplicantCaller,
        digits: &str,
    ) -> Result<(), Problem> {
        let slot = self.slot(&self.slot_of(&caller.credential)).await?;
        let slot = slot.ok_or_else(Problem::handover_ended)?;
        if self.is_agreed(&slot.id).await? {
            return Ok(());
        }
        let asking = self.asking(&slot.id).await?;
        if asking.as_deref() != Some(digits) {
            return Err(Problem::handover_ended());
        }
        let agreed = Grant {
            subject: caller.session.to_string(),
            purpose: purpose::HANDOVER_AGREED.to_owned(),
            expires_at: slot.expires_at,
        };
        Ok(self.grants.put(&self.agreed_at(&slot.id), agreed).await?)
    }

    /// The device with this token leaves the session to the one that let it in. Tells the session, and whether that is news.
    pub(crate) async fn give_back(
        &self,
        credential: &Hash,
        named: &str,
    ) -> Result<(SessionId, bool), Problem> {
        let now = self.clock.now();
        let grant = self.grants.find(credential, now).await?;
        let grant = grant.ok_or_else(Problem::unauthorized)?;
        let origin = purpose::origin(purpose::APPLICANT, &grant.purpose);
        let origin = origin.ok_or_else(Problem::unauthorized)?;
        // Who asks to be let in is not in: nothing is told to them, whatever they name.
        if let Some(origin) = &origin
            && !self.is_agreed(&origin.id).await?
        {
            return Err(Problem::unauthorized());
        }
        self.rates.caller(credential)?;
        let session: SessionId = grant.subject.parse().map_err(|_| Problem::internal())?;
        if session.as_str() != named {
            return Err(Problem::not_found());
        }
        let origin = origin.ok_or_else(Problem::not_let_in)?;
        if !self.stands(Some(&origin)).await? {
            return Ok((session, false));
        }
        self.must_have_the_session(credential).await?;
        // Should the other device begin anew right now, that ends with this one: nobody is let in by a race.
        let taken = self.grants.take(&origin.slot, now).await?;
        Ok((session, taken.is_some()))
    }

    /// Whoever listens to the session reads it again.
    pub(crate) async fn tell(&self, session: &SessionId) -> Result<(), Problem> {
        let version = self.session(session).await?.version();
        self.live.session_moved(session, version);
        Ok(())
    }

    async fn slot(&self, place: &Hash) -> Result<Option<Slot>, Problem> {
        let found = self.grants.find(place, self.clock.now()).await?;
        Ok(found.as_ref().and_then(Slot::of))
    }

    async fn is_agreed(&self, id: &Hash) -> Result<bool, Problem> {
        let place = self.agreed_at(id);
        Ok(self.grants.find(&place, self.clock.now()).await?.is_some())
    }

    /// The digits of the device that has come, as long as it can be let in.
    async fn asking(&self, id: &Hash) -> Result<Option<String>, Problem> {
        let place = self.asked_at(id);
        let found = self.grants.find(&place, self.clock.now()).await?;
        Ok(found.and_then(|grant| {
            let digits = grant.purpose.strip_prefix(purpose::HANDOVER_ASKED)?;
            Some(digits.to_owned())
        }))
    }

    /// Where the hand-over lies that the device with this token has begun.
    pub(crate) fn slot_of(&self, credential: &Hash) -> Hash {
        self.keyed(&[b"handover", credential.as_bytes()])
    }

    fn asked_at(&self, id: &Hash) -> Hash {
        self.keyed(&[b"handover asked", id.as_bytes()])
    }

    fn agreed_at(&self, id: &Hash) -> Hash {
        self.keyed(&[b"handover agreed", id.as_bytes()])
    }

    /// What both devices show: follows from the hand-over and the device, and neither chooses it.
    fn digits(&self, id: &Hash, credential: &Hash) -> String {
        let mac = self.keyed(&[b"handover match", id.as_bytes(), credential.as_bytes()]);
        let number = mac.as_bytes().iter().fold(0_u32, |number, byte| {
            (number * 256 + u32::from(*byte)) % 1_000
        });
        format!("{number:03}")
    }
}

/// Where the code of a hand-over leads.
fn offered(grant: Grant) -> Option<(SessionId, Origin)> {
    let origin = grant.purpose.strip_prefix(purpose::HANDOVER_CODE)?;
    Some((grant.subject.parse().ok()?, origin.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_it_was_written_and_nothing_else_is_one() {
        let origin = Origin {
            slot: Hash::from_bytes([1; 32]),
            id: Hash::from_bytes([2; 32]),
            depth: 3,
        };
        let text = origin.to_string();
        assert_eq!(text.parse::<Origin>().unwrap(), origin);
        for wrong in ["", "x", &text[1..], &format!("{text}.1"), &text[..130]] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }
}
