//! Wrapped keys in a table of their own: best in a store that holds nothing else.

use async_trait::async_trait;

use super::draft::{Promise, Read};
use super::{Engine, KvStore, keys};
use crate::{StoreError, Vault};

#[async_trait]
impl<E: Engine> Vault for KvStore<E> {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let places: Vec<_> = names.iter().map(|name| keys::vault(name)).collect();
        let is_short = places.len() <= FEW;
        let look = move |engine: &E| {
            let found = places.iter().map(|place| Engine::get(engine, place));
            found.collect()
        };
        match is_short {
            true => self.glance(look).await,
            false => self.read(look).await,
        }
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let (place, expected) = (keys::vault(name), expected.map(<[u8]>::to_vec));
        self.write(Promise::OnDisk, move |draft| {
            let as_expected = draft.get(&place)? == expected;
            if as_expected {
                draft.set(place, value);
            }
            Ok(as_expected)
        })
        .await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let range = keys::vault_behind(prefix, after);
        self.read(move |engine| {
            Read::scan(engine, &range, false)
                .take(limit)
                .map(|pair| {
                    let (place, value) = pair?;
                    let name = keys::name_in_vault(&place).ok_or_else(|| E::corrupt("vault"))?;
                    Ok((name, value))
                })
                .collect()
        })
        .await
    }
}

/// How many names are looked up at once at most: those of one step, and not those of a page of rows.
const FEW: usize = 4;
