//! From bytes on the wire to a blob that is worth keeping: counted, compared with their digest, decoded once.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kyc_core::flow::Images;
use kyc_core::{BlobRef, SessionId};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::images::{self, NotTaken};
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
        let place = self.receiving.take(session.as_str()).map_err(busy)?;
        let bytes = collect(request, limits.max_bytes as usize, ARRIVAL).await?;
        let kept = bytes.clone();
        let found = self
            .decoding(move || {
                // The cheap answers first: a page explains "not a photo" better than "other digest".
                images::sniff(&bytes)?;
                let found = hex(&Sha256::digest(&bytes));
                images::render(&bytes, &limits)?;
                Ok(found)
            })
            .await?;
        if !bool::from(found.as_bytes().ct_eq(digest.as_str().as_bytes())) {
            return Err(Problem::digest_mismatch());
        }
        let is_new = !self.blobs.exists(session, digest).await?;
        // Even if it is there: only a put that has answered promises that it is on disk.
        self.blobs.put(session, kept).await?;
        drop(place);
        Ok(is_new)
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
            .decoding(move || images::render(&bytes, &limits))
            .await?;
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
        Ok(([kind], Bytes::from(copy)).into_response())
    }

    /// Decodes on a thread that may block, and few at once: each takes a processor and some hundred megabytes.
    async fn decoding<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, NotTaken> + Send + 'static,
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
        .unwrap_or(Err(NotTaken::Damaged))
        .map_err(Problem::from)
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

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
