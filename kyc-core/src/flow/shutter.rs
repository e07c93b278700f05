//! When an applicant who films is offered the button.

use crate::json::records;
use crate::time::Seconds;

records! {
    /// For how many seconds the camera films before it puts its button forward, because no picture was good enough to be taken by
    /// itself: 0 to 60, left out 8. The button can be pressed before, too.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct ManualShutter {
        /// In `document_photo`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub document_photo: Option<Seconds>,
        /// In `selfie`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub selfie: Option<Seconds>,
        /// In `additional_step`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub additional_step: Option<Seconds>,
    }
}

impl ManualShutter {
    /// Left out then: the hash of a Flow that says nothing about it stays what it was.
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}
