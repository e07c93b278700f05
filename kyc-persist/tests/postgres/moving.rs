//! A whole installation moves between any two stores, and goes on where it has moved to.

use std::io::Cursor;
use std::sync::Arc;

use async_trait::async_trait;
use kyc_core::collection::{Event, Session};
use kyc_core::journal::{self, Hash};
use kyc_core::testing::events::{self, NOON};
use kyc_core::{Actor, Chart, Flow, Seconds, SessionId, Timestamp, review};
use kyc_persist::archive::{Archive, Compared, Source, Standing, compare, export, import};
use kyc_persist::{
    Ask, Clock, Courier, Deliver, Delivered, Flows, Grant, Grants, Keeper, Kek, Keyring,
    MemoryStore, Outbound, PostgresStore, RedbStore, Row, Safe, SealedStore, SledStore, Store,
    StoreError, Terms, Vault, Wake,
};
use tempfile::TempDir;

use crate::run;
use crate::server::Place;

#[test]
fn an_installation_moves_between_any_two_stores_and_goes_on_there() {
    for from in Site::one_of_each() {
        run(async {
            let kek = Kek::random();
            let vault = from.vault();
            from.keep(&vault, &kek).await;
            let (text, keys) = (from.text().await, vault.text().await);
            assert!(!String::from_utf8_lossy(&text).contains("Mustermann"));

            for to in Site::one_of_each() {
                let moved_vault = to.vault();
                to.take(&text).await;
                moved_vault.take(&keys).await;
                assert_eq!(to.text().await, text);
                assert_eq!(moved_vault.text().await, keys);
                to.goes_on(&moved_vault, &kek).await;
            }
        });
    }
}

#[test]
fn an_export_is_of_one_moment_while_others_commit() {
    let place = Place::new();
    run(async {
        let store = Arc::new(PostgresStore::open(place.url()).await.unwrap());
        for number in 0..30 {
            open(&keeper(store.clone()), &format!("s-{number:03}")).await;
        }
        let before = told(&*store).await;
        let mut reading = store.reading().await.unwrap();
        let mut all = reading.page(None, 7).await.unwrap();
        // Before and behind what was read.
        open(&keeper(store.clone()), "a-1").await;
        let keeper = keeper(store.clone());
        tell(&keeper, "s-020", "k-1", events::start()).await;
        loop {
            let last = all.last().map(kyc_persist::archive::Record::id);
            let page = reading.page(last.as_ref(), 7).await.unwrap();
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        assert_eq!(all, before);
        assert_ne!(told(&*store).await, before);
    });
}

/// A kind of store, at a place.
enum Site {
    Memory(MemoryStore),
    Sled(TempDir),
    Redb(TempDir),
    Postgres(Box<Place>),
}

/// Opens the store of a site, of whichever kind, and does something with it.
macro_rules! at {
    ($site:expr, |$store:ident| $work:expr) => {
        match $site {
            Site::Memory(store) => {
                let $store = store.clone();
                $work
            }
            Site::Sled(place) => {
                let $store = SledStore::open(place).unwrap();
                $work
            }
            Site::Redb(place) => {
                let $store = RedbStore::open(place).unwrap();
                $work
            }
            Site::Postgres(place) => {
                let $store = PostgresStore::open(place.url()).await.unwrap();
                $work
            }
        }
    };
}

impl Site {
    fn one_of_each() -> [Self; 4] {
        [
            Self::Memory(MemoryStore::new()),
            Self::Sled(tempfile::tempdir().unwrap()),
            Self::Redb(tempfile::tempdir().unwrap()),
            Self::Postgres(Box::new(Place::new())),
        ]
    }

    /// A place for the vault, of the same kind where that costs no second server.
    fn vault(&self) -> Self {
        match self {
            Self::Memory(_) | Self::Postgres(_) => Self::Memory(MemoryStore::new()),
            Self::Sled(_) => Self::Sled(tempfile::tempdir().unwrap()),
            Self::Redb(_) => Self::Redb(tempfile::tempdir().unwrap()),
        }
    }

    async fn text(&self) -> Vec<u8> {
        at!(self, |store| {
            let mut text = Vec::new();
            let mut silent = |_: &_| {};
            let done = export(&store, &mut text, None, &mut silent).await;
            done.unwrap();
            text
        })
    }

    async fn take(&self, text: &[u8]) {
        at!(self, |store| {
            assert_eq!(store.standing().await.unwrap(), Standing::Empty);
            let done = import(&store, Cursor::new(text), &mut |_, _| {}).await;
            let (here, file) = (
                Source::store(&store).await.unwrap(),
                Source::file(text).unwrap(),
            );
            let compared = compare(here, file, &mut |_| {}).await.unwrap();
            assert_eq!(compared, Compared::Equal(done.unwrap()));
        });
    }

    async fn keep(&self, vault: &Self, kek: &Kek) {
        let vault: Arc<dyn Vault> = at!(vault, |store| Arc::new(store));
        at!(self, |store| keep(sealed(store, vault, kek).await).await);
    }

    async fn goes_on(&self, vault: &Self, kek: &Kek) {
        let vault: Arc<dyn Vault> = at!(vault, |store| Arc::new(store));
        at!(self, |store| goes_on(sealed(store, vault, kek).await).await);
    }
}

/// Sessions on their way, one handed in, one erased, a case; work that waits, was put off and was given up; a token.
async fn keep(store: Arc<impl Store + Grants + 'static>) {
    let keeper = keeper(store.clone());
    for (session, steps) in [("s-1", 8), ("s-2", 6), ("s-3", 4)] {
        open(&keeper, session).await;
        for (number, event) in events::to_final().into_iter().take(steps).enumerate() {
            tell(&keeper, session, &format!("k-{number}"), event).await;
        }
    }
    tell(&keeper, "s-3", "cancel", Event::Cancel).await;
    tell(&keeper, "s-3", "erase", Event::Erase).await;
    let (flow, key) = (Flow::manual_review(), "case".parse().unwrap());
    let opened =
        keeper.open::<review::Session>(&flow, id("s-1"), key, Hash::ZERO, Actor::APPLICANT, NOON);
    opened.await.unwrap();
    let desk = Desk(|outbound| match outbound.id().row.session.as_str() {
        "s-1" => Delivered::Failed,
        _ => Delivered::Hopeless,
    });
    courier(store.clone(), desk, NOON).turn().await.unwrap();
    assert!(!store.dead(None, 9).await.unwrap().is_empty());
    // Somebody has it in hand.
    store
        .lease(NOON + Seconds::hours(1), NOON + Seconds::hours(2), 1)
        .await
        .unwrap();
    let grant = Grant {
        subject: "s-1".into(),
        purpose: "token".into(),
        expires_at: NOON + Seconds::days(1),
    };
    store.put(&Hash::ZERO, grant).await.unwrap();
}

async fn goes_on(store: Arc<impl Store + Grants + 'static>) {
    let keeper = keeper(store.clone());
    let session = keeper.load::<Session>(&id("s-2")).await.unwrap().unwrap();
    assert_eq!((session.version(), session.state_name()), (6, "selfie"));
    let again = tell(&keeper, "s-2", "k-5", Event::AcceptDocument).await;
    assert_eq!(again, 6);
    let next = tell(&keeper, "s-2", "k-6", events::selfie(1)).await;
    assert_eq!(next, 7);
    let case = keeper.load::<review::Session>(&id("s-1")).await.unwrap();
    assert!(case.is_some());
    for session in ["s-1", "s-2", "s-3"] {
        let entries = store.journal(&Row::collection(id(session))).await.unwrap();
        assert!(entries.len() > 4);
        assert_eq!(journal::verify(&entries), Ok(()));
    }
    let erased = store.load(&Row::collection(id("s-3"))).await.unwrap();
    assert!(!erased.unwrap().snapshot.contains("Mustermann"));

    let given_up = store.dead(None, 99).await.unwrap().len();
    let later = NOON + Seconds::hours(3);
    let done = courier(store.clone(), Desk(|_| Delivered::Done), later);
    while done.turn().await.unwrap() > 0 {}
    let far = NOON + Seconds::days(999);
    let left = store.lease(later, far, 99).await.unwrap();
    assert_eq!(left, []);
    assert_eq!(store.dead(None, 99).await.unwrap().len(), given_up);
    assert!(store.find(&Hash::ZERO, NOON).await.unwrap().is_some());
}

/// Does with each row what it was told.
#[derive(Debug)]
struct Desk(fn(&Outbound) -> Delivered);

#[async_trait]
impl Deliver for Desk {
    async fn deliver(&self, outbound: &Outbound, _: Timestamp) -> Delivered {
        self.0(outbound)
    }
}

fn courier(store: Arc<dyn Store>, desk: impl Deliver + 'static, now: Timestamp) -> Courier {
    let clock = Clock::of(move || now);
    Courier::new(store, Arc::new(desk), clock, Wake::new(), Terms::default())
}

async fn sealed<S: Store>(store: S, vault: Arc<dyn Vault>, kek: &Kek) -> Arc<SealedStore<S>> {
    let safe = Safe::unlock(vault, Keyring::new(kek.clone()));
    let sealed = SealedStore::open(store, safe.await.unwrap()).await;
    Arc::new(sealed.unwrap())
}

fn keeper(store: Arc<dyn Store>) -> Keeper {
    let flows: Flows = [Flow::manual_review()].into_iter().collect();
    Keeper::new(store, Arc::new(flows), Wake::new())
}

async fn open(keeper: &Keeper, session: &str) {
    let (flow, key) = (Flow::manual_review(), "open".parse().unwrap());
    let opened =
        keeper.open::<Session>(&flow, id(session), key, Hash::ZERO, Actor::INTEGRATOR, NOON);
    opened.await.unwrap();
}

async fn tell(keeper: &Keeper, session: &str, key: &str, event: Event) -> u32 {
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
    let answer = keeper.handle::<Session>(ask, NOON).await.unwrap();
    answer.session.version()
}

async fn told(archive: &impl Archive) -> Vec<kyc_persist::archive::Record> {
    let mut reading = archive.reading().await.unwrap();
    let mut all: Vec<kyc_persist::archive::Record> = Vec::new();
    loop {
        let last = all.last().map(kyc_persist::archive::Record::id);
        let page: Result<_, StoreError> = reading.page(last.as_ref(), 99).await;
        match page.unwrap() {
            page if page.is_empty() => return all,
            page => all.extend(page),
        }
    }
}

fn id(session: &str) -> SessionId {
    session.parse().unwrap()
}
