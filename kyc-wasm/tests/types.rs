//! The TypeScript types of the npm package are those of the Rust core: written by this test, kept fresh by it.
//!
//! `KYC_WRITE=1 cargo test -p kyc-wasm` writes them anew.

use std::fs;
use std::path::Path;

use kyc_core::{Sender, collection, flow, review};
use tsify::Tsify;

/// The declaration of each type, in order.
macro_rules! declarations {
    ($($type:ty),* $(,)?) => { [$(<$type as Tsify>::DECL),*].join("\n\n") };
}

#[test]
fn the_types_of_the_applicants_chart_are_those_of_the_core() {
    let shared = declarations![
        kyc_core::Timestamp,
        kyc_core::Seconds,
        kyc_core::SessionId,
        kyc_core::FlowId,
        kyc_core::ReviewerId,
        kyc_core::BlobRef,
        kyc_core::Country,
        kyc_core::Pii<String>,
        kyc_core::DocumentType,
        kyc_core::Side,
        kyc_core::StepName,
        kyc_core::FieldName,
        kyc_core::StepType,
        kyc_core::Source,
        kyc_core::Comparison,
        kyc_core::ProofKind,
        kyc_core::BillRule,
        kyc_core::Item,
        kyc_core::RetakeReason,
        kyc_core::RejectReason,
        kyc_core::Outcome,
        kyc_core::Phase,
        kyc_core::Consent,
        kyc_core::Details,
        kyc_core::Ask,
        kyc_core::Decision,
        kyc_core::FieldBrief,
        kyc_core::Brief,
        kyc_core::Exhibit,
        flow::Definition,
        flow::DocumentRule,
        flow::Limits,
        flow::Clocks,
        flow::Images,
        flow::ManualShutter,
        flow::ReviewRule,
        flow::Checkpoints,
        flow::SubmitMark,
        flow::StepTexts,
        flow::Sources,
        flow::SourcesChange,
        flow::StepChange,
        flow::Asked,
        flow::StepRule,
        flow::AdditionalSteps,
    ];
    // Of an alias the core has no declaration.
    let aliases = [
        "/** Country (alpha-2) or `all`, then kind of document or `all`: what is asked for there. */\n\
         export type Matrix = Record<string, Record<string, Asked>>;",
        "/** What the company knows: by step and field. */\n\
         export type Given = Record<StepName, GivenFields>;",
        "/** What the company knows of one step: by field. */\n\
         export type GivenFields = Record<FieldName, string>;",
    ]
    .join("\n\n");
    let chart = declarations![
        collection::State,
        collection::When,
        collection::EventKind,
        collection::Event,
        collection::HoldReason,
        collection::Reason,
        collection::Rejected,
        collection::Effect,
        collection::Step,
        collection::NextAction,
        collection::FlowName,
        collection::AskView,
        collection::PageView,
        collection::DocumentView,
        collection::SelfieView,
        collection::AttemptsLeft,
        collection::StepFileView,
        collection::StepView,
        collection::View,
    ];
    let applicants = applicants_events();
    keep_fresh(
        "collection.ts",
        &format!("{shared}\n\n{aliases}\n\n{chart}\n\n{applicants}"),
    );
}

/// What a page may send, by who alone may say so.
fn applicants_events() -> String {
    let kinds = collection::EventKind::ALL.iter();
    let kinds = kinds.filter(|kind| kind.sender() == Sender::Applicant);
    let kinds: Vec<_> = kinds.map(|kind| format!("{:?}", kind.as_str())).collect();
    let kinds = kinds.join(" | ");
    format!(
        "/**\n * The kinds of events that an applicant may send. All others come from somebody else.\n */\n\
         export type ApplicantEventKind = {kinds};\n\n\
         /**\n * What an applicant may send.\n */\n\
         export type ApplicantEvent = Extract<Event, {{ type: ApplicantEventKind }}>;"
    )
}

#[test]
fn the_types_of_the_reviewers_chart_are_those_of_the_core() {
    let imports = "import type { Ask, BlobRef, Brief, Comparison, Decision, Exhibit, FieldName, Item, Outcome, Pii, RejectReason, RetakeReason, \
                   ReviewerId, SessionId, Timestamp } from \"./collection.js\";";
    let chart = declarations![
        review::State,
        review::EventKind,
        review::Verdict,
        review::Event,
        review::Reason,
        review::Rejected,
        review::Effect,
        review::Step,
        review::EarlierView,
        review::ItemView,
        review::ClosingView,
        review::CaseView,
    ];
    keep_fresh("review.ts", &format!("{imports}\n\n{chart}"));
}

/// Compares with the committed file, or writes it when asked to.
#[track_caller]
fn keep_fresh(name: &str, declarations: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("npm/src/generated")
        .join(name);
    let fresh = format!(
        "// Generated from kyc-core by kyc-wasm/tests/types.rs. Do not edit.\n\n{declarations}\n"
    );
    if std::env::var_os("KYC_WRITE").is_some() {
        fs::write(&path, &fresh).expect("the file can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == fresh,
        "{name} is stale: run `KYC_WRITE=1 cargo test -p kyc-wasm`"
    );
}
