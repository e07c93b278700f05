//! Nobody reads or moves what is not theirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use kyc_core::Timestamp;
use kyc_persist::{Grant, Grants as _, StoreError};
use kyc_server::secrets::digest_of;
use reqwest::Method;
use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{API_KEY, Meddled, PASSWORD, Stage, World, config, cookie_of, problem};

const START: &str = r#"{"type":"start","consent":{"version":"1","locale":"en"}}"#;

#[tokio::test]
async fn without_credentials_there_is_nothing_for_anybody() {
    let world = World::start().await;
    let session = world.open("one").await["session"]
        .as_str()
        .unwrap()
        .to_owned();
    for path in [
        "/integrator/v1/sessions".to_owned(),
        format!("/integrator/v1/sessions/{session}"),
        format!("/applicant/v1/sessions/{session}"),
        format!("/applicant/v1/sessions/{session}/stream"),
        "/backoffice/v1/me".to_owned(),
        "/backoffice/v1/cases".to_owned(),
        "/backoffice/v1/stream".to_owned(),
        format!("/backoffice/v1/cases/{session}"),
    ] {
        problem(world.get(&path).send().await.unwrap(), 401, "unauthorized").await;
        let wrong = world
            .get(&path)
            .bearer_auth("x".repeat(43))
            .header("cookie", "__Host-kyc_reviewer=x");
        problem(wrong.send().await.unwrap(), 401, "unauthorized").await;
    }
}

#[tokio::test]
async fn another_session_is_as_good_as_none() {
    let world = World::start().await;
    let (mine, other) = (world.applicant("one").await, world.applicant("two").await);
    for (method, rest) in [
        (Method::GET, ""),
        (Method::GET, "/stream"),
        (Method::POST, "/links"),
        (Method::POST, "/events"),
    ] {
        for session in [&other.session, "no-such-session"] {
            let path = format!("/applicant/v1/sessions/{session}{rest}");
            let answer = world
                .ask(method.clone(), &path)
                .bearer_auth(&mine.token)
                .body(START);
            problem(answer.send().await.unwrap(), 404, "not_found").await;
        }
    }
    assert_eq!(other.version().await, 0);
}

#[tokio::test]
async fn no_audience_can_do_the_work_of_another() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let ada = world.reviewer("ada").await;
    for path in ["/backoffice/v1/cases", "/integrator/v1/sessions"] {
        let answer = world
            .get(path)
            .bearer_auth(&erika.token)
            .send()
            .await
            .unwrap();
        problem(answer, 401, "unauthorized").await;
        let cookie = format!("__Host-kyc_reviewer={}", erika.token);
        let answer = world
            .get(path)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        problem(answer, 401, "unauthorized").await;
    }
    let secret = ada.cookie.split_once('=').unwrap().1;
    for secret in [API_KEY, secret] {
        let path = format!("/applicant/v1/sessions/{}", erika.session);
        problem(
            world.get(&path).bearer_auth(secret).send().await.unwrap(),
            401,
            "unauthorized",
        )
        .await;
    }
    problem(
        world
            .get("/integrator/v1/sessions")
            .bearer_auth(secret)
            .send()
            .await
            .unwrap(),
        401,
        "unauthorized",
    )
    .await;
}

#[tokio::test]
async fn who_writes_to_the_store_lets_nobody_in() {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    let erika = world.applicant("one").await;
    let end = world.now() + 1_000_000;
    let write = |secret: &'static str, subject: &str, purpose: String| {
        let grant = Grant {
            subject: subject.to_owned(),
            purpose,
            expires_at: Timestamp::from_millis(end),
        };
        let store = stage.store.clone();
        async move { store.put(&digest_of(secret), grant).await.unwrap() }
    };
    let forged = "A".repeat(43);
    for signature in [String::new(), format!(".{forged}")] {
        let purpose = format!("reviewer {end}{signature}");
        write("a-cookie", "reviewer:ada", purpose).await;
        let purpose = format!("applicant{signature}");
        write("a-token", &erika.session, purpose).await;

        let path = "/backoffice/v1/cases";
        let cookie = "__Host-kyc_reviewer=a-cookie";
        let as_ada = world.get(path).header("cookie", cookie).send().await;
        problem(as_ada.unwrap(), 401, "unauthorized").await;
        let path = format!("/applicant/v1/sessions/{}", erika.session);
        let as_erika = world.get(&path).bearer_auth("a-token").send().await;
        problem(as_erika.unwrap(), 401, "unauthorized").await;
    }
}

#[tokio::test]
async fn an_applicant_cannot_decide() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    let version = erika.version().await;
    for event in [
        json!({ "type": "decide", "decision": { "outcome": "approved" } }),
        json!({ "type": "request_resubmission", "items": [] }),
        json!({ "type": "cancel" }),
        json!({ "type": "erase" }),
        json!({ "type": "deadline_reached" }),
    ] {
        problem(erika.post(&event, version, "mine").await, 403, "not_yours").await;
    }
    assert_eq!(erika.version().await, version);
}

#[tokio::test]
async fn a_reviewer_cannot_speak_for_applicant_or_company() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    for event in [
        json!({ "type": "withdraw" }),
        json!({ "type": "arrive", "round": 2, "exhibits": [] }),
    ] {
        problem(ada.try_send(&erika.session, event).await, 403, "not_yours").await;
    }
}

#[tokio::test]
async fn who_may_only_look_cannot_decide() {
    let world = World::start().await;
    let vera = world.reviewer("vera").await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    assert_eq!(
        vera.case(&erika.session).await["case"]["state"],
        "in_review"
    );
    problem(
        vera.try_send(&erika.session, json!({ "type": "claim" }))
            .await,
        403,
        "role_missing",
    )
    .await;
}

#[tokio::test]
async fn a_link_opens_once_and_not_for_long() {
    let world = World::start().await;
    let code = |opened: serde_json::Value| {
        opened["link"]
            .as_str()
            .unwrap()
            .split_once("#code=")
            .unwrap()
            .1
            .to_owned()
    };
    let first = code(world.open("one").await);
    assert_eq!(world.exchange(&first).await.status(), StatusCode::OK);
    problem(world.exchange(&first).await, 401, "code_invalid").await;

    let late = code(world.open("one").await);
    world.pass(Duration::from_secs(601));
    problem(world.exchange(&late).await, 401, "code_invalid").await;
    problem(world.exchange("nonsense").await, 401, "code_invalid").await;
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_gets_in() {
    let world = World::start().await;
    let opened = world.open("one").await;
    let code = opened["link"]
        .as_str()
        .unwrap()
        .split_once("#code=")
        .unwrap()
        .1;
    let attempts = (0..16).map(|_| world.exchange(code));
    let answers = futures_util::future::join_all(attempts).await;
    assert_eq!(
        answers
            .iter()
            .filter(|answer| answer.status() == StatusCode::OK)
            .count(),
        1
    );
}

#[tokio::test]
async fn a_token_is_no_code_and_a_code_is_no_token() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    problem(world.exchange(&erika.token).await, 401, "code_invalid").await;
    assert_eq!(erika.version().await, 0);

    let opened = world.open("one").await;
    let code = opened["link"]
        .as_str()
        .unwrap()
        .split_once("#code=")
        .unwrap()
        .1;
    let path = format!("/applicant/v1/sessions/{}", erika.session);
    problem(
        world.get(&path).bearer_auth(code).send().await.unwrap(),
        401,
        "unauthorized",
    )
    .await;
}

#[tokio::test]
async fn a_token_that_has_run_out_moves_nothing() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    world.pass(Duration::from_secs(7 * 24 * 3600));
    let event = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
    problem(erika.post(&event, 0, "late").await, 401, "unauthorized").await;
}

#[tokio::test]
async fn the_cookie_is_bound_to_this_host_and_out_of_reach_of_scripts() {
    let world = World::start().await;
    let answer = world.login("ada", PASSWORD).await;
    let line = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(line.starts_with("__Host-kyc_reviewer="), "{line}");
    for attribute in [
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
        "Max-Age=28800",
    ] {
        assert!(line.contains(attribute), "{line}");
    }
    assert!(!line.contains("Domain"));
    assert_eq!(
        answer.json::<serde_json::Value>().await.unwrap(),
        json!({ "name": "ada", "roles": ["reviewer"] })
    );
}

#[tokio::test]
async fn signing_in_makes_a_new_cookie_and_ends_the_old_one() {
    let world = World::start().await;
    let before = world.reviewer("ada").await;
    let again = world
        .post("/backoffice/v1/login")
        .header("cookie", &before.cookie)
        .json(&json!({ "name": "ada", "password": PASSWORD }))
        .send()
        .await
        .unwrap();
    assert_ne!(cookie_of(&again), before.cookie);
    problem(
        before.ask(Method::GET, "/me").send().await.unwrap(),
        401,
        "unauthorized",
    )
    .await;
}

#[tokio::test]
async fn signing_out_ends_it() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let answer = ada.ask(Method::POST, "/logout").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(cookie_of(&answer), "__Host-kyc_reviewer=");
    problem(
        ada.ask(Method::GET, "/me").send().await.unwrap(),
        401,
        "unauthorized",
    )
    .await;
}

#[tokio::test]
async fn a_reviewer_who_is_idle_or_stays_too_long_has_to_sign_in_again() {
    let world = World::start().await;
    let idle = world.reviewer("ada").await;
    let busy = world.reviewer("bob").await;
    world.pass(Duration::from_secs(14 * 60));
    busy.get("/me").await;
    world.pass(Duration::from_secs(60));
    problem(
        idle.ask(Method::GET, "/me").send().await.unwrap(),
        401,
        "unauthorized",
    )
    .await;

    // Every ten minutes a request, until the eight hours are over.
    for _ in 0..46 {
        world.pass(Duration::from_secs(600));
        busy.get("/me").await;
    }
    world.pass(Duration::from_secs(600));
    problem(
        busy.ask(Method::GET, "/me").send().await.unwrap(),
        401,
        "unauthorized",
    )
    .await;
}

#[tokio::test]
async fn name_and_password_fail_alike() {
    let world = World::start().await;
    let wrong = problem(
        world.login("ada", "wrong password").await,
        401,
        "login_failed",
    )
    .await;
    let unknown = problem(world.login("eve", PASSWORD).await, 401, "login_failed").await;
    let long = problem(
        world.login("ada", &"x".repeat(2_000)).await,
        401,
        "login_failed",
    )
    .await;
    assert_eq!(wrong, unknown);
    assert_eq!(wrong, long);
}

#[tokio::test]
async fn guessing_passwords_ends_soon_and_locks_nobody_elsewhere_out() {
    let mut config = config();
    config.limits.login_burst = 3;
    config.proxies = 1;
    let world = World::with(config, None).await;
    let attempt = |from: &'static str, password: &'static str| {
        world
            .post("/backoffice/v1/login")
            .header("x-forwarded-for", from)
            .json(&json!({ "name": "ada", "password": password }))
            .send()
    };
    for _ in 0..3 {
        problem(
            attempt("203.0.113.7", "guess").await.unwrap(),
            401,
            "login_failed",
        )
        .await;
    }
    let refused = attempt("203.0.113.7", PASSWORD).await.unwrap();
    assert!(
        refused.headers()["retry-after"]
            .to_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 0
    );
    problem(refused, 429, "rate_limited").await;
    assert_eq!(
        attempt("203.0.113.8", PASSWORD).await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn one_caller_cannot_ask_without_end() {
    let mut config = config();
    config.limits.caller_burst = 5;
    let world = World::with(config, None).await;
    let (greedy, modest) = (world.applicant("one").await, world.applicant("two").await);
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(greedy.ask(Method::GET, "").send().await.unwrap().status());
    }
    assert!(answers.contains(&StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(modest.version().await, 0);
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_act_for_a_reviewer() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let own = format!("http://{}", world.address);
    let logout = || ada.ask(Method::POST, "/logout");
    for foreign in [
        logout().header("origin", "https://evil.example"),
        logout().header("origin", "null"),
        logout().header("sec-fetch-site", "cross-site"),
        logout()
            .header("sec-fetch-site", "same-site")
            .header("origin", "http://shop.example"),
    ] {
        problem(foreign.send().await.unwrap(), 403, "cross_origin").await;
    }
    let login = world
        .post("/backoffice/v1/login")
        .header("origin", "https://evil.example");
    let login = login.json(&json!({ "name": "ada", "password": PASSWORD }));
    problem(login.send().await.unwrap(), 403, "cross_origin").await;
    ada.get("/me").await;
    let answer = logout()
        .header("origin", own)
        .header("sec-fetch-site", "same-origin")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_code_whose_token_could_not_be_kept_is_still_good() {
    let stage = Stage::new();
    let is_full = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_full);
    let refuse = move |grant: &Grant| {
        let refused = grant.purpose.starts_with("applicant.") && told.load(Ordering::SeqCst);
        async move {
            match refused {
                true => Err(StoreError::Full { store: "memory" }),
                false => Ok(()),
            }
        }
        .boxed()
    };
    let stage = Stage {
        grants: Arc::new(Meddled::new(&stage.store, refuse)),
        ..stage
    };
    let world = World::on(&stage).await;
    let opened = world.open("one").await;
    let (_, code) = opened["link"]
        .as_str()
        .unwrap()
        .split_once("#code=")
        .unwrap();
    is_full.store(true, Ordering::SeqCst);
    assert_eq!(world.exchange(code).await.status(), 503);
    is_full.store(false, Ordering::SeqCst);
    assert_eq!(world.exchange(code).await.status(), 200);
    problem(world.exchange(code).await, 401, "code_invalid").await;
    // The code is gone, and there is one token.
    let session = opened["session"].as_str().unwrap();
    assert_eq!(stage.store.revoke(session).await.unwrap(), 1);
}

#[tokio::test]
async fn a_host_that_is_made_up_does_not_get_into_links() {
    let world = World::start().await;
    let opened = world
        .post("/integrator/v1/sessions")
        .bearer_auth(API_KEY)
        .header("idempotency-key", "a")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    let opened: serde_json::Value = opened.json().await.unwrap();
    let own = format!("http://{}/apply/#code=", world.address);
    assert!(opened["link"].as_str().unwrap().starts_with(&own));
}

#[tokio::test]
async fn one_address_cannot_ask_without_end_whatever_it_says_of_itself() {
    let mut config = config();
    // On a busy machine thirty requests take their time.
    config.limits.peer_per_second = 1;
    config.limits.peer_burst = 10;
    let world = World::with(config, None).await;
    let mut found = Vec::new();
    for number in 0..30 {
        let asked = world
            .get("/backoffice/v1/me")
            .header("x-forwarded-for", format!("203.0.113.{number}"));
        found.push(asked.send().await.unwrap().status());
    }
    assert_eq!(found[0], StatusCode::UNAUTHORIZED);
    assert!(found.contains(&StatusCode::TOO_MANY_REQUESTS));
}

#[tokio::test]
async fn of_two_devices_that_take_the_same_step_one_is_told_the_present_version() {
    let world = World::start().await;
    let phone = world.applicant("one").await;
    let opened = world.open("one").await;
    let laptop = world.applicant_by(opened["link"].as_str().unwrap()).await;
    let start = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
    let (one, other) = tokio::join!(
        phone.post(&start, 0, "phone"),
        laptop.post(&start, 0, "laptop")
    );
    let (taken, late) = match one.status() {
        StatusCode::OK => (one, other),
        _ => (other, one),
    };
    assert_eq!(taken.status(), StatusCode::OK);
    let told = problem(late, 412, "stale").await;
    assert_eq!(told["current"]["version"], 1);
}
