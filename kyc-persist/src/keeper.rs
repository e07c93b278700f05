//! The only place that commits: load, decide, commit; and what a retry gets.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use kyc_core::journal::{Entry, Facts, Hash};
use kyc_core::{
    Actor, Chart, DecodeError, Flow, FlowRef, Key, Sender, SessionId, Taken, Timestamp,
};

use crate::{
    Commit, Committed, Expected, Flows, Kept, Outgoing, OutgoingKind, Receiver, Row, Store,
    StoreError, Wake,
};

/// How often a step is decided anew because somebody else was first. Whoever needs more has a loop of his own.
const TRIES: usize = 8;

/// Keeps sessions of both charts in a store.
///
/// The store has the last word: a keeper holds no session, so any number of them can stand before one store.
#[derive(Clone)]
pub struct Keeper {
    store: Arc<dyn Store>,
    flows: Arc<Flows>,
    wake: Wake,
    tell: Arc<dyn Fn(&Moved) + Send + Sync>,
    notices: Arc<Notices>,
}

/// Which notices leave with a step: to whom, and what is kept of each until it is delivered.
type Notices = dyn Fn(&Leaving<'_>) -> Vec<(Receiver, String)> + Send + Sync;

/// A request for one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask<Event> {
    /// Whose session.
    pub session: SessionId,
    /// The name of the request: under the same name it gets the same answer, however often it is made. It is the
    /// caller's own: what others call their requests never meets it.
    pub key: Key,
    /// A keyed digest of what was requested, by which another request under the same name is recognised.
    pub fingerprint: Hash,
    /// The version the caller has seen. Without it, the event happens to whatever version there is.
    pub expected: Option<u32>,
    /// What is to happen.
    pub event: Event,
    /// Who asks, as the host has authenticated it.
    pub by: Actor,
}

/// A step that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<C> {
    /// The step as the journal has it.
    pub entry: Entry,
    /// Whether it was kept for an earlier request under the same key.
    pub replayed: bool,
    /// The session as it stands: after the step, and after what came later when the step was replayed.
    pub session: C,
}

/// What is told after every commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What has moved.
    pub row: Row,
    /// Its version now.
    pub version: u32,
    /// Its state now.
    pub state: String,
}

/// A step that is about to be kept.
#[derive(Debug)]
pub struct Leaving<'a> {
    /// What the journal will say of it.
    pub facts: &'a Facts,
    session: &'a (dyn Any + Send + Sync),
    effects: &'a (dyn Any + Send + Sync),
}

impl Leaving<'_> {
    /// The session after the step and the effects that leave with it, if it is one of the chart `C`.
    pub fn of<C: Chart>(&self) -> Option<(&C, impl Iterator<Item = &C::Effect>)> {
        let session = self.session.downcast_ref()?;
        let effects: &Effects<C> = self.effects.downcast_ref()?;
        Some((session, effects.iter().map(|(_, effect)| effect)))
    }
}

type Effects<C> = Vec<(&'static str, <C as Chart>::Effect)>;

/// Why a step was not kept.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeepError<Rejected: Error + 'static> {
    /// The chart does not accept the event.
    #[error(transparent)]
    Rejected(Rejected),

    /// The session has moved on since the caller saw it.
    #[error("the session is at version {found}")]
    Stale {
        /// Where it stands.
        found: u32,
    },

    /// Another request was answered under this key.
    #[error("the key was used for another request")]
    KeyReused,

    /// The event may only come from somebody else. The host should not have asked.
    #[error("the event may only come from the {}", expected.as_str())]
    NotTheirs {
        /// From whom.
        expected: Sender,
    },

    /// There is no such session.
    #[error("there is no such session")]
    NotFound,

    /// The session was opened with a Flow that this keeper does not have.
    #[error("flow {} version {} is not there", .0.id, .0.version)]
    FlowMissing(Box<FlowRef>),

    /// What is kept does not open.
    #[error(transparent)]
    Snapshot(#[from] DecodeError),

    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Keeper {
    /// A keeper before `store` that knows these Flows, and rings when there is work for a courier.
    pub fn new(store: Arc<dyn Store>, flows: Arc<Flows>, wake: Wake) -> Self {
        Self {
            store,
            flows,
            wake,
            tell: Arc::new(|_: &Moved| ()),
            notices: Arc::new(|_: &Leaving<'_>| Vec::new()),
        }
    }

    /// The same keeper, telling `tell` of every commit right after it. It must not block.
    ///
    /// Two commits that follow each other closely may be told in the other order: the version tells which is newer.
    #[must_use]
    pub fn telling(self, tell: impl Fn(&Moved) + Send + Sync + 'static) -> Self {
        Self {
            tell: Arc::new(tell),
            ..self
        }
    }

    /// The same keeper, asking `notices` which notices leave with a step: they are kept in the same commit. It may be asked
    /// about a step that is not kept in the end.
    #[must_use]
    pub fn noticing(
        self,
        notices: impl Fn(&Leaving<'_>) -> Vec<(Receiver, String)> + Send + Sync + 'static,
    ) -> Self {
        Self {
            notices: Arc::new(notices),
            ..self
        }
    }

    /// The store it stands before.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Opens a session of the chart `C` at version 0.
    ///
    /// # Errors
    ///
    /// [`KeepError::Stale`] when there is one that was opened under another key.
    pub async fn open<C: Chart>(
        &self,
        flow: &Arc<Flow>,
        id: SessionId,
        key: Key,
        fingerprint: Hash,
        by: Actor,
        now: Timestamp,
    ) -> Result<Answer<C>, KeepError<C::Rejected>> {
        let session = C::open(flow, id.clone(), now);
        let facts = Facts {
            session: id,
            chart: C::NAME,
            version: session.version(),
            key: own(&by, &key)?,
            fingerprint,
            at: now,
            by,
            event: "open".into(),
            from: session.state_name().into(),
            to: session.state_name().into(),
            effects: Vec::new(),
        };
        let commit = Commit {
            expected: Expected::Absent,
            entry: Entry::chain(Hash::ZERO, facts),
            snapshot: session.encode(),
            outbox: timers::<C>(&[], session.visits()).collect(),
        };
        match self.keep(commit, session).await {
            Err(KeepError::Store(StoreError::Conflict { found })) => Err(KeepError::Stale {
                found: found.unwrap_or_default(),
            }),
            answer => answer,
        }
    }

    /// The session as it stands, if there is one.
    ///
    /// # Errors
    ///
    /// [`KeepError::FlowMissing`], [`KeepError::Snapshot`] or [`KeepError::Store`].
    pub async fn load<C: Chart>(
        &self,
        id: &SessionId,
    ) -> Result<Option<C>, KeepError<C::Rejected>> {
        match self.store.load(&row::<C>(id)).await? {
            Some(kept) => self.revive(&kept).map(Some),
            None => Ok(None),
        }
    }

    /// The session as it stands even if its Flow is not there, for ending and erasing it and for nothing else.
    ///
    /// # Errors
    ///
    /// [`KeepError::Snapshot`] or [`KeepError::Store`].
    pub async fn load_to_forget<C: Chart>(
        &self,
        id: &SessionId,
    ) -> Result<Option<C>, KeepError<C::Rejected>> {
        match self.store.load(&row::<C>(id)).await? {
            Some(kept) => self.revive_to_forget(&kept).map(Some),
            None => Ok(None),
        }
    }

    /// The earlier answer to a request of that caller under that key, if there is one.
    ///
    /// # Errors
    ///
    /// [`KeepError::Store`].
    pub async fn recall<C: Chart>(
        &self,
        id: &SessionId,
        by: &Actor,
        key: &Key,
    ) -> Result<Option<Entry>, KeepError<C::Rejected>> {
        Ok(self.store.recall(&row::<C>(id), &own(by, key)?).await?)
    }

    /// The session that is kept as `kept`; a listing has many.
    ///
    /// # Errors
    ///
    /// [`KeepError::FlowMissing`] or [`KeepError::Snapshot`].
    pub fn revive<C: Chart>(&self, kept: &Kept) -> Result<C, KeepError<C::Rejected>> {
        let flow = FlowRef::of_snapshot(&kept.snapshot)?;
        let Some(flow) = self.flows.get(&flow) else {
            return Err(KeepError::FlowMissing(Box::new(flow)));
        };
        Ok(C::decode(&kept.snapshot, flow)?)
    }

    fn revive_to_forget<C: Chart>(&self, kept: &Kept) -> Result<C, KeepError<C::Rejected>> {
        match self.revive(kept) {
            Err(
                KeepError::FlowMissing(_) | KeepError::Snapshot(DecodeError::ForeignFlow { .. }),
            ) => Ok(C::decode_to_forget(&kept.snapshot)?),
            revived => revived,
        }
    }

    /// Lets the event happen and keeps the step, once however often it is asked for.
    ///
    /// Without an expected version, a step that loses a race is decided anew.
    ///
    /// # Errors
    ///
    /// [`KeepError`]; nothing has changed, except that after [`StoreError::Backend`] nobody knows: ask again with the
    /// same key.
    pub async fn handle<C: Chart>(
        &self,
        ask: Ask<C::Event>,
        now: Timestamp,
    ) -> Result<Answer<C>, KeepError<C::Rejected>> {
        let expected = C::sender(&ask.event);
        if ask.by.sender != expected {
            return Err(KeepError::NotTheirs { expected });
        }
        let ask = Ask {
            key: own(&ask.by, &ask.key)?,
            ..ask
        };
        let row = row::<C>(&ask.session);
        for _ in 0..TRIES {
            let kept = self.store.load(&row).await?.ok_or(KeepError::NotFound)?;
            // A person can be forgotten whatever became of the Flow.
            let session: C = match C::forgets(&ask.event) {
                true => self.revive_to_forget(&kept)?,
                false => self.revive(&kept)?,
            };
            let decided = match ask.expected {
                Some(version) if version != kept.version => Err(KeepError::Stale {
                    found: kept.version,
                }),
                _ => {
                    decide(&ask, &session, &kept, &*self.notices, now).map_err(KeepError::Rejected)
                }
            };
            let (commit, moved) = match decided {
                Ok(decided) => decided,
                // A retry comes when the chart has moved on and would say no: its answer is the earlier one. A commit
                // looks for the key as well, so it is looked up only here.
                Err(refusal) => {
                    return match self.store.recall(&row, &ask.key).await? {
                        Some(entry) => replay(entry, ask.fingerprint, session),
                        None => Err(refusal),
                    };
                }
            };
            match self.keep(commit, moved).await {
                // Somebody else was first; the caller's own version is compared in the next round.
                Err(KeepError::Store(StoreError::Conflict { .. })) => {}
                answer => return answer,
            }
        }
        Err(KeepError::Store(StoreError::Conflict { found: None }))
    }

    async fn keep<C: Chart>(
        &self,
        commit: Commit,
        session: C,
    ) -> Result<Answer<C>, KeepError<C::Rejected>> {
        let entry = commit.entry.clone();
        let row = commit.row();
        let has_work = !commit.outbox.is_empty();
        match self.store.commit(commit).await? {
            Committed::Now => {
                if has_work {
                    self.wake.ring();
                }
                (self.tell)(&Moved {
                    row,
                    version: entry.facts.version,
                    state: entry.facts.to.clone(),
                });
                Ok(Answer {
                    entry,
                    replayed: false,
                    session,
                })
            }
            Committed::Before(earlier) => {
                let kept = self.store.load(&row).await?.ok_or(KeepError::NotFound)?;
                replay(
                    earlier,
                    entry.facts.fingerprint,
                    self.revive_to_forget(&kept)?,
                )
            }
        }
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keeper")
            .field("store", &self.store)
            .field("flows", &self.flows)
            .finish_non_exhaustive()
    }
}

/// The step, ready to be kept, and the session after it.
fn decide<C: Chart>(
    ask: &Ask<C::Event>,
    session: &C,
    kept: &Kept,
    notices: &Notices,
    now: Timestamp,
) -> Result<(Commit, C), C::Rejected> {
    let mut moved = session.clone();
    let Taken {
        version,
        event,
        from,
        to,
        effects,
        ..
    } = moved.take(&ask.event, &ask.by, now)?;
    let facts = Facts {
        session: ask.session.clone(),
        chart: C::NAME,
        version,
        key: ask.key.clone(),
        fingerprint: ask.fingerprint,
        at: now,
        by: ask.by.clone(),
        event: event.into(),
        from: from.into(),
        to: to.into(),
        effects: effects.iter().map(|(kind, _)| (*kind).into()).collect(),
    };
    let leaving = Leaving {
        facts: &facts,
        session: &moved,
        effects: &effects,
    };
    // Behind the rest, so that effects keep their names whoever is told.
    let notices = notices(&leaving)
        .into_iter()
        .map(|(receiver, body)| Outgoing {
            kind: OutgoingKind::Notice(receiver),
            body,
            due_at: now,
        });
    let effects = effects.iter().map(|(_, effect)| Outgoing {
        kind: OutgoingKind::Effect,
        body: encode(effect),
        due_at: now,
    });
    let outbox = effects
        .chain(timers::<C>(&session.visits(), moved.visits()))
        .chain(notices)
        .collect();
    let commit = Commit {
        expected: Expected::At(kept.version),
        entry: Entry::chain(kept.head, facts),
        snapshot: moved.encode(),
        outbox,
    };
    Ok((commit, moved))
}

fn replay<C: Chart>(
    entry: Entry,
    fingerprint: Hash,
    session: C,
) -> Result<Answer<C>, KeepError<C::Rejected>> {
    if entry.facts.fingerprint != fingerprint {
        return Err(KeepError::KeyReused);
    }
    Ok(Answer {
        entry,
        replayed: true,
        session,
    })
}

/// The clock's visits that were not due before. One that was still comes, and is told that it is too early.
fn timers<C: Chart>(
    before: &[(Timestamp, C::Event)],
    after: Vec<(Timestamp, C::Event)>,
) -> impl Iterator<Item = Outgoing> {
    let new = after.into_iter().filter(|visit| !before.contains(visit));
    new.map(|(due_at, event)| Outgoing {
        kind: OutgoingKind::Timer,
        body: encode(&event),
        due_at,
    })
}

/// The key with its caller in front. Whoever could choose a key that another will use could take the other's place: an
/// applicant that of the clock, or of the decision about them.
fn own(by: &Actor, key: &Key) -> Result<Key, StoreError> {
    let sender = by.sender.as_str();
    let owned = match &by.name {
        Some(name) => format!("{sender}:{name}:{key}"),
        None => format!("{sender}:{key}"),
    };
    owned.parse().map_err(|_| StoreError::TooLarge {
        what: "idempotency key",
    })
}

fn encode(body: &impl serde::Serialize) -> String {
    match serde_json::to_string(body) {
        Ok(text) => text,
        Err(error) => {
            unreachable!("effects and events are strings, numbers and lists of them: {error}")
        }
    }
}

fn row<C: Chart>(session: &SessionId) -> Row {
    Row {
        session: session.clone(),
        chart: C::NAME,
    }
}
