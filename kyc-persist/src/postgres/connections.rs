//! How a statement is asked: on a connection that was looked at, within a time, and again only where that is harmless.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime,
};
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Connection, Error, NoTls, Row, Socket};

use super::checks;
use super::fault::{Fault, PostgresError};
use crate::StoreError;

/// How long one statement may take. Ours touch a few rows; one that takes longer waits for somebody who is gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a connection may take to come about, or be waited for.
const CONNECT: Duration = Duration::from_secs(5);

/// What is said of a new connection on which nothing is answered.
pub(super) const SILENT: &str = "no answer";

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
    if config.get_application_name().is_none() {
        config.application_name("kyc");
    }
    // Of several hosts the one that takes writes: after a failover that is another one.
    if config.get_target_session_attrs() == TargetSessionAttrs::Any {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    config
}

/// A connection beside those of the store. Nothing moves on it unless it is polled.
pub(super) async fn connect(
    config: &Config,
) -> Result<(Client, Connection<Socket, NoTlsStream>), Error> {
    config.connect(NoTls).await
}

/// The connections of one store.
#[derive(Clone)]
pub(super) struct Connections {
    pool: Pool,
}

impl Connections {
    pub(super) fn new(config: Config, most: usize) -> Result<Self, StoreError> {
        let terms = ManagerConfig {
            // A connection that is dead and does not know it yet is found before it is used.
            recycling_method: RecyclingMethod::Verified,
        };
        let pool = Pool::builder(Manager::from_config(config, NoTls, terms))
            .max_size(most)
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
            .build()
            .map_err(|error| PostgresError::Unreached(error.to_string()).told())?;
        Ok(Self { pool })
    }

    /// A connection for more than one statement.
    pub(super) async fn take(&self) -> Result<Object, Fault> {
        self.pool.get().await.map_err(Fault::of_pool)
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
                .map_err(Fault::of_unsent)?;
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
        match tokio::time::timeout(PATIENCE, work(&mut client)).await {
            Ok(answer) => answer,
            Err(_) => {
                // Nobody else is to wait behind it.
                drop(Object::take(client));
                Err(Fault::InDoubt(PostgresError::Silent))
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
                Err(Fault::InTheWay(_)) if tried < TRIES => pause(tried).await,
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
                Err(Fault::Unreached(_) | Fault::InDoubt(_)) if tried < CONNECTION_TRIES => {
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
