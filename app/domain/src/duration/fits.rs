//! What would fit where a meeting is too long: the same length at another time of its day, or a part of it. Pure.

use chrono::{NaiveTime, TimeDelta};

use super::{DaySession, HalfDay, bounds, is_within, sessions};
use crate::time::{DayTime, Hours, Sitting};

/// What would fit: the same length at another time of its day, and shorter at the same start; where no other time fits,
/// the same meeting cut down to its first, and to its last, half-days up to the limit.
///
/// Empty when the meeting already fits, or when nothing of it lies within office hours.
pub fn what_fits(sittings: &[Sitting], hours: &Hours, limit_sessions: u32) -> Vec<Vec<Sitting>> {
    if limit_sessions == 0 || is_within(sittings, hours, limit_sessions) {
        return Vec::new();
    }
    let moved = match sittings {
        [one] => same_length_elsewhere(one, hours, limit_sessions),
        _ => Vec::new(),
    };
    match sittings {
        [one] if !moved.is_empty() => moved
            .into_iter()
            .chain(shorter(one, hours, limit_sessions))
            .map(|sitting| vec![sitting])
            .collect(),
        _ => cuts_that_fit(sittings, hours, limit_sessions),
    }
}

/// Starts are tried at every half hour, as offices write them.
pub(crate) const STEP_MINUTES: i64 = 30;

/// A sitting of the same length within the limit, beginning and ending in office hours of its day: the nearest one that
/// begins in the morning, and the nearest one that begins in the afternoon, the nearer first.
fn same_length_elsewhere(wanted: &Sitting, hours: &Hours, limit_sessions: u32) -> Vec<Sitting> {
    let (length, asked) = (wanted.minutes(), i64::from(DayTime::At(wanted.from).minute()));
    let half_days = [DaySession::Morning, DaySession::Afternoon].map(|session| {
        let (open, close) = bounds(session, hours);
        (i64::from(DayTime::At(open).minute()), i64::from(close.minute()))
    });
    let fits = |sitting: &Sitting| {
        let end = i64::from(sitting.to.minute());
        half_days.iter().any(|(open, close)| *open < end && end <= *close)
            && is_within(&[*sitting], hours, limit_sessions)
    };
    let mut found: Vec<(i64, Sitting)> = half_days
        .into_iter()
        .filter_map(|(open, close)| {
            let starts = (0..=(close - open) / STEP_MINUTES).map(|step| open + step * STEP_MINUTES);
            // The latest that ends with a half-day may lie between two steps.
            let last = half_days.map(|(_, close)| close - length);
            starts
                .chain(last)
                .filter(|start| open <= *start && *start < close)
                .filter_map(|start| Some(((start - asked).abs(), starting_at(wanted, start, length)?)))
                .filter(|(_, sitting)| fits(sitting))
                .min_by_key(|(away, _)| *away)
        })
        .collect();
    found.sort_by_key(|(away, _)| *away);
    found.into_iter().map(|(_, sitting)| sitting).collect()
}

/// A sitting of the same day by minutes from midnight.
fn starting_at(wanted: &Sitting, start: i64, length: i64) -> Option<Sitting> {
    let from = NaiveTime::MIN.overflowing_add_signed(TimeDelta::minutes(start)).0;
    let (to, wrapped) = from.overflowing_add_signed(TimeDelta::minutes(length));
    if wrapped == 0 { Sitting::new(wanted.date, from, to) } else { None }
}

/// The same start, as long as the limit lets it be; none when that is less than half of what was asked for.
fn shorter(wanted: &Sitting, hours: &Hours, limit_sessions: u32) -> Option<Sitting> {
    let cuts = [hours.noon_cut(), Hours::EVENING].into_iter().rev().map(DayTime::At);
    cuts.filter_map(|to| Sitting::new(wanted.date, wanted.from, to.min(wanted.to)))
        .find(|sitting| is_within(&[*sitting], hours, limit_sessions))
        .filter(|sitting| sitting.minutes() * 2 >= wanted.minutes())
}

/// The meeting cut down to its first, and to its last, half-days up to the limit. Each part keeps the hours that were
/// asked for, within the office hours of its half-day.
fn cuts_that_fit(sittings: &[Sitting], hours: &Hours, limit_sessions: u32) -> Vec<Vec<Sitting>> {
    let all: Vec<HalfDay> = sessions(sittings, hours).into_iter().collect();
    let limit = (limit_sessions as usize).min(all.len());
    let mut cuts: Vec<Vec<Sitting>> = Vec::new();
    for kept in [&all[..limit], &all[all.len() - limit..]] {
        let cut: Vec<Sitting> =
            kept.iter().flat_map(|half| sittings.iter().filter_map(|s| clip(s, half, hours))).collect();
        if !cut.is_empty() && is_within(&cut, hours, limit_sessions) && !cuts.contains(&cut) {
            cuts.push(cut);
        }
    }
    cuts
}

/// The part of a sitting that lies in one half-day, within its office hours.
fn clip(sitting: &Sitting, half: &HalfDay, hours: &Hours) -> Option<Sitting> {
    if sitting.date != half.date {
        return None;
    }
    let (from, to) = bounds(half.session, hours);
    Sitting::new(half.date, sitting.from.max(from), sitting.to.min(to))
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};

    use super::*;

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
    fn what_fits_keeps_the_hours_asked_for() {
        let cuts = what_fits(&[sit(16, (7, 30), (16, 30))], &Hours::default(), 1);
        assert_eq!(cuts, vec![vec![sit(16, (7, 30), (11, 30))], vec![sit(16, (13, 30), (16, 30))]]);
        assert!(what_fits(&[sit(16, (7, 30), (11, 30))], &Hours::default(), 1).is_empty());
    }

    #[test]
    fn what_fits_is_as_long_as_what_was_asked_for_where_the_day_has_room() {
        let one = |from, to| sit(16, from, to);
        // Asked for, limit, offered.
        let table: [(Sitting, u32, &[Sitting]); 6] = [
            (
                one((16, 0), (18, 30)),
                1,
                &[one((14, 30), (17, 0)), one((9, 0), (11, 30)), one((16, 0), (18, 0))],
            ),
            // The afternoon is half an hour too short for it.
            (one((10, 0), (14, 0)), 1, &[one((7, 30), (11, 30)), one((10, 0), (12, 30))]),
            // Between two half hours: it ends with the half-day.
            (one((11, 30), (14, 45)), 1, &[one((13, 30), (16, 45)), one((8, 15), (11, 30))]),
            // Over two half-days, where two are allowed.
            (one((10, 0), (19, 0)), 2, &[one((8, 0), (17, 0)), one((10, 0), (18, 0))]),
            // No half-day is as long.
            (one((9, 0), (15, 0)), 1, &[one((9, 0), (11, 30)), one((13, 30), (15, 0))]),
            (one((19, 0), (20, 0)), 1, &[]),
        ];
        for (wanted, limit, offered) in table {
            let fits = what_fits(&[wanted], &Hours::default(), limit);
            assert_eq!(fits, offered.iter().map(|one| vec![*one]).collect::<Vec<_>>(), "{wanted:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_offered_keeps_the_limit_and_is_no_longer_than_asked_for(
            from in 0u32..1430, length in 1u32..1400, limit in 1u32..3
        ) {
            let to = (from + length).min(1439);
            let wanted = Sitting::new(day(16), at(from / 60, from % 60), at(to / 60, to % 60));
            let Some(wanted) = wanted else { return Ok(()) };
            for offered in what_fits(&[wanted], &Hours::default(), limit) {
                proptest::prop_assert!(is_within(&offered, &Hours::default(), limit), "{:?}", offered);
                let minutes: i64 = offered.iter().map(Sitting::minutes).sum();
                proptest::prop_assert!(minutes <= wanted.minutes(), "{:?}", offered);
            }
        }
    }
}
