//! The applicant's side: one round a step, back and forth, another document, resubmission, and what the company adds.

use kyc_core::collection::{Effect, Event, Given as Known, Reason, Session, State};
use kyc_core::flow::{Asked, Matrix};
use kyc_core::testing::Given;
use kyc_core::testing::events::{
    NOON, approved, ask, blob, page, select, select_of, selfie, start, step,
};
use kyc_core::{
    Brief, DocumentType, FieldBrief, Item, Pii, ProofKind, Seconds, Side, Source, StepName,
    StepType,
};

use super::flow;

fn name(name: &str) -> StepName {
    name.parse().unwrap()
}

fn item(step: &str) -> Item {
    Item::AdditionalStep(name(step))
}

fn to_steps(document: DocumentType) -> Vec<Event> {
    let mut events = vec![start(), select(document), page(Side::Front, 1)];
    if document == DocumentType::IdCard {
        events.push(page(Side::Back, 1));
    }
    events.extend([Event::AcceptDocument, selfie(1), Event::AcceptSelfie]);
    events
}

fn both() -> [Event; 4] {
    [
        step("UTILITY_BILL", Source::Pdf, 1),
        Event::AcceptStep,
        step("ADDITIONAL_PHOTO", Source::Camera, 1),
        Event::AcceptStep,
    ]
}

fn complete() -> Given {
    Given::new(&flow())
        .after(to_steps(DocumentType::Passport))
        .after(both())
}

fn next(given: &Given) -> (State, Option<String>) {
    let view = given.session().view();
    (view.state, view.next_step.map(|step| step.to_string()))
}

fn files(session: &Session) -> Vec<(String, bool)> {
    let steps = session.view().additional_steps;
    steps
        .into_iter()
        .map(|step| (step.step.to_string(), step.file.is_some()))
        .collect()
}

#[test]
fn each_step_is_a_round_of_its_own_in_the_order_of_the_catalogue() {
    let given = Given::new(&flow()).after(to_steps(DocumentType::Passport));
    let at = |state, step: &str| (state, Some(step.to_owned()));
    assert_eq!(next(&given), at(State::AdditionalStep, "UTILITY_BILL"));
    let [first, accept, second, done] = both();
    let given = given.after([first]);
    assert_eq!(
        next(&given),
        at(State::AdditionalStepReview, "UTILITY_BILL")
    );
    let given = given.after([accept]);
    assert_eq!(next(&given), at(State::AdditionalStep, "ADDITIONAL_PHOTO"));
    let given = given.after([second]);
    assert_eq!(
        next(&given),
        at(State::AdditionalStepReview, "ADDITIONAL_PHOTO")
    );
    given.when(done).goes_to(State::Final);
}

#[test]
fn a_session_is_resumed_between_two_steps() {
    let [first, accept, second, done] = both();
    Given::new(&flow())
        .after(to_steps(DocumentType::Passport))
        .after([first])
        .restored()
        .after([accept])
        .restored()
        .after([second, done])
        .restored()
        .when(approved())
        .goes_to(State::Approved);
}

#[test]
fn what_is_submitted_tells_the_reviewer_what_to_do_and_what_the_company_knows() {
    let given: Known = [(
        name("UTILITY_BILL"),
        [(
            "address".parse().unwrap(),
            Pii::new("Main Street 1".to_owned()),
        )]
        .into(),
    )]
    .into();
    let mut session = Session::open(&flow(), "s-1".parse().unwrap(), NOON);
    let mut effects = Vec::new();
    session
        .handle(&Event::Prescribe { steps: None, given }, NOON)
        .unwrap();
    for event in to_steps(DocumentType::Passport).into_iter().chain(both()) {
        effects.extend(session.handle(&event, NOON).unwrap().effects);
    }
    let submitted = effects.iter().find_map(|effect| match effect {
        Effect::Submit {
            complete: true,
            exhibits,
            ..
        } => Some(exhibits.clone()),
        _ => None,
    });
    let briefs: Vec<_> = submitted
        .unwrap()
        .into_iter()
        .map(|exhibit| (exhibit.item, exhibit.step))
        .collect();
    let field = |field: &str, given: Option<&str>| FieldBrief {
        field: field.parse().unwrap(),
        given: given.map(|given| Pii::new(given.to_owned())),
    };
    let brief = |kind, source, fields| {
        Some(Brief {
            kind,
            source,
            proof: None,
            fields,
        })
    };
    assert_eq!(
        briefs,
        [
            (Item::DocumentFront, None),
            (Item::Selfie, None),
            (
                item("UTILITY_BILL"),
                brief(
                    StepType::Compare,
                    Source::Pdf,
                    vec![field("address", Some("Main Street 1"))]
                )
            ),
            (
                item("ADDITIONAL_PHOTO"),
                brief(
                    StepType::Extract,
                    Source::Camera,
                    vec![field("number", None)]
                )
            ),
        ]
    );
}

#[test]
fn the_applicant_never_sees_what_they_are_compared_with() {
    let given: Known = [(
        name("UTILITY_BILL"),
        [("address".parse().unwrap(), Pii::new("CANARY".to_owned()))].into(),
    )]
    .into();
    let mut given = Given::new(&flow()).after([Event::Prescribe { steps: None, given }]);
    for event in to_steps(DocumentType::Passport).into_iter().chain(both()) {
        given = given.after([event]);
        let session = given.session();
        assert!(session.encode().contains("CANARY"));
        assert!(!session.encode_for_applicant().contains("CANARY"));
        assert!(
            !serde_json::to_string(&session.view())
                .unwrap()
                .contains("CANARY")
        );
        assert!(!format!("{session:?}").contains("CANARY"));
        // What the page goes on from is a session, and the same one.
        let shown = Session::decode(&session.encode_for_applicant(), session.flow()).unwrap();
        assert_eq!(shown.view(), session.view());
    }
}

#[test]
fn a_file_is_taken_only_as_the_step_allows() {
    let given = Given::new(&flow()).after(to_steps(DocumentType::Passport));
    given
        .clone()
        .when(step("ADDITIONAL_PHOTO", Source::Camera, 1))
        .is_refused(Reason::StepNotAsked);
    given
        .clone()
        .when(step("NO_SUCH_STEP", Source::Camera, 1))
        .is_refused(Reason::StepNotAsked);
    let [first, accept, ..] = both();
    let given = given.after([first, accept]);
    for source in [Source::File, Source::Pdf] {
        given
            .clone()
            .when(step("ADDITIONAL_PHOTO", source, 1))
            .is_refused(Reason::SourceNotAllowed);
    }
    // In Germany an identity card's bill is a file and nothing else.
    let german = Given::new(&flow()).after(to_steps(DocumentType::IdCard));
    german
        .clone()
        .when(step("UTILITY_BILL", Source::Pdf, 1))
        .is_refused(Reason::SourceNotAllowed);
    german
        .when(step("UTILITY_BILL", Source::File, 1))
        .goes_to(State::AdditionalStepReview);
}

#[test]
fn a_bill_may_say_which_it_is_and_nothing_else_may() {
    let with = |event: Event| match event {
        Event::CaptureStep {
            step, source, blob, ..
        } => Event::CaptureStep {
            step,
            source,
            blob,
            proof: Some(ProofKind::WaterBill),
        },
        other => other,
    };
    let [first, accept, second, _] = both();
    let then = Given::new(&flow())
        .after(to_steps(DocumentType::Passport))
        .when(with(first))
        .goes_to(State::AdditionalStepReview);
    let file = then.session().view().additional_steps[0].file.clone();
    assert_eq!(file.unwrap().proof, Some(ProofKind::WaterBill));
    then.and()
        .after([accept])
        .when(with(second))
        .is_refused(Reason::ProofNotOffered);
}

#[test]
fn back_leads_through_every_step_and_loses_nothing() {
    let [first, accept, second, done] = both();
    let given = Given::new(&flow())
        .after(to_steps(DocumentType::Passport))
        .after([first, accept, second]);
    let mut seen = Vec::new();
    let mut given = given;
    while given.session().state() != State::SelfieReview {
        given = given.after([Event::Back]);
        seen.push(next(&given));
        assert_eq!(given.session().blobs().count(), 4);
    }
    let at = |state, step: &str| (state, Some(step.to_owned()));
    assert_eq!(
        seen,
        [
            at(State::AdditionalStep, "ADDITIONAL_PHOTO"),
            at(State::AdditionalStepReview, "UTILITY_BILL"),
            at(State::AdditionalStep, "UTILITY_BILL"),
            (State::SelfieReview, None),
        ]
    );
    // Forward again everything is there.
    given
        .when(Event::AcceptSelfie)
        .goes_to(State::AdditionalStepReview)
        .and()
        .when(Event::AcceptStep)
        .goes_to(State::AdditionalStepReview)
        .and()
        .when(done)
        .goes_to(State::Final);
}

#[test]
fn another_document_asks_for_its_own_steps_and_keeps_what_still_applies() {
    let back: Vec<Event> = vec![Event::Back; 8];
    let [first, accept, second, _] = both();
    let given = Given::new(&flow())
        .after(to_steps(DocumentType::Passport))
        .after([first, accept, second])
        .after(back);
    assert_eq!(given.session().state(), State::DocumentSelection);
    let kept = |event: Event| files(given.clone().after([event]).session());
    let bill = |there| ("UTILITY_BILL".to_owned(), there);
    let photo = |there| ("ADDITIONAL_PHOTO".to_owned(), there);
    // The same steps: both stay.
    assert_eq!(
        kept(select_of("AT", DocumentType::Passport)),
        [bill(true), photo(true)]
    );
    // Only the bill is asked for, and a PDF may still be one.
    assert_eq!(kept(select_of("AT", DocumentType::IdCard)), [bill(true)]);
    // A PDF may not.
    assert_eq!(kept(select_of("DE", DocumentType::IdCard)), [bill(false)]);
    // France is asked for nothing.
    assert_eq!(kept(select_of("FR", DocumentType::Passport)), []);
}

#[test]
fn nobody_chooses_a_document_whose_steps_they_could_not_hand_in() {
    let taken = (0..10).flat_map(|number| {
        [
            step("UTILITY_BILL", Source::File, number),
            Event::RetakeStep,
        ]
    });
    let mut events: Vec<_> = taken.collect();
    events.pop();
    events.extend(vec![Event::Back; 6]);
    let given = Given::new(&flow())
        .after(to_steps(DocumentType::Passport))
        .after(events);
    assert_eq!(given.session().state(), State::DocumentSelection);
    let given = given.after([select_of("FR", DocumentType::Passport), Event::Back]);
    // In France the bill was let go; ten were handed in, and an eleventh is not taken.
    given
        .when(select_of("AT", DocumentType::Passport))
        .is_refused(Reason::NoAttemptsLeft);
}

#[test]
fn a_document_without_steps_walks_as_before() {
    let given = Given::new(&flow()).after([
        start(),
        select_of("FR", DocumentType::Passport),
        page(Side::Front, 1),
        Event::AcceptDocument,
        selfie(1),
    ]);
    assert!(
        !given
            .session()
            .view()
            .steps
            .contains(&State::AdditionalStep)
    );
    given.when(Event::AcceptSelfie).goes_to(State::Final);
}

#[test]
fn one_step_is_asked_for_again_and_only_that_one_is_handed_in() {
    let given = complete().after([ask(&[item("ADDITIONAL_PHOTO")])]);
    assert_eq!(
        next(&given),
        (State::AdditionalStep, Some("ADDITIONAL_PHOTO".to_owned()))
    );
    given
        .clone()
        .when(Event::Back)
        .is_refused(Reason::NoStepBefore);
    let given = given.after([step("ADDITIONAL_PHOTO", Source::Camera, 2)]);
    let then = given.when(Event::AcceptStep).goes_to(State::Final);
    let before = then.session().blobs().count();
    assert_eq!(before, 5, "the first round stays beside it");
    complete()
        .when(ask(&[item("NO_SUCH_STEP")]))
        .is_refused(Reason::ItemUnknown);
}

#[test]
fn what_is_asked_of_one_applicant_replaces_what_the_flow_asks() {
    let matrix =
        |asked| -> Matrix { [("all".to_owned(), [("all".to_owned(), asked)].into())].into() };
    let prescribed = |asked| Event::Prescribe {
        steps: Some(matrix(asked)),
        given: Known::new(),
    };
    let steps = |event| {
        let given = Given::new(&flow())
            .after([event])
            .after(to_steps(DocumentType::Passport));
        files(given.session())
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        steps(prescribed(Asked::Only(vec!["ADDITIONAL_PHOTO".to_owned()]))),
        ["ADDITIONAL_PHOTO"]
    );
    assert!(steps(prescribed(Asked::Each(kyc_core::SmallMap::new()))).is_empty());
}

#[test]
fn nothing_is_prescribed_that_the_flow_does_not_have_or_when_it_is_too_late() {
    let prescribe = |text: &str| serde_json::from_str::<Event>(text).unwrap();
    for (text, reason) in [
        (
            r#"{"type":"prescribe","steps":{"all":{"all":["OTHER"]}}}"#,
            Reason::StepUnknown,
        ),
        (
            r#"{"type":"prescribe","steps":{"XX":{"all":[]}}}"#,
            Reason::CountryUnknown,
        ),
        (
            r#"{"type":"prescribe","steps":{"all":{"visa":[]}}}"#,
            Reason::DocumentUnknown,
        ),
        (
            r#"{"type":"prescribe","steps":{"all":{"all":{"ADDITIONAL_PHOTO":{"type":"compare"}}}}}"#,
            Reason::StepTypeNotEnabled,
        ),
        (
            r#"{"type":"prescribe","steps":{"all":{"all":{"UTILITY_BILL":{"fields":["age"]}}}}}"#,
            Reason::FieldUnknown,
        ),
        (
            r#"{"type":"prescribe","steps":{"all":{"all":{"ADDITIONAL_PHOTO":{"sources":{"camera":false}}}}}}"#,
            Reason::SourceNotAllowed,
        ),
        (
            r#"{"type":"prescribe","given":{"OTHER":{}}}"#,
            Reason::StepUnknown,
        ),
        (
            r#"{"type":"prescribe","given":{"UTILITY_BILL":{"age":"7"}}}"#,
            Reason::FieldUnknown,
        ),
    ] {
        Given::new(&flow()).when(prescribe(text)).is_refused(reason);
    }
    let long = format!(
        r#"{{"type":"prescribe","given":{{"UTILITY_BILL":{{"address":"{}"}}}}}}"#,
        "x".repeat(1_001)
    );
    Given::new(&flow())
        .when(prescribe(&long))
        .is_refused(Reason::TextTooLong);
    let empty = r#"{"type":"prescribe"}"#;
    Given::new(&flow())
        .after([start()])
        .when(prescribe(empty))
        .is_not_accepted();
    Given::new(&flow())
        .after([start(), Event::Back])
        .when(prescribe(empty))
        .is_refused(Reason::AlreadyStarted);
    // A Flow without additional steps knows nothing of all this.
    Given::new(&kyc_core::Flow::manual_review())
        .when(prescribe(empty))
        .is_not_accepted();
}

fn supply(step: &str, source: Source, number: u8) -> Event {
    Event::SupplyStep {
        step: name(step),
        source,
        blob: blob(item(step), number),
        given: [(
            "address".parse().unwrap(),
            Pii::new("New Street 2".to_owned()),
        )]
        .into(),
    }
}

#[test]
fn what_the_company_hands_in_afterwards_goes_to_the_case_and_moves_nothing() {
    for given in [complete(), complete().after([approved()])] {
        let state = given.session().state();
        let then = given.when(supply("UTILITY_BILL", Source::Pdf, 7));
        let brief = Brief {
            kind: StepType::Compare,
            source: Source::Pdf,
            proof: None,
            fields: vec![FieldBrief {
                field: "address".parse().unwrap(),
                given: Some(Pii::new("New Street 2".to_owned())),
            }],
        };
        let exhibit = kyc_core::Exhibit {
            item: item("UTILITY_BILL"),
            blob: blob(item("UTILITY_BILL"), 7),
            step: Some(brief),
        };
        let then = then
            .goes_to(state)
            .with_effects(&[Effect::Supplement { exhibit }]);
        let session = then.session();
        assert_eq!(
            session.blobs().count(),
            5,
            "the file before stays for the auditor"
        );
        assert_eq!(session.view().outcome.is_some(), state == State::Approved);
        then.and().restored();
    }
}

#[test]
fn nothing_is_handed_in_for_a_session_that_runs_has_ended_without_a_decision_or_is_erased() {
    let running = Given::new(&flow()).after(to_steps(DocumentType::Passport));
    running
        .when(supply("UTILITY_BILL", Source::Pdf, 7))
        .is_not_accepted();
    let again = complete().after([ask(&[item("UTILITY_BILL")])]);
    again
        .when(supply("UTILITY_BILL", Source::Pdf, 7))
        .is_not_accepted();
    let cancelled = complete().after([Event::Cancel]);
    cancelled
        .when(supply("UTILITY_BILL", Source::Pdf, 7))
        .is_not_accepted();
    let expired = Given::new(&flow())
        .after([start()])
        .later(Seconds::days(1))
        .after([Event::DeadlineReached]);
    expired
        .when(supply("UTILITY_BILL", Source::Pdf, 7))
        .is_not_accepted();
    complete()
        .after([approved(), Event::Erase])
        .when(supply("UTILITY_BILL", Source::Pdf, 7))
        .is_refused(Reason::AlreadyErased);
    let decided = complete().after([approved()]);
    for (event, reason) in [
        (supply("OTHER", Source::Pdf, 7), Reason::StepUnknown),
        (
            supply("ADDITIONAL_PHOTO", Source::Pdf, 7),
            Reason::SourceNotAllowed,
        ),
        (
            supply("UTILITY_BILL", Source::Camera, 7),
            Reason::SourceNotAllowed,
        ),
        (
            supply("ADDITIONAL_PHOTO", Source::File, 7),
            Reason::FieldUnknown,
        ),
    ] {
        decided.clone().when(event).is_refused(reason);
    }
}

#[test]
fn erasing_forgets_what_the_company_knew() {
    let given = complete()
        .after([
            approved(),
            supply("UTILITY_BILL", Source::Pdf, 7),
            Event::Erase,
        ])
        .restored();
    let text = given.session().encode();
    assert!(!text.contains("Street") && given.session().blobs().count() == 0);
}

#[test]
fn the_fullest_submission_fits_into_one_effect() {
    let fields: Vec<String> = (0..10).map(|n| format!("{n}{}", "f".repeat(39))).collect();
    let step_named = |n: u32| format!("{n}{}", "S".repeat(39));
    let catalogue: Vec<_> = (0..10)
        .map(|n| {
            serde_json::json!({
                "name": step_named(n), "types": ["compare"], "fields": fields,
                "texts": { "en": { "name": "N", "description": "D" } },
            })
        })
        .collect();
    let names: Vec<_> = (0..10).map(step_named).collect();
    let mut definition = super::definition();
    definition["additional_steps"] = serde_json::json!({
        "catalogue": catalogue, "asked": { "all": { "all": names } },
    });
    let flow = kyc_core::Flow::from_json(&definition.to_string())
        .unwrap()
        .into();
    let known: kyc_core::SmallMap<_, _> = fields[..5]
        .iter()
        .map(|field| (field.parse().unwrap(), Pii::new("x".repeat(900))))
        .collect();
    let mut session = Session::open(&flow, "s-1".parse().unwrap(), NOON);
    let given = [(name(&step_named(0)), known)].into();
    session
        .handle(&Event::Prescribe { steps: None, given }, NOON)
        .unwrap();
    for event in to_steps(DocumentType::IdCard) {
        session.handle(&event, NOON).unwrap();
    }
    let mut last = Vec::new();
    for name in &names {
        session.handle(&step(name, Source::File, 1), NOON).unwrap();
        last = session.handle(&Event::AcceptStep, NOON).unwrap().effects;
    }
    let longest = last
        .iter()
        .map(|effect| serde_json::to_string(effect).unwrap().len())
        .max();
    assert!(
        (10_000..=16 * 1024).contains(&longest.unwrap()),
        "{longest:?}"
    );
}
