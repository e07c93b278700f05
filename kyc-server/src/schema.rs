//! The shapes of what the charts read and show, for the description of the interface. The charts have the last word: the
//! tests hold every shape against them.

use std::borrow::Cow;

use kyc_core::collection::{self, NextAction};
use kyc_core::{
    BillRule, Comparison, DocumentType, Outcome, Phase, ProofKind, RejectReason, RetakeReason,
    Sender, Side, Source, StepType, review,
};
use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::{OpenApi, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::CODES;
use crate::results::Status;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        $(
            $(#[$doc])*
            pub(crate) struct $name;

            // Only a name; `describe` puts the shape under it.
            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    Object::default().into()
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }
            }
        )*
    };
}

names! {
    /// An event that an applicant may send.
    ApplicantEvent,
    /// An event that a reviewer may send.
    ReviewerEvent,
    /// A session as its company reads it.
    SessionRead,
    /// What an applicant's page begins with.
    Loaded,
    /// What a reviewer's page shows.
    CaseRead,
    /// What happened.
    Journals,
    /// What came of a session.
    Results,
    /// Every error of every route.
    Problem,
}

/// The description with every shape under its name.
pub(crate) fn describe(document: &OpenApi) -> Value {
    let mut document = json!(document);
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(shapes());
    }
    document
}

fn shapes() -> Map<String, Value> {
    let applicants = collection::EventKind::ALL.iter();
    let applicants = applicants.filter(|kind| kind.sender() == Sender::Applicant);
    let reviewers = review::EventKind::ALL.iter();
    let reviewers = reviewers.filter(|kind| kind.sender() == Sender::Reviewer);
    let shapes = json!({
        "ApplicantEvent": one_of(applicants.filter_map(|kind| applicant_event(*kind))),
        "ReviewerEvent": one_of(reviewers.filter_map(|kind| reviewer_event(*kind))),
        "Consent": object(json!({ "version": text(), "locale": text() }), json!({})),
        "Details": object(
            json!({ "given_names": text(), "family_name": text(), "date_of_birth": { "type": "string", "format": "date" } }),
            json!({}),
        ),
        "Decision": object(
            json!({ "outcome": words(Outcome::ALL) }),
            json!({ "reason": words(RejectReason::ALL), "message": text() }),
        ),
        "Verdict": one_of([
            object(json!({ "type": word("fine") }), json!({})),
            object(
                json!({ "type": word("compared"), "fields": map(words(Comparison::ALL)) }),
                json!({}),
            ),
            object(
                json!({ "type": word("extracted"), "fields": map(text()) }),
                json!({}),
            ),
            object(
                json!({ "type": word("retake"), "reason": words(RetakeReason::ALL) }),
                json!({ "message": text(), "note": text() }),
            ),
        ]),
        "Brief": brief(),
        "View": view(json!({})),
        "SessionRead": view(json!({
            "external_ref": nullable(text()),
            "hold": nullable(object(
                json!({ "reason": words(collection::HoldReason::ALL), "since": number() }),
                json!({}),
            )),
        })),
        "CaseView": case_view(),
        "Results": results(),
        "Loaded": object(
            json!({
                "view": the("View"),
                "flow": { "type": "object", "description": "The Flow as JSON" },
                "snapshot": { "type": "string", "description": "The session at rest; hand it to the page's own chart" },
                "handover": nullable(one_of([
                    object(json!({ "state": word("open"), "expires_at": number() }), json!({})),
                    object(json!({ "state": word("asked"), "match": text(), "expires_at": number() }), json!({})),
                    object(json!({ "state": word("agreed") }), json!({})),
                ])),
            }),
            json!({}),
        ),
        "CaseRead": object(
            json!({
                "case": the("CaseView"), "applicant": the("View"),
                "steps": map(map(object(json!({ "name": text(), "description": text() }), json!({})))),
            }),
            json!({}),
        ),
        "Entry": object(
            json!({
                "version": number(), "at": number(), "event": text(), "from": text(), "to": text(),
                "by": object(json!({ "sender": text() }), json!({ "name": text() })),
                "effects": list(text()), "hash": hash(),
            }),
            json!({}),
        ),
        "Journal": object(json!({ "entries": list(the("Entry")), "whole": { "type": "boolean" } }), json!({})),
        "Journals": object(json!({ "collection": the("Journal"), "review": the("Journal") }), json!({})),
        "Problem": {
            "type": "object",
            "description": "RFC 9457. Tell problems apart by `code`. Rejections and stale versions carry more: \
                            state, event, reason, accepts, current.",
            "properties": {
                "type": text(), "title": text(), "status": number(), "detail": text(),
                "code": words(&CODES.iter().map(|(code, _)| *code).collect::<Vec<_>>()),
            },
            "required": ["type", "title", "status", "code"],
        },
    });
    match shapes {
        Value::Object(shapes) => shapes,
        _ => Map::new(),
    }
}

fn applicant_event(kind: collection::EventKind) -> Option<Value> {
    use collection::EventKind as Kind;
    let required = match kind {
        Kind::Start => json!({ "consent": the("Consent") }),
        Kind::SubmitDetails => json!({ "details": the("Details") }),
        Kind::SelectDocument => {
            json!({ "country": country(), "document": words(DocumentType::ALL) })
        }
        Kind::CapturePage => json!({ "side": words(Side::ALL), "blob": hash() }),
        Kind::RetakePage => json!({ "side": words(Side::ALL) }),
        Kind::CaptureSelfie => json!({ "blob": hash() }),
        Kind::CaptureStep => {
            let required = json!({ "step": name(), "source": words(Source::ALL), "blob": hash() });
            let optional = json!({ "proof": words(ProofKind::ALL) });
            return Some(event(kind.as_str(), required, optional));
        }
        Kind::ReviewDocument
        | Kind::AcceptDocument
        | Kind::ReviewSelfie
        | Kind::AcceptSelfie
        | Kind::RetakeSelfie
        | Kind::ReviewStep
        | Kind::AcceptStep
        | Kind::RetakeStep
        | Kind::Back => json!({}),
        _ => return None,
    };
    Some(event(kind.as_str(), required, json!({})))
}

fn reviewer_event(kind: review::EventKind) -> Option<Value> {
    use review::EventKind as Kind;
    let (required, optional) = match kind {
        Kind::Claim | Kind::Release | Kind::RequestResubmission => (json!({}), json!({})),
        Kind::Judge => (
            json!({ "item": item(), "verdict": the("Verdict") }),
            json!({}),
        ),
        Kind::Approve => (json!({}), json!({ "note": text() })),
        Kind::Reject => (
            json!({ "reason": words(RejectReason::ALL) }),
            json!({ "message": text(), "note": text() }),
        ),
        _ => return None,
    };
    Some(event(kind.as_str(), required, optional))
}

fn view(more: Value) -> Value {
    let photo = || object(json!({ "blob": hash(), "round": number() }), json!({}));
    let page = || {
        let side = words(Side::ALL);
        object(
            json!({ "side": side, "blob": hash(), "round": number() }),
            json!({}),
        )
    };
    let ask = json!({
        "item": item(), "reason": words(RetakeReason::ALL),
        "message": nullable(text()), "done": { "type": "boolean" },
    });
    let document = json!({
        "country": country(), "type": words(DocumentType::ALL),
        "sides": list(words(Side::ALL)), "pages": list(page()),
    });
    let mut required = json!({
        "session": text(),
        "flow": object(json!({ "id": text(), "version": number() }), json!({})),
        "version": number(),
        "unchanged_since": number(),
        "state": words(collection::State::ALL),
        "phase": words(Phase::ALL),
        "next_action": words(NextAction::ALL),
        "next_side": nullable(words(Side::ALL)),
        "next_step": nullable(name()),
        "accepts": list(words(collection::EventKind::ALL)),
        "deadline": nullable(number()),
        "round": number(),
        "steps": list(words(collection::State::ALL)),
        "asked": list(object(ask, json!({}))),
        "details": nullable(the("Details")),
        "document": nullable(object(document, json!({}))),
        "selfie": nullable(photo()),
        "additional_steps": list(additional_step()),
        "attempts_left": object(json!({ "front": number(), "back": number(), "selfie": number() }), json!({})),
        "outcome": nullable(the("Decision")),
        "redacted_at": nullable(number()),
    });
    if let (Some(required), Value::Object(more)) = (required.as_object_mut(), more) {
        required.extend(more);
    }
    object(required, json!({}))
}

fn additional_step() -> Value {
    let may = || json!({ "type": "boolean" });
    let file = json!({
        "blob": hash(), "round": number(), "source": words(Source::ALL),
        "proof": nullable(words(ProofKind::ALL)),
    });
    object(
        json!({
            "step": name(), "type": words(StepType::ALL), "locale": text(), "name": text(),
            "description": text(),
            "sources": object(json!({ "file": may(), "camera": may(), "pdf": may() }), json!({})),
            "proofs": list(words(ProofKind::ALL)), "rules": list(words(BillRule::ALL)),
            "needed": may(), "file": nullable(object(file, json!({}))), "attempts_left": number(),
        }),
        json!({}),
    )
}

fn brief() -> Value {
    object(
        json!({ "type": words(StepType::ALL), "source": words(Source::ALL) }),
        json!({
            "proof": words(ProofKind::ALL),
            "fields": list(object(json!({ "field": name() }), json!({ "given": text() }))),
        }),
    )
}

fn results() -> Value {
    let field = json!({
        "field": name(), "given": nullable(text()), "seen": nullable(text()),
        "answer": nullable(words(Comparison::ALL)),
    });
    let step = json!({
        "step": name(), "type": words(StepType::ALL), "status": words(Status::ALL),
        "source": nullable(words(Source::ALL)), "proof": nullable(words(ProofKind::ALL)),
        "reason": nullable(words(RetakeReason::ALL)), "fields": list(object(field, json!({}))),
    });
    let document = json!({ "country": country(), "type": words(DocumentType::ALL) });
    object(
        json!({
            "session": text(), "version": number(), "phase": words(Phase::ALL),
            "outcome": nullable(words(Outcome::ALL)), "reason": nullable(words(RejectReason::ALL)),
            "decided_at": nullable(number()), "document": nullable(object(document, json!({}))),
            "steps": list(object(step, json!({}))), "redacted_at": nullable(number()),
        }),
        json!({}),
    )
}

fn case_view() -> Value {
    let verdict = || nullable(the("Verdict"));
    let earlier = object(
        json!({ "blob": hash(), "round": number(), "verdict": verdict(), "step": nullable(the("Brief")) }),
        json!({}),
    );
    let item = json!({
        "item": item(), "blob": hash(), "round": number(), "verdict": verdict(), "earlier": list(earlier),
        "step": nullable(the("Brief")), "late": { "type": "boolean" },
    });
    let closing = json!({
        "by": text(), "at": number(), "round": number(), "stage": number(),
        "outcome": nullable(words(Outcome::ALL)), "reason": nullable(words(RejectReason::ALL)),
        "message": nullable(text()), "note": nullable(text()),
    });
    object(
        json!({
            "session": text(),
            "state": words(review::State::ALL),
            "version": number(),
            "round": number(),
            "stage": number(),
            "stages": number(),
            "claimed_by": nullable(text()),
            "claimed_until": nullable(number()),
            "accepts": list(words(review::EventKind::ALL)),
            "items": list(object(item, json!({}))),
            "decisions": list(object(closing, json!({}))),
            "redacted_at": nullable(number()),
        }),
        json!({}),
    )
}

fn event(kind: &str, required: Value, optional: Value) -> Value {
    let mut shape = object(required, optional);
    shape["properties"]["type"] = word(kind);
    if let Some(required) = shape["required"].as_array_mut() {
        required.insert(0, json!("type"));
    }
    shape
}

/// Takes these members and no other.
fn object(required: Value, optional: Value) -> Value {
    let members = |value: Value| match value {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let (mut properties, optional) = (members(required), members(optional));
    let required: Vec<_> = properties.keys().cloned().collect();
    properties.extend(optional);
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn one_of(shapes: impl IntoIterator<Item = Value>) -> Value {
    json!({ "oneOf": shapes.into_iter().collect::<Vec<_>>() })
}

fn the(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Members of any name, all of one shape.
fn map(shape: Value) -> Value {
    json!({ "type": "object", "additionalProperties": shape })
}

fn nullable(shape: Value) -> Value {
    json!({ "anyOf": [shape, { "type": "null" }] })
}

fn list(shape: Value) -> Value {
    json!({ "type": "array", "items": shape })
}

fn words<T: ToString>(all: &[T]) -> Value {
    json!({ "type": "string", "enum": all.iter().map(ToString::to_string).collect::<Vec<_>>() })
}

fn word(only: &str) -> Value {
    json!({ "type": "string", "enum": [only] })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn number() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn hash() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
}

/// The name of an additional step, or of a field of one.
fn name() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$", "example": "UTILITY_BILL" })
}

fn item() -> Value {
    let pattern = "^(document_front|document_back|selfie|step:[A-Za-z0-9_-]{1,40})$";
    json!({ "type": "string", "pattern": pattern, "example": "selfie" })
}

fn country() -> Value {
    json!({ "type": "string", "pattern": "^[A-Z]{2}$" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kyc_core::{Actor, Exhibit, Flow, Item, Timestamp};

    const NOW: Timestamp = Timestamp::from_millis(1_795_219_200_000);

    /// The smallest value of a shape.
    fn sample(shape: &Value) -> Value {
        if let Some(name) = shape["$ref"].as_str() {
            return sample(&shapes()[name.rsplit('/').next().unwrap()]);
        }
        if let Some(first) = shape["oneOf"].get(0).or_else(|| shape["anyOf"].get(0)) {
            return sample(first);
        }
        if shape["example"].is_string() {
            return shape["example"].clone();
        }
        match (shape["type"].as_str().unwrap(), shape["pattern"].as_str()) {
            ("string", Some("^[A-Z]{2}$")) => json!("DE"),
            ("string", Some(_)) => json!("ab".repeat(32)),
            ("string", None) => shape["enum"].get(0).cloned().unwrap_or_else(|| json!("x")),
            ("integer", _) => json!(1),
            ("boolean", _) => json!(true),
            ("array", _) => json!([sample(&shape["items"])]),
            ("object", _) if shape["additionalProperties"].is_object() => {
                json!({ "field": sample(&shape["additionalProperties"]) })
            }
            _ => {
                let required = shape["required"].as_array().unwrap().iter();
                let name = |name: &Value| name.as_str().unwrap().to_owned();
                required
                    .map(|member| (name(member), sample(&shape["properties"][name(member)])))
                    .collect::<Map<_, _>>()
                    .into()
            }
        }
    }

    /// Whether a value has a shape.
    fn fits(shape: &Value, value: &Value) -> bool {
        if let Some(name) = shape["$ref"].as_str() {
            return fits(&shapes()[name.rsplit('/').next().unwrap()], value);
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(shapes) = shape[choice].as_array() {
                return shapes.iter().any(|shape| fits(shape, value));
            }
        }
        match (shape["type"].as_str().unwrap(), value) {
            ("string", Value::String(_)) => shape["enum"]
                .as_array()
                .is_none_or(|words| words.contains(value)),
            ("integer", Value::Number(_)) | ("boolean", Value::Bool(_)) | ("null", Value::Null) => {
                true
            }
            ("array", Value::Array(values)) => {
                values.iter().all(|value| fits(&shape["items"], value))
            }
            ("object", Value::Object(members)) if shape["additionalProperties"].is_object() => {
                let shape = &shape["additionalProperties"];
                members.values().all(|value| fits(shape, value))
            }
            ("object", Value::Object(members)) => {
                let required = shape["required"].as_array().unwrap().iter();
                required
                    .clone()
                    .all(|name| members.contains_key(name.as_str().unwrap()))
                    && members.iter().all(|(name, value)| {
                        shape["properties"]
                            .get(name)
                            .is_some_and(|shape| fits(shape, value))
                    })
            }
            _ => false,
        }
    }

    fn described<E: serde::de::DeserializeOwned>(shape: &Value, kind: &str) {
        let whole = sample(shape);
        assert_eq!(whole["type"], kind);
        assert!(
            serde_json::from_value::<E>(whole.clone()).is_ok(),
            "{whole}"
        );
        let members: Vec<_> = whole.as_object().unwrap().keys().cloned().collect();
        for member in members {
            let mut less = whole.clone();
            less.as_object_mut().unwrap().remove(&member);
            assert!(
                serde_json::from_value::<E>(less).is_err(),
                "{kind} without {member}"
            );
        }
        let mut everything = whole.clone();
        for (member, shape) in shape["properties"].as_object().unwrap() {
            everything[member] = sample(shape);
        }
        assert!(
            serde_json::from_value::<E>(everything).is_ok(),
            "{kind} with everything"
        );
        let mut more = whole;
        more["unknown"] = json!(1);
        assert!(
            serde_json::from_value::<E>(more).is_err(),
            "{kind} with more"
        );
    }

    #[test]
    fn every_event_that_somebody_may_send_is_described_as_the_charts_read_it() {
        for kind in collection::EventKind::ALL {
            if kind.sender() == Sender::Applicant {
                described::<collection::Event>(&applicant_event(*kind).unwrap(), kind.as_str());
            }
        }
        for kind in review::EventKind::ALL {
            if kind.sender() == Sender::Reviewer {
                described::<review::Event>(&reviewer_event(*kind).unwrap(), kind.as_str());
            }
        }
    }

    #[test]
    fn every_view_of_a_walk_has_its_shape() {
        let flow = Flow::manual_review();
        let mut session = collection::Session::open(&flow, "s-1".parse().unwrap(), NOW);
        let blob = "ab".repeat(32);
        let shape = &shapes()["View"];
        for event in [
            json!({ "type": "start", "consent": { "version": "1", "locale": "en" } }),
            json!({ "type": "submit_details", "details":
                { "given_names": "Erika", "family_name": "M", "date_of_birth": "1984-08-12" } }),
            json!({ "type": "select_document", "country": "DE", "document": "passport" }),
            json!({ "type": "capture_page", "side": "front", "blob": blob }),
            json!({ "type": "accept_document" }),
            json!({ "type": "capture_selfie", "blob": blob }),
            json!({ "type": "accept_selfie" }),
            json!({ "type": "request_resubmission", "items": [{ "item": "selfie", "reason": "other", "message": "m" }] }),
            json!({ "type": "capture_selfie", "blob": blob }),
            json!({ "type": "accept_selfie" }),
            json!({ "type": "decide", "decision": { "outcome": "rejected", "reason": "other", "message": "m" } }),
            json!({ "type": "erase" }),
        ] {
            assert!(
                fits(shape, &json!(session.view())),
                "{}",
                json!(session.view())
            );
            let event: collection::Event = serde_json::from_value(event).unwrap();
            let _ = session.handle(&event, NOW).unwrap();
        }
        assert!(fits(shape, &json!(session.view())));
        assert!(!fits(shape, &json!({ "session": "s-1" })));
    }

    #[test]
    fn the_views_of_additional_steps_have_their_shape() {
        let flow = include_str!("../../kyc-core/tests/flows/additional_steps.json");
        let flow = std::sync::Arc::new(Flow::from_json(flow).unwrap());
        let mut session = collection::Session::open(&flow, "s-1".parse().unwrap(), NOW);
        let mut case = review::Session::open(&flow, "s-1".parse().unwrap(), NOW);
        let blob = "ab".repeat(32);
        let capture = |step: &str, source: &str| json!({ "type": "capture_step", "step": step, "source": source, "blob": blob });
        let mut exhibits = Vec::new();
        for event in [
            json!({ "type": "prescribe", "given": { "UTILITY_BILL": { "address": "A" } } }),
            json!({ "type": "start", "consent": { "version": "1", "locale": "de" } }),
            json!({ "type": "select_document", "country": "DE", "document": "passport" }),
            json!({ "type": "capture_page", "side": "front", "blob": blob }),
            json!({ "type": "accept_document" }),
            json!({ "type": "capture_selfie", "blob": blob }),
            json!({ "type": "accept_selfie" }),
            capture("UTILITY_BILL", "file"),
            json!({ "type": "accept_step" }),
            capture("ADDITIONAL_PHOTO", "camera"),
            json!({ "type": "accept_step" }),
        ] {
            let event: collection::Event = serde_json::from_value(event).unwrap();
            for effect in session.handle(&event, NOW).unwrap().effects {
                if let collection::Effect::Submit {
                    complete: true,
                    exhibits: all,
                    ..
                } = effect
                {
                    exhibits = all;
                }
            }
            let view = json!(session.view());
            assert!(fits(&shapes()["View"], &view), "{view}");
        }
        let ada = Actor::reviewer("ada".parse().unwrap());
        let said = json!({ "type": "judge", "item": "step:UTILITY_BILL",
            "verdict": { "type": "compared", "fields": { "address": "match" } } });
        for event in [
            review::Event::Arrive { round: 1, exhibits },
            review::Event::Claim,
            serde_json::from_value(said).unwrap(),
        ] {
            let _ = case.handle(&event, &ada, NOW).unwrap();
            let view = json!(case.view(ada.name.as_ref().unwrap(), NOW));
            assert!(fits(&shapes()["CaseView"], &view), "{view}");
            let results = json!(crate::results::Results::of(&session, Some(&case)));
            assert!(fits(&shapes()["Results"], &results), "{results}");
        }
    }

    #[test]
    fn every_view_of_a_case_has_its_shape() {
        let flow = Flow::manual_review();
        let mut case = review::Session::open(&flow, "s-1".parse().unwrap(), NOW);
        let ada = Actor::reviewer("ada".parse().unwrap());
        let shape = &shapes()["CaseView"];
        let exhibit = Exhibit {
            item: Item::Selfie,
            blob: "ab".repeat(32).parse().unwrap(),
            step: None,
        };
        let arrive = |round| review::Event::Arrive {
            round,
            exhibits: vec![exhibit.clone()],
        };
        let event = |event| serde_json::from_value::<review::Event>(event).unwrap();
        let retake = json!({ "type": "retake", "reason": "glare", "message": "m", "note": "n" });
        for (by, event) in [
            (&Actor::APPLICANT, arrive(1)),
            (&ada, event(json!({ "type": "claim" }))),
            (
                &ada,
                event(json!({ "type": "judge", "item": "selfie", "verdict": retake })),
            ),
            (&ada, event(json!({ "type": "request_resubmission" }))),
            (&Actor::APPLICANT, arrive(2)),
            (&ada, event(json!({ "type": "claim" }))),
            (
                &ada,
                event(json!({ "type": "judge", "item": "selfie", "verdict": { "type": "fine" } })),
            ),
            (
                &ada,
                event(json!({ "type": "reject", "reason": "other", "message": "m", "note": "n" })),
            ),
        ] {
            let _ = case.handle(&event, by, NOW).unwrap();
            let view = json!(case.view(ada.name.as_ref().unwrap(), NOW));
            assert!(fits(shape, &view), "{view}");
        }
    }

    #[test]
    fn no_shape_refers_to_a_name_that_is_not_there() {
        let document = crate::openapi::document();
        let document: Value = serde_json::from_str(&document).unwrap();
        fn names(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(members) => {
                    found.extend(
                        members
                            .get("$ref")
                            .and_then(Value::as_str)
                            .map(str::to_owned),
                    );
                    members.values().for_each(|value| names(value, found));
                }
                Value::Array(values) => values.iter().for_each(|value| names(value, found)),
                _ => {}
            }
        }
        let mut found = Vec::new();
        names(&document, &mut found);
        assert!(found.len() > 20);
        for name in found {
            assert!(
                document.pointer(name.strip_prefix('#').unwrap()).is_some(),
                "{name}"
            );
        }
    }
}
