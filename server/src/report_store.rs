//! Reports that wait for the page after a redirect: in memory, each for its session alone, for some minutes.
//! They hold first passwords, so they are never written anywhere.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use app::context::{Report, ReportStore};
use backend::Entropy;
use chrono::{DateTime, Duration, Utc};
use domain::ids::SessionId;

use crate::clock::Clock;

/// Long enough to read a report and come back to it, short enough for what it may hold.
const KEPT_MINUTES: i64 = 10;
/// So many are kept over all sessions; the oldest goes first. One takes at most some 1 MB, and only those who may import
/// can make such a one.
const KEPT_AT_MOST: usize = 100;

/// The store.
#[derive(Debug)]
pub struct SessionReports {
    clock: Clock,
    entropy: Arc<dyn Entropy>,
    kept: Mutex<VecDeque<Kept>>,
}

#[derive(Debug)]
struct Kept {
    session: SessionId,
    name: String,
    report: Report,
    until: DateTime<Utc>,
}

impl SessionReports {
    /// An empty store.
    pub fn new(clock: Clock, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, kept: Mutex::default() }
    }
}

impl ReportStore for SessionReports {
    fn put(&self, session: SessionId, report: Report) -> String {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        let name = format!("{:032x}", u128::from_be_bytes(bytes));
        let until = self.clock.now() + Duration::minutes(KEPT_MINUTES);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT_AT_MOST {
            kept.pop_front();
        }
        kept.push_back(Kept { session, name: name.clone(), report, until });
        name
    }

    fn get(&self, session: SessionId, name: &str) -> Option<Report> {
        let now = self.clock.now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.until > now);
        let place = kept.iter().position(|kept| kept.session == session && kept.name == name)?;
        match &kept[place].report {
            Report::Password { .. } => kept.remove(place).map(|kept| kept.report),
            report => Some(report.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    fn session(number: u8) -> SessionId {
        format!("00000000-0000-0000-0000-0000000000{number:02}").parse().unwrap()
    }

    fn password() -> Report {
        Report::Password { user_name: "thuky1".into(), password: "mot-hai-ba".into() }
    }

    #[test]
    fn a_password_is_shown_once_and_to_its_own_session() {
        let clock = Clock::of(|| DateTime::UNIX_EPOCH);
        let store = SessionReports::new(clock, Arc::new(backend::SeededEntropy::new(1)));
        let name = store.put(session(1), password());
        assert_eq!(store.get(session(2), &name), None);
        assert_eq!(store.get(session(1), &name), Some(password()));
        assert_eq!(store.get(session(1), &name), None);
    }

    #[test]
    fn a_report_is_gone_after_ten_minutes() {
        let minutes = Arc::new(AtomicI64::new(0));
        let told = Arc::clone(&minutes);
        let clock = Clock::of(move || DateTime::UNIX_EPOCH + Duration::minutes(told.load(Ordering::Relaxed)));
        let store = SessionReports::new(clock, Arc::new(backend::SeededEntropy::new(1)));
        let outcome = Ok(domain::imports::ImportReport::default());
        let report = Report::Import { kind: "rooms".into(), file: "rooms.csv".into(), outcome };
        let name = store.put(session(1), report.clone());
        minutes.store(9, Ordering::Relaxed);
        assert_eq!(store.get(session(1), &name), Some(report));
        minutes.store(10, Ordering::Relaxed);
        assert_eq!(store.get(session(1), &name), None);
    }
}
