//! The real server as a process of its own: started, killed, and started again over the same data.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use kyc_server::secrets::{Password, digest_of};

use crate::people::{API_KEY, PASSWORD, REVIEWERS, There};

/// How long a server may take to be ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// One server, running or not.
pub(crate) struct Program {
    log: PathBuf,
    words: Vec<String>,
    url: String,
    child: Option<Child>,
}

impl Program {
    /// A server that keeps its log and configuration in `folder`, started with these words.
    pub(crate) fn new(folder: &Path, name: &str, words: &[String]) -> Self {
        Self::configured(folder, name, words, "")
    }

    /// The same, with these lines at the end of its configuration.
    pub(crate) fn configured(folder: &Path, name: &str, words: &[String], more: &str) -> Self {
        let port = free_port();
        let url = format!("http://127.0.0.1:{port}");
        let config = folder.join("config.toml");
        fs::write(&config, format!("{}{more}", *CONFIG)).unwrap();
        let mut own = vec![
            "--listen".to_owned(),
            format!("127.0.0.1:{port}"),
            "--public-url".to_owned(),
            url.clone(),
            "--config".to_owned(),
            config.to_str().unwrap().to_owned(),
        ];
        own.extend_from_slice(words);
        Self {
            log: folder.join(format!("{name}.log")),
            words: own,
            url,
            child: None,
        }
    }

    /// Starts it, and waits until it is ready.
    pub(crate) async fn start(&mut self) {
        self.spawn();
        self.ready().await;
    }

    /// Starts it behind these words. Tells whether it came to be ready, and did not end before.
    pub(crate) async fn start_behind(&mut self, before: &[&str]) -> bool {
        self.spawn_behind(before);
        let there = self.reach();
        loop {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                // Not by itself.
                assert_eq!(status.code(), None, "the server ended: {}", self.said());
                self.child = None;
                return false;
            }
            let answer = there.client.get(format!("{}/readyz", self.url)).send();
            if answer
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Starts it, and waits for nothing.
    pub(crate) fn spawn(&mut self) {
        self.spawn_behind(&[]);
    }

    fn spawn_behind(&mut self, before: &[&str]) {
        let log = || File::options().create(true).append(true).open(&self.log);
        let binary = binary();
        let mut all = before.iter().map(OsStr::new).chain([binary.as_os_str()]);
        let child = Command::new(all.next().unwrap())
            .args(all)
            .args(&self.words)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(log().unwrap())
            .stderr(log().unwrap())
            .spawn();
        self.child = Some(child.unwrap());
    }

    async fn ready(&mut self) {
        let there = self.reach();
        let begun = Instant::now();
        loop {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {}", self.said());
            let answer = there.client.get(format!("{}/readyz", self.url)).send();
            if answer
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "not ready: {}", self.said());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends it with signal 9: it hears nothing.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let status = child.wait().unwrap();
            assert_eq!(status.code(), None, "it had ended before: {}", self.said());
        }
    }

    /// The number of its process, while it runs.
    pub(crate) fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A way to it, over connections of its own.
    pub(crate) fn reach(&self) -> There {
        let client = reqwest::Client::builder().timeout(PATIENCE);
        There {
            client: client.build().unwrap(),
            url: self.url.clone(),
        }
    }

    /// The last of what it said.
    pub(crate) fn said(&self) -> String {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = said.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// What `KYC_SERVER` names, or what was built beside us.
pub(crate) fn binary() -> PathBuf {
    let beside = || {
        std::env::current_exe()
            .unwrap()
            .with_file_name("kyc-server")
    };
    let binary = std::env::var_os("KYC_SERVER").map_or_else(beside, PathBuf::from);
    assert!(
        binary.is_file(),
        "{} is not there: `cargo build --package kyc-server` builds it",
        binary.display()
    );
    binary
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

static CONFIG: LazyLock<String> = LazyLock::new(|| {
    let mut config = format!(
        "[limits]\npeer_per_second = {MANY}\npeer_burst = {MANY}\ncaller_per_second = {MANY}\ncaller_burst = {MANY}\n\
         connections_per_peer = {MANY}\nstreams = {MANY}\nuploads_per_minute = {MANY}\nupload_burst = {MANY}\nlogins_per_minute = {MANY}\nlogin_burst = {MANY}\n\
         [[integrators]]\nname = \"shop\"\nkey_sha256 = \"{}\"\n",
        digest_of(API_KEY)
    );
    let password = Password::hash(PASSWORD);
    for name in REVIEWERS {
        config += &format!(
            "[[reviewers]]\nname = \"{name}\"\npassword = \"{}\"\nroles = [\"reviewer\"]\n",
            password.as_phc()
        );
    }
    config
});

/// Whoever tries faults out is not to be slowed down.
const MANY: u32 = 1_000_000_000;
