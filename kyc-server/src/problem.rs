//! What a refused request is told: a stable code, never what was sent.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// An answer of `application/problem+json` (RFC 9457). Callers tell problems apart by `code`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
    detail: Option<String>,
    more: Map<String, Value>,
    retry_after: Option<u64>,
    /// The store that has no room, when that is why.
    full: Option<&'static str>,
}

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $title:literal;)*) => {
        impl Problem {
            $(
                $(#[$doc])*
                pub(crate) fn $name() -> Self {
                    Self::new(StatusCode::$status, stringify!($name), $title)
                }
            )*
        }

        /// Every code this server can answer with, and its status.
        pub(crate) const CODES: &[(&str, StatusCode)] = &[$((stringify!($name), StatusCode::$status)),*];
    };
}

problems! {
    /// The body or a header is not what this route reads.
    malformed = BAD_REQUEST, "The request could not be read";
    /// No credentials, or none that are valid here.
    unauthorized = UNAUTHORIZED, "These credentials are not valid here";
    /// Name or password is wrong; which of the two is not told.
    login_failed = UNAUTHORIZED, "The name or the password is wrong";
    /// The reviewer's role does not include this.
    role_missing = FORBIDDEN, "Your role does not allow this";
    /// A page of another origin has sent this request.
    cross_origin = FORBIDDEN, "Requests from other origins are refused";
    /// The caller may not send this event, whatever the state.
    not_yours = FORBIDDEN, "This event is not yours to send";
    /// There is nothing here, or nothing for this caller.
    not_found = NOT_FOUND, "There is nothing here";
    /// The path exists, the method does not.
    method_not_allowed = METHOD_NOT_ALLOWED, "This method is not offered here";
    /// The link code was used, has run out, or never existed.
    code_invalid = UNAUTHORIZED, "This link is no longer valid";
    /// The body took too long to arrive.
    too_slow = REQUEST_TIMEOUT, "The request took too long to arrive";
    /// The event is not accepted in this state.
    not_accepted = CONFLICT, "This is not possible in the present state";
    /// There is a hold: nothing may be erased until it is lifted.
    on_hold = CONFLICT, "This session is on hold and may not be erased";
    /// A guard said no.
    refused = UNPROCESSABLE_ENTITY, "This was refused";
    /// The caller has seen an older version.
    stale = PRECONDITION_FAILED, "The session has moved on";
    /// `If-Match` is missing.
    version_required = PRECONDITION_REQUIRED, "If-Match with the version you have seen is required";
    /// `Idempotency-Key` is missing.
    key_required = BAD_REQUEST, "An Idempotency-Key is required";
    /// The same key was used for another request.
    key_reused = UNPROCESSABLE_ENTITY, "This Idempotency-Key was used for another request";
    /// The body is larger than this route takes.
    too_large = PAYLOAD_TOO_LARGE, "The request is too large";
    /// The body is not declared as JSON.
    not_json = UNSUPPORTED_MEDIA_TYPE, "Content-Type application/json is required";
    /// The bytes are not a still JPEG, PNG or WebP.
    not_an_image = UNSUPPORTED_MEDIA_TYPE, "Only JPEG, PNG and WebP photographs are taken";
    /// The bytes are a PDF, and nothing that is asked for may be handed in as one.
    pdf_not_allowed = UNSUPPORTED_MEDIA_TYPE, "A PDF is not taken here";
    /// The PDF asks for a password.
    pdf_encrypted = UNPROCESSABLE_ENTITY, "The PDF asks for a password";
    /// The PDF does not hold together.
    pdf_damaged = UNPROCESSABLE_ENTITY, "The PDF is damaged or incomplete";
    /// The PDF has more pages than are taken.
    pdf_too_long = PAYLOAD_TOO_LARGE, "The PDF has too many pages";
    /// The PDF has no page, or nothing on any.
    pdf_empty = UNPROCESSABLE_ENTITY, "There is nothing to see in the PDF";
    /// The pages of the PDF take more time or memory to draw than there is for one.
    pdf_too_complex = UNPROCESSABLE_ENTITY, "The PDF takes too long to draw";
    /// Nothing was uploaded.
    image_empty = UNPROCESSABLE_ENTITY, "The file is empty";
    /// The bytes begin like an image but do not decode to a whole one.
    image_damaged = UNPROCESSABLE_ENTITY, "The image is damaged or incomplete";
    /// Too few pixels to read anything.
    image_too_small = UNPROCESSABLE_ENTITY, "The image is too small to be read";
    /// More pixels than are decoded.
    too_many_pixels = PAYLOAD_TOO_LARGE, "The image has too many pixels";
    /// The digest in the path is not that of the bytes.
    digest_mismatch = UNPROCESSABLE_ENTITY, "The bytes do not have the digest they were announced with";
    /// The part does not go on where the upload stands, which `offset` tells.
    upload_offset = CONFLICT, "The upload stands at another place";
    /// The event names an image that was never uploaded.
    blob_missing = UNPROCESSABLE_ENTITY, "The image was never uploaded";
    /// The event says that the file was obtained in a way in which it was not.
    source_mismatch = UNPROCESSABLE_ENTITY, "The file is not what it is handed in as";
    /// The session has taken as many events of its applicant as it may.
    events_exhausted = CONFLICT, "This session takes no more events";
    /// The session has as many images as it may.
    images_exhausted = CONFLICT, "This session takes no more images";
    /// The session goes on at the device that this one let in.
    handed_over = CONFLICT, "The session goes on at another device";
    /// Nobody waits to be let in, or not any more.
    handover_ended = GONE, "This hand-over has ended";
    /// Only a device that another one has let in can give the session back.
    not_let_in = CONFLICT, "No other device has let this one in";
    /// Too many devices in a row have let the next one in.
    devices_exhausted = CONFLICT, "The session has gone through as many devices as it may";
    /// Too many requests from here.
    rate_limited = TOO_MANY_REQUESTS, "Too many requests";
    /// Too many live streams are open.
    streams_exhausted = SERVICE_UNAVAILABLE, "Too many live streams are open";
    /// The Flow that the session was opened with is not configured: the operator has to give it back.
    flow_missing = SERVICE_UNAVAILABLE, "The Flow of this session is not there";
    /// What is stored about this session does not open.
    session_unreadable = INTERNAL_SERVER_ERROR, "This session cannot be opened";
    /// The store or the blobs do not answer.
    unavailable = SERVICE_UNAVAILABLE, "The service is not available at the moment";
    /// A fault of ours.
    internal = INTERNAL_SERVER_ERROR, "Something went wrong";
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str) -> Self {
        Self {
            status,
            code,
            title,
            detail: None,
            more: Map::new(),
            retry_after: None,
            full: None,
        }
    }

    /// Explains further. Never give it anything that was sent.
    #[must_use]
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds a member beside the standard ones.
    #[must_use]
    pub(crate) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.more.insert(member.to_owned(), value.into());
        self
    }

    /// Adds all members of `value`, an object; the standard members stay as they are.
    #[must_use]
    pub(crate) fn merge(mut self, value: Value) -> Self {
        if let Value::Object(members) = value {
            self.more.extend(members);
        }
        self
    }

    /// When it may succeed, in seconds.
    #[must_use]
    pub(crate) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The store has no room for what was asked.
    pub(crate) fn no_room(store: &'static str) -> Self {
        Self {
            full: Some(store),
            ..Self::unavailable().retry_after(30)
        }
    }

    /// The stable name of the problem.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }

    /// Whether this is about the bytes of a file, so that no further part of it makes it better.
    pub(crate) fn ends_an_upload(&self) -> bool {
        matches!(
            self.status,
            StatusCode::UNPROCESSABLE_ENTITY | StatusCode::UNSUPPORTED_MEDIA_TYPE
        ) || matches!(self.code, "too_many_pixels" | "pdf_too_long")
    }

    fn body(&self) -> Value {
        let mut body = self.more.clone();
        body.insert(
            "type".into(),
            json!(format!("urn:kyc:problem:{}", self.code)),
        );
        body.insert("title".into(), json!(self.title));
        body.insert("status".into(), json!(self.status.as_u16()));
        body.insert("code".into(), json!(self.code));
        if let Some(detail) = &self.detail {
            body.insert("detail".into(), json!(detail));
        }
        Value::Object(body)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body().to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Code(self.code));
        if let Some(store) = self.full {
            response.extensions_mut().insert(Full(store));
        }
        response
    }
}

/// Left on the response, so that the log line of the request can name the problem.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Code(pub(crate) &'static str);

/// Left on the response of a store that had no room, so that it is known when somebody asks whether the server is ready.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Full(pub(crate) &'static str);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_carries_type_title_status_and_code() {
        let body = Problem::refused().with("reason", "under_age").body();
        assert_eq!(
            body,
            json!({
                "type": "urn:kyc:problem:refused",
                "title": "This was refused",
                "status": 422,
                "code": "refused",
                "reason": "under_age",
            })
        );
    }

    #[test]
    fn no_member_can_replace_a_standard_one() {
        let body = Problem::refused()
            .merge(json!({"code": "other", "reason": "x"}))
            .body();
        assert_eq!(body["code"], "refused");
    }

    #[test]
    fn codes_are_unique() {
        let mut names: Vec<_> = CODES.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CODES.len());
    }
}
