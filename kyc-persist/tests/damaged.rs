//! A damaged directory is told, and is never an answer that nobody gave.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use kyc_core::Actor;
use kyc_core::Timestamp;
use kyc_core::journal::{Entry, Facts, Hash};
use kyc_persist::{Commit, Expected, Row, SledStore, Store, StoreError};

const ROWS: usize = 8;
const STEPS: u32 = 25;

#[test]
fn damage_is_a_typed_error_or_an_earlier_truth() {
    let place = tempfile::tempdir().unwrap();
    run(fill(place.path()));
    let (mut refused, mut opened) = (0, 0);
    for (number, file) in files(place.path()).into_iter().enumerate() {
        let size = fs::metadata(&file).unwrap().len();
        let name = file.strip_prefix(place.path()).unwrap().to_owned();
        for damage in 0..12 {
            let copy = tempfile::tempdir().unwrap();
            copy_all(place.path(), copy.path());
            hurt(&copy.path().join(&name), size, number as u64, damage);
            match look(copy.path().to_owned()) {
                Ok(()) => opened += 1,
                Err(StoreError::Corrupt { .. } | StoreError::Backend { .. }) => refused += 1,
                Err(error) => panic!("{name:?} {damage}: {error:?}"),
            }
        }
    }
    println!("{refused} refused, {opened} opened");
    assert!(refused > 0, "no damage was noticed");
}

/// Opens and reads everything, on a thread that is given up if it hangs.
fn look(place: PathBuf) -> Result<(), StoreError> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        run(async {
            tell.send(read_all(&place).await).unwrap();
        });
    });
    told.recv_timeout(Duration::from_secs(60))
        .expect("the store hangs over damaged data")
}

async fn read_all(place: &Path) -> Result<(), StoreError> {
    let store = SledStore::open(place)?;
    for walker in 0..ROWS {
        let row = row(walker);
        let Some(kept) = store.load(&row).await? else {
            // sled takes a damaged end for a write that was cut off, and goes back to what was before.
            continue;
        };
        let written = steps(walker);
        let version = kept.version as usize;
        assert_eq!(kept.snapshot, written[version].snapshot);
        assert_eq!(kept.head, written[version].entry.hash);
        let entries = store.journal(&row).await?;
        let expected: Vec<_> = written[..=version]
            .iter()
            .map(|commit| commit.entry.clone())
            .collect();
        assert_eq!(entries, expected);
    }
    Ok(())
}

async fn fill(place: &Path) {
    let store = SledStore::open(place).unwrap();
    let mut walks: Vec<_> = (0..ROWS).map(|walker| steps(walker).into_iter()).collect();
    for _ in 0..STEPS {
        for walk in &mut walks {
            store.commit(walk.next().unwrap()).await.unwrap();
        }
    }
}

fn steps(walker: usize) -> Vec<Commit> {
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
    (0..STEPS).map(step).collect()
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
