//! An erasure that was broken off where its last write is refused: nobody is told that it is done before it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use kyc_core::collection::Event;
use kyc_core::journal::ChartName;
use kyc_persist::kv::KvStore;
use kyc_persist::{KeepError, Keyring, Query, Safe, SealedStore, Store, StoreError, Vault};

use super::harness::*;

const WITHOUT_END: usize = usize::MAX;

/// A vault on a disk with room for so many writes more. Reading is always possible.
#[derive(Clone, Debug)]
struct Narrow<V> {
    inner: Arc<V>,
    room: Arc<AtomicUsize>,
}

#[async_trait]
impl<V: Vault> Vault for Narrow<V> {
    async fn fetch(&self, names: &[String]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.inner.fetch(names).await
    }

    async fn keep(
        &self,
        name: &str,
        expected: Option<&[u8]>,
        value: Vec<u8>,
    ) -> Result<bool, StoreError> {
        let less = |room: usize| room.checked_sub(1);
        let order = Ordering::SeqCst;
        match self.room.fetch_update(order, order, less) {
            Ok(_) => self.inner.keep(name, expected, value).await,
            Err(_) => Err(StoreError::Full { store: "narrow" }),
        }
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

fn is_full<T: std::fmt::Debug>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Full { store: "narrow" }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_whose_last_write_finds_no_room_is_told_to_nobody_and_completed_by_the_next_look()
 {
    let mut broken_off = 0;
    for room in 0.. {
        let installation = Installation::new();
        let walker = keeper(installation.open().await);
        walk(&walker, "s-1", named("Erika")).await;
        tell(&walker, "s-1", "cancel", Event::Cancel).await.unwrap();
        let backup = installation.store.copy();

        let left = Arc::new(AtomicUsize::new(WITHOUT_END));
        let vault = Narrow {
            inner: Arc::new(installation.vault()),
            room: left.clone(),
        };
        let keyring = Keyring::new(installation.kek.clone());
        let safe = Safe::unlock(Arc::new(vault), keyring).await.unwrap();
        let open = async || {
            let store = KvStore::over(installation.store.clone()).unwrap();
            SealedStore::open(store, safe.clone()).await.unwrap()
        };
        let (store, walker) = (open().await, keeper(open().await));

        left.store(room, Ordering::SeqCst);
        match tell(&walker, "s-1", "erase", Event::Erase).await {
            Ok(version) => {
                assert_eq!(version, 7);
                break;
            }
            Err(KeepError::Store(StoreError::Full { store: "narrow" })) => {}
            Err(other) => panic!("{other:?}"),
        }
        let inner = KvStore::over(installation.store.clone()).unwrap();
        let kept = inner.load(&row("s-1")).await.unwrap().unwrap();
        if kept.version == 6 {
            // It did not happen: everything can be read as before, with no room at all.
            left.store(0, Ordering::SeqCst);
            let kept = store.load(&row("s-1")).await.unwrap().unwrap();
            assert!(kept.snapshot.contains("Erika"));
            continue;
        }
        broken_off += 1;
        // Its step is kept and the key is still there. Whoever is answered that the person was erased takes it as done,
        // and it is not, in backups: so nobody is answered, however often they ask, and whoever asked for it neither.
        left.store(0, Ordering::SeqCst);
        for _ in 0..2 {
            assert!(is_full(&store.load(&row("s-1")).await));
            assert!(is_full(&store.journal(&row("s-1")).await));
            let again = tell(&walker, "s-1", "erase", Event::Erase).await;
            assert!(matches!(
                again,
                Err(KeepError::Store(StoreError::Full { store: "narrow" }))
            ));
        }
        // A list has the row as it was left behind, and nothing of the person.
        let listed = store.list(&Query::newest(ChartName::Collection)).await;
        let listed = listed.unwrap().rows;
        assert_eq!((listed.len(), listed[0].kept.version), (1, 7));
        assert!(!listed[0].kept.snapshot.contains("Erika"));

        left.store(WITHOUT_END, Ordering::SeqCst);
        let kept = store.load(&row("s-1")).await.unwrap().unwrap();
        assert!(kept.version == 7 && !kept.snapshot.contains("Erika"));
        let again = tell(&walker, "s-1", "erase", Event::Erase).await;
        assert_eq!(again.unwrap(), 7, "the answer that was not given then");
        assert_eq!(safe.erasures(None, 9).await.unwrap().len(), 1);
        installation.store.restore(&backup);
        let restored = store.load(&row("s-1")).await;
        assert!(matches!(restored, Err(StoreError::Erased)), "room {room}");
    }
    assert!(broken_off >= 2, "the list and the key: {broken_off}");
}
