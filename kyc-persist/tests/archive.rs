//! What an export is, and what is refused because it is none: nothing is taken from a file that is not whole.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::io::Cursor;
use std::sync::Arc;

use kyc_core::collection::Session;
use kyc_core::journal::Hash;
use kyc_core::testing::events::{self, NOON};
use kyc_core::{Actor, Flow, Seconds, SessionId, Timestamp};
use kyc_persist::archive::{
    Archive as _, ArchiveError, ArchiveReader, Compared, Difference, Extent, RecordId, Source,
    Stage, Standing, Stats, compare, export, import, stats,
};
use kyc_persist::{
    Ask, Flows, Grant, Grants as _, Keeper, Kek, Keyring, MemoryStore, MemoryVault, Row, Safe,
    SealedStore, Settled, Store, Vault, Wake,
};

#[tokio::test]
async fn a_file_that_was_cut_off_anywhere_is_refused_and_nothing_is_taken() {
    let text = text(&filled().await).await;
    let lines = lines(&text);
    for cut in cuts(&text) {
        let store = MemoryStore::new();
        let refused = import(&store, Cursor::new(&text[..cut]), &mut |_, _| {}).await;
        let whole = lines.iter().filter(|end| **end <= cut).count() as u64;
        match refused {
            Err(ArchiveError::Truncated { line }) => assert_eq!(line, whole + 1),
            other => panic!("cut at {cut}: {other:?}"),
        }
        assert_eq!(store.standing().await.unwrap(), Standing::Empty);
    }
}

#[tokio::test]
async fn an_export_that_was_cut_off_anywhere_is_continued_behind_its_last_whole_line() {
    let store = filled().await;
    let text = text(&store).await;
    let lines = lines(&text);
    for cut in cuts(&text) {
        let Extent::Unfinished(begun) = Extent::of(&text[..cut]).unwrap() else {
            panic!("cut at {cut}");
        };
        let whole = lines.iter().rfind(|end| **end <= cut).copied().unwrap_or(0);
        assert_eq!(begun.bytes, whole as u64);
        let mut again = text[..whole].to_vec();
        let mut written = 0;
        let summary = export(&store, &mut again, Some(begun), &mut |_| written += 1).await;
        assert_eq!(again, text);
        assert_eq!(summary.unwrap(), summary_of(&text));
        assert_eq!(
            written,
            (lines.len() - 1).saturating_sub(behind(whole, &lines))
        );
    }
    assert!(matches!(Extent::of(&text[..]), Ok(Extent::Complete(_))));
}

#[tokio::test]
async fn whatever_is_altered_is_told_by_its_line_and_nothing_is_taken() {
    let text = text(&filled().await).await;
    let ends = lines(&text);
    // A byte in 7, each line among them.
    for place in (0..text.len()).step_by(7) {
        let mut altered = text.clone();
        altered[place] = if altered[place] == b'7' { b'8' } else { b'7' };
        let line = ends.iter().filter(|end| **end <= place).count() as u64 + 1;
        let store = MemoryStore::new();
        match import(&store, Cursor::new(&altered), &mut |_, _| {}).await {
            Err(ArchiveError::Altered { line: told }) => assert_eq!(told, line, "{place}"),
            Err(ArchiveError::NotAnArchive | ArchiveError::Newer { .. }) => assert_eq!(line, 1),
            // The end of a line is gone: it is one with the next, or the last.
            Err(ArchiveError::Truncated { line: told }) => assert_eq!(told, line),
            other => panic!("{place}: {other:?}"),
        }
        assert_eq!(store.standing().await.unwrap(), Standing::Empty);
    }
}

#[tokio::test]
async fn a_line_that_is_missing_moved_or_added_is_told() {
    let text = String::from_utf8(text(&filled().await).await).unwrap();
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let refused_at = async |lines: &[&str]| {
        let store = MemoryStore::new();
        match import(&store, Cursor::new(lines.concat()), &mut |_, _| {}).await {
            Err(ArchiveError::Altered { line }) => line,
            other => panic!("{other:?}"),
        }
    };
    for line in 2..lines.len() {
        let mut missing = lines.clone();
        missing.remove(line - 1);
        assert_eq!(refused_at(&missing).await, line as u64);
        let mut moved = lines.clone();
        moved.swap(line - 1, line);
        assert_eq!(refused_at(&moved).await, line as u64);
        let mut twice = lines.clone();
        twice.insert(line - 1, lines[line - 1]);
        assert_eq!(refused_at(&twice).await, line as u64 + 1);
    }
    let mut more = lines.clone();
    more.push("\n");
    assert_eq!(refused_at(&more).await, lines.len() as u64 + 1);
}

#[test]
fn other_files_and_newer_ones_are_told_apart() {
    for other in [
        "{}\n",
        "\n",
        "-- PostgreSQL dump\n",
        "\0\n",
        "{\"format\":\"x\",\"version\":9}\n",
    ] {
        let refused = ArchiveReader::open(other.as_bytes()).unwrap_err();
        assert!(matches!(refused, ArchiveError::NotAnArchive), "{other}");
    }
    let newer = b"{\"format\":\"kyc-archive\",\"version\":2}\n";
    let refused = ArchiveReader::open(&newer[..]).unwrap_err();
    assert!(matches!(
        refused,
        ArchiveError::Newer { found: 2, known: 1 }
    ));
    // A line without an end does not fill the memory.
    let endless = std::io::BufReader::new(std::io::repeat(b'7'));
    let refused = ArchiveReader::open(endless).unwrap_err();
    assert!(matches!(refused, ArchiveError::NotAnArchive));
}

#[tokio::test]
async fn the_first_difference_is_told_by_its_name_and_nothing_of_what_it_holds() {
    let (one, other) = (filled().await, filled().await);
    let row = Row::collection(id("s-2"));
    let told = async |one: &MemoryStore, other: &MemoryStore| {
        let sources = (
            Source::store(one).await.unwrap(),
            Source::store(other).await.unwrap(),
        );
        compare(sources.0, sources.1, &mut |_| {}).await.unwrap()
    };
    assert!(matches!(told(&one, &other).await, Compared::Equal(_)));

    let later = Grant {
        subject: "s-1".into(),
        purpose: "token".into(),
        expires_at: NOON,
    };
    other.put(&Hash::ZERO, later).await.unwrap();
    let grant = RecordId::Grant(Hash::ZERO);
    assert_eq!(
        told(&one, &other).await,
        Compared::Different(Difference::NotTheSame(grant))
    );
    let keeper = keeper(other.clone());
    tell(&keeper, "s-2", "next", events::to_final()[3].clone()).await;
    let Compared::Different(difference) = told(&one, &other).await else {
        panic!();
    };
    assert_eq!(difference, Difference::NotTheSame(RecordId::Row(row)));
    assert_eq!(difference.to_string(), "row s-2.collection is not the same");

    open(&keeper, "s-0").await;
    let only = RecordId::Row(Row::collection(id("s-0")));
    assert_eq!(
        told(&one, &other).await,
        Compared::Different(Difference::OnlyInTheSecond(only.clone()))
    );
    assert_eq!(
        told(&other, &one).await,
        Compared::Different(Difference::OnlyInTheFirst(only))
    );
    let empty = MemoryStore::new();
    assert!(matches!(
        told(&one, &empty).await,
        Compared::Different(Difference::OnlyInTheFirst(_))
    ));
}

#[tokio::test]
async fn a_store_that_was_not_taken_whole_is_not_said_to_be_equal() {
    let text = text(&filled().await).await;
    let store = MemoryStore::new();
    // Somebody else commits while the import is on its way.
    let meddler = store.clone();
    let mut has_meddled = false;
    let mut meddle = |stage, _: &_| {
        if stage == Stage::Taking && !std::mem::replace(&mut has_meddled, true) {
            let hash = Hash::from_bytes([9; 32]);
            let grant = Grant {
                subject: "s-9".into(),
                purpose: "token".into(),
                expires_at: NOON,
            };
            let put = meddler.put(&hash, grant);
            // A store in memory never waits.
            at_once(put).unwrap();
        }
    };
    let refused = import(&store, Cursor::new(&text), &mut meddle).await;
    assert!(
        matches!(refused, Err(ArchiveError::NotEqual)),
        "{refused:?}"
    );
    assert!(matches!(
        store.standing().await.unwrap(),
        Standing::Unfinished(_)
    ));
}

#[tokio::test]
async fn what_there_is_is_counted() {
    let store = filled().await;
    let counted = stats(&store, NOON, &mut |_| {}).await.unwrap();
    let count = |states: &[(&str, u64)]| {
        let states = states.iter();
        states
            .map(|(state, count)| ((*state).to_owned(), *count))
            .collect()
    };
    let Stats {
        sessions,
        cases,
        counts,
        due_since,
        is_unfinished,
        bytes,
    } = counted;
    assert_eq!(sessions, count(&[("document_photo", 1), ("final", 1)]));
    assert_eq!(cases, count(&[]));
    assert_eq!((counts.rows, counts.dead, counts.grants), (2, 1, 1));
    assert_eq!(counts.entries, 2 + 8 + 3);
    assert!(counts.waiting > 0 && bytes > 1_000);
    assert_eq!(due_since, Some(NOON));
    assert!(!is_unfinished);
    let early = Timestamp::from_millis(NOON.as_millis() - 1);
    let before = stats(&store, early, &mut |_| {}).await.unwrap();
    assert_eq!(before.due_since, None);
}

#[tokio::test]
async fn what_is_sealed_moves_as_it_is_sealed() {
    let (store, vault, kek) = (MemoryStore::new(), MemoryVault::new(), Kek::random());
    let sealed = sealed(store.clone(), vault, &kek).await;
    walk(&keeper(sealed), "s-1", 8).await;
    let text = String::from_utf8(text(&store).await).unwrap();
    assert!(text.contains("sealed."));
    for canary in ["Erika", "Mustermann", "1964-08-12"] {
        assert!(!text.contains(canary), "{canary}");
    }
    assert!(text.contains("s-1"));
}

#[tokio::test]
async fn a_vault_moves_apart_from_its_store_and_opens_what_was_sealed() {
    let (store, vault, kek) = (MemoryStore::new(), MemoryStore::new(), Kek::random());
    walk(
        &keeper(sealed(store.clone(), vault.clone(), &kek).await),
        "s-1",
        5,
    )
    .await;
    let (keys, data) = (text(&vault).await, text(&store).await);
    assert_eq!(summary_of(&data).counts.keys, 0);
    assert!(summary_of(&keys).counts.keys > 0);

    let (moved, moved_vault) = (MemoryStore::new(), MemoryStore::new());
    for (to, text) in [(&moved, &data), (&moved_vault, &keys)] {
        import(to, Cursor::new(text), &mut |_, _| {}).await.unwrap();
    }
    assert_eq!(
        Vault::list(&moved_vault, "", None, 99).await.unwrap(),
        Vault::list(&vault, "", None, 99).await.unwrap()
    );
    let opened = sealed(moved, moved_vault, &kek).await;
    let session = keeper(opened).load::<Session>(&id("s-1")).await.unwrap();
    assert_eq!(session.unwrap().version(), 5);
}

/// One session at the end of its walk, with work that waits and work that was given up; one on its way; a grant.
async fn filled() -> MemoryStore {
    let store = MemoryStore::new();
    let keeper = keeper(store.clone());
    walk(&keeper, "s-1", 8).await;
    walk(&keeper, "s-2", 3).await;
    let leased = store.lease(NOON, NOON, 1).await.unwrap();
    let settled = store.settle(&leased[0].lease, Settled::Dead).await;
    settled.unwrap();
    let grant = Grant {
        subject: "s-1".into(),
        purpose: "token".into(),
        expires_at: NOON + Seconds::days(1),
    };
    store.put(&Hash::ZERO, grant).await.unwrap();
    store
}

async fn sealed(
    store: MemoryStore,
    vault: impl Vault + 'static,
    kek: &Kek,
) -> SealedStore<MemoryStore> {
    let safe = Safe::unlock(Arc::new(vault), Keyring::new(kek.clone()));
    SealedStore::open(store, safe.await.unwrap()).await.unwrap()
}

fn keeper(store: impl Store + 'static) -> Keeper {
    let flows: Flows = [Flow::manual_review()].into_iter().collect();
    Keeper::new(Arc::new(store), Arc::new(flows), Wake::new())
}

async fn open(keeper: &Keeper, session: &str) {
    let (flow, key) = (Flow::manual_review(), "open".parse().unwrap());
    keeper
        .open::<Session>(&flow, id(session), key, Hash::ZERO, Actor::INTEGRATOR, NOON)
        .await
        .unwrap();
}

async fn walk(keeper: &Keeper, session: &str, steps: usize) {
    open(keeper, session).await;
    for (number, event) in events::to_final().into_iter().take(steps).enumerate() {
        tell(keeper, session, &format!("k-{number}"), event).await;
    }
}

async fn tell(keeper: &Keeper, session: &str, key: &str, event: kyc_core::collection::Event) {
    let ask = Ask {
        session: id(session),
        key: key.parse().unwrap(),
        fingerprint: Hash::ZERO,
        expected: None,
        by: Actor::APPLICANT,
        event,
    };
    keeper.handle::<Session>(ask, NOON).await.unwrap();
}

fn id(session: &str) -> SessionId {
    session.parse().unwrap()
}

async fn text(store: &MemoryStore) -> Vec<u8> {
    let mut text = Vec::new();
    export(store, &mut text, None, &mut |_| {}).await.unwrap();
    text
}

fn summary_of(text: &[u8]) -> kyc_persist::archive::Summary {
    match Extent::of(text).unwrap() {
        Extent::Complete(summary) => summary,
        Extent::Unfinished(_) => panic!("not finished"),
    }
}

/// Where each line ends.
fn lines(text: &[u8]) -> Vec<usize> {
    let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    ends.map(|(place, _)| place + 1).collect()
}

/// Places where a file may be cut off: at both sides of each end of a line, and in between.
fn cuts(text: &[u8]) -> impl Iterator<Item = usize> {
    let ends = lines(text);
    (0..text.len())
        .filter(move |cut| cut % 11 == 0 || ends.iter().any(|end| end.abs_diff(*cut) < 2))
}

/// How many lines end up to there, the first not counted twice.
fn behind(whole: usize, lines: &[usize]) -> usize {
    lines.iter().filter(|end| **end <= whole).count().max(1)
}

/// Waits for what is ready at once.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = std::pin::pin!(work);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match work.as_mut().poll(&mut context) {
        std::task::Poll::Ready(answer) => answer,
        std::task::Poll::Pending => panic!("it waits"),
    }
}
