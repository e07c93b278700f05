//! What both charts have in common, for a host that keeps sessions of either kind.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::actor::{Actor, Sender};
use crate::flow::Flow;
use crate::ids::SessionId;
use crate::journal::ChartName;
use crate::snapshot::DecodeError;
use crate::time::Timestamp;

/// One of the two charts of a session: [`collection::Session`](crate::collection::Session) or
/// [`review::Session`](crate::review::Session). Sealed.
pub trait Chart: Clone + Debug + Send + Sync + Sized + sealed::Sealed + 'static {
    /// Which of the two.
    const NAME: ChartName;
    /// What can happen to it.
    type Event: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync;
    /// What leaves it.
    type Effect: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync;
    /// Its answer to an event that is not accepted.
    type Rejected: core::error::Error + Clone + PartialEq + Serialize + Send + Sync;

    /// A session at its beginning, version 0.
    fn open(flow: &Arc<Flow>, id: SessionId, now: Timestamp) -> Self;

    /// A session that was kept.
    ///
    /// # Errors
    ///
    /// See [`DecodeError`].
    fn decode(snapshot: &str, flow: &Arc<Flow>) -> Result<Self, DecodeError>;

    /// A session that was kept and whose Flow is not there, for ending and erasing it; it is good for nothing else, because
    /// only its Flow knows what it asks for.
    ///
    /// # Errors
    ///
    /// See [`DecodeError`].
    fn decode_to_forget(snapshot: &str) -> Result<Self, DecodeError>;

    /// Whether the event ends a session, erases it or has to do with whether it may be erased, which needs no Flow.
    fn forgets(event: &Self::Event) -> bool;

    /// The session at rest.
    fn encode(&self) -> String;

    /// Lets the event happen, if it may. The sender must have been compared with [`Chart::sender`] before.
    ///
    /// # Errors
    ///
    /// The rejection; the session is as it was.
    fn take(
        &mut self,
        event: &Self::Event,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Taken<Self::Effect>, Self::Rejected>;

    /// Who alone may send that event.
    fn sender(event: &Self::Event) -> Sender;

    /// The token of compare-and-swap: how many events were accepted so far.
    fn version(&self) -> u32;

    /// The present state, as it is written down.
    fn state_name(&self) -> &'static str;

    /// When the session was opened.
    fn opened_at(&self) -> Timestamp;

    /// When the clock is to come, and with which event: facts of the snapshot, so ask again after every step. A visit that
    /// is no longer among them does no harm: it is refused.
    fn visits(&self) -> Vec<(Timestamp, Self::Event)>;
}

/// A step of either chart, as a host writes it down.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Taken<Effect> {
    /// The version it led to.
    pub version: u32,
    /// The kind of event.
    pub event: &'static str,
    /// The state before.
    pub from: &'static str,
    /// The state after.
    pub to: &'static str,
    /// The effects and their kinds.
    pub effects: Vec<(&'static str, Effect)>,
}

pub(crate) mod sealed {
    /// Keeps the trait to the two charts.
    #[expect(
        unnameable_types,
        reason = "that nobody outside can name it is the point"
    )]
    pub trait Sealed {}
}

/// Declares a chart's `Step` and `Rejected`.
macro_rules! answers {
    () => {
        /// The answer to an accepted event. Keep the session if `persist` says so, then run the effects.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[must_use = "a step may have to be kept, and its effects run"]
        #[non_exhaustive]
        pub struct Step {
            /// How many events were accepted so far, this one included.
            pub version: u32,
            /// The state before.
            pub from: State,
            /// The state after.
            pub to: State,
            /// What happened.
            pub event: EventKind,
            /// The session must be kept before anything else is done.
            pub persist: bool,
            /// What is to be done, in this order; each is named by (session, version, position).
            pub effects: Vec<Effect>,
        }

        /// The answer to any other event. Nothing has changed.
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            thiserror::Error,
            serde::Serialize,
            serde::Deserialize,
        )]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[serde(tag = "code", rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Rejected {
            /// No such event in this state: a stale page, or the caller's mistake.
            #[error("{event} is not accepted in {state}")]
            NotAccepted {
                /// The present state.
                state: State,
                /// What was sent.
                event: EventKind,
            },
            /// A guard said no.
            #[error("{event} was refused in {state}: {reason}")]
            Refused {
                /// The present state.
                state: State,
                /// What was sent.
                event: EventKind,
                /// Why.
                reason: Reason,
            },
        }

        impl Step {
            fn taken(self) -> crate::chart::Taken<Effect> {
                crate::chart::Taken {
                    version: self.version,
                    event: self.event.as_str(),
                    from: self.from.as_str(),
                    to: self.to.as_str(),
                    effects: self
                        .effects
                        .into_iter()
                        .map(|effect| (effect.kind(), effect))
                        .collect(),
                }
            }
        }
    };
}
pub(crate) use answers;
