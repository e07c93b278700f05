//! What the walk needs to know of a chart: what to try, and how to ask it.

use std::sync::Arc;

use super::events;
use crate::actor::{Actor, Sender};
use crate::additional::{Brief, Comparison, FieldBrief, Source, StepName, StepType};
use crate::case::{Ask, Consent, Exhibit, RejectReason, RetakeReason, Side};
use crate::collection;
use crate::flow::{Countries, Flow};
use crate::ids::{FieldName, ReviewerId, SessionId};
use crate::item::Item;
use crate::pii::Pii;
use crate::review;
use crate::time::Timestamp;

/// One try: an event, by whom, when; and whether the walk goes on from where it leads.
pub(super) struct Try<E> {
    pub(super) event: E,
    pub(super) by: Actor,
    pub(super) now: Timestamp,
    pub(super) explore: bool,
}

/// What came of a try.
pub(super) enum Answer {
    NotAccepted,
    Refused(String),
    Accepted {
        to: &'static str,
        effects: Vec<&'static str>,
        persisted: bool,
    },
}

/// One of the two charts, as the walk sees it.
pub(super) trait Subject: Clone + PartialEq {
    type Event: Clone;

    fn open(flow: &Arc<Flow>, id: SessionId) -> Self;
    fn states() -> Vec<&'static str>;
    fn kinds() -> Vec<&'static str>;
    fn ends() -> Vec<&'static str>;
    fn state(&self) -> &'static str;
    /// What its state accepts.
    fn row(&self) -> Vec<&'static str>;
    fn version(&self) -> u32;
    fn kind(event: &Self::Event) -> &'static str;
    fn tries(&self) -> Vec<Try<Self::Event>>;
    /// Whether what comes after this event is looked at too.
    fn leads_on(&self, _: &Self::Event) -> bool {
        true
    }
    fn handle(&mut self, attempt: &Try<Self::Event>) -> Answer;
    fn reopened(&self) -> Option<Self>;
    /// What tells two sessions apart, the version left out.
    fn identity(&self) -> String;
    /// The kinds that the session itself says would be accepted of that actor, if it says that of such an actor at all.
    fn claims(&self, by: &Actor) -> Option<Vec<&'static str>>;
    /// How many photos it holds.
    fn holds(&self) -> usize;
    /// Whether its Flow has to do with events of that kind at all.
    fn knows(&self, kind: &str) -> bool;
    /// How it was decided, if it was.
    fn outcome(&self) -> Option<&'static str>;
}

impl Subject for collection::Session {
    type Event = collection::Event;

    fn open(flow: &Arc<Flow>, id: SessionId) -> Self {
        Self::open(flow, id, events::NOON)
    }

    fn states() -> Vec<&'static str> {
        collection::State::ALL
            .iter()
            .map(|state| state.as_str())
            .collect()
    }

    fn kinds() -> Vec<&'static str> {
        collection::EventKind::ALL
            .iter()
            .map(|kind| kind.as_str())
            .collect()
    }

    fn ends() -> Vec<&'static str> {
        collection::State::ALL
            .iter()
            .filter(|state| state.is_end())
            .map(|state| state.as_str())
            .collect()
    }

    fn state(&self) -> &'static str {
        self.state().as_str()
    }

    fn row(&self) -> Vec<&'static str> {
        let accepts = self.flow().spec(self.state()).accepts.iter();
        accepts.map(|kind| kind.as_str()).collect()
    }

    fn version(&self) -> u32 {
        self.version()
    }

    fn kind(event: &collection::Event) -> &'static str {
        event.kind().as_str()
    }

    fn tries(&self) -> Vec<Try<collection::Event>> {
        use collection::Event::*;

        let flow = self.flow();
        let consent = &flow.definition().consent;
        // A photo differs by round and by how many were taken before it: enough to tell old from new.
        let left = self.view().attempts_left;
        let number = |left: u32| u8::try_from(self.view().round * 16 + left).unwrap_or(u8::MAX);
        let long = Ask {
            item: Item::Selfie,
            reason: RetakeReason::Other,
            message: Some(Pii::new("x".repeat(crate::case::LONGEST_TEXT + 1))),
        };
        let mut events = vec![
            events::start_with(consent),
            events::start_with("no such version"),
            Start {
                consent: Consent {
                    version: consent.clone(),
                    locale: "no tag".to_owned(),
                },
            },
            events::details(),
            events::details_of(" ", "Mustermann", "1964-08-12"),
            events::details_of("Eri\nka", "Mustermann", "1964-08-12"),
            events::details_of("Erika", "Mustermann", "1964-02-30"),
            events::details_of("Erika", "Mustermann", "2026-11-20"),
            events::page(Side::Front, number(left.front)),
            events::page(Side::Back, number(left.back)),
            ReviewDocument,
            AcceptDocument,
            RetakePage { side: Side::Front },
            RetakePage { side: Side::Back },
            events::selfie(number(left.selfie)),
            ReviewSelfie,
            AcceptSelfie,
            RetakeSelfie,
            Back,
            events::ask(&[]),
            events::ask(&[Item::DocumentFront]),
            events::ask(&[Item::DocumentBack]),
            events::ask(&[Item::Selfie]),
            events::ask(&[Item::DocumentFront, Item::Selfie]),
            RequestResubmission { items: vec![long] },
            events::approved(),
            events::rejected(RejectReason::FaceMismatch),
            Cancel,
            Erase,
            Hold {
                reason: collection::HoldReason::Litigation,
            },
            Lift,
            DeadlineReached,
            ReminderDue,
        ];
        events.extend(step_tries(self));
        // One document with one side and one with two stand for all.
        for sides in [1, 2] {
            let offer = flow
                .documents()
                .iter()
                .find(|offer| offer.sides.len() == sides);
            events.extend(
                offer.map(|offer| events::select_of(country(&offer.countries), offer.document)),
            );
        }
        let unknown = crate::case::DocumentType::ALL
            .iter()
            .flat_map(|document| ["DE", "AQ"].map(|country| (country, *document)))
            .find(|(country, document)| {
                country
                    .parse()
                    .is_ok_and(|country| flow.sides(country, *document).is_none())
            });
        events.extend(unknown.map(|(country, document)| events::select_of(country, document)));

        let at = |now: Timestamp, explore: bool| {
            move |event: collection::Event| Try {
                by: actor(event.sender()),
                event,
                now,
                explore,
            }
        };
        let late = self.deadline().unwrap_or(events::NOON);
        let after = [
            events::start_with(consent),
            events::details(),
            Back,
            AcceptDocument,
            AcceptSelfie,
            AcceptStep,
        ];
        let mut tries: Vec<_> = events.into_iter().map(at(events::NOON, true)).collect();
        tries.extend(after.into_iter().map(at(late, false)));
        tries.push(at(late, true)(DeadlineReached));
        tries.push(at(late, false)(ReminderDue));
        tries.extend(self.reminder_at().map(|due| at(due, true)(ReminderDue)));
        tries
    }

    /// A hold changes nothing about the walk but the erasure: it is looked at in every state, not in every session.
    fn leads_on(&self, event: &collection::Event) -> bool {
        match event {
            collection::Event::Hold { .. } => {
                // Whoever reviews an additional step has one file more.
                let most = 2 + usize::from(self.state() == collection::State::AdditionalStepReview);
                self.view().round == 1 && self.holds() <= most
            }
            collection::Event::Lift => true,
            // What is prescribed changes which steps there are, not what a step is; one that is supplied stands for all.
            collection::Event::Prescribe { .. } => false,
            // A reminder changes nothing about the walk at all: it is looked at in every state of the first round.
            collection::Event::ReminderDue => {
                self.hold().is_none() && self.view().round == 1 && self.holds() <= 2
            }
            collection::Event::SupplyStep { .. } => {
                self.hold().is_none() && self.view().round == 1 && self.holds() <= 3
            }
            _ => self.hold().is_none(),
        }
    }

    fn handle(&mut self, attempt: &Try<collection::Event>) -> Answer {
        match self.handle(&attempt.event, attempt.now) {
            Ok(step) => Answer::Accepted {
                to: step.to.as_str(),
                effects: step.effects.iter().map(collection::Effect::kind).collect(),
                persisted: step.persist,
            },
            Err(collection::Rejected::NotAccepted { .. }) => Answer::NotAccepted,
            Err(collection::Rejected::Refused { reason, .. }) => {
                Answer::Refused(reason.to_string())
            }
        }
    }

    fn reopened(&self) -> Option<Self> {
        Self::decode(&self.encode(), self.flow()).ok()
    }

    fn identity(&self) -> String {
        without_version(&self.encode())
    }

    fn claims(&self, by: &Actor) -> Option<Vec<&'static str>> {
        let kinds = self.accepts(by.sender).into_iter();
        Some(kinds.map(collection::EventKind::as_str).collect())
    }

    fn holds(&self) -> usize {
        self.blobs().count()
    }

    fn knows(&self, kind: &str) -> bool {
        let known = collection::EventKind::ALL.iter();
        known
            .filter(|known| known.as_str() == kind)
            .all(|kind| self.knows(*kind))
    }

    fn outcome(&self) -> Option<&'static str> {
        self.view()
            .outcome
            .map(|decision| decision.outcome.as_str())
    }
}

/// What can be tried about additional steps; something of every kind, whatever the Flow.
fn step_tries(session: &collection::Session) -> Vec<collection::Event> {
    use collection::Event::*;

    let none = step_name("NO_SUCH_STEP");
    let mut names: Vec<StepName> = vec![none];
    let catalogue = session.flow().catalogue();
    names.extend(
        catalogue
            .iter()
            .flat_map(|catalogue| &catalogue.offered)
            .map(|step| step.name),
    );
    let view = session.view();
    let left = |name: StepName| {
        let steps = view.additional_steps.iter();
        let step = steps.clone().find(|step| step.step == name);
        step.map_or(0, |step| step.attempts_left)
    };
    let blob = |name: StepName| {
        let number = u8::try_from(view.round * 16 + left(name)).unwrap_or(u8::MAX);
        events::blob(Item::AdditionalStep(name), number)
    };
    let prescribe = |steps| Prescribe {
        steps,
        given: collection::Given::new(),
    };
    let matrix = |country: &str, name: StepName| {
        let asked = crate::flow::Asked::Only(vec![name.to_string()]);
        let row = [(crate::flow::ALL.to_owned(), asked)].into();
        Some([(country.to_owned(), row)].into())
    };
    let mut events = vec![
        prescribe(None),
        prescribe(matrix(crate::flow::ALL, none)),
        prescribe(matrix("XX", none)),
        ReviewStep,
        AcceptStep,
        RetakeStep,
    ];
    for name in names {
        // One way that is allowed stands for all, and one that is not.
        let asked = view.additional_steps.iter().find(|step| step.step == name);
        let allowed = |source: &&Source| asked.is_none_or(|step| step.sources.allow(**source));
        let sources = Source::ALL.iter();
        let some = sources.clone().find(allowed);
        let other = sources.clone().find(|source| !allowed(source));
        for source in some.into_iter().chain(other).copied() {
            events.push(CaptureStep {
                step: name,
                source,
                blob: blob(name),
                proof: None,
            });
        }
        events.push(SupplyStep {
            step: name,
            source: Source::File,
            blob: blob(name),
            given: crate::SmallMap::new(),
        });
        events.push(events::ask(&[Item::AdditionalStep(name)]));
    }
    events.push(SupplyStep {
        step: none,
        source: Source::Camera,
        blob: blob(none),
        given: crate::SmallMap::new(),
    });
    events
}

impl Subject for review::Session {
    type Event = review::Event;

    fn open(flow: &Arc<Flow>, id: SessionId) -> Self {
        Self::open(flow, id, events::NOON)
    }

    fn states() -> Vec<&'static str> {
        review::State::ALL
            .iter()
            .map(|state| state.as_str())
            .collect()
    }

    fn kinds() -> Vec<&'static str> {
        review::EventKind::ALL
            .iter()
            .map(|kind| kind.as_str())
            .collect()
    }

    fn ends() -> Vec<&'static str> {
        review::State::ALL
            .iter()
            .filter(|state| state.is_end())
            .map(|state| state.as_str())
            .collect()
    }

    fn state(&self) -> &'static str {
        self.state().as_str()
    }

    fn row(&self) -> Vec<&'static str> {
        let accepts = self.state().spec().accepts.iter();
        accepts.map(|kind| kind.as_str()).collect()
    }

    fn version(&self) -> u32 {
        self.version()
    }

    fn kind(event: &review::Event) -> &'static str {
        event.kind().as_str()
    }

    fn tries(&self) -> Vec<Try<review::Event>> {
        use review::Event::*;

        let (rita, sam) = (reviewer("rita"), reviewer("sam"));
        let round = self.view(&name("rita"), events::NOON).round + 1;
        let all = [Item::DocumentFront, Item::Selfie];
        let arrive = |round: u32, items: &[Item]| {
            let number = u8::try_from(round).unwrap_or(u8::MAX);
            let exhibits = items.iter().map(|item| Exhibit {
                item: *item,
                blob: events::blob(*item, number),
                step: None,
            });
            Arrive {
                round,
                exhibits: exhibits.collect(),
            }
        };
        let long = Some(Pii::new("x".repeat(crate::case::LONGEST_TEXT + 1)));
        let fine = |item| Judge {
            item,
            verdict: review::Verdict::Fine {},
        };
        let retake = |item, message| {
            let verdict = review::Verdict::Retake {
                reason: RetakeReason::Glare,
                message,
                note: None,
            };
            Judge { item, verdict }
        };
        let reject = |message| Reject {
            reason: RejectReason::FaceMismatch,
            message,
            note: None,
        };
        let mut tries = Vec::new();
        let mut attempt = |event: review::Event, by: &Actor, now: Timestamp, explore: bool| {
            tries.push(Try {
                event,
                by: by.clone(),
                now,
                explore,
            });
        };
        for event in [
            arrive(round, &all),
            arrive(round + 1, &all),
            arrive(round, &[]),
            arrive(round, &[Item::Selfie; 2]),
        ] {
            attempt(event, &Actor::APPLICANT, events::NOON, true);
        }
        // In a later round only some items come again.
        attempt(
            arrive(round, &[Item::Selfie]),
            &Actor::APPLICANT,
            events::NOON,
            round > 1,
        );
        for by in [&rita, &sam] {
            for event in [
                Claim,
                Release,
                fine(Item::DocumentFront),
                fine(Item::Selfie),
                fine(Item::DocumentBack),
                retake(Item::Selfie, None),
                retake(Item::Selfie, long.clone()),
                Approve { note: None },
                Approve { note: long.clone() },
                reject(None),
                reject(long.clone()),
                RequestResubmission,
            ] {
                attempt(event, by, events::NOON, true);
            }
            // A claim that nobody kept alive.
            let late = events::NOON + self.flow().definition().review.claim;
            for event in [Claim, Release, Approve { note: None }] {
                attempt(event, by, late, false);
            }
        }
        let nameless = Actor {
            sender: Sender::Reviewer,
            name: None,
        };
        attempt(Claim, &nameless, events::NOON, true);
        for kind in [StepType::Upload, StepType::Compare] {
            let exhibit = Exhibit {
                item: Item::AdditionalStep(step_name("SUPPLIED")),
                blob: events::blob(Item::AdditionalStep(step_name("SUPPLIED")), 1),
                step: Some(Brief {
                    kind,
                    source: Source::File,
                    proof: None,
                    fields: vec![FieldBrief {
                        field: field_name("address"),
                        given: None,
                    }],
                }),
            };
            attempt(
                Supplement { exhibit },
                &Actor::INTEGRATOR,
                events::NOON,
                kind == StepType::Compare && self.holds() < 4,
            );
        }
        let compared = |said| Judge {
            item: Item::AdditionalStep(step_name("SUPPLIED")),
            verdict: review::Verdict::Compared {
                fields: [(field_name("address"), said)].into(),
            },
        };
        for by in [&rita, &sam] {
            attempt(compared(Comparison::NoData), by, events::NOON, true);
            attempt(compared(Comparison::Match), by, events::NOON, true);
        }
        attempt(Withdraw, &Actor::INTEGRATOR, events::NOON, true);
        attempt(Erase, &Actor::INTEGRATOR, events::NOON, true);
        tries
    }

    fn handle(&mut self, attempt: &Try<review::Event>) -> Answer {
        match self.handle(&attempt.event, &attempt.by, attempt.now) {
            Ok(step) => Answer::Accepted {
                to: step.to.as_str(),
                effects: step.effects.iter().map(review::Effect::kind).collect(),
                persisted: step.persist,
            },
            Err(review::Rejected::NotAccepted { .. }) => Answer::NotAccepted,
            Err(review::Rejected::Refused { reason, .. }) => Answer::Refused(reason.to_string()),
        }
    }

    fn reopened(&self) -> Option<Self> {
        Self::decode(&self.encode(), self.flow()).ok()
    }

    fn identity(&self) -> String {
        without_version(&self.encode())
    }

    fn claims(&self, by: &Actor) -> Option<Vec<&'static str>> {
        let kinds = self.accepts(by.name.as_ref()?, events::NOON).into_iter();
        Some(kinds.map(review::EventKind::as_str).collect())
    }

    fn holds(&self) -> usize {
        self.blobs().count()
    }

    fn knows(&self, kind: &str) -> bool {
        let known = review::EventKind::ALL.iter();
        known
            .filter(|known| known.as_str() == kind)
            .all(|kind| self.knows(*kind))
    }

    fn outcome(&self) -> Option<&'static str> {
        let view = self.view(&name("rita"), events::NOON);
        let last = view.decisions.last()?;
        last.outcome.map(crate::case::Outcome::as_str)
    }
}

fn country(countries: &Countries) -> &str {
    match countries {
        Countries::All => "DE",
        Countries::Only(countries) => countries.first().map_or("DE", |country| country.as_str()),
    }
}

fn actor(sender: Sender) -> Actor {
    match sender {
        Sender::Reviewer => reviewer("rita"),
        sender => Actor { sender, name: None },
    }
}

fn reviewer(handle: &str) -> Actor {
    Actor::reviewer(name(handle))
}

fn step_name(name: &str) -> StepName {
    match name.parse() {
        Ok(name) => name,
        Err(error) => unreachable!("a well-formed name: {error}"),
    }
}

fn field_name(name: &str) -> FieldName {
    match name.parse() {
        Ok(name) => name,
        Err(error) => unreachable!("a well-formed name: {error}"),
    }
}

fn name(handle: &str) -> ReviewerId {
    match handle.parse() {
        Ok(name) => name,
        Err(error) => unreachable!("a well-formed name: {error}"),
    }
}

/// Two sessions that differ only in how many events it took are the same to the walk.
fn without_version(snapshot: &str) -> String {
    let state = snapshot.find("\"state\":").unwrap_or_default();
    let end = snapshot.rfind(",\"checksum\"").unwrap_or(snapshot.len());
    snapshot[state..end].to_owned()
}
