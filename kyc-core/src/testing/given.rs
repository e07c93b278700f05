//! A test as a sentence: given a session after some events, when something happens, then it goes there or is refused.

use std::sync::Arc;

use super::events;
use crate::collection::{Effect, Event, Reason, Rejected, Session, State, Step};
use crate::flow::Flow;
use crate::time::{Seconds, Timestamp};

/// A time that moves only when it is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VirtualClock {
    now: Timestamp,
}

impl VirtualClock {
    /// Stands at `now`.
    pub const fn at(now: Timestamp) -> Self {
        Self { now }
    }

    /// Where it stands.
    pub const fn now(self) -> Timestamp {
        self.now
    }

    /// Moves it on.
    pub fn advance(&mut self, span: Seconds) {
        self.now = self.now + span;
    }
}

/// A session before the event under test.
#[derive(Clone, Debug)]
#[must_use]
pub struct Given {
    session: Session,
    clock: VirtualClock,
}

impl Given {
    /// A session of that Flow, just opened.
    pub fn new(flow: &Arc<Flow>) -> Self {
        let clock = VirtualClock::at(events::NOON);
        let id = match "s-1".parse() {
            Ok(id) => id,
            Err(error) => unreachable!("a well-formed id: {error}"),
        };
        Self {
            session: Session::open(flow, id, clock.now()),
            clock,
        }
    }

    /// Lets those events happen; effects are dropped.
    ///
    /// # Panics
    ///
    /// If one is rejected: then the test does not test what it says.
    #[track_caller]
    pub fn after(mut self, events: impl IntoIterator<Item = Event>) -> Self {
        for event in events {
            let kind = event.kind();
            if let Err(rejected) = self.session.handle(&event, self.clock.now()) {
                panic!("the way to the test is closed at {kind}: {rejected}");
            }
        }
        self
    }

    /// Lets time pass.
    pub fn later(mut self, span: Seconds) -> Self {
        self.clock.advance(span);
        self
    }

    /// Puts the session to rest and takes it up again, as after a crash.
    ///
    /// # Panics
    ///
    /// If its own snapshot does not open.
    #[track_caller]
    pub fn restored(self) -> Self {
        let session = Session::decode(&self.session.encode(), self.session.flow());
        Self {
            session: session.expect("a session's own snapshot opens"),
            ..self
        }
    }

    /// The event under test.
    pub fn when(mut self, event: Event) -> Then {
        let before = self.session.clone();
        let answer = self.session.handle(&event, self.clock.now());
        Then {
            given: self,
            before,
            answer,
        }
    }

    /// The session as it is now.
    pub const fn session(&self) -> &Session {
        &self.session
    }
}

/// What came of the event under test.
#[derive(Clone, Debug)]
pub struct Then {
    given: Given,
    before: Session,
    answer: Result<Step, Rejected>,
}

impl Then {
    /// It was accepted and led there.
    ///
    /// # Panics
    ///
    /// If it did not.
    #[track_caller]
    pub fn goes_to(self, state: State) -> Self {
        match &self.answer {
            Ok(step) => assert_eq!(step.to, state),
            Err(rejected) => panic!("expected to go to {state}: {rejected}"),
        }
        self
    }

    /// Those effects left with it.
    ///
    /// # Panics
    ///
    /// If others did, or it was rejected.
    #[track_caller]
    pub fn with_effects(self, effects: &[Effect]) -> Self {
        match &self.answer {
            Ok(step) => assert_eq!(step.effects, effects),
            Err(rejected) => panic!("expected effects: {rejected}"),
        }
        self
    }

    /// A guard said no for that reason, and nothing changed.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn is_refused(self, because: Reason) -> Self {
        match self.answer {
            Err(Rejected::Refused { reason, .. }) => assert_eq!(reason, because),
            ref other => panic!("expected a refusal because of {because}: {other:?}"),
        }
        self.unchanged()
    }

    /// There is no such event in this state, and nothing changed.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn is_not_accepted(self) -> Self {
        assert!(
            matches!(self.answer, Err(Rejected::NotAccepted { .. })),
            "{:?}",
            self.answer
        );
        self.unchanged()
    }

    /// Goes on from here.
    pub fn and(self) -> Given {
        self.given
    }

    /// The session after the event.
    pub const fn session(&self) -> &Session {
        &self.given.session
    }

    #[track_caller]
    fn unchanged(self) -> Self {
        assert_eq!(
            self.given.session, self.before,
            "a rejection changes nothing"
        );
        self
    }
}
