//! How long something may take, and what the clock does then.

use kyc_core::collection::{Effect, Event, Reason, State};
use kyc_core::testing::Given;
use kyc_core::testing::events::{NOON, ask, details, start, to_final};
use kyc_core::{Flow, Item, Phase, Seconds};

use super::given;

#[test]
fn what_comes_too_late_is_refused_and_the_clock_expires_the_session() {
    let late = given().after([start()]).later(Seconds::days(1));
    late.clone()
        .when(details())
        .is_refused(Reason::DeadlinePassed);
    let then = late.when(Event::DeadlineReached).goes_to(State::Expired);
    then.with_effects(&[
        Effect::Notify {
            phase: Phase::Collecting,
        },
        Effect::Notify {
            phase: Phase::Expired,
        },
    ]);
}

#[test]
fn the_clock_cannot_expire_a_session_before_its_time() {
    given()
        .when(Event::DeadlineReached)
        .is_refused(Reason::TooEarly);
    given()
        .later(Seconds::days(7))
        .when(Event::DeadlineReached)
        .goes_to(State::Expired);
}

#[test]
fn a_deadline_is_a_fact_of_the_snapshot() {
    let given = given().after([start()]);
    assert_eq!(given.session().deadline(), Some(NOON + Seconds::days(1)));
    let given = given.later(Seconds::hours(3)).restored();
    assert_eq!(given.session().deadline(), Some(NOON + Seconds::days(1)));
    let given = Given::new(&Flow::manual_review()).after(to_final());
    assert_eq!(given.session().deadline(), None);
    let given = given.later(Seconds::hours(3)).after([ask(&[Item::Selfie])]);
    assert_eq!(
        given.session().deadline(),
        Some(NOON + Seconds::hours(3) + Seconds::days(7))
    );
}

#[test]
fn beginning_again_does_not_turn_the_clock_back() {
    let given = given()
        .after([start()])
        .later(Seconds::hours(5))
        .after([Event::Back, start()]);
    assert_eq!(given.session().deadline(), Some(NOON + Seconds::days(1)));
}
