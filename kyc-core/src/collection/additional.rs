//! What a session knows of additional steps: which are asked for, which is at hand, what is done with each.

use alloc::string::String;
use alloc::vec::Vec;

use super::case::{Capture, Case, Chosen};
use crate::additional::{Brief, FieldBrief, ProofKind, Source, StepName};
use crate::flow::{AdditionalStep, Applies, Flow, Matrix};
use crate::ids::FieldName;
use crate::item::Item;
use crate::json::records;
use crate::pii::Pii;
use crate::small_map::SmallMap;

/// What the company knows: by step and field. Personal data.
pub type Given = SmallMap<StepName, GivenFields>;

/// What the company knows of one step: by field. Personal data.
pub type GivenFields = SmallMap<FieldName, Pii<String>>;

records! {
    /// What the company asks of this applicant alone, and what it knows of them. Nothing for the applicant's eyes: who
    /// reads what a document is compared with can have it made.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Prescribed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) steps: Option<Matrix>,
        #[serde(default, skip_serializing_if = "SmallMap::is_empty")]
        pub(crate) given: Given,
    }

    /// How the file of an additional step came.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) struct Origin {
        pub(crate) source: Source,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub(crate) proof: Option<ProofKind>,
        /// Handed in by the company after collection was complete.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        pub(crate) late: bool,
    }
}

impl Case {
    /// The additional steps of the chosen document, in order.
    pub(crate) fn additional_steps<'a>(&'a self, flow: &'a Flow) -> Vec<AdditionalStep<'a>> {
        flow.resolved(self.applies(self.document))
    }

    /// Those that this round asks for.
    pub(crate) fn needed_steps<'a>(&'a self, flow: &'a Flow) -> Vec<AdditionalStep<'a>> {
        let mut needed = Vec::new();
        for step in &self.additional_steps(flow) {
            if self.asks_for(Item::AdditionalStep(step.name())) {
                needed.push(*step);
            }
        }
        needed
    }

    /// The one the applicant has to do next, or looks at: the first that is not confirmed.
    pub(crate) fn step_at_hand<'a>(&'a self, flow: &'a Flow) -> Option<AdditionalStep<'a>> {
        let steps = self.needed_steps(flow);
        let is_open = |step: &&AdditionalStep<'_>| !self.accepted.contains(&step.name());
        steps.iter().find(is_open).copied()
    }

    /// Whether the step at hand was handed in during this round.
    pub(crate) fn step_is_done(&self, flow: &Flow) -> bool {
        self.step_at_hand(flow)
            .is_some_and(|step| self.is_done(Item::AdditionalStep(step.name())))
    }

    /// A step of the catalogue as it is for this applicant.
    pub(crate) fn additional_step<'a>(
        &'a self,
        name: StepName,
        flow: &'a Flow,
    ) -> Option<AdditionalStep<'a>> {
        flow.additional_step(name, self.applies(self.document))
    }

    fn applies(&self, document: Option<Chosen>) -> Applies<'_> {
        Applies {
            document: document.map(|chosen| (chosen.country, chosen.document)),
            prescribed: self
                .prescribed
                .as_ref()
                .and_then(|prescribed| prescribed.steps.as_ref()),
        }
    }

    /// Whether a capture is still one when `chosen` is the document: its step is asked for, and may be handed in so.
    pub(crate) fn stays(&self, capture: &Capture, chosen: Chosen, flow: &Flow) -> bool {
        match (capture.item, &capture.origin) {
            (Item::Selfie, _) => true,
            (Item::AdditionalStep(name), Some(origin)) => flow
                .resolved(self.applies(Some(chosen)))
                .iter()
                .any(|step| step.name() == name && step.sources().allow(origin.source)),
            _ => false,
        }
    }

    /// Whether every step of `chosen` is there or may still be handed in.
    pub(crate) fn could_do_steps(&self, chosen: Chosen, flow: &Flow) -> bool {
        flow.resolved(self.applies(Some(chosen)))
            .iter()
            .map(|step| Item::AdditionalStep(step.name()))
            .all(|item| {
                self.attempts_left(item, flow) > 0
                    || self
                        .current(item)
                        .is_some_and(|capture| self.stays(capture, chosen, flow))
            })
    }

    /// What a reviewer has to know of a capture.
    pub(crate) fn brief(&self, capture: &Capture, flow: &Flow) -> Option<Brief> {
        let (name, origin) = (capture.item.step()?, capture.origin.as_ref()?);
        let step = self.additional_step(name, flow)?;
        let known = self
            .prescribed
            .as_ref()
            .and_then(|prescribed| prescribed.given.get(&name));
        let field = |field: &FieldName| FieldBrief {
            field: field.clone(),
            given: known.and_then(|known| known.get(field)).cloned(),
        };
        Some(Brief {
            kind: step.kind(),
            source: origin.source,
            proof: origin.proof,
            fields: step.fields().into_iter().map(field).collect(),
        })
    }

    /// Whether the company may hand in anything more after collection was complete.
    pub(crate) fn could_be_supplied(&self, flow: &Flow) -> bool {
        let late = |capture: &&Capture| capture.origin.is_some_and(|origin| origin.late);
        flow.catalogue().is_some()
            && self.redacted_at.is_none()
            && self.captures.iter().filter(late).count() < MOST_SUPPLIED
    }
}

/// Each leaves its file and its fields in the case.
const MOST_SUPPLIED: usize = 10;
