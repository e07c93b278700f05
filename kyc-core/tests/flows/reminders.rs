//! An applicant who has stopped half-way is reminded, as often as the Flow says, and nobody else ever is.

use std::sync::Arc;

use kyc_core::collection::{Effect, Event, HoldReason, Reason, Session, State};
use kyc_core::testing::Given;
use kyc_core::testing::events::{NOON, approved, ask, select, selfie, start};
use kyc_core::{Chart, DocumentType, Flow, Item, Phase, Seconds, Sender, Timestamp};

const HOUR: Seconds = Seconds::hours(1);

/// Reminds after one hour, three and twelve; a session has a day.
fn flow() -> Arc<Flow> {
    let flow = Flow::builder("reminding", 1)
        .selfie()
        .reminders([HOUR, Seconds::hours(3), Seconds::hours(12)])
        .build();
    Arc::new(flow.unwrap())
}

fn given() -> Given {
    Given::new(&flow())
}

/// At the selfie, at noon.
fn stopped() -> Given {
    given().after([start()])
}

fn remind(number: u32, state: State, since: Timestamp) -> [Effect; 1] {
    [Effect::Remind {
        number,
        state,
        since,
    }]
}

#[test]
fn who_stops_half_way_is_reminded_of_where_they_left_off_as_often_as_the_flow_says() {
    let given = stopped();
    assert_eq!(given.session().reminder_at(), Some(NOON + HOUR));
    let first = given.later(HOUR).when(Event::ReminderDue);
    // What waited for a state that is kept leaves with it: others have heard of it by then.
    let collecting = Effect::Notify {
        phase: Phase::Collecting,
    };
    let [reminded] = remind(1, State::Selfie, NOON);
    let given = first
        .goes_to(State::Selfie)
        .with_effects(&[collecting, reminded])
        .and()
        .restored();
    assert_eq!(
        given.session().reminder_at(),
        Some(NOON + Seconds::hours(3))
    );
    let given = given
        .when(Event::ReminderDue)
        .is_refused(Reason::TooEarly)
        .and();
    let given = given
        .later(Seconds::hours(2))
        .when(Event::ReminderDue)
        .with_effects(&remind(2, State::Selfie, NOON))
        .and();
    let given = given
        .later(Seconds::hours(9))
        .when(Event::ReminderDue)
        .with_effects(&remind(3, State::Selfie, NOON))
        .and();
    assert_eq!(given.session().reminder_at(), None);
    given
        .later(Seconds::hours(1))
        .when(Event::ReminderDue)
        .is_refused(Reason::TooEarly);
}

#[test]
fn who_was_asked_and_never_began_is_reminded_too() {
    let given = given();
    assert_eq!(given.session().reminder_at(), Some(NOON + HOUR));
    given
        .when(Event::ReminderDue)
        .is_refused(Reason::TooEarly)
        .and()
        .later(HOUR)
        .when(Event::ReminderDue)
        .goes_to(State::Welcome)
        .with_effects(&remind(1, State::Welcome, NOON));
}

#[test]
fn a_reminder_moves_neither_the_phase_nor_the_deadline() {
    let given = stopped();
    let before = given.session().clone();
    let then = given.later(HOUR).when(Event::ReminderDue);
    let after = then.session();
    assert_eq!(
        (after.phase(), after.deadline()),
        (before.phase(), before.deadline())
    );
    assert_eq!(after.version(), before.version() + 1);
    assert_eq!(
        after.accepts(Sender::Applicant),
        before.accepts(Sender::Applicant)
    );
}

#[test]
fn a_step_of_the_applicant_begins_anew_and_the_old_reminder_is_silent() {
    let reminded = stopped().later(HOUR).after([Event::ReminderDue]);
    let at = NOON + Seconds::hours(2);
    let moved = reminded.later(HOUR).after([selfie(1)]);
    assert_eq!(moved.session().reminder_at(), Some(at + HOUR));
    // The second reminder of before.
    moved
        .later(Seconds(3_599))
        .when(Event::ReminderDue)
        .is_refused(Reason::TooEarly)
        .and()
        .later(Seconds(1))
        .when(Event::ReminderDue)
        .with_effects(&remind(1, State::SelfieReview, at));
}

#[test]
fn what_others_do_does_not_begin_anew() {
    let hold = Event::Hold {
        reason: HoldReason::Litigation,
    };
    let held = stopped().later(HOUR).after([Event::ReminderDue, hold]);
    assert_eq!(held.session().reminder_at(), Some(NOON + Seconds::hours(3)));
    held.later(Seconds::hours(2))
        .when(Event::ReminderDue)
        .with_effects(&remind(2, State::Selfie, NOON));
}

#[test]
fn of_several_that_came_due_while_nobody_looked_only_the_last_is_sent() {
    let given = stopped().later(Seconds::hours(4)).restored();
    let given = given
        .after([Event::ReminderDue])
        .when(Event::ReminderDue)
        .is_refused(Reason::TooEarly)
        .and();
    assert_eq!(given.session().idle().unwrap().reminded, 2);
    assert_eq!(
        given.session().reminder_at(),
        Some(NOON + Seconds::hours(12))
    );
}

#[test]
fn nobody_is_told_to_use_time_that_is_over() {
    stopped()
        .later(Seconds::days(1))
        .when(Event::ReminderDue)
        .is_refused(Reason::DeadlinePassed);
    // One that would come then is not even waited for.
    let late = given()
        .after([start()])
        .later(Seconds::hours(23))
        .after([Event::Back, start()]);
    assert_eq!(late.session().reminder_at(), None);
    assert_eq!(
        late.session().visits(),
        [(NOON + Seconds::days(1), Event::DeadlineReached)]
    );
}

#[test]
fn who_has_nothing_to_do_is_not_reminded_until_something_is_asked_again() {
    let arrived = stopped().after([selfie(1), Event::AcceptSelfie]);
    assert_eq!(arrived.session().reminder_at(), None);
    let waiting = arrived
        .later(HOUR)
        .when(Event::ReminderDue)
        .is_not_accepted()
        .and();
    let at = NOON + HOUR;
    let asked = waiting.after([ask(&[Item::Selfie])]);
    assert_eq!(asked.session().reminder_at(), Some(at + HOUR));
    let again = asked
        .later(HOUR)
        .when(Event::ReminderDue)
        .goes_to(State::Selfie)
        .with_effects(&remind(1, State::Selfie, at));
    assert_eq!(again.session().phase(), Phase::ResubmissionRequested);

    let arrived = again.and().after([selfie(2), Event::AcceptSelfie]);
    let approved = arrived.clone().after([approved()]);
    let cancelled = stopped().after([Event::Cancel]);
    let erased = cancelled.clone().after([Event::Erase]);
    let expired = stopped()
        .later(Seconds::days(1))
        .after([Event::DeadlineReached]);
    for over in [arrived, approved, cancelled, erased, expired] {
        assert_eq!(over.session().reminder_at(), None);
        assert_eq!(over.session().idle(), None);
        over.later(Seconds::days(2))
            .when(Event::ReminderDue)
            .is_not_accepted();
    }
}

#[test]
fn a_flow_without_reminders_reminds_nobody_and_its_sessions_read_as_before() {
    let flow = Flow::manual_review();
    assert!(!flow.to_json().contains("reminders"));
    let given = Given::new(&flow).after([start()]);
    assert!(!given.session().encode().contains("idle"));
    given.later(HOUR).when(Event::ReminderDue).is_not_accepted();
}

#[test]
fn who_has_seen_a_session_before_its_reminders_knows_it_as_it_stands() {
    let given = stopped()
        .later(Seconds::hours(1))
        .after([Event::ReminderDue]);
    let given = given.later(Seconds::hours(2)).after([Event::ReminderDue]);
    let session = given.session();
    assert_eq!((session.version(), session.unchanged_since()), (3, 1));
    assert_eq!(session.view().unchanged_since, 1);
    // A hold is news, and so is a step.
    let hold = Event::Hold {
        reason: HoldReason::Other,
    };
    let held = given.clone().after([hold]);
    assert_eq!(held.session().unchanged_since(), 4);
    let moved = given.after([selfie(1)]);
    assert_eq!(moved.session().unchanged_since(), 4);
}

#[test]
fn a_session_on_hold_whose_flow_is_gone_for_a_while_is_reminded_when_it_is_back() {
    let session = stopped().session().clone();
    let mut alone = Session::decode_to_forget(&session.encode()).unwrap();
    let hold = Event::Hold {
        reason: HoldReason::Order,
    };
    let _ = alone.handle(&hold, NOON).unwrap();
    let back = Session::decode(&alone.encode(), &flow()).unwrap();
    assert_eq!(back.reminder_at(), Some(NOON + HOUR));
}

#[test]
fn a_snapshot_that_tells_of_reminders_nobody_sent_is_refused() {
    let reminded = stopped().later(HOUR).after([Event::ReminderDue]);
    let text = reminded.session().encode();
    assert!(text.contains("\"reminded\":1"), "{text}");
    for edited in [
        text.replace("\"reminded\":1", "\"reminded\":4"),
        text.replace("\"steps\":1", "\"steps\":2"),
        text.replace(",\"idle\"", ",\"idle_\""),
    ] {
        assert!(Session::decode(&edited, &flow()).is_err());
    }
}

#[test]
fn only_the_clock_says_that_a_reminder_is_due() {
    assert_eq!(Event::ReminderDue.sender(), Sender::Clock);
    let on_the_way = stopped();
    let accepted = on_the_way.session().accepts(Sender::Clock);
    assert!(accepted.contains(&Event::ReminderDue.kind()));
    // The document of another flow is nothing to be asked for here; nothing of this is about reminders.
    on_the_way
        .when(select(DocumentType::Passport))
        .is_not_accepted();
}
