//! What a person may see of a meeting. This is the only place that decides it. Everything that shows meetings
//! uses it: lists, calendars, the check beside the form, refusals, search, the trail. Knows no database; the
//! backend derives its conditions from [`sight_by`], and a test compares the two.

use serde::{Deserialize, Serialize};

use crate::access::{Action, Caller, Grant, Part, Role, Scope, Stage, permits};
use crate::ids::AgencyId;

/// How much of a meeting a person may see. Each step includes the steps before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sight {
    /// Nothing, not even that there is a meeting.
    #[default]
    Nothing,
    /// Only that a time is taken: neither identifier nor title nor agency.
    Taken,
    /// That it takes place: title, agency, kind, time, place, form. No participants.
    Title,
    /// Everything except its papers: people, sites, agenda.
    Opens,
    /// Its papers too.
    Papers,
}

impl Sight {
    /// Every step, from the least to the most.
    pub const ALL: [Sight; 5] = [Self::Nothing, Self::Taken, Self::Title, Self::Opens, Self::Papers];
}

/// A reason that lets a person see something of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ground {
    /// Being signed in.
    SignedIn,
    /// A role in the agency that holds the meeting, or in an agency above it.
    Role(Role),
    /// The person's own agency holds it, or an agency above or below their own.
    OwnLine,
    /// The person's own agency is invited as an agency, or joins as a site.
    OwnAgency,
    /// A part in the meeting. [`Part::Invited`] is for a person who speaks for an agency that is invited or
    /// joins as a site.
    Part(Part),
}

impl Ground {
    /// Every ground.
    pub const ALL: [Ground; 13] = [
        Ground::SignedIn,
        Ground::Role(Role::SystemAdministrator),
        Ground::Role(Role::AgencyAdministrator),
        Ground::Role(Role::Secretary),
        Ground::Role(Role::Leader),
        Ground::Role(Role::Delegate),
        Ground::Role(Role::ReportingOfficer),
        Ground::OwnLine,
        Ground::OwnAgency,
        Ground::Part(Part::Chair),
        Ground::Part(Part::Secretary),
        Ground::Part(Part::Delegate),
        Ground::Part(Part::Invited),
    ];
}

/// What one ground lets a person see of a meeting in this stage. This is the whole table; [`sight`] takes the
/// maximum.
///
/// A person knows of a draft only if their role allows them to open it.
pub fn sight_by(ground: Ground, stage: Stage) -> Sight {
    let is_told = stage != Stage::Draft;
    let title = if is_told { Sight::Title } else { Sight::Nothing };
    match ground {
        // A finished or cancelled meeting takes nobody's time.
        Ground::SignedIn if matches!(stage, Stage::Scheduled | Stage::UnderWay) => Sight::Taken,
        Ground::SignedIn => Sight::Nothing,
        Ground::OwnLine | Ground::OwnAgency => title,
        Ground::Part(part) => by_permission(&[], Some(part), stage),
        Ground::Role(role) => {
            let agency = HERE[0];
            let opened = by_permission(&[Grant { role, agency }], None, stage);
            if shows_calendar(role) { opened.max(title) } else { opened }
        }
    }
}

/// A placeholder for the agency that holds the meeting.
const HERE: [AgencyId; 1] = [AgencyId(uuid::Uuid::nil())];

fn by_permission(grants: &[Grant], part: Option<Part>, stage: Stage) -> Sight {
    let may = |action| permits(grants, action, Scope::Meeting { agency: &HERE, part, stage });
    match (may(Action::ReadPaper), may(Action::ViewMeeting)) {
        (true, _) => Sight::Papers,
        (_, true) => Sight::Opens,
        _ => Sight::Nothing,
    }
}

/// Roles that show the meetings of the agencies that they reach. The system administrator runs the system and
/// gets no meetings from that role.
const fn shows_calendar(role: Role) -> bool {
    matches!(role, Role::AgencyAdministrator | Role::Secretary | Role::Leader | Role::ReportingOfficer)
}

/// A person's relation to one meeting, as far as it matters for seeing it.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Path of the agency that holds the meeting, root first.
    pub agency: &'a [AgencyId],
    /// The meeting's stage.
    pub stage: Stage,
    /// The person's own part in the meeting.
    pub part: Option<Part>,
    /// Whether the person speaks for an agency that is invited or joins as a site.
    pub speaks_for_invited: bool,
    /// Whether the person's own agency is invited as an agency or joins as a site.
    pub is_own_agency_invited: bool,
}

impl Standing<'_> {
    /// Whether a ground holds for the caller. `own` is the path of the caller's agency, root first.
    pub fn has(&self, caller: &Caller, own: &[AgencyId], ground: Ground) -> bool {
        match ground {
            Ground::SignedIn => true,
            Ground::Role(role) => {
                caller.grants.iter().any(|grant| grant.role == role && self.agency.contains(&grant.agency))
            }
            Ground::OwnLine => {
                self.agency.contains(&caller.agency.id)
                    || self.agency.last().is_some_and(|holder| own.contains(holder))
            }
            Ground::OwnAgency => self.is_own_agency_invited,
            Ground::Part(Part::Invited) => self.speaks_for_invited,
            Ground::Part(part) => self.part == Some(part),
        }
    }
}

/// What the caller may see of a meeting: the maximum over all grounds. `own` is the path of the caller's
/// agency, root first.
pub fn sight(caller: &Caller, own: &[AgencyId], standing: &Standing<'_>) -> Sight {
    let grounds = Ground::ALL.into_iter().filter(|ground| standing.has(caller, own, *ground));
    grounds.map(|ground| sight_by(ground, standing.stage)).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ground_gives_what_the_policy_says_in_every_stage() {
        let row = |ground| Stage::ALL.map(|stage| sight_by(ground, stage));
        use Sight::{Nothing, Opens, Papers, Taken, Title};
        // Draft, scheduled, under way, held, cancelled, postponed.
        let table = [
            (Ground::SignedIn, [Nothing, Taken, Taken, Nothing, Nothing, Nothing]),
            (Ground::Role(Role::SystemAdministrator), [Nothing; 6]),
            (Ground::Role(Role::Delegate), [Nothing; 6]),
            (Ground::Role(Role::AgencyAdministrator), [Nothing, Title, Title, Title, Title, Title]),
            (Ground::Role(Role::Leader), [Nothing, Opens, Opens, Opens, Opens, Opens]),
            (Ground::Role(Role::ReportingOfficer), [Nothing, Opens, Opens, Opens, Opens, Opens]),
            (Ground::Role(Role::Secretary), [Papers; 6]),
            (Ground::OwnLine, [Nothing, Title, Title, Title, Title, Title]),
            (Ground::OwnAgency, [Nothing, Title, Title, Title, Title, Title]),
            (Ground::Part(Part::Chair), [Nothing, Papers, Papers, Papers, Papers, Papers]),
            (Ground::Part(Part::Secretary), [Nothing, Papers, Papers, Papers, Papers, Papers]),
            (Ground::Part(Part::Delegate), [Nothing, Papers, Papers, Papers, Papers, Papers]),
            (Ground::Part(Part::Invited), [Nothing, Opens, Opens, Opens, Opens, Opens]),
        ];
        assert_eq!(table.len(), Ground::ALL.len());
        for (ground, expected) in table {
            assert_eq!(row(ground), expected, "{ground:?}");
        }
    }

    /// Anyone whom the policy lets open a meeting, or read its papers, sees exactly that much.
    #[test]
    fn sight_agrees_with_permission_for_every_role_part_and_stage() {
        let agency = [AgencyId(uuid::Uuid::from_u128(1)), AgencyId(uuid::Uuid::from_u128(2))];
        let parts =
            [None, Some(Part::Chair), Some(Part::Secretary), Some(Part::Delegate), Some(Part::Invited)];
        for (role, stage) in Role::ALL.into_iter().flat_map(|role| Stage::ALL.map(|stage| (role, stage))) {
            for (part, granted_in) in parts.into_iter().flat_map(|part| agency.map(|at| (part, at))) {
                let caller = caller(vec![Grant { role, agency: granted_in }]);
                let standing = Standing {
                    agency: &agency,
                    stage,
                    part: part.filter(|part| *part != Part::Invited),
                    speaks_for_invited: part == Some(Part::Invited),
                    is_own_agency_invited: false,
                };
                let seen = sight(&caller, &[caller.agency.id], &standing);
                let may = |action| caller.may(action, Scope::Meeting { agency: &agency, part, stage });
                assert_eq!(seen >= Sight::Opens, may(Action::ViewMeeting), "{role:?} {part:?} {stage:?}");
                assert_eq!(seen == Sight::Papers, may(Action::ReadPaper), "{role:?} {part:?} {stage:?}");
            }
        }
    }

    fn caller(grants: Vec<Grant>) -> Caller {
        let agency = AgencyId(uuid::Uuid::from_u128(9));
        Caller {
            person: crate::ids::PersonId(uuid::Uuid::from_u128(8)),
            name: String::new(),
            position: String::new(),
            agency: crate::agencies::AgencyRef { id: agency, code: String::new(), short_name: String::new() },
            line: vec![agency],
            grants,
            session: crate::ids::SessionId(uuid::Uuid::nil()),
            now: chrono::DateTime::UNIX_EPOCH,
        }
    }
}
