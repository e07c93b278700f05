//! The statechart of a KYC session: pure, deterministic, the same in browser and server.
//!
//! A [`Flow`] says what a company asks of an applicant. A [`collection::Session`] is one applicant's walk through it, a
//! [`review::Session`] the reviewer's side of it. Each takes an event and answers a step or a rejection; a step may carry
//! effects, which the host runs after it has kept the session. The charts talk to each other only through those effects.
//!
//! This crate does not read a clock, draw a random number, touch a disk or a network, or wait: time and names are
//! arguments.
//!
//! ```
//! use kyc_core::collection::{Event, Rejected, Session};
//! use kyc_core::{Consent, Flow, Timestamp};
//!
//! let now = Timestamp::from_millis(1_795_219_200_000);
//! let mut session = Session::open(&Flow::manual_review(), "s-1".parse()?, now);
//!
//! // Nothing is accepted that the table does not accept here, and a rejection changes nothing.
//! let rejected = session.handle(&Event::AcceptSelfie, now).unwrap_err();
//! assert!(matches!(rejected, Rejected::NotAccepted { .. }));
//!
//! let consent = Consent { version: "1".into(), locale: "en".into() };
//! let step = session.handle(&Event::Start { consent }, now)?;
//! if step.persist {
//!     // Keep `session.encode()` first,
//! }
//! for effect in &step.effects {
//!     // then run the effects.
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// What std brings along for panics and formatting is a good part of what a browser would download.
#![cfg_attr(not(any(test, feature = "testing")), no_std)]

extern crate alloc;

mod actor;
mod additional;
mod case;
mod chart;
pub mod collection;
mod country;
mod engine;
mod event;
pub mod flow;
mod ids;
mod item;
pub mod journal;
pub mod json;
mod pii;
pub mod review;
mod small_map;
pub mod snapshot;
#[cfg(feature = "testing")]
pub mod testing;
mod text;
mod time;

pub use actor::{Actor, Sender};
pub use additional::{
    BillRule, Brief, Comparison, FieldBrief, ProofKind, Source, StepName, StepType,
};
pub use case::{
    Ask, Consent, Decision, Details, DocumentType, Exhibit, Outcome, Phase, RejectReason,
    RetakeReason, Side,
};
pub use chart::{Chart, Taken};
pub use country::{Country, NotACountry};
pub use flow::{Flow, FlowError};
pub use ids::{BlobRef, FieldName, FlowId, Key, NotAName, ReviewerId, SessionId};
pub use item::{Item, NotAnItem};
pub use journal::ChartName;
pub use pii::Pii;
pub use small_map::SmallMap;
pub use snapshot::{DecodeError, FlowRef};
pub use time::{Date, NotADate, Seconds, Timestamp};

/// The samples of the README, compiled and run.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../README.md")]
struct ReadMe;
