//! The example of additional steps: what its server is told beside the usual, who receives its webhooks, and its first session.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use base64ct::{Base64, Encoding};

use crate::server::{More, Server, digest_of, port, secret};
use crate::shell::command;
use crate::workspace::root;

/// Secrets made for the occasion, and where webhooks go.
pub(crate) struct Example {
    pub(crate) key: String,
    pub(crate) secret: String,
    standard: String,
    compatible: String,
    receiver: u16,
}

/// The session that the example opens.
pub(crate) struct Opened {
    pub(crate) scan_ref: String,
    pub(crate) link: String,
}

impl Example {
    pub(crate) fn new() -> Result<Self> {
        let standard = Base64::encode_string(secret(32).as_bytes());
        Ok(Self {
            key: format!("key_{}", secret(12)),
            secret: secret(32),
            standard: format!("whsec_{standard}"),
            compatible: secret(48),
            receiver: port(0)?,
        })
    }

    /// The Flow, the pair of key and secret, and an endpoint for each format.
    pub(crate) fn more(&self, data: &Path) -> Result<More> {
        fs::create_dir_all(data)?;
        let pair = digest_of(&format!("{}:{}", self.key, self.secret));
        let mut lines = format!("pair_sha256 = \"{pair}\"\n");
        for (format, secret) in [
            ("standard", &self.standard),
            ("compatible", &self.compatible),
        ] {
            let file = data.join(format!("{format}.secret"));
            fs::write(&file, secret)?;
            let url = format!("http://127.0.0.1:{}/{format}", self.receiver);
            write!(
                lines,
                "\n[[webhooks]]\nname = \"{format}\"\nformat = \"{format}\"\nurl = \"{url}\"\n\
                 secret_file = {file:?}\nprivate_addresses = true\n"
            )?;
        }
        Ok(More {
            config: lines,
            flow: Some(folder().join("flow.json")),
        })
    }

    /// Starts the receiver, which prints what comes.
    pub(crate) fn receive(&self) -> Result<Receiver> {
        let mut receiver = Command::new("node");
        receiver
            .arg(folder().join("receiver.mjs"))
            .envs(self.told())
            .current_dir(root())
            .stdin(Stdio::null());
        // Ctrl-C is heard by us first.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut receiver, 0);
        let receiver = receiver.spawn().context("cannot start the receiver")?;
        Ok(Receiver(receiver))
    }

    /// Asks for a token as a company's backend would.
    pub(crate) fn open_session(&self, server: &Server) -> Result<Opened> {
        let text = fs::read_to_string(folder().join("request.json"))?;
        let mut request: serde_json::Value = serde_json::from_str(&text)?;
        // A client has one active session at a time, and the data of an earlier demo may still be there.
        request["clientId"] = format!("nova-{}", secret(6)).into();
        let pair = Base64::encode_string(format!("{}:{}", self.key, self.secret).as_bytes());
        let mut answer = ureq::post(format!("{}/api/v2/token", server.url))
            .header("authorization", format!("Basic {pair}"))
            .send_json(request)
            .context("the server gave no token")?;
        let answer: serde_json::Value = answer.body_mut().read_json()?;
        let member = |name: &str| {
            let text = answer[name].as_str().map(str::to_owned);
            text.with_context(|| format!("the server answered without {name}"))
        };
        let token = member("authToken")?;
        Ok(Opened {
            scan_ref: member("scanRef")?,
            link: format!("{}/api/v2/redirect?authToken={token}", server.url),
        })
    }

    /// What the other programs of the example are told by their environment.
    pub(crate) fn told(&self) -> [(&'static str, String); 5] {
        [
            ("KYC_PAIR_KEY", self.key.clone()),
            ("KYC_PAIR_SECRET", self.secret.clone()),
            ("KYC_STANDARD_SECRET", self.standard.clone()),
            ("KYC_COMPATIBLE_SECRET", self.compatible.clone()),
            ("KYC_RECEIVER_PORT", self.receiver.to_string()),
        ]
    }

    /// How the company hands in a newer bill once the session is decided.
    pub(crate) fn hand_in(&self, server: &Server, opened: &Opened) -> String {
        format!(
            "curl -u {key}:{secret} -H 'content-type: application/json' {url}/api/v2/upload-additional-step -d \\\n    \
             '{{\"scanRef\": \"{scan_ref}\", \"step\": \"UTILITY_BILL\", \"image\": \"'$(base64 < {bill} | tr -d '\\n')'\",\n    \
             \"additionalData\": {{\"UTILITY_BILL\": {{\"name\": \"Nova Muster\", \"address\": \"Birkenallee 12, Neustadt\"}}}}}}'",
            key = self.key,
            secret = self.secret,
            url = server.url,
            scan_ref = opened.scan_ref,
            bill = "examples/additional-steps/newer-bill.pdf",
        )
    }
}

/// A receiver that runs until nobody needs it.
pub(crate) struct Receiver(Child);

impl Drop for Receiver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The walk through all of it, which ends with 0 when everything was told.
pub(crate) fn walk(example: &Example) -> Command {
    let mut walk = command("node e2e/additional-steps.mjs");
    walk.envs(example.told());
    walk
}

fn folder() -> PathBuf {
    root().join("examples/additional-steps")
}
