//! An invited agency names its delegates later: the seat kept for it is taken by people of the agency or below it.

use domain::access::{Action, Caller, Scope, Stage};
use domain::agencies::AgencyRef;
use domain::error::{Failure, FieldProblem, Problem, Refusal};
use domain::ids::{AgencyId, MeetingId, ParticipantId, PersonId};
use domain::meetings::DELEGATES_AT_MOST;

use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::scope::MeetingScope;
use crate::stop::Done;
use crate::{Backend, agencies, stored};

/// Agencies invited to the meeting that have named nobody yet and that the caller may speak for.
pub(super) async fn to_name(backend: &Backend, caller: &Caller, meeting: MeetingId) -> Done<Vec<AgencyRef>> {
    let rows: Vec<(String, String, String, String)> = q("SELECT a.id, a.code, a.short_name, a.path FROM participant p \
         JOIN agency a ON a.id = p.agency_id JOIN meeting m ON m.id = p.meeting_id \
         WHERE p.meeting_id = $1 AND p.person_id IS NULL AND m.stage IN ('scheduled', 'under_way') ORDER BY p.position")
    .bind(meeting)
    .all(backend.db())
    .await?;
    let mut agencies = Vec::new();
    for (id, code, short_name, path) in rows {
        if caller.may(Action::NameDelegates, Scope::Agency(&agencies::read_path(&path)?)) {
            agencies.push(AgencyRef { id: stored::id(&id)?, code, short_name });
        }
    }
    Ok(agencies)
}

pub(super) async fn name_delegates(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    agency: AgencyId,
    people: Vec<PersonId>,
) -> Done<()> {
    if people.is_empty() || people.len() > DELEGATES_AT_MOST as usize {
        let problem = if people.is_empty() { Problem::Missing } else { Problem::TooMany(DELEGATES_AT_MOST) };
        return Err(Failure::Invalid(vec![FieldProblem::new("people", problem)]).into());
    }
    let mut tx = backend.db().begin().await?;
    let path: Option<(String,)> =
        q("SELECT path FROM agency WHERE id = $1").bind(agency).optional(&mut tx).await?;
    let (path,) = path.ok_or(Failure::NotFound)?;
    if !caller.may(Action::NameDelegates, Scope::Agency(&agencies::read_path(&path)?)) {
        return Err(Failure::Forbidden.into());
    }
    let scope = MeetingScope::load(&mut tx, caller, meeting).await?;
    let seat: Option<(String, i64)> = q("SELECT id, position FROM participant \
         WHERE meeting_id = $1 AND agency_id = $2 AND person_id IS NULL ORDER BY position LIMIT 1")
    .bind(meeting)
    .bind(agency)
    .optional(&mut tx)
    .await?;
    let (seat, position) = seat.ok_or(Failure::NotFound)?;
    if !matches!(scope.stage, Stage::Scheduled | Stage::UnderWay) {
        return Err(Refusal::WrongState.into());
    }
    let mut is_seated = false;
    for person in &people {
        check_person(&mut tx, meeting, *person, &path).await?;
        if is_seated {
            add_beside(&mut tx, backend, caller, meeting, agency, *person, position).await?;
        } else {
            q("UPDATE participant SET person_id = $2 WHERE id = $1")
                .bind(&seat)
                .bind(*person)
                .run(&mut tx)
                .await?;
            is_seated = true;
        }
    }
    let names: Vec<String> = people.iter().map(ToString::to_string).collect();
    let entry = Entry::new("attendance.name_delegates", &scope.title).of(agency).after(&names)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// The person is of the agency or below it, and not in the meeting yet.
async fn check_person(tx: &mut Tx, meeting: MeetingId, person: PersonId, agency_path: &str) -> Done<()> {
    let problem = |p| Failure::Invalid(vec![FieldProblem::new("people", p)]);
    let path: Option<(String,)> = q("SELECT a.path FROM person p JOIN agency a ON a.id = p.agency_id \
         WHERE p.id = $1 AND p.is_active")
    .bind(person)
    .optional(&mut *tx)
    .await?;
    if !path.is_some_and(|(path,)| path.starts_with(agency_path)) {
        return Err(problem(Problem::Unknown).into());
    }
    let is_in: Option<(String,)> = q("SELECT id FROM participant WHERE meeting_id = $1 AND person_id = $2")
        .bind(meeting)
        .bind(person)
        .optional(tx)
        .await?;
    if is_in.is_some() {
        return Err(problem(Problem::Repeated).into());
    }
    Ok(())
}

async fn add_beside(
    tx: &mut Tx,
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    agency: AgencyId,
    person: PersonId,
    position: i64,
) -> Done<()> {
    let id = ParticipantId(backend.entropy().id(caller.now));
    q("INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position) VALUES ($1, $2, 'delegate', $3, $4, $5)")
        .bind(id)
        .bind(meeting)
        .bind(person)
        .bind(agency)
        .bind(position)
        .run(tx)
        .await?;
    Ok(())
}
