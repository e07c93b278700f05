//! What encryption at rest promises: the promises of a store, and that nobody without the key reads or alters anything.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod conformance;
mod harness;
mod tampering;
