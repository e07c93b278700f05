//! What servers on one database tell each other: that something moved, so that pages connected to one learn what another
//! did. Nothing relies on it: whoever is told reads the session, and after a break everybody is told that they may have
//! missed something.
//!
//! A statement of its own, after the commit: what is notified within a commit makes all commits of the database queue up.

use std::fmt;
use std::future::poll_fn;
use std::time::{Duration, Instant};

use kyc_core::SessionId;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Error};

use super::connections::Connections;
use super::hosts::Hosts;
use super::rows::chart_of;
use crate::{Moved, Row};

/// The channel; the schema of the tables stands in what is sent.
const LISTEN: &str = "listen kyc_moved";

const TELL: &str = "select pg_notify('kyc_moved', coalesce(current_schema(), '') || ' ' || told) from unnest($1::text[]) as told";

/// How much may wait to be told or to be heard. What comes on top is missed, and said to be.
const QUEUE: usize = 4_096;

/// How often a silent connection is asked whether it still lives.
const PULSE: Duration = Duration::from_secs(15);

/// How soon a connection that broke is made again, and how late at the most if it breaks again and again.
const SOON: Duration = Duration::from_millis(200);
const LATE: Duration = Duration::from_secs(30);

/// What another server did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// This moved.
    Moved(Moved),
    /// Nobody knows what was missed: read again.
    Missed,
}

/// Both ends of what servers on one database tell each other. It ends when it is dropped.
#[derive(Debug)]
pub struct News {
    told: mpsc::Sender<Moved>,
    heard: mpsc::Receiver<Heard>,
}

impl News {
    pub(super) fn begin(connections: &Connections, hosts: Hosts) -> Self {
        let (told, to_tell) = mpsc::channel(QUEUE);
        let (hearing, heard) = mpsc::channel(QUEUE);
        let own = Own::new();
        tokio::spawn(tell(connections.clone(), own.clone(), to_tell));
        tokio::spawn(listen(hosts, own, hearing));
        Self { told, heard }
    }

    /// Where to tell what was committed here. Never waits: what cannot be told is left out.
    pub fn teller(&self) -> impl Fn(Moved) + Send + Sync + use<> {
        let told = self.told.clone();
        move |moved| drop(told.try_send(moved))
    }

    /// The next thing that another server did.
    pub async fn heard(&mut self) -> Option<Heard> {
        self.heard.recv().await
    }
}

/// Who tells, so that nobody hears themselves.
#[derive(Clone, PartialEq, Eq)]
struct Own(String);

impl Own {
    fn new() -> Self {
        use std::hash::{BuildHasher, RandomState};
        let random = || RandomState::new().hash_one(std::process::id());
        Self(format!("{:016x}{:016x}", random(), random()))
    }

    fn spell(&self, moved: &Moved) -> String {
        let Moved {
            row,
            version,
            state,
        } = moved;
        format!("{} {} {} {version} {state}", self.0, row.session, row.chart)
    }

    /// Nothing when it is not for us: of ourselves, of other tables, or of a newer program that says it in other words.
    fn read(&self, schema: &str, text: &str) -> Option<Moved> {
        let words: Vec<_> = text.split(' ').collect();
        let [of, by, session, chart, version, state] = words[..] else {
            return None;
        };
        if of != schema || by == self.0 {
            return None;
        }
        let session: SessionId = session.parse().ok()?;
        Some(Moved {
            row: Row {
                session,
                chart: chart_of(chart).ok()?,
            },
            version: version.parse().ok()?,
            state: state.to_owned(),
        })
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

async fn tell(connections: Connections, own: Own, mut to_tell: mpsc::Receiver<Moved>) {
    let mut waiting = Vec::new();
    while to_tell.recv_many(&mut waiting, 256).await > 0 {
        let told: Vec<_> = waiting.drain(..).map(|moved| own.spell(&moved)).collect();
        // Twice does no harm: who is told looks at the version.
        if let Err(fault) = connections.find_out(TELL, &[&told]).await {
            tracing::warn!(error = %fault.told(), "other servers are not told what moved");
        }
    }
}

async fn listen(hosts: Hosts, own: Own, hearing: mpsc::Sender<Heard>) {
    let mut pause = SOON;
    while !hearing.is_closed() {
        match listen_once(&hosts, &own, &hearing, &mut pause).await {
            Ok(()) => return,
            Err(error) => {
                tracing::warn!(%error, "what other servers do is not heard");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LATE);
            }
        }
    }
}

/// Until nobody wants to hear any more, or the connection breaks.
async fn listen_once(
    hosts: &Hosts,
    own: &Own,
    hearing: &mpsc::Sender<Heard>,
    pause: &mut Duration,
) -> Result<(), String> {
    let (client, mut connection) = answered(hosts.connect()).await?;
    let made_at = Instant::now();
    let (arriving, mut arrived) = mpsc::channel(QUEUE);
    let driven = tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let Ok(AsyncMessage::Notification(told)) = message {
                // A full queue holds the connection back; nothing is lost.
                if arriving.send(told.payload().to_owned()).await.is_err() {
                    return;
                }
            } else if message.is_err() {
                return;
            }
        }
    });
    let _driven = Ended(driven);
    answered(client.batch_execute(LISTEN)).await?;
    let schema = answered(client.query_one("select coalesce(current_schema(), '')", &[])).await?;
    let schema: String = schema.try_get(0).map_err(words)?;
    // What moved before this moment was not heard.
    if hearing.send(Heard::Missed).await.is_err() {
        return Ok(());
    }
    // A break after this is a new one.
    *pause = SOON;
    let mut pulse = tokio::time::interval(PULSE);
    loop {
        tokio::select! {
            () = hearing.closed() => return Ok(()),
            text = arrived.recv() => {
                let text = text.ok_or("the connection was lost")?;
                let Some(moved) = own.read(&schema, &text) else { continue };
                if hearing.send(Heard::Moved(moved)).await.is_err() {
                    return Ok(());
                }
            }
            _ = pulse.tick() => {
                answered(client.batch_execute("")).await?;
                if !hosts.trusts(made_at) {
                    return Err("another host leads".into());
                }
            }
        }
    }
}

/// What the database answers, if it does while it has a pulse.
async fn answered<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    let answer = tokio::time::timeout(PULSE, asked).await;
    let answer = answer.map_err(|_| "the database does not answer")?;
    answer.map_err(words)
}

/// A task that ends with whoever holds this.
struct Ended(tokio::task::JoinHandle<()>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn words(error: Error) -> String {
    super::fault::words(&error)
}
