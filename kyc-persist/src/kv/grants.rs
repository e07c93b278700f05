//! Tokens and codes, found by hash, by subject and by expiry.

use kyc_core::Timestamp;
use kyc_core::journal::Hash;

use super::draft::{Draft, Read};
use super::{Engine, keys};
use crate::{Grant, StoreError};

/// How many grants one sweep forgets at most: a sweep is one transaction.
const LARGEST_SWEEP: usize = 1_000;

pub(super) fn put<E: Engine>(
    draft: &mut Draft<'_, E>,
    hash: &Hash,
    grant: &Grant,
) -> Result<(), StoreError> {
    forget(draft, hash)?;
    let value = serde_json::to_vec(grant).map_err(|error| StoreError::backend(E::NAME, error))?;
    draft.set(keys::grant(hash), value);
    draft.set(keys::of_subject(&grant.subject, hash), Vec::new());
    draft.set(keys::expiry(grant.expires_at, hash), Vec::new());
    Ok(())
}

pub(super) fn find<R: Read>(
    read: &R,
    hash: &Hash,
    now: Timestamp,
) -> Result<Option<Grant>, StoreError> {
    Ok(kept(read, hash)?.filter(|grant| grant.holds_at(now)))
}

pub(super) fn take<E: Engine>(
    draft: &mut Draft<'_, E>,
    hash: &Hash,
    now: Timestamp,
) -> Result<Option<Grant>, StoreError> {
    Ok(forget(draft, hash)?.filter(|grant| grant.holds_at(now)))
}

pub(super) fn revoke<E: Engine>(
    draft: &mut Draft<'_, E>,
    subject: &str,
) -> Result<usize, StoreError> {
    forget_all(draft, &keys::subject(subject), usize::MAX)
}

pub(super) fn sweep<E: Engine>(
    draft: &mut Draft<'_, E>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    forget_all(draft, &keys::expired_at(now), LARGEST_SWEEP)
}

fn forget_all<E: Engine>(
    draft: &mut Draft<'_, E>,
    range: &keys::Range,
    most: usize,
) -> Result<usize, StoreError> {
    let found: Vec<_> = draft
        .scan(range, false)
        .take(most)
        .collect::<Result<_, _>>()?;
    for (key, _) in &found {
        let hash = keys::hash_at_end(key).ok_or_else(|| Draft::<E>::corrupt("grant"))?;
        forget(draft, &hash)?;
    }
    Ok(found.len())
}

fn forget<E: Engine>(draft: &mut Draft<'_, E>, hash: &Hash) -> Result<Option<Grant>, StoreError> {
    let found = kept(draft, hash)?;
    if let Some(grant) = &found {
        draft.remove(keys::grant(hash));
        draft.remove(keys::of_subject(&grant.subject, hash));
        draft.remove(keys::expiry(grant.expires_at, hash));
    }
    Ok(found)
}

fn kept<R: Read>(read: &R, hash: &Hash) -> Result<Option<Grant>, StoreError> {
    read.get(&keys::grant(hash))?
        .map(|bytes| decode::<R>(&bytes))
        .transpose()
}

pub(super) fn decode<R: Read>(bytes: &[u8]) -> Result<Grant, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| R::corrupt("grant"))
}
