//! What the caller may see of stored meetings: `domain::sight` applied to rows, and the same table as
//! conditions for queries. A test compares the two. No other module decides who may know of a meeting.

use std::collections::HashMap;

use domain::access::{Action, Caller, Part, Scope, Stage};
use domain::error::Outcome;
use domain::ids::{AgencyId, MeetingId};
use domain::sight::{Ground, Sight, Standing, sight, sight_by};

use crate::access::Within;
use crate::agencies::subtree_pattern;
use crate::db::{BINDS_AT_MOST, Q, Source, q};
use crate::scope::{is_invited, part_code, part_of};
use crate::stop::{Done, Stop};
use crate::{Backend, agencies, stored};

/// A condition on `meeting m`: the caller's sight of it is at least `wanted`.
pub(crate) fn at_least(query: &mut Q, caller: &Caller, wanted: Sight) -> String {
    let mut groups: Vec<(Vec<Stage>, Vec<Ground>)> = Vec::new();
    for ground in Ground::ALL {
        let stages: Vec<Stage> =
            Stage::ALL.into_iter().filter(|stage| sight_by(ground, *stage) >= wanted).collect();
        if stages.is_empty() {
            continue;
        }
        match groups.iter_mut().find(|(of, _)| *of == stages) {
            Some((_, grounds)) => grounds.push(ground),
            None => groups.push((stages, vec![ground])),
        }
    }
    let conditions: Vec<String> = groups
        .into_iter()
        .map(|(stages, grounds)| {
            format!("({} AND {})", in_stages(&stages), by_grounds(query, caller, &grounds))
        })
        .collect();
    if conditions.is_empty() { "1 = 0".into() } else { format!("({})", conditions.join(" OR ")) }
}

fn in_stages(stages: &[Stage]) -> String {
    let without = |left_out: &Stage| !stages.contains(left_out);
    match Stage::ALL.into_iter().filter(without).collect::<Vec<_>>()[..] {
        [] => "1 = 1".into(),
        [one] => format!("m.stage <> '{}'", one.code()),
        _ => {
            let codes: Vec<String> = stages.iter().map(|stage| format!("'{}'", stage.code())).collect();
            format!("m.stage IN ({})", codes.join(", "))
        }
    }
}

/// A condition on `meeting m`: at least one of these grounds holds for the caller.
fn by_grounds(query: &mut Q, caller: &Caller, grounds: &[Ground]) -> String {
    let (mut agencies, mut meetings, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    let mut reached: Vec<AgencyId> = Vec::new();
    for ground in grounds {
        match ground {
            Ground::SignedIn => return "1 = 1".into(),
            Ground::Role(role) => {
                reached.extend(
                    caller.grants.iter().filter(|grant| grant.role == *role).map(|grant| grant.agency),
                );
            }
            Ground::OwnLine => {
                reached.push(caller.agency.id);
                let own = query.place(caller.agency.id);
                agencies.push(format!("(SELECT path FROM agency WHERE id = {own}) LIKE '%/' || id || '/%'"));
            }
            Ground::OwnAgency => {
                let own = query.place(caller.agency.id);
                meetings.push(invited_as_agency(&format!("k.agency_id = {own}")));
                meetings.push(format!("SELECT k.meeting_id FROM site k WHERE k.agency_id = {own}"));
            }
            Ground::Part(Part::Invited) => {
                let names = Within::of(caller, Action::NameDelegates).condition(query, "k.agency_id");
                let connects = Within::of(caller, Action::ConnectSite).condition(query, "k.agency_id");
                meetings.push(invited_as_agency(&names));
                meetings.push(format!("SELECT k.meeting_id FROM site k WHERE {connects}"));
            }
            Ground::Part(part) => parts.push(format!("'{}'", part_code(*part))),
        }
    }
    if !parts.is_empty() {
        let me = query.place(caller.person);
        let parts = parts.join(", ");
        meetings.push(format!(
            "SELECT k.meeting_id FROM participant k WHERE k.person_id = {me} AND k.part IN ({parts})"
        ));
    }
    reached.sort();
    reached.dedup();
    agencies.extend(
        reached.into_iter().map(|agency| format!("path LIKE {}", query.place(subtree_pattern(agency)))),
    );
    let mut all = Vec::new();
    if !agencies.is_empty() {
        all.push(format!("m.agency_id IN (SELECT id FROM agency WHERE {})", agencies.join(" OR ")));
    }
    if !meetings.is_empty() {
        all.push(format!("m.id IN ({})", meetings.join(" UNION ALL ")));
    }
    if all.is_empty() { "1 = 0".into() } else { format!("({})", all.join(" OR ")) }
}

/// Meetings to which the agency is invited as an agency, with its people still to be named or named already.
fn invited_as_agency(agency: &str) -> String {
    format!("SELECT k.meeting_id FROM participant k WHERE (k.person_id IS NULL OR k.is_named) AND {agency}")
}

/// A condition on `meeting m`: the caller's own agency is invited to it as an agency.
pub(super) fn is_own_agency_invited(query: &mut Q, caller: &Caller) -> String {
    let own = query.place(caller.agency.id);
    format!(
        "EXISTS (SELECT 1 FROM participant k WHERE k.meeting_id = m.id AND k.agency_id = {own} \
         AND (k.person_id IS NULL OR k.is_named))"
    )
}

/// The columns that determine the caller's relation to a meeting.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct StandingRow {
    stage: String,
    path: String,
    part: Option<String>,
    is_invited: bool,
    is_own: bool,
    own_path: Option<String>,
}

impl StandingRow {
    /// The columns, over `meeting m`, its `agency a`, and the caller's `participant p`.
    pub(super) fn columns(query: &mut Q, caller: &Caller) -> String {
        let speaks = is_invited(query, caller);
        let invited = is_own_agency_invited(query, caller);
        let own = query.place(caller.agency.id);
        format!(
            "m.stage, a.path, p.part, {speaks} AS is_invited, ({invited} \
             OR EXISTS (SELECT 1 FROM site k WHERE k.meeting_id = m.id AND k.agency_id = {own})) AS is_own, \
             (SELECT path FROM agency WHERE id = {own}) AS own_path"
        )
    }

    pub(super) fn stage(&self) -> Done<Stage> {
        stored::code(&self.stage, Stage::parse)
    }

    fn part(&self) -> Done<Option<Part>> {
        self.part.as_deref().map(|part| stored::code(part, part_of)).transpose()
    }

    /// What the caller may see of the meeting.
    pub(super) fn sight(&self, caller: &Caller) -> Done<Sight> {
        // The program itself belongs to no agency.
        let own = self.own_path.as_deref().map(agencies::read_path).transpose()?.unwrap_or_default();
        let path = agencies::read_path(&self.path)?;
        let standing = Standing {
            agency: &path,
            stage: self.stage()?,
            part: self.part()?,
            speaks_for_invited: self.is_invited,
            is_own_agency_invited: self.is_own,
        };
        Ok(sight(caller, &own, &standing))
    }

    /// Whether the caller may see the reasons for absence.
    fn shows_absences(&self, caller: &Caller) -> Done<bool> {
        let (agency, part, stage) = (agencies::read_path(&self.path)?, self.part()?, self.stage()?);
        let calls = caller.may(Action::CallRoll, Scope::Meeting { agency: &agency, part, stage });
        Ok(calls || part == Some(Part::Chair))
    }

    /// Whether the caller may see what is typed into the form: anyone who writes it may, also after the
    /// meeting.
    fn shows_form(&self, caller: &Caller) -> Done<bool> {
        let (agency, part) = (agencies::read_path(&self.path)?, self.part()?);
        let scope = Scope::Meeting { agency: &agency, part, stage: Stage::Scheduled };
        Ok(caller.may(Action::ComposeMeeting, scope))
    }
}

impl Backend {
    /// What the caller may see of each of these meetings, by the rule.
    pub async fn sights(&self, caller: &Caller, meetings: &[MeetingId]) -> Outcome<HashMap<String, Sight>> {
        let ids = meetings.iter().map(ToString::to_string).collect();
        self.outcome(of_meetings(self.db(), caller, ids).await)
    }

    /// The meetings of which the caller's sight is at least `wanted`, by the condition that lists use.
    pub async fn seen_at_least(&self, caller: &Caller, wanted: Sight) -> Outcome<Vec<String>> {
        let mut query = q("SELECT m.id FROM meeting m WHERE ");
        let seen = at_least(&mut query, caller, wanted);
        query.push(&seen).push(" ORDER BY m.id");
        let rows: Done<Vec<(String,)>> = query.all(self.db()).await.map_err(Stop::from);
        Ok(self.outcome(rows)?.into_iter().map(|(id,)| id).collect())
    }
}

#[derive(sqlx::FromRow)]
struct SightRow {
    id: String,
    #[sqlx(flatten)]
    standing: StandingRow,
}

/// What the caller may see of each of these meetings, by identifier. A deleted meeting is missing.
pub(crate) async fn of_meetings(
    on: impl Source,
    caller: &Caller,
    ids: Vec<String>,
) -> Done<HashMap<String, Sight>> {
    Ok(with_rolls(on, caller, ids).await?.into_iter().map(|(id, seen)| (id, seen.sight)).collect())
}

/// What the caller may see of a meeting and its roll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct MeetingSight {
    /// How much of the meeting.
    pub(crate) sight: Sight,
    /// Whether the caller may also see the reasons for absence.
    pub(crate) shows_absences: bool,
    /// Whether the caller may also see unpublished input in the meeting's form.
    pub(crate) shows_form: bool,
}

/// What the caller may see of each of these meetings and of their rolls.
pub(crate) async fn with_rolls(
    on: impl Source,
    caller: &Caller,
    mut ids: Vec<String>,
) -> Done<HashMap<String, MeetingSight>> {
    let mut on = on;
    ids.sort();
    ids.dedup();
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(BINDS_AT_MOST) {
        let mut query = q("SELECT m.id, ").bind(caller.person);
        let columns = StandingRow::columns(&mut query, caller);
        let these: Vec<String> = chunk.iter().map(|id| query.place(id)).collect();
        query.push(&format!(
            "{columns} FROM meeting m JOIN agency a ON a.id = m.agency_id \
             LEFT JOIN participant p ON p.meeting_id = m.id AND p.person_id = $1 WHERE m.id IN ({})",
            these.join(", ")
        ));
        for row in query.all::<SightRow>(&mut on).await? {
            let shows_absences = row.standing.shows_absences(caller)?;
            let (sight, shows_form) = (row.standing.sight(caller)?, row.standing.shows_form(caller)?);
            found.insert(row.id, MeetingSight { sight, shows_absences, shows_form });
        }
    }
    Ok(found)
}
