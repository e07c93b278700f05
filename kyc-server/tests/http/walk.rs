//! A session from its link to its end, as applicant, reviewer and company live it.

use std::time::Duration;

use kyc_core::Timestamp;
use kyc_persist::{OutgoingKind, Store as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{API_KEY, World};

#[tokio::test]
async fn an_applicant_is_approved_and_told_at_once() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases
        .until(|told| told.event == "case" && told.data["state"] == "in_review")
        .await;
    assert_eq!(erika.view().await["phase"], "in_review");

    let listed = ada.get("/cases?state=in_review").await;
    assert_eq!(listed["cases"][0]["session"], erika.session.as_str());
    assert_eq!(listed["cases"][0]["claimed_by"], Value::Null);

    let mut told = erika.stream().await;
    told.next().await.unwrap();
    ada.send(&erika.session, json!({ "type": "claim" })).await;
    ada.fine(
        &erika.session,
        &["document_front", "document_back", "selfie"],
    )
    .await;
    let step = ada
        .send(
            &erika.session,
            json!({ "type": "approve", "note": "looks right" }),
        )
        .await;
    assert_eq!(
        (&step["from"], &step["to"]),
        (&json!("in_review"), &json!("approved"))
    );

    let decided = std::time::Instant::now();
    let version = erika_version_after(&mut told).await;
    assert!(decided.elapsed() < Duration::from_secs(1));
    let view = erika.view().await;
    assert_eq!(view["version"], version);
    assert_eq!(view["phase"], "approved");
    assert_eq!(view["outcome"]["outcome"], "approved");
}

async fn erika_version_after(told: &mut crate::harness::Stream) -> Value {
    told.next().await.unwrap().data["version"].clone()
}

#[tokio::test]
async fn only_the_back_is_taken_again_and_old_and_new_stand_side_by_side() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;

    ada.send(&erika.session, json!({ "type": "claim" })).await;
    ada.fine(&erika.session, &["document_front", "selfie"])
        .await;
    ada.send(&erika.session, json!({ "type": "judge", "item": "document_back", "verdict": {
        "type": "retake", "reason": "glare", "message": "Please without the lamp", "note": "second time this week",
    }}))
    .await;
    let mut told = erika.stream().await;
    told.next().await.unwrap();
    ada.send(&erika.session, json!({ "type": "request_resubmission" }))
        .await;
    told.next().await.unwrap();

    let view = erika.view().await;
    assert_eq!(view["phase"], "resubmission_requested");
    assert_eq!(
        view["asked"],
        json!([{ "item": "document_back", "reason": "glare", "message": "Please without the lamp", "done": false }])
    );
    assert!(
        !erika
            .read()
            .await
            .to_string()
            .contains("second time this week")
    );

    let blob = erika.photo(9).await;
    erika
        .send(json!({ "type": "capture_page", "side": "back", "blob": blob }))
        .await;
    let step = erika.send(json!({ "type": "accept_document" })).await;
    assert_eq!(step["to"], "final");
    cases
        .until(|told| told.data["state"] == "in_review" && told.data["version"].as_u64() > Some(5))
        .await;

    let case = ada.case(&erika.session).await;
    let back = case["case"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["item"] == "document_back")
        .unwrap();
    assert_eq!(back["blob"], blob);
    assert_eq!(back["earlier"].as_array().unwrap().len(), 1);
    for shown in [&back["blob"], &back["earlier"][0]["blob"]] {
        let path = format!("/cases/{}/blobs/{}", erika.session, shown.as_str().unwrap());
        let image = ada.ask(Method::GET, &path).send().await.unwrap();
        assert_eq!(image.headers()["content-type"], "image/jpeg");
    }
}

#[tokio::test]
async fn a_suspicion_and_a_note_never_reach_the_applicant() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;

    let mut told = erika.stream().await;
    told.next().await.unwrap();
    ada.send(&erika.session, json!({ "type": "claim" })).await;
    ada.send(&erika.session, json!({
        "type": "reject", "reason": "suspected_fraud", "message": "We could not verify you", "note": "seen-in-four-cases",
    }))
    .await;
    told.next().await.unwrap();

    let everything = erika.read().await;
    assert_eq!(everything["view"]["outcome"]["outcome"], "rejected");
    assert_eq!(everything["view"]["outcome"]["reason"], "other");
    assert_eq!(
        everything["view"]["outcome"]["message"],
        "We could not verify you"
    );
    let text = everything.to_string();
    assert!(
        !text.contains("suspected_fraud") && !text.contains("seen-in-four-cases"),
        "{text}"
    );
    let case = ada.case(&erika.session).await.to_string();
    assert!(case.contains("suspected_fraud") && case.contains("seen-in-four-cases"));
}

#[tokio::test]
async fn the_second_reviewer_is_told_who_has_the_case() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let bob = world.reviewer("bob").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;

    ada.send(&erika.session, json!({ "type": "claim" })).await;
    let answer = bob
        .try_send(&erika.session, json!({ "type": "claim" }))
        .await;
    let problem = crate::harness::problem(answer, 422, "refused").await;
    assert_eq!(problem["reason"], "claimed_by_another");
    assert_eq!(problem["claimed_by"], "ada");
    assert_eq!(bob.get("/cases").await["cases"][0]["claimed_by"], "ada");
}

#[tokio::test]
async fn a_session_goes_on_on_another_device() {
    let world = World::start().await;
    let phone = world.applicant("one").await;
    phone.begin().await;
    phone.describe().await;

    let handed: Value = phone
        .ask(Method::POST, "/links")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let laptop = world.applicant_by(handed["link"].as_str().unwrap()).await;
    assert_eq!(laptop.session, phone.session);
    assert_eq!(laptop.view().await, phone.view().await);
    laptop
        .send(json!({ "type": "select_document", "country": "FR", "document": "passport" }))
        .await;
    assert_eq!(phone.view().await["state"], "document_photo");
}

#[tokio::test]
async fn time_that_runs_out_ends_the_session_without_anybody_asking() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    let mut told = erika.stream().await;
    told.next().await.unwrap();
    world.pass(Duration::from_secs(25 * 3600));
    told.next().await.unwrap();
    assert_eq!(erika.view().await["phase"], "expired");
}

#[tokio::test]
async fn the_company_calls_off_and_erases() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    let path = format!("/integrator/v1/sessions/{}", erika.session);

    for _ in 0..2 {
        let cancelled = world
            .post(&format!("{path}/cancel"))
            .bearer_auth(API_KEY)
            .header("idempotency-key", "off")
            .send()
            .await
            .unwrap();
        let step: Value = cancelled.json().await.unwrap();
        assert_eq!(step["to"], "cancelled");
    }
    let withdrawn = cases.until(|told| told.data["state"] == "withdrawn").await;
    let before = withdrawn.data["version"].as_u64();

    for _ in 0..2 {
        let erased = world
            .ask(Method::DELETE, &path)
            .bearer_auth(API_KEY)
            .send()
            .await
            .unwrap();
        assert_eq!(erased.status(), 204);
    }
    let left: Value = world
        .get(&path)
        .bearer_auth(API_KEY)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(left["details"], Value::Null);
    assert_eq!(left["redacted_at"], world.now());
    let token = erika.ask(Method::GET, "").send().await.unwrap();
    crate::harness::problem(token, 401, "unauthorized").await;
    let image = crate::harness::digest(&crate::harness::photo(1));
    let image = ada.ask(
        Method::GET,
        &format!("/cases/{}/blobs/{image}", erika.session),
    );
    crate::harness::problem(image.send().await.unwrap(), 404, "not_found").await;

    cases
        .until(|told| told.data["state"] == "withdrawn" && told.data["version"].as_u64() > before)
        .await;
    let case = ada.case(&erika.session).await.to_string();
    assert!(!case.contains("neighbour"), "{case}");
}

#[tokio::test]
async fn the_journal_tells_who_did_what_and_nothing_of_the_person() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    ada.send(&erika.session, json!({ "type": "claim" })).await;

    let journal = ada.get(&format!("/cases/{}/journal", erika.session)).await;
    for chart in ["collection", "review"] {
        assert_eq!(journal[chart]["whole"], true);
    }
    let last = journal["review"]["entries"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(
        (&last["event"], &last["by"]["name"]),
        (&json!("claim"), &json!("ada"))
    );
    assert!(!journal.to_string().contains("Mustermann"));
}

#[tokio::test]
async fn the_same_opening_again_opens_nothing_and_answers_the_same_session() {
    let world = World::start().await;
    let (first, again, other) = (
        world.open("one").await,
        world.open("one").await,
        world.open("two").await,
    );
    assert_eq!(first["session"], again["session"]);
    assert_ne!(first["session"], other["session"]);
    assert_ne!(first["link"], again["link"]);
    let listed: Value = world
        .get("/integrator/v1/sessions")
        .bearer_auth(API_KEY)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(listed["sessions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_applicant_cannot_keep_the_decision_away_by_the_names_of_their_requests() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    let session = &erika.session;
    let start = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
    let back = json!({ "type": "back" });
    // Every name that a delivery from the case could have.
    for (version, name) in
        (2..12).map(|version| (version - 2, format!("{session}.review.{version}.0")))
    {
        let event = if version % 2 == 0 { &start } else { &back };
        let answer = erika
            .ask(Method::POST, "/events")
            .header("if-match", format!("\"{version}\""))
            .header("idempotency-key", name)
            .json(event)
            .send();
        assert_eq!(answer.await.unwrap().status(), 200);
    }
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    let mut told = erika.stream().await;
    told.next().await.unwrap();
    ada.send(session, json!({ "type": "claim" })).await;
    ada.send(
        session,
        json!({ "type": "reject", "reason": "face_mismatch" }),
    )
    .await;
    told.next().await.unwrap();
    assert_eq!(erika.view().await["phase"], "rejected");
}

#[tokio::test]
async fn a_case_with_a_text_for_every_item_of_every_round_still_comes_back() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    let long = "\u{4f60}".repeat(1_000);
    for round in 1..=3_u8 {
        cases.until(|told| told.data["state"] == "in_review").await;
        ada.send(&erika.session, json!({ "type": "claim" })).await;
        for item in ["document_front", "document_back", "selfie"] {
            let verdict =
                json!({ "type": "retake", "reason": "other", "message": long, "note": long });
            ada.send(
                &erika.session,
                json!({ "type": "judge", "item": item, "verdict": verdict }),
            )
            .await;
        }
        let mut told = erika.stream().await;
        told.next().await.unwrap();
        ada.send(&erika.session, json!({ "type": "request_resubmission" }))
            .await;
        told.next().await.unwrap();
        for side in ["front", "back"] {
            let blob = erika.photo(round * 8 + u8::from(side == "back")).await;
            erika
                .send(json!({ "type": "capture_page", "side": side, "blob": blob }))
                .await;
        }
        erika.send(json!({ "type": "accept_document" })).await;
        let blob = erika.photo(round * 8 + 2).await;
        erika
            .send(json!({ "type": "capture_selfie", "blob": blob }))
            .await;
        erika.send(json!({ "type": "accept_selfie" })).await;
    }
    cases.until(|told| told.data["state"] == "in_review").await;
    assert_eq!(erika.view().await["phase"], "in_review");

    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erased = world
        .ask(Method::DELETE, &path)
        .bearer_auth(API_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(erased.status(), 204);
    let case = ada.get(&format!("/cases/{}", erika.session)).await;
    assert_eq!(case["case"]["state"], "withdrawn");
    assert_eq!(case["case"]["items"], json!([]));
    assert!(!case.to_string().contains(&long));
}

#[tokio::test]
async fn an_erasure_leaves_no_work_behind_that_could_only_fail() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erased = world.ask(Method::DELETE, &path).bearer_auth(API_KEY);
    assert_eq!(erased.send().await.unwrap().status(), 204);

    // Looks without taking: what is leased until a moment that is over may be taken by the courier at once.
    let (far, over) = (Timestamp::from_millis(u64::MAX), Timestamp::from_millis(0));
    loop {
        world.pass(Duration::from_secs(24 * 3600));
        let waiting = world.store.lease(far, over, 200).await.unwrap();
        assert_eq!(world.store.dead(None, 9).await.unwrap(), []);
        if !waiting
            .iter()
            .any(|outbound| outbound.kind == OutgoingKind::Effect)
        {
            break;
        }
        tokio::task::yield_now().await;
    }
}
