//! A Flow written in Rust: the same definition, step by step.

use alloc::borrow::ToOwned as _;
use alloc::vec;
use alloc::vec::Vec;

use super::{
    AdditionalSteps, Checkpoints, Clocks, Definition, DocumentRule, Flow, FlowError, Images,
    Limits, ManualShutter, ReviewRule,
};
use crate::case::DocumentType;
use crate::collection::State;
use crate::time::Seconds;

/// Collects a definition; [`FlowBuilder::build`] judges it.
///
/// ```
/// use kyc_core::{DocumentType, Flow};
///
/// let flow = Flow::builder("passport-only", 1).document(DocumentType::Passport).selfie().build()?;
/// assert_eq!(flow.steps().len(), 7);
/// # Ok::<(), kyc_core::FlowError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct FlowBuilder {
    definition: Definition,
    personal_details: bool,
    selfie: bool,
}

impl FlowBuilder {
    pub(super) fn new(id: &str, version: u32) -> Self {
        Self {
            definition: Definition {
                id: id.to_owned(),
                version,
                steps: Vec::new(),
                consent: "1".to_owned(),
                minimum_age: None,
                documents: Vec::new(),
                limits: Limits::default(),
                clocks: Clocks::default(),
                images: Images::default(),
                manual_shutter: ManualShutter::default(),
                review: ReviewRule::default(),
                checkpoints: None,
                additional_steps: None,
            },
            personal_details: false,
            selfie: false,
        }
    }

    /// Asks for names and date of birth.
    pub const fn personal_details(mut self) -> Self {
        self.personal_details = true;
        self
    }

    /// Accepts a kind of document of any country, with all sides that carry data.
    pub fn document(self, document: DocumentType) -> Self {
        self.document_rule(DocumentRule {
            countries: None,
            document,
            sides: document.sides().to_vec(),
        })
    }

    /// Accepts a document by a rule of its own.
    pub fn document_rule(mut self, rule: DocumentRule) -> Self {
        self.definition.documents.push(rule);
        self
    }

    /// Asks for a photo of the face.
    pub const fn selfie(mut self) -> Self {
        self.selfie = true;
        self
    }

    /// Names the consent text in force.
    pub fn consent(mut self, version: &str) -> Self {
        version.clone_into(&mut self.definition.consent);
        self
    }

    /// Accepts only people of at least that age in years.
    pub const fn minimum_age(mut self, years: u16) -> Self {
        self.definition.minimum_age = Some(years);
        self
    }

    /// Limits how often something may be tried.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.definition.limits = limits;
        self
    }

    /// Limits how long something may take.
    pub fn clocks(mut self, clocks: Clocks) -> Self {
        self.definition.clocks = clocks;
        self
    }

    /// Reminds an applicant who has stopped half-way: each so long after the last that was heard of them.
    pub fn reminders(mut self, reminders: impl IntoIterator<Item = Seconds>) -> Self {
        self.definition.clocks.reminders = reminders.into_iter().collect();
        self
    }

    /// Says what an image must be like.
    pub const fn images(mut self, images: Images) -> Self {
        self.definition.images = images;
        self
    }

    /// Says when the camera puts its button forward.
    pub const fn manual_shutter(mut self, shutter: ManualShutter) -> Self {
        self.definition.manual_shutter = shutter;
        self
    }

    /// Says who looks at a case.
    pub const fn review(mut self, review: ReviewRule) -> Self {
        self.definition.review = review;
        self
    }

    /// Replaces the chart's own persisted and submit marks.
    pub fn checkpoints(mut self, checkpoints: Checkpoints) -> Self {
        self.definition.checkpoints = Some(checkpoints);
        self
    }

    /// Asks for more, depending on country and document.
    pub fn additional_steps(mut self, rules: AdditionalSteps) -> Self {
        self.definition.additional_steps = Some(rules);
        self
    }

    /// Judges what was collected.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place in the JSON form.
    pub fn build(self) -> Result<Flow, FlowError> {
        Flow::new(self.definition())
    }

    /// What was collected, not judged.
    pub fn definition(mut self) -> Definition {
        let mut steps = vec![State::Welcome];
        if self.personal_details {
            steps.push(State::PersonalDetails);
        }
        if !self.definition.documents.is_empty() {
            steps.extend([
                State::DocumentSelection,
                State::DocumentPhoto,
                State::DocumentReview,
            ]);
        }
        if self.selfie {
            steps.extend([State::Selfie, State::SelfieReview]);
        }
        if self.definition.additional_steps.is_some() {
            steps.extend([State::AdditionalStep, State::AdditionalStepReview]);
        }
        steps.push(State::Final);
        self.definition.steps = steps
            .into_iter()
            .map(|step| step.as_str().to_owned())
            .collect();
        self.definition
    }
}
