//! A commit that was begun is finished, whoever leaves.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt as _;
use kyc_core::journal::Entry;
use kyc_core::{Key, SessionId, Timestamp};
use kyc_persist::{
    Commit, Committed, Kept, Lease, MemoryStore, Outbound, OutboundId, Page, Query, Receiver, Row,
    Settled, Store, StoreError,
};
use serde_json::json;
use tokio::sync::{Notify, Semaphore, oneshot};

use crate::harness::{API_KEY, World, config, digest, photo};

/// A store whose commits wait at a gate, and whose looks do at another.
#[derive(Debug)]
struct Gated {
    store: Arc<MemoryStore>,
    open: Semaphore,
    arrived: Notify,
    looks: Semaphore,
}

#[async_trait]
impl Store for Gated {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        let _through = self.looks.acquire().await.unwrap();
        self.store.load(row).await
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.store.recall(row, key).await
    }

    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.arrived.notify_one();
        let _through = self.open.acquire().await.unwrap();
        self.store.commit(commit).await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        self.store.journal(row).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.store.list(query).await
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.store.lease(now, until, limit).await
    }

    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.store.lease_notices(receiver, now, until, limit).await
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        self.store.settle(lease, settled).await
    }

    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        self.store.dead(from, limit).await
    }

    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        self.store.retry(id, due_at).await
    }
}

async fn gated() -> (Arc<Gated>, World) {
    let store = Arc::new(MemoryStore::new());
    let gate = Arc::new(Gated {
        store: store.clone(),
        open: Semaphore::new(1),
        arrived: Notify::new(),
        looks: Semaphore::new(1),
    });
    let world = World::over(store, gate.clone(), config(), None).await;
    (gate, world)
}

#[tokio::test]
async fn a_server_that_stops_finishes_the_commit_it_has_begun() {
    let (gate, mut world) = gated().await;
    let (request, row) = {
        let erika = world.applicant("one").await;
        gate.arrived.notified().await;
        gate.open.forget_permits(1);
        let start = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
        let request = erika
            .ask(reqwest::Method::POST, "/events")
            .header("if-match", "\"0\"")
            .header("idempotency-key", "a")
            .json(&start);
        (
            tokio::spawn(request.send()),
            Row::collection(erika.session.parse().unwrap()),
        )
    };
    gate.arrived.notified().await;
    world.stop();
    gate.open.add_permits(1);
    let answer = request.await.unwrap().unwrap();
    assert_eq!(answer.status(), 200);
    tokio::time::timeout(Duration::from_secs(5), &mut world.running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.store.load(&row).await.unwrap().unwrap().version, 1);
}

#[tokio::test]
async fn a_commit_is_finished_when_its_caller_has_left() {
    let (gate, world) = gated().await;
    let erika = world.applicant("one").await;
    let mut told = erika.stream().await;
    told.next().await.unwrap();
    gate.arrived.notified().await;
    gate.open.forget_permits(1);
    let start = json!({ "type": "start", "consent": { "version": "1", "locale": "en" } });
    let request = erika.post(&start, 0, "a");
    tokio::select! {
        _ = request => panic!("answered before it was kept"),
        () = gate.arrived.notified() => {}
    }
    // The request is dropped, and with it the connection.
    gate.open.add_permits(1);
    assert_eq!(told.next().await.unwrap().id, "1");
}

#[tokio::test]
async fn a_photo_whose_sender_has_left_is_not_left_behind_by_an_erasure() {
    let (gate, world) = gated().await;
    let erika = world.applicant("one").await;
    let bytes = photo(1);
    let name = digest(&bytes);
    let (go_on, erased) = oneshot::channel::<()>();
    let (begun, has_begun) = oneshot::channel::<()>();
    let (beginning, rest) = (bytes[..100].to_vec(), bytes[100..].to_vec());
    let chunks = futures_util::stream::once(async move {
        begun.send(()).unwrap();
        Ok::<_, std::io::Error>(beginning)
    })
    .chain(futures_util::stream::once(async move {
        erased.await.unwrap();
        Ok(rest)
    }));
    let upload = erika
        .ask(reqwest::Method::PUT, &format!("/blobs/{name}"))
        .body(reqwest::Body::wrap_stream(chunks));
    let upload = tokio::spawn(upload.send());
    has_begun.await.unwrap();
    let session: SessionId = erika.session.parse().unwrap();
    let erase = world.ask(
        reqwest::Method::DELETE,
        &format!("/integrator/v1/sessions/{session}"),
    );
    let erase = erase.bearer_auth(API_KEY).send().await.unwrap();
    assert_eq!(erase.status(), 204);

    // All of it arrives, and whoever sent it leaves while the server looks whether there is still somebody to keep it for.
    let closed = gate.looks.acquire().await.unwrap();
    let blob = name.parse().unwrap();
    go_on.send(()).unwrap();
    until(|| world.blobs.exists(&session, &blob), true).await;
    upload.abort();
    assert!(upload.await.unwrap_err().is_cancelled());
    drop(closed);

    until(|| world.blobs.exists(&session, &blob), false).await;
}

async fn until<A: Future<Output = Result<bool, StoreError>>>(ask: impl Fn() -> A, answer: bool) {
    let asking = async {
        while ask().await.unwrap() != answer {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), asking)
        .await
        .unwrap();
}
