//! Why a use case stopped: a refusal that the user sees as it is, or a fault that is logged once under an incident.

use domain::error::{Failure, Outcome, Refusal};
use domain::ids::IncidentId;

use crate::db::{is_busy, is_ended};
use crate::entropy::Entropy;

/// The result inside a use case; `?` works on database and file operations alike.
pub type Done<T> = Result<T, Stop>;

/// Why a use case stopped.
#[derive(Debug)]
pub enum Stop {
    /// For the user, typed.
    Failure(Failure),
    /// The database broke.
    Database(sqlx::Error),
    /// A file could not be read or written.
    File(std::io::Error),
    /// Something stored cannot be read back.
    Stored(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Stop::Failure(failure) => write!(f, "{failure:?}"),
            Stop::Database(cause) => write!(f, "database: {cause}"),
            Stop::File(cause) => write!(f, "file: {cause}"),
            Stop::Stored(cause) => write!(f, "stored: {cause}"),
        }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failure(failure)
    }
}
impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Stop::Failure(Failure::Refused(refusal))
    }
}
impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Stop::Database(error)
    }
}
impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Stop::File(error)
    }
}
impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Stop::Stored(error.to_string())
    }
}

/// Turns the inner result into what crosses the port: faults are logged here, once, and become an incident number.
pub(crate) fn outcome<T>(done: Done<T>, entropy: &dyn Entropy) -> Outcome<T> {
    done.map_err(|stop| {
        let cause = match stop {
            Stop::Failure(failure) => return failure,
            Stop::Database(error) if is_busy(&error) => {
                tracing::warn!("the database was busy for too long");
                return Failure::Unavailable;
            }
            Stop::Database(error) if is_ended(&error) => {
                tracing::warn!("the database ended a statement that took too long");
                return Failure::Unavailable;
            }
            Stop::Database(error) => format!("database: {error}"),
            Stop::File(error) => format!("file: {error}"),
            Stop::Stored(error) => format!("stored: {error}"),
        };
        let incident = IncidentId(uuid::Uuid::from_bytes(entropy.array()));
        tracing::error!(%incident, cause, "use case broke");
        Failure::Internal(incident)
    })
}
