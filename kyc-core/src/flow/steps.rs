//! How a company writes down its additional steps: which there are, and who is asked for which.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::additional::{ProofKind, StepType};
use crate::json::{Found, Read, Reader, Write, records};
use crate::small_map::SmallMap;

records! {
    /// The additional steps of a Flow.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct AdditionalSteps {
        /// Every step that may be asked for, in the order in which applicants meet them. What is not here is refused,
        /// whoever asks for it.
        pub catalogue: Vec<StepRule>,
        /// Which of them are asked for when a session says nothing else.
        #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
        pub asked: Matrix,
        /// Files of one step in one round.
        #[serde(default = "ten")]
        pub attempts: u32,
    }
}

const fn ten() -> u32 {
    10
}

/// Country (alpha-2) or `all`, then kind of document or `all`: what is asked for there. The most specific entry counts,
/// whole; see `docs/decisions/0050`.
pub type Matrix = SmallMap<String, SmallMap<String, Asked>>;

/// One entry of a matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Asked {
    /// These steps and no other, as they are.
    Only(Vec<String>),
    /// These steps and no other, each with what is different about it here. An empty object asks for none.
    Each(
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, StepChange>"))]
        SmallMap<String, StepChange>,
    ),
}

impl Write for Asked {
    fn write(&self, text: &mut Vec<u8>) {
        match self {
            Self::Only(names) => names.write(text),
            Self::Each(changes) => changes.write(text),
        }
    }
}

impl Read for Asked {
    fn blank() -> Self {
        Self::Only(Vec::new())
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        match (reader.peek(), &mut *self) {
            (Some(b'['), Self::Only(names)) => names.read(reader),
            _ => {
                let mut changes = SmallMap::new();
                changes.read(reader)?;
                *self = Self::Each(changes);
                Ok(())
            }
        }
    }
}

impl<'de> Deserialize<'de> for Asked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;

        impl<'de> Visitor<'de> for Shape {
            type Value = Asked;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(
                    "a list of names of steps, or an object with what is different about each",
                )
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Asked, A::Error> {
                let mut only = Vec::new();
                while let Some(name) = names.next_element()? {
                    only.push(name);
                }
                Ok(Asked::Only(only))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut changes: A) -> Result<Asked, A::Error> {
                let mut each = SmallMap::new();
                while let Some((name, change)) = changes.next_entry()? {
                    each.insert(name, change);
                }
                Ok(Asked::Each(each))
            }
        }

        deserializer.deserialize_any(Shape)
    }
}

records! {
    /// An additional step that may be asked for.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct StepRule {
        /// Its name: 1 to 40 of `A-Z a-z 0-9 _ -`. `UTILITY_BILL` also asks which bill it is.
        pub name: String,
        /// What may be done with it; the first when nothing else is asked for.
        pub types: Vec<StepType>,
        /// What the applicant reads, by language tag.
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, StepTexts>"))]
        pub texts: SmallMap<String, StepTexts>,
        /// What is compared or typed; also the names under which a company gives what it knows.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub fields: Vec<String>,
        /// How it may be handed in; leave out for every way.
        #[serde(default)]
        pub sources: Sources,
        /// Which kinds of bills `UTILITY_BILL` shows; leave out for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub proofs: Option<Vec<ProofKind>>,
    }

    /// What an applicant reads of an additional step, in one language.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct StepTexts {
        /// The heading, up to 200 characters.
        pub name: String,
        /// What is wanted, up to 2,000 characters.
        pub description: String,
    }

    /// How a step may be handed in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Sources {
        /// An image from the device.
        pub file: bool,
        /// A photo taken in the page.
        pub camera: bool,
        /// A PDF from the device.
        pub pdf: bool,
    }
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            file: true,
            camera: true,
            pdf: true,
        }
    }
}

records! {
    /// What is different about a step. What is left out stays as it is.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct StepChange {
        /// What is done with it: one of the types that the catalogue allows it.
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub kind: Option<StepType>,
        /// What the applicant reads; languages that are not named keep their texts.
        #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
        #[cfg_attr(feature = "ts", tsify(type = "Record<string, StepTexts>", optional))]
        pub texts: SmallMap<String, StepTexts>,
        /// Some of the fields of the catalogue, instead of all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub fields: Option<Vec<String>>,
        /// How it may be handed in; ways that are not named stay as they are.
        #[serde(default, skip_serializing_if = "SourcesChange::is_empty")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub sources: SourcesChange,
    }

    /// What is different about how a step may be handed in.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct SourcesChange {
        /// An image from the device.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub file: Option<bool>,
        /// A photo taken in the page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub camera: Option<bool>,
        /// A PDF from the device.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub pdf: Option<bool>,
    }
}

impl SourcesChange {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Stands in a matrix for every country and for every kind of document.
pub const ALL: &str = "all";
