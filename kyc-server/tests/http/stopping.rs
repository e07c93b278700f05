//! A commit that was begun is finished, whoever leaves.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kyc_core::journal::Entry;
use kyc_core::{Key, Timestamp};
use kyc_persist::{
    Commit, Committed, Kept, Lease, MemoryStore, Outbound, OutboundId, Page, Query, Receiver, Row,
    Settled, Store, StoreError,
};
use serde_json::json;
use tokio::sync::{Notify, Semaphore};

use crate::harness::{World, config};

/// A store whose commits wait at a gate.
#[derive(Debug)]
struct Gated {
    store: Arc<MemoryStore>,
    open: Semaphore,
    arrived: Notify,
}

#[async_trait]
impl Store for Gated {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
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
