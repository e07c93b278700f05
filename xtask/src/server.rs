//! A kyc-server of our own: built, configured with people and keys made for the occasion, started and stopped.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::shell::{command, run, timed};
use crate::web;
use crate::workspace::{root, target};

const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who may sign in, and how.
pub(crate) struct Reviewer {
    pub(crate) name: &'static str,
    pub(crate) password: String,
}

/// A server that runs, and everything needed to talk to it.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    pub(crate) api_key: String,
    pub(crate) reviewers: Vec<Reviewer>,
    pub(crate) log: PathBuf,
}

/// What a server is told beside the usual.
#[derive(Default)]
pub(crate) struct More {
    /// Lines of its configuration, the first of them about the integrator.
    pub(crate) config: String,
    /// The Flow that sessions are opened with.
    pub(crate) flow: Option<PathBuf>,
}

/// How the program is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// Builds the program and tells where it lies.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    let (packages, folder) = match profile {
        Profile::Dev => ("--package kyc-server", "debug"),
        // Together with whoever starts it: optimising both at once is half the work.
        Profile::Release => (
            "--package kyc-server --package kyc-reliability --release",
            "release",
        ),
    };
    timed("building the server", || {
        run(&mut command(&format!("cargo build --locked {packages}")))
    })?;
    Ok(target()
        .join(folder)
        .join(format!("kyc-server{}", std::env::consts::EXE_SUFFIX)))
}

impl Server {
    /// Starts it over a folder of data, and waits until it answers.
    pub(crate) fn start(program: &Path, data: &Path, port: u16, more: &More) -> Result<Self> {
        fs::create_dir_all(data).with_context(|| data.display().to_string())?;
        let reviewers = ["ada", "grace"].map(|name| Reviewer {
            name,
            password: secret(12),
        });
        let api_key = format!("kyc_demo_{}", secret(32));
        let config = data.join("config.toml");
        let lines = configuration(program, &reviewers, &api_key)? + &more.config;
        fs::write(&config, lines)?;
        let log = data.join("server.log");
        let url = format!("http://127.0.0.1:{port}");
        let mut server = Command::new(program);
        server
            .args([
                "--listen",
                &format!("127.0.0.1:{port}"),
                "--public-url",
                &url,
            ])
            .args(["--store", &format!("redb:{}", data.join("store").display())])
            .arg("--blobs")
            .arg(data.join("blobs"))
            .arg("--config")
            .arg(&config)
            .arg("--pages")
            .arg(web::served())
            .args(
                more.flow
                    .iter()
                    .flat_map(|flow| ["--flow".as_ref(), flow.as_os_str()]),
            )
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(fs::File::create(&log)?)
            .stderr(fs::File::options().append(true).open(&log)?);
        // Ctrl-C is heard by us first: we tell the server, and wait for it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut server, 0);
        let process = server
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Self {
            process,
            url,
            api_key,
            reviewers: reviewers.into(),
            log,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Opens a session as an integrator's backend would; the answer is the applicant's link.
    pub(crate) fn open_session(&self) -> Result<String> {
        let mut answer = ureq::post(format!("{}/integrator/v1/sessions", self.url))
            .header("authorization", format!("Bearer {}", self.api_key))
            .header("idempotency-key", secret(16))
            .send_json(serde_json::json!({ "external_ref": "demo", "locale": "en" }))
            .context("the server did not open a session")?;
        let answer: serde_json::Value = answer.body_mut().read_json()?;
        let link = answer["link"]
            .as_str()
            .context("the server answered without a link")?;
        Ok(link.to_owned())
    }

    /// Whether it has ended, which it should not by itself.
    pub(crate) fn ended(&mut self) -> Result<Option<std::process::ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// Asks it to finish what it is doing, and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        if cfg!(unix) {
            run_quietly("kill", &["-TERM", &self.process.id().to_string()])?;
        } else {
            self.process.kill()?;
        }
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if self.process.try_wait()?.is_some() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.process.kill()?;
        bail!("the server did not stop within {} s", PATIENCE.as_secs())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if let Some(status) = self.ended()? {
                let said = fs::read_to_string(&self.log).unwrap_or_default();
                bail!("the server ended at once ({status}):\n{said}");
            }
            if ureq::get(format!("{}/readyz", self.url)).call().is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.process.kill()?;
        bail!(
            "the server did not get ready within {} s: see {}",
            PATIENCE.as_secs(),
            self.log.display()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After a clean stop there is nothing left to kill.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// This port, or any other if it is taken.
pub(crate) fn port(wanted: u16) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", wanted))
        .or_else(|_| TcpListener::bind(("127.0.0.1", 0)))?;
    Ok(listener.local_addr()?.port())
}

fn configuration(program: &Path, reviewers: &[Reviewer], api_key: &str) -> Result<String> {
    let mut text = String::from("# Written anew by every `cargo xtask demo`.\n");
    for reviewer in reviewers {
        text += &lines_of(program, reviewer)?;
    }
    let digest = digest_of(api_key);
    write!(
        text,
        "[[integrators]]\nname = \"demo\"\nkey_sha256 = \"{digest}\"\n"
    )?;
    Ok(text)
}

/// What is kept of a secret.
pub(crate) fn digest_of(secret: &str) -> String {
    let digest = Sha256::digest(secret);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A reviewer as the configuration names them, by the server's own command.
fn lines_of(program: &Path, reviewer: &Reviewer) -> Result<String> {
    let mut child = Command::new(program)
        .args(["reviewer", reviewer.name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        writeln!(stdin, "{}", reviewer.password)?;
    }
    let output = child.wait_with_output()?;
    ensure!(
        output.status.success(),
        "`kyc-server reviewer` took no password"
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Letters and digits that nobody can guess, easy to read aloud.
pub(crate) fn secret(length: usize) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789_";
    let mut bytes = vec![0; length];
    #[expect(
        clippy::expect_used,
        reason = "without randomness there are no secrets to make"
    )]
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect()
}

fn run_quietly(program: &str, words: &[&str]) -> Result<()> {
    Command::new(program)
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    Ok(())
}
