//! What an applicant says: what is taken, and what is refused with which reason.

use kyc_core::collection::{Event, Reason, State};
use kyc_core::testing::Given;
use kyc_core::testing::events::{details_of, select_of, start, start_with};
use kyc_core::{DocumentType, Flow};
use std::sync::Arc;

use super::given;

#[test]
fn an_outdated_consent_text_is_refused() {
    given()
        .when(start_with("0"))
        .is_refused(Reason::ConsentOutdated);
}

#[test]
fn what_an_applicant_gives_is_bounded() {
    for locale in ["", "en us", &"e".repeat(36), "en\n"] {
        let consent = kyc_core::Consent {
            version: "1".to_owned(),
            locale: locale.to_owned(),
        };
        given()
            .when(Event::Start { consent })
            .is_refused(Reason::LocaleInvalid);
    }
}

#[test]
fn details_that_no_person_has_are_refused_with_the_reason() {
    for (event, reason) in [
        (
            details_of("", "Mustermann", "1964-08-12"),
            Reason::NameMissing,
        ),
        (details_of("Erika", "  ", "1964-08-12"), Reason::NameMissing),
        (
            details_of("Eri\u{0}ka", "Mustermann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of("Erika", "Muster\u{202e}mann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of("\u{200b}", "Mustermann", "1964-08-12"),
            Reason::NameMissing,
        ),
        (
            details_of("-'.", "Mustermann", "1964-08-12"),
            Reason::NameMissing,
        ),
        (
            details_of("Erika\u{7f}", "Mustermann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of("Erika\u{85}", "Mustermann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of(&"x".repeat(101), "Mustermann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of("Erika", "Mustermann", "12.08.1964"),
            Reason::DateOfBirthInvalid,
        ),
        (
            details_of("Erika", "Mustermann", "2026-11-22"),
            Reason::DateOfBirthInvalid,
        ),
        (
            details_of("Erika", "Mustermann", "1850-01-01"),
            Reason::DateOfBirthInvalid,
        ),
    ] {
        given().after([start()]).when(event).is_refused(reason);
    }
}

#[test]
fn names_of_every_script_are_taken() {
    for name in [
        "Łukasz",
        "María José",
        "王小明",
        "عائشة",
        "Nguyễn",
        "O’Brien-Smith",
        "'t Hooft",
        "Anna-Maria Jr. 2",
        "x",
        &"x".repeat(100),
    ] {
        given()
            .after([start()])
            .when(details_of(name, name, "2000-02-29"))
            .goes_to(State::DocumentSelection);
    }
}

#[test]
fn the_minimum_age_counts_from_the_birthday() {
    let flow = Flow::builder("adults", 1)
        .personal_details()
        .selfie()
        .minimum_age(18)
        .build()
        .unwrap();
    let flow = Arc::new(flow);
    let born = |day| details_of("Erika", "Mustermann", day);
    Given::new(&flow)
        .after([start()])
        .when(born("2008-11-22"))
        .is_refused(Reason::UnderAge);
    Given::new(&flow)
        .after([start()])
        .when(born("2008-11-21"))
        .goes_to(State::Selfie);
}

#[test]
fn a_document_that_the_flow_does_not_offer_is_refused() {
    let flow = Flow::from_json(
        r#"{"id":"de-only","version":1,"consent":"1",
            "steps":["welcome","document_selection","document_photo","document_review","final"],
            "documents":[{"countries":["DE"],"type":"id_card","sides":["front","back"]},
                         {"type":"passport","sides":["front"]}]}"#,
    );
    let flow = Arc::new(flow.unwrap());
    let given = Given::new(&flow).after([start()]);
    given
        .clone()
        .when(select_of("FR", DocumentType::IdCard))
        .is_refused(Reason::DocumentNotOffered);
    given
        .clone()
        .when(select_of("FR", DocumentType::Passport))
        .goes_to(State::DocumentPhoto);
    given
        .when(select_of("DE", DocumentType::IdCard))
        .goes_to(State::DocumentPhoto);
}
