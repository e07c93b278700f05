//! One event against one state: the only file that names statig.
//!
//! A handler looks at the case and decides; it cannot change anything. So a rejection changes nothing because there is
//! nothing it could have changed, and an accepted event is one [`Change`](Machine::Change) that is applied afterwards.
//! statig's `handle` answers nothing and swallows what it does not know, so what is decided is written through its context and
//! starts as [`Decided::NotAccepted`]; silence means no. There are no entry or exit actions: a restored session repeats nothing.

pub(crate) use statig::Outcome;
use statig::blocking::StateExt as _;
pub(crate) use statig::blocking::{IntoStateMachine, State as Handler, Superstate};

use crate::actor::Actor;
use crate::flow::Flow;
use crate::time::Timestamp;

/// Whether what is said by others than the applicant is decided here, too. A page takes no such event, and does not download
/// what decides it.
pub(crate) const IS_AUTHORITY: bool = cfg!(feature = "authority");

/// What a chart brings for the engine to run it.
pub(crate) trait Machine: Default {
    type Place: Copy;
    type Input;
    type Case;
    type Change;
    type Reason;
}

/// What a handler sees, and where its answer is left.
pub(crate) struct Desk<'a, M: Machine> {
    pub(crate) case: &'a M::Case,
    pub(crate) flow: &'a Flow,
    pub(crate) by: &'a Actor,
    pub(crate) now: Timestamp,
    decided: &'a mut Decided<M>,
}

/// What is decided of an event.
pub(crate) enum Decided<M: Machine> {
    NotAccepted,
    Refused(M::Reason),
    Accepted { to: M::Place, change: M::Change },
}

impl<'a, M: Machine> Desk<'a, M> {
    pub(crate) const fn new(
        case: &'a M::Case,
        flow: &'a Flow,
        by: &'a Actor,
        now: Timestamp,
        decided: &'a mut Decided<M>,
    ) -> Self {
        Self {
            case,
            flow,
            by,
            now,
            decided,
        }
    }

    /// A guard says no.
    pub(crate) fn refuse(&mut self, reason: M::Reason) -> Outcome<M::Place> {
        *self.decided = Decided::Refused(reason);
        Outcome::Handled
    }

    /// The event leads to `to`, and the case changes by `change`.
    pub(crate) fn go(&mut self, to: M::Place, change: M::Change) -> Outcome<M::Place> {
        *self.decided = Decided::Accepted { to, change };
        Outcome::Transition(to)
    }

    /// Goes where a judgement leads, or refuses with its reason.
    pub(crate) fn go_or_refuse(
        &mut self,
        judged: Result<(M::Place, M::Change), M::Reason>,
    ) -> Outcome<M::Place> {
        match judged {
            Ok((to, change)) => self.go(to, change),
            Err(reason) => self.refuse(reason),
        }
    }
}

/// Lets the handlers of `state` and of the states around it decide.
pub(crate) fn decide<M>(mut state: M::Place, event: &M::Input, mut desk: Desk<'_, M>)
where
    M: Machine
        + for<'a> IntoStateMachine<State = M::Place, Event<'a> = M::Input, Context<'a> = Desk<'a, M>>,
    M::Place: Handler<M>,
    for<'a> M::Superstate<'a>: Superstate<M>,
{
    // What is decided says the same, and what changes.
    let _: Outcome<M::Place> = state.handle(&mut M::default(), event, &mut desk);
}
