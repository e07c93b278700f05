//! One case that is damaged in the store: it is told as that, is never served, and keeps nobody else from anything.

use std::sync::Arc;

use kyc_persist::kv::Engine as _;
use kyc_persist::{Kek, Keyring, MemoryVault, Safe, SealedStore, Sled, SledStore};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{API_KEY, Stage, World, problem};

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_case_is_named_and_not_served_and_the_others_go_on() {
    let place = tempfile::tempdir().unwrap();
    let (kek, vault) = (Kek::random(), Arc::new(MemoryVault::new()));
    let open = async || {
        let keyring = Keyring::new(kek.clone());
        let safe = Safe::unlock(vault.clone(), keyring).await.unwrap();
        let store = SledStore::open(place.path()).unwrap();
        Arc::new(SealedStore::open(store, safe).await.unwrap())
    };
    let mut stage = Stage {
        before: open().await,
        ..Stage::new()
    };
    let (damaged, whole, by_link) = {
        let world = World::on(&stage).await;
        let (one, other) = (world.applicant("one").await, world.applicant("other").await);
        one.arrive().await;
        other.arrive().await;
        let by_link = one.ask(Method::POST, "/links").send().await.unwrap();
        let by_link: Value = by_link.json().await.unwrap();
        let sessions = (one.session.clone(), other.session.clone(), by_link);
        world.end().await;
        sessions
    };

    stage.before = stage.store.clone();
    let engine = Sled::open(place.path()).unwrap();
    let range = |session: &str| {
        let from = [b"r", session.as_bytes()].concat();
        let to = [&from[..], &[0xff]].concat();
        engine.scan(&from, &to, false).map(Result::unwrap)
    };
    let flipped: Vec<_> = range(&damaged)
        .map(|(key, mut value)| {
            *value.last_mut().unwrap() ^= 1;
            (key, Some(value))
        })
        .collect();
    assert_eq!(flipped.len(), 2, "the session and its case");
    engine.write(flipped).unwrap();
    engine.sync().unwrap();
    drop(engine);

    stage.before = open().await;
    let world = World::on(&stage).await;
    let reviewer = world.reviewer("ada").await;
    let cases = reviewer.get("/cases").await;
    assert_eq!(cases["damaged"], json!([damaged]));
    assert_eq!(names(&cases["cases"]), [json!(whole)]);
    let sessions = world.get("/integrator/v1/sessions").bearer_auth(API_KEY);
    let sessions: Value = sessions.send().await.unwrap().json().await.unwrap();
    assert_eq!(sessions["damaged"], json!([damaged]));
    assert_eq!(names(&sessions["sessions"]), [json!(whole)]);

    let case = format!("/backoffice/v1/cases/{damaged}");
    let read = world.get(&case).header("cookie", &reviewer.cookie);
    problem(read.send().await.unwrap(), 500, "session_unreadable").await;
    let path = format!("/integrator/v1/sessions/{damaged}");
    let erased = world.ask(Method::DELETE, &path).bearer_auth(API_KEY);
    let told = problem(erased.send().await.unwrap(), 500, "session_unreadable").await;
    assert!(
        told["help"].as_str().unwrap().contains("erasures force"),
        "{told}"
    );
    let claimed = reviewer.send(&whole, json!({ "type": "claim" })).await;
    assert_eq!(claimed["to"], "in_review");

    // Its link is worth the token, which is told what is wrong.
    let link = world.post(&format!("/integrator/v1/sessions/{damaged}/links"));
    let link = link.bearer_auth(API_KEY).send().await.unwrap();
    problem(link, 500, "session_unreadable").await;
    let code = by_link["link"].as_str().unwrap();
    let asked = world.post("/applicant/v1/exchange").json(&json!({
        "code": code.split_once("#code=").unwrap().1, "load": true,
    }));
    let told: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(told.get("loaded"), None);
    let path = format!("/applicant/v1/sessions/{damaged}");
    let read = world
        .get(&path)
        .bearer_auth(told["token"].as_str().unwrap());
    problem(read.send().await.unwrap(), 500, "session_unreadable").await;
    world.end().await;
}

fn names(lines: &Value) -> Vec<Value> {
    let lines = lines.as_array().unwrap().iter();
    lines.map(|line| line["session"].clone()).collect()
}
