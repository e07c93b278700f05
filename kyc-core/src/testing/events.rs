//! Events that an invented applicant would send, for tests.

use crate::additional::{Source, StepName};
use crate::case::{
    Ask, Consent, Decision, Details, DocumentType, Outcome, RejectReason, RetakeReason, Side,
};
use crate::collection::Event;
use crate::country::Country;
use crate::ids::BlobRef;
use crate::item::Item;
use crate::pii::Pii;
use crate::time::Timestamp;

/// Noon UTC of 21 November 2026, when test sessions are opened.
pub const NOON: Timestamp = Timestamp::from_millis(1_795_262_400_000);

/// Agrees to version 1 of the text, in English.
pub fn start() -> Event {
    start_with("1")
}

/// Agrees to that version of the text.
pub fn start_with(version: &str) -> Event {
    Event::Start {
        consent: Consent {
            version: version.to_owned(),
            locale: "en".to_owned(),
        },
    }
}

/// Erika Mustermann, born 1964-08-12, as on the German specimens.
pub fn details() -> Event {
    details_of("Erika", "Mustermann", "1964-08-12")
}

/// Somebody with those names, born on that day.
pub fn details_of(given_names: &str, family_name: &str, date_of_birth: &str) -> Event {
    Event::SubmitDetails {
        details: Details {
            given_names: Pii::new(given_names.to_owned()),
            family_name: Pii::new(family_name.to_owned()),
            date_of_birth: Pii::new(date_of_birth.to_owned()),
        },
    }
}

/// Chooses that document of Germany.
pub fn select(document: DocumentType) -> Event {
    select_of("DE", document)
}

/// Chooses that document of that country.
///
/// # Panics
///
/// If there is no such country.
pub fn select_of(country: &str, document: DocumentType) -> Event {
    let country: Country = country.parse().expect("an assigned alpha-2 code");
    Event::SelectDocument { country, document }
}

/// Hands in a photo of that side; photos of different numbers are different.
pub fn page(side: Side, number: u8) -> Event {
    Event::CapturePage {
        side,
        blob: blob(Item::page(side), number),
    }
}

/// Hands in a photo of the face; photos of different numbers are different.
pub fn selfie(number: u8) -> Event {
    Event::CaptureSelfie {
        blob: blob(Item::Selfie, number),
    }
}

/// Hands in a file for that additional step; files of different numbers are different.
///
/// # Panics
///
/// If the name is not one.
pub fn step(name: &str, source: Source, number: u8) -> Event {
    let step: StepName = name.parse().expect("a well-formed name");
    Event::CaptureStep {
        step,
        source,
        blob: blob(Item::AdditionalStep(step), number),
        proof: None,
    }
}

/// The reference of an invented photo.
pub fn blob(item: Item, number: u8) -> BlobRef {
    let kind = match item {
        Item::DocumentFront => "f",
        Item::DocumentBack => "b",
        Item::Selfie => "5",
        Item::AdditionalStep(_) => "a",
    };
    match format!("{}{number:02x}", kind.repeat(62)).parse() {
        Ok(blob) => blob,
        Err(error) => unreachable!("64 hexadecimal digits: {error}"),
    }
}

/// Asks for those items again because they are blurred.
pub fn ask(items: &[Item]) -> Event {
    let ask = |item: &Item| Ask {
        item: *item,
        reason: RetakeReason::Blurry,
        message: None,
    };
    Event::RequestResubmission {
        items: items.iter().map(ask).collect(),
    }
}

/// The case is approved.
pub const fn approved() -> Event {
    Event::Decide {
        decision: Decision {
            outcome: Outcome::Approved,
            reason: None,
            message: None,
        },
    }
}

/// The case is rejected for that reason.
pub const fn rejected(reason: RejectReason) -> Event {
    Event::Decide {
        decision: Decision {
            outcome: Outcome::Rejected,
            reason: Some(reason),
            message: None,
        },
    }
}

/// From the beginning to `final` with an identity card.
pub fn to_final() -> Vec<Event> {
    vec![
        start(),
        details(),
        select(DocumentType::IdCard),
        page(Side::Front, 1),
        page(Side::Back, 1),
        Event::AcceptDocument,
        selfie(1),
        Event::AcceptSelfie,
    ]
}
