//! Encryption at rest, over any store and over blobs: what is read is what was written, where it was written, or it is
//! refused; and what was erased is unreadable, in backups too.
//!
//! Sealed is what may tell of a person: snapshots, what waits in the outbox, images. Plain are names, versions, states and
//! the journal, none of which do. A snapshot is bound to its row, version, state and journal head, so whoever rewrites a
//! journal has to forge a seal. Each use has a random key of its own ([`Safe`]), and erasing is destroying that key.

mod blobs;
mod cipher;
mod drawer;
mod kek;
mod rotation;
mod safe;
mod seen;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use kyc_core::journal::{self, ChartName, Entry, Facts, Hash};
use kyc_core::{Key, Timestamp};

use self::cipher::{Kind, SealedText, is_sealed, seal_text};
use self::drawer::{DataKey, Drawer, Use};
use self::safe::{Turn, corrupt};
use crate::{
    Commit, Committed, Grant, Grants, Kept, Lease, Listed, Outbound, OutboundId, Outgoing,
    OutgoingKind, Page, Query, Receiver, Row, Settled, Store, StoreError,
};

pub use self::kek::{Kek, KekId, KeyError, KeySource, Keyring};
pub use self::rotation::Rotation;
pub use self::safe::{Erasure, Safe};

/// The name in errors.
const NAME: &str = "sealed";

/// What is damaged when a row of the outbox is not what was sealed. Its key is there: another vault is another error.
const WORK: &str = "outbox";

/// The event of both charts whose step forgets the person; and the effect of any other that does, as the clock's.
const ERASE: &str = "erase";

/// Whether this step forgets the person: then the key of all that was known is destroyed with it.
fn forgets(facts: &Facts) -> bool {
    facts.event == ERASE || facts.effects.iter().any(|effect| effect == ERASE)
}

/// Why a sealed store does not open. Nothing was written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The vault was locked with a key that is not on the ring.
    #[error("the vault was locked with the key {needed}; given: {}", names(given))]
    WrongKey {
        /// The key that is missing.
        needed: KekId,
        /// Those that are there.
        given: Vec<KekId>,
    },

    /// The store is sealed and the vault does not know its rows: it is lost, or another's.
    #[error(
        "the store is sealed with keys that are not in this vault: put back the vault that belongs to it"
    )]
    WrongVault,

    /// The store has no rows, and has had some with this vault: it is lost, or another's.
    #[error(
        "the store is empty, and its vault knows that it was not: put the store back, or begin with a new vault"
    )]
    StoreLost,

    /// The store holds what nobody has sealed.
    #[error("the store was not sealed, and is not to be mixed with what is")]
    NotSealed,

    /// The store or the vault does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn names(keys: &[KekId]) -> String {
    let names: Vec<_> = keys.iter().map(KekId::to_string).collect();
    names.join(", ")
}

impl SealError {
    /// The same fault, found after the start.
    fn late(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::WrongKey { needed, .. } => StoreError::Locked {
                key: needed.to_string(),
            },
            other => StoreError::backend(NAME, other),
        }
    }
}

/// Seals what the store within it keeps.
///
/// It keeps the promises of a store: the conformance suite passes over it. Opening a row and erasing it write to the vault
/// first; all other steps only read there, or go by what was read there a moment before. [`Courier`](crate::Courier)s have to work through it too.
///
/// ```
/// use std::sync::Arc;
///
/// use kyc_persist::{Kek, Keyring, MemoryStore, MemoryVault, Safe, SealedStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // In an installation: KeySource::File("data/key".into()).read()? and SledStore::open("data/vault")?
/// let keyring = Keyring::new(Kek::random());
/// let safe = Safe::unlock(Arc::new(MemoryVault::new()), keyring).await?;
/// let store = SealedStore::open(MemoryStore::new(), safe).await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SealedStore<S> {
    store: S,
    safe: Safe,
    /// Whether the vault knows that the store has rows.
    is_filled: Arc<AtomicBool>,
}

impl<S: Store> SealedStore<S> {
    /// Seals `store` with the keys in `safe`.
    ///
    /// # Errors
    ///
    /// [`SealError`]; nothing was written.
    pub async fn open(store: S, safe: Safe) -> Result<Self, SealError> {
        let newest = newest(&store).await?;
        if let Some(Listed { row, kept }) = &newest {
            if !is_sealed(&kept.snapshot) {
                return Err(SealError::NotSealed);
            }
            if safe.drawers(&[Use::Snapshot(row.clone())]).await? == [None] {
                return Err(SealError::WrongVault);
            }
        } else if safe.is_filled().await? {
            return Err(SealError::StoreLost);
        }
        safe.register().await?;
        let is_filled = newest.is_some();
        if is_filled {
            safe.fill().await?;
        }
        Ok(Self {
            store,
            safe,
            is_filled: Arc::new(is_filled.into()),
        })
    }

    /// Lets the vault know that there are rows. It may fail: the next commit tells it, or the next start.
    async fn fill(&self) {
        if !self.is_filled.swap(true, Ordering::Relaxed) && self.safe.fill().await.is_err() {
            self.is_filled.store(false, Ordering::Relaxed);
        }
    }

    /// Whether `store` was sealed; one without a row was not.
    ///
    /// # Errors
    ///
    /// What the store answers.
    pub async fn is_sealed(store: &S) -> Result<bool, StoreError> {
        let newest = newest(store).await?;
        Ok(newest.is_some_and(|Listed { kept, .. }| is_sealed(&kept.snapshot)))
    }

    /// What it seals, as it lies there: for audits, which read what nobody needs a key for.
    pub const fn within(&self) -> &S {
        &self.store
    }

    /// Where its keys are.
    pub const fn safe(&self) -> &Safe {
        &self.safe
    }

    /// Destroys again what was destroyed: after store, vault or both were restored from a backup. Rows that were erased
    /// and came back are refused from then on.
    ///
    /// # Errors
    ///
    /// What the vault answers; asking again does no harm.
    pub async fn reapply(&self, erasures: &[Erasure]) -> Result<(), StoreError> {
        self.safe.reapply(erasures).await
    }

    fn open_row(
        &self,
        row: &Row,
        kept: Kept,
        drawer: Option<&Drawer>,
    ) -> Result<(Kept, u32), StoreError> {
        // Of who was forgotten by force, what is left may be damaged as well.
        if drawer.is_some_and(Drawer::is_emptied) {
            return Err(StoreError::Erased);
        }
        let sealed = SealedText::parse(&kept.snapshot)
            .ok()
            .filter(|sealed| sealed.kind == Kind::Snapshot)
            .ok_or_else(|| corrupt("snapshot"))?;
        let key = self
            .safe
            .key(&Use::Snapshot(row.clone()), drawer, sealed.generation)?;
        let place = Standing {
            row,
            version: kept.version,
            state: &kept.state,
            head: &kept.head,
        };
        let snapshot = place
            .with(|place| sealed.open(&key, place))
            .map_err(|_| corrupt("snapshot"))?;
        Ok((Kept { snapshot, ..kept }, sealed.generation))
    }

    /// What an outbox row says, or the generation before which all that waited is settled.
    fn open_outbound(
        &self,
        outbound: &Outbound,
        drawer: Option<&Drawer>,
    ) -> Result<Body, StoreError> {
        let id = outbound.id();
        let sealed = SealedText::parse(&outbound.body)
            .ok()
            .filter(|sealed| matches!(sealed.kind, Kind::Outbox | Kind::Retire))
            .ok_or_else(|| corrupt(WORK))?;
        let key = self
            .safe
            .key(&Use::Outbox(id.row.clone()), drawer, sealed.generation)?;
        let text = waiting(id, outbound.kind, |place| sealed.open(&key, place))
            .map_err(|_| corrupt(WORK))?;
        Ok(match sealed.kind {
            Kind::Retire => Body::Retire(sealed.generation),
            _ => Body::Text(text),
        })
    }

    /// What of this can be read. Our own rows are done, and what nobody can read any more is settled.
    async fn open_leased(&self, leased: Vec<Outbound>) -> Result<Vec<Outbound>, StoreError> {
        let drawers = self.drawers_of(&leased).await?;
        let mut given = Vec::with_capacity(leased.len());
        for outbound in leased {
            let row = &outbound.id().row;
            let drawer = drawers.get(row).and_then(Option::as_ref);
            let mut settled = Settled::Done;
            match self.open_outbound(&outbound, drawer) {
                Ok(Body::Text(body)) => {
                    given.push(Outbound { body, ..outbound });
                    continue;
                }
                Ok(Body::Retire(generation)) => self.safe.retire(row, generation).await?,
                // A deadline or a notice of somebody who was forgotten, or what came back with a backup.
                Err(StoreError::Erased) => {}
                // It must not hold back what others wait for.
                Err(error @ StoreError::Corrupt { what: WORK, .. }) => {
                    let id = outbound.id();
                    tracing::error!(%id, %error, "work that nobody can read was given up");
                    settled = Settled::Dead;
                }
                // Its key is damaged or missing, and may come back with a backup of the vault: until its lease runs out
                // it waits, and holds back nothing but its own row.
                Err(error @ StoreError::Corrupt { .. }) => {
                    let id = outbound.id();
                    tracing::error!(%id, %error, "work that cannot be read now waits");
                    continue;
                }
                Err(error) => return Err(error),
            }
            match self.store.settle(&outbound.lease, settled).await {
                Ok(()) | Err(StoreError::LeaseLost) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(given)
    }

    /// Which of these rows have no key any more, and get none again.
    async fn forgotten(&self, rows: &[Row]) -> Result<Vec<bool>, StoreError> {
        let uses: Vec<_> = rows.iter().cloned().map(Use::Snapshot).collect();
        let drawers = self.safe.drawers(&uses).await?;
        let forgotten = drawers.iter().map(Option::as_ref);
        Ok(forgotten
            .map(|drawer| drawer.is_some_and(Drawer::is_emptied))
            .collect())
    }

    /// Writes down and completes an erasure whose step is kept.
    async fn complete(
        &self,
        row: &Row,
        at: Option<Timestamp>,
        generation: u32,
    ) -> Result<(), StoreError> {
        let at = match at {
            Some(at) => at,
            None => {
                let entries = self.store.journal(row).await?;
                let erased = entries.iter().rfind(|entry| forgets(&entry.facts));
                erased.ok_or_else(|| corrupt("journal"))?.facts.at
            }
        };
        let row = row.clone();
        let erasure = Erasure {
            row,
            at,
            generation,
        };
        self.safe.forget(&erasure).await
    }

    /// The drawers of all rows that these outbox rows belong to.
    async fn drawers_of(
        &self,
        outbound: &[Outbound],
    ) -> Result<BTreeMap<Row, Option<Drawer>>, StoreError> {
        let mut rows: Vec<_> = outbound.iter().map(|one| one.id().row.clone()).collect();
        rows.sort();
        rows.dedup();
        let uses: Vec<_> = rows.iter().cloned().map(Use::Outbox).collect();
        let drawers = self.safe.drawers(&uses).await?;
        Ok(rows.into_iter().zip(drawers).collect())
    }
}

#[async_trait]
impl<S: Store> Store for SealedStore<S> {
    async fn load(&self, row: &Row) -> Result<Option<Kept>, StoreError> {
        let mut refused = None;
        loop {
            let kept = match self.store.load(row).await {
                Err(error @ StoreError::Corrupt { .. }) => {
                    let forgotten = self.forgotten(std::slice::from_ref(row)).await?;
                    return Err(match forgotten[..] {
                        [true] => StoreError::Erased,
                        _ => error,
                    });
                }
                kept => kept?,
            };
            let Some(kept) = kept else {
                return Ok(None);
            };
            let version = kept.version;
            // Looked up after the row was: a key that was made for it is there by now.
            let seen = self.safe.look(row).await?;
            match self.open_row(row, kept, seen.snapshot()) {
                Ok((kept, generation)) => {
                    // The process that erased died before it was done. Whoever reads that a person was erased takes
                    // it as done, which it is not in backups: so it is done now, or nothing is answered.
                    let is_left = |drawer: &Drawer| drawer.has_older_than(generation);
                    match seen.snapshot().is_some_and(is_left) {
                        true => self.complete(row, None, generation).await?,
                        false => self.safe.seen.note(row.clone(), version, kept.head, seen),
                    }
                    return Ok(Some(kept));
                }
                // Perhaps it was erased between the two looks: then there is another version by now.
                Err(StoreError::Erased) if refused != Some(version) => refused = Some(version),
                Err(error) => return Err(error),
            }
        }
    }

    async fn recall(&self, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
        self.store.recall(row, key).await
    }

    async fn commit(&self, mut commit: Commit) -> Result<Committed, StoreError> {
        commit.check()?;
        let row = commit.row();
        let facts = &commit.entry.facts;
        let erased_at = forgets(facts).then_some(facts.at);
        let keys = match erased_at {
            Some(_) => self.safe.keys_for(&row, Turn::Fresh, true).await?,
            None => self.safe.keys_of_step(&commit).await?,
        };
        let generation = keys.generation;
        if let Some(key) = &keys.outbox {
            seal_outbox(&mut commit, generation, key, erased_at)?;
        }
        let place = Standing {
            row: &row,
            version: commit.entry.facts.version,
            state: &commit.entry.facts.to,
            head: &commit.entry.hash,
        };
        let (version, head) = (commit.entry.facts.version, commit.entry.hash);
        commit.snapshot = place.with(|place| {
            let key = &keys.snapshot;
            seal_text(Kind::Snapshot, generation, key, place, &commit.snapshot)
        });
        let committed = self.store.commit(commit).await?;
        // What is looked for at the next start: see `newest`.
        if row.chart == ChartName::Collection {
            self.fill().await;
        }
        match (&committed, erased_at) {
            (Committed::Now, None) => {
                if let Some(seen) = keys.into_seen() {
                    self.safe.seen.note(row, version, head, seen);
                }
            }
            (Committed::Before(_), None) => {}
            (Committed::Now, at) => self.complete(&row, at, generation).await?,
            // The erasure was kept before; it may not have been completed.
            (Committed::Before(_), _) => drop(self.load(&row).await?),
        }
        Ok(committed)
    }

    /// Follows the chain up to what the snapshot is bound to: a journal that was rewritten is not served.
    async fn journal(&self, row: &Row) -> Result<Vec<Entry>, StoreError> {
        let kept = match self.load(row).await {
            // What an old backup holds of an erased row still tells what happened.
            Err(StoreError::Erased) => None,
            kept => kept?,
        };
        let entries = self.store.journal(row).await?;
        let holds = journal::verify(&entries).is_ok()
            && kept.is_none_or(|kept| {
                // Later entries may have come since the row was looked at.
                let newest = usize::try_from(kept.version).ok();
                newest
                    .and_then(|newest| entries.get(newest))
                    .is_some_and(|entry| entry.hash == kept.head)
            });
        match holds {
            true => Ok(entries),
            false => Err(corrupt("journal")),
        }
    }

    /// Rows that were erased and came back with a backup are left out.
    async fn list(&self, query: &Query) -> Result<Page, StoreError> {
        let mut page = self.store.list(query).await?;
        if !page.damaged.is_empty() {
            let mut forgotten = self.forgotten(&page.damaged).await?.into_iter();
            page.damaged.retain(|_| forgotten.next() != Some(true));
        }
        let uses: Vec<_> = page
            .rows
            .iter()
            .map(|listed| Use::Snapshot(listed.row.clone()))
            .collect();
        let drawers = self.safe.drawers(&uses).await?;
        let sealed = std::mem::take(&mut page.rows);
        for (Listed { row, kept }, drawer) in sealed.into_iter().zip(drawers) {
            match self.open_row(&row, kept, drawer.as_ref()) {
                Ok((kept, _)) => page.rows.push(Listed { row, kept }),
                Err(StoreError::Erased) => {}
                Err(StoreError::Corrupt { .. }) => page.damaged.push(row),
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }

    async fn lease(
        &self,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        loop {
            let leased = self.store.lease(now, until, limit).await?;
            if leased.is_empty() {
                return Ok(leased);
            }
            // What was behind our own rows may be due now.
            let given = self.open_leased(leased).await?;
            if !given.is_empty() {
                return Ok(given);
            }
        }
    }

    async fn lease_notices(
        &self,
        receiver: Receiver,
        now: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        loop {
            let leased = self.store.lease_notices(receiver, now, until, limit);
            let leased = leased.await?;
            if leased.is_empty() {
                return Ok(leased);
            }
            let given = self.open_leased(leased).await?;
            if !given.is_empty() {
                return Ok(given);
            }
        }
    }

    async fn settle(&self, lease: &Lease, settled: Settled) -> Result<(), StoreError> {
        self.store.settle(lease, settled).await
    }

    /// The body of a row that was erased, or that nobody can read, is empty.
    async fn dead(
        &self,
        from: Option<&OutboundId>,
        limit: usize,
    ) -> Result<Vec<Outbound>, StoreError> {
        let dead = self.store.dead(from, limit).await?;
        let drawers = self.drawers_of(&dead).await?;
        dead.into_iter()
            .map(|outbound| {
                let drawer = drawers.get(&outbound.id().row).and_then(Option::as_ref);
                let body = match self.open_outbound(&outbound, drawer) {
                    Ok(Body::Text(body)) => body,
                    Ok(Body::Retire(_)) | Err(StoreError::Erased | StoreError::Corrupt { .. }) => {
                        String::new()
                    }
                    Err(error) => return Err(error),
                };
                Ok(Outbound { body, ..outbound })
            })
            .collect()
    }

    /// Refused when nobody can read it: it would be in the way of those who carry what can be read.
    async fn retry(&self, id: &OutboundId, due_at: Timestamp) -> Result<bool, StoreError> {
        let dead = self.store.dead(Some(id), 1).await?;
        let Some(outbound) = dead.first().filter(|outbound| outbound.id() == id) else {
            return Ok(false);
        };
        let drawers = self.drawers_of(&dead).await?;
        let drawer = drawers.get(&id.row).and_then(Option::as_ref);
        self.open_outbound(outbound, drawer)?;
        self.store.retry(id, due_at).await
    }
}

/// Tokens and codes are hashes already; they pass through.
#[async_trait]
impl<S: Grants> Grants for SealedStore<S> {
    async fn put(&self, hash: &Hash, grant: Grant) -> Result<(), StoreError> {
        self.store.put(hash, grant).await
    }

    async fn find(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        self.store.find(hash, now).await
    }

    async fn take(&self, hash: &Hash, now: Timestamp) -> Result<Option<Grant>, StoreError> {
        self.store.take(hash, now).await
    }

    async fn revoke(&self, subject: &str) -> Result<usize, StoreError> {
        self.store.revoke(subject).await
    }

    async fn sweep(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.store.sweep(now).await
    }
}

/// The row that was opened last and is whole; every session has one of the collection chart.
async fn newest(store: &impl Store) -> Result<Option<Listed>, StoreError> {
    let mut query = Query {
        limit: 1,
        ..Query::newest(ChartName::Collection)
    };
    loop {
        let page = store.list(&query).await?;
        match (page.rows.into_iter().next(), page.next) {
            (None, Some(place)) => query.after = Some(place),
            (None, None) if !page.damaged.is_empty() => return Err(corrupt("listing")),
            (found, _) => return Ok(found),
        }
    }
}

/// What an outbox row holds.
enum Body {
    Text(String),
    Retire(u32),
}

/// What a snapshot is bound to.
struct Standing<'a> {
    row: &'a Row,
    version: u32,
    state: &'a str,
    head: &'a Hash,
}

impl Standing<'_> {
    fn with<T>(&self, seal: impl FnOnce(&[&[u8]]) -> T) -> T {
        seal(&[
            self.row.session.as_str().as_bytes(),
            self.row.chart.as_str().as_bytes(),
            &self.version.to_be_bytes(),
            self.state.as_bytes(),
            self.head.as_bytes(),
        ])
    }
}

/// What the body of an outbox row is bound to: its name, and whether it keeps its place in the order.
fn waiting<T>(id: &OutboundId, kind: OutgoingKind, seal: impl FnOnce(&[&[u8]]) -> T) -> T {
    let receiver;
    let (kind, receiver): (&[u8], Option<&[u8]>) = match kind {
        OutgoingKind::Effect => (b"effect", None),
        OutgoingKind::Timer => (b"timer", None),
        OutgoingKind::Notice(Receiver(number)) => {
            receiver = number.to_be_bytes();
            (b"notice", Some(&receiver))
        }
    };
    let (version, index) = (id.version.to_be_bytes(), id.index.to_be_bytes());
    let mut place = vec![
        id.row.session.as_str().as_bytes(),
        id.row.chart.as_str().as_bytes(),
        &version,
        &index,
        kind,
    ];
    place.extend(receiver);
    seal(&place)
}

/// Seals what leaves with a step. With one that erases leaves a row of ours, behind all other effects: when it is leased, none
/// of them waits any more that was sealed with the key before, and that key is destroyed. A notice that was not delivered by
/// then is told no more.
fn seal_outbox(
    commit: &mut Commit,
    generation: u32,
    key: &DataKey,
    erased_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let mut id = OutboundId {
        row: commit.row(),
        version: commit.entry.facts.version,
        index: 0,
    };
    for outgoing in &mut commit.outbox {
        outgoing.body = waiting(&id, outgoing.kind, |place| {
            seal_text(Kind::Outbox, generation, key, place, &outgoing.body)
        });
        id.index = id.index.checked_add(1).ok_or(StoreError::OutOfOrder)?;
    }
    if let Some(due_at) = erased_at {
        let kind = OutgoingKind::Effect;
        let body = waiting(&id, kind, |place| {
            seal_text(Kind::Retire, generation, key, place, "")
        });
        commit.outbox.push(Outgoing { kind, body, due_at });
    }
    Ok(())
}
