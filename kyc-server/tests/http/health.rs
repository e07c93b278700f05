//! Whoever asks whether the server is ready is told why not, in codes, and without a name or a place.

use kyc_core::Timestamp;
use kyc_core::journal::Hash;
use kyc_persist::kv::{Engine, KvStore, Pair};
use kyc_persist::{Grant, Grants as _, Pulse, StoreError};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::*;

/// What `/readyz` answers.
pub(crate) async fn ready(world: &World) -> (StatusCode, Value) {
    let answer = world.get("/readyz").send().await.unwrap();
    let status = answer.status();
    let mut body: Value = answer.json().await.unwrap();
    for reason in body["why"].as_array_mut().unwrap() {
        let help = reason.as_object_mut().unwrap().remove("help");
        assert!(!help.unwrap().as_str().unwrap().contains('/'));
    }
    (status, body)
}

async fn looking_at(pulse: Pulse) -> World {
    let stage = Stage::new();
    let (server, listener) = stage.server().await;
    World::serving(&stage, server.with_pulses(vec![pulse]), listener)
}

fn well() -> (StatusCode, Value) {
    let body = json!({ "store": true, "courier": true, "clock": true, "why": [] });
    (StatusCode::OK, body)
}

fn because(part: &str, code: &str) -> (StatusCode, Value) {
    let why = json!([{ "part": part, "code": code }]);
    let body = json!({ "store": true, "courier": true, "clock": true, "why": why });
    (StatusCode::SERVICE_UNAVAILABLE, body)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_until_it_has_room() {
    use std::fs::{create_dir, remove_file};
    use std::os::unix::fs::symlink;

    let place = tempfile::tempdir().unwrap();
    let (there, disk) = (place.path().join("there"), place.path().join("disk"));
    create_dir(&there).unwrap();
    symlink(&there, &disk).unwrap();
    let store = kyc_persist::SledStore::open(&disk).unwrap();
    let world = looking_at(store.pulse()).await;
    assert_eq!(ready(&world).await, well());

    // A file system on which nothing is ever free.
    remove_file(&disk).unwrap();
    symlink("/proc", &disk).unwrap();
    assert_eq!(ready(&world).await, because("sled", "full"));

    remove_file(&disk).unwrap();
    symlink(&there, &disk).unwrap();
    assert_eq!(ready(&world).await, well());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_disk_has_failed_everything_can_be_read_and_nothing_is_acknowledged() {
    let store = KvStore::over(Failing).unwrap();
    let world = looking_at(store.pulse()).await;
    let opened = world.open("order-1").await;
    let path = format!(
        "/integrator/v1/sessions/{}",
        opened["session"].as_str().unwrap()
    );
    assert_eq!(ready(&world).await, well());

    let grant = Grant {
        subject: "somebody".into(),
        purpose: "something".into(),
        expires_at: Timestamp::from_millis(1),
    };
    store.put(&Hash::ZERO, grant).await.unwrap_err();
    assert_eq!(ready(&world).await, because("failing", "stopped"));
    let read = world.get(&path).bearer_auth(API_KEY).send().await.unwrap();
    assert_eq!(read.status(), 200);
    let asked = world.post("/integrator/v1/sessions").bearer_auth(API_KEY);
    let asked = asked.header("idempotency-key", "order-2").json(&json!({}));
    let refused = asked.send().await.unwrap();
    assert_eq!(refused.status(), 503);
    assert_eq!(refused.headers()["retry-after"], "10");
    let told: Value = refused.json().await.unwrap();
    assert_eq!(told["code"], "unavailable");
}

/// An engine on a disk that never finishes a sync.
#[derive(Debug)]
struct Failing;

impl Engine for Failing {
    const NAME: &'static str = "failing";

    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn scan(
        &self,
        _: &[u8],
        _: &[u8],
        _: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_> {
        Box::new(std::iter::empty())
    }

    fn write(&self, _: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Result<(), StoreError> {
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        Err(StoreError::backend("failing", "the disk has failed"))
    }
}
