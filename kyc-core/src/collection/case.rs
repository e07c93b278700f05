//! What a session knows, and the one place that changes it.

use alloc::vec::Vec;

use super::additional::{GivenFields, Origin, Prescribed};
use super::event::{Effect, HoldReason};
use super::table::State;
use crate::additional::{Source, StepName};
use crate::case::{Ask, Consent, Decision, Details, DocumentType, Exhibit, Side};
use crate::country::Country;
use crate::engine::IS_AUTHORITY;
use crate::flow::Flow;
use crate::ids::BlobRef;
use crate::item::Item;
use crate::json::records;
use crate::small_map::SmallMap;
use crate::time::Timestamp;

records! {
    /// Everything that is known of one applicant.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Case {
        pub(crate) opened_at: Timestamp,
        /// When the applicant first began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) started_at: Option<Timestamp>,
        /// When the time for the present part of the walk is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) deadline: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) consent: Option<Agreed>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) details: Option<Details>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) document: Option<Chosen>,
        /// In the order they were taken; of one item the last one counts, earlier rounds stay beside it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub(crate) captures: Vec<Capture>,
        /// Photos taken in this round, the discarded ones included.
        #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
        pub(crate) attempts: SmallMap<Item, u32>,
        /// The side that the applicant wants to take again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) retaking: Option<Side>,
        /// From 1.
        pub(crate) round: u32,
        /// What this round asks for; the first round asks for everything.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub(crate) asked: Vec<Ask>,
        /// Captured since the backend was last told.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub(crate) unsent: Vec<Item>,
        /// Effects that wait: each for the next persisted state, so that none leaves before what it tells of is kept, and a
        /// `Discard` for the end of the round, so that bytes which are taken up again are still there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub(crate) held: Vec<Effect>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) decision: Option<Decision>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) redacted_at: Option<Timestamp>,
        /// Why nothing may be erased, if nothing may. Nothing for the applicant's eyes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) hold: Option<Hold>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) prescribed: Option<Prescribed>,
        /// The additional steps that the applicant has confirmed in this round, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub(crate) accepted: Vec<StepName>,
        /// How long the applicant has been silent; only on the way, and only where the Flow has reminders.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) idle: Option<Idle>,
    }

    /// What forbids erasing, and since when.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Hold {
        /// Why.
        pub reason: HoldReason,
        /// Since when.
        pub since: Timestamp,
    }

    /// The silence of an applicant who has something to do.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[non_exhaustive]
    pub struct Idle {
        /// Since the applicant was last heard of, or asked for something.
        pub since: Timestamp,
        /// Which reminder was the last since then; 0 when none was.
        pub reminded: u32,
        /// How many steps were reminders, since the last step that was none.
        pub(crate) steps: u32,
    }
}

impl Idle {
    pub(crate) const fn since(now: Timestamp) -> Self {
        Self {
            since: now,
            reminded: 0,
            steps: 0,
        }
    }
}

records! {
    /// An agreement and when it was given.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Agreed {
        pub(crate) consent: Consent,
        pub(crate) at: Timestamp,
    }

    /// The document that was chosen.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Chosen {
        pub(crate) country: Country,
        pub(crate) document: DocumentType,
    }

    /// One photo or file that was handed in.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Capture {
        pub(crate) item: Item,
        pub(crate) blob: BlobRef,
        pub(crate) round: u32,
        pub(crate) at: Timestamp,
        /// Of an additional step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) origin: Option<Origin>,
    }
}

/// What an accepted event does to a case.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Nothing,
    Begin(Consent),
    Describe(Details),
    Choose(Chosen),
    Capture(Item, BlobRef, Option<Origin>),
    Retake(Option<Side>),
    Accept(StepName),
    /// The additional step that was confirmed last is looked at again.
    Reconsider,
    Prescribe(Prescribed),
    Supply(StepName, Source, BlobRef, GivenFields),
    Ask(Vec<Ask>),
    Decide(Decision),
    Erase,
    Hold(HoldReason),
    Lift,
    /// The reminder of that number, in that state.
    Remind(u32, State),
}

impl Case {
    pub(crate) fn open(flow: &Flow, now: Timestamp) -> Self {
        Self {
            opened_at: now,
            started_at: None,
            deadline: Some(now + flow.definition().clocks.opening),
            consent: None,
            details: None,
            document: None,
            captures: Vec::new(),
            attempts: SmallMap::new(),
            retaking: None,
            round: 1,
            asked: Vec::new(),
            unsent: Vec::new(),
            held: Vec::new(),
            decision: None,
            redacted_at: None,
            hold: None,
            prescribed: None,
            accepted: Vec::new(),
            idle: flow.has_reminders().then_some(Idle::since(now)),
        }
    }

    /// When the next reminder is due. One that would come when the time is over does not come.
    pub(crate) fn reminder_at(&self, flow: &Flow) -> Option<Timestamp> {
        let idle = self.idle?;
        let next = usize::try_from(idle.reminded).ok()?;
        let due = idle.since + *flow.definition().clocks.reminders.get(next)?;
        let in_time = |deadline| due < deadline;
        self.deadline.is_none_or(in_time).then_some(due)
    }

    /// Which reminder is due at `now`, if one is: of several the last, so that nobody is told the same twice in a row.
    pub(crate) fn reminder_due(&self, flow: &Flow, now: Timestamp) -> Option<u32> {
        let idle = self.idle?;
        let spans = flow.definition().clocks.reminders.iter();
        let come = spans.take_while(|span| idle.since + **span <= now);
        let number = u32::try_from(come.count()).ok()?;
        (number > idle.reminded).then_some(number)
    }

    /// The photo of an item that counts.
    pub(crate) fn current(&self, item: Item) -> Option<&Capture> {
        self.captures
            .iter()
            .rev()
            .find(|capture| capture.item == item)
    }

    /// The sides of the chosen document.
    pub(crate) fn sides<'a>(&self, flow: &'a Flow) -> &'a [Side] {
        self.document
            .and_then(|chosen| flow.sides(chosen.country, chosen.document))
            .unwrap_or_default()
    }

    /// The sides that this round asks for.
    pub(crate) fn needed_sides<'a>(
        &self,
        flow: &'a Flow,
    ) -> impl Iterator<Item = Side> + use<'a, '_> {
        self.sides(flow)
            .iter()
            .copied()
            .filter(|side| self.asks_for(Item::page(*side)))
    }

    /// Whether this round asks for an item.
    pub(crate) fn asks_for(&self, item: Item) -> bool {
        self.round == 1 || self.asked.iter().any(|ask| ask.item == item)
    }

    /// Whether an item was handed in this round.
    pub(crate) fn is_done(&self, item: Item) -> bool {
        self.current(item)
            .is_some_and(|capture| capture.round == self.round)
    }

    /// Whether every needed side is there.
    pub(crate) fn document_is_done(&self, flow: &Flow) -> bool {
        self.needed_sides(flow)
            .all(|side| self.is_done(Item::page(side)))
    }

    /// How many photos of an item may still be taken in this round.
    pub(crate) fn attempts_left(&self, item: Item, flow: &Flow) -> u32 {
        let limits = &flow.definition().limits;
        let limit = match item {
            Item::DocumentFront | Item::DocumentBack => limits.document_attempts,
            Item::Selfie => limits.selfie_attempts,
            Item::AdditionalStep(_) => flow.catalogue().map(|catalogue| catalogue.attempts),
        };
        limit
            .unwrap_or_default()
            .saturating_sub(self.attempts.get(&item).copied().unwrap_or_default())
    }

    /// Whether a walk through `step` has anything to do in this round.
    fn is_needed(&self, step: State, flow: &Flow) -> bool {
        match step {
            State::Welcome | State::PersonalDetails | State::DocumentSelection => self.round == 1,
            State::DocumentPhoto | State::DocumentReview => {
                self.round == 1 || self.needed_sides(flow).next().is_some()
            }
            State::Selfie | State::SelfieReview => self.asks_for(Item::Selfie),
            State::AdditionalStep | State::AdditionalStepReview => {
                !self.needed_steps(flow).is_empty()
            }
            _ => true,
        }
    }

    /// The steps that this round has anything to do in.
    pub(crate) fn steps(&self, flow: &Flow) -> Vec<State> {
        let mut steps = Vec::new();
        for step in flow.steps() {
            if self.is_needed(*step, flow) {
                steps.push(*step);
            }
        }
        steps
    }

    /// The step behind `step`. A photo step with nothing left to take is passed over to its review.
    pub(crate) fn step_after(&self, step: State, flow: &Flow) -> State {
        let steps = flow.steps();
        let behind = steps
            .iter()
            .position(|other| *other == step)
            .map_or(0, |position| position + 1);
        steps[behind..]
            .iter()
            .copied()
            .filter(|step| self.is_needed(*step, flow))
            .find(|step| match step {
                State::DocumentPhoto => !self.document_is_done(flow),
                State::Selfie => !self.is_done(Item::Selfie),
                State::AdditionalStep => !self.step_is_done(flow),
                _ => true,
            })
            .unwrap_or(State::Final)
    }

    /// The step before `step` in this round.
    pub(crate) fn step_before(&self, step: State, flow: &Flow) -> Option<State> {
        let steps = flow.steps();
        let position = steps.iter().position(|other| *other == step)?;
        steps[..position]
            .iter()
            .rev()
            .copied()
            .find(|step| self.is_needed(*step, flow))
    }

    /// The photos that count, of the items this round asks for.
    pub(crate) fn exhibits(&self, flow: &Flow) -> Vec<Exhibit> {
        let mut exhibits = Vec::new();
        let mut show = |item| exhibits.extend(self.exhibit(item, flow));
        self.needed_sides(flow).map(Item::page).for_each(&mut show);
        if flow.steps().contains(&State::Selfie) && self.asks_for(Item::Selfie) {
            show(Item::Selfie);
        }
        for step in &self.needed_steps(flow) {
            show(Item::AdditionalStep(step.name()));
        }
        exhibits
    }

    pub(crate) fn exhibit(&self, item: Item, flow: &Flow) -> Option<Exhibit> {
        self.current(item).map(|capture| Exhibit {
            item,
            blob: capture.blob.clone(),
            step: self.brief(capture, flow),
        })
    }

    /// Applies what an accepted event decided. Pushes what it sets free onto `held`.
    pub(crate) fn apply(&mut self, change: Change, flow: &Flow, now: Timestamp) {
        match change {
            Change::Nothing => {}
            Change::Begin(consent) => {
                self.consent = Some(Agreed { consent, at: now });
                let started = *self.started_at.get_or_insert(now);
                self.deadline = Some(started + flow.definition().clocks.session);
            }
            Change::Describe(details) => self.details = Some(details),
            Change::Choose(chosen) => {
                if self.document.is_some_and(|before| before != chosen) {
                    let leaves: Vec<_> = self
                        .captures
                        .iter()
                        .filter(|capture| !self.stays(capture, chosen, flow))
                        .cloned()
                        .collect();
                    self.discard(&|capture| leaves.contains(capture));
                }
                self.document = Some(chosen);
            }
            Change::Capture(item, blob, origin) => {
                let round = self.round;
                self.discard(&|capture| capture.item == item && capture.round == round);
                // The same bytes again, after another photo in between: they are wanted after all.
                self.held.retain(
                    |effect| !matches!(effect, Effect::Discard { blob: gone } if *gone == blob),
                );
                self.captures.push(Capture {
                    item,
                    blob,
                    round,
                    at: now,
                    origin,
                });
                *self.attempts.or_default(item) += 1;
                self.retaking = None;
                if !self.unsent.contains(&item) {
                    self.unsent.push(item);
                }
            }
            Change::Retake(side) => self.retaking = side,
            Change::Accept(step) => self.accepted.push(step),
            Change::Reconsider => drop(self.accepted.pop()),
            // Nobody lets the others happen in a page.
            _ if !IS_AUTHORITY => {}
            Change::Prescribe(prescribed) => self.prescribed = Some(prescribed),
            Change::Supply(name, source, blob, fields) => {
                // What was there before stays beside it, for the auditor.
                self.captures.push(Capture {
                    item: Item::AdditionalStep(name),
                    blob,
                    round: self.round,
                    at: now,
                    origin: Some(Origin {
                        source,
                        proof: None,
                        late: true,
                    }),
                });
                let given = &mut self.prescribed.get_or_insert_default().given;
                given.insert(name, fields);
                let exhibit = self.exhibit(Item::AdditionalStep(name), flow);
                let told = exhibit.map(|exhibit| Effect::Supplement { exhibit });
                self.held.extend(told);
            }
            Change::Ask(items) => {
                self.asked = items;
                self.round += 1;
                self.attempts.clear();
                self.accepted.clear();
                self.deadline = Some(now + flow.definition().clocks.resubmission);
            }
            Change::Decide(decision) => self.decision = Some(decision),
            Change::Erase => {
                self.discard(&|_| true);
                self.consent = None;
                self.details = None;
                self.document = None;
                self.prescribed = None;
                self.accepted.clear();
                self.attempts.clear();
                self.unsent.clear();
                self.asked.iter_mut().for_each(|ask| ask.message = None);
                if let Some(decision) = &mut self.decision {
                    decision.message = None;
                }
                self.redacted_at = Some(now);
                self.held.push(Effect::Erase);
            }
            Change::Hold(reason) => self.hold = Some(Hold { reason, since: now }),
            Change::Lift => self.hold = None,
            Change::Remind(number, state) => {
                let idle = self.idle.get_or_insert(Idle::since(now));
                idle.reminded = number;
                idle.steps += 1;
                let since = idle.since;
                self.held.push(Effect::Remind {
                    number,
                    state,
                    since,
                });
            }
        }
    }

    /// Takes out the effects that may leave on the way into `to`.
    pub(crate) fn release(&mut self, to: State, persisted: bool) -> Vec<Effect> {
        if !persisted || self.held.is_empty() {
            return Vec::new();
        }
        let round_is_over = to == State::Final || to.is_end();
        let stays = |effect: &Effect| !round_is_over && matches!(effect, Effect::Discard { .. });
        if !self.held.iter().any(stays) {
            return core::mem::take(&mut self.held);
        }
        taken_out(&mut self.held, &|effect| !stays(effect))
    }

    /// Lets photos go. Bytes that another photo still shows stay.
    fn discard(&mut self, leaves: &dyn Fn(&Capture) -> bool) {
        for capture in taken_out(&mut self.captures, leaves) {
            self.unsent.retain(|item| *item != capture.item);
            let is_shown = self.captures.iter().any(|kept| kept.blob == capture.blob);
            let discarded = Effect::Discard { blob: capture.blob };
            if !is_shown && !self.held.contains(&discarded) {
                self.held.push(discarded);
            }
        }
    }
}

/// Those that leave, in order; the others stay in theirs.
fn taken_out<T>(all: &mut Vec<T>, leaves: &dyn Fn(&T) -> bool) -> Vec<T> {
    let mut gone = Vec::new();
    let mut place = 0;
    while let Some(one) = all.get(place) {
        if leaves(one) {
            gone.push(all.remove(place));
        } else {
            place += 1;
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_case_is_read_and_written_as_serde_does_it() {
        #[derive(serde::Deserialize)]
        struct Snapshot {
            case: Case,
        }
        let mut read = 0;
        for file in std::fs::read_dir("tests/snapshots/v1").unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let Ok(Snapshot { case }) = serde_json::from_str(&text) else {
                continue;
            };
            let written = serde_json::to_string(&case).unwrap();
            assert_eq!(json::read::<Case>(&written).as_ref(), Ok(&case));
            assert_eq!(json::write(&case), written);
            read += 1;
        }
        assert!(read > 10, "{read}");
    }
}
