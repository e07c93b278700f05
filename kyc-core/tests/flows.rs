//! One sentence a promise of the applicant's chart.

use std::sync::Arc;

use kyc_core::collection::{
    Effect, Event, EventKind, HoldReason, NextAction, Reason, Session, State,
};
use kyc_core::flow::Clocks;
use kyc_core::testing::Given;
use kyc_core::testing::events::{
    NOON, approved, ask, blob, details, details_of, page, rejected, select, select_of, selfie,
    start, start_with, step, to_final,
};
use kyc_core::{
    Ask, Chart as _, Country, Decision, DocumentType, Exhibit, Flow, Item, Outcome, Phase, Pii,
    RejectReason, RetakeReason, Seconds, Sender, Side, Source,
};

fn given() -> Given {
    Given::new(&Flow::manual_review())
}

fn exhibit(item: Item, number: u8) -> Exhibit {
    Exhibit {
        item,
        blob: blob(item, number),
        step: None,
    }
}

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
fn an_outdated_consent_text_is_refused() {
    given()
        .when(start_with("0"))
        .is_refused(Reason::ConsentOutdated);
}

#[test]
fn what_an_applicant_gives_is_bounded() {
    for locale in ["", "en us", &"e".repeat(36), "en\n"] {
        let consent = kyc_core::Consent {
            version: "1".to_owned(),
            locale: locale.to_owned(),
        };
        given()
            .when(Event::Start { consent })
            .is_refused(Reason::LocaleInvalid);
    }
}

#[test]
fn details_that_no_person_has_are_refused_with_the_reason() {
    for (event, reason) in [
        (
            details_of("", "Mustermann", "1964-08-12"),
            Reason::NameMissing,
        ),
        (details_of("Erika", "  ", "1964-08-12"), Reason::NameMissing),
        (
            details_of("Eri\u{0}ka", "Mustermann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of("Erika", "Muster\u{202e}mann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of("\u{200b}", "Mustermann", "1964-08-12"),
            Reason::NameMissing,
        ),
        (
            details_of(&"x".repeat(101), "Mustermann", "1964-08-12"),
            Reason::NameInvalid,
        ),
        (
            details_of("Erika", "Mustermann", "12.08.1964"),
            Reason::DateOfBirthInvalid,
        ),
        (
            details_of("Erika", "Mustermann", "2026-11-22"),
            Reason::DateOfBirthInvalid,
        ),
        (
            details_of("Erika", "Mustermann", "1850-01-01"),
            Reason::DateOfBirthInvalid,
        ),
    ] {
        given().after([start()]).when(event).is_refused(reason);
    }
}

#[test]
fn names_of_every_script_are_taken() {
    for name in [
        "Łukasz",
        "María José",
        "王小明",
        "عائشة",
        "Nguyễn",
        "O’Brien-Smith",
        "x",
    ] {
        given()
            .after([start()])
            .when(details_of(name, name, "2000-02-29"))
            .goes_to(State::DocumentSelection);
    }
}

#[test]
fn the_minimum_age_counts_from_the_birthday() {
    let flow = Flow::builder("adults", 1)
        .personal_details()
        .selfie()
        .minimum_age(18)
        .build()
        .unwrap();
    let flow = Arc::new(flow);
    let born = |day| details_of("Erika", "Mustermann", day);
    Given::new(&flow)
        .after([start()])
        .when(born("2008-11-22"))
        .is_refused(Reason::UnderAge);
    Given::new(&flow)
        .after([start()])
        .when(born("2008-11-21"))
        .goes_to(State::Selfie);
}

#[test]
fn a_document_that_the_flow_does_not_offer_is_refused() {
    let flow = Flow::from_json(
        r#"{"id":"de-only","version":1,"consent":"1",
            "steps":["welcome","document_selection","document_photo","document_review","final"],
            "documents":[{"countries":["DE"],"type":"id_card","sides":["front","back"]},
                         {"type":"passport","sides":["front"]}]}"#,
    );
    let flow = Arc::new(flow.unwrap());
    let given = Given::new(&flow).after([start()]);
    given
        .clone()
        .when(select_of("FR", DocumentType::IdCard))
        .is_refused(Reason::DocumentNotOffered);
    given
        .clone()
        .when(select_of("FR", DocumentType::Passport))
        .goes_to(State::DocumentPhoto);
    given
        .when(select_of("DE", DocumentType::IdCard))
        .goes_to(State::DocumentPhoto);
}

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
fn beginning_again_does_not_turn_the_clock_back() {
    let given = given()
        .after([start()])
        .later(Seconds::hours(5))
        .after([Event::Back, start()]);
    assert_eq!(given.session().deadline(), Some(NOON + Seconds::days(1)));
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

#[test]
fn an_event_says_who_alone_may_send_it() {
    for (event, sender) in [
        (start(), Sender::Applicant),
        (approved(), Sender::Reviewer),
        (ask(&[Item::Selfie]), Sender::Reviewer),
        (Event::Cancel, Sender::Integrator),
        (Event::Erase, Sender::Integrator),
        (Event::DeadlineReached, Sender::Clock),
    ] {
        assert_eq!(event.sender(), sender);
    }
}

#[test]
fn an_event_is_read_strictly() {
    let read = |text: &str| serde_json::from_str::<Event>(text);
    assert_eq!(read(r#"{"type":"back"}"#).unwrap(), Event::Back);
    assert_eq!(
        read(r#"{"type":"select_document","country":"DE","document":"passport"}"#).unwrap(),
        select_of("DE", DocumentType::Passport)
    );
    for text in [
        r#"{"type":"approve"}"#,
        r#"{"type":"back","state":"final"}"#,
        r#"{"type":"select_document","country":"XX","document":"passport"}"#,
        r#"{"type":"select_document","country":"DE","document":"library_card"}"#,
        r#"{"type":"capture_page","side":"front","blob":"../../etc/passwd"}"#,
        r#"{"type":"capture_page","side":"front"}"#,
        r#"{"type":"start","consent":{"version":"1","locale":"en","extra":1}}"#,
        r#"{"type":"start","consent":{"version":1,"locale":"en"}}"#,
        r#""back""#,
        "[]",
        "null",
        "",
    ] {
        assert!(read(text).is_err(), "{text}");
    }
    let bomb = format!("{{\"type\":\"start\",\"consent\":{}", "[".repeat(100_000));
    assert!(read(&bomb).is_err());
}

#[test]
fn every_event_survives_the_wire() {
    let germany: Country = "DE".parse().unwrap();
    let mut events = to_final();
    events.extend([
        Event::SelectDocument {
            country: germany,
            document: DocumentType::DriverLicense,
        },
        Event::Back,
        Event::ReviewDocument,
        Event::ReviewSelfie,
        Event::RetakeSelfie,
        Event::RetakePage { side: Side::Back },
        Event::Cancel,
        Event::Erase,
        Event::Hold {
            reason: HoldReason::Retention,
        },
        Event::Lift,
        Event::DeadlineReached,
        approved(),
        rejected(RejectReason::Other),
        ask(&[Item::DocumentFront, Item::Selfie]),
        step("UTILITY_BILL", Source::Pdf, 1),
        Event::ReviewStep,
        Event::AcceptStep,
        Event::RetakeStep,
        Event::Prescribe {
            steps: None,
            given: [(
                "UTILITY_BILL".parse().unwrap(),
                [("address".parse().unwrap(), Pii::new("A".to_owned()))].into(),
            )]
            .into(),
        },
        Event::SupplyStep {
            step: "UTILITY_BILL".parse().unwrap(),
            source: Source::File,
            blob: blob(Item::Selfie, 1),
            given: std::collections::BTreeMap::new(),
        },
    ]);
    let kinds: std::collections::BTreeSet<_> = events.iter().map(Event::kind).collect();
    assert_eq!(kinds.len(), EventKind::ALL.len(), "one of each kind");
    for event in events {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<Event>(&text).unwrap(),
            event,
            "{text}"
        );
        assert!(text.contains(&format!("\"type\":\"{}\"", event.kind())));
    }
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
