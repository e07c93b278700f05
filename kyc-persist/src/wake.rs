//! How a commit tells the courier that there is work, so that nobody waits for the next look around.

use std::sync::Arc;

use tokio::sync::Notify;

/// A bell between the keeper and one courier. A ring that nobody hears is kept for the next listener.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    /// A bell of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells that there is work.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits for a ring.
    pub async fn heard(&self) {
        self.0.notified().await;
    }
}
