//! Additional steps that a company hands in after collection was complete.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::additional_steps::{open, world};
use crate::harness::{API_KEY, World, digest, photo, problem};
use crate::pdf::files::{encrypted, saying};
use crate::results::{approved, arrived, judged, results, results_when};

async fn upload(world: &World, session: &str, step: &str, bytes: Vec<u8>) -> Response {
    let digest = digest(&bytes);
    let path = format!("/integrator/v1/sessions/{session}/steps/{step}/{digest}");
    let asked = world.ask(Method::PUT, &path).bearer_auth(API_KEY);
    asked.body(bytes).send().await.unwrap()
}

async fn supply(world: &World, session: &str, step: &str, body: &Value, key: &str) -> Response {
    let path = format!("/integrator/v1/sessions/{session}/steps/{step}");
    let asked = world.post(&path).bearer_auth(API_KEY);
    let asked = asked.header("idempotency-key", key).json(body);
    asked.send().await.unwrap()
}

#[tokio::test]
async fn what_comes_after_the_decision_is_looked_at_alone_and_the_decision_stands() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    approved(&ada, &erika).await;
    let session = &erika.session;

    let uploaded = upload(&world, session, "UTILITY_BILL", photo(5)).await;
    assert_eq!(uploaded.status(), 201);
    let again = upload(&world, session, "UTILITY_BILL", photo(5)).await;
    assert_eq!(again.status(), 200);
    let bill = json!({ "blob": digest(&photo(5)), "given": { "address": "Street 2" } });
    let mut cases = ada.stream().await;
    let supplied: Value = supply(&world, session, "UTILITY_BILL", &bill, "a")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&supplied["event"], &supplied["to"]),
        (&json!("supply_step"), &json!("approved"))
    );
    // The same key again: the same answer, and nothing happens twice.
    let again: Value = supply(&world, session, "UTILITY_BILL", &bill, "a")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(again, supplied);
    assert_eq!(
        results(&world, session).await["version"],
        supplied["version"]
    );
    let other = json!({ "blob": digest(&photo(5)) });
    let reused = supply(&world, session, "UTILITY_BILL", &other, "a").await;
    problem(reused, 422, "key_reused").await;

    cases
        .until(|told| told.event == "case" && told.data["state"] == "supplemented")
        .await;
    let found = results(&world, session).await;
    assert_eq!(found["phase"], "approved");
    assert_eq!(found["steps"][0]["status"], "waiting");
    assert_eq!(found["steps"][0]["fields"][0]["given"], "Street 2");
    // What was answered of the rest stays as it is.
    assert_eq!(found["steps"][1]["status"], "answered");
    let matches = json!({ "type": "compared", "fields": { "address": "match" } });
    judged(&ada, session, &[("step:UTILITY_BILL", matches)]).await;
    let found = results(&world, session).await;
    assert_eq!(found["outcome"], "approved");
    assert_eq!(found["steps"][0]["fields"][0]["answer"], "match");
    // What it has taken the place of is kept.
    let case = ada.case(session).await;
    let items = case["case"]["items"].as_array().unwrap();
    let bill = items
        .iter()
        .find(|item| item["item"] == "step:UTILITY_BILL");
    let earlier = &bill.unwrap()["earlier"][0];
    assert_eq!(earlier["blob"], digest(&photo(3)));
    assert_eq!(earlier["verdict"]["fields"]["address"], "not_match");
}

#[tokio::test]
async fn a_pdf_that_comes_after_the_decision_is_shown_page_by_page() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    approved(&ada, &erika).await;
    let session = &erika.session;
    let bytes = saying(&["Stadtwerke", "page two"]);
    let bill = json!({ "blob": digest(&bytes) });
    let uploaded = upload(&world, session, "UTILITY_BILL", bytes).await;
    assert_eq!(uploaded.status(), 201);
    let mut cases = ada.stream().await;
    let supplied = supply(&world, session, "UTILITY_BILL", &bill, "a").await;
    assert_eq!(supplied.status(), 200);
    cases
        .until(|told| told.event == "case" && told.data["state"] == "supplemented")
        .await;
    let case = ada.case(session).await;
    let items = case["case"]["items"].as_array().unwrap();
    let shown = items
        .iter()
        .find(|item| item["item"] == "step:UTILITY_BILL")
        .unwrap();
    // What it is, its bytes have told.
    assert_eq!(shown["step"]["source"], "pdf");
    let blob = shown["blob"].as_str().unwrap();
    let path = format!("/cases/{session}/blobs/{blob}?page=2");
    let page = ada.ask(Method::GET, &path).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["kyc-pages"], "2");
}

#[tokio::test]
async fn nothing_is_taken_that_the_session_has_no_use_for() {
    let world = world().await;
    let erika = arrived(&world, "one").await;
    results_when(&erika, |found| found["phase"] == "in_review").await;
    let session = &erika.session;
    let before = results(&world, session).await;

    let told = problem(
        upload(&world, session, "OTHER", photo(5)).await,
        422,
        "refused",
    )
    .await;
    assert_eq!(told["reason"], "step_unknown");
    let text = upload(&world, session, "UTILITY_BILL", b"x".to_vec()).await;
    problem(text, 415, "not_an_image").await;
    let pdf = upload(&world, session, "ADDITIONAL_PHOTO", saying(&["x"])).await;
    problem(pdf, 415, "pdf_not_allowed").await;
    let locked = upload(&world, session, "UTILITY_BILL", encrypted(false)).await;
    problem(locked, 422, "pdf_encrypted").await;
    let empty = upload(&world, session, "UTILITY_BILL", Vec::new()).await;
    problem(empty, 422, "image_empty").await;
    let nobody = upload(&world, "nobody", "UTILITY_BILL", photo(5)).await;
    problem(nobody, 404, "not_found").await;
    let odd = upload(&world, session, "no%20step", photo(5)).await;
    problem(odd, 404, "not_found").await;

    let missing = json!({ "blob": digest(&photo(9)) });
    let answer = supply(&world, session, "UTILITY_BILL", &missing, "a").await;
    problem(answer, 422, "blob_missing").await;
    upload(&world, session, "UTILITY_BILL", photo(5)).await;
    let field = json!({ "blob": digest(&photo(5)), "given": { "age": "7" } });
    let answer = supply(&world, session, "UTILITY_BILL", &field, "b").await;
    let told = problem(answer, 422, "refused").await;
    assert_eq!(told["reason"], "field_unknown");
    let long = json!({ "blob": digest(&photo(5)), "given": { "address": "x".repeat(1001) } });
    let answer = supply(&world, session, "UTILITY_BILL", &long, "c").await;
    let told = problem(answer, 422, "refused").await;
    assert_eq!(told["reason"], "text_too_long");
    assert_eq!(results(&world, session).await, before);
}

#[tokio::test]
async fn a_session_that_is_still_running_or_was_erased_takes_nothing() {
    let world = world().await;
    let opened: Value = open(&world, "one", &json!({})).await.json().await.unwrap();
    let running = opened["session"].as_str().unwrap();
    let answer = upload(&world, running, "UTILITY_BILL", photo(5)).await;
    let told = problem(answer, 409, "not_accepted").await;
    assert_eq!(
        (&told["state"], &told["event"]),
        (&json!("welcome"), &json!("supply_step"))
    );
    assert_eq!(
        world.blobs.count(&running.parse().unwrap()).await.unwrap(),
        0
    );

    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "two").await;
    approved(&ada, &erika).await;
    let erase = world.ask(
        Method::DELETE,
        &format!("/integrator/v1/sessions/{}", erika.session),
    );
    erase.bearer_auth(API_KEY).send().await.unwrap();
    let answer = upload(&world, &erika.session, "UTILITY_BILL", photo(5)).await;
    let told = problem(answer, 422, "refused").await;
    assert_eq!(told["reason"], "already_erased");
    let named = erika.session.parse().unwrap();
    assert_eq!(world.blobs.count(&named).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_taken_is_answered_again_after_the_erasure_whatever_it_was() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    for (key, bytes) in [("photo", photo(5)), ("pdf", saying(&["Street 2"]))] {
        let erika = arrived(&world, key).await;
        approved(&ada, &erika).await;
        let session = &erika.session;
        let bill = json!({ "blob": digest(&bytes), "given": { "address": "Street 2" } });
        upload(&world, session, "UTILITY_BILL", bytes).await;
        let answer = supply(&world, session, "UTILITY_BILL", &bill, "a").await;
        let taken: Value = answer.json().await.unwrap();
        assert_eq!(taken["event"], "supply_step");
        let erase = world.ask(
            Method::DELETE,
            &format!("/integrator/v1/sessions/{session}"),
        );
        let erased = erase.bearer_auth(API_KEY).send().await.unwrap();
        assert!(erased.status().is_success());

        let answer = supply(&world, session, "UTILITY_BILL", &bill, "a").await;
        assert_eq!(answer.status(), 200, "{key}");
        assert_eq!(answer.json::<Value>().await.unwrap(), taken);
        let other = json!({ "blob": bill["blob"], "given": { "address": "Street 3" } });
        let answer = supply(&world, session, "UTILITY_BILL", &other, "a").await;
        problem(answer, 422, "key_reused").await;
        let answer = supply(&world, session, "UTILITY_BILL", &bill, "b").await;
        problem(answer, 422, "blob_missing").await;
    }
}

#[tokio::test]
async fn nobody_but_the_company_hands_in_anything_after_the_decision() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    let step = format!(
        "/integrator/v1/sessions/{}/steps/UTILITY_BILL",
        erika.session
    );
    let body = json!({ "blob": digest(&photo(3)) });
    let upload = format!("{step}/{}", digest(&photo(3)));
    for (method, path) in [(Method::POST, &step), (Method::PUT, &upload)] {
        let ask = || world.ask(method.clone(), path).json(&body);
        for request in [
            ask(),
            ask().bearer_auth(&erika.token),
            ask().header("cookie", &ada.cookie),
        ] {
            let request = request.header("idempotency-key", "a");
            problem(request.send().await.unwrap(), 401, "unauthorized").await;
        }
    }
}
