//! What a refused request is told: a message and an identifier, whatever went wrong and wherever.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kyc_core::collection::{Reason, Rejected};
use serde_json::json;

use crate::problem::{Code, Problem};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refusal {
    /// In their words.
    Said {
        status: StatusCode,
        identifier: &'static str,
        /// Never anything that was sent.
        message: &'static str,
    },
    /// In ours; `envelope` translates it on its way out.
    Problem(Box<Problem>),
}

impl Refusal {
    const fn said(status: StatusCode, identifier: &'static str, message: &'static str) -> Self {
        Self::Said {
            status,
            identifier,
            message,
        }
    }

    /// A value that cannot be taken.
    pub(super) const fn bad(message: &'static str) -> Self {
        Self::said(StatusCode::BAD_REQUEST, BAD_VALUE, message)
    }

    /// A value that has to be there.
    pub(super) const fn missing(message: &'static str) -> Self {
        Self::said(StatusCode::BAD_REQUEST, MISSING_VALUE, message)
    }

    /// Not JSON, or not an object.
    pub(super) const fn no_json() -> Self {
        Self::said(
            StatusCode::BAD_REQUEST,
            JSON_ERROR,
            "The body is not a JSON object.",
        )
    }

    /// Not base64.
    pub(super) const fn no_base64() -> Self {
        Self::said(
            StatusCode::BAD_REQUEST,
            ENCODING_ERROR,
            "image is not base64.",
        )
    }

    /// No session of that name, or one that was erased.
    pub(super) const fn unknown() -> Self {
        Self::said(
            StatusCode::NOT_FOUND,
            TOKEN_NOT_VALID,
            "There is no such scanRef.",
        )
    }

    /// A link that leads nowhere any more.
    pub(super) const fn link_over() -> Self {
        Self::said(
            StatusCode::NOT_FOUND,
            TOKEN_NOT_VALID,
            "This link is no longer valid.",
        )
    }

    /// What the environment does not allow.
    pub(super) const fn not_allowed(message: &'static str) -> Self {
        Self::said(StatusCode::FORBIDDEN, PERMISSIONS_ERROR, message)
    }

    /// Not now.
    pub(super) const fn not_now(message: &'static str) -> Self {
        Self::said(StatusCode::CONFLICT, PARTNER_ERROR, message)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// Why a chart did not take what was asked.
impl From<Rejected> for Refusal {
    fn from(rejected: Rejected) -> Self {
        let Rejected::Refused { reason, .. } = rejected else {
            return Self::not_now("The session has not come to its end.");
        };
        match reason {
            Reason::StepUnknown => Self::bad("There is no such additional step."),
            Reason::StepTypeNotEnabled => {
                Self::not_allowed("This type is not enabled for the additional step.")
            }
            Reason::FieldUnknown => Self::bad("The additional step has no such field."),
            Reason::CountryUnknown => Self::bad("There is no such country."),
            Reason::DocumentUnknown => Self::bad("There is no such type of document."),
            Reason::SourceNotAllowed => {
                Self::not_allowed("The settings of the additional step do not allow this.")
            }
            Reason::LocaleInvalid => Self::bad("There is no such locale."),
            Reason::TextTooLong => Self::bad("A text is empty or too long."),
            Reason::AlreadyErased => Self::unknown(),
            Reason::AlreadyStarted => Self::not_now("The session has begun."),
            Reason::NoAttemptsLeft => Self::not_now("No more files are taken for this session."),
            _ => Self::not_now("This is not possible now."),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Said {
                status,
                identifier,
                message,
            } => told(status, identifier, message),
        }
    }
}

fn told(status: StatusCode, identifier: &'static str, message: &str) -> Response {
    let body = json!({ "message": message, "identifier": identifier }).to_string();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response.extensions_mut().insert(Code(identifier));
    response
}

/// Translates whatever a layer or a route has refused in our words. The log keeps ours.
pub(super) async fn envelope(response: Response) -> Response {
    let Some(Code(code)) = response.extensions().get::<Code>().copied() else {
        return response;
    };
    if ALL.contains(&code) {
        return response;
    }
    let (status, identifier, message) = translated(code, response.status());
    let (mut parts, _) = response.into_parts();
    parts.status = status;
    parts.headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    parts.headers.remove(header::CONTENT_LENGTH);
    if status == StatusCode::UNAUTHORIZED {
        let basic = HeaderValue::from_static("Basic realm=\"api\"");
        parts.headers.insert(header::WWW_AUTHENTICATE, basic);
    }
    let body = json!({ "message": message, "identifier": identifier });
    Response::from_parts(parts, Body::from(body.to_string()))
}

/// What one of our codes is called. What is not named goes by its status.
fn translated(code: &str, status: StatusCode) -> (StatusCode, &'static str, &'static str) {
    let found = CODES.iter().find(|(ours, ..)| *ours == code);
    match found {
        Some((_, status, identifier, message)) => (*status, identifier, message),
        None if status.is_server_error() => (status, INTERNAL_ERROR, "Something went wrong."),
        None => (status, VALIDATION_ERROR, "This was refused."),
    }
}

type Translated = (&'static str, StatusCode, &'static str, &'static str);

#[rustfmt::skip]
const CODES: &[Translated] = &[
    ("malformed", StatusCode::BAD_REQUEST, JSON_ERROR, "The body could not be read."),
    ("too_slow", StatusCode::BAD_REQUEST, JSON_ERROR, "The body took too long to arrive."),
    ("not_json", StatusCode::BAD_REQUEST, JSON_ERROR, "Content-Type application/json is required."),
    ("unauthorized", StatusCode::UNAUTHORIZED, UNAUTHORIZED, "Wrong API key or secret."),
    ("not_found", StatusCode::NOT_FOUND, BAD_VALUE, "There is nothing here."),
    ("method_not_allowed", StatusCode::METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED, "This method is not offered here."),
    ("code_invalid", StatusCode::NOT_FOUND, TOKEN_NOT_VALID, "This link is no longer valid."),
    ("not_accepted", StatusCode::CONFLICT, PARTNER_ERROR, "This is not possible now."),
    ("stale", StatusCode::CONFLICT, PARTNER_ERROR, "The session has moved on."),
    ("key_reused", StatusCode::CONFLICT, PARTNER_ERROR, "This client has an active session."),
    ("on_hold", StatusCode::CONFLICT, PARTNER_ERROR, "This session is on hold and may not be deleted."),
    ("images_exhausted", StatusCode::CONFLICT, PARTNER_ERROR, "No more files are taken for this session."),
    ("refused", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "This was refused."),
    ("too_large", StatusCode::PAYLOAD_TOO_LARGE, VALIDATION_ERROR, "The request is too large."),
    ("too_many_pixels", StatusCode::PAYLOAD_TOO_LARGE, VALIDATION_ERROR, "The image has too many pixels."),
    ("image_empty", StatusCode::BAD_REQUEST, MISSING_VALUE, "image is empty."),
    ("image_damaged", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "The image is damaged or incomplete."),
    ("image_too_small", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "The image is too small to be read."),
    ("not_an_image", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "This kind of file is not taken."),
    ("pdf_not_allowed", StatusCode::FORBIDDEN, PERMISSIONS_ERROR, "canUploadPDF is false for the additional step."),
    ("pdf_encrypted", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "The PDF asks for a password."),
    ("pdf_damaged", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "The PDF is damaged or incomplete."),
    ("pdf_empty", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "There is nothing to see in the PDF."),
    ("pdf_too_long", StatusCode::PAYLOAD_TOO_LARGE, VALIDATION_ERROR, "The PDF has too many pages."),
    ("pdf_too_complex", StatusCode::BAD_REQUEST, VALIDATION_ERROR, "The PDF takes too long to draw."),
    ("rate_limited", StatusCode::TOO_MANY_REQUESTS, TOO_MANY_REQUESTS, "Too many requests."),
];

const BAD_VALUE: &str = "BAD_VALUE";
const ENCODING_ERROR: &str = "ENCODING_ERROR";
const INTERNAL_ERROR: &str = "INTERNAL_ERROR";
const JSON_ERROR: &str = "JSON_ERROR";
const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
const MISSING_VALUE: &str = "MISSING_VALUE";
const PARTNER_ERROR: &str = "PARTNER_ERROR";
const PERMISSIONS_ERROR: &str = "PERMISSIONS_ERROR";
const TOKEN_NOT_VALID: &str = "TOKEN_NOT_VALID";
const TOO_MANY_REQUESTS: &str = "TOO_MANY_REQUESTS";
const UNAUTHORIZED: &str = "UNAUTHORIZED";
const VALIDATION_ERROR: &str = "VALIDATION_ERROR";

/// Every identifier that is answered with.
const ALL: [&str; 12] = [
    BAD_VALUE,
    ENCODING_ERROR,
    INTERNAL_ERROR,
    JSON_ERROR,
    METHOD_NOT_ALLOWED,
    MISSING_VALUE,
    PARTNER_ERROR,
    PERMISSIONS_ERROR,
    TOKEN_NOT_VALID,
    TOO_MANY_REQUESTS,
    UNAUTHORIZED,
    VALIDATION_ERROR,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem;

    #[test]
    fn every_translated_code_is_one_of_ours_and_none_is_translated_twice() {
        for (position, (code, ..)) in CODES.iter().enumerate() {
            assert!(
                problem::CODES.iter().any(|(ours, _)| ours == code),
                "{code}"
            );
            assert!(CODES[..position].iter().all(|(other, ..)| other != code));
        }
    }

    #[test]
    fn a_fault_of_ours_is_never_called_one_of_theirs() {
        for (code, status) in problem::CODES {
            let (told, identifier, _) = translated(code, *status);
            assert_eq!(told.is_server_error(), status.is_server_error(), "{code}");
            assert_eq!(identifier == INTERNAL_ERROR, status.is_server_error());
            assert!(ALL.contains(&identifier));
        }
    }

    #[test]
    fn the_readme_names_every_identifier() {
        let readme = include_str!("../../README.md");
        for identifier in ALL {
            assert!(
                readme.contains(&format!("| `{identifier}` |")),
                "{identifier}"
            );
        }
    }
}
