//! What the backend is told, and when.

use kyc_core::collection::{Effect, Event, State};
use kyc_core::testing::events::{ask, details, page, select, start, to_final};
use kyc_core::{DocumentType, Item, Phase, Seconds, Side};

use super::{exhibit, given};

#[test]
fn the_backend_is_told_of_the_document_on_leaving_its_photo_forward() {
    let submit = Effect::Submit {
        complete: false,
        round: 1,
        exhibits: vec![
            exhibit(Item::DocumentFront, 1),
            exhibit(Item::DocumentBack, 1),
        ],
    };
    given()
        .after([
            start(),
            details(),
            select(DocumentType::IdCard),
            page(Side::Front, 1),
        ])
        .when(page(Side::Back, 1))
        .with_effects(&[submit]);
}

#[test]
fn leaving_the_photo_backward_or_with_nothing_new_tells_nobody() {
    let at_review = given().after([
        start(),
        details(),
        select(DocumentType::Passport),
        page(Side::Front, 1),
    ]);
    at_review
        .clone()
        .after([Event::Back])
        .when(Event::ReviewDocument)
        .with_effects(&[]);
    at_review
        .after([Event::Back])
        .when(Event::Back)
        .with_effects(&[]);
}

#[test]
fn entering_final_hands_everything_in_and_says_so() {
    let mut events = to_final();
    let last = events.pop().unwrap();
    let exhibits = vec![
        exhibit(Item::DocumentFront, 1),
        exhibit(Item::DocumentBack, 1),
        exhibit(Item::Selfie, 1),
    ];
    given()
        .after(events)
        .when(last)
        .goes_to(State::Final)
        .with_effects(&[
            Effect::Submit {
                complete: true,
                round: 1,
                exhibits,
            },
            Effect::Notify {
                phase: Phase::Processing,
            },
        ]);
}

#[test]
fn an_effect_waits_until_what_it_tells_of_is_kept() {
    // `start` changes the phase, but personal_details is not a persisted state.
    given()
        .when(start())
        .with_effects(&[])
        .and()
        .when(details())
        .with_effects(&[Effect::Notify {
            phase: Phase::Collecting,
        }]);
}

#[test]
fn a_case_is_withdrawn_when_its_session_ends_without_a_decision() {
    let cancelled = given()
        .after(to_final())
        .when(Event::Cancel)
        .goes_to(State::Cancelled);
    cancelled.with_effects(&[
        Effect::Withdraw,
        Effect::Notify {
            phase: Phase::Cancelled,
        },
    ]);
    let expired = given()
        .after(to_final())
        .after([ask(&[Item::Selfie])])
        .later(Seconds::days(7));
    let expired = expired.when(Event::DeadlineReached).goes_to(State::Expired);
    expired.with_effects(&[
        Effect::Withdraw,
        Effect::Notify {
            phase: Phase::Expired,
        },
    ]);
    // Nothing was ever handed in: there is no case to withdraw.
    let early = given().after([start(), details()]).when(Event::Cancel);
    early.with_effects(&[Effect::Notify {
        phase: Phase::Cancelled,
    }]);
}
