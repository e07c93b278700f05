//! What a definition means in the words of the charts. Whether it makes sense is the linter's question.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::FromStr;

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
            steps: steps(&definition.steps)?,
            documents: documents(&definition.documents)?,
            additional,
            specs: specs(definition)?,
        })
    }
}

fn steps(names: &[String]) -> Option<Vec<State>> {
    let mut steps = Vec::new();
    for name in names {
        steps.push(step(name)?);
    }
    Some(steps)
}

/// The step of that name.
pub(super) fn step(name: &str) -> Option<State> {
    let mut steps = State::ALL.iter().copied().filter(|state| state.is_step());
    steps.find(|state| state.as_str() == name)
}

fn documents(rules: &[DocumentRule]) -> Option<Vec<Offer>> {
    // Rules that name the country win over those for all.
    let (mut some, mut everywhere) = (Vec::new(), Vec::new());
    for rule in rules {
        let offer = |countries| Offer {
            countries,
            document: rule.document,
            sides: rule.sides.clone(),
        };
        match &rule.countries {
            None => everywhere.push(offer(Countries::All)),
            Some(names) => some.push(offer(Countries::Only(named(names)?))),
        }
    }
    some.append(&mut everywhere);
    Some(some)
}

/// What is named, in order.
fn named<T: FromStr>(names: &[String]) -> Option<Vec<T>> {
    let mut all = Vec::new();
    for name in names {
        all.push(name.parse().ok()?);
    }
    Some(all)
}

fn catalogue(rules: &AdditionalSteps) -> Option<Catalogue> {
    let mut steps = Vec::new();
    for rule in &rules.catalogue {
        steps.push(offered(rule)?);
    }
    Some(Catalogue {
        offered: steps,
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
        fields: named(&rule.fields)?,
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
