//! Every session that can be reached, and every event tried on each: the handlers are held against the table.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use super::subject::{Answer, Subject};
use crate::collection;
use crate::flow::{Flow, FlowError};
use crate::review;

/// An accepted event that was seen: from, event, to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Arrow {
    /// The state before.
    pub from: &'static str,
    /// The kind of event.
    pub event: &'static str,
    /// The state after.
    pub to: &'static str,
}

/// What was seen of one event in one state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cell {
    /// How often it was tried.
    pub tried: usize,
    /// Where it led.
    pub to: BTreeSet<&'static str>,
    /// Why guards said no.
    pub refused: BTreeSet<String>,
    /// Whether the table accepts it here.
    pub in_table: bool,
}

/// What a walk has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Walk {
    /// How many different sessions were reached.
    pub sessions: usize,
    /// How many events were tried.
    pub tries: usize,
    /// The states of the chart, in order.
    pub states: Vec<&'static str>,
    /// The kinds of events of the chart, in order.
    pub events: Vec<&'static str>,
    /// The states that were reached, in order.
    pub reached: Vec<&'static str>,
    /// What was seen, for every state that was reached and every kind of event.
    pub cells: BTreeMap<(&'static str, &'static str), Cell>,
}

impl Walk {
    /// Every accepted event that was seen.
    pub fn arrows(&self) -> Vec<Arrow> {
        let cells = self.cells.iter();
        cells
            .flat_map(|((from, event), cell)| cell.to.iter().map(|to| Arrow { from, event, to }))
            .collect()
    }

    /// Both walks as one: of two Flows, because no Flow asks for everything.
    ///
    /// # Panics
    ///
    /// If they are of different charts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        assert_eq!(self.states, other.states, "walks of the same chart");
        self.sessions += other.sessions;
        self.tries += other.tries;
        let seen = |state: &&str| self.reached.contains(state) || other.reached.contains(state);
        let reached = self.states.iter().copied().filter(seen).collect();
        self.reached = reached;
        for (place, cell) in other.cells {
            let mine = self.cells.entry(place).or_default();
            mine.tried += cell.tried;
            mine.to.extend(cell.to);
            mine.refused.extend(cell.refused);
            mine.in_table |= cell.in_table;
        }
        self
    }

    /// The cells of which the walk cannot tell what happens: never tried, or promised by the table and never taken.
    pub fn undecided(&self) -> Vec<(&'static str, &'static str)> {
        let pairs = self
            .reached
            .iter()
            .flat_map(|state| self.events.iter().map(move |event| (*state, *event)));
        pairs
            .filter(|pair| {
                self.cells
                    .get(pair)
                    .is_none_or(|cell| cell.tried == 0 || (cell.in_table && cell.to.is_empty()))
            })
            .collect()
    }
}

/// A promise that a chart does not keep.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct BrokenPromise {
    /// What was promised.
    pub promise: &'static str,
    /// In which state it is broken.
    pub state: &'static str,
    /// By which event, if by one.
    pub event: Option<&'static str>,
}

impl fmt::Display for BrokenPromise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "broken in {}", self.state)?;
        if let Some(event) = self.event {
            write!(formatter, " by {event}")?;
        }
        write!(formatter, ": {}", self.promise)
    }
}

/// Walks the applicant's chart of a Flow.
///
/// Limits are lowered to two tries, one resubmission and one reminder: what a limit means shows at its edge, whatever the number.
///
/// # Errors
///
/// The first promise that is found broken.
pub fn walk_collection(flow: &Flow) -> Result<Walk, BrokenPromise> {
    walk::<collection::Session>(&lowered(flow))
}

/// Walks the reviewer's chart of a Flow, with limits lowered likewise.
///
/// # Errors
///
/// The first promise that is found broken.
pub fn walk_review(flow: &Flow) -> Result<Walk, BrokenPromise> {
    walk::<review::Session>(&lowered(flow))
}

fn lowered(flow: &Flow) -> Arc<Flow> {
    let mut definition = flow.definition().clone();
    let limits = &mut definition.limits;
    for (limit, highest) in [
        (&mut limits.document_attempts, 2),
        (&mut limits.selfie_attempts, 2),
        (&mut limits.resubmissions, 1),
    ] {
        *limit = limit.map(|limit| limit.min(highest));
    }
    definition.review.stages = definition.review.stages.min(2);
    if let Some(rules) = &mut definition.additional_steps {
        rules.attempts = rules.attempts.min(2);
    }
    definition.clocks.reminders.truncate(1);
    let lowered: Result<Flow, FlowError> = Flow::new(definition);
    match lowered {
        Ok(flow) => Arc::new(flow),
        Err(error) => unreachable!("lower limits that are not zero break no rule: {error}"),
    }
}

/// What may happen to a session or a case that has ended: erasure, by the clock too, what forbids it, and an additional step that is handed
/// in afterwards with what is said of that.
const AFTER_THE_END: [&str; 9] = [
    "erase",
    "deadline_reached",
    "hold",
    "lift",
    "supply_step",
    "supplement",
    "claim",
    "release",
    "judge",
];

struct Reached<S> {
    session: S,
    /// Where accepted events of the applicant or of reviewers lead: by number.
    onward: Vec<usize>,
}

fn walk<S: Subject>(flow: &Arc<Flow>) -> Result<Walk, BrokenPromise> {
    let first = match "walk".parse() {
        Ok(id) => S::open(flow, id),
        Err(error) => unreachable!("a well-formed id: {error}"),
    };
    let mut cells: BTreeMap<_, Cell> = BTreeMap::new();
    let mut numbers = HashMap::from([(first.identity(), 0)]);
    let mut all = vec![Reached {
        session: first,
        onward: Vec::new(),
    }];
    let mut queue = VecDeque::from([0]);
    let mut tries = 0;

    while let Some(number) = queue.pop_front() {
        let session = all[number].session.clone();
        let state = session.state();
        let broken = |promise, event| {
            Err(BrokenPromise {
                promise,
                state,
                event,
            })
        };
        let row = session.row();
        let Some(reopened) = session.reopened() else {
            return broken("a session's own snapshot opens", None);
        };
        if reopened != session {
            return broken("a restored session is the session", None);
        }
        let mut taken: BTreeMap<String, (Option<Vec<_>>, BTreeSet<_>)> = BTreeMap::new();

        for attempt in session.tries() {
            tries += 1;
            let kind = S::kind(&attempt.event);
            let mut after = session.clone();
            let answer = after.handle(&attempt);
            let cell = cells.entry((state, kind)).or_default();
            cell.tried += 1;
            cell.in_table = row.contains(&kind) && session.knows(kind);
            if attempt.explore {
                let claims = || (session.claims(&attempt.by), BTreeSet::new());
                let (_, seen) = taken
                    .entry(format!("{:?}", attempt.by))
                    .or_insert_with(claims);
                if matches!(answer, Answer::Accepted { .. }) {
                    seen.insert(kind);
                }
            }
            match answer {
                Answer::NotAccepted | Answer::Refused(_) if after != session => {
                    return broken("a rejection changes nothing", Some(kind));
                }
                Answer::NotAccepted if cell.in_table => {
                    return broken(
                        "a handler takes or refuses what its row accepts",
                        Some(kind),
                    );
                }
                Answer::Refused(_) | Answer::Accepted { .. } if !cell.in_table => {
                    return broken(
                        "a handler is silent about what its row does not accept",
                        Some(kind),
                    );
                }
                Answer::NotAccepted => {}
                Answer::Refused(reason) => {
                    cell.refused.insert(reason);
                }
                Answer::Accepted {
                    to,
                    effects,
                    persisted,
                } => {
                    cell.to.insert(to);
                    if !effects.is_empty() && !persisted {
                        return broken(
                            "an effect leaves only with a step that is kept",
                            Some(kind),
                        );
                    }
                    if after.version() != session.version() + 1 {
                        return broken("each accepted event is one version", Some(kind));
                    }
                    let ends = S::ends();
                    if ends.contains(&state)
                        && (!ends.contains(&to) || after.outcome() != session.outcome())
                    {
                        return broken("final is final", Some(kind));
                    }
                    if ends.contains(&state) && !AFTER_THE_END.contains(&kind) {
                        return broken("nothing moves after the end", Some(kind));
                    }
                    if kind == "back" && after.holds() < session.holds() {
                        return broken("going back never loses what was captured", Some(kind));
                    }
                    if attempt.explore && session.leads_on(&attempt.event) {
                        let known = numbers.len();
                        let next = *numbers.entry(after.identity()).or_insert(known);
                        if next == known {
                            all.push(Reached {
                                session: after,
                                onward: Vec::new(),
                            });
                            queue.push_back(next);
                        }
                        if !matches!(
                            kind,
                            "cancel" | "deadline_reached" | "reminder_due" | "withdraw"
                        ) {
                            all[number].onward.push(next);
                        }
                    }
                }
            }
        }
        for (claimed, seen) in taken.into_values() {
            // What a session offers is taken in some form, and what is taken was offered.
            let Some(claimed) = claimed else { continue };
            if let Some(kind) = seen.iter().find(|kind| !claimed.contains(kind)) {
                return broken("what is accepted is offered", Some(kind));
            }
            if let Some(kind) = claimed.iter().find(|kind| !seen.contains(*kind)) {
                return broken("what is offered is accepted", Some(kind));
            }
        }
    }
    no_dead_end(&all)?;

    let states = S::states();
    let seen: BTreeSet<_> = all.iter().map(|reached| reached.session.state()).collect();
    let reached = states
        .iter()
        .copied()
        .filter(|state| seen.contains(state))
        .collect();
    Ok(Walk {
        sessions: all.len(),
        tries,
        reached,
        states,
        events: S::kinds(),
        cells,
    })
}

/// Whoever goes on can arrive: no session is left from which people alone cannot come to an end.
fn no_dead_end<S: Subject>(all: &[Reached<S>]) -> Result<(), BrokenPromise> {
    let mut behind = vec![Vec::new(); all.len()];
    for (number, reached) in all.iter().enumerate() {
        for next in &reached.onward {
            behind[*next].push(number);
        }
    }
    let ends = S::ends();
    let mut arrives = vec![false; all.len()];
    let mut queue: VecDeque<usize> = (0..all.len())
        .filter(|number| ends.contains(&all[*number].session.state()))
        .collect();
    while let Some(number) = queue.pop_front() {
        if !std::mem::replace(&mut arrives[number], true) {
            queue.extend(&behind[number]);
        }
    }
    match arrives.iter().position(|arrives| !arrives) {
        None => Ok(()),
        Some(number) => Err(BrokenPromise {
            promise: "from everywhere people can come to an end",
            state: all[number].session.state(),
            event: None,
        }),
    }
}
