//! An applicant who has stopped half-way: the company's server is told when to remind them, once each, and not of who went on.

use std::sync::Arc;
use std::time::Duration;

use kyc_core::{Flow, Seconds, Timestamp};
use kyc_persist::archive::stats;
use serde_json::{Value, json};

use crate::harness::{API_KEY, Applicant, Stage, World};
use crate::sink::{Answer, Came, Sink, one, with_webhooks};

const HOUR: Duration = Duration::from_secs(3_600);

/// Reminders after one hour and five; a session has a day.
fn stage(webhooks: &str) -> Stage {
    let mut definition = Flow::manual_review().definition().clone();
    definition.clocks.reminders = vec![Seconds::hours(1), Seconds::hours(5)];
    Stage {
        flows: vec![Arc::new(Flow::new(definition).unwrap())],
        config: with_webhooks(webhooks),
        ..Stage::new()
    }
}

/// Until nothing that is due waits for anybody.
async fn all_is_done(world: &World) {
    let patience = std::time::Instant::now() + Duration::from_secs(20);
    loop {
        let now = Timestamp::from_millis(world.now());
        let stats = stats(&*world.store, now, &mut |_| ()).await.unwrap();
        if stats.due_since.is_none() {
            return;
        }
        assert!(std::time::Instant::now() < patience, "something waits");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Lets time pass when nothing is in anybody's hands: then it takes nothing from them.
async fn pass(world: &World, time: Duration) {
    all_is_done(world).await;
    world.pass(time);
}

fn is_reminder(came: &Came) -> bool {
    came.event() == "session.reminder"
}

fn reminders(sink: &Sink) -> Vec<Value> {
    let came = sink.came();
    let reminders = came.iter().filter(|came| is_reminder(came));
    reminders
        .map(|came| came.body()["reminder"].clone())
        .collect()
}

async fn open_named(world: &World, name: &str) -> Value {
    let opened = world
        .post("/integrator/v1/sessions")
        .bearer_auth(API_KEY)
        .header("idempotency-key", name)
        .json(&json!({ "external_ref": name }))
        .send();
    opened.await.unwrap().json().await.unwrap()
}

/// A reviewer wants the face again.
async fn ask_again(world: &World, applicant: &Applicant<'_>) {
    let reviewer = world.reviewer("ada").await;
    let session = &applicant.session;
    reviewer.send(session, json!({ "type": "claim" })).await;
    reviewer
        .fine(session, &["document_front", "document_back"])
        .await;
    let verdict = json!({ "type": "retake", "reason": "blurry", "message": "Canary-Message" });
    let judge = json!({ "type": "judge", "item": "selfie", "verdict": verdict });
    reviewer.send(session, judge).await;
    let ask = json!({ "type": "request_resubmission" });
    reviewer.send(session, ask).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_half_way_is_reminded_once_each_and_who_goes_on_is_counted_anew() {
    let (sink, theirs) = (Sink::start().await, Sink::start().await);
    let lines = format!(
        "{}{}format = \"compatible\"\n",
        one("ours", &sink.url()),
        one("theirs", &theirs.url())
    );
    let world = World::on(&stage(&lines)).await;
    let opened = open_named(&world, "order-17").await;
    let erika = world.applicant_by(opened["link"].as_str().unwrap()).await;
    erika.begin().await;
    erika.describe().await;
    let stopped = world.now();
    let before = erika.view().await;

    pass(&world, HOUR).await;
    let told = sink.until_told("session.reminder").await;
    all_is_done(&world).await;
    let reminder = json!({ "number": 1, "state": "document_selection", "since": stopped });
    assert_eq!(
        told.body(),
        json!({
            "type": "session.reminder", "occurred_at": world.now(), "session": erika.session,
            "external_ref": "order-17", "version": 3, "phase": "collecting", "decision": null, "asked": [],
            "reminder": reminder, "redacted_at": null,
        })
    );
    assert_eq!(reminders(&sink), std::slice::from_ref(&reminder));
    let after = erika.view().await;
    for member in ["state", "phase", "deadline", "accepts"] {
        assert_eq!(after[member], before[member], "{member}");
    }
    // Whoever has seen the session before the reminder is told that there is nothing else to know.
    assert_eq!(
        (&after["version"], &after["unchanged_since"]),
        (&json!(3), &json!(2))
    );

    // Half an hour before the second one: from here on everything is counted anew.
    pass(&world, 3 * HOUR + HOUR / 2).await;
    erika
        .send(json!({ "type": "select_document", "country": "DE", "document": "id_card" }))
        .await;
    let moved = world.now();
    pass(&world, HOUR / 2).await;
    all_is_done(&world).await;
    assert_eq!(reminders(&sink), std::slice::from_ref(&reminder));
    pass(&world, HOUR / 2).await;
    sink.until(|came| came.iter().filter(|came| is_reminder(came)).count() == 2)
        .await;
    pass(&world, 4 * HOUR).await;
    sink.until(|came| came.iter().filter(|came| is_reminder(came)).count() == 3)
        .await;
    // There are no more than the Flow has.
    pass(&world, 6 * HOUR).await;
    all_is_done(&world).await;
    let of = |number: u32, state: &str, since: u64| json!({ "number": number, "state": state, "since": since });
    let so_far = [
        reminder,
        of(1, "document_photo", moved),
        of(2, "document_photo", moved),
    ];
    assert_eq!(reminders(&sink), so_far);
    for came in sink.came() {
        let text = format!("{came:?}{}", came.body());
        for personal in ["Erika", "Mustermann", "1984"] {
            assert!(!text.contains(personal), "{personal} in {text}");
        }
    }
    // The other vocabulary has no word for it.
    assert!(theirs.came().is_empty(), "{:?}", theirs.came());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_decision_is_left_alone_until_something_is_asked_again() {
    let sink = Sink::start().await;
    let world = World::on(&stage(&one("shop", &sink.url()))).await;
    let erika = world.applicant("erika").await;
    erika.arrive().await;
    pass(&world, 6 * HOUR).await;
    all_is_done(&world).await;
    assert_eq!(reminders(&sink), [Value::Null; 0]);

    ask_again(&world, &erika).await;
    all_is_done(&world).await;
    let asked = world.now();
    pass(&world, HOUR).await;
    let told = sink.until_told("session.reminder").await.body();
    assert_eq!(told["phase"], "resubmission_requested");
    assert_eq!(
        told["asked"],
        json!([{ "item": "selfie", "reason": "blurry" }])
    );
    assert_eq!(
        told["reminder"],
        json!({ "number": 1, "state": "selfie", "since": asked })
    );
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_come_after_a_restart_and_share_a_store_send_a_reminder_once() {
    let sink = Sink::start().await;
    let stage = stage(&one("shop", &sink.url()));
    let first = World::on(&stage).await;
    let erika = first.applicant("erika").await;
    erika.begin().await;
    let stopped = first.now();
    let (session, token) = (erika.session.clone(), erika.token.clone());
    first.end().await;

    let (one, other) = (World::on(&stage).await, World::on(&stage).await);
    pass(&one, HOUR).await;
    sink.until_told("session.reminder").await;
    all_is_done(&one).await;
    let reminder = json!({ "number": 1, "state": "personal_details", "since": stopped });
    assert_eq!(reminders(&sink), [reminder]);
    let erika = Applicant {
        world: &other,
        session,
        token,
    };
    assert_eq!(erika.version().await, 2);
    one.end().await;
    other.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_was_down_is_not_told_to_remind_who_has_gone_on() {
    let sink = Sink::start().await;
    let world = World::on(&stage(&one("shop", &sink.url()))).await;
    let erika = world.applicant("erika").await;
    erika.begin().await;
    erika.describe().await;
    sink.until_told("session.collecting").await;
    all_is_done(&world).await;
    sink.answer([Answer::Status(503)]);
    pass(&world, HOUR).await;
    let tried = sink.until_told("session.reminder").await;
    assert_eq!(tried.body()["reminder"]["number"], 1);
    erika
        .send(json!({ "type": "select_document", "country": "DE", "document": "id_card" }))
        .await;
    // Time for another attempt, and for the first reminder of where the applicant is now.
    pass(&world, HOUR).await;
    all_is_done(&world).await;
    let told = reminders(&sink);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["state"], "document_photo");
    world.end().await;
}
