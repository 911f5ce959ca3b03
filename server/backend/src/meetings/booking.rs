//! Who and what is taken: by sittings of meetings that people are invited to or that are being held. A draft holds
//! nothing. Rooms and the chair are locked before this is asked, so that two bookings at once cannot both pass.

use std::collections::{BTreeSet, HashSet};

use chrono::NaiveDate;
use domain::access::{Action, Caller, Stage};
use domain::duration::sessions;
use domain::error::Refusal;
use domain::ids::{AgencyId, MeetingId, PersonId, RoomId};
use domain::meetings::{
    Bookable, Holder, MEETINGS_A_DAY_AT_MOST, MeetingBrief, disclosure, may_hold_room, plans_for,
    takes_its_days,
};
use domain::sight::Sight;
use domain::time::{Hours, Sitting};

use super::rows::{Known, KnownPerson, Rows};
use super::sight;
use crate::access::Within;
use crate::db::{BINDS_AT_MOST, Q, Source, Tx, places, q};
use crate::stop::Done;
use crate::stored;
use crate::stored::minute_of;

/// The stages in which a meeting holds its rooms and people.
pub(crate) const HOLDING: &str = "('scheduled', 'under_way')";

/// A condition on `meeting m`: it is one of the meetings that its agency holds on a day, see [`takes_its_days`].
pub(crate) const TAKES_ITS_DAYS: &str =
    "m.side = 'organised' AND m.stage IN ('scheduled', 'under_way', 'held')";

/// Locks the rooms, in order of their identifiers, and then the chair: of two bookings of one of them, the second waits.
pub(super) async fn lock(tx: &mut Tx, rooms: &[RoomId], chair: PersonId) -> Done<()> {
    let mut rooms = rooms.to_vec();
    // By text, as every other booking does: one order for all means no deadlock.
    rooms.sort_by_key(ToString::to_string);
    for room in rooms {
        q("UPDATE room SET rev = rev + 1 WHERE id = $1").bind(room).run(&mut *tx).await?;
    }
    // Changes nothing; taking the row's lock is all it is for.
    q("UPDATE person SET folded = folded WHERE id = $1").bind(chair).run(&mut *tx).await?;
    Ok(())
}

/// A request to hold rooms and people: the caller, the meeting and its form.
pub(super) struct Booking<'a> {
    pub(super) caller: &'a Caller,
    pub(super) meeting: MeetingId,
    pub(super) rows: &'a Rows,
    pub(super) known: &'a Known,
    /// The hours that divide the day into half-days in what is told of strangers: the same for every agency.
    pub(super) hours: &'a Hours,
}

/// The name of a room that the meeting may not use, because its agency is neither the meeting's agency nor
/// above or below it. `holder` is the path of the meeting's agency. Rooms that the meeting already holds
/// remain allowed.
pub(super) fn room_not_on_line<'k>(
    caller: &Caller,
    rows: &Rows,
    known: &'k Known,
    holder: &[AgencyId],
    held_already: &[RoomId],
) -> Option<&'k str> {
    let asked = rows.rooms.iter().filter(|room| !held_already.contains(room));
    let rooms = asked.filter_map(|room| known.rooms.get(room));
    rooms.filter(|room| !may_hold_room(caller, &room.path, holder)).map(|room| room.name.as_str()).next()
}

/// The name of a room of the form that is no longer in use.
pub(super) async fn withdrawn_room(on: impl Source, rows: &Rows) -> Done<Option<String>> {
    if rows.rooms.is_empty() {
        return Ok(None);
    }
    let found: Option<(String,)> = q(format!(
        "SELECT name FROM room WHERE is_withdrawn AND id IN ({}) ORDER BY code LIMIT 1",
        places(1, rows.rooms.len())
    ))
    .bind_all(rows.rooms.iter().copied())
    .optional(on)
    .await?;
    Ok(found.map(|(name,)| name))
}

/// The rooms that the meeting holds now.
pub(super) async fn rooms_of(on: impl Source, meeting: MeetingId) -> Done<Vec<RoomId>> {
    let rows: Vec<(String,)> = q("SELECT room_id FROM meeting_room WHERE meeting_id = $1 ORDER BY position")
        .bind(meeting)
        .all(on)
        .await?;
    rows.iter().map(|(id,)| stored::id(id)).collect()
}

/// A conflict: the name of what is taken, the other meeting with its agency, and its sitting.
type Taken = (String, String, String, String, String, i64, i64);

/// Refuses if a room or the chair is taken at the time of one of the sittings. The refusal holds as much of
/// the other meeting as the caller may know.
pub(super) async fn refuse_taken(on: &mut impl Source, booking: &Booking<'_>) -> Done<()> {
    refuse_full_day(&mut *on, booking).await?;
    let rooms = &booking.rows.rooms;
    if !rooms.is_empty() {
        let mut query = q("SELECT r.name, m.id, m.title, a.short_name, s.date, s.from_minute, s.to_minute \
             FROM meeting_room mr JOIN room r ON r.id = mr.room_id JOIN meeting m ON m.id = mr.meeting_id \
             JOIN agency a ON a.id = m.agency_id JOIN sitting s ON s.meeting_id = m.id WHERE mr.room_id IN (");
        let listed: Vec<String> = rooms.iter().map(|room| query.place(*room)).collect();
        query.push(&listed.join(", ")).push(")");
        if let Some((room, by)) = booking.first(&mut *on, query, Bookable::Room).await? {
            return Err(Refusal::RoomTaken { room, by }.into());
        }
    }
    let Some(chair) = booking.rows.chair() else { return Ok(()) };
    let mut query = q("SELECT h.name, m.id, m.title, a.short_name, s.date, s.from_minute, s.to_minute \
         FROM participant p JOIN person h ON h.id = p.person_id JOIN meeting m ON m.id = p.meeting_id \
         JOIN agency a ON a.id = m.agency_id JOIN sitting s ON s.meeting_id = m.id WHERE p.person_id = ");
    let person = query.place(chair);
    query.push(&person);
    if let Some(known) = booking.known.people.get(&chair)
        && plans_for(booking.caller, &known.path, booking.rows.agency)
    {
        // See `keeps_chair`: only such a meeting blocks one that is planned for the chair.
        query.push(" AND p.is_planned");
    }
    let is_near = near(&mut *on, booking.caller, &[chair]).await?.contains(&chair.to_string());
    match booking.first(on, query, Bookable::Person { is_near, is_chair: true }).await? {
        Some((chair, by)) => Err(Refusal::ChairTaken { chair, by }.into()),
        None => Ok(()),
    }
}

/// Refuses a day on which the agency holds as many meetings as it may. What was called off or is only attended keeps
/// nobody from planning, and is not refused itself. A day that the published meeting is on already stays allowed. Two
/// meetings that are published at the same moment may both pass on PostgreSQL: the limit keeps calendars short, and one
/// more does no harm.
pub(super) async fn refuse_full_day(on: &mut impl Source, booking: &Booking<'_>) -> Done<()> {
    if !takes_its_days(booking.rows.side, Stage::Scheduled) {
        return Ok(());
    }
    refuse_full_days(on, (booking.rows.agency, booking.meeting), &booking.rows.sittings).await
}

/// Refuses sittings on a day on which the agency holds as many meetings as it may, unless this one is among them.
pub(super) async fn refuse_full_days(
    on: &mut impl Source,
    (agency, own): (AgencyId, MeetingId),
    sittings: &[Sitting],
) -> Done<()> {
    let mut query = q("SELECT s.date FROM sitting s JOIN meeting m ON m.id = s.meeting_id WHERE s.date IN (");
    let days: BTreeSet<NaiveDate> = sittings.iter().map(|sitting| sitting.date).collect();
    let days: Vec<String> = days.into_iter().map(|day| query.place(day)).collect();
    let (agency, own) = (query.place(agency), query.place(own));
    let limit = query.place(i64::from(MEETINGS_A_DAY_AT_MOST));
    query.push(&format!(
        "{}) AND m.agency_id = {agency} AND {TAKES_ITS_DAYS} \
         GROUP BY s.date \
         HAVING COUNT(DISTINCT m.id) >= {limit} AND SUM(CASE WHEN m.id = {own} THEN 1 ELSE 0 END) = 0 \
         ORDER BY s.date LIMIT 1",
        days.join(", ")
    ));
    match query.optional::<(String,)>(on).await? {
        Some((day,)) => {
            let (date, at_most) = (stored::date(&day)?, MEETINGS_A_DAY_AT_MOST);
            Err(Refusal::DayFull { date, at_most }.into())
        }
        None => Ok(()),
    }
}

impl Booking<'_> {
    /// The first conflicting booking, as far as the caller may be told of it.
    async fn first(
        &self,
        on: &mut impl Source,
        mut query: Q,
        booked: Bookable,
    ) -> Done<Option<(String, Holder)>> {
        let own = query.place(self.meeting);
        query.push(&format!(" AND m.id <> {own} AND m.stage IN {HOLDING} AND ("));
        let overlap = overlap(&mut query, &self.rows.sittings);
        query.push(&overlap).push(") ORDER BY s.date, s.from_minute, m.id LIMIT 1");
        let Some((name, id, title, agency, date, from, to)) = query.optional::<Taken>(&mut *on).await? else {
            return Ok(None);
        };
        let sights = sight::of_meetings(&mut *on, self.caller, vec![id.clone()]).await?;
        let disclosure = disclosure(sights.get(&id).copied().unwrap_or_default(), booked);
        let sitting = stored::sitting(&date, from, to)?;
        let brief = MeetingBrief { id: stored::id(&id)?, title, agency, sitting };
        let asked = sessions(&self.rows.sittings, self.hours);
        let holders = Holder::of(brief, disclosure, self.hours);
        // Of the half-days of the other meeting, one that the form uses.
        let holder = holders.into_iter().find(|holder| match holder {
            Holder::HalfDay(half) => asked.contains(half),
            Holder::Meeting(_) | Holder::Hours(_) => true,
        });
        Ok(Some((name, holder.expect("sittings that overlap touch a half-day that both touch"))))
    }
}

/// Marks the participants of a published meeting whose time was the caller's to plan, see [`plans_for`]. People
/// whom their own agency named stay marked.
pub(super) async fn mark_planned(tx: &mut Tx, booking: &Booking<'_>) -> Done<()> {
    let is_planned = |known: &KnownPerson| plans_for(booking.caller, &known.path, booking.rows.agency);
    let (planned, others): (Vec<_>, Vec<_>) =
        booking.known.people.iter().partition(|(_, known)| is_planned(known));
    for (people, is_planned) in [(planned, true), (others, false)] {
        for chunk in people.chunks(BINDS_AT_MOST) {
            let mut query = q("UPDATE participant SET is_planned = ").bind(is_planned);
            query.push("$1 WHERE meeting_id = ");
            let meeting = query.place(booking.meeting);
            let listed: Vec<String> = chunk.iter().map(|(person, _)| query.place(**person)).collect();
            query.push(&format!(
                "{meeting} AND is_planned <> $1 AND NOT is_named AND person_id IN ({})",
                listed.join(", ")
            ));
            query.run(&mut *tx).await?;
        }
    }
    Ok(())
}

/// Which of these people are near the caller: the caller, people whom they manage or for whose agency they
/// compose meetings, and people listed in a coming meeting that the caller may open. The check tells almost
/// nothing of others.
pub(super) async fn near(
    on: &mut impl Source,
    caller: &Caller,
    people: &[PersonId],
) -> Done<HashSet<String>> {
    let mut near = HashSet::new();
    for chunk in people.chunks(BINDS_AT_MOST) {
        let mut query = q("SELECT h.id FROM person h WHERE h.id IN (");
        let listed: Vec<String> = chunk.iter().map(|person| query.place(*person)).collect();
        query.push(&listed.join(", "));
        let me = query.place(caller.person);
        let managed = Within::of(caller, Action::ManagePeople).condition(&mut query, "h.agency_id");
        let planned = Within::of(caller, Action::ComposeMeeting).condition(&mut query, "h.agency_id");
        let opened = sight::at_least(&mut query, caller, Sight::Opens);
        query.push(&format!(
            ") AND (h.id = {me} OR {managed} OR {planned} OR EXISTS (SELECT 1 FROM participant y \
             JOIN meeting m ON m.id = y.meeting_id WHERE y.person_id = h.id AND m.stage IN {HOLDING} AND {opened}))"
        ));
        near.extend(query.all::<(String,)>(&mut *on).await?.into_iter().map(|(id,)| id));
    }
    Ok(near)
}

/// A condition on `sitting s`: it takes some of the time of one of these.
pub(super) fn overlap(query: &mut Q, sittings: &[Sitting]) -> String {
    let each = sittings.iter().map(|sitting| {
        let date = query.place(sitting.date);
        let (from, to) = (query.place(minute_of(sitting.from)), query.place(minute_of(sitting.to)));
        format!("(s.date = {date} AND s.from_minute < {to} AND s.to_minute > {from})")
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() { "1 = 0".into() } else { each.join(" OR ") }
}
