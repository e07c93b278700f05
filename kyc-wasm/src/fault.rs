//! What is told to a page of what it cannot read.

use kyc_core::DecodeError;

/// A number below zero, from -1 in the order of the words.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    MalformedFlow,
    MalformedSession,
    MalformedSnapshot,
    UnknownSchema,
    TamperedSnapshot,
    ForeignSnapshot,
}

impl Fault {
    pub(crate) const ALL: &'static [Self] = &[
        Self::MalformedFlow,
        Self::MalformedSession,
        Self::MalformedSnapshot,
        Self::UnknownSchema,
        Self::TamperedSnapshot,
        Self::ForeignSnapshot,
    ];

    /// Why the snapshot does not open.
    pub(crate) const fn of(error: &DecodeError) -> Self {
        match error {
            DecodeError::UnknownSchema { .. } => Self::UnknownSchema,
            DecodeError::Tampered => Self::TamperedSnapshot,
            DecodeError::ForeignChart { .. } | DecodeError::ForeignFlow { .. } => {
                Self::ForeignSnapshot
            }
            _ => Self::MalformedSnapshot,
        }
    }

    pub(crate) const fn number(self) -> i32 {
        -1 - self as i32
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedFlow => "malformed_flow",
            Self::MalformedSession => "malformed_session",
            Self::MalformedSnapshot => "malformed_snapshot",
            Self::UnknownSchema => "unknown_schema",
            Self::TamperedSnapshot => "tampered_snapshot",
            Self::ForeignSnapshot => "foreign_snapshot",
        }
    }
}
