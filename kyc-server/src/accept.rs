//! Connections: how many at once, how long a request's head may take, and how they end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::places::Places;
use crate::rates::Peer;

/// Takes connections until `stop` is ready, at most `per_peer` at once from one address where that is told. Answers when the
/// requests on them are finished, or after `grace`.
pub(crate) async fn accept(
    listener: TcpListener,
    router: Router,
    per_peer: Option<usize>,
    stop: impl Future<Output = ()>,
    grace: Duration,
) {
    let mut stop = std::pin::pin!(stop);
    let most = most();
    let places = Arc::new(Semaphore::new(most));
    let of_peers = Places::new(most, per_peer.unwrap_or(most));
    let graceful = GracefulShutdown::new();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let taken = tokio::select! {
            () = &mut stop => break,
            // Nobody is taken on whom there is no place for: they wait in the system's queue.
            taken = async { (place.await, listener.accept().await) } => taken,
        };
        let (place, (stream, peer)) = match taken {
            (place, Ok(accepted)) => (place, accepted),
            (_, Err(error)) => {
                pause_after(&error).await;
                continue;
            }
        };
        // Hung up on at once: an answer would cost what is to be saved.
        let Ok(seat) = of_peers.take(&Peer::of(peer.ip()).to_string()) else {
            continue;
        };
        let connection = graceful.watch(serve(stream, peer, router.clone()));
        tokio::spawn(async move {
            let _place = (place, seat);
            // A caller who breaks off is no fault of ours, and what they sent is nobody's business.
            let _ = connection.await;
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(grace) => tracing::warn!("some callers did not finish in time"),
    }
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::Service<
        hyper::Request<Incoming>,
        Response = hyper::Response<Body>,
        Error = Infallible,
        Future: Send,
    >,
> {
    // Small answers at once; an event is one small answer.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request.map(Body::new))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service)
}

/// A connection that was gone before it was taken is nothing; anything else, such as too many open files, may pass.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        return;
    }
    tracing::error!(%error, "a connection could not be taken");
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Connections at once: each is an open file, and callers leave those that the stores and images need.
fn most() -> usize {
    match open_files() {
        Some(open_files) => MOST.min(open_files.saturating_sub(OUR_FILES).max(1)),
        None => MOST,
    }
}

const MOST: usize = 10_000;

/// How many files are kept from callers.
const OUR_FILES: usize = 256;

/// How many files this process may open, after asking for as many as the system lets it have.
#[cfg(target_os = "linux")]
fn open_files() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limits = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limits.maximum,
        ..limits
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limits.maximum,
        Err(_) => limits.current,
    };
    current.map(|current| usize::try_from(current).unwrap_or(usize::MAX))
}

#[cfg(not(target_os = "linux"))]
fn open_files() -> Option<usize> {
    None
}

/// How long the head of a request may take to arrive, and a connection without one may be kept.
const HEAD: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    async fn answers(head: &[u8]) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "here" }));
        tokio::spawn(accept(listener, router, None, std::future::pending(), HEAD));
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(head).await.unwrap();
        let mut answer = Vec::new();
        caller.read_to_end(&mut answer).await.unwrap();
        answer
    }

    // Paused time jumps to the next timer as soon as nothing else can happen.
    #[tokio::test(start_paused = true)]
    async fn a_caller_who_does_not_finish_the_head_of_a_request_is_let_go() {
        let answer = answers(b"GET / HTTP/1.1\r\nhost: kyc\r\nx-slow: ").await;
        assert!(!answer.windows(4).any(|window| window == b"here"));
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused() {
        let endless = format!(
            "GET / HTTP/1.1\r\nhost: kyc\r\nx-long: {}",
            "x".repeat(1 << 20)
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(accept(
            listener,
            Router::new(),
            None,
            std::future::pending(),
            HEAD,
        ));
        let mut caller = TcpStream::connect(address).await.unwrap();
        // The server may hang up while we still talk.
        let _ = caller.write_all(endless.as_bytes()).await;
        let mut answer = [0; 12];
        match caller.read_exact(&mut answer).await {
            Ok(_) => assert_eq!(&answer, b"HTTP/1.1 431"),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionReset),
        }
    }

    #[tokio::test]
    async fn one_address_has_so_many_connections_and_gets_another_for_each_it_gives_back() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "here" }));
        let most = Some(2);
        tokio::spawn(accept(listener, router, most, std::future::pending(), HEAD));
        let ask = async || {
            let mut caller = TcpStream::connect(address).await.unwrap();
            let _ = caller
                .write_all(b"GET / HTTP/1.1\r\nhost: kyc\r\n\r\n")
                .await;
            let mut answer = [0; 12];
            let answered = caller.read_exact(&mut answer).await.is_ok();
            answered.then_some(caller)
        };
        let one = ask().await.unwrap();
        let _other = ask().await.unwrap();
        assert!(ask().await.is_none());
        drop(one);
        // As soon as the server has noticed.
        while ask().await.is_none() {}
    }
}
