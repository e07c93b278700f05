//! An endpoint as an operator describes it, and what is wrong with that.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use kyc_persist::Receiver;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Happened;
use super::desk::Desk;
use super::signature::SigningKey;
use super::target::Target;
use crate::config::ConfigError;

/// An endpoint that is told of sessions.
#[derive(Clone, Debug)]
pub struct Webhook {
    name: String,
    pub(super) target: Target,
    /// The newest first.
    pub(super) keys: Vec<SigningKey>,
    events: BTreeSet<Happened>,
    pub(super) format: Format,
    pub(super) patience: Duration,
    /// Whether it may lie in a network of the operator's own.
    pub(super) private_addresses: bool,
}

/// The vocabulary a webhook is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    /// Our own words, signed as the Standard Webhooks specification says.
    #[default]
    Standard,
    /// That of the compatible surface, with the data of the person, signed over the body alone.
    Compatible,
}

impl Webhook {
    /// Its name in our logs and lists.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which queue its notices wait in. It follows from the name alone, so that they are found whatever else is changed.
    pub(crate) fn receiver(&self) -> Receiver {
        receiver(&self.name)
    }

    /// Whether it is to be told of that.
    pub(crate) fn wants(&self, happened: Happened) -> bool {
        self.events.contains(&happened)
    }

    /// How long it may take to answer.
    pub(crate) const fn patience(&self) -> Duration {
        self.patience
    }
}

fn receiver(name: &str) -> Receiver {
    let digest = Sha256::digest(name.as_bytes());
    let [a, b, c, d, ..] = digest.0;
    Receiver(u32::from_be_bytes([a, b, c, d]))
}

/// One `[[webhooks]]` of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookLine {
    name: String,
    pub(super) url: String,
    #[serde(default)]
    secret_file: Option<PathBuf>,
    #[serde(default)]
    secret_env: Option<String>,
    #[serde(default)]
    older_secret_file: Option<PathBuf>,
    #[serde(default)]
    older_secret_env: Option<String>,
    #[serde(default)]
    events: Option<Vec<String>>,
    #[serde(default)]
    format: Format,
    #[serde(default = "ten")]
    timeout_seconds: u64,
    #[serde(default)]
    pub(super) insecure_http: bool,
    #[serde(default)]
    pub(super) private_addresses: bool,
    #[serde(default)]
    pub(super) ca_file: Option<PathBuf>,
}

const fn ten() -> u64 {
    10
}

impl WebhookLine {
    /// The endpoints that these lines describe, and everything that is wrong with them.
    pub(crate) fn check(lines: Vec<Self>, faults: &mut Vec<ConfigError>) -> Vec<Webhook> {
        let mut webhooks: Vec<Webhook> = Vec::new();
        for (index, line) in lines.into_iter().enumerate() {
            let mut desk = Desk::of(format!("webhooks[{index}]"));
            let webhook = line.webhook(&mut desk);
            if let Some(webhook) = &webhook
                && webhooks
                    .iter()
                    .any(|other| other.receiver() == webhook.receiver())
            {
                desk.fault("name", "used twice, or too like another: take another one");
            }
            faults.append(&mut desk.faults);
            webhooks.extend(webhook);
        }
        webhooks
    }

    fn webhook(self, desk: &mut Desk) -> Option<Webhook> {
        let named = (1..=64).contains(&self.name.len())
            && self
                .name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if !named {
            desk.fault("name", "1 to 64 of A-Z a-z 0-9 _ -");
        }
        if !(1..=30).contains(&self.timeout_seconds) {
            desk.fault("timeout_seconds", "1 to 30");
        }
        let newest = (self.secret_file.as_ref(), self.secret_env.as_ref());
        let newest = desk.secret("secret", newest, self.format);
        if newest.is_none() && desk.faults.iter().all(|fault| !told_of_secret(fault)) {
            desk.fault(
                "secret_file",
                "needed, or secret_env: what webhooks are signed with",
            );
        }
        let older = (
            self.older_secret_file.as_ref(),
            self.older_secret_env.as_ref(),
        );
        if self.format == Format::Compatible && older != (None, None) {
            desk.fault(
                "older_secret_file",
                "this format has one signature: change the secret at both ends",
            );
        }
        let older = desk.secret("older_secret", older, self.format);
        let events = self.events(desk);
        let target = self.target(desk)?;
        Some(Webhook {
            name: self.name,
            target,
            keys: newest.into_iter().chain(older).collect(),
            events,
            format: self.format,
            patience: Duration::from_secs(self.timeout_seconds),
            private_addresses: self.private_addresses,
        })
    }

    fn events(&self, desk: &mut Desk) -> BTreeSet<Happened> {
        let Some(names) = &self.events else {
            return Happened::all(self.format).iter().copied().collect();
        };
        let found = names.iter().enumerate().filter_map(|(index, name)| {
            let found = Happened::all(self.format)
                .iter()
                .copied()
                .find(|happened| happened.name() == *name);
            if found.is_none() {
                desk.fault(
                    &format!("events[{index}]"),
                    "no such event: the README has the list",
                );
            }
            found
        });
        found.collect()
    }
}

fn told_of_secret(fault: &ConfigError) -> bool {
    let (ConfigError::Unusable { path, .. } | ConfigError::Unreadable { path, .. }) = fault else {
        return false;
    };
    path.contains("].secret_")
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::secrets::Secret;

    /// What is told of one endpoint; `SECRET` stands for the line of a good secret.
    fn told(lines: &str) -> String {
        let place = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let file = place.path().join(name);
            std::fs::write(&file, text).unwrap();
            format!("{file:?}")
        };
        let lines = lines
            .replace("GOOD", &file("good", Secret::of_webhooks().reveal()))
            .replace("SHORT", &file("short", "whsec_aHVudGVyMg=="))
            .replace(
                "PLAIN",
                &file("plain", "hunter2 is no secret at all, is it"),
            )
            .replace("SECRET", "secret_file = GOOD")
            .replace("GOOD", &file("good", Secret::of_webhooks().reveal()));
        match Config::parse(&format!("[[webhooks]]\n{lines}")) {
            Ok(_) => String::new(),
            Err(faults) => {
                let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
                faults.join("\n")
            }
        }
    }

    #[test]
    fn an_endpoint_goes_by_https_to_the_internet_unless_somebody_says_otherwise() {
        let meant = "private_addresses = true";
        for (url, more) in [
            ("https://shop.example/kyc?from=kyc", ""),
            ("https://shop.example:8443", ""),
            ("https://93.184.215.14/", ""),
            ("https://[2606:4700::1111]:444/x", ""),
            ("http://shop.example/kyc", "insecure_http = true"),
            ("http://localhost:3000/kyc", ""),
            ("http://127.0.0.1:3000/kyc", meant),
            ("http://[::1]:3000/kyc", meant),
            ("https://10.0.0.7/kyc", meant),
        ] {
            let lines = format!("name = \"shop\"\nurl = {url:?}\nSECRET\n{more}");
            assert_eq!(told(&lines), "", "{url}");
        }
        for (url, more) in [
            ("http://shop.example/kyc", ""),
            ("http://10.0.0.7/kyc", meant),
            ("https://10.0.0.7/kyc", ""),
            ("https://127.0.0.1/kyc", ""),
            ("https://[::ffff:127.0.0.1]/kyc", ""),
            ("https://169.254.169.254/latest", meant),
            ("https://[fe80::1]/", meant),
            ("https://0.0.0.0/", meant),
            ("https://user:pass@shop.example/", ""),
            ("https://shop.example/#x", ""),
            ("https://shop.example:99999/", ""),
            ("https://shop.example:/", ""),
            ("https://", ""),
            ("ftp://shop.example/", ""),
            ("gopher://shop.example/", ""),
            ("file:///etc/passwd", ""),
            ("shop.example/kyc", ""),
            ("/kyc", ""),
            ("https://shop.example/a b", ""),
            ("https://shop.example/\\r\\nx: y", ""),
        ] {
            let lines = format!("name = \"shop\"\nurl = \"{url}\"\nSECRET\n{more}");
            let told = told(&lines);
            assert!(told.starts_with("webhooks[0].url: "), "{url}: {told}");
        }
    }

    #[test]
    fn every_fault_of_an_endpoint_is_told_with_its_place_and_no_secret_with_it() {
        let good = "name = \"shop\"\nurl = \"https://shop.example/\"\n";
        for (lines, place) in [
            (good.to_owned(), "webhooks[0].secret_file: needed"),
            (
                format!("{good}secret_file = SHORT"),
                "webhooks[0].secret_file: whsec_",
            ),
            (
                format!("{good}secret_file = PLAIN"),
                "webhooks[0].secret_file: whsec_",
            ),
            (
                format!("{good}secret_file = \"/no/such/file\""),
                "webhooks[0].secret_file: /no/such/file: No such",
            ),
            (
                format!("{good}secret_env = \"KYC_NO_SUCH_VARIABLE\""),
                "webhooks[0].secret_env: KYC_NO_SUCH",
            ),
            (
                format!("{good}SECRET\nsecret_env = \"HOME\""),
                "webhooks[0].secret_env: either",
            ),
            (
                format!("{good}SECRET\nolder_secret_file = SHORT"),
                "webhooks[0].older_secret_file: whsec_",
            ),
            (
                format!("{good}SECRET\ntimeout_seconds = 31"),
                "webhooks[0].timeout_seconds: 1 to 30",
            ),
            (
                format!("{good}SECRET\ntimeout_seconds = 0"),
                "webhooks[0].timeout_seconds: 1 to 30",
            ),
            (
                format!("{good}SECRET\nevents = [\"session.erased\", \"session.won\"]"),
                "webhooks[0].events[1]: no such",
            ),
            (
                format!("{good}SECRET\nolder_secret_file = GOOD\nformat = \"compatible\""),
                "webhooks[0].older_secret_file: this format",
            ),
            (
                format!("{good}secret_file = PLAIN\nformat = \"compatible\""),
                "webhooks[0].secret_file: 24 to 256",
            ),
            (
                format!("{good}SECRET\nevents = [\"session.collecting\"]\nformat = \"compatible\""),
                "webhooks[0].events[0]: no such",
            ),
            (
                format!("{good}SECRET\nca_file = SHORT"),
                "webhooks[0].ca_file: certificates",
            ),
            (
                format!("{good}SECRET\nca_file = \"/no/such/file\""),
                "webhooks[0].ca_file: /no/such/file: ",
            ),
            (format!("{good}SECRET\nformat = \"xml\""), "line 5: "),
            (
                format!("{good}secret = \"hunter2\""),
                "line 4: unknown field `secret`",
            ),
            (
                good.replace("shop\"", "a b\"") + "SECRET",
                "webhooks[0].name: 1 to 64",
            ),
            (
                format!("{good}SECRET\n[[webhooks]]\n{good}SECRET"),
                "webhooks[1].name: used twice",
            ),
        ] {
            let told = told(&lines);
            assert!(told.starts_with(place), "{lines}: {told}");
            assert_eq!(told.lines().count(), 1, "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn the_example_in_the_readme_is_sound() {
        let section = include_str!("../../README.md")
            .split_once("## Webhooks")
            .unwrap()
            .1;
        let example = section.split_once("```toml\n[[webhooks]]\n").unwrap().1;
        let example = example.split_once("```").unwrap().0;
        let example = example.replace("\"/run/secrets/webhooks\"", "GOOD");
        assert_eq!(told(&example), "");
        // All that can be told is in its table.
        let table = section.split_once("| event |").unwrap().1;
        let table = table.split_once("```").unwrap().0;
        for happened in crate::webhooks::Happened::all(super::Format::Standard) {
            assert!(
                table.contains(&format!("`{}`", happened.name())),
                "{happened:?}"
            );
        }
    }
}
