//! What went wrong, by what is known about the statement: it was not done, it may have been, or it never arrived.

use std::error::Error as _;

use deadpool_postgres::{HookError, PoolError};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};
use tokio_postgres::types::{WasNull, WrongType};

use super::NAME;
use super::connections::SILENT;
use crate::StoreError;

/// What the database or the way to it said; the source of [`StoreError::Backend`] from a
/// [`PostgresStore`](super::PostgresStore). Never what was sent or stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The URL names no database.
    #[error("this is not the URL of a database: {0}")]
    Url(String),
    /// The server could not be reached, or does not let us in.
    #[error("the database cannot be reached: {0}")]
    Unreached(String),
    /// The connection broke while the answer was awaited.
    #[error("the connection to the database was lost: {0}")]
    Lost(String),
    /// No answer came in the time that we wait.
    #[error("the database does not answer")]
    Silent,
    /// The server is set to forget what it has acknowledged, or in another way not fit for this store.
    #[error("the database is not fit to keep sessions: {0}")]
    Unfit(String),
    /// The tables were made by a program newer than this one.
    #[error("the tables are of version {found}, and this program knows them up to {known}")]
    Newer {
        /// The version of the tables.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The database refused.
    #[error("the database refused: {message} ({code})")]
    Refused {
        /// The SQLSTATE.
        code: String,
        /// Its words, without the detail, which could repeat a value.
        message: String,
    },
}

impl PostgresError {
    pub(super) fn url(error: Error) -> Self {
        Self::Url(words(&error))
    }

    pub(super) fn told(self) -> StoreError {
        StoreError::backend(NAME, self)
    }
}

/// Why a statement has no answer.
#[derive(Debug)]
pub(super) enum Fault {
    /// It was undone because somebody was in its way: try again.
    InTheWay(PostgresError),
    /// It was undone because its key is there.
    KeyIsThere(PostgresError),
    /// It was undone for a reason that stays.
    Undone(PostgresError),
    /// It was not sent, because its connection was gone: try again on another.
    Gone(PostgresError),
    /// It never arrived.
    Unreached(PostgresError),
    /// Nobody knows whether it was done.
    InDoubt(PostgresError),
}

impl Fault {
    /// Of a statement that was sent.
    pub(super) fn of_sent(error: Error) -> Self {
        match error.as_db_error() {
            Some(said) => Self::of_said(said),
            None if is_of_the_wire(&error) => Self::InDoubt(PostgresError::Lost(words(&error))),
            // A parameter or a column that does not fit its type: our own mistake, told and not repeated.
            None => Self::Undone(PostgresError::Lost(words(&error))),
        }
    }

    /// Of what comes before a statement is sent.
    pub(super) fn of_unsent(error: Error) -> Self {
        match Self::of_sent(error) {
            Self::InDoubt(error) => Self::Unreached(error),
            fault => fault,
        }
    }

    /// Of a connection that was not had.
    pub(super) fn of_pool(error: PoolError) -> Self {
        let error = match error {
            PoolError::Timeout(_) => PostgresError::Silent,
            PoolError::PostCreateHook(HookError::Message(why)) if why == SILENT => {
                PostgresError::Silent
            }
            PoolError::Backend(error) | PoolError::PostCreateHook(HookError::Backend(error)) => {
                PostgresError::Unreached(words(&error))
            }
            PoolError::PostCreateHook(HookError::Message(why)) => {
                PostgresError::Unfit(why.into_owned())
            }
            error => PostgresError::Unreached(error.to_string()),
        };
        Self::Unreached(error)
    }

    fn of_said(said: &DbError) -> Self {
        let error = refused(said);
        let is_fatal = matches!(
            said.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        );
        match said.code() {
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED => {
                Self::InTheWay(error)
            }
            &SqlState::UNIQUE_VIOLATION => Self::KeyIsThere(error),
            // An end of the connection, or a server that itself does not know.
            code if is_fatal
                || code == &SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
                || code.code().starts_with("08") =>
            {
                Self::InDoubt(error)
            }
            _ => Self::Undone(error),
        }
    }

    /// Whether the server follows another one, and refuses to write for that.
    pub(super) fn is_of_who_follows(&self) -> bool {
        self.code() == Some(SqlState::READ_ONLY_SQL_TRANSACTION.code())
    }

    /// What was refused for that is to be asked of another one.
    pub(super) fn of_who_follows(self) -> Self {
        match self.is_of_who_follows() {
            true => Self::Unreached(self.error().clone()),
            false => self,
        }
    }

    /// Of what was not sent because its connection was gone, which had been believed: another one is there, or can be made.
    pub(super) fn of_who_was_believed(self) -> Self {
        match self {
            Self::Unreached(error) => Self::Gone(error),
            fault => fault,
        }
    }

    /// Whether the connection is not to be believed any more.
    pub(super) const fn is_of_the_connection(&self) -> bool {
        matches!(self, Self::Gone(_) | Self::InDoubt(_))
    }

    pub(super) fn code(&self) -> Option<&str> {
        match self.error() {
            PostgresError::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    pub(super) fn told(self) -> StoreError {
        if let Self::Undone(PostgresError::Refused { code, .. }) = &self
            && code == SqlState::DISK_FULL.code()
        {
            return StoreError::Full { store: NAME };
        }
        self.error().clone().told()
    }

    const fn error(&self) -> &PostgresError {
        match self {
            Self::InTheWay(error)
            | Self::KeyIsThere(error)
            | Self::Undone(error)
            | Self::Gone(error)
            | Self::Unreached(error)
            | Self::InDoubt(error) => error,
        }
    }
}

fn refused(said: &DbError) -> PostgresError {
    PostgresError::Refused {
        code: said.code().code().to_owned(),
        message: said.message().to_owned(),
    }
}

/// Whether it is about what came over the wire, and not about a value that does not fit its type.
fn is_of_the_wire(error: &Error) -> bool {
    let is_of_a_value = |source: &(dyn std::error::Error + 'static)| {
        source.is::<WrongType>() || source.is::<WasNull>()
    };
    !error.source().is_some_and(is_of_a_value)
}

/// The error and what is behind it, in one line.
pub(super) fn words(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        return refused(said).to_string();
    }
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(behind) = source {
        words = format!("{words}: {behind}");
        source = behind.source();
    }
    words
}
