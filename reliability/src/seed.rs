//! Numbers without order, the same for the same seed.

use std::fmt;

/// What a run can be repeated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) const fn of(number: u64) -> Self {
        Self(number)
    }

    /// A seed of its own for that part of the run.
    pub(crate) fn part(self, name: &str) -> Self {
        let mixed = name
            .bytes()
            .fold(self.0, |mixed, byte| mix(mixed ^ u64::from(byte)));
        Self(mixed)
    }

    /// The number at that position.
    pub(crate) fn at(self, position: u64) -> u64 {
        mix(self
            .0
            .wrapping_add((position + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// The number at that position, below `end`.
    pub(crate) fn below(self, position: u64, end: usize) -> usize {
        (self.at(position) % end as u64) as usize
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// SplitMix64.
const fn mix(mut mixed: u64) -> u64 {
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
