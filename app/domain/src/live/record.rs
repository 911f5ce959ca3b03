//! When a meeting sat, for the record of its lines: who is away at noon has not dropped out.

use chrono::{DateTime, Utc};

use super::{DropOut, Stretch, drop_outs};
use crate::duration::actual;
use crate::time::{Sitting, Zone};

/// From when until when a meeting sat; no end for a sitting that goes on.
pub type Sat = (DateTime<Utc>, Option<DateTime<Utc>>);

/// When a meeting sat by its sittings as they went, see [`actual`]; one that is not closed yet sits until `now`.
pub fn sat(
    sittings: &[Sitting],
    opened: DateTime<Utc>,
    closed: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Vec<Sat> {
    let zone = Zone::VIETNAM;
    // Until it is closed it goes as planned: what lies after a sitting is a break, and after the last one it runs late.
    let planned = sittings.iter().map(|sitting| zone.instant(sitting.end())).max().unwrap_or(now);
    let until = closed.unwrap_or(now.max(planned)).max(opened);
    let one = |sitting: &Sitting| {
        let (from, to) = (zone.instant(sitting.start()).max(opened), zone.instant(sitting.end()).min(until));
        (from, (closed.is_some() || to < now).then_some(to))
    };
    let went = actual(sittings, zone.local(opened), zone.local(until));
    went.iter().map(one).filter(|(from, to)| *from <= now && to.is_none_or(|to| *from < to)).collect()
}

/// The times a seat was missing while the meeting sat, see [`drop_outs`].
pub fn drop_outs_while_it_sat(times: &[Stretch], sat: &[Sat]) -> Vec<DropOut> {
    sat.iter().flat_map(|(from, to)| drop_outs(times, *from, *to)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        Zone::VIETNAM.instant(format!("2026-06-{text}:00").parse().unwrap())
    }

    fn sitting(day: u32, from: &str, to: &str) -> Sitting {
        let date = format!("2026-06-{day:02}").parse().unwrap();
        Sitting::new(date, from.parse().unwrap(), to.parse::<chrono::NaiveTime>().unwrap()).unwrap()
    }

    fn time(began: &str, ended: &str) -> Stretch {
        Stretch { began: at(began), ended: (!ended.is_empty()).then(|| at(ended)), was_left: false }
    }

    fn out(since: &str, until: &str) -> DropOut {
        DropOut { since: at(since), until: (!until.is_empty()).then(|| at(until)) }
    }

    #[test]
    fn noon_and_night_are_no_drop_outs() {
        let sittings = [
            sitting(11, "07:30:00", "11:30:00"),
            sitting(11, "13:30:00", "16:30:00"),
            sitting(12, "07:30:00", "11:30:00"),
        ];
        let sat = sat(&sittings, at("11T07:35"), Some(at("12T11:40")), at("13T08:00"));
        assert_eq!(
            sat,
            [
                (at("11T07:35"), Some(at("11T11:30"))),
                (at("11T13:30"), Some(at("11T16:30"))),
                (at("12T07:30"), Some(at("12T11:40"))),
            ]
        );
        let times = [
            time("11T07:20", "11T09:00"),
            time("11T09:05", "11T11:31"),
            time("11T13:25", "11T16:35"),
            time("12T07:00", "12T11:45"),
        ];
        assert_eq!(drop_outs_while_it_sat(&times, &sat), [out("11T09:00", "11T09:05")]);
    }

    #[test]
    fn who_does_not_come_back_after_noon_is_missing_until_the_close() {
        let sittings = [sitting(11, "07:30:00", "11:30:00"), sitting(11, "13:30:00", "16:30:00")];
        let sat = sat(&sittings, at("11T07:30"), Some(at("11T16:00")), at("11T18:00"));
        let times = [time("11T07:30", "11T11:40")];
        assert_eq!(drop_outs_while_it_sat(&times, &sat), [out("11T13:30", "11T16:00")]);
    }

    #[test]
    fn a_sitting_that_goes_on_has_no_end_yet() {
        let sittings = [sitting(11, "07:30:00", "11:30:00"), sitting(11, "13:30:00", "16:30:00")];
        let now = |now| sat(&sittings, at("11T07:30"), None, at(now));
        assert_eq!(now("11T09:00"), [(at("11T07:30"), None)]);
        assert_eq!(now("11T12:00"), [(at("11T07:30"), Some(at("11T11:30")))]);
        assert_eq!(now("11T14:00")[1], (at("11T13:30"), None));
        // Running late, on the last day.
        assert_eq!(now("11T17:10")[1], (at("11T13:30"), None));
        let times = [time("11T07:30", "11T08:00")];
        assert_eq!(drop_outs_while_it_sat(&times, &now("11T09:00")), [out("11T08:00", "")]);
    }
}
