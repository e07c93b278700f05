//! PostgreSQL: any number of servers on one database. A commit is one statement, so that nothing stays open when its
//! caller goes away, and what it says is read to the end, because PostgreSQL commits after the last row.
//!
//! - A lost connection leaves a commit in doubt. The doubt is ended by its idempotency key: what is found under it was
//!   kept, what is not found is tried again, and the key keeps it from being kept twice.
//! - Order is what versions and positions say, never what a sequence gave out; and nothing here is locked but rows: the
//!   same statements are meant for databases that speak PostgreSQL's language without being it.
//! - Free text is `bytea`, because `text` holds no zero byte; names are `text collate "C"`, so that they sort as they do in
//!   every other store.
//! - A connection is only used when the server is set to keep what it acknowledges.
//! - Of several hosts the one is used that leads. Where commits wait for standbys, nothing is read from a database that has
//!   not committed a moment ago: one that was deposed cannot. And what is only found to be there, after a doubt or by a
//!   key, is acknowledged when a later commit has reached the standbys.

mod archive;
mod batch;
mod checks;
mod connections;
mod fault;
mod grants;
mod hosts;
mod leading;
mod news;
mod outbox;
mod rows;
mod tables;
mod vault;

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use kyc_core::journal::{Entry, Hash};
use kyc_core::{Key, Timestamp};
use tokio_postgres::Config;

use self::connections::Connections;
use self::hosts::Hosts;
use crate::{
    Commit, Committed, Grant, Grants, Kept, Lease, Outbound, OutboundId, Page, Query, Receiver,
    Row, Settled, Store, StoreError,
};

pub use self::checks::PostgresWarning;
pub use self::fault::PostgresError;
pub use self::news::{Heard, News};

/// The adapter's name in errors.
const NAME: &str = "postgres";

/// How many connections one store has at most.
const CONNECTIONS: usize = 16;

/// A store in the tables of a PostgreSQL database, shared by all servers that open it.
///
/// It needs a tokio runtime with I/O and time. A clone is the same store.
#[derive(Clone)]
pub struct PostgresStore {
    connections: Connections,
    hosts: Hosts,
    warnings: Vec<PostgresWarning>,
}

impl PostgresStore {
    /// Opens the store in the database that `url` names, and makes or renews its tables. Any number may do so at once.
    ///
    /// The tables lie in the first schema of the connection's search path. A user who may not create tables can open a
    /// store whose tables are there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] with a [`PostgresError`]: the URL is none, the database cannot be reached, is set to forget
    /// what it has acknowledged, or has tables of a newer program.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, CONNECTIONS).await
    }

    /// The same with another number of connections.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn open_with(url: &str, connections: usize) -> Result<Self, StoreError> {
        let config = Config::from_str(url).map_err(|error| PostgresError::url(error).told())?;
        let config = connections::with_defaults(config);
        let hosts = Hosts::of(&config);
        let connections = Connections::new(config, hosts.clone(), connections)?;
        tables::make(&connections).await?;
        let warnings = checks::warnings(&connections).await?;
        for warning in &warnings {
            tracing::warn!("{warning}");
        }
        Ok(Self {
            connections,
            hosts,
            warnings,
        })
    }

    /// What the servers on this database tell each other, on a connection of its own; from here on, on this runtime.
    pub fn news(&self) -> News {
        News::begin(&self.connections, self.hosts.clone())
    }

    /// What about the database an operator should know, as it was when the store was opened.
    pub fn warnings(&self) -> &[PostgresWarning] {
        &self.warnings
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The pool's own Debug would print the whole configuration.
        formatter
            .debug_struct("PostgresStore")
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        rows::load(&self.connections, row).await
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        rows::recall(&self.connections, row, key).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        commit.check()?;
        rows::commit(&self.connections, &commit).await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        rows::journal(&self.connections, row).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        rows::list(&self.connections, query).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        outbox::lease(&self.connections, now, until, limit).await
    }

    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        outbox::lease_notices(&self.connections, receiver, now, until, limit).await
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        outbox::settle(&self.connections, lease, settled).await
    }

    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        outbox::dead(&self.connections, from, limit).await
    }

    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        outbox::retry(&self.connections, id, due_at).await
    }
}

#[async_trait]
impl Grants for PostgresStore {
    async fn put(&self, hash: &Hash, grant: Grant) -> Result<(), StoreError> {
        grant.check()?;
        grants::put(&self.connections, hash, &grant).await
    }

    async fn find(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        grants::find(&self.connections, hash, now).await
    }

    async fn take(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        grants::take(&self.connections, hash, now).await
    }

    async fn revoke(&self, subject: &str) -> Result<usize, StoreError> {
        grants::revoke(&self.connections, subject).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        grants::sweep(&self.connections, now).await
    }
}
