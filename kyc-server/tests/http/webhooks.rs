//! What a company's own server is told: what it can rely on, whatever it does itself.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use kyc_persist::{Kek, Keyring, MemoryStore, MemoryVault, Safe, SealedStore, Store as _};
use serde_json::{Value, json};

use crate::decisions::{decide, until};
use crate::harness::{API_KEY, Stage, World};
use crate::sink::{Answer, Came, OLDER, SECRET, Sink, one, telling, with_webhooks};

const HOUR: Duration = Duration::from_secs(3_600);

async fn cancel(world: &World, session: &str) {
    let path = format!("/integrator/v1/sessions/{session}/cancel");
    let asked = world
        .post(&path)
        .bearer_auth(API_KEY)
        .header("idempotency-key", "end");
    assert_eq!(asked.send().await.unwrap().status(), 200);
}

/// Lets time pass until enough has come.
async fn later(world: &World, sink: &Sink, enough: impl Fn(&[Came]) -> bool) -> Vec<Came> {
    loop {
        tokio::select! {
            came = sink.until(&enough) => return came,
            // What was in hand is answered by then, or left: an hour that passes takes it from nobody.
            () = tokio::time::sleep(Duration::from_secs(3)) => world.pass(HOUR),
        }
    }
}

fn reject() -> Value {
    json!({ "type": "reject", "reason": "suspected_fraud", "message": "Canary-Message", "note": "Canary-Note" })
}

/// A session with a name of the company's.
async fn open_named(world: &World, name: &str) -> Value {
    let opened = world
        .post("/integrator/v1/sessions")
        .bearer_auth(API_KEY)
        .header("idempotency-key", name)
        .json(&json!({ "external_ref": name }))
        .send();
    opened.await.unwrap().json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_of_a_session_is_told_in_order_signed_and_without_anything_personal() {
    let sink = Sink::start().await;
    let world = World::with(telling(&sink.url()), None).await;
    let opened = open_named(&world, "order-17").await;
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    erika.arrive().await;
    decide(&world, &erika, json!({ "type": "request_resubmission" })).await;
    sink.until_told("session.resubmission_requested").await;
    let blob = erika.photo(9).await;
    erika
        .send(json!({ "type": "capture_selfie", "blob": blob }))
        .await;
    erika.send(json!({ "type": "accept_selfie" })).await;
    decide(&world, &erika, reject()).await;
    let rejected = sink.until_told("session.rejected").await;

    assert_eq!(
        sink.events(),
        [
            "session.collecting",
            "session.processing",
            "session.resubmission_requested",
            "session.processing",
            "session.rejected"
        ]
    );
    let session = erika.session.as_str();
    let version = erika.version().await;
    // A suspicion is nobody's business outside.
    assert_eq!(
        rejected.body(),
        json!({
            "type": "session.rejected", "occurred_at": world.now(), "session": session, "external_ref": "order-17",
            "version": version, "phase": "rejected", "decision": { "outcome": "rejected", "reason": "other" },
            "asked": [], "redacted_at": null,
        })
    );
    let asked = sink
        .until_told("session.resubmission_requested")
        .await
        .body();
    assert_eq!(
        asked["asked"],
        json!([{ "item": "selfie", "reason": "blurry" }])
    );
    assert_eq!(
        (&asked["phase"], &asked["decision"]),
        (&json!("resubmission_requested"), &Value::Null)
    );

    let came = sink.came();
    for one in &came {
        assert_eq!(
            (one.signatures_of(SECRET), one.signatures_of(OLDER)),
            (1, 0)
        );
        assert_eq!(
            one.header("webhook-timestamp"),
            (world.now() / 1_000).to_string()
        );
        assert_eq!(
            (one.path.as_str(), one.header("content-type")),
            ("/kyc", "application/json")
        );
        assert!(one.id().starts_with(&format!("{session}:collection:")) && !one.id().contains('.'));
        let text = format!("{one:?}{}", one.body());
        for personal in ["Canary", "Erika", "Mustermann", "1984", &blob] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }
    let mut ids: Vec<_> = came.iter().map(|one| one.id().to_owned()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 5, "each has a name of its own");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_was_down_is_told_later_in_order_and_under_the_same_names() {
    let gone = Sink::start().await;
    let world = World::with(telling(&gone.url()), None).await;
    let address = gone.end().await;
    let erika = world.applicant("erika").await;
    erika.begin().await;
    erika.describe().await;
    cancel(&world, &erika.session).await;

    let sink = Sink::at(address).await;
    sink.answer([
        Answer::Status(500),
        Answer::Status(503),
        Answer::Status(429),
    ]);
    // The first one of this session is tried again and again; the second waits for it.
    for attempts in 1..=4 {
        let came = later(&world, &sink, |came| came.len() >= attempts).await;
        assert_eq!(
            came[attempts - 1].event(),
            "session.collecting",
            "attempt {attempts}"
        );
    }
    sink.until_told("session.cancelled").await;
    let came = sink.came();
    assert_eq!(came.len(), 5);
    for again in &came[1..4] {
        assert_eq!((again.id(), &again.bytes), (came[0].id(), &came[0].bytes));
        assert_eq!(again.signatures_of(SECRET), 1);
    }
    // Signed anew, so that an old request is told from a late one.
    assert_ne!(
        came[3].header("webhook-timestamp"),
        came[0].header("webhook-timestamp")
    );
    assert_ne!(came[4].id(), came[0].id());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_fails_or_sends_elsewhere_holds_up_neither_others_nor_the_work() {
    let (slow, quick) = (Sink::start().await, Sink::start().await);
    let elsewhere = Sink::start().await;
    slow.answer([
        Answer::Hang,
        Answer::Redirect(elsewhere.url()),
        Answer::LongHead,
    ]);
    slow.answer_always(Answer::Hang);
    let lines = format!("{}{}", one("slow", &slow.url()), one("quick", &quick.url()));
    let world = World::with(with_webhooks(&lines), None).await;
    let sessions = ["a", "b", "c", "d", "e"];
    let mut people = Vec::new();
    for key in sessions {
        let applicant = world.applicant(key).await;
        applicant.arrive().await;
        people.push(applicant);
    }
    // Their cases are there, and one is decided: none of this waits for an endpoint.
    decide(&world, &people[0], json!({ "type": "approve" })).await;
    quick.until_told("session.approved").await;
    let processing = |came: &[Came]| {
        came.iter()
            .filter(|one| one.event() == "session.processing")
            .count()
            == sessions.len()
    };
    quick.until(processing).await;
    // Of each session only the first was tried.
    slow.until(|came| came.len() >= sessions.len()).await;
    assert!(
        slow.events()
            .iter()
            .all(|event| event == "session.collecting"),
        "{:?}",
        slow.events()
    );

    // What it answered is no yes, so it is told again; a redirect leads nowhere.
    slow.answer_always(Answer::Status(200));
    later(&world, &slow, processing).await;
    assert!(elsewhere.came().is_empty());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_answer_nothing_but_its_status_is_read() {
    let sink = Sink::start().await;
    sink.answer_always(Answer::Flood);
    let world = World::with(telling(&sink.url()), None).await;
    let erika = world.applicant("erika").await;
    erika.begin().await;
    erika.describe().await;
    cancel(&world, &erika.session).await;
    // Each was delivered at once: the second does not come before the first is settled.
    sink.until_told("session.cancelled").await;
    assert_eq!(sink.came().len(), 2);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_gone_for_good_makes_a_dead_letter_that_is_put_back_under_its_name() {
    let sink = Sink::start().await;
    sink.answer([Answer::Status(410)]);
    let world = World::with(telling(&sink.url()), None).await;
    let erika = world.applicant("erika").await;
    erika.begin().await;
    erika.describe().await;
    sink.until(|came| came.len() == 1).await;
    until(async || !world.store.dead(None, 9).await.unwrap().is_empty()).await;
    let dead = world.store.dead(None, 9).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts()), (1, 1));
    // What comes behind it goes on.
    cancel(&world, &erika.session).await;
    sink.until_told("session.cancelled").await;

    let now = kyc_core::Timestamp::from_millis(world.now());
    assert!(world.store.retry(dead[0].id(), now).await.unwrap());
    let came = sink.until(|came| came.len() == 3).await;
    assert_eq!(
        (came[2].id(), &came[2].bytes),
        (came[0].id(), &came[0].bytes)
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_before_a_server_died_is_told_by_the_next_under_the_same_name() {
    let sink = Sink::start().await;
    sink.answer([Answer::Status(500)]);
    let stage = Stage {
        config: telling(&sink.url()),
        ..Stage::new()
    };
    let world = World::on(&stage).await;
    let erika = world.applicant("erika").await;
    erika.begin().await;
    erika.describe().await;
    let first = sink.until(|came| came.len() == 1).await.remove(0);
    cancel(&world, &erika.session).await;
    world.end().await;

    let world = World::on(&stage).await;
    let is_told = |one: &Came| one.event() == "session.cancelled";
    later(&world, &sink, |came| came.iter().any(is_told)).await;
    let came = sink.came();
    assert_eq!(came.len(), 3);
    assert_eq!((came[1].id(), &came[1].bytes), (first.id(), &first.bytes));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_who_was_erased_only_that_is_told_and_what_waited_is_told_no_more() {
    let sink = Sink::start().await;
    sink.answer_always(Answer::Status(503));
    let keyring = Keyring::new(Kek::random());
    let safe = Safe::unlock(Arc::new(MemoryVault::new()), keyring)
        .await
        .unwrap();
    let sealed = SealedStore::open(MemoryStore::new(), safe.clone())
        .await
        .unwrap();
    let stage = Stage::new();
    let stage = Stage {
        before: Arc::new(sealed),
        blobs: stage.blobs.clone().sealed(safe.clone()),
        config: telling(&sink.url()),
        ..stage
    };
    let (server, listener) = stage.server().await;
    let world = World::serving(&stage, server.with_safe(safe.clone()), listener);
    let opened = open_named(&world, "order-17").await;
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    erika.arrive().await;
    decide(&world, &erika, reject()).await;
    sink.until(|came| !came.is_empty()).await;
    until(async || erika.view().await["state"] == "rejected").await;

    let path = format!("/integrator/v1/sessions/{}", erika.session);
    let erasing = world
        .ask(reqwest::Method::DELETE, &path)
        .bearer_auth(API_KEY);
    assert_eq!(erasing.send().await.unwrap().status(), 204);
    until(async || safe.erasures(None, 9).await.unwrap().len() == 2).await;
    sink.answer_always(Answer::Status(204));
    let is_erasure = |one: &Came| one.event() == "session.erased";
    let came = later(&world, &sink, |came| came.iter().any(is_erasure)).await;
    let told = came.iter().find(|one| is_erasure(one)).unwrap().body();
    assert_eq!(told["external_ref"], Value::Null);
    assert_eq!(
        (&told["phase"], &told["decision"]["outcome"]),
        (&json!("rejected"), &json!("rejected"))
    );
    assert!(told["redacted_at"].is_u64());
    assert!(
        !sink.events().contains(&"session.rejected".to_owned()),
        "{:?}",
        sink.events()
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_an_endpoint_wants_is_told_and_while_secrets_change_both_have_signed() {
    let sink = Sink::start().await;
    let lines = format!(
        "{}OLDER\nevents = [\"session.cancelled\"]\n",
        one("shop", &sink.url())
    );
    let world = World::with(with_webhooks(&lines), None).await;
    let erika = world.applicant("erika").await;
    erika.begin().await;
    erika.describe().await;
    cancel(&world, &erika.session).await;
    let told = sink.until_told("session.cancelled").await;
    assert_eq!(sink.came().len(), 1);
    assert_eq!(
        (told.signatures_of(SECRET), told.signatures_of(OLDER)),
        (1, 1)
    );
    assert!(told.header("webhook-signature").starts_with("v1,"));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_other_vocabulary_it_is_told_where_the_session_stands_signed_over_the_body() {
    let (sink, ours) = (Sink::start().await, Sink::start().await);
    // Any text is a secret there, this one too.
    let lines = format!(
        "{}format = \"compatible\"\n{}",
        one("theirs", &sink.url()),
        one("ours", &ours.url())
    );
    let world = World::with(with_webhooks(&lines), None).await;
    let opened = open_named(&world, "order-17").await;
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    erika.arrive().await;
    let seen = sink.until(|came| !came.is_empty()).await.remove(0);
    assert_eq!(
        seen.header("idenfy-event-type"),
        "IDENTIFICATION_AUTO_FINISHED"
    );
    assert_eq!(
        (
            &seen.body()["final"],
            &seen.body()["status"]["overall"],
            &seen.body()["data"]["docFirstName"]
        ),
        (&json!(false), &json!("REVIEWING"), &Value::Null)
    );
    decide(&world, &erika, json!({ "type": "approve" })).await;
    let told = sink.until(|came| came.len() == 2).await.remove(1);
    assert_eq!(
        told.header("idenfy-event-type"),
        "IDENTIFICATION_MANUAL_FINISHED"
    );
    let body = told.body();
    assert_eq!(
        (
            &body["final"],
            &body["status"]["overall"],
            &body["data"]["docFirstName"],
            &body["clientId"]
        ),
        (
            &json!(true),
            &json!("APPROVED"),
            &json!("Erika"),
            &json!("order-17")
        )
    );
    for one in [&seen, &told] {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(&one.bytes);
        let expected = mac.finalize().into_bytes();
        let expected: String = expected.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(one.header("idenfy-signature"), expected);
        assert!(one.headers.get("webhook-signature").is_none());
    }
    // The other endpoint is told in our words, and nothing of the person.
    ours.until_told("session.approved").await;
    assert!(
        ours.came()
            .iter()
            .all(|one| !one.body().to_string().contains("Erika"))
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_of_the_readme_takes_what_was_sent_and_nothing_else() {
    let sink = Sink::start().await;
    let lines = format!("{}OLDER\n", one("shop", &sink.url()));
    let world = World::with(with_webhooks(&lines), None).await;
    let erika = world.applicant("erika").await;
    erika.begin().await;
    erika.describe().await;
    let came = sink.until(|came| came.len() == 1).await.remove(0);

    let readme = include_str!("../../README.md");
    let sample = readme.split_once("```js\n").unwrap().1;
    let sample = sample.split_once("```").unwrap().0;
    let headers: serde_json::Map<String, Value> = came
        .headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()))
        .collect();
    let (headers, body) = (
        Value::from(headers),
        String::from_utf8(came.bytes.to_vec()).unwrap(),
    );
    let now = world.now() / 1_000;
    let program = format!(
        "{sample}
        const headers = {headers}, body = Buffer.from({body:?}), now = {now};
        const another = 'whsec_' + Buffer.alloc(32).toString('base64');
        console.log(JSON.stringify([
            isGenuine('{SECRET}', headers, body, now),
            isGenuine('{OLDER}', headers, body, now + 299),
            isGenuine(another, headers, body, now),
            isGenuine('{SECRET}', headers, Buffer.from(JSON.stringify(JSON.parse(body), null, 1)), now),
            isGenuine('{SECRET}', headers, body, now + 301),
            isGenuine('{SECRET}', {{ ...headers, 'webhook-id': 'another' }}, body, now),
            isGenuine('{SECRET}', {{ ...headers, 'webhook-timestamp': 'NaN' }}, body, now),
            isGenuine('{SECRET}', {{ ...headers, 'webhook-signature': 'v1,' }}, body, now),
            isGenuine('{SECRET}', {{}}, body, now),
        ]));"
    );
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("sample.mjs");
    std::fs::write(&file, program).unwrap();
    let ran = std::process::Command::new("node")
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(
        said.trim(),
        "[true,true,false,false,false,false,false,false,false]",
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    world.end().await;
}
