//! Every call of a store and of a vault fails once, in every way, while one whole story is told.

use kyc_persist::conformance::Fault;

use crate::adapters::{Adapter, Place};
use crate::report::Line;
use crate::story::{self, Office};
use crate::{Terms, run, server};

const FAULTS: [Fault; 3] = [Fault::Before, Fault::After, Fault::Twice];

pub(crate) fn run_all(terms: &Terms) -> Vec<Line> {
    let database = server::Place::new();
    let office = run(Office::new());
    let mut lines = Vec::new();
    for adapter in Adapter::ALL {
        for sealed in [false, true] {
            // In the short run only every so manieth call, from another first one with every seed.
            let stride = match adapter {
                Adapter::Memory => terms.pick(13, 1),
                _ => terms.pick(53, 1),
            };
            let seed = terms.seed.part(&adapter.called(sealed));
            let tell = |fault, at| {
                let place = Place::new(adapter, sealed, &database);
                run(story::tell(&place, &office, fault, at))
            };
            let (smooth, met) = tell(Fault::Before, usize::MAX);
            assert!(!met);
            let begun = std::time::Instant::now();
            let (mut tried, mut positions) = (0, 0);
            for (number, fault) in FAULTS.into_iter().enumerate() {
                let mut at = seed.below(number as u64, stride);
                loop {
                    let (rough, met) = tell(fault, at);
                    assert_eq!(rough, smooth, "{fault:?} at call {at}");
                    if !met {
                        break;
                    }
                    tried += 1;
                    positions = positions.max(at + 1);
                    at += stride;
                }
            }
            assert!(positions > 100, "only {positions} calls were seen");
            lines.push(Line::told(
                adapter.called(sealed),
                vec![
                    ("calls of a story", positions.to_string()),
                    ("faults tried", tried.to_string()),
                    ("lost", "0".into()),
                    ("doubled", "0".into()),
                    ("seconds", begun.elapsed().as_secs().to_string()),
                ],
            ));
        }
    }
    lines
}
