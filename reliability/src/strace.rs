//! What processes really ask of their kernel, and failures put into its mouth: strace, attached while they run.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long it may take until all threads are watched.
const PATIENCE: Duration = Duration::from_secs(20);

/// strace, watching.
pub(crate) struct Strace {
    child: Child,
    place: TempDir,
}

/// One call of one thread, as strace spells it. Calls of several threads overlap: positions tell what was before what.
pub(crate) struct Call {
    pub(crate) name: String,
    /// Its arguments and its answer.
    pub(crate) text: String,
    pub(crate) begun: usize,
    pub(crate) ended: usize,
}

impl Strace {
    /// Watches these processes and all they start, with these words; returns once it does.
    pub(crate) fn attach(processes: &[u32], words: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        let mut strace = Command::new("strace");
        strace.args(["-q", "-f", "-y", "-s", "1048576", "-o"]);
        strace.arg(place.path().join("calls")).args(words);
        for process in processes {
            strace.args(["-p", &process.to_string()]);
        }
        let said = fs::File::create(place.path().join("said")).unwrap();
        let child = strace.stdin(Stdio::null()).stderr(said).spawn();
        let mut strace = Self {
            child: child.expect(MISSING),
            place,
        };
        let begun = Instant::now();
        while !processes.iter().all(|process| is_watched(*process)) {
            let ended = strace.child.try_wait().unwrap();
            assert!(
                ended.is_none() && begun.elapsed() < PATIENCE,
                "strace may not watch other processes here; root may, and `sysctl kernel.yama.ptrace_scope=0` lets others: {}",
                fs::read_to_string(strace.place.path().join("said")).unwrap()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        strace
    }

    /// Lets go, and tells what was asked for.
    pub(crate) fn detach(mut self) -> Vec<Call> {
        self.interrupt();
        parse(&fs::read_to_string(self.place.path().join("calls")).unwrap())
    }

    fn interrupt(&mut self) {
        if self.child.try_wait().unwrap().is_none() {
            let process = self.child.id().to_string();
            let _ = Command::new("kill").args(["-INT", &process]).status();
            let _ = self.child.wait();
        }
    }
}

impl Drop for Strace {
    fn drop(&mut self) {
        self.interrupt();
    }
}

impl Call {
    /// The file or socket that it is about, when its first argument is one that is open.
    pub(crate) fn path(&self) -> &str {
        let path = self.text.split_once('<').map(|(_, path)| path);
        path.and_then(|path| path.split_once('>'))
            .map_or("", |(path, _)| path)
    }

    /// Whether it has done what it was asked.
    pub(crate) fn is_done(&self) -> bool {
        let answer = self.text.rsplit_once(" = ").map(|(_, answer)| answer);
        answer.is_some_and(|answer| !answer.starts_with(['-', '?']))
    }

    pub(crate) fn is_a(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }
}

/// A process and all it has started.
pub(crate) fn family(process: u32) -> Vec<u32> {
    let mut family = vec![process];
    let mut next = 0;
    while next < family.len() {
        let tasks = fs::read_dir(format!("/proc/{}/task", family[next]));
        for task in tasks.into_iter().flatten().flatten() {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            family.extend(children.split_whitespace().flat_map(str::parse::<u32>));
        }
        next += 1;
    }
    family
}

fn is_watched(process: u32) -> bool {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else {
        // It has ended meanwhile, as workers of a database do.
        return true;
    };
    let mut paths = tasks.flatten().map(|task| task.path().join("status"));
    paths.all(|status: PathBuf| {
        let status = fs::read_to_string(status).unwrap_or_default();
        let tracer = status
            .lines()
            .find_map(|line| line.strip_prefix("TracerPid:"));
        tracer.is_none_or(|tracer| tracer.trim() != "0")
    })
}

/// Joins the halves of calls that were interrupted by those of others.
pub(crate) fn parse(log: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    let mut halves: HashMap<&str, (usize, String)> = HashMap::new();
    for (number, line) in log.lines().enumerate() {
        let Some((thread, line)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        let line = line.trim_start();
        let (begun, text) = if let Some(half) = line.strip_suffix(" <unfinished ...>") {
            halves.insert(thread, (number, half.to_owned()));
            continue;
        } else if line.starts_with("<... ") {
            let Some((_, half)) = line.split_once(" resumed>") else {
                continue;
            };
            let Some((begun, first)) = halves.remove(thread) else {
                continue;
            };
            (begun, first + half)
        } else {
            (number, line.to_owned())
        };
        if let Some((name, text)) = text.split_once('(') {
            calls.push(Call {
                name: name.to_owned(),
                text: text.to_owned(),
                begun,
                ended: number,
            });
        }
    }
    calls
}

const MISSING: &str = "strace is not installed: `apt-get install strace` installs it";
