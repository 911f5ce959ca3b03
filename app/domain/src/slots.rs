//! The nearest times at which everybody and every room of a meeting is free. Pure: busy times come in, slots go out.

use std::collections::BTreeSet;

use chrono::{Days, Duration, NaiveDate, NaiveDateTime};

use crate::calendar::WorkCalendar;
use crate::duration::{DaySession, HalfDay, STEP_MINUTES, bounds, sessions};
use crate::time::{Hours, Sitting};

/// How far ahead a free slot is looked for: beyond six weeks an office plans anew rather than shifts.
pub const SEARCH_DAYS: u64 = 42;
/// So many slots are offered: enough to choose from, few enough to read at a glance.
pub const SLOTS_OFFERED: usize = 3;

/// The nearest slots that are free, as whole sets of sittings of the same lengths as the wanted ones. None in a year whose
/// days off are not entered: nobody knows which of its days are worked.
///
/// A meeting of one sitting is moved by half hours within office hours of working, unblocked days, never across the
/// midday break unless it was asked for across it; one of several sittings is moved as a whole, day by day. Never
/// before `not_before`. Nearest means by days, then by the time of day, earlier first when equally near. No two lie in
/// the same half-day, and one at least on another day: what is near is often against the same thing.
pub fn nearest_free(
    wanted: &[Sitting],
    busy: &[Sitting],
    calendar: &WorkCalendar,
    hours: &Hours,
    not_before: NaiveDateTime,
) -> Vec<Vec<Sitting>> {
    let Some(first) = wanted.iter().min() else { return Vec::new() };
    let mut found: Vec<Vec<Sitting>> = candidates(wanted, first, hours)
        .into_iter()
        .filter(|slot| slot.as_slice() != wanted)
        .filter(|slot| slot.iter().all(|s| fits(s, busy, calendar, not_before)))
        .collect();
    found.sort_by_key(|slot| {
        let start = slot.first().map_or(first.start(), Sitting::start);
        let days = (start.date() - first.date).num_days().abs();
        (days, (start.time() - first.from).num_minutes().abs(), start)
    });
    found.dedup();
    chosen(found, first.date, hours)
}

/// The nearest ones of different half-days. The last place is kept for another day.
fn chosen(found: Vec<Vec<Sitting>>, date: NaiveDate, hours: &Hours) -> Vec<Vec<Sitting>> {
    let mut chosen: Vec<Vec<Sitting>> = Vec::new();
    let mut taken: BTreeSet<HalfDay> = BTreeSet::new();
    for slot in found {
        let is_other_day = slot.first().is_some_and(|sitting| sitting.date != date);
        let has_other_day = chosen.iter().flatten().any(|sitting| sitting.date != date);
        let is_last = chosen.len() + 1 == SLOTS_OFFERED;
        let half_days = sessions(&slot, hours);
        if (is_last && !has_other_day && !is_other_day) || !taken.is_disjoint(&half_days) {
            continue;
        }
        taken.extend(half_days);
        chosen.push(slot);
        if is_last {
            break;
        }
    }
    chosen
}

fn fits(sitting: &Sitting, busy: &[Sitting], calendar: &WorkCalendar, not_before: NaiveDateTime) -> bool {
    calendar.is_entered(sitting.date)
        && calendar.is_working(sitting.date)
        && !calendar.is_blocked(sitting.date)
        && sitting.start() >= not_before
        && !busy.iter().any(|taken| taken.overlaps(sitting))
}

fn candidates(wanted: &[Sitting], first: &Sitting, hours: &Hours) -> Vec<Vec<Sitting>> {
    let mut slots = Vec::new();
    for back_and_forth in 0..=(2 * SEARCH_DAYS) {
        let days = back_and_forth / 2;
        let shift = |date: NaiveDate| {
            if back_and_forth % 2 == 0 {
                date.checked_add_days(Days::new(days))
            } else {
                date.checked_sub_days(Days::new(days))
            }
        };
        if wanted.len() > 1 {
            let moved: Option<Vec<Sitting>> =
                wanted.iter().map(|s| shift(s.date).map(|date| Sitting { date, ..*s })).collect();
            slots.extend(moved);
        } else if let Some(date) = shift(first.date) {
            slots.extend(starts_on(date, first, hours).map(|sitting| vec![sitting]));
        }
    }
    slots
}

/// Every half-hour start of one date at which a sitting of this length stays within its half-day.
fn starts_on(date: NaiveDate, like: &Sitting, hours: &Hours) -> impl Iterator<Item = Sitting> + use<> {
    let length = Duration::minutes(like.minutes());
    let same_hours = Sitting { date, ..*like };
    let hours = *hours;
    [DaySession::Morning, DaySession::Afternoon]
        .into_iter()
        .flat_map(move |session| {
            let (open, close) = bounds(session, &hours);
            let room = (close.on(date) - date.and_time(open) - length).num_minutes();
            let last_step = if room < 0 { -1 } else { room / STEP_MINUTES };
            (0..=last_step).filter_map(move |step| {
                let from = open + Duration::minutes(step * STEP_MINUTES);
                let to = date.and_time(from) + length;
                Sitting::between(date.and_time(from), to)
            })
        })
        .chain(std::iter::once(same_hours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveTime;

    fn sit(d: u32, from: (u32, u32), to: (u32, u32)) -> Sitting {
        let at = |(h, m)| NaiveTime::from_hms_opt(h, m, 0).unwrap();
        Sitting::new(NaiveDate::from_ymd_opt(2026, 6, d).unwrap(), at(from), at(to)).unwrap()
    }

    fn calendar() -> WorkCalendar {
        WorkCalendar { years: [2026].into(), ..WorkCalendar::default() }
    }

    #[test]
    fn nothing_is_proposed_in_a_year_whose_days_off_are_not_entered() {
        let late = |d: u32, month: u32| {
            let date = NaiveDate::from_ymd_opt(2026, month, d).unwrap();
            Sitting { date, ..sit(16, (8, 0), (10, 0)) }
        };
        let wanted = late(30, 12);
        let busy: Vec<Sitting> =
            (28..=31).map(|day| Sitting { to: crate::time::DayTime::End, ..late(day, 12) }).collect();
        let now = wanted.date.and_hms_opt(0, 30, 0).unwrap();
        let busy: Vec<Sitting> = busy.into_iter().map(|s| Sitting { from: NaiveTime::MIN, ..s }).collect();
        assert_eq!(
            nearest_free(&[wanted], &busy, &calendar(), &Hours::default(), now),
            Vec::<Vec<Sitting>>::new()
        );
        let known = WorkCalendar { years: [2026, 2027].into(), ..WorkCalendar::default() };
        assert_eq!(
            nearest_free(&[wanted], &busy, &known, &Hours::default(), now)[0][0].date.to_string(),
            "2027-01-01"
        );
    }

    fn free(wanted: &[Sitting], busy: &[Sitting]) -> Vec<Vec<Sitting>> {
        let start = NaiveDate::from_ymd_opt(2026, 6, 15).unwrap().and_hms_opt(7, 0, 0).unwrap();
        nearest_free(wanted, busy, &calendar(), &Hours::default(), start)
    }

    #[test]
    fn nearest_slots_avoid_what_is_taken() {
        let slots = free(&[sit(16, (8, 0), (10, 0))], &[sit(16, (8, 0), (10, 0))]);
        assert_eq!(slots.len(), SLOTS_OFFERED);
        assert_eq!(slots[0], vec![sit(16, (13, 30), (15, 30))]);
        for slot in &slots {
            assert!(!slot[0].overlaps(&sit(16, (8, 0), (10, 0))));
        }
    }

    #[test]
    fn what_is_offered_lies_in_different_half_days_and_on_other_days_too() {
        let morning = sit(16, (8, 0), (10, 0));
        let slots = free(&[morning], &[morning]);
        assert_eq!(
            slots,
            [sit(16, (13, 30), (15, 30)), sit(15, (8, 0), (10, 0)), sit(17, (8, 0), (10, 0))]
                .map(|one| vec![one])
        );
        // Another room's hour of the same morning is free: then its afternoon, then another day.
        let early = sit(16, (7, 30), (8, 30));
        let slots = free(&[early], &[early]);
        assert_eq!(slots.len(), SLOTS_OFFERED);
        assert_eq!((slots[0][0].date, slots[1][0].date), (early.date, early.date));
        assert_ne!(slots[2][0].date, early.date);
        assert!(slots.iter().all(|slot| slot[0].minutes() == 60));
    }

    #[test]
    fn weekends_and_the_past_are_never_offered() {
        for slot in
            free(&[sit(19, (13, 30), (16, 30))], &[sit(19, (7, 30), (17, 0)), sit(18, (7, 30), (17, 0))])
        {
            assert!(calendar().is_working(slot[0].date));
            assert!(slot[0].date >= NaiveDate::from_ymd_opt(2026, 6, 15).unwrap());
        }
    }

    #[test]
    fn a_conference_of_several_days_moves_as_a_whole() {
        let wanted = [sit(16, (7, 30), (11, 30)), sit(17, (7, 30), (11, 30))];
        let slots = free(&wanted, &[sit(17, (7, 30), (8, 0))]);
        assert_eq!(slots[0], vec![sit(15, (7, 30), (11, 30)), sit(16, (7, 30), (11, 30))]);
        assert_eq!(slots[1], vec![sit(18, (7, 30), (11, 30)), sit(19, (7, 30), (11, 30))]);
    }
}
