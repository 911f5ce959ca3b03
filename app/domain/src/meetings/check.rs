//! The check that stands beside the form: what would be refused, what is worth knowing, and what the figures become.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Holder;
use super::guest::PlannedGuest;
use crate::agencies::Level;
use crate::count::{Base, Counterpart};
use crate::duration::HalfDay;
use crate::error::FieldProblem;
use crate::ids::{MeetingId, RoomId};
use crate::rooms::RoomRef;
use crate::rules::KindRule;
use crate::targets::{Fraction, Targets};
use crate::text::fold;
use crate::time::Sitting;

/// Everything the secretary is told before she presses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Fields that cannot be understood or are missing.
    pub fields: Vec<FieldProblem>,
    /// Length against the limit; none while kind or time are missing.
    pub duration: Option<DurationCheck>,
    /// Whether the meeting took place already: then a length over the limit is recorded and blocks nothing.
    pub is_held: bool,
    /// Who and what is taken: those that block first, then those that are taken by the same meeting together.
    pub conflicts: Vec<Conflict>,
    /// How many more are taken than are named.
    pub more_conflicts: usize,
    /// The nearest slots that are free for all, offered when something is taken.
    pub free_slots: Vec<Vec<Sitting>>,
    /// Rooms that are free at the wanted time and seat as many, offered when a room is taken.
    pub free_rooms: Vec<RoomRef>,
    /// Which of the rooms to choose from other meetings hold at the wanted time; none while the time is missing.
    #[serde(default)]
    pub busy_rooms: Option<Vec<RoomId>>,
    /// Share and reduction before and after, for both bases.
    pub targets: Option<TargetsCheck>,
    /// Other things worth knowing.
    pub notes: Vec<Note>,
}

impl Check {
    /// How many points stand in the way of publishing.
    pub fn must_fix(&self) -> usize {
        usize::from(!self.is_held && self.duration.as_ref().is_some_and(DurationCheck::is_over))
            + self.conflicts.iter().filter(|c| c.blocks).count()
            + self.notes.iter().filter(|n| n.blocks()).count()
    }

    /// How many points only warn.
    pub fn warnings(&self) -> usize {
        self.conflicts.iter().filter(|c| !c.blocks).count()
            + self.more_conflicts
            + self.notes.iter().filter(|n| !n.blocks()).count()
    }
}

/// Length against the limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DurationCheck {
    /// The half-days touched, in order.
    pub sessions: Vec<HalfDay>,
    /// The rule in force on the meeting's date.
    pub rule: KindRule,
    /// What would fit.
    pub fits: Vec<Vec<Sitting>>,
}

impl DurationCheck {
    /// Whether the limit is passed.
    pub fn is_over(&self) -> bool {
        self.sessions.len() > self.rule.limit_sessions as usize
    }
}

/// A meeting named in a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingBrief {
    /// Identifier.
    pub id: MeetingId,
    /// Title.
    pub title: String,
    /// Short name of the agency that holds it.
    pub agency: String,
    /// The sitting in the way.
    pub sitting: Sitting,
}

/// Who or what is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusyOf {
    /// A room, by name. Blocks.
    Room(String),
    /// The chair, by name. Blocks, unless the other booking was made without the chair's own secretariat, or
    /// the caller may be told no more than the half-day.
    Chair(String),
    /// The secretary, by name. Warns.
    Secretary(String),
    /// A delegate, by name. Warns.
    Delegate(String),
    /// A site, by agency. Warns.
    Site(String),
}

/// Something taken by another meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Who or what.
    pub of: BusyOf,
    /// Identifier of the room, the person or the site's agency: names may be the same.
    pub id: String,
    /// What the caller may know of the other meeting.
    pub with: Holder,
    /// Whether this conflict blocks publishing.
    pub blocks: bool,
}

/// One figure before and after this meeting; `None` is "không tính".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// With what is held and scheduled without this meeting.
    pub before: Option<Fraction>,
    /// With this meeting.
    pub after: Option<Fraction>,
    /// With this meeting held online instead; given when the form is not online already.
    pub after_online: Option<Fraction>,
}

/// The figures of one base before and after this meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseShift {
    /// The base.
    pub base: Base,
    /// Whether it counts this meeting at all: conferences alone do not count a plain meeting.
    pub counts_it: bool,
    /// Online share.
    pub share: Shift,
    /// Reduction against the year before, over the same window.
    pub reduction: Shift,
}

/// What the year's figures become: held and scheduled meetings of the calendar year of the first sitting, with and
/// without this one, for the agency that holds it. Scheduled hybrid meetings with outside sites are taken as connected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetsCheck {
    /// Both bases; the one that this kind enters first comes first: conferences for a conference, all otherwise.
    pub bases: [BaseShift; 2],
    /// The year compared with.
    pub previous_year: i32,
    /// The targets.
    pub targets: Targets,
}

/// If a meeting begins later than this, the secretary is asked whether the year is right. Offices plan half a year ahead.
pub const FAR_AHEAD_DAYS: i64 = 183;

/// Other things worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The invitation would go out so many working days late (QĐ 45: three).
    LateInvitation {
        /// Working days.
        days: u32,
    },
    /// The first sitting is more than [`FAR_AHEAD_DAYS`] away: a date that was typed without its year is the next such date,
    /// and may have been meant as the last one.
    FarAhead {
        /// The sitting's date.
        date: chrono::NaiveDate,
    },
    /// A sitting lies on a day off.
    DayOff {
        /// The sitting's date.
        date: chrono::NaiveDate,
        /// Name of the holiday; empty for a weekend.
        name: String,
    },
    /// The days off of this year are not entered, so nobody knows whether a sitting lies on one, or whether the invitation
    /// would be in time.
    DaysNotEntered {
        /// The year.
        year: i32,
    },
    /// A sitting lies on a day the agency keeps free.
    BlockedDay {
        /// The sitting's date.
        date: chrono::NaiveDate,
    },
    /// The first sitting has already begun. Blocks.
    InThePast,
    /// The meeting is declared as held and is not over yet. Blocks.
    NotOverYet,
    /// The meeting is declared as held and was held too long ago. Blocks.
    TooLongAgo {
        /// The first day that may be entered.
        from: chrono::NaiveDate,
    },
    /// No rule of the kind holds on the date. Blocks.
    NoRule,
    /// A room of an agency that is neither the meeting's agency nor above or below it. Blocks.
    RoomNotOnLine {
        /// Name of the room.
        room: String,
    },
    /// A room that is no longer in use. Blocks.
    RoomWithdrawn {
        /// Name of the room.
        room: String,
    },
    /// The items of the agenda take longer than the sittings.
    AgendaTooLong {
        /// Minutes of the items.
        minutes: u32,
        /// Minutes of the sittings.
        planned: u32,
    },
    /// The chair's conclusion takes longer than it may.
    ConclusionTooLong {
        /// Its minutes.
        minutes: u32,
    },
    /// A hybrid meeting that no site joins.
    NoSites,
    /// The meeting is said to be within the agency, and invites other agencies or guests from outside.
    InvitesOthers {
        /// How many agencies.
        agencies: u32,
        /// How many guests.
        guests: u32,
        /// With whom it is then.
        counterpart: Counterpart,
    },
    /// More delegates and guests in person than a room seats.
    RoomTooSmall {
        /// Name of the largest room chosen.
        room: String,
        /// Its seats.
        seats: u32,
        /// Delegates and guests listed.
        delegates: u32,
    },
    /// The year's ceiling of a base is passed with this meeting.
    OverCeiling {
        /// The base.
        base: Base,
        /// The ceiling.
        ceiling: i64,
        /// Held and scheduled with this one.
        count: i64,
    },
}

/// The longest conclusion of the chair, in minutes (KL 226).
pub const CONCLUSION_MINUTES_AT_MOST: u32 = 50;

/// Whether an agenda item is the chair's conclusion, by its title.
///
/// ```
/// # use domain::meetings::is_conclusion;
/// assert!(is_conclusion("Kết luận của chủ trì"));
/// assert!(!is_conclusion("Thông báo kết luận kỳ trước"));
/// ```
pub fn is_conclusion(title: &str) -> bool {
    fold(title).starts_with("ket luan")
}

/// What there is to say about the minutes of an agenda, given as title and planned minutes of each item.
pub fn agenda_notes<'a>(sittings: &[Sitting], items: impl IntoIterator<Item = (&'a str, u32)>) -> Vec<Note> {
    let mut notes = Vec::new();
    let planned: i64 = sittings.iter().map(|sitting| (sitting.end() - sitting.start()).num_minutes()).sum();
    let planned = u32::try_from(planned).unwrap_or(0);
    let (mut minutes, mut conclusion) = (0_u32, 0_u32);
    for (title, of_item) in items {
        minutes = minutes.saturating_add(of_item);
        if is_conclusion(title) {
            conclusion = conclusion.saturating_add(of_item);
        }
    }
    if !sittings.is_empty() && minutes > planned {
        notes.push(Note::AgendaTooLong { minutes, planned });
    }
    if conclusion > CONCLUSION_MINUTES_AT_MOST {
        notes.push(Note::ConclusionTooLong { minutes: conclusion });
    }
    notes
}

/// With whom a meeting is that invites others besides the agency that holds it: agencies of these levels, and guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OthersInvited {
    /// Agencies that are no units within the agency itself.
    pub agencies: u32,
    /// Guests whose sort says with whom the meeting is.
    pub guests: u32,
    /// With whom it is.
    pub counterpart: Counterpart,
}

/// Who of those invited are others, and with whom the meeting is then; none when there are no others. Most of them decide.
/// All guests of one organisation count once, as an agency does however many people it sends. Where as many are of two
/// sorts, ministries go before communes, communes before departments, and the people come last.
pub fn others_invited(levels: &[Level], guests: &[PlannedGuest]) -> Option<OthersInvited> {
    let count = |is: fn(&Level) -> bool| levels.iter().filter(|level| is(level)).count();
    let communes = count(|level| *level == Level::Commune);
    let departments = count(|level| matches!(level, Level::Department | Level::Province));
    let told = || guests.iter().filter_map(|guest| Some((guest, guest.sort.counterpart()?)));
    let organisations = |with: Counterpart| {
        let of = told().filter(|(_, counterpart)| *counterpart == with);
        let (alone, named): (Vec<_>, Vec<_>) = of.partition(|(guest, _)| guest.organisation.is_empty());
        let named: BTreeSet<String> = named.iter().map(|(guest, _)| fold(&guest.organisation)).collect();
        alone.len() + named.len()
    };
    // Of several equal counts, `max_by_key` takes the last.
    let (_, counterpart) = [
        (organisations(Counterpart::People), Counterpart::People),
        (departments, Counterpart::Departments),
        (communes, Counterpart::Communes),
        (organisations(Counterpart::Ministries), Counterpart::Ministries),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .max_by_key(|(count, _)| *count)?;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Some(OthersInvited {
        agencies: number(communes + departments),
        guests: number(told().count()),
        counterpart,
    })
}

impl Note {
    /// Whether publishing is refused for it.
    pub fn blocks(&self) -> bool {
        matches!(
            self,
            Note::InThePast
                | Note::NotOverYet
                | Note::TooLongAgo { .. }
                | Note::NoRule
                | Note::RoomNotOnLine { .. }
                | Note::RoomWithdrawn { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::guest::GuestInput;
    use super::*;

    #[test]
    fn an_agenda_longer_than_the_sittings_and_a_long_conclusion_are_told() {
        let sitting = |from: &str, to: &str| {
            Sitting::new(
                "2026-06-16".parse().unwrap(),
                from.parse().unwrap(),
                to.parse::<chrono::NaiveTime>().unwrap(),
            )
            .unwrap()
        };
        let two_hours = [sitting("08:00:00", "10:00:00")];
        assert_eq!(agenda_notes(&two_hours, [("Khai mạc", 10), ("Báo cáo", 60), ("Kết luận", 50)]), []);
        let over = Note::AgendaTooLong { minutes: 121, planned: 120 };
        assert_eq!(agenda_notes(&two_hours, [("Báo cáo", 121)]), [over]);
        let long = Note::ConclusionTooLong { minutes: 51 };
        assert_eq!(agenda_notes(&two_hours, [("Kết luận của chủ trì", 51)]), [long]);
        assert_eq!(agenda_notes(&[], [("Báo cáo", 500)]), [], "nothing to compare with yet");
        let day = [sitting("07:30:00", "11:30:00"), sitting("13:30:00", "17:00:00")];
        assert_eq!(agenda_notes(&day, [("Thảo luận", 450)]), []);
    }

    fn with(levels: &[Level], guests: &[PlannedGuest]) -> Option<(u32, u32, Counterpart)> {
        others_invited(levels, guests).map(|others| (others.agencies, others.guests, others.counterpart))
    }

    #[test]
    fn other_agencies_say_with_whom_the_meeting_is() {
        use Level::{Commune, Department, Province, Unit};
        assert_eq!(with(&[Unit, Unit], &[]), None);
        assert_eq!(with(&[Commune, Commune, Department], &[]), Some((3, 0, Counterpart::Communes)));
        assert_eq!(with(&[Commune, Department], &[]), Some((2, 0, Counterpart::Communes)));
        assert_eq!(with(&[Province, Department, Unit], &[]), Some((2, 0, Counterpart::Departments)));
    }

    #[test]
    fn guests_say_it_too_and_one_organisation_counts_once() {
        use Level::{Commune, Department, Unit};
        let guest = |organisation: &str| {
            GuestInput { name: "Khách".into(), organisation: organisation.into(), ..GuestInput::default() }
                .readable()
        };
        let (ministry, company, citizen) = (guest("Bộ Y tế"), guest("Công ty A"), guest(""));
        assert_eq!(with(&[Unit], std::slice::from_ref(&ministry)), Some((0, 1, Counterpart::Ministries)));
        assert_eq!(
            with(&[Commune], std::slice::from_ref(&ministry)),
            Some((1, 1, Counterpart::Ministries)),
            "ministries first"
        );
        let five = vec![ministry.clone(); 5];
        assert_eq!(with(&[Commune, Commune], &five), Some((2, 5, Counterpart::Communes)), "one ministry");
        assert_eq!(
            with(&[], &[company.clone(), citizen.clone(), ministry]),
            Some((0, 3, Counterpart::People))
        );
        assert_eq!(with(&[Department], &[company]), Some((1, 1, Counterpart::Departments)));
        assert_eq!(with(&[], &[citizen.clone(), citizen.clone()]), Some((0, 2, Counterpart::People)));
        assert_eq!(with(&[], &[guest("Hội Luật gia")]), None, "another organisation says nothing");
    }
}
