//! The length of a meeting in sessions (buổi) and the limit of its kind: the rule this system exists to enforce.
//! Source: KL 226-KL/TW; plan of the People's Committee of Sơn La (S3), II.4. Knows no database and no clock.

mod fits;

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use crate::time::{DayTime, Hours, Sitting};

pub(crate) use fits::STEP_MINUTES;
pub use fits::what_fits;

/// A third of a day: morning, afternoon, evening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DaySession {
    /// Sáng: before the middle of the midday break.
    Morning,
    /// Chiều: until 18:00.
    Afternoon,
    /// Tối: from 18:00.
    Evening,
}

impl DaySession {
    /// In the order of the day.
    pub const ALL: [DaySession; 3] = [Self::Morning, Self::Afternoon, Self::Evening];
}

/// One half-day of one date: the unit that limits are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HalfDay {
    /// Local date.
    pub date: NaiveDate,
    /// Which part of it.
    pub session: DaySession,
}

/// The half-days that one sitting touches.
///
/// A sitting is half-open, so `07:30–12:30` touches the morning only, and `10:00–14:00` touches two.
pub fn touched_by(sitting: &Sitting, hours: &Hours) -> impl Iterator<Item = HalfDay> + use<> {
    let (from, to, date) = (sitting.from, sitting.to, sitting.date);
    let (noon, evening) = (hours.noon_cut(), Hours::EVENING);
    let touches = [from < noon, from < evening && to > noon, to > evening];
    DaySession::ALL
        .into_iter()
        .zip(touches)
        .filter(|(_, t)| *t)
        .map(move |(session, _)| HalfDay { date, session })
}

/// The whole half-day as a sitting. A sitting touches the half-day exactly when it overlaps this one.
pub fn whole(half: HalfDay, hours: &Hours) -> Sitting {
    let (from, to) = match half.session {
        DaySession::Morning => (NaiveTime::MIN, hours.noon_cut().into()),
        DaySession::Afternoon => (hours.noon_cut(), Hours::EVENING.into()),
        DaySession::Evening => (Hours::EVENING, DayTime::End),
    };
    Sitting { date: half.date, from, to }
}

/// The distinct half-days that a meeting touches, in order. Their number is its length; nothing between sittings counts.
///
/// ```
/// use domain::duration::sessions;
/// use domain::time::{Hours, Sitting};
/// let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 16).unwrap();
/// let at = |h, m| chrono::NaiveTime::from_hms_opt(h, m, 0).unwrap();
/// let sitting = Sitting::new(day, at(10, 0), at(14, 0)).unwrap();
/// assert_eq!(sessions(&[sitting], &Hours::default()).len(), 2);
/// ```
pub fn sessions(sittings: &[Sitting], hours: &Hours) -> BTreeSet<HalfDay> {
    sittings.iter().flat_map(|sitting| touched_by(sitting, hours)).collect()
}

/// Whether a meeting of these sittings keeps within a limit of so many sessions.
pub fn is_within(sittings: &[Sitting], hours: &Hours, limit_sessions: u32) -> bool {
    sessions(sittings, hours).len() <= limit_sessions as usize
}

/// The office hours of a session; the evening has none, so it runs from 18:00 to midnight.
pub fn bounds(session: DaySession, hours: &Hours) -> (NaiveTime, DayTime) {
    match session {
        DaySession::Morning => (hours.morning_from.min(hours.morning_to), hours.morning_to.into()),
        DaySession::Afternoon => (hours.afternoon_from, hours.afternoon_to.into()),
        DaySession::Evening => (Hours::EVENING, DayTime::End),
    }
}

/// How long before the first sitting of a day a meeting may be opened: time enough to call a large roll and to connect
/// every site, and short enough that a press in the morning does not open the afternoon's.
pub const OPENED_EARLY_AT_MOST: TimeDelta = TimeDelta::hours(3);

/// The local time at which a meeting of these sittings counts as opened when it is opened now; none where it may not be.
///
/// On a day of one of its sittings that is now, from three hours before the first of that day until the day ends: late is
/// allowed, for a meeting may begin after its hour. Once its last day is over, it is the planned beginning: nobody pressed
/// in time, but it was held and must be counted. On any other day it may not be opened: that cannot be undone, and what
/// is held on another day is another plan, to be changed and sent first.
pub fn opening(sittings: &[Sitting], now: NaiveDateTime) -> Option<NaiveDateTime> {
    let today = sittings.iter().filter(|sitting| sitting.date == now.date()).map(Sitting::start).min();
    if let Some(start) = today {
        return (start - OPENED_EARLY_AT_MOST <= now).then_some(now);
    }
    let is_over = sittings.iter().all(|sitting| sitting.end() < now);
    sittings.iter().map(Sitting::start).min().filter(|_| is_over)
}

/// The sittings as they really went: nothing before the opening, nothing after the closing.
///
/// What was planned and over before the opening was not held. On the day of the opening the meeting sat from then on,
/// early or late, even when all that was planned for that day was over; on the day of the closing it sat until then.
/// Days in between stay as planned. A closing on a later date than planned keeps the last planned end, since nobody sat
/// in between; of a day that was opened after its plan and closed on another date, only the opening is known.
pub fn actual(sittings: &[Sitting], opened: NaiveDateTime, closed: NaiveDateTime) -> Vec<Sitting> {
    let had_sittings = sittings.iter().any(|sitting| sitting.date == opened.date());
    let mut went: Vec<Sitting> = sittings.iter().filter(|sitting| sitting.end() > opened).copied().collect();
    for sitting in went.iter_mut().filter(|sitting| sitting.date == opened.date()) {
        sitting.from = sitting.from.max(opened.time());
    }
    went.sort();
    match went.first_mut() {
        Some(first) if first.date == opened.date() => first.from = opened.time(),
        Some(_) if !had_sittings => {}
        _ => went.insert(0, a_minute(opened)),
    }
    went.retain(|sitting| sitting.start() < closed);
    for sitting in went.iter_mut().filter(|sitting| sitting.date == closed.date()) {
        sitting.to = sitting.to.min(closed.time().into());
    }
    if let Some(last) = went.last_mut()
        && last.date == closed.date()
    {
        last.to = closed.time().into();
    }
    went
}

/// The sittings that are held against the limit: as they really went, but an opening before the planned start counts from
/// the planned start, or from when the first item of the agenda was begun, where that was earlier.
///
/// Who opens early calls the roll and connects the sites, and the meeting itself begins on its hour: an evening opened at
/// 17:55 does not touch the afternoon. Once an item is discussed the meeting sits, whatever was planned. One that was also
/// closed before its planned start sat when it sat.
///
/// ```
/// use domain::duration::{counted, sessions};
/// use domain::time::{Hours, Sitting};
/// let day = chrono::NaiveDate::from_ymd_opt(2026, 6, 16).unwrap();
/// let at = |h, m| chrono::NaiveTime::from_hms_opt(h, m, 0).unwrap();
/// let evening = [Sitting::new(day, at(18, 0), at(20, 0)).unwrap()];
/// let went = counted(&evening, day.and_time(at(17, 55)), None, day.and_time(at(20, 0)));
/// assert_eq!(sessions(&went, &Hours::default()).len(), 1);
/// ```
pub fn counted(
    sittings: &[Sitting],
    opened: NaiveDateTime,
    began: Option<NaiveDateTime>,
    closed: NaiveDateTime,
) -> Vec<Sitting> {
    let is_sitting = sittings.iter().any(|sitting| sitting.start() <= opened && opened < sitting.end());
    let starts = sittings.iter().map(Sitting::start).filter(|start| start.date() == opened.date());
    let next = starts.filter(|start| opened < *start && *start < closed && !is_sitting).min();
    let sat = next.map(|start| began.map_or(start, |began| start.min(began.max(opened))));
    actual(sittings, sat.unwrap_or(opened), closed)
}

/// The shortest sitting that begins here.
fn a_minute(from: NaiveDateTime) -> Sitting {
    let to = from + TimeDelta::minutes(1);
    let to = if to.date() == from.date() { to.time().into() } else { DayTime::End };
    Sitting { date: from.date(), from: from.time(), to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 6, d).unwrap()
    }
    fn at(h: u32, m: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(h, m, 0).unwrap()
    }
    fn sit(d: u32, from: (u32, u32), to: (u32, u32)) -> Sitting {
        Sitting::new(day(d), at(from.0, from.1), at(to.0, to.1)).unwrap()
    }

    #[test]
    fn a_half_day_is_touched_by_exactly_what_overlaps_the_whole_of_it() {
        let hours = Hours::default();
        let halves = DaySession::ALL.map(|session| HalfDay { date: day(16), session });
        let times: Vec<NaiveTime> = (0..48).map(|n| at(n / 2, n % 2 * 30)).collect();
        for (n, from) in times.iter().enumerate() {
            for to in &times[n + 1..] {
                let sitting = Sitting::new(day(16), *from, *to).unwrap();
                let touched: Vec<HalfDay> = touched_by(&sitting, &hours).collect();
                for half in halves {
                    let overlaps = whole(half, &hours).overlaps(&sitting);
                    assert_eq!(touched.contains(&half), overlaps, "{sitting:?} {half:?}");
                }
            }
        }
    }

    #[test]
    fn length_is_the_number_of_distinct_half_days() {
        let hours = Hours::default();
        let table: [(&[Sitting], usize); 8] = [
            (&[sit(16, (7, 30), (12, 30))], 1),
            (&[sit(16, (7, 30), (12, 31))], 2),
            (&[sit(16, (10, 0), (14, 0))], 2),
            (&[sit(16, (12, 30), (18, 0))], 1),
            (&[sit(16, (12, 30), (18, 1))], 2),
            (&[sit(16, (7, 30), (20, 0))], 3),
            (&[sit(16, (7, 30), (11, 30)), sit(17, (7, 30), (11, 30)), sit(18, (7, 30), (11, 30))], 3),
            (&[sit(16, (7, 30), (9, 0)), sit(16, (10, 0), (11, 0))], 1),
        ];
        for (sittings, length) in table {
            assert_eq!(sessions(sittings, &hours).len(), length, "{sittings:?}");
        }
    }

    #[test]
    fn cut_moves_with_the_agencys_midday_break() {
        let hours = Hours { morning_to: at(12, 0), afternoon_from: at(13, 0), ..Hours::default() };
        assert_eq!(hours.noon_cut(), at(12, 30));
        let late = Hours { morning_to: at(11, 0), afternoon_from: at(13, 0), ..Hours::default() };
        assert_eq!(sessions(&[sit(16, (7, 30), (12, 30))], &late).len(), 2);
    }

    #[test]
    fn real_times_make_the_actual_length() {
        let hours = Hours::default();
        let planned = [sit(16, (7, 30), (11, 30))];
        let ran_over = actual(&planned, day(16).and_time(at(7, 40)), day(16).and_time(at(12, 45)));
        assert_eq!(sessions(&ran_over, &hours).len(), 2);
        let two_days = [sit(16, (7, 30), (11, 30)), sit(17, (7, 30), (11, 30))];
        let ended_early = actual(&two_days, day(16).and_time(at(7, 30)), day(16).and_time(at(11, 0)));
        assert_eq!(ended_early, vec![sit(16, (7, 30), (11, 0))]);
        let closed_next_day = actual(&planned, day(16).and_time(at(7, 30)), day(17).and_time(at(8, 0)));
        assert_eq!(closed_next_day, planned.to_vec());
    }

    #[test]
    fn a_meeting_opened_after_its_planned_hours_is_as_long_as_it_really_sat() {
        let hours = Hours::default();
        let morning = [sit(16, (7, 30), (11, 30))];
        let went = actual(&morning, day(16).and_time(at(13, 35)), day(16).and_time(at(15, 0)));
        assert_eq!(went, vec![sit(16, (13, 35), (15, 0))]);
        assert_eq!(sessions(&went, &hours).len(), 1);

        let whole_day = [sit(16, (7, 30), (11, 30)), sit(16, (13, 30), (17, 0))];
        let went = actual(&whole_day, day(16).and_time(at(13, 35)), day(16).and_time(at(16, 0)));
        assert_eq!(went, vec![sit(16, (13, 35), (16, 0))]);

        let late = [sit(16, (7, 30), (11, 30)), sit(17, (7, 30), (11, 30))];
        let went = actual(&late, day(16).and_time(at(10, 0)), day(17).and_time(at(11, 0)));
        assert_eq!(went, vec![sit(16, (10, 0), (11, 30)), sit(17, (7, 30), (11, 0))]);
        let went = actual(&late, day(16).and_time(at(13, 35)), day(17).and_time(at(11, 0)));
        assert_eq!(went, vec![sit(16, (13, 35), (13, 36)), sit(17, (7, 30), (11, 0))]);
        let second_day_only = actual(&late, day(17).and_time(at(7, 30)), day(17).and_time(at(11, 0)));
        assert_eq!(second_day_only, vec![sit(17, (7, 30), (11, 0))]);
    }

    #[test]
    fn an_early_opening_counts_from_the_planned_start() {
        let (morning, noon) = (sit(16, (7, 30), (11, 30)), sit(16, (13, 30), (17, 0)));
        let (evening, next_day) = (sit(16, (18, 0), (20, 0)), sit(17, (13, 30), (17, 0)));
        // Planned; opened and closed; from when it counts, and its length.
        let table: [(&[Sitting], _, _, (u32, u32), usize); 12] = [
            (&[evening], (16, 17, 55), (16, 20, 0), (18, 0), 1),
            (&[noon], (16, 12, 20), (16, 17, 0), (13, 30), 1),
            (&[noon], (16, 10, 30), (16, 17, 0), (13, 30), 1),
            // On time or late it is as it was.
            (&[noon], (16, 13, 30), (16, 17, 0), (13, 30), 1),
            (&[morning], (16, 7, 40), (16, 12, 45), (7, 40), 2),
            (&[morning, noon], (16, 7, 0), (16, 17, 0), (7, 30), 2),
            // Past the planned end counts, however early it was opened.
            (&[evening], (16, 17, 55), (17, 0, 30), (18, 0), 1),
            (&[noon], (16, 13, 0), (16, 18, 30), (13, 30), 2),
            // Between two sittings it is early for the second; within one it is not early at all.
            (&[morning, noon], (16, 12, 20), (16, 17, 0), (13, 30), 1),
            (&[morning, noon], (16, 10, 0), (16, 17, 0), (10, 0), 2),
            // Over before its hour: it sat when it sat.
            (&[evening], (16, 15, 30), (16, 17, 30), (15, 30), 1),
            // The days after stay as planned.
            (&[evening, next_day], (16, 17, 55), (17, 17, 0), (18, 0), 2),
        ];
        for (planned, (d, h, m), (to_d, to_h, to_m), from, length) in table {
            let (opened, closed) = (day(d).and_time(at(h, m)), day(to_d).and_time(at(to_h, to_m)));
            let went = counted(planned, opened, None, closed);
            assert_eq!(went[0].start(), day(16).and_time(at(from.0, from.1)), "{planned:?} from {opened}");
            assert_eq!(sessions(&went, &Hours::default()).len(), length, "{planned:?} from {opened}");
        }
    }

    #[test]
    fn a_meeting_sits_from_its_first_item_when_that_was_begun_before_the_planned_start() {
        let (morning, noon) = (sit(16, (7, 30), (11, 30)), sit(16, (13, 30), (17, 0)));
        let evening = sit(16, (18, 0), (20, 0));
        // Planned; opened, first item begun and closed on the sixteenth; from when it counts, and its length.
        let table: [(&[Sitting], _, _, _, (u32, u32), usize); 8] = [
            (&[noon], (10, 30), (10, 40), (17, 0), (10, 40), 2),
            (&[noon], (12, 0), (12, 30), (17, 0), (12, 30), 1),
            (&[evening], (17, 0), (17, 5), (20, 0), (17, 5), 2),
            (&[morning, noon], (12, 10), (12, 15), (17, 0), (12, 15), 2),
            // Begun on its hour or after it, as most are.
            (&[noon], (10, 30), (13, 30), (17, 0), (13, 30), 1),
            (&[noon], (10, 30), (14, 0), (17, 0), (13, 30), 1),
            // Opened late it sat from then on, whenever the first item was begun.
            (&[noon], (13, 40), (14, 0), (17, 0), (13, 40), 1),
            // Over before its hour: it sat when it sat.
            (&[evening], (15, 30), (16, 0), (17, 30), (15, 30), 1),
        ];
        for (planned, opened, began, closed, from, length) in table {
            let local = |(hour, minute)| day(16).and_time(at(hour, minute));
            let went = counted(planned, local(opened), Some(local(began)), local(closed));
            assert_eq!(went[0].start(), local(from), "{planned:?} from {opened:?}");
            assert_eq!(sessions(&went, &Hours::default()).len(), length, "{planned:?} from {opened:?}");
        }
    }

    #[test]
    fn a_meeting_is_opened_on_a_day_of_its_own() {
        let plan = [sit(16, (7, 30), (11, 30)), sit(18, (13, 30), (17, 0))];
        let table = [
            (15, (23, 59), false),
            (16, (4, 29), false),
            (16, (4, 30), true),
            (16, (7, 30), true),
            (16, (23, 59), true),
            (17, (9, 0), false),
            (18, (10, 29), false),
            (18, (10, 30), true),
        ];
        for (date, (hour, minute), may) in table {
            let now = day(date).and_time(at(hour, minute));
            assert_eq!(opening(&plan, now), may.then_some(now), "{now}");
        }
        assert_eq!(opening(&[], day(16).and_time(at(9, 0))), None);
    }

    #[test]
    fn a_meeting_that_nobody_opened_in_time_was_opened_as_planned() {
        let plan = [sit(18, (13, 30), (17, 0)), sit(16, (7, 30), (11, 30))];
        let planned = Some(day(16).and_time(at(7, 30)));
        assert_eq!(opening(&plan, day(19).and_time(at(0, 0))), planned);
        assert_eq!(opening(&plan, day(30).and_time(at(9, 0))), planned);
    }

    prop_compose! {
        fn any_sitting()(d in 1u32..5, a in 0u32..1439, len in 1u32..900) -> Sitting {
            let b = (a + len).min(1439).max(a + 1).min(1439);
            let a = a.min(b - 1);
            Sitting::new(day(d), at(a / 60, a % 60), at(b / 60, b % 60)).unwrap()
        }
    }

    proptest! {
        #[test]
        fn cuts_always_fit(sittings in prop::collection::vec(any_sitting(), 1..4), limit in 1u32..4) {
            let hours = Hours::default();
            for cut in what_fits(&sittings, &hours, limit) {
                prop_assert!(is_within(&cut, &hours, limit));
                prop_assert!(!cut.is_empty());
            }
        }

        #[test]
        fn what_went_lies_between_opening_and_closing(
            sittings in prop::collection::vec(any_sitting(), 1..4),
            opened in 0i64..5 * 1440,
            lasted in 1i64..2 * 1440,
        ) {
            let opened = day(1).and_time(NaiveTime::MIN) + TimeDelta::minutes(opened);
            let closed = opened + TimeDelta::minutes(lasted);
            for went in actual(&sittings, opened, closed) {
                prop_assert!(went.from <= went.to);
                prop_assert!(opened <= went.start() && went.start() < closed);
                prop_assert!(went.date < closed.date() || went.end() <= closed);
            }
        }

        #[test]
        fn an_early_opening_never_makes_a_meeting_longer(
            sittings in prop::collection::vec(any_sitting(), 1..4),
            opened in 0i64..5 * 1440,
            lasted in 1i64..2 * 1440,
            began in prop::option::of(0i64..1440),
        ) {
            let opened = day(1).and_time(NaiveTime::MIN) + TimeDelta::minutes(opened);
            let closed = opened + TimeDelta::minutes(lasted);
            let began = began.map(|after| opened + TimeDelta::minutes(after));
            let hours = Hours::default();
            let (went, real) = (counted(&sittings, opened, began, closed), actual(&sittings, opened, closed));
            prop_assert!(sessions(&went, &hours).is_subset(&sessions(&real, &hours)));
        }

        #[test]
        fn order_and_repetition_do_not_change_the_length(mut sittings in prop::collection::vec(any_sitting(), 1..5)) {
            let hours = Hours::default();
            let once = sessions(&sittings, &hours);
            sittings.reverse();
            sittings.extend(sittings.clone());
            prop_assert_eq!(sessions(&sittings, &hours), once);
        }
    }
}
