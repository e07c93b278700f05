//! Which of our words is which of theirs: one table for phases, one for what is wrong with a photo, capitals for the rest.

use std::fmt::Display;

use kyc_core::{Phase, RetakeReason};

/// What a phase is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    phase: Phase,
    /// The overall status.
    pub(super) overall: &'static str,
    /// The event that tells of it; none where nobody is told.
    pub(super) event: Option<&'static str>,
    /// Whether the session has come to its end.
    pub(super) is_final: bool,
}

impl Row {
    /// Whether the applicant has still something to do: then there is no second session of the same client, and nothing is
    /// deleted.
    pub(super) fn is_active(self) -> bool {
        self.overall == ACTIVE
    }
}

const ACTIVE: &str = "ACTIVE";

/// The overall status of a session whose person was erased.
pub(super) const DELETED: &str = "DELETED";

const fn row(
    phase: Phase,
    overall: &'static str,
    event: Option<&'static str>,
    is_final: bool,
) -> Row {
    Row {
        phase,
        overall,
        event,
        is_final,
    }
}

/// Every phase. Also in the README: a test compares the two.
pub(super) const PHASES: &[Row] = &[
    row(Phase::Created, ACTIVE, None, false),
    row(Phase::Collecting, ACTIVE, None, false),
    row(
        Phase::Processing,
        "REVIEWING",
        Some("IDENTIFICATION_AUTO_FINISHED"),
        false,
    ),
    // Told already: between the two nothing happens that is for the company.
    row(Phase::InReview, "REVIEWING", None, false),
    row(
        Phase::ResubmissionRequested,
        ACTIVE,
        Some("IDENTIFICATION_RESUBMITTED"),
        false,
    ),
    row(
        Phase::Approved,
        "APPROVED",
        Some("IDENTIFICATION_MANUAL_FINISHED"),
        true,
    ),
    row(
        Phase::Rejected,
        "DENIED",
        Some("IDENTIFICATION_MANUAL_FINISHED"),
        true,
    ),
    row(
        Phase::Expired,
        "EXPIRED",
        Some("IDENTIFICATION_EXPIRED"),
        true,
    ),
    row(
        Phase::Cancelled,
        "EXPIRED",
        Some("IDENTIFICATION_CANCELLED"),
        true,
    ),
];

/// The row of a phase. A phase without one would be told as one that nobody may rely on.
pub(super) fn phase(phase: Phase) -> Row {
    let known = PHASES.iter().find(|row| row.phase == phase).copied();
    known.unwrap_or(row(phase, "REVIEWING", None, false))
}

/// What is said of a document's photo that is wanted again, and of a face's.
pub(super) fn retake(reason: RetakeReason) -> (&'static str, &'static str) {
    match reason {
        RetakeReason::Blurry => ("DOC_TOO_BLURRY", "FACE_TOO_BLURRY"),
        RetakeReason::Glare => ("DOC_GLARED", "FACE_GLARED"),
        RetakeReason::WrongDocument => ("DOC_TYPE_MISMATCH", "FACE_MISMATCH"),
        RetakeReason::WrongSide => ("DOC_SIDE_MISMATCH", "FACE_UNCERTAIN"),
        RetakeReason::Damaged => ("DOC_DAMAGED", "FACE_UNCERTAIN"),
        RetakeReason::ExpiredDocument => ("DOC_EXPIRED", "FACE_UNCERTAIN"),
        RetakeReason::FaceNotVisible => ("DOC_FACE_NOT_FOUND", "NO_FACE_FOUND"),
        RetakeReason::NotLive => ("DOC_SPOOF_DETECTED", "FAKE_FACE"),
        RetakeReason::TooDark | RetakeReason::Cropped | RetakeReason::Unreadable => {
            ("DOC_NOT_FULLY_VISIBLE", "FACE_UNCERTAIN")
        }
        _ => ("AUTO_UNVERIFIABLE", "AUTO_UNVERIFIABLE"),
    }
}

/// Our word as they write it.
pub(super) fn capitals(word: impl Display) -> String {
    word.to_string().to_ascii_uppercase()
}

/// Which of our words theirs is.
pub(super) fn among<T: Copy + Display>(all: &[T], theirs: &str) -> Option<T> {
    all.iter().copied().find(|ours| capitals(ours) == theirs)
}

/// Every country, and every kind of document.
pub(super) const ALL: &str = "ALL";

/// The languages of texts and of the page.
pub(super) const LOCALES: [&str; 24] = [
    "lt", "en", "ru", "pl", "lv", "et", "ro", "it", "de", "fr", "sv", "es", "hu", "ja", "bg", "cs",
    "nl", "pt", "uk", "vi", "sk", "th", "hi", "id",
];

#[cfg(test)]
mod tests {
    use super::*;
    use kyc_core::{Comparison, DocumentType, StepType};

    #[test]
    fn every_phase_has_a_row_and_only_one() {
        for phase in Phase::ALL {
            let rows = PHASES.iter().filter(|row| row.phase == *phase);
            assert_eq!(rows.count(), 1, "{phase}");
        }
        assert_eq!(PHASES.len(), Phase::ALL.len());
    }

    #[test]
    fn the_readme_has_the_table_of_phases() {
        let readme = include_str!("../../README.md");
        for row in PHASES {
            let event = row.event.map_or("–".into(), |event| format!("`{event}`"));
            let is_final = if row.is_final { "true" } else { "false" };
            let line = format!(
                "| `{}` | `{}` | {event} | `{is_final}` |",
                row.phase, row.overall
            );
            assert!(readme.contains(&line), "{line}");
        }
    }

    #[test]
    fn words_in_capitals_are_those_of_the_vocabulary() {
        let documents = DocumentType::ALL.iter().map(capitals).collect::<Vec<_>>();
        let theirs = [
            "ID_CARD",
            "PASSPORT",
            "RESIDENCE_PERMIT",
            "DRIVER_LICENSE",
            "PAN_CARD",
            "AADHAAR",
            "OTHER",
        ];
        assert_eq!(documents, theirs);
        let types = StepType::ALL.iter().map(capitals).collect::<Vec<_>>();
        assert_eq!(types, ["UPLOAD", "COMPARE", "EXTRACT"]);
        let answers = Comparison::ALL.iter().map(capitals).collect::<Vec<_>>();
        assert_eq!(answers, ["MATCH", "NOT_MATCH", "NOT_FOUND", "NO_DATA"]);
        assert_eq!(among(StepType::ALL, "COMPARE"), Some(StepType::Compare));
        assert_eq!(among(StepType::ALL, "compare"), None);
    }
}
