//! What a run has looked at: a line a store, printed as it comes and written down at the end.

use std::any::Any;
use std::time::Duration;

use serde::Serialize;

use crate::Terms;

/// What one scenario has seen on one store.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    /// Which store, and whether sealed.
    pub(crate) store: String,
    /// What was counted, in words and numbers, in order.
    pub(crate) counts: Vec<(&'static str, String)>,
}

impl Line {
    /// Tells at once.
    pub(crate) fn told(store: impl Into<String>, counts: Vec<(&'static str, String)>) -> Self {
        let line = Self {
            store: store.into(),
            counts,
        };
        let words: Vec<_> = line
            .counts
            .iter()
            .map(|(what, number)| format!("{what} {number}"))
            .collect();
        println!("  {:<18} {}", line.store, words.join(", "));
        line
    }
}

/// A run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    seed: String,
    long: bool,
    cores: usize,
    scenarios: Vec<Seen>,
}

#[derive(Debug, Serialize)]
struct Seen {
    name: &'static str,
    promise: &'static str,
    seconds: u64,
    lines: Vec<Line>,
    /// Why the promise is broken.
    broken: Option<String>,
}

impl Report {
    pub(crate) fn new(terms: &Terms) -> Self {
        Self {
            seed: terms.seed.to_string(),
            long: terms.long,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            scenarios: Vec::new(),
        }
    }

    pub(crate) fn add(
        &mut self,
        name: &'static str,
        promise: &'static str,
        lines: Result<Vec<Line>, Box<dyn Any + Send>>,
        took: Duration,
    ) {
        let (lines, broken) = match lines {
            Ok(lines) => (lines, None),
            Err(panic) => (Vec::new(), Some(words_of(&*panic))),
        };
        let seconds = took.as_secs();
        println!(
            "  {} after {seconds} s",
            broken.as_deref().map_or("holds", |_| "BROKEN")
        );
        self.scenarios.push(Seen {
            name,
            promise,
            seconds,
            lines,
            broken,
        });
    }

    pub(crate) fn failed(&self) -> usize {
        self.scenarios
            .iter()
            .filter(|seen| seen.broken.is_some())
            .count()
    }

    /// Every store of every scenario is one test.
    pub(crate) fn summary(&self) -> String {
        let passed: usize = self.scenarios.iter().map(|seen| seen.lines.len()).sum();
        let failed = self.failed();
        let verdict = if failed == 0 { "ok" } else { "FAILED" };
        format!("test result: {verdict}. {passed} passed; {failed} failed; 0 ignored")
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap()
    }
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_default()
}
