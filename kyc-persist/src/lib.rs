//! Keeps sessions: what a store promises, who calls it, and the stores that come along.
//!
//! A [`Store`] has ten verbs. [`Keeper`] is the only one that commits: it recalls, loads, lets the chart decide, and
//! commits. [`Courier`] is the only one that carries effects out. An adapter knows no chart: it keeps text, versions and
//! names.
#![doc = include_str!("../README.md")]

pub mod archive;
#[cfg(feature = "blobs")]
mod blobs;
mod clock;
mod commit;
#[cfg(feature = "conformance")]
pub mod conformance;
mod courier;
mod error;
mod files;
mod flows;
mod grants;
mod keeper;
pub mod kv;
mod listing;
mod memory;
mod outbox;
#[cfg(feature = "postgres")]
mod postgres;
mod pulse;
#[cfg(feature = "redb")]
mod redb;
#[cfg(feature = "sealed")]
mod sealed;
#[cfg(feature = "sled")]
mod sled;
mod vault;
mod wake;

use std::fmt::Debug;

use async_trait::async_trait;
use kyc_core::journal::Entry;
use kyc_core::{Key, Timestamp};

#[cfg(feature = "blobs")]
pub use blobs::{Blobs, NamedBlob};
pub use clock::Clock;
pub use commit::{Commit, Committed, Expected, Kept, Row};
pub use courier::{Courier, Deliver, Delivered, Terms};
pub use error::StoreError;
pub use files::keep_secret;
pub use flows::Flows;
pub use grants::{Grant, Grants};
pub use keeper::{Answer, Ask, KeepError, Keeper, Leaving, Moved};
pub use listing::{Cursor, Listed, NotACursor, Order, Page, Query};
pub use memory::MemoryStore;
pub use outbox::{
    Lease, NotAnOutboundId, Outbound, OutboundId, Outgoing, OutgoingKind, Receiver, Settled,
};
#[cfg(feature = "postgres")]
pub use postgres::{Heard, News, PostgresError, PostgresStore, PostgresWarning};
pub use pulse::Pulse;
#[cfg(feature = "redb")]
pub use redb::{Redb, RedbStore};
#[cfg(feature = "sealed")]
pub use sealed::{
    Erasure, Kek, KekId, KeyError, KeySource, Keyring, Rotation, Safe, SealError, SealedStore,
};
#[cfg(feature = "sled")]
pub use sled::{Sled, SledStore};
pub use vault::{MemoryVault, Vault};
pub use wake::Wake;

/// The longest snapshot a store takes, in bytes of UTF-8: more than a case with a text for every item of every round has.
pub const LONGEST_SNAPSHOT: usize = 512 * 1024;

/// The longest other text a store takes: a journal entry or the body of an outbox row, in bytes of UTF-8.
///
/// Such a text may be longer by what sealing adds, up to 22 KiB: adapters leave the judgement to [`Commit::check`].
pub const LONGEST_TEXT: usize = 16 * 1024;

/// The most rows one page of a listing has, and the most that one lease takes.
pub const LONGEST_PAGE: usize = 200;

/// What every adapter promises; the `conformance` suite holds it to that.
///
/// Whatever an answer tells is on disk: a commit that was answered survives the death of the process and of the power
/// supply, and no read shows a commit that might still be lost. A future that is dropped leaves its commit either whole
/// or undone.
#[async_trait]
pub trait Store: Debug + Send + Sync {
    /// The row as it was last committed.
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError>;

    /// The entry that was committed under this idempotency key: the earlier answer.
    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError>;

    /// Keeps snapshot, journal entry and outbox rows: all of them or none, if the row is where the commit expects it.
    ///
    /// A key that was committed before changes nothing and gets the earlier entry, wherever the row stands now.
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError>;

    /// All entries of the row, oldest first, without gaps.
    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError>;

    /// Rows of one chart in the order in which they were opened, a page at a time.
    async fn list(&self, query: &Query) -> Result<Page, StoreError>;

    /// Takes up to `limit` effects and timers that are due at `now`, for the caller alone until `until`.
    ///
    /// Effects of one row are leased in order: one that is neither done nor dead holds back those behind it. Timers hold
    /// back nobody.
    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError>;

    /// Takes up to `limit` notices to this receiver that are due at `now`, for the caller alone until `until`.
    ///
    /// Notices of one row to one receiver are leased in order. They hold back nothing else, and nothing else holds them back.
    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError>;

    /// Tells what became of a leased row. Refused when the lease has gone to somebody else or was settled before.
    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError>;

    /// Outbox rows that were given up, for a person to look at; in the order of their names, beginning with `from`.
    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError>;

    /// Puts an outbox row back that was given up: under its name, in its place in the order, due at `due_at`, with all its
    /// attempts before it. Tells whether it did: not when no row of that name was given up.
    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError>;
}
