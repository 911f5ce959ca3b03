//! Reports that wait for the page after a redirect: in memory, for one session each, for some minutes.
//! They hold first passwords, so they are never written to disk, and nobody can push out another person's report with
//! passwords, or any report of another office that has made fewer.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use app::context::{Report, ReportStore};
use backend::Entropy;
use chrono::{DateTime, Duration, Utc};
use domain::access::Caller;
use domain::ids::{AgencyId, PersonId, SessionId};

use crate::clock::Clock;

/// Long enough to read a report and come back to it, short enough for what it may hold.
const KEPT_MINUTES: i64 = 10;
/// Most reports of one person over all their sessions; a further one removes the oldest. Three are enough for
/// the file that was checked, the same file written, and one more in another tab.
const OF_ONE_PERSON_AT_MOST: usize = 3;
/// Most reports without passwords over all people; a further one removes the oldest of the office that has most. A report takes
/// at most 1 MB, and the same file can be checked again. Reports with passwords are few because of the limit per person
/// and because only administrators make them.
const WITHOUT_PASSWORDS_AT_MOST: usize = 100;

/// The store.
#[derive(Debug)]
pub struct SessionReports {
    clock: Clock,
    entropy: Arc<dyn Entropy>,
    waiting: Mutex<VecDeque<WaitingReport>>,
}

#[derive(Debug)]
struct WaitingReport {
    person: PersonId,
    office: AgencyId,
    session: SessionId,
    name: String,
    report: Report,
    until: DateTime<Utc>,
}

impl SessionReports {
    /// An empty store.
    pub fn new(clock: Clock, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy, waiting: Mutex::default() }
    }
}

/// Removes the oldest counted reports of the office that has most of them, until one fewer than the limit is left.
fn make_place(
    waiting: &mut VecDeque<WaitingReport>,
    at_most: usize,
    counts: impl Fn(&WaitingReport) -> bool,
) {
    while waiting.iter().filter(|waiting| counts(waiting)).count() >= at_most {
        let mut of_offices: HashMap<AgencyId, usize> = HashMap::new();
        for waiting in waiting.iter().filter(|waiting| counts(waiting)) {
            *of_offices.entry(waiting.office).or_default() += 1;
        }
        let most = of_offices.values().copied().max().unwrap_or_default();
        let is_theirs = |waiting: &WaitingReport| counts(waiting) && of_offices[&waiting.office] == most;
        let oldest = waiting.iter().position(is_theirs);
        oldest.and_then(|oldest| waiting.remove(oldest));
    }
}

impl ReportStore for SessionReports {
    fn put(&self, caller: &Caller, report: Report) -> String {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes);
        let name = format!("{:032x}", u128::from_be_bytes(bytes));
        let now = self.clock.now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| waiting.until > now);
        make_place(&mut waiting, OF_ONE_PERSON_AT_MOST, |waiting| waiting.person == caller.person);
        if !report.has_passwords() {
            make_place(&mut waiting, WITHOUT_PASSWORDS_AT_MOST, |waiting| !waiting.report.has_passwords());
        }
        waiting.push_back(WaitingReport {
            person: caller.person,
            office: caller.office(),
            session: caller.session,
            name: name.clone(),
            report,
            until: now + Duration::minutes(KEPT_MINUTES),
        });
        name
    }

    fn get(&self, session: SessionId, name: &str) -> Option<Report> {
        let now = self.clock.now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|waiting| waiting.until > now);
        let place = waiting.iter().position(|waiting| waiting.session == session && waiting.name == name)?;
        match &waiting[place].report {
            Report::Password { .. } | Report::RecoveryCodes(_) => {
                waiting.remove(place).map(|waiting| waiting.report)
            }
            report @ Report::Import { .. } => Some(report.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use domain::agencies::AgencyRef;
    use domain::imports::ImportReport;
    use uuid::Uuid;

    use super::*;

    /// A session of a person, both by their numbers.
    fn caller(person: u128, session: u128) -> Caller {
        Caller {
            person: PersonId(Uuid::from_u128(person)),
            name: String::new(),
            position: String::new(),
            agency: AgencyRef {
                id: domain::ids::AgencyId(Uuid::from_u128(1)),
                code: String::new(),
                short_name: String::new(),
            },
            line: Vec::new(),
            grants: Vec::new(),
            session: SessionId(Uuid::from_u128(session)),
            now: DateTime::UNIX_EPOCH,
        }
    }

    fn password() -> Report {
        Report::Password { user_name: "thuky1".into(), password: "mot-hai-ba".into() }
    }

    fn checked(file: &str) -> Report {
        Report::Import { kind: "rooms".into(), file: file.into(), outcome: Box::default() }
    }

    fn imported_people() -> Report {
        let passwords = vec![("thuky2".to_owned(), "bon-nam-sau".to_owned())];
        let outcome = ImportReport { passwords, ..ImportReport::default() };
        Report::Import { kind: "people".into(), file: "people.csv".into(), outcome: Box::new(outcome) }
    }

    fn store() -> SessionReports {
        let clock = Clock::of(|| DateTime::UNIX_EPOCH);
        SessionReports::new(clock, Arc::new(backend::SeededEntropy::new(1)))
    }

    #[test]
    fn a_password_is_shown_once_and_to_its_own_session() {
        let (store, one, other) = (store(), caller(1, 1), caller(1, 2));
        let name = store.put(&one, password());
        assert_eq!(store.get(other.session, &name), None);
        assert_eq!(store.get(one.session, &name), Some(password()));
        assert_eq!(store.get(one.session, &name), None);
    }

    #[test]
    fn a_report_is_gone_after_ten_minutes() {
        let minutes = Arc::new(AtomicI64::new(0));
        let told = Arc::clone(&minutes);
        let clock = Clock::of(move || DateTime::UNIX_EPOCH + Duration::minutes(told.load(Ordering::Relaxed)));
        let store = SessionReports::new(clock, Arc::new(backend::SeededEntropy::new(1)));
        let one = caller(1, 1);
        let name = store.put(&one, checked("rooms.csv"));
        minutes.store(9, Ordering::Relaxed);
        assert_eq!(store.get(one.session, &name), Some(checked("rooms.csv")));
        minutes.store(10, Ordering::Relaxed);
        assert_eq!(store.get(one.session, &name), None);
    }

    #[test]
    fn a_fourth_report_takes_the_place_of_the_same_persons_oldest_in_whatever_session() {
        let store = store();
        let names: Vec<String> = (0..4).map(|n| store.put(&caller(1, n), checked(&n.to_string()))).collect();
        let found = |n: usize| store.get(caller(1, n as u128).session, &names[n]).is_some();
        assert_eq!([0, 1, 2, 3].map(found), [false, true, true, true]);
    }

    #[test]
    fn however_many_reports_others_make_no_password_is_pushed_out() {
        let (store, one) = (store(), caller(1, 1));
        let (made, imported) = (store.put(&one, password()), store.put(&one, imported_people()));
        let rooms = store.put(&one, checked("rooms.csv"));
        for n in 2..1_000 {
            store.put(&caller(n, n), checked("rooms.csv"));
            store.put(&caller(n, n), password());
        }
        assert_eq!(store.get(one.session, &rooms), None, "a checked file can be checked again");
        assert_eq!(store.get(one.session, &imported), Some(imported_people()));
        assert_eq!(store.get(one.session, &made), Some(password()));
        let waiting = store.waiting.lock().unwrap();
        let without = waiting.iter().filter(|waiting| !waiting.report.has_passwords()).count();
        assert_eq!(without, WITHOUT_PASSWORDS_AT_MOST);
    }

    #[test]
    fn the_people_of_one_office_push_out_no_report_of_another() {
        let store = store();
        let other = Caller { line: vec![AgencyId(Uuid::from_u128(7)); 2], ..caller(1, 1) };
        let name = store.put(&other, checked("rooms.csv"));
        for n in 2..1_000 {
            store.put(&caller(n, n), checked("rooms.csv"));
        }
        assert_eq!(store.get(other.session, &name), Some(checked("rooms.csv")));
    }
}
