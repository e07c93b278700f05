//! Wrapped keys in a table of their own: best in a database whose backups are kept apart from those of the store.

use async_trait::async_trait;

use super::PostgresStore;
use super::fault::Fault;
use super::rows::{column, text};
use crate::{StoreError, Vault};

const FETCH: &str = "select name, value from kyc_vault where name = any($1::bytea[])";

const PUT: &str = "\
    insert into kyc_vault (name, value) values ($1, $2) on conflict (name) do nothing returning 1";

const REPLACE: &str = "update kyc_vault set value = $2 where name = $1 and value = $3 returning 1";

const LIST: &str = "\
    select name, value from kyc_vault \
    where name >= $1 and name > $2 and substring(name from 1 for length($1)) = $1 order by name limit $3";

/// The first page, which begins before every name: none is empty.
const BEFORE_ALL: &str = "";

#[async_trait]
impl Vault for PostgresStore {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let wanted: Vec<&[u8]> = names.iter().map(String::as_bytes).collect();
        let rows = self
            .connections
            .insist(FETCH, &[&wanted])
            .await
            .map_err(Fault::told)?;
        let found = rows
            .iter()
            .map(|row| Ok((column(row, 0, "vault")?, column(row, 1, "vault")?)))
            .collect::<Result<Vec<(&[u8], &[u8])>, StoreError>>()?;
        let under = |name: &&[u8]| {
            let found = found.iter().find(|(found, _)| found == name);
            found.map(|(_, value)| value.to_vec())
        };
        Ok(wanted.iter().map(under).collect())
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let place = name.as_bytes();
        let answer = match expected {
            Some(expected) => {
                self.connections
                    .ask(REPLACE, &[&place, &value, &expected])
                    .await
            }
            None => self.connections.ask(PUT, &[&place, &value]).await,
        };
        match answer {
            Ok(rows) => Ok(!rows.is_empty()),
            Err(Fault::InDoubt(error)) => {
                // No two callers bring the same value: a key is wrapped anew each time.
                let found = self.fetch(&[name.to_owned()]).await?.pop().flatten();
                match found.as_deref() {
                    found if found == Some(&value[..]) => {
                        self.connections.confirm().await.map_err(Fault::told)?;
                        Ok(true)
                    }
                    found if found == expected => Err(error.told()),
                    _ => Ok(false),
                }
            }
            Err(fault) => Err(fault.told()),
        }
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let after = after.unwrap_or(BEFORE_ALL);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .connections
            .insist(LIST, &[&prefix.as_bytes(), &after.as_bytes(), &limit])
            .await
            .map_err(Fault::told)?;
        rows.iter()
            .map(|row| {
                let name = text(column(row, 0, "vault")?, "vault")?;
                let value: &[u8] = column(row, 1, "vault")?;
                Ok((name, value.to_vec()))
            })
            .collect()
    }
}
