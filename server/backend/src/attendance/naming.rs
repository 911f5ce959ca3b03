//! An invited agency names its delegates later: the seat kept for it is taken by people of the agency or below it.

use std::collections::{HashMap, HashSet};

use domain::access::{Action, Caller, Scope, Stage};
use domain::agencies::AgencyRef;
use domain::attendance::Presence;
use domain::audit::Deed;
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::{AgencyId, MeetingId, ParticipantId, PersonId};
use domain::meetings::{DELEGATES_AT_MOST, PEOPLE_AT_MOST};
use domain::people::PersonRef;
use domain::text::fold;
use serde_json::json;

use crate::agencies::subtree_pattern;
use crate::audit::{self, Entry};
use crate::db::{BINDS_AT_MOST, Source, Tx, places, q};
use crate::notices::show_naming;
use crate::scope::MeetingScope;
use crate::stop::Done;
use crate::{Backend, access, agencies, people, stored};

/// People offered at once: more than a department has, and few enough to look through.
const OFFERED_AT_MOST: i64 = 50;

/// Agencies invited to the meeting that have named nobody yet and that the caller may speak for.
pub(crate) async fn to_name(on: impl Source, caller: &Caller, meeting: MeetingId) -> Done<Vec<AgencyRef>> {
    let rows: Vec<(String, String, String, String)> = q("SELECT a.id, a.code, a.short_name, a.path FROM participant p \
         JOIN agency a ON a.id = p.agency_id JOIN meeting m ON m.id = p.meeting_id \
         WHERE p.meeting_id = $1 AND p.person_id IS NULL AND m.stage IN ('scheduled', 'under_way') ORDER BY p.position")
    .bind(meeting)
    .all(on)
    .await?;
    let mut agencies = Vec::new();
    for (id, code, short_name, path) in rows {
        if caller.may(Action::NameDelegates, Scope::Agency(&agencies::read_path(&path)?)) {
            agencies.push(AgencyRef { id: stored::id(&id)?, code, short_name });
        }
    }
    Ok(agencies)
}

/// People of the agency and below it who are not in the meeting yet and match the text.
pub(super) async fn nameable(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    agency: AgencyId,
    text: &str,
) -> Done<Vec<PersonRef>> {
    let Speaker { may_name_oneself, .. } = permit(backend.db(), caller, agency).await?;
    // The permission is checked first: the people left out of this list are the ones already in the meeting.
    MeetingScope::load(backend.db(), caller, meeting).await?.permit(caller, Action::NameDelegates)?;
    let mut query = q(format!(
        "{} WHERE p.is_active AND a.path LIKE $1 AND NOT EXISTS \
         (SELECT 1 FROM participant k WHERE k.meeting_id = $2 AND k.person_id = p.id) AND ",
        people::references()
    ))
    .bind(subtree_pattern(agency))
    .bind(meeting);
    if !may_name_oneself {
        let me = query.place(caller.person);
        query.push(&format!("p.id <> {me} AND "));
    }
    let chosen = people::words(&mut query, &fold(text));
    let limit = query.place(OFFERED_AT_MOST);
    query.push(&format!("{chosen} ORDER BY a.depth, a.code, p.name_key, p.id LIMIT {limit}"));
    let rows: Vec<people::ReferenceRow> = query.all(backend.db()).await?;
    rows.into_iter().map(people::reference).collect()
}

/// A caller who may name delegates for an agency.
struct Speaker {
    /// Path of the agency.
    path: Vec<AgencyId>,
    /// A delegate reads the papers, so only a caller whose role for the agency opens meetings may name themselves.
    /// An administrator's role alone does not.
    may_name_oneself: bool,
}

/// `Forbidden` when the caller may not name delegates for the agency.
async fn permit(on: impl Source, caller: &Caller, agency: AgencyId) -> Done<Speaker> {
    let path = agencies::path(on, agency).await?;
    access::permit(caller, Action::NameDelegates, Scope::Agency(&path))?;
    let may_name_oneself = caller.may(Action::ViewMeeting, Scope::Agency(&path));
    Ok(Speaker { path, may_name_oneself })
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
    let mut different: HashSet<PersonId> = HashSet::with_capacity(people.len());
    if !people.iter().all(|person| different.insert(*person)) {
        return Err(refused(Problem::Repeated).into());
    }
    let mut tx = backend.begin_for(caller, meeting).await?;
    let Speaker { path, may_name_oneself } = permit(&mut tx, caller, agency).await?;
    let scope = MeetingScope::hold(&mut tx, caller, meeting).await?;
    scope.permit(caller, Action::ViewMeeting)?;
    let Kept { seat, position, presence, invited } = kept_seat(&mut tx, meeting, agency).await?;
    if !matches!(scope.stage, Stage::Scheduled | Stage::UnderWay) {
        return Err(scope.refusal().into());
    }
    scope.permit(caller, Action::NameDelegates)?;
    if !may_name_oneself && people.contains(&caller.person) {
        return Err(Failure::Invalid(vec![FieldProblem::new("people", Problem::OwnSeat)]).into());
    }
    refuse_crowd(&mut tx, meeting, people.len()).await?;
    // Who is named today need not be told of the changes before today.
    let (newest,): (i64,) =
        q("SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM meeting_change WHERE meeting_id = $1")
            .bind(meeting)
            .one(&mut tx)
            .await?;
    let names = check_people(&mut tx, (meeting, agency), &people).await?;
    let (first, others) = people.split_first().expect("somebody is named");
    let taken = q(TAKE_SEAT)
        .bind(seat)
        .bind(meeting)
        .bind(*first)
        .bind(agency)
        .bind(position)
        .bind(newest)
        .bind(*first == caller.person)
        .run(&mut tx)
        .await?;
    // Somebody else of the agency named its people since the seat was looked for.
    if taken == 0 {
        return Err(Failure::Stale.into());
    }
    let beside = Beside { meeting, agency, position, newest };
    beside.seat(&mut tx, backend, caller, others).await?;
    if !may_name_oneself {
        show_naming(&mut tx, backend, caller, (meeting, &people), &path).await?;
    }
    let told = |names: &[String], presence: &str| json!({ "invited": invited, "delegates": names, "presence": presence });
    let entry = Entry::new(Deed::AttendanceNameDelegates, &scope.title)
        .of(agency)
        .about(meeting)
        .before(&told(&[], &presence))?
        .after(&told(&names, Presence::NotCalled.code()))?;
    audit::record(&mut tx, backend, caller, entry).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses if more people than are allowed would be in the meeting.
pub(super) async fn refuse_crowd(tx: &mut Tx, meeting: MeetingId, more: usize) -> Done<()> {
    let (there,): (i64,) =
        q("SELECT CAST((SELECT COUNT(*) FROM participant WHERE meeting_id = $1 AND person_id IS NOT NULL) \
           + (SELECT COUNT(*) FROM guest WHERE meeting_id = $1) AS BIGINT)")
        .bind(meeting)
        .one(tx)
        .await?;
    match there.saturating_add_unsigned(more as u64) > i64::from(PEOPLE_AT_MOST) {
        true => {
            let problem = FieldProblem::new("people", Problem::TooMany(PEOPLE_AT_MOST));
            Err(Failure::Invalid(vec![problem]).into())
        }
        false => Ok(()),
    }
}

/// The first of those named takes the seat that was kept, unless it was taken meanwhile, and is yet to be called; the others
/// sit at the same place of the list, and were added when it was.
const TAKE_SEAT: &str = "UPDATE participant SET person_id = $3, is_named = TRUE, position = $5, seen_change = $6, \
    presence = 'not_called', reason = '', called_by = '', called_at = NULL, has_opened = $7 \
    WHERE id = $1 AND meeting_id = $2 AND agency_id = $4 AND person_id IS NULL";

/// Where those sit who are named beside the first.
struct Beside {
    meeting: MeetingId,
    agency: AgencyId,
    position: i64,
    /// The newest change of the meeting.
    newest: i64,
}

impl Beside {
    async fn seat(&self, tx: &mut Tx, backend: &Backend, caller: &Caller, people: &[PersonId]) -> Done<()> {
        /// Columns of a row.
        const COLUMNS: usize = 11;
        let Beside { meeting, agency, position, newest } = *self;
        let (added_at, added_by): (Option<i64>, String) =
            q("SELECT MAX(added_at), COALESCE(MAX(added_by), '') \
             FROM participant WHERE meeting_id = $1 AND agency_id = $2 AND position = $3")
            .bind(meeting)
            .bind(agency)
            .bind(position)
            .one(&mut *tx)
            .await?;
        for some in people.chunks(BINDS_AT_MOST / COLUMNS) {
            let rows: Vec<String> =
                (0..some.len()).map(|n| format!("({})", places(n * COLUMNS + 1, COLUMNS))).collect();
            let mut query = q(format!(
                "INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position, seen_change, is_named, \
                 has_opened, added_at, added_by) VALUES {}",
                rows.join(", ")
            ));
            for person in some {
                query = query
                    .bind(ParticipantId(backend.entropy().id(caller.now)))
                    .bind(meeting)
                    .bind("delegate")
                    .bind(*person)
                    .bind(agency)
                    .bind(position)
                    .bind(newest)
                    .bind(true)
                    .bind(*person == caller.person)
                    .bind(added_at)
                    .bind(&added_by);
            }
            query.run(&mut *tx).await?;
        }
        Ok(())
    }
}

/// The seat kept for an agency.
struct Kept {
    seat: ParticipantId,
    /// Its place in the list.
    position: i64,
    presence: String,
    /// Short name of the agency.
    invited: String,
}

/// `NotFound` when there is no seat, or none any more.
async fn kept_seat(tx: &mut Tx, meeting: MeetingId, agency: AgencyId) -> Done<Kept> {
    let seat: Option<(String, i64, String, String)> =
        q("SELECT p.id, p.position, p.presence, a.short_name FROM participant p \
           JOIN agency a ON a.id = p.agency_id \
           WHERE p.meeting_id = $1 AND p.agency_id = $2 AND p.person_id IS NULL ORDER BY p.position LIMIT 1")
        .bind(meeting)
        .bind(agency)
        .optional(tx)
        .await?;
    let (id, position, presence, invited) = seat.ok_or(Failure::NotFound)?;
    Ok(Kept { seat: stored::id(&id)?, position, presence, invited })
}

/// The names of the people in their order, who are of the agency or below it, and not in the meeting yet.
async fn check_people(
    tx: &mut Tx,
    (meeting, agency): (MeetingId, AgencyId),
    people: &[PersonId],
) -> Done<Vec<String>> {
    let name = people::distinct_name("p", "a");
    let mut names: HashMap<String, String> = HashMap::new();
    for some in people.chunks(BINDS_AT_MOST - 1) {
        let found: Vec<(String, String)> = q(format!(
            "SELECT p.id, {name} FROM person p JOIN agency a ON a.id = p.agency_id \
             WHERE a.path LIKE $1 AND p.is_active AND p.id IN ({})",
            places(2, some.len())
        ))
        .bind(subtree_pattern(agency))
        .bind_all(some.iter().copied())
        .all(&mut *tx)
        .await?;
        names.extend(found);
    }
    let named: Option<Vec<String>> = people.iter().map(|person| names.remove(&person.to_string())).collect();
    let named = named.ok_or_else(|| refused(Problem::Unknown))?;
    for some in people.chunks(BINDS_AT_MOST - 1) {
        let is_in: Option<(String,)> = q(format!(
            "SELECT id FROM participant WHERE meeting_id = $1 AND person_id IN ({}) LIMIT 1",
            places(2, some.len())
        ))
        .bind(meeting)
        .bind_all(some.iter().copied())
        .optional(&mut *tx)
        .await?;
        if is_in.is_some() {
            return Err(refused(Problem::Repeated).into());
        }
    }
    Ok(named)
}

fn refused(problem: Problem) -> Failure {
    Failure::Invalid(vec![FieldProblem::new("people", problem)])
}
