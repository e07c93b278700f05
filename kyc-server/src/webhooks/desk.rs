//! Where the faults of an endpoint's description are written down, and its files read.

use std::fmt::Display;
use std::path::PathBuf;

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

use super::config::Format;
use super::signature::SigningKey;
use crate::config::ConfigError;
use crate::secrets::warn_of_readers;

/// Where faults are written down.
pub(super) struct Desk {
    place: String,
    pub(super) faults: Vec<ConfigError>,
}

impl Desk {
    /// For the faults of what stands at this place.
    pub(super) const fn of(place: String) -> Self {
        let faults = Vec::new();
        Self { place, faults }
    }

    pub(super) fn fault(&mut self, field: &str, rule: &'static str) {
        let path = format!("{}.{field}", self.place);
        self.faults.push(ConfigError::Unusable { path, rule });
    }

    fn unreadable(&mut self, field: &str, why: impl Display) {
        let path = format!("{}.{field}", self.place);
        let why = why.to_string();
        self.faults.push(ConfigError::Unreadable { path, why });
    }

    /// A secret that lies in a file or in the environment; never in the configuration, which is copied and shown.
    pub(super) fn secret(
        &mut self,
        field: &str,
        (file, variable): (Option<&PathBuf>, Option<&String>),
        format: Format,
    ) -> Option<SigningKey> {
        let (field, text) = match (file, variable) {
            (None, None) => return None,
            (Some(_), Some(_)) => {
                self.fault(
                    &format!("{field}_env"),
                    "either a file or a variable, not both",
                );
                return None;
            }
            (Some(file), None) => {
                warn_of_readers(file);
                let read = std::fs::read_to_string(file);
                let told = |error| format!("{}: {error}", file.display());
                (format!("{field}_file"), read.map_err(told))
            }
            (None, Some(variable)) => {
                let read = std::env::var(variable);
                let told = |_| format!("{variable} is not in the environment, or not text");
                (format!("{field}_env"), read.map_err(told))
            }
        };
        match text {
            Err(why) => {
                self.unreadable(&field, why);
                None
            }
            Ok(text) => {
                let (key, rule) = match format {
                    Format::Standard => (
                        SigningKey::standard(&text),
                        "whsec_ and 24 to 64 bytes in Base64, as `kyc-server webhook-secret` prints it",
                    ),
                    Format::Compatible => (
                        SigningKey::plain(&text),
                        "24 to 256 printable characters without a space",
                    ),
                };
                if key.is_none() {
                    self.fault(&field, rule);
                }
                key
            }
        }
    }

    pub(super) fn roots_of_this_machine(&mut self) -> Option<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            self.fault("url", "this machine trusts no certificate at all: install its ca-certificates, or name a ca_file");
            return None;
        }
        Some(roots)
    }

    pub(super) fn roots_in(&mut self, file: &PathBuf) -> Option<RootCertStore> {
        let told = |error| format!("{}: {error}", file.display());
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file)
            .and_then(Iterator::collect)
            .map_err(told);
        match certificates {
            Err(why) => self.unreadable("ca_file", why),
            Ok(certificates) => {
                let mut roots = RootCertStore::empty();
                let (added, ignored) = roots.add_parsable_certificates(certificates);
                if added > 0 && ignored == 0 {
                    return Some(roots);
                }
                self.fault("ca_file", "certificates in PEM, at least one");
            }
        }
        None
    }
}
