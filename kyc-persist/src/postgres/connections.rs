//! How a statement is asked: on a connection that was looked at, within a time, and again only where that is harmless.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Metrics, Object, Pool, QueueMode, RecyclingMethod,
    Runtime,
};
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Config, Row};

use super::checks;
use super::fault::{Fault, PostgresError};
use super::hosts::Hosts;
use super::leading::Leading;
use crate::StoreError;

/// How long one statement may take. Ours touch a few rows; one that takes longer waits for somebody who is gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection may take to come about, or be waited for.
const CONNECT: Duration = Duration::from_secs(5);

/// What is said of a new connection on which nothing is answered.
pub(super) const SILENT: &str = "no answer";

/// How long an idle connection may take to say that it is there.
const PING: Duration = Duration::from_secs(2);

/// How lately a connection was in use that is believed without asking it: looking is a trip to the server and back, as much as
/// most statements are.
const IN_USE: Duration = Duration::from_millis(20);

/// How often a statement is asked at most that somebody was in the way of.
const TRIES: u32 = 20;

/// How often a statement is asked at most whose connection broke.
const CONNECTION_TRIES: u32 = 5;

pub(super) type Parameters<'p> = [&'p (dyn ToSql + Sync)];

/// What the URL leaves open.
pub(super) fn with_defaults(mut config: Config) -> Config {
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(PATIENCE);
    }
    // One that waits for an answer, and whose server is gone, has nothing to send.
    if config.get_keepalives_interval().is_none() && config.get_keepalives_retries().is_none() {
        config
            .keepalives_idle(PING * 2)
            .keepalives_interval(PING)
            .keepalives_retries(3);
    }
    if config.get_application_name().is_none() {
        config.application_name("kyc");
    }
    // Of several hosts the one that takes writes: after a failover that is another one.
    if config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    config
}

/// The connections of one store, all to the host that leads.
#[derive(Clone)]
pub(super) struct Connections {
    pool: Pool,
    hosts: Hosts,
    /// Nothing where one who follows was asked for by name.
    leading: Option<Arc<Leading>>,
    /// When a connection was last lost that was believed: those from before are believed no more.
    lost: Lost,
}

type Lost = Arc<Mutex<Option<Instant>>>;

impl Connections {
    pub(super) fn new(config: Config, hosts: Hosts, most: usize) -> Result<Self, StoreError> {
        let terms = ManagerConfig {
            // The ping is ours.
            recycling_method: RecyclingMethod::Fast,
        };
        let (trusted, follows) = (hosts.clone(), config.get_target_session_attrs());
        let leading = (follows != TargetSessionAttrs::ReadOnly).then(Arc::<Leading>::default);
        let (lost, proof) = (Lost::default(), leading.clone());
        let believed = {
            let lost = Arc::clone(&lost);
            move |metrics: &Metrics| {
                let used = metrics.recycled.unwrap_or(metrics.created);
                let lost = *lost.lock().unwrap_or_else(PoisonError::into_inner);
                used.elapsed() < IN_USE
                    && lost.is_none_or(|lost| used > lost)
                    // Whoever has to prove that it leads is not to find out that it is gone.
                    && proof.as_ref().is_none_or(|leading| leading.is_proven(metrics.created))
            }
        };
        let pool = Pool::builder(Manager::from_connect(config, hosts.clone(), terms))
            .max_size(most)
            // The one that was in use last: its server has the statements at hand, and the others may be idle.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(CONNECT * 2))
            .recycle_timeout(Some(CONNECT))
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    // The pool's own patience ends before this.
                    match tokio::time::timeout(CONNECT, checks::unfit(client)).await {
                        Ok(Ok(None)) => Ok(()),
                        Ok(Ok(Some(why))) => Err(HookError::message(why)),
                        Ok(Err(error)) => Err(HookError::Backend(error)),
                        Err(_) => Err(HookError::message(SILENT)),
                    }
                })
            }))
            // A connection that is dead and does not know it yet is found before it is used.
            .pre_recycle(Hook::async_fn(move |client, metrics| {
                let trusted = trusted.clone();
                let is_believed = believed(metrics);
                Box::pin(async move {
                    if !trusted.trusts(metrics.created) {
                        return Err(HookError::message("another host leads"));
                    }
                    if is_believed {
                        return Ok(());
                    }
                    match tokio::time::timeout(PING, client.simple_query("")).await {
                        Ok(Ok(_)) => Ok(()),
                        Ok(Err(error)) => Err(HookError::Backend(error)),
                        Err(_) => {
                            // The others to that host are not asked one by one.
                            trusted.distrust();
                            Err(HookError::message("it does not answer"))
                        }
                    }
                })
            }))
            .build()
            .map_err(|error| PostgresError::Unreached(error.to_string()).told())?;
        Ok(Self {
            pool,
            hosts,
            leading,
            lost,
        })
    }

    /// A connection for more than one statement, to a database that leads.
    pub(super) async fn take(&self) -> Result<Object, Fault> {
        let client = self.pool.get().await.map_err(Fault::of_pool)?;
        let made_at = Object::metrics(&client).created;
        let proof = match &self.leading {
            Some(leading) if !leading.is_proven(made_at) => leading.prove(made_at, &client).await,
            _ => Ok(()),
        };
        match proof {
            Ok(()) => Ok(client),
            Err(fault) => Err(self.leave(client, fault)),
        }
    }

    /// Waits until all that could be read until now is on the standbys that commits wait for. What was found, after a doubt
    /// or by a key, may be there before it is.
    pub(super) async fn confirm(&self) -> Result<(), Fault> {
        let Some(leading) = &self.leading else {
            return Ok(());
        };
        let now = Instant::now();
        let client = self.take().await?;
        let proof = leading.prove_after(now, &client).await;
        proof.map_err(|fault| self.leave(client, fault))
    }

    /// Lets go of a connection to a host that does not lead any more, and of all others to it.
    fn leave(&self, client: Object, fault: Fault) -> Fault {
        if self.hosts.trusts(Object::metrics(&client).created) {
            self.hosts.distrust();
        }
        // Nobody else is to wait behind it.
        drop(Object::take(client));
        fault.of_who_follows()
    }

    /// Asks once.
    pub(super) async fn once(
        &self,
        statement: &str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, Fault> {
        self.patiently(async |client| {
            let statement = client
                .prepare_cached(statement)
                .await
                .map_err(|error| Fault::of_unsent(error).of_who_was_believed())?;
            // Collects until the server is ready for the next statement, and only then is this one committed: a row
            // alone proves nothing.
            client
                .query(&statement, parameters)
                .await
                .map_err(Fault::of_sent)
        })
        .await
    }

    /// Works on one connection for as long as one statement may take.
    pub(super) async fn patiently<T>(
        &self,
        work: impl AsyncFnOnce(&mut Object) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut client = self.take().await?;
        let made_at = Object::metrics(&client).created;
        let answer = tokio::select! {
            biased;
            answer = work(&mut client) => Some(answer),
            () = tokio::time::sleep(PATIENCE) => None,
            () = self.silence(made_at) => None,
        };
        match answer {
            Some(Err(fault)) if fault.is_of_who_follows() => Err(self.leave(client, fault)),
            Some(Err(fault)) if fault.is_of_the_connection() => {
                drop(Object::take(client));
                *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                Err(fault)
            }
            Some(answer) => answer,
            None => {
                // Nobody else is to wait behind it.
                drop(Object::take(client));
                Err(Fault::InDoubt(PostgresError::Silent))
            }
        }
    }

    /// Returns when the host of a connection that was made at that moment answers nobody any more, also not who is new to it. One
    /// that answers others is only slow.
    async fn silence(&self, made_at: Instant) {
        loop {
            tokio::time::sleep(PING).await;
            if self.hosts.trusts(made_at) && !self.hosts.answers(PING).await {
                // The first to find it out finds it out for all.
                if self.hosts.trusts(made_at) {
                    self.hosts.distrust();
                }
                return;
            }
        }
    }

    /// Asks until nobody is in the way. A statement in doubt stays in doubt.
    pub(super) async fn ask(
        &self,
        statement: &str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, Fault> {
        for tried in 1.. {
            match self.once(statement, parameters).await {
                Err(Fault::InTheWay(_) | Fault::Gone(_)) if tried < TRIES => pause(tried).await,
                answer => return answer,
            }
        }
        unreachable!("the last try answers")
    }

    /// Asks what may be done twice: also again when the connection broke.
    pub(super) async fn insist(
        &self,
        statement: &str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, Fault> {
        for tried in 1.. {
            match self.ask(statement, parameters).await {
                Err(Fault::InDoubt(PostgresError::Silent)) if tried > 1 => {
                    return Err(Fault::InDoubt(PostgresError::Silent));
                }
                Err(Fault::InDoubt(_)) if tried < CONNECTION_TRIES => pause(tried * 4).await,
                answer => return answer,
            }
        }
        unreachable!("the last try answers")
    }

    /// Asks what tells how a doubt ends, or what others wait for: also again while the server cannot be reached, because it may be coming back.
    pub(super) async fn find_out(
        &self,
        statement: &str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, Fault> {
        for tried in 1.. {
            match self.insist(statement, parameters).await {
                Err(Fault::Gone(_) | Fault::Unreached(_) | Fault::InDoubt(_))
                    if tried < CONNECTION_TRIES =>
                {
                    pause(tried * 20).await;
                }
                answer => return answer,
            }
        }
        unreachable!("the last try answers")
    }
}

/// A little longer each time, and never as long as somebody else.
pub(super) async fn pause(tried: u32) {
    let spread = RandomState::new().hash_one(tried) % 10;
    tokio::time::sleep(Duration::from_millis(
        u64::from(tried.min(200)) * (5 + spread),
    ))
    .await;
}
