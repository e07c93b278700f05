//! Every released schema opens for ever, and nothing else opens at all.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]
#![expect(
    unused_must_use,
    reason = "a step is looked at where it is the point of the test"
)]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use kyc_core::collection::{self, Event};
use kyc_core::review::{self, Verdict};
use kyc_core::testing::events::{
    NOON, approved, ask, blob, page, rejected, select, selfie, start, step, to_final,
};
use kyc_core::testing::{Given, VirtualClock};
use kyc_core::{
    Actor, Chart, DecodeError, DocumentType, Exhibit, Flow, FlowRef, Item, RejectReason,
    RetakeReason, Seconds, Side, Source, json,
};

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/v1")
}

fn flow_with_steps() -> Arc<Flow> {
    Arc::new(Flow::from_json(include_str!("flows/additional_steps.json")).unwrap())
}

fn flow_with_reminders() -> Arc<Flow> {
    let reminders = [Seconds::hours(1), Seconds::hours(20)];
    let flow = Flow::builder("reminding", 1).selfie().reminders(reminders);
    Arc::new(flow.build().unwrap())
}

/// The Flow whose session a fixture is.
fn flow_of(text: &str) -> Arc<Flow> {
    let flow = FlowRef::of_snapshot(text).unwrap();
    [
        Flow::manual_review(),
        flow_with_steps(),
        flow_with_reminders(),
    ]
    .into_iter()
    .find(|known| *known.id() == flow.id)
    .unwrap()
}

/// Sessions in the states of additional steps, and what a company adds.
fn sessions_with_steps() -> Vec<(&'static str, collection::Session)> {
    let flow = flow_with_steps();
    let known = r#"{"type":"prescribe","given":{"UTILITY_BILL":{"address":"Main Street 1"}},
        "steps":{"DE":{"all":{"UTILITY_BILL":{"texts":{"de":{"name":"Nachweis","description":"Neu"}}},"ADDITIONAL_PHOTO":{}}}}}"#;
    let supplied = format!(
        r#"{{"type":"supply_step","step":"UTILITY_BILL","source":"pdf","blob":"{}","given":{{"address":"New Street 2"}}}}"#,
        "c".repeat(64)
    );
    let read = |text: &str| serde_json::from_str::<Event>(text).unwrap();
    let events = [
        read(known),
        start(),
        select(DocumentType::Passport),
        page(Side::Front, 1),
        Event::AcceptDocument,
        selfie(1),
        Event::AcceptSelfie,
        step("UTILITY_BILL", Source::Pdf, 1),
        Event::AcceptStep,
        step("ADDITIONAL_PHOTO", Source::Camera, 1),
        Event::AcceptStep,
        approved(),
        read(&supplied),
    ];
    let after = |count: usize| {
        let given = Given::new(&flow).after(events.iter().take(count).cloned());
        given.session().clone()
    };
    vec![
        ("prescribed", after(1)),
        ("additional_step", after(9)),
        ("additional_step_review", after(10)),
        ("supplied", after(13)),
    ]
}

/// Cases with additional steps: judged, and with one that was handed in after the decision.
fn cases_with_steps() -> Vec<(&'static str, review::Session)> {
    let bill = |number| {
        let exhibit = r#"{"item":"step:UTILITY_BILL","blob":"B","step":{"type":"compare","source":"pdf","proof":"gas_bill",
            "fields":[{"field":"address","given":"Main Street 1"},{"field":"name"}]}}"#;
        let blob = blob(Item::Selfie, number);
        serde_json::from_str::<Exhibit>(&exhibit.replace("\"B\"", &format!("\"{blob}\""))).unwrap()
    };
    let read = |text: &str| serde_json::from_str::<review::Event>(text).unwrap();
    let arrive = review::Event::Arrive {
        round: 1,
        exhibits: vec![bill(1)],
    };
    let events = [
        arrive,
        review::Event::Claim,
        read(
            r#"{"type":"judge","item":"step:UTILITY_BILL","verdict":{"type":"compared","fields":{"address":"not_match","name":"no_data"}}}"#,
        ),
        read(r#"{"type":"approve"}"#),
        review::Event::Supplement { exhibit: bill(2) },
        review::Event::Claim,
    ];
    let rita = Actor::reviewer("rita".parse().unwrap());
    let after = |count: usize| {
        let mut case = review::Session::open(&flow_with_steps(), "s-1".parse().unwrap(), NOON);
        for event in &events[..count] {
            case.handle(event, &rita, NOON).unwrap();
        }
        case
    };
    vec![("compared", after(3)), ("supplemented", after(6))]
}

/// One session for every state of the applicant's chart.
fn sessions() -> Vec<(&'static str, collection::Session)> {
    let mut all = sessions_of_the_guide();
    all.extend(sessions_with_steps());
    let begun = Given::new(&flow_with_reminders()).after([start()]);
    let reminded = begun.later(Seconds::hours(1)).after([Event::ReminderDue]);
    all.push(("reminded", reminded.session().clone()));
    all
}

/// One case for every state of the reviewer's chart.
fn cases() -> Vec<(&'static str, review::Session)> {
    let mut all = cases_of_the_guide();
    all.extend(cases_with_steps());
    all
}

fn sessions_of_the_guide() -> Vec<(&'static str, collection::Session)> {
    let flow = Flow::manual_review();
    let after = |count: usize| Given::new(&flow).after(to_final().into_iter().take(count));
    let decided = |event| after(8).after([event]);
    vec![
        ("welcome", after(0)),
        ("personal_details", after(1)),
        ("document_selection", after(2)),
        ("document_photo", after(4)),
        ("document_review", after(5)),
        ("selfie", after(6)),
        ("selfie_review", after(7)),
        ("final", after(8)),
        (
            "resubmission",
            after(8).after([
                ask(&[Item::DocumentBack, Item::Selfie]),
                page(Side::Back, 2),
            ]),
        ),
        ("approved", decided(approved())),
        ("rejected", decided(rejected(RejectReason::DocumentExpired))),
        ("erased", decided(approved()).after([Event::Erase])),
        (
            "expired",
            after(1)
                .later(Seconds::days(1))
                .after([Event::DeadlineReached]),
        ),
        ("cancelled", after(3).after([Event::Cancel])),
    ]
    .into_iter()
    .map(|(name, given)| (name, given.session().clone()))
    .collect()
}

fn cases_of_the_guide() -> Vec<(&'static str, review::Session)> {
    use review::Event::{Approve, Arrive, Claim, Judge, Reject, RequestResubmission, Withdraw};

    let flow = Flow::manual_review();
    let rita = Actor::reviewer("rita".parse().unwrap());
    let exhibits = |items: &[Item]| {
        items
            .iter()
            .map(|item| Exhibit {
                item: *item,
                blob: blob(*item, 1),
                step: None,
            })
            .collect()
    };
    let arrive = Arrive {
        round: 1,
        exhibits: exhibits(&[Item::DocumentFront, Item::Selfie]),
    };
    let fine = |item| Judge {
        item,
        verdict: Verdict::Fine {},
    };
    let verdict = Verdict::Retake {
        reason: RetakeReason::Blurry,
        message: None,
        note: None,
    };
    let retake = Judge {
        item: Item::Selfie,
        verdict,
    };
    let ways: [(&str, Vec<review::Event>); 6] = [
        ("waiting", vec![]),
        ("in_review", vec![arrive.clone(), Claim, fine(Item::Selfie)]),
        (
            "resubmission_requested",
            vec![arrive.clone(), Claim, retake, RequestResubmission],
        ),
        (
            "approved",
            vec![
                arrive.clone(),
                Claim,
                fine(Item::DocumentFront),
                fine(Item::Selfie),
                Approve { note: None },
            ],
        ),
        (
            "rejected",
            vec![
                arrive.clone(),
                Claim,
                Reject {
                    reason: RejectReason::Other,
                    message: None,
                    note: None,
                },
            ],
        ),
        ("withdrawn", vec![arrive, Withdraw]),
    ];
    let walked = ways.map(|(name, events)| {
        let mut case = review::Session::open(&flow, "s-1".parse().unwrap(), NOON);
        for event in events {
            case.handle(&event, &rita, NOON).unwrap();
        }
        (name, case)
    });
    walked.to_vec()
}

fn snapshots() -> Vec<(String, String)> {
    let sessions = sessions()
        .into_iter()
        .map(|(name, session)| (format!("collection-{name}.json"), session.encode()));
    sessions
        .chain(
            cases()
                .into_iter()
                .map(|(name, case)| (format!("review-{name}.json"), case.encode())),
        )
        .collect()
}

#[test]
fn a_page_is_shown_what_serde_would_write() {
    for (_, session) in sessions_with_steps() {
        let view = session.view();
        assert_eq!(json::write(&view), serde_json::to_string(&view).unwrap());
        let offers = session.flow().offers();
        assert_eq!(
            json::write(&offers),
            serde_json::to_string(&offers).unwrap()
        );
    }
    let mut session = Given::new(&flow_with_reminders()).session().clone();
    let mut effects = Vec::new();
    for event in [
        start(),
        Event::ReminderDue,
        selfie(1),
        Event::RetakeSelfie,
        selfie(2),
        Event::AcceptSelfie,
        approved(),
        Event::Erase,
    ] {
        let now = session.reminder_at().unwrap_or(NOON);
        effects.extend(session.handle(&event, now).unwrap().effects);
    }
    let written = serde_json::to_string(&effects).unwrap();
    assert_eq!(json::write(&effects), written);
    for kind in ["submit", "discard", "notify", "remind", "erase"] {
        assert!(written.contains(&format!("\"type\":\"{kind}\"")), "{kind}");
    }
}

#[test]
fn a_released_snapshot_of_every_state_opens_and_is_written_the_same() {
    let folder = fixtures();
    if std::env::var_os("KYC_RELEASE_FIXTURES").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in snapshots() {
            // What is released is never edited.
            if !folder.join(&name).exists() {
                fs::write(folder.join(name), text).unwrap();
            }
        }
    }
    for (name, text) in snapshots() {
        assert_eq!(
            fs::read_to_string(folder.join(&name)).unwrap(),
            text,
            "{name}"
        );
    }
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        let flow = flow_of(&text);
        if file.file_name().to_string_lossy().starts_with("collection") {
            assert_eq!(
                collection::Session::decode(&text, &flow).unwrap().encode(),
                text
            );
        } else {
            assert_eq!(
                review::Session::decode(&text, &flow).unwrap().encode(),
                text
            );
        }
    }
}

#[test]
fn there_is_a_fixture_for_every_state() {
    let reached: Vec<_> = sessions()
        .into_iter()
        .map(|(_, session)| session.state())
        .collect();
    assert!(
        collection::State::ALL
            .iter()
            .all(|state| reached.contains(state))
    );
    let reached: Vec<_> = cases().into_iter().map(|(_, case)| case.state()).collect();
    assert!(
        review::State::ALL
            .iter()
            .all(|state| reached.contains(state))
    );
}

#[test]
fn a_restored_session_is_the_session_and_repeats_nothing() {
    for (_, session) in sessions() {
        let restored = collection::Session::decode(&session.encode(), session.flow()).unwrap();
        assert_eq!(restored, session);
        assert_eq!(restored.version(), session.version());
    }
}

#[test]
fn a_snapshot_says_which_flow_it_needs() {
    let (_, session) = sessions().remove(0);
    let flow = FlowRef::of_snapshot(&session.encode()).unwrap();
    assert_eq!(
        (flow.id.as_str(), flow.version, flow.hash.as_str()),
        ("manual-review", 1, session.flow().hash())
    );
}

#[test]
fn every_single_altered_byte_is_noticed() {
    let flow = Flow::manual_review();
    let (_, session) = sessions().remove(8);
    let text = session.encode();
    for position in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[position] ^= 0x01;
        let Ok(altered) = String::from_utf8(bytes) else {
            continue;
        };
        assert!(
            collection::Session::decode(&altered, &flow).is_err(),
            "byte {position}"
        );
    }
}

#[test]
fn a_snapshot_that_is_cut_off_anywhere_does_not_open() {
    let flow = Flow::manual_review();
    let text = sessions().remove(8).1.encode();
    for length in 0..text.len() {
        assert!(
            collection::Session::decode(&text[..length], &flow).is_err(),
            "{length} bytes"
        );
    }
}

#[test]
fn an_edited_snapshot_is_called_tampered() {
    let flow = Flow::manual_review();
    let text = sessions().remove(7).1.encode();
    let edited = text.replace("\"state\":\"final\"", "\"state\":\"approved\"");
    assert_ne!(edited, text);
    assert_eq!(
        collection::Session::decode(&edited, &flow),
        Err(DecodeError::Tampered)
    );
}

#[test]
fn a_newer_schema_is_refused_with_its_number() {
    let flow = Flow::manual_review();
    let text = sessions()
        .remove(0)
        .1
        .encode()
        .replace("\"schema\":1,", "\"schema\":2,");
    assert_eq!(
        collection::Session::decode(&text, &flow),
        Err(DecodeError::UnknownSchema { found: 2 })
    );
}

#[test]
fn a_snapshot_of_the_other_chart_is_refused() {
    let flow = Flow::manual_review();
    let (session, case) = (
        sessions().remove(0).1.encode(),
        cases().remove(1).1.encode(),
    );
    assert!(matches!(
        review::Session::decode(&session, &flow),
        Err(DecodeError::ForeignChart { .. })
    ));
    assert!(matches!(
        collection::Session::decode(&case, &flow),
        Err(DecodeError::ForeignChart { .. })
    ));
}

#[test]
fn a_snapshot_of_another_flow_or_of_a_changed_edition_is_refused() {
    let text = sessions().remove(0).1.encode();
    let other = Arc::new(
        Flow::builder("other", 1)
            .document(DocumentType::Passport)
            .build()
            .unwrap(),
    );
    assert!(matches!(
        collection::Session::decode(&text, &other),
        Err(DecodeError::ForeignFlow { .. })
    ));
    let mut definition = Flow::manual_review().definition().clone();
    definition.consent = "2".to_owned();
    let changed = Arc::new(Flow::new(definition).unwrap());
    assert!(matches!(
        collection::Session::decode(&text, &changed),
        Err(DecodeError::ForeignFlow { .. })
    ));
}

#[test]
fn a_well_formed_snapshot_where_no_walk_leads_is_refused() {
    // Written by this very code, with a right checksum: only the meaning is wrong.
    let face = Arc::new(Flow::builder("face", 1).selfie().build().unwrap());
    let given = Given::new(&face).after([start(), selfie(1)]);
    let text = given.session().encode();
    for (from, to) in [
        (
            "\"state\":\"selfie_review\"",
            "\"state\":\"document_photo\"",
        ),
        ("\"state\":\"selfie_review\"", "\"state\":\"approved\""),
        ("\"round\":1,\"unsent\"", "\"round\":7,\"unsent\""),
    ] {
        let edited = resealed(&text.replace(from, to));
        assert_ne!(edited, text, "{to}");
        assert_eq!(
            collection::Session::decode(&edited, &face),
            Err(DecodeError::Impossible),
            "{to}"
        );
    }
}

#[test]
fn without_its_flow_a_session_is_ended_and_erased_as_with_it() {
    let later = NOON + Seconds::hours(1);
    for (name, mut session) in sessions() {
        let mut alone = collection::Session::decode_to_forget(&session.encode()).unwrap();
        for one in [&mut session, &mut alone] {
            if !one.state().is_end() {
                one.handle(&Event::Cancel, later).unwrap();
            }
            if !one.is_redacted() {
                one.handle(&Event::Erase, later).unwrap();
            }
        }
        assert_eq!(alone.encode(), session.encode(), "{name}");
        assert_eq!(
            collection::Session::decode(&alone.encode(), session.flow()),
            Ok(session.clone()),
            "{name}"
        );
    }
    for (name, mut case) in cases() {
        let mut alone = review::Session::decode_to_forget(&case.encode()).unwrap();
        for one in [&mut case, &mut alone] {
            if !one.state().is_end() {
                one.handle(&review::Event::Withdraw, &Actor::INTEGRATOR, later)
                    .unwrap();
            }
            one.handle(&review::Event::Erase, &Actor::INTEGRATOR, later)
                .unwrap();
        }
        assert_eq!(alone.encode(), case.encode(), "{name}");
    }
}

#[test]
fn what_is_no_snapshot_is_malformed() {
    let flow = Flow::manual_review();
    for text in [
        "",
        "{}",
        "null",
        "[]",
        "7",
        "{\"schema\":\"1\"}",
        "{\"schema\":1,",
        &"[".repeat(100_000),
    ] {
        assert_eq!(
            collection::Session::decode(text, &flow),
            Err(DecodeError::Malformed)
        );
    }
}

#[test]
fn an_error_repeats_nothing_of_the_snapshot() {
    let flow = Flow::manual_review();
    let text = resealed(
        &sessions()
            .remove(7)
            .1
            .encode()
            .replace("\"given_names\"", "\"CANARY\""),
    );
    let error = collection::Session::decode(&text, &flow).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("CANARY"));
}

#[test]
fn a_clock_moves_only_when_it_is_moved() {
    let mut clock = VirtualClock::at(NOON);
    clock.advance(Seconds::hours(2));
    assert_eq!(clock.now(), NOON + Seconds(7_200));
}

/// Puts a right checksum on an edited snapshot, as somebody with this source could.
fn resealed(text: &str) -> String {
    let (body, _) = text.rsplit_once(",\"checksum\"").unwrap();
    let checksum = twox_hash::XxHash64::oneshot(0, body.as_bytes());
    format!("{body},\"checksum\":\"{checksum:016x}\"}}")
}
