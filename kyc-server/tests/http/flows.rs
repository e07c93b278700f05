//! What becomes of sessions whose Flow was changed or taken away.

use std::sync::Arc;

use kyc_core::{ChartName, Flow};
use kyc_persist::{Query, Store};
use kyc_server::ServeError;
use reqwest::{Method, StatusCode};

use crate::harness::{API_KEY, Stage, World, problem};

/// The same edition with another consent.
fn changed() -> Arc<Flow> {
    let text = Flow::manual_review().to_json();
    let changed = text.replacen("\"consent\": \"1\"", "\"consent\": \"2\"", 1);
    assert_ne!(text, changed);
    Arc::new(Flow::from_json(&changed).unwrap())
}

/// Another Flow altogether.
fn other() -> Arc<Flow> {
    let text = Flow::manual_review().to_json();
    let other = text.replacen("\"manual-review\"", "\"other\"", 1);
    Arc::new(Flow::from_json(&other).unwrap())
}

async fn refused(stage: &Stage) -> ServeError {
    let (server, listener) = stage.server().await;
    let served = server.run(listener, std::future::ready(()));
    served.await.unwrap_err()
}

async fn erase(world: &World, session: &str) -> StatusCode {
    let path = format!("/integrator/v1/sessions/{session}");
    let erased = world.ask(Method::DELETE, &path).bearer_auth(API_KEY).send();
    erased.await.unwrap().status()
}

#[tokio::test]
async fn a_flow_that_was_changed_without_a_new_version_is_not_served() {
    let stage = Stage::new();
    World::on(&stage).await.end().await;
    World::on(&stage).await.end().await;

    let edited = Stage {
        flows: vec![changed()],
        ..stage.clone()
    };
    let told = refused(&edited).await.to_string();
    for part in [
        "manual-review version 1",
        Flow::manual_review().hash(),
        changed().hash(),
        "new version",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains('\n'), "{told}");

    World::on(&stage).await.end().await;
}

#[tokio::test]
async fn a_server_with_another_secret_is_refused_and_the_right_one_goes_on() {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    let erika = world.applicant("one").await;
    let (session, token) = (erika.session.clone(), erika.token.clone());
    world.end().await;
    let stranger = Stage {
        secret: [8; 32],
        ..stage.clone()
    };
    let error = refused(&stranger).await;
    assert!(matches!(error, ServeError::ForeignSecret), "{error}");

    let world = World::on(&stage).await;
    let path = format!("/applicant/v1/sessions/{session}");
    let read = world.get(&path).bearer_auth(&token).send().await.unwrap();
    assert_eq!(read.status(), StatusCode::OK);
}

#[tokio::test]
async fn sessions_from_before_flows_were_written_down_tell_what_they_stand_in() {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    world.open("one").await;
    world.end().await;
    let edited = Stage {
        // Tokens and what is written down of Flows are somewhere else: here, nowhere.
        before: stage.store.clone(),
        grants: Stage::new().store,
        flows: vec![changed()],
        ..stage.clone()
    };
    assert!(matches!(
        refused(&edited).await,
        ServeError::FlowChanged { version: 1, .. }
    ));
}

#[tokio::test]
async fn a_session_whose_flow_is_gone_says_so_and_goes_on_when_it_is_back() {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    let erika = world.applicant("one").await;
    erika.begin().await;
    let (session, token) = (erika.session.clone(), erika.token.clone());
    world.end().await;

    let without = Stage {
        flows: vec![other()],
        ..stage.clone()
    };
    let world = World::on(&without).await;
    let path = format!("/applicant/v1/sessions/{session}");
    let read = world.get(&path).bearer_auth(&token).send().await.unwrap();
    problem(read, 503, "flow_missing").await;
    let path = format!("/integrator/v1/sessions/{session}");
    let read = world.get(&path).bearer_auth(API_KEY).send().await.unwrap();
    problem(read, 503, "flow_missing").await;
    world.end().await;

    let world = World::on(&stage).await;
    let read = world.get(&path).bearer_auth(API_KEY).send().await.unwrap();
    assert_eq!(read.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_person_is_erased_although_their_flow_is_gone() {
    let stage = Stage::new();
    let world = World::on(&stage).await;
    let ada = world.reviewer("ada").await;
    let mut cases = ada.stream().await;
    let walking = world.applicant("one").await;
    walking.begin().await;
    walking.describe().await;
    let arrived = world.applicant("two").await;
    arrived.arrive().await;
    cases.until(|told| told.data["state"] == "in_review").await;
    let sessions = [walking.session.clone(), arrived.session.clone()];
    drop(cases);
    world.end().await;

    let without = Stage {
        flows: vec![other()],
        ..stage.clone()
    };
    let world = World::on(&without).await;
    for session in &sessions {
        assert_eq!(erase(&world, session).await, StatusCode::NO_CONTENT);
        assert_eq!(erase(&world, session).await, StatusCode::NO_CONTENT);
    }
    for chart in [ChartName::Collection, ChartName::Review] {
        for listed in stage.store.list(&Query::newest(chart)).await.unwrap().rows {
            let text = listed.kept.snapshot;
            assert!(!text.contains("Erika") && !text.contains("blob"), "{text}");
        }
    }
    world.end().await;

    // With the Flow they are as any that were erased.
    let world = World::on(&stage).await;
    for session in &sessions {
        let path = format!("/integrator/v1/sessions/{session}");
        let read = world.get(&path).bearer_auth(API_KEY).send().await.unwrap();
        let view: serde_json::Value = read.json().await.unwrap();
        assert_eq!(view["state"], "cancelled");
        assert!(view["redacted_at"].is_number(), "{view}");
    }
}
