//! What must hold before a change lands: one row a check, in the order in which they run.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::count::Count;
use crate::shell::{command, run, run_tests, say, which};

/// One thing that must hold.
struct Check {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<Outcome>,
}

/// What a check came to.
enum Outcome {
    /// It holds. A check is one test, unless it ran a test runner and counted.
    Holds,
    Tests(Count),
    /// It could not be looked at here, and why.
    Skipped(String),
}

const CHECKS: &[Check] = &[
    Check {
        name: "fmt",
        what: "Rust is formatted",
        run: fmt,
    },
    Check {
        name: "clippy",
        what: "no lint speaks up",
        run: clippy,
    },
    Check {
        name: "rust",
        what: "Rust tests",
        run: rust,
    },
    Check {
        name: "doctests",
        what: "samples in the documentation",
        run: doctests,
    },
    Check {
        name: "doc",
        what: "the documentation builds without a warning",
        run: doc,
    },
    Check {
        name: "deny",
        what: "licences, sources and advisories of dependencies",
        run: deny,
    },
];

/// Runs all checks, or the named ones, to the end, and sums up.
pub(crate) fn run_named(names: &[&str]) -> Result<ExitCode> {
    for name in names {
        if !CHECKS.iter().any(|check| check.name == *name) {
            bail!("there is no check {name:?}; `cargo xtask test --list` names them");
        }
    }
    let mut lines = Vec::new();
    let mut total = Count::default();
    for check in CHECKS
        .iter()
        .filter(|check| names.is_empty() || names.contains(&check.name))
    {
        say(&format!("==== {}: {}", check.name, check.what));
        let start = Instant::now();
        let outcome = (check.run)();
        let (count, remark) = judge(outcome);
        lines.push(line(check.name, count, start.elapsed(), &remark));
        total += count;
    }
    println!();
    for line in lines {
        println!("{line}");
    }
    println!(
        "\n{} passed, {} failed, {} skipped",
        total.passed, total.failed, total.skipped
    );
    Ok(if total.failed == 0 && total.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The names of the checks.
pub(crate) fn list() -> Result<ExitCode> {
    for check in CHECKS {
        println!("{:<12}{}", check.name, check.what);
    }
    Ok(ExitCode::SUCCESS)
}

fn judge(outcome: Result<Outcome>) -> (Count, String) {
    let one = |passed, failed, skipped| Count {
        passed,
        failed,
        skipped,
    };
    match outcome {
        Ok(Outcome::Holds) => (one(1, 0, 0), String::new()),
        Ok(Outcome::Tests(count)) if count.ran() == 0 => (one(0, 1, 0), "no test ran".into()),
        Ok(Outcome::Tests(count)) => (count, String::new()),
        Ok(Outcome::Skipped(why)) => {
            say(&format!("skipped: {why}"));
            (one(0, 0, 1), format!("skipped: {why}"))
        }
        Err(error) => {
            say(&format!("FAILED: {error:#}"));
            (one(0, 1, 0), format!("{error:#}"))
        }
    }
}

fn line(name: &str, count: Count, took: Duration, remark: &str) -> String {
    let verdict = if count.failed > 0 {
        "FAILED"
    } else if count.passed == 0 {
        "skipped"
    } else {
        "ok"
    };
    let mut line = format!("{verdict:<8}{name:<12}{:>7.1} s", took.as_secs_f64());
    if count.ran() > 1 {
        line += &format!(
            "  {} passed, {} failed, {} skipped",
            count.passed, count.failed, count.skipped
        );
    }
    if let Some(first) = remark.lines().next() {
        line += &format!("  {first}");
    }
    line
}

fn fmt() -> Result<Outcome> {
    run(&mut command("cargo fmt --all -- --check"))?;
    Ok(Outcome::Holds)
}

fn clippy() -> Result<Outcome> {
    run(&mut command(
        "cargo clippy --workspace --all-targets --all-features --locked -- -D warnings",
    ))?;
    Ok(Outcome::Holds)
}

fn rust() -> Result<Outcome> {
    let tests = if which("cargo-nextest").is_some() {
        "cargo nextest run --workspace --all-features --locked --no-fail-fast"
    } else {
        "cargo test --workspace --all-features --locked --no-fail-fast --lib --bins --tests --examples"
    };
    Ok(Outcome::Tests(run_tests(&mut command(tests))?))
}

fn doctests() -> Result<Outcome> {
    let count = run_tests(&mut command(
        "cargo test --workspace --all-features --locked --no-fail-fast --doc",
    ))?;
    Ok(Outcome::Tests(count))
}

fn doc() -> Result<Outcome> {
    run(
        command("cargo doc --workspace --all-features --no-deps --locked")
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    Ok(Outcome::Holds)
}

fn deny() -> Result<Outcome> {
    if which("cargo-deny").is_none() {
        return Ok(Outcome::Skipped(
            "cargo-deny is not installed (cargo install cargo-deny)".into(),
        ));
    }
    run(&mut command(
        "cargo deny --all-features check bans licenses sources",
    ))?;
    Ok(Outcome::Holds)
}
