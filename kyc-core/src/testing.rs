//! For tests of flows: drive a session in sentences, move the time by hand, and walk every session that can be reached.
//!
//! ```
//! use kyc_core::collection::State;
//! use kyc_core::testing::{Given, events};
//! use kyc_core::{DocumentType, Flow, Side};
//!
//! let flow = Flow::manual_review();
//! Given::new(&flow)
//!     .after([events::start(), events::details(), events::select(DocumentType::Passport)])
//!     .when(events::page(Side::Front, 1))
//!     .goes_to(State::DocumentReview);
//!
//! let walk = kyc_core::testing::walk_collection(&flow)?;
//! assert_eq!(walk.undecided(), vec![]);
//! # Ok::<(), kyc_core::testing::BrokenPromise>(())
//! ```

pub mod events;
mod given;
mod page;
mod subject;
mod walk;

pub use self::given::{Given, Then, VirtualClock};
pub use self::page::statechart;
pub use self::walk::{Arrow, BrokenPromise, Cell, Walk, walk_collection, walk_review};
