//! One sentence a promise of the applicant's chart.

mod answers;
mod clocks;
mod erasure;
mod events;
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
