//! The code of a link tells the session with its token to whoever asks for both, and nothing that the token would not have been told.

use std::time::{Duration, Instant};

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::handover::{begun, let_in, takes_back};
use crate::harness::{API_KEY, Applicant, World, config, problem};

async fn asks_for_both(world: &World, code: &str) -> Response {
    let asked = world.post("/applicant/v1/exchange");
    let asked = asked.json(&json!({ "code": code, "load": true }));
    asked.send().await.unwrap()
}

fn code_in(opened: &Value) -> &str {
    let (_, code) = opened["link"].as_str().unwrap().split_once('#').unwrap();
    code.strip_prefix("code=").unwrap()
}

/// Another link into a session, from its company.
async fn linked(world: &World, session: &str) -> Value {
    let asked = world.post(&format!("/integrator/v1/sessions/{session}/links"));
    let answer = asked.bearer_auth(API_KEY).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::CREATED);
    answer.json().await.unwrap()
}

/// What the code was told, beside what its token is told.
async fn told_both_ways(world: &World, code: &str) -> (Value, Value) {
    let answer = asks_for_both(world, code).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let told: Value = answer.json().await.unwrap();
    let device = Applicant {
        world,
        session: told["session"].as_str().unwrap().to_owned(),
        token: told["token"].as_str().unwrap().to_owned(),
    };
    (told["loaded"].clone(), device.read().await)
}

#[tokio::test]
async fn a_code_is_told_what_its_token_is_told() {
    let world = World::start().await;
    let (loaded, read) = told_both_ways(&world, code_in(&world.open("one").await)).await;
    assert_eq!(loaded, read);
    assert_eq!(loaded["view"]["next_action"], "give_consent");
    assert_eq!(loaded["handover"], Value::Null);

    // Half-way, with what was typed, and of a hand-over nothing: another device has begun that.
    let erika = world.applicant("two").await;
    erika.begin().await;
    erika.describe().await;
    begun(&erika).await;
    let link = linked(&world, &erika.session).await;
    let (loaded, read) = told_both_ways(&world, code_in(&link)).await;
    assert_eq!(loaded, read);
    assert_eq!(loaded["view"]["version"], 2);
    assert_eq!(loaded["handover"], Value::Null);
}

#[tokio::test]
async fn who_does_not_ask_for_the_session_gets_the_token_alone() {
    let world = World::start().await;
    let told: Value = world
        .exchange(code_in(&world.open("one").await))
        .await
        .json()
        .await
        .unwrap();
    let mut names: Vec<_> = told.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["expires_at", "session", "token"]);
}

#[tokio::test]
async fn a_code_that_is_not_good_is_told_nothing_of_a_session() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let spent = world.open("two").await;
    assert_eq!(world.exchange(code_in(&spent)).await.status(), 200);
    let phone = let_in(&erika).await;
    let asked = phone.ask(Method::POST, "/links").send().await.unwrap();
    let of_one_that_is_out: Value = asked.json().await.unwrap();
    takes_back(&erika).await;
    let handover = begun(&erika).await;
    let late = world.open("three").await;
    world.pass(Duration::from_secs(601));

    for code in [
        code_in(&spent),
        code_in(&of_one_that_is_out),
        code_in(&late),
        &handover,
        &erika.token,
        "nonsense",
    ] {
        let said = problem(asks_for_both(&world, code).await, 401, "code_invalid").await;
        let mut names: Vec<_> = said.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["code", "status", "title", "type"], "{said}");
    }
}

#[tokio::test]
async fn of_many_who_ask_for_both_at_once_one_is_told() {
    let world = World::start().await;
    let opened = world.open("one").await;
    let asking = (0..16).map(|_| asks_for_both(&world, code_in(&opened)));
    let mut told = 0;
    for answer in futures_util::future::join_all(asking).await {
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status == 200, text.contains("snapshot"), "{text}");
        told += u32::from(status == 200);
    }
    assert_eq!(told, 1);
}

#[tokio::test]
async fn a_request_that_is_not_understood_does_not_spend_the_code() {
    let world = World::start().await;
    let opened = world.open("one").await;
    for load in [json!("yes"), json!(1), Value::Null] {
        let asked = world.post("/applicant/v1/exchange");
        let asked = asked.json(&json!({ "code": code_in(&opened), "load": load }));
        assert!(asked.send().await.unwrap().status().is_client_error());
    }
    assert_eq!(
        asks_for_both(&world, code_in(&opened)).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn of_a_session_that_has_ended_is_told_what_its_token_is_told_and_of_an_erased_one_nothing() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    erika.describe().await;
    let [of_cancelled, of_erased] = [
        linked(&world, &erika.session).await,
        linked(&world, &erika.session).await,
    ];
    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let end = async |method, path: &str| {
        let asked = world.ask(method, path).bearer_auth(API_KEY);
        let asked = asked.header("idempotency-key", "end").send().await.unwrap();
        assert!(asked.status().is_success(), "{}", asked.status());
    };

    end(Method::POST, &format!("{path}/cancel")).await;
    let (loaded, read) = told_both_ways(&world, code_in(&of_cancelled)).await;
    assert_eq!(loaded, read);
    assert_eq!(loaded["view"]["state"], "cancelled");
    assert_eq!(loaded["view"]["accepts"], json!([]));

    end(Method::DELETE, &path).await;
    let answer = asks_for_both(&world, code_in(&of_erased)).await;
    problem(answer, 401, "code_invalid").await;
}

#[tokio::test]
async fn a_session_that_is_told_with_its_token_counts_as_asked_for() {
    let mut config = config();
    config.limits.caller_per_second = 1;
    config.limits.caller_burst = 5;
    let world = World::with(config, None).await;
    let opened = world.open("one").await;
    let began = Instant::now();
    let answer = asks_for_both(&world, code_in(&opened)).await;
    let told: Value = answer.json().await.unwrap();
    assert!(told["loaded"].is_object());
    let path = format!(
        "/applicant/v1/sessions/{}",
        told["session"].as_str().unwrap()
    );
    let token = told["token"].as_str().unwrap();
    let asking = (0..8).map(|_| world.get(&path).bearer_auth(token).send());
    let answers = futures_util::future::join_all(asking).await;
    let taken = answers
        .iter()
        .filter(|one| one.as_ref().unwrap().status() == 200);
    // One of five is gone; what a slow machine waits for is given back, one a second.
    let most = 4 + began.elapsed().as_secs();
    assert!(taken.count() as u64 <= most);
}
