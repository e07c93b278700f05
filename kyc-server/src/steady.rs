//! A clock that does not leap ahead: where the time of day runs away from what has really passed, time goes on as before,
//! until it comes back, has stayed so for long, or a person says that it is right.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kyc_core::journal::Hash;
use kyc_core::{Date, Timestamp};
use kyc_persist::{Clock, Grant, StoreError};

use crate::app::App;

/// The time of day, held against time that nobody sets. Cheap to clone; all clones tell the same time.
#[derive(Clone)]
pub struct SteadyClock(Arc<Inner>);

struct Inner {
    wall: Clock,
    passed: Box<dyn Fn() -> Duration + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// What it was at least, when so much had passed.
    known: Timestamp,
    at: Duration,
    leap: Option<Leap>,
    is_right: bool,
}

/// A time of day that is not believed.
#[derive(Clone, Copy, Debug)]
struct Leap {
    since: Duration,
    ahead: u64,
}

/// What is to be said of this machine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Right,
    /// It leapt ahead, and is not believed.
    Ahead,
    /// It is behind what was known: what is due waits for it.
    Behind,
}

impl SteadyClock {
    /// That of this machine. Time in which it slept has passed.
    pub fn of_this_machine() -> Self {
        Self::of(Clock::wall(), uptime())
    }

    /// A clock of your own beside what counts how much time has passed; a test moves both by hand.
    pub fn of(wall: Clock, passed: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        let state = State {
            known: wall.now(),
            at: passed(),
            leap: None,
            is_right: false,
        };
        Self(Arc::new(Inner {
            wall,
            passed: Box::new(passed),
            state: Mutex::new(state),
        }))
    }

    /// The operator's word: at this start the time of day is right, whatever is remembered of the last run.
    #[must_use]
    pub fn is_right(self) -> Self {
        self.state().is_right = true;
        self
    }

    /// What tells everybody the time, for [`Parts`](crate::Parts).
    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Clock::of(move || clock.now())
    }

    /// The time of day as this machine has it, believed or not: for those who compare it with their own.
    pub(crate) fn wall(&self) -> Timestamp {
        self.0.wall.now()
    }

    fn now(&self) -> Timestamp {
        let mut state = self.state();
        let (wall, passed) = (self.0.wall.now(), (self.0.passed)());
        state.tell(wall, passed)
    }

    pub(crate) fn standing(&self) -> Standing {
        let now = self.now();
        let state = self.state();
        match state.leap {
            Some(_) => Standing::Ahead,
            None if ahead(state.expected((self.0.passed)()), now) > LEAP => Standing::Behind,
            None => Standing::Right,
        }
    }

    /// What was known at the end of the last run, or of others that run beside this one.
    fn begin(&self, known: Timestamp) {
        let mut state = self.state();
        let (wall, passed) = (self.0.wall.now(), (self.0.passed)());
        state.at = passed;
        state.known = match ahead(wall, known) > OFF {
            true => known,
            false => wall.max(known),
        };
    }

    /// What others know meanwhile.
    fn hear(&self, known: Timestamp) {
        let mut state = self.state();
        let passed = (self.0.passed)();
        if known > state.expected(passed) {
            (state.known, state.at) = (known, passed);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn expected(&self, passed: Duration) -> Timestamp {
        let since = passed.saturating_sub(self.at).as_millis();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        Timestamp::from_millis(self.known.as_millis().saturating_add(since))
    }

    fn tell(&mut self, wall: Timestamp, passed: Duration) -> Timestamp {
        let expected = self.expected(passed);
        let ahead = ahead(wall, expected);
        if ahead <= LEAP {
            if self.leap.take().is_some() {
                tracing::warn!("the clock of this machine has come back, and is believed again");
            }
            // Not at every look, or many small leaps would make a large one.
            if passed.saturating_sub(self.at) >= DAY {
                (self.known, self.at) = (wall.max(expected), passed);
            }
            return wall;
        }
        match self.leap {
            Some(leap) if leap.ahead.abs_diff(ahead) <= LEAP => {
                if passed.saturating_sub(leap.since) < GRACE {
                    return expected;
                }
                tracing::warn!(
                    "the clock of this machine has stayed where it leapt to for three days, and is believed from now on"
                );
                (self.known, self.at, self.leap) = (wall, passed, None);
                wall
            }
            _ => {
                self.leap = Some(Leap {
                    since: passed,
                    ahead,
                });
                tracing::error!(
                    says = %day(wall),
                    expected = %day(expected),
                    seconds_ahead = ahead / 1_000,
                    "the clock of this machine leapt ahead and is not believed: time goes on as before. Set it right; if it is \
                     right, start the server once with --clock-is-right"
                );
                expected
            }
        }
    }
}

impl fmt::Debug for SteadyClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("SteadyClock")
            .field(&self.0.state)
            .finish()
    }
}

impl App {
    /// Before anybody asks for the time: takes up what is remembered of the last run.
    pub(crate) async fn begin_time(&self) -> Result<(), StoreError> {
        let Some(steady) = self.steady.get() else {
            return Ok(());
        };
        if steady.state().is_right {
            return self.remember_time(steady.wall()).await;
        }
        if let Some(known) = self.remembered_time().await? {
            steady.begin(known);
        }
        self.keep_time().await
    }

    /// Hears what others know, and remembers what is known here: the newest that was believed anywhere.
    pub(crate) async fn keep_time(&self) -> Result<(), StoreError> {
        let Some(steady) = self.steady.get() else {
            return Ok(());
        };
        let remembered = self.remembered_time().await?;
        remembered.into_iter().for_each(|known| steady.hear(known));
        let now = steady.now();
        match remembered.is_none_or(|remembered| ahead(now, remembered) >= REMEMBERED_EVERY) {
            true => self.remember_time(now).await,
            false => Ok(()),
        }
    }

    async fn remembered_time(&self) -> Result<Option<Timestamp>, StoreError> {
        let mark = self.grants.find(&MARK, Timestamp::default()).await?;
        let millis = mark.and_then(|mark| mark.purpose.parse().ok());
        Ok(millis.map(Timestamp::from_millis))
    }

    async fn remember_time(&self, now: Timestamp) -> Result<(), StoreError> {
        let mark = Grant {
            // A colon keeps it apart from sessions, whose names have none.
            subject: "server:time".into(),
            purpose: now.as_millis().to_string(),
            expires_at: Timestamp::from_millis(i64::MAX as u64),
        };
        self.grants.put(&MARK, mark).await
    }
}

/// How far, in milliseconds, the first is ahead of the second.
fn ahead(one: Timestamp, other: Timestamp) -> u64 {
    one.as_millis().saturating_sub(other.as_millis())
}

fn day(moment: Timestamp) -> String {
    let second = moment.as_millis() / 1_000 % 86_400;
    let (hour, minute) = (second / 3_600, second / 60 % 60);
    format!("{}T{hour:02}:{minute:02}Z", Date::of(moment))
}

/// Time that nobody sets, since this machine was started.
fn uptime() -> impl Fn() -> Duration + Send + Sync + 'static {
    #[cfg(target_os = "linux")]
    return || {
        let passed = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::try_from(passed).unwrap_or_default()
    };
    #[cfg(not(target_os = "linux"))]
    {
        let begun = std::time::Instant::now();
        move || begun.elapsed()
    }
}

/// A hash that no token has.
const MARK: Hash = Hash::from_bytes([0xfd; 32]);

const HOUR: u64 = 60 * 60 * 1_000;
const DAY: Duration = Duration::from_millis(24 * HOUR);

/// How far the time of day may run ahead within a day: more than clocks are corrected by, less than anybody loses by.
const LEAP: u64 = HOUR;

/// How long a server may have been off without being asked about it: a long weekend.
const OFF: u64 = 4 * 24 * HOUR;

/// How long a leap has to stay to be believed: longer than a weekend at which nobody looks.
const GRACE: Duration = Duration::from_millis(3 * 24 * HOUR);

const REMEMBERED_EVERY: u64 = 5 * 60 * 1_000;

#[cfg(test)]
mod tests;
