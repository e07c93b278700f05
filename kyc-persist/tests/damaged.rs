//! A damaged directory is told, and is never an answer that nobody gave.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]
#![expect(
    clippy::print_stdout,
    reason = "a test tells what it looked at to whoever asks with --nocapture"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use kyc_core::Actor;
use kyc_core::Timestamp;
use kyc_core::journal::{Entry, Facts, Hash};
use kyc_persist::{Commit, Expected, RedbStore, Row, SledStore, Store, StoreError};
use redb::{Database, ReadableDatabase as _, TableDefinition};

const ROWS: usize = 8;
const STEPS: u32 = 25;
/// So many that the log has been through both of its halves and begun the first again.
const STEPS_ROUND: u32 = 150;

#[test]
fn damage_of_sled_is_a_typed_error_and_nothing_is_forgotten() {
    // sled takes it for a write that was cut off and goes back to what was before, which the log behind it tells.
    let place = tempfile::tempdir().unwrap();
    run(async { drop(fill(SledStore::open(place.path()).unwrap()).await) });
    hurt_everywhere(place.path(), 40, everything_of_sled);
}

#[test]
fn damage_of_sled_after_a_crash_is_a_typed_error_and_nothing_is_forgotten() {
    let [place, crashed] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    run(async {
        let store = fill(SledStore::open(place.path()).unwrap()).await;
        copy_all(place.path(), crashed.path());
        drop(store);
    });
    hurt_everywhere(crashed.path(), 40, everything_of_sled);
}

#[test]
fn damage_of_sled_whose_log_has_gone_round_is_a_typed_error_and_nothing_is_forgotten() {
    let place = tempfile::tempdir().unwrap();
    run(async {
        let store = SledStore::open(place.path()).unwrap();
        drop(fill_with(store, STEPS_ROUND).await);
    });
    // The number of the first record behind both heads.
    let log = fs::read(place.path().join("kyc.log")).unwrap();
    let number = u64::from_be_bytes(log[8192 + 32..][..8].try_into().unwrap());
    assert!(number > 1, "the log has not gone round");
    hurt_everywhere(place.path(), 12, everything_of_sled_round);
}

#[test]
fn damage_of_redb_is_a_typed_error_and_nothing_is_forgotten() {
    let place = tempfile::tempdir().unwrap();
    run(async { drop(fill(RedbStore::open(place.path()).unwrap()).await) });
    hurt_everywhere(place.path(), 90, everything);
}

#[test]
fn damage_of_redb_after_a_crash_is_a_typed_error_and_nothing_is_forgotten() {
    let place = tempfile::tempdir().unwrap();
    let crashed = tempfile::tempdir().unwrap();
    run(async {
        let store = fill(RedbStore::open(place.path()).unwrap()).await;
        // As it would be found if the process had died here.
        copy_all(place.path(), crashed.path());
        drop(store);
    });
    hurt_everywhere(crashed.path(), 90, everything);
}

#[test]
fn an_empty_file_is_not_taken_for_a_new_one() {
    let place = tempfile::tempdir().unwrap();
    run(async { drop(fill(RedbStore::open(place.path()).unwrap()).await) });
    fs::write(place.path().join("kyc.redb"), b"").unwrap();
    let answer = RedbStore::open(place.path());
    assert!(
        matches!(answer, Err(StoreError::Corrupt { .. })),
        "{answer:?}"
    );
}

#[test]
fn a_log_that_is_gone_or_anothers_is_not_taken_for_an_empty_one() {
    let [place, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [crashed, others] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    run(async {
        for (place, copy) in [(&place, &crashed), (&other, &others)] {
            let store = fill(RedbStore::open(place.path()).unwrap()).await;
            copy_all(place.path(), copy.path());
            drop(store);
        }
    });
    let log = crashed.path().join("kyc.log");
    let is_refused = |why| {
        let answer = RedbStore::open(crashed.path());
        let is_corrupt = matches!(answer, Err(StoreError::Corrupt { .. }));
        assert!(is_corrupt, "{why}: {answer:?}");
    };
    let length = fs::metadata(&log).unwrap().len();
    fs::rename(&log, crashed.path().join("kept")).unwrap();
    is_refused("gone");
    fs::write(&log, b"").unwrap();
    is_refused("empty");
    fs::write(&log, vec![0; usize::try_from(length).unwrap()]).unwrap();
    is_refused("nothing but zeros");
    fs::copy(others.path().join("kyc.log"), &log).unwrap();
    is_refused("another's");
    fs::rename(crashed.path().join("kept"), &log).unwrap();
    let database = crashed.path().join("kyc.redb");
    fs::rename(&database, crashed.path().join("kept")).unwrap();
    is_refused("a log without its database");
    fs::rename(crashed.path().join("kept"), &database).unwrap();
    let found = in_time(everything, crashed.path().to_owned());
    assert!(matches!(found, Ok(true)), "{found:?}");
}

#[test]
fn a_first_start_of_sled_that_was_killed_is_begun_anew() {
    let place = tempfile::tempdir().unwrap();
    // As it is left by who was killed while sled wrote its configuration.
    fs::create_dir(place.path().join("kyc.unfinished")).unwrap();
    fs::write(place.path().join("kyc.unfinished/conf"), [0; 58]).unwrap();
    run(async { drop(fill(SledStore::open(place.path()).unwrap()).await) });
    let found = in_time(everything_of_sled, place.path().to_owned());
    assert!(matches!(found, Ok(true)), "{found:?}");
    assert!(!place.path().join("kyc.unfinished").exists());
}

#[test]
fn a_sled_store_from_before_there_was_a_log_goes_on_with_one() {
    let place = tempfile::tempdir().unwrap();
    let at = |name| place.path().join(name);
    run(async { drop(fill(SledStore::open(place.path()).unwrap()).await) });
    // As it was left by a program that knew no log.
    let kept = sled_at(&at("kyc.sled"));
    kept.remove("l").unwrap().unwrap();
    kept.flush().unwrap();
    drop(kept);
    fs::remove_file(at("kyc.log")).unwrap();
    fs::remove_file(at("sled")).unwrap();
    fs::rename(at("kyc.sled"), at("sled")).unwrap();
    for _ in 0..2 {
        let found = in_time(everything_of_sled, place.path().to_owned());
        assert!(matches!(found, Ok(true)), "{found:?}");
    }
    assert!(at("kyc.log").is_file());
    let answer = sled::open(at("sled"));
    assert!(answer.is_err(), "nobody goes on without the log");
}

#[test]
fn a_redb_store_from_before_there_was_a_log_goes_on_with_one() {
    let place = tempfile::tempdir().unwrap();
    run(async { drop(fill(RedbStore::open(place.path()).unwrap()).await) });
    // As it was left by a program that knew no log.
    let pairs = TableDefinition::<&[u8], &[u8]>::new("pairs");
    let before = TableDefinition::<&[u8], &[u8]>::new("kyc");
    let database = Database::open(place.path().join("kyc.redb")).unwrap();
    let writing = database.begin_write().unwrap();
    writing.rename_table(pairs, before).unwrap();
    let mut kept = writing.open_table(before).unwrap();
    drop(kept.remove(&b"l"[..]).unwrap().unwrap());
    drop(kept);
    writing.commit().unwrap();
    drop(database);
    fs::remove_file(place.path().join("kyc.log")).unwrap();
    for _ in 0..2 {
        let found = in_time(everything, place.path().to_owned());
        assert!(matches!(found, Ok(true)), "{found:?}");
    }
    assert!(place.path().join("kyc.log").is_file());
    let database = Database::open(place.path().join("kyc.redb")).unwrap();
    let reading = database.begin_read().unwrap();
    assert!(
        reading.open_table(before).is_err(),
        "nobody goes on without the log"
    );
}

/// Whether redb has every row at its newest step.
async fn everything(place: PathBuf) -> Result<bool, StoreError> {
    has_all(&RedbStore::open(place)?, STEPS).await
}

/// Whether sled has.
async fn everything_of_sled(place: PathBuf) -> Result<bool, StoreError> {
    has_all(&SledStore::open(place)?, STEPS).await
}

async fn everything_of_sled_round(place: PathBuf) -> Result<bool, StoreError> {
    has_all(&SledStore::open(place)?, STEPS_ROUND).await
}

/// Damages one file of a copy at a time, and looks what `look` makes of it.
fn hurt_everywhere<F: Future<Output = Result<bool, StoreError>> + 'static>(
    place: &Path,
    damages: u64,
    look: fn(PathBuf) -> F,
) {
    let (mut refused, mut opened) = (0, 0);
    for (number, file) in files(place).into_iter().enumerate() {
        let size = fs::metadata(&file).unwrap().len();
        let name = file.strip_prefix(place).unwrap().to_owned();
        for damage in 0..damages {
            let copy = tempfile::tempdir().unwrap();
            copy_all(place, copy.path());
            hurt(&copy.path().join(&name), size, number as u64, damage);
            match in_time(look, copy.path().to_owned()) {
                Ok(true) => opened += 1,
                Ok(false) => panic!("{name:?} {damage}: something is forgotten"),
                Err(StoreError::Corrupt { .. } | StoreError::Backend { .. }) => refused += 1,
                Err(error) => panic!("{name:?} {damage}: {error:?}"),
            }
        }
    }
    println!("{refused} refused, {opened} opened");
    assert!(refused > 0, "no damage was noticed");
}

/// As sled opens it without us. Threads of the store that had it before may still be putting its lock down.
fn sled_at(place: &Path) -> sled::Db {
    let begun = Instant::now();
    loop {
        match sled::open(place) {
            Err(error)
                if error.to_string().contains("acquire lock")
                    && begun.elapsed() < Duration::from_secs(30) =>
            {
                std::thread::yield_now();
            }
            opened => return opened.unwrap(),
        }
    }
}

/// On a thread that is given up if it hangs.
fn in_time<F: Future<Output = Result<bool, StoreError>> + 'static>(
    look: fn(PathBuf) -> F,
    place: PathBuf,
) -> Result<bool, StoreError> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        run(async {
            tell.send(look(place).await).unwrap();
        });
    });
    told.recv_timeout(Duration::from_secs(60))
        .expect("the store hangs over damaged data")
}

/// Reads everything and holds it against what was written; whether every row is at its newest step.
async fn has_all(store: &impl Store, count: u32) -> Result<bool, StoreError> {
    let mut newest = 0;
    for walker in 0..ROWS {
        let row = row(walker);
        let Some(kept) = store.load(&row).await? else {
            continue;
        };
        let written = steps(walker, count);
        let version = kept.version as usize;
        assert_eq!(kept.snapshot, written[version].snapshot);
        assert_eq!(kept.head, written[version].entry.hash);
        let entries = store.journal(&row).await?;
        let expected: Vec<_> = written[..=version]
            .iter()
            .map(|commit| commit.entry.clone())
            .collect();
        assert_eq!(entries, expected);
        newest += usize::from(kept.version == count - 1);
    }
    Ok(newest == ROWS)
}

async fn fill<S: Store>(store: S) -> S {
    fill_with(store, STEPS).await
}

async fn fill_with<S: Store>(store: S, count: u32) -> S {
    let mut walks: Vec<_> = (0..ROWS)
        .map(|walker| steps(walker, count).into_iter())
        .collect();
    for _ in 0..count {
        for walk in &mut walks {
            store.commit(walk.next().unwrap()).await.unwrap();
        }
    }
    store
}

fn steps(walker: usize, count: u32) -> Vec<Commit> {
    let mut head = Hash::ZERO;
    let step = |version: u32| {
        let row = row(walker);
        let facts = Facts {
            session: row.session,
            chart: row.chart,
            version,
            key: format!("k-{version}").parse().unwrap(),
            fingerprint: Hash::ZERO,
            at: Timestamp::from_millis(0),
            by: Actor::APPLICANT,
            event: "walk".into(),
            from: "here".into(),
            to: "there".into(),
            effects: vec![],
        };
        let entry = Entry::chain(head, facts);
        head = entry.hash;
        let expected = version
            .checked_sub(1)
            .map_or(Expected::Absent, Expected::At);
        Commit {
            expected,
            entry,
            snapshot: format!("{walker} {version} ").repeat(90),
            outbox: vec![],
        }
    };
    (0..count).map(step).collect()
}

fn row(walker: usize) -> Row {
    Row::collection(format!("s-{walker}").parse().unwrap())
}

/// Bits flipped, bytes overwritten, or the end cut off, somewhere.
fn hurt(file: &Path, size: u64, number: u64, damage: u64) {
    let mut bytes = fs::read(file).unwrap();
    let place = ((number + 1) * (damage + 1) * 7_919 * 104_729) % size.max(1);
    let place = usize::try_from(place).unwrap();
    match damage % 3 {
        _ if bytes.is_empty() => bytes.push(1),
        0 => bytes[place] ^= 1 << (damage % 8),
        1 => bytes[place..]
            .iter_mut()
            .take(64)
            .for_each(|byte| *byte = 0xa5),
        _ => bytes.truncate(place),
    }
    fs::write(file, bytes).unwrap();
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn copy_all(from: &Path, to: &Path) {
    for file in files(from) {
        let copy = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(file, copy).unwrap();
    }
}

fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(work);
}
