//! The compatible surface held against its description: the examples there are sent as they stand, and the answers compared
//! member by member.

use std::sync::Arc;

use kyc_core::Flow;
use serde_json::{Value, json};

use crate::compat::{finished, image, send, status_of, with_pair};
use crate::harness::{Stage, World};
use crate::results::results;

const DESCRIPTION: &str = include_str!("../fixtures/additional-steps.md");

/// Every example of the description, in order, as it is written.
fn examples() -> Vec<String> {
    let mut found = Vec::new();
    let (mut block, mut depth) = (String::new(), 0);
    for line in DESCRIPTION.lines() {
        let begins = line.starts_with('{') || line.starts_with("\"additionalSteps\": {");
        if depth == 0 && !begins {
            continue;
        }
        block.push_str(line);
        block.push('\n');
        depth += line.matches('{').count();
        depth -= line.matches('}').count();
        if depth == 0 {
            found.push(std::mem::take(&mut block));
        }
    }
    found
}

fn without_comments(example: &str) -> String {
    let lines = example.lines();
    lines
        .map(|line| line.split_once("//").map_or(line, |(before, _)| before))
        .collect::<Vec<_>>()
        .join("\n")
}

fn parsed(example: &str) -> Value {
    serde_json::from_str(&without_comments(example)).unwrap()
}

/// A server whose environment is as the example says: one kind of bill, asked of everybody.
async fn environment(bill: Value, asked: Value) -> World {
    let mut flow: Value = serde_json::from_str(include_str!(
        "../../../kyc-core/tests/flows/additional_steps.json"
    ))
    .unwrap();
    flow["documents"] = json!([
        { "type": "id_card", "sides": ["front", "back"] },
        { "type": "passport", "sides": ["front"] },
        { "type": "driver_license", "sides": ["front", "back"] },
        { "type": "residence_permit", "sides": ["front", "back"] },
    ]);
    let texts = json!({ "en": { "name": "Another document", "description": "Any." } });
    let document = json!({ "name": "ADDITIONAL_DOCUMENT", "types": ["upload"], "texts": texts });
    flow["additional_steps"] = json!({ "catalogue": [bill, document], "asked": asked });
    let stage = Stage {
        flows: vec![Arc::new(Flow::from_json(&flow.to_string()).unwrap())],
        config: with_pair(),
        ..Stage::new()
    };
    World::on(&stage).await
}

/// The bill of an answer in the description, as a Flow has it; with every type, the one of the answer first.
fn bill_of(answer: &Value) -> Value {
    let step = &answer["additionalSteps"]["ALL"]["ALL"]["UTILITY_BILL"];
    let first = step["type"].as_str().unwrap().to_lowercase();
    let mut types = vec![first.clone()];
    let others = ["upload", "extract", "compare"].map(str::to_owned);
    types.extend(others.into_iter().filter(|other| *other != first));
    let settings = &step["settings"];
    json!({
        "name": "UTILITY_BILL", "types": types, "fields": ["address"], "texts": step["texts"],
        "sources": {
            "file": settings["canUpload"], "camera": settings["canCapture"], "pdf": settings["canUploadPDF"],
        },
    })
}

fn all(asked: Value) -> Value {
    json!({ "all": { "all": asked } })
}

/// Every member of both, whatever their order.
fn same_members(found: &Value, expected: &Value) {
    let names = |value: &Value| {
        let names = value.as_object().unwrap().keys().cloned();
        names.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(names(found), names(expected));
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&found[name], value, "{name}");
    }
}

/// What an answer cannot have as it is written there: tokens, and the client that the request did not name.
fn settled(mut expected: Value, found: &Value) -> Value {
    for (name, length) in [("authToken", 40), ("scanRef", 36)] {
        assert_eq!(found[name].as_str().unwrap().len(), length, "{name}");
        expected[name] = found[name].clone();
    }
    expected["clientId"] = json!("123");
    expected["personScanRef"] = json!("123");
    expected
}

#[test]
fn the_description_has_eight_examples_and_three_of_them_are_json() {
    let found = examples();
    assert_eq!(found.len(), 8);
    let json: Vec<_> = found
        .iter()
        .map(|example| serde_json::from_str::<Value>(example).is_ok())
        .collect();
    assert_eq!(json, [true, true, false, false, true, false, false, false]);
}

#[tokio::test]
async fn the_first_request_is_taken_to_the_byte_and_answered_member_by_member() {
    let examples = examples();
    let expected = parsed(&examples[1]);
    let world = environment(bill_of(&expected), all(json!(["UTILITY_BILL"]))).await;
    let answer = send(&world, "token", examples[0].clone()).await;
    assert_eq!(answer.status(), 201);
    let found: Value = answer.json().await.unwrap();
    same_members(&found, &settled(expected, &found));
}

#[tokio::test]
async fn data_to_extract_is_taken_and_told_again() {
    let examples = examples();
    let expected = parsed(&examples[3]);
    let world = environment(bill_of(&expected), all(json!(["UTILITY_BILL"]))).await;
    // With its comments it is no JSON.
    let answer = send(&world, "token", examples[2].clone()).await;
    assert_eq!(status_of(answer).await, (400, "JSON_ERROR".into()));
    let answer = send(&world, "token", without_comments(&examples[2])).await;
    assert_eq!(answer.status(), 201);
    let found: Value = answer.json().await.unwrap();
    let mut expected = settled(expected, &found);
    // The description contradicts itself: the same request without a locale is answered with none and with "en".
    expected["locale"] = Value::Null;
    same_members(&found, &expected);
}

#[tokio::test]
async fn an_empty_object_asks_for_none_and_a_list_for_these_only() {
    let examples = examples();
    let bill = bill_of(&parsed(&examples[1]));
    let asked = all(json!(["UTILITY_BILL", "ADDITIONAL_DOCUMENT"]));
    let world = environment(bill, asked).await;
    for (fragment, steps) in [(5, &[][..]), (6, &["ADDITIONAL_DOCUMENT"])] {
        let body = format!("{{\"clientId\": \"{fragment}\", {}}}", examples[fragment]);
        let answer = send(&world, "token", body).await;
        assert_eq!(answer.status(), 201);
        let found: Value = answer.json().await.unwrap();
        let found = &found["additionalSteps"]["ALL"]["ALL"];
        let names: Vec<_> = found.as_object().unwrap().keys().collect();
        assert_eq!(names, steps);
    }
}

#[tokio::test]
async fn an_object_overrides_type_texts_fields_and_settings() {
    let examples = examples();
    let bill = bill_of(&parsed(&examples[1]));
    let world = environment(bill.clone(), all(json!(["UTILITY_BILL"]))).await;
    let answer = send(&world, "token", without_comments(&examples[7])).await;
    assert_eq!(answer.status(), 201);
    let found: Value = answer.json().await.unwrap();
    let found = &found["additionalSteps"]["ALL"]["ALL"]["UTILITY_BILL"];
    let asked = parsed(&examples[7]);
    let asked = &asked["additionalSteps"]["ALL"]["ALL"]["UTILITY_BILL"];
    for member in ["type", "fields", "settings"] {
        assert_eq!(found[member], asked[member]);
    }
    assert_eq!(found["texts"]["de"], asked["texts"]["de"]);
    // Languages that it does not name keep their texts.
    assert_eq!(found["texts"]["en"], bill["texts"]["en"]);
}

#[tokio::test]
async fn a_step_is_uploaded_after_the_end_with_the_request_of_the_description() {
    let examples = examples();
    let bill = bill_of(&parsed(&examples[1]));
    let world = environment(bill, all(json!(["UTILITY_BILL"]))).await;
    let (erika, scan_ref) = finished(&world, "123").await;
    // To the byte it speaks of a session that is not here, with a placeholder for an image.
    let upload = "upload-additional-step";
    let answer = send(&world, upload, examples[4].clone()).await;
    assert_eq!(status_of(answer).await, (404, "TOKEN_NOT_VALID".into()));
    let body = examples[4].replace("3f2d0e6a-0a37-11ec-a45b-025ad99a18e7", &scan_ref);
    let answer = send(&world, upload, body.clone()).await;
    assert_eq!(status_of(answer).await, (400, "ENCODING_ERROR".into()));
    let before = results(&world, &erika.session).await;
    let body = body.replace("{{Base64 image}}", &image(9));
    let answer = send(&world, upload, body.clone()).await;
    assert_eq!(answer.status(), 200);
    let after = results(&world, &erika.session).await;
    let version = |results: &Value| results["version"].as_u64().unwrap();
    assert_eq!(version(&after), version(&before) + 1);
    // Again, because the answer was lost: nothing happens twice.
    assert_eq!(send(&world, upload, body).await.status(), 200);
    let again = results(&world, &erika.session).await;
    assert_eq!(version(&again), version(&after));
}
