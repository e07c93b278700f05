//! Which Flows a keeper has: every edition that a kept session was opened with.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use kyc_core::{Flow, FlowId, FlowRef};

/// Flows by name and edition.
#[derive(Clone, Default)]
pub struct Flows(HashMap<(FlowId, u32), Arc<Flow>>);

impl Flows {
    /// The Flow that a snapshot names. One with the same name and edition and another hash is not that Flow; decoding
    /// tells.
    pub fn get(&self, of: &FlowRef) -> Option<&Arc<Flow>> {
        self.0.get(&(of.id.clone(), of.version))
    }

    /// The newest edition of the Flow with this name: what new sessions are opened with.
    pub fn newest(&self, id: &FlowId) -> Option<&Arc<Flow>> {
        self.0
            .values()
            .filter(|flow| flow.id() == id)
            .max_by_key(|flow| flow.version())
    }
}

impl FromIterator<Arc<Flow>> for Flows {
    /// Of two Flows with the same name and edition the later one is taken.
    fn from_iter<I: IntoIterator<Item = Arc<Flow>>>(flows: I) -> Self {
        Self(
            flows
                .into_iter()
                .map(|flow| ((flow.id().clone(), flow.version()), flow))
                .collect(),
        )
    }
}

impl fmt::Debug for Flows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
