//! How many may be somewhere at once: in all, and of one caller.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Places that are taken and given back.
#[derive(Clone, Debug)]
pub(crate) struct Places(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    taken: Mutex<HashMap<String, usize>>,
    most: usize,
    most_per_caller: usize,
}

/// Why there was no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// For nobody.
    ForAll,
    /// For this caller, who has enough.
    ForCaller,
}

impl Places {
    pub(crate) fn new(most: usize, most_per_caller: usize) -> Self {
        Self(Arc::new(Counts {
            taken: Mutex::default(),
            most,
            most_per_caller,
        }))
    }

    /// A place for this caller, until it is dropped.
    pub(crate) fn take(&self, caller: &str) -> Result<Place, Full> {
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = taken.values().sum();
        if all >= self.0.most {
            return Err(Full::ForAll);
        }
        if taken.get(caller).copied().unwrap_or_default() >= self.0.most_per_caller {
            return Err(Full::ForCaller);
        }
        *taken.entry(caller.to_owned()).or_default() += 1;
        Ok(Place {
            counts: Arc::clone(&self.0),
            caller: caller.to_owned(),
        })
    }
}

/// One place, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    counts: Arc<Counts>,
    caller: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = self.counts.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.caller) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.caller);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let places = Places::new(3, 2);
        let first = places.take("erika").unwrap();
        let _second = places.take("erika").unwrap();
        assert_eq!(places.take("erika").unwrap_err(), Full::ForCaller);
        let _third = places.take("ada").unwrap();
        assert_eq!(places.take("bob").unwrap_err(), Full::ForAll);
        drop(first);
        assert!(places.take("bob").is_ok());
        assert!(places.take("erika").is_ok());
    }
}
