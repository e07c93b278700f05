//! The reviewer's side: what may be said of which step, and what is handed in after the decision.

use std::sync::Arc;

use kyc_core::review::{Effect, Event, Reason, Rejected, Session, State, Verdict};
use kyc_core::testing::events::{NOON, blob};
use kyc_core::{
    Actor, Brief, Comparison, Exhibit, FieldBrief, Flow, Item, Pii, RejectReason, RetakeReason,
    Source, StepType,
};

use super::{definition, flow};

const BILL: &str = "UTILITY_BILL";
const PHOTO: &str = "ADDITIONAL_PHOTO";
const STORED: &str = "STORED";

fn rita() -> Actor {
    Actor::reviewer("rita".parse().unwrap())
}

fn item(step: &str) -> Item {
    Item::AdditionalStep(step.parse().unwrap())
}

fn exhibit(step: &str, kind: StepType, fields: &[(&str, Option<&str>)], number: u8) -> Exhibit {
    let field = |(field, given): &(&str, Option<&str>)| FieldBrief {
        field: field.parse().unwrap(),
        given: given.map(|given| Pii::new(given.to_owned())),
    };
    Exhibit {
        item: item(step),
        blob: blob(item(step), number),
        step: Some(Brief {
            kind,
            source: Source::Pdf,
            proof: None,
            fields: fields.iter().map(field).collect(),
        }),
    }
}

/// A selfie, a bill to compare, a photo to read, and something that is only stored.
fn arrived() -> Session {
    arrived_in(&flow())
}

fn arrived_in(flow: &Arc<Flow>) -> Session {
    let mut case = Session::open(flow, "s-1".parse().unwrap(), NOON);
    let exhibits = vec![
        Exhibit {
            item: Item::Selfie,
            blob: blob(Item::Selfie, 1),
            step: None,
        },
        exhibit(
            BILL,
            StepType::Compare,
            &[("name", None), ("address", Some("Main Street 1"))],
            1,
        ),
        exhibit(PHOTO, StepType::Extract, &[("number", None)], 1),
        exhibit(STORED, StepType::Upload, &[], 1),
    ];
    let arrive = Event::Arrive { round: 1, exhibits };
    case.handle(&arrive, &Actor::APPLICANT, NOON).unwrap();
    case.handle(&Event::Claim, &rita(), NOON).unwrap();
    case
}

fn judge(item: Item, verdict: Verdict) -> Event {
    Event::Judge { item, verdict }
}

fn compared(fields: &[(&str, Comparison)]) -> Event {
    let fields = fields
        .iter()
        .map(|(field, said)| (field.parse().unwrap(), *said));
    let verdict = Verdict::Compared {
        fields: fields.collect(),
    };
    judge(item(BILL), verdict)
}

fn extracted(fields: &[(&str, &str)]) -> Event {
    let fields = fields
        .iter()
        .map(|(field, value)| (field.parse().unwrap(), Pii::new((*value).to_owned())));
    let verdict = Verdict::Extracted {
        fields: fields.collect(),
    };
    judge(item(PHOTO), verdict)
}

fn right() -> Event {
    compared(&[
        ("name", Comparison::NoData),
        ("address", Comparison::NotMatch),
    ])
}

#[track_caller]
fn refused(case: &mut Session, event: &Event, because: Reason) {
    let before = case.clone();
    match case.handle(event, &rita(), NOON) {
        Err(Rejected::Refused { reason, .. }) => assert_eq!(reason, because),
        other => panic!("expected {because}: {other:?}"),
    }
    assert_eq!(*case, before, "a rejection changes nothing");
}

fn decided(last: Event) -> Session {
    let mut case = arrived();
    let fine = judge(Item::Selfie, Verdict::Fine {});
    for event in [fine, right(), extracted(&[("number", "7")]), last] {
        case.handle(&event, &rita(), NOON).unwrap();
    }
    case
}

fn approved() -> Session {
    decided(Event::Approve { note: None })
}

fn supplement(number: u8) -> Event {
    let exhibit = exhibit(
        BILL,
        StepType::Compare,
        &[("address", Some("New Street 2"))],
        number,
    );
    Event::Supplement { exhibit }
}

#[test]
fn nobody_can_match_what_was_not_given_nor_leave_a_field_out() {
    use Comparison::{Match, NoData, NotFound};

    let mut case = arrived();
    for fields in [
        &[("name", Match), ("address", Match)][..],
        &[("name", NotFound), ("address", Match)],
        &[("name", NoData), ("address", NoData)],
        &[("address", Match)],
        &[("name", NoData), ("address", Match), ("age", Match)],
        &[],
    ] {
        refused(&mut case, &compared(fields), Reason::VerdictUnfit);
    }
    for said in [Match, Comparison::NotMatch, NotFound] {
        case.handle(
            &compared(&[("name", NoData), ("address", said)]),
            &rita(),
            NOON,
        )
        .unwrap();
    }
}

#[test]
fn what_is_read_is_some_of_the_fields_and_short() {
    let mut case = arrived();
    for fields in [&[][..], &[("age", "7")], &[("number", " ")]] {
        refused(&mut case, &extracted(fields), Reason::VerdictUnfit);
    }
    let long = "7".repeat(301);
    refused(
        &mut case,
        &extracted(&[("number", &long)]),
        Reason::TextTooLong,
    );
    refused(
        &mut case,
        &extracted(&[("number", "7\u{0}")]),
        Reason::TextTooLong,
    );
    case.handle(&extracted(&[("number", &long[1..])]), &rita(), NOON)
        .unwrap();
}

#[test]
fn a_verdict_of_one_kind_is_none_of_another() {
    let mut case = arrived();
    let fine = Verdict::Fine {};
    refused(
        &mut case,
        &judge(item(BILL), fine.clone()),
        Reason::VerdictUnfit,
    );
    refused(
        &mut case,
        &judge(item(PHOTO), fine.clone()),
        Reason::VerdictUnfit,
    );
    refused(&mut case, &judge(item(STORED), fine), Reason::NotEvaluated);
    let Event::Judge { verdict, .. } = right() else {
        unreachable!()
    };
    refused(
        &mut case,
        &judge(Item::Selfie, verdict.clone()),
        Reason::VerdictUnfit,
    );
    refused(
        &mut case,
        &judge(item(PHOTO), verdict),
        Reason::VerdictUnfit,
    );
}

#[test]
fn a_case_is_approved_when_every_step_that_is_evaluated_was() {
    let mut case = arrived();
    let fine = judge(Item::Selfie, Verdict::Fine {});
    for event in [fine, right()] {
        case.handle(&event, &rita(), NOON).unwrap();
    }
    let approve = Event::Approve { note: None };
    refused(&mut case, &approve, Reason::ItemNotJudged);
    case.handle(&extracted(&[("number", "7")]), &rita(), NOON)
        .unwrap();
    // What is only stored needs no word of anybody, and an address that differs is for the reviewer to weigh.
    assert_eq!(
        case.handle(&approve, &rita(), NOON).unwrap().to,
        State::Approved
    );
}

#[test]
fn one_step_is_asked_for_again() {
    let mut case = arrived();
    let verdict = Verdict::Retake {
        reason: RetakeReason::Blurry,
        message: None,
        note: None,
    };
    case.handle(&judge(item(BILL), verdict), &rita(), NOON)
        .unwrap();
    let step = case
        .handle(&Event::RequestResubmission, &rita(), NOON)
        .unwrap();
    let [Effect::RequestResubmission { items }] = step.effects.as_slice() else {
        panic!("{:?}", step.effects)
    };
    let asked: Vec<_> = items.iter().map(|ask| ask.item).collect();
    assert_eq!(asked, [item(BILL)]);
}

#[test]
fn what_reviewers_ask_for_again_is_told_in_one_effect() {
    let mut case = arrived();
    let verdict = || Verdict::Retake {
        reason: RetakeReason::Blurry,
        message: Some(Pii::new("€".repeat(1_000))),
        note: None,
    };
    for item in [Item::Selfie, item(BILL), item(PHOTO)] {
        case.handle(&judge(item, verdict()), &rita(), NOON).unwrap();
    }
    let exhibit = exhibit("FOURTH", StepType::Extract, &[("number", None)], 1);
    case.handle(&Event::Supplement { exhibit }, &Actor::INTEGRATOR, NOON)
        .unwrap();
    refused(
        &mut case,
        &judge(item("FOURTH"), verdict()),
        Reason::TextTooLong,
    );
}

#[test]
fn a_supplement_reopens_that_item_and_leaves_the_decision_alone() {
    for mut case in [
        approved(),
        decided(Event::Reject {
            reason: RejectReason::Other,
            message: None,
            note: None,
        }),
    ] {
        let (state, decisions) = (
            case.state(),
            case.view(rita().name.as_ref().unwrap(), NOON).decisions,
        );
        let step = case
            .handle(&supplement(2), &Actor::INTEGRATOR, NOON)
            .unwrap();
        assert_eq!((step.to, step.effects), (State::Supplemented, vec![]));
        let restored = Session::decode(&case.encode(), case.flow()).unwrap();
        assert_eq!(restored, case);

        refused(
            &mut case,
            &compared(&[("address", Comparison::Match)]),
            Reason::NotClaimed,
        );
        case.handle(&Event::Claim, &rita(), NOON).unwrap();
        refused(
            &mut case,
            &judge(Item::Selfie, Verdict::Fine {}),
            Reason::CaseClosed,
        );
        refused(
            &mut case,
            &extracted(&[("number", "8")]),
            Reason::CaseClosed,
        );
        let again = Verdict::Retake {
            reason: RetakeReason::Blurry,
            message: None,
            note: None,
        };
        refused(&mut case, &judge(item(BILL), again), Reason::CaseClosed);
        for event in [Event::Approve { note: None }, Event::RequestResubmission] {
            assert!(matches!(
                case.handle(&event, &rita(), NOON),
                Err(Rejected::NotAccepted { .. })
            ));
        }
        let step = case
            .handle(&compared(&[("address", Comparison::Match)]), &rita(), NOON)
            .unwrap();
        // Back where it was, and the decision is not told a second time.
        assert_eq!((step.to, step.effects), (state, vec![]));
        let view = case.view(rita().name.as_ref().unwrap(), NOON);
        assert_eq!(view.decisions, decisions);
        let bill = view
            .items
            .iter()
            .find(|shown| shown.item == item(BILL))
            .unwrap();
        assert_eq!((bill.late, bill.earlier.len()), (true, 1));
        assert!(bill.earlier[0].verdict.is_some() && bill.earlier[0].step.is_some());
    }
}

#[test]
fn a_second_supplement_waits_beside_the_first() {
    let mut case = approved();
    let other = exhibit(PHOTO, StepType::Extract, &[("number", None)], 2);
    case.handle(&supplement(2), &Actor::INTEGRATOR, NOON)
        .unwrap();
    case.handle(&Event::Claim, &rita(), NOON).unwrap();
    let other = Event::Supplement { exhibit: other };
    case.handle(&other, &Actor::INTEGRATOR, NOON).unwrap();
    let first = compared(&[("address", Comparison::Match)]);
    assert_eq!(
        case.handle(&first, &rita(), NOON).unwrap().to,
        State::Supplemented
    );
    let second = extracted(&[("number", "8")]);
    assert_eq!(
        case.handle(&second, &rita(), NOON).unwrap().to,
        State::Approved
    );
}

#[test]
fn a_supplement_that_nobody_evaluates_reopens_nothing() {
    let mut case = approved();
    let exhibit = exhibit(STORED, StepType::Upload, &[], 2);
    let step = case
        .handle(&Event::Supplement { exhibit }, &Actor::INTEGRATOR, NOON)
        .unwrap();
    assert_eq!(step.to, State::Approved);
}

#[test]
fn a_supplement_during_review_is_judged_with_the_rest() {
    let mut case = arrived();
    case.handle(&right(), &rita(), NOON).unwrap();
    case.handle(&supplement(2), &Actor::INTEGRATOR, NOON)
        .unwrap();
    let view = case.view(rita().name.as_ref().unwrap(), NOON);
    let bill = view
        .items
        .iter()
        .find(|shown| shown.item == item(BILL))
        .unwrap();
    assert_eq!((bill.verdict.as_ref(), bill.late), (None, false));
}

#[test]
fn what_is_handed_in_between_two_stages_is_approved_by_two_people_who_saw_it() {
    let mut definition = definition();
    definition["review"] = serde_json::json!({ "stages": 2, "claim": 900 });
    let mut case = arrived_in(&Arc::new(Flow::from_json(&definition.to_string()).unwrap()));
    let sam = Actor::reviewer("sam".parse().unwrap());
    let approves = |case: &mut Session, by: &Actor, bill: Event| {
        let fine = judge(Item::Selfie, Verdict::Fine {});
        let approve = Event::Approve { note: None };
        for event in [fine, bill, extracted(&[("number", "7")])] {
            case.handle(&event, by, NOON).unwrap();
        }
        case.handle(&approve, by, NOON).unwrap().to
    };
    let stage = |case: &Session| case.view(&"sam".parse().unwrap(), NOON).stage;
    assert_eq!(approves(&mut case, &rita(), right()), State::InReview);
    let stored = exhibit(STORED, StepType::Upload, &[], 2);
    let stored = Event::Supplement { exhibit: stored };
    case.handle(&stored, &Actor::INTEGRATOR, NOON).unwrap();
    assert_eq!(stage(&case), 2);

    case.handle(&Event::Claim, &sam, NOON).unwrap();
    case.handle(&supplement(2), &Actor::INTEGRATOR, NOON)
        .unwrap();
    assert_eq!(stage(&case), 1);

    let bill = || compared(&[("address", Comparison::Match)]);
    assert_eq!(approves(&mut case, &sam, bill()), State::InReview);
    assert_eq!(stage(&case), 2);
    case.handle(&Event::Claim, &rita(), NOON).unwrap();
    assert_eq!(approves(&mut case, &rita(), bill()), State::Approved);
}

#[test]
fn an_erased_case_takes_no_supplement_and_a_reopened_one_can_be_erased() {
    let mut case = approved();
    case.handle(&supplement(2), &Actor::INTEGRATOR, NOON)
        .unwrap();
    case.handle(&Event::Claim, &rita(), NOON).unwrap();
    let step = case
        .handle(&Event::Erase, &Actor::INTEGRATOR, NOON)
        .unwrap();
    assert_eq!(step.to, State::Approved);
    assert!(!case.encode().contains("Street") && case.blobs().count() == 0);
    let restored = Session::decode(&case.encode(), case.flow()).unwrap();
    assert_eq!(restored, case);
    let late = case.handle(&supplement(3), &Actor::INTEGRATOR, NOON);
    assert!(matches!(
        late,
        Err(Rejected::Refused {
            reason: Reason::AlreadyErased,
            ..
        })
    ));
}
