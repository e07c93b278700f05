//! How everything is wrapped anew with the current key, while it is in use, until nothing needs an older one.

use super::drawer::{DRAWERS, Drawer};
use super::safe::{corrupt, refusal};
use super::{KekId, Safe};
use crate::StoreError;

/// How many drawers are taken at a time.
const PAGE: usize = 200;

/// How far a rotation has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rotation {
    /// How many drawers were looked at, some of them again.
    pub seen: u64,
    /// How many keys were wrapped anew.
    pub rewrapped: u64,
    /// The keys that nothing needs any more, once it is done. Those that wrapped before can be destroyed, and then even a
    /// stolen copy of the vault is worth nothing.
    pub retired: Vec<KekId>,
}

impl Safe {
    /// Wraps every key with the current key-encryption key, and then lets go of the older ones. The data itself stays.
    ///
    /// It may be called while sessions are opened, moved and erased, and by several processes. One that was cut off is
    /// called again: what is done is only looked at. Tells `progress` after every two hundred.
    ///
    /// Every process has to know the new key before a rotation begins: one that does not is refused new sessions
    /// ([`StoreError::Locked`]) from its end on, and then everything, until it is started again.
    ///
    /// # Errors
    ///
    /// [`StoreError::Locked`] when a key is needed that is not on the ring, and what the vault answers.
    pub async fn rotate(
        &self,
        mut progress: impl FnMut(&Rotation) + Send,
    ) -> Result<Rotation, StoreError> {
        let mut rotation = Rotation::default();
        match self.keks().await? {
            Some((keks, _)) if self.rotates(&keks) => {}
            _ => return Ok(rotation),
        }
        self.round(&mut rotation, &mut progress).await?;
        self.close_keks().await?;
        // What other processes have wrapped with an older key behind our back.
        self.round(&mut rotation, &mut progress).await?;
        self.retire_keks().await?;
        rotation.retired = self.keyring().ids().split_off(1);
        progress(&rotation);
        Ok(rotation)
    }

    async fn round(
        &self,
        rotation: &mut Rotation,
        progress: &mut (impl FnMut(&Rotation) + Send),
    ) -> Result<(), StoreError> {
        let mut after: Option<String> = None;
        loop {
            let page = self.vault().list(DRAWERS, after.as_deref(), PAGE).await?;
            for (name, bytes) in &page {
                rotation.seen += 1;
                rotation.rewrapped += self.rewrap(name, bytes.clone()).await?;
            }
            match page.into_iter().next_back() {
                Some((last, _)) => after = Some(last),
                None => return Ok(()),
            }
            progress(rotation);
        }
    }

    /// Wraps the keys of one drawer anew, as it is when nobody else changes it.
    async fn rewrap(&self, name: &str, mut bytes: Vec<u8>) -> Result<u64, StoreError> {
        let current = self.keyring().current();
        loop {
            let mut drawer = Drawer::decode(&bytes).ok_or_else(|| corrupt("vault"))?;
            let changed = drawer
                .rewrap(name, current, |id| self.keyring().find(id))
                .map_err(refusal)?;
            if changed == 0 {
                return Ok(0);
            }
            if self
                .vault()
                .keep(name, Some(&bytes), drawer.encode())
                .await?
            {
                return Ok(changed as u64);
            }
            match self.vault().fetch(&[name.to_owned()]).await?.pop() {
                Some(Some(now)) => bytes = now,
                _ => return Ok(0),
            }
        }
    }
}
