//! The program's one clock. Everything below the entry points takes the time as an argument; this is where it enters.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

/// Tells the time: the machine's in service, a fixed one in tests.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the entry point, from which the time is handed down")]
    pub fn system() -> Clock {
        Clock(Arc::new(Utc::now))
    }

    /// A clock that tells what it is told.
    pub fn of(tell: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(tell))
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}
