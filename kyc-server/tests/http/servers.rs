//! Servers on one PostgreSQL: a page connected to one is told at once what happens at another, and nothing is acknowledged
//! while the database is away.

use std::sync::Arc;

use kyc_persist::{Clock, PostgresStore, Wake};
use kyc_server::{Parts, Server};
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;

use crate::handover::{asking, begun, confirms, is_out, standing, takes_back};
use crate::harness::{Applicant, Reviewer, Stage, World, config, problem};
use crate::postgres::Place;

/// One more server on the database, with connections of its own.
async fn server(place: &Place, stage: &Stage) -> World {
    let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::new(Parts {
        store: store.clone(),
        grants: store.clone(),
        blobs: stage.blobs.clone(),
        flows: stage.flows.clone(),
        wake: Wake::new(),
        clock: Clock::wall(),
        config: config(),
        public_url: format!("http://{address}"),
        pages: None,
        secret: [7; 32],
    });
    World::serving(stage, server.with_news(store.news()), listener)
}

fn main(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work);
}

#[test]
fn what_happens_at_one_server_reaches_pages_at_another_at_once() {
    let place = Place::started(&[]);
    let stage = Stage::new();
    main(async {
        let (a, b) = (server(&place, &stage).await, server(&place, &stage).await);
        let erika = a.applicant("one").await;
        let elsewhere = Applicant {
            world: &b,
            session: erika.session.clone(),
            token: erika.token.clone(),
        };
        let mut told = elsewhere.stream().await;
        told.until(|told| told.data["version"] == 0).await;
        erika.begin().await;
        // Nobody but the other server knows.
        while elsewhere.version().await == 0 {
            told.next().await.unwrap();
        }

        let ada = a.reviewer("ada").await;
        let there = Reviewer {
            world: &b,
            cookie: ada.cookie.clone(),
        };
        let (mut here, mut cases) = (ada.stream().await, there.stream().await);
        erika.send(json!({ "type": "back" })).await;
        erika.arrive().await;
        here.until(|told| told.data["state"] == "in_review").await;
        let version = ada.case(&erika.session).await["case"]["version"].clone();
        ada.send(&erika.session, json!({ "type": "claim" })).await;
        let claimed = version.as_u64().unwrap() + 1;
        cases
            .until(|told| told.data["session"] == *erika.session && told.data["version"] == claimed)
            .await;

        ada.fine(
            &erika.session,
            &["document_front", "document_back", "selfie"],
        )
        .await;
        ada.send(&erika.session, json!({ "type": "approve" })).await;
        loop {
            told.next().await.unwrap();
            if elsewhere.view().await["phase"] == "approved" {
                break;
            }
        }
    });
}

#[test]
fn a_session_is_handed_over_and_taken_back_across_servers() {
    let place = Place::started(&[]);
    let stage = Stage::new();
    main(async {
        let (a, b) = (server(&place, &stage).await, server(&place, &stage).await);
        let desk = a.applicant("one").await;
        desk.begin().await;
        let mut told = desk.stream().await;
        let at_b = Applicant {
            world: &b,
            session: desk.session.clone(),
            token: desk.token.clone(),
        };
        let (phone, digits) = asking(&at_b, &begun(&desk).await).await;
        // Nobody but the other server knows that somebody has come.
        while standing(&desk).await["match"] != digits {
            told.next().await.unwrap();
        }
        assert_eq!(
            confirms(&desk, &digits).await.status(),
            StatusCode::NO_CONTENT
        );
        phone.describe().await;
        told.until(|told| told.data["version"] == 2).await;
        let back = json!({ "type": "back" });
        problem(at_b.post(&back, 2, "late").await, 409, "handed_over").await;

        let mut heard = phone.stream().await;
        heard.next().await.unwrap();
        takes_back(&desk).await;
        heard.next().await.unwrap();
        is_out(&phone).await;
        desk.send(back).await;
    });
}

#[test]
fn a_server_that_could_not_hear_tells_its_pages_to_read_again() {
    let mut place = Place::started(&[]);
    let stage = Stage::new();
    main(async {
        let (a, b) = (server(&place, &stage).await, server(&place, &stage).await);
        let erika = a.applicant("one").await;
        let mut told = erika.stream().await;
        told.next().await.unwrap();
        let elsewhere = Applicant {
            world: &b,
            session: erika.session.clone(),
            token: erika.token.clone(),
        };
        elsewhere.begin().await;
        // It hears now.
        while erika.version().await == 0 {
            told.next().await.unwrap();
        }
        let ada = a.reviewer("ada").await;
        let mut cases = ada.stream().await;
        place.server().die();
        place.server().rise();
        cases.until(|told| told.event == "resync").await;
    });
}

#[test]
fn while_the_database_is_away_nothing_is_acknowledged_and_nothing_that_was_is_lost() {
    let mut place = Place::started(&[]);
    let stage = Stage::new();
    main(async {
        let world = server(&place, &stage).await;
        let erika = world.applicant("one").await;
        erika.begin().await;
        let ready = async || world.get("/readyz").send().await.unwrap().status();
        assert_eq!(ready().await, StatusCode::OK);

        place.server().die();
        assert_eq!(ready().await, StatusCode::SERVICE_UNAVAILABLE);
        let back = json!({ "type": "back" });
        let version = 1;
        let answers = [
            erika.post(&back, version, "back").await,
            erika.ask(Method::GET, "").send().await.unwrap(),
            world.exchange("a code").await,
        ];
        for answer in answers {
            assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
            problem(answer, 503, "unavailable").await;
        }

        place.server().rise();
        while ready().await != StatusCode::OK {}
        assert_eq!(erika.version().await, version);
        let answer = erika.post(&back, version, "back").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(erika.version().await, version + 1);
    });
}
