//! What is judged and asked for again one by one: the photos, and each additional step under its name.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::additional::StepName;
use crate::case::Side;
use crate::json::{self, Found, Read, Reader, Write};
use crate::text;

/// One thing a reviewer judges and an applicant can be asked for again.
///
/// ```
/// use kyc_core::Item;
///
/// let item: Item = "step:UTILITY_BILL".parse()?;
/// assert_eq!(item, Item::AdditionalStep("UTILITY_BILL".parse()?));
/// assert!("UTILITY_BILL".parse::<Item>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(
    feature = "ts",
    tsify(type = "\"document_front\" | \"document_back\" | \"selfie\" | `step:${string}`")
)]
#[non_exhaustive]
pub enum Item {
    /// The photo of the document's front.
    DocumentFront,
    /// The photo of the document's back.
    DocumentBack,
    /// The photo of the applicant's face.
    Selfie,
    /// What was handed in for an additional step.
    AdditionalStep(StepName),
}

impl Item {
    /// The items that are no additional step, in order.
    pub const PHOTOS: &'static [Self] = &[Self::DocumentFront, Self::DocumentBack, Self::Selfie];

    /// The photo of that side.
    pub const fn page(side: Side) -> Self {
        match side {
            Side::Front => Self::DocumentFront,
            Side::Back => Self::DocumentBack,
        }
    }

    /// The side it shows; none where it shows none.
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::DocumentFront => Some(Side::Front),
            Self::DocumentBack => Some(Side::Back),
            Self::Selfie | Self::AdditionalStep(_) => None,
        }
    }

    /// The name of the additional step, if it is one.
    pub const fn step(self) -> Option<StepName> {
        match self {
            Self::AdditionalStep(name) => Some(name),
            Self::DocumentFront | Self::DocumentBack | Self::Selfie => None,
        }
    }

    /// Lends it out as it is written.
    fn spelled<T>(self, to: impl FnOnce(&str) -> T) -> T {
        match self {
            Self::DocumentFront => to(FRONT),
            Self::DocumentBack => to(BACK),
            Self::Selfie => to(SELFIE),
            Self::AdditionalStep(name) => to(&[STEP, name.as_str()].concat()),
        }
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.spelled(|whole| serializer.serialize_str(whole))
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text::parsed(deserializer)
    }
}

impl Write for Item {
    fn write(&self, text: &mut Vec<u8>) {
        self.spelled(|whole| json::word(text, whole));
    }
}

impl Read for Item {
    fn blank() -> Self {
        Self::Selfie
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        *self = json::parsed(&reader.text()?)?;
        Ok(())
    }
}

impl fmt::Display for Item {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DocumentFront => formatter.write_str(FRONT),
            Self::DocumentBack => formatter.write_str(BACK),
            Self::Selfie => formatter.write_str(SELFIE),
            Self::AdditionalStep(name) => write!(formatter, "{STEP}{name}"),
        }
    }
}

/// The text names no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an item: document_front, document_back, selfie, or step: with the name of an additional step"
)]
pub struct NotAnItem;

impl FromStr for Item {
    type Err = NotAnItem;

    fn from_str(text: &str) -> Result<Self, NotAnItem> {
        match text {
            FRONT => Ok(Self::DocumentFront),
            BACK => Ok(Self::DocumentBack),
            SELFIE => Ok(Self::Selfie),
            other => {
                let name = other.strip_prefix(STEP).ok_or(NotAnItem)?;
                name.parse()
                    .map(Self::AdditionalStep)
                    .map_err(|_| NotAnItem)
            }
        }
    }
}

impl TryFrom<String> for Item {
    type Error = NotAnItem;

    fn try_from(text: String) -> Result<Self, NotAnItem> {
        text.parse()
    }
}

impl From<Item> for String {
    fn from(item: Item) -> Self {
        item.to_string()
    }
}

const FRONT: &str = "document_front";
const BACK: &str = "document_back";
const SELFIE: &str = "selfie";
const STEP: &str = "step:";
