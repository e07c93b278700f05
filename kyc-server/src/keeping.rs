//! Where sessions and images are kept, and that they are sealed: store, vault and keys are opened here, or the server does
//! not start.

use std::ffi::OsString;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use clap::Args;
use kyc_core::journal::Entry;
use kyc_persist::archive::{self, Archive, ArchiveError};
use kyc_persist::{
    Blobs, Grants, Kek, Kept as Standing, KeyError, KeySource, Keyring, MemoryStore, MemoryVault,
    Page, PostgresStore, Pulse, Query, RedbStore, Row, Safe, SealedStore, SledStore, Store,
    StoreError, Vault,
};
use kyc_server::secrets::warn_of_readers;

/// With which keys everything is sealed.
#[derive(Debug, Args)]
pub(crate) struct Sealing {
    /// The file of the key that everything is sealed with; made on the first start. Beside the store when left out.
    /// Whoever loses it loses every session and image.
    #[arg(long, env = "KYC_KEY_FILE", value_name = "FILE", group = "sealed_with")]
    key: Option<PathBuf>,
    /// The environment variable that holds the key instead.
    #[arg(long, env = "KYC_KEY_ENV", value_name = "NAME", group = "sealed_with")]
    key_env: Option<OsString>,
    /// The command of the shell that prints the key instead.
    #[arg(
        long,
        env = "KYC_KEY_COMMAND",
        value_name = "LINE",
        group = "sealed_with"
    )]
    key_command: Option<String>,
    /// The file of a key that was used before, until everything is wrapped with the new one.
    #[arg(
        long = "older-key",
        env = "KYC_OLDER_KEYS",
        value_delimiter = ',',
        value_name = "FILE"
    )]
    older: Vec<PathBuf>,
    /// Where wrapped keys lie, in the words of --store. Beside the store when left out. Not for the backups of the store.
    #[arg(long, env = "KYC_VAULT", hide_env_values = true)]
    vault: Option<String>,
    /// Seal nothing. For tests only.
    #[arg(long, conflicts_with_all = ["sealed_with", "older", "vault"])]
    unsealed: bool,
}

/// What the server keeps things in.
pub(crate) struct Kept {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) grants: Arc<dyn Grants>,
    pub(crate) blobs: Blobs,
    /// The store as it lies on the disk.
    pub(crate) below: Arc<dyn Below>,
    /// Where its keys are, when it is sealed.
    pub(crate) safe: Option<Safe>,
    /// What other servers on the same store do, where there can be others.
    pub(crate) others: Option<PostgresStore>,
    /// The disks that all this is on.
    pub(crate) pulses: Vec<Pulse>,
    /// What is to be wrapped anew, when there are older keys.
    pub(crate) rotating: Option<Safe>,
}

impl Kept {
    /// The same, on one disk more.
    fn on(mut self, pulse: Pulse) -> Self {
        self.pulses.push(pulse);
        self
    }
}

/// What an audit reads, without a key: names, versions, heads and the journal.
#[async_trait]
pub(crate) trait Below: Send + Sync {
    /// See [`Store::load`].
    async fn load(&self, row: &Row) -> Result<Option<Standing>, StoreError>;
    /// See [`Store::journal`].
    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError>;
    /// See [`Store::list`].
    async fn list(&self, query: &Query) -> Result<Page, StoreError>;
}

#[async_trait]
impl<S: Store> Below for SealedStore<S> {
    async fn load(&self, row: &Row) -> Result<Option<Standing>, StoreError> {
        self.within().load(row).await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        self.within().journal(row).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.within().list(query).await
    }
}

/// A store that lies on the disk as it is.
struct Unsealed<S>(Arc<S>);

#[async_trait]
impl<S: Store> Below for Unsealed<S> {
    async fn load(&self, row: &Row) -> Result<Option<Standing>, StoreError> {
        self.0.load(row).await
    }

    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        self.0.journal(row).await
    }

    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        self.0.list(query).await
    }
}

/// Whether there is a store that outlives the process, or why not.
pub(crate) fn is_there(store: &str) -> Result<(), String> {
    let place = Place::parse("--store", store)?;
    match &place {
        Place::Memory => Err("--store memory: it forgets with the process".into()),
        Place::Postgres(_) => Ok(()),
        Place::Sled(directory) | Place::Redb(directory) => {
            let is_there = place.data().is_some_and(|data| data.exists());
            is_there
                .then_some(())
                .ok_or_else(|| format!("{directory}: there is no store"))
        }
    }
}

/// Opens everything, or tells in one line why not.
pub(crate) async fn open(
    store: &str,
    blobs: Option<&Path>,
    sealing: &Sealing,
) -> Result<Kept, String> {
    let place = Place::parse("--store", store)?;
    place.is_not_anothers()?;
    let images = match images(&place, blobs) {
        Some(directory) => {
            Blobs::local(&directory).map_err(|error| format!("{}: {error}", directory.display()))?
        }
        None => Blobs::memory(),
    };
    // The store first: who has it open has its vault and its key as well.
    match &place {
        Place::Memory => seal(MemoryStore::new(), &place, images, sealing).await,
        Place::Sled(directory) => {
            let store = SledStore::open(directory).map_err(|error| place.told(&error))?;
            let pulse = store.pulse();
            let kept = seal(store, &place, images, sealing).await?;
            Ok(kept.on(pulse))
        }
        Place::Redb(directory) => {
            let store = RedbStore::open(directory).map_err(|error| place.told(&error))?;
            let pulse = store.pulse();
            let kept = seal(store, &place, images, sealing).await?;
            Ok(kept.on(pulse))
        }
        Place::Postgres(url) => {
            let store = PostgresStore::open(url).await;
            let store = store.map_err(|error| place.told(&error))?;
            let others = Some(store.clone());
            let kept = seal(store, &place, images, sealing).await?;
            Ok(Kept { others, ..kept })
        }
    }
}

/// The directory of the images, if they are in one.
pub(crate) fn images_of(store: &str, blobs: Option<&Path>) -> Result<Option<PathBuf>, String> {
    Ok(images(&Place::parse("--store", store)?, blobs))
}

fn images(place: &Place, blobs: Option<&Path>) -> Option<PathBuf> {
    let named = blobs.map(Path::to_owned);
    named.or_else(|| place.blobs_beside())
}

/// Whether a store has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    /// It is told when it is not.
    There,
    /// It is made when it is not.
    Made,
}

/// Opens a store or a vault as it is on disk, or tells in one line why not; with its name for people.
pub(crate) async fn archive(
    name: &str,
    opening: Opening,
) -> Result<(String, Box<dyn Archive>), String> {
    let place = Place::parse("--store", name)?;
    let missing = |directory: &str, inside: &str| {
        opening == Opening::There && !Path::new(directory).join(inside).exists()
    };
    let archive: Box<dyn Archive> = match &place {
        Place::Memory => return Err("memory: it is forgotten with its process".into()),
        Place::Sled(directory) if missing(directory, "sled") => {
            return Err(format!("{directory}: there is no sled store"));
        }
        Place::Redb(directory) if missing(directory, "kyc.redb") => {
            return Err(format!("{directory}: there is no redb store"));
        }
        Place::Sled(directory) => {
            Box::new(SledStore::open(directory).map_err(|error| place.told(&error))?)
        }
        Place::Redb(directory) => {
            Box::new(RedbStore::open(directory).map_err(|error| place.told(&error))?)
        }
        Place::Postgres(url) => {
            let store = PostgresStore::open(url).await;
            Box::new(store.map_err(|error| place.told(&error))?)
        }
    };
    Ok((place.name().to_owned(), archive))
}

/// Nobody is served from half an installation.
async fn is_whole(archive: &dyn Archive, place: &Place) -> Result<(), String> {
    let standing = archive.standing().await;
    match standing.map_err(|error| place.told(&error))? {
        archive::Standing::Unfinished(_) => {
            Err(format!("{}: {}", place.name(), ArchiveError::Unfinished))
        }
        archive::Standing::Empty | archive::Standing::Filled => Ok(()),
    }
}

/// Wraps everything anew with the current key, while the server works.
pub(crate) async fn rotate(safe: Safe) {
    let done = safe.rotate(|progress| {
        let (seen, rewrapped) = (progress.seen, progress.rewrapped);
        tracing::info!(seen, rewrapped, "wrapping keys anew");
    });
    match done.await {
        Ok(done) => {
            for key in done.retired {
                tracing::info!(%key, "nothing needs this key any more; it can be taken away and destroyed");
            }
        }
        // What is done is done; the next start goes on.
        Err(error) => tracing::error!(%error, "the keys are not all wrapped anew"),
    }
}

async fn seal<S: Store + Grants + Archive + 'static>(
    store: S,
    place: &Place,
    images: Blobs,
    sealing: &Sealing,
) -> Result<Kept, String> {
    is_whole(&store, place).await?;
    if sealing.unsealed {
        let is_sealed = SealedStore::is_sealed(&store).await;
        if is_sealed.map_err(|error| place.told(&error))? {
            return Err(format!("{}: the store is sealed", place.name()));
        }
        tracing::warn!("nothing is sealed: whoever reads the disk reads everything");
        let store = Arc::new(store);
        return Ok(Kept {
            store: store.clone(),
            grants: store.clone(),
            pulses: vec![images.pulse()],
            blobs: images,
            below: Arc::new(Unsealed(store)),
            safe: None,
            others: None,
            rotating: None,
        });
    }
    let vault = match &sealing.vault {
        Some(name) => Place::parse("--vault", name)?,
        None => place.beside()?,
    };
    let mut pulses = vec![images.pulse()];
    let safe = unlock(place, &vault, sealing, &mut pulses).await?;
    let store = SealedStore::open(store, safe.clone()).await;
    let store = Arc::new(store.map_err(|error| place.told(&error))?);
    Ok(Kept {
        store: store.clone(),
        grants: store.clone(),
        pulses,
        blobs: images.sealed(safe.clone()),
        below: store,
        others: None,
        rotating: (!sealing.older.is_empty()).then_some(safe.clone()),
        safe: Some(safe),
    })
}

async fn unlock(
    store: &Place,
    place: &Place,
    sealing: &Sealing,
    pulses: &mut Vec<Pulse>,
) -> Result<Safe, String> {
    let vault: Arc<dyn Vault> = match place {
        Place::Memory => Arc::new(MemoryVault::new()),
        Place::Sled(directory) => {
            let vault = SledStore::open(directory).map_err(|error| place.told(&error))?;
            is_whole(&vault, place).await?;
            pulses.push(vault.pulse());
            Arc::new(vault)
        }
        Place::Redb(directory) => {
            let vault = RedbStore::open(directory).map_err(|error| place.told(&error))?;
            is_whole(&vault, place).await?;
            pulses.push(vault.pulse());
            Arc::new(vault)
        }
        Place::Postgres(url) => {
            let vault = PostgresStore::open(url).await;
            let vault = vault.map_err(|error| place.told(&error))?;
            is_whole(&vault, place).await?;
            Arc::new(vault)
        }
    };
    let has_key =
        sealing.key.is_some() || sealing.key_env.is_some() || sealing.key_command.is_some();
    if matches!(store, Place::Postgres(_)) && !has_key {
        return Err("--store postgres: needs --key, --key-env or --key-command, the same key for every server".into());
    }
    let is_new = Safe::is_new(&*vault).await;
    let is_new = is_new.map_err(|error| place.told(&error))?;
    let mut keyring = Keyring::new(key(store, sealing, is_new).map_err(|error| match error {
        KeyError::Missing { .. } => format!(
            "{error}: what is in this store was sealed with one. Put the file back, or say with --key where it is; \
             without it nothing can be read"
        ),
        other => other.to_string(),
    })?);
    for file in &sealing.older {
        warn_of_readers(file);
        let older = KeySource::File(file.clone()).read();
        keyring = keyring.with_older(older.map_err(|error| error.to_string())?);
    }
    Safe::unlock(vault, keyring)
        .await
        .map_err(|error| place.told(&error))
}

/// The key, which is made on the first start and never again.
fn key(store: &Place, sealing: &Sealing, is_new: bool) -> Result<Kek, KeyError> {
    if let Some(name) = &sealing.key_env {
        return KeySource::Environment(name.clone()).read();
    }
    if let Some(line) = &sealing.key_command {
        return KeySource::Command(line.clone()).read();
    }
    let Some(file) = sealing.key.clone().or_else(|| store.key_beside()) else {
        // What forgets with the process needs no key that outlives it.
        return Ok(Kek::random());
    };
    warn_of_readers(&file);
    match KeySource::File(file.clone()).read() {
        Err(KeyError::Missing { .. }) if is_new => {
            let key = Kek::create(&file)?;
            tracing::warn!(
                file = %file.display(),
                key = %key.id(),
                "made the key that everything is sealed with: whoever loses this file loses every session and image. \
                 Keep a copy of it, and not where the backups are"
            );
            Ok(key)
        }
        read => read,
    }
}

/// What --store names.
enum Place {
    Memory,
    Sled(String),
    Redb(String),
    Postgres(String),
}

impl Place {
    fn parse(option: &str, name: &str) -> Result<Self, String> {
        match name.split_once(':') {
            None if name == "memory" => Ok(Self::Memory),
            Some(("sled", directory)) if !directory.is_empty() => Ok(Self::Sled(directory.into())),
            Some(("redb", directory)) if !directory.is_empty() => Ok(Self::Redb(directory.into())),
            // With the word once, as every other tool takes the URL, or twice.
            Some(("postgres" | "postgresql", rest)) => Ok(Self::Postgres(
                match rest.starts_with("postgres://") || rest.starts_with("postgresql://") {
                    true => rest.into(),
                    false => name.into(),
                },
            )),
            _ => Err(format!(
                "{option} is `memory`, `sled:DIRECTORY`, `redb:DIRECTORY` or `postgres:URL`"
            )),
        }
    }

    /// Where the vault is when nobody says.
    fn beside(&self) -> Result<Self, String> {
        let vault = |directory: &str| format!("{}.vault", directory.trim_end_matches('/'));
        match self {
            Self::Memory => Ok(Self::Memory),
            Self::Sled(directory) => Ok(Self::Sled(vault(directory))),
            Self::Redb(directory) => Ok(Self::Redb(vault(directory))),
            // Not in the same database, whose backups would hold what was erased together with its keys.
            Self::Postgres(_) => Err(
                "--store postgres: needs --vault, another database, the same for all servers"
                    .into(),
            ),
        }
    }

    /// A directory keeps what one engine wrote. Another would begin an empty installation in it.
    fn is_not_anothers(&self) -> Result<(), String> {
        let (other, engine) = match self {
            Self::Sled(directory) => (Self::Redb(directory.clone()), "redb"),
            Self::Redb(directory) => (Self::Sled(directory.clone()), "sled"),
            Self::Memory | Self::Postgres(_) => return Ok(()),
        };
        let directory = self.name();
        match other.data().is_some_and(|data| data.exists()) {
            true => Err(format!(
                "{directory}: this is a store of {engine}: open it with --store {engine}:{directory}"
            )),
            false => Ok(()),
        }
    }

    /// What an engine has made in its directory.
    fn data(&self) -> Option<PathBuf> {
        match self {
            Self::Memory | Self::Postgres(_) => None,
            Self::Sled(directory) => Some(Path::new(directory).join("sled")),
            Self::Redb(directory) => Some(Path::new(directory).join("kyc.redb")),
        }
    }

    /// Where the images are when nobody says: never apart from the sessions that speak of them, where that can be known.
    fn blobs_beside(&self) -> Option<PathBuf> {
        match self {
            Self::Memory | Self::Postgres(_) => None,
            Self::Sled(directory) | Self::Redb(directory) => {
                Some(format!("{}.blobs", directory.trim_end_matches('/')).into())
            }
        }
    }

    fn key_beside(&self) -> Option<PathBuf> {
        match self {
            Self::Memory | Self::Postgres(_) => None,
            Self::Sled(directory) | Self::Redb(directory) => {
                Some(format!("{}.key", directory.trim_end_matches('/')).into())
            }
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Memory => "memory",
            // The URL may hold a password.
            Self::Postgres(_) => "postgres",
            Self::Sled(directory) | Self::Redb(directory) => directory,
        }
    }

    /// What went wrong, with the name of the place in front; an adapter says its own.
    fn told(&self, error: &impl Display) -> String {
        let (name, said) = (self.name(), error.to_string());
        let is_named = said
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(':'));
        match is_named {
            true => said,
            false => format!("{name}: {said}"),
        }
    }
}
