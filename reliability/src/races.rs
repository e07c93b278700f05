//! Two devices on one session, two reviewers on one case, two workers on one lease, in hundreds of orders: one wins, and
//! the other is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use kyc_core::journal::{self, Hash};
use kyc_core::testing::events::{self, NOON};
use kyc_core::{
    Actor, Chart, DocumentType, Exhibit, Flow, Item, RejectReason, ReviewerId, SessionId,
    Timestamp, collection, review,
};
use kyc_persist::{
    Answer, Ask, Flows, KeepError, Keeper, OutgoingKind, Row, Settled, Store, StoreError, Wake,
};

use crate::adapters::{Adapter, Place};
use crate::errands::step;
use crate::report::Line;
use crate::seed::Seed;
use crate::turns::{Turned, Turns};
use crate::{Terms, run, server, story};

/// How many leases one worker may ask for before something is wrong.
const PATIENCE: usize = 200;

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let database = server::Place::new();
    let mut lines = Vec::new();
    for adapter in Adapter::ALL {
        for sealed in [false, true] {
            let seed = terms.seed.part(&adapter.called(sealed));
            let schedules = match adapter {
                Adapter::Postgres => terms.pick(15, 400),
                _ => terms.pick(40, 400),
            };
            let places = [(); 2].map(|()| Place::new(adapter, sealed, &database));
            let counts = run(async {
                let begun = Instant::now();
                let mut races = Races::new(adapter, &places, seed).await;
                for number in 0..schedules {
                    races.devices(number).await;
                    races.reviewers(number).await;
                    races.workers(number).await;
                }
                races.counted(schedules, begun)
            });
            lines.push(Line::told(adapter.called(sealed), counts));
        }
    }
    lines
}

/// The stores that the rivals work on: one and the same, or two of one database.
struct Races {
    seed: Seed,
    stores: [Arc<dyn Store>; 2],
    /// Where nothing waits but what the workers work for.
    work: [Arc<dyn Store>; 2],
    /// Who won how often, by what was fought for.
    won: BTreeMap<&'static str, [usize; 2]>,
    told: BTreeMap<&'static str, usize>,
    orders: BTreeSet<Vec<u8>>,
}

impl Races {
    async fn new(adapter: Adapter, places: &[Place; 2], seed: Seed) -> Self {
        let open = async |place: &Place| {
            let one = place.open(&story::none()).await.unwrap().store;
            let two = match adapter {
                Adapter::Postgres => place.open(&story::none()).await.unwrap().store,
                _ => Arc::clone(&one),
            };
            [one, two]
        };
        Self {
            seed,
            stores: open(&places[0]).await,
            work: open(&places[1]).await,
            won: BTreeMap::new(),
            told: BTreeMap::new(),
            orders: BTreeSet::new(),
        }
    }

    /// Two devices have seen the same, and each chooses another document; or both send the same request; or two requests
    /// under one key.
    async fn devices(&mut self, number: u64) {
        let session: SessionId = format!("d-{number}").parse().unwrap();
        let keeper = keeper(&self.stores[0]);
        open::<collection::Session>(&keeper, &session).await;
        for (seen, event) in (0..).zip([events::start(), events::details()]) {
            let key = format!("k-{seen}");
            told::<collection::Session>(
                &keeper,
                &session,
                &key,
                Some(seen),
                event,
                Actor::APPLICANT,
            )
            .await
            .unwrap();
        }
        let kind = number % 3;
        let asks = [DocumentType::IdCard, DocumentType::Passport].map(|document| {
            let mine = match document {
                DocumentType::IdCard => 1,
                _ => 2,
            };
            let document = if kind == 1 {
                DocumentType::IdCard
            } else {
                document
            };
            let (key, fingerprint) = match kind {
                0 => (format!("choose-{mine}"), mine),
                1 => ("choose".to_owned(), 1),
                _ => ("choose".to_owned(), mine),
            };
            Ask {
                session: session.clone(),
                key: key.parse().unwrap(),
                fingerprint: Hash::from_bytes([fingerprint; 32]),
                expected: Some(2),
                event: events::select(document),
                by: Actor::APPLICANT,
            }
        });
        let answers = self
            .race::<collection::Session>("devices", number, asks)
            .await;
        let row = Row::collection(session.clone());
        let entries = self.whole(&row).await;
        assert_eq!(entries.len(), 4, "one step");
        let kept_now = |answer: &Answered<collection::Session>| {
            answer.as_ref().is_ok_and(|answer| !answer.replayed)
        };
        let winner = self.winner("devices", answers.each_ref().map(kept_now));
        assert_eq!(answers[winner].as_ref().unwrap().entry, entries[3]);
        let loser = match &answers[1 - winner] {
            Err(KeepError::Stale { found: 3 }) if kind == 0 => "told to look again",
            Ok(same) if kind == 1 && same.entry == entries[3] => "given the same answer",
            Err(KeepError::KeyReused) if kind == 2 => "told that the key is taken",
            other => panic!("{other:?}"),
        };
        *self.told.entry(loser).or_default() += 1;

        // Who lost goes on from what there is.
        let keeper = self::keeper(&self.stores[1]);
        let stands = keeper.load::<collection::Session>(&session).await.unwrap();
        assert_eq!(stands.unwrap().version(), 3);
        let back = collection::Event::Back;
        told::<collection::Session>(&keeper, &session, "back", Some(3), back, Actor::APPLICANT)
            .await
            .unwrap();
    }

    /// Two reviewers want one case; then who got it decides it in two windows.
    async fn reviewers(&mut self, number: u64) {
        let session: SessionId = format!("r-{number}").parse().unwrap();
        let keeper = keeper(&self.stores[0]);
        open::<review::Session>(&keeper, &session).await;
        let items = [Item::DocumentFront, Item::Selfie];
        let exhibits = items.map(|item| Exhibit {
            step: None,
            item,
            blob: events::blob(item, 1),
        });
        let arrive = review::Event::Arrive {
            round: 1,
            exhibits: exhibits.into(),
        };
        told::<review::Session>(&keeper, &session, "arrive", None, arrive, Actor::APPLICANT)
            .await
            .unwrap();
        // Either with what they have seen, or without.
        let expected = number.is_multiple_of(2).then_some(1);
        let people =
            ["ada", "bob"].map(|name| Actor::reviewer(name.parse::<ReviewerId>().unwrap()));
        let ask = |key: &str, expected, event: &review::Event, by: &Actor| Ask {
            session: session.clone(),
            key: key.parse().unwrap(),
            fingerprint: Hash::ZERO,
            expected,
            event: event.clone(),
            by: by.clone(),
        };
        let claims = people
            .each_ref()
            .map(|by| ask("claim", expected, &review::Event::Claim, by));
        let answers = self
            .race::<review::Session>("reviewers", number, claims)
            .await;
        let winner = self.winner("reviewers", answers.each_ref().map(Result::is_ok));
        self.refused(&answers[1 - winner], 2, review::Reason::ClaimedByAnother);
        let by = &people[winner];
        for item in items {
            let verdict = review::Verdict::Fine {};
            let judge = review::Event::Judge { item, verdict };
            let key = format!("judge-{item:?}");
            told::<review::Session>(&keeper, &session, &key, None, judge, by.clone())
                .await
                .unwrap();
        }
        let approve = review::Event::Approve { note: None };
        let reject = review::Event::Reject {
            reason: RejectReason::Other,
            message: None,
            note: None,
        };
        let expected = expected.map(|_| 4);
        let decisions = [
            ask("approve", expected, &approve, by),
            ask("reject", expected, &reject, by),
        ];
        let answers = self
            .race::<review::Session>("decisions", number, decisions)
            .await;
        let decided = self.winner("decisions", answers.each_ref().map(Result::is_ok));
        match &answers[1 - decided] {
            Err(KeepError::Stale { found: 5 }) if expected.is_some() => {}
            Err(KeepError::Rejected(review::Rejected::NotAccepted { .. }))
                if expected.is_none() => {}
            other => panic!("{other:?}"),
        }
        let row = Row::review(session);
        let entries = self.whole(&row).await;
        assert_eq!(entries.len(), 6, "one claim, one decision");
        assert_eq!(entries[5].facts.to, ["approved", "rejected"][decided]);
        assert_eq!(entries[5].facts.effects, ["decide"]);
    }

    fn refused(&mut self, answer: &Answered<review::Session>, at: u32, why: review::Reason) {
        let told = match answer {
            Err(KeepError::Stale { found }) if *found == at => "told to look again",
            Err(KeepError::Rejected(review::Rejected::Refused { reason, .. }))
                if *reason == why =>
            {
                "told who has it"
            }
            other => panic!("{other:?}"),
        };
        *self.told.entry(told).or_default() += 1;
    }

    /// Two workers on what one row has to do, some of it slower than its lease lasts.
    async fn workers(&mut self, number: u64) {
        let row = Row::collection(format!("w-{number}").parse().unwrap());
        let work = ["one", "two", "timer", "three"];
        let commit = step(&row, None, "open", &work);
        self.work[0].commit(commit).await.unwrap();
        let seed = self.seed.part("workers").part(&number.to_string());
        let turns = Turns::new(seed, 2);
        let sink = Arc::new(Sink::new(work.len(), number, seed));
        let [one, two] = [0, 1].map(|who| {
            let store = turns.before(&self.work[who], who);
            tokio::spawn(carry(store, Arc::clone(&sink), who))
        });
        for worker in [one, two] {
            worker.await.unwrap();
        }
        self.orders.insert(turns.order());

        let book = std::mem::take(&mut *sink.book.lock().unwrap());
        let mut done: BTreeMap<&str, u32> = BTreeMap::new();
        for (name, fence, who) in &book.settled {
            assert_eq!(done.insert(name, *fence), None, "{name} was settled twice");
            let won = self.won.entry("settled").or_default();
            won[*who] += 1;
        }
        assert_eq!(done.len(), work.len(), "settled: {done:?}");
        for (name, fence, _) in &book.lost {
            assert!(done[name.as_str()] > *fence, "{name} was lost to nobody");
        }
        for (name, fence) in &book.delivered {
            assert!(
                done[name.as_str()] >= *fence,
                "{name} was settled with an old lease"
            );
        }
        *self.told.entry("lost their lease").or_default() += book.lost.len();
        *self.told.entry("delivered again").or_default() += book.delivered.len() - work.len();
        let far = Timestamp::from_millis(u64::MAX / 2);
        assert_eq!(self.work[1].lease(far, far, 9).await.unwrap(), []);
    }

    /// Both ask at once, in the order of the seed.
    async fn race<C: Chart + Send + 'static>(
        &mut self,
        what: &str,
        number: u64,
        asks: [Ask<C::Event>; 2],
    ) -> [Answered<C>; 2]
    where
        C::Event: Send + Sync + 'static,
        C::Rejected: Send + 'static,
    {
        let seed = self.seed.part(what).part(&number.to_string());
        let turns = Turns::new(seed, 2);
        let mut who = 0;
        let rivals = asks.map(|ask| {
            let store: Arc<dyn Store> = turns.before(&self.stores[who], who);
            who += 1;
            tokio::spawn(async move { keeper(&store).handle::<C>(ask, NOON).await })
        });
        let [one, two] = rivals;
        let answers = [one.await.unwrap(), two.await.unwrap()];
        self.orders.insert(turns.order());
        answers
    }

    fn winner(&mut self, what: &'static str, won: [bool; 2]) -> usize {
        assert!(won[0] != won[1], "{what}: {won:?}");
        let winner = usize::from(won[1]);
        self.won.entry(what).or_default()[winner] += 1;
        winner
    }

    /// The journal, after a look at whether it is whole, from both stores.
    async fn whole(&self, row: &Row) -> Vec<journal::Entry> {
        let entries = self.stores[0].journal(row).await.unwrap();
        assert_eq!(self.stores[1].journal(row).await.unwrap(), entries);
        assert_eq!(journal::verify(&entries), Ok(()), "{row}");
        let kept = self.stores[1].load(row).await.unwrap().unwrap();
        assert_eq!(kept.version as usize + 1, entries.len(), "{row}");
        assert_eq!(kept.head, entries.last().unwrap().hash, "{row}");
        entries
    }

    fn counted(&self, schedules: u64, begun: Instant) -> Vec<(&'static str, String)> {
        let mut counts = vec![
            ("schedules", (schedules * 4).to_string()),
            ("different orders", self.orders.len().to_string()),
        ];
        for (what, [one, two]) in &self.won {
            assert!(*one > 0 && *two > 0, "{what}: always the same one wins");
            counts.push((what, format!("{one} : {two}")));
        }
        assert!(self.orders.len() > 15, "hardly an order differs");
        for (what, times) in &self.told {
            assert!(*times > 0, "nobody {what}");
            counts.push((what, times.to_string()));
        }
        counts.extend([
            ("two winners", "0".to_owned()),
            ("seconds", begun.elapsed().as_secs().to_string()),
        ]);
        counts
    }
}

type Answered<C> = Result<Answer<C>, KeepError<<C as Chart>::Rejected>>;

fn keeper(store: &Arc<dyn Store>) -> Keeper {
    let flows: Flows = [Flow::manual_review()].into_iter().collect();
    Keeper::new(Arc::clone(store), Arc::new(flows), Wake::new())
}

async fn open<C: Chart>(keeper: &Keeper, session: &SessionId) {
    let key = "open".parse().unwrap();
    let by = Actor::INTEGRATOR;
    let opened = keeper
        .open::<C>(
            &Flow::manual_review(),
            session.clone(),
            key,
            Hash::ZERO,
            by,
            NOON,
        )
        .await;
    opened.unwrap();
}

async fn told<C: Chart>(
    keeper: &Keeper,
    session: &SessionId,
    key: &str,
    expected: Option<u32>,
    event: C::Event,
    by: Actor,
) -> Answered<C> {
    let ask = Ask {
        session: session.clone(),
        key: key.parse().unwrap(),
        fingerprint: Hash::ZERO,
        expected,
        event,
        by,
    };
    keeper.handle::<C>(ask, NOON).await
}

/// Where the work goes, and a clock that slow work moves on.
struct Sink {
    all: usize,
    now: AtomicU64,
    seed: Seed,
    book: Mutex<Book>,
}

#[derive(Default)]
struct Book {
    delivered: Vec<(String, u32)>,
    settled: Vec<(String, u32, usize)>,
    lost: Vec<(String, u32, usize)>,
    /// Whose settlement has begun, so that what is behind it may be given out.
    settling: BTreeSet<String>,
}

impl Sink {
    /// How long a lease lasts, in milliseconds.
    const LEASE: u64 = 30;

    fn new(all: usize, number: u64, seed: Seed) -> Self {
        Self {
            all,
            now: AtomicU64::new(1_000_000 * (number + 1)),
            seed,
            book: Mutex::default(),
        }
    }
}

/// One worker: leases, delivers, settles, until everything is settled.
async fn carry(store: Arc<Turned>, sink: Arc<Sink>, who: usize) {
    for _ in 0..PATIENCE {
        if sink.book.lock().unwrap().settled.len() == sink.all {
            return;
        }
        let now = sink.now.fetch_add(7, Ordering::SeqCst);
        let until = Timestamp::from_millis(now + Sink::LEASE);
        let leased = store.lease(Timestamp::from_millis(now), until, 2).await;
        for outbound in leased.unwrap() {
            let (name, fence) = (outbound.id().to_string(), outbound.lease.fence);
            {
                let mut book = sink.book.lock().unwrap();
                if outbound.kind == OutgoingKind::Effect {
                    let before = (0..outbound.id().index).filter(|index| *index != 2);
                    for index in before {
                        let mut before = outbound.id().clone();
                        before.index = index;
                        let before = before.to_string();
                        assert!(
                            book.settling.contains(&before),
                            "{name} came before {before}"
                        );
                    }
                }
                let number = book.delivered.len() as u64;
                book.delivered.push((name.clone(), fence));
                // Slower than the lease lasts, or in time.
                if sink.seed.below(number, 3) == 0 {
                    sink.now.fetch_add(Sink::LEASE * 2, Ordering::SeqCst);
                }
                book.settling.insert(name.clone());
            }
            let answer = store.settle(&outbound.lease, Settled::Done).await;
            let mut book = sink.book.lock().unwrap();
            match answer {
                Ok(()) => book.settled.push((name, fence, who)),
                Err(StoreError::LeaseLost) => book.lost.push((name, fence, who)),
                Err(error) => panic!("{error}"),
            }
        }
    }
    panic!("the work does not end");
}
