//! Which of several hosts a connection goes to: the one that takes writes. After a failover that is another one than
//! before, and one that hangs or is cut off keeps nobody waiting for it.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::Connect;
use tokio::task::{JoinHandle, JoinSet};
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, Connection, Error, NoTls, Socket};

/// How long a host is waited for before the next one is tried as well.
const HEAD_START: Duration = Duration::from_millis(300);

type Connected = (Client, Connection<Socket, NoTlsStream>);

/// The hosts of one database. A clone knows what the others have found out.
#[derive(Clone)]
pub(super) struct Hosts {
    /// How each is reached.
    each: Arc<[Config]>,
    trusted: Arc<Mutex<Trusted>>,
}

struct Trusted {
    /// Who is asked first.
    first: usize,
    /// Connections from before are not used any more: they go to a host that does not lead, or that is silent.
    since: Instant,
    /// Where the newest connection goes.
    newest: Option<usize>,
}

impl Hosts {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            each: each(config).into(),
            trusted: Arc::new(Mutex::new(Trusted {
                first: 0,
                since: Instant::now(),
                newest: None,
            })),
        }
    }

    /// Whether a connection of that age goes to the host that leads, as far as anybody has found out.
    pub(super) fn trusts(&self, made_at: Instant) -> bool {
        made_at >= self.trusted(|trusted| trusted.since)
    }

    /// The host of the newest connections does not do what it should: the next one is asked first.
    pub(super) fn distrust(&self) {
        self.trusted(|trusted| {
            trusted.since = Instant::now();
            if trusted.newest.take() == Some(trusted.first) {
                trusted.first = (trusted.first + 1) % self.each.len();
            }
        });
    }

    /// Whether the host that is asked first says anything in that time, if only that it takes nobody.
    pub(super) async fn answers(&self, patience: Duration) -> bool {
        let host = &self.each[self.trusted(|trusted| trusted.first)];
        let answer = tokio::time::timeout(patience, host.connect(NoTls));
        answer.await.is_ok()
    }

    /// A connection to the first host that answers and takes writes. Nothing moves on it unless it is polled.
    pub(super) async fn connect(&self) -> Result<Connected, Error> {
        let first = self.trusted(|trusted| trusted.first);
        let mut waiting = (first..self.each.len()).chain(0..first);
        // Whoever is late is not waited for: the others end with this set.
        let mut asked = JoinSet::new();
        let mut failure = None;
        loop {
            let next = waiting.next();
            if let Some(host) = next {
                let config = self.each[host].clone();
                asked.spawn(async move { (host, config.connect(NoTls).await) });
            }
            let answer = match next {
                Some(_) => tokio::time::timeout(HEAD_START, asked.join_next()).await,
                None => Ok(asked.join_next().await),
            };
            match answer {
                Ok(Some(Ok((host, Ok(connected))))) => {
                    self.found(host);
                    return Ok(connected);
                }
                Ok(Some(Ok((_, Err(error))))) => failure = Some(error),
                Ok(Some(Err(ended))) => {
                    if let Ok(panic) = ended.try_into_panic() {
                        std::panic::resume_unwind(panic);
                    }
                }
                // All have answered, and there is at least one.
                Ok(None) => match failure {
                    Some(error) => return Err(error),
                    None => unreachable!("nobody was asked"),
                },
                Err(_) => {}
            }
        }
    }

    fn found(&self, host: usize) {
        self.trusted(|trusted| {
            if trusted.newest.is_some_and(|newest| newest != host) {
                trusted.since = Instant::now();
            }
            trusted.newest = Some(host);
            trusted.first = host;
        });
    }

    fn trusted<T>(&self, work: impl FnOnce(&mut Trusted) -> T) -> T {
        // What is in it is whole at any time.
        work(&mut self.trusted.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Connect for Hosts {
    fn connect(&self, _: &Config) -> Connecting<'_> {
        Box::pin(async {
            let (client, connection) = Self::connect(self).await?;
            let driven = tokio::spawn(async {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection to the database has ended");
                }
            });
            Ok((client, driven))
        })
    }
}

type Connecting<'a> =
    Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + 'a>>;

/// One configuration for each host; the whole one where it does not say which port or address belongs to which host.
fn each(config: &Config) -> Vec<Config> {
    let (names, addresses, ports) = (
        config.get_hosts(),
        config.get_hostaddrs(),
        config.get_ports(),
    );
    let count = names.len().max(addresses.len());
    let fits = |length: usize, least: usize| length == count || length <= least;
    if count < 2 || !fits(names.len(), 0) || !fits(addresses.len(), 0) || !fits(ports.len(), 1) {
        return vec![config.clone()];
    }
    (0..count).map(|host| alone(config, host)).collect()
}

/// The same for one host.
fn alone(config: &Config, host: usize) -> Config {
    let mut own = Config::new();
    if let Some(name) = config.get_hosts().get(host) {
        match name {
            tokio_postgres::config::Host::Tcp(name) => own.host(name),
            #[cfg(unix)]
            tokio_postgres::config::Host::Unix(path) => own.host_path(path),
        };
    }
    if let Some(address) = config.get_hostaddrs().get(host) {
        own.hostaddr(*address);
    }
    let ports = config.get_ports();
    if let Some(port) = ports.get(host).or_else(|| ports.first()) {
        own.port(*port);
    }
    if let Some(user) = config.get_user() {
        own.user(user);
    }
    if let Some(password) = config.get_password() {
        own.password(password);
    }
    if let Some(name) = config.get_dbname() {
        own.dbname(name);
    }
    if let Some(options) = config.get_options() {
        own.options(options);
    }
    if let Some(name) = config.get_application_name() {
        own.application_name(name);
    }
    if let Some(timeout) = config.get_connect_timeout() {
        own.connect_timeout(*timeout);
    }
    if let Some(timeout) = config.get_tcp_user_timeout() {
        own.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = config.get_keepalives_interval() {
        own.keepalives_interval(interval);
    }
    if let Some(retries) = config.get_keepalives_retries() {
        own.keepalives_retries(retries);
    }
    own.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding());
    own
}
