//! The thread that gives the engine what leaves the log, while commits go on in the log's other half.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::Base;
use crate::StoreError;
use crate::kv::Engine;

/// The thread; dropping it waits until it is done with what it has begun.
pub(super) struct Payer {
    /// Nothing only while it is being dropped.
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Payer {
    /// # Errors
    ///
    /// [`StoreError::Backend`] when the system gives no thread.
    pub(super) fn start<E: Engine>(base: Arc<Base<E>>) -> Result<Self, StoreError> {
        let (wake, woken) = sync_channel(1);
        // What fails is kept, and told to whoever commits next.
        let work = move || while woken.recv().is_ok() && base.pay().is_ok() {};
        let name = format!("{}-payer", E::NAME);
        let thread = Builder::new().name(name).spawn(work);
        let thread = thread.map_err(|error| StoreError::backend(E::NAME, error))?;
        Ok(Self {
            wake: Some(wake),
            thread: Some(thread),
        })
    }

    /// Lets it look what there is to be written.
    pub(super) fn wake(&self) {
        if let Some(wake) = &self.wake {
            // Who is about to be woken need not be woken again; who has ended has failed.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Payer {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // Its panics were caught and kept.
            let _ = thread.join();
        }
    }
}
