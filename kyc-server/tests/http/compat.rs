//! The compatible surface: who may speak there, what it refuses and how, and one session from its token to its deletion.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64ct::{Base64, Encoding};
use futures_util::FutureExt as _;
use kyc_core::Flow;
use kyc_persist::{Grant, StoreError};
use kyc_server::config::Config;
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::additional_steps::{capture, sessions, to_the_steps};
use crate::harness::{API_KEY, Applicant, Meddled, Stage, World, config, photo, problem};
use crate::results::{approved, results, results_when};

pub(crate) const UPLOAD: &str = "upload-additional-step";
pub(crate) const ROUTES: [&str; 5] = ["token", UPLOAD, "status", "data", "delete"];

/// The shop may also come with a key and a secret.
pub(crate) fn with_pair() -> Config {
    config().with_pair("key", "secret")
}

pub(crate) async fn world() -> World {
    World::on(&stage()).await
}

/// The same, where a bill may be a PDF, and of any size that a Flow takes.
pub(crate) async fn world_taking_pdfs() -> World {
    let flow = include_str!("../../../kyc-core/tests/flows/additional_steps.json");
    let mut config = with_pair();
    (config.limits.pdf_seconds, config.limits.pdf_megabytes) = (3, 512);
    World::on(&Stage {
        flows: vec![Arc::new(Flow::from_json(flow).unwrap())],
        config,
        ..Stage::new()
    })
    .await
}

fn stage() -> Stage {
    let mut flow: Value = serde_json::from_str(include_str!(
        "../../../kyc-core/tests/flows/additional_steps.json"
    ))
    .unwrap();
    flow["images"] = json!({ "max_bytes": 40_000, "max_pixels": 1_000_000, "min_side": 200 });
    let sources = json!({ "file": true, "camera": true, "pdf": false });
    flow["additional_steps"]["catalogue"][0]["sources"] = sources;
    Stage {
        flows: vec![Arc::new(Flow::from_json(&flow.to_string()).unwrap())],
        config: with_pair(),
        ..Stage::new()
    }
}

pub(crate) fn ask(world: &World, route: &str) -> RequestBuilder {
    world.post(&format!("/api/v2/{route}"))
}

pub(crate) async fn send(world: &World, route: &str, body: String) -> Response {
    let asked = ask(world, route).basic_auth("key", Some("secret"));
    let asked = asked.header("content-type", "application/json").body(body);
    asked.send().await.unwrap()
}

pub(crate) async fn told(world: &World, route: &str, body: &Value) -> Value {
    let answer = send(world, route, body.to_string()).await;
    let status = answer.status();
    let told: Value = answer.json().await.unwrap();
    assert!(status.is_success(), "{route} {body} answered {told}");
    told
}

/// Status and identifier of an envelope that has nothing else in it.
pub(crate) async fn status_of(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let body: Value = answer.json().await.unwrap();
    let members = body.as_object().unwrap();
    assert_eq!(members.len(), 2, "{body}");
    assert!(!members["message"].as_str().unwrap().is_empty());
    (status, members["identifier"].as_str().unwrap().to_owned())
}

pub(crate) fn image(tint: u8) -> String {
    Base64::encode_string(&photo(tint))
}

/// A session of that client, walked to `final` with a passport, each step as it is asked for.
pub(crate) async fn finished<'a>(world: &'a World, client: &str) -> (Applicant<'a>, String) {
    let opened = told(world, "token", &json!({ "clientId": client })).await;
    let (erika, scan_ref) = walked_to_the_steps(world, &opened).await;
    let mut number = 3;
    while let Some(step) = erika.view().await["next_step"].as_str() {
        let source = if step == "ADDITIONAL_PHOTO" {
            "camera"
        } else {
            "file"
        };
        let blob = erika.photo(number).await;
        erika.send(capture(step, source, &blob)).await;
        erika.send(json!({ "type": "accept_step" })).await;
        number += 1;
    }
    (erika, scan_ref)
}

async fn walked_to_the_steps<'a>(world: &'a World, opened: &Value) -> (Applicant<'a>, String) {
    let link = format!("/apply/#code={}", opened["authToken"].as_str().unwrap());
    let erika = world.applicant_by(&link).await;
    to_the_steps(&erika).await;
    (erika, opened["scanRef"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn where_nobody_may_speak_so_there_is_nothing() {
    let world = World::start().await;
    for route in ROUTES {
        let answer = send(&world, route, "{}".into()).await;
        problem(answer, 404, "not_found").await;
    }
}

#[tokio::test]
async fn only_key_and_secret_together_are_let_in() {
    let world = world().await;
    for route in ROUTES {
        for request in [
            ask(&world, route),
            ask(&world, route).basic_auth("key", Some("other")),
            ask(&world, route).basic_auth("other", Some("secret")),
            ask(&world, route).basic_auth("key", None::<&str>),
            ask(&world, route).basic_auth("shop", Some(API_KEY)),
            ask(&world, route).bearer_auth(API_KEY),
            ask(&world, route).bearer_auth("key:secret"),
        ] {
            let answer = request.json(&json!({ "clientId": "1" })).send().await;
            let answer = answer.unwrap();
            let challenge = answer.headers()["www-authenticate"].clone();
            assert_eq!(challenge, "Basic realm=\"api\"");
            assert_eq!(status_of(answer).await, (401, "UNAUTHORIZED".into()));
        }
    }
    assert_eq!(sessions(&world).await, 0);
    // Nor does the pair open another door.
    let asked = world.get("/integrator/v1/sessions");
    let answer = asked.basic_auth("key", Some("secret")).send().await;
    problem(answer.unwrap(), 401, "unauthorized").await;
}

#[tokio::test]
async fn what_opens_one_door_opens_no_other() {
    let world = world().await;
    let elsewhere = World::with(config().with_pair("key", "another secret"), None).await;
    let (erika, scan_ref) = finished(&world, "1").await;
    let opened = told(&world, "token", &json!({ "clientId": "2" })).await;
    let code = opened["authToken"].as_str().unwrap();
    let session = opened["scanRef"].as_str().unwrap().replace('-', "");

    // The company's own credentials, and a link's code, move no session of an applicant.
    for session in [&session, &erika.session] {
        for (method, rest) in [
            (Method::GET, ""),
            (Method::GET, "/stream"),
            (Method::POST, "/events"),
            (Method::POST, "/links"),
        ] {
            let path = format!("/applicant/v1/sessions/{session}{rest}");
            let ask = || world.ask(method.clone(), &path).json(&json!({}));
            for request in [
                ask().bearer_auth(API_KEY),
                ask().bearer_auth("key:secret"),
                ask().basic_auth("key", Some("secret")),
                ask().bearer_auth(code),
            ] {
                problem(request.send().await.unwrap(), 401, "unauthorized").await;
            }
        }
    }
    // Nor does an applicant's token do the company's work, on any route.
    for route in ROUTES {
        for token in [erika.token.as_str(), code] {
            let request = ask(&world, route).bearer_auth(token);
            let answer = request.json(&json!({ "scanRef": scan_ref })).send().await;
            assert_eq!(
                status_of(answer.unwrap()).await,
                (401, "UNAUTHORIZED".into())
            );
        }
    }
    // Of another installation neither the secret is good here, nor is its session there.
    let named = json!({ "scanRef": scan_ref });
    for route in ["status", "data", "delete"] {
        let answer = send(&elsewhere, route, named.to_string()).await;
        assert_eq!(status_of(answer).await, (401, "UNAUTHORIZED".into()));
        let asked = ask(&elsewhere, route).basic_auth("key", Some("another secret"));
        let answer = asked.json(&named).send().await.unwrap();
        assert_eq!(status_of(answer).await, (404, "TOKEN_NOT_VALID".into()));
    }
    let status = told(&world, "status", &named).await;
    assert_eq!(
        (&status["status"], &status["clientId"]),
        (&json!("REVIEWING"), &json!("1"))
    );
}

#[tokio::test]
async fn what_the_settings_of_a_token_forbid_the_page_cannot_do() {
    let world = world().await;
    let settings = json!({ "canCapture": false, "canUpload": true });
    let body = json!({
        "clientId": "1",
        "additionalSteps": { "DE": { "PASSPORT": { "UTILITY_BILL": { "settings": settings } } } },
    });
    let opened = told(&world, "token", &body).await;
    let (erika, _) = walked_to_the_steps(&world, &opened).await;
    let blob = erika.photo(3).await;
    let version = erika.version().await;
    let camera = capture("UTILITY_BILL", "camera", &blob);
    let refused = problem(erika.post(&camera, version, "a").await, 422, "refused").await;
    assert_eq!(refused["reason"], "source_not_allowed");
    erika.send(capture("UTILITY_BILL", "file", &blob)).await;
    // The most specific entry counts, whole: it asks for nothing else.
    let step = erika.send(json!({ "type": "accept_step" })).await;
    assert_eq!(step["to"], "final");
}

#[tokio::test]
async fn a_client_has_one_active_session_and_another_when_it_has_ended() {
    let world = world().await;
    let body = json!({ "clientId": "1" }).to_string();
    // Of many at once, all that are let in speak of the same session.
    let answers =
        futures_util::future::join_all((0..8).map(|_| send(&world, "token", body.clone()))).await;
    let mut opened = std::collections::BTreeSet::new();
    for answer in answers {
        match answer.status().as_u16() {
            201 => {
                let told: Value = answer.json().await.unwrap();
                opened.insert(told["scanRef"].as_str().unwrap().to_owned());
            }
            _ => assert_eq!(status_of(answer).await, (409, "PARTNER_ERROR".into())),
        }
    }
    assert_eq!((opened.len(), sessions(&world).await), (1, 1));
    let answer = send(&world, "token", body.clone()).await;
    assert_eq!(status_of(answer).await, (409, "PARTNER_ERROR".into()));
    for count in 2..6 {
        let session = opened.iter().next().unwrap().replace('-', "");
        let cancel = world.post(&format!("/integrator/v1/sessions/{session}/cancel"));
        let cancel = cancel.bearer_auth(API_KEY).header("idempotency-key", "c");
        assert_eq!(cancel.send().await.unwrap().status(), 200);
        let next = told(&world, "token", &json!({ "clientId": "1" })).await;
        opened = [next["scanRef"].as_str().unwrap().to_owned()].into();
        assert_eq!(sessions(&world).await, count);
    }
    told(&world, "token", &json!({ "clientId": "2" })).await;
}

#[tokio::test]
async fn a_session_is_told_from_its_token_to_its_deletion() {
    let world = world().await;
    let ada = world.reviewer("ada").await;
    let body = json!({
        "clientId": "1", "externalRef": "order 7", "locale": "de", "expiryTime": 60,
        "additionalData": { "UTILITY_BILL": { "address": "Street 1" } },
    });
    let opened = told(&world, "token", &body).await;
    assert_eq!(opened["externalRef"], "order 7");
    let token = opened["authToken"].as_str().unwrap();
    let scan_ref = opened["scanRef"].as_str().unwrap().to_owned();
    let named = json!({ "scanRef": scan_ref });
    assert_eq!(told(&world, "status", &named).await["status"], "ACTIVE");
    let answer = send(&world, "delete", named.to_string()).await;
    assert_eq!(status_of(answer).await, (409, "PARTNER_ERROR".into()));

    // The link leads to the page, which alone uses it up.
    let client = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()
        .unwrap();
    let address = format!("http://{}/api/v2/redirect?authToken=", world.address);
    for _ in 0..2 {
        let answer = client
            .get(format!("{address}{token}"))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303);
        let link = format!("http://{}/apply/#code={token}&lang=de", world.address);
        assert_eq!(answer.headers()["location"], link);
    }
    for other in ["other", "%0d%0aset-cookie:a", ""] {
        let answer = client
            .get(format!("{address}{other}"))
            .send()
            .await
            .unwrap();
        assert_eq!(status_of(answer).await, (404, "TOKEN_NOT_VALID".into()));
    }
    let (erika, _) = walked_to_the_steps(&world, &opened).await;
    let answer = client
        .get(format!("{address}{token}"))
        .send()
        .await
        .unwrap();
    assert_eq!(status_of(answer).await, (404, "TOKEN_NOT_VALID".into()));
    for (step, source, tint) in [
        ("UTILITY_BILL", "file", 3),
        ("ADDITIONAL_PHOTO", "camera", 4),
    ] {
        let blob = erika.photo(tint).await;
        erika.send(capture(step, source, &blob)).await;
        erika.send(json!({ "type": "accept_step" })).await;
    }
    results_when(&erika, |found| found["phase"] == "in_review").await;
    assert_eq!(told(&world, "status", &named).await["status"], "REVIEWING");
    approved(&ada, &erika).await;
    assert_eq!(
        told(&world, "status", &named).await,
        json!({
            "status": "APPROVED", "scanRef": scan_ref, "clientId": "1", "fraudTags": [],
            "mismatchTags": ["UTILITY_ADDRESS"], "autoFace": null, "manualFace": "FACE_MATCH",
            "autoDocument": null, "manualDocument": "DOC_VALIDATED", "additionalSteps": "INVALID",
        })
    );
    let data = told(&world, "data", &named).await;
    assert_eq!(
        (
            &data["externalRef"],
            &data["docType"],
            &data["selectedCountry"]
        ),
        (&json!("order 7"), &json!("PASSPORT"), &json!("DE"))
    );
    assert_eq!(
        data["additionalData"]["UTILITY_BILL"]["address"],
        json!({ "value": "Street 1", "status": "NOT_MATCH" })
    );

    // Another bill in its place, with other data to compare; the rest stays decided.
    let upload = json!({
        "scanRef": scan_ref, "image": image(9), "step": "UTILITY_BILL",
        "additionalData": { "UTILITY_BILL": { "address": "Street 2" } },
    });
    told(&world, UPLOAD, &upload).await;
    let found = results(&world, &erika.session).await;
    assert_eq!(found["outcome"], "approved");
    assert_eq!(found["steps"][0]["fields"][0]["given"], "Street 2");

    let hold = world.ask(
        Method::PUT,
        &format!("/integrator/v1/sessions/{}/hold", erika.session),
    );
    let hold = hold
        .bearer_auth(API_KEY)
        .json(&json!({ "reason": "order" }));
    assert!(hold.send().await.unwrap().status().is_success());
    let answer = send(&world, "delete", named.to_string()).await;
    assert_eq!(status_of(answer).await, (409, "PARTNER_ERROR".into()));
    let lift = world.ask(
        Method::DELETE,
        &format!("/integrator/v1/sessions/{}/hold", erika.session),
    );
    assert!(
        lift.bearer_auth(API_KEY)
            .send()
            .await
            .unwrap()
            .status()
            .is_success()
    );
    for _ in 0..2 {
        let answer = send(&world, "delete", named.to_string()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), "");
    }
    let status = told(&world, "status", &named).await;
    assert_eq!(
        (&status["status"], &status["clientId"]),
        (&json!("DELETED"), &Value::Null)
    );
    for (route, body) in [("data", &named), (UPLOAD, &upload)] {
        let answer = send(&world, route, body.to_string()).await;
        assert_eq!(status_of(answer).await, (404, "TOKEN_NOT_VALID".into()));
    }
    // Whoever was forgotten may come again.
    told(&world, "token", &json!({ "clientId": "1" })).await;
}

#[tokio::test]
async fn a_link_is_good_for_as_long_as_the_token_says() {
    let world = world().await;
    let body = json!({ "clientId": "1", "expiryTime": 3_600 });
    let opened = told(&world, "token", &body).await;
    let code = opened["authToken"].as_str().unwrap();
    world.pass(std::time::Duration::from_secs(3_599));
    assert_eq!(world.exchange(code).await.status(), 200);
    let opened = told(
        &world,
        "token",
        &json!({ "clientId": "2", "expiryTime": 60 }),
    )
    .await;
    world.pass(std::time::Duration::from_secs(60));
    let code = opened["authToken"].as_str().unwrap();
    problem(world.exchange(code).await, 401, "code_invalid").await;
}

#[tokio::test]
async fn whoever_was_broken_off_may_ask_for_the_same_again() {
    let body = json!({
        "clientId": "1", "externalRef": "a", "locale": "de",
        "additionalData": { "UTILITY_BILL": { "address": "A" } },
    });
    let mut failed = 0;
    loop {
        let puts = AtomicUsize::new(0);
        let fail = move |grant: &Grant| {
            // What the server keeps for itself is none of it.
            let is_one =
                grant.subject.starts_with("external:") || grant.purpose.starts_with("link.");
            let fails = is_one && puts.fetch_add(1, Ordering::SeqCst) == failed;
            let answer = match fails {
                true => Err(StoreError::backend("grants", std::io::Error::other("gone"))),
                false => Ok(()),
            };
            async move { answer }.boxed()
        };
        let stage = stage();
        let stage = Stage {
            grants: Arc::new(Meddled::new(&stage.store, fail)),
            ..stage
        };
        let world = World::on(&stage).await;
        let first = send(&world, "token", body.to_string()).await;
        if first.status() == 201 {
            break;
        }
        assert_eq!(status_of(first).await, (503, "INTERNAL_ERROR".into()));
        let other = json!({ "clientId": "1" });
        let other = send(&world, "token", other.to_string()).await;
        assert_eq!(status_of(other).await, (409, "PARTNER_ERROR".into()));
        let opened = told(&world, "token", &body).await;
        assert_eq!(
            world
                .exchange(opened["authToken"].as_str().unwrap())
                .await
                .status(),
            200
        );
        assert_eq!(sessions(&world).await, 1);
        let again = send(&world, "token", body.to_string()).await;
        assert_eq!(status_of(again).await, (409, "PARTNER_ERROR".into()));
        failed += 1;
    }
    // A reference, a language, a name twice, a link, and that it was answered.
    assert_eq!(failed, 6);
}
