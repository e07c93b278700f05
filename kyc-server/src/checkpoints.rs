//! A signed chain over the heads of all journals: what a checkpoint says, how it is signed, and in which file it lies.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use kyc_core::journal::{ChartName, Hash};
use kyc_core::{SessionId, Timestamp};
use kyc_persist::Row;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Which rows have moved since the checkpoint before, and to which entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkpoint {
    /// From 1.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    /// The hash of the checkpoint before.
    prev: Hash,
    /// Sorted by row.
    pub(crate) moved: Vec<Head>,
    /// Of everything above.
    pub(crate) hash: Hash,
    /// Of the hash, in 128 hexadecimal digits.
    signature: String,
}

/// The newest entry of one journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Head {
    session: SessionId,
    chart: ChartName,
    /// Its place, from 0.
    pub(crate) version: u32,
    pub(crate) hash: Hash,
}

impl Head {
    pub(crate) fn of(row: &Row, version: u32, hash: Hash) -> Self {
        Self {
            session: row.session.clone(),
            chart: row.chart,
            version,
            hash,
        }
    }

    pub(crate) fn row(&self) -> Row {
        Row {
            session: self.session.clone(),
            chart: self.chart,
        }
    }
}

impl Checkpoint {
    fn sign(before: Option<&Self>, at: Timestamp, mut moved: Vec<Head>, key: &SigningKey) -> Self {
        moved.sort_by_key(Head::row);
        let mut checkpoint = Self {
            number: before.map_or(1, |before| before.number + 1),
            at,
            prev: before.map_or(Hash::ZERO, |before| before.hash),
            moved,
            hash: Hash::ZERO,
            signature: String::new(),
        };
        checkpoint.hash = checkpoint.digest();
        checkpoint.signature = hex(&key.sign(&checkpoint.signed()).to_bytes());
        checkpoint
    }

    /// Each field with its length in front, so that no two different checkpoints spell the same bytes.
    fn digest(&self) -> Hash {
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        field(&self.number.to_be_bytes());
        field(&self.at.as_millis().to_be_bytes());
        field(self.prev.as_bytes());
        for head in &self.moved {
            field(head.session.as_str().as_bytes());
            field(head.chart.as_str().as_bytes());
            field(&head.version.to_be_bytes());
            field(head.hash.as_bytes());
        }
        Hash::from_bytes(hasher.finalize().into())
    }

    fn signed(&self) -> Vec<u8> {
        [b"kyc checkpoint 1 ", &self.hash.as_bytes()[..]].concat()
    }

    fn is_sound(&self, before: Option<&Self>, key: &VerifyingKey) -> bool {
        let follows = match before {
            None => self.number == 1 && self.prev == Hash::ZERO,
            Some(before) => self.number == before.number + 1 && self.prev == before.hash,
        };
        let signature = unhex::<64>(&self.signature).map(|bytes| Signature::from_bytes(&bytes));
        let is_signed = signature
            .is_some_and(|signature| key.verify_strict(&self.signed(), &signature).is_ok());
        follows && self.hash == self.digest() && is_signed
    }
}

/// Checks signatures and links.
///
/// # Errors
///
/// The number of the first checkpoint that does not hold.
pub(crate) fn verify(checkpoints: &[Checkpoint], key: &VerifyingKey) -> Result<(), u64> {
    let mut before = None;
    for (number, checkpoint) in (1..).zip(checkpoints) {
        if !checkpoint.is_sound(before, key) {
            return Err(number);
        }
        before = Some(checkpoint);
    }
    Ok(())
}

/// Every head that was ever named of each row, each with the number of its checkpoint, oldest first.
pub(crate) fn named(checkpoints: &[Checkpoint]) -> BTreeMap<Row, Vec<(u64, Head)>> {
    let mut rows: BTreeMap<Row, Vec<(u64, Head)>> = BTreeMap::new();
    for checkpoint in checkpoints {
        for head in &checkpoint.moved {
            let heads = rows.entry(head.row()).or_default();
            heads.push((checkpoint.number, head.clone()));
        }
    }
    rows
}

/// A checkpoint as it was written down elsewhere: its number and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) number: u64,
    pub(crate) hash: Hash,
}

impl Known {
    /// `NUMBER:HASH`, as `audit checkpoint` tells them.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, hash) = text.split_once(':')?;
        Some(Self {
            number: number.parse().ok()?,
            hash: hash.to_owned().try_into().ok()?,
        })
    }
}

/// The file of the checkpoints, a line each. It only grows.
#[derive(Debug)]
pub(crate) struct Book {
    file: PathBuf,
    checkpoints: Vec<Checkpoint>,
    /// Up to where it is whole: what stands behind was cut off while it was written, and was never told to anybody.
    length: u64,
    is_torn: bool,
}

impl Book {
    /// Reads it; one that is not there is empty.
    ///
    /// # Errors
    ///
    /// What the system answers, or the line that is no checkpoint.
    pub(crate) fn open(file: &Path) -> Result<Self, String> {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
        let text = match fs::read(file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(told(&error)),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        let whole = &text[..whole.map_or(0, |end| end + 1)];
        let mut checkpoints = Vec::new();
        for (number, line) in (1..).zip(whole.split_inclusive(|byte| *byte == b'\n')) {
            let checkpoint = serde_json::from_slice(line)
                .map_err(|_| told(&format!("line {number} is no checkpoint")))?;
            checkpoints.push(checkpoint);
        }
        Ok(Self {
            file: file.to_owned(),
            length: whole.len() as u64,
            is_torn: whole.len() < text.len(),
            checkpoints,
        })
    }

    pub(crate) fn checkpoints(&self) -> &[Checkpoint] {
        &self.checkpoints
    }

    /// That its end was cut off; the next checkpoint is written over it.
    pub(crate) fn torn(&self) -> Option<String> {
        let (file, number) = (self.file.display(), self.checkpoints.len() + 1);
        self.is_torn.then(|| {
            format!("{file}: what stands behind checkpoint {} is cut off: checkpoint {number} was not written to its end, or somebody has shortened it", number - 1)
        })
    }

    /// Whether it holds what a copy elsewhere says.
    pub(crate) fn has(&self, known: &Known) -> bool {
        let named = self
            .checkpoints
            .iter()
            .find(|one| one.number == known.number);
        named.is_some_and(|one| one.hash == known.hash)
    }

    /// Writes the next checkpoint; it is on disk when this returns.
    ///
    /// # Errors
    ///
    /// What the system answers.
    pub(crate) fn append(
        &mut self,
        at: Timestamp,
        moved: Vec<Head>,
        key: &SigningKey,
    ) -> Result<&Checkpoint, String> {
        let checkpoint = Checkpoint::sign(self.checkpoints.last(), at, moved, key);
        let written = serde_json::to_string(&checkpoint)
            .map_err(io::Error::from)
            .and_then(|line| self.write(line + "\n"));
        self.length = written.map_err(|error| format!("{}: {error}", self.file.display()))?;
        self.is_torn = false;
        self.checkpoints.push(checkpoint);
        let newest = self.checkpoints.len() - 1;
        Ok(&self.checkpoints[newest])
    }

    fn write(&self, line: String) -> io::Result<u64> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.file)?;
        if file.metadata()?.len() < self.length {
            return Err(io::Error::other("somebody has shortened it"));
        }
        file.set_len(self.length)?;
        let begin = file.seek(SeekFrom::End(0))?;
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        if begin == 0 {
            // So that the file itself is there after a loss of power.
            let parent = self.file.parent().filter(|parent| *parent != Path::new(""));
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(begin + line.len() as u64)
    }
}

/// A public key, as it is printed.
pub(crate) fn public(key: &VerifyingKey) -> String {
    hex(key.as_bytes())
}

/// A public key that was printed.
pub(crate) fn parse_public(text: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&unhex(text)?).ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let is_hex = text.len() == 2 * N && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    is_hex.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(session: &str, version: u32) -> Head {
        let session: SessionId = session.parse().expect("a session id");
        let hash = Hash::from_bytes([u8::try_from(version).unwrap_or(0); 32]);
        Head::of(&Row::collection(session), version, hash)
    }

    fn three(key: &SigningKey) -> Vec<Checkpoint> {
        let mut all: Vec<Checkpoint> = Vec::new();
        for number in 1..=3 {
            let moved = vec![head("b", number), head("a", number)];
            let at = Timestamp::from_millis(number.into());
            all.push(Checkpoint::sign(all.last(), at, moved, key));
        }
        all
    }

    #[test]
    fn whatever_is_changed_in_a_checkpoint_is_found_at_its_number() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let right = three(&key);
        assert_eq!(verify(&right, &key.verifying_key()), Ok(()));
        let changes: [fn(&mut Checkpoint); 7] = [
            |one| one.number += 1,
            |one| one.at = Timestamp::from_millis(9),
            |one| one.prev = Hash::ZERO,
            |one| drop(one.moved.pop()),
            |one| one.moved.swap(0, 1),
            |one| one.moved[1].version += 1,
            |one| {
                let other = if one.signature.starts_with('0') {
                    "1"
                } else {
                    "0"
                };
                one.signature.replace_range(..1, other);
            },
        ];
        for change in changes {
            let mut wrong = right.clone();
            change(&mut wrong[1]);
            assert_eq!(verify(&wrong, &key.verifying_key()), Err(2));
            // Whoever has no key cannot make the hash right for it.
            wrong[1].hash = wrong[1].digest();
            assert_eq!(verify(&wrong, &key.verifying_key()), Err(2));
        }
        let mut wrong = right.clone();
        wrong[1].hash = Hash::ZERO;
        assert_eq!(verify(&wrong, &key.verifying_key()), Err(2));
        let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
        assert_eq!(verify(&right, &other), Err(1));
        assert_eq!(verify(&right[1..], &key.verifying_key()), Err(1));
        assert_eq!(
            verify(&[right[0].clone(), right[2].clone()], &key.verifying_key()),
            Err(2)
        );
    }

    #[test]
    fn a_line_that_was_cut_off_is_written_over_and_a_damaged_one_is_told() {
        let place = tempfile::tempdir().expect("a directory");
        let (file, key) = (place.path().join("book"), SigningKey::from_bytes(&[7; 32]));
        let write = |number| {
            let mut book = Book::open(&file).expect("a book");
            let at = Timestamp::from_millis(number);
            book.append(at, vec![], &key).expect("a checkpoint");
        };
        write(1);
        let whole = fs::read_to_string(&file).expect("a file");
        fs::write(&file, format!("{whole}{}", &whole[..40])).expect("a file");
        write(2);
        let book = Book::open(&file).expect("a book");
        assert_eq!(book.checkpoints().len(), 2);
        assert_eq!(verify(book.checkpoints(), &key.verifying_key()), Ok(()));

        fs::write(&file, format!("{}\n{whole}", &whole[..40])).expect("a file");
        let error = Book::open(&file).expect_err("damaged");
        assert!(error.ends_with("line 1 is no checkpoint"), "{error}");
    }
}
