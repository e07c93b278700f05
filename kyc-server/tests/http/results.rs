//! What came of a session, as its company reads it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::additional_steps::{capture, open, to_the_steps, world};
use crate::harness::{API_KEY, Applicant, Reviewer, World, problem};

pub(crate) async fn results(world: &World, session: &str) -> Value {
    let asked = world.get(&format!("/integrator/v1/sessions/{session}/results"));
    let answer = asked.bearer_auth(API_KEY).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    answer.json().await.unwrap()
}

/// The results as soon as they fit; the applicant's stream tells when to look again.
pub(crate) async fn results_when(erika: &Applicant<'_>, fits: impl Fn(&Value) -> bool) -> Value {
    let mut moves = erika.stream().await;
    loop {
        let found = results(erika.world, &erika.session).await;
        if fits(&found) {
            return found;
        }
        moves.next().await.unwrap();
    }
}

/// Opened with what the company knows, and walked to the end with a passport.
pub(crate) async fn arrived<'a>(world: &'a World, key: &str) -> Applicant<'a> {
    let opening = json!({ "given": { "UTILITY_BILL": { "address": "Street 1" } } });
    let opened: Value = open(world, key, &opening).await.json().await.unwrap();
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    to_the_steps(&erika).await;
    let blob = erika.photo(3).await;
    let mut bill = capture("UTILITY_BILL", "file", &blob);
    bill["proof"] = json!("water_bill");
    erika.send(bill).await;
    erika.send(json!({ "type": "accept_step" })).await;
    let blob = erika.photo(4).await;
    erika
        .send(capture("ADDITIONAL_PHOTO", "camera", &blob))
        .await;
    erika.send(json!({ "type": "accept_step" })).await;
    erika
}

/// Claims the case as soon as it is there, and says of each item what it is worth.
pub(crate) async fn judged(ada: &Reviewer<'_>, session: &str, verdicts: &[(&str, Value)]) {
    ada.send(session, json!({ "type": "claim" })).await;
    for (item, verdict) in verdicts {
        let judged = json!({ "type": "judge", "item": item, "verdict": verdict });
        ada.send(session, judged).await;
    }
}

pub(crate) async fn approved(ada: &Reviewer<'_>, erika: &Applicant<'_>) {
    results_when(erika, |found| found["phase"] == "in_review").await;
    let verdicts = [
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
    ];
    judged(ada, &erika.session, &verdicts).await;
    ada.send(&erika.session, json!({ "type": "approve" })).await;
    results_when(erika, |found| found["phase"] == "approved").await;
}

#[tokio::test]
async fn the_company_reads_of_every_step_what_was_given_what_was_seen_and_the_answer() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    let found = results_when(&erika, |found| found["phase"] == "in_review").await;
    assert_eq!(found["outcome"], Value::Null);
    let bill = json!({
        "step": "UTILITY_BILL", "type": "compare", "status": "waiting", "source": "file",
        "proof": "water_bill", "reason": null,
        "fields": [{ "field": "address", "given": "Street 1", "seen": null, "answer": null }],
    });
    let photo = json!({
        "step": "ADDITIONAL_PHOTO", "type": "extract", "status": "waiting", "source": "camera",
        "proof": null, "reason": null,
        "fields": [{ "field": "number", "given": null, "seen": null, "answer": null }],
    });
    assert_eq!(found["steps"], json!([bill, photo]));

    approved(&ada, &erika).await;
    let found = results(&world, &erika.session).await;
    let (mut bill, mut photo) = (bill, photo);
    bill["status"] = json!("answered");
    bill["fields"][0]["answer"] = json!("not_match");
    photo["status"] = json!("answered");
    photo["fields"][0]["seen"] = json!("7");
    assert_eq!(
        found,
        json!({
            "session": erika.session, "version": found["version"], "phase": "approved",
            "outcome": "approved", "reason": null, "decided_at": world.now(),
            "document": { "country": "DE", "type": "passport" },
            "steps": [bill, photo], "redacted_at": null,
        })
    );
}

#[tokio::test]
async fn the_company_is_told_the_reason_that_the_applicant_is_not() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    results_when(&erika, |found| found["phase"] == "in_review").await;
    let blurry = json!({ "type": "retake", "reason": "blurry" });
    judged(&ada, &erika.session, &[("step:UTILITY_BILL", blurry)]).await;
    let found = results(&world, &erika.session).await;
    assert_eq!(found["steps"][0]["status"], "wanted_again");
    assert_eq!(found["steps"][0]["reason"], "blurry");
    let reject = json!({ "type": "reject", "reason": "suspected_fraud", "note": "CANARY" });
    ada.send(&erika.session, reject).await;
    let found = results_when(&erika, |found| found["phase"] == "rejected").await;
    assert_eq!(found["outcome"], "rejected");
    assert_eq!(found["reason"], "suspected_fraud");
    assert_eq!(erika.view().await["outcome"]["reason"], "other");
    // What colleagues write to each other stays among them.
    assert!(!found.to_string().contains("CANARY"));
}

#[tokio::test]
async fn before_anything_is_handed_in_the_results_say_what_is_missing() {
    let world = world().await;
    let opened: Value = open(&world, "one", &json!({})).await.json().await.unwrap();
    let session = opened["session"].as_str().unwrap();
    let found = results(&world, session).await;
    assert_eq!(found["phase"], "created");
    assert_eq!(found["steps"][0]["step"], "UTILITY_BILL");
    assert_eq!(found["steps"][0]["status"], "missing");
}

#[tokio::test]
async fn of_somebody_who_was_erased_only_the_decision_is_left() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    approved(&ada, &erika).await;
    let erase = world.ask(
        Method::DELETE,
        &format!("/integrator/v1/sessions/{}", erika.session),
    );
    erase.bearer_auth(API_KEY).send().await.unwrap();
    let found = results(&world, &erika.session).await;
    assert_eq!(found["outcome"], "approved");
    assert_eq!(found["redacted_at"], world.now());
    assert_eq!(
        (&found["document"], &found["steps"]),
        (&Value::Null, &json!([]))
    );
}

#[tokio::test]
async fn nobody_but_the_company_reads_the_results() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let erika = arrived(&world, "one").await;
    let path = format!("/integrator/v1/sessions/{}/results", erika.session);
    for request in [
        world.get(&path),
        world.get(&path).bearer_auth(&erika.token),
        world.get(&path).header("cookie", &ada.cookie),
    ] {
        problem(request.send().await.unwrap(), 401, "unauthorized").await;
    }
    let unknown = world.get("/integrator/v1/sessions/nobody/results");
    let answer = unknown.bearer_auth(API_KEY).send().await.unwrap();
    problem(answer, 404, "not_found").await;
}
