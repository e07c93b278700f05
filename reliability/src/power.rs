//! The power goes: every write and every sync of redb and of its log is recorded, the disk is put together as it may look at
//! each moment, and the store that opens there must have everything that was acknowledged by then, and nothing by half.
//!
//! A disk owes only what was synced, of each file by itself. What was written since may be there or not, whatever came first,
//! and each sector of it by itself.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use kyc_core::journal::{self, Entry, Facts, Hash};
use kyc_core::{Actor, Timestamp};
use kyc_persist::kv::{Disk, KvStore, Logged};
use kyc_persist::{Commit, Expected, Outgoing, OutgoingKind, Redb, RedbStore, Row, Settled, Store};
use redb::StorageBackend;

use crate::report::Line;
use crate::seed::Seed;
use crate::{Terms, names, run};

const SECTOR: usize = 512;

/// How long the log is: so short that it is often full, and that some groups of steps do not fit.
const LOG: u64 = 19 * 4096;

/// How many sessions take steps at the same time.
const SESSIONS: usize = 4;

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let seed = terms.seed.part("power");
    let rounds = terms.pick(9, 60);
    let (tape, heard) = run(record(seed, rounds));
    // In the short run one reordering of each moment; the moments are all of them.
    let counts = cut(&tape, &heard, seed, terms.pick(1, 12));
    let mut lines = vec![Line::told("redb", counts)];
    lines.extend(names::run_all(terms));
    lines
}

/// What one of the files was asked.
#[derive(Clone, Debug)]
enum Move {
    Write(usize, Vec<u8>),
    Length(usize),
    Sync,
}

/// redb's own file, and its log.
type Files = [Vec<u8>; 2];

/// A disk that remembers what it was asked.
#[derive(Clone, Debug, Default)]
struct Recorder(Arc<Mutex<Tape>>);

#[derive(Debug, Default)]
struct Tape {
    files: Files,
    /// Which file, and what.
    moves: Vec<(usize, Move)>,
}

/// A file on that disk.
#[derive(Clone, Debug)]
struct Place(Recorder, usize);

impl Recorder {
    /// A disk with this on it.
    fn with(files: Files) -> Self {
        let moves = Vec::new();
        Self(Arc::new(Mutex::new(Tape { files, moves })))
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.0.lock().unwrap()
    }

    fn moves(&self) -> usize {
        self.tape().moves.len()
    }
}

impl Place {
    fn make(&self, made: Move) {
        let mut tape = self.0.tape();
        apply(&mut tape.files[self.1], &made, |_| true);
        tape.moves.push((self.1, made));
    }
}

impl StorageBackend for Place {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.tape().files[self.1].len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (offset, tape) = (offset as usize, self.0.tape());
        let found = tape.files[self.1].get(offset..offset + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.make(Move::Length(length as usize));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.make(Move::Sync);
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.make(Move::Write(offset as usize, bytes.to_vec()));
        Ok(())
    }
}

impl Disk for Place {
    fn read(&self) -> io::Result<Vec<u8>> {
        Ok(self.0.tape().files[self.1].clone())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        StorageBackend::write(self, at, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Does to the bytes what was asked, as far as its sectors arrive.
fn apply(bytes: &mut Vec<u8>, made: &Move, arrives: impl Fn(usize) -> bool) {
    match made {
        Move::Sync => {}
        Move::Length(length) => {
            if arrives(0) {
                bytes.resize(*length, 0);
            }
        }
        Move::Write(offset, written) => {
            let end = offset + written.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            let mut at = *offset;
            while at < end {
                let next = (at / SECTOR + 1) * SECTOR;
                let next = next.min(end);
                if arrives(at / SECTOR) {
                    bytes[at..next].copy_from_slice(&written[at - offset..next - offset]);
                }
                at = next;
            }
        }
    }
}

/// A step that was acknowledged, and how many moves the disk had made by then.
struct Heard {
    session: usize,
    version: u32,
    hash: Hash,
    by: usize,
}

/// Sessions take steps together, so that some share a sync, while effects are leased and settled.
async fn record(seed: Seed, rounds: u64) -> (Vec<(usize, Move)>, Vec<Heard>) {
    let disk = Recorder::default();
    let store = Arc::new(open(&disk));
    let mut heard = Vec::new();
    let mut heads: Vec<Option<(u32, Hash)>> = vec![None; SESSIONS];
    for round in 0..rounds {
        let mut taking = tokio::task::JoinSet::new();
        for (session, head) in heads.iter().enumerate() {
            let length = seed.below(round * SESSIONS as u64 + session as u64, 1_500);
            let commit = step(session, *head, length);
            let (store, disk) = (Arc::clone(&store), disk.clone());
            taking.spawn(async move {
                let (version, hash) = (commit.entry.facts.version, commit.entry.hash);
                store.commit(commit).await.unwrap();
                let by = disk.moves();
                Heard {
                    session,
                    version,
                    hash,
                    by,
                }
            });
        }
        for step in taking.join_all().await {
            heads[step.session] = Some((step.version, step.hash));
            heard.push(step);
        }
        for leased in store.lease(NOW, LATER, 3).await.unwrap() {
            store.settle(&leased.lease, Settled::Done).await.unwrap();
        }
    }
    drop(store);
    let moves = std::mem::take(&mut disk.tape().moves);
    (moves, heard)
}

/// Every moment from the first acknowledgement on.
fn cut(
    moves: &[(usize, Move)],
    heard: &[Heard],
    seed: Seed,
    orders: u64,
) -> Vec<(&'static str, String)> {
    let first = heard.iter().map(|step| step.by).min().unwrap();
    // What is owed: of each file everything up to its last sync.
    let mut owed = Files::default();
    let mut loose: Vec<&(usize, Move)> = Vec::new();
    let (mut disks, mut reordered, mut most) = (0, 0, 0);
    for at in 0..=moves.len() {
        match at.checked_sub(1).map(|last| &moves[last]) {
            None => {}
            Some((synced, Move::Sync)) => loose.retain(|(file, made)| {
                if file == synced {
                    apply(&mut owed[*file], made, |_| true);
                }
                file != synced
            }),
            Some(made) => loose.push(made),
        }
        if at < first {
            continue;
        }
        most = most.max(loose.len());
        let by_then: Vec<_> = heard.iter().filter(|step| step.by <= at).collect();
        let look = |files: Files| run(look(files, &by_then, at));
        // All of it arrived, in order.
        let mut files = owed.clone();
        for (file, made) in &loose {
            apply(&mut files[*file], made, |_| true);
        }
        look(files);
        disks += 1;
        if loose.is_empty() {
            continue;
        }
        for order in 0..orders {
            let chance = seed.part("order").at(order * 1_000_003 + at as u64);
            let mut files = owed.clone();
            for (number, (file, made)) in loose.iter().enumerate() {
                let chance = Seed::of(chance).at(number as u64);
                // One in four is there whole, one in four is not, of the others some sectors.
                apply(&mut files[*file], made, |sector| match chance % 4 {
                    0 => true,
                    1 => false,
                    _ => Seed::of(chance).at(sector as u64).is_multiple_of(2),
                });
            }
            look(files);
            disks += 1;
            reordered += 1;
        }
    }
    let syncs_of = |wanted| {
        let of = |(file, made): &&(usize, Move)| *file == wanted && matches!(made, Move::Sync);
        moves.iter().filter(of).count()
    };
    let [own, log] = [0, 1].map(syncs_of);
    assert!(
        log > heard.len() / SESSIONS / 2,
        "the log keeps them: {log} syncs"
    );
    assert!(own > 8, "the log was full time and again: {own} syncs");
    vec![
        ("acknowledged", heard.len().to_string()),
        ("writes and syncs", moves.len().to_string()),
        ("syncs of the log", log.to_string()),
        ("of the file behind it", own.to_string()),
        ("moments", (moves.len() + 1 - first).to_string()),
        ("disks opened", disks.to_string()),
        ("of them reordered and torn", reordered.to_string()),
        ("most unsynced at once", most.to_string()),
        ("lost", "0".into()),
        ("half", "0".into()),
    ]
}

/// Opens a disk as it was left: everything is there, and it goes on.
async fn look(files: Files, heard: &[&Heard], at: usize) {
    let store = open(&Recorder::with(files));
    let mut last = None;
    for session in 0..SESSIONS {
        let row = row(session);
        let entries = store.journal(&row).await.unwrap();
        assert_eq!(journal::verify(&entries), Ok(()), "{row} at {at}");
        let kept = store.load(&row).await.unwrap();
        let length = kept.as_ref().map_or(0, |kept| kept.version as usize + 1);
        assert_eq!(length, entries.len(), "{row} at {at}: half a commit");
        for step in heard.iter().filter(|step| step.session == session) {
            let entry = entries.get(step.version as usize);
            let hash = entry.map(|entry| entry.hash);
            assert_eq!(hash, Some(step.hash), "{row} at {at}: lost");
        }
        if session == 0 {
            last = entries
                .last()
                .map(|entry| (entry.facts.version, entry.hash));
        }
    }
    store.commit(step(0, last, 100)).await.unwrap();
}

fn open(disk: &Recorder) -> RedbStore {
    let [file, log] = [0, 1].map(|file| Place(disk.clone(), file));
    let engine = Logged::over(Redb::over(file).unwrap(), log, LOG).unwrap();
    KvStore::over(engine.with_payer().unwrap()).unwrap()
}

fn row(session: usize) -> Row {
    Row::collection(format!("s-{session}").parse().unwrap())
}

fn step(session: usize, last: Option<(u32, Hash)>, length: usize) -> Commit {
    let row = row(session);
    let version = last.map_or(0, |(version, _)| version + 1);
    let facts = Facts {
        session: row.session,
        chart: row.chart,
        version,
        key: format!("step-{version}").parse().unwrap(),
        fingerprint: Hash::ZERO,
        at: NOW,
        by: Actor::APPLICANT,
        event: "walk".into(),
        from: "here".into(),
        to: "there".into(),
        effects: vec![],
    };
    let errand = Outgoing {
        kind: OutgoingKind::Timer,
        body: "errand".into(),
        due_at: NOW,
    };
    Commit {
        expected: last.map_or(Expected::Absent, |(version, _)| Expected::At(version)),
        entry: Entry::chain(last.map_or(Hash::ZERO, |(_, hash)| hash), facts),
        snapshot: "x".repeat(length),
        outbox: vec![errand],
    }
}

const NOW: Timestamp = Timestamp::from_millis(1_000);
const LATER: Timestamp = Timestamp::from_millis(2_000);
