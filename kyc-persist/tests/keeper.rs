//! What a caller of the keeper can rely on.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::sync::{Arc, Mutex};

use kyc_core::collection::{Effect, Event, Session};
use kyc_core::journal::{self, Hash};
use kyc_core::testing::events::{self, NOON};
use kyc_core::{Actor, DocumentType, Flow, Seconds, SessionId, review};
use kyc_persist::conformance::{Fault, FaultyStore};
use kyc_persist::{
    Answer, Ask, Flows, KeepError, Keeper, Kept, MemoryStore, Moved, Outbound, OutgoingKind,
    Receiver, Row, Store, StoreError, Wake,
};

type Refusal = KeepError<kyc_core::collection::Rejected>;

fn id() -> SessionId {
    "s-1".parse().unwrap()
}

fn keeper_of(store: Arc<dyn Store>) -> Keeper {
    let flows: Flows = [Flow::manual_review()].into_iter().collect();
    Keeper::new(store, Arc::new(flows), Wake::new())
}

fn keeper() -> Keeper {
    keeper_of(Arc::new(MemoryStore::new()))
}

async fn open(keeper: &Keeper) -> Answer<Session> {
    try_open(keeper, "open").await.unwrap()
}

async fn try_open(keeper: &Keeper, key: &str) -> Result<Answer<Session>, Refusal> {
    let flow = Flow::manual_review();
    keeper
        .open(
            &flow,
            id(),
            key.parse().unwrap(),
            Hash::ZERO,
            Actor::INTEGRATOR,
            NOON,
        )
        .await
}

/// A request of the applicant, under a key, after having seen a version.
fn ask(key: &str, expected: impl Into<Option<u32>>, event: Event) -> Ask<Event> {
    Ask {
        session: id(),
        key: key.parse().unwrap(),
        fingerprint: Hash::from_bytes([1; 32]),
        expected: expected.into(),
        event,
        by: Actor::APPLICANT,
    }
}

async fn handle(keeper: &Keeper, ask: Ask<Event>) -> Result<Answer<Session>, Refusal> {
    keeper.handle(ask, NOON).await
}

async fn outbox(keeper: &Keeper) -> Vec<Outbound> {
    let far = NOON + Seconds::days(9_999);
    keeper.store().lease(far, far, 200).await.unwrap()
}

#[tokio::test]
async fn a_step_is_kept_with_its_line_in_the_journal() {
    let keeper = keeper();
    let opened = open(&keeper).await;
    assert_eq!((opened.replayed, opened.session.version()), (false, 0));
    let answer = handle(&keeper, ask("k-1", 0, events::start()))
        .await
        .unwrap();
    assert!(!answer.replayed);
    let facts = &answer.entry.facts;
    assert_eq!(
        (facts.version, facts.event.as_str(), facts.to.as_str()),
        (1, "start", "personal_details")
    );
    assert_eq!((&facts.by, facts.at), (&Actor::APPLICANT, NOON));

    assert_eq!(
        keeper.load::<Session>(&id()).await.unwrap(),
        Some(answer.session)
    );
    let entries = keeper
        .store()
        .journal(&Row::collection(id()))
        .await
        .unwrap();
    assert_eq!(journal::verify(&entries), Ok(()));
    assert_eq!(entries, [opened.entry, answer.entry]);
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_wherever_the_session_is_by_then() {
    let keeper = keeper();
    open(&keeper).await;
    let first = handle(&keeper, ask("k-1", 0, events::start()))
        .await
        .unwrap();
    handle(&keeper, ask("k-2", 1, events::details()))
        .await
        .unwrap();
    handle(
        &keeper,
        ask("k-3", 2, events::select(DocumentType::Passport)),
    )
    .await
    .unwrap();

    // Stale, and not accepted any more; with and without a version.
    for expected in [Some(0), None] {
        let again = handle(&keeper, ask("k-1", expected, events::start()))
            .await
            .unwrap();
        assert!(again.replayed);
        assert_eq!(again.entry, first.entry);
        assert_eq!(again.session.version(), 3);
    }
    // Acceptable in itself: only the key tells.
    let again = handle(
        &keeper,
        ask("k-3", None, events::select(DocumentType::Passport)),
    )
    .await
    .unwrap();
    assert!(again.replayed);
    assert_eq!(
        keeper
            .store()
            .journal(&Row::collection(id()))
            .await
            .unwrap()
            .len(),
        4
    );
}

#[tokio::test]
async fn another_request_under_a_used_key_is_told_so() {
    let keeper = keeper();
    open(&keeper).await;
    handle(&keeper, ask("k-1", 0, events::start()))
        .await
        .unwrap();
    for (expected, event) in [
        (0, events::start()),
        (1, events::details()),
        (1, Event::Back),
    ] {
        let mut other = ask("k-1", expected, event);
        other.fingerprint = Hash::from_bytes([2; 32]);
        let answer = handle(&keeper, other).await;
        assert!(matches!(answer, Err(KeepError::KeyReused)), "{answer:?}");
    }
    assert_eq!(
        keeper
            .load::<Session>(&id())
            .await
            .unwrap()
            .unwrap()
            .version(),
        1
    );
}

#[tokio::test]
async fn opening_again_is_the_same_opening_under_its_key_and_stale_under_another() {
    let keeper = keeper();
    let opened = open(&keeper).await;
    handle(&keeper, ask("k-1", 0, events::start()))
        .await
        .unwrap();
    let again = open(&keeper).await;
    assert_eq!(
        (again.replayed, again.entry, again.session.version()),
        (true, opened.entry, 1)
    );
    let other = try_open(&keeper, "other").await;
    assert!(
        matches!(other, Err(KeepError::Stale { found: 1 })),
        "{other:?}"
    );
}

#[tokio::test]
async fn a_refused_request_changes_nothing() {
    let keeper = keeper();
    open(&keeper).await;
    let answer = handle(&keeper, ask("k-1", 1, events::start())).await;
    assert!(
        matches!(answer, Err(KeepError::Stale { found: 0 })),
        "{answer:?}"
    );
    let answer = handle(&keeper, ask("k-2", 0, events::details())).await;
    assert!(matches!(answer, Err(KeepError::Rejected(_))), "{answer:?}");
    let mut cancel = ask("k-3", 0, Event::Cancel);
    let answer = handle(&keeper, cancel.clone()).await;
    assert!(
        matches!(answer, Err(KeepError::NotTheirs { .. })),
        "{answer:?}"
    );
    cancel.session = "s-2".parse().unwrap();
    cancel.by = Actor::INTEGRATOR;
    let answer = handle(&keeper, cancel).await;
    assert!(matches!(answer, Err(KeepError::NotFound)), "{answer:?}");
    assert_eq!(
        keeper
            .store()
            .journal(&Row::collection(id()))
            .await
            .unwrap()
            .len(),
        1
    );

    // A refusal uses no key up.
    handle(&keeper, ask("k-2", 0, events::start()))
        .await
        .unwrap();
}

#[tokio::test]
async fn notices_leave_in_the_commit_of_the_step_they_tell_of_and_rename_nothing() {
    let (shop, bank) = (Receiver(1), Receiver(2));
    let keeper = keeper().noticing(move |leaving| {
        assert!(leaving.of::<review::Session>().is_none());
        let (session, effects) = leaving.of::<Session>().unwrap();
        assert_eq!(session.version(), leaving.facts.version);
        let told = |phase| format!("{} {phase}", leaving.facts.version);
        let phases = effects.filter_map(|effect| match effect {
            Effect::Notify { phase } => Some(told(phase)),
            _ => None,
        });
        phases
            .flat_map(|told| [(shop, told.clone()), (bank, told)])
            .collect()
    });
    open(&keeper).await;
    for (key, event) in [("k-1", events::start()), ("k-2", events::details())] {
        handle(&keeper, ask(key, None, event)).await.unwrap();
    }
    // Replayed, it leaves nothing again.
    let again = handle(&keeper, ask("k-2", None, events::details())).await;
    let again = again.unwrap();
    assert_eq!(
        (again.replayed, again.entry.facts.effects),
        (true, vec!["notify".into()])
    );

    for receiver in [shop, bank] {
        let (now, far) = (NOON, NOON + Seconds::days(9_999));
        let leased = keeper.store().lease_notices(receiver, now, far, 9).await;
        let leased = leased.unwrap();
        assert_eq!(leased.len(), 1);
        assert_eq!(leased[0].body, "2 collecting");
        assert_eq!(leased[0].kind, OutgoingKind::Notice(receiver));
    }
    let work = outbox(&keeper).await;
    let effect = work.iter().find(|one| one.kind == OutgoingKind::Effect);
    assert_eq!(effect.unwrap().id().index, 0, "the effect is named as ever");
}

#[tokio::test]
async fn effects_leave_in_their_order_and_a_deadline_as_a_timer() {
    let keeper = keeper();
    let opened = open(&keeper).await;
    let deadline = opened.session.deadline().unwrap();
    let timers = outbox(&keeper).await;
    assert_eq!(timers.len(), 1);
    assert_eq!(
        (timers[0].kind, timers[0].due_at),
        (OutgoingKind::Timer, deadline)
    );
    let event: Event = serde_json::from_str(&timers[0].body).unwrap();
    assert_eq!(event, Event::DeadlineReached);

    let (mut left, mut deadlines) = (Vec::new(), vec![Some(deadline)]);
    for (number, event) in events::to_final().into_iter().enumerate() {
        let answer = handle(&keeper, ask(&format!("k-{number}"), None, event))
            .await
            .unwrap();
        left.extend(answer.entry.facts.effects.clone());
        deadlines.push(answer.session.deadline());
    }
    let mut found = Vec::new();
    loop {
        let leased = outbox(&keeper).await;
        let Some(outbound) = leased
            .into_iter()
            .find(|outbound| outbound.kind == OutgoingKind::Effect)
        else {
            break;
        };
        let effect: Effect = serde_json::from_str(&outbound.body).unwrap();
        found.push(effect.kind().to_owned());
        keeper
            .store()
            .settle(&outbound.lease, kyc_persist::Settled::Done)
            .await
            .unwrap();
    }
    assert!(left.contains(&"submit".to_owned()), "{left:?}");
    assert_eq!(found, left);

    // One timer for each deadline there was, and none for a step that left it where it was.
    deadlines.dedup();
    let timers = outbox(&keeper).await;
    let mut timers: Vec<_> = timers.iter().map(|timer| Some(timer.due_at)).collect();
    timers.sort();
    let mut expected: Vec<_> = deadlines.into_iter().filter(Option::is_some).collect();
    expected.sort();
    assert_eq!(timers, expected);
}

#[tokio::test]
async fn every_commit_is_told_once_and_rings_when_there_is_work() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let wake = Wake::new();
    let flows: Flows = [Flow::manual_review()].into_iter().collect();
    let keeper =
        Keeper::new(Arc::new(MemoryStore::new()), Arc::new(flows), wake.clone()).telling({
            let told = Arc::clone(&told);
            move |moved: &Moved| {
                told.lock()
                    .unwrap()
                    .push((moved.version, moved.state.clone()));
            }
        });
    open(&keeper).await;
    // The ring is kept for whoever listens next.
    wake.heard().await;
    handle(&keeper, ask("k-1", 0, events::start()))
        .await
        .unwrap();
    handle(&keeper, ask("k-1", 0, events::start()))
        .await
        .unwrap();
    handle(&keeper, ask("k-2", 0, events::start()))
        .await
        .unwrap_err();
    let expected = [
        (0, "welcome".to_owned()),
        (1, "personal_details".to_owned()),
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_saw_the_same_version_one_is_stale_and_who_saw_none_is_decided_anew() {
    for expected in [Some(3), None] {
        for round in 0..20 {
            let keeper = keeper();
            open(&keeper).await;
            for (number, event) in events::to_final().into_iter().take(3).enumerate() {
                handle(&keeper, ask(&format!("k-{number}"), None, event))
                    .await
                    .unwrap();
            }
            let photos = [1, 2].map(|number| {
                let photo = events::page(kyc_core::Side::Front, number);
                let (keeper, ask) = (
                    keeper.clone(),
                    ask(&format!("p-{round}-{number}"), expected, photo),
                );
                tokio::spawn(async move { handle(&keeper, ask).await })
            });
            let mut kept = 0;
            for photo in photos {
                match photo.await.unwrap() {
                    Ok(_) => kept += 1,
                    Err(KeepError::Stale { found: 4 }) if expected.is_some() => {}
                    Err(error) => panic!("{error:?}"),
                }
            }
            assert_eq!(kept, if expected.is_some() { 1 } else { 2 });
            let version = keeper
                .load::<Session>(&id())
                .await
                .unwrap()
                .unwrap()
                .version();
            assert_eq!(version, 3 + kept);
        }
    }
}

#[tokio::test]
async fn both_charts_of_a_session_are_kept_apart() {
    let keeper = keeper();
    open(&keeper).await;
    let (flow, key) = (Flow::manual_review(), "open".parse().unwrap());
    let case = keeper
        .open::<review::Session>(&flow, id(), key, Hash::ZERO, Actor::APPLICANT, NOON)
        .await
        .unwrap();
    assert!(!case.replayed);
    handle(&keeper, ask("k-1", 0, events::start()))
        .await
        .unwrap();
    assert_eq!(
        keeper.load::<review::Session>(&id()).await.unwrap(),
        Some(case.session)
    );
}

#[tokio::test]
async fn what_does_not_open_is_told_by_kind() {
    let store = MemoryStore::new();
    let keeper = keeper_of(Arc::new(store.clone()));
    let opened = open(&keeper).await;
    let bare = Keeper::new(
        Arc::new(store.clone()),
        Arc::new(Flows::default()),
        Wake::new(),
    );
    let answer = bare.load::<Session>(&id()).await;
    assert!(
        matches!(answer, Err(KeepError::FlowMissing(_))),
        "{answer:?}"
    );

    let kept = store.load(&Row::collection(id())).await.unwrap().unwrap();
    let tampered = Kept {
        snapshot: kept.snapshot.replace("welcome", "approved"),
        ..kept.clone()
    };
    let answer = keeper.revive::<Session>(&tampered);
    assert!(
        matches!(
            answer,
            Err(KeepError::Snapshot(kyc_core::DecodeError::Tampered))
        ),
        "{answer:?}"
    );
    let answer = keeper.revive::<review::Session>(&kept);
    assert!(matches!(answer, Err(KeepError::Snapshot(_))), "{answer:?}");
    assert_eq!(keeper.revive::<Session>(&kept).unwrap(), opened.session);
}

#[tokio::test]
async fn a_caller_who_asks_again_after_every_fault_gets_each_step_once() {
    let store = MemoryStore::new();
    let smooth = (
        walk(&keeper_of(Arc::new(store.clone())), 0).await,
        everything(&store).await,
    );
    for fault in [Fault::Before, Fault::After] {
        let mut call = 0;
        loop {
            let store = MemoryStore::new();
            let faulty = Arc::new(FaultyStore::new(store.clone(), fault, call));
            let rough = (
                walk(&keeper_of(faulty.clone()), 1).await,
                everything(&store).await,
            );
            assert_eq!(rough, smooth, "{fault:?} at call {call}");
            if !faulty.has_failed() {
                break;
            }
            call += 1;
        }
        // Opening is one call, every other step is at least two.
        assert!(
            call > 2 * events::to_final().len(),
            "only {call} calls were seen"
        );
    }
}

/// The whole walk, each request made again under its key until it is answered.
async fn walk(keeper: &Keeper, mut patience: usize) -> Vec<journal::Entry> {
    let mut insist = |error: Refusal| match error {
        KeepError::Store(StoreError::Backend { .. }) if patience > 0 => patience -= 1,
        error => panic!("{error:?}"),
    };
    let mut answers = Vec::new();
    loop {
        match try_open(keeper, "open").await {
            Ok(answer) => break answers.push(answer.entry),
            Err(error) => insist(error),
        }
    }
    for (version, event) in (0..).zip(events::to_final()) {
        let ask = ask(&format!("k-{version}"), version, event);
        loop {
            match handle(keeper, ask.clone()).await {
                Ok(answer) => break answers.push(answer.entry),
                Err(error) => insist(error),
            }
        }
    }
    answers
}

/// All that is kept of the session.
async fn everything(store: &MemoryStore) -> (Option<Kept>, Vec<journal::Entry>, Vec<Outbound>) {
    let row = Row::collection(id());
    let far = NOON + Seconds::days(9_999);
    (
        store.load(&row).await.unwrap(),
        store.journal(&row).await.unwrap(),
        store.lease(far, far, 200).await.unwrap(),
    )
}

#[tokio::test]
async fn nobody_can_take_a_key_that_another_caller_will_use() {
    let keeper = keeper();
    open(&keeper).await;
    // The applicant calls their own request what the clock will call its visit.
    let by_applicant = ask("s-1.collection.0.0", None, events::start());
    keeper
        .handle::<Session>(by_applicant.clone(), NOON)
        .await
        .unwrap();
    let late = NOON + Seconds::days(1);
    let by_clock = Ask {
        event: Event::DeadlineReached,
        by: Actor::CLOCK,
        fingerprint: Hash::from_bytes([2; 32]),
        ..by_applicant.clone()
    };
    let expired = keeper.handle::<Session>(by_clock, late).await.unwrap();
    assert!(!expired.replayed);
    assert_eq!(expired.entry.facts.to, "expired");

    let again = keeper.handle::<Session>(by_applicant, late).await.unwrap();
    assert!(again.replayed);
    let (key, none) = (
        "s-1.collection.0.0".parse().unwrap(),
        "other".parse().unwrap(),
    );
    let recall = async |by: &Actor, key| keeper.recall::<Session>(&id(), by, key).await.unwrap();
    assert_eq!(
        recall(&Actor::APPLICANT, &key).await.unwrap().facts.event,
        "start"
    );
    assert_eq!(recall(&Actor::APPLICANT, &none).await, None);
    assert_eq!(recall(&Actor::INTEGRATOR, &key).await, None);
}
