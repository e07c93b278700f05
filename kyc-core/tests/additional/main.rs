//! Additional steps: who is asked for which, what an applicant does about them, and what a reviewer says.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]
#![expect(
    unused_must_use,
    reason = "a step is looked at where it is the point of the test"
)]

mod case;
mod catalogue;
mod matrix;
mod walk;

use std::sync::Arc;

use kyc_core::Flow;
use serde_json::Value;

/// Passports have two additional steps, identity cards one, France none.
fn flow() -> Arc<Flow> {
    Arc::new(Flow::from_json(&definition().to_string()).unwrap())
}

fn definition() -> Value {
    serde_json::from_str(include_str!("../flows/additional_steps.json")).unwrap()
}
