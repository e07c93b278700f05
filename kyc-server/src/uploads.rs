//! From bytes on the wire to a blob that is worth keeping: counted, compared with their digest, decoded once and for all.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kyc_core::collection::Session;
use kyc_core::flow::Images;
use kyc_core::{BlobRef, SessionId, Source};
use kyc_persist::{NamedBlob, StoreError};
use serde::Deserialize;

use crate::app::App;
use crate::decoders::For;
use crate::images;
use crate::pdf::Bounds;
use crate::places::Full;
use crate::problem::Problem;
use crate::request::collect_where_there_is_room;
use crate::sheets::Sheets;

/// What is taken of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// What an image must be like.
    pub(crate) images: Images,
    /// Whether a PDF is allowed in the place of an image.
    pub(crate) pdf: bool,
}

/// A file that is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Under which name.
    pub(crate) blob: BlobRef,
    /// What it is, which its bytes alone decide: a file or a PDF.
    pub(crate) source: Source,
    /// Whether it was not there before.
    pub(crate) is_new: bool,
}

/// Which page of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Sheet {
    /// The page of a PDF, from 1; the first when left out.
    #[serde(default = "first")]
    page: usize,
}

const fn first() -> usize {
    1
}

impl App {
    /// Takes the body as the file that is announced under `digest`.
    pub(crate) async fn receive(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        wanted: Wanted,
        request: Request,
    ) -> Result<Taken, Problem> {
        let mut arrival = self.arriving.begin(session.as_str()).map_err(busy)?;
        let most = wanted.images.max_bytes as usize;
        let room = |bytes| arrival.reach(bytes).map_err(busy);
        let bytes = collect_where_there_is_room(request, most, ARRIVAL, room).await?;
        // Not before: it would be held for as long as a slow sender likes.
        let _place = self.handling.take(session.as_str()).map_err(busy)?;
        self.take(session, bytes, wanted, Some(digest)).await
    }

    /// Takes bytes as a file of the session, however they came: judged by themselves, compared with the digest that was
    /// announced, decoded once, and kept with the copy that people look at. Whoever calls it has counted the bytes, holds
    /// a place of [`handling`](crate::app::Inner::handling), and looks afterwards whether the session still takes files.
    pub(crate) async fn take(
        &self,
        session: &SessionId,
        bytes: Bytes,
        wanted: Wanted,
        announced: Option<&BlobRef>,
    ) -> Result<Taken, Problem> {
        // The cheap answers first: a page explains "not a photo" better than "other digest".
        let is_pdf = begins_as(&bytes, wanted)?;
        let named = NamedBlob::of(bytes.clone()).await?;
        let blob = named.blob().clone();
        if announced.is_some_and(|announced| *announced != blob) {
            return Err(Problem::digest_mismatch());
        }
        // What was taken before needs no second look: its name is the digest of its bytes.
        let is_known =
            self.blobs.exists(session, &blob).await? && self.blobs.has_copy(session, &blob).await?;
        if !is_known {
            self.has_room(session).await?;
        }
        let copy = match is_known {
            true => None,
            false => {
                // One at a time of one applicant: others wait as well.
                let _place = match is_pdf {
                    true => Some(self.drawing.take(session.as_str()).map_err(busy)?),
                    false => None,
                };
                let made = self.sheets(bytes, wanted.images, For::Applicants);
                Some(made.await?.bound())
            }
        };
        // Even if it is there: only a put that has answered promises that it is on disk.
        let is_new = self.blobs.put_named(session, named, copy).await?;
        let source = match is_pdf {
            true => Source::Pdf,
            false => Source::File,
        };
        Ok(Taken {
            blob,
            source,
            is_new,
        })
    }

    /// Refuses another image where there are as many as there may be.
    pub(crate) async fn has_room(&self, session: &SessionId) -> Result<(), Problem> {
        let most = self.config.limits.images_per_session;
        match self.blobs.count(session).await? < most as usize {
            true => Ok(()),
            false => Err(Problem::images_exhausted()
                .detail("the company can end this session and open another")),
        }
    }

    /// Counts one upload, by the session: an applicant can make themselves as many tokens as they like.
    pub(crate) fn count_upload(&self, session: &SessionId) -> Result<(), Problem> {
        self.rates
            .upload(&self.keyed(&[b"uploads", session.as_str().as_bytes()]))
    }

    /// Lets bytes go that arrived for a session which does not take them any more; what the session has stays.
    pub(crate) async fn let_go(&self, session: &Session, blob: &BlobRef) -> Result<(), Problem> {
        self.blobs.drop_parts(session.id(), blob).await?;
        if !session.blobs().any(|kept| kept == blob) {
            self.blobs.delete(session.id(), blob).await?;
        }
        Ok(())
    }

    /// What people look at of a file: upright, in pixels, without whatever else the file carried.
    async fn sheets(&self, bytes: Bytes, limits: Images, whom: For) -> Result<Sheets, Problem> {
        let sheets = match images::is_pdf(&bytes) {
            true => {
                let no_renderer = || Problem::pdf_not_allowed().detail("this server draws no PDFs");
                let renderer = self.renderer.get().ok_or_else(no_renderer)?;
                let bounds = Bounds::of(&self.config.limits);
                renderer.pages(bytes, whom, bounds).await?
            }
            false => {
                let made = self
                    .decoders
                    .turn(whom, move || Ok(images::render(&bytes, &limits)?));
                Sheets::photo(made.await?)
            }
        };
        tracing::debug!("an image was decoded");
        Ok(sheets)
    }

    /// The copy for an applicant, who has few places: they can ask as often as they like, but not hold the decoders.
    pub(crate) async fn show_own(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
        wanted: Sheet,
    ) -> Result<Response, Problem> {
        let _place = self.handling.take(session.as_str()).map_err(busy)?;
        self.show(session, digest, limits, wanted, For::Applicants)
            .await
    }

    /// One page of the copy that people look at, and how many there are. A photograph has one.
    pub(crate) async fn show(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
        wanted: Sheet,
        whom: For,
    ) -> Result<Response, Problem> {
        let kept = self.blobs.copy(session, digest).await?;
        let sheets = match kept.and_then(Sheets::of) {
            Some(sheets) => sheets,
            None => self.copy_of(session, digest, limits, whom).await?,
        };
        let sheet = sheets.sheet(wanted.page).ok_or_else(Problem::not_found)?;
        let about = [
            (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
            (PAGES, HeaderValue::from(sheets.count())),
        ];
        Ok((about, sheet).into_response())
    }

    /// Makes the copy that is missing: of an image from before copies were kept, or one that was damaged.
    async fn copy_of(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
        whom: For,
    ) -> Result<Sheets, Problem> {
        let bytes = self.blobs.get(session, digest).await?;
        let bytes = bytes.ok_or_else(Problem::not_found)?;
        let sheets = self.sheets(bytes, limits, whom).await?;
        let copy = sheets.clone().bound();
        self.blobs.put_copy(session, digest, copy).await?;
        // Who was erased meanwhile must not have left a copy behind.
        if !self.blobs.exists(session, digest).await? {
            self.blobs.delete(session, digest).await?;
            return Err(Problem::not_found());
        }
        Ok(sheets)
    }

    /// Whether a file is a PDF, which its bytes alone decide; nothing where there is no such file.
    pub(crate) async fn is_pdf(
        &self,
        session: &SessionId,
        blob: &BlobRef,
    ) -> Result<Option<bool>, Problem> {
        match self.blobs.get(session, blob).await {
            Ok(bytes) => Ok(bytes.map(|bytes| images::is_pdf(&bytes))),
            Err(StoreError::Erased) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether what begins so is a PDF; refused is what is not taken however it goes on.
pub(crate) fn begins_as(bytes: &[u8], wanted: Wanted) -> Result<bool, Problem> {
    match images::is_pdf(bytes) {
        true if !wanted.pdf => Err(Problem::pdf_not_allowed()),
        true => Ok(true),
        false => {
            images::sniff(bytes)?;
            Ok(false)
        }
    }
}

/// What a caller without a place is told.
pub(crate) fn busy(full: Full) -> Problem {
    match full {
        Full::ForAll => Problem::unavailable().retry_after(5),
        Full::ForCaller => Problem::rate_limited().retry_after(1),
    }
}

/// How many pages there are, on every answer with one of them.
const PAGES: HeaderName = HeaderName::from_static("kyc-pages");

/// How long an image may take to arrive; ten megabytes over a slow phone.
pub(crate) const ARRIVAL: Duration = Duration::from_secs(180);
