//! What a reviewer may say of which item: photos are fine or wanted again, additional steps are compared or read.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::additional::{Brief, Comparison, FieldBrief, StepType};
use crate::case::{Texts, is_short, written};
use crate::ids::FieldName;
use crate::item::Item;
use crate::pii::Pii;
use crate::review::case::{Case, Piece};
use crate::review::event::{Reason, Verdict};

/// Whether that may be said of that item.
pub(super) fn judge(item: Item, verdict: &Verdict, case: &Case) -> Result<(), Reason> {
    let piece = case.current(item).ok_or(Reason::ItemUnknown)?;
    if !piece.is_judged() {
        return Err(Reason::NotEvaluated);
    }
    match (verdict, &piece.step) {
        (Verdict::Retake { .. }, _) | (Verdict::Fine {}, None) => {}
        (Verdict::Compared { fields }, Some(brief)) if brief.kind == StepType::Compare => {
            compared(fields, brief)?;
        }
        (Verdict::Extracted { fields }, Some(brief)) if brief.kind == StepType::Extract => {
            extracted(fields, brief)?;
        }
        _ => return Err(Reason::VerdictUnfit),
    }
    room(item, verdict, case)
}

/// Every field, and no data exactly where none was given: nobody can match what is not there.
fn compared(fields: &BTreeMap<FieldName, Comparison>, brief: &Brief) -> Result<(), Reason> {
    let answered = |field: &FieldBrief| {
        let comparison = fields.get(&field.field);
        comparison.is_some_and(|said| (*said == Comparison::NoData) == field.given.is_none())
    };
    match fields.len() == brief.fields.len() && brief.fields.iter().all(answered) {
        true => Ok(()),
        false => Err(Reason::VerdictUnfit),
    }
}

/// Some of the fields: what cannot be read at all is wanted again instead.
fn extracted(fields: &BTreeMap<FieldName, Pii<String>>, brief: &Brief) -> Result<(), Reason> {
    let known = |name: &FieldName| brief.fields.iter().any(|field| field.field == *name);
    if fields.is_empty() || !fields.keys().all(known) {
        return Err(Reason::VerdictUnfit);
    }
    for value in fields.values().map(Pii::expose) {
        if value.trim().is_empty() {
            return Err(Reason::VerdictUnfit);
        }
        if value.chars().count() > LONGEST_FIELD || value.chars().any(char::is_control) {
            return Err(Reason::TextTooLong);
        }
    }
    Ok(())
}

/// What reviewers write stays small enough to be kept, and what of it is for the applicant to be told at once.
fn room(item: Item, verdict: &Verdict, case: &Case) -> Result<(), Reason> {
    let texts = verdict.texts();
    if !texts.iter().all(|text| is_short(text)) {
        return Err(Reason::TextTooLong);
    }
    let others = case.currents().filter(|piece| piece.item != item);
    let told: usize = others
        .filter_map(|piece| piece.verdict.as_ref())
        .chain([verdict])
        .filter_map(Verdict::message)
        .map(written)
        .sum();
    let before: usize = case.pieces.iter().map(kept).sum();
    let more: usize = texts.into_iter().map(written).sum();
    match told <= LONGEST_TOLD && before + more <= LONGEST_KEPT {
        true => Ok(()),
        false => Err(Reason::TextTooLong),
    }
}

fn kept(piece: &Piece) -> usize {
    let texts = piece.verdict.as_ref().map(Verdict::texts);
    texts.into_iter().flatten().map(written).sum()
}

impl Verdict {
    fn texts(&self) -> Texts<'_> {
        match self {
            Self::Fine {} | Self::Compared { .. } => Vec::new(),
            Self::Extracted { fields } => fields.values().collect(),
            Self::Retake { message, note, .. } => message.iter().chain(note).collect(),
        }
    }

    const fn message(&self) -> Option<&Pii<String>> {
        match self {
            Self::Retake { message, .. } => message.as_ref(),
            _ => None,
        }
    }
}

/// In characters.
const LONGEST_FIELD: usize = 300;
/// In bytes as JSON: with everything else that is asked for again in one effect.
const LONGEST_TOLD: usize = 9_000;
/// In bytes as JSON: of all rounds together, beside everything else in the snapshot.
const LONGEST_KEPT: usize = 256 * 1024;
