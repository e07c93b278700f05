//! From bytes on the wire to a blob that is worth keeping: counted, compared with their digest, decoded once.

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
        let kept = bytes.clone();
        let announced = digest.to_string();
        self.decoding(move || {
            // The cheap answers first: a page explains "not a photo" better than "other digest".
            images::sniff(&bytes)?;
            if Hash::from_bytes(Sha256::digest(&bytes).into()).to_string() != announced {
                return Err(Problem::digest_mismatch());
            }
            images::render(&bytes, &limits)?;
            Ok(())
        })
        .await?;
        let is_new = !self.blobs.exists(session, digest).await?;
        // Even if it is there: only a put that has answered promises that it is on disk.
        self.blobs.put(session, kept).await?;
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
        self.show(session, digest, limits).await
    }

    /// The copy of an image that people look at: upright, without whatever else the file carried.
    pub(crate) async fn show(
        &self,
        session: &SessionId,
        digest: &BlobRef,
        limits: Images,
    ) -> Result<Response, Problem> {
        let bytes = self.blobs.get(session, digest).await?;
        let bytes = bytes.ok_or_else(Problem::not_found)?;
        let copy = self
            .decoding(move || Ok(images::render(&bytes, &limits)?))
            .await?;
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
        Ok(([kind], Bytes::from(copy)).into_response())
    }

    /// Decodes on a thread that may block, and few at once: each takes a processor and some hundred megabytes.
    async fn decoding<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.decoders.clone().acquire_owned().await;
        let turn = turn.map_err(|_| Problem::unavailable())?;
        tokio::task::spawn_blocking(move || {
            // The turn goes with the work: a caller who leaves does not make room for another decoder.
            let _turn = turn;
            work()
        })
        .await
        // A decoder that panics was given something that is no image.
        .unwrap_or_else(|_| Err(Problem::image_damaged()))
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
