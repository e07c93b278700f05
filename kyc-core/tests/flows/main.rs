//! One sentence a promise of the applicant's chart.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod answers;
mod clocks;
mod erasure;
mod events;
mod reminders;
mod resubmission;
mod telling;
mod walk;

use kyc_core::testing::Given;
use kyc_core::testing::events::blob;
use kyc_core::{Exhibit, Flow, Item};

fn given() -> Given {
    Given::new(&Flow::manual_review())
}

fn exhibit(item: Item, number: u8) -> Exhibit {
    Exhibit {
        item,
        blob: blob(item, number),
        step: None,
    }
}
