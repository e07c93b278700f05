//! What encryption at rest promises: the promises of a store, and that nobody without the key reads or alters anything.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod broken_off;
mod canary;
mod conformance;
mod erasure;
mod harness;
mod images;
mod keys;
mod rotation;
mod seen;
mod tampering;
