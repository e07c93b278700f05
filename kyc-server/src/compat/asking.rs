//! What a request for a token says. Whatever could not be done as it is asked for is refused, and never passed over.

use kyc_core::collection::Given;
use kyc_core::flow::Matrix;
use kyc_core::{Country, DocumentType};
use serde_json::{Map, Value};

use super::matrix;
use super::refusal::Refusal;
use super::vocabulary::{LOCALES, among};

/// A request for a token.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asking {
    /// The company's own name for the person.
    pub(super) client: String,
    /// Its own reference.
    pub(super) reference: Option<String>,
    pub(super) locale: Option<String>,
    /// How long the link is good, in seconds.
    pub(super) expiry: u64,
    /// Told again; how long a session is, the Flow says.
    pub(super) length: u64,
    pub(super) documents: Option<Vec<DocumentType>>,
    pub(super) steps: Option<Matrix>,
    pub(super) given: Option<Given>,
}

impl Asking {
    /// Reads the members of a body.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let mut asking = Self {
            client: String::new(),
            reference: None,
            locale: None,
            expiry: 3_600,
            length: 600,
            documents: None,
            steps: None,
            given: None,
        };
        for (member, value) in body {
            if value.is_null() {
                continue;
            }
            match member.as_str() {
                "clientId" => {
                    asking.client = name(value, 100, "clientId has 1 to 100 characters.")?;
                }
                "externalRef" => {
                    let reference = name(value, 40, "externalRef has 1 to 40 characters.")?;
                    asking.reference = Some(reference);
                }
                "locale" => asking.locale = Some(locale(value)?),
                "expiryTime" => {
                    let range = 0..=2_592_000;
                    asking.expiry = number(value, range, "expiryTime is 0 to 2592000 seconds.")?;
                }
                "sessionLength" => {
                    let range = 60..=3_600;
                    asking.length = number(value, range, "sessionLength is 60 to 3600 seconds.")?;
                }
                "documents" => asking.documents = Some(documents(value)?),
                "additionalSteps" => asking.steps = Some(matrix::read(value)?),
                "additionalData" => asking.given = Some(matrix::read_given(value)?),
                "country" => return Err(country(value)),
                "tokenType" if value == "IDENTIFICATION" => {}
                "showInstructions" if *value == Value::Bool(true) => {}
                "dummyStatus" => {
                    return Err(Refusal::not_allowed("There is no dummy status here."));
                }
                member => refuse(member, value)?,
            }
        }
        match asking.client.is_empty() {
            true => Err(Refusal::missing("clientId is required.")),
            false => Ok(asking),
        }
    }
}

fn name(value: &Value, longest: usize, otherwise: &'static str) -> Result<String, Refusal> {
    let text = value.as_str().ok_or(Refusal::bad(otherwise))?;
    if text.is_empty() {
        return Err(Refusal::missing(otherwise));
    }
    match text.chars().count() <= longest && !text.chars().any(char::is_control) {
        true => Ok(text.to_owned()),
        false => Err(Refusal::bad(otherwise)),
    }
}

fn locale(value: &Value) -> Result<String, Refusal> {
    let known = value.as_str().filter(|locale| LOCALES.contains(locale));
    known
        .map(str::to_owned)
        .ok_or(Refusal::bad("There is no such locale."))
}

fn number(
    value: &Value,
    range: std::ops::RangeInclusive<u64>,
    otherwise: &'static str,
) -> Result<u64, Refusal> {
    let number = value.as_u64().filter(|number| range.contains(number));
    number.ok_or(Refusal::bad(otherwise))
}

fn documents(value: &Value) -> Result<Vec<DocumentType>, Refusal> {
    let words = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let types = words
        .iter()
        .map(|word| among(DocumentType::ALL, word.as_str()?))
        .collect::<Option<Vec<_>>>();
    types.filter(|types| !types.is_empty()).ok_or(Refusal::bad(
        "documents is not a list of types of documents.",
    ))
}

/// The Flow says which countries are taken: a request that narrows that must not be passed over.
fn country(value: &Value) -> Refusal {
    let is_known = |value: &Value| {
        let code = value.as_str().map(str::parse::<Country>);
        code.is_some_and(|country| country.is_ok())
    };
    let known = match value {
        Value::Array(list) => list.iter().all(is_known),
        one => is_known(one),
    };
    match known {
        true => Refusal::bad("country is not offered here: the Flow says which are taken."),
        false => Refusal::bad("There is no such country."),
    }
}

/// What nobody here would look at must not be thought to be looked at.
fn refuse(member: &str, value: &Value) -> Result<(), Refusal> {
    let is_off = *value == Value::Bool(false);
    if SWITCHES.contains(&member) && is_off {
        return Ok(());
    }
    let known = SWITCHES.iter().chain(&NOT_OFFERED);
    match known.into_iter().any(|known| *known == member) {
        true => Err(Refusal::bad(
            "A member of the request is not offered here; see the list of those that are.",
        )),
        false => Err(Refusal::bad("A member of the request is not known.")),
    }
}

/// What may be left off.
const SWITCHES: [&str; 10] = [
    "checkAml",
    "checkDuplicateFaces",
    "checkDuplicatePersonalData",
    "checkFaceBlacklist",
    "checkLiveness",
    "generateDigitString",
    "nfcRequired",
    "reviewFailed",
    "reviewSuccessful",
    "utilityBill",
];

/// What is asked for and not done here.
const NOT_OFFERED: [&str; 22] = [
    "address",
    "ageLimit",
    "ageMax",
    "callbackUrl",
    "dateOfBirth",
    "dateOfExpiry",
    "dateOfIssue",
    "digitString",
    "documentNumber",
    "errorUrl",
    "firstName",
    "lastName",
    "nationality",
    "personScanRef",
    "personalNumber",
    "questionnaire",
    "questionnaireRequired",
    "sex",
    "showInstructions",
    "successUrl",
    "tokenType",
    "unverifiedUrl",
];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Value) -> Result<Asking, Refusal> {
        Asking::read(body.as_object().unwrap())
    }

    #[test]
    fn every_member_that_has_only_its_default_is_taken() {
        let asked = json!({
            "clientId": "1", "expiryTime": 3600, "sessionLength": 600, "showInstructions": true,
            "tokenType": "IDENTIFICATION", "firstName": null, "checkLiveness": false, "callbackUrl": null,
        });
        assert_eq!(
            read(asked).unwrap(),
            read(json!({ "clientId": "1" })).unwrap()
        );
    }

    #[test]
    fn every_locale_of_the_vocabulary_is_taken_and_no_other() {
        for locale in LOCALES {
            let asked = read(json!({ "clientId": "1", "locale": locale }));
            assert_eq!(asked.unwrap().locale.as_deref(), Some(locale));
        }
        for locale in ["xx", "EN", "en-GB", ""] {
            assert!(read(json!({ "clientId": "1", "locale": locale })).is_err());
        }
    }

    #[test]
    fn what_would_narrow_the_verification_is_refused_and_never_passed_over() {
        for member in NOT_OFFERED {
            let asked = json!({ "clientId": "1", member: "x" });
            assert!(read(asked).is_err(), "{member}");
        }
        for member in SWITCHES {
            let asked = json!({ "clientId": "1", member: true });
            assert!(read(asked).is_err(), "{member}");
        }
    }
}
