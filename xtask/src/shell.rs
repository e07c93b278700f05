//! Running other programs: what is shown while they run, and what is kept of what they said.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::count::Count;
use crate::workspace::root;

/// A program to run at the repository's root.
pub(crate) fn command(words: &str) -> Command {
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("true"));
    command.args(words).current_dir(root()).stdin(Stdio::null());
    if std::io::stdout().is_terminal() {
        command
            .env("CARGO_TERM_COLOR", "always")
            .env("FORCE_COLOR", "1");
    }
    command
}

/// Runs it in plain sight; its failure is ours.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    say(&format!("$ {shown}"));
    let status = command
        .status()
        .with_context(|| format!("cannot start {shown}"))?;
    if !status.success() {
        bail!("{shown}: {status}");
    }
    Ok(())
}

/// Runs it in plain sight and counts the tests that it says it ran. Failing tests are a count; a program that fails
/// without having counted a failure is an error.
pub(crate) fn run_tests(command: &mut Command) -> Result<Count> {
    let shown = shown(command);
    say(&format!("$ {shown}"));
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {shown}"))?;
    let out = child
        .stdout
        .take()
        .map(|pipe| thread::spawn(|| relay(pipe, std::io::stdout())));
    let err = child
        .stderr
        .take()
        .map(|pipe| thread::spawn(|| relay(pipe, std::io::stderr())));
    let mut count = Count::default();
    for relayed in [out, err].into_iter().flatten() {
        count += relayed.join().unwrap_or_default();
    }
    let status = child.wait().with_context(|| shown.clone())?;
    if !status.success() && count.failed == 0 {
        bail!("{shown}: {status}");
    }
    Ok(count)
}

/// What it printed, trimmed; its failure is ours.
pub(crate) fn ask(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .output()
        .with_context(|| format!("cannot start {shown}"))?;
    if !output.status.success() {
        bail!(
            "{shown}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Where a program lies on the search path, if it is there.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Says what starts and how long it took.
pub(crate) fn timed<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    say(&format!("{what} ..."));
    let done = work().with_context(|| what.to_owned())?;
    say(&format!("{what}: {:.1} s", start.elapsed().as_secs_f64()));
    Ok(done)
}

/// One line of progress.
pub(crate) fn say(line: &str) {
    println!("[xtask] {line}");
    // A closed pipe must not stop the work.
    let _ = std::io::stdout().flush();
}

fn relay(from: impl Read, mut to: impl Write) -> Count {
    let mut count = Count::default();
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines
        .read_until(b'\n', &mut line)
        .is_ok_and(|read| read > 0)
    {
        let _ = to.write_all(&line).and_then(|()| to.flush());
        count += Count::of(&String::from_utf8_lossy(&line));
        line.clear();
    }
    count
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
