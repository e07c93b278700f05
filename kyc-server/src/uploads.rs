//! From bytes on the wire to a blob that is worth keeping: counted, compared with their digest, decoded once and for all.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kyc_core::flow::Images;
use kyc_core::journal::Hash;
use kyc_core::{BlobRef, SessionId};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::decoders::For;
use crate::images;
use crate::places::Full;
use crate::problem::Problem;
use crate::request::collect;

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
    /// Whether it was not there before.
    pub(crate) is_new: bool,
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
        let _place = self.handling.take(session.as_str()).map_err(busy)?;
        let bytes = collect(request, wanted.images.max_bytes as usize, ARRIVAL).await?;
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
        if images::is_pdf(&bytes) && !wanted.pdf {
            return Err(Problem::pdf_not_allowed());
        }
        images::sniff(&bytes)?;
        let hashed = bytes.clone();
        let digest = tokio::task::spawn_blocking(move || Sha256::digest(&hashed)).await;
        let digest = Hash::from_bytes(digest.map_err(|_| Problem::internal())?.into());
        let blob = BlobRef::try_from(digest.to_string()).map_err(|_| Problem::internal())?;
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
                let (bytes, limits) = (bytes.clone(), wanted.images);
                let judged = self.decoders.turn(For::Applicants, move || {
                    Ok(images::render(&bytes, &limits)?)
                });
                Some(judged.await?)
            }
        };
        let is_new = !self.blobs.exists(session, &blob).await?;
        // Even if it is there: only a put that has answered promises that it is on disk.
        self.blobs.put(session, bytes).await?;
        if let Some(copy) = copy {
            tracing::debug!("an image was decoded");
            self.blobs.put_copy(session, &blob, copy.into()).await?;
        }
        Ok(Taken { blob, is_new })
    }

    async fn has_room(&self, session: &SessionId) -> Result<(), Problem> {
        let most = self.config.limits.images_per_session;
        match self.blobs.count(session).await? < most as usize {
            true => Ok(()),
            false => Err(Problem::images_exhausted()
                .detail("the company can end this session and open another")),
        }
    }

    /// The copy for an applicant, who has few places: they can ask as often as they like, but not hold the decoders.
    pub(crate) async fn show_own(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
    ) -> Result<Response, Problem> {
        let _place = self.handling.take(session.as_str()).map_err(busy)?;
        self.show(session, digest, limits, For::Applicants).await
    }

    /// The copy of an image that people look at: upright, without whatever else the file carried.
    pub(crate) async fn show(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
        whom: For,
    ) -> Result<Response, Problem> {
        let copy = match self.blobs.copy(session, digest).await? {
            Some(copy) => copy,
            None => self.copy_of(session, digest, limits, whom).await?,
        };
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
        Ok(([kind], copy).into_response())
    }

    /// Makes the copy that is missing: of an image from before copies were kept, or one that was damaged.
    async fn copy_of(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
        whom: For,
    ) -> Result<Bytes, Problem> {
        let bytes = self.blobs.get(session, digest).await?;
        let bytes = bytes.ok_or_else(Problem::not_found)?;
        let made = self
            .decoders
            .turn(whom, move || Ok(images::render(&bytes, &limits)?));
        let copy = Bytes::from(made.await?);
        tracing::debug!("an image was decoded");
        self.blobs.put_copy(session, digest, copy.clone()).await?;
        // Who was erased meanwhile must not have left a copy behind.
        if !self.blobs.exists(session, digest).await? {
            self.blobs.delete(session, digest).await?;
            return Err(Problem::not_found());
        }
        Ok(copy)
    }
}

/// What a caller without a place is told.
pub(crate) fn busy(full: Full) -> Problem {
    match full {
        Full::ForAll => Problem::unavailable().retry_after(5),
        Full::ForCaller => Problem::rate_limited().retry_after(1),
    }
}

/// How long an image may take to arrive; ten megabytes over a slow phone.
const ARRIVAL: Duration = Duration::from_secs(180);
