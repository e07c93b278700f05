//! A store whose bytes a test can reach as a thief can, and one walk to keep in it.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, RwLock};

use async_trait::async_trait;
use kyc_core::collection::{Event, Session};
use kyc_core::journal::Hash;
use kyc_core::testing::events::{self, NOON};
use kyc_core::{Actor, Chart, Flow, Seconds, SessionId};
use kyc_persist::kv::{Engine, KvStore, Pair};
use kyc_persist::{
    Ask, Flows, Keeper, Kek, Keyring, Outbound, Row, Safe, SealedStore, Settled, Store, StoreError,
    Vault, Wake,
};

pub(crate) type Refusal = kyc_persist::KeepError<kyc_core::collection::Rejected>;
pub(crate) type Bytes = BTreeMap<Vec<u8>, Vec<u8>>;

/// An engine whose pairs lie open: a clone is the same map.
#[derive(Clone, Debug, Default)]
pub(crate) struct Map(pub(crate) Arc<RwLock<Bytes>>);

impl Map {
    pub(crate) fn copy(&self) -> Bytes {
        self.0.read().unwrap().clone()
    }

    pub(crate) fn restore(&self, copy: &Bytes) {
        self.0.write().unwrap().clone_from(copy);
    }

    /// The only value whose key contains all of this.
    pub(crate) fn change(&self, key: &[&[u8]], change: impl FnOnce(&mut Vec<u8>)) {
        let mut pairs = self.0.write().unwrap();
        let mut found: Vec<_> = pairs
            .iter_mut()
            .filter(|(name, _)| {
                key.iter()
                    .all(|part| name.windows(part.len()).any(|window| window == *part))
            })
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        change(found.pop().unwrap().1);
    }
}

impl Engine for Map {
    const NAME: &'static str = "map";

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.read().unwrap().get(key).cloned())
    }

    fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Result<Pair, StoreError>> + '_> {
        let pairs = self.0.read().unwrap();
        let mut found: Vec<_> = pairs
            .range(from.to_vec()..to.to_vec())
            .map(|(key, value)| Ok((key.clone(), value.clone())))
            .collect();
        if backwards {
            found.reverse();
        }
        Box::new(found.into_iter())
    }

    fn write(&self, batch: Vec<(Vec<u8>, Option<Vec<u8>>)>) -> Result<(), StoreError> {
        let mut pairs = self.0.write().unwrap();
        for (key, value) in batch {
            match value {
                Some(value) => pairs.insert(key, value),
                None => pairs.remove(&key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Store and vault as two maps of bytes, and the key.
#[derive(Clone)]
pub(crate) struct Installation {
    pub(crate) store: Map,
    pub(crate) vault: Map,
    pub(crate) kek: Kek,
}

impl Installation {
    pub(crate) fn new() -> Self {
        Self {
            store: Map::default(),
            vault: Map::default(),
            kek: Kek::random(),
        }
    }

    pub(crate) fn vault(&self) -> KvStore<Map> {
        KvStore::over(self.vault.clone()).unwrap()
    }

    pub(crate) async fn safe(&self) -> Safe {
        safe_of(self.vault(), &self.kek).await
    }

    pub(crate) async fn open(&self) -> SealedStore<KvStore<Map>> {
        let store = KvStore::over(self.store.clone()).unwrap();
        SealedStore::open(store, self.safe().await).await.unwrap()
    }
}

pub(crate) async fn safe_of(vault: impl Vault + 'static, kek: &Kek) -> Safe {
    let keyring = Keyring::new(kek.clone());
    Safe::unlock(Arc::new(vault), keyring).await.unwrap()
}

pub(crate) fn id(session: &str) -> SessionId {
    session.parse().unwrap()
}

pub(crate) fn row(session: &str) -> Row {
    Row::collection(id(session))
}

pub(crate) fn keeper(store: impl Store + 'static) -> Keeper {
    let flows: Flows = [Flow::manual_review()].into_iter().collect();
    Keeper::new(Arc::new(store), Arc::new(flows), Wake::new())
}

pub(crate) async fn open(keeper: &Keeper, session: &str) {
    let flow = Flow::manual_review();
    let key = "open".parse().unwrap();
    keeper
        .open::<Session>(&flow, id(session), key, Hash::ZERO, Actor::INTEGRATOR, NOON)
        .await
        .unwrap();
}

/// Lets an event happen, from whom it may come.
pub(crate) async fn tell(
    keeper: &Keeper,
    session: &str,
    key: &str,
    event: Event,
) -> Result<u32, Refusal> {
    let ask = Ask {
        session: id(session),
        key: key.parse().unwrap(),
        fingerprint: Hash::ZERO,
        expected: None,
        by: Actor {
            sender: Session::sender(&event),
            name: None,
        },
        event,
    };
    let answer = keeper.handle::<Session>(ask, NOON).await?;
    Ok(answer.session.version())
}

/// Opens a session, and lets these events happen.
pub(crate) async fn walk(keeper: &Keeper, session: &str, events: impl IntoIterator<Item = Event>) {
    open(keeper, session).await;
    for (number, event) in events.into_iter().enumerate() {
        tell(keeper, session, &format!("k-{number}"), event)
            .await
            .unwrap();
    }
}

/// To the photos of the document, under that name.
pub(crate) fn named(name: &str) -> Vec<Event> {
    let mut events = events::to_final();
    events[1] = events::details_of(name, "Mustermann", "1964-08-12");
    events.truncate(5);
    events
}

/// Calls off and erases.
pub(crate) async fn erase(keeper: &Keeper, session: &str) -> Result<u32, Refusal> {
    tell(keeper, session, "cancel", Event::Cancel).await?;
    tell(keeper, session, "erase", Event::Erase).await
}

/// Takes all that is due, until there is no more; tells what there was.
pub(crate) async fn drain(store: &dyn Store, now: kyc_core::Timestamp) -> Vec<Outbound> {
    let mut all = Vec::new();
    loop {
        let leased = store.lease(now, now + Seconds::days(1), 200).await.unwrap();
        if leased.is_empty() {
            return all;
        }
        for outbound in leased {
            store.settle(&outbound.lease, Settled::Done).await.unwrap();
            all.push(outbound);
        }
    }
}

/// A vault where something else happens just before the first look.
pub(crate) struct Interrupted<V> {
    pub(crate) inner: V,
    pub(crate) by: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
}

impl<V> std::fmt::Debug for Interrupted<V> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Interrupted")
    }
}

#[async_trait]
impl<V: Vault> Vault for Interrupted<V> {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let by = match names[0].starts_with("key/") {
            true => self.by.lock().unwrap().take(),
            false => None,
        };
        if let Some(by) = by {
            by.await;
        }
        self.inner.fetch(names).await
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        self.inner.keep(name, expected, value).await
    }

    async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.inner.list(prefix, after, limit).await
    }
}
