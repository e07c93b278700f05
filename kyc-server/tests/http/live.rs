//! Whoever listens is told, goes on where they were, and is let go when the server stops.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Stream, World, config, problem};

#[tokio::test]
async fn a_stream_begins_with_the_present_and_goes_on_behind_what_was_seen() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    let mut told = erika.stream().await;
    let first = told.next().await.unwrap();
    assert_eq!((first.event.as_str(), first.id.as_str()), ("session", "1"));
    assert_eq!(first.data, json!({ "version": 1 }));

    // Missed while away: told at once.
    drop(told);
    erika.describe().await;
    let again = erika
        .ask(Method::GET, "/stream")
        .header("last-event-id", "1")
        .send()
        .await
        .unwrap();
    assert_eq!(again.headers()["x-accel-buffering"], "no");
    assert_eq!(again.headers()["cache-control"], "no-store");
    let mut told = Stream::new(again);
    assert_eq!(told.next().await.unwrap().id, "2");

    // Nothing missed: the first thing told is the next step.
    let seen = erika
        .ask(Method::GET, "/stream")
        .header("last-event-id", "2")
        .send()
        .await
        .unwrap();
    let mut seen = Stream::new(seen);
    erika.send(json!({ "type": "back" })).await;
    assert_eq!(seen.next().await.unwrap().id, "3");
}

#[tokio::test]
async fn who_waits_for_a_decision_is_told_after_every_break_what_may_have_been_missed() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    erika.arrive().await;
    let version = erika.version().await.to_string();
    let again = erika
        .ask(Method::GET, "/stream")
        .header("last-event-id", &version)
        .send()
        .await
        .unwrap();
    assert_eq!(Stream::new(again).next().await.unwrap().id, version);
}

#[tokio::test]
async fn a_stream_carries_versions_and_no_data() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let erika = world.applicant("one").await;
    let mut told = erika.stream().await;
    erika.arrive().await;
    let case = cases.until(|told| told.data["state"] == "in_review").await;
    let members: Vec<_> = case.data.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, ["session", "state", "version"]);
    let session = told.next().await.unwrap();
    assert_eq!(session.data.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_reviewer_whose_stream_broke_is_told_to_read_the_list_again() {
    let world = World::start().await;
    let ada = world.reviewer("ada").await;
    let again = ada
        .ask(Method::GET, "/stream")
        .header("last-event-id", "x.3")
        .send()
        .await
        .unwrap();
    assert_eq!(Stream::new(again).next().await.unwrap().event, "resync");
}

#[tokio::test]
async fn streams_are_counted() {
    let mut config = config();
    config.limits.streams_per_caller = 2;
    let world = World::with(config, None).await;
    let erika = world.applicant("one").await;
    let (_one, _two) = (erika.stream().await, erika.stream().await);
    problem(
        erika.ask(Method::GET, "/stream").send().await.unwrap(),
        503,
        "streams_exhausted",
    )
    .await;
}

#[tokio::test]
async fn a_poll_with_the_present_version_costs_nothing() {
    let world = World::start().await;
    let erika = world.applicant("one").await;
    let poll = |tag: &'static str| {
        erika
            .ask(Method::GET, "")
            .header("if-none-match", tag)
            .send()
    };
    assert_eq!(poll("\"0\"").await.unwrap().status(), 304);
    erika.begin().await;
    let moved = poll("\"0\"").await.unwrap();
    assert_eq!(moved.headers()["etag"], "\"1\"");
    assert_eq!(moved.json::<Value>().await.unwrap()["view"]["version"], 1);
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams_and_finishes_its_requests() {
    let mut world = World::start().await;
    let mut told = world.applicant("one").await.stream().await;
    told.next().await.unwrap();
    world.stop();
    assert_eq!(told.next().await, None);
    tokio::time::timeout(Duration::from_secs(5), &mut world.running)
        .await
        .unwrap()
        .unwrap();
    assert!(tokio::net::TcpStream::connect(world.address).await.is_err());
}

#[tokio::test]
async fn health_is_told_to_anybody() {
    let world = World::start().await;
    assert_eq!(world.get("/healthz").send().await.unwrap().status(), 200);
    let ready: Value = world
        .get("/readyz")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let well = json!({ "store": true, "courier": true, "clock": true, "why": [] });
    assert_eq!(ready, well);
}
