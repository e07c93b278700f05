//! The log before an engine: what was written and may not be in the engine yet.
//!
//! | pages of 4096 bytes | what |
//! |---|---|
//! | 0, and again 1 | what this is, the log's name, its length |
//! | from 2 on | records, one behind the other, each of them twice |
//!
//! A record is a digest of the log's name and all that follows, its number, the length of its body, and the body: changes. It
//! begins on a page of its own, so that what was acknowledged is never written over by what comes next.
//!
//! - One sync keeps both copies, so that a record of which one copy is damaged is there all the same. Of one that was being
//!   written when the power went, both may be cut off: nobody has been told of it.
//! - Only the newest record can be cut off, because each is synced before the next is begun. A number that is missing before
//!   another one is damage: [`StoreError::Corrupt`].
//! - The pages of records are two halves, written in turns. The first record of a half takes the place of those from before
//!   once all of them are in the engine: what is left of them has numbers that the engine has already.

use std::collections::BTreeMap;
use std::io;

use sha2::{Digest as _, Sha256};

use super::Disk;
use crate::StoreError;
use crate::kv::Change;

const PAGE: usize = 4096;

/// Where the first record lies, behind both copies of what this is.
const FIRST: usize = 2 * PAGE;

/// What a log begins with; another layout gets another number.
const MAGIC: &[u8] = b"kyc log 1\n";

/// How long a record is without its body: digest, number and length.
const HEAD: usize = 32 + 8 + 4;

/// Which log goes with an engine, and how much of it the engine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Drawn by chance, so that another store's log is not taken for this one's.
    pub(super) name: u128,
    /// In bytes.
    pub(super) length: u64,
    /// The newest record that the engine has.
    pub(super) number: u64,
}

impl Standing {
    pub(super) fn encode(self) -> Vec<u8> {
        let numbers = [self.length.to_be_bytes(), self.number.to_be_bytes()];
        [&self.name.to_be_bytes()[..], &numbers.concat()].concat()
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (name, bytes) = bytes.split_first_chunk()?;
        let (length, bytes) = bytes.split_first_chunk()?;
        Some(Self {
            name: u128::from_be_bytes(*name),
            length: u64::from_be_bytes(*length),
            number: u64::from_be_bytes(bytes.try_into().ok()?),
        })
    }
}

/// What a log is that is not what it has to be.
pub(super) const fn corrupt(store: &'static str) -> StoreError {
    StoreError::Corrupt { store, what: "log" }
}

/// A log that is being written.
pub(super) struct Log {
    disk: Box<dyn Disk>,
    name: u128,
    length: usize,
    /// The number of the next record.
    number: u64,
    /// Where it will lie.
    at: usize,
    /// Where the half ends that is being written.
    end: usize,
    /// What it will hold.
    body: Vec<u8>,
    owed: u64,
}

impl Log {
    /// An empty log with a new name, on disk.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when there are records that nobody would read any more, or what the disk answers.
    pub(super) fn make(
        store: &'static str,
        disk: Box<dyn Disk>,
        length: u64,
    ) -> Result<Self, StoreError> {
        let world = |error| StoreError::backend(store, error);
        let found = disk.read().map_err(world)?;
        if found.iter().skip(FIRST).any(|byte| *byte != 0) {
            return Err(corrupt(store));
        }
        let mut name = [0; 16];
        getrandom::fill(&mut name).map_err(|error| StoreError::backend(store, error))?;
        let standing = Standing {
            name: u128::from_be_bytes(name),
            length,
            number: 0,
        };
        fill(&*disk, standing).map_err(world)?;
        Self::behind(disk, standing).ok_or_else(|| corrupt(store))
    }

    /// The log of that name, and what it holds beyond what the engine has. The next record takes the place of the first:
    /// before it is written, these have to be in the engine.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when it is another log, or when one of its records is missing before others; or what the disk
    /// answers.
    pub(super) fn open(
        store: &'static str,
        disk: Box<dyn Disk>,
        standing: Standing,
    ) -> Result<(Self, Vec<Change>), StoreError> {
        let bytes = disk
            .read()
            .map_err(|error| StoreError::backend(store, error))?;
        let header = header(standing);
        let is_this = bytes.chunks(PAGE).take(2).any(|page| page == header);
        if bytes.len() as u64 != standing.length || !is_this {
            return Err(corrupt(store));
        }
        let mut found = BTreeMap::new();
        let mut at = FIRST;
        while let Some(bytes) = bytes.get(at..).filter(|bytes| !bytes.is_empty()) {
            at += PAGE;
            if let Some((number, body)) = record_in(bytes, standing) {
                found.insert(number, body);
            }
        }
        let (mut number, mut changes) = (standing.number, Vec::new());
        for (found, body) in found {
            number += 1;
            if found != number {
                return Err(corrupt(store));
            }
            changes.append(&mut decode(body).ok_or_else(|| corrupt(store))?);
        }
        let log = Self::behind(disk, Standing { number, ..standing });
        Ok((log.ok_or_else(|| corrupt(store))?, changes))
    }

    /// Nothing where no disk is that long.
    fn behind(disk: Box<dyn Disk>, standing: Standing) -> Option<Self> {
        let length = usize::try_from(standing.length).ok()?;
        Some(Self {
            disk,
            name: standing.name,
            length,
            number: standing.number + 1,
            at: FIRST,
            end: middle(length),
            body: Vec::new(),
            owed: 0,
        })
    }

    /// How an engine stands that has everything that was [noted](Self::note).
    pub(super) const fn standing(&self) -> Standing {
        let newest = match self.body.is_empty() {
            true => self.number - 1,
            false => self.number,
        };
        Standing {
            name: self.name,
            length: self.length as u64,
            number: newest,
        }
    }

    /// Puts changes into the next record.
    pub(super) fn note(&mut self, changes: &[Change]) {
        self.owed += changes.iter().map(cost_of).sum::<u64>();
        for (key, value) in changes {
            put(&mut self.body, key);
            self.body.push(value.is_some().into());
            put(&mut self.body, value.as_deref().unwrap_or_default());
        }
    }

    /// How many bytes the engine may have to write for what was noted since the last [turn](Self::turn), by a high estimate.
    pub(super) const fn owed(&self) -> u64 {
        self.owed
    }

    /// Makes durable what was noted, with one sync; answers whether there was room for it in this half.
    ///
    /// # Errors
    ///
    /// What the disk answers. Nobody knows then what it holds.
    pub(super) fn keep(&mut self) -> io::Result<bool> {
        if self.body.is_empty() {
            return Ok(true);
        }
        let copy = (HEAD + self.body.len()).div_ceil(PAGE) * PAGE;
        let Ok(length) = u32::try_from(self.body.len()) else {
            return Ok(false);
        };
        if self.at + 2 * copy > self.end {
            return Ok(false);
        }
        let mut bytes = Vec::with_capacity(2 * copy);
        bytes.extend(digest(self.name, self.number, &self.body));
        bytes.extend(self.number.to_be_bytes());
        bytes.extend(length.to_be_bytes());
        bytes.append(&mut self.body);
        bytes.resize(copy, 0);
        bytes.extend_from_within(..);
        self.disk.write(self.at as u64, &bytes)?;
        self.disk.sync()?;
        self.at += bytes.len();
        self.number += 1;
        Ok(true)
    }

    /// Goes on in the other half, of which everything is in the engine.
    pub(super) fn turn(&mut self) {
        let middle = middle(self.length);
        (self.at, self.end) = match self.end == middle {
            true => (middle, self.length),
            false => (FIRST, middle),
        };
        self.owed = 0;
    }

    /// Forgets everything, which is in the engine by now, also what was noted and not kept.
    pub(super) fn begin_anew(&mut self) {
        (self.at, self.end) = (FIRST, middle(self.length));
        self.number = self.standing().number + 1;
        self.body.clear();
        self.owed = 0;
    }
}

/// Where the second half of the records begins.
const fn middle(length: usize) -> usize {
    (FIRST + length) / 2 / PAGE * PAGE
}

/// Writes every block once, so that later syncs have nothing to look after but data.
fn fill(disk: &dyn Disk, standing: Standing) -> io::Result<()> {
    let zeros = vec![0; 256 * PAGE];
    for at in (0..standing.length).step_by(zeros.len()) {
        let left = usize::try_from(standing.length - at).unwrap_or(usize::MAX);
        disk.write(at, &zeros[..left.min(zeros.len())])?;
    }
    let header = header(standing);
    disk.write(0, &[&header[..], &header].concat())?;
    disk.sync()
}

fn header(standing: Standing) -> Vec<u8> {
    let mut page = [
        MAGIC,
        &standing.name.to_be_bytes(),
        &standing.length.to_be_bytes(),
    ]
    .concat();
    page.resize(PAGE, 0);
    page
}

/// The record that begins here, if there is one, and one that the engine does not have.
fn record_in(bytes: &[u8], standing: Standing) -> Option<(u64, &[u8])> {
    let (expected, bytes) = bytes.split_first_chunk::<32>()?;
    let (number, bytes) = bytes.split_first_chunk()?;
    let (length, bytes) = bytes.split_first_chunk()?;
    let number = u64::from_be_bytes(*number);
    let body = bytes.get(..u32::from_be_bytes(*length) as usize)?;
    let is_new = number > standing.number;
    (is_new && digest(standing.name, number, body) == *expected).then_some((number, body))
}

fn digest(name: u128, number: u64, body: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(name.to_be_bytes());
    digest.update(number.to_be_bytes());
    digest.update(body);
    digest.finalize().into()
}

fn decode(mut bytes: &[u8]) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    while !bytes.is_empty() {
        let key = take(&mut bytes)?;
        let is_set = bytes.split_off_first()?;
        let value = take(&mut bytes)?;
        changes.push((key, (*is_set == 1).then_some(value)));
    }
    Some(changes)
}

fn put(bytes: &mut Vec<u8>, text: &[u8]) {
    bytes.extend((text.len() as u64).to_be_bytes());
    bytes.extend(text);
}

fn take(bytes: &mut &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = bytes.split_first_chunk()?;
    let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
    let (text, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(text.into())
}

/// A changed pair makes an engine write its page, and a share of those above it.
fn cost_of((key, value): &Change) -> u64 {
    2 * (PAGE + key.len() + value.as_ref().map_or(0, Vec::len)) as u64
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// So that a half has room for seven records of one page.
    const LENGTH: u64 = 30 * PAGE as u64;

    /// Bytes that stay when the log is gone.
    #[derive(Clone, Debug, Default)]
    struct Bytes(Arc<Mutex<Vec<u8>>>);

    impl Bytes {
        fn change(&self, change: impl FnOnce(&mut Vec<u8>)) {
            change(&mut self.0.lock().unwrap());
        }

        fn open(&self, standing: Standing) -> Result<(Log, Vec<Change>), StoreError> {
            Log::open("bytes", Box::new(self.clone()), standing)
        }

        fn is_refused(&self, standing: Standing) -> bool {
            matches!(
                self.open(standing),
                Err(StoreError::Corrupt { what: "log", .. })
            )
        }
    }

    impl Disk for Bytes {
        fn read(&self) -> io::Result<Vec<u8>> {
            Ok(self.0.lock().unwrap().clone())
        }

        fn write(&self, at: u64, written: &[u8]) -> io::Result<()> {
            let at = usize::try_from(at).unwrap();
            self.change(|bytes| {
                bytes.resize(bytes.len().max(at + written.len()), 0);
                bytes[at..at + written.len()].copy_from_slice(written);
            });
            Ok(())
        }

        fn sync(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn made() -> (Bytes, Log) {
        let disk = Bytes::default();
        let log = Log::make("bytes", Box::new(disk.clone()), LENGTH).unwrap();
        (disk, log)
    }

    /// How the engine stands that has no record of this log.
    fn without_any(log: &Log) -> Standing {
        Standing {
            number: 0,
            ..log.standing()
        }
    }

    fn changes(number: u8) -> Vec<Change> {
        vec![
            (vec![number], Some(vec![number; 100])),
            (vec![number, 0], Some(vec![])),
            (vec![], None),
        ]
    }

    /// A log with so many records of one page.
    fn with(records: u8) -> (Bytes, Log) {
        let (disk, mut log) = made();
        for number in 1..=records {
            log.note(&changes(number));
            assert!(log.keep().unwrap());
        }
        (disk, log)
    }

    /// The changes of all these.
    fn all(numbers: std::ops::RangeInclusive<u8>) -> Vec<Change> {
        numbers.flat_map(changes).collect()
    }

    /// Where a copy of a record of one page lies.
    fn page_of(number: usize, copy: usize) -> usize {
        FIRST + ((number - 1) * 2 + copy) * PAGE
    }

    #[test]
    fn what_was_kept_is_found_and_what_the_database_has_is_not_told() {
        let (disk, log) = with(3);
        let standing = without_any(&log);
        let of = |number| disk.open(Standing { number, ..standing }).unwrap();
        for (number, expected, newest) in [(0, all(1..=3), 3), (2, all(3..=3), 3), (9, vec![], 9)] {
            let (log, changes) = of(number);
            assert_eq!((changes, log.standing().number), (expected, newest));
        }
    }

    #[test]
    fn several_changes_that_are_noted_are_one_record_and_what_is_not_kept_is_none() {
        let (disk, mut log) = made();
        let standing = without_any(&log);
        log.note(&changes(1));
        log.note(&changes(2));
        assert!(log.keep().unwrap());
        assert!(log.keep().unwrap(), "nothing is nothing to be kept");
        assert_eq!(log.standing().number, 1);
        log.note(&changes(3));
        assert_eq!(log.standing().number, 2);
        assert_eq!(disk.open(standing).unwrap().1, all(1..=2));
    }

    #[test]
    fn no_number_is_left_out_or_used_again_when_a_log_begins_anew() {
        for is_noted in [true, false] {
            let (disk, mut log) = with(2);
            if is_noted {
                log.note(&changes(3));
            }
            let has = log.standing();
            log.begin_anew();
            assert_eq!(log.standing(), has, "what is in the engine by now");
            log.note(&changes(4));
            assert!(log.keep().unwrap());
            assert_eq!(disk.open(has).unwrap().1, changes(4));
        }
    }

    #[test]
    fn a_full_log_says_so_and_begins_anew_over_what_the_database_has() {
        let (disk, mut log) = with(7);
        let standing = without_any(&log);
        assert!(log.owed() > 7 * 3 * PAGE as u64);
        log.note(&changes(8));
        assert!(!log.keep().unwrap());
        // The engine has all eight by now.
        log.begin_anew();
        assert_eq!(log.owed(), 0);
        log.note(&changes(9));
        assert!(log.keep().unwrap());
        let has_eight = Standing {
            number: 8,
            ..standing
        };
        assert_eq!(disk.open(has_eight).unwrap().1, changes(9));
        assert!(
            disk.is_refused(Standing {
                number: 6,
                ..standing
            }),
            "7 and 9 without 8"
        );
    }

    #[test]
    fn what_one_half_holds_stays_until_the_other_is_full_too() {
        let (disk, mut log) = with(7);
        let standing = without_any(&log);
        let mut keep = |number, turns| {
            log.note(&changes(number));
            if turns {
                assert!(!log.keep().unwrap(), "{number} does not fit");
                assert_eq!(log.standing().number, u64::from(number), "what leaves");
                log.turn();
                assert_eq!(log.owed(), 0);
            }
            assert!(log.keep().unwrap());
        };
        keep(8, true);
        (9..=14).for_each(|number| keep(number, false));
        assert_eq!(disk.open(standing).unwrap().1, all(1..=14));
        // The engine has eight by now.
        keep(15, true);
        let of = |number| Standing { number, ..standing };
        assert_eq!(disk.open(of(8)).unwrap().1, all(9..=15));
        assert!(disk.is_refused(of(0)), "1 is gone");
        (16..=21).for_each(|number| keep(number, false));
        assert_eq!(disk.open(of(8)).unwrap().1, all(9..=21));
        keep(22, true);
        assert_eq!(disk.open(of(15)).unwrap().1, all(16..=22));
    }

    #[test]
    fn a_record_of_which_one_copy_is_damaged_is_there() {
        for copy in [0, 1] {
            for at in [0, 33, 43, HEAD, HEAD + 100] {
                let (disk, log) = with(3);
                for number in 1..=3 {
                    disk.change(|bytes| bytes[page_of(number, copy) + at] ^= 4);
                }
                let (_, found) = disk.open(without_any(&log)).unwrap();
                assert_eq!(found, all(1..=3), "{copy} {at}");
            }
        }
    }

    #[test]
    fn the_newest_record_may_be_cut_off_and_no_other() {
        for number in 1..=3 {
            let (disk, log) = with(3);
            for copy in [0, 1] {
                disk.change(|bytes| bytes[page_of(number, copy) + HEAD] ^= 4);
            }
            match number {
                3 => {
                    let (log, found) = disk.open(without_any(&log)).unwrap();
                    assert_eq!((found, log.standing().number), (all(1..=2), 2));
                }
                _ => assert!(disk.is_refused(without_any(&log)), "{number} is missing"),
            }
        }
    }

    #[test]
    fn a_log_that_is_not_the_engines_own_is_refused() {
        let (disk, log) = with(1);
        let (other, _) = with(1);
        let standing = without_any(&log);
        let cut = Bytes::default();
        disk.change(|bytes| cut.0.lock().unwrap().extend(&bytes[..14 * PAGE]));
        let longer = Bytes::default();
        disk.change(|bytes| longer.0.lock().unwrap().extend([&bytes[..], &[0]].concat()));
        for found in [&other, &cut, &longer, &Bytes::default()] {
            assert!(found.is_refused(standing));
        }
        disk.change(|bytes| bytes[3] ^= 1);
        assert!(
            disk.open(standing).is_ok(),
            "the other copy says what it is"
        );
        disk.change(|bytes| bytes[PAGE + 3] ^= 1);
        assert!(disk.is_refused(standing));
    }

    #[test]
    fn a_new_log_takes_the_place_of_one_that_was_never_used_and_of_no_other() {
        let (disk, _) = made();
        assert!(Log::make("bytes", Box::new(disk), LENGTH).is_ok());
        let (disk, log) = with(1);
        let made = Log::make("bytes", Box::new(disk.clone()), LENGTH);
        assert!(matches!(made, Err(StoreError::Corrupt { .. })));
        assert!(disk.open(without_any(&log)).is_ok());
    }

    #[test]
    fn what_is_longer_than_the_log_is_left_to_the_database() {
        let (_, mut log) = made();
        log.note(&[(vec![1], Some(vec![7; 8 * PAGE]))]);
        assert!(!log.keep().unwrap());
        log.begin_anew();
        log.note(&[(vec![1], Some(vec![7; 6 * PAGE]))]);
        assert!(log.keep().unwrap());
    }
}
