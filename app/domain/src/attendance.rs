//! The roll: who is in the room, online, or absent with a reason, and which sites were really connected.
//! Roll call is by hand, or by a code on the hall's display that renews so fast that a photo of it is worthless.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::error::Outcome;
use crate::ids::{AgencyId, MeetingId, ParticipantId, PersonId};
use crate::meetings::{Guest, GuestInput, Meeting, Participant};
use crate::people::PersonRef;

/// The hall's code renews so often.
pub const CODE_SECONDS: i64 = 30;
/// A code stays good for one more turn, so that a slow hand still gets in; a photo kept longer does not.
pub const CODE_TURNS_GOOD: i64 = 2;
/// Longest reason of an absence, in characters.
pub const REASON_AT_MOST: u32 = 300;

/// Where a delegate is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Chưa gọi.
    #[default]
    NotCalled,
    /// Tại phòng.
    InRoom,
    /// Trực tuyến.
    Online,
    /// Vắng.
    Absent {
        /// Why; empty when no reason is known.
        reason: String,
    },
}

impl Presence {
    /// The code in forms and tables.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotCalled => "not_called",
            Self::InRoom => "in_room",
            Self::Online => "online",
            Self::Absent { .. } => "absent",
        }
    }

    /// Reads a code and, for an absence, its reason.
    pub fn parse(code: &str, reason: &str) -> Option<Presence> {
        match code {
            "not_called" => Some(Self::NotCalled),
            "in_room" => Some(Self::InRoom),
            "online" => Some(Self::Online),
            "absent" => Some(Self::Absent { reason: reason.trim().to_owned() }),
            _ => None,
        }
    }

    /// The reason of an absence. Empty if no reason is known, or if the person is not absent.
    pub fn reason(&self) -> &str {
        match self {
            Self::Absent { reason } => reason,
            _ => "",
        }
    }

    /// Whether it may be marked before the meeting is opened: who has excused themselves is known early, who is there is
    /// not.
    pub fn is_known_early(&self) -> bool {
        matches!(self, Self::NotCalled | Self::Absent { .. })
    }

    /// Whether the delegate takes part.
    pub fn is_present(&self) -> bool {
        matches!(self, Self::InRoom | Self::Online)
    }
}

/// How a presence came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalledBy {
    /// By the secretary.
    Hand,
    /// By scanning the hall's code.
    Code,
    /// By joining online.
    Joining,
    /// By the site behind whose camera they sit.
    Site,
}

/// Numbers of the roll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollTally {
    /// In the room.
    pub in_room: u32,
    /// Online.
    pub online: u32,
    /// Absent, with a reason or without.
    pub absent: u32,
    /// Not called yet.
    pub not_called: u32,
}

impl RollTally {
    /// Counts the people on the list. A seat that an agency has named nobody for is nobody yet, and is not called.
    pub fn of<'a>(participants: impl IntoIterator<Item = &'a Participant>) -> RollTally {
        let people = participants.into_iter().filter(|participant| participant.person.is_some());
        Self::count(people.map(|participant| &participant.presence))
    }

    /// Counts the guests, who are told apart from the delegates.
    pub fn of_guests<'a>(guests: impl IntoIterator<Item = &'a Guest>) -> RollTally {
        Self::count(guests.into_iter().map(|guest| &guest.presence))
    }

    /// Both together.
    pub fn and(self, others: RollTally) -> RollTally {
        RollTally {
            in_room: self.in_room + others.in_room,
            online: self.online + others.online,
            absent: self.absent + others.absent,
            not_called: self.not_called + others.not_called,
        }
    }

    fn count<'a>(presences: impl Iterator<Item = &'a Presence>) -> RollTally {
        let mut tally = RollTally::default();
        for presence in presences {
            match presence {
                Presence::NotCalled => tally.not_called += 1,
                Presence::InRoom => tally.in_room += 1,
                Presence::Online => tally.online += 1,
                Presence::Absent { .. } => tally.absent += 1,
            }
        }
        tally
    }

    /// Those who take part, in the room or online.
    pub fn present(&self) -> u32 {
        self.in_room + self.online
    }

    /// Everybody who is called.
    pub fn total(&self) -> u32 {
        self.in_room + self.online + self.absent + self.not_called
    }
}

/// Somebody who is added while the meeting is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// A person, as a delegate.
    Person(PersonId),
    /// An agency that names its people later.
    Agency {
        /// The agency.
        agency: AgencyId,
        /// Whether it joins online as a site too.
        is_site: bool,
    },
    /// A guest from outside.
    Guest(GuestInput),
}

/// What the hall shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hall {
    /// The meeting.
    pub meeting: Meeting,
    /// The roll.
    pub roll: RollTally,
    /// The roll of the guests.
    pub guests: RollTally,
    /// Connected sites and sites in all.
    pub sites: (u32, u32),
    /// The code in force, while the meeting is under way.
    pub code: Option<HallCode>,
    /// The server's now.
    pub now: DateTime<Utc>,
}

/// The roll-call code of the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HallCode {
    /// Eight letters and digits without look-alikes, for typing: `7KQ2-M4XP`.
    pub text: String,
    /// When the next one comes.
    pub renews: DateTime<Utc>,
}

/// The roll.
///
/// The secretariat calls it (`CallRoll`), and adds to it with the chair (`AddParticipants`); the hall needs `ShowHall`; a listed delegate scans for themself (`ScanIn`);
/// an invited agency's leaders and secretaries name who comes for it (`NameDelegates`).
/// Refusals: `WrongState`, `CodeExpired`, `NotADelegate`, `ReasonNeeded`.
#[async_trait]
pub trait Attendance: Send + Sync {
    /// Marks one delegate or guest; back to `NotCalled` too. `NotFound` for a seat that nobody has been named for.
    async fn mark(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        participant: ParticipantId,
        presence: Presence,
    ) -> Outcome<()>;
    /// Marks everybody not called yet, guests included, but no seat that nobody has been named for.
    async fn mark_rest(&self, caller: &Caller, meeting: MeetingId, presence: Presence) -> Outcome<u32>;
    /// Marks a site as connected or not.
    async fn mark_site(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        site: AgencyId,
        is_connected: bool,
    ) -> Outcome<()>;
    /// Names the people who come for an agency that names its delegates later; all of them or nobody, and none of them is
    /// called yet. Of two who name at
    /// once the second is told, by `Stale` or, a moment later, by `NotFound`.
    async fn name_delegates(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        agency: AgencyId,
        people: Vec<PersonId>,
    ) -> Outcome<()>;
    /// Adds people, agencies and guests while the meeting is under way; all of them or nobody. They are on the roll at
    /// once, and nobody else is told. Needs `AddParticipants`. `Invalid` names `delegate` or `site`, or a field of the
    /// guest.
    async fn add(&self, caller: &Caller, meeting: MeetingId, added: Vec<Added>) -> Outcome<()>;
    /// Takes somebody off the roll who was added by mistake while the meeting is under way, with the site that joined with
    /// them. Needs `AddParticipants`. Refusal: `NotToBeTakenOff`.
    async fn take_off(&self, caller: &Caller, meeting: MeetingId, participant: ParticipantId) -> Outcome<()>;
    /// What the hall shows now.
    async fn hall(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Hall>;
    /// The caller is present, by the code of the moment; gives the meeting's title.
    async fn scan(&self, caller: &Caller, meeting: MeetingId, code: &str) -> Outcome<String>;
    /// People of an invited agency, and below it, who could be named and match the text; best first, at most 50.
    async fn nameable(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        agency: AgencyId,
        text: &str,
    ) -> Outcome<Vec<PersonRef>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rolls_together_are_everybody_of_both() {
        let one = RollTally { in_room: 1, online: 2, absent: 3, not_called: 4 };
        let other = RollTally { in_room: 10, online: 20, absent: 30, not_called: 40 };
        let both = one.and(other);
        assert_eq!(both, RollTally { in_room: 11, online: 22, absent: 33, not_called: 44 });
        assert_eq!((both.present(), both.total()), (33, one.total() + other.total()));
    }
}
