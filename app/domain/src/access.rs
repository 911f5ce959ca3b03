//! Who may do what. One function decides, one table of roles says it, and a snapshot of the whole matrix is kept
//! beside the tests as readable policy. Knows people's grants, never their names.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::agencies::AgencyRef;
use crate::ids::{AgencyId, PersonId, SessionId};

/// What a person is in an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the system: agencies, rules, imports, audit. Sees no papers.
    SystemAdministrator,
    /// Runs one agency and those below it: people and rooms.
    AgencyAdministrator,
    /// Plans and runs the meetings of an agency and those below it.
    Secretary,
    /// Leads an agency: sees its meetings and figures.
    Leader,
    /// Takes part in meetings.
    Delegate,
    /// Answers for the figures of an agency and those below it.
    ReportingOfficer,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 6] = [
        Self::SystemAdministrator,
        Self::AgencyAdministrator,
        Self::Secretary,
        Self::Leader,
        Self::Delegate,
        Self::ReportingOfficer,
    ];

    /// The code in tables and files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::SystemAdministrator => "system_administrator",
            Self::AgencyAdministrator => "agency_administrator",
            Self::Secretary => "secretary",
            Self::Leader => "leader",
            Self::Delegate => "delegate",
            Self::ReportingOfficer => "reporting_officer",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether the role shows its holder meetings that they are not invited to.
    pub fn opens_meetings(self) -> bool {
        Stage::ALL.into_iter().any(|stage| role_allows_meeting(self, Action::ViewMeeting, stage))
    }
}

/// A role held in one agency. It reaches down to the agencies below.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where.
    pub agency: AgencyId,
}

/// What a person is in one meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Chủ trì.
    Chair,
    /// Thư ký.
    Secretary,
    /// Đại biểu.
    Delegate,
    /// Cơ quan được mời: speaks for an agency that was invited and names its own delegates, or that joins as a site.
    Invited,
}

/// How far a meeting has come, as far as permission cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Only its secretariat knows of it.
    Draft,
    /// Invitations are out.
    Scheduled,
    /// It is being held.
    UnderWay,
    /// It was held.
    Held,
    /// It was cancelled.
    Cancelled,
    /// It was postponed.
    Postponed,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Stage; 6] =
        [Self::Draft, Self::Scheduled, Self::UnderWay, Self::Held, Self::Cancelled, Self::Postponed];

    /// The code in tables and links.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::UnderWay => "under_way",
            Self::Held => "held",
            Self::Cancelled => "cancelled",
            Self::Postponed => "postponed",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Stage> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// Every operation that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See one's own home, profile and calendar.
    UseSystem,
    /// End all one's own sessions, change one's own password.
    ManageOwnAccount,
    /// See the tree of agencies.
    ViewAgencies,
    /// Add, rename and import agencies.
    ManageAgencies,
    /// Set an agency's working hours and the days it keeps free.
    SetHours,
    /// See people's names and positions, to invite them.
    ViewPeople,
    /// Add, change and import people, give roles, set a new password.
    ManagePeople,
    /// See the rooms.
    ViewRooms,
    /// Add, change and import rooms.
    ManageRooms,
    /// See the kinds of meeting and their limits.
    ViewRules,
    /// Add a row to the rules, say how hybrid meetings count.
    AddRule,
    /// Enter the days off and the worked weekends.
    ManageWorkDays,
    /// Read the audit trail.
    ViewAudit,
    /// Import meetings of the past.
    ImportMeetings,
    /// Import figures of years before the system.
    ImportBaseline,
    /// See when and where meetings of an agency are, and search them.
    ViewCalendar,
    /// See an agency's figures and the lists behind them.
    ViewFigures,
    /// Write a draft and have it checked.
    ComposeMeeting,
    /// Schedule it and change it afterwards.
    PublishMeeting,
    /// Cancel or postpone it.
    CallOffMeeting,
    /// See a meeting's agenda and delegates.
    ViewMeeting,
    /// Open it, take that back, close it, say what is being discussed.
    ConductMeeting,
    /// Take back its closing or its entry afterwards, correct its hours after it was held.
    CorrectMeeting,
    /// Read its papers.
    ReadPaper,
    /// Add, name and withdraw its papers.
    ManagePapers,
    /// Call the roll, mark sites.
    CallRoll,
    /// Add somebody to a meeting that is under way.
    AddParticipants,
    /// Show the hall's display with its code.
    ShowHall,
    /// Scan the hall's code for oneself.
    ScanIn,
    /// Name the delegates of one's agency.
    NameDelegates,
    /// Join a meeting online as a listed person.
    JoinMeeting,
    /// Connect one's agency as a site, say who sits before its camera.
    ConnectSite,
}

impl Action {
    /// Every action, in the order of the policy.
    pub const ALL: [Action; 32] = [
        Self::UseSystem,
        Self::ManageOwnAccount,
        Self::ViewAgencies,
        Self::ManageAgencies,
        Self::SetHours,
        Self::ViewPeople,
        Self::ManagePeople,
        Self::ViewRooms,
        Self::ManageRooms,
        Self::ViewRules,
        Self::AddRule,
        Self::ManageWorkDays,
        Self::ViewAudit,
        Self::ImportMeetings,
        Self::ImportBaseline,
        Self::ViewCalendar,
        Self::ViewFigures,
        Self::ComposeMeeting,
        Self::PublishMeeting,
        Self::CallOffMeeting,
        Self::ViewMeeting,
        Self::ConductMeeting,
        Self::CorrectMeeting,
        Self::ReadPaper,
        Self::ManagePapers,
        Self::CallRoll,
        Self::AddParticipants,
        Self::ShowHall,
        Self::ScanIn,
        Self::NameDelegates,
        Self::JoinMeeting,
        Self::ConnectSite,
    ];
}

/// What an action is about.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// Oneself, or the system as everybody sees it.
    Myself,
    /// The whole system.
    System,
    /// An agency, as its path from the root down to itself.
    Agency(&'a [AgencyId]),
    /// A meeting: the path of the agency that holds it, one's own part in it, and its stage.
    Meeting {
        /// Path of the organising agency, root first.
        agency: &'a [AgencyId],
        /// One's part, if any.
        part: Option<Part>,
        /// How far the meeting has come.
        stage: Stage,
    },
}

/// Whether the grants allow an action in a scope. Everything that is not allowed here is forbidden.
///
/// A part in the meeting counts only once invitations are out: a draft is its secretariat's alone. The system
/// administrator runs the system and reads no papers. No exception by role: to take part, one must be listed.
pub fn permits(grants: &[Grant], action: Action, scope: Scope<'_>) -> bool {
    match scope {
        Scope::Myself => is_for_everybody(action),
        Scope::System => grants.iter().any(|g| role_allows(g.role, action, true)),
        Scope::Agency(path) => grants.iter().any(|g| {
            let reaches = reaches(g, path);
            (reaches || g.role == Role::SystemAdministrator) && role_allows(g.role, action, false)
        }),
        Scope::Meeting { agency, part, stage } => {
            let by_part = stage != Stage::Draft && part.is_some_and(|part| part_allows(part, action));
            let by_role = grants
                .iter()
                .any(|g| agency.contains(&g.agency) && role_allows_meeting(g.role, action, stage));
            (by_part || by_role) && stage_allows(stage, action)
        }
    }
}

/// Whether a role reaches an agency: its own and those below. A delegate speaks for their own agency alone: a clerk of
/// the province's committee does not sit for every commune.
fn reaches(grant: &Grant, path: &[AgencyId]) -> bool {
    match grant.role {
        Role::Delegate => path.last() == Some(&grant.agency),
        _ => path.contains(&grant.agency),
    }
}

/// What everybody signed in may do.
fn is_for_everybody(action: Action) -> bool {
    use Action::*;
    matches!(
        action,
        UseSystem
            | ManageOwnAccount
            | ViewAgencies
            | ViewPeople
            | ViewRooms
            | ViewRules
            | ViewCalendar
            | ScanIn
    )
}

/// What a role may do in an agency that it reaches; `whole_system` asks for the system itself.
fn role_allows(role: Role, action: Action, whole_system: bool) -> bool {
    use Action::*;
    if is_for_everybody(action) {
        return true;
    }
    match role {
        Role::SystemAdministrator => matches!(
            action,
            ManageAgencies
                | SetHours
                | ManagePeople
                | ManageRooms
                | AddRule
                | ManageWorkDays
                | ViewAudit
                | ImportMeetings
                | ImportBaseline
                | ViewFigures
        ),
        _ if whole_system => false,
        Role::AgencyAdministrator => {
            matches!(
                action,
                SetHours
                    | ManagePeople
                    | ManageRooms
                    | ViewAudit
                    | ViewFigures
                    | ImportBaseline
                    | ImportMeetings
                    | NameDelegates
            )
        }
        Role::Secretary => {
            matches!(action, ComposeMeeting | ViewFigures | NameDelegates | ViewMeeting | ConnectSite)
        }
        Role::Leader => matches!(action, ViewFigures | NameDelegates | ViewMeeting | ConnectSite),
        Role::ReportingOfficer => matches!(action, ViewFigures | ImportBaseline | ImportMeetings),
        Role::Delegate => action == ConnectSite,
    }
}

/// What a role in the organising agency, or above it, may do with one meeting.
fn role_allows_meeting(role: Role, action: Action, stage: Stage) -> bool {
    use Action::*;
    match role {
        Role::Secretary => matches!(
            action,
            ComposeMeeting
                | PublishMeeting
                | CallOffMeeting
                | ViewMeeting
                | ConductMeeting
                | CorrectMeeting
                | ReadPaper
                | ManagePapers
                | CallRoll
                | AddParticipants
                | ShowHall
        ),
        Role::Leader | Role::ReportingOfficer => action == ViewMeeting && stage != Stage::Draft,
        Role::SystemAdministrator | Role::AgencyAdministrator | Role::Delegate => false,
    }
}

/// What a part in the meeting allows once invitations are out.
fn part_allows(part: Part, action: Action) -> bool {
    use Action::*;
    match part {
        Part::Chair => {
            matches!(
                action,
                ViewMeeting | ReadPaper | ConductMeeting | AddParticipants | ShowHall | ScanIn | JoinMeeting
            )
        }
        Part::Secretary => matches!(
            action,
            ComposeMeeting
                | PublishMeeting
                | CallOffMeeting
                | ViewMeeting
                | ReadPaper
                | ConductMeeting
                | CorrectMeeting
                | ManagePapers
                | CallRoll
                | AddParticipants
                | ShowHall
                | ScanIn
                | JoinMeeting
        ),
        Part::Delegate => matches!(action, ViewMeeting | ReadPaper | ScanIn | JoinMeeting),
        Part::Invited => matches!(action, ViewMeeting | NameDelegates | ConnectSite),
    }
}

/// The stage that decides on an action. A meeting that was entered after it took place had no time before it in which its
/// papers could be added, so they are managed as those of a meeting under way.
pub fn stage_for(action: Action, stage: Stage, is_entered: bool) -> Stage {
    match (action, stage) {
        (Action::ManagePapers, Stage::Held) if is_entered => Stage::UnderWay,
        _ => stage,
    }
}

/// What the stage itself rules out, whoever asks.
fn stage_allows(stage: Stage, action: Action) -> bool {
    use Action::*;
    match action {
        ComposeMeeting | PublishMeeting => {
            matches!(stage, Stage::Draft | Stage::Scheduled | Stage::Postponed)
        }
        CallOffMeeting => matches!(stage, Stage::Draft | Stage::Scheduled | Stage::Postponed),
        ConductMeeting | ShowHall => matches!(stage, Stage::Scheduled | Stage::UnderWay),
        CorrectMeeting => stage == Stage::Held,
        CallRoll => matches!(stage, Stage::Scheduled | Stage::UnderWay | Stage::Held),
        ScanIn | AddParticipants => stage == Stage::UnderWay,
        NameDelegates | JoinMeeting | ConnectSite => matches!(stage, Stage::Scheduled | Stage::UnderWay),
        ManagePapers => matches!(stage, Stage::Draft | Stage::Scheduled | Stage::UnderWay | Stage::Postponed),
        _ => true,
    }
}

/// The person who asks, and when: the first argument of every operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Who.
    pub person: PersonId,
    /// Name, as shown.
    pub name: String,
    /// Position, as shown.
    pub position: String,
    /// Own agency.
    pub agency: AgencyRef,
    /// Own agency and those above it, topmost first. Empty for the program itself.
    pub line: Vec<AgencyId>,
    /// Roles held.
    pub grants: Vec<Grant>,
    /// The device's session.
    pub session: SessionId,
    /// When they ask.
    pub now: DateTime<Utc>,
}

/// The office of an agency with this path: the one right under the topmost, or the topmost itself.
pub fn office_of(path: &[AgencyId]) -> Option<AgencyId> {
    path.get(1).or(path.first()).copied()
}

impl Caller {
    /// Whether the caller may do this; the backend's one question.
    pub fn may(&self, action: Action, scope: Scope<'_>) -> bool {
        permits(&self.grants, action, scope)
    }

    /// The agency that shares are counted by: the one right under the topmost in the caller's line, or the topmost
    /// itself. Its administrators can add people and units below it, but no further agency of this rank.
    pub fn office(&self) -> AgencyId {
        office_of(&self.line).unwrap_or(self.agency.id)
    }

    /// Whether any of the caller's roles is this one.
    pub fn has_role(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_role_opens_meetings_when_it_lets_its_holder_see_one_of_others() {
        let agency = AgencyId(Uuid::nil());
        for role in Role::ALL {
            let sees = |stage| {
                let scope = Scope::Meeting { agency: &[agency], part: None, stage };
                permits(&[Grant { role, agency }], Action::ViewMeeting, scope)
            };
            assert_eq!(role.opens_meetings(), Stage::ALL.into_iter().any(sees), "{role:?}");
        }
        let opening: Vec<Role> = Role::ALL.into_iter().filter(|role| role.opens_meetings()).collect();
        assert_eq!(opening, [Role::Secretary, Role::Leader, Role::ReportingOfficer]);
    }

    #[test]
    fn only_papers_of_a_meeting_entered_afterwards_are_managed_once_it_was_held() {
        for action in Action::ALL {
            for stage in Stage::ALL {
                assert_eq!(stage_for(action, stage, false), stage);
                let is_changed = stage_for(action, stage, true) != stage;
                assert_eq!(is_changed, action == Action::ManagePapers && stage == Stage::Held);
            }
        }
    }
}
