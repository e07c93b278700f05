//! An event from its kind and its texts.

use alloc::borrow::ToOwned as _;
use core::str;

use kyc_core::collection::{Event, EventKind, HoldReason};
use kyc_core::{Consent, Details, DocumentType, ProofKind, Side, Source};

/// Nothing when there is no such event, or when it carries what no page knows: asks, decisions, steps.
pub(crate) fn read(kind: usize, given: &[u8], lengths: [i32; 4]) -> Option<Event> {
    let kind = *EventKind::ALL.get(kind)?;
    let texts = texts(given, lengths)?;
    Some(match (kind, texts) {
        (EventKind::Start, [Some(version), Some(locale), None, None]) => Event::Start {
            consent: Consent {
                version: version.to_owned(),
                locale: locale.to_owned(),
            },
        },
        (EventKind::SubmitDetails, [Some(given), Some(family), Some(born), None]) => {
            Event::SubmitDetails {
                details: Details {
                    given_names: given.to_owned().into(),
                    family_name: family.to_owned().into(),
                    date_of_birth: born.to_owned().into(),
                },
            }
        }
        (EventKind::SelectDocument, [Some(country), Some(document), None, None]) => {
            Event::SelectDocument {
                country: country.parse().ok()?,
                document: word(document, DocumentType::ALL, DocumentType::as_str)?,
            }
        }
        (EventKind::CapturePage, [Some(side), Some(blob), None, None]) => Event::CapturePage {
            side: word(side, Side::ALL, Side::as_str)?,
            blob: blob.parse().ok()?,
        },
        (EventKind::RetakePage, [Some(side), None, None, None]) => Event::RetakePage {
            side: word(side, Side::ALL, Side::as_str)?,
        },
        (EventKind::CaptureSelfie, [Some(blob), None, None, None]) => Event::CaptureSelfie {
            blob: blob.parse().ok()?,
        },
        (EventKind::CaptureStep, [Some(step), Some(source), Some(blob), proof]) => {
            Event::CaptureStep {
                step: step.parse().ok()?,
                source: word(source, Source::ALL, Source::as_str)?,
                blob: blob.parse().ok()?,
                proof: match proof {
                    Some(proof) => Some(word(proof, ProofKind::ALL, ProofKind::as_str)?),
                    None => None,
                },
            }
        }
        (EventKind::Hold, [Some(reason), None, None, None]) => Event::Hold {
            reason: word(reason, HoldReason::ALL, HoldReason::as_str)?,
        },
        (kind, [None, None, None, None]) => plain(kind)?,
        _ => return None,
    })
}

/// The events that carry nothing.
const fn plain(kind: EventKind) -> Option<Event> {
    Some(match kind {
        EventKind::ReviewDocument => Event::ReviewDocument,
        EventKind::AcceptDocument => Event::AcceptDocument,
        EventKind::ReviewSelfie => Event::ReviewSelfie,
        EventKind::AcceptSelfie => Event::AcceptSelfie,
        EventKind::RetakeSelfie => Event::RetakeSelfie,
        EventKind::ReviewStep => Event::ReviewStep,
        EventKind::AcceptStep => Event::AcceptStep,
        EventKind::RetakeStep => Event::RetakeStep,
        EventKind::Back => Event::Back,
        // No page may send these, and its chart accepts none of them.
        EventKind::Cancel => Event::Cancel,
        EventKind::Erase => Event::Erase,
        EventKind::Lift => Event::Lift,
        EventKind::DeadlineReached => Event::DeadlineReached,
        EventKind::ReminderDue => Event::ReminderDue,
        _ => return None,
    })
}

/// One behind the other.
fn texts(given: &[u8], lengths: [i32; 4]) -> Option<[Option<&str>; 4]> {
    let mut found = [None; 4];
    let mut rest = given;
    for (text, length) in found.iter_mut().zip(lengths) {
        if let Ok(length) = usize::try_from(length) {
            let (one, behind) = rest.split_at_checked(length)?;
            *text = Some(str::from_utf8(one).ok()?);
            rest = behind;
        }
    }
    Some(found)
}

fn word<T: Copy>(text: &str, all: &[T], as_str: fn(T) -> &'static str) -> Option<T> {
    all.iter().copied().find(|word| as_str(*word) == text)
}
