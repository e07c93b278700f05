//! An installation as text: a first line that names the format, one line a record, and a last line that counts them.
//!
//! Each line carries the chain over all before it and itself, so that a line that was altered, removed or moved is told by
//! its number. Who can write the file can also write it anew: the digest of the last line, noted elsewhere, tells that.

use std::io::{self, BufRead, Read as _, Write};

use kyc_core::journal::Hash;
use serde::Deserialize;

use super::book::{Book, Counts, Summary};
use super::{Record, RecordId};
use crate::StoreError;

/// The format that is written, and the newest that is read.
const FORMAT: u32 = 1;

/// Longer than the longest snapshot, whatever is in it.
const LONGEST_LINE: u64 = 8 * 1024 * 1024;

/// Why an installation does not move. Names places, never what lies there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The first line is that of something else.
    #[error("this is not the export of a store")]
    NotAnArchive,

    /// A newer program has written it.
    #[error("this export is of format {found}, and this program reads up to {known}")]
    Newer {
        /// The format of the file.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },

    /// The file has no last line.
    #[error(
        "line {line}: the file ends too early; the export was not finished, or its end is lost"
    )]
    Truncated {
        /// Where it ends, counted from 1.
        line: u64,
    },

    /// The file is not as it was written.
    #[error("line {line}: this is not what was written here")]
    Altered {
        /// The first line that does not follow from those before it, counted from 1.
        line: u64,
    },

    /// What is imported goes into an empty store.
    #[error("the store is not empty")]
    NotEmpty,

    /// What was begun with one file is not continued with another.
    #[error("an import of another file was begun here; continue that, or take an empty store")]
    OtherFile,

    /// Half an installation is nothing to move.
    #[error("an import into this store was begun and not finished")]
    Unfinished,

    /// Somebody else imports here, or has begun to use the store.
    #[error("somebody else writes to this store")]
    Overtaken,

    /// What was taken is not what is there.
    #[error("the store does not hold what was imported into it")]
    NotEqual,

    /// A store gave its records in another order than that of their names.
    #[error("the store tells its records out of order, at {at}")]
    OutOfOrder {
        /// The record that came too late.
        at: RecordId,
    },

    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] io::Error),

    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads an export line by line, and believes none that does not follow from those before.
#[derive(Debug)]
pub struct ArchiveReader<R> {
    from: R,
    book: Book,
    line: u64,
    bytes: u64,
    end: Option<Summary>,
}

impl<R: BufRead> ArchiveReader<R> {
    /// Begins with the first line.
    ///
    /// # Errors
    ///
    /// [`ArchiveError::NotAnArchive`], [`ArchiveError::Newer`], [`ArchiveError::Truncated`] for a file that ends in its
    /// first line.
    pub fn open(from: R) -> Result<Self, ArchiveError> {
        let header = header();
        let mut reader = Self {
            from,
            book: Book::new(&header),
            line: 0,
            bytes: 0,
            end: None,
        };
        let line = match reader.next_line() {
            Ok(line) => line.unwrap_or_default(),
            Err(Line::Torn(begun)) if header.as_bytes().starts_with(&begun) => {
                return Err(ArchiveError::Truncated { line: 1 });
            }
            Err(Line::Failed(error)) => return Err(error.into()),
            Err(_) => return Err(ArchiveError::NotAnArchive),
        };
        if line.is_empty() && reader.bytes == 0 {
            return Err(ArchiveError::Truncated { line: 1 });
        }
        if line == header {
            return Ok(reader);
        }
        Err(match serde_json::from_str::<Header>(&line) {
            Ok(found) if found.format == NAME && found.version > FORMAT => ArchiveError::Newer {
                found: found.version,
                known: FORMAT,
            },
            _ => ArchiveError::NotAnArchive,
        })
    }

    /// The next record; nothing behind the last line.
    ///
    /// # Errors
    ///
    /// [`ArchiveError::Truncated`], [`ArchiveError::Altered`].
    pub fn record(&mut self) -> Result<Option<Record>, ArchiveError> {
        if self.end.is_some() {
            return Ok(None);
        }
        let line = match self.next_line() {
            Ok(Some(line)) => line,
            Ok(None) | Err(Line::Torn(_)) => {
                return Err(ArchiveError::Truncated { line: self.line });
            }
            Err(Line::Failed(error)) => return Err(error.into()),
            Err(Line::Unreadable) => return Err(self.altered()),
        };
        match serde_json::from_str(&line) {
            Ok(Written {
                record: Some(record),
                end: None,
                ..
            }) => {
                let (text, chain) = self.book.write(&record).ok_or_else(|| self.altered())?;
                match line == record_line(&text, &chain.to_string()) {
                    true => Ok(Some(record)),
                    false => Err(self.altered()),
                }
            }
            Ok(Written {
                record: None,
                end: Some(_),
                ..
            }) => {
                let (text, summary) = self.book.end();
                if line != end_line(&text, &summary.digest.to_string()) {
                    return Err(self.altered());
                }
                // Nothing comes behind it.
                match self.next_line() {
                    Ok(None) => {}
                    Err(Line::Failed(error)) => return Err(error.into()),
                    _ => return Err(self.altered()),
                }
                self.end = Some(summary);
                Ok(None)
            }
            _ => Err(self.altered()),
        }
    }

    /// What the file comes to, once it was read to its end.
    pub const fn summary(&self) -> Option<Summary> {
        self.end
    }

    pub(super) const fn book(&self) -> &Book {
        &self.book
    }

    const fn altered(&self) -> ArchiveError {
        ArchiveError::Altered { line: self.line }
    }

    /// The next whole line, without its end.
    fn next_line(&mut self) -> Result<Option<String>, Line> {
        let mut line = Vec::new();
        let mut from = (&mut self.from).take(LONGEST_LINE);
        let read = from.read_until(b'\n', &mut line).map_err(Line::Failed)?;
        self.line += 1;
        if read == 0 {
            return Ok(None);
        }
        if line.pop_if(|last| *last == b'\n').is_none() {
            return Err(match read as u64 == LONGEST_LINE {
                true => Line::Unreadable,
                false => Line::Torn(line),
            });
        }
        let line = String::from_utf8(line).map_err(|_| Line::Unreadable)?;
        self.bytes += read as u64;
        Ok(Some(line))
    }
}

/// What there is instead of a line.
enum Line {
    /// It has no end.
    Torn(Vec<u8>),
    /// No line of ours.
    Unreadable,
    Failed(io::Error),
}

/// How far a file goes.
#[derive(Clone, Debug)]
pub enum Extent {
    /// To its last line.
    Complete(Summary),
    /// As far as whole lines go; an export can be continued from there.
    Unfinished(Begun),
}

/// The whole lines of an export that was not finished.
#[derive(Clone, Debug)]
pub struct Begun {
    /// How many bytes they have. What is behind them is to be cut off.
    pub bytes: u64,
    pub(super) book: Book,
}

impl Extent {
    /// Reads a file that was begun.
    ///
    /// # Errors
    ///
    /// As [`ArchiveReader::record`], but for a file that ends too early.
    pub fn of(from: impl BufRead) -> Result<Self, ArchiveError> {
        let mut reader = match ArchiveReader::open(from) {
            Err(ArchiveError::Truncated { .. }) => {
                let book = Book::new(&header());
                return Ok(Self::Unfinished(Begun { bytes: 0, book }));
            }
            opened => opened?,
        };
        let mut bytes = reader.bytes;
        loop {
            match reader.record() {
                Ok(Some(_)) => bytes = reader.bytes,
                Ok(None) => return Ok(Self::Complete(reader.book.end().1)),
                Err(ArchiveError::Truncated { .. }) => {
                    let book = reader.book;
                    return Ok(Self::Unfinished(Begun { bytes, book }));
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Writes the lines of an export.
#[derive(Debug)]
pub(super) struct Writer<W> {
    to: W,
    book: Book,
}

impl<W: Write> Writer<W> {
    /// Goes on behind whole lines, or begins with the first.
    pub(super) fn begin(mut to: W, begun: Option<Begun>) -> Result<Self, ArchiveError> {
        let book = match begun {
            Some(begun) if begun.bytes > 0 => begun.book,
            _ => {
                let header = header();
                writeln!(to, "{header}")?;
                Book::new(&header)
            }
        };
        Ok(Self { to, book })
    }

    pub(super) fn write(&mut self, record: &Record) -> Result<(), ArchiveError> {
        let (text, chain) = self
            .book
            .write(record)
            .ok_or_else(|| ArchiveError::OutOfOrder { at: record.id() })?;
        writeln!(self.to, "{}", record_line(&text, &chain.to_string()))?;
        Ok(())
    }

    pub(super) fn end(mut self) -> Result<Summary, ArchiveError> {
        let (text, summary) = self.book.end();
        writeln!(self.to, "{}", end_line(&text, &summary.digest.to_string()))?;
        self.to.flush()?;
        Ok(summary)
    }

    pub(super) const fn book(&self) -> &Book {
        &self.book
    }
}

/// A new book, as a file would begin it.
pub(super) fn book() -> Book {
    Book::new(&header())
}

const NAME: &str = "kyc-archive";

#[derive(Deserialize)]
struct Header {
    format: String,
    version: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    record: Option<Record>,
    end: Option<Counts>,
    #[serde(rename = "chain")]
    _chain: Hash,
}

fn header() -> String {
    format!(r#"{{"format":"{NAME}","version":{FORMAT}}}"#)
}

fn record_line(record: &str, chain: &str) -> String {
    format!(r#"{{"record":{record},"chain":"{chain}"}}"#)
}

fn end_line(counts: &str, chain: &str) -> String {
    format!(r#"{{"end":{counts},"chain":"{chain}"}}"#)
}

/// Bytes as text.
pub(super) mod base64 {
    use base64ct::{Base64, Encoding as _};
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&Base64::encode_string(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        Base64::decode_vec(&text).map_err(|_| D::Error::custom("not base64"))
    }
}
