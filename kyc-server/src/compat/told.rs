//! What reviewers said, in their words: statuses, tags, and the fields of additional steps.

use kyc_core::review::{self, Verdict};
use kyc_core::{
    Comparison, Item, Outcome, Pii, RejectReason, RetakeReason, StepName, StepType, collection,
};
use serde_json::{Map, Value, json};

use super::vocabulary::{self, DELETED, capitals};
use crate::results::{FieldResult, Results, Status, StepResult};

/// A session and what reviewers said of its photos.
pub(super) struct Told {
    pub(super) results: Results,
    document: Option<&'static str>,
    face: Option<&'static str>,
}

impl Told {
    pub(super) fn of(session: &collection::Session, case: Option<&review::Session>) -> Self {
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

    pub(super) fn status(&self) -> Value {
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
    pub(super) fn data(&self, session: &collection::Session) -> Value {
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

    pub(super) fn types(&self) -> Value {
        self.handed_in()
            .map(|step| (step.step.to_string(), json!(capitals(step.kind))))
            .collect::<Map<_, _>>()
            .into()
    }

    /// Of what is only stored nothing is told.
    pub(super) fn additional_data(&self) -> Value {
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
    let field = |field: &FieldResult| {
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
