//! Every mistake in a catalogue or a matrix is found, named and placed.

use kyc_core::Flow;
use kyc_core::flow::Code;
use serde_json::{Value, json};

use super::definition;

#[track_caller]
fn finds(change: impl FnOnce(&mut Value), expected: &[(Code, &str)]) {
    let mut definition = definition();
    change(&mut definition);
    let error = Flow::from_json(&definition.to_string()).unwrap_err();
    let found: Vec<_> = error
        .diagnostics
        .iter()
        .map(|diagnostic| (diagnostic.code, diagnostic.path.as_str()))
        .collect();
    assert_eq!(found, expected, "{error}");
}

fn rule(definition: &mut Value) -> &mut Value {
    &mut definition["additional_steps"]["catalogue"][0]
}

#[test]
fn steps_without_a_place_in_the_walk_and_a_place_without_steps_are_found() {
    finds(
        |definition| {
            let steps = definition["steps"].as_array_mut().unwrap();
            steps.retain(|step| !step.as_str().unwrap().starts_with("additional"));
        },
        &[(Code::Unenforced, "additional_steps")],
    );
    finds(
        |definition| {
            definition
                .as_object_mut()
                .unwrap()
                .remove("additional_steps");
        },
        &[(Code::DeadEnd, "additional_steps")],
    );
    finds(
        |definition| definition["additional_steps"]["catalogue"] = json!([]),
        &[
            (Code::DeadEnd, "additional_steps.catalogue"),
            (
                Code::UnknownStep,
                "additional_steps.asked.DE.id_card.UTILITY_BILL",
            ),
            (Code::UnknownStep, "additional_steps.asked.all.all[0]"),
            (
                Code::UnknownStep,
                "additional_steps.asked.all.passport.ADDITIONAL_PHOTO",
            ),
            (
                Code::UnknownStep,
                "additional_steps.asked.all.passport.UTILITY_BILL",
            ),
        ],
    );
}

#[test]
fn steps_that_are_asked_before_the_document_is_known_are_found() {
    finds(
        |definition| {
            definition["steps"] = json!([
                "welcome",
                "additional_step",
                "additional_step_review",
                "document_selection",
                "document_photo",
                "document_review",
                "selfie",
                "selfie_review",
                "final",
            ]);
        },
        &[(Code::UnreachableStep, "steps[1]")],
    );
}

#[test]
fn every_mistake_of_a_rule_is_found_with_its_place() {
    let at = |member: &str| format!("additional_steps.catalogue[0].{member}");
    for (member, value, code, place) in [
        (
            "types",
            json!(["upload", "compare", "extract", "compare"]),
            Code::Duplicate,
            at("types[3]"),
        ),
        (
            "fields",
            json!(["address", "name", "no field"]),
            Code::BadName,
            at("fields[2]"),
        ),
        (
            "fields",
            json!(["address", "name", "address"]),
            Code::Duplicate,
            at("fields[2]"),
        ),
        ("texts", json!({}), Code::BadText, at("texts")),
        (
            "texts",
            json!({ "english": { "name": "N", "description": "D" } }),
            Code::BadName,
            at("texts.english"),
        ),
        (
            "texts",
            json!({ "en": { "name": " ", "description": "D" } }),
            Code::BadText,
            at("texts.en"),
        ),
        (
            "texts",
            json!({ "en": { "name": "N", "description": "D".repeat(2_001) } }),
            Code::BadText,
            at("texts.en"),
        ),
        ("proofs", json!([]), Code::DeadEnd, at("proofs")),
        (
            "proofs",
            json!(["gas_bill", "gas_bill"]),
            Code::Duplicate,
            at("proofs[1]"),
        ),
    ] {
        finds(
            |definition| rule(definition)[member] = value,
            &[(code, &place)],
        );
    }
    finds(
        |definition| {
            definition["additional_steps"]["catalogue"][1]["sources"]["camera"] = json!(false);
        },
        &[
            (Code::DeadEnd, "additional_steps.catalogue[1].sources"),
            (
                Code::DeadEnd,
                "additional_steps.asked.all.passport.ADDITIONAL_PHOTO.sources",
            ),
        ],
    );
    finds(
        |definition| definition["additional_steps"]["catalogue"][1]["proofs"] = json!(["gas_bill"]),
        &[(Code::Unenforced, "additional_steps.catalogue[1].proofs")],
    );
    finds(
        |definition| definition["additional_steps"]["attempts"] = json!(0),
        &[(Code::DeadEnd, "additional_steps.attempts")],
    );
    finds(
        |definition| definition["additional_steps"]["attempts"] = json!(101),
        &[(Code::UnboundedLoop, "additional_steps.attempts")],
    );
}

#[test]
fn every_mistake_of_a_matrix_is_found_with_its_place() {
    let asked = |value: Value| {
        move |definition: &mut Value| definition["additional_steps"]["asked"] = value
    };
    let bill = |change: Value| asked(json!({ "all": { "all": { "UTILITY_BILL": change } } }));
    let at = |member: &str| format!("additional_steps.asked.all.all.UTILITY_BILL{member}");
    finds(
        asked(json!({ "XX": { "all": [] } })),
        &[
            (Code::UnknownCountry, "additional_steps.asked.XX"),
            (Code::Unenforced, "additional_steps.asked.XX.all"),
        ],
    );
    finds(
        asked(json!({ "all": { "PASSPORT": [] } })),
        &[
            (Code::UnknownDocument, "additional_steps.asked.all.PASSPORT"),
            (Code::Unenforced, "additional_steps.asked.all.PASSPORT"),
        ],
    );
    finds(
        asked(json!({ "IN": { "aadhaar": ["UTILITY_BILL"] } })),
        &[(Code::Unenforced, "additional_steps.asked.IN.aadhaar")],
    );
    finds(
        asked(json!({ "all": { "all": ["UTILITY_BILL", "UTILITY_BILL", "OTHER"] } })),
        &[
            (Code::Duplicate, "additional_steps.asked.all.all[1]"),
            (Code::UnknownStep, "additional_steps.asked.all.all[2]"),
        ],
    );
    finds(
        asked(json!({ "all": { "all": { "ADDITIONAL_PHOTO": { "type": "compare" } } } })),
        &[(
            Code::NotEnabled,
            "additional_steps.asked.all.all.ADDITIONAL_PHOTO.type",
        )],
    );
    finds(
        bill(json!({ "fields": ["age"] })),
        &[(Code::UnknownField, &at(".fields[0]"))],
    );
    finds(
        bill(json!({ "fields": [] })),
        &[(Code::DeadEnd, &at(".fields"))],
    );
    finds(
        bill(json!({ "sources": { "file": false, "camera": false, "pdf": false } })),
        &[(Code::DeadEnd, &at(".sources"))],
    );
    finds(
        bill(json!({ "texts": { "x": { "name": "N", "description": "D" } } })),
        &[(Code::BadName, &at(".texts.x"))],
    );
}

#[test]
fn a_setting_that_is_no_boolean_and_a_member_that_nobody_knows_are_malformed() {
    for change in [
        json!({ "sources": { "pdf": "yes" } }),
        json!({ "sources": { "fax": true } }),
        json!({ "type": "guess" }),
        json!({ "kind": "upload" }),
    ] {
        let mut definition = definition();
        definition["additional_steps"]["asked"] =
            json!({ "all": { "all": { "UTILITY_BILL": change } } });
        let error = Flow::from_json(&definition.to_string()).unwrap_err();
        assert_eq!(error.diagnostics[0].code, Code::Malformed, "{error}");
    }
}

#[test]
fn a_flow_without_additional_steps_is_written_as_before() {
    assert!(!Flow::manual_review().to_json().contains("additional"));
}
