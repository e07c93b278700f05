//! From a store into a file, from a file into a store, and whether two of them hold the same.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead, Seek, Write};

use super::book::{Book, Counts, Summary};
use super::text::{self, ArchiveError, ArchiveReader, Begun, Writer};
use super::{Archive, Mark, Reading, Record, RecordId, Standing};

/// How many records are read at once.
const PAGE: usize = 200;

/// How many records are taken at once at most: each batch is synced.
const BATCH: usize = 500;

/// How many bytes of text a batch has when it is taken, whatever its records.
const BATCH_BYTES: usize = 1024 * 1024;

/// Writes everything that `archive` keeps; behind what was `begun` with the same store, which nobody may have used since.
///
/// # Errors
///
/// [`ArchiveError::Unfinished`] for a store that holds half an installation; the file cannot be written, or the store does
/// not answer. What was written can be continued.
pub async fn export(
    archive: &dyn Archive,
    to: impl Write,
    begun: Option<Begun>,
    progress: &mut dyn FnMut(&Counts),
) -> Result<Summary, ArchiveError> {
    if let Standing::Unfinished(_) = archive.standing().await? {
        return Err(ArchiveError::Unfinished);
    }
    let mut writer = Writer::begin(to, begun)?;
    let mut pages = Pages::behind(archive.reading().await?, writer.book().last().cloned());
    while let Some(record) = pages.next().await? {
        writer.write(&record)?;
        progress(writer.book().counts());
    }
    writer.end()
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It reads the file, to see that it is whole.
    Reading,
    /// It puts what the file holds into the store.
    Taking,
    /// It reads the store, to see that it holds the same.
    Checking,
}

/// Reads a whole export, puts it into `archive`, and reads that again to see that it holds the same.
///
/// One that was interrupted is continued by the same file; until then the store is [`Standing::Unfinished`].
///
/// # Errors
///
/// [`ArchiveError::NotEmpty`], [`ArchiveError::OtherFile`], and whatever is wrong with the file: then nothing was taken.
pub async fn import(
    archive: &dyn Archive,
    mut from: impl BufRead + Seek,
    progress: &mut dyn FnMut(Stage, &Counts),
) -> Result<Summary, ArchiveError> {
    // Half a file is found before anything is taken from it.
    let begun = match archive.standing().await? {
        Standing::Empty => None,
        Standing::Filled => return Err(ArchiveError::NotEmpty),
        Standing::Unfinished(mark) => Some(mark),
    };
    let mut is_known = begun.is_none();
    let mut reader = ArchiveReader::open(&mut from)?;
    let start = reader.book().mark();
    loop {
        is_known |= begun == Some(reader.book().mark());
        if reader.record()?.is_none() {
            break;
        }
        progress(Stage::Reading, reader.book().counts());
    }
    let end = reader.summary().ok_or(ArchiveError::NotEqual)?;
    if !is_known {
        return Err(ArchiveError::OtherFile);
    }
    drop(reader);

    from.seek(io::SeekFrom::Start(0))?;
    let mut reader = ArchiveReader::open(&mut from)?;
    let mut mark = match begun {
        Some(mark) => mark,
        None => {
            take(archive, Vec::new(), None, Some(start)).await?;
            start
        }
    };
    while reader.book().mark() != mark && reader.record()?.is_some() {
        progress(Stage::Taking, reader.book().counts());
    }
    loop {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Some(record) = reader.record()? else {
                break;
            };
            bytes += size(&record);
            batch.push(record);
        }
        if batch.is_empty() {
            break;
        }
        let next = reader.book().mark();
        take(archive, batch, Some(mark), Some(next)).await?;
        mark = next;
        progress(Stage::Taking, reader.book().counts());
    }
    let mut checking = |counts: &Counts| progress(Stage::Checking, counts);
    if held(archive, &mut checking).await? != end {
        return Err(ArchiveError::NotEqual);
    }
    take(archive, Vec::new(), Some(mark), None).await?;
    Ok(end)
}

async fn take(
    archive: &dyn Archive,
    records: Vec<Record>,
    from: Option<Mark>,
    to: Option<Mark>,
) -> Result<(), ArchiveError> {
    match archive.take(records, from, to).await? {
        true => Ok(()),
        false => Err(ArchiveError::Overtaken),
    }
}

/// What a store comes to.
async fn held(
    archive: &dyn Archive,
    progress: &mut dyn FnMut(&Counts),
) -> Result<Summary, ArchiveError> {
    let mut pages = Pages::behind(archive.reading().await?, None);
    let mut book = text::book();
    while let Some(record) = pages.next().await? {
        note(&mut book, &record)?;
        progress(book.counts());
    }
    Ok(book.end().1)
}

fn note(book: &mut Book, record: &Record) -> Result<(), ArchiveError> {
    match book.write(record) {
        Some(_) => Ok(()),
        None => Err(ArchiveError::OutOfOrder { at: record.id() }),
    }
}

/// Whether two hold the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// They do, and this is what it comes to.
    Equal(Summary),
    /// They do not; the first of their differences.
    Different(Difference),
}

/// One thing that two stores do not have in common. Tells its name, never what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The second does not have it.
    OnlyInTheFirst(RecordId),
    /// The first does not have it.
    OnlyInTheSecond(RecordId),
    /// Both have it, and not the same.
    NotTheSame(RecordId),
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnlyInTheFirst(id) => write!(formatter, "{id} is only in the first"),
            Self::OnlyInTheSecond(id) => write!(formatter, "{id} is only in the second"),
            Self::NotTheSame(id) => write!(formatter, "{id} is not the same"),
        }
    }
}

/// One of two that are compared.
#[expect(missing_debug_implementations, reason = "a look, not a value")]
pub struct Source<'a>(From<'a>);

enum From<'a> {
    Store(Pages<'a>),
    File(Box<ArchiveReader<Box<dyn BufRead + Send + 'a>>>),
}

impl<'a> Source<'a> {
    /// What a store holds.
    ///
    /// # Errors
    ///
    /// [`ArchiveError::Unfinished`] for half an installation.
    pub async fn store(archive: &'a dyn Archive) -> Result<Self, ArchiveError> {
        if let Standing::Unfinished(_) = archive.standing().await? {
            return Err(ArchiveError::Unfinished);
        }
        let pages = Pages::behind(archive.reading().await?, None);
        Ok(Self(From::Store(pages)))
    }

    /// What an export holds.
    ///
    /// # Errors
    ///
    /// As [`ArchiveReader::open`].
    pub fn file(file: impl BufRead + Send + 'a) -> Result<Self, ArchiveError> {
        let reader = ArchiveReader::open(Box::new(file) as Box<dyn BufRead + Send>)?;
        Ok(Self(From::File(Box::new(reader))))
    }

    async fn next(&mut self) -> Result<Option<Record>, ArchiveError> {
        match &mut self.0 {
            From::Store(pages) => pages.next().await,
            From::File(reader) => reader.record(),
        }
    }
}

/// Goes through both up to their first difference.
///
/// # Errors
///
/// A file that is not as it was written, a store that does not answer.
pub async fn compare(
    mut first: Source<'_>,
    mut second: Source<'_>,
    progress: &mut dyn FnMut(&Counts),
) -> Result<Compared, ArchiveError> {
    let mut book = text::book();
    loop {
        let difference = match (first.next().await?, second.next().await?) {
            (None, None) => return Ok(Compared::Equal(book.end().1)),
            (Some(one), Some(other)) if one == other => {
                note(&mut book, &one)?;
                progress(book.counts());
                continue;
            }
            (Some(one), Some(other)) if one.id() == other.id() => Difference::NotTheSame(one.id()),
            (Some(one), other) if other.as_ref().is_none_or(|other| one.id() < other.id()) => {
                Difference::OnlyInTheFirst(one.id())
            }
            (_, Some(other)) => Difference::OnlyInTheSecond(other.id()),
            (Some(one), None) => Difference::OnlyInTheFirst(one.id()),
        };
        return Ok(Compared::Different(difference));
    }
}

/// A store's records, one after the other.
pub(super) struct Pages<'a> {
    reading: Box<dyn Reading + 'a>,
    page: VecDeque<Record>,
    last: Option<RecordId>,
}

impl<'a> Pages<'a> {
    pub(super) fn behind(reading: Box<dyn Reading + 'a>, last: Option<RecordId>) -> Self {
        Self {
            reading,
            page: VecDeque::new(),
            last,
        }
    }

    pub(super) async fn next(&mut self) -> Result<Option<Record>, ArchiveError> {
        if self.page.is_empty() {
            self.page = self.reading.page(self.last.as_ref(), PAGE).await?.into();
        }
        let record = self.page.pop_front();
        if let Some(record) = &record {
            self.last = Some(record.id());
        }
        Ok(record)
    }
}

/// About how many bytes of text a record has.
pub(super) fn size(record: &Record) -> usize {
    match record {
        Record::Row { kept, .. } => kept.snapshot.len(),
        Record::Entry(entry) => entry.facts.event.len() + 256,
        Record::Waiting(work) | Record::Dead(work) => work.body.len(),
        Record::Grant { grant, .. } => grant.subject.len() + grant.purpose.len(),
        Record::Key { value, .. } => value.len(),
    }
}
