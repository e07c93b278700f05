//! The statechart of a KYC session.

mod actor;
mod ids;
pub mod journal;
mod pii;
mod time;

pub use actor::{Actor, Sender};
pub use ids::{BlobRef, FlowId, Key, NotAName, ReviewerId, SessionId};
pub use journal::ChartName;
pub use pii::Pii;
pub use time::{Date, NotADate, Seconds, Timestamp};
