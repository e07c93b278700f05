//! What a reviewer wants again: what is asked, what stays, how often.

use kyc_core::collection::{Effect, Event, Reason, State};
use kyc_core::testing::events::{NOON, ask, details, page, select, selfie, start, to_final};
use kyc_core::{Ask, DocumentType, Item, Phase, Pii, RetakeReason, Side};

use super::{exhibit, given};

#[test]
fn a_resubmission_walks_only_through_what_is_asked() {
    let back_only = given()
        .after(to_final())
        .when(ask(&[Item::DocumentBack]))
        .goes_to(State::DocumentPhoto)
        .and();
    let view = back_only.session().view();
    assert_eq!(view.phase, Phase::ResubmissionRequested);
    assert_eq!(view.next_side, Some(Side::Back));
    assert_eq!(
        view.steps,
        [State::DocumentPhoto, State::DocumentReview, State::Final]
    );
    back_only
        .clone()
        .when(page(Side::Front, 2))
        .is_refused(Reason::SideNotNeeded);
    back_only
        .clone()
        .when(Event::Back)
        .is_refused(Reason::NoStepBefore);
    let submit = Effect::Submit {
        complete: true,
        round: 2,
        exhibits: vec![exhibit(Item::DocumentBack, 2)],
    };
    back_only
        .when(page(Side::Back, 2))
        .goes_to(State::DocumentReview)
        .and()
        .when(Event::AcceptDocument)
        .goes_to(State::Final)
        .with_effects(&[
            submit,
            Effect::Notify {
                phase: Phase::Processing,
            },
        ]);
}

#[test]
fn earlier_photos_stay_beside_the_new_ones() {
    let given = given()
        .after(to_final())
        .after([
            ask(&[Item::DocumentBack, Item::Selfie]),
            page(Side::Back, 2),
            Event::AcceptDocument,
        ])
        .after([selfie(2), Event::AcceptSelfie]);
    assert_eq!(given.session().state(), State::Final);
    assert_eq!(given.session().blobs().count(), 5);
}

#[test]
fn the_applicant_reads_why_each_item_is_wanted_again() {
    let ask = Ask {
        item: Item::Selfie,
        reason: RetakeReason::Glare,
        message: Some(Pii::new("Please take off your glasses.".to_owned())),
    };
    let request = Event::RequestResubmission {
        items: vec![ask.clone()],
    };
    let given = given().after(to_final()).after([request]);
    let view = given.session().view();
    assert_eq!(
        (view.asked[0].item, view.asked[0].reason),
        (Item::Selfie, RetakeReason::Glare)
    );
    assert_eq!(view.asked[0].message, ask.message);
    assert!(!view.asked[0].done);
    assert!(given.after([selfie(2)]).session().view().asked[0].done);
}

#[test]
fn an_item_that_was_never_handed_in_cannot_be_asked_for() {
    let passport = vec![
        start(),
        details(),
        select(DocumentType::Passport),
        page(Side::Front, 1),
        Event::AcceptDocument,
        selfie(1),
        Event::AcceptSelfie,
    ];
    let given = given().after(passport);
    given
        .clone()
        .when(ask(&[Item::DocumentBack]))
        .is_refused(Reason::ItemUnknown);
    given.clone().when(ask(&[])).is_refused(Reason::ItemUnknown);
    given
        .when(ask(&[Item::Selfie, Item::Selfie]))
        .is_refused(Reason::ItemUnknown);
}

#[test]
fn what_a_reviewer_said_is_kept_even_where_the_applicant_steps_are_not() {
    let mut session = given().after(to_final()).session().clone();
    let step = session.handle(&ask(&[Item::Selfie]), NOON).unwrap();
    assert!(!State::Selfie.spec().persisted && step.persist);
    assert_eq!(
        step.effects,
        [Effect::Notify {
            phase: Phase::ResubmissionRequested
        }]
    );
}

#[test]
fn rounds_are_limited() {
    let mut given = given().after(to_final());
    for round in 2..=4 {
        given = given.after([ask(&[Item::Selfie]), selfie(round), Event::AcceptSelfie]);
    }
    given
        .when(ask(&[Item::Selfie]))
        .is_refused(Reason::NoRoundsLeft);
}
