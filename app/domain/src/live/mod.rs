//! The meeting while it is on: who sits where before a camera, what the chair has decided, which sites dropped out.
//! A seat is one picture with perhaps several people behind it. Knows no packet and no socket; what travels between
//! page and server is in [`wire`].

mod drop_out;
pub mod record;
pub mod rehearsal;
mod screen;
mod turn;
mod update;
pub mod wire;

use std::fmt;
use std::ops::Not;
use std::str::FromStr;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::drop_out::{DROP_OUT_SECONDS, DropOut, LineRecord, Stretch, drop_outs};
use self::rehearsal::{Rehearsal, Rehearsed};
pub use self::screen::may_share_screen;
pub use self::turn::{TURN_ENDS_SOON_SECONDS, TURN_MINUTES, TURN_MINUTES_AT_MOST, Turn};
pub use self::update::{NotNext, StateUpdate};
use crate::access::{Caller, Stage};
use crate::attendance::Presence;
use crate::error::{Failure, Outcome, Refusal};
use crate::ids::{AgencyId, AgendaItemId, ConnectionId, MeetingId, PageId, PaperId, ParticipantId, PersonId};

/// Seconds after which a seat whose connection was lost loses the floor.
pub const FLOOR_KEPT_SECONDS: i64 = 30;
/// Seconds after which a seat whose connection was lost loses its request for the floor.
pub const REQUEST_KEPT_SECONDS: i64 = 120;
/// Hours after which nobody looks any more for a seat whose connection was lost: half a day's sitting is over by then.
pub const LOST_TOLD_HOURS: i64 = 4;
/// Most seats of one meeting: the 76 of the province, its delegates on tablets, and room to grow.
pub const SEATS_AT_MOST: u32 = 200;

/// Whether seats can be taken: from the invitations on, so that lines are tried before, until it is closed.
pub fn is_on(stage: Stage) -> bool {
    matches!(stage, Stage::Scheduled | Stage::UnderWay)
}

/// A place before one camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Seat {
    /// Hội trường: the hall of the agency that holds the meeting.
    Hall,
    /// Điểm cầu: an agency that joins as a site.
    Site(AgencyId),
    /// A listed person who joins alone.
    Person(PersonId),
}

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seat::Hall => f.write_str("hall"),
            Seat::Site(agency) => write!(f, "site:{agency}"),
            Seat::Person(person) => write!(f, "person:{person}"),
        }
    }
}

/// A text that names no seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSeat;

impl fmt::Display for NoSeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a seat: `hall`, `site:…` or `person:…`")
    }
}

impl FromStr for Seat {
    type Err = NoSeat;

    fn from_str(text: &str) -> Result<Seat, NoSeat> {
        match text.split_once(':') {
            None if text == "hall" => Ok(Seat::Hall),
            Some(("site", id)) => id.parse().map(Seat::Site).map_err(|_| NoSeat),
            Some(("person", id)) => id.parse().map(Seat::Person).map_err(|_| NoSeat),
            _ => Err(NoSeat),
        }
    }
}

impl Serialize for Seat {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seat {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Seat, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A seat as the meeting keeps it: what survives a restart of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The seat.
    pub seat: Seat,
    /// The agency's short name, or the person's name; empty for the hall.
    pub name: String,
    /// Whether the chair sent it out; until it is admitted again nobody takes it.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub is_removed: bool,
    /// Whether the chair turned its microphone off.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub is_muted: bool,
    /// Since when it asks for the floor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<DateTime<Utc>>,
    /// Whether somebody sits there now.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub is_connected: bool,
    /// Since when its connection is lost: it broke, and nobody left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<DateTime<Utc>>,
}

impl Kept {
    /// Since when its connection is lost; `None` after [`LOST_TOLD_HOURS`], when nobody expects it back.
    ///
    /// ```
    /// # use chrono::{DateTime, TimeDelta}; use domain::live::{Kept, LOST_TOLD_HOURS};
    /// let mut kept: Kept = serde_json::from_str(r#"{"seat":"hall","name":""}"#).unwrap();
    /// let lost = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
    /// kept.lost = Some(lost);
    /// assert_eq!(kept.lost_lately(lost + TimeDelta::minutes(5)), Some(lost));
    /// assert_eq!(kept.lost_lately(lost + TimeDelta::hours(LOST_TOLD_HOURS)), None);
    /// ```
    pub fn lost_lately(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.lost.filter(|lost| (now - *lost).num_hours() < LOST_TOLD_HOURS)
    }
}

/// A paper that is open before everybody, at a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownPaper {
    /// The paper.
    pub paper: PaperId,
    /// The page, from 1.
    pub page: u32,
}

/// What a meeting has decided while it is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// How far the meeting has come.
    pub stage: Stage,
    /// The item being discussed.
    pub item: Option<AgendaItemId>,
    /// Who has the floor.
    pub floor: Option<Seat>,
    /// Their turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    /// Minutes that the next turn lasts; 0 without end.
    #[serde(default)]
    pub turn_minutes: u32,
    /// Whom the chair wants seen large, whoever speaks.
    pub large: Option<Seat>,
    /// The paper that is open before everybody.
    pub paper: Option<ShownPaper>,
    /// Where the meeting is led from: the chair's own seat while they sit there, else the hall where there is one.
    pub chair: Option<Seat>,
    /// Whether all microphones were turned off, so that only the floor turns one on.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub is_all_muted: bool,
    /// Hall first, then sites in the meeting's order, then people.
    pub seats: Vec<Kept>,
}

impl Live {
    /// A seat of the meeting.
    pub fn seat(&self, seat: Seat) -> Option<&Kept> {
        self.seats.iter().find(|kept| kept.seat == seat)
    }

    /// The same without its seats.
    fn without_seats(&self) -> Live {
        let Live { stage, item, floor, turn, turn_minutes, large, paper, chair, is_all_muted, seats: _ } =
            *self;
        Live { stage, item, floor, turn, turn_minutes, large, paper, chair, is_all_muted, seats: Vec::new() }
    }
}

/// Whether a failure says that a seat cannot be had, or not any longer, for want of room.
pub fn is_no_room(failure: &Failure) -> bool {
    use Refusal::{MeetingFull, MeetingsFull, ServerLineFull};
    matches!(failure, Failure::Refused(MeetingFull { .. } | MeetingsFull { .. } | ServerLineFull))
}

/// What the caller is to a meeting that is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The seats they may take, the likeliest first.
    pub seats: Vec<Seat>,
    /// Whether they decide for all: the chair and the meeting's secretaries.
    pub directs: bool,
    /// Whether they may take every seat for a rehearsal: they decide for all, and the meeting is not opened yet.
    pub rehearses: bool,
    /// The office of the agency that holds the meeting ([`office_of`](crate::access::office_of)). One office may hold a limited
    /// number of meetings by picture and sound at once.
    pub office: AgencyId,
}

/// A listed person who may sit behind a site's camera: of that agency or of a unit of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// The delegate.
    pub participant: ParticipantId,
    /// Name; the agency's short name while nobody is named.
    pub name: String,
    /// Position; empty while nobody is named.
    pub position: String,
    /// What the roll says of them.
    pub presence: Presence,
    /// Whether the site itself marked them, so that it can take the mark back.
    pub is_by_site: bool,
}

/// A decision of the chair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// A seat's microphone is turned off, or may be turned on again by whoever sits there.
    Mute {
        /// The seat.
        seat: Seat,
        /// Whether it is off.
        is_muted: bool,
    },
    /// Turns off all microphones except four: the hall's, the chair's, the one of whoever has the floor, and the one of the seat
    /// that decides this. A seat that loses the floor afterwards is turned off too.
    MuteAll,
    /// All microphones may be turned on again.
    UnmuteAll,
    /// A seat has the floor, and its microphone may be on; nobody has it.
    Floor(Option<Seat>),
    /// Whoever has the floor keeps it for so many minutes more, counted from now when the turn is over.
    MoreTime(u32),
    /// How many minutes turns last from the next one on, at most [`TURN_MINUTES_AT_MOST`]; 0 without end.
    TurnMinutes(u32),
    /// A seat is seen large whoever speaks; again whoever speaks.
    Large(Option<Seat>),
    /// A seat is sent out.
    Remove(Seat),
    /// A seat that was sent out may come back.
    Admit(Seat),
    /// End the screen that a seat shares. The seat stays.
    EndScreen(Seat),
    /// A paper is opened before everybody, turned to another page, or closed.
    Paper(Option<ShownPaper>),
}

/// How a connection of a seat ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaving {
    /// Somebody there pressed, or the chair sent the seat out: nothing was interrupted.
    Meant,
    /// A line broke, a page was closed or went to sleep.
    Lost,
}

/// How a page comes to a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The seat.
    pub seat: Seat,
    /// The page.
    pub page: PageId,
    /// By whose wish.
    pub how: Coming,
}

/// By whose wish a page comes to a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coming {
    /// Somebody pressed: whoever sat there from another page is gone.
    Pressed,
    /// The page came back by itself over a new line: it has slept, perhaps, and another device took over meanwhile, which
    /// stays.
    Back,
    /// To try the line before the opening: whoever sits there in earnest stays, and nobody is present for it.
    Rehearsing,
}

/// The meeting while it is on.
///
/// Who may see the meeting sees this (`ViewMeeting`). A seat is taken by those whom [`Standing`] names: the hall by
/// those who show it (`ShowHall`), a site by its agency's own people (`ConnectSite`), a person's by themself when they
/// are listed (`JoinMeeting`). Whoever decides for all may take every seat of a meeting that is not opened yet, so that
/// one person can rehearse it; the opening ends what still sits there so, and marks nobody for it. Decisions are the chair's and the secretaries' (`ConductMeeting`). Refusals:
/// `WrongState` when the meeting is not scheduled or under way, `SentOut`, `MeetingFull`.
///
/// Connections are kept from their beginning, so that a program that is killed still knows who was there: it marks
/// every few seconds those it still has, and a connection that nobody marks any more ended when it was last marked. A seat
/// was really connected from when picture and sound first went over it; the roll and the record count from there.
#[async_trait]
pub trait LivePort: Send + Sync {
    /// What the caller may do there.
    async fn standing(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Standing>;
    /// How it stands.
    async fn live(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Live>;
    /// Takes a seat; whoever sat there from another page is gone, or stays with [`Refusal::SeatTaken`], see [`Coming`].
    /// `former` is who had the seat until now and since when they were not really there, if they were not.
    ///
    /// [`Refusal::SeatTaken`]: crate::error::Refusal::SeatTaken
    async fn sit(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        arrival: Arrival,
        connection: ConnectionId,
        former: Option<(ConnectionId, DateTime<Utc>)>,
    ) -> Outcome<()>;
    /// Picture and sound go over a connection of a seat that the caller may take, for the first time: while the meeting is
    /// under way a site is marked as connected by it, and a person as online. Of one that has ended nothing is changed.
    async fn carried(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        seat: Seat,
        connection: ConnectionId,
    ) -> Outcome<()>;
    /// A connection ended. Of one that is not known, or ended before, nothing is changed.
    async fn rise(&self, connection: ConnectionId, now: DateTime<Utc>, why: Leaving) -> Outcome<()>;
    /// Asks for the floor from a seat that the caller may take, or no longer; whoever has it gives it back.
    async fn ask(&self, caller: &Caller, meeting: MeetingId, seat: Seat, wants: bool) -> Outcome<()>;
    /// Decides for all. Whoever has the floor may open and turn papers too, from the `seat` that they have.
    async fn direct(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        seat: Option<Seat>,
        direction: Direction,
    ) -> Outcome<()>;
    /// Who of the listed sits behind a site's camera, as the site itself says; they are marked as online.
    async fn behind(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        site: AgencyId,
        present: Vec<ParticipantId>,
    ) -> Outcome<()>;
    /// The delegates who may sit behind a site's camera, in the meeting's order, for those who may take the site's seat.
    async fn delegates_of(&self, caller: &Caller, meeting: MeetingId, site: AgencyId)
    -> Outcome<Vec<Behind>>;
    /// Keeps what was tried at a seat that the caller may take, before the meeting is opened; what was kept of the seat
    /// before is replaced. `WrongState` once it is under way.
    async fn rehearsed(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        seat: Seat,
        what: Rehearsal,
    ) -> Outcome<()>;
    /// What was tried, seat by seat in their order: of all seats for those who decide for all, else of those that the
    /// caller may take.
    async fn rehearsals(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Vec<Rehearsed>>;
    /// How the lines held, seat by seat in their order; only seats that were ever connected.
    async fn lines(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Vec<LineRecord>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_written_and_read_the_same() {
        let id = "0190b6a0-0000-7000-8000-00000000002a";
        for text in ["hall".to_owned(), format!("site:{id}"), format!("person:{id}")] {
            assert_eq!(text.parse::<Seat>().map(|seat| seat.to_string()), Ok(text));
        }
        for text in ["", "Hall", "site:", "room:1", "person:1:2"] {
            assert_eq!(text.parse::<Seat>(), Err(NoSeat), "{text}");
        }
    }
}
