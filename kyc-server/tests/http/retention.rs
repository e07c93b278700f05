//! A person whose time is over is forgotten by the clock, everywhere; unless there is a hold, and then once it is lifted.

use std::sync::Arc;
use std::time::Duration;

use kyc_core::flow::Clocks;
use kyc_core::{Flow, Seconds, SessionId};
use kyc_persist::{Kek, Keyring, MemoryStore, MemoryVault, Safe, SealedStore};
use reqwest::Method;
use serde_json::{Value, json};

use crate::decisions::{decide, until};
use crate::harness::{API_KEY, Stage, World};

const DAY: Duration = Duration::from_secs(86_400);

async fn read(world: &World, session: &str) -> Value {
    let path = format!("/integrator/v1/sessions/{session}");
    let asked = world.get(&path).bearer_auth(API_KEY);
    asked.send().await.unwrap().json().await.unwrap()
}

async fn hold(world: &World, method: Method, session: &str) {
    let path = format!("/integrator/v1/sessions/{session}/hold");
    let asked = world.ask(method, &path).bearer_auth(API_KEY);
    let asked = asked.json(&json!({ "reason": "litigation" }));
    assert_eq!(asked.send().await.unwrap().status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_decided_on_is_forgotten_by_the_clock_and_who_is_on_hold_when_it_is_lifted() {
    let mut definition = Flow::manual_review().definition().clone();
    definition.clocks = Clocks {
        retention: Some(Seconds::days(30)),
        ..definition.clocks
    };
    let keyring = Keyring::new(Kek::random());
    let vault = Arc::new(MemoryVault::new());
    let safe = Safe::unlock(vault, keyring).await.unwrap();
    let stage = Stage::new();
    let sealed = SealedStore::open(MemoryStore::new(), safe.clone()).await;
    let stage = Stage {
        before: Arc::new(sealed.unwrap()),
        blobs: stage.blobs.clone().sealed(safe.clone()),
        flows: vec![Arc::new(Flow::new(definition).unwrap())],
        ..stage
    };
    let (server, listener) = stage.server().await;
    let world = World::serving(&stage, server.with_safe(safe.clone()), listener);
    let (erika, max) = (world.applicant("erika").await, world.applicant("max").await);
    for applicant in [&erika, &max] {
        applicant.arrive().await;
        decide(&world, applicant, json!({ "type": "approve" })).await;
        until(async || read(&world, &applicant.session).await["state"] == "approved").await;
    }
    hold(&world, Method::PUT, &max.session).await;

    world.pass(29 * DAY);
    let before = read(&world, &erika.session).await;
    assert!(before.to_string().contains("Erika"), "{before}");
    world.pass(2 * DAY);
    let erased = async |session: &str| {
        let list = safe.erasures(None, 10).await.unwrap();
        let of = |erasure: &&kyc_persist::Erasure| erasure.row.session.as_str() == session;
        // The session and its case.
        list.iter().filter(of).count() == 2
    };
    until(|| erased(&erika.session)).await;
    until(async || stage.blobs.count(&id(&erika.session)).await.unwrap() == 0).await;
    let after = read(&world, &erika.session).await;
    assert!(!after.to_string().contains("Erika"), "{after}");
    assert_eq!(after["state"], "approved");

    // Of the other nothing was touched.
    assert!(!erased(&max.session).await);
    assert_eq!(stage.blobs.count(&id(&max.session)).await.unwrap(), 3);
    hold(&world, Method::DELETE, &max.session).await;
    until(|| erased(&max.session)).await;
    until(async || stage.blobs.count(&id(&max.session)).await.unwrap() == 0).await;
    world.end().await;
}

fn id(session: &str) -> SessionId {
    session.parse().unwrap()
}
