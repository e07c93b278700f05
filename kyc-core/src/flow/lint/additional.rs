//! What is wrong with additional steps: with a catalogue, and with a matrix, be it the Flow's or a session's.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::resolved::{AdditionalStep, Catalogue, OfferedStep};
use super::super::steps::{ALL, AdditionalSteps, Asked, Matrix, StepChange, StepRule, StepTexts};
use super::{Code, Linter, MOST_ATTEMPTS, Offer};
use crate::additional::{ProofKind, StepName, StepType};
use crate::case::DocumentType;
use crate::collection::State;
use crate::country::Country;
use crate::ids::FieldName;
use crate::small_map::SmallMap;

/// What is wrong with an entry of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No such country, nor `all`.
    Country,
    /// No such kind of document, nor `all`.
    Document,
    /// Not in the catalogue.
    Step,
    /// The same step twice.
    Twice,
    /// The catalogue does not allow it this type.
    Type,
    /// The catalogue has no such field for it.
    Field,
    /// It would be evaluated, and there is nothing to look for.
    NoField,
    /// It could not be handed in at all.
    NoSource,
    /// Not a language tag.
    Locale,
    /// A text that is empty or too long.
    Text,
}

impl Fault {
    const fn told(self) -> (Code, &'static str) {
        match self {
            Self::Country => (Code::UnknownCountry, "not an alpha-2 code, nor all"),
            Self::Document => (Code::UnknownDocument, "not a kind of document, nor all"),
            Self::Step => (Code::UnknownStep, "the catalogue has no such step"),
            Self::Twice => (Code::Duplicate, "it stands here a second time"),
            Self::Type => (
                Code::NotEnabled,
                "the catalogue does not allow it this type",
            ),
            Self::Field => (Code::UnknownField, "the catalogue has no such field for it"),
            Self::NoField => (
                Code::DeadEnd,
                "there is nothing to compare or to type: name a field",
            ),
            Self::NoSource => (
                Code::DeadEnd,
                "it could not be handed in: allow file, camera or pdf",
            ),
            Self::Locale => (Code::BadName, "not a language tag (BCP 47)"),
            Self::Text => (
                Code::BadText,
                "a name has 1 to 200 characters, a description 1 to 2,000",
            ),
        }
    }
}

/// Everything that is wrong with a matrix, with its place below it.
pub(crate) fn faults(matrix: &Matrix, catalogue: &Catalogue) -> Vec<(String, Fault)> {
    let mut found = Vec::new();
    for (country, row) in matrix {
        if country != ALL && country.parse::<Country>().is_err() {
            found.push((country.clone(), Fault::Country));
        }
        for (document, asked) in row {
            let place = format!("{country}.{document}");
            let known = DocumentType::ALL
                .iter()
                .any(|known| known.as_str() == document);
            if document != ALL && !known {
                found.push((place.clone(), Fault::Document));
            }
            match asked {
                Asked::Only(names) => {
                    for (position, name) in names.iter().enumerate() {
                        let place = format!("{place}[{position}]");
                        if find(name, catalogue).is_none() {
                            found.push((place.clone(), Fault::Step));
                        }
                        if names[..position].contains(name) {
                            found.push((place, Fault::Twice));
                        }
                    }
                }
                Asked::Each(changes) => {
                    for (name, change) in changes {
                        let place = format!("{place}.{name}");
                        match find(name, catalogue) {
                            None => found.push((place, Fault::Step)),
                            Some(offered) => {
                                change_faults(change, offered, catalogue, &place, &mut found);
                            }
                        }
                    }
                }
            }
        }
    }
    found
}

fn find<'a>(name: &str, catalogue: &'a Catalogue) -> Option<&'a OfferedStep> {
    name.parse().ok().and_then(|name| catalogue.offered(name))
}

fn change_faults(
    change: &StepChange,
    offered: &OfferedStep,
    catalogue: &Catalogue,
    place: &str,
    found: &mut Vec<(String, Fault)>,
) {
    if change
        .kind
        .is_some_and(|kind| !offered.types.contains(&kind))
    {
        found.push((format!("{place}.type"), Fault::Type));
    }
    for (position, field) in change.fields.iter().flatten().enumerate() {
        if !offered.fields.iter().any(|known| known.as_str() == field) {
            found.push((format!("{place}.fields[{position}]"), Fault::Field));
        }
    }
    if change.fields.as_ref().is_some_and(Vec::is_empty) && change.kind != Some(StepType::Upload) {
        found.push((format!("{place}.fields"), Fault::NoField));
    }
    text_faults(&change.texts, place, found);
    // On top of whatever the Flow changes in some country.
    let below = catalogue.asked.values().flat_map(SmallMap::values);
    let below = below.map(|asked| asked.change(offered.name));
    if below
        .chain([None])
        .map(|below| AdditionalStep::new(offered, [below, Some(change)]))
        .any(|step| step.sources().is_none())
    {
        found.push((format!("{place}.sources"), Fault::NoSource));
    }
}

fn text_faults(texts: &SmallMap<String, StepTexts>, place: &str, found: &mut Vec<(String, Fault)>) {
    for (locale, text) in texts {
        let place = format!("{place}.texts.{locale}");
        if !is_language(locale) {
            found.push((place.clone(), Fault::Locale));
        }
        let fits = |text: &str, longest| {
            !text.trim().is_empty()
                && text.chars().count() <= longest
                && !text.chars().any(|c| c.is_control() && c != '\n')
        };
        if !fits(&text.name, 200) || !fits(&text.description, 2_000) {
            found.push((place, Fault::Text));
        }
    }
}

/// Two or three letters, then parts of letters and digits.
fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let primary = parts.next().unwrap_or_default();
    (2..=3).contains(&primary.len())
        && primary.bytes().all(|byte| byte.is_ascii_alphabetic())
        && tag.len() <= 35
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

impl Linter {
    pub(super) fn additional(
        &mut self,
        rules: Option<&AdditionalSteps>,
        steps: &[State],
        documents: &[Offer],
    ) {
        let asks = steps.contains(&State::AdditionalStep);
        let Some(rules) = rules else {
            if asks {
                self.find(
                    Code::DeadEnd,
                    "additional_steps",
                    "additional_step has nothing to ask for: give a catalogue",
                );
            }
            return;
        };
        if !asks {
            self.find(
                Code::Unenforced,
                "additional_steps",
                "only additional_step asks for them: add that step",
            );
        }
        if !(1..=MOST_STEPS).contains(&rules.catalogue.len()) {
            self.find(
                Code::DeadEnd,
                "additional_steps.catalogue",
                format!("give 1 to {MOST_STEPS} steps"),
            );
        }
        match rules.attempts {
            0 => self.find(
                Code::DeadEnd,
                "additional_steps.attempts",
                "nothing could ever be handed in",
            ),
            1..=MOST_ATTEMPTS => {}
            _ => self.find(
                Code::UnboundedLoop,
                "additional_steps.attempts",
                format!("so many are as good as no end: give at most {MOST_ATTEMPTS}"),
            ),
        }
        let mut catalogue = Catalogue {
            offered: Vec::new(),
            asked: rules.asked.clone(),
            attempts: rules.attempts,
        };
        for (position, rule) in rules.catalogue.iter().enumerate() {
            let path = format!("additional_steps.catalogue[{position}]");
            if let Some(offered) = self.offered(rule, &path) {
                if catalogue.offered(offered.name).is_some() {
                    let name = offered.name;
                    self.find(
                        Code::Duplicate,
                        path,
                        format!("{name} stands here a second time"),
                    );
                }
                catalogue.offered.push(offered);
            }
        }
        for (place, fault) in faults(&rules.asked, &catalogue) {
            let (code, message) = fault.told();
            self.find(code, format!("additional_steps.asked.{place}"), message);
        }
        self.met(&rules.asked, documents);
    }

    fn offered(&mut self, rule: &StepRule, path: &str) -> Option<OfferedStep> {
        let name: Option<StepName> = rule
            .name
            .parse()
            .map_err(|error| self.find(Code::BadName, format!("{path}.name"), format!("{error}")))
            .ok();
        if rule.types.is_empty() {
            self.find(
                Code::DeadEnd,
                format!("{path}.types"),
                "say what is done with it: upload, compare or extract",
            );
        }
        self.twice(&rule.types, &format!("{path}.types"));
        self.twice(&rule.fields, &format!("{path}.fields"));
        let mut fields: Vec<FieldName> = Vec::new();
        for (position, field) in rule.fields.iter().enumerate() {
            match field.parse() {
                Ok(field) => fields.push(field),
                Err(error) => self.find(
                    Code::BadName,
                    format!("{path}.fields[{position}]"),
                    format!("{error}"),
                ),
            }
        }
        if rule.fields.len() > MOST_FIELDS {
            self.find(
                Code::UnboundedLoop,
                format!("{path}.fields"),
                format!("nobody compares so many: give at most {MOST_FIELDS}"),
            );
        }
        if rule.fields.is_empty() && rule.types.iter().any(|kind| *kind != StepType::Upload) {
            self.find(
                Fault::NoField.told().0,
                format!("{path}.fields"),
                Fault::NoField.told().1,
            );
        }
        if rule.texts.is_empty() {
            self.find(
                Code::BadText,
                format!("{path}.texts"),
                "the applicant must be told what is wanted",
            );
        }
        let mut found = Vec::new();
        text_faults(&rule.texts, path, &mut found);
        if rule.sources.is_none() {
            found.push((format!("{path}.sources"), Fault::NoSource));
        }
        for (place, fault) in found {
            let (code, message) = fault.told();
            self.find(code, place, message);
        }
        Some(OfferedStep {
            name: name?,
            types: rule.types.clone(),
            texts: rule.texts.clone(),
            fields,
            sources: rule.sources,
            proofs: self.proofs(rule, name?, path),
        })
    }

    fn proofs(&mut self, rule: &StepRule, name: StepName, path: &str) -> Vec<ProofKind> {
        let path = format!("{path}.proofs");
        match (&rule.proofs, name == StepName::UTILITY_BILL) {
            (None, true) => ProofKind::ALL.to_vec(),
            (None, false) => Vec::new(),
            (Some(_), false) => {
                self.find(
                    Code::Unenforced,
                    path,
                    "only UTILITY_BILL asks which bill it is",
                );
                Vec::new()
            }
            (Some(proofs), true) => {
                if proofs.is_empty() {
                    self.find(
                        Code::DeadEnd,
                        &path,
                        "name a kind, or leave the list out for all",
                    );
                }
                self.twice(proofs, &path);
                proofs.clone()
            }
        }
    }

    /// An entry for a document that nobody can choose is one that nobody meets.
    fn met(&mut self, asked: &Matrix, documents: &[Offer]) {
        for (country, row) in asked {
            for document in row.keys() {
                let chosen = |offer: &Offer| {
                    (document == ALL || offer.document.as_str() == document)
                        && (country == ALL
                            || country
                                .parse()
                                .is_ok_and(|country: Country| offer.countries.holds(country)))
                };
                let everywhere = country == ALL && document == ALL;
                if !everywhere && !documents.iter().any(chosen) {
                    self.find(
                        Code::Unenforced,
                        format!("additional_steps.asked.{country}.{document}"),
                        "no applicant can choose that document",
                    );
                }
            }
        }
    }

    fn twice<T: PartialEq>(&mut self, list: &[T], path: &str) {
        for (position, one) in list.iter().enumerate() {
            if list[..position].contains(one) {
                self.find(
                    Code::Duplicate,
                    format!("{path}[{position}]"),
                    "it stands here a second time",
                );
            }
        }
    }
}

/// What is told of all of them fits into one effect.
const MOST_STEPS: usize = 10;
const MOST_FIELDS: usize = 10;
