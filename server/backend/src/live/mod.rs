//! Meetings while they are on: seats taken and left, the floor, what the chair decides. Sitting down and what it does
//! to the roll are in [`seats`], how a stay goes on and ends in [`stays`], decisions in [`direct`], the floor in [`floor`], reading in [`load`]; which node hosts a meeting in [`host`]. Knows no
//! socket and no picture.

mod direct;
mod floor;
mod host;
mod load;
mod rehearse;
mod seats;
mod stays;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{Action, Caller, Scope, Stage};
use domain::error::{Failure, Outcome};
use domain::ids::{AgencyId, ConnectionId, MeetingId, ParticipantId};
use domain::live::rehearsal::{Rehearsal, Rehearsed};
use domain::live::{Arrival, Behind, Direction, Leaving, LineRecord, Live, LivePort, Seat, Standing};

use crate::Backend;
use crate::agencies;
use crate::db::{Source, q};
use crate::scope::MeetingScope;
use crate::stop::Done;

pub use host::{Host, Lost};
pub(crate) use seats::mark_all_seated;

#[async_trait]
impl LivePort for Backend {
    async fn standing(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Standing> {
        self.outcome(load::standing(self, caller, meeting).await)
    }

    async fn live(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Live> {
        self.outcome(load::live(self, caller, meeting).await)
    }

    async fn sit(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        arrival: Arrival,
        connection: ConnectionId,
        former: Option<(ConnectionId, DateTime<Utc>)>,
    ) -> Outcome<()> {
        self.outcome(seats::sit(self, caller, meeting, arrival, (connection, former)).await)
    }

    async fn carried(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        seat: Seat,
        connection: ConnectionId,
    ) -> Outcome<()> {
        self.outcome(seats::carried(self, caller, meeting, seat, connection).await)
    }

    async fn rise(&self, connection: ConnectionId, now: DateTime<Utc>, why: Leaving) -> Outcome<()> {
        self.outcome(stays::rise(self, connection, now, why).await)
    }

    async fn ask(&self, caller: &Caller, meeting: MeetingId, seat: Seat, wants: bool) -> Outcome<()> {
        self.outcome(direct::ask(self, caller, meeting, seat, wants).await)
    }

    async fn direct(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        seat: Option<Seat>,
        direction: Direction,
    ) -> Outcome<()> {
        self.outcome(direct::direct(self, caller, meeting, seat, direction).await)
    }

    async fn behind(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        site: AgencyId,
        present: Vec<ParticipantId>,
    ) -> Outcome<()> {
        self.outcome(seats::behind(self, caller, meeting, site, present).await)
    }

    async fn delegates_of(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        site: AgencyId,
    ) -> Outcome<Vec<Behind>> {
        self.outcome(seats::delegates_of(self, caller, meeting, site).await)
    }

    async fn rehearsed(
        &self,
        caller: &Caller,
        meeting: MeetingId,
        seat: Seat,
        what: Rehearsal,
    ) -> Outcome<()> {
        self.outcome(rehearse::keep(self, caller, meeting, seat, what).await)
    }

    async fn rehearsals(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Vec<Rehearsed>> {
        self.outcome(rehearse::list(self, caller, meeting).await)
    }

    async fn lines(&self, caller: &Caller, meeting: MeetingId) -> Outcome<Vec<LineRecord>> {
        self.outcome(load::lines(self, caller, meeting).await)
    }
}

impl Backend {
    /// How a meeting stands, for the program to tell those who were permitted to see it.
    ///
    /// # Errors
    /// `NotFound` when there is no such meeting.
    pub async fn live_for_all(&self, meeting: MeetingId) -> Outcome<Live> {
        self.outcome(load::whole(self, meeting).await)
    }

    /// Marks connections that stand, each with since when it has been without picture and sound, if it is; gives those of
    /// the list that have ended, for somebody took their seats.
    ///
    /// # Errors
    /// `Unavailable` when the database is not to be had.
    pub async fn standing_by(
        &self,
        connections: &[(ConnectionId, Option<DateTime<Utc>>)],
        now: DateTime<Utc>,
    ) -> Outcome<Vec<ConnectionId>> {
        self.outcome(stays::standing_by(self, connections, now).await)
    }

    /// A connection that stands had neither picture nor sound for a time, though its page was there: it was missing then.
    ///
    /// # Errors
    /// `Unavailable` when the database is not to be had.
    pub async fn interrupted(
        &self,
        connection: ConnectionId,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Outcome<()> {
        self.outcome(stays::interrupted(self, connection, since, until).await)
    }

    /// Takes back the floor and requests for it from those whose lines have been lost for too long; gives how many.
    ///
    /// # Errors
    /// `Unavailable` when the database is not to be had.
    pub async fn give_back_lost(&self, now: DateTime<Utc>) -> Outcome<u32> {
        self.outcome(floor::give_back_lost(self, now).await)
    }

    /// Ends the connections that nobody has marked since; gives how many.
    ///
    /// # Errors
    /// `Unavailable` when the database is not to be had.
    pub async fn end_lost(&self, unmarked_since: DateTime<Utc>) -> Outcome<u32> {
        self.outcome(stays::end_lost(self, unmarked_since).await)
    }
}

/// Refuses a seat that is not the caller's to take: `NotFound` when the caller may not know of the meeting, or when the
/// seat is none of this meeting.
async fn permit_seat(
    on: &mut impl Source,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    seat: Seat,
) -> Done<()> {
    // Before anything else: the stage of the meeting and its sites are told to those who may see it.
    scope.permit(caller, Action::ViewMeeting)?;
    let may = is_own_seat(on, caller, (meeting, scope), seat).await?;
    match (may, domain::live::is_on(scope.stage)) {
        (true, true) => Ok(()),
        (_, false) => Err(scope.refusal().into()),
        (false, true) => Err(Failure::Forbidden.into()),
    }
}

/// Whether a meeting has a hall: in person, or partly.
async fn has_hall(on: impl Source, meeting: MeetingId) -> Done<bool> {
    let hall: Option<(String,)> =
        q("SELECT id FROM meeting WHERE id = $1 AND form <> 'online'").bind(meeting).optional(on).await?;
    Ok(hall.is_some())
}

/// Whether a seat is the caller's to take, as far as the meeting is on; `NotFound` when it is no site of this meeting, or the hall of
/// one that has none.
async fn is_own_seat(
    on: &mut impl Source,
    caller: &Caller,
    (meeting, scope): (MeetingId, &MeetingScope),
    seat: Seat,
) -> Done<bool> {
    Ok(match seat {
        Seat::Hall => {
            if !has_hall(&mut *on, meeting).await? {
                return Err(Failure::NotFound.into());
            }
            scope.may(caller, Action::ShowHall)
        }
        Seat::Site(agency) => {
            let site: Option<(String,)> =
                q("SELECT agency_id FROM site WHERE meeting_id = $1 AND agency_id = $2")
                    .bind(meeting)
                    .bind(agency)
                    .optional(&mut *on)
                    .await?;
            site.ok_or(Failure::NotFound)?;
            let path = agencies::path(&mut *on, agency).await?;
            is_own_site(caller, agency, &path)
        }
        Seat::Person(person) => person == caller.person && scope.may(caller, Action::JoinMeeting),
    })
}

/// Whether a site is the caller's to sit for: their own agency's, or that of an agency that they have a role in.
/// Agencies above reach down to it, and still do not speak for it. `path` is the path of the site's agency.
pub(super) fn is_own_site(caller: &Caller, site: AgencyId, path: &[AgencyId]) -> bool {
    let is_own = site == caller.agency.id || caller.grants.iter().any(|grant| grant.agency == site);
    is_own && caller.may(Action::ConnectSite, Scope::Agency(path))
}

/// Whether the caller may take every seat of the meeting, to rehearse it.
fn rehearses(caller: &Caller, scope: &MeetingScope) -> bool {
    scope.stage == Stage::Scheduled && scope.may(caller, Action::ConductMeeting)
}
