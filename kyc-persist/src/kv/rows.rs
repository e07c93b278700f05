//! Rows, their journal and their listings.

use kyc_core::journal::{Entry, Hash};
use kyc_core::{Key, Timestamp};

use super::draft::{Draft, Read};
use super::{Engine, keys, outbox};
use crate::{
    Commit, Committed, Cursor, Expected, Kept, Listed, Order, Page, Query, Row, StoreError,
};

/// The first byte of a row; another layout gets another number.
const LAYOUT: u8 = 1;

/// The longest value of a row. What is longer goes on in parts: engines are at their best with small values.
const LONGEST_VALUE: usize = 16 * 1024;

pub(super) fn load<R: Read>(read: &R, row: &Row) -> Result<Option<Kept>, StoreError> {
    let Some(kept) = kept(read, row)? else {
        return Ok(None);
    };
    // Row and journal are written together; a torn commit would show here.
    match entry(read, row, kept.version)? {
        Some(newest) if newest.hash == kept.head => Ok(Some(kept)),
        _ => Err(R::corrupt("journal")),
    }
}

pub(super) fn recall<R: Read>(read: &R, row: &Row, key: &Key) -> Result<Option<Entry>, StoreError> {
    let Some(version) = read.get(&keys::key(row, key))? else {
        return Ok(None);
    };
    let version = version
        .try_into()
        .map(u32::from_be_bytes)
        .map_err(|_| R::corrupt("key"))?;
    entry(read, row, version)?
        .ok_or_else(|| R::corrupt("journal"))
        .map(Some)
}

/// `line` is the commit's entry, encoded: the one thread that writes is not kept busy with what others can do.
pub(super) fn commit<E: Engine>(
    draft: &mut Draft<'_, E>,
    commit: Commit,
    line: Vec<u8>,
) -> Result<Committed, StoreError> {
    let row = commit.row();
    let facts = &commit.entry.facts;
    if let Some(before) = recall(draft, &row, &facts.key)? {
        return Ok(Committed::Before(before));
    }
    let standing = kept(draft, &row)?;
    let found = standing.as_ref().map(|kept| kept.version);
    let expected = match commit.expected {
        Expected::Absent => None,
        Expected::At(version) => Some(version),
    };
    if found != expected {
        return Err(StoreError::Conflict { found });
    }
    if standing.as_ref().map_or(Hash::ZERO, |kept| kept.head) != commit.entry.prev {
        return Err(StoreError::OutOfOrder);
    }

    let place = Cursor {
        opened_at: standing.as_ref().map_or(facts.at, |kept| kept.opened_at),
        session: row.session.clone(),
    };
    let stays = standing.as_ref().is_some_and(|kept| kept.state == facts.to);
    match &standing {
        None => draft.set(keys::all(row.chart, &place), Vec::new()),
        Some(_) if stays => {}
        Some(kept) => draft.remove(keys::in_state(row.chart, &kept.state, &place)),
    }
    if !stays {
        draft.set(keys::in_state(row.chart, &facts.to, &place), Vec::new());
    }
    draft.set(
        keys::key(&row, &facts.key),
        facts.version.to_be_bytes().into(),
    );
    draft.set(keys::entry(&row, facts.version), line);
    outbox::put(draft, &row, facts.version, commit.outbox)?;
    let kept = Kept {
        version: facts.version,
        state: commit.entry.facts.to,
        snapshot: commit.snapshot,
        head: commit.entry.hash,
        opened_at: place.opened_at,
    };
    write(draft, &row, &kept)?;
    Ok(Committed::Now)
}

pub(super) fn journal<R: Read>(read: &R, row: &Row) -> Result<Vec<Entry>, StoreError> {
    read.scan(&keys::entries(row), false)
        .map(|pair| decode_entry::<R>(&pair?.1))
        .collect()
}

pub(super) fn list<R: Read>(read: &R, query: &Query) -> Result<Page, StoreError> {
    let range = keys::listing(query.chart, query.state.as_deref());
    let prefix = range.from.len();
    let backwards = query.order == Order::NewestFirst;
    let range = match &query.after {
        Some(place) if backwards => range.before(place),
        Some(place) => range.behind(place),
        None => range,
    };
    let rows = read
        .scan(&range, backwards)
        .take(query.limit() + 1)
        .map(|pair| {
            let place =
                keys::place_at_end(&pair?.0, prefix).ok_or_else(|| R::corrupt("listing"))?;
            let row = Row {
                session: place.session.clone(),
                chart: query.chart,
            };
            let listed = match kept(read, &row) {
                Ok(Some(kept)) => Ok(Listed { row, kept }),
                Ok(None) | Err(StoreError::Corrupt { .. }) => Err(row),
                Err(error) => return Err(error),
            };
            Ok((place, listed))
        })
        .collect::<Result<_, _>>()?;
    Ok(Page::cut(rows, query.limit()))
}

/// Keeps a row that came from another store, and its place in the listings.
pub(super) fn restore<E: Engine>(
    draft: &mut Draft<'_, E>,
    row: &Row,
    kept: &Kept,
) -> Result<(), StoreError> {
    let place = Cursor {
        opened_at: kept.opened_at,
        session: row.session.clone(),
    };
    draft.set(keys::all(row.chart, &place), Vec::new());
    draft.set(keys::in_state(row.chart, &kept.state, &place), Vec::new());
    write(draft, row, kept)
}

/// Keeps a line of the journal that came from another store.
pub(super) fn restore_entry<E: Engine>(
    draft: &mut Draft<'_, E>,
    entry: &Entry,
) -> Result<(), StoreError> {
    let facts = &entry.facts;
    let row = Row {
        session: facts.session.clone(),
        chart: facts.chart,
    };
    let version = facts.version.to_be_bytes();
    draft.set(keys::key(&row, &facts.key), version.into());
    draft.set(keys::entry(&row, facts.version), encode_entry::<E>(entry)?);
    Ok(())
}

pub(super) fn kept<R: Read>(read: &R, row: &Row) -> Result<Option<Kept>, StoreError> {
    let Some(mut bytes) = read.get(&keys::row(row))? else {
        return Ok(None);
    };
    for number in 0..parts(&bytes) {
        let part = read.get(&keys::part(row, number))?;
        bytes.extend(part.ok_or_else(|| R::corrupt("row"))?);
    }
    decode(&bytes).ok_or_else(|| R::corrupt("row")).map(Some)
}

/// Writes a row in as many parts as it needs, and removes those it needs no longer.
fn write<E: Engine>(draft: &mut Draft<'_, E>, row: &Row, kept: &Kept) -> Result<(), StoreError> {
    let before = draft.get(&keys::row(row))?.map_or(0, |bytes| parts(&bytes));
    let bytes = encode(kept)?;
    let mut values = bytes.chunks(LONGEST_VALUE);
    draft.set(keys::row(row), values.next().unwrap_or_default().into());
    for (number, value) in (0..).zip(values) {
        draft.set(keys::part(row, number), value.into());
    }
    for number in parts(&bytes)..before {
        draft.remove(keys::part(row, number));
    }
    Ok(())
}

/// In how many parts a row goes on behind its first value.
fn parts(bytes: &[u8]) -> u8 {
    bytes.get(1).copied().unwrap_or_default()
}

fn entry<R: Read>(read: &R, row: &Row, version: u32) -> Result<Option<Entry>, StoreError> {
    read.get(&keys::entry(row, version))?
        .map(|bytes| decode_entry::<R>(&bytes))
        .transpose()
}

pub(super) fn encode_entry<R: Engine>(entry: &Entry) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(entry).map_err(|error| StoreError::backend(R::NAME, error))
}

pub(super) fn decode_entry<R: Read>(bytes: &[u8]) -> Result<Entry, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| R::corrupt("journal"))
}

fn encode(kept: &Kept) -> Result<Vec<u8>, StoreError> {
    // Longer states were refused before.
    let state = u16::try_from(kept.state.len()).unwrap_or(u16::MAX);
    let mut bytes = [
        &[LAYOUT, 0][..],
        &kept.version.to_be_bytes(),
        &kept.opened_at.as_millis().to_be_bytes(),
        kept.head.as_bytes(),
        &state.to_be_bytes(),
        kept.state.as_bytes(),
        kept.snapshot.as_bytes(),
    ]
    .concat();
    bytes[1] = u8::try_from(bytes.len().div_ceil(LONGEST_VALUE) - 1)
        .map_err(|_| StoreError::TooLarge { what: "snapshot" })?;
    Ok(bytes)
}

fn decode(bytes: &[u8]) -> Option<Kept> {
    let (&[LAYOUT, _], bytes) = bytes.split_first_chunk()? else {
        return None;
    };
    let (version, bytes) = bytes.split_first_chunk()?;
    let (opened_at, bytes) = bytes.split_first_chunk()?;
    let (head, bytes) = bytes.split_first_chunk()?;
    let (state, bytes) = bytes.split_first_chunk()?;
    let (state, snapshot) = bytes.split_at_checked(u16::from_be_bytes(*state).into())?;
    Some(Kept {
        version: u32::from_be_bytes(*version),
        state: String::from_utf8(state.into()).ok()?,
        snapshot: String::from_utf8(snapshot.into()).ok()?,
        head: Hash::from_bytes(*head),
        opened_at: Timestamp::from_millis(u64::from_be_bytes(*opened_at)),
    })
}
