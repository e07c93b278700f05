//! What a definition means in the words of the charts. Whether it makes sense is the linter's question.

use alloc::vec::Vec;

use super::resolved::{Catalogue, OfferedStep};
use super::steps::{AdditionalSteps, StepRule};
use super::{Countries, Definition, DocumentRule, Offer, STATES};
use crate::additional::{ProofKind, StepName};
use crate::collection::{Spec, State};
use crate::ids::FlowId;

/// A definition, read.
pub(super) struct Meaning {
    pub(super) id: FlowId,
    pub(super) steps: Vec<State>,
    pub(super) documents: Vec<Offer>,
    pub(super) additional: Option<Catalogue>,
    pub(super) specs: [Spec; STATES],
}

impl Meaning {
    /// Nothing where a name names nothing.
    pub(super) fn of(definition: &Definition) -> Option<Self> {
        let additional = match &definition.additional_steps {
            Some(rules) => Some(catalogue(rules)?),
            None => None,
        };
        Some(Self {
            id: definition.id.parse().ok()?,
            steps: definition
                .steps
                .iter()
                .map(|name| step(name))
                .collect::<Option<_>>()?,
            documents: documents(&definition.documents)?,
            additional,
            specs: specs(definition)?,
        })
    }
}

/// The step of that name.
pub(super) fn step(name: &str) -> Option<State> {
    let mut steps = State::ALL.iter().copied().filter(|state| state.is_step());
    steps.find(|state| state.as_str() == name)
}

fn documents(rules: &[DocumentRule]) -> Option<Vec<Offer>> {
    let offers = rules.iter().map(|rule| {
        let countries = match &rule.countries {
            None => Countries::All,
            Some(names) => Countries::Only(
                names
                    .iter()
                    .map(|name| name.parse().ok())
                    .collect::<Option<_>>()?,
            ),
        };
        Some(Offer {
            countries,
            document: rule.document,
            sides: rule.sides.clone(),
        })
    });
    let (everywhere, some) = offers
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .partition::<Vec<_>, _>(|offer| offer.countries == Countries::All);
    // Rules that name the country win over those for all.
    Some(some.into_iter().chain(everywhere).collect())
}

fn catalogue(rules: &AdditionalSteps) -> Option<Catalogue> {
    Some(Catalogue {
        offered: rules.catalogue.iter().map(offered).collect::<Option<_>>()?,
        asked: rules.asked.clone(),
        attempts: rules.attempts,
    })
}

fn offered(rule: &StepRule) -> Option<OfferedStep> {
    let name: StepName = rule.name.parse().ok()?;
    let proofs = match &rule.proofs {
        Some(proofs) => proofs.clone(),
        None if name == StepName::UTILITY_BILL => ProofKind::ALL.to_vec(),
        None => Vec::new(),
    };
    Some(OfferedStep {
        name,
        types: rule.types.clone(),
        texts: rule.texts.clone(),
        fields: rule
            .fields
            .iter()
            .map(|field| field.parse().ok())
            .collect::<Option<_>>()?,
        sources: rule.sources,
        proofs,
    })
}

/// The rows of the table, with the marks that the definition has moved.
fn specs(definition: &Definition) -> Option<[Spec; STATES]> {
    let spec = match definition.clocks.retention {
        Some(_) => State::spec,
        None => State::spec_without_retention,
    };
    let mut specs: [Spec; STATES] = core::array::from_fn(|row| spec(State::ALL[row]));
    let Some(checkpoints) = &definition.checkpoints else {
        return Some(specs);
    };
    for state in State::ALL.iter().filter(|state| state.is_step()) {
        let spec = &mut specs[*state as usize];
        (spec.persisted, spec.submits) = (false, None);
    }
    for name in &checkpoints.persisted {
        specs[step(name)? as usize].persisted = true;
    }
    for mark in &checkpoints.submits {
        specs[step(&mark.state)? as usize].submits = Some(mark.when);
    }
    Some(specs)
}
