//! What is told of a session in their words: the body of a webhook, and the answers of `status` and `data`.

use kyc_core::review::{self, Verdict};
use kyc_core::{
    Comparison, Item, Outcome, Pii, RejectReason, RetakeReason, SessionId, StepName, StepType,
    Timestamp, collection,
};
use serde_json::{Map, Value, json};

use super::vocabulary::{self, DELETED, capitals};
use crate::results::{Results, Status, StepResult};

/// What the company calls a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Its client.
    pub(crate) client: Option<String>,
    /// Its own reference.
    pub(crate) reference: Option<String>,
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
        "fileUrls": {},
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

/// Our session under the name that they keep: the same 32 digits, with hyphens.
pub(super) fn scan_ref(session: &SessionId) -> String {
    let id = session.as_str();
    match uuid::Uuid::try_parse(id) {
        Ok(uuid) if id.len() == 32 => uuid.hyphenated().to_string(),
        _ => id.to_owned(),
    }
}

/// Back to our session: in the one form in which it was handed out.
pub(super) fn session_of(scan_ref: &str) -> Option<SessionId> {
    let uuid = uuid::Uuid::try_parse(scan_ref).ok()?;
    let handed_out = uuid.hyphenated().to_string();
    (handed_out == scan_ref)
        .then(|| uuid.simple().to_string().parse().ok())
        .flatten()
}

/// A session and what reviewers said of its photos.
struct Told {
    results: Results,
    document: Option<&'static str>,
    face: Option<&'static str>,
}

impl Told {
    fn of(session: &collection::Session, case: Option<&review::Session>) -> Self {
        let results = Results::of(session, case);
        let items = case.map(review::Session::items).unwrap_or_default();
        let said = |item: &Item, verdict: Option<&Verdict>| match verdict {
            Some(Verdict::Retake { reason, .. }) => Some(match item {
                Item::Selfie => vocabulary::retake(*reason).1,
                _ => vocabulary::retake(*reason).0,
            }),
            Some(Verdict::Fine {}) => Some(match item {
                Item::Selfie => FACE_MATCH,
                _ => DOC_VALIDATED,
            }),
            _ => None,
        };
        let found = |is_of: fn(&Item) -> bool| {
            let mut said = items
                .iter()
                .filter(|item| is_of(&item.item))
                .map(|item| said(&item.item, item.verdict.as_ref()));
            let first = said.next()?;
            // One side that is wanted again is told before another that is fine.
            said.fold(first, |found, next| match (found, next) {
                (Some(DOC_VALIDATED), next) => next,
                (found, _) => found,
            })
        };
        let rejected = results.outcome == Some(Outcome::Rejected);
        let why = results.reason.filter(|_| rejected);
        Self {
            document: match why {
                Some(RejectReason::DocumentExpired) => Some("DOC_EXPIRED"),
                Some(RejectReason::DocumentNotAccepted) => Some("DOC_NOT_ALLOWED"),
                Some(RejectReason::DetailsMismatch) => Some("DOC_INFO_MISMATCH"),
                _ => found(|item| item.side().is_some()),
            },
            face: match why {
                Some(RejectReason::FaceMismatch) => Some("FACE_MISMATCH"),
                _ => found(|item| *item == Item::Selfie),
            },
            results,
        }
    }

    fn status(&self) -> Value {
        let overall = match self.results.redacted_at {
            Some(_) => DELETED,
            None => vocabulary::phase(self.results.phase).overall,
        };
        json!({
            "overall": overall,
            "fraudTags": [],
            "mismatchTags": self.mismatches(),
            // Nothing is decided by a program here.
            "autoFace": null,
            "manualFace": self.face,
            "autoDocument": null,
            "manualDocument": self.document,
            "additionalSteps": self.steps(),
        })
    }

    /// What came of all additional steps that somebody evaluates; nothing before all of them were.
    fn steps(&self) -> Option<&'static str> {
        let evaluated = || {
            let steps = self.results.steps.iter();
            steps.filter(|step| step.kind != StepType::Upload)
        };
        let says = |answer| evaluated().any(|step| answers(step).any(|said| said == answer));
        let stands = |status| evaluated().any(|step| step.status == status);
        match () {
            () if stands(Status::WantedAgain) || says(Comparison::NotMatch) => Some("INVALID"),
            () if says(Comparison::NotFound) => Some("NOT_FOUND"),
            () if stands(Status::Waiting) || stands(Status::Missing) => None,
            () if stands(Status::Answered) => Some("VALID"),
            () => None,
        }
    }

    fn mismatches(&self) -> Vec<&'static str> {
        let mut tags = Vec::new();
        if self.results.reason == Some(RejectReason::UnderAge) {
            tags.push("UNDER_AGE");
        }
        for step in &self.results.steps {
            let is_bill = step.step == StepName::UTILITY_BILL;
            if step.status == Status::WantedAgain {
                tags.push(match step.reason {
                    Some(RetakeReason::ExpiredDocument) if is_bill => "EXPIRED_UTILITY_BILL",
                    _ => "INVALID_ADDITIONAL_STEP",
                });
            }
            for field in &step.fields {
                let tag = match (field.answer, field.field.as_str()) {
                    (Some(Comparison::NotMatch), "address") if is_bill => "UTILITY_ADDRESS",
                    (Some(Comparison::NotMatch), "name") if is_bill => "UTILITY_NAME",
                    (Some(Comparison::NotMatch), _) => "ADDITIONAL_STEP_INFORMATION_MISMATCH",
                    (Some(Comparison::NotFound), _) => "ADDITIONAL_STEP_NOT_FOUND",
                    _ => continue,
                };
                tags.push(tag);
            }
        }
        tags.dedup();
        tags
    }

    /// Nothing is read from the document by a program; names and day of birth are what the applicant typed, once a person
    /// has compared them with it.
    fn data(&self, session: &collection::Session) -> Value {
        let details = session.view().details;
        let details = details.filter(|_| self.results.outcome == Some(Outcome::Approved));
        let given = details.as_ref().map(|said| said.given_names.expose());
        let family = details.as_ref().map(|said| said.family_name.expose());
        let full = given
            .zip(family)
            .map(|(given, family)| format!("{given} {family}"));
        let document = self.results.document;
        let mut data: Map<_, _> = UNREAD
            .iter()
            .map(|name| ((*name).to_owned(), Value::Null))
            .collect();
        for (name, value) in [
            ("docFirstName", json!(given)),
            ("docLastName", json!(family)),
            ("fullName", json!(full)),
            (
                "docDob",
                json!(details.as_ref().map(|said| said.date_of_birth.expose())),
            ),
            (
                "docType",
                json!(document.map(|document| capitals(document.document))),
            ),
            (
                "docIssuingCountry",
                json!(document.map(|document| document.country)),
            ),
            (
                "selectedCountry",
                json!(document.map(|document| document.country)),
            ),
            ("manuallyDataChanged", json!(false)),
        ] {
            data.insert(name.to_owned(), value);
        }
        Value::Object(data)
    }

    fn types(&self) -> Value {
        self.handed_in()
            .map(|step| (step.step.to_string(), json!(capitals(step.kind))))
            .collect::<Map<_, _>>()
            .into()
    }

    /// Of what is only stored nothing is told.
    fn additional_data(&self) -> Value {
        let evaluated = self
            .handed_in()
            .filter(|step| step.kind != StepType::Upload);
        evaluated
            .map(|step| (step.step.to_string(), fields(step)))
            .collect::<Map<_, _>>()
            .into()
    }

    fn handed_in(&self) -> impl Iterator<Item = &StepResult> {
        let steps = self.results.steps.iter();
        steps.filter(|step| step.status != Status::Missing)
    }
}

fn fields(step: &StepResult) -> Value {
    let field = |field: &crate::results::FieldResult| {
        let value = field.seen.as_ref().or(match step.kind {
            // What somebody knew beforehand is not what was read.
            StepType::Extract => None,
            _ => field.given.as_ref(),
        });
        let status = field.answer.map(capitals);
        let told = json!({ "value": value.map(Pii::expose), "status": status });
        (field.field.to_string(), told)
    };
    step.fields.iter().map(field).collect::<Map<_, _>>().into()
}

fn answers(step: &StepResult) -> impl Iterator<Item = Comparison> {
    step.fields.iter().filter_map(|field| field.answer)
}

fn seconds(at: Option<Timestamp>) -> Option<u64> {
    at.map(|at| at.as_millis() / 1_000)
}

const FACE_MATCH: &str = "FACE_MATCH";
const DOC_VALIDATED: &str = "DOC_VALIDATED";

/// What nobody reads from a document here.
const UNREAD: [&str; 19] = [
    "docNumber",
    "docPersonalCode",
    "docExpiry",
    "docDateOfIssue",
    "docSex",
    "docNationality",
    "birthPlace",
    "authority",
    "address",
    "orgFirstName",
    "orgLastName",
    "orgNationality",
    "orgBirthPlace",
    "orgAuthority",
    "orgAddress",
    "ageEstimate",
    "clientIpProxyRiskLevel",
    "duplicateFaces",
    "duplicateDocFaces",
];

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
        for member in ["additionalSteps", "additionalData"] {
            assert_eq!(told[member], json!({}));
        }
        assert!(!told.to_string().contains("Street"));
    }

    #[test]
    fn a_scan_ref_is_taken_in_the_form_in_which_it_was_handed_out_and_in_no_other() {
        let session: SessionId = SESSION.parse().unwrap();
        let told = scan_ref(&session);
        assert_eq!(session_of(&told), Some(session));
        for other in [
            SESSION,
            "",
            "x",
            &told.to_uppercase(),
            &format!("{{{told}}}"),
        ] {
            assert_eq!(session_of(other), None, "{other}");
        }
    }
}
