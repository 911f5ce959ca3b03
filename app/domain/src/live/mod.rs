//! The meeting while it is on: who sits where before a camera, what the chair has decided, which sites dropped out.
//! A seat is one picture with perhaps several people behind it. Knows no packet and no socket; what travels between
//! page and server is in [`wire`].

pub mod record;
pub mod rehearsal;
mod screen;
pub mod wire;

use std::fmt;
use std::ops::Not;
use std::str::FromStr;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::rehearsal::{Rehearsal, Rehearsed};
pub use self::screen::may_share_screen;
use crate::access::{Caller, Stage};
use crate::attendance::Presence;
use crate::error::{Failure, Outcome, Refusal};
use crate::ids::{AgencyId, AgendaItemId, ConnectionId, MeetingId, PageId, PaperId, ParticipantId, PersonId};

/// A seat that is back within so long did not drop out: a tablet changes its antenna, a page is loaded anew.
pub const DROP_OUT_SECONDS: i64 = 10;
/// Seconds after which a seat whose connection was lost loses the floor.
pub const FLOOR_KEPT_SECONDS: i64 = 30;
/// Seconds after which a seat whose connection was lost loses its request for the floor.
pub const REQUEST_KEPT_SECONDS: i64 = 120;
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
    /// Whom the chair wants seen large, whoever speaks.
    pub large: Option<Seat>,
    /// The paper that is open before everybody.
    pub paper: Option<ShownPaper>,
    /// Where the meeting is led from: the hall, or the chair's own seat where there is none.
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
    /// Asks for the floor from a seat that the caller may take, or no longer.
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
    fn a_seat_is_written_and_read_the_same() {
        let id = "0190b6a0-0000-7000-8000-00000000002a";
        for text in ["hall".to_owned(), format!("site:{id}"), format!("person:{id}")] {
            assert_eq!(text.parse::<Seat>().map(|seat| seat.to_string()), Ok(text));
        }
        for text in ["", "Hall", "site:", "room:1", "person:1:2"] {
            assert_eq!(text.parse::<Seat>(), Err(NoSeat), "{text}");
        }
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
