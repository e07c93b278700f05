//! The file that an auditor takes away: every journal entry, every checkpoint and the public key, a line each.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use ed25519_dalek::VerifyingKey;
use kyc_core::journal::Entry;
use kyc_persist::Row;
use serde::{Deserialize, Serialize};

use crate::auditing::{Finding, Sums, check, unsound};
use crate::checkpoints::{self, Checkpoint};

/// One line. No kind of them holds what a person has said or shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Line {
    /// The first.
    PublicKey(String),
    Checkpoint(Checkpoint),
    /// After all checkpoints; those of a row stand together, in order.
    Entry(Entry),
    /// The last: how many there were of each.
    End {
        checkpoints: usize,
        entries: usize,
    },
}

impl Line {
    pub(crate) fn write(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self).map(|line| line + "\n")
    }
}

/// What the file holds.
#[derive(Debug, Default)]
struct Ledger {
    key: Option<VerifyingKey>,
    checkpoints: Vec<Checkpoint>,
    rows: BTreeMap<Row, Vec<Entry>>,
    entries: usize,
    ended: bool,
}

impl Ledger {
    fn take(&mut self, line: Line) -> Option<()> {
        match line {
            _ if self.ended => return None,
            Line::PublicKey(key) if self.key.is_none() => {
                self.key = Some(checkpoints::parse_public(&key)?);
            }
            Line::PublicKey(_) => return None,
            Line::Checkpoint(checkpoint) => self.checkpoints.push(checkpoint),
            Line::Entry(entry) => {
                let row = Row {
                    session: entry.facts.session.clone(),
                    chart: entry.facts.chart,
                };
                self.rows.entry(row).or_default().push(entry);
                self.entries += 1;
            }
            Line::End {
                checkpoints,
                entries,
            } => {
                self.ended = (checkpoints, entries) == (self.checkpoints.len(), self.entries);
                return self.ended.then_some(());
            }
        }
        Some(())
    }
}

/// Checks a file on its own, on any machine. Tells what was looked at, and with which key it was signed.
pub(crate) fn verify(
    file: &Path,
    key: Option<VerifyingKey>,
) -> Result<(Sums, usize, VerifyingKey), Finding> {
    let told =
        |error: &dyn std::fmt::Display| Finding::Fault(format!("{}: {error}", file.display()));
    let opened = File::open(file).map_err(|error| told(&error))?;
    let mut ledger = Ledger::default();
    for (number, line) in (1..).zip(BufReader::new(opened).split(b'\n')) {
        let line = line.map_err(|error| told(&error))?;
        let parsed = serde_json::from_slice(&line).ok();
        let taken = parsed.and_then(|line| ledger.take(line));
        taken.ok_or_else(|| told(&format!("line {number} does not belong there")))?;
    }
    if !ledger.ended {
        return Err(told(&"it was cut off"));
    }
    let written = ledger.key.ok_or_else(|| told(&"there is no public key"))?;
    let key = key.unwrap_or(written);
    checkpoints::verify(&ledger.checkpoints, &key).map_err(unsound)?;

    let mut signed = checkpoints::named(&ledger.checkpoints);
    for row in ledger.rows.keys() {
        signed.entry(row.clone()).or_default();
    }
    let mut sums = Sums::default();
    for (row, signed) in &signed {
        let entries = ledger.rows.get(row).map_or(&[][..], Vec::as_slice);
        check(row, entries, signed)?;
        sums.count(entries, signed);
    }
    Ok((sums, ledger.checkpoints.len(), key))
}
