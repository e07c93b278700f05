//! How many tests a runner says it ran: read off its closing lines, whatever runner it was.

use std::ops::AddAssign;

/// Tests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Count {
    /// What one line of output adds. Most lines add nothing.
    pub(crate) fn of(line: &str) -> Self {
        let plain = without_colour(line);
        let line = plain.trim();
        nextest(line)
            .or_else(|| cargo(line))
            .or_else(|| vitest(line))
            .or_else(|| node(line))
            .unwrap_or_default()
    }

    pub(crate) fn ran(self) -> u64 {
        self.passed + self.failed
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// `Summary [ 0.5s] 12 tests run: 11 passed (1 slow), 1 failed, 2 skipped`
fn nextest(line: &str) -> Option<Count> {
    let (_, counts) = line.strip_prefix("Summary [")?.split_once(" run: ")?;
    let mut count = named(counts.split(", "));
    // A test that ran out of time has failed, whatever name it goes by.
    count.failed += number(counts.split(", "), "timed out");
    Some(count)
}

/// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s`
fn cargo(line: &str) -> Option<Count> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut count = named(counts.split("; "));
    count.skipped = number(counts.split("; "), "ignored");
    Some(count)
}

/// `Tests  1 failed | 11 passed | 2 skipped (14)`
fn vitest(line: &str) -> Option<Count> {
    let counts = line.strip_prefix("Tests ")?;
    Some(named(counts.split(" | ")))
}

/// `ℹ pass 12` · `# fail 0`
fn node(line: &str) -> Option<Count> {
    let line = line
        .strip_prefix("ℹ ")
        .or_else(|| line.strip_prefix("# "))?;
    let (name, number) = line.split_once(' ')?;
    let number = number.parse().ok()?;
    let mut count = Count::default();
    match name {
        "pass" => count.passed = number,
        "fail" | "cancelled" => count.failed = number,
        "skipped" | "todo" => count.skipped = number,
        _ => return None,
    }
    Some(count)
}

fn named<'a>(parts: impl Iterator<Item = &'a str> + Clone) -> Count {
    Count {
        passed: number(parts.clone(), "passed"),
        failed: number(parts.clone(), "failed"),
        skipped: number(parts, "skipped"),
    }
}

/// The number before a word, as in `3 passed`.
fn number<'a>(mut parts: impl Iterator<Item = &'a str>, word: &str) -> u64 {
    parts
        .find_map(|part| {
            let (number, rest) = part.trim().split_once(' ')?;
            rest.starts_with(word).then(|| number.parse().ok())?
        })
        .unwrap_or(0)
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::Count;

    fn count(passed: u64, failed: u64, skipped: u64) -> Count {
        Count {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn closing_lines_of_every_runner_are_read() {
        for (line, counted) in [
            (
                "     Summary [   0.034s] 12 tests run: 10 passed (1 slow), 1 failed, 1 timed out, 3 skipped",
                count(10, 2, 3),
            ),
            (
                "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 5 filtered out; finished in 0.00s",
                count(3, 1, 2),
            ),
            (
                "      Tests  1 failed | 11 passed | 2 skipped (14)",
                count(11, 1, 2),
            ),
            (
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m5 passed\u{1b}[39m\u{1b}[22m (5)",
                count(5, 0, 0),
            ),
            ("ℹ pass 7", count(7, 0, 0)),
            ("# fail 2", count(0, 2, 0)),
            ("# cancelled 1", count(0, 1, 0)),
        ] {
            assert_eq!(Count::of(line), counted, "{line}");
        }
    }

    #[test]
    fn ordinary_lines_add_nothing() {
        for line in [
            "",
            "   Compiling kyc-core v0.1.0",
            "ℹ tests 9",
            "PASS [   0.004s] kyc-core walk",
            "Test Files  2 passed (2)",
        ] {
            assert_eq!(Count::of(line), Count::default(), "{line}");
        }
    }
}
