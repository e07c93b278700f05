//! What is waiting, what is due, and what was given up.

use kyc_core::Timestamp;

use super::draft::{Draft, Read};
use super::{Engine, keys};
use crate::archive::Work;
use crate::outbox::put_back;
use crate::{
    LONGEST_PAGE, Lease, Outbound, OutboundId, Outgoing, OutgoingKind, Receiver, Row, Settled,
    StoreError,
};

/// The first byte of what is waiting; another layout gets another number.
const LAYOUT: u8 = 1;

struct Waiting {
    kind: OutgoingKind,
    due_at: Timestamp,
    fence: u32,
    leased_until: Option<Timestamp>,
    body: String,
}

impl Waiting {
    fn available_at(&self) -> Timestamp {
        self.due_at.max(self.leased_until.unwrap_or_default())
    }

    /// Where it lies while it may be leased.
    fn due(&self, id: &OutboundId) -> Vec<u8> {
        keys::due(self.kind, self.available_at(), id)
    }

    fn into_outbound(self, id: OutboundId) -> Outbound {
        Outbound {
            lease: Lease {
                id,
                fence: self.fence,
            },
            kind: self.kind,
            body: self.body,
            due_at: self.due_at,
        }
    }
}

/// Lets work wait that leaves with a commit.
pub(super) fn put<E: Engine>(
    draft: &mut Draft<'_, E>,
    row: &Row,
    version: u32,
    outbox: Vec<Outgoing>,
) -> Result<(), StoreError> {
    for (index, outgoing) in (0..).zip(outbox) {
        let id = OutboundId {
            row: row.clone(),
            version,
            index,
        };
        let waiting = Waiting {
            kind: outgoing.kind,
            due_at: outgoing.due_at,
            fence: 0,
            leased_until: None,
            body: outgoing.body,
        };
        if first_in_line(draft, row, waiting.kind)?.is_none() {
            draft.set(waiting.due(&id), Vec::new());
        }
        draft.set(keys::outbox(keys::OUTBOX, &id), encode(&waiting));
    }
    Ok(())
}

pub(super) fn is_anything_due<R: Read>(
    read: &R,
    receiver: Option<Receiver>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let due = keys::due_until(receiver, now);
    let first = read.scan(&due, false).next().transpose()?;
    Ok(first.is_some())
}

pub(super) fn lease<E: Engine>(
    draft: &mut Draft<'_, E>,
    receiver: Option<Receiver>,
    now: Timestamp,
    until: Timestamp,
    limit: usize,
) -> Result<Vec<Outbound>, StoreError> {
    let range = keys::due_until(receiver, now);
    let due: Vec<_> = draft
        .scan(&range, false)
        .take(limit.min(LONGEST_PAGE))
        .collect::<Result<_, _>>()?;
    due.into_iter()
        .map(|(due, _)| {
            let id = keys::id_in_due(&due).ok_or_else(|| Draft::<E>::corrupt("due"))?;
            let mut waiting = waiting(draft, &id)?.ok_or_else(|| Draft::<E>::corrupt("outbox"))?;
            waiting.fence = waiting.fence.saturating_add(1);
            waiting.leased_until = Some(until);
            draft.remove(due);
            draft.set(waiting.due(&id), Vec::new());
            draft.set(keys::outbox(keys::OUTBOX, &id), encode(&waiting));
            Ok(waiting.into_outbound(id))
        })
        .collect()
}

pub(super) fn settle<E: Engine>(
    draft: &mut Draft<'_, E>,
    lease: &Lease,
    settled: Settled,
) -> Result<(), StoreError> {
    let id = &lease.id;
    let mut waiting = waiting(draft, id)?
        .filter(|waiting| waiting.fence == lease.fence && waiting.leased_until.is_some())
        .ok_or(StoreError::LeaseLost)?;
    draft.remove(waiting.due(id));
    waiting.leased_until = None;
    if let Settled::Again(at) = settled {
        waiting.due_at = at;
        // One that was given up and put back may stand before it by now.
        let first = first_in_line(draft, &id.row, waiting.kind)?;
        if first.is_none_or(|(first, _)| first == *id) {
            draft.set(waiting.due(id), Vec::new());
        }
        draft.set(keys::outbox(keys::OUTBOX, id), encode(&waiting));
        return Ok(());
    }
    draft.remove(keys::outbox(keys::OUTBOX, id));
    if settled == Settled::Dead {
        draft.set(keys::outbox(keys::DEAD, id), encode(&waiting));
    }
    if let Some((next, waiting)) = first_in_line(draft, &id.row, waiting.kind)? {
        draft.set(waiting.due(&next), Vec::new());
    }
    Ok(())
}

pub(super) fn dead<R: Read>(
    read: &R,
    from: Option<&OutboundId>,
    limit: usize,
) -> Result<Vec<Outbound>, StoreError> {
    let range = match from {
        Some(from) => keys::table(keys::DEAD).starting_at(keys::outbox(keys::DEAD, from)),
        None => keys::table(keys::DEAD),
    };
    read.scan(&range, false)
        .take(limit.min(LONGEST_PAGE))
        .map(|pair| {
            let (id, waiting) = decode_pair::<R>(&pair?)?;
            Ok(waiting.into_outbound(id))
        })
        .collect()
}

/// Puts back what was given up. What keeps an order takes its place before those behind it, which wait for it again.
pub(super) fn retry<E: Engine>(
    draft: &mut Draft<'_, E>,
    id: &OutboundId,
    due_at: Timestamp,
) -> Result<bool, StoreError> {
    let Some(bytes) = draft.get(&keys::outbox(keys::DEAD, id))? else {
        return Ok(false);
    };
    let mut waiting = decode(&bytes).ok_or_else(|| Draft::<E>::corrupt("outbox"))?;
    waiting.fence = put_back(waiting.fence);
    waiting.due_at = due_at;
    let mut is_first = true;
    if let Some((first, other)) = first_in_line(draft, &id.row, waiting.kind)? {
        is_first = *id < first;
        if is_first {
            draft.remove(other.due(&first));
        }
    }
    if is_first {
        draft.set(waiting.due(id), Vec::new());
    }
    draft.remove(keys::outbox(keys::DEAD, id));
    draft.set(keys::outbox(keys::OUTBOX, id), encode(&waiting));
    Ok(true)
}

/// What waits or was given up under this pair, whoever has it.
pub(super) fn work<R: Read>(pair: &super::Pair) -> Result<Work, StoreError> {
    let (id, waiting) = decode_pair::<R>(pair)?;
    Ok(Work {
        id,
        kind: waiting.kind,
        body: waiting.body,
        due_at: waiting.due_at,
        fence: waiting.fence,
        leased_until: waiting.leased_until,
    })
}

/// Keeps what came from another store, after all that stands before it.
pub(super) fn restore<E: Engine>(
    draft: &mut Draft<'_, E>,
    table: u8,
    work: Work,
) -> Result<(), StoreError> {
    let id = work.id;
    let waiting = Waiting {
        kind: work.kind,
        due_at: work.due_at,
        fence: work.fence,
        leased_until: work.leased_until,
        body: work.body,
    };
    if table == keys::OUTBOX && first_in_line(draft, &id.row, waiting.kind)?.is_none() {
        draft.set(waiting.due(&id), Vec::new());
    }
    draft.set(keys::outbox(table, &id), encode(&waiting));
    Ok(())
}

fn waiting<R: Read>(read: &R, id: &OutboundId) -> Result<Option<Waiting>, StoreError> {
    read.get(&keys::outbox(keys::OUTBOX, id))?
        .map(|bytes| decode(&bytes).ok_or_else(|| R::corrupt("outbox")))
        .transpose()
}

/// What all others of that kind wait for in this row: the first effect, or the first notice to one receiver. Nothing waits
/// for a timer.
fn first_in_line<R: Read>(
    read: &R,
    row: &Row,
    kind: OutgoingKind,
) -> Result<Option<(OutboundId, Waiting)>, StoreError> {
    if kind == OutgoingKind::Timer {
        return Ok(None);
    }
    read.scan(&keys::outbox_of(row), false)
        .map(|pair| decode_pair::<R>(&pair?))
        .find(|found| {
            found
                .as_ref()
                .map_or(true, |(_, waiting)| waiting.kind == kind)
        })
        .transpose()
}

fn decode_pair<R: Read>((key, value): &super::Pair) -> Result<(OutboundId, Waiting), StoreError> {
    keys::id_in_outbox(key)
        .zip(decode(value))
        .ok_or_else(|| R::corrupt("outbox"))
}

fn encode(waiting: &Waiting) -> Vec<u8> {
    let (kind, receiver) = match waiting.kind {
        OutgoingKind::Effect => (b'e', None),
        OutgoingKind::Timer => (b't', None),
        OutgoingKind::Notice(Receiver(number)) => (b'n', Some(number.to_be_bytes())),
    };
    let leased_until = waiting.leased_until.unwrap_or_default();
    [
        &[LAYOUT, kind][..],
        receiver.as_ref().map_or(&[], |number| &number[..]),
        &waiting.due_at.as_millis().to_be_bytes(),
        &waiting.fence.to_be_bytes(),
        &[u8::from(waiting.leased_until.is_some())],
        &leased_until.as_millis().to_be_bytes(),
        waiting.body.as_bytes(),
    ]
    .concat()
}

fn decode(bytes: &[u8]) -> Option<Waiting> {
    let (&[LAYOUT, kind], bytes) = bytes.split_first_chunk()? else {
        return None;
    };
    let (kind, bytes) = match kind {
        b'e' => (OutgoingKind::Effect, bytes),
        b't' => (OutgoingKind::Timer, bytes),
        b'n' => {
            let (number, bytes) = bytes.split_first_chunk()?;
            let receiver = Receiver(u32::from_be_bytes(*number));
            (OutgoingKind::Notice(receiver), bytes)
        }
        _ => return None,
    };
    let (due_at, bytes) = bytes.split_first_chunk()?;
    let (fence, bytes) = bytes.split_first_chunk()?;
    let (&[leased], bytes) = bytes.split_first_chunk()?;
    let (leased_until, body) = bytes.split_first_chunk()?;
    let leased_until = Timestamp::from_millis(u64::from_be_bytes(*leased_until));
    Some(Waiting {
        kind,
        due_at: Timestamp::from_millis(u64::from_be_bytes(*due_at)),
        fence: u32::from_be_bytes(*fence),
        leased_until: match leased {
            0 => None,
            1 => Some(leased_until),
            _ => return None,
        },
        body: String::from_utf8(body.into()).ok()?,
    })
}
