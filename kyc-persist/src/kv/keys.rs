//! How names and numbers are spelled in keys.

use kyc_core::journal::{ChartName, Hash};
use kyc_core::{Key, SessionId, Timestamp};

use crate::{Cursor, OutboundId, OutgoingKind, Receiver, Row};

pub(super) const ROW: u8 = b'r';
pub(super) const JOURNAL: u8 = b'j';
pub(super) const OUTBOX: u8 = b'o';
pub(super) const DEAD: u8 = b'x';
pub(super) const GRANT: u8 = b'g';
pub(super) const VAULT: u8 = b'v';
const PART: u8 = b'p';
const KEY: u8 = b'k';
const DUE: u8 = b'd';
const NOTICE_DUE: u8 = b'n';
const ALL: u8 = b'a';
const IN_STATE: u8 = b's';
const OF_SUBJECT: u8 = b'u';
const EXPIRY: u8 = b'e';
const IMPORT: u8 = b'i';

/// How much the engine has of its log.
pub(super) const LOG: &[u8] = b"l";

pub(super) fn row(row: &Row) -> Vec<u8> {
    under(ROW, row)
}

/// The part of a row that did not fit into the value before.
pub(super) fn part(row: &Row, number: u8) -> Vec<u8> {
    joined(&[&under(PART, row), &[number]])
}

pub(super) fn entry(row: &Row, version: u32) -> Vec<u8> {
    joined(&[&under(JOURNAL, row), &version.to_be_bytes()])
}

pub(super) fn entries(row: &Row) -> Range {
    Range::of(under(JOURNAL, row))
}

pub(super) fn key(row: &Row, key: &Key) -> Vec<u8> {
    joined(&[&under(KEY, row), key.as_str().as_bytes()])
}

/// How far an import has come.
pub(super) fn import() -> Vec<u8> {
    vec![IMPORT]
}

/// All there is.
pub(super) fn everything() -> Range {
    Range {
        from: Vec::new(),
        to: vec![u8::MAX],
    }
}

pub(super) fn outbox(table: u8, id: &OutboundId) -> Vec<u8> {
    joined(&[&[table], &named(id)])
}

pub(super) fn outbox_of(row: &Row) -> Range {
    Range::of(under(OUTBOX, row))
}

pub(super) fn table(table: u8) -> Range {
    Range::of(vec![table])
}

pub(super) fn due(kind: OutgoingKind, at: Timestamp, id: &OutboundId) -> Vec<u8> {
    joined(&[&queue(kind), &moment(at), &named(id)])
}

/// Every effect and timer that is due at `now`, or with a receiver every notice to it.
pub(super) fn due_until(receiver: Option<Receiver>, now: Timestamp) -> Range {
    let queue = queue(receiver.map_or(OutgoingKind::Effect, OutgoingKind::Notice));
    match now.as_millis().checked_add(1) {
        Some(next) => Range {
            to: joined(&[&queue, &next.to_be_bytes()]),
            from: queue,
        },
        None => Range::of(queue),
    }
}

/// What a queue's keys begin with.
fn queue(kind: OutgoingKind) -> Vec<u8> {
    match kind {
        OutgoingKind::Effect | OutgoingKind::Timer => vec![DUE],
        OutgoingKind::Notice(Receiver(number)) => joined(&[&[NOTICE_DUE], &number.to_be_bytes()]),
    }
}

pub(super) fn all(chart: ChartName, place: &Cursor) -> Vec<u8> {
    joined(&[&[ALL, letter(chart)], &placed(place)])
}

pub(super) fn in_state(chart: ChartName, state: &str, place: &Cursor) -> Vec<u8> {
    joined(&[&state_prefix(chart, state), &placed(place)])
}

/// The rows of one chart, and if given of one state, in the order in which they were opened.
pub(super) fn listing(chart: ChartName, state: Option<&str>) -> Range {
    Range::of(match state {
        Some(state) => state_prefix(chart, state),
        None => vec![ALL, letter(chart)],
    })
}

pub(super) fn grant(hash: &Hash) -> Vec<u8> {
    joined(&[&[GRANT], hash.as_bytes()])
}

pub(super) fn of_subject(subject: &str, hash: &Hash) -> Vec<u8> {
    joined(&[&subject_prefix(subject), hash.as_bytes()])
}

pub(super) fn subject(subject: &str) -> Range {
    Range::of(subject_prefix(subject))
}

pub(super) fn expiry(at: Timestamp, hash: &Hash) -> Vec<u8> {
    joined(&[&[EXPIRY], &moment(at), hash.as_bytes()])
}

/// Every grant that holds no longer at `now`.
pub(super) fn expired_at(now: Timestamp) -> Range {
    Range {
        from: vec![EXPIRY],
        to: after_moment(EXPIRY, now),
    }
}

/// Where something lies in the vault.
pub(super) fn vault(name: &str) -> Vec<u8> {
    joined(&[&[VAULT], name.as_bytes()])
}

/// The names in the vault that begin with `prefix`, behind `after`.
pub(super) fn vault_behind(prefix: &str, after: Option<&str>) -> Range {
    let range = Range::of(vault(prefix));
    match after {
        Some(after) => Range {
            from: range.from.max(joined(&[&vault(after), &[0]])),
            ..range
        },
        None => range,
    }
}

pub(super) fn name_in_vault(key: &[u8]) -> Option<String> {
    String::from_utf8(key.get(1..)?.into()).ok()
}

/// The hash a key ends with.
pub(super) fn hash_at_end(key: &[u8]) -> Option<Hash> {
    key.last_chunk().copied().map(Hash::from_bytes)
}

/// The place a key of a listing ends with, whose prefix was `prefix` bytes long.
pub(super) fn place_at_end(key: &[u8], prefix: usize) -> Option<Cursor> {
    let (opened_at, session) = key.get(prefix..)?.split_first_chunk()?;
    Some(Cursor {
        opened_at: Timestamp::from_millis(u64::from_be_bytes(*opened_at)),
        session: name(session)?,
    })
}

/// The row in its key.
pub(super) fn row_in(key: &[u8]) -> Option<Row> {
    row_of(key.get(1..)?)
}

/// The name in a key of the outbox or of the dead.
pub(super) fn id_in_outbox(key: &[u8]) -> Option<OutboundId> {
    id(key.get(1..)?)
}

/// The name in a key of what is due.
pub(super) fn id_in_due(key: &[u8]) -> Option<OutboundId> {
    let queue = match key.first()? {
        &NOTICE_DUE => 5,
        _ => 1,
    };
    id(key.get(queue + 8..)?)
}

/// All keys with one beginning, or a part of them.
#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) from: Vec<u8>,
    pub(super) to: Vec<u8>,
}

impl Range {
    fn of(prefix: Vec<u8>) -> Self {
        // Every prefix here starts with a letter, so there is always a byte to raise.
        let mut to = prefix.clone();
        while let Some(last) = to.pop() {
            if let Some(raised) = last.checked_add(1) {
                to.push(raised);
                break;
            }
        }
        Self { from: prefix, to }
    }

    /// Only what does not lie before `key`.
    pub(super) fn starting_at(self, key: Vec<u8>) -> Self {
        Self {
            from: self.from.max(key),
            ..self
        }
    }

    /// Only what lies behind `place` when read forwards.
    pub(super) fn behind(self, place: &Cursor) -> Self {
        let mut from = joined(&[&self.from, &placed(place)]);
        from.push(0);
        Self { from, ..self }
    }

    /// Only what lies behind `place` when read backwards.
    pub(super) fn before(self, place: &Cursor) -> Self {
        Self {
            to: joined(&[&self.from, &placed(place)]),
            ..self
        }
    }
}

fn under(table: u8, row: &Row) -> Vec<u8> {
    joined(&[
        &[table],
        row.session.as_str().as_bytes(),
        &[0, letter(row.chart)],
    ])
}

fn named(id: &OutboundId) -> Vec<u8> {
    let row = under(ROW, &id.row);
    joined(&[
        &row[1..],
        &id.version.to_be_bytes(),
        &id.index.to_be_bytes(),
    ])
}

fn id(bytes: &[u8]) -> Option<OutboundId> {
    let (bytes, index) = bytes.split_last_chunk()?;
    let (bytes, version) = bytes.split_last_chunk()?;
    Some(OutboundId {
        row: row_of(bytes)?,
        version: u32::from_be_bytes(*version),
        index: u16::from_be_bytes(*index),
    })
}

fn row_of(bytes: &[u8]) -> Option<Row> {
    let (session, [0, chart]) = bytes.split_last_chunk()? else {
        return None;
    };
    Some(Row {
        session: name(session)?,
        chart: chart_of(*chart)?,
    })
}

fn placed(place: &Cursor) -> Vec<u8> {
    joined(&[&moment(place.opened_at), place.session.as_str().as_bytes()])
}

fn state_prefix(chart: ChartName, state: &str) -> Vec<u8> {
    joined(&[&[IN_STATE, letter(chart)], &counted(state)])
}

fn subject_prefix(subject: &str) -> Vec<u8> {
    joined(&[&[OF_SUBJECT], &counted(subject)])
}

/// Text with its length in front, so that no text is the beginning of another. Longer text was refused before.
fn counted(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    joined(&[&length.to_be_bytes(), text.as_bytes()])
}

const fn moment(at: Timestamp) -> [u8; 8] {
    at.as_millis().to_be_bytes()
}

fn after_moment(table: u8, at: Timestamp) -> Vec<u8> {
    match at.as_millis().checked_add(1) {
        Some(next) => joined(&[&[table], &next.to_be_bytes()]),
        None => vec![table + 1],
    }
}

const fn letter(chart: ChartName) -> u8 {
    match chart {
        ChartName::Collection => b'c',
        ChartName::Review => b'r',
    }
}

const fn chart_of(letter: u8) -> Option<ChartName> {
    match letter {
        b'c' => Some(ChartName::Collection),
        b'r' => Some(ChartName::Review),
        _ => None,
    }
}

fn name(bytes: &[u8]) -> Option<SessionId> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(session: &str, version: u32, index: u16) -> OutboundId {
        OutboundId {
            row: Row::review(session.parse().unwrap()),
            version,
            index,
        }
    }

    #[test]
    fn a_name_is_read_back_from_every_key_it_is_in() {
        let id = id_of("s-1", 7, 3);
        assert_eq!(id_in_outbox(&outbox(DEAD, &id)), Some(id.clone()));
        for kind in [
            OutgoingKind::Timer,
            OutgoingKind::Notice(Receiver(u32::MAX)),
        ] {
            let due = due(kind, Timestamp::from_millis(9), &id);
            assert_eq!(id_in_due(&due), Some(id.clone()));
        }
        let place = Cursor {
            opened_at: Timestamp::from_millis(u64::MAX),
            session: "s-1".parse().unwrap(),
        };
        let range = listing(ChartName::Review, Some("in_review"));
        let key = in_state(ChartName::Review, "in_review", &place);
        assert_eq!(place_at_end(&key, range.from.len()), Some(place));
    }

    #[test]
    fn keys_sort_as_the_names_in_them() {
        let mut ids = [
            id_of("a", 1, 0),
            id_of("a", 1, 1),
            id_of("a", 256, 0),
            id_of("a-b", 0, 0),
            id_of("ab", 0, 0),
            id_of("b", 0, 0),
        ];
        let sorted = ids.clone();
        ids.sort_by_key(|id| outbox(OUTBOX, id));
        assert_eq!(ids, sorted);
        ids.sort();
        assert_eq!(ids, sorted);
    }

    #[test]
    fn a_range_holds_its_row_and_no_other() {
        let range = entries(&Row::review("a".parse().unwrap()));
        let holds = |session: &str, version| {
            let key = entry(&Row::review(session.parse().unwrap()), version);
            range.from <= key && key < range.to
        };
        assert!(holds("a", 0) && holds("a", u32::MAX));
        assert!(!holds("a-", 0) && !holds("A", 0) && !holds("aa", 0));
    }

    #[test]
    fn damaged_keys_have_no_name() {
        for bytes in [
            &b""[..],
            b"o",
            b"os-1",
            b"os-1\0z0000\0\0",
            b"d00000000",
            b"n0000",
        ] {
            assert_eq!(id_in_outbox(bytes), None);
            assert_eq!(id_in_due(bytes), None);
        }
    }
}
