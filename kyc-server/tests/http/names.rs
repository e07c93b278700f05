//! What the company calls its sessions, and when that is forgotten.

use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use kyc_persist::{Grant, Grants as _};
use kyc_server::grants_of;
use reqwest::Method;
use serde_json::json;

use crate::harness::{API_KEY, Meddled, Stage, World, problem};

#[tokio::test]
async fn a_company_finds_its_session_by_its_own_name_until_it_is_erased() {
    let world = World::start().await;
    let open = |body: serde_json::Value| {
        world
            .post("/integrator/v1/sessions")
            .bearer_auth(API_KEY)
            .header("idempotency-key", "a")
            .json(&body)
            .send()
    };
    let opened = open(json!({ "external_ref": "order-17", "locale": "de" }))
        .await
        .unwrap();
    let opened: serde_json::Value = opened.json().await.unwrap();
    assert!(opened["link"].as_str().unwrap().ends_with("&lang=de"));
    problem(
        open(json!({ "external_ref": "order-18" })).await.unwrap(),
        422,
        "key_reused",
    )
    .await;

    let path = format!(
        "/integrator/v1/sessions/{}",
        opened["session"].as_str().unwrap()
    );
    let read = || async {
        let answer = world.get(&path).bearer_auth(API_KEY).send().await.unwrap();
        answer.json::<serde_json::Value>().await.unwrap()["external_ref"].clone()
    };
    assert_eq!(read().await, "order-17");
    let named = async |name: &str| {
        let path = format!("/integrator/v1/sessions?external_ref={name}");
        let found = world.get(&path).bearer_auth(API_KEY).send().await.unwrap();
        let found: serde_json::Value = found.json().await.unwrap();
        found["sessions"].as_array().unwrap().clone()
    };
    assert_eq!(named("order-17").await[0]["session"], opened["session"]);
    assert!(named("order-18").await.is_empty());
    world
        .ask(Method::DELETE, &path)
        .bearer_auth(API_KEY)
        .send()
        .await
        .unwrap();
    assert_eq!(read().await, serde_json::Value::Null);
    assert!(named("order-17").await.is_empty());

    // The request that opened it, made again, brings neither the name nor a way in back.
    let again = open(json!({ "external_ref": "order-17", "locale": "de" })).await;
    problem(again.unwrap(), 409, "not_accepted").await;
    assert_eq!(read().await, serde_json::Value::Null);
}

#[tokio::test]
async fn who_is_erased_while_their_session_is_opened_leaves_no_name_behind() {
    let stage = Stage::new();
    let address = Arc::new(OnceLock::new());
    let told = Arc::clone(&address);
    // As another caller would, just before the name is kept.
    let erase = move |grant: &Grant| {
        let session = grant.subject.strip_prefix("external:");
        let path = session
            .map(|session| format!("{}/integrator/v1/sessions/{session}", told.get().unwrap()));
        async move {
            if let Some(path) = path {
                let erasing = reqwest::Client::new().delete(path).bearer_auth(API_KEY);
                assert!(erasing.send().await.unwrap().status().is_success());
            }
            Ok(())
        }
        .boxed()
    };
    let stage = Stage {
        grants: Arc::new(Meddled::new(&stage.store, erase)),
        ..stage
    };
    let world = World::on(&stage).await;
    address.set(format!("http://{}", world.address)).unwrap();
    let opening = world
        .post("/integrator/v1/sessions")
        .bearer_auth(API_KEY)
        .header("idempotency-key", "a")
        .json(&json!({ "external_ref": "order-17" }));
    problem(opening.send().await.unwrap(), 409, "not_accepted").await;
    let listed = world.get("/integrator/v1/sessions").bearer_auth(API_KEY);
    let listed: serde_json::Value = listed.send().await.unwrap().json().await.unwrap();
    let session = listed["sessions"][0]["session"].as_str().unwrap();
    for subject in grants_of(&session.parse().unwrap()) {
        assert_eq!(stage.store.revoke(&subject).await.unwrap(), 0, "{subject}");
    }
}
