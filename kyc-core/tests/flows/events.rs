//! What can be said at all: by whom, and how it is written.

use kyc_core::collection::{Event, EventKind, HoldReason};
use kyc_core::testing::events::{approved, ask, blob, rejected, select_of, start, step, to_final};
use kyc_core::{Country, DocumentType, Item, Pii, RejectReason, Sender, Side, Source};

#[test]
fn an_event_says_who_alone_may_send_it() {
    for (event, sender) in [
        (start(), Sender::Applicant),
        (approved(), Sender::Reviewer),
        (ask(&[Item::Selfie]), Sender::Reviewer),
        (Event::Cancel, Sender::Integrator),
        (Event::Erase, Sender::Integrator),
        (Event::DeadlineReached, Sender::Clock),
        (Event::ReminderDue, Sender::Clock),
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
        Event::ReminderDue,
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
            given: kyc_core::SmallMap::new(),
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
