//! A machine whose clock is wrong: nobody is forgotten, expired or put out by it, everything else goes on, and the operator is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kyc_core::flow::Clocks;
use kyc_core::{Flow, Seconds};
use kyc_server::SteadyClock;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::decisions::{decide, until};
use crate::harness::{API_KEY, Stage, World};
use crate::health::ready;
use crate::sink::{Sink, one, with_webhooks};

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// What a machine counts whatever its clock is set to.
#[derive(Clone, Default)]
struct Uptime(Arc<AtomicU64>);

impl Uptime {
    /// A clock on this stage that was just started.
    fn clock(&self, stage: &Stage) -> SteadyClock {
        let passed = self.0.clone();
        SteadyClock::of(stage.wall(), move || {
            Duration::from_millis(passed.load(Ordering::SeqCst))
        })
    }

    /// Time really passes.
    fn pass(&self, stage: &Stage, millis: u64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
        stage.clock.fetch_add(millis, Ordering::SeqCst);
    }
}

/// Who was decided on is kept for 30 days.
fn stage(webhooks: &str, uptime: &Uptime) -> Stage {
    let mut definition = Flow::manual_review().definition().clone();
    definition.clocks = Clocks {
        retention: Some(Seconds::days(30)),
        ..definition.clocks
    };
    let stage = Stage {
        flows: vec![Arc::new(Flow::new(definition).unwrap())],
        config: with_webhooks(webhooks),
        ..Stage::new()
    };
    Stage {
        steady: Some(uptime.clock(&stage)),
        ..stage
    }
}

async fn read(world: &World, session: &str) -> Value {
    let path = format!("/integrator/v1/sessions/{session}");
    let asked = world.get(&path).bearer_auth(API_KEY);
    asked.send().await.unwrap().json().await.unwrap()
}

async fn is_erased(world: &World, session: &str) -> bool {
    !read(world, session).await["redacted_at"].is_null()
}

/// Walks, is approved, and is told so.
async fn approved(world: &World, name: &str) -> String {
    let applicant = world.applicant(name).await;
    applicant.arrive().await;
    decide(world, &applicant, json!({ "type": "approve" })).await;
    until(async || read(world, &applicant.session).await["state"] == "approved").await;
    applicant.session
}

fn well() -> (StatusCode, Value) {
    let body = json!({ "store": true, "courier": true, "clock": true, "why": [] });
    (StatusCode::OK, body)
}

fn because(code: &str) -> (StatusCode, Value) {
    let why = json!([{ "part": "clock", "code": code }]);
    let body = json!({ "store": true, "courier": true, "clock": false, "why": why });
    (StatusCode::OK, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_leaps_a_year_ahead_forgets_nobody_and_what_is_no_deadline_goes_on() {
    let (sink, uptime) = (Sink::start().await, Uptime::default());
    let stage = stage(&one("shop", &sink.url()), &uptime);
    let world = World::on(&stage).await;
    let erika = approved(&world, "erika").await;
    let max = world.applicant("max").await;
    max.begin().await;
    let before = max.view().await;
    assert_eq!(ready(&world).await, well());

    stage.clock.fetch_add(365 * DAY, Ordering::SeqCst);
    // Whoever carries this from chart to chart would have carried the deadlines before it: they are due since long.
    let frida = approved(&world, "frida").await;
    assert_eq!(ready(&world).await, because("ahead"));
    assert!(!is_erased(&world, &erika).await);
    assert_eq!(max.view().await, before);
    let told = |came: &crate::sink::Came| {
        came.event() == "session.approved" && came.body()["session"] == frida.as_str()
    };
    let came = sink.until(|came| came.iter().any(told)).await;
    let told = came.into_iter().find(told).unwrap();
    // Their clock is asked whether it is fresh, not ours.
    let (wall, year) = (world.now(), 365 * DAY);
    assert_eq!(told.header("webhook-timestamp"), (wall / 1_000).to_string());
    assert_eq!(told.body()["occurred_at"], wall - year);

    stage.clock.fetch_sub(year, Ordering::SeqCst);
    assert_eq!(ready(&world).await, well());
    assert_eq!(max.view().await, before);

    // And when the time has really come, it has come.
    for _ in 0..31 {
        uptime.pass(&stage, DAY);
    }
    until(|| is_erased(&world, &erika)).await;
    until(|| is_erased(&world, &frida)).await;
    until(async || read(&world, &max.session).await["state"] == "expired").await;
    assert_eq!(ready(&world).await, well());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_with_a_wrong_clock_remembers_what_time_it_was_and_takes_an_operators_word()
 {
    let uptime = Uptime::default();
    let first = stage("", &uptime);
    let world = World::on(&first).await;
    let erika = approved(&world, "erika").await;
    world.end().await;

    first.clock.fetch_add(365 * DAY, Ordering::SeqCst);
    let second = Stage {
        steady: Some(uptime.clock(&first)),
        ..first.clone()
    };
    let world = World::on(&second).await;
    assert_eq!(ready(&world).await, because("ahead"));
    approved(&world, "frida").await;
    assert!(!is_erased(&world, &erika).await);
    world.end().await;

    let third = Stage {
        steady: Some(uptime.clock(&first).is_right()),
        ..first.clone()
    };
    let world = World::on(&third).await;
    until(|| is_erased(&world, &erika)).await;
    assert_eq!(ready(&world).await, well());
    world.end().await;

    // The word was remembered: nobody has to say it again.
    let fourth = Stage {
        steady: Some(uptime.clock(&first)),
        ..first.clone()
    };
    let world = World::on(&fourth).await;
    assert_eq!(ready(&world).await, well());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_off_over_a_long_weekend_is_asked_nothing() {
    let uptime = Uptime::default();
    let first = stage("", &uptime);
    let world = World::on(&first).await;
    let max = world.applicant("max").await;
    max.begin().await;
    let max = max.session;
    world.end().await;

    first.clock.fetch_add(4 * DAY, Ordering::SeqCst);
    let second = Stage {
        steady: Some(uptime.clock(&first)),
        ..first.clone()
    };
    let world = World::on(&second).await;
    until(async || read(&world, &max).await["state"] == "expired").await;
    assert_eq!(ready(&world).await, well());
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_days_behind_is_told() {
    let uptime = Uptime::default();
    let stage = stage("", &uptime);
    let world = World::on(&stage).await;
    assert_eq!(ready(&world).await, well());
    stage.clock.fetch_sub(2 * DAY, Ordering::SeqCst);
    assert_eq!(ready(&world).await, because("behind"));
    world.end().await;
}
