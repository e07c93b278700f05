//! Who acts. Every event declares its sender; the host compares that with whom it has authenticated.

use serde::{Deserialize, Serialize};

use crate::ids::ReviewerId;

/// The party an event comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sender {
    /// The person who is being verified.
    Applicant,
    /// A person in the back office.
    Reviewer,
    /// The company's own backend, with its API key.
    Integrator,
    /// An automatic check.
    Check,
    /// A deadline that has passed.
    Clock,
}

impl Sender {
    /// The party as it is written down.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Reviewer => "reviewer",
            Self::Integrator => "integrator",
            Self::Check => "check",
            Self::Clock => "clock",
        }
    }
}

/// The party together with its name where it has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Which party.
    pub sender: Sender,
    /// Which reviewer; nobody else is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ReviewerId>,
}

impl Actor {
    /// The applicant of the session at hand.
    pub const APPLICANT: Self = Self::unnamed(Sender::Applicant);
    /// The company's backend.
    pub const INTEGRATOR: Self = Self::unnamed(Sender::Integrator);
    /// An automatic check.
    pub const CHECK: Self = Self::unnamed(Sender::Check);
    /// The clock.
    pub const CLOCK: Self = Self::unnamed(Sender::Clock);

    /// A reviewer.
    pub const fn reviewer(name: ReviewerId) -> Self {
        Self {
            sender: Sender::Reviewer,
            name: Some(name),
        }
    }

    const fn unnamed(sender: Sender) -> Self {
        Self { sender, name: None }
    }
}
