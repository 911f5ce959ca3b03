//! Somebody who was added by mistake while the meeting is under way is taken off the roll again. Whoever has been called, or
//! has sat down in the call, has taken part and stays.

use domain::access::Caller;
use domain::attendance::Presence;
use domain::audit::Deed;
use domain::error::{Failure, Refusal};
use domain::ids::{AgencyId, MeetingId, ParticipantId, PersonId};
use domain::live::Seat;
use domain::meetings::GuestInput;

use super::adding::{AddedEntry, under_way};
use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::stop::Done;
use crate::{Backend, counted, people, stored};

pub(super) async fn take_off(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    participant: ParticipantId,
) -> Done<()> {
    let mut tx = backend.begin_for(caller, meeting).await?;
    let scope = under_way(&mut tx, caller, meeting).await?;
    let taken = match delegate(&mut tx, meeting, participant).await? {
        Some(taken) => Some(taken),
        None => guest(&mut tx, meeting, participant).await?,
    };
    let taken = taken.ok_or(Failure::NotFound)?;
    let line = Entry::new(Deed::AttendanceTakeOff, &scope.title).of(scope.agency).about(meeting);
    audit::record(&mut tx, backend, caller, line.before(&taken)?).await?;
    Ok(tx.commit().await?)
}

/// Refuses whoever was invited before the meeting, or has been called.
fn refuse_unless_added(presence: &str, added: Option<i64>) -> Done<()> {
    match added {
        Some(_) if presence == Presence::NotCalled.code() => Ok(()),
        _ => Err(Refusal::NotToBeTakenOff.into()),
    }
}

/// A delegate or an agency; nothing if it is neither.
async fn delegate(tx: &mut Tx, meeting: MeetingId, participant: ParticipantId) -> Done<Option<AddedEntry>> {
    type Row = (Option<String>, String, String, String, Option<i64>, Option<String>);
    let row: Option<Row> = q(format!(
        "SELECT p.person_id, p.agency_id, o.short_name, p.presence, p.added_at, \
         (SELECT {} FROM person h JOIN agency a ON a.id = h.agency_id WHERE h.id = p.person_id) \
         FROM participant p JOIN agency o ON o.id = p.agency_id WHERE p.id = $1 AND p.meeting_id = $2",
        people::distinct_name("h", "a")
    ))
    .bind(participant)
    .bind(meeting)
    .optional(&mut *tx)
    .await?;
    let Some((person, agency, short_name, presence, added, name)) = row else { return Ok(None) };
    refuse_unless_added(&presence, added)?;
    let agency: AgencyId = stored::id(&agency)?;
    let mut taken = AddedEntry::default();
    if let Some(person) = person {
        refuse_seated(tx, meeting, Seat::Person(stored::id::<PersonId>(&person)?)).await?;
        taken.delegates.extend(name);
    } else {
        taken.invited.push(short_name.clone());
        if take_site_off(tx, meeting, agency, added).await? {
            taken.sites.push(short_name);
        }
    }
    q("DELETE FROM participant WHERE id = $1").bind(participant).run(tx).await?;
    Ok(Some(taken))
}

/// Refuses a seat that anybody has sat down on since the meeting was sent; a rehearsal is no taking part.
async fn refuse_seated(tx: &mut Tx, meeting: MeetingId, seat: Seat) -> Done<()> {
    let (connections,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM seat_connection \
         WHERE meeting_id = $1 AND seat = $2 AND NOT is_rehearsal")
    .bind(meeting)
    .bind(seat.to_string())
    .one(tx)
    .await?;
    if connections > 0 { Err(Refusal::NotToBeTakenOff.into()) } else { Ok(()) }
}

/// The site that joined with the agency goes with it; false if none did.
async fn take_site_off(tx: &mut Tx, meeting: MeetingId, agency: AgencyId, added: Option<i64>) -> Done<bool> {
    let site: Option<(bool,)> =
        q("SELECT is_connected FROM site WHERE meeting_id = $1 AND agency_id = $2 AND added_at = $3")
            .bind(meeting)
            .bind(agency)
            .bind(added)
            .optional(&mut *tx)
            .await?;
    let Some((is_connected,)) = site else { return Ok(false) };
    if is_connected {
        return Err(Refusal::NotToBeTakenOff.into());
    }
    refuse_seated(tx, meeting, Seat::Site(agency)).await?;
    q("DELETE FROM site WHERE meeting_id = $1 AND agency_id = $2")
        .bind(meeting)
        .bind(agency)
        .run(&mut *tx)
        .await?;
    counted::keep_connection(tx, meeting).await?;
    Ok(true)
}

/// A guest; nothing if it is none.
async fn guest(tx: &mut Tx, meeting: MeetingId, guest: ParticipantId) -> Done<Option<AddedEntry>> {
    let row: Option<(String, String, String, String, Option<i64>)> =
        q("SELECT name, position, organisation, presence, added_at FROM guest WHERE id = $1 AND meeting_id = $2")
            .bind(guest)
            .bind(meeting)
            .optional(&mut *tx)
            .await?;
    let Some((name, position, organisation, presence, added)) = row else { return Ok(None) };
    refuse_unless_added(&presence, added)?;
    q("DELETE FROM guest WHERE id = $1").bind(guest).run(tx).await?;
    let of = GuestInput { id: String::new(), name, position, organisation, sort: String::new() };
    Ok(Some(AddedEntry { guests: vec![of.readable().words()], ..AddedEntry::default() }))
}
