//! What can be relied on when an installation moves: memory is the other place.

use std::io::Cursor;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use kyc_core::Timestamp;
use kyc_core::journal::{ChartName, Hash};

use super::{Stores, after, at, first, id, key};
use crate::OutgoingKind::{Effect, Notice, Timer};
use crate::archive::{
    Archive, ArchiveError, Compared, Mark, Reading, Record, RecordId, Source, Standing, compare,
    export, import,
};
use crate::{
    Commit, Committed, Grant, Grants, LONGEST_SNAPSHOT, MemoryStore, Order, Query, Receiver, Row,
    Settled, Store, StoreError, Vault,
};

#[doc(hidden)]
pub async fn everything_moves_out_and_is_told_alike_in_pages_of_any_size(
    stores: &impl Stores<Store: Archive>,
) {
    let store = stores.open().await;
    assert_eq!(store.standing().await.unwrap(), Standing::Empty);
    fill(&store).await;
    drop(store);

    let store = stores.open().await;
    assert_eq!(store.standing().await.unwrap(), Standing::Filled);
    let all = told(&store, 10_000).await;
    let ids: Vec<_> = all.iter().map(Record::id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    for limit in [1, 2, 7] {
        assert_eq!(told(&store, limit).await, all);
    }
    let memory = MemoryStore::new();
    let text = text(&store).await;
    import(&memory, Cursor::new(&text), &mut |_, _| {})
        .await
        .unwrap();
    assert_eq!(told(&memory, 99).await, all);
    goes_on_alike(&memory, &store).await;
}

#[doc(hidden)]
pub async fn everything_moves_in_and_goes_on_as_if_nothing_had_happened(
    stores: &impl Stores<Store: Archive>,
) {
    let memory = MemoryStore::new();
    fill(&memory).await;
    for name in ["key/s-1", "key/s-10", "keks", "é"] {
        let value = [&[0, 255][..], name.as_bytes()].concat();
        assert!(memory.keep(name, None, value).await.unwrap());
    }
    let text = text(&memory).await;
    let store = stores.open().await;
    let summary = import(&store, Cursor::new(&text), &mut |_, _| {})
        .await
        .unwrap();
    assert_eq!(summary.counts.keys, 4);
    drop(store);

    let store = stores.open().await;
    assert_eq!(store.standing().await.unwrap(), Standing::Filled);
    assert_eq!(self::text(&store).await, text);
    let (here, file) = (
        Source::store(&store).await.unwrap(),
        Source::file(&text[..]).unwrap(),
    );
    let compared = compare(here, file, &mut |_| {}).await.unwrap();
    assert_eq!(compared, Compared::Equal(summary));
    goes_on_alike(&store, &memory).await;
}

#[doc(hidden)]
pub async fn an_import_that_breaks_off_is_continued_by_the_same_file_and_no_other(
    stores: &impl Stores<Store: Archive>,
) {
    let memory = MemoryStore::new();
    fill(&memory).await;
    // Several batches.
    for session in ["l-1", "l-2", "l-3", "l-4", "l-5", "l-6", "l-7", "l-8"] {
        let mut commit = first(&Row::collection(id(session)));
        commit.snapshot = session.repeat(LONGEST_SNAPSHOT / 4);
        memory.commit(commit).await.unwrap();
    }
    let text = text(&memory).await;
    let other = MemoryStore::new();
    other
        .commit(first(&Row::review(id("other"))))
        .await
        .unwrap();
    let other = self::text(&other).await;

    let mut broke_off = 0;
    let mut seen = 0;
    loop {
        let store = stores.open().await;
        let breaking = Breaking {
            inner: &store,
            at: 1,
            after: broke_off % 2 == 1,
            calls: AtomicUsize::new(0),
        };
        let done = import(&breaking, Cursor::new(&text), &mut |_, _| {}).await;
        drop(store);
        let store = stores.open().await;
        match done {
            Ok(_) => {
                assert_eq!(self::text(&store).await, text);
                break;
            }
            Err(ArchiveError::Store(_)) => broke_off += 1,
            Err(error) => panic!("{error}"),
        }
        match store.standing().await.unwrap() {
            Standing::Unfinished(mark) => {
                assert!(mark.records >= seen);
                seen = mark.records;
            }
            // The last answer was lost: all was done.
            Standing::Filled => {
                assert_eq!(self::text(&store).await, text);
                break;
            }
            Standing::Empty => panic!("nothing was taken"),
        }
        // While nothing is taken, any file would do.
        if seen > 0 {
            let refused = import(&store, Cursor::new(&other), &mut |_, _| {}).await;
            assert!(matches!(refused, Err(ArchiveError::OtherFile)));
        }
        let refused = export(&store, Vec::new(), None, &mut |_| {}).await;
        assert!(matches!(refused, Err(ArchiveError::Unfinished)));
    }
    assert!(broke_off > 2 && seen > 0, "{broke_off}, {seen}");
    let store = stores.open().await;
    goes_on_alike(&store, &memory).await;
}

#[doc(hidden)]
pub async fn a_store_that_is_not_empty_takes_nothing(stores: &impl Stores<Store: Archive>) {
    let memory = MemoryStore::new();
    fill(&memory).await;
    let text = text(&memory).await;
    let store = stores.open().await;
    store.put(&Hash::ZERO, grant(at(5))).await.unwrap();
    let before = told(&store, 99).await;
    assert_eq!(before.len(), 1);
    let refused = import(&store, Cursor::new(&text), &mut |_, _| {}).await;
    assert!(matches!(refused, Err(ArchiveError::NotEmpty)));
    let taken = Archive::take(&store, told(&memory, 99).await, None, None);
    assert!(!taken.await.unwrap());
    assert_eq!(told(&store, 99).await, before);
    assert_eq!(store.standing().await.unwrap(), Standing::Filled);
}

#[doc(hidden)]
pub async fn of_two_that_import_at_once_one_goes_on(stores: &impl Stores<Store: Archive>) {
    let memory = MemoryStore::new();
    fill(&memory).await;
    let records = told(&memory, 99).await;
    let store = stores.open().await;
    let mark = |records| {
        Some(Mark {
            records,
            chain: Hash::from_bytes([7; 32]),
        })
    };
    let take = async |records: &[Record], from, to| {
        let taken = Archive::take(&store, records.to_vec(), from, to).await;
        taken.unwrap()
    };
    assert!(!take(&records, mark(0), mark(1)).await);
    assert!(take(&[], None, mark(0)).await);
    assert!(!take(&[], None, mark(0)).await);
    assert!(take(&records[..1], mark(0), mark(1)).await);
    assert!(!take(&records[..1], mark(0), mark(1)).await);
    assert!(!take(&records[1..], mark(2), None).await);
    assert_eq!(told(&store, 9).await, records[..1]);
    assert!(take(&records[1..], mark(1), None).await);
    assert!(!take(&[], mark(1), None).await);
    assert_eq!(told(&store, 9).await, records);
}

/// Everything that a store can hold, but what lies in a vault.
async fn fill(store: &(impl Store + Grants)) {
    for (number, session) in (0..).zip(["s-1", "s-10", "S-2", "s-1-"]) {
        for row in [Row::collection(id(session)), Row::review(id(session))] {
            let opened = first(&row)
                .taken_at(at(1_000 - number))
                .with(Effect, "1", at(number))
                .with(Timer, "2", at(1))
                .with(Effect, "3", at(2));
            let mut walked = after(&opened, "walk")
                .with(Effect, "4\0é", at(3))
                .with(Notice(Receiver(9)), "told", at(3))
                .with(Notice(Receiver(9)), "told more", at(2));
            walked.entry.facts.to = "final".into();
            let mut walked = Commit {
                entry: kyc_core::journal::Entry::chain(walked.entry.prev, walked.entry.facts),
                ..walked
            };
            walked.snapshot = "\u{1}\0\"é".repeat(9_000 * usize::from(number == 1) + 1);
            store.commit(opened).await.unwrap();
            store.commit(walked).await.unwrap();
        }
    }
    // In somebody's hands, put off, given up, and done.
    let leased = store.lease(at(9), at(90), 9).await.unwrap();
    let settled = [Settled::Again(at(60)), Settled::Dead, Settled::Done];
    for (outbound, settled) in leased.iter().zip(settled) {
        store.settle(&outbound.lease, settled).await.unwrap();
    }
    assert!(leased.len() > 4);
    for number in 0..9 {
        let hash = Hash::from_bytes([number * 20; 32]);
        store.put(&hash, grant(at(number.into()))).await.unwrap();
    }
}

fn grant(expires_at: Timestamp) -> Grant {
    Grant {
        subject: "s-1".into(),
        purpose: "token".into(),
        expires_at,
    }
}

async fn told(archive: &impl Archive, limit: usize) -> Vec<Record> {
    let mut reading = archive.reading().await.unwrap();
    let mut all: Vec<Record> = Vec::new();
    loop {
        let last: Option<RecordId> = all.last().map(Record::id);
        let page = reading.page(last.as_ref(), limit).await.unwrap();
        assert!(page.len() <= limit);
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

async fn text(archive: &impl Archive) -> Vec<u8> {
    let mut text = Vec::new();
    export(archive, &mut text, None, &mut |_| {}).await.unwrap();
    text
}

/// Two stores of the same content answer the same, whatever is asked and done.
async fn goes_on_alike(one: &(impl Store + Grants), other: &(impl Store + Grants)) {
    for chart in [ChartName::Collection, ChartName::Review] {
        for state in [None, Some("final".to_owned()), Some("welcome".to_owned())] {
            for order in [Order::NewestFirst, Order::OldestFirst] {
                let query = Query {
                    state: state.clone(),
                    order,
                    ..Query::newest(chart)
                };
                let page = one.list(&query).await.unwrap();
                assert_eq!(page, other.list(&query).await.unwrap());
            }
        }
    }
    let row = Row::review(id("s-10"));
    let kept = one.load(&row).await.unwrap().unwrap();
    assert_eq!(Some(&kept), other.load(&row).await.unwrap().as_ref());
    let journal = one.journal(&row).await.unwrap();
    assert_eq!(journal, other.journal(&row).await.unwrap());
    assert_eq!(journal.len(), 2);
    let earlier = one.recall(&row, &key("walk")).await.unwrap();
    assert_eq!(earlier.as_ref(), journal.last());

    let repeated = Commit {
        expected: crate::Expected::At(0),
        entry: journal[1].clone(),
        snapshot: "another".into(),
        outbox: vec![],
    };
    let next = after(&repeated, "next").with(Effect, "5", at(0));
    for store in [one as &dyn Store, other] {
        let again = store.commit(repeated.clone()).await.unwrap();
        assert_eq!(again, Committed::Before(journal[1].clone()));
        let done = store.commit(next.clone()).await.unwrap();
        assert_eq!(done, Committed::Now);
    }
    // Whatever waits comes, in the same order, as often as it is asked for.
    let mut leases = 0;
    for moment in [0, 5, 59, 60, 89, 90, 100, 101, 102, 103] {
        let leased = one.lease(at(moment), at(moment), 200).await.unwrap();
        let others = other.lease(at(moment), at(moment), 200).await.unwrap();
        assert_eq!(leased, others);
        let (nine, then) = (Receiver(9), at(moment));
        let notices = one.lease_notices(nine, then, then, 200).await.unwrap();
        let others = other.lease_notices(nine, then, then, 200).await.unwrap();
        assert_eq!(notices, others);
        for outbound in leased.iter().chain(&notices) {
            leases += 1;
            for store in [one as &dyn Store, other] {
                store.settle(&outbound.lease, Settled::Done).await.unwrap();
            }
        }
    }
    assert!(leases > 20, "{leases}");
    assert_eq!(
        one.dead(None, 99).await.unwrap(),
        other.dead(None, 99).await.unwrap()
    );
    assert_eq!(one.dead(None, 99).await.unwrap().len(), 1);
    for number in 0..9 {
        let hash = Hash::from_bytes([number * 20; 32]);
        let found = one.find(&hash, at(4)).await.unwrap();
        assert_eq!(found, other.find(&hash, at(4)).await.unwrap());
        assert_eq!(found.is_some(), number > 4);
    }
    for store in [one as &dyn Grants, other] {
        assert_eq!(store.sweep(at(3)).await.unwrap(), 4);
        assert_eq!(store.revoke("s-1").await.unwrap(), 5);
    }
}

/// Fails at one call, before or after what it was asked.
#[derive(Debug)]
struct Breaking<'a, A> {
    inner: &'a A,
    at: usize,
    after: bool,
    calls: AtomicUsize,
}

#[async_trait]
impl<A: Archive> Archive for Breaking<'_, A> {
    async fn reading(&self) -> Result<Box<dyn Reading + '_>, StoreError> {
        self.inner.reading().await
    }

    async fn standing(&self) -> Result<Standing, StoreError> {
        self.inner.standing().await
    }

    async fn take(
        &self,
        records: Vec<Record>,
        from: Option<Mark>,
        to: Option<Mark>,
    ) -> Result<bool, StoreError> {
        let breaks = self.calls.fetch_add(1, Ordering::SeqCst) == self.at;
        if breaks && !self.after {
            return Err(StoreError::backend("breaking", "nothing was done"));
        }
        let done = self.inner.take(records, from, to).await;
        match breaks {
            true => Err(StoreError::backend("breaking", "the answer is lost")),
            false => done,
        }
    }
}
