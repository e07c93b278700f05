//! The description of the interface is the one that is committed.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::World;

#[test]
fn the_committed_description_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let fresh = kyc_server::Server::openapi();
    if fs::read_to_string(&file).unwrap_or_default() != fresh {
        fs::write(&file, fresh).unwrap();
        panic!("openapi.json was stale and is written anew: look at the difference and commit it");
    }
}

#[tokio::test]
async fn the_description_is_served() {
    let world = World::start().await;
    let served: Value = world
        .get("/openapi.json")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(served["openapi"].as_str().unwrap().starts_with("3.1"));
    let committed: Value = serde_json::from_str(&kyc_server::Server::openapi()).unwrap();
    assert_eq!(served, committed);
}

#[test]
fn every_route_says_who_may_use_it_and_how_it_fails() {
    let document: Value = serde_json::from_str(&kyc_server::Server::openapi()).unwrap();
    let open = [
        ("post", "/applicant/v1/exchange"),
        ("post", "/applicant/v1/handover"),
        ("post", "/backoffice/v1/login"),
    ];
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                open.contains(&(method.as_str(), path.as_str()))
                    || operation["security"].is_array(),
                "{method} {path}"
            );
            assert!(operation["summary"].is_string(), "{method} {path}");
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let failure = status.starts_with(['4', '5']);
                let problem =
                    answer["content"]["application/problem+json"]["schema"]["$ref"].as_str();
                assert_eq!(
                    failure,
                    problem == Some("#/components/schemas/Problem"),
                    "{method} {path} {status}"
                );
            }
        }
    }
}
