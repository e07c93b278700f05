//! What whoever does the work can rely on.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{Actor, Timestamp};
use kyc_persist::conformance::{Fault, FaultyStore};
use kyc_persist::{
    Clock, Commit, Courier, Deliver, Delivered, Expected, MemoryStore, Outbound, OutboundId,
    Outgoing, OutgoingKind, Receiver, Row, Store, StoreError, Terms, Wake,
};
use tokio::sync::Notify;

/// What a delivery does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Say(Delivered),
    Panic,
    Hang,
}

/// Does as it was told, and remembers what it was given.
#[derive(Debug, Default)]
struct Desk {
    acts: Mutex<VecDeque<Act>>,
    given: Mutex<Vec<(String, u32)>>,
    came: Notify,
}

#[async_trait]
impl Deliver for Desk {
    async fn deliver(&self, outbound: &Outbound, _: Timestamp) -> Delivered {
        self.given
            .lock()
            .unwrap()
            .push((outbound.body.clone(), outbound.attempts()));
        self.came.notify_one();
        let act = self.acts.lock().unwrap().pop_front();
        match act.unwrap_or(Act::Say(Delivered::Done)) {
            Act::Say(delivered) => delivered,
            Act::Panic => panic!("a bug in a delivery"),
            Act::Hang => std::future::pending().await,
        }
    }
}

struct Office {
    store: MemoryStore,
    desk: Arc<Desk>,
    now: Arc<AtomicU64>,
    wake: Wake,
}

impl Office {
    fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let desk = Desk {
            acts: Mutex::new(acts.into_iter().collect()),
            ..Desk::default()
        };
        Self {
            store: MemoryStore::new(),
            desk: Arc::new(desk),
            now: Arc::new(AtomicU64::new(1_000_000)),
            wake: Wake::new(),
        }
    }

    fn courier(&self) -> Courier {
        self.courier_from(Arc::new(self.store.clone()))
    }

    fn courier_from(&self, store: Arc<dyn Store>) -> Courier {
        let now = Arc::clone(&self.now);
        let clock = Clock::of(move || Timestamp::from_millis(now.load(Ordering::SeqCst)));
        let terms = Terms {
            schedule: [1, 10, 100].map(Duration::from_secs).into(),
            ..Terms::default()
        };
        Courier::new(store, self.desk.clone(), clock, self.wake.clone(), terms)
    }

    fn pass(&self, span: Duration) {
        self.now
            .fetch_add(u64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }

    async fn leave(&self, session: &str, bodies: &[&str]) {
        self.leave_as(OutgoingKind::Effect, session, bodies).await;
    }

    async fn leave_as(&self, kind: OutgoingKind, session: &str, bodies: &[&str]) {
        let facts = Facts {
            session: session.parse().unwrap(),
            chart: Row::collection(session.parse().unwrap()).chart,
            version: 0,
            key: "open".parse().unwrap(),
            fingerprint: Hash::ZERO,
            at: Timestamp::from_millis(0),
            by: Actor::APPLICANT,
            event: "open".into(),
            from: "here".into(),
            to: "here".into(),
            effects: vec![],
        };
        let outgoing = |body: &&str| Outgoing {
            kind,
            body: (*body).into(),
            due_at: Timestamp::from_millis(0),
        };
        let commit = Commit {
            expected: Expected::Absent,
            entry: Entry::chain(Hash::ZERO, facts),
            snapshot: "{}".into(),
            outbox: bodies.iter().map(outgoing).collect(),
        };
        self.store.commit(commit).await.unwrap();
    }

    fn given(&self) -> Vec<(String, u32)> {
        self.desk.given.lock().unwrap().clone()
    }
}

fn given(expected: &[(&str, u32)]) -> Vec<(String, u32)> {
    expected
        .iter()
        .map(|(body, attempts)| ((*body).to_owned(), *attempts))
        .collect()
}

#[tokio::test]
async fn work_of_one_row_is_delivered_in_order_and_once() {
    let office = Office::new([]);
    office.leave("s-1", &["1", "2", "3"]).await;
    let courier = office.courier();
    for _ in 0..3 {
        assert_eq!(courier.turn().await.unwrap(), 1);
    }
    assert_eq!(courier.turn().await.unwrap(), 0);
    assert_eq!(office.given(), given(&[("1", 1), ("2", 1), ("3", 1)]));
}

#[tokio::test]
async fn a_failed_delivery_comes_again_later_and_later_and_ends_as_a_dead_letter() {
    let office = Office::new([
        Act::Say(Delivered::Failed),
        Act::Panic,
        Act::Say(Delivered::Failed),
    ]);
    office
        .desk
        .acts
        .lock()
        .unwrap()
        .push_back(Act::Say(Delivered::Failed));
    office.leave("s-1", &["1", "2"]).await;
    let courier = office.courier();
    for (attempts, wait) in [(1, 1), (2, 10), (3, 100)] {
        assert_eq!(courier.turn().await.unwrap(), 1);
        assert_eq!(office.given().len(), attempts);
        // Give or take a fifth.
        office.pass(Duration::from_secs(wait) * 79 / 100);
        assert_eq!(
            courier.turn().await.unwrap(),
            0,
            "attempt {attempts} came too early"
        );
        office.pass(Duration::from_secs(wait) * 42 / 100);
    }
    assert_eq!(office.store.dead(None, 9).await.unwrap(), []);
    assert_eq!(courier.turn().await.unwrap(), 1);
    let dead = office.store.dead(None, 9).await.unwrap();
    assert_eq!((dead[0].body.as_str(), dead[0].attempts()), ("1", 4));
    // What was behind it goes on.
    assert_eq!(courier.turn().await.unwrap(), 1);
    assert_eq!(office.given().last().unwrap(), &("2".to_owned(), 1));
}

#[tokio::test]
async fn rows_that_failed_together_come_again_apart() {
    let office = Office::new([Act::Say(Delivered::Failed); 16]);
    for number in 0..16 {
        office.leave(&format!("s-{number}"), &["1"]).await;
    }
    assert_eq!(office.courier().turn().await.unwrap(), 16);
    let far = Timestamp::from_millis(u64::MAX);
    let again = office.store.lease(far, far, 99).await.unwrap();
    let moments: HashSet<_> = again.iter().map(|outbound| outbound.due_at).collect();
    assert!(moments.len() > 4, "{moments:?}");
}

#[tokio::test]
async fn each_receiver_has_a_courier_of_its_own_and_one_that_fails_holds_up_nobody() {
    let (one, other) = (Receiver(1), Receiver(2));
    let office = Office::new([Act::Say(Delivered::Failed)]);
    let to_one = OutgoingKind::Notice(one);
    office.leave_as(to_one, "s-1", &["a", "b"]).await;
    office.leave_as(to_one, "s-2", &["c"]).await;
    office
        .leave_as(OutgoingKind::Notice(other), "s-3", &["d"])
        .await;
    office.leave("s-4", &["1"]).await;
    let courier = office.courier();

    assert_eq!(
        courier.clone().to(one).turn().await.unwrap(),
        2,
        "of each session one"
    );
    assert_eq!(
        courier.clone().to(one).turn().await.unwrap(),
        0,
        "its next waits"
    );
    assert_eq!(courier.clone().to(other).turn().await.unwrap(), 1);
    assert_eq!(courier.turn().await.unwrap(), 1);
    assert_eq!(courier.turn().await.unwrap(), 0);
    office.pass(Duration::from_secs(2));
    for expected in [1, 1, 0] {
        assert_eq!(courier.clone().to(one).turn().await.unwrap(), expected);
    }
    let mut told = office.given();
    told.retain(|(body, _)| body != "1" && body != "d");
    assert_eq!(told.last().unwrap(), &("b".to_owned(), 1));
    assert_eq!(
        told.iter()
            .filter(|(body, _)| body == "a" || body == "c")
            .count(),
        3
    );
}

#[tokio::test]
async fn hopeless_work_is_a_dead_letter_at_once() {
    let office = Office::new([Act::Say(Delivered::Hopeless)]);
    office.leave("s-1", &["1"]).await;
    assert_eq!(office.courier().turn().await.unwrap(), 1);
    assert_eq!(office.store.dead(None, 9).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_hangs_is_given_up_before_its_lease_ends_and_holds_up_nobody() {
    let office = Office::new([Act::Hang]);
    office.leave("s-1", &["slow"]).await;
    office.leave("s-2", &["quick"]).await;
    let begun = tokio::time::Instant::now();
    assert_eq!(office.courier().turn().await.unwrap(), 2);
    assert!(begun.elapsed() < Terms::default().lease);
    office.pass(Duration::from_secs(2));
    assert_eq!(office.courier().turn().await.unwrap(), 1);
    assert_eq!(
        office.given(),
        given(&[("slow", 1), ("quick", 1), ("slow", 2)])
    );
}

#[tokio::test]
async fn a_courier_that_dies_loses_no_work() {
    let office = Office::new([]);
    office.leave("s-1", &["1"]).await;
    // Settling fails, as if the process had ended right after the delivery.
    let faulty = FaultyStore::new(office.store.clone(), Fault::Before, 1);
    office
        .courier_from(Arc::new(faulty))
        .turn()
        .await
        .unwrap_err();
    assert_eq!(
        office.courier().turn().await.unwrap(),
        0,
        "it is still leased"
    );
    office.pass(Terms::default().lease);
    assert_eq!(office.courier().turn().await.unwrap(), 1);
    assert_eq!(office.given(), given(&[("1", 1), ("1", 2)]));
    office.pass(Terms::default().lease);
    assert_eq!(office.courier().turn().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_ring_is_answered_at_once_and_a_stop_after_what_is_in_hand() {
    let office = Office::new([]);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let courier = office.courier();
    let running = tokio::spawn(async move { courier.run(async { drop(stopped.await) }).await });
    tokio::task::yield_now().await;
    let begun = tokio::time::Instant::now();
    office.leave("s-1", &["1", "2"]).await;
    office.wake.ring();
    office.desk.came.notified().await;
    office.desk.came.notified().await;
    assert_eq!(
        begun.elapsed(),
        Duration::ZERO,
        "it waited for the next look around"
    );

    // Without a ring it comes as well, at the next look around.
    office.leave("s-2", &["3"]).await;
    office.desk.came.notified().await;
    assert!(begun.elapsed() <= Terms::default().idle);

    stop.send(()).unwrap();
    assert!(matches!(running.await.unwrap(), Ok(())));
    office.leave("s-3", &["4"]).await;
    office.wake.ring();
    assert_eq!(office.given(), given(&[("1", 1), ("2", 1), ("3", 1)]));
    office.pass(Terms::default().lease);
    let settled = office.courier().turn().await.unwrap();
    assert_eq!(
        settled, 1,
        "all but the last were settled before the courier left"
    );
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_is_asked_again() {
    let office = Office::new([]);
    office.leave("s-1", &["1"]).await;
    let courier = office.courier_from(Arc::new(FaultyStore::new(
        office.store.clone(),
        Fault::Before,
        0,
    )));
    let running = tokio::spawn(async move { courier.run(std::future::pending()).await });
    office.desk.came.notified().await;
    assert_eq!(office.given(), given(&[("1", 1)]));
    running.abort();
}

#[tokio::test(start_paused = true)]
async fn a_store_that_has_stopped_ends_the_courier_with_its_error() {
    let office = Office::new([]);
    let courier = office.courier_from(Arc::new(Stopped));
    let ended = courier.run(std::future::pending()).await;
    assert!(
        matches!(ended, Err(StoreError::Stopped { .. })),
        "{ended:?}"
    );
}

#[derive(Debug)]
struct Stopped;

#[async_trait]
impl Store for Stopped {
    async fn load(&self, _: &Row) -> Result<Option<kyc_persist::Kept>, StoreError> {
        Err(STOPPED)
    }
    async fn recall(&self, _: &Row, _: &kyc_core::Key) -> Result<Option<Entry>, StoreError> {
        Err(STOPPED)
    }
    async fn commit(&self, _: Commit) -> Result<kyc_persist::Committed, StoreError> {
        Err(STOPPED)
    }
    async fn journal(&self, _: &Row) -> Result<Vec<Entry>, StoreError> {
        Err(STOPPED)
    }
    async fn list(&self, _: &kyc_persist::Query) -> Result<kyc_persist::Page, StoreError> {
        Err(STOPPED)
    }
    async fn lease(
        &self,
        _: Timestamp,
        _: Timestamp,
        _: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        Err(STOPPED)
    }
    async fn lease_notices(
        &self,
        _: Receiver,
        _: Timestamp,
        _: Timestamp,
        _: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        Err(STOPPED)
    }
    async fn settle(
        &self,
        _: &kyc_persist::Lease,
        _: kyc_persist::Settled,
    ) -> Result<(), StoreError> {
        Err(STOPPED)
    }
    async fn dead(&self, _: Option<&OutboundId>, _: usize) -> Result<Vec<Outbound>, StoreError> {
        Err(STOPPED)
    }
    async fn retry(&self, _: &OutboundId, _: Timestamp) -> Result<bool, StoreError> {
        Err(STOPPED)
    }
}

const STOPPED: StoreError = StoreError::Stopped { store: "stopped" };
