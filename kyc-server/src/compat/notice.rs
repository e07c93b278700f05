//! What is told of a session in their words: the body of a webhook, and the answers of `status` and `data`.

use kyc_core::{Phase, Timestamp, collection, review};
use serde_json::{Value, json};

use super::files;
use super::scan_ref::scan_ref;
use super::told::Told;
use super::vocabulary;

/// What the company calls a session, and what it calls us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Its client.
    pub(crate) client: Option<String>,
    /// Its own reference.
    pub(crate) reference: Option<String>,
    /// Where it reaches these routes; nothing where there are none.
    pub(crate) server: Option<String>,
}

/// The event that tells that a session has come to this phase, if anybody is told.
pub(crate) fn event(phase: Phase) -> Option<&'static str> {
    vocabulary::phase(phase).event
}

/// The event under which somebody is told where a session stands, if anybody is, and the body of that webhook. Holds
/// personal data: for the company alone.
pub(crate) fn notice(
    session: &collection::Session,
    case: Option<&review::Session>,
    names: &Names,
) -> (Option<&'static str>, Value) {
    let told = Told::of(session, case);
    let row = vocabulary::phase(told.results.phase);
    let body = json!({
        "final": row.is_final,
        "platform": "OTHER",
        "status": told.status(),
        "data": told.data(session),
        "fileUrls": files::urls(session, case, names.server.as_deref()),
        "additionalSteps": told.types(),
        "additionalStepPdfUrls": {},
        "additionalData": told.additional_data(),
        "AML": null,
        "LID": null,
        "scanRef": scan_ref(session.id()),
        "externalRef": names.reference,
        "clientId": names.client,
        "startTime": seconds(session.started_at()),
        "finishTime": seconds(told.results.decided_at),
        "clientIp": null,
        "clientIpCountry": null,
        "clientLocation": null,
        "manualAddress": null,
        "manualAddressMatch": false,
    });
    (row.event, body)
}

/// The answer of `status`.
pub(super) fn status(
    session: &collection::Session,
    case: Option<&review::Session>,
    names: &Names,
) -> Value {
    let (_, mut told) = notice(session, case, names);
    let mut answer = told["status"].take();
    if let Value::Object(members) = &mut answer
        && let Some(overall) = members.remove("overall")
    {
        members.insert("status".into(), overall);
    }
    with(answer, &["scanRef", "clientId"], told)
}

/// The answer of `data`.
pub(super) fn data(
    session: &collection::Session,
    case: Option<&review::Session>,
    names: &Names,
) -> Value {
    let (_, mut told) = notice(session, case, names);
    let answer = told["data"].take();
    let members = [
        "scanRef",
        "clientId",
        "externalRef",
        "additionalSteps",
        "additionalData",
        "fileUrls",
    ];
    with(answer, &members, told)
}

/// Some members of a notice beside others.
fn with(mut answer: Value, members: &[&str], mut told: Value) -> Value {
    for member in members {
        answer[*member] = told[*member].take();
    }
    answer
}

fn seconds(at: Option<Timestamp>) -> Option<u64> {
    at.map(|at| at.as_millis() / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kyc_core::collection::Effect;
    use kyc_core::{Actor, Flow};
    use std::sync::Arc;

    const NOW: Timestamp = Timestamp::from_millis(1_795_219_200_000);
    /// As the description of the other vocabulary gives it.
    const ADDRESS: &str = "1234, Drive/Street, City/State, postcode, etc.";
    const SESSION: &str = "6a31253ee10a11ebcc9502cb49d118ed";

    fn blob(number: u8) -> String {
        format!("{number:02x}").repeat(32)
    }

    /// A session that was handed in, and its case.
    fn handed_in(prescribe: Value) -> (collection::Session, review::Session) {
        let flow = include_str!("../../../kyc-core/tests/flows/additional_steps.json");
        let flow = Arc::new(Flow::from_json(flow).unwrap());
        let mut session = collection::Session::open(&flow, SESSION.parse().unwrap(), NOW);
        let mut case = review::Session::open(&flow, SESSION.parse().unwrap(), NOW);
        let step = |name: &str, source: &str, number| json!({ "type": "capture_step", "step": name, "source": source, "blob": blob(number) });
        for event in [
            prescribe,
            json!({ "type": "start", "consent": { "version": "1", "locale": "de" } }),
            json!({ "type": "select_document", "country": "DE", "document": "passport" }),
            json!({ "type": "capture_page", "side": "front", "blob": blob(1) }),
            json!({ "type": "accept_document" }),
            json!({ "type": "capture_selfie", "blob": blob(2) }),
            json!({ "type": "accept_selfie" }),
            step("UTILITY_BILL", "file", 3),
            json!({ "type": "accept_step" }),
            step("ADDITIONAL_PHOTO", "camera", 4),
            json!({ "type": "accept_step" }),
        ] {
            let event: collection::Event = serde_json::from_value(event).unwrap();
            for effect in session.handle(&event, NOW).unwrap().effects {
                if let Effect::Submit {
                    complete: true,
                    round,
                    exhibits,
                } = effect
                {
                    let arrive = review::Event::Arrive { round, exhibits };
                    let _ = case.handle(&arrive, &Actor::APPLICANT, NOW).unwrap();
                }
            }
        }
        (session, case)
    }

    fn judged(case: &mut review::Session, events: &[Value]) {
        let ada = Actor::reviewer("ada".parse().unwrap());
        for event in events {
            let event: review::Event = serde_json::from_value(event.clone()).unwrap();
            let _ = case.handle(&event, &ada, NOW).unwrap();
        }
    }

    fn judge(item: &str, verdict: Value) -> Value {
        json!({ "type": "judge", "item": item, "verdict": verdict })
    }

    fn approve(session: &mut collection::Session) {
        let decide = json!({ "type": "decide", "decision": { "outcome": "approved" } });
        let decide = serde_json::from_value(decide).unwrap();
        let _ = session.handle(&decide, NOW).unwrap();
    }

    fn known() -> Value {
        json!({ "type": "prescribe", "given": { "UTILITY_BILL": { "address": ADDRESS } } })
    }

    fn names() -> Names {
        Names {
            client: Some("123".into()),
            reference: None,
            server: Some("https://kyc.example".into()),
        }
    }

    #[test]
    fn a_notice_tells_types_values_and_answers_as_the_vocabulary_has_them() {
        let described = include_str!("../../tests/fixtures/additional-steps.md");
        assert!(described.contains(&format!("\"address\": \"{ADDRESS}\"")));
        let (mut session, mut case) = handed_in(known());
        judged(
            &mut case,
            &[
                json!({ "type": "claim" }),
                judge("document_front", json!({ "type": "fine" })),
                judge("selfie", json!({ "type": "fine" })),
                judge(
                    "step:UTILITY_BILL",
                    json!({ "type": "compared", "fields": { "address": "match" } }),
                ),
                judge(
                    "step:ADDITIONAL_PHOTO",
                    json!({ "type": "extracted", "fields": { "number": "7" } }),
                ),
                json!({ "type": "approve", "note": "CANARY" }),
            ],
        );
        approve(&mut session);
        let (event, told) = notice(&session, Some(&case), &names());
        assert_eq!(event, Some("IDENTIFICATION_MANUAL_FINISHED"));
        assert_eq!(
            told["additionalSteps"],
            json!({ "UTILITY_BILL": "COMPARE", "ADDITIONAL_PHOTO": "EXTRACT" })
        );
        assert_eq!(
            told["additionalData"],
            json!({
                "UTILITY_BILL": { "address": { "value": ADDRESS, "status": "MATCH" } },
                "ADDITIONAL_PHOTO": { "number": { "value": "7", "status": null } },
            })
        );
        assert_eq!(
            told["status"],
            json!({
                "overall": "APPROVED", "fraudTags": [], "mismatchTags": [],
                "autoFace": null, "manualFace": "FACE_MATCH",
                "autoDocument": null, "manualDocument": "DOC_VALIDATED", "additionalSteps": "VALID",
            })
        );
        let files = [
            ("FACE", 2),
            ("FRONT", 1),
            ("UTILITY_BILL", 3),
            ("ADDITIONAL_PHOTO", 4),
        ];
        let files = files.map(|(name, number)| {
            let scan_ref = "6a31253e-e10a-11eb-cc95-02cb49d118ed";
            let url = format!(
                "https://kyc.example/api/v2/files/{scan_ref}/{}",
                blob(number)
            );
            (name.to_owned(), Value::from(url))
        });
        assert_eq!(told["fileUrls"], Value::Object(files.into_iter().collect()));
        assert_eq!(told["data"]["docType"], "PASSPORT");
        assert_eq!(told["data"]["selectedCountry"], "DE");
        assert_eq!(told["scanRef"], "6a31253e-e10a-11eb-cc95-02cb49d118ed");
        assert_eq!(
            (&told["clientId"], &told["final"]),
            (&json!("123"), &json!(true))
        );
        let at = NOW.as_millis() / 1_000;
        assert_eq!(
            (&told["startTime"], &told["finishTime"]),
            (&json!(at), &json!(at))
        );
        assert!(!told.to_string().contains("CANARY"));
    }

    #[test]
    fn every_answer_of_a_comparison_is_told_and_what_follows_from_it() {
        for (answer, theirs, steps, tags) in [
            ("match", "MATCH", "VALID", json!([])),
            (
                "not_match",
                "NOT_MATCH",
                "INVALID",
                json!(["UTILITY_ADDRESS"]),
            ),
            (
                "not_found",
                "NOT_FOUND",
                "NOT_FOUND",
                json!(["ADDITIONAL_STEP_NOT_FOUND"]),
            ),
            ("no_data", "NO_DATA", "VALID", json!([])),
        ] {
            let given = if answer == "no_data" {
                json!({ "type": "prescribe" })
            } else {
                known()
            };
            let (session, mut case) = handed_in(given);
            let compared = json!({ "type": "compared", "fields": { "address": answer } });
            let extracted = json!({ "type": "extracted", "fields": { "number": "7" } });
            judged(
                &mut case,
                &[
                    json!({ "type": "claim" }),
                    judge("step:UTILITY_BILL", compared),
                    judge("step:ADDITIONAL_PHOTO", extracted),
                ],
            );
            let (_, told) = notice(&session, Some(&case), &names());
            let bill = &told["additionalData"]["UTILITY_BILL"]["address"];
            assert_eq!(bill["status"], theirs);
            assert_eq!(told["status"]["additionalSteps"], steps);
            assert_eq!(told["status"]["mismatchTags"], tags);
            assert_eq!(told["status"]["overall"], "REVIEWING");
            assert_eq!(told["final"], false);
        }
    }

    #[test]
    fn of_somebody_who_was_erased_nothing_is_told_but_that() {
        let (mut session, case) = handed_in(known());
        approve(&mut session);
        let erase = collection::Event::Erase;
        let _ = session.handle(&erase, NOW).unwrap();
        let mut gone = case;
        let withdraw = review::Event::Withdraw;
        let _ = gone.handle(&withdraw, &Actor::INTEGRATOR, NOW).unwrap();
        let erase = review::Event::Erase;
        let _ = gone.handle(&erase, &Actor::INTEGRATOR, NOW).unwrap();
        let (_, told) = notice(&session, Some(&gone), &Names::default());
        assert_eq!(told["status"]["overall"], "DELETED");
        for member in ["additionalSteps", "additionalData", "fileUrls"] {
            assert_eq!(told[member], json!({}));
        }
        assert!(!told.to_string().contains("Street"));
    }
}
