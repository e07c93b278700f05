//! Every mistake in a Flow file is found, named and placed.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::sync::Arc;

use kyc_core::Flow;
use kyc_core::collection::{Event, Session};
use kyc_core::flow::{Code, Diagnostic};
use kyc_core::testing::events::{NOON, to_final};
use serde_json::{Value, json};

fn good() -> Value {
    serde_json::from_str(&Flow::manual_review().to_json()).unwrap()
}

fn findings(definition: &Value) -> Vec<(Code, String)> {
    let error = Flow::from_json(&definition.to_string()).unwrap_err();
    error
        .diagnostics
        .into_iter()
        .map(|Diagnostic { code, path, .. }| (code, path))
        .collect()
}

#[track_caller]
fn finds(change: impl FnOnce(&mut Value), expected: &[(Code, &str)]) {
    let mut definition = good();
    change(&mut definition);
    let expected: Vec<_> = expected
        .iter()
        .map(|(code, path)| (*code, (*path).to_owned()))
        .collect();
    assert_eq!(findings(&definition), expected);
    walks(&definition);
}

/// A page does not judge what its server sends. Whatever comes of it, it is no panic.
fn walks(definition: &Value) {
    let Ok(flow) = Flow::judged_elsewhere(&definition.to_string()).map(Arc::new) else {
        return;
    };
    let mut session = Session::open(&flow, "s-1".parse().unwrap(), NOON);
    for event in to_final().into_iter().chain([Event::Back, Event::Cancel]) {
        let _answer = session.handle(&event, NOON);
        let _drawn = (session.view(), Session::decode(&session.encode(), &flow));
    }
}

fn steps(names: &[&str]) -> impl FnOnce(&mut Value) {
    let names = json!(names);
    move |definition| definition["steps"] = names
}

#[test]
fn the_flow_that_is_shipped_has_no_findings_and_reads_back_the_same() {
    let flow = Flow::manual_review();
    let same = Flow::from_json(&flow.to_json()).unwrap();
    assert_eq!(*flow, same);
}

#[test]
fn what_is_not_a_flow_is_malformed_with_its_place() {
    for text in ["", "[]", "{", r#"{"id":1}"#] {
        let error = Flow::from_json(text).unwrap_err();
        assert_eq!(error.diagnostics[0].code, Code::Malformed, "{text}");
        assert!(
            error.diagnostics[0].path.starts_with("line "),
            "{}",
            error.diagnostics[0].path
        );
    }
    let mut definition = good();
    definition["extra"] = json!(true);
    assert_eq!(findings(&definition)[0].0, Code::Malformed);
}

#[test]
fn a_step_that_nobody_reaches_is_found() {
    finds(
        steps(&[
            "welcome",
            "document_photo",
            "document_review",
            "selfie",
            "selfie_review",
            "final",
        ]),
        &[
            (Code::UnreachableStep, "steps[1]"),
            (Code::UnreachableStep, "documents"),
        ],
    );
    finds(
        |definition| {
            let steps = definition["steps"].as_array_mut().unwrap();
            let last = steps.len() - 1;
            steps.swap(last, last - 1);
        },
        &[
            (Code::DeadEnd, "steps[5]"),
            (Code::UnreachableStep, "steps[7]"),
            (Code::UnreachableStep, "steps[7]"),
        ],
    );
    finds(
        |definition| definition["steps"].as_array_mut().unwrap().swap(0, 1),
        &[
            (Code::UnreachableStep, "steps[0]"),
            (Code::UnreachableStep, "steps[1]"),
        ],
    );
}

#[test]
fn a_step_that_nobody_leaves_is_found() {
    finds(
        |definition| {
            definition["steps"].as_array_mut().unwrap().pop();
        },
        &[(Code::DeadEnd, "steps")],
    );
    finds(
        |definition| {
            definition["steps"].as_array_mut().unwrap().remove(6);
        },
        &[(Code::DeadEnd, "steps[5]")],
    );
    finds(
        |definition| definition["documents"] = json!([]),
        &[(Code::DeadEnd, "documents")],
    );
    finds(
        |definition| definition["limits"]["selfie_attempts"] = json!(0),
        &[(Code::DeadEnd, "limits.selfie_attempts")],
    );
    finds(
        |definition| definition["clocks"]["session"] = json!(0),
        &[(Code::DeadEnd, "clocks.session")],
    );
    finds(
        |definition| definition["clocks"]["retention"] = json!(0),
        &[(Code::DeadEnd, "clocks.retention")],
    );
}

#[test]
fn a_reminder_that_would_never_come_or_without_end_is_found() {
    let finds_in = |reminders: &[u32], expected: &[(Code, &str)]| {
        finds(
            |definition| {
                definition["clocks"]["session"] = json!(3_600);
                definition["clocks"]["reminders"] = json!(reminders);
            },
            expected,
        );
    };
    finds_in(&[0, 60], &[(Code::DeadEnd, "clocks.reminders[0]")]);
    finds_in(&[60, 60], &[(Code::Duplicate, "clocks.reminders[1]")]);
    finds_in(
        &[900, 60, 1_800, 3_600],
        &[
            (Code::Unenforced, "clocks.reminders[1]"),
            (Code::Unenforced, "clocks.reminders[3]"),
        ],
    );
    // Sooner than one before it, although not than the one right before it.
    finds_in(
        &[900, 60, 600],
        &[
            (Code::Unenforced, "clocks.reminders[1]"),
            (Code::Unenforced, "clocks.reminders[2]"),
        ],
    );
    finds_in(
        &[1, 2, 3, 4, 5, 6],
        &[(Code::UnboundedLoop, "clocks.reminders")],
    );
    let mut good = good();
    good["clocks"]["session"] = json!(3_600);
    good["clocks"]["reminders"] = json!([1, 2, 3, 4, 3_599]);
    Flow::from_json(&good.to_string()).unwrap();
}

#[test]
fn a_button_that_comes_too_late_or_in_no_step_is_found() {
    let all = json!({ "document_photo": 0, "selfie": 60, "additional_step": 61 });
    finds(
        |definition| definition["manual_shutter"] = all.clone(),
        &[(Code::Unenforced, "manual_shutter.additional_step")],
    );
    finds(
        |definition| definition["manual_shutter"] = json!({ "document_photo": 61 }),
        &[(Code::DeadEnd, "manual_shutter.document_photo")],
    );
    for wrong in [json!({ "welcome": 8 }), json!({ "selfie": -1 }), json!(8)] {
        let mut definition = good();
        definition["manual_shutter"] = wrong;
        assert_eq!(findings(&definition)[0].0, Code::Malformed);
    }
}

#[test]
fn a_flow_that_says_nothing_of_the_button_is_the_flow_it_was() {
    let before = Flow::from_json(&good().to_string()).unwrap();
    assert!(!before.to_json().contains("manual_shutter"));
    let mut usual = good();
    usual["manual_shutter"] = json!({});
    let usual = Flow::from_json(&usual.to_string()).unwrap();
    assert_eq!(usual.hash(), before.hash());
    let mut own = good();
    own["manual_shutter"] = json!({ "selfie": 20 });
    let own = Flow::from_json(&own.to_string()).unwrap();
    assert_ne!(own.hash(), before.hash());
    assert_eq!(Flow::from_json(&own.to_json()).unwrap().hash(), own.hash());
}

#[test]
fn a_loop_without_end_is_found() {
    finds(
        |definition| {
            definition["limits"] =
                json!({"document_attempts": null, "selfie_attempts": null, "resubmissions": null});
        },
        &[
            (Code::UnboundedLoop, "limits.document_attempts"),
            (Code::UnboundedLoop, "limits.selfie_attempts"),
            (Code::UnboundedLoop, "limits.resubmissions"),
        ],
    );
}

#[test]
fn a_loop_that_is_as_good_as_endless_is_found() {
    finds(
        |definition| {
            definition["limits"] =
                json!({"document_attempts": 101, "selfie_attempts": 100, "resubmissions": 11});
        },
        &[
            (Code::UnboundedLoop, "limits.document_attempts"),
            (Code::UnboundedLoop, "limits.resubmissions"),
        ],
    );
}

#[test]
fn an_age_that_no_step_asks_for_or_nobody_reaches_is_found() {
    finds(
        |definition| {
            definition["minimum_age"] = json!(18);
            let steps = definition["steps"].as_array_mut().unwrap();
            steps.retain(|step| step != "personal_details");
        },
        &[(Code::Unenforced, "minimum_age")],
    );
    finds(
        |definition| definition["minimum_age"] = json!(131),
        &[(Code::DeadEnd, "minimum_age")],
    );
}

#[test]
fn a_missing_side_is_found() {
    finds(
        |definition| definition["documents"][0]["sides"] = json!(["front"]),
        &[(Code::MissingSide, "documents[0].sides")],
    );
    finds(
        |definition| definition["documents"][1]["sides"] = json!([]),
        &[(Code::MissingSide, "documents[1].sides")],
    );
}

#[test]
fn a_mark_that_would_lose_data_is_found() {
    let submits = json!([{"state": "document_photo", "when": "leaving"}, {"state": "final", "when": "entering"}]);
    finds(
        |definition| {
            definition["checkpoints"] =
                json!({"persisted": ["document_selection"], "submits": submits});
        },
        &[
            (Code::LossyMark, "checkpoints.persisted"),
            (Code::LossyMark, "checkpoints.submits[0]"),
            (Code::LossyMark, "checkpoints.submits[1]"),
        ],
    );
    finds(
        |definition| definition["checkpoints"] = json!({"persisted": ["final"], "submits": []}),
        &[(Code::LossyMark, "checkpoints.submits")],
    );
    finds(
        |definition| {
            definition["checkpoints"] = json!({
                "persisted": ["final", "final", "approved"],
                "submits": [{"state": "final", "when": "entering"}, {"state": "nowhere", "when": "leaving"}],
            });
        },
        &[
            (Code::Duplicate, "checkpoints.persisted[1]"),
            (Code::UnknownStep, "checkpoints.persisted[2]"),
            (Code::UnknownStep, "checkpoints.submits[1].state"),
        ],
    );
}

#[test]
fn marks_that_lose_nothing_may_be_moved() {
    let mut definition = good();
    definition["checkpoints"] = json!({
        "persisted": ["selfie_review", "final"],
        "submits": [{"state": "selfie", "when": "leaving"}, {"state": "final", "when": "entering"}],
    });
    let flow = Flow::from_json(&definition.to_string()).unwrap();
    assert_eq!(
        kyc_core::testing::walk_collection(&flow)
            .unwrap()
            .undecided(),
        vec![]
    );
}

#[test]
fn names_that_stand_twice_are_found() {
    finds(
        |definition| {
            definition["steps"]
                .as_array_mut()
                .unwrap()
                .insert(1, json!("personal_details"));
        },
        &[(Code::Duplicate, "steps[2]")],
    );
    finds(
        |definition| {
            let rule = definition["documents"][1].clone();
            definition["documents"].as_array_mut().unwrap().push(rule);
        },
        &[(Code::Duplicate, "documents[4]")],
    );
    finds(
        |definition| {
            definition["documents"][0]["countries"] = json!(["DE", "DE"]);
            definition["documents"][0]["sides"] = json!(["front", "front", "back"]);
        },
        &[
            (Code::Duplicate, "documents[0].countries[1]"),
            (Code::Duplicate, "documents[0].sides[1]"),
        ],
    );
}

#[test]
fn names_that_mean_nothing_are_found() {
    finds(
        steps(&["welcome", "liveness", "selfie", "selfie_review", "final"]),
        &[
            (Code::UnknownStep, "steps[1]"),
            (Code::UnreachableStep, "documents"),
        ],
    );
    finds(
        |definition| definition["documents"][0]["countries"] = json!(["DE", "XX"]),
        &[(Code::UnknownCountry, "documents[0].countries[1]")],
    );
    finds(
        |definition| {
            definition["id"] = json!("no spaces");
            definition["consent"] = json!("");
        },
        &[(Code::BadName, "consent"), (Code::BadName, "id")],
    );
    finds(
        steps(&["welcome", "final"]),
        &[
            (Code::NoReview, "steps"),
            (Code::UnreachableStep, "documents"),
        ],
    );
    finds(
        |definition| definition["review"]["stages"] = json!(0),
        &[(Code::NoReview, "review.stages")],
    );
}

#[test]
fn every_finding_of_a_file_is_told_at_once() {
    let mut definition = good();
    definition["id"] = json!("");
    definition["documents"][0]["sides"] = json!(["front"]);
    definition["limits"]["resubmissions"] = Value::Null;
    let codes: Vec<_> = findings(&definition)
        .into_iter()
        .map(|(code, _)| code)
        .collect();
    assert_eq!(
        codes,
        [Code::BadName, Code::MissingSide, Code::UnboundedLoop]
    );
    let error = Flow::from_json(&definition.to_string()).unwrap_err();
    assert_eq!(error.to_string().lines().count(), 3);
}

#[test]
fn the_schema_for_editors_is_the_committed_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/flow.schema.json");
    let schema = Flow::json_schema() + "\n";
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if written != schema {
        std::fs::write(path, &schema).unwrap();
        panic!(
            "docs/flow.schema.json was stale; it has been written anew: look at the difference and commit it"
        );
    }
}

#[test]
fn what_was_judged_elsewhere_is_the_same_flow() {
    let with_steps = include_str!("flows/additional_steps.json");
    for text in [with_steps, &Flow::manual_review().to_json()] {
        assert_eq!(
            Flow::judged_elsewhere(text).unwrap(),
            Flow::from_json(text).unwrap()
        );
    }
}

#[test]
fn a_flow_of_another_release_is_not_taken_for_one_of_this() {
    for change in [
        (|definition| definition["steps"][3] = json!("iris_scan")) as fn(&mut Value),
        |definition| definition["documents"][0]["countries"] = json!(["XX"]),
        |definition| definition["documents"][0]["type"] = json!("library_card"),
        |definition| definition["colour"] = json!("blue"),
        |definition| definition["limits"]["selfie_attempts"] = json!(-1),
        |definition| definition["id"] = json!(""),
    ] {
        let mut definition = good();
        change(&mut definition);
        assert!(Flow::judged_elsewhere(&definition.to_string()).is_err());
    }
    assert!(Flow::judged_elsewhere("{}").is_err());
}
