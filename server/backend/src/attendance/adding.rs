//! Somebody is added while the meeting is under way: a person, an agency that names its people later, or a guest. They are
//! on the roll at once; those invited before are told nothing anew.

use domain::access::{Action, Caller, Stage};
use domain::attendance::Added;
use domain::audit::Deed;
use domain::count::Form;
use domain::error::{Failure, FieldProblem, Problem};
use domain::ids::{AgencyId, MeetingId, ParticipantId, PersonId};
use domain::meetings::{DELEGATES_AT_MOST, GUESTS_AT_MOST, GuestInput, SITES_AT_MOST, plans_for};
use serde::Serialize;

use super::naming::refuse_crowd;
use crate::audit::{self, Entry};
use crate::db::{Tx, q};
use crate::scope::MeetingScope;
use crate::stop::{Done, Stop};
use crate::{Backend, agencies, people, stored};

/// What the trail says of those who were added, or taken off again.
#[derive(Debug, Default, Serialize)]
pub(super) struct AddedEntry {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) delegates: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) invited: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) sites: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) guests: Vec<String>,
}

pub(super) async fn add(
    backend: &Backend,
    caller: &Caller,
    meeting: MeetingId,
    added: Vec<Added>,
) -> Done<()> {
    let mut tx = backend.begin_for(caller, meeting).await?;
    // One who adds after the other: places on the list follow each other, and nobody is listed twice.
    let scope = under_way(&mut tx, caller, meeting).await?;
    if added.is_empty() {
        return Err(invalid("delegate", Problem::Missing));
    }
    refuse_crowd(&mut tx, meeting, added.len()).await?;
    let adding = Adding { backend, caller, meeting, scope: &scope };
    let mut entry = AddedEntry::default();
    for one in &added {
        match one {
            Added::Person(person) => adding.person(&mut tx, *person, &mut entry).await?,
            Added::Agency { agency, is_site } => {
                adding.agency(&mut tx, *agency, *is_site, &mut entry).await?;
            }
            Added::Guest(guest) => adding.guest(&mut tx, guest, &mut entry).await?,
        }
    }
    let line = Entry::new(Deed::AttendanceAdd, &scope.title).of(scope.agency).about(meeting).after(&entry)?;
    audit::record(&mut tx, backend, caller, line).await?;
    Ok(tx.commit().await?)
}

/// The meeting under way, held until the transaction ends, if the caller may add to its roll.
pub(super) async fn under_way(tx: &mut Tx, caller: &Caller, meeting: MeetingId) -> Done<MeetingScope> {
    let scope = MeetingScope::hold(tx, caller, meeting).await?;
    scope.permit(caller, Action::ViewMeeting)?;
    if scope.stage != Stage::UnderWay {
        return Err(scope.refusal().into());
    }
    scope.permit(caller, Action::AddParticipants)?;
    Ok(scope)
}

fn invalid(field: &str, problem: Problem) -> Stop {
    Failure::Invalid(vec![FieldProblem::new(field, problem)]).into()
}

struct Adding<'a> {
    backend: &'a Backend,
    caller: &'a Caller,
    meeting: MeetingId,
    scope: &'a MeetingScope,
}

impl Adding<'_> {
    async fn person(&self, tx: &mut Tx, person: PersonId, entry: &mut AddedEntry) -> Done<()> {
        let found: Option<(String, String, String)> = q(format!(
            "SELECT {}, h.agency_id, a.path FROM person h \
             JOIN agency a ON a.id = h.agency_id WHERE h.id = $1 AND h.is_active",
            people::distinct_name("h", "a")
        ))
        .bind(person)
        .optional(&mut *tx)
        .await?;
        let (name, agency, path) = found.ok_or_else(|| invalid("delegate", Problem::Unknown))?;
        let is_in: Option<(String,)> =
            q("SELECT id FROM participant WHERE meeting_id = $1 AND person_id = $2")
                .bind(self.meeting)
                .bind(person)
                .optional(&mut *tx)
                .await?;
        if is_in.is_some() {
            return Err(invalid("delegate", Problem::Repeated));
        }
        let path = agencies::read_path(&path)?;
        let is_planned = plans_for(self.caller, &path, self.scope.agency);
        self.seat(tx, Some(person), stored::id(&agency)?, is_planned).await?;
        entry.delegates.push(name);
        Ok(())
    }

    async fn agency(&self, tx: &mut Tx, agency: AgencyId, is_site: bool, entry: &mut AddedEntry) -> Done<()> {
        let found: Option<(String,)> =
            q("SELECT short_name FROM agency WHERE id = $1").bind(agency).optional(&mut *tx).await?;
        let (name,) = found.ok_or_else(|| invalid("delegate", Problem::Unknown))?;
        let is_in: Option<(String,)> =
            q("SELECT id FROM participant WHERE meeting_id = $1 AND agency_id = $2 \
             AND (person_id IS NULL OR is_named) LIMIT 1")
            .bind(self.meeting)
            .bind(agency)
            .optional(&mut *tx)
            .await?;
        if is_in.is_some() {
            return Err(invalid("delegate", Problem::Repeated));
        }
        self.seat(tx, None, agency, true).await?;
        entry.invited.push(name.clone());
        if is_site && self.join_as_site(tx, agency).await? {
            entry.sites.push(name);
        }
        Ok(())
    }

    /// A place at the end of the list.
    async fn seat(
        &self,
        tx: &mut Tx,
        person: Option<PersonId>,
        agency: AgencyId,
        is_planned: bool,
    ) -> Done<()> {
        let (listed, last): (i64, i64) = q(
            "SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(MAX(position), 0) AS BIGINT) FROM participant \
               WHERE meeting_id = $1 AND NOT is_named",
        )
        .bind(self.meeting)
        .one(&mut *tx)
        .await?;
        if listed > i64::from(DELEGATES_AT_MOST) {
            return Err(invalid("delegate", Problem::TooMany(DELEGATES_AT_MOST)));
        }
        // Anyone who is added now need not be told of earlier changes.
        q("INSERT INTO participant (id, meeting_id, part, person_id, agency_id, position, seen_change, is_planned, \
           added_at, added_by) VALUES ($1, $2, 'delegate', $3, $4, $5, \
           (SELECT COALESCE(MAX(number), 0) FROM meeting_change WHERE meeting_id = $2), $6, $7, $8)")
        .bind(ParticipantId(self.backend.entropy().id(self.caller.now)))
        .bind(self.meeting)
        .bind(person)
        .bind(agency)
        .bind(last + 1)
        .bind(is_planned)
        .bind(self.caller.now)
        .bind(&self.caller.name)
        .run(tx)
        .await?;
        Ok(())
    }

    /// The agency joins online. Gives false if it is a site already.
    async fn join_as_site(&self, tx: &mut Tx, agency: AgencyId) -> Done<bool> {
        let (form, sites, last): (String, i64, i64) = q("SELECT m.form, \
             (SELECT CAST(COUNT(*) AS BIGINT) FROM site s WHERE s.meeting_id = m.id), \
             (SELECT CAST(COALESCE(MAX(position), -1) AS BIGINT) FROM site s WHERE s.meeting_id = m.id) \
             FROM meeting m WHERE m.id = $1")
        .bind(self.meeting)
        .one(&mut *tx)
        .await?;
        if form == Form::InPerson.code() {
            return Err(invalid("site", Problem::Unknown));
        }
        if sites >= i64::from(SITES_AT_MOST) {
            return Err(invalid("site", Problem::TooMany(SITES_AT_MOST)));
        }
        let written = q("INSERT INTO site (meeting_id, agency_id, position, is_connected, added_at) \
             VALUES ($1, $2, $3, FALSE, $4) ON CONFLICT (meeting_id, agency_id) DO NOTHING")
        .bind(self.meeting)
        .bind(agency)
        .bind(last + 1)
        .bind(self.caller.now)
        .run(tx)
        .await?;
        Ok(written > 0)
    }

    async fn guest(&self, tx: &mut Tx, typed: &GuestInput, entry: &mut AddedEntry) -> Done<()> {
        let guest = typed.parse().map_err(|problems| {
            let named = problems.into_iter().map(|(field, problem)| FieldProblem::new(field, problem));
            Failure::Invalid(named.collect())
        })?;
        let (listed, last): (i64, i64) =
            q("SELECT CAST(COUNT(*) AS BIGINT), CAST(COALESCE(MAX(number), -1) AS BIGINT) FROM guest \
               WHERE meeting_id = $1")
            .bind(self.meeting)
            .one(&mut *tx)
            .await?;
        if listed >= i64::from(GUESTS_AT_MOST) {
            return Err(invalid("name", Problem::TooMany(GUESTS_AT_MOST)));
        }
        let (same,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM guest \
             WHERE meeting_id = $1 AND name = $2 AND position = $3 AND organisation = $4")
        .bind(self.meeting)
        .bind(&guest.name)
        .bind(&guest.position)
        .bind(&guest.organisation)
        .one(&mut *tx)
        .await?;
        if same > 0 {
            return Err(invalid("name", Problem::Repeated));
        }
        q("INSERT INTO guest (id, meeting_id, number, name, position, organisation, sort, added_at, added_by) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(ParticipantId(self.backend.entropy().id(self.caller.now)))
        .bind(self.meeting)
        .bind(last + 1)
        .bind(&guest.name)
        .bind(&guest.position)
        .bind(&guest.organisation)
        .bind(guest.sort.code())
        .bind(self.caller.now)
        .bind(&self.caller.name)
        .run(tx)
        .await?;
        entry.guests.push(guest.words());
        Ok(())
    }
}
