//! When a seat was missing: the gaps between its connections, for the record of how the lines held.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Seat;

/// A seat that is back within so long did not drop out: a tablet changes its antenna, a page is loaded anew.
pub const DROP_OUT_SECONDS: i64 = 10;

/// A time a seat was connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// From.
    pub began: DateTime<Utc>,
    /// Until; `None` while it lasts.
    pub ended: Option<DateTime<Utc>>,
    /// Whether it was ended on purpose, see [`Leaving::Meant`].
    pub was_left: bool,
}

/// A time a seat was missing between its first and its last connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropOut {
    /// Since.
    pub since: DateTime<Utc>,
    /// Until it was back, or the meeting closed; `None` while it is away.
    pub until: Option<DateTime<Utc>>,
}

/// How a seat's line held: for the report that says that nothing was interrupted, or what was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRecord {
    /// The seat.
    pub seat: Seat,
    /// Its name.
    pub name: String,
    /// When it was first connected.
    pub joined: DateTime<Utc>,
    /// When it dropped out, in order.
    pub drop_outs: Vec<DropOut>,
    /// When it was left on purpose before the meeting was closed, and not taken again.
    pub left: Option<DateTime<Utc>>,
}

impl LineRecord {
    /// How long the seat was missing in all, as far as is known at `now`.
    pub fn missing(&self, now: DateTime<Utc>) -> TimeDelta {
        self.drop_outs.iter().map(|out| (out.until.unwrap_or(now) - out.since).max(TimeDelta::zero())).sum()
    }
}

/// The times a seat was missing while the meeting was on: gaps of more than [`DROP_OUT_SECONDS`] between its
/// connections, which may overlap when a page is replaced by another. A line that broke before the end is a gap to the
/// end; who left on purpose did not drop out; what was before the opening or after the close counts for nothing.
///
/// ```
/// # use chrono::DateTime; use domain::live::{drop_outs, Stretch};
/// let at = |minute: i64| DateTime::from_timestamp(1_780_000_000 + minute * 60, 0).unwrap();
/// let time = |began, ended| Stretch { began: at(began), ended: Some(at(ended)), was_left: false };
/// let times = [time(0, 20), time(23, 60)];
/// let outs = drop_outs(&times, at(0), Some(at(60)));
/// assert_eq!((outs.len(), outs[0].since, outs[0].until), (1, at(20), Some(at(23))));
/// ```
pub fn drop_outs(times: &[Stretch], opened: DateTime<Utc>, closed: Option<DateTime<Utc>>) -> Vec<DropOut> {
    let mut times: Vec<Stretch> =
        times.iter().copied().filter(|time| closed.is_none_or(|closed| time.began < closed)).collect();
    times.sort_by_key(|time| time.began);
    let counts = |since: DateTime<Utc>, until: Option<DateTime<Utc>>| {
        until.is_none_or(|until| until - since > TimeDelta::seconds(DROP_OUT_SECONDS))
    };
    let mut outs = Vec::new();
    let mut here_until = None;
    for time in times {
        if let Some((Some(left), false)) = here_until {
            let since = opened.max(left);
            if time.began > since && counts(since, Some(time.began)) {
                outs.push(DropOut { since, until: Some(time.began) });
            }
        }
        // An open end outlasts every other one.
        here_until = Some(match (here_until, time.ended) {
            (Some((None, _)), _) | (_, None) => (None, false),
            (Some((Some(left), was_left)), Some(ended)) if left > ended => (Some(left), was_left),
            (_, ended) => (ended, time.was_left),
        });
    }
    if let Some((Some(left), false)) = here_until
        && closed.is_none_or(|closed| left < closed)
    {
        let since = opened.max(left);
        if counts(since, closed) {
            outs.push(DropOut { since, until: closed });
        }
    }
    outs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + second, 0).unwrap()
    }

    fn time(began: i64, ended: impl Into<Option<i64>>) -> Stretch {
        Stretch { began: at(began), ended: ended.into().map(at), was_left: false }
    }

    fn out(since: i64, until: impl Into<Option<i64>>) -> DropOut {
        DropOut { since: at(since), until: until.into().map(at) }
    }

    #[test]
    fn only_gaps_longer_than_a_reload_are_drop_outs() {
        let times = [time(0, 100), time(110, 200), time(211, 600)];
        assert_eq!(drop_outs(&times, at(0), Some(at(600))), [out(200, 211)]);
    }

    #[test]
    fn connections_that_overlap_leave_no_gap() {
        let times = [time(0, 300), time(100, 120), time(290, None)];
        assert_eq!(drop_outs(&times, at(0), None), []);
    }

    #[test]
    fn leaving_early_is_a_gap_to_the_close_and_to_nowhere_before_it() {
        assert_eq!(drop_outs(&[time(0, 100)], at(0), None), [out(100, None)]);
        assert_eq!(drop_outs(&[time(0, 100)], at(0), Some(at(500))), [out(100, 500)]);
        assert_eq!(drop_outs(&[time(0, 495)], at(0), Some(at(500))), [], "who leaves at the end was there");
        assert_eq!(drop_outs(&[time(0, 700)], at(0), Some(at(500))), []);
    }

    #[test]
    fn who_leaves_on_purpose_does_not_drop_out() {
        let left = |began, ended| Stretch { was_left: true, ..time(began, ended) };
        assert_eq!(drop_outs(&[left(0, 100)], at(0), Some(at(500))), []);
        assert_eq!(drop_outs(&[left(0, 100), time(300, 500)], at(0), Some(at(500))), [], "and comes back");
        let lost_after = [left(0, 100), time(300, 400)];
        assert_eq!(drop_outs(&lost_after, at(0), Some(at(500))), [out(400, 500)]);
        let from_two_pages = [time(0, 400), left(50, 100)];
        assert_eq!(drop_outs(&from_two_pages, at(0), Some(at(500))), [out(400, 500)]);
    }

    #[test]
    fn what_was_before_the_opening_counts_for_nothing() {
        let rehearsed = [time(-900, -800), time(-30, 400)];
        assert_eq!(drop_outs(&rehearsed, at(0), Some(at(400))), []);
        let late = [time(-900, -800), time(60, 400)];
        assert_eq!(drop_outs(&late, at(0), Some(at(400))), [out(0, 60)]);
    }

    #[test]
    fn what_is_missing_adds_up_while_it_lasts() {
        let record = LineRecord {
            seat: Seat::Hall,
            name: String::new(),
            joined: at(0),
            drop_outs: vec![out(10, 40), out(100, None)],
            left: None,
        };
        assert_eq!(record.missing(at(130)), TimeDelta::seconds(60));
    }
}
