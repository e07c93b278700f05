//! Vault and keyring together: which key seals what, and when a key is destroyed.

use std::fmt;
use std::sync::Arc;

use kyc_core::journal::ChartName;
use kyc_core::{SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::cipher::{Kind, SealedText, seal_text, spelled, subkey};
use super::drawer::{DataKey, Drawer, NoKey, Use};
use super::kek::{Kek, KekId, Keyring};
use super::seen::Sightings;
use super::{NAME, SealError};
use crate::{Row, StoreError, Vault};

/// Where it lies which key-encryption keys are in use.
const KEKS: &str = "keks";

/// There since the store that belongs here has had a row.
const FILLED: &str = "filled";

/// Under what the names of all erasures begin.
const ERASED: &str = "erased/";

/// How often a drawer is looked at again because somebody else has changed it. Each change leaves fewer to be made.
const TRIES: usize = 32;

/// Gives the keys that data is sealed with, to a sealed store and to sealed blobs. A clone is the same safe.
#[derive(Clone)]
pub struct Safe {
    vault: Arc<dyn Vault>,
    keyring: Arc<Keyring>,
    pub(super) seen: Arc<Sightings>,
}

/// Which key-encryption keys something may be wrapped with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Keks {
    /// The one that takes over.
    current: String,
    /// Those that may still wrap, by processes that do not know of the current one.
    wrapping: Vec<String>,
    /// Those without which something may not open.
    needed: Vec<String>,
}

/// Somebody was forgotten: one line of the list that has to outlive every backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// Whose row.
    pub row: Row,
    /// When the step was taken that erased it.
    pub at: Timestamp,
    /// The first generation of keys that came after; those before are destroyed.
    pub generation: u32,
}

impl Erasure {
    /// Of a row that nobody can read, without a step: no generation comes after.
    pub const fn forced(row: Row, at: Timestamp) -> Self {
        Self {
            row,
            at,
            generation: u32::MAX,
        }
    }
}

/// Which key something is to be sealed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// The key that everything before was sealed with.
    Standing,
    /// A key that opens nothing of what was before.
    Fresh,
    /// The key of this generation, and no other.
    At(u32),
}

impl Safe {
    /// Brings vault and keyring together. Nothing is written.
    ///
    /// # Errors
    ///
    /// [`SealError::WrongKey`] when the vault needs a key that is not on the ring.
    pub async fn unlock(vault: Arc<dyn Vault>, keyring: Keyring) -> Result<Self, SealError> {
        let safe = Self {
            vault,
            keyring: Arc::new(keyring),
            seen: Arc::default(),
        };
        if let Some((keks, _)) = safe.keks().await? {
            safe.check(&keks)?;
        }
        Ok(safe)
    }

    /// Whether nothing was ever locked in this vault: only then a new key may be made.
    ///
    /// # Errors
    ///
    /// What the vault answers.
    pub async fn is_new(vault: &dyn Vault) -> Result<bool, StoreError> {
        Ok(vault.fetch(&[KEKS.into()]).await?[0].is_none())
    }

    /// Whether the store that belongs here has had a row.
    pub(super) async fn is_filled(&self) -> Result<bool, StoreError> {
        Ok(self.fetch([FILLED.into()]).await? != [None])
    }

    /// Remembers that the store has rows.
    pub(super) async fn fill(&self) -> Result<(), StoreError> {
        self.vault.keep(FILLED, None, Vec::new()).await.map(drop)
    }

    /// Who was erased, sorted by row, from behind `after` on. A copy of it belongs to every backup.
    ///
    /// # Errors
    ///
    /// What the vault answers.
    pub async fn erasures(
        &self,
        after: Option<&Row>,
        limit: usize,
    ) -> Result<Vec<Erasure>, StoreError> {
        let after = after.map(|row| format!("{ERASED}{row}"));
        let lines = self.vault.list(ERASED, after.as_deref(), limit).await?;
        lines
            .iter()
            .map(|(_, line)| serde_json::from_slice(line).map_err(|_| corrupt("erasure")))
            .collect()
    }

    /// Seals a short text that is kept beside a session, bound to it and to a name of the caller's. It becomes unreadable
    /// with the step that erases the session.
    ///
    /// # Errors
    ///
    /// What the vault answers.
    pub async fn seal_note(
        &self,
        session: &SessionId,
        name: &str,
        note: &str,
    ) -> Result<String, StoreError> {
        let (generation, key) = self.key_for(&note_of(session), Turn::Standing).await?;
        let place = [session.as_str().as_bytes(), name.as_bytes()];
        Ok(seal_text(Kind::Note, generation, &key, &place, note))
    }

    /// The note that was sealed, if it is the one of that session and name.
    ///
    /// # Errors
    ///
    /// [`StoreError::Erased`] of somebody who was forgotten, [`StoreError::Corrupt`] of anything that was not sealed here.
    pub async fn open_note(
        &self,
        session: &SessionId,
        name: &str,
        sealed: &str,
    ) -> Result<String, StoreError> {
        let sealed = SealedText::parse(sealed)
            .ok()
            .filter(|sealed| sealed.kind == Kind::Note)
            .ok_or_else(|| corrupt("note"))?;
        let to = note_of(session);
        let drawers = self.drawers(std::slice::from_ref(&to)).await?;
        let drawer = drawers.first().and_then(Option::as_ref);
        let key = self.key(&to, drawer, sealed.generation)?;
        let place = [session.as_str().as_bytes(), name.as_bytes()];
        sealed.open(&key, &place).map_err(|_| corrupt("note"))
    }

    /// A key for a purpose outside the store, which follows from the session's own. It is the same each time, tells nothing of any
    /// other, and can no longer be made after the step that erases the session.
    ///
    /// # Errors
    ///
    /// What the vault answers.
    pub async fn derived_key(
        &self,
        session: &SessionId,
        purpose: &str,
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let (_, key) = self.key_for(&note_of(session), Turn::Standing).await?;
        let label: [&[u8]; 3] = [
            b"kyc derived 1",
            session.as_str().as_bytes(),
            purpose.as_bytes(),
        ];
        Ok(subkey(&key, &spelled(&label)))
    }

    /// Destroys again what was destroyed: after a vault was restored from a backup that is older than an erasure. Once it is done,
    /// no process seals with those keys any more: that takes a second, of a tokio runtime that has time.
    ///
    /// # Errors
    ///
    /// What the vault answers; asking again does no harm.
    pub async fn reapply(&self, erasures: &[Erasure]) -> Result<(), StoreError> {
        for erasure in erasures {
            self.forget(erasure).await?;
            self.change(&Use::Outbox(erasure.row.clone()), |drawer| {
                drawer.destroy_before(erasure.generation);
            })
            .await?;
            if erasure.row.chart == ChartName::Collection {
                self.destroy_blobs(&erasure.row.session).await?;
            }
        }
        if !erasures.is_empty() {
            self.outlive_what_was_seen().await;
        }
        Ok(())
    }

    /// Writes the erasure down and destroys what the row's snapshots were sealed with.
    pub(super) async fn forget(&self, erasure: &Erasure) -> Result<(), StoreError> {
        let line = serde_json::to_vec(erasure).map_err(|error| StoreError::backend(NAME, error))?;
        let name = format!("{ERASED}{}", erasure.row);
        // It may be there: then it says the same, or was written for an erasure before this one.
        self.vault.keep(&name, None, line).await?;
        self.change(&Use::Snapshot(erasure.row.clone()), |drawer| {
            drawer.destroy_before(erasure.generation);
        })
        .await
    }

    /// Destroys what was waiting before an erasure.
    pub(super) async fn retire(&self, row: &Row, generation: u32) -> Result<(), StoreError> {
        self.change(&Use::Outbox(row.clone()), |drawer| {
            drawer.destroy_before(generation);
        })
        .await
    }

    /// Destroys the key of a session's images, and sees to it that there will be no other.
    pub(super) async fn destroy_blobs(&self, session: &SessionId) -> Result<(), StoreError> {
        self.change(&Use::Blobs(session.clone()), Drawer::empty)
            .await
    }

    /// What lies there for each of these uses. What cannot be read is as good as nothing, and keeps nobody from the others.
    pub(super) async fn drawers(&self, uses: &[Use]) -> Result<Vec<Option<Drawer>>, StoreError> {
        let names: Vec<_> = uses.iter().map(Use::name).collect();
        let found = self.vault.fetch(&names).await?;
        let decoded = found.iter().map(|bytes| Drawer::decode(bytes.as_deref()?));
        Ok(decoded.collect())
    }

    /// The key of one generation.
    pub(super) fn key(
        &self,
        to: &Use,
        drawer: Option<&Drawer>,
        generation: u32,
    ) -> Result<DataKey, StoreError> {
        // A vault without this drawer is another one, or older than what is to be opened.
        let drawer = drawer.ok_or_else(|| corrupt("vault"))?;
        drawer
            .key(&to.name(), generation, |id| self.keyring.find(id))
            .map_err(refusal)
    }

    /// The key that is next to be sealed with, which is made when there is none.
    pub(super) async fn key_for(&self, to: &Use, turn: Turn) -> Result<(u32, DataKey), StoreError> {
        let name = to.name();
        for _ in 0..TRIES {
            let [keks, bytes] = self.fetch([KEKS.into(), name.clone()]).await?;
            let mut drawer = match &bytes {
                Some(bytes) => decode(bytes)?,
                None => Drawer::default(),
            };
            let found = match turn {
                Turn::Standing => drawer.standing(),
                Turn::Fresh => drawer.prepared(),
                Turn::At(generation) => drawer.has(generation).then_some(generation),
            };
            if let Some(generation) = found {
                return Ok((generation, self.key(to, Some(&drawer), generation)?));
            }
            if drawer.is_emptied() {
                return Err(StoreError::Erased);
            }
            let Some(keks) = keks else {
                self.register().await.map_err(SealError::late)?;
                continue;
            };
            let (before, kek) = (drawer.encode(), self.wraps(&keks)?);
            let key = DataKey::random();
            let generation = match turn {
                Turn::At(generation) => generation,
                _ => drawer.next().ok_or_else(|| corrupt("vault"))?,
            };
            drawer.add(&name, generation, kek, &key);
            let after = drawer.encode();
            if !self
                .vault
                .keep(&name, bytes.as_deref(), after.clone())
                .await?
            {
                continue;
            }
            // A rotation that has ended meanwhile may have looked here before: then it is as if we had not come.
            let [keks] = self.fetch([KEKS.into()]).await?;
            let keks = Keks::decode(&keks.unwrap_or_default())?;
            if !keks.wrapping.contains(&kek.id().to_string()) {
                self.vault.keep(&name, Some(&after), before).await?;
                return Err(StoreError::Locked { key: keks.current });
            }
            return Ok((generation, key));
        }
        Err(StoreError::Conflict { found: None })
    }

    /// Destroys keys of a drawer, however many others change it. One that cannot be read is destroyed as a whole.
    async fn change(&self, to: &Use, destroy: impl Fn(&mut Drawer)) -> Result<(), StoreError> {
        if let Use::Snapshot(row) | Use::Outbox(row) = to {
            self.seen.forget(row);
        }
        let name = to.name();
        for _ in 0..TRIES {
            let [bytes] = self.fetch([name.clone()]).await?;
            let before = match &bytes {
                Some(bytes) => Drawer::decode(bytes),
                None => Some(Drawer::default()),
            };
            let mut after = before.clone().unwrap_or_default();
            destroy(&mut after);
            if before.as_ref() == Some(&after)
                || self
                    .vault
                    .keep(&name, bytes.as_deref(), after.encode())
                    .await?
            {
                return Ok(());
            }
        }
        Err(StoreError::Conflict { found: None })
    }

    /// Makes it known that this ring's key wraps from now on.
    pub(super) async fn register(&self) -> Result<(), SealError> {
        for _ in 0..TRIES {
            let found = self.keks().await?;
            let current = self.keyring.current().id().to_string();
            let (mut keks, before) = match found {
                Some((keks, bytes)) => {
                    self.check(&keks)?;
                    (keks, Some(bytes))
                }
                None => (Keks::of(&current), None),
            };
            if before.is_some() && keks.current == current {
                return Ok(());
            }
            keks.current.clone_from(&current);
            for names in [&mut keks.wrapping, &mut keks.needed] {
                if !names.contains(&current) {
                    names.push(current.clone());
                }
            }
            if self
                .vault
                .keep(KEKS, before.as_deref(), keks.encode()?)
                .await?
            {
                return Ok(());
            }
        }
        Err(StoreError::Conflict { found: None }.into())
    }

    pub(super) async fn keks(&self) -> Result<Option<(Keks, Vec<u8>)>, StoreError> {
        let [bytes] = self.fetch([KEKS.into()]).await?;
        bytes
            .map(|bytes| Ok((Keks::decode(&bytes)?, bytes)))
            .transpose()
    }

    /// From now on nothing is wrapped with an older key.
    pub(super) async fn close_keks(&self) -> Result<(), StoreError> {
        self.change_keks(|keks| keks.wrapping = vec![keks.current.clone()])
            .await
    }

    /// Nothing needs an older key any more.
    pub(super) async fn retire_keks(&self) -> Result<(), StoreError> {
        self.change_keks(|keks| keks.needed = vec![keks.current.clone()])
            .await
    }

    async fn change_keks(&self, change: impl Fn(&mut Keks)) -> Result<(), StoreError> {
        for _ in 0..TRIES {
            let (mut keks, before) = match self.keks().await? {
                Some(found) if self.rotates(&found.0) => found,
                // A newer key has come meanwhile, or another process was faster.
                _ => return Ok(()),
            };
            change(&mut keks);
            if self.vault.keep(KEKS, Some(&before), keks.encode()?).await? {
                return Ok(());
            }
        }
        Err(StoreError::Conflict { found: None })
    }

    pub(super) fn vault(&self) -> &dyn Vault {
        &*self.vault
    }

    pub(super) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// The key-encryption key for what is wrapped now.
    fn wraps(&self, keks: &[u8]) -> Result<&Kek, StoreError> {
        let own = self.keyring.current();
        let keks = Keks::decode(keks)?;
        let current = KekId::parse(&keks.current).ok_or_else(|| corrupt("vault"))?;
        if let Some(kek) = self.keyring.find(current) {
            return Ok(kek);
        }
        // Another process has brought a newer key. Ours is as good until it is let go of.
        if keks.wrapping.contains(&own.id().to_string()) {
            return Ok(own);
        }
        Err(StoreError::Locked {
            key: current.to_string(),
        })
    }

    /// Whether there are older keys to let go of, and it is this ring's key that takes over.
    pub(super) fn rotates(&self, keks: &Keks) -> bool {
        keks.needed.len() > 1 && keks.current == self.keyring.current().id().to_string()
    }

    /// Whether the ring has every key that something may be wrapped with.
    fn check(&self, keks: &Keks) -> Result<(), SealError> {
        let given = self.keyring.ids();
        for needed in &keks.needed {
            let needed = KekId::parse(needed).ok_or_else(|| corrupt("vault"))?;
            if !given.contains(&needed) {
                return Err(SealError::WrongKey { needed, given });
            }
        }
        Ok(())
    }

    async fn fetch<const N: usize>(
        &self,
        names: [String; N],
    ) -> Result<[Option<Vec<u8>>; N], StoreError> {
        let found = self.vault.fetch(&names).await?;
        found.try_into().map_err(|_| corrupt("vault"))
    }
}

impl fmt::Debug for Safe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Safe")
            .field("vault", &self.vault)
            .field("keyring", &self.keyring)
            .finish()
    }
}

impl Keks {
    fn of(current: &str) -> Self {
        Self {
            current: current.to_owned(),
            wrapping: vec![current.to_owned()],
            needed: vec![current.to_owned()],
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        serde_json::from_slice(bytes).map_err(|_| corrupt("vault"))
    }

    fn encode(&self) -> Result<Vec<u8>, StoreError> {
        serde_json::to_vec(self).map_err(|error| StoreError::backend(NAME, error))
    }
}

/// Notes go with what the session itself says.
fn note_of(session: &SessionId) -> Use {
    Use::Snapshot(Row::collection(session.clone()))
}

fn decode(bytes: &[u8]) -> Result<Drawer, StoreError> {
    Drawer::decode(bytes).ok_or_else(|| corrupt("vault"))
}

pub(super) fn refusal(reason: NoKey) -> StoreError {
    match reason {
        NoKey::Destroyed => StoreError::Erased,
        NoKey::Locked(kek) => StoreError::Locked {
            key: kek.to_string(),
        },
        NoKey::Unknown | NoKey::Unsound => corrupt("vault"),
    }
}

pub(super) const fn corrupt(what: &'static str) -> StoreError {
    StoreError::Corrupt { store: NAME, what }
}
