//! The applicant's way from `welcome` to `final`, forward and back, and what is shown of it.

use kyc_core::collection::{Effect, Event, EventKind, NextAction, Reason, Session, State};
use kyc_core::testing::events::{
    approved, ask, blob, details, page, rejected, select, selfie, start, to_final,
};
use kyc_core::{Decision, DocumentType, Item, Outcome, Phase, Pii, RejectReason, Sender, Side};

use super::{exhibit, given};

#[test]
fn an_applicant_walks_through_the_seven_states_to_final() {
    let given = given()
        .when(start())
        .goes_to(State::PersonalDetails)
        .and()
        .when(details())
        .goes_to(State::DocumentSelection)
        .and()
        .when(select(DocumentType::Passport))
        .goes_to(State::DocumentPhoto)
        .and()
        .when(page(Side::Front, 1))
        .goes_to(State::DocumentReview)
        .and()
        .when(Event::AcceptDocument)
        .goes_to(State::Selfie)
        .and()
        .when(selfie(1))
        .goes_to(State::SelfieReview)
        .and();
    let then = given.when(Event::AcceptSelfie).goes_to(State::Final);
    assert_eq!(then.session().phase(), Phase::Processing);
    assert_eq!(then.session().version(), 7);
}

#[test]
fn a_card_is_photographed_on_both_sides_in_any_order() {
    given()
        .after([start(), details(), select(DocumentType::IdCard)])
        .when(page(Side::Back, 1))
        .goes_to(State::DocumentPhoto)
        .and()
        .when(page(Side::Front, 1))
        .goes_to(State::DocumentReview);
}

#[test]
fn a_passport_has_no_back_to_photograph() {
    given()
        .after([start(), details(), select(DocumentType::Passport)])
        .when(page(Side::Back, 1))
        .is_refused(Reason::SideNotNeeded);
}

#[test]
fn an_event_of_another_state_is_not_accepted_and_changes_nothing() {
    given().when(Event::AcceptSelfie).is_not_accepted();
    given().after(to_final()).when(selfie(2)).is_not_accepted();
}

#[test]
fn going_back_keeps_what_was_captured_and_leads_forward_past_it() {
    given()
        .after([
            start(),
            details(),
            select(DocumentType::IdCard),
            page(Side::Front, 1),
            page(Side::Back, 1),
        ])
        .after([Event::Back, Event::Back])
        .when(select(DocumentType::IdCard))
        .goes_to(State::DocumentReview);
}

#[test]
fn choosing_another_document_lets_the_old_photos_go_at_the_end_of_the_round() {
    let given = given()
        .after([
            start(),
            details(),
            select(DocumentType::IdCard),
            page(Side::Front, 1),
            Event::Back,
        ])
        .after([
            select(DocumentType::Passport),
            page(Side::Front, 2),
            Event::AcceptDocument,
            selfie(1),
        ]);
    let then = given.when(Event::AcceptSelfie).goes_to(State::Final);
    let session = then.session().clone();
    assert_eq!(session.blobs().count(), 2);
    then.with_effects(&[
        Effect::Discard {
            blob: blob(Item::DocumentFront, 1),
        },
        Effect::Submit {
            complete: true,
            round: 1,
            exhibits: vec![exhibit(Item::DocumentFront, 2), exhibit(Item::Selfie, 1)],
        },
        Effect::Notify {
            phase: Phase::Processing,
        },
    ]);
}

#[test]
fn a_photo_that_is_taken_up_again_is_not_discarded() {
    let then = given()
        .after([start(), details(), select(DocumentType::Passport)])
        .after([
            page(Side::Front, 1),
            Event::RetakePage { side: Side::Front },
        ])
        .after([
            page(Side::Front, 2),
            Event::RetakePage { side: Side::Front },
        ])
        .after([page(Side::Front, 1), Event::AcceptDocument, selfie(1)])
        .when(Event::AcceptSelfie);
    let discarded = Effect::Discard {
        blob: blob(Item::DocumentFront, 2),
    };
    then.with_effects(&[
        discarded,
        Effect::Submit {
            complete: true,
            round: 1,
            exhibits: vec![exhibit(Item::DocumentFront, 1), exhibit(Item::Selfie, 1)],
        },
        Effect::Notify {
            phase: Phase::Processing,
        },
    ]);
}

#[test]
fn attempts_run_out_and_the_last_photo_stays_good() {
    let mut given = given().after([start(), details(), select(DocumentType::Passport)]);
    for number in 1..=10 {
        given = given
            .when(page(Side::Front, number))
            .goes_to(State::DocumentReview)
            .and();
        if number < 10 {
            given = given.after([Event::RetakePage { side: Side::Front }]);
        }
    }
    given
        .clone()
        .when(Event::RetakePage { side: Side::Front })
        .is_refused(Reason::NoAttemptsLeft);
    assert!(
        !given
            .session()
            .accepts(Sender::Applicant)
            .contains(&EventKind::RetakePage)
    );
    let selection = given.clone().after([Event::Back, Event::Back]);
    selection
        .when(select(DocumentType::IdCard))
        .is_refused(Reason::NoAttemptsLeft);
    given.when(Event::AcceptDocument).goes_to(State::Selfie);
}

#[test]
fn final_is_final_and_only_erasure_is_left() {
    for decision in [approved(), rejected(RejectReason::DocumentExpired)] {
        let decided = given().after(to_final()).after([decision.clone()]);
        assert_eq!(decided.session().accepts(Sender::Applicant), []);
        for event in [
            start(),
            selfie(2),
            Event::Back,
            ask(&[Item::Selfie]),
            decision,
            Event::Cancel,
        ] {
            decided.clone().when(event).is_not_accepted();
        }
        decided
            .when(Event::Erase)
            .and()
            .when(Event::Erase)
            .is_refused(Reason::AlreadyErased);
    }
}

#[test]
fn the_decision_is_what_the_applicant_is_shown() {
    let decision = Decision {
        outcome: Outcome::Rejected,
        reason: Some(RejectReason::DocumentExpired),
        message: Some(Pii::new("Your passport ended in May.".to_owned())),
    };
    let given = given().after(to_final()).after([Event::Decide {
        decision: decision.clone(),
    }]);
    let view = given.session().view();
    assert_eq!(view.outcome, Some(decision));
    assert_eq!(
        (view.state, view.phase, view.next_action),
        (State::Rejected, Phase::Rejected, NextAction::Nothing)
    );
}

#[test]
fn the_view_tells_the_page_everything() {
    let session: Session = given()
        .after([start(), details(), select(DocumentType::IdCard)])
        .session()
        .clone();
    let view = serde_json::to_value(session.view()).unwrap();
    for (field, value) in [
        ("state", serde_json::json!("document_photo")),
        ("phase", serde_json::json!("collecting")),
        ("next_action", serde_json::json!("capture_page")),
        ("next_side", serde_json::json!("front")),
        ("accepts", serde_json::json!(["capture_page", "back"])),
        ("round", serde_json::json!(1)),
        (
            "attempts_left",
            serde_json::json!({"front": 10, "back": 10, "selfie": 10}),
        ),
        (
            "document",
            serde_json::json!({"country":"DE","type":"id_card","sides":["front","back"],"pages":[]}),
        ),
        ("outcome", serde_json::Value::Null),
    ] {
        assert_eq!(view[field], value, "{field}");
    }
}
