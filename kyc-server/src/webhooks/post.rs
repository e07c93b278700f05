//! One request to somebody else's server: to an address that was looked up and judged, without following anybody anywhere,
//! and over before patience is.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::addresses::Reach;
use super::config::Webhook;
use super::target::Target;

/// Why there was no answer. Codes only: what others say of themselves is nothing for our logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("its name leads nowhere")]
    Unresolved,
    #[error("its name leads to an address that no webhook goes to")]
    Forbidden,
    #[error("nobody takes the connection")]
    Unreachable,
    #[error("it does not prove who it is")]
    Untrusted,
    #[error("the connection broke")]
    Broken,
    #[error("it did not answer in time")]
    Late,
}

impl Webhook {
    /// Sends this, and tells the status of the answer. Of what else is answered nothing is read.
    pub(super) async fn post(&self, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Fault> {
        let sent = self.send(headers, body);
        let sent = tokio::time::timeout(self.patience, sent);
        sent.await.unwrap_or(Err(Fault::Late))
    }

    async fn send(&self, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Fault> {
        let stream = connect(&self.judged().await?).await?;
        match &self.target.tls {
            None => exchange(stream, &self.target, headers, body).await,
            Some(tls) => {
                let connector = TlsConnector::from(tls.config.clone());
                let stream = connector.connect(tls.name.clone(), stream).await;
                let stream = stream.map_err(|error| match error.kind() {
                    ErrorKind::InvalidData => Fault::Untrusted,
                    _ => Fault::Broken,
                })?;
                exchange(stream, &self.target, headers, body).await
            }
        }
    }

    /// The addresses of its host, looked up anew each time and all of them allowed: these are what is connected to, so that
    /// a name which leads elsewhere a moment later changes nothing.
    async fn judged(&self) -> Result<Vec<SocketAddr>, Fault> {
        let found = tokio::net::lookup_host((self.target.host.as_str(), self.target.port)).await;
        let found: Vec<_> = found.map_err(|_| Fault::Unresolved)?.collect();
        let is_allowed =
            |address: &SocketAddr| Reach::of(address.ip()).is_allowed(self.private_addresses);
        match &found[..] {
            [] => Err(Fault::Unresolved),
            all if all.iter().all(is_allowed) => Ok(found),
            // A name with one foot inside is not to be trusted with the other.
            _ => Err(Fault::Forbidden),
        }
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
    for address in addresses {
        // One that is silent leaves time for the next.
        let connecting = tokio::time::timeout(CONNECTING, TcpStream::connect(address));
        if let Ok(Ok(stream)) = connecting.await {
            return Ok(stream);
        }
    }
    Err(Fault::Unreachable)
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    target: &Target,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Fault> {
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(LONGEST_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Fault::Broken)?;
    let mut request = Request::post(target.path.as_str())
        .header(header::HOST, target.authority.as_str())
        .header(header::CONNECTION, "close")
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::USER_AGENT,
            concat!("kyc-server/", env!("CARGO_PKG_VERSION")),
        )
        .body(Full::new(body))
        .map_err(|_| Fault::Broken)?;
    request.headers_mut().extend(headers);
    let mut answer = pin!(sender.send_request(request));
    let answer = tokio::select! {
        biased;
        answer = &mut answer => answer,
        // The other end has closed; it may have answered before.
        _ = connection => answer.await,
    };
    // Dropped with its body, and the connection with it.
    answer
        .map(|answer| answer.status())
        .map_err(|_| Fault::Broken)
}

/// How long one of several addresses may take.
const CONNECTING: Duration = Duration::from_secs(5);

/// How many bytes the head of an answer may have.
const LONGEST_HEAD: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::*;
    use crate::config::Config;

    const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/http/tls/authority.pem");

    fn webhook(url: &str, more: &str) -> Webhook {
        let place = tempfile::tempdir().unwrap();
        let secret = place.path().join("secret");
        std::fs::write(&secret, crate::secrets::Secret::of_webhooks().reveal()).unwrap();
        let lines = format!(
            "[[webhooks]]\nname = \"shop\"\nurl = {url:?}\nsecret_file = {secret:?}\ntimeout_seconds = 1\n{more}\n"
        );
        Config::parse(&lines).unwrap().webhooks.remove(0)
    }

    async fn post(webhook: &Webhook) -> Result<StatusCode, Fault> {
        webhook.post(HeaderMap::new(), "{}".into()).await
    }

    async fn listening() -> (TcpListener, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    /// Takes one request and says this.
    async fn says(mut stream: impl AsyncRead + AsyncWrite + Unpin, answer: &str) -> String {
        let mut asked = vec![0; 4_096];
        let length = stream.read(&mut asked).await.unwrap_or(0);
        // Who has heard enough hangs up.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
        String::from_utf8_lossy(&asked[..length]).into_owned()
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_followed_unless_that_is_meant() {
        let (listener, port) = listening().await;
        let url = format!("http://localhost:{port}/kyc?a=b");
        assert_eq!(post(&webhook(&url, "")).await, Err(Fault::Forbidden));
        let taking =
            async { says(listener.accept().await.unwrap().0, "HTTP/1.1 202 \r\n\r\n").await };
        let meant = webhook(&url, "private_addresses = true");
        let (answer, asked) = tokio::join!(post(&meant), taking);
        assert_eq!(answer, Ok(StatusCode::ACCEPTED));
        assert!(
            asked.starts_with("POST /kyc?a=b HTTP/1.1\r\n"),
            "the first that came: {asked}"
        );
        assert!(
            asked.contains(&format!("host: localhost:{port}\r\n")),
            "{asked}"
        );
        // Not even written otherwise.
        let hidden = webhook("http://2130706433/", "insecure_http = true");
        assert_eq!(post(&hidden).await, Err(Fault::Forbidden));
    }

    #[tokio::test]
    async fn who_does_not_answer_is_left_in_time_and_who_answers_nonsense_at_once() {
        let (listener, port) = listening().await;
        let webhook = webhook(
            &format!("http://127.0.0.1:{port}"),
            "private_addresses = true",
        );
        assert_eq!(post(&webhook).await, Err(Fault::Late));
        drop(listener.accept().await.unwrap());
        for nonsense in ["SSH-2.0-x\r\n", "", "HTTP/1.1 200"] {
            let taking = async { says(listener.accept().await.unwrap().0, nonsense).await };
            let (answer, _) = tokio::join!(post(&webhook), taking);
            assert_eq!(answer, Err(Fault::Broken), "{nonsense:?}");
        }
        drop(listener);
        assert_eq!(post(&webhook).await, Err(Fault::Unreachable));
    }

    #[tokio::test]
    async fn over_tls_only_who_proves_its_name_is_told_anything() {
        let pem = |name: &str| format!("{}/tests/http/tls/{name}", env!("CARGO_MANIFEST_DIR"));
        let certificates = CertificateDer::pem_file_iter(pem("server.pem")).unwrap();
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                certificates.map(Result::unwrap).collect(),
                PrivateKeyDer::from_pem_file(pem("server.key")).unwrap(),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (listener, port) = listening().await;
        let take = async || {
            let (stream, _) = listener.accept().await.unwrap();
            match acceptor.accept(stream).await {
                Ok(stream) => Some(says(stream, "HTTP/1.1 204 \r\n\r\n").await),
                Err(_) => None,
            }
        };
        let trusting = format!("private_addresses = true\nca_file = {AUTHORITY:?}");
        for (host, more, expected) in [
            ("localhost", trusting.as_str(), Ok(StatusCode::NO_CONTENT)),
            ("127.0.0.1", &trusting, Ok(StatusCode::NO_CONTENT)),
            // Another name than that of the certificate; an authority that this machine does not know.
            ("127.0.0.2", &trusting, Err(Fault::Untrusted)),
            (
                "localhost",
                "private_addresses = true",
                Err(Fault::Untrusted),
            ),
        ] {
            let webhook = webhook(&format!("https://{host}:{port}/kyc"), more);
            // The name has two addresses on some machines, and the listener one of them.
            if host == "127.0.0.2" {
                let (other, _) = listening_at("127.0.0.2", port).await;
                let take = async { drop(acceptor.accept(other.accept().await.unwrap().0).await) };
                let (answer, ()) = tokio::join!(post(&webhook), take);
                assert_eq!(answer, expected, "{host}");
                continue;
            }
            let (answer, asked) = tokio::join!(post(&webhook), take());
            assert_eq!(answer, expected, "{host}");
            assert_eq!(asked.is_some(), expected.is_ok());
        }
        // In the clear, to one that speaks TLS.
        let clear = webhook(
            &format!("http://localhost:{port}"),
            "private_addresses = true",
        );
        let (answer, asked) = tokio::join!(post(&clear), take());
        assert_eq!((answer.is_err(), asked), (true, None));
    }

    async fn listening_at(host: &str, port: u16) -> (TcpListener, u16) {
        (TcpListener::bind((host, port)).await.unwrap(), port)
    }
}
