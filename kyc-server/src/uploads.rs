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

impl App {
    /// Takes the body as the image that is announced under `digest`. True when it was not there before.
    pub(crate) async fn receive(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
        request: Request,
    ) -> Result<bool, Problem> {
        let _place = self.handling.take(session.as_str()).map_err(busy)?;
        let bytes = collect(request, limits.max_bytes as usize, ARRIVAL).await?;
        // What was taken before needs no second look: its name is the digest of its bytes.
        let is_known = self.blobs.exists(session, digest).await?
            && self.blobs.has_copy(session, digest).await?;
        let most = self.config.limits.images_per_session;
        if !is_known && self.blobs.count(session).await? >= most as usize {
            return Err(Problem::images_exhausted()
                .detail("the company can end this session and open another"));
        }
        let kept = bytes.clone();
        let announced = digest.to_string();
        let judged = self.decoders.turn(For::Applicants, move || {
            // The cheap answers first: a page explains "not a photo" better than "other digest".
            images::sniff(&bytes)?;
            if Hash::from_bytes(Sha256::digest(&bytes).into()).to_string() != announced {
                return Err(Problem::digest_mismatch());
            }
            match is_known {
                true => Ok(None),
                false => Ok(Some(images::render(&bytes, &limits)?)),
            }
        });
        let copy = judged.await?;
        let is_new = !self.blobs.exists(session, digest).await?;
        // Even if it is there: only a put that has answered promises that it is on disk.
        self.blobs.put(session, kept).await?;
        if let Some(copy) = copy {
            tracing::debug!("an image was decoded");
            self.blobs.put_copy(session, digest, copy.into()).await?;
        }
        Ok(is_new)
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

fn busy(full: Full) -> Problem {
    match full {
        Full::ForAll => Problem::unavailable().retry_after(5),
        Full::ForCaller => Problem::rate_limited().retry_after(1),
    }
}

/// How long an image may take to arrive; ten megabytes over a slow phone.
const ARRIVAL: Duration = Duration::from_secs(180);
