//! A way to PostgreSQL that breaks at one message of many: it counts what passes, in both directions and on all
//! connections, and cuts where it was told to.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use crate::story::Trouble;

/// What happens at a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The connection ends, and the message does not arrive.
    Before,
    /// The connection ends in the middle of the message.
    Half,
    /// The message arrives, and the connection ends.
    After,
    /// All connections end, and the message does not arrive.
    All,
    /// Nothing arrives any more, and nobody says so.
    Hang,
}

/// A proxy, until it is dropped.
pub(crate) struct Proxy {
    url: String,
    wire: Arc<Wire>,
    accepting: JoinHandle<()>,
}

/// What all connections share.
struct Wire {
    passed: AtomicUsize,
    plan: Mutex<Plan>,
    /// Rises when all connections are to end.
    ended: watch::Sender<usize>,
}

#[derive(Clone, Copy)]
struct Plan {
    cut: Cut,
    at: usize,
    met: bool,
    ceased: Option<usize>,
}

impl Proxy {
    /// Before the server that `url` leads to by a socket in a directory. Cuts nothing until it is told to.
    pub(crate) async fn before(url: &str) -> Self {
        let config: Config = url.parse().unwrap();
        let [Host::Unix(directory)] = config.get_hosts() else {
            panic!("the server has no socket in a directory")
        };
        let socket = directory.join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        let (scheme, rest) = url.split_once("://").unwrap();
        let (user, rest) = rest.split_once('@').unwrap();
        let (_, rest) = rest.split_once('/').unwrap();
        let wire = Arc::new(Wire {
            passed: AtomicUsize::new(0),
            plan: Mutex::new(Plan {
                cut: Cut::Before,
                at: usize::MAX,
                met: false,
                ceased: None,
            }),
            ended: watch::Sender::new(0),
        });
        Self {
            url: format!("{scheme}://{user}@{here}/{rest}"),
            accepting: tokio::spawn(accept(listener, socket, Arc::clone(&wire))),
            wire,
        }
    }

    /// Where stores are opened.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Cuts once, at the message with that number, counted from 0 and from now on.
    pub(crate) fn cut(&self, cut: Cut, at: usize) {
        let mut plan = self.wire.plan.lock().unwrap();
        self.wire.passed.store(0, Ordering::SeqCst);
        *plan = Plan {
            cut,
            at,
            met: false,
            ceased: None,
        };
    }

    /// How many messages have passed; of those after the trouble none counts.
    pub(crate) fn passed(&self) -> usize {
        let ceased = self.wire.plan.lock().unwrap().ceased;
        ceased.unwrap_or_else(|| self.wire.passed.load(Ordering::SeqCst))
    }
}

impl Trouble for Proxy {
    fn has_come(&self) -> bool {
        self.wire.plan.lock().unwrap().met
    }

    fn cease(&self) {
        let mut plan = self.wire.plan.lock().unwrap();
        plan.at = usize::MAX;
        plan.ceased = Some(self.wire.passed.load(Ordering::SeqCst));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // And with it all its connections.
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, socket: PathBuf, wire: Arc<Wire>) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        let (socket, wire) = (socket.clone(), Arc::clone(&wire));
        connections.spawn(async move {
            // A server that is full or gone closes, and so do we.
            if let Ok(server) = UnixStream::connect(socket).await {
                carry(client, server, &wire).await;
            }
        });
    }
}

/// Carries in both directions, until one of them ends.
async fn carry(mut client: TcpStream, mut server: UnixStream, wire: &Wire) {
    client.set_nodelay(true).unwrap();
    let mut ended = wire.ended.subscribe();
    let hangs = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let mut up = pin!(pass(&mut from_client, &mut to_server, true, wire));
        let mut down = pin!(pass(&mut from_server, &mut to_client, false, wire));
        tokio::select! {
            hangs = &mut up => hangs,
            hangs = &mut down => hangs,
            _ = ended.changed() => false,
        }
    };
    if hangs {
        // Until either side gives up.
        let sink = async |stream: &mut (dyn AsyncRead + Send + Unpin)| {
            let mut nothing = [0; 1024];
            while stream.read(&mut nothing).await.is_ok_and(|read| read > 0) {}
        };
        tokio::select! {
            () = sink(&mut client) => {}
            () = sink(&mut server) => {}
        }
    }
}

/// Message by message. Tells at the end of the connection whether it hangs instead.
async fn pass(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    mut is_first_of_client: bool,
    wire: &Wire,
) -> bool {
    loop {
        let Ok(message) = read(from, is_first_of_client).await else {
            return false;
        };
        is_first_of_client = false;
        let cut = {
            let mut plan = wire.plan.lock().unwrap();
            let number = wire.passed.fetch_add(1, Ordering::SeqCst);
            plan.met |= number == plan.at;
            (number == plan.at).then_some(plan.cut)
        };
        let arrives = match cut {
            None | Some(Cut::After) => message.len(),
            Some(Cut::Half) => message.len() / 2,
            Some(Cut::Before | Cut::All | Cut::Hang) => 0,
        };
        let written = to.write_all(&message[..arrives]).await;
        if cut == Some(Cut::All) {
            wire.ended.send_modify(|times| *times += 1);
        }
        if cut.is_some() || written.is_err() {
            return cut == Some(Cut::Hang);
        }
    }
}

/// One message: a letter, its length, and the rest; the first of a client has no letter.
async fn read(from: &mut (impl AsyncRead + Unpin), is_first: bool) -> std::io::Result<Vec<u8>> {
    let mut message = vec![0; if is_first { 4 } else { 5 }];
    from.read_exact(&mut message).await?;
    let head = message.len();
    let length = u32::from_be_bytes(message[head - 4..].try_into().unwrap());
    message.resize(head - 4 + length as usize, 0);
    from.read_exact(&mut message[head..]).await?;
    Ok(message)
}
