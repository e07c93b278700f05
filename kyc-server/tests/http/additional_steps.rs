//! Additional steps over the interface: opened with what the company asks and knows, walked, and compared.

use std::sync::Arc;

use kyc_core::Flow;
use reqwest::Response;
use serde_json::{Value, json};

use crate::harness::{API_KEY, Applicant, Stage, World, problem};

pub(crate) async fn world() -> World {
    let flow = include_str!("../../../kyc-core/tests/flows/additional_steps.json");
    let stage = Stage {
        flows: vec![Arc::new(Flow::from_json(flow).unwrap())],
        ..Stage::new()
    };
    World::on(&stage).await
}

pub(crate) async fn open(world: &World, key: &str, opening: &Value) -> Response {
    let asked = world.post("/integrator/v1/sessions").bearer_auth(API_KEY);
    let asked = asked.header("idempotency-key", key).json(opening);
    asked.send().await.unwrap()
}

pub(crate) async fn sessions(world: &World) -> usize {
    let asked = world.get("/integrator/v1/sessions").bearer_auth(API_KEY);
    let page: Value = asked.send().await.unwrap().json().await.unwrap();
    page["sessions"].as_array().unwrap().len()
}

pub(crate) async fn to_the_steps(erika: &Applicant<'_>) {
    erika.begin().await;
    erika
        .send(json!({ "type": "select_document", "country": "DE", "document": "passport" }))
        .await;
    let blob = erika.photo(1).await;
    erika
        .send(json!({ "type": "capture_page", "side": "front", "blob": blob }))
        .await;
    erika.send(json!({ "type": "accept_document" })).await;
    let blob = erika.photo(2).await;
    erika
        .send(json!({ "type": "capture_selfie", "blob": blob }))
        .await;
    erika.send(json!({ "type": "accept_selfie" })).await;
}

pub(crate) fn capture(step: &str, source: &str, blob: &str) -> Value {
    json!({ "type": "capture_step", "step": step, "source": source, "blob": blob })
}

#[tokio::test]
async fn what_the_company_knows_reaches_the_reviewer_and_never_the_applicant() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let opening = json!({ "given": { "UTILITY_BILL": { "address": "CANARY 1" } } });
    let opened: Value = open(&world, "one", &opening).await.json().await.unwrap();
    // Asked again, the same session, and what it was asked for once.
    let again: Value = open(&world, "one", &opening).await.json().await.unwrap();
    assert_eq!(again["session"], opened["session"]);
    let erika = world.applicant_by(again["link"].as_str().unwrap()).await;
    assert_eq!(erika.version().await, 1);
    to_the_steps(&erika).await;
    let view = erika.view().await;
    assert_eq!(view["next_step"], "UTILITY_BILL");

    let blob = erika.photo(3).await;
    erika.send(capture("UTILITY_BILL", "file", &blob)).await;
    assert!(!erika.read().await.to_string().contains("CANARY"));
    erika.send(json!({ "type": "accept_step" })).await;
    let blob = erika.photo(4).await;
    erika
        .send(capture("ADDITIONAL_PHOTO", "camera", &blob))
        .await;
    erika.send(json!({ "type": "accept_step" })).await;
    assert!(!erika.read().await.to_string().contains("CANARY"));

    cases
        .until(|told| told.event == "case" && told.data["state"] == "in_review")
        .await;
    let case = ada.case(&erika.session).await;
    let items = case["case"]["items"].as_array().unwrap();
    let bill = items
        .iter()
        .find(|item| item["item"] == "step:UTILITY_BILL")
        .unwrap();
    assert_eq!(
        bill["step"],
        json!({ "type": "compare", "source": "file",
            "fields": [{ "field": "address", "given": "CANARY 1" }] })
    );
    // Each step in every language that its Flow has, for the reviewer to choose.
    let names = |step: &str| {
        let texts = case["steps"][step].as_object().unwrap().iter();
        let names = texts.map(|(locale, text)| (locale.clone(), text["name"].clone()));
        names.collect::<Vec<_>>()
    };
    assert_eq!(
        names("UTILITY_BILL"),
        [
            ("de".into(), json!("Adressnachweis")),
            ("en".into(), json!("Proof of address"))
        ]
    );
    assert_eq!(
        names("ADDITIONAL_PHOTO"),
        [("lt".into(), json!("Nuotrauka"))]
    );
    ada.send(&erika.session, json!({ "type": "claim" })).await;
    for (item, verdict) in [
        ("document_front", json!({ "type": "fine" })),
        ("selfie", json!({ "type": "fine" })),
        (
            "step:UTILITY_BILL",
            json!({ "type": "compared", "fields": { "address": "not_match" } }),
        ),
        (
            "step:ADDITIONAL_PHOTO",
            json!({ "type": "extracted", "fields": { "number": "7" } }),
        ),
    ] {
        let judged = json!({ "type": "judge", "item": item, "verdict": verdict });
        ada.send(&erika.session, judged).await;
    }
    ada.send(&erika.session, json!({ "type": "approve" })).await;
}

#[tokio::test]
async fn an_opening_that_asks_for_what_the_flow_does_not_have_opens_nothing() {
    let world = world().await;
    for (opening, reason) in [
        (
            json!({ "steps": { "all": { "all": ["OTHER"] } } }),
            "step_unknown",
        ),
        (
            json!({ "steps": { "XX": { "all": [] } } }),
            "country_unknown",
        ),
        (
            json!({ "steps": { "all": { "all": { "ADDITIONAL_PHOTO": { "type": "compare" } } } } }),
            "step_type_not_enabled",
        ),
        (
            json!({ "given": { "UTILITY_BILL": { "age": "7" } } }),
            "field_unknown",
        ),
    ] {
        let told = problem(open(&world, "one", &opening).await, 422, "refused").await;
        assert_eq!(told["reason"], reason);
    }
    let settings = json!({ "steps": { "all": { "all": { "UTILITY_BILL": { "sources": { "pdf": "yes" } } } } } });
    problem(open(&world, "one", &settings).await, 400, "malformed").await;
    assert_eq!(sessions(&world).await, 0);
    assert_eq!(
        open(&world, "one", &json!({ "steps": {} })).await.status(),
        201
    );
}

#[tokio::test]
async fn an_empty_object_asks_for_no_step() {
    let world = world().await;
    let none = json!({ "steps": { "all": { "all": {} } } });
    let opened: Value = open(&world, "one", &none).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    to_the_steps(&erika).await;
    assert_eq!(erika.view().await["state"], "final");
}

#[tokio::test]
async fn a_step_takes_nothing_that_was_not_uploaded_nor_handed_in_as_it_is_not_allowed() {
    let world = world().await;
    let opened: Value = open(&world, "one", &json!({})).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    to_the_steps(&erika).await;
    let version = erika.version().await;
    let missing = capture("UTILITY_BILL", "file", &"0".repeat(64));
    problem(
        erika.post(&missing, version, "a").await,
        422,
        "blob_missing",
    )
    .await;
    let blob = erika.photo(3).await;
    let as_pdf = capture("UTILITY_BILL", "pdf", &blob);
    problem(
        erika.post(&as_pdf, version, "b").await,
        422,
        "source_mismatch",
    )
    .await;
    erika.send(capture("UTILITY_BILL", "file", &blob)).await;
    erika.send(json!({ "type": "accept_step" })).await;
    let version = erika.version().await;
    let as_file = capture("ADDITIONAL_PHOTO", "file", &blob);
    let told = problem(erika.post(&as_file, version, "c").await, 422, "refused").await;
    assert_eq!(told["reason"], "source_not_allowed");
    let prescribe = json!({ "type": "prescribe" });
    problem(erika.post(&prescribe, version, "d").await, 403, "not_yours").await;
    let supply =
        json!({ "type": "supply_step", "step": "UTILITY_BILL", "source": "file", "blob": blob });
    problem(erika.post(&supply, version, "e").await, 403, "not_yours").await;
}
