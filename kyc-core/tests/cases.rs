//! One sentence a promise of the reviewer's chart.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]
#![expect(
    unused_must_use,
    reason = "a step is looked at where it is the point of the test"
)]

use std::sync::Arc;

use kyc_core::flow::ReviewRule;
use kyc_core::review::{Effect, Event, EventKind, Reason, Rejected, Session, State, Verdict};
use kyc_core::testing::events::{NOON, blob};
use kyc_core::{
    Actor, Ask, Decision, DocumentType, Exhibit, Flow, Item, Outcome, Pii, RejectReason,
    RetakeReason, ReviewerId, Seconds,
};

const ITEMS: [Item; 3] = [Item::DocumentFront, Item::DocumentBack, Item::Selfie];

fn name(handle: &str) -> ReviewerId {
    handle.parse().unwrap()
}

fn rita() -> Actor {
    Actor::reviewer(name("rita"))
}

fn sam() -> Actor {
    Actor::reviewer(name("sam"))
}

fn arrive(round: u32, items: &[Item]) -> Event {
    let number = u8::try_from(round).unwrap();
    Event::Arrive {
        round,
        exhibits: items
            .iter()
            .map(|item| Exhibit {
                item: *item,
                blob: blob(*item, number),
                step: None,
            })
            .collect(),
    }
}

fn fine(item: Item) -> Event {
    Event::Judge {
        item,
        verdict: Verdict::Fine {},
    }
}

fn retake(item: Item) -> Event {
    let (message, note) = (
        Some(Pii::new("Too much light".to_owned())),
        Some(Pii::new("looks odd".to_owned())),
    );
    Event::Judge {
        item,
        verdict: Verdict::Retake {
            reason: RetakeReason::Glare,
            message,
            note,
        },
    }
}

fn approve() -> Event {
    Event::Approve { note: None }
}

fn arrived_in(flow: &Arc<Flow>) -> Session {
    let mut case = Session::open(flow, "s-1".parse().unwrap(), NOON);
    case.handle(&arrive(1, &ITEMS), &Actor::APPLICANT, NOON)
        .unwrap();
    case
}

fn claimed() -> Session {
    let mut case = arrived_in(&Flow::manual_review());
    case.handle(&Event::Claim, &rita(), NOON).unwrap();
    case
}

fn all_fine(mut case: Session, by: &Actor) -> Session {
    for item in ITEMS {
        case.handle(&fine(item), by, NOON).unwrap();
    }
    case
}

#[track_caller]
fn refused(case: &Session, event: &Event, by: &Actor, because: Reason) {
    let mut after = case.clone();
    match after.handle(event, by, NOON) {
        Err(Rejected::Refused { reason, .. }) => assert_eq!(reason, because),
        other => panic!("expected a refusal because of {because}: {other:?}"),
    }
    assert_eq!(after, *case, "a rejection changes nothing");
}

#[test]
fn a_case_arrives_in_review() {
    let case = arrived_in(&Flow::manual_review());
    assert_eq!((case.state(), case.version()), (State::InReview, 1));
}

#[test]
fn the_second_reviewer_is_told_that_another_has_the_case() {
    let case = claimed();
    refused(&case, &Event::Claim, &sam(), Reason::ClaimedByAnother);
    refused(&case, &approve(), &sam(), Reason::ClaimedByAnother);
    assert_eq!(case.claimed_by(NOON), Some(&name("rita")));
    assert_eq!(case.accepts(&name("sam"), NOON), []);
}

#[test]
fn nothing_is_decided_without_a_claim() {
    let case = arrived_in(&Flow::manual_review());
    for event in [
        fine(Item::Selfie),
        approve(),
        Event::RequestResubmission,
        Event::Release,
    ] {
        refused(&case, &event, &rita(), Reason::NotClaimed);
    }
}

#[test]
fn nobody_without_a_name_can_review() {
    let nameless = Actor {
        name: None,
        ..rita()
    };
    refused(
        &arrived_in(&Flow::manual_review()),
        &Event::Claim,
        &nameless,
        Reason::Nameless,
    );
}

#[test]
fn a_released_case_can_be_taken_by_another() {
    let mut case = claimed();
    case.handle(&Event::Release, &rita(), NOON).unwrap();
    case.handle(&Event::Claim, &sam(), NOON).unwrap();
    assert_eq!(case.claimed_by(NOON), Some(&name("sam")));
}

#[test]
fn a_claim_that_nobody_keeps_alive_ends_and_every_action_prolongs_it() {
    let mut case = claimed();
    let minutes = |minutes: u32| NOON + Seconds(minutes * 60);
    assert!(case.handle(&Event::Claim, &sam(), minutes(14)).is_err());
    case.handle(&fine(Item::Selfie), &rita(), minutes(14))
        .unwrap();
    assert!(case.handle(&Event::Claim, &sam(), minutes(28)).is_err());
    case.handle(&Event::Claim, &sam(), minutes(29)).unwrap();
}

#[test]
fn approval_needs_every_item_judged_fine() {
    let case = claimed();
    refused(&case, &approve(), &rita(), Reason::ItemNotJudged);
    let mut case = all_fine(case, &rita());
    let mut marked = case.clone();
    marked
        .handle(&retake(Item::DocumentBack), &rita(), NOON)
        .unwrap();
    refused(&marked, &approve(), &rita(), Reason::ItemMarkedForRetake);
    let step = case.handle(&approve(), &rita(), NOON).unwrap();
    assert_eq!(step.to, State::Approved);
    let decision = Decision {
        outcome: Outcome::Approved,
        reason: None,
        message: None,
    };
    assert_eq!(step.effects, [Effect::Decide { decision }]);
}

#[test]
fn a_rejection_tells_the_applicant_the_text_but_never_the_note_or_a_suspicion() {
    let reject = Event::Reject {
        reason: RejectReason::SuspectedFraud,
        message: Some(Pii::new("We could not verify you.".to_owned())),
        note: Some(Pii::new("same face as s-0".to_owned())),
    };
    let step = claimed().handle(&reject, &rita(), NOON).unwrap();
    let told = serde_json::to_string(&step.effects).unwrap();
    assert!(told.contains("We could not verify you."));
    assert!(
        !told.contains("fraud") && !told.contains("same face"),
        "{told}"
    );
}

#[test]
fn asking_again_names_the_marked_items_with_reason_and_text_but_without_the_note() {
    let mut case = claimed();
    refused(
        &case,
        &Event::RequestResubmission,
        &rita(),
        Reason::NothingMarked,
    );
    case.handle(&retake(Item::DocumentBack), &rita(), NOON)
        .unwrap();
    let step = case
        .handle(&Event::RequestResubmission, &rita(), NOON)
        .unwrap();
    assert_eq!(step.to, State::ResubmissionRequested);
    let message = Some(Pii::new("Too much light".to_owned()));
    let ask = Ask {
        item: Item::DocumentBack,
        reason: RetakeReason::Glare,
        message,
    };
    assert_eq!(
        step.effects,
        [Effect::RequestResubmission { items: vec![ask] }]
    );
    assert!(
        !serde_json::to_string(&step.effects)
            .unwrap()
            .contains("looks odd")
    );
}

#[test]
fn a_returning_case_shows_old_and_new_and_keeps_what_was_judged() {
    let mut case = all_fine(claimed(), &rita());
    case.handle(&retake(Item::DocumentBack), &rita(), NOON)
        .unwrap();
    case.handle(&Event::RequestResubmission, &rita(), NOON)
        .unwrap();
    case.handle(&arrive(2, &[Item::DocumentBack]), &Actor::APPLICANT, NOON)
        .unwrap();

    let view = case.view(&name("rita"), NOON);
    assert_eq!((view.round, view.claimed_by), (2, None));
    let back = view
        .items
        .iter()
        .find(|item| item.item == Item::DocumentBack)
        .unwrap();
    assert_eq!(
        (&back.blob, back.verdict.as_ref()),
        (&blob(Item::DocumentBack, 2), None)
    );
    assert_eq!(back.earlier[0].blob, blob(Item::DocumentBack, 1));
    assert!(matches!(
        back.earlier[0].verdict,
        Some(Verdict::Retake { .. })
    ));
    let selfie = view
        .items
        .iter()
        .find(|item| item.item == Item::Selfie)
        .unwrap();
    assert_eq!(selfie.verdict, Some(Verdict::Fine {}));

    case.handle(&Event::Claim, &sam(), NOON).unwrap();
    case.handle(&fine(Item::DocumentBack), &sam(), NOON)
        .unwrap();
    assert_eq!(
        case.handle(&approve(), &sam(), NOON).unwrap().to,
        State::Approved
    );
}

#[test]
fn the_same_arrival_twice_is_refused_the_second_time() {
    let mut case = arrived_in(&Flow::manual_review());
    assert!(matches!(
        case.handle(&arrive(1, &ITEMS), &Actor::APPLICANT, NOON),
        Err(Rejected::NotAccepted { .. })
    ));
    let mut fresh = Session::open(&Flow::manual_review(), "s-1".parse().unwrap(), NOON);
    assert!(matches!(
        fresh.handle(&arrive(2, &ITEMS), &Actor::APPLICANT, NOON),
        Err(Rejected::Refused {
            reason: Reason::RoundStale,
            ..
        })
    ));
}

#[test]
fn four_eyes_are_two_people_and_the_second_judges_anew() {
    let review = ReviewRule {
        stages: 2,
        ..ReviewRule::default()
    };
    let flow = Flow::builder("four-eyes", 1)
        .document(DocumentType::IdCard)
        .selfie()
        .review(review)
        .build()
        .unwrap();
    let mut case = arrived_in(&Arc::new(flow));
    case.handle(&Event::Claim, &rita(), NOON).unwrap();
    case = all_fine(case, &rita());
    let step = case.handle(&approve(), &rita(), NOON).unwrap();
    assert_eq!((step.to, step.effects), (State::InReview, vec![]));
    assert_eq!(case.view(&name("sam"), NOON).stage, 2);

    // Verdicts of whoever approved before would be the second person's.
    refused(&case, &Event::Claim, &rita(), Reason::SameReviewer);
    case.handle(&Event::Claim, &sam(), NOON).unwrap();
    refused(&case, &approve(), &sam(), Reason::ItemNotJudged);
    assert_eq!(
        all_fine(case, &sam())
            .handle(&approve(), &sam(), NOON)
            .unwrap()
            .to,
        State::Approved
    );
}

#[test]
fn a_closed_case_accepts_nothing() {
    let mut case = all_fine(claimed(), &rita());
    case.handle(&approve(), &rita(), NOON).unwrap();
    for event in [
        Event::Claim,
        approve(),
        fine(Item::Selfie),
        arrive(2, &ITEMS),
        Event::Withdraw,
    ] {
        assert!(matches!(
            case.clone().handle(&event, &rita(), NOON),
            Err(Rejected::NotAccepted { .. })
        ));
    }
}

#[test]
fn an_erased_case_keeps_who_decided_what_and_nothing_that_was_written() {
    let mut case = claimed();
    case.handle(&retake(Item::DocumentBack), &rita(), NOON)
        .unwrap();
    let (message, note) = (
        Some(Pii::new("CANARY".to_owned())),
        Some(Pii::new("CANARY".to_owned())),
    );
    let reject = Event::Reject {
        reason: RejectReason::FaceMismatch,
        message,
        note,
    };
    case.handle(&reject, &rita(), NOON).unwrap();
    let step = case
        .handle(&Event::Erase, &Actor::INTEGRATOR, NOON)
        .unwrap();
    assert_eq!((step.to, step.effects), (State::Rejected, vec![]));
    let text = case.encode();
    assert!(
        !text.contains("CANARY") && !text.contains("Too much light") && !text.contains("looks odd")
    );
    assert_eq!(case.blobs().count(), 0);
    let view = case.view(&name("sam"), NOON);
    assert_eq!(
        (&view.decisions[0].by, view.decisions[0].reason),
        (&name("rita"), Some(RejectReason::FaceMismatch))
    );
    assert_eq!(view.redacted_at, Some(NOON));
    refused(
        &case,
        &Event::Erase,
        &Actor::INTEGRATOR,
        Reason::AlreadyErased,
    );
}

#[test]
fn a_withdrawn_session_closes_its_case_even_under_a_claim() {
    let mut case = claimed();
    assert_eq!(
        case.handle(&Event::Withdraw, &Actor::INTEGRATOR, NOON)
            .unwrap()
            .to,
        State::Withdrawn
    );
    assert_eq!(case.claimed_by(NOON), None);
}

#[test]
fn a_text_has_at_most_a_thousand_characters() {
    let long = Some(Pii::new("é".repeat(1_001)));
    let short = Some(Pii::new("é".repeat(1_000)));
    let dense = Some(Pii::new("\u{1}".repeat(1_000)));
    let case = claimed();
    refused(
        &case,
        &Event::Reject {
            reason: RejectReason::Other,
            message: long,
            note: None,
        },
        &rita(),
        Reason::TextTooLong,
    );
    refused(
        &case,
        &Event::Reject {
            reason: RejectReason::Other,
            message: dense,
            note: None,
        },
        &rita(),
        Reason::TextTooLong,
    );
    let reject = Event::Reject {
        reason: RejectReason::Other,
        message: short,
        note: None,
    };
    assert!(case.clone().handle(&reject, &rita(), NOON).is_ok());
}

#[test]
fn what_is_offered_depends_on_who_asks() {
    let case = claimed();
    assert_eq!(
        case.accepts(&name("rita"), NOON),
        [
            EventKind::Claim,
            EventKind::Release,
            EventKind::Judge,
            EventKind::Reject
        ]
    );
    let free = arrived_in(&Flow::manual_review());
    assert_eq!(free.accepts(&name("sam"), NOON), [EventKind::Claim]);
}

#[test]
fn an_event_is_read_strictly() {
    let read = |text: &str| serde_json::from_str::<Event>(text);
    assert_eq!(
        read(r#"{"type":"judge","item":"selfie","verdict":{"type":"fine"}}"#).unwrap(),
        fine(Item::Selfie)
    );
    for text in [
        r#"{"type":"decide","decision":{"outcome":"approved"}}"#,
        r#"{"type":"approve","by":"sam"}"#,
        r#"{"type":"judge","item":"selfie","verdict":{"type":"fine","reason":"glare"}}"#,
        r#"{"type":"judge","item":"selfie","verdict":{"type":"retake"}}"#,
        r#"{"type":"claim","note":"x"}"#,
    ] {
        assert!(read(text).is_err(), "{text}");
    }
}
