//! What is wrong with a definition. Every finding is an error: a Flow that loads can be walked to its end and loses nothing.

mod additional;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use self::additional::{Fault, faults};

use super::meaning::{Meaning, step};
use super::{Checkpoints, Clocks, Countries, Definition, DocumentRule, FlowError, Offer};
use crate::case::words;
use crate::collection::{OLDEST, State, When};
use crate::country::Country;
use crate::ids::FlowId;
use crate::time::Seconds;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// What kind of mistake it is.
    pub code: Code,
    /// Where: a path into the JSON form, or line and column when it is not JSON of the right shape.
    pub path: String,
    /// What to do about it.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.path, self.code, self.message)
    }
}

words! {
    /// The kinds of mistakes.
    Code {
        /// Not JSON, or not of the right shape.
        Malformed = "malformed",
        /// A name that is empty or not well formed.
        BadName = "bad_name",
        /// No such step.
        UnknownStep = "unknown_step",
        /// No such country.
        UnknownCountry = "unknown_country",
        /// No such kind of document.
        UnknownDocument = "unknown_document",
        /// No such field.
        UnknownField = "unknown_field",
        /// A type that the catalogue does not allow the step.
        NotEnabled = "not_enabled",
        /// A text that is missing or too long.
        BadText = "bad_text",
        /// The same name twice.
        Duplicate = "duplicate",
        /// No applicant can ever get there.
        UnreachableStep = "unreachable_step",
        /// No applicant can ever leave there.
        DeadEnd = "dead_end",
        /// Something can be repeated without end.
        UnboundedLoop = "unbounded_loop",
        /// A document whose side with data is not photographed.
        MissingSide = "missing_side",
        /// A persisted or submit mark with which a crash would lose data.
        LossyMark = "lossy_mark",
        /// A rule that no step would ever apply.
        Unenforced = "unenforced",
        /// Nobody would look at a case.
        NoReview = "no_review",
    }
}

/// What a definition means, when nothing is wrong with it.
pub(super) fn judge(definition: &Definition) -> Result<Meaning, FlowError> {
    let mut linter = Linter::default();
    linter.names(definition);
    let steps = linter.steps(definition);
    let documents = linter.documents(definition, &steps);
    linter.additional(definition.additional_steps.as_ref(), &steps, &documents);
    linter.age(definition, &steps);
    linter.limits(definition, &steps);
    linter.clocks(definition);
    linter.shutter(definition, &steps);
    linter.marks(definition, &steps);
    match Meaning::of(definition) {
        Some(meaning) if linter.diagnostics.is_empty() => Ok(meaning),
        _ => Err(FlowError {
            diagnostics: linter.diagnostics,
        }),
    }
}

#[derive(Default)]
struct Linter {
    diagnostics: Vec<Diagnostic>,
}

impl Linter {
    fn find(&mut self, code: Code, path: impl Into<String>, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic {
            code,
            path: path.into(),
            message: message.into(),
        });
    }

    fn names(&mut self, definition: &Definition) {
        if definition.consent.trim().is_empty() {
            self.find(
                Code::BadName,
                "consent",
                "name the version of the consent text",
            );
        }
        if let Err(error) = definition.id.parse::<FlowId>() {
            self.find(Code::BadName, "id", format!("{error}"));
        }
    }

    fn steps(&mut self, definition: &Definition) -> Vec<State> {
        let mut steps = Vec::new();
        let mut places = Vec::new();
        for (position, name) in definition.steps.iter().enumerate() {
            let path = format!("steps[{position}]");
            match step(name) {
                None => self.find(
                    Code::UnknownStep,
                    path,
                    format!("not a step: there are {}", all_steps()),
                ),
                Some(step) if steps.contains(&step) => {
                    self.find(
                        Code::Duplicate,
                        path,
                        format!("{step} stands here a second time"),
                    );
                }
                Some(step) => {
                    steps.push(step);
                    places.push(position);
                }
            }
        }
        self.order(&steps, &places);
        steps
    }

    /// A step is reached from the one before, and leads to the one behind.
    fn order(&mut self, steps: &[State], places: &[usize]) {
        for (position, &step) in steps.iter().enumerate() {
            let path = || format!("steps[{}]", places[position]);
            let before = position.checked_sub(1).map(|before| steps[before]);
            if step == State::Welcome {
                if before.is_some() {
                    self.find(
                        Code::UnreachableStep,
                        path(),
                        "welcome comes first: nothing leads back to it",
                    );
                }
            } else if position == 0 {
                self.find(
                    Code::UnreachableStep,
                    path(),
                    "the walk begins in welcome: put it in front",
                );
            }
            if before == Some(State::Final) {
                self.find(Code::UnreachableStep, path(), "nothing comes after final");
            }
            if let Some(needed) = step.follows()
                && before != Some(needed)
            {
                self.find(
                    Code::UnreachableStep,
                    path(),
                    format!("{step} is reached from {needed} only"),
                );
            }
            if let Some(next) = step.leads_to()
                && steps.get(position + 1) != Some(&next)
            {
                self.find(
                    Code::DeadEnd,
                    path(),
                    format!("{step} leads to {next} only: put that behind it"),
                );
            }
        }
        let place = |state| steps.iter().position(|step| *step == state);
        if let (Some(asked), Some(chosen)) = (
            place(State::AdditionalStep),
            place(State::DocumentSelection),
        ) && asked < chosen
        {
            self.find(
                Code::UnreachableStep,
                format!("steps[{}]", places[asked]),
                "additional_step comes behind the document: what is asked for depends on it",
            );
        }
        if !steps.contains(&State::Final) {
            self.find(
                Code::DeadEnd,
                "steps",
                "without final no applicant ever arrives",
            );
        }
        if !steps.contains(&State::DocumentPhoto) && !steps.contains(&State::Selfie) {
            self.find(
                Code::NoReview,
                "steps",
                "there is nothing to look at: ask for a document or a selfie",
            );
        }
    }

    fn documents(&mut self, definition: &Definition, steps: &[State]) -> Vec<Offer> {
        let asked = steps.contains(&State::DocumentSelection);
        if asked && definition.documents.is_empty() {
            self.find(
                Code::DeadEnd,
                "documents",
                "document_selection has nothing to select",
            );
        }
        if !asked && !definition.documents.is_empty() {
            self.find(
                Code::UnreachableStep,
                "documents",
                "no step asks for a document",
            );
        }
        let mut offers: Vec<Offer> = Vec::new();
        for (position, rule) in definition.documents.iter().enumerate() {
            let offer = self.document(rule, &format!("documents[{position}]"));
            if offers.iter().any(|other| {
                other.document == offer.document && overlap(&other.countries, &offer.countries)
            }) {
                self.find(
                    Code::Duplicate,
                    format!("documents[{position}]"),
                    format!("another rule for {} names the same country", offer.document),
                );
            }
            offers.push(offer);
        }
        offers
    }

    fn document(&mut self, rule: &DocumentRule, path: &str) -> Offer {
        let countries = match &rule.countries {
            None => Countries::All,
            Some(names) => {
                let mut countries: Vec<Country> = Vec::new();
                if names.is_empty() {
                    self.find(
                        Code::DeadEnd,
                        format!("{path}.countries"),
                        "name a country, or leave the list out for all",
                    );
                }
                for (position, name) in names.iter().enumerate() {
                    let path = format!("{path}.countries[{position}]");
                    match name.parse() {
                        Err(error) => self.find(Code::UnknownCountry, path, format!("{error}")),
                        Ok(country) if countries.contains(&country) => {
                            self.find(
                                Code::Duplicate,
                                path,
                                format!("{country} stands here a second time"),
                            );
                        }
                        Ok(country) => countries.push(country),
                    }
                }
                Countries::Only(countries)
            }
        };
        for (position, side) in rule.sides.iter().enumerate() {
            if rule.sides[..position].contains(side) {
                self.find(
                    Code::Duplicate,
                    format!("{path}.sides[{position}]"),
                    format!("{side} stands here a second time"),
                );
            }
        }
        for side in rule.document.sides() {
            if !rule.sides.contains(side) {
                self.find(
                    Code::MissingSide,
                    format!("{path}.sides"),
                    format!(
                        "the {side} of a {} carries data: photograph it",
                        rule.document
                    ),
                );
            }
        }
        Offer {
            countries,
            document: rule.document,
            sides: rule.sides.clone(),
        }
    }

    fn age(&mut self, definition: &Definition, steps: &[State]) {
        let Some(years) = definition.minimum_age else {
            return;
        };
        if !steps.contains(&State::PersonalDetails) {
            self.find(
                Code::Unenforced,
                "minimum_age",
                "only personal_details asks for the date of birth: add that step",
            );
        }
        if years > OLDEST {
            self.find(
                Code::DeadEnd,
                "minimum_age",
                format!("nobody is that old: give at most {OLDEST}"),
            );
        }
    }

    fn limits(&mut self, definition: &Definition, steps: &[State]) {
        let limits = &definition.limits;
        for (path, limit, matters) in [
            (
                "limits.document_attempts",
                limits.document_attempts,
                steps.contains(&State::DocumentPhoto),
            ),
            (
                "limits.selfie_attempts",
                limits.selfie_attempts,
                steps.contains(&State::Selfie),
            ),
        ] {
            match limit {
                None => self.find(
                    Code::UnboundedLoop,
                    path,
                    "photos could be taken again without end: give a number",
                ),
                Some(limit) if limit > MOST_ATTEMPTS => self.find(
                    Code::UnboundedLoop,
                    path,
                    format!("so many are as good as no end: give at most {MOST_ATTEMPTS}"),
                ),
                Some(0) if matters => {
                    self.find(Code::DeadEnd, path, "no photo could ever be taken");
                }
                Some(_) => {}
            }
        }
        match limits.resubmissions {
            None => self.find(
                Code::UnboundedLoop,
                "limits.resubmissions",
                "a case could go round without end: give a number",
            ),
            Some(limit) if limit > MOST_RESUBMISSIONS => self.find(
                Code::UnboundedLoop,
                "limits.resubmissions",
                format!("so many are as good as no end: give at most {MOST_RESUBMISSIONS}"),
            ),
            Some(_) => {}
        }
        if definition.review.stages == 0 {
            self.find(
                Code::NoReview,
                "review.stages",
                "at least one reviewer must approve",
            );
        }
        let images = &definition.images;
        for (path, value) in [
            ("images.max_bytes", images.max_bytes),
            ("images.max_pixels", images.max_pixels),
        ] {
            if value == 0 {
                self.find(Code::DeadEnd, path, "no image could ever be uploaded");
            }
        }
    }

    fn clocks(&mut self, definition: &Definition) {
        let clocks = &definition.clocks;
        for (path, clock) in [
            ("clocks.opening", Some(clocks.opening)),
            ("clocks.session", Some(clocks.session)),
            ("clocks.resubmission", Some(clocks.resubmission)),
            ("clocks.retention", clocks.retention),
            ("review.claim", Some(definition.review.claim)),
        ] {
            if clock == Some(Seconds(0)) {
                self.find(Code::DeadEnd, path, "it would be over before it began");
            }
        }
        self.reminders(clocks);
    }

    fn reminders(&mut self, clocks: &Clocks) {
        if clocks.reminders.len() > MOST_REMINDERS {
            self.find(
                Code::UnboundedLoop,
                "clocks.reminders",
                format!("so many are a nuisance: give at most {MOST_REMINDERS}"),
            );
        }
        let mut before = None;
        for (position, reminder) in clocks.reminders.iter().take(MOST_REMINDERS).enumerate() {
            let path = format!("clocks.reminders[{position}]");
            if *reminder == Seconds(0) {
                self.find(
                    Code::DeadEnd,
                    path,
                    "it would come before anybody could stop",
                );
            } else if before == Some(*reminder) {
                self.find(Code::Duplicate, path, "the one before it comes then");
            } else if before.is_some_and(|before| before > *reminder) {
                self.find(
                    Code::Unenforced,
                    path,
                    "it comes sooner than the one before it: put them in order",
                );
            } else if *reminder >= clocks.session {
                self.find(
                    Code::Unenforced,
                    path,
                    "it would never come: the session is over by then",
                );
            }
            before = before.max(Some(*reminder));
        }
    }

    fn shutter(&mut self, definition: &Definition, steps: &[State]) {
        let shutter = &definition.manual_shutter;
        for (wait, step) in [
            (shutter.document_photo, State::DocumentPhoto),
            (shutter.selfie, State::Selfie),
            (shutter.additional_step, State::AdditionalStep),
        ] {
            let path = format!("manual_shutter.{step}");
            if wait.is_some() && !steps.contains(&step) {
                let message = format!("{step} is not among the steps");
                self.find(Code::Unenforced, path, message);
            } else if wait > Some(LONGEST_WAIT) {
                self.find(
                    Code::DeadEnd,
                    path,
                    format!(
                        "nobody holds a document that long: give at most {}",
                        LONGEST_WAIT.0
                    ),
                );
            }
        }
    }

    fn marks(&mut self, definition: &Definition, steps: &[State]) {
        let Some(checkpoints) = &definition.checkpoints else {
            return;
        };
        let persisted = &checkpoints.persisted;
        for (position, name) in persisted.iter().enumerate() {
            let path = format!("checkpoints.persisted[{position}]");
            let is_second = persisted[..position].contains(name);
            self.marked(name, is_second, &path, steps);
        }
        let submits = &checkpoints.submits;
        for (position, mark) in submits.iter().enumerate() {
            let path = format!("checkpoints.submits[{position}].state");
            let mut before = submits[..position].iter();
            let is_second = before.any(|other| other.state == mark.state);
            self.marked(&mark.state, is_second, &path, steps);
        }
        self.lossless(checkpoints, steps);
    }

    fn marked(&mut self, name: &str, is_second: bool, path: &str, steps: &[State]) {
        let Some(state) = step(name) else {
            let message = "not a step: see the table of states";
            return self.find(Code::UnknownStep, path, message);
        };
        if !steps.contains(&state) {
            let message = format!("{state} is not among the steps");
            self.find(Code::UnreachableStep, path, message);
        }
        if is_second {
            let message = format!("{state} stands here a second time");
            self.find(Code::Duplicate, path, message);
        }
    }

    /// What is told to the backend must be kept first, and the end must be both.
    fn lossless(&mut self, checkpoints: &Checkpoints, steps: &[State]) {
        let is_persisted = |state: State| {
            let mut names = checkpoints.persisted.iter();
            names.any(|name| name == state.as_str())
        };
        let mut ends = checkpoints.submits.iter().rev();
        let end = ends.find(|mark| mark.state == State::Final.as_str());
        if !is_persisted(State::Final) {
            self.find(
                Code::LossyMark,
                "checkpoints.persisted",
                "final must be persisted: all that was given is complete there",
            );
        }
        if end.is_none_or(|mark| mark.when != When::Entering) {
            self.find(
                Code::LossyMark,
                "checkpoints.submits",
                "final must submit on entering: no reviewer would ever be told",
            );
        }
        for (position, mark) in checkpoints.submits.iter().enumerate() {
            let Some(at) = steps.iter().position(|step| step.as_str() == mark.state) else {
                continue;
            };
            let landing = match mark.when {
                When::Entering => steps.get(at),
                When::Leaving => steps.get(at + 1),
            };
            if landing.is_some_and(|landing| !is_persisted(*landing)) {
                self.find(
                    Code::LossyMark,
                    format!("checkpoints.submits[{position}]"),
                    "the state in which the backend is told must be persisted: it would know what a crash forgets",
                );
            }
        }
    }
}

/// Every step's name, in the order of the table.
fn all_steps() -> String {
    let steps = State::ALL.iter().filter(|state| state.is_step());
    let names: Vec<_> = steps.map(|step| step.as_str()).collect();
    names.join(", ")
}

fn overlap(one: &Countries, other: &Countries) -> bool {
    match (one, other) {
        (Countries::All, Countries::All) => true,
        (Countries::Only(one), Countries::Only(other)) => {
            one.iter().any(|country| other.contains(country))
        }
        _ => false,
    }
}

/// Every try leaves something behind until the round is over.
const MOST_ATTEMPTS: u32 = 100;
/// Every round leaves its photos and texts in the case.
const MOST_RESUBMISSIONS: u32 = 10;
/// Each is a step of the session, and a letter to a person.
const MOST_REMINDERS: usize = 5;
/// Whoever has found the button by then has pressed it.
const LONGEST_WAIT: Seconds = Seconds(60);
