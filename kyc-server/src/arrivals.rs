//! Files on their way in: what has come of them takes room in memory, so that whoever sends slowly takes little of it, and
//! keeps nobody from sending.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::places::{Full, Place, Places};

/// All that are on their way. A clone is about the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    places: Places,
    room: Arc<Semaphore>,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Arrival {
    _place: Place,
    room: Arc<Semaphore>,
    taken: Vec<OwnedSemaphorePermit>,
}

impl Arrivals {
    pub(crate) fn new() -> Self {
        Self::of(MOST, ROOM)
    }

    fn of(most: usize, room: usize) -> Self {
        Self {
            places: Places::new(most, MOST_PER_CALLER),
            room: Arc::new(Semaphore::new(room / STEP)),
        }
    }

    /// Begins one of this caller.
    pub(crate) fn begin(&self, caller: &str) -> Result<Arrival, Full> {
        Ok(Arrival {
            _place: self.places.take(caller)?,
            room: Arc::clone(&self.room),
            taken: Vec::new(),
        })
    }
}

impl Arrival {
    /// Takes room until so many bytes have some.
    pub(crate) fn reach(&mut self, bytes: usize) -> Result<(), Full> {
        while self.taken.len() * STEP < bytes {
            let step = Arc::clone(&self.room).try_acquire_owned();
            self.taken.push(step.map_err(|_| Full::ForAll)?);
        }
        Ok(())
    }
}

/// Far more than there is room for, unless they are slow.
const MOST: usize = 2_000;
const MOST_PER_CALLER: usize = 6;

/// As much as 128 of the largest images.
const ROOM: usize = 128 * 10 * 1024 * 1024;
const STEP: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_by_what_has_come_and_given_back() {
        let arrivals = Arrivals::of(10, 3 * STEP);
        let mut large = arrivals.begin("erika").unwrap();
        large.reach(2 * STEP).unwrap();
        // What has room needs no more.
        large.reach(STEP).unwrap();
        let mut small = arrivals.begin("ada").unwrap();
        small.reach(1).unwrap();
        small.reach(STEP).unwrap();
        assert_eq!(small.reach(STEP + 1), Err(Full::ForAll));
        drop(large);
        small.reach(3 * STEP).unwrap();
    }

    #[test]
    fn one_caller_has_few_at_once() {
        let arrivals = Arrivals::of(10, STEP);
        let few: Vec<_> = (0..MOST_PER_CALLER)
            .map(|_| arrivals.begin("erika").unwrap())
            .collect();
        assert_eq!(arrivals.begin("erika").unwrap_err(), Full::ForCaller);
        assert!(arrivals.begin("ada").is_ok());
        drop(few);
        assert!(arrivals.begin("erika").is_ok());
    }
}
