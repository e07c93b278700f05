//! What a company asks of an applicant: steps, documents, limits, clocks, review. Judged once, when it is loaded.

mod builder;
mod lint;
mod meaning;
mod offers;
mod resolved;
mod shutter;
mod steps;

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

pub use self::builder::FlowBuilder;
pub use self::lint::{Code, Diagnostic};
pub(crate) use self::lint::{Fault, faults};
use self::meaning::Meaning;
pub use self::offers::{Offered, Offers};
pub(crate) use self::resolved::Catalogue;
pub use self::resolved::{AdditionalStep, Applies, Place};
pub use self::shutter::ManualShutter;
pub use self::steps::{
    ALL, AdditionalSteps, Asked, Matrix, Sources, SourcesChange, StepChange, StepRule, StepTexts,
};

use crate::additional::StepName;
use crate::case::{DocumentType, Side};
use crate::collection::{Spec, State, When};
use crate::country::Country;
use crate::ids::FlowId;
use crate::json::{self, Malformed, records};
use crate::snapshot::{self, FlowRef};
use crate::time::Seconds;

const STATES: usize = State::ALL.len();

/// A definition that the linter found nothing wrong with.
///
/// ```
/// use kyc_core::Flow;
///
/// let flow = Flow::manual_review();
/// let same = Flow::from_json(&flow.to_json())?;
/// assert_eq!(flow.hash(), same.hash());
/// # Ok::<(), kyc_core::FlowError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    id: FlowId,
    definition: Definition,
    steps: Vec<State>,
    documents: Vec<Offer>,
    additional: Option<Catalogue>,
    specs: [Spec; STATES],
    hash: String,
    named: String,
}

impl Flow {
    /// The seven states of the manual review guide, with personal details: identity card, passport, residence permit
    /// or driving licence of any country, a selfie, one reviewer.
    pub fn manual_review() -> Arc<Self> {
        match Self::builder("manual-review", 1)
            .personal_details()
            .document(DocumentType::IdCard)
            .document(DocumentType::Passport)
            .document(DocumentType::ResidencePermit)
            .document(DocumentType::DriverLicense)
            .selfie()
            .build()
        {
            Ok(flow) => Arc::new(flow),
            Err(error) => unreachable!("the flow that is shipped passes its own linter: {error}"),
        }
    }

    /// Starts a definition in Rust.
    pub fn builder(id: &str, version: u32) -> FlowBuilder {
        FlowBuilder::new(id, version)
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn from_json(text: &str) -> Result<Self, FlowError> {
        let definition = serde_json::from_str(text).map_err(|error| FlowError {
            diagnostics: vec![Diagnostic {
                code: Code::Malformed,
                path: format!("line {}, column {}", error.line(), error.column()),
                message: error.to_string(),
            }],
        })?;
        Self::new(definition)
    }

    /// Judges a definition.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn new(definition: Definition) -> Result<Self, FlowError> {
        let meaning = lint::judge(&definition)?;
        Ok(Self::with(meaning, definition))
    }

    /// Reads the JSON form of a Flow that was judged elsewhere: a page trusts the server it has it from, and the server
    /// decides by its own.
    ///
    /// # Errors
    ///
    /// It is not of the right shape, or names what this release does not know.
    pub fn judged_elsewhere(text: &str) -> Result<Self, Malformed> {
        let definition = json::read(text)?;
        let meaning = Meaning::of(&definition).ok_or(Malformed)?;
        Ok(Self::with(meaning, definition))
    }

    fn with(meaning: Meaning, definition: Definition) -> Self {
        let hash = snapshot::checksum(json::write(&definition).as_bytes());
        let named = snapshot::naming(&meaning.id, definition.version, &hash);
        Self {
            id: meaning.id,
            definition,
            steps: meaning.steps,
            documents: meaning.documents,
            additional: meaning.additional,
            specs: meaning.specs,
            hash,
            named,
        }
    }

    /// Stands in for a Flow that is not there, where only its name matters: what is asked of the applicant is made up.
    pub(crate) fn absent(of: FlowRef) -> Arc<Self> {
        let mut flow = Self::clone(&Self::manual_review());
        flow.definition.id = of.id.to_string();
        flow.definition.version = of.version;
        flow.named = snapshot::naming(&of.id, of.version, &of.hash);
        (flow.id, flow.hash) = (of.id, of.hash);
        Arc::new(flow)
    }

    /// The JSON form.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(&self.definition).unwrap_or_default()
    }

    /// JSON Schema (2020-12) of the JSON form, for editors.
    #[cfg(feature = "schema")]
    pub fn json_schema() -> String {
        serde_json::to_string_pretty(&schemars::schema_for!(Definition)).unwrap_or_default()
    }

    /// The name under which sessions remember it.
    pub const fn id(&self) -> &FlowId {
        &self.id
    }

    /// The edition under which sessions remember it.
    pub const fn version(&self) -> u32 {
        self.definition.version
    }

    /// Tells whether two definitions are the same to the letter.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How its sessions' snapshots name it.
    pub(crate) fn named(&self) -> &str {
        &self.named
    }

    /// What was judged.
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The states an applicant walks through, in order, from `welcome` to `final`.
    pub fn steps(&self) -> &[State] {
        &self.steps
    }

    /// The documents that are accepted, the more specific offers first.
    pub fn documents(&self) -> &[Offer] {
        &self.documents
    }

    /// The sides to photograph, or nothing when that document of that country is not accepted.
    pub fn sides(&self, country: Country, document: DocumentType) -> Option<&[Side]> {
        self.documents
            .iter()
            .find(|offer| offer.document == document && offer.countries.holds(country))
            .map(|offer| offer.sides.as_slice())
    }

    /// The additional steps that somebody is asked for, in order.
    pub fn additional_steps<'a>(
        &'a self,
        applies: Applies<'a>,
    ) -> impl Iterator<Item = AdditionalStep<'a>> {
        self.resolved(applies).into_iter()
    }

    pub(crate) fn resolved<'a>(&'a self, applies: Applies<'a>) -> Vec<AdditionalStep<'a>> {
        match &self.additional {
            Some(catalogue) => catalogue.resolve(applies),
            None => Vec::new(),
        }
    }

    /// The additional steps that are asked for at a place of the matrices, in order: for showing a matrix as it counts.
    pub fn additional_steps_at<'a>(
        &'a self,
        place: Place<'_>,
        prescribed: Option<&'a Matrix>,
    ) -> Vec<AdditionalStep<'a>> {
        let catalogue = self.additional.as_ref();
        catalogue
            .map(|catalogue| catalogue.resolve_at(place, prescribed))
            .unwrap_or_default()
    }

    /// An additional step as it would be for somebody, whether they are asked for it or not; nothing when the
    /// catalogue does not have it.
    pub fn additional_step<'a>(
        &'a self,
        name: StepName,
        applies: Applies<'a>,
    ) -> Option<AdditionalStep<'a>> {
        let catalogue = self.additional.as_ref()?;
        let offered = catalogue.offered(name)?;
        Some(catalogue.changed(offered, applies))
    }

    /// Whether anybody is ever reminded.
    pub(crate) const fn has_reminders(&self) -> bool {
        !self.definition.clocks.reminders.is_empty()
    }

    pub(crate) const fn catalogue(&self) -> Option<&Catalogue> {
        self.additional.as_ref()
    }

    /// What a state means in this Flow: its row, with the marks the Flow has moved.
    pub const fn spec(&self, state: State) -> Spec {
        self.specs[state as usize]
    }
}

impl Serialize for Flow {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.definition.serialize(serializer)
    }
}

records! {
    /// The JSON form of a Flow, not yet judged.
    ///
    /// Its text is hashed into every snapshot, so a field that is added later must be left out when it has its default.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Definition {
        /// Names the Flow: 1 to 64 of `A-Z a-z 0-9 _ -`.
        pub id: String,
        /// Its edition. Change it with every change: sessions stay with the edition they were opened with.
        pub version: u32,
        /// The states an applicant walks through, in order.
        pub steps: Vec<String>,
        /// The version of the consent text that is in force; an older agreement is asked for again.
        pub consent: String,
        /// The youngest age in years that is accepted; leave out to accept any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub minimum_age: Option<u16>,
        /// Which documents are accepted, and which of their sides are photographed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub documents: Vec<DocumentRule>,
        /// How often something may be tried.
        #[serde(default)]
        pub limits: Limits,
        /// How long something may take.
        #[serde(default)]
        pub clocks: Clocks,
        /// What an image must be like.
        #[serde(default)]
        pub images: Images,
        /// When the camera puts its button forward, step by step.
        #[serde(default, skip_serializing_if = "ManualShutter::is_usual")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub manual_shutter: ManualShutter,
        /// Who looks at a case.
        #[serde(default)]
        pub review: ReviewRule,
        /// Marks that differ from the chart's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub checkpoints: Option<Checkpoints>,
        /// What else is asked for, depending on country and document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", tsify(optional))]
        pub additional_steps: Option<AdditionalSteps>,
    }

    /// A document that is accepted.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct DocumentRule {
        /// Its issuing countries by ISO 3166-1 alpha-2 code; leave out for all. A rule that names the country wins over one
        /// for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub countries: Option<Vec<String>>,
        /// Its kind.
        #[serde(rename = "type")]
        pub document: DocumentType,
        /// The sides to photograph, in order.
        pub sides: Vec<Side>,
    }

    /// How often something may be tried. No value means without end, which the linter refuses.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Limits {
        /// Photos of one side of a document in one round.
        pub document_attempts: Option<u32>,
        /// Photos of the face in one round.
        pub selfie_attempts: Option<u32>,
        /// Rounds after the first in which a reviewer may ask again.
        pub resubmissions: Option<u32>,
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_attempts: Some(10),
            selfie_attempts: Some(10),
            resubmissions: Some(3),
        }
    }
}

records! {
    /// How long something may take, in seconds.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Clocks {
        /// From opening to `start`.
        pub opening: Seconds,
        /// From the first `start` to `final`.
        pub session: Seconds,
        /// From a request for resubmission to `final`.
        pub resubmission: Seconds,
        /// From the end to the erasure of what is known of the person, unless there is a hold. Left out, the company erases.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub retention: Option<Seconds>,
        /// From the last that was heard of an applicant who has something to do, to each reminder: at most 5, each later than the
        /// one before and sooner than `session`. Every step of the applicant and every request to them begins anew. Left out,
        /// nobody is reminded.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "schema", schemars(length(max = 5)))]
        pub reminders: Vec<Seconds>,
    }
}

impl Default for Clocks {
    fn default() -> Self {
        Self {
            opening: Seconds::days(7),
            session: Seconds::days(1),
            resubmission: Seconds::days(7),
            retention: None,
            reminders: Vec::new(),
        }
    }
}

records! {
    /// What an image must be like. The host enforces it on the bytes; the core carries it so that page and server agree.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Images {
        /// The largest upload in bytes.
        pub max_bytes: u32,
        /// The most pixels, width times height.
        pub max_pixels: u32,
        /// The shorter side in pixels must have at least as many.
        pub min_side: u32,
    }
}

impl Default for Images {
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            max_pixels: 50_000_000,
            min_side: 200,
        }
    }
}

records! {
    /// Who looks at a case.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct ReviewRule {
        /// How many reviewers must approve, each another person.
        pub stages: u32,
        /// How long a claim holds without an action of its holder; after that another may claim.
        pub claim: Seconds,
    }
}

impl Default for ReviewRule {
    fn default() -> Self {
        Self {
            stages: 1,
            claim: Seconds(15 * 60),
        }
    }
}

records! {
    /// Marks that replace the chart's own.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct Checkpoints {
        /// The states in which a session must be kept.
        pub persisted: Vec<String>,
        /// The states that tell the backend, and when.
        pub submits: Vec<SubmitMark>,
    }

    /// A state that tells the backend.
    #[derive(Clone, Debug, PartialEq, Eq)]
    #[cfg_attr(feature = "ts", derive(tsify::Tsify))]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    pub struct SubmitMark {
        /// Which state.
        pub state: String,
        /// On the way in or out.
        pub when: When,
    }
}

/// A document that is accepted, after judging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its issuing countries.
    pub countries: Countries,
    /// Its kind.
    pub document: DocumentType,
    /// The sides to photograph, in order.
    pub sides: Vec<Side>,
}

/// A set of countries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Countries {
    /// Every one.
    All,
    /// These.
    Only(Vec<Country>),
}

impl Countries {
    /// Whether `country` is in the set.
    pub fn holds(&self, country: Country) -> bool {
        match self {
            Self::All => true,
            Self::Only(countries) => countries.contains(&country),
        }
    }
}

/// A definition that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FlowError {
    /// Everything that is wrong, in the order of the file. Never empty.
    pub diagnostics: Vec<Diagnostic>,
}

impl fmt::Display for FlowError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.diagnostics.iter().enumerate() {
            if position > 0 {
                formatter.write_str("\n")?;
            }
            fmt::Display::fmt(diagnostic, formatter)?;
        }
        Ok(())
    }
}
