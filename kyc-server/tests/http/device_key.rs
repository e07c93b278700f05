//! The key for what a device keeps: the session's token gets it, as long as the session goes on, and nobody else.

use std::sync::Arc;

use kyc_persist::{Kek, Keyring, MemoryVault, Safe};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

use crate::handover::{asking, begun, confirms, is_out, takes_back};
use crate::harness::{API_KEY, Applicant, Stage, World, problem};
use crate::logs::Ear;

const PHONE: &str = "00112233445566778899aabbccddeeff";
const TABLET: &str = "ffeeddccbbaa99887766554433221100";

async fn asks(applicant: &Applicant<'_>, device: &str) -> Response {
    applicant
        .ask(Method::POST, "/device-key")
        .json(&json!({ "device": device }))
        .send()
        .await
        .unwrap()
}

async fn key(applicant: &Applicant<'_>, device: &str) -> String {
    let answer = asks(applicant, device).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body: Value = answer.json().await.unwrap();
    let key = body["key"].as_str().unwrap().to_owned();
    assert_eq!(key.len(), 44, "32 bytes in base64");
    key
}

async fn sealed(stage: &Stage, safe: &Safe) -> World {
    let (server, listener) = stage.server().await;
    World::serving(stage, server.with_safe(safe.clone()), listener)
}

async fn safe() -> Safe {
    let keyring = Keyring::new(Kek::random());
    Safe::unlock(Arc::new(MemoryVault::new()), keyring)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_device_gets_the_same_key_each_time_and_no_other_gets_it() {
    let stage = Stage::new();
    let (one_safe, other_safe) = (safe().await, safe().await);
    for world in [
        World::on(&stage).await,
        sealed(&Stage::new(), &one_safe).await,
    ] {
        let erika = world.applicant("one").await;
        let max = world.applicant("two").await;
        let own = key(&erika, PHONE).await;
        assert_eq!(key(&erika, PHONE).await, own);
        assert_ne!(key(&erika, TABLET).await, own);
        assert_ne!(key(&max, PHONE).await, own);
        // A step, and another token, change nothing: what is unsent must still open.
        erika.begin().await;
        assert_eq!(key(&erika, PHONE).await, own);
        let link = erika.ask(Method::POST, "/links").send().await.unwrap();
        let link: Value = link.json().await.unwrap();
        let again = world.applicant_by(link["link"].as_str().unwrap()).await;
        assert_eq!(key(&again, PHONE).await, own);
    }

    // Every server on one store and vault releases the same, and it takes both: the secret alone does not make it.
    let (a, b) = (
        sealed(&stage, &one_safe).await,
        sealed(&stage, &one_safe).await,
    );
    let (c, plain) = (sealed(&stage, &other_safe).await, World::on(&stage).await);
    let here = a.applicant("three").await;
    let at = |world| Applicant {
        world,
        session: here.session.clone(),
        token: here.token.clone(),
    };
    let own = key(&here, PHONE).await;
    assert_eq!(key(&at(&b), PHONE).await, own);
    assert_ne!(key(&at(&c), PHONE).await, own);
    assert_ne!(key(&at(&plain), PHONE).await, own);
}

#[tokio::test]
async fn nobody_gets_a_key_without_the_sessions_token() {
    let world = World::start().await;
    let (erika, max) = (world.applicant("one").await, world.applicant("two").await);
    let path = format!("/applicant/v1/sessions/{}/device-key", erika.session);
    let ask = || world.post(&path).json(&json!({ "device": PHONE }));
    problem(ask().send().await.unwrap(), 401, "unauthorized").await;
    for (token, status, code) in [
        (max.token.as_str(), 404, "not_found"),
        (API_KEY, 401, "unauthorized"),
        ("nothing", 401, "unauthorized"),
    ] {
        let answer = ask().bearer_auth(token).send().await.unwrap();
        problem(answer, status, code).await;
    }
    let got = erika.ask(Method::GET, "/device-key").send().await.unwrap();
    problem(got, 405, "method_not_allowed").await;
}

#[tokio::test]
async fn a_device_names_itself_in_one_way() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    for wrong in [
        "",
        "phone",
        &PHONE[1..],
        &format!("{PHONE}0"),
        &PHONE.to_uppercase(),
        "zz112233445566778899aabbccddeeff",
    ] {
        problem(asks(&erika, wrong).await, 400, "malformed").await;
    }
}

#[tokio::test]
async fn a_session_that_is_over_gives_no_key() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    key(&erika, PHONE).await;
    let path = format!("/integrator/v1/sessions/{}/cancel", erika.session);
    let cancelled = world.post(&path).bearer_auth(API_KEY);
    let cancelled = cancelled.header("idempotency-key", "a").send().await;
    assert_eq!(cancelled.unwrap().status(), StatusCode::OK);
    let told = problem(asks(&erika, PHONE).await, 409, "not_accepted").await;
    assert_eq!(told["state"], "cancelled");
}

#[tokio::test]
async fn an_erased_session_gives_no_key_and_the_vault_can_make_it_no_more() {
    let safe = safe().await;
    let stage = Stage::new();
    let store = kyc_persist::SealedStore::open(kyc_persist::MemoryStore::new(), safe.clone())
        .await
        .unwrap();
    let stage = Stage {
        before: Arc::new(store),
        ..stage
    };
    let world = sealed(&stage, &safe).await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    key(&erika, PHONE).await;
    let session = erika.session.parse().unwrap();
    let before = safe.derived_key(&session, "device").await.unwrap();
    assert_eq!(
        safe.derived_key(&session, "device").await.unwrap(),
        before,
        "it is the same each time"
    );

    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erased = world.ask(Method::DELETE, &path).bearer_auth(API_KEY);
    assert_eq!(erased.send().await.unwrap().status(), 204);

    assert!(!asks(&erika, PHONE).await.status().is_success());
    assert_ne!(safe.derived_key(&session, "device").await.unwrap(), before);
}

#[tokio::test]
async fn a_device_that_was_let_in_has_a_key_until_the_session_is_taken_back() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let code = begun(&erika).await;
    let (phone, digits) = asking(&erika, &code).await;
    // Not before it is let in.
    problem(asks(&phone, PHONE).await, 401, "unauthorized").await;
    assert!(confirms(&erika, &digits).await.status().is_success());
    key(&phone, PHONE).await;
    // Who reads along keeps what it reads.
    key(&erika, TABLET).await;
    takes_back(&erika).await;
    is_out(&phone).await;
    problem(asks(&phone, PHONE).await, 401, "unauthorized").await;
}

#[tokio::test]
async fn no_key_is_logged() {
    let ear = Ear::default();
    let subscriber = kyc_server::logs::subscriber("trace", ear.clone());
    let heard = tracing::subscriber::set_default(subscriber);
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let key = key(&erika, PHONE).await;
    assert!(ear.text().contains("/device-key"), "{}", ear.text());
    assert!(!ear.text().contains(&key));
    drop(heard);
}
