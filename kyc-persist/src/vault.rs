//! Where wrapped keys lie, apart from what they seal, so that a copy of the one does not open a copy of the other.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use crate::StoreError;

/// A few hundred bytes under a name, replaced only by who has seen them. As durable as a commit.
///
/// It holds wrapped keys, each worth nothing without its key-encryption key, and the list of who was erased. What is
/// replaced must not come back: keep its backups apart from those of the store, and for days, not for years.
#[async_trait]
pub trait Vault: Debug + Send + Sync {
    /// What lies under each of these names.
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError>;

    /// Puts `value` in the place of `expected`. Tells whether it did: not when something else lies there.
    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError>;

    /// At most `limit` names that begin with `prefix`, with what lies under them, sorted, from behind `after` on.
    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError>;
}

/// A vault that forgets: with it, a sealed store is for tests and for trying things out. A clone is the same vault.
#[derive(Clone, Default)]
pub struct MemoryVault {
    places: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
}

impl MemoryVault {
    /// An empty vault.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> T {
        look(&mut self.places.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Debug for MemoryVault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MemoryVault")
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        Ok(self.with(|places| names.iter().map(|name| places.get(name).cloned()).collect()))
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        Ok(self.with(|places| {
            let as_expected = places.get(name).map(Vec::as_slice) == expected;
            if as_expected {
                places.insert(name.to_owned(), value);
            }
            as_expected
        }))
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        Ok(self.with(|places| {
            places
                .range(prefix.to_owned()..)
                .take_while(|(name, _)| name.starts_with(prefix))
                .filter(|(name, _)| after.is_none_or(|after| name.as_str() > after))
                .take(limit)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        }))
    }
}
