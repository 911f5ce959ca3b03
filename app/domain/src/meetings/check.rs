//! The check that stands beside the form: what would be refused, what is worth knowing, and what the figures become.

use serde::{Deserialize, Serialize};

use super::Holder;
use crate::count::Base;
use crate::duration::HalfDay;
use crate::error::FieldProblem;
use crate::ids::MeetingId;
use crate::rooms::RoomRef;
use crate::rules::KindRule;
use crate::targets::{Fraction, Targets};
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
    /// Who and what is taken, those that block first.
    pub conflicts: Vec<Conflict>,
    /// The nearest slots that are free for all, offered when something is taken.
    pub free_slots: Vec<Vec<Sitting>>,
    /// Rooms that are free at the wanted time and seat as many, offered when a room is taken.
    pub free_rooms: Vec<RoomRef>,
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

/// Other things worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// The invitation would go out so many working days late (QĐ 45: three).
    LateInvitation {
        /// Working days.
        days: u32,
    },
    /// A sitting lies on a day off.
    DayOff {
        /// The sitting's date.
        date: chrono::NaiveDate,
        /// Name of the holiday; empty for a weekend.
        name: String,
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
    /// More delegates in person than a room seats.
    RoomTooSmall {
        /// Name of the largest room chosen.
        room: String,
        /// Its seats.
        seats: u32,
        /// Delegates listed.
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
