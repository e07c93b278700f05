//! An image that comes in parts: how much of it is here, the next part, and giving it up. What is here stays here when the
//! connection breaks, the server stops, or another server answers next.
//!
//! The words are those of the IETF's resumable uploads; an upload is named by the digest of what it becomes.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use futures_util::StreamExt;
use kyc_core::{BlobRef, SessionId, Timestamp};
use kyc_persist::Blobs;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::applicant::{Image, status_of, takes_images, wanted};
use crate::auth::ApplicantCaller;
use crate::problem::Problem;
use crate::request::{Named, drain};
use crate::schema;
use crate::uploads::{ARRIVAL, Wanted, begins_as, busy};

/// The routes of an upload in parts, below `/applicant/v1`.
pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stand, append, give_up))
}

/// The most that one request may bring.
const MOST: usize = 1024 * 1024;

/// How many files of a session may be on their way; of more, the one that was begun first is given up.
const UNDER_WAY: usize = 2;

/// For how long an upload may be gone on with after it was begun.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Ask how much of an image is here: the place to go on from, and whether that is all of it.
#[utoipa::path(
    head, path = "/sessions/{session}/uploads/{digest}", tag = "applicant",
    responses(
        (status = NO_CONTENT, description = "Where the upload stands; 0 of one that was never begun", headers(
            ("Upload-Offset" = u64, description = "How many bytes are here"),
            ("Upload-Complete" = String, description = "`?1` once the image is taken"),
            ("Upload-Limit" = String, description = "max-size of the image, max-append-size of one request, max-age in seconds"),
        )),
        (status = CONFLICT, description = "not_accepted of a session that has ended; handed_over", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn stand(
    State(app): State<App>,
    caller: ApplicantCaller,
    Named(path): Named<Image>,
) -> Result<Response, Problem> {
    let session = app.session(&caller.session).await?;
    takes_images(&session)?;
    app.must_have_the_session(&caller.credential).await?;
    let wanted = wanted(&session);
    let _place = app.handling.take(caller.session.as_str()).map_err(busy)?;
    let (offset, complete) = match app.blobs.get(&caller.session, &path.digest).await? {
        Some(image) if app.has_taken(&caller.session, &path.digest).await? => (image.len(), true),
        _ => (app.offset(&caller.session, &path.digest).await?, false),
    };
    let limits = format!(
        "max-size={}, max-append-size={MOST}, max-age={}",
        wanted.images.max_bytes,
        AGE.as_secs(),
    );
    let limits = HeaderValue::try_from(limits).map_err(|_| Problem::internal())?;
    let standing = Standing { offset, complete };
    Ok((StatusCode::NO_CONTENT, standing, [(LIMIT, limits)]).into_response())
}

/// Send the next part of an image, or of a PDF where one is asked for. The last one says `Upload-Complete: ?1`; then all of
/// it is judged, as if it had come in one request. Whatever has arrived of a request that breaks off is kept, in steps of
/// 128 KiB, so ask where the upload stands. A part that is here already is refused and changes nothing.
#[utoipa::path(
    patch, path = "/sessions/{session}/uploads/{digest}", tag = "applicant",
    params(
        ("Upload-Offset" = u64, Header, description = "Where this part begins: where the upload stands"),
        ("Upload-Complete" = String, Header, description = "`?1` with the last part, else `?0`"),
    ),
    request_body(content = Vec<u8>, content_type = "application/partial-upload", description = "Up to 1 MiB"),
    responses(
        (status = NO_CONTENT, description = "Kept; the place to go on from is in Upload-Offset, and may lie before the end of this part"),
        (status = CREATED, description = "The image is taken"), (status = OK, description = "It was there already"),
        (status = CONFLICT, description = "upload_offset, with the place in `offset`; not_accepted of a session that has ended; images_exhausted; handed_over", body = schema::Problem, content_type = "application/problem+json"),
        (status = TOO_MANY_REQUESTS, description = "rate_limited", body = schema::Problem, content_type = "application/problem+json"),
        (status = PAYLOAD_TOO_LARGE, description = "too_large, too_many_pixels, pdf_too_long", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNSUPPORTED_MEDIA_TYPE, description = "not_an_image, pdf_not_allowed", body = schema::Problem, content_type = "application/problem+json"),
        (status = UNPROCESSABLE_ENTITY, description = "image_empty, image_damaged, image_too_small, pdf_encrypted, pdf_damaged, pdf_empty, pdf_too_complex, digest_mismatch", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn append(
    State(app): State<App>,
    caller: ApplicantCaller,
    Named(path): Named<Image>,
    part: Part,
    request: Request,
) -> Result<Response, Problem> {
    let mut body = request.into_body().into_data_stream();
    let appending = app.clone();
    let append = async move {
        let appended = appending.append(&caller, &path.digest, part, &mut body);
        Ok((appended.await, body))
    };
    let (appended, mut body) = app.to_the_end(append).await?;
    // So that the caller reads the answer instead of a broken pipe. It holds no place while the rest arrives.
    drop(tokio::time::timeout(ARRIVAL, drain(&mut body, DRAINED)).await);
    let standing = match appended? {
        Appended::Part(standing) => standing,
        Appended::Whole { is_new } => {
            return Ok((status_of(is_new), [completeness(true)]).into_response());
        }
    };
    Ok((StatusCode::NO_CONTENT, standing, ()).into_response())
}

/// Give an upload up: its parts are removed. One that has become an image stays. Again is harmless.
#[utoipa::path(
    delete, path = "/sessions/{session}/uploads/{digest}", tag = "applicant",
    responses(
        (status = NO_CONTENT),
        (status = CONFLICT, description = "handed_over", body = schema::Problem, content_type = "application/problem+json"),
    ),
    security(("applicant_token" = [])),
)]
async fn give_up(
    State(app): State<App>,
    caller: ApplicantCaller,
    Named(path): Named<Image>,
) -> Result<StatusCode, Problem> {
    app.must_have_the_session(&caller.credential).await?;
    app.blobs.drop_parts(&caller.session, &path.digest).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where an upload stands, as it is told.
struct Standing {
    offset: usize,
    complete: bool,
}

fn completeness(complete: bool) -> (HeaderName, HeaderValue) {
    let complete = match complete {
        true => "?1",
        false => "?0",
    };
    (COMPLETE, HeaderValue::from_static(complete))
}

impl IntoResponseParts for Standing {
    type Error = Infallible;

    fn into_response_parts(
        self,
        mut response: ResponseParts,
    ) -> Result<ResponseParts, Self::Error> {
        let (name, complete) = completeness(self.complete);
        let headers = response.headers_mut();
        headers.insert(name, complete);
        headers.insert(OFFSET, HeaderValue::from(self.offset));
        Ok(response)
    }
}

/// What a part says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    offset: usize,
    is_last: bool,
}

impl Part {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let offset = headers.get(OFFSET)?.to_str().ok()?;
        let is_number = !offset.is_empty() && offset.bytes().all(|byte| byte.is_ascii_digit());
        Some(Self {
            offset: is_number.then(|| offset.parse().ok())??,
            is_last: match headers.get(COMPLETE)?.as_bytes() {
                b"?1" => true,
                b"?0" => false,
                _ => return None,
            },
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Part {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.headers).ok_or_else(|| {
            Problem::malformed().detail("Upload-Offset and Upload-Complete are required")
        })
    }
}

/// What became of a part.
enum Appended {
    Part(Standing),
    Whole { is_new: bool },
}

impl App {
    async fn append(
        &self,
        caller: &ApplicantCaller,
        digest: &BlobRef,
        part: Part,
        body: &mut BodyDataStream,
    ) -> Result<Appended, Problem> {
        let id = &caller.session;
        if part.offset == 0 {
            // As one upload.
            self.count_upload(id)?;
        }
        let session = self.session(id).await?;
        takes_images(&session)?;
        self.must_have_the_session(&caller.credential).await?;
        let mut arrival = self.arriving.begin(id.as_str()).map_err(busy)?;
        arrival.reach(Blobs::PART).map_err(busy)?;
        // Its last part was answered, and the answer was lost.
        if self.has_taken(id, digest).await? {
            return Ok(Appended::Whole { is_new: false });
        }
        let appended = self
            .append_to(id, digest, part, wanted(&session), body)
            .await;
        if appended.as_ref().is_err_and(Problem::ends_an_upload) {
            self.blobs.drop_parts(id, digest).await?;
        }
        self.still_takes(id, digest).await?;
        appended
    }

    async fn append_to(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        part: Part,
        wanted: Wanted,
        body: &mut BodyDataStream,
    ) -> Result<Appended, Problem> {
        let standing = self.offset(session, digest).await?;
        if part.offset != standing {
            return Err(Problem::upload_offset().with("offset", standing));
        }
        if standing == 0 {
            self.has_room(session).await?;
        }
        let mut arriving = Arriving {
            app: self,
            session,
            digest,
            wanted,
            kept: standing,
            rest: Vec::new(),
        };
        tokio::time::timeout(ARRIVAL, arriving.take(body))
            .await
            .unwrap_or_else(|_| Err(Problem::too_slow()))?;
        let Arriving { kept, rest, .. } = arriving;
        if !part.is_last {
            let offset = self.offset(session, digest).await?;
            let complete = false;
            return Ok(Appended::Part(Standing { offset, complete }));
        }
        // Not before: it would be held for as long as a slow sender likes.
        let _place = self.handling.take(session.as_str()).map_err(busy)?;
        let before = self
            .blobs
            .joined(session, digest, kept / Blobs::PART)
            .await?;
        let Some(mut whole) = before else {
            // Damaged, or given up meanwhile: from the beginning.
            self.blobs.drop_parts(session, digest).await?;
            return Err(Problem::upload_offset().with("offset", 0));
        };
        whole.extend(rest);
        let taken = self
            .take(session, whole.into(), wanted, Some(digest))
            .await?;
        self.blobs.drop_parts(session, digest).await?;
        Ok(Appended::Whole {
            is_new: taken.is_new,
        })
    }

    /// Whether the image is taken: kept, and its copy, too.
    async fn has_taken(&self, session: &SessionId, digest: &BlobRef) -> Result<bool, Problem> {
        Ok(self.blobs.exists(session, digest).await?
            && self.blobs.has_copy(session, digest).await?)
    }

    /// How many bytes of it are here.
    async fn offset(&self, session: &SessionId, digest: &BlobRef) -> Result<usize, Problem> {
        Ok(self.blobs.parts(session, digest).await? * Blobs::PART)
    }

    /// Removes what nobody has come back for.
    pub(crate) async fn sweep_parts(&self) {
        let age = u64::try_from(AGE.as_millis()).unwrap_or(u64::MAX);
        let until = self.clock.now().as_millis().saturating_sub(age);
        match self.blobs.sweep_parts(Timestamp::from_millis(until)).await {
            Ok(0) => {}
            Ok(swept) => tracing::info!(swept, "uploads that were never finished were removed"),
            Err(error) => tracing::warn!(%error, "unfinished uploads could not be looked at"),
        }
    }
}

/// A part on its way in: what fills a place is on disk before the next byte is read.
struct Arriving<'a> {
    app: &'a App,
    session: &'a SessionId,
    digest: &'a BlobRef,
    wanted: Wanted,
    /// How many bytes are on disk.
    kept: usize,
    rest: Vec<u8>,
}

impl Arriving<'_> {
    async fn take(&mut self, body: &mut BodyDataStream) -> Result<(), Problem> {
        let begun_at = self.kept;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| Problem::malformed().detail("the body broke off"))?;
            let arrived = self.kept + self.rest.len() + chunk.len();
            let most = self.wanted.images.max_bytes as usize;
            if arrived > most {
                self.app.blobs.drop_parts(self.session, self.digest).await?;
                return Err(Problem::too_large().with("limit", most));
            }
            if arrived - begun_at > MOST {
                return Err(Problem::too_large().with("limit", MOST));
            }
            self.rest.extend_from_slice(&chunk);
            while self.rest.len() >= Blobs::PART {
                self.keep().await?;
            }
        }
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), Problem> {
        let (app, session, digest) = (self.app, self.session, self.digest);
        if self.kept == 0 {
            begins_as(&self.rest, self.wanted)?;
            let now = app.clock.now();
            app.blobs
                .begin_parts(session, digest, now, UNDER_WAY)
                .await?;
        }
        let rest = self.rest.split_off(Blobs::PART);
        let part = std::mem::replace(&mut self.rest, rest);
        let at = self.kept / Blobs::PART;
        let (blobs, session, digest) = (app.blobs.clone(), session.clone(), digest.clone());
        // Goes on when the caller has left: what was given up meanwhile must not be left behind.
        let put = app
            .tasks
            .spawn(async move { blobs.put_part(&session, &digest, at, part.into()).await });
        put.await.map_err(|_| Problem::internal())??;
        self.kept += Blobs::PART;
        Ok(())
    }
}

/// How much of a part that is not taken is still read.
const DRAINED: usize = MOST;

const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const COMPLETE: HeaderName = HeaderName::from_static("upload-complete");
const LIMIT: HeaderName = HeaderName::from_static("upload-limit");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_says_where_it_begins_and_whether_it_is_the_last() {
        let headers = |offset: &'static str, complete: &'static str| {
            let pairs = [(OFFSET, offset), (COMPLETE, complete)];
            let pairs = pairs.map(|(name, value)| (name, HeaderValue::from_static(value)));
            HeaderMap::from_iter(pairs)
        };
        let part = |offset, is_last| Some(Part { offset, is_last });
        assert_eq!(Part::of(&headers("0", "?0")), part(0, false));
        assert_eq!(Part::of(&headers("131072", "?1")), part(131_072, true));
        for (offset, complete) in [
            ("", "?1"),
            ("-1", "?1"),
            ("+1", "?1"),
            ("1.0", "?1"),
            ("99999999999999999999999", "?1"),
            ("0", "1"),
            ("0", "true"),
        ] {
            assert_eq!(
                Part::of(&headers(offset, complete)),
                None,
                "{offset} {complete}"
            );
        }
        assert_eq!(Part::of(&HeaderMap::new()), None);
    }
}
