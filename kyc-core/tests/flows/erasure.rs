//! How a person is forgotten, by the company and by the clock; and what forbids it.

use kyc_core::collection::{Effect, Event, HoldReason, Reason, Session, State};
use kyc_core::flow::Clocks;
use kyc_core::testing::Given;
use kyc_core::testing::events::{
    NOON, approved, blob, details_of, page, select, selfie, start, to_final,
};
use kyc_core::{
    Ask, Chart as _, Decision, DocumentType, Flow, Item, Outcome, Phase, Pii, RetakeReason,
    Seconds, Side,
};
use std::sync::Arc;

use super::given;

#[test]
fn what_is_on_hold_is_not_erased_until_the_hold_is_lifted() {
    let hold = Event::Hold {
        reason: HoldReason::Litigation,
    };
    // Before the end and after it; and the walk goes on as it did.
    let early = given().after([hold.clone()]).after(to_final());
    let late = given().after(to_final()).after([approved(), hold.clone()]);
    for held in [early.after([approved()]), late] {
        let since = Some((HoldReason::Litigation, NOON));
        let session = held.session();
        assert_eq!(session.hold().map(|hold| (hold.reason, hold.since)), since);
        held.clone().when(Event::Erase).is_refused(Reason::OnHold);
        held.clone().when(hold.clone()).is_refused(Reason::OnHold);
        // What the applicant's page gets tells nothing of it.
        let shown = session.encode_for_applicant();
        assert!(
            !shown.contains("hold") && !shown.contains("litigation"),
            "{shown}"
        );
        let shown = Session::decode(&shown, session.flow()).unwrap();
        assert_eq!(shown.view(), session.view());
        assert_eq!(shown.hold(), None);

        let lifted = held.restored().after([Event::Lift]);
        lifted
            .clone()
            .when(Event::Lift)
            .is_refused(Reason::NotOnHold);
        let erased = lifted.after([Event::Erase]);
        erased.when(hold.clone()).is_refused(Reason::AlreadyErased);
    }
}

#[test]
fn who_was_decided_on_is_forgotten_when_the_flow_says_so() {
    let clocks = Clocks {
        retention: Some(Seconds::days(30)),
        ..Clocks::default()
    };
    let flow = Flow::builder("brief", 1)
        .personal_details()
        .document(DocumentType::IdCard)
        .selfie()
        .clocks(clocks)
        .build();
    let flow = Arc::new(flow.unwrap());
    let ended = Given::new(&flow)
        .after(to_final())
        .after([approved()])
        .restored();
    let kept_until = NOON + Seconds::days(30);
    assert_eq!(ended.session().deadline(), Some(kept_until));
    let early = ended.clone().later(Seconds::days(29));
    early
        .when(Event::DeadlineReached)
        .is_refused(Reason::TooEarly);

    let held = ended.clone().after([Event::Hold {
        reason: HoldReason::Litigation,
    }]);
    let held = held.later(Seconds::days(40));
    held.clone()
        .when(Event::DeadlineReached)
        .is_refused(Reason::OnHold);
    // The clock is told to come again.
    let lifted = held.after([Event::Lift]);
    assert_eq!(
        lifted.session().deadline(),
        Some(NOON + Seconds::days(40)),
        "at once"
    );

    for due in [ended.later(Seconds::days(30)), lifted] {
        let forgotten = due.after([Event::DeadlineReached]);
        assert_eq!(forgotten.session().state(), State::Approved);
        assert!(forgotten.session().is_redacted());
        assert_eq!(forgotten.session().deadline(), None);
        forgotten
            .when(Event::DeadlineReached)
            .is_refused(Reason::TooEarly);
    }
}

#[test]
fn who_was_decided_on_is_forgotten_although_the_flow_is_gone() {
    let definition = Flow::builder("brief", 1)
        .document(DocumentType::IdCard)
        .clocks(Clocks {
            retention: Some(Seconds::days(30)),
            ..Clocks::default()
        });
    let flow = Arc::new(definition.build().unwrap());
    let ended = Given::new(&flow).after([Event::Cancel]);
    let mut left = Session::decode_to_forget(&ended.session().encode()).unwrap();
    assert!(left.handle(&Event::DeadlineReached, NOON).is_err());
    let due = NOON + Seconds::days(30);
    let step = left.handle(&Event::DeadlineReached, due).unwrap();
    assert!(step.effects.contains(&Effect::Erase));
    assert!(left.is_redacted());
}

#[test]
fn erasure_leaves_nothing_of_the_person() {
    let decision = Decision {
        outcome: Outcome::Rejected,
        reason: None,
        message: Some(Pii::new("Dear CANARY".to_owned())),
    };
    let message = Some(Pii::new("CANARY, look up".to_owned()));
    let asked = Ask {
        item: Item::Selfie,
        reason: RetakeReason::Other,
        message,
    };
    let then = given()
        .after([
            start(),
            details_of("CANARY", "CANARY", "1964-08-12"),
            select(DocumentType::IdCard),
        ])
        .after([
            page(Side::Front, 1),
            page(Side::Back, 1),
            Event::AcceptDocument,
            selfie(1),
            Event::AcceptSelfie,
        ])
        .after([
            Event::RequestResubmission { items: vec![asked] },
            selfie(2),
            Event::AcceptSelfie,
        ])
        .after([Event::Decide { decision }])
        .when(Event::Erase)
        .goes_to(State::Rejected);
    let session = then.session();
    let text = session.encode();
    assert!(
        !text.contains("CANARY")
            && !text.contains("1964")
            && !text.contains(blob(Item::Selfie, 1).as_str())
    );
    assert_eq!(session.blobs().count(), 0);
    assert_eq!(session.view().redacted_at, Some(NOON));
    assert_eq!(session.phase(), Phase::Rejected);
    let discard = |item, number| Effect::Discard {
        blob: blob(item, number),
    };
    then.with_effects(&[
        discard(Item::DocumentFront, 1),
        discard(Item::DocumentBack, 1),
        discard(Item::Selfie, 1),
        discard(Item::Selfie, 2),
        Effect::Erase,
    ]);
}

#[test]
fn nothing_that_is_printed_shows_personal_data() {
    let given = given().after([start(), details_of("CANARY", "CANARY", "1964-08-12")]);
    let event = details_of("CANARY", "CANARY", "1964-08-12");
    let printed = format!(
        "{:?} {:?} {:?}",
        given.session(),
        given.session().view(),
        event
    );
    assert!(
        !printed.contains("CANARY") && !printed.contains("1964"),
        "{printed}"
    );
}
