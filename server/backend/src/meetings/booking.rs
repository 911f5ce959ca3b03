//! Who and what is taken: by sittings of meetings that people are invited to or that are being held. A draft holds
//! nothing. Rooms and the chair are locked before this is asked, so that two bookings at once cannot both pass.

use domain::error::Refusal;
use domain::ids::{MeetingId, PersonId, RoomId};
use domain::time::Sitting;

use super::store::minute;
use crate::db::{Q, Source, Tx, q};
use crate::stop::Done;
use crate::stored;

/// The stages in which a meeting holds its rooms and people.
pub(super) const HOLDING: &str = "('scheduled', 'under_way')";

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

/// What stands in the way: name of what is taken, title of the other meeting, its sitting.
type Taken = (String, String, String, i64, i64);

/// Refuses when a room or the chair is taken at the time of one of the sittings.
pub(super) async fn refuse_taken(
    on: &mut impl Source,
    meeting: MeetingId,
    sittings: &[Sitting],
    rooms: &[RoomId],
    chair: PersonId,
) -> Done<()> {
    if !rooms.is_empty() {
        let mut query = q("SELECT r.name, m.title, s.date, s.from_minute, s.to_minute FROM meeting_room mr \
             JOIN room r ON r.id = mr.room_id JOIN meeting m ON m.id = mr.meeting_id \
             JOIN sitting s ON s.meeting_id = m.id WHERE mr.room_id IN (");
        let listed: Vec<String> = rooms.iter().map(|room| query.place(*room)).collect();
        query.push(&listed.join(", ")).push(")");
        if let Some((room, by, sitting)) = first(on, query, meeting, sittings).await? {
            return Err(Refusal::RoomTaken { room, by, sitting }.into());
        }
    }
    let mut query = q("SELECT h.name, m.title, s.date, s.from_minute, s.to_minute FROM participant p \
         JOIN person h ON h.id = p.person_id JOIN meeting m ON m.id = p.meeting_id \
         JOIN sitting s ON s.meeting_id = m.id WHERE p.person_id = ");
    let person = query.place(chair);
    query.push(&person);
    match first(on, query, meeting, sittings).await? {
        Some((chair, by, sitting)) => Err(Refusal::ChairTaken { chair, by, sitting }.into()),
        None => Ok(()),
    }
}

async fn first(
    on: &mut impl Source,
    mut query: Q,
    meeting: MeetingId,
    sittings: &[Sitting],
) -> Done<Option<(String, String, Sitting)>> {
    let own = query.place(meeting);
    query.push(&format!(" AND m.id <> {own} AND m.stage IN {HOLDING} AND ("));
    let overlap = overlap(&mut query, sittings);
    query.push(&overlap).push(") ORDER BY s.date, s.from_minute, m.id LIMIT 1");
    let taken: Option<Taken> = query.optional(&mut *on).await?;
    taken.map(|(name, by, date, from, to)| Ok((name, by, stored::sitting(&date, from, to)?))).transpose()
}

/// A condition on `sitting s`: it takes some of the time of one of these.
pub(super) fn overlap(query: &mut Q, sittings: &[Sitting]) -> String {
    let each = sittings.iter().map(|sitting| {
        let date = query.place(sitting.date);
        let (from, to) = (query.place(minute(sitting.from)), query.place(minute(sitting.to)));
        format!("(s.date = {date} AND s.from_minute < {to} AND s.to_minute > {from})")
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() { "1 = 0".into() } else { each.join(" OR ") }
}
