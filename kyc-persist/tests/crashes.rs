//! Whatever is written, synced and paid between losses of power: redb behind its log opens again with everything that was synced,
//! and of what was written since a beginning, each batch whole.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use kyc_persist::kv::{self, Change, Engine, Logged};
use kyc_persist::{Redb, StoreError};
use proptest::prelude::*;
use redb::StorageBackend;

const SECTOR: usize = 512;

/// So short that each half is full after a few records, and that some do not fit at all; one half is longer.
const LOG: u64 = 13 * 4096;

/// A file whose last writes can be lost, sector by sector.
#[derive(Clone, Debug, Default)]
struct Disk(Arc<Mutex<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
    seen: Vec<u8>,
    synced: Vec<u8>,
    /// Where something was written since the last sync.
    loose: Vec<(usize, Vec<u8>)>,
    /// The power goes before the next sync is done.
    is_last: bool,
}

impl Disk {
    fn bytes(&self) -> MutexGuard<'_, Bytes> {
        self.0.lock().unwrap()
    }

    /// What is left when the power goes: of every sector that was not synced, by chance, one of its contents since.
    fn after_a_loss_of_power(&self, chance: &mut u64) -> Self {
        let bytes = self.bytes();
        let mut left = bytes.synced.clone();
        // Its length has arrived or not, as if it were one write more.
        if draw(chance).is_multiple_of(2) {
            left.resize(bytes.seen.len(), 0);
        }
        for (at, written) in &bytes.loose {
            let luck = draw(chance) % 3;
            for (number, sector) in written.chunks(SECTOR).enumerate() {
                let begin = at + number * SECTOR;
                let arrives = luck == 0 || luck == 1 && draw(chance).is_multiple_of(2);
                if arrives {
                    left.resize(left.len().max(begin + sector.len()), 0);
                    left[begin..begin + sector.len()].copy_from_slice(sector);
                }
            }
        }
        Self(Arc::new(Mutex::new(Bytes {
            seen: left.clone(),
            synced: left,
            ..Bytes::default()
        })))
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes().seen.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let at = usize::try_from(offset).unwrap();
        let bytes = self.bytes();
        let found = bytes.seen.get(at..at + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let length = usize::try_from(length).unwrap();
        self.bytes().seen.resize(length, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut bytes = self.bytes();
        if bytes.is_last {
            return Err(io::Error::other("the power goes"));
        }
        bytes.synced = bytes.seen.clone();
        bytes.loose.clear();
        Ok(())
    }

    fn write(&self, offset: u64, written: &[u8]) -> io::Result<()> {
        let at = usize::try_from(offset).unwrap();
        let mut bytes = self.bytes();
        let length = bytes.seen.len().max(at + written.len());
        bytes.seen.resize(length, 0);
        bytes.seen[at..at + written.len()].copy_from_slice(written);
        bytes.loose.push((at, written.to_vec()));
        Ok(())
    }
}

impl kv::Disk for Disk {
    fn read(&self) -> io::Result<Vec<u8>> {
        Ok(self.bytes().seen.clone())
    }

    fn write(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        StorageBackend::write(self, at, bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

/// What the committer, an operator and the world do to an engine.
#[derive(Clone, Debug)]
enum Deed {
    /// Sets and removes a few keys: each value is as long as the number behind it says, none removes.
    Write(Vec<(u8, Option<u16>)>),
    Sync,
    Pay,
    /// It is closed, and opened again.
    Close,
    /// It is opened again from what is left.
    LosePower(u64),
    /// As that, over a sync that is not done.
    LosePowerInSync(u64),
    /// As that, and again while it is being opened.
    LosePowerTwice(u64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let length = prop_oneof![9 => 0..2_000_u16, 1 => 10_000..30_000_u16];
    let change = (0..24_u8, proptest::option::weighted(0.8, length));
    prop_oneof![
        10 => proptest::collection::vec(change, 1..5).prop_map(Deed::Write),
        8 => Just(Deed::Sync),
        1 => Just(Deed::Pay),
        1 => Just(Deed::Close),
        1 => any::<u64>().prop_map(Deed::LosePower),
        2 => any::<u64>().prop_map(Deed::LosePowerInSync),
        1 => any::<u64>().prop_map(Deed::LosePowerTwice),
    ]
}

type Pairs = BTreeMap<Vec<u8>, Vec<u8>>;

/// An engine, and what it may hold.
struct Trial {
    files: [Disk; 2],
    engine: Option<Logged<Redb>>,
    /// What it held at its last sync, and after every batch since.
    since_sync: Vec<Pairs>,
    written: u32,
}

impl Trial {
    fn begin() -> Self {
        let files = [Disk::default(), Disk::default()];
        Self {
            engine: Some(open(&files).unwrap()),
            files,
            since_sync: vec![Pairs::new()],
            written: 0,
        }
    }

    fn engine(&self) -> &Logged<Redb> {
        self.engine.as_ref().unwrap()
    }

    fn newest(&self) -> &Pairs {
        self.since_sync.last().unwrap()
    }

    fn perform(&mut self, deed: &Deed) {
        match deed {
            Deed::Write(keys) => self.write(keys),
            Deed::Sync => {
                self.engine().sync().unwrap();
                self.keep_newest();
            }
            Deed::Pay => {
                self.engine().pay().unwrap();
                assert_eq!(self.engine().owed(), 0);
                self.keep_newest();
            }
            Deed::Close => {
                drop(self.engine.take());
                self.engine = Some(open(&self.files).unwrap());
                self.keep_newest();
            }
            Deed::LosePower(chance) => {
                self.cut(&mut { *chance });
                self.look();
            }
            Deed::LosePowerInSync(chance) => {
                for file in &self.files {
                    file.bytes().is_last = true;
                }
                // Where there is nothing to be synced, it is done.
                let _ = self.engine().sync();
                self.cut(&mut { *chance });
                self.look();
            }
            Deed::LosePowerTwice(chance) => {
                let mut chance = *chance;
                self.cut(&mut chance);
                // Opened, and nothing since.
                let engine = open(&self.files).unwrap();
                let files = self.files.each_ref();
                let left = files.map(|file| file.after_a_loss_of_power(&mut chance));
                drop(engine);
                self.files = left;
                self.look();
            }
        }
        self.read();
    }

    /// Whoever reads finds the newest, whatever way.
    fn read(&self) {
        let (engine, newest) = (self.engine(), self.newest());
        assert_eq!(&pairs(engine), newest);
        for (from, to) in [(4, 20), (9, 9), (20, 4)] {
            let (from, to) = ([from], [to]);
            let found = |backwards| {
                let found = engine.scan(&from, &to, backwards);
                found.collect::<Result<Vec<_>, _>>().unwrap()
            };
            let within = |(key, _): &(&Vec<u8>, &Vec<u8>)| from[..] <= key[..] && key[..] < to[..];
            let copied = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone(), value.clone());
            let mut expected: Vec<_> = newest.iter().filter(within).map(copied).collect();
            assert_eq!(found(false), expected);
            expected.reverse();
            assert_eq!(found(true), expected);
        }
        for key in 0..24_u8 {
            assert_eq!(engine.get(&[key]).unwrap().as_ref(), newest.get(&[key][..]));
        }
    }

    fn write(&mut self, keys: &[(u8, Option<u16>)]) {
        self.written += 1;
        let mut pairs = self.newest().clone();
        let mut changes: Vec<Change> = Vec::new();
        for (key, length) in keys {
            let value = length.map(|length| {
                let text = self.written.to_be_bytes();
                text.into_iter()
                    .cycle()
                    .take(length.into())
                    .collect::<Vec<_>>()
            });
            match value.clone() {
                Some(value) => pairs.insert(vec![*key], value),
                None => pairs.remove(&[*key][..]),
            };
            changes.push((vec![*key], value));
        }
        self.engine().write(changes).unwrap();
        self.since_sync.push(pairs);
    }

    fn keep_newest(&mut self) {
        self.since_sync.drain(..self.since_sync.len() - 1);
    }

    /// The power goes before the engine can close anything.
    fn cut(&mut self, chance: &mut u64) {
        let files = self.files.each_ref();
        let left = files.map(|file| file.after_a_loss_of_power(chance));
        drop(self.engine.take());
        self.files = left;
    }

    fn look(&mut self) {
        let engine = open(&self.files).unwrap();
        let found = pairs(&engine);
        let is_known = self.since_sync.contains(&found);
        assert!(is_known, "a batch is lost, or there by half");
        self.since_sync = vec![found];
        self.engine = Some(engine);
    }
}

fn open([file, log]: &[Disk; 2]) -> Result<Logged<Redb>, StoreError> {
    Logged::over(Redb::over(file.clone())?, log.clone(), LOG)
}

fn pairs(engine: &Logged<Redb>) -> Pairs {
    engine
        .scan(&[], &[u8::MAX], false)
        .collect::<Result<_, _>>()
        .unwrap()
}

/// A number that follows from the one before: splitmix64.
const fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[test]
fn a_file_that_fails_behind_the_log_stops_the_store_and_what_was_synced_is_there() {
    let files = [Disk::default(), Disk::default()];
    let engine = open(&files).unwrap().with_payer().unwrap();
    files[0].bytes().is_last = true;
    let mut synced = Pairs::new();
    let failed = (0_u8..100).find(|number| {
        let (key, value) = (vec![*number], vec![*number]);
        engine
            .write(vec![(key.clone(), Some(value.clone()))])
            .unwrap();
        let is_synced = engine.sync().is_ok();
        if is_synced {
            synced.insert(key, value);
        }
        !is_synced
    });
    assert!(failed.is_some_and(|number| number > 0), "{failed:?}");
    files[0].bytes().is_last = false;
    assert!(engine.sync().is_err(), "a second sync brings nothing back");
    assert!(engine.pay().is_err());
    let left = files
        .each_ref()
        .map(|file| file.after_a_loss_of_power(&mut 7));
    drop(engine);
    let found = pairs(&open(&left).unwrap());
    assert!(
        synced
            .iter()
            .all(|(key, value)| found.get(key) == Some(value))
    );
}

#[test]
fn a_log_that_fails_stops_the_store() {
    let files = [Disk::default(), Disk::default()];
    let engine = open(&files).unwrap();
    let write = || engine.write(vec![(vec![1], Some(vec![1]))]).unwrap();
    write();
    files[1].bytes().is_last = true;
    assert!(engine.sync().is_err());
    files[1].bytes().is_last = false;
    write();
    assert!(engine.sync().is_err(), "a second sync brings nothing back");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, ..ProptestConfig::default() })]

    #[test]
    fn what_was_synced_outlasts_any_number_of_losses_of_power(deeds in proptest::collection::vec(deed(), 1..60)) {
        let mut trial = Trial::begin();
        for deed in &deeds {
            trial.perform(deed);
        }
    }
}
