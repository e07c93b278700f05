//! What an installation decides: who its reviewers and integrators are, and how much anybody may ask for.

use std::collections::BTreeSet;
use std::time::Duration;

use kyc_core::ReviewerId;
use kyc_core::journal::Hash;
use serde::Deserialize;

use crate::secrets::{Password, digest_of, same};
use crate::webhooks::{Webhook, WebhookLine};

/// A configuration file, read and found sound.
#[derive(Clone, Debug, Default)]
pub struct Config {
    reviewers: Vec<Reviewer>,
    integrators: Vec<Integrator>,
    /// How much anybody may ask for.
    pub limits: Limits,
    /// How long what is handed out stays valid.
    pub lifetimes: Lifetimes,
    /// How many proxies stand before this server and append to `X-Forwarded-For`. With 0 the header is ignored.
    pub proxies: usize,
    /// Which other sites may show the applicant's page in a frame.
    pub frame_ancestors: Vec<Origin>,
    /// Who is told what becomes of sessions.
    pub webhooks: Vec<Webhook>,
}

/// An origin as browsers write it: `https://shop.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Takes `https://host` or `https://host:port`; plain `http` for the host itself only.
    pub fn parse(text: &str) -> Option<Self> {
        let uri: axum::http::Uri = text.parse().ok()?;
        let own = matches!(uri.host()?, "localhost" | "127.0.0.1");
        let scheme = uri.scheme_str()?;
        let sound = (scheme == "https" || (scheme == "http" && own))
            && !uri.authority()?.as_str().contains('@');
        (sound && text == format!("{scheme}://{}", uri.authority()?)).then(|| Self(text.to_owned()))
    }

    /// As browsers write it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A person who may sign in to the backoffice.
#[derive(Clone, Debug)]
pub struct Reviewer {
    /// Under which name they sign in and act.
    pub name: ReviewerId,
    /// How they prove it.
    pub password: Password,
    /// What they may do.
    pub roles: BTreeSet<Role>,
}

/// What a signed-in person may do.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Deserialize,
    serde::Serialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// See cases.
    Viewer,
    /// See cases and decide them.
    Reviewer,
}

/// A backend that may create sessions.
#[derive(Clone, Debug)]
pub struct Integrator {
    /// Its name in our logs.
    pub name: String,
    /// The digest of its API key.
    pub key: Hash,
    /// The digest of `key:secret`, if it may speak the other vocabulary with HTTP Basic.
    pub pair: Option<Hash>,
}

/// How much anybody may ask for. Counted by this process alone: replicas count for themselves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests a second from one address (IPv6: one /64).
    pub peer_per_second: u32,
    /// Requests at once from one address.
    pub peer_burst: u32,
    /// Connections at once from one address; not counted behind proxies, which all connections come from.
    pub connections_per_peer: usize,
    /// Requests a second with one token, cookie or API key.
    pub caller_per_second: u32,
    /// Requests at once with one token, cookie or API key.
    pub caller_burst: u32,
    /// Attempts to sign in a minute from one address.
    pub logins_per_minute: u32,
    /// Attempts to sign in at once from one address.
    pub login_burst: u32,
    /// Uploads a minute into one session.
    pub uploads_per_minute: u32,
    /// Uploads at once into one session.
    pub upload_burst: u32,
    /// Links an hour that one applicant makes for other devices of theirs.
    pub links_per_hour: u32,
    /// Links at once that one applicant makes.
    pub link_burst: u32,
    /// Images of one session, those that were never handed in included.
    pub images_per_session: u32,
    /// Events that one session takes from its applicant; others can always end it.
    pub events_per_session: u32,
    /// Pages of one PDF.
    pub pdf_pages: u32,
    /// Seconds of a processor that drawing one PDF may take; three times as many by the clock.
    pub pdf_seconds: u32,
    /// Megabytes of memory that drawing one PDF may take; three are drawn at once.
    pub pdf_megabytes: u32,
    /// Live streams at once.
    pub streams: usize,
    /// Live streams at once of one session or one reviewer.
    pub streams_per_caller: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            peer_per_second: 100,
            peer_burst: 400,
            connections_per_peer: 200,
            caller_per_second: 20,
            caller_burst: 100,
            logins_per_minute: 10,
            login_burst: 20,
            uploads_per_minute: 10,
            upload_burst: 30,
            links_per_hour: 10,
            link_burst: 20,
            images_per_session: 100,
            events_per_session: 1_000,
            pdf_pages: 10,
            pdf_seconds: 10,
            pdf_megabytes: 1_024,
            streams: 5_000,
            streams_per_caller: 8,
        }
    }
}

/// How long what is handed out stays valid.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lifetimes {
    /// Of the code in a link, in minutes.
    pub link_minutes: u32,
    /// Of an applicant's token, in hours.
    pub token_hours: u32,
    /// Of a reviewer's session without any request, in minutes.
    pub idle_minutes: u32,
    /// Of a reviewer's session whatever happens, in hours.
    pub reviewer_hours: u32,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            link_minutes: 10,
            token_hours: 7 * 24,
            idle_minutes: 15,
            reviewer_hours: 8,
        }
    }
}

impl Lifetimes {
    /// Of the code in a link.
    pub fn link(&self) -> Duration {
        Duration::from_secs(u64::from(self.link_minutes) * 60)
    }

    /// Of an applicant's token.
    pub fn token(&self) -> Duration {
        Duration::from_secs(u64::from(self.token_hours) * 3600)
    }

    /// Of a reviewer's session without any request.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(u64::from(self.idle_minutes) * 60)
    }

    /// Of a reviewer's session whatever happens.
    pub fn reviewer(&self) -> Duration {
        Duration::from_secs(u64::from(self.reviewer_hours) * 3600)
    }
}

/// Why a configuration is not taken. Names the place, never a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not TOML, or a field that does not exist, is missing or has the wrong type.
    #[error("line {line}: {message}")]
    Malformed {
        /// Counted from 1.
        line: usize,
        /// What the parser says, without the line itself.
        message: String,
    },
    /// A value that cannot be used.
    #[error("{path}: {rule}")]
    Unusable {
        /// Where, for example `reviewers[1].name`.
        path: String,
        /// What it has to be.
        rule: &'static str,
    },
    /// What a value names cannot be read.
    #[error("{path}: {why}")]
    Unreadable {
        /// Where.
        path: String,
        /// What the system says.
        why: String,
    },
}

impl Config {
    /// Reads a file. All its faults are told at once.
    ///
    /// # Errors
    ///
    /// Every fault with its place.
    pub fn parse(text: &str) -> Result<Self, Vec<ConfigError>> {
        let file: File = toml::from_str(text).map_err(|error| {
            let before = error.span().map_or(0, |span| span.start.min(text.len()));
            vec![ConfigError::Malformed {
                line: text[..before].matches('\n').count() + 1,
                message: error.message().to_owned(),
            }]
        })?;
        file.check()
    }

    /// A configuration made in code.
    #[must_use]
    pub fn with_reviewer(mut self, name: ReviewerId, password: Password, roles: &[Role]) -> Self {
        self.reviewers.push(Reviewer {
            name,
            password,
            roles: roles.iter().copied().collect(),
        });
        self
    }

    /// A configuration made in code.
    #[must_use]
    pub fn with_integrator(mut self, name: &str, key: &str) -> Self {
        self.integrators.push(Integrator {
            name: name.to_owned(),
            key: digest_of(key),
            pair: None,
        });
        self
    }

    /// Lets the integrator that was added last speak the other vocabulary, with this key and secret in HTTP Basic.
    #[must_use]
    pub fn with_pair(mut self, key: &str, secret: &str) -> Self {
        if let Some(integrator) = self.integrators.last_mut() {
            integrator.pair = Some(digest_of(&format!("{key}:{secret}")));
        }
        self
    }

    /// The person of this name.
    pub fn reviewer(&self, name: &str) -> Option<&Reviewer> {
        self.reviewers
            .iter()
            .find(|reviewer| reviewer.name.as_str() == name)
    }

    /// Whose API key this is.
    pub fn integrator(&self, presented: &str) -> Option<&Integrator> {
        self.whose(presented, |integrator| Some(&integrator.key))
    }

    /// Whose pair `key:secret` this is.
    pub fn integrator_by_pair(&self, presented: &str) -> Option<&Integrator> {
        self.whose(presented, |integrator| integrator.pair.as_ref())
    }

    /// Every digest is compared, whether or not one has matched.
    fn whose(
        &self,
        presented: &str,
        digest: impl Fn(&Integrator) -> Option<&Hash>,
    ) -> Option<&Integrator> {
        let presented = digest_of(presented);
        self.integrators.iter().fold(None, |found, integrator| {
            match digest(integrator).is_some_and(|digest| same(digest, &presented)) {
                true => Some(integrator),
                false => found,
            }
        })
    }

    /// Whether anybody may speak the other vocabulary.
    pub fn has_pairs(&self) -> bool {
        self.integrators
            .iter()
            .any(|integrator| integrator.pair.is_some())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    reviewers: Vec<ReviewerLine>,
    #[serde(default)]
    integrators: Vec<IntegratorLine>,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    lifetimes: Lifetimes,
    #[serde(default)]
    proxies: usize,
    #[serde(default)]
    frame_ancestors: Vec<String>,
    #[serde(default)]
    webhooks: Vec<WebhookLine>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReviewerLine {
    name: String,
    password: String,
    roles: BTreeSet<Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IntegratorLine {
    name: String,
    key_sha256: String,
    #[serde(default)]
    pair_sha256: Option<String>,
}

impl File {
    fn check(self) -> Result<Config, Vec<ConfigError>> {
        let mut faults = Vec::new();
        let mut fault = |path: String, rule| faults.push(ConfigError::Unusable { path, rule });

        let mut reviewers: Vec<Reviewer> = Vec::new();
        for (index, line) in self.reviewers.into_iter().enumerate() {
            let at = |field| format!("reviewers[{index}].{field}");
            let name = line.name.parse::<ReviewerId>();
            let password = Password::parse(&line.password);
            if name.is_err() {
                fault(at("name"), "1 to 64 of A-Z a-z 0-9 _ - . @");
            }
            if password.is_err() {
                fault(
                    at("password"),
                    "an argon2id PHC string, as `kyc-server reviewer` prints it",
                );
            }
            if line.roles.is_empty() {
                fault(at("roles"), "at least one of viewer, reviewer");
            }
            if reviewers
                .iter()
                .any(|other| other.name.as_str() == line.name)
            {
                fault(at("name"), "used twice");
            }
            if let (Ok(name), Ok(password)) = (name, password) {
                reviewers.push(Reviewer {
                    name,
                    password,
                    roles: line.roles,
                });
            }
        }

        let mut integrators: Vec<Integrator> = Vec::new();
        for (index, line) in self.integrators.into_iter().enumerate() {
            let at = |field| format!("integrators[{index}].{field}");
            if !well_formed(&line.name) {
                fault(at("name"), "1 to 64 of A-Z a-z 0-9 _ -");
            }
            if integrators.iter().any(|other| other.name == line.name) {
                fault(at("name"), "used twice");
            }
            let rule = "64 lower-case hexadecimal digits, as `kyc-server api-key` prints them";
            let pair = line.pair_sha256.map(Hash::try_from).transpose();
            if pair.is_err() {
                fault(at("pair_sha256"), rule);
            }
            match Hash::try_from(line.key_sha256) {
                Ok(key) => integrators.push(Integrator {
                    name: line.name,
                    key,
                    pair: pair.unwrap_or_default(),
                }),
                Err(_) => fault(at("key_sha256"), rule),
            }
        }

        let mut frame_ancestors = Vec::new();
        for (index, text) in self.frame_ancestors.iter().enumerate() {
            match Origin::parse(text) {
                Some(origin) => frame_ancestors.push(origin),
                None => fault(
                    format!("frame_ancestors[{index}]"),
                    "an origin such as https://shop.example",
                ),
            }
        }
        for (field, value) in self.limits.rates() {
            if value == 0 {
                fault(format!("limits.{field}"), "at least 1");
            }
        }
        if self.limits.connections_per_peer == 0 {
            fault("limits.connections_per_peer".into(), "at least 1");
        }
        for (field, value) in self.lifetimes.spans() {
            if value == 0 {
                fault(format!("lifetimes.{field}"), "at least 1");
            }
        }
        let webhooks = WebhookLine::check(self.webhooks, &mut faults);
        if faults.is_empty() {
            Ok(Config {
                reviewers,
                integrators,
                limits: self.limits,
                lifetimes: self.lifetimes,
                proxies: self.proxies,
                frame_ancestors,
                webhooks,
            })
        } else {
            Err(faults)
        }
    }
}

impl Limits {
    fn rates(&self) -> [(&'static str, u32); 15] {
        [
            ("peer_per_second", self.peer_per_second),
            ("peer_burst", self.peer_burst),
            ("caller_per_second", self.caller_per_second),
            ("caller_burst", self.caller_burst),
            ("logins_per_minute", self.logins_per_minute),
            ("login_burst", self.login_burst),
            ("uploads_per_minute", self.uploads_per_minute),
            ("upload_burst", self.upload_burst),
            ("links_per_hour", self.links_per_hour),
            ("link_burst", self.link_burst),
            ("images_per_session", self.images_per_session),
            ("events_per_session", self.events_per_session),
            ("pdf_pages", self.pdf_pages),
            ("pdf_seconds", self.pdf_seconds),
            ("pdf_megabytes", self.pdf_megabytes),
        ]
    }
}

impl Lifetimes {
    fn spans(&self) -> [(&'static str, u32); 4] {
        [
            ("link_minutes", self.link_minutes),
            ("token_hours", self.token_hours),
            ("idle_minutes", self.idle_minutes),
            ("reviewer_hours", self.reviewer_hours),
        ]
    }
}

fn well_formed(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHC: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$2+JCoQtY/2x5F0VB9pEVP3xBNguWP1T25Ui0PtZuk8o";

    #[test]
    fn a_sound_file_is_taken() {
        let text = format!(
            "proxies = 1\n[[reviewers]]\nname = \"ada\"\npassword = \"{PHC}\"\nroles = [\"reviewer\"]\n\
             [[integrators]]\nname = \"shop\"\nkey_sha256 = \"{}\"\n[limits]\nstreams = 10\n",
            digest_of("the key")
        );
        let config = Config::parse(&text).unwrap();
        assert_eq!(config.proxies, 1);
        assert_eq!(config.limits.streams, 10);
        assert!(config.reviewer("ada").is_some());
        assert!(config.reviewer("eve").is_none());
        assert_eq!(config.integrator("the key").unwrap().name, "shop");
        assert!(config.integrator("another").is_none());
    }

    #[test]
    fn the_example_in_the_readme_is_sound_and_names_the_defaults() {
        let readme = include_str!("../README.md");
        let example = readme.split_once("```toml\n").unwrap().1;
        let config = Config::parse(example.split_once("```").unwrap().0).unwrap();
        assert_eq!(config.limits, Limits::default());
        assert_eq!(config.lifetimes, Lifetimes::default());
        assert_eq!(config.frame_ancestors[0].as_str(), "https://shop.example");
    }

    #[test]
    fn only_an_origin_may_frame_the_page() {
        for wrong in [
            "shop.example",
            "https://shop.example/",
            "https://shop.example/pay",
            "http://shop.example",
            "https://user@shop.example",
            "https://a.example; script-src *",
            "*",
        ] {
            assert_eq!(Origin::parse(wrong), None, "{wrong}");
        }
        assert!(Origin::parse("http://localhost:5173").is_some());
    }

    #[test]
    fn an_unknown_field_is_refused_with_its_line() {
        let faults = Config::parse("proxies = 0\nproxy = 1\n").unwrap_err();
        assert!(
            matches!(&faults[..], [ConfigError::Malformed { line: 2, .. }]),
            "{faults:?}"
        );
    }

    #[test]
    fn every_fault_is_told_and_no_secret_with_it() {
        let text = "[[reviewers]]\nname = \"a b\"\npassword = \"hunter2\"\nroles = []\n\
                    [[integrators]]\nname = \"shop\"\nkey_sha256 = \"kyc_in_the_clear\"\n[lifetimes]\nlink_minutes = 0\n";
        let faults = Config::parse(text).unwrap_err();
        let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let told = told.join("\n");
        for place in [
            "reviewers[0].name",
            "reviewers[0].password",
            "reviewers[0].roles",
            "integrators[0].key_sha256",
            "lifetimes.link_minutes",
        ] {
            assert!(told.contains(place), "{place} in {told}");
        }
        assert!(!told.contains("hunter2") && !told.contains("in_the_clear"));
    }
}
