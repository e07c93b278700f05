//! How a session comes to its end in a test: a reviewer decides as soon as there is a case, and what follows is waited for.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Applicant, World};

/// Until the couriers have brought everything that a step sets off.
pub(crate) async fn until<F: Future<Output = bool>>(is_so: impl Fn() -> F) {
    let patience = Instant::now() + Duration::from_secs(20);
    while !is_so().await {
        assert!(Instant::now() < patience, "it does not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A reviewer ends it so.
pub(crate) async fn decide(world: &World, applicant: &Applicant<'_>, decision: Value) {
    let reviewer = world.reviewer("ada").await;
    let session = &applicant.session;
    until(async || {
        let cases = reviewer.get("/cases?state=in_review").await;
        let mut cases = cases["cases"].as_array().unwrap().iter();
        cases.any(|case| case["session"] == session.as_str())
    })
    .await;
    reviewer.send(session, json!({ "type": "claim" })).await;
    let items = ["document_front", "document_back", "selfie"];
    match decision["type"].as_str().unwrap() {
        "request_resubmission" => {
            reviewer.fine(session, &items[..2]).await;
            let verdict = json!({ "type": "retake", "reason": "blurry", "message": "Canary-Message", "note": "Canary-Note" });
            let judge = json!({ "type": "judge", "item": "selfie", "verdict": verdict });
            reviewer.send(session, judge).await;
        }
        _ => reviewer.fine(session, &items).await,
    }
    reviewer.send(session, decision).await;
}
