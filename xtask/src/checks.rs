//! What must hold before a change lands: one row a check, in the order in which they run.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::count::Count;
use crate::demo::Demo;
use crate::docs;
use crate::instructions;
use crate::purity;
use crate::reliability;
use crate::server;
use crate::setup;
use crate::shell::{command, run, run_tests, say, which};
use crate::web;

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
    check("fmt", "Rust is formatted", fmt),
    check("clippy", "no lint speaks up", clippy),
    check("rust", "Rust tests", rust),
    check("doctests", "samples in the documentation", doctests),
    check("doc", "the documentation builds without a warning", doc),
    check(
        "samples",
        "the README shows what is compiled and run",
        samples,
    ),
    check("pages", "the npm package and both pages build", pages),
    check(
        "instructions",
        "no step of the core takes more instructions than it did",
        instructions,
    ),
    check("purity", "the core asks its host for nothing", purity),
    check(
        "npm",
        "TypeScript and npm packages are sound, and their tests",
        npm,
    ),
    check(
        "frameworks",
        "the packed npm package in React, Svelte, Vue, Vite, webpack, plain pages and Node",
        frameworks,
    ),
    check("package", "every crate can be published", package),
    check(
        "deny",
        "licences, sources and advisories of dependencies",
        deny,
    ),
    check(
        "e2e",
        "both pages driven in Chromium against the real server",
        e2e,
    ),
    check(
        "reliability",
        "real faults on every store, in the short form",
        reliability,
    ),
    check("demo", "the README's first command, walked", demo),
    check(
        "additional-steps",
        "the example of additional steps, walked",
        additional_steps,
    ),
];

const fn check(name: &'static str, what: &'static str, run: fn() -> Result<Outcome>) -> Check {
    Check { name, what, run }
}

/// Runs all checks, or the named ones, to the end, and sums up.
pub(crate) fn run_named(names: &[&str]) -> Result<ExitCode> {
    for name in names {
        if !CHECKS.iter().any(|check| check.name == *name) {
            bail!("there is no check {name:?}; `cargo xtask test --list` names them");
        }
    }
    if names.is_empty() {
        // What npm and apt bring arrives while cargo compiles. Whoever needs it and finds it missing tells why.
        thread::spawn(setup::everything);
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
        println!("{:<18}{}", check.name, check.what);
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
    let mut line = format!("{verdict:<8}{name:<18}{:>7.1} s", took.as_secs_f64());
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
    // As they are when somebody names them without features, each by itself.
    for alone in [
        "kyc-core",
        "kyc-core --no-default-features",
        "kyc-persist",
        "kyc-persist --no-default-features",
        "kyc-persist --no-default-features --features postgres",
        "kyc-server",
    ] {
        run(&mut command(&format!(
            "cargo clippy --package {alone} --locked -- -D warnings"
        )))?;
    }
    Ok(Outcome::Holds)
}

fn rust() -> Result<Outcome> {
    setup::postgres()?;
    setup::strace()?;
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

fn samples() -> Result<Outcome> {
    docs::samples()?;
    Ok(Outcome::Holds)
}

fn pages() -> Result<Outcome> {
    web::pages()?;
    Ok(Outcome::Holds)
}

fn purity() -> Result<Outcome> {
    say(&purity::prove()?);
    Ok(Outcome::Holds)
}

fn instructions() -> Result<Outcome> {
    instructions::check()?;
    Ok(Outcome::Holds)
}

fn npm() -> Result<Outcome> {
    web::wasm()?;
    run(&mut command("npm run check --workspaces --if-present"))?;
    run(&mut command("npm run lint --workspaces --if-present"))?;
    let count = run_tests(&mut command("npm test --workspaces --if-present"))?;
    Ok(Outcome::Tests(count))
}

fn frameworks() -> Result<Outcome> {
    let chromium = setup::chromium()?;
    web::wasm()?;
    let mut tests = command("npm run frameworks --workspace kyc-frameworks");
    let count = run_tests(tests.env("CHROMIUM", chromium))?;
    Ok(Outcome::Tests(count))
}

fn package() -> Result<Outcome> {
    run(&mut command(
        "cargo package --workspace --exclude xtask --exclude kyc-bindgen --exclude kyc-reliability --exclude kyc-load --no-verify --locked --allow-dirty",
    ))?;
    Ok(Outcome::Holds)
}

fn e2e() -> Result<Outcome> {
    let chromium = setup::chromium()?;
    let server = server::build(server::Profile::Dev)?;
    web::pages()?;
    let mut tests = command("npm run e2e --workspace kyc-e2e");
    let count = run_tests(tests.env("CHROMIUM", chromium).env("KYC_SERVER", server))?;
    Ok(Outcome::Tests(count))
}

fn reliability() -> Result<Outcome> {
    Ok(Outcome::Tests(reliability::check()?))
}

fn demo() -> Result<Outcome> {
    Demo::parse(&["--check"])?.run()?;
    Ok(Outcome::Holds)
}

fn additional_steps() -> Result<Outcome> {
    Demo::parse(&["additional-steps", "--check"])?.run()?;
    Ok(Outcome::Holds)
}

fn deny() -> Result<Outcome> {
    if which("cargo-deny").is_none() {
        return Ok(Outcome::Skipped(
            "cargo-deny is not installed (cargo install cargo-deny)".into(),
        ));
    }
    run(&mut command(
        "cargo deny --log-level error --all-features check bans licenses sources",
    ))?;
    Ok(Outcome::Holds)
}
