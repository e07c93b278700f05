//! Who decodes images: few at once, and nobody who reviews waits for those who upload.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// Turns at decoding. Each takes a processor and some hundred megabytes.
#[derive(Debug)]
pub(crate) struct Decoders {
    applicants: Arc<Semaphore>,
    reviewers: Arc<Semaphore>,
}

/// For whom an image is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// Who may send anything.
    Applicants,
    /// Who is waited for. They look at copies that were made before, so this is rare.
    Reviewers,
}

impl Decoders {
    pub(crate) fn new() -> Self {
        Self {
            applicants: Arc::new(Semaphore::new(2)),
            reviewers: Arc::new(Semaphore::new(1)),
        }
    }

    /// A turn, as long as it is held.
    pub(crate) async fn place(&self, whom: For) -> Result<OwnedSemaphorePermit, Problem> {
        let turns = match whom {
            For::Applicants => &self.applicants,
            For::Reviewers => &self.reviewers,
        };
        let turn = Arc::clone(turns).acquire_owned().await;
        turn.map_err(|_| Problem::unavailable())
    }

    /// Does the work on a thread that may block, when it is its turn.
    pub(crate) async fn turn<T: Send + 'static>(
        &self,
        whom: For,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.place(whom).await?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;
    use std::sync::mpsc;

    #[tokio::test]
    async fn however_many_upload_a_reviewer_waits_for_none_of_them() {
        let decoders = Decoders::new();
        let (_held, hold) = mpsc::channel::<()>();
        let hold = Arc::new(std::sync::Mutex::new(hold));
        let uploads: Vec<_> = (0..8)
            .map(|_| {
                let hold = Arc::clone(&hold);
                let mut upload = Box::pin(decoders.turn(For::Applicants, move || {
                    let _ = hold.lock().unwrap().recv();
                    Ok(())
                }));
                // As far as it comes.
                assert!(upload.as_mut().now_or_never().is_none());
                upload
            })
            .collect();
        assert_eq!(decoders.turn(For::Reviewers, || Ok(7)).await, Ok(7));
        drop(_held);
        for upload in uploads {
            assert_eq!(upload.await, Ok(()));
        }
    }
}
