//! The clock's visits to somebody who has stopped half-way: kept with the step that they follow from, and one effect each.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::sync::Arc;
use std::time::Duration;

use kyc_core::collection::{Event, Reason, Rejected, Session};
use kyc_core::journal::Hash;
use kyc_core::testing::events::{self, NOON};
use kyc_core::{Actor, Flow, Seconds, SessionId, Timestamp};
use kyc_persist::{
    Ask, Flows, KeepError, Keeper, MemoryStore, Outbound, OutgoingKind, Row, Settled, Store, Wake,
};

const HOUR: Seconds = Seconds::hours(1);
const FAR: Seconds = Seconds::days(9_999);

fn id() -> SessionId {
    "s-1".parse().unwrap()
}

fn flow() -> Arc<Flow> {
    let reminders = [HOUR, Seconds::hours(3)];
    let flow = Flow::builder("reminding", 1).selfie().reminders(reminders);
    Arc::new(flow.build().unwrap())
}

/// A keeper of its own, as every server has one.
fn keeper(store: &Arc<MemoryStore>) -> Keeper {
    let flows: Flows = [flow()].into_iter().collect();
    Keeper::new(store.clone(), Arc::new(flows), Wake::new())
}

async fn open(keeper: &Keeper) {
    let key = "open".parse().unwrap();
    let flow = flow();
    let opened = keeper.open::<Session>(&flow, id(), key, Hash::ZERO, Actor::INTEGRATOR, NOON);
    opened.await.unwrap();
}

fn ask(key: &str, event: Event, by: Actor) -> Ask<Event> {
    Ask {
        session: id(),
        key: key.parse().unwrap(),
        fingerprint: Hash::from_bytes([1; 32]),
        expected: None,
        event,
        by,
    }
}

async fn send(keeper: &Keeper, key: &str, event: Event, now: Timestamp) {
    let asked = ask(key, event, Actor::APPLICANT);
    keeper.handle::<Session>(asked, now).await.unwrap();
}

/// A visit of the clock as a courier makes it: under the name of the outbox row.
async fn visit(
    keeper: &Keeper,
    outbound: &Outbound,
    now: Timestamp,
) -> Result<(), KeepError<Rejected>> {
    let event = serde_json::from_str(&outbound.body).unwrap();
    let asked = ask(&outbound.id().to_string(), event, Actor::CLOCK);
    keeper.handle::<Session>(asked, now).await.map(drop)
}

/// The visits that are due by then, in the order of their moments; they are taken, and nobody else has them meanwhile.
async fn due(store: &MemoryStore, now: Timestamp, until: Timestamp) -> Vec<Outbound> {
    let leased = store.lease(now, until, 99).await.unwrap();
    let timers = leased.into_iter();
    let mut timers: Vec<_> = timers
        .filter(|outbound| outbound.kind == OutgoingKind::Timer)
        .collect();
    timers.sort_by_key(|outbound| outbound.due_at);
    timers
}

/// How many reminders are in the journal.
async fn reminders(store: &MemoryStore) -> usize {
    let journal = store.journal(&Row::collection(id())).await.unwrap();
    let effects = journal.iter().flat_map(|entry| &entry.facts.effects);
    effects.filter(|kind| *kind == "remind").count()
}

#[tokio::test]
async fn a_reminder_is_kept_as_a_visit_of_the_clock_anew_with_each_step() {
    let store = Arc::new(MemoryStore::new());
    let keeper = keeper(&store);
    open(&keeper).await;
    let later = NOON + Seconds(60);
    send(&keeper, "k-1", events::start(), later).await;

    let far = NOON + FAR;
    let visits = due(&store, far, far + HOUR).await;
    let visits: Vec<(Event, Timestamp)> = visits
        .iter()
        .map(|visit| (serde_json::from_str(&visit.body).unwrap(), visit.due_at))
        .collect();
    let week = NOON + Seconds::days(7);
    assert_eq!(
        visits,
        [
            (Event::ReminderDue, NOON + HOUR),
            (Event::ReminderDue, later + HOUR),
            (Event::DeadlineReached, later + Seconds::days(1)),
            (Event::DeadlineReached, week),
        ]
    );
}

#[tokio::test]
async fn a_visit_that_is_repeated_and_one_that_is_outdated_remind_nobody() {
    let store = Arc::new(MemoryStore::new());
    let keeper = keeper(&store);
    open(&keeper).await;
    let moved = NOON + Seconds(60);
    send(&keeper, "k-1", events::start(), moved).await;

    // That of the opening: the applicant has begun since.
    let at = NOON + HOUR;
    let old = due(&store, at, at).await.remove(0);
    let refused = visit(&keeper, &old, at).await;
    let is_too_early = |refused: &KeepError<Rejected>| {
        matches!(
            refused,
            KeepError::Rejected(Rejected::Refused {
                reason: Reason::TooEarly,
                ..
            })
        )
    };
    assert!(is_too_early(&refused.unwrap_err()));
    store.settle(&old.lease, Settled::Done).await.unwrap();
    assert_eq!(reminders(&store).await, 0);

    let at = moved + HOUR;
    let first = due(&store, at, at).await.remove(0);
    // Carried out, and the courier died before it could say so.
    visit(&keeper, &first, at).await.unwrap();
    let again = due(&store, at, at).await.remove(0);
    assert_eq!(again.id(), first.id());
    visit(&keeper, &again, at).await.unwrap();
    store.settle(&again.lease, Settled::Done).await.unwrap();
    assert_eq!(reminders(&store).await, 1);

    // Repeated when the second one is due, too, it is still the first one that was answered.
    let at = moved + Seconds::hours(3);
    visit(&keeper, &again, at).await.unwrap();
    assert_eq!(reminders(&store).await, 1);
    let second = due(&store, at, at).await.remove(0);
    visit(&keeper, &second, at).await.unwrap();
    assert_eq!(reminders(&store).await, 2);
}

#[tokio::test]
async fn servers_that_were_all_away_send_one_reminder_for_all_that_came_due() {
    let store = Arc::new(MemoryStore::new());
    open(&keeper(&store)).await;
    let at = NOON + Seconds::hours(4);
    let visit_due = due(&store, at, at).await.remove(0);
    // Eight servers believe that the visit is theirs, and one of them is right.
    let servers = (0..8).map(|_| {
        let (keeper, visit_due) = (keeper(&store), visit_due.clone());
        tokio::spawn(async move { visit(&keeper, &visit_due, at).await.unwrap() })
    });
    for server in servers.collect::<Vec<_>>() {
        let patience = Duration::from_secs(20);
        tokio::time::timeout(patience, server)
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(reminders(&store).await, 1);
    let session: Session = keeper(&store).load(&id()).await.unwrap().unwrap();
    assert_eq!(
        (session.idle().unwrap().reminded, session.version()),
        (2, 1)
    );
}
