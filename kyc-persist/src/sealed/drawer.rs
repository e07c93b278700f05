//! What lies in the vault for one use: its keys, wrapped, one a generation; and that there were some, when they are gone.

use std::fmt;

use kyc_core::SessionId;
use zeroize::Zeroizing;

use super::cipher::{decrypt, encrypt, random, spelled};
use super::kek::{Kek, KekId};
use crate::Row;

/// The first byte; another layout gets another number.
const LAYOUT: u8 = 1;

/// What a key is for. No two uses share one, so that each can be destroyed on its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// A row's snapshots: destroyed with the step that erases.
    Snapshot(Row),
    /// What waits in a row's outbox: destroyed when all that waited before the erasure has left.
    Outbox(Row),
    /// A session's images: destroyed with them.
    Blobs(SessionId),
}

/// Under what all names of drawers begin.
pub(super) const DRAWERS: &str = "key/";

impl Use {
    pub(super) fn name(&self) -> String {
        match self {
            Self::Snapshot(row) => format!("{DRAWERS}{row}"),
            Self::Outbox(row) => format!("{DRAWERS}{row}.outbox"),
            Self::Blobs(session) => format!("{DRAWERS}{session}.blobs"),
        }
    }
}

/// A key that seals data. Wiped when it is let go.
pub(super) struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    pub(super) fn random() -> Self {
        Self(Zeroizing::new(random()))
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("DataKey(..)")
    }
}

/// All that lies in the vault for one use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Drawer {
    /// The newest generation there ever was.
    newest: u32,
    /// Those that are left, oldest first.
    keys: Vec<Wrapped>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Wrapped {
    generation: u32,
    kek: KekId,
    nonce: [u8; 24],
    key: [u8; 48],
}

/// Why a drawer does not give a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoKey {
    /// It was destroyed.
    Destroyed,
    /// It was never there.
    Unknown,
    /// This key-encryption key would open it.
    Locked(KekId),
    /// It is not what was wrapped for this use.
    Unsound,
}

impl Drawer {
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (&[LAYOUT], rest) = bytes.split_first_chunk()? else {
            return None;
        };
        let (newest, rest) = rest.split_first_chunk()?;
        let (lines, []) = rest.as_chunks::<LINE>() else {
            return None;
        };
        let keys = lines.iter().map(|line| Wrapped::decode(line));
        Some(Self {
            newest: u32::from_be_bytes(*newest),
            keys: keys.collect::<Option<_>>()?,
        })
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![LAYOUT];
        bytes.extend(self.newest.to_be_bytes());
        for wrapped in &self.keys {
            bytes.extend(wrapped.generation.to_be_bytes());
            bytes.extend(wrapped.kek.0);
            bytes.extend(wrapped.nonce);
            bytes.extend(wrapped.key);
        }
        bytes
    }

    /// Whether there were keys and there will be none again.
    pub(super) const fn is_emptied(&self) -> bool {
        self.newest > 0 && self.keys.is_empty()
    }

    /// The generation that steps are sealed under.
    ///
    /// The oldest: a newer one is there for an erasure that is not kept yet, and may never be.
    pub(super) fn standing(&self) -> Option<u32> {
        self.keys.first().map(|wrapped| wrapped.generation)
    }

    /// The generation for an erasure that was begun before.
    pub(super) fn prepared(&self) -> Option<u32> {
        self.keys.get(1..)?.last().map(|wrapped| wrapped.generation)
    }

    /// Whether there are keys that a row sealed under `generation` needs no more.
    pub(super) fn has_older_than(&self, generation: u32) -> bool {
        self.standing().is_some_and(|oldest| oldest < generation)
    }

    /// Whether there is a key of this generation.
    pub(super) fn has(&self, generation: u32) -> bool {
        self.keys
            .iter()
            .any(|wrapped| wrapped.generation == generation)
    }

    /// The generation that comes next.
    pub(super) fn next(&self) -> Option<u32> {
        self.newest.checked_add(1)
    }

    /// Adds a key of a generation that is not there.
    pub(super) fn add(&mut self, to: &str, generation: u32, kek: &Kek, key: &DataKey) {
        self.newest = self.newest.max(generation);
        self.keys.push(Wrapped::new(to, generation, kek, key));
        self.keys.sort_by_key(|wrapped| wrapped.generation);
    }

    /// Lets go of all keys before `generation`.
    pub(super) fn destroy_before(&mut self, generation: u32) {
        self.keys.retain(|wrapped| wrapped.generation >= generation);
        self.newest = self.newest.max(generation);
    }

    /// Lets go of all keys, for good.
    pub(super) fn empty(&mut self) {
        self.keys.clear();
        self.newest = self.newest.max(1);
    }

    pub(super) fn key<'k>(
        &self,
        to: &str,
        generation: u32,
        kek: impl Fn(KekId) -> Option<&'k Kek>,
    ) -> Result<DataKey, NoKey> {
        let found = self
            .keys
            .iter()
            .find(|wrapped| wrapped.generation == generation);
        match found {
            Some(wrapped) => wrapped.unwrap_with(to, kek),
            None if generation <= self.newest => Err(NoKey::Destroyed),
            None => Err(NoKey::Unknown),
        }
    }

    /// Wraps with `current` what is wrapped with another; tells how many keys that were.
    pub(super) fn rewrap<'k>(
        &mut self,
        to: &str,
        current: &Kek,
        kek: impl Fn(KekId) -> Option<&'k Kek>,
    ) -> Result<usize, NoKey> {
        let mut changed = 0;
        for wrapped in &mut self.keys {
            if wrapped.kek != current.id() {
                let key = wrapped.unwrap_with(to, &kek)?;
                *wrapped = Wrapped::new(to, wrapped.generation, current, &key);
                changed += 1;
            }
        }
        Ok(changed)
    }
}

const LINE: usize = 4 + 8 + 24 + 48;

impl Wrapped {
    fn new(to: &str, generation: u32, kek: &Kek, key: &DataKey) -> Self {
        let nonce = random();
        let bound = bound(to, generation, kek.id());
        let wrapped = encrypt(kek.wrapping(), &nonce, &bound, key.bytes());
        let Ok(key) = wrapped.try_into() else {
            unreachable!("32 bytes and a tag of 16 are 48");
        };
        Self {
            generation,
            kek: kek.id(),
            nonce,
            key,
        }
    }

    fn unwrap_with<'k>(
        &self,
        to: &str,
        kek: impl Fn(KekId) -> Option<&'k Kek>,
    ) -> Result<DataKey, NoKey> {
        let kek = kek(self.kek).ok_or(NoKey::Locked(self.kek))?;
        let bound = bound(to, self.generation, self.kek);
        let key = decrypt(kek.wrapping(), &self.nonce, &bound, &self.key)
            .map(Zeroizing::new)
            .map_err(|_| NoKey::Unsound)?;
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(key.get(..32).ok_or(NoKey::Unsound)?);
        Ok(DataKey(bytes))
    }

    fn decode(line: &[u8]) -> Option<Self> {
        let (generation, line) = line.split_first_chunk()?;
        let (kek, line) = line.split_first_chunk()?;
        let (nonce, key) = line.split_first_chunk()?;
        Some(Self {
            generation: u32::from_be_bytes(*generation),
            kek: KekId(*kek),
            nonce: *nonce,
            key: key.try_into().ok()?,
        })
    }
}

/// What a wrapped key is bound to: the name of its drawer, which one it is, and what opens it.
fn bound(to: &str, generation: u32, kek: KekId) -> Vec<u8> {
    spelled(&[to.as_bytes(), &generation.to_be_bytes(), &kek.0])
}
