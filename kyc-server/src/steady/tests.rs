use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

const BEGINNING: u64 = 1_795_219_200_000;
const MINUTE: u64 = 60_000;
const WEEK: u64 = 7 * 24 * HOUR;
const YEAR: u64 = 365 * 24 * HOUR;

/// A machine whose clock can be set wrong.
struct Machine {
    says: Arc<AtomicU64>,
    passed: Arc<AtomicU64>,
    clock: SteadyClock,
}

impl Machine {
    fn new() -> Self {
        let says = Arc::new(AtomicU64::new(BEGINNING));
        let passed = Arc::new(AtomicU64::new(0));
        let (told, counted) = (says.clone(), passed.clone());
        let wall = Clock::of(move || Timestamp::from_millis(told.load(Ordering::SeqCst)));
        let clock = SteadyClock::of(wall, move || {
            Duration::from_millis(counted.load(Ordering::SeqCst))
        });
        Self {
            says,
            passed,
            clock,
        }
    }

    /// Started when that was known, with a clock that says what it says.
    fn started(known: u64, says: u64) -> Self {
        let machine = Self::new();
        machine.says.store(says, Ordering::SeqCst);
        machine.clock.begin(Timestamp::from_millis(known));
        machine
    }

    fn pass(&self, millis: u64) {
        self.says.fetch_add(millis, Ordering::SeqCst);
        self.passed.fetch_add(millis, Ordering::SeqCst);
    }

    fn set_ahead(&self, millis: u64) {
        self.says.fetch_add(millis, Ordering::SeqCst);
    }

    fn set_back(&self, millis: u64) {
        self.says.fetch_sub(millis, Ordering::SeqCst);
    }

    /// What is told, counted from the beginning.
    fn told(&self) -> u64 {
        self.clock.now().as_millis() - BEGINNING
    }
}

#[test]
fn a_clock_that_goes_as_time_passes_is_believed_however_long() {
    let machine = Machine::new();
    for hour in 1..=1_000 {
        machine.pass(HOUR);
        assert_eq!(machine.told(), hour * HOUR);
    }
    machine.pass(YEAR);
    assert_eq!(machine.told(), 1_000 * HOUR + YEAR);
    assert_eq!(machine.clock.standing(), Standing::Right);
}

#[test]
fn a_leap_ahead_is_not_told_to_anybody_and_time_goes_on() {
    let machine = Machine::new();
    machine.pass(MINUTE);
    machine.set_ahead(YEAR);
    assert_eq!(machine.told(), MINUTE);
    machine.pass(MINUTE);
    assert_eq!(machine.told(), 2 * MINUTE);
    assert_eq!(machine.clock.standing(), Standing::Ahead);
    machine.set_back(YEAR);
    machine.pass(MINUTE);
    assert_eq!(machine.told(), 3 * MINUTE);
    assert_eq!(machine.clock.standing(), Standing::Right);
}

#[test]
fn a_clock_that_is_corrected_by_little_is_believed_and_many_leaps_do_not_add_up() {
    let machine = Machine::new();
    machine.set_ahead(HOUR);
    assert_eq!(machine.told(), HOUR);
    machine.set_ahead(MINUTE);
    assert_eq!(machine.told(), 0);
    assert_eq!(machine.clock.standing(), Standing::Ahead);
}

#[test]
fn a_leap_that_stays_for_three_days_is_believed_and_one_that_leaps_again_waits_anew() {
    let machine = Machine::new();
    machine.set_ahead(YEAR);
    machine.told();
    machine.pass(2 * 24 * HOUR);
    assert_eq!(machine.told(), 2 * 24 * HOUR);
    machine.set_ahead(YEAR);
    machine.told();
    machine.pass(3 * 24 * HOUR - 1);
    assert_eq!(machine.told(), 5 * 24 * HOUR - 1);
    machine.pass(1);
    assert_eq!(machine.told(), 2 * YEAR + 5 * 24 * HOUR);
    assert_eq!(machine.clock.standing(), Standing::Right);
}

#[test]
fn what_came_back_meanwhile_has_not_stayed() {
    let machine = Machine::new();
    for _ in 0..10 {
        machine.set_ahead(YEAR);
        machine.told();
        machine.pass(24 * HOUR);
        assert_eq!(machine.clock.standing(), Standing::Ahead);
        machine.set_back(YEAR);
        assert_eq!(machine.clock.standing(), Standing::Right);
    }
    assert_eq!(machine.told(), 10 * 24 * HOUR);
}

#[test]
fn a_server_that_was_off_for_a_weekend_goes_on_and_after_a_year_it_asks() {
    let weekend = Machine::started(BEGINNING, BEGINNING + OFF);
    assert_eq!(weekend.told(), OFF);
    let year = Machine::started(BEGINNING, BEGINNING + YEAR);
    assert_eq!(year.told(), 0);
    assert_eq!(year.clock.standing(), Standing::Ahead);
    year.pass(3 * 24 * HOUR);
    assert_eq!(year.told(), YEAR + 3 * 24 * HOUR);
}

#[test]
fn the_word_of_another_server_that_runs_beside_it_is_enough() {
    let machine = Machine::new();
    // It was paused for a week and noticed nothing.
    machine.set_ahead(WEEK);
    assert_eq!(machine.told(), 0);
    let beside = BEGINNING + WEEK - 5 * MINUTE;
    machine.clock.hear(Timestamp::from_millis(beside));
    assert_eq!(machine.told(), WEEK);
    assert_eq!(machine.clock.standing(), Standing::Right);
}

#[test]
fn a_clock_that_was_set_back_is_believed_and_so_is_its_way_home() {
    let machine = Machine::new();
    machine.pass(WEEK);
    machine.told();
    machine.set_back(WEEK);
    assert_eq!(machine.told(), 0);
    assert_eq!(machine.clock.standing(), Standing::Behind);
    machine.pass(2 * 24 * HOUR);
    machine.told();
    machine.set_ahead(WEEK);
    assert_eq!(machine.told(), WEEK + 2 * 24 * HOUR);
    assert_eq!(machine.clock.standing(), Standing::Right);
}

#[test]
fn a_machine_that_starts_in_1970_and_is_then_told_the_time_believes_it() {
    let machine = Machine::started(BEGINNING, 0);
    assert_eq!(machine.clock.now(), Timestamp::from_millis(0));
    machine.pass(MINUTE);
    machine.set_ahead(BEGINNING + HOUR);
    assert_eq!(machine.told(), HOUR + MINUTE);
}
