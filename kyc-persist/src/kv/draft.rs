//! What a group of commits will write, read as if it were written: each commit sees those before it, and one that is
//! refused leaves nothing behind.

use std::collections::BTreeMap;

use super::keys::Range;
use super::{Change, Engine, Pair, merged};
use crate::StoreError;

/// Reading, with or without changes that are not written yet.
pub(super) trait Read {
    const NAME: &'static str;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    fn scan<'a>(
        &'a self,
        range: &'a Range,
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'a>;

    fn corrupt(what: &'static str) -> StoreError {
        StoreError::Corrupt {
            store: Self::NAME,
            what,
        }
    }
}

impl<E: Engine> Read for E {
    const NAME: &'static str = E::NAME;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Engine::get(self, key)
    }

    fn scan<'a>(
        &'a self,
        range: &'a Range,
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'a> {
        Engine::scan(self, &range.from, &range.to, backwards)
    }
}

/// What an answer promises about the changes behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// They survive a loss of power.
    OnDisk,
    /// They may be lost, and all that is lost is time: a lease that is forgotten is a delivery repeated.
    MayBeLost,
}

type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// An engine with changes that are not written yet.
#[derive(Debug)]
pub(super) struct Draft<'e, E> {
    engine: &'e E,
    /// Of the commits that were taken.
    taken: Changes,
    /// Of the commit that is being decided.
    tried: Changes,
    must_sync: bool,
}

impl<'e, E: Engine> Draft<'e, E> {
    pub(super) const fn new(engine: &'e E) -> Self {
        Self {
            engine,
            taken: Changes::new(),
            tried: Changes::new(),
            must_sync: false,
        }
    }

    pub(super) fn set(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.tried.insert(key, Some(value));
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        self.tried.insert(key, None);
    }

    /// Decides one commit: its changes are taken if it answers `Ok`, and none of them otherwise.
    pub(super) fn attempt<T>(
        &mut self,
        promise: Promise,
        decide: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let answer = decide(self);
        let mut tried = std::mem::take(&mut self.tried);
        if answer.is_ok() {
            self.must_sync |= promise == Promise::OnDisk && !tried.is_empty();
            self.taken.append(&mut tried);
        }
        answer
    }

    /// Whether something was taken that has to be on disk before it is answered.
    pub(super) const fn must_sync(&self) -> bool {
        self.must_sync
    }

    /// All that was taken.
    pub(super) fn into_batch(self) -> Vec<Change> {
        self.taken.into_iter().collect()
    }
}

impl<E: Engine> Read for Draft<'_, E> {
    const NAME: &'static str = E::NAME;

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.tried.get(key).or_else(|| self.taken.get(key)) {
            Some(change) => Ok(change.clone()),
            None => Engine::get(self.engine, key),
        }
    }

    fn scan<'a>(
        &'a self,
        range: &'a Range,
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + 'a> {
        let within = || range.from.clone()..range.to.clone();
        let mut changed: BTreeMap<&Vec<u8>, &Option<Vec<u8>>> =
            self.taken.range(within()).collect();
        changed.extend(self.tried.range(within()));
        let mut changed: Vec<_> = changed.into_iter().collect();
        if backwards {
            changed.reverse();
        }
        let changed = changed
            .into_iter()
            .map(|(key, change)| (key.clone(), change.clone()));
        let kept = Engine::scan(self.engine, &range.from, &range.to, backwards);
        Box::new(merged(changed, kept, backwards))
    }
}
