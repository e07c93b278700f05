//! Tasks on what an installation keeps, beside the server: they open what is there, and make nothing new.

use std::path::Path;

use clap::Args;

use crate::Failure;
use crate::keeping::{self, Kept, Sealing};

/// What to work on. An embedded store is locked while a server runs on it: stop that first. On PostgreSQL both may work at
/// the same time.
#[derive(Debug, Args)]
pub(crate) struct Installation {
    /// Where sessions are kept: `sled:DIRECTORY`, `redb:DIRECTORY` or `postgres:URL`, as the server was started with.
    #[arg(long, env = "KYC_STORE", hide_env_values = true)]
    pub(crate) store: String,
    #[command(flatten)]
    pub(crate) sealing: Sealing,
}

impl Installation {
    /// Opens it, and does `work` with it.
    pub(crate) fn with<T>(
        &self,
        work: impl AsyncFnOnce(&Kept) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.with_images(None, work)
    }

    /// The same, with the images in that directory; beside the store when none is named.
    pub(crate) fn with_images<T>(
        &self,
        images: Option<&Path>,
        work: impl AsyncFnOnce(&Kept) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::of)?;
        runtime.block_on(async {
            keeping::is_there(&self.store).map_err(Failure::of)?;
            let kept = keeping::open(&self.store, images, &self.sealing).await;
            work(&kept.map_err(Failure::of)?).await
        })
    }
}
