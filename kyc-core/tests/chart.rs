//! The walk over both charts, and the page it writes.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

use kyc_core::flow::{Clocks, ReviewRule};
use kyc_core::testing::{statechart, walk_collection, walk_review};
use kyc_core::{DocumentType, Flow, Seconds};

/// Two documents, a face, two additional steps for one of them and one for the other, and a reminder. One photo of each side and face: what
/// more of them mean is seen in the manual review flow.
fn with_steps() -> Flow {
    let flow = Flow::from_json(include_str!("flows/additional_steps.json")).unwrap();
    let mut definition = flow.definition().clone();
    definition.limits.document_attempts = Some(1);
    definition.limits.selfie_attempts = Some(1);
    definition.clocks.reminders = vec![Seconds::hours(1)];
    Flow::new(definition).unwrap()
}

#[test]
fn handlers_and_table_agree_everywhere_and_the_page_shows_it() {
    let mut definition = Flow::manual_review().definition().clone();
    definition.clocks.reminders = vec![Seconds::hours(1)];
    let flow = Flow::new(definition).unwrap();
    // No Flow asks for everything: personal details here, additional steps there.
    let collection = walk_collection(&flow)
        .unwrap()
        .and(walk_collection(&with_steps()).unwrap());
    let review = walk_review(&flow)
        .unwrap()
        .and(walk_review(&with_steps()).unwrap());
    assert_eq!(collection.undecided(), vec![]);
    assert_eq!(review.undecided(), vec![]);
    assert_eq!(
        collection.reached, collection.states,
        "every state of the table is reached"
    );
    assert_eq!(
        review.reached, review.states,
        "every state of the table is reached"
    );

    let page = statechart(&collection, &review);
    println!("{page}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/statechart.md");
    let written = std::fs::read_to_string(path).unwrap_or_default();
    if written != page {
        std::fs::write(path, &page).unwrap();
        panic!(
            "docs/statechart.md was stale; it has been written anew: look at the difference and commit it"
        );
    }
}

#[test]
fn a_flow_without_a_selfie_keeps_every_promise() {
    let flow = Flow::builder("document-only", 1)
        .document(DocumentType::IdCard)
        .build()
        .unwrap();
    let walk = walk_collection(&flow).unwrap();
    assert_eq!(walk.undecided(), vec![]);
    assert!(!walk.reached.contains(&"selfie"));
}

#[test]
fn a_flow_without_a_document_and_with_a_retention_keeps_every_promise() {
    let flow = Flow::builder("face-only", 1)
        .personal_details()
        .selfie()
        .minimum_age(18)
        .clocks(Clocks {
            retention: Some(Seconds::days(30)),
            ..Clocks::default()
        })
        .build()
        .unwrap();
    let walk = walk_collection(&flow).unwrap();
    assert_eq!(walk.undecided(), vec![]);
    assert!(!walk.reached.contains(&"document_photo"));
    // Once it has ended, the clock forgets the person.
    assert!(
        walk.cells[&("approved", "deadline_reached")]
            .refused
            .contains("on_hold")
    );
}

#[test]
fn a_flow_that_begins_with_the_face_keeps_every_promise() {
    let mut definition = Flow::builder("face-first", 1)
        .document(DocumentType::Passport)
        .selfie()
        .definition();
    definition.steps = [
        "welcome",
        "selfie",
        "selfie_review",
        "document_selection",
        "document_photo",
        "document_review",
        "final",
    ]
    .map(str::to_owned)
    .to_vec();
    let flow = Flow::new(definition).unwrap();
    assert_eq!(walk_collection(&flow).unwrap().undecided(), vec![]);
}

#[test]
fn two_stages_of_review_keep_every_promise() {
    let review = ReviewRule {
        stages: 2,
        ..ReviewRule::default()
    };
    let flow = Flow::builder("four-eyes", 1)
        .document(DocumentType::Passport)
        .selfie()
        .review(review)
        .build()
        .unwrap();
    let walk = walk_review(&flow).unwrap();
    assert_eq!(walk.undecided(), vec![]);
    assert!(
        walk.cells[&("in_review", "claim")]
            .refused
            .contains("same_reviewer")
    );
}
