//! What happened, in order, without personal data: kinds, states and names, chained by hash.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::ids::{Key, NotAName, SessionId};
use crate::json::{self, Found, Read, Reader, Write};
use crate::text;
use crate::time::Timestamp;

/// Which chart of a session an entry, a snapshot or a commit is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChartName {
    /// The applicant's.
    Collection,
    /// The reviewer's.
    Review,
}

impl ChartName {
    /// The name as it is written down.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Collection => "collection",
            Self::Review => "review",
        }
    }
}

impl Serialize for ChartName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ChartName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::one_of(&NAMES, deserializer).map(|place| CHARTS[place])
    }
}

impl Write for ChartName {
    fn write(&self, text: &mut Vec<u8>) {
        json::word(text, self.as_str());
    }
}

impl Read for ChartName {
    fn blank() -> Self {
        Self::Collection
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        *self = CHARTS[reader.one_of(&NAMES)?];
        Ok(())
    }
}

const CHARTS: [ChartName; 2] = [ChartName::Collection, ChartName::Review];
const NAMES: [&str; 2] = ["collection", "review"];

impl fmt::Display for ChartName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What an entry tells, before it is chained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Whose session.
    pub session: SessionId,
    /// Which of its charts.
    pub chart: ChartName,
    /// The version the step led to; 0 for the opening itself.
    pub version: u32,
    /// The key under which a repeated request finds this answer again.
    pub key: Key,
    /// A keyed digest of the request, so that another request under the same key is recognised.
    pub fingerprint: Hash,
    /// When the step was taken.
    pub at: Timestamp,
    /// Who took it.
    pub by: Actor,
    /// The kind of event; `open` for the opening.
    pub event: String,
    /// The state before.
    pub from: String,
    /// The state after.
    pub to: String,
    /// The kinds of effects that left with it.
    pub effects: Vec<String>,
}

/// One line of the journal of one chart of one session.
///
/// ```
/// use kyc_core::journal::{self, ChartName, Entry, Facts, Hash};
/// use kyc_core::{Actor, Timestamp};
///
/// let facts = Facts {
///     session: "s-1".parse()?,
///     chart: ChartName::Collection,
///     version: 0,
///     key: "open".parse()?,
///     fingerprint: Hash::ZERO,
///     at: Timestamp::from_millis(0),
///     by: Actor::INTEGRATOR,
///     event: "open".into(),
///     from: "welcome".into(),
///     to: "welcome".into(),
///     effects: vec![],
/// };
/// let mut line = Entry::chain(Hash::ZERO, facts);
/// assert_eq!(journal::verify(std::slice::from_ref(&line)), Ok(()));
/// line.facts.to = "approved".into();
/// assert!(journal::verify(&[line]).is_err());
/// # Ok::<(), kyc_core::NotAName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What happened.
    pub facts: Facts,
    /// The hash of the entry before; zero for the first.
    pub prev: Hash,
    /// SHA-256 over `prev` and the facts.
    pub hash: Hash,
}

impl Entry {
    /// Puts `facts` behind the entry whose hash is `prev`.
    pub fn chain(prev: Hash, facts: Facts) -> Self {
        let hash = digest(&prev, &facts);
        Self { facts, prev, hash }
    }
}

/// Where a journal stops being what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal is broken at its entry number {position}")]
pub struct Broken {
    /// Counted from 0, oldest first.
    pub position: usize,
}

/// Follows the chain from the first entry.
///
/// It finds an entry that was altered, removed or moved. It cannot find that the newest entries were cut off, nor that
/// somebody recomputed the whole chain: for that the newest hash has to be kept elsewhere.
///
/// # Errors
///
/// The position of the first entry that does not follow from the one before.
pub fn verify(entries: &[Entry]) -> Result<(), Broken> {
    let mut prev = Hash::ZERO;
    for (position, entry) in entries.iter().enumerate() {
        if entry.prev != prev || entry.hash != digest(&prev, &entry.facts) {
            return Err(Broken { position });
        }
        prev = entry.hash;
    }
    Ok(())
}

/// Each field with its length in front, so that no two different entries spell the same bytes.
fn digest(prev: &Hash, facts: &Facts) -> Hash {
    let mut hasher = Sha256::new();
    let mut field = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(&prev.0);
    field(facts.session.as_str().as_bytes());
    field(facts.chart.as_str().as_bytes());
    field(&facts.version.to_be_bytes());
    field(facts.key.as_str().as_bytes());
    field(&facts.fingerprint.0);
    field(&facts.at.as_millis().to_be_bytes());
    field(facts.by.sender.as_str().as_bytes());
    field(
        facts
            .by
            .name
            .as_ref()
            .map_or("", |name| name.as_str())
            .as_bytes(),
    );
    field(facts.event.as_bytes());
    field(facts.from.as_bytes());
    field(facts.to.as_bytes());
    for effect in &facts.effects {
        field(effect.as_bytes());
    }
    Hash(hasher.finalize().into())
}

/// 32 bytes, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash([u8; 32]);

impl Hash {
    /// Before the first entry.
    pub const ZERO: Self = Self([0; 32]);

    /// The hash that consists of these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<String> for Hash {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        crate::ids::BlobRef::try_from(text).map(|digits| {
            let mut bytes = [0; 32];
            for (byte, pair) in bytes
                .iter_mut()
                .zip(digits.as_str().as_bytes().chunks_exact(2))
            {
                *byte = nibble(pair[0]) << 4 | nibble(pair[1]);
            }
            Self(bytes)
        })
    }
}

const fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => digit - b'a' + 10,
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
