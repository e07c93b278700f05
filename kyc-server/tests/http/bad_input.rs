//! What nobody should send, and what it gets: a typed answer, and nothing has changed.

use kyc_core::Actor;
use kyc_core::journal::{ChartName, Entry, Facts, Hash};
use kyc_persist::{Commit, Expected, Row, Store as _};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::harness::{API_KEY, World, problem};

fn start() -> Value {
    json!({ "type": "start", "consent": { "version": "1", "locale": "en" } })
}

#[tokio::test]
async fn an_event_that_the_state_does_not_accept_is_told_the_state_and_what_it_accepts() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let told = problem(
        erika
            .post(&json!({ "type": "accept_selfie" }), 0, "a")
            .await,
        409,
        "not_accepted",
    )
    .await;
    assert_eq!(
        (&told["state"], &told["event"]),
        (&json!("welcome"), &json!("accept_selfie"))
    );
    assert_eq!(told["accepts"], json!(["start"]));
    assert_eq!(erika.version().await, 0);
}

#[tokio::test]
async fn a_guard_that_says_no_tells_why() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let outdated = json!({ "type": "start", "consent": { "version": "0", "locale": "en" } });
    let told = problem(erika.post(&outdated, 0, "a").await, 422, "refused").await;
    assert_eq!(
        (&told["reason"], &told["state"]),
        (&json!("consent_outdated"), &json!("welcome"))
    );
    assert_eq!(erika.version().await, 0);
}

#[tokio::test]
async fn who_has_seen_an_older_version_is_told_the_present_one() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    let told = problem(
        erika.post(&json!({ "type": "back" }), 0, "a").await,
        412,
        "stale",
    )
    .await;
    assert_eq!(told["current"], erika.view().await);
    assert_eq!(told["current"]["version"], 1);
}

#[tokio::test]
async fn version_and_key_are_required() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let post = || erika.ask(Method::POST, "/events").json(&start());
    let answer = post().header("idempotency-key", "a").send().await.unwrap();
    problem(answer, 428, "version_required").await;
    let answer = post().header("if-match", "\"0\"").send().await.unwrap();
    problem(answer, 400, "key_required").await;
    for version in ["0", "\"-1\"", "\"4294967296\"", "\"x\"", "*"] {
        let answer = post()
            .header("if-match", version)
            .header("idempotency-key", "a")
            .send()
            .await
            .unwrap();
        problem(answer, 400, "malformed").await;
    }
    let spaced = post()
        .header("if-match", "\"0\"")
        .header("idempotency-key", "a b")
        .send()
        .await
        .unwrap();
    problem(spaced, 400, "malformed").await;
    assert_eq!(erika.version().await, 0);
}

#[tokio::test]
async fn the_same_key_again_gets_the_same_answer_and_another_body_under_it_none() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let first: Value = erika.post(&start(), 0, "a").await.json().await.unwrap();
    erika.describe().await;
    let again = erika.post(&start(), 0, "a").await;
    assert_eq!(again.headers()["etag"], "\"1\"");
    assert_eq!(again.json::<Value>().await.unwrap(), first);

    let other = json!({ "type": "start", "consent": { "version": "1", "locale": "de" } });
    problem(erika.post(&other, 0, "a").await, 422, "key_reused").await;
    assert_eq!(erika.version().await, 2);
}

#[tokio::test]
async fn of_the_same_event_sent_fifty_times_at_once_one_happens() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let event = start();
    let answers = futures_util::future::join_all((0..50).map(|_| erika.post(&event, 0, "a"))).await;
    let mut told = Vec::new();
    for answer in answers {
        assert_eq!(answer.status(), 200);
        told.push(answer.json::<Value>().await.unwrap());
    }
    told.dedup();
    assert_eq!(told.len(), 1);
    assert_eq!(erika.version().await, 1);
}

#[tokio::test]
async fn of_two_reviewers_who_decide_at_once_one_does() {
    let world = World::start().await;
    let (ada, bob) = (world.reviewer("ada").await, world.reviewer("bob").await);
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    let version = cases
        .until(|told| told.data["state"] == "in_review")
        .await
        .data["version"]
        .as_u64()
        .unwrap();
    let claim = json!({ "type": "claim" });
    let (one, other) = tokio::join!(
        ada.post(&erika.session, &claim, version, "a"),
        bob.post(&erika.session, &claim, version, "b")
    );
    let mut found = [one.status().as_u16(), other.status().as_u16()];
    found.sort_unstable();
    assert_eq!(found, [200, 412]);
}

#[tokio::test]
async fn the_key_of_another_reviewer_does_not_get_their_answer() {
    let world = World::start().await;
    let (ada, bob) = (world.reviewer("ada").await, world.reviewer("bob").await);
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    let arrived = cases.until(|told| told.data["state"] == "in_review").await;
    let version = arrived.data["version"].as_u64().unwrap();
    let claim = json!({ "type": "claim" });
    let first = ada.post(&erika.session, &claim, version, "a").await;
    assert_eq!(first.status(), 200);
    let second = bob.post(&erika.session, &claim, version, "a").await;
    problem(second, 412, "stale").await;
}

#[tokio::test]
async fn nobody_can_take_the_key_under_which_a_decision_will_arrive() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    // What the outbox will call the reviewer's word, as far as anybody can guess.
    for version in 0..12 {
        let key = format!("{}.review.{}.0", erika.session, version + 1);
        let event = match version % 2 {
            0 => start(),
            _ => json!({ "type": "back" }),
        };
        assert_eq!(erika.post(&event, version, &key).await.status(), 200);
    }
    erika.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    let mut told = erika.stream().await;
    told.next().await.unwrap();
    ada.send(&erika.session, json!({ "type": "claim" })).await;
    ada.send(
        &erika.session,
        json!({ "type": "reject", "reason": "other" }),
    )
    .await;
    told.next().await.unwrap();
    assert_eq!(erika.view().await["phase"], "rejected");
}

#[tokio::test]
async fn what_is_no_event_is_refused_and_nothing_has_changed() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let objects = format!(
        "{{\"type\":\"start\",\"consent\":{}1{}}}",
        "{\"a\":".repeat(20_000),
        "}".repeat(20_000)
    );
    for body in [
        "start please",
        "",
        "null",
        "[]",
        "\u{feff}{}",
        r#"{"type":"approve_me"}"#,
        r#"{"type":"back","to":"final"}"#,
        r#"{"type":"start","consent":{"version":"1","locale":"en"},"state":"approved"}"#,
        r#"{"type":"start","consent":{"version":"1","locale":"en","admin":true}}"#,
        r#"{"type":"start","consent":"yes"}"#,
        r#"{"type":"start","consent":{"version":1,"locale":"en"}}"#,
        r#"{"type":"start","consent":{"version":"1"}}"#,
        r#"{"type":"start","type":"back","consent":{"version":"1","locale":"en"}}"#,
        r#"{"type":"start","consent":{"version":"\ud800","locale":"en"}}"#,
        r#"{"type":"capture_page","side":"front","blob":"../../etc/passwd"}"#,
        r#"{"__proto__":{"type":"start"}}"#,
    ] {
        let told = problem(raw(&erika, body.into()).await, 400, "malformed").await;
        let detail = told["detail"].as_str().unwrap();
        assert!(
            detail.starts_with("the body does not fit at line"),
            "{detail}"
        );
    }
    problem(raw(&erika, objects.clone()).await, 413, "too_large").await;
    let shallow = objects.replacen(&"{\"a\":".repeat(20_000), &"{\"a\":".repeat(5_000), 1);
    problem(
        raw(
            &erika,
            shallow.replacen(&"}".repeat(20_001), &"}".repeat(5_001), 1),
        )
        .await,
        400,
        "malformed",
    )
    .await;
    problem(raw(&erika, "[".repeat(60_000)).await, 400, "malformed").await;
    problem(raw(&erika, deep("[", "]")).await, 413, "too_large").await;
    assert_eq!(erika.version().await, 0);
}

async fn raw(erika: &crate::harness::Applicant<'_>, body: String) -> reqwest::Response {
    erika
        .ask(Method::POST, "/events")
        .header("content-type", "application/json")
        .header("if-match", "\"0\"")
        .header("idempotency-key", "a")
        .body(body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_form_is_no_json() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "",
    ] {
        let answer = erika
            .ask(Method::POST, "/events")
            .header("content-type", kind)
            .header("if-match", "\"0\"")
            .header("idempotency-key", "a")
            .body(start().to_string());
        problem(answer.send().await.unwrap(), 415, "not_json").await;
    }
}

#[tokio::test]
async fn a_body_of_100_mb_is_refused_before_it_is_read() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let mut socket = tokio::net::TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /applicant/v1/sessions/{}/events HTTP/1.1\r\nhost: kyc\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\nif-match: \"0\"\r\nidempotency-key: a\r\ncontent-length: 104857600\r\n\r\n",
        erika.session, erika.token
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_body_that_lies_about_its_length_is_counted() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let endless =
        futures_util::stream::iter((0..32).map(|_| Ok::<_, std::io::Error>(vec![b' '; 64 * 1024])));
    let answer = erika
        .ask(Method::POST, "/events")
        .header("content-type", "application/json")
        .header("if-match", "\"0\"")
        .header("idempotency-key", "a")
        .body(reqwest::Body::wrap_stream(endless))
        .send()
        .await
        .unwrap();
    let told = problem(answer, 413, "too_large").await;
    assert_eq!(told["limit"], 65_536);
}

#[tokio::test]
async fn what_does_not_exist_is_told_as_a_problem_too() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    for path in [
        "/nothing",
        "/backoffice/v1/nothing",
        "/applicant/v1",
        "/integrator/v1/sessions/x/y/z",
    ] {
        problem(world.get(path).send().await.unwrap(), 404, "not_found").await;
    }
    problem(
        world
            .ask(Method::DELETE, "/backoffice/v1/login")
            .send()
            .await
            .unwrap(),
        405,
        "method_not_allowed",
    )
    .await;
    for id in [
        "no-such-case",
        "..%2f..%2fetc",
        "%00",
        "a%20b",
        &"x".repeat(65),
    ] {
        let answer = ada
            .ask(Method::GET, &format!("/cases/{id}"))
            .send()
            .await
            .unwrap();
        problem(answer, 404, "not_found").await;
    }
    for query in [
        "limit=0",
        "limit=201",
        "limit=x",
        "after=nowhere",
        "sort=asc",
    ] {
        let answer = ada
            .ask(Method::GET, &format!("/cases?{query}"))
            .send()
            .await
            .unwrap();
        problem(answer, 400, "malformed").await;
    }
}

#[tokio::test]
async fn an_event_about_a_photo_that_was_never_uploaded_is_refused() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    erika.describe().await;
    erika
        .send(json!({ "type": "select_document", "country": "DE", "document": "passport" }))
        .await;
    let version = erika.version().await;
    let event = |blob: &str| json!({ "type": "capture_page", "side": "front", "blob": blob });
    problem(
        erika.post(&event(&"ab".repeat(32)), version, "a").await,
        422,
        "blob_missing",
    )
    .await;
    // A photo of another session is not a photo of this one.
    let blob = world.applicant("two").await.photo(1).await;
    problem(
        erika.post(&event(&blob), version, "a").await,
        422,
        "blob_missing",
    )
    .await;
    assert_eq!(erika.version().await, version);
}

#[tokio::test]
async fn a_tampered_snapshot_is_not_loaded_and_nothing_of_it_is_told() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    erika.describe().await;
    let row = Row::collection(erika.session.parse().unwrap());
    let kept = world.store.load(&row).await.unwrap().unwrap();
    assert!(kept.snapshot.contains("Mustermann"));
    for snapshot in [
        kept.snapshot.replace("Mustermann", "Musterfrau"),
        kept.snapshot.replacen("\"schema\":1", "\"schema\":99", 1),
        kept.snapshot[..kept.snapshot.len() / 2].to_owned(),
    ] {
        overwrite(&world, &row, snapshot).await;
        let told = problem(
            erika.ask(Method::GET, "").send().await.unwrap(),
            500,
            "session_unreadable",
        )
        .await;
        assert!(!told.to_string().contains("Muster"), "{told}");
        let event = json!({ "type": "back" });
        problem(erika.post(&event, 99, "a").await, 500, "session_unreadable").await;
    }
}

/// As somebody with access to the store would.
async fn overwrite(world: &World, row: &Row, snapshot: String) {
    let kept = world.store.load(row).await.unwrap().unwrap();
    let facts = Facts {
        session: row.session.clone(),
        chart: ChartName::Collection,
        version: kept.version + 1,
        key: format!("tamper-{}", kept.version).parse().unwrap(),
        fingerprint: Hash::ZERO,
        at: kept.opened_at,
        by: Actor::APPLICANT,
        event: "tamper".into(),
        from: kept.state.clone(),
        to: kept.state,
        effects: vec![],
    };
    let entry = Entry::chain(kept.head, facts);
    let commit = Commit {
        expected: Expected::At(kept.version),
        entry,
        snapshot,
        outbox: vec![],
    };
    world.store.commit(commit).await.unwrap();
}

#[tokio::test]
async fn a_company_is_told_what_is_wrong_with_its_request() {
    let world = World::start().await;
    let open = || world.post("/integrator/v1/sessions").bearer_auth(API_KEY);
    problem(
        open().json(&json!({})).send().await.unwrap(),
        400,
        "key_required",
    )
    .await;
    for body in [
        json!({ "flow": "no-such-flow" }),
        json!({ "locale": "de&code=x" }),
        json!({ "external_ref": "a\nb" }),
        json!({ "external_ref": "x".repeat(129) }),
        json!({ "unknown": 1 }),
    ] {
        let answer = open()
            .header("idempotency-key", "a")
            .json(&body)
            .send()
            .await
            .unwrap();
        problem(answer, 400, "malformed").await;
    }
    let ended = world.open("one").await;
    let path = format!(
        "/integrator/v1/sessions/{}/cancel",
        ended["session"].as_str().unwrap()
    );
    let cancel = |key: &'static str| {
        world
            .post(&path)
            .bearer_auth(API_KEY)
            .header("idempotency-key", key)
            .send()
    };
    assert_eq!(cancel("a").await.unwrap().status(), 200);
    let told = problem(cancel("b").await.unwrap(), 409, "not_accepted").await;
    assert_eq!(told["state"], "cancelled");
}
