//! Pairs with changes over them, in order.

use std::cmp::Ordering;
use std::iter::Peekable;

use super::{Change, Pair};
use crate::StoreError;

/// What is kept, as if it were changed. Both come in the order of their keys, or both backwards.
pub(crate) fn merged<C, K>(changed: C, kept: K, backwards: bool) -> Merged<C, K>
where
    C: Iterator<Item = Change>,
    K: Iterator<Item = Result<Pair, StoreError>>,
{
    Merged {
        changed: changed.peekable(),
        kept: kept.peekable(),
        backwards,
    }
}

/// An iterator over what [`merged`] joins.
pub(crate) struct Merged<C: Iterator, K: Iterator> {
    changed: Peekable<C>,
    kept: Peekable<K>,
    backwards: bool,
}

impl<C, K> Iterator for Merged<C, K>
where
    C: Iterator<Item = Change>,
    K: Iterator<Item = Result<Pair, StoreError>>,
{
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let nearer = match (self.changed.peek(), self.kept.peek()) {
                (Some((changed, _)), Some(Ok((kept, _)))) if self.backwards => kept.cmp(changed),
                (Some((changed, _)), Some(Ok((kept, _)))) => changed.cmp(kept),
                (Some(_), None) => Ordering::Less,
                (_, _) => Ordering::Greater,
            };
            if nearer.is_gt() {
                return self.kept.next();
            }
            if nearer.is_eq() {
                self.kept.next();
            }
            if let Some((key, Some(value))) = self.changed.next() {
                return Some(Ok((key, value)));
            }
        }
    }
}
