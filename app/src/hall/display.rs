//! What the hall shows, and what follows from it as time goes by. Pure; only what the display needs crosses the wire,
//! for it is asked for every few seconds.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use domain::access::Stage;
use domain::attendance::{Hall, RollTally};
use domain::error::Refusal;
use domain::meetings::{AgendaItem, Meeting, State};
use domain::time::Zone;
use serde::{Deserialize, Serialize};

/// So many agenda items fit at a size that is read from the last row.
const ITEMS: usize = 4;

/// A meeting further off than a day is announced by its date; nobody counts its hours.
const COUNTED_SECONDS: i64 = 24 * 60 * 60;

/// The picture of a code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Squares along a side.
    pub side: usize,
    /// The dark squares as the outline of an SVG.
    pub path: String,
}

/// The roll-call code of the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// For typing.
    pub text: String,
    /// When the next one comes.
    pub renews: DateTime<Utc>,
    /// For scanning.
    pub picture: Option<Picture>,
}

/// A line of the agenda.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Title.
    pub title: String,
    /// Who presents it.
    pub presenter: String,
    /// Planned minutes; 0 when not planned.
    pub minutes: u32,
    /// Discussed at once.
    pub is_discussion: bool,
    /// When it begins: really, or as planned.
    pub at: Option<NaiveTime>,
    /// When it really began.
    pub began: Option<DateTime<Utc>>,
    /// Whether it is done.
    pub is_done: bool,
}

/// All that the hall shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Display {
    /// Title.
    pub title: String,
    /// The agency that holds it.
    pub agency: String,
    /// How far it has come.
    pub stage: Stage,
    /// Since when it is over, once it was held or called off.
    pub over: Option<Refusal>,
    /// Planned beginning, local.
    pub starts: Option<NaiveDateTime>,
    /// Planned end, local.
    pub ends: Option<NaiveDateTime>,
    /// The agenda.
    pub agenda: Vec<Line>,
    /// The roll.
    pub roll: RollTally,
    /// The roll of the guests.
    pub guests: RollTally,
    /// Connected sites and sites in all.
    pub sites: (u32, u32),
    /// The code, while the meeting is under way.
    pub code: Option<Code>,
    /// The server's now.
    pub now: DateTime<Utc>,
}

impl Display {
    /// What the hall shows of a meeting. `picture` draws the address that a text code stands for.
    pub fn of(hall: Hall, picture: impl Fn(&str) -> Option<Picture>) -> Display {
        let code =
            hall.code.map(|code| Code { picture: picture(&code.text), text: code.text, renews: code.renews });
        let Meeting { title, agency, sittings, agenda, state, .. } = hall.meeting;
        let (first, last) = (sittings.iter().min(), sittings.iter().max());
        let opened = match &state {
            State::UnderWay { opened, .. } | State::Held { opened, .. } => Some(*opened),
            _ => None,
        };
        let starts = first.map(|sitting| sitting.start());
        let is_on = state.stage() == Stage::UnderWay;
        let not_before = is_on.then(|| Zone::VIETNAM.local(hall.now));
        // Nothing of it will be dealt with, and nobody is to wait for an item.
        let is_called_off = matches!(state.stage(), Stage::Cancelled | Stage::Postponed);
        let agenda = if is_called_off { Vec::new() } else { agenda };
        Display {
            title,
            agency: agency.short_name,
            stage: state.stage(),
            over: Some(state.refusal()).filter(|why| matches!(why, Refusal::MeetingOver { .. })),
            starts,
            ends: last.map(|sitting| sitting.end()),
            agenda: lines(&agenda, opened.map(|at| Zone::VIETNAM.local(at)).or(starts), not_before),
            roll: hall.roll,
            guests: hall.guests,
            sites: hall.sites,
            code,
            now: hall.now,
        }
    }

    /// The item being discussed.
    pub fn current(&self) -> Option<usize> {
        self.agenda.iter().position(|line| line.began.is_some() && !line.is_done)
    }

    /// The items around the current one: the one before it, so that the hall sees the order, and what comes.
    pub fn around(&self) -> std::ops::Range<usize> {
        let count = self.agenda.len();
        let next = self.agenda.iter().position(|line| !line.is_done).unwrap_or(count);
        let from = self.current().unwrap_or(next).saturating_sub(1).min(count.saturating_sub(ITEMS));
        from..(from + ITEMS).min(count)
    }

    /// The items after the current one, at most two.
    pub fn coming(&self) -> &[Line] {
        let from = match self.current() {
            Some(current) => current + 1,
            None => self.agenda.iter().position(|line| !line.is_done).unwrap_or(self.agenda.len()),
        };
        let to = (from + 2).min(self.agenda.len());
        &self.agenda[from.min(to)..to]
    }
}

/// Begun items stand at their real time; the others follow from the one before them, and while the meeting is on nothing that
/// is still to come begins before now.
fn lines(
    agenda: &[AgendaItem],
    start: Option<NaiveDateTime>,
    not_before: Option<NaiveDateTime>,
) -> Vec<Line> {
    let mut at = start;
    let mut lines = Vec::with_capacity(agenda.len());
    for item in agenda {
        if let Some(began) = item.began {
            at = Some(Zone::VIETNAM.local(began));
        } else if item.done.is_none() {
            at = at.map(|at| not_before.map_or(at, |now| at.max(now)));
        }
        lines.push(Line {
            title: item.title.clone(),
            presenter: item.presenter.clone(),
            minutes: item.minutes,
            is_discussion: item.is_discussion,
            at: at.map(|at| at.time()),
            began: item.began,
            is_done: item.done.is_some(),
        });
        at = match (item.done, item.minutes) {
            (Some(done), _) => Some(Zone::VIETNAM.local(done)),
            // Nobody planned how long this takes, so nothing after it has a time.
            (None, 0) => None,
            (None, minutes) => at.map(|at| at + chrono::Duration::minutes(i64::from(minutes))),
        };
    }
    lines
}

/// What the timer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// Seconds until the meeting begins.
    Before(i64),
    /// Seconds left of the item, negative when it ran over; and its planned minutes.
    Left(i64, u32),
    /// Seconds since an item without planned minutes began.
    Since(i64),
    /// Seconds until the planned end of the meeting.
    Meeting(i64),
    /// Nothing to count.
    None,
}

impl Display {
    /// What the timer counts at an instant.
    pub(super) fn timer(&self, now: DateTime<Utc>) -> Timer {
        let until = |local: NaiveDateTime| (Zone::VIETNAM.instant(local) - now).num_seconds();
        match self.stage {
            Stage::Draft | Stage::Scheduled => {
                let left = self.starts.map(|starts| until(starts).max(0));
                left.filter(|left| *left < COUNTED_SECONDS).map_or(Timer::None, Timer::Before)
            }
            Stage::UnderWay => match self.current().map(|current| &self.agenda[current]) {
                Some(Line { began: Some(began), minutes, .. }) => {
                    let gone = (now - *began).num_seconds().max(0);
                    if *minutes == 0 {
                        Timer::Since(gone)
                    } else {
                        Timer::Left(i64::from(*minutes) * 60 - gone, *minutes)
                    }
                }
                _ => {
                    let left = self.ends.map(|ends| until(ends).max(0));
                    left.filter(|left| *left < COUNTED_SECONDS).map_or(Timer::None, Timer::Meeting)
                }
            },
            Stage::Held | Stage::Cancelled | Stage::Postponed => Timer::None,
        }
    }
}

/// Seconds as the hall reads them: `03:42`, `1:20:00`; over time with a plus.
pub(super) fn clock(seconds: i64) -> String {
    let sign = if seconds < 0 { "+" } else { "" };
    let (hours, minutes, seconds) = (seconds.abs() / 3600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    if hours > 0 {
        format!("{sign}{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{sign}{minutes:02}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(began: Option<&str>, is_done: bool, minutes: u32) -> Line {
        Line {
            title: String::new(),
            presenter: String::new(),
            minutes,
            is_discussion: false,
            at: None,
            began: began.map(|text| text.parse().unwrap()),
            is_done,
        }
    }

    fn display(agenda: Vec<Line>) -> Display {
        Display {
            title: String::new(),
            agency: String::new(),
            stage: Stage::UnderWay,
            over: None,
            starts: None,
            ends: Some("2026-06-11T11:30:00".parse().unwrap()),
            agenda,
            roll: RollTally::default(),
            guests: RollTally::default(),
            sites: (0, 0),
            code: None,
            now: "2026-06-11T01:51:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn four_items_are_shown_around_the_current_one() {
        let mut agenda = vec![line(Some("2026-06-11T01:00:00Z"), true, 10); 3];
        agenda.push(line(Some("2026-06-11T01:30:00Z"), false, 25));
        agenda.extend(vec![line(None, false, 10); 4]);
        let shown = display(agenda);
        assert_eq!(shown.current(), Some(3));
        assert_eq!(shown.around(), 2..6);
        assert_eq!(shown.coming().len(), 2);
        assert_eq!(shown.timer(shown.now), Timer::Left(4 * 60, 25));
        assert_eq!(display(vec![line(None, false, 5); 2]).around(), 0..2);
        assert_eq!(display(Vec::new()).around(), 0..0);
    }

    #[test]
    fn what_is_still_to_come_begins_no_earlier_than_now() {
        let item = |began: Option<&str>, minutes: u32| AgendaItem {
            id: domain::ids::AgendaItemId(uuid::Uuid::nil()),
            title: String::new(),
            minutes,
            presenter: String::new(),
            is_discussion: false,
            began: began.map(|text| text.parse().unwrap()),
            done: None,
            papers: Vec::new(),
            withdrawn: Vec::new(),
        };
        // Begun at 8:00 for 20 minutes; it is 8:51.
        let agenda = [item(Some("2026-06-11T01:00:00Z"), 20), item(None, 15), item(None, 10)];
        let at = |not_before: Option<&str>| -> Vec<String> {
            let start = "2026-06-11T08:00:00".parse().ok();
            let lines = lines(&agenda, start, not_before.map(|text| text.parse().unwrap()));
            lines.iter().map(|line| line.at.unwrap().format("%H:%M").to_string()).collect()
        };
        assert_eq!(at(Some("2026-06-11T08:51:00")), ["08:00", "08:51", "09:06"]);
        assert_eq!(at(Some("2026-06-11T08:10:00")), ["08:00", "08:20", "08:35"]);
        assert_eq!(at(None), ["08:00", "08:20", "08:35"], "planned");
    }

    #[test]
    fn between_items_the_meeting_is_timed() {
        let shown = display(vec![line(Some("2026-06-11T01:00:00Z"), true, 10); 2]);
        assert_eq!(shown.timer(shown.now), Timer::Meeting(2 * 3600 + 39 * 60));
    }

    #[test]
    fn only_the_last_day_is_counted_down() {
        let mut shown = display(Vec::new());
        shown.stage = Stage::Scheduled;
        shown.starts = Some("2026-06-11T09:00:00".parse().unwrap());
        assert_eq!(shown.timer(shown.now), Timer::Before(9 * 60));
        shown.starts = Some("2026-06-13T09:00:00".parse().unwrap());
        assert_eq!(shown.timer(shown.now), Timer::None);
        shown.stage = Stage::UnderWay;
        shown.ends = Some("2026-06-13T11:30:00".parse().unwrap());
        assert_eq!(shown.timer(shown.now), Timer::None);
    }

    #[test]
    fn time_over_is_shown_with_a_plus() {
        assert_eq!(clock(222), "03:42");
        assert_eq!(clock(-130), "+02:10");
        assert_eq!(clock(4800), "1:20:00");
    }
}
