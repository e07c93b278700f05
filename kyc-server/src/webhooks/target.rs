//! Where an endpoint lies: an address that a webhook may go to, and how the other end has to prove who it is.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::Uri;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig};

use super::addresses::Reach;
use super::config::WebhookLine;
use super::desk::Desk;

/// Where to.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Without the brackets of IPv6.
    pub(super) host: String,
    pub(super) port: u16,
    /// As the header `Host` has it.
    pub(super) authority: String,
    pub(super) path: String,
    /// Nothing when the bytes go in the clear.
    pub(super) tls: Option<Tls>,
}

/// How the other end has to prove who it is.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) name: ServerName<'static>,
}

impl WebhookLine {
    /// Where the address of this line leads, if a webhook may go there.
    pub(super) fn target(&self, desk: &mut Desk) -> Option<Target> {
        let Some(mut target) = parse(&self.url) else {
            desk.fault(
                "url",
                "an address such as https://shop.example/kyc, without a name, a password or a #",
            );
            return None;
        };
        let address: Option<IpAddr> = target.host.parse().ok();
        let is_own = target.host.eq_ignore_ascii_case("localhost")
            || address.is_some_and(|address| address.is_loopback());
        if self.url.starts_with("http:") && !self.insecure_http && !is_own {
            desk.fault(
                "url",
                "https, unless insecure_http says that anybody on the way may read it",
            );
        }
        match address.map(Reach::of) {
            Some(Reach::Never) => desk.fault("url", "no webhook goes to such an address"),
            Some(Reach::Private) if !self.private_addresses => {
                desk.fault(
                    "url",
                    "a private address: say private_addresses = true if that is meant",
                );
            }
            _ => {}
        }
        if self.url.starts_with("https:") {
            target.tls = self.tls(&target.host, desk);
        }
        Some(target)
    }

    fn tls(&self, host: &str, desk: &mut Desk) -> Option<Tls> {
        let roots = match &self.ca_file {
            None => desk.roots_of_this_machine(),
            Some(file) => desk.roots_in(file),
        }?;
        let Ok(name) = ServerName::try_from(host.to_owned()) else {
            desk.fault("url", "not a name that a certificate can have");
            return None;
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .ok()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let config = Arc::new(config);
        Some(Tls { config, name })
    }
}

fn parse(url: &str) -> Option<Target> {
    let uri: Uri = url.parse().ok()?;
    let authority = uri.authority()?;
    let port = match uri.scheme_str()? {
        "https" => 443,
        "http" => 80,
        _ => return None,
    };
    let is_plain = !url.contains('#') && !authority.as_str().contains('@') && url.len() <= 2_000;
    // What a URI has as its port and cannot be one is no port at all to the library.
    let written = authority
        .as_str()
        .rsplit_once(':')
        .filter(|(_, port)| !port.contains(']'));
    let port = match written {
        Some((_, text)) => text.parse().ok()?,
        None => port,
    };
    let host = authority
        .host()
        .trim_start_matches('[')
        .trim_end_matches(']');
    (is_plain && !host.is_empty()).then(|| Target {
        host: host.to_owned(),
        port,
        authority: authority.to_string(),
        path: uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
        tls: None,
    })
}
