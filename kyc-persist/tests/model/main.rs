//! Whatever is asked of it in whatever order, a store answers as [`MemoryStore`](kyc_persist::MemoryStore) does, also after
//! it was closed and opened between any two questions; and a sealed one does so while calls fail, people are erased and keys
//! are changed.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod asks;
mod plain;
mod sealed;
#[cfg(feature = "postgres")]
#[path = "../postgres/server.rs"]
#[expect(dead_code, reason = "nothing is broken here")]
mod server;
