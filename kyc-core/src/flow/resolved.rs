//! Which additional steps one applicant is asked for, and what each is like: the decision of `docs/decisions/0050`.

use alloc::string::String;
use alloc::vec::Vec;

use super::steps::{ALL, Asked, Matrix, Sources, StepChange, StepTexts};
use crate::additional::{BillRule, ProofKind, Source, StepName, StepType};
use crate::case::DocumentType;
use crate::country::Country;
use crate::ids::FieldName;
use crate::small_map::SmallMap;

/// The additional steps of a Flow, after judging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Catalogue {
    pub(crate) offered: Vec<OfferedStep>,
    pub(crate) asked: Matrix,
    pub(crate) attempts: u32,
}

/// A step of the catalogue, after judging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfferedStep {
    pub(crate) name: StepName,
    pub(crate) types: Vec<StepType>,
    pub(crate) texts: SmallMap<String, StepTexts>,
    pub(crate) fields: Vec<FieldName>,
    pub(crate) sources: Sources,
    pub(crate) proofs: Vec<ProofKind>,
}

/// A place in a matrix: country, then document, each as it is written there; `all` where it is not known.
pub type Place<'a> = [&'a str; 2];

/// Whom a step is asked of: as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applies<'a> {
    /// The issuing country and the kind of the document; none before it is chosen, and in a Flow without documents.
    pub document: Option<(Country, DocumentType)>,
    /// What was asked for this session alone.
    pub prescribed: Option<&'a Matrix>,
}

impl Catalogue {
    pub(crate) fn offered(&self, name: StepName) -> Option<&OfferedStep> {
        self.offered.iter().find(|step| step.name == name)
    }

    /// The steps that are asked for, in the order of the catalogue.
    pub(crate) fn resolve<'a>(&'a self, applies: Applies<'a>) -> Vec<AdditionalStep<'a>> {
        self.resolve_at(applies.place(), applies.prescribed)
    }

    /// The steps that are asked for at a place of the matrices, in the order of the catalogue.
    pub(crate) fn resolve_at<'a>(
        &'a self,
        place: Place<'_>,
        prescribed: Option<&'a Matrix>,
    ) -> Vec<AdditionalStep<'a>> {
        let session = prescribed.and_then(|matrix| entry(matrix, place));
        let flow = entry(&self.asked, place);
        let counts = session.or(flow);
        let change = |asked: Option<&'a Asked>, name| asked.and_then(|asked| asked.change(name));
        let mut steps = Vec::new();
        let Some(counts) = counts else { return steps };
        // No iterator that goes on and on: a browser would download it for each of its users.
        for step in &self.offered {
            if counts.names(step.name) {
                let changes = [change(flow, step.name), change(session, step.name)];
                steps.push(AdditionalStep::new(step, changes));
            }
        }
        steps
    }

    /// A step as it is for this applicant, whether it is asked for or not.
    pub(crate) fn changed<'a>(
        &'a self,
        offered: &'a OfferedStep,
        applies: Applies<'a>,
    ) -> AdditionalStep<'a> {
        let change = |matrix: &'a Matrix| {
            entry(matrix, applies.place()).and_then(|asked| asked.change(offered.name))
        };
        AdditionalStep::new(
            offered,
            [change(&self.asked), applies.prescribed.and_then(change)],
        )
    }
}

/// An additional step as one applicant meets it: as the catalogue has it, changed by the Flow's matrix, changed by the
/// session's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdditionalStep<'a> {
    offered: &'a OfferedStep,
    /// The later one wins.
    changes: [Option<&'a StepChange>; 2],
}

impl<'a> AdditionalStep<'a> {
    pub(crate) const fn new(
        offered: &'a OfferedStep,
        changes: [Option<&'a StepChange>; 2],
    ) -> Self {
        Self { offered, changes }
    }

    /// Its name.
    pub const fn name(&self) -> StepName {
        self.offered.name
    }

    /// What is done with it.
    pub fn kind(&self) -> StepType {
        self.last(|change| change.kind)
            .or_else(|| self.offered.types.first().copied())
            .unwrap_or(StepType::Upload)
    }

    /// The fields to compare or to type. Of what nobody evaluates nothing is read.
    pub fn fields(&self) -> Vec<&'a FieldName> {
        if self.kind() == StepType::Upload {
            return Vec::new();
        }
        let some = self.last(|change| change.fields.as_deref().filter(|some| !some.is_empty()));
        self.offered
            .fields
            .iter()
            .filter(|field| some.is_none_or(|some| some.iter().any(|name| name == field.as_str())))
            .collect()
    }

    /// How it may be handed in.
    pub fn sources(&self) -> Sources {
        let offered = self.offered.sources;
        Sources {
            file: self
                .last(|change| change.sources.file)
                .unwrap_or(offered.file),
            camera: self
                .last(|change| change.sources.camera)
                .unwrap_or(offered.camera),
            pdf: self
                .last(|change| change.sources.pdf)
                .unwrap_or(offered.pdf),
        }
    }

    /// The texts in every language there is.
    pub fn texts(&self) -> SmallMap<&'a str, &'a StepTexts> {
        let changes = self.changes.into_iter().flatten();
        let layers = [&self.offered.texts]
            .into_iter()
            .chain(changes.map(|change| &change.texts));
        layers
            .flatten()
            .map(|(locale, texts)| (locale.as_str(), texts))
            .collect()
    }

    /// The language to show for a wish, and the texts in it: the language itself, or the same one elsewhere, or
    /// English, or the first there is.
    pub fn text(&self, wish: &str) -> Option<(&'a str, &'a StepTexts)> {
        let texts = self.texts();
        let find = |tag: &str| {
            let same = |locale: &&&str| locale.eq_ignore_ascii_case(tag);
            texts.keys().find(same).copied()
        };
        let end = wish.bytes().position(|byte| byte == b'-');
        let primary = end.and_then(|end| wish.get(..end)).unwrap_or(wish);
        let locale = find(wish)
            .or_else(|| find(primary))
            .or_else(|| find("en"))
            .or_else(|| texts.keys().next().copied())?;
        texts.get(locale).map(|text| (locale, *text))
    }

    /// The kinds of bills to choose from; none for a step that is no bill.
    pub fn proofs(&self) -> &'a [ProofKind] {
        &self.offered.proofs
    }

    /// What a bill must be like; nothing where nobody looks at it.
    pub fn rules(&self) -> &'static [BillRule] {
        match (self.name() == StepName::UTILITY_BILL, self.kind()) {
            (false, _) | (true, StepType::Upload) => &[],
            (true, _) => BillRule::ALL,
        }
    }

    fn last<T>(&self, of: impl Fn(&'a StepChange) -> Option<T>) -> Option<T> {
        self.changes.into_iter().rev().flatten().find_map(of)
    }
}

impl Sources {
    /// Whether it may be handed in like this.
    pub const fn allow(self, source: Source) -> bool {
        match source {
            Source::File => self.file,
            Source::Camera => self.camera,
            Source::Pdf => self.pdf,
        }
    }

    pub(crate) const fn is_none(self) -> bool {
        !self.file && !self.camera && !self.pdf
    }
}

impl Asked {
    fn names(&self, name: StepName) -> bool {
        match self {
            Self::Only(names) => names.iter().any(|other| other == name.as_str()),
            Self::Each(changes) => changes.contains_key(name.as_str()),
        }
    }

    pub(crate) fn change(&self, name: StepName) -> Option<&StepChange> {
        match self {
            Self::Only(_) => None,
            Self::Each(changes) => changes.get(name.as_str()),
        }
    }
}

impl Applies<'_> {
    fn place(&self) -> Place<'_> {
        match &self.document {
            Some((country, document)) => [country.as_str(), document.as_str()],
            None => [ALL, ALL],
        }
    }
}

/// The most specific entry: country before document, a name before `all`.
fn entry<'m>(matrix: &'m Matrix, [country, document]: Place<'_>) -> Option<&'m Asked> {
    let rows = [country, ALL].map(|name| matrix.get(name));
    rows.into_iter()
        .flatten()
        .find_map(|row| row.get(document).or_else(|| row.get(ALL)))
}
