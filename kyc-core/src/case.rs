//! The nouns both charts share: documents and their sides, items, reasons, decisions.

use alloc::string::String;
use alloc::vec::Vec;

use crate::additional::Brief;
use crate::item::Item;
use crate::json::records;
use crate::pii::Pii;

/// Enums that are written as one word: the list of words, and how each is spelled.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[non_exhaustive]
        pub enum $name { $($(#[$word_doc])* #[cfg_attr(any(feature = "schema", feature = "ts"), serde(rename = $text))] $word),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$word),*];

            const WORDS: &'static [&'static str] = &[$($text),*];

            /// The word as it is written on the wire and in files.
            pub const fn as_str(self) -> &'static str {
                Self::WORDS[self as usize]
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::text::one_of(Self::WORDS, deserializer).map(|place| Self::ALL[place])
            }
        }

        impl crate::json::Write for $name {
            fn write(&self, text: &mut alloc::vec::Vec<u8>) {
                crate::json::word(text, self.as_str());
            }
        }

        impl crate::json::Read for $name {
            fn blank() -> Self {
                Self::ALL[0]
            }

            #[inline(never)]
            fn read(&mut self, reader: &mut crate::json::Reader<'_>) -> crate::json::Found<()> {
                *self = Self::ALL[reader.one_of(Self::WORDS)?];
                Ok(())
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    )*};
}
pub(crate) use words;

words! {
    /// A kind of identity document.
    DocumentType {
        /// National identity card.
        IdCard = "id_card",
        /// Passport booklet: its data page.
        Passport = "passport",
        /// Residence permit card.
        ResidencePermit = "residence_permit",
        /// Driving licence card.
        DriverLicense = "driver_license",
        /// India's tax card: its front.
        PanCard = "pan_card",
        /// India's identity card; the address is on its back.
        Aadhaar = "aadhaar",
        /// Another document of the country: its front.
        Other = "other",
    }

    /// A side of a document. The data page of a passport is its front.
    Side {
        /// The side with the portrait.
        Front = "front",
        /// The other side of a card.
        Back = "back",
    }

    /// Why an item is wanted again. Each is told to the applicant.
    RetakeReason {
        /// Out of focus, or moved.
        Blurry = "blurry",
        /// A reflection covers something.
        Glare = "glare",
        /// Too little light.
        TooDark = "too_dark",
        /// Edges are cut off.
        Cropped = "cropped",
        /// Cannot be read for another reason.
        Unreadable = "unreadable",
        /// Not the document that was chosen.
        WrongDocument = "wrong_document",
        /// The other side is wanted.
        WrongSide = "wrong_side",
        /// The document is damaged.
        Damaged = "damaged",
        /// The document is no longer valid.
        ExpiredDocument = "expired_document",
        /// The face is covered or missing.
        FaceNotVisible = "face_not_visible",
        /// A picture of a picture or of a screen.
        NotLive = "not_live",
        /// Something else: the text says what.
        Other = "other",
    }

    /// Why a session is rejected.
    RejectReason {
        /// The document is no longer valid.
        DocumentExpired = "document_expired",
        /// Documents of this kind are not accepted.
        DocumentNotAccepted = "document_not_accepted",
        /// What was typed differs from what the document says.
        DetailsMismatch = "details_mismatch",
        /// The face is not that of the document.
        FaceMismatch = "face_mismatch",
        /// The person is too young.
        UnderAge = "under_age",
        /// Fraud is suspected. Never told to the applicant.
        SuspectedFraud = "suspected_fraud",
        /// Something else: the text says what.
        Other = "other",
    }

    /// How a case ends.
    Outcome {
        /// The person is who they say.
        Approved = "approved",
        /// They are not, or it cannot be told.
        Rejected = "rejected",
    }

    /// Where a session stands, for those who need one word.
    Phase {
        /// Nothing was given yet.
        Created = "created",
        /// The applicant is on the way.
        Collecting = "collecting",
        /// Collection is complete and no reviewer can see it yet.
        Processing = "processing",
        /// A reviewer can see it.
        InReview = "in_review",
        /// The applicant is asked for some items again.
        ResubmissionRequested = "resubmission_requested",
        /// Ended well.
        Approved = "approved",
        /// Ended badly.
        Rejected = "rejected",
        /// Not completed in time.
        Expired = "expired",
        /// Called off by the company.
        Cancelled = "cancelled",
    }
}

impl DocumentType {
    /// The sides that carry data on a document of this kind.
    pub const fn sides(self) -> &'static [Side] {
        match self {
            Self::Passport | Self::PanCard | Self::Other => &[Side::Front],
            Self::IdCard | Self::ResidencePermit | Self::DriverLicense | Self::Aadhaar => {
                &[Side::Front, Side::Back]
            }
        }
    }
}

impl RejectReason {
    /// The reason that may be told to the applicant: a suspicion is not.
    pub const fn told(self) -> Self {
        match self {
            Self::SuspectedFraud => Self::Other,
            told => told,
        }
    }
}

records! {
    /// The applicant's agreement to a text: which text, and in which language it was shown (BCP 47).
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    pub struct Consent {
        /// The version of the text, as the Flow names it.
        pub version: String,
        /// The language it was shown in.
        pub locale: String,
    }

    /// What the applicant says of themselves.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    pub struct Details {
        /// All given names, as the document spells them.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        pub given_names: Pii<String>,
        /// The family name.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        pub family_name: Pii<String>,
        /// `YYYY-MM-DD`.
        #[cfg_attr(feature = "ts", tsify(type = "string"))]
        pub date_of_birth: Pii<String>,
    }

    /// One item that the applicant is asked for again.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    pub struct Ask {
        /// Which item.
        pub item: Item,
        /// Why.
        pub reason: RetakeReason,
        /// What the reviewer wrote to the applicant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(type = "string", optional))]
        pub message: Option<Pii<String>>,
    }

    /// The end of a case as the applicant is told it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    pub struct Decision {
        /// Approved or rejected.
        pub outcome: Outcome,
        /// Why it was rejected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub reason: Option<RejectReason>,
        /// What the reviewer wrote to the applicant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(type = "string", optional))]
        pub message: Option<Pii<String>>,
    }

    /// An item together with the file that is handed in for it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    pub struct Exhibit {
        /// Which item.
        pub item: Item,
        /// Its file.
        pub blob: crate::ids::BlobRef,
        /// Of an additional step: what is to be done with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub step: Option<Brief>,
    }
}

/// Whether what somebody wrote fits: in characters for people, and in bytes as JSON so that a case with a text for
/// every item of every round can still be kept.
pub(crate) fn is_short(text: &Pii<String>) -> bool {
    text.expose().chars().count() <= LONGEST_TEXT && written(text) <= 3 * LONGEST_TEXT
}

/// How many bytes a text takes as JSON.
pub(crate) fn written(text: &Pii<String>) -> usize {
    let escaped = |character: char| match character {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        control if control.is_control() => 6,
        other => other.len_utf8(),
    };
    text.expose().chars().map(escaped).sum()
}

/// What somebody wrote in one place.
pub(crate) type Texts<'a> = Vec<&'a Pii<String>>;

/// In characters.
pub(crate) const LONGEST_TEXT: usize = 1_000;
