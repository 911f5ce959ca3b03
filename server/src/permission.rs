//! Which permission stands behind every address: pages, calls, routes. The session guard reads from here what is
//! open to everybody; the backend decides the rest by the action named here. A test fails for any address that is
//! missing, so that nothing can be served that nobody thought about.

use domain::access::Action;
use domain::accounts::Duty;
use domain::ids::PageId;
use domain::live::rehearsal::Rehearsal;
use domain::live::wire::{Devices, Look, ToServer};
use domain::live::{Arrival, Coming, Seat};
use uuid::Uuid;

/// What an address asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Files of the site: answered without looking who asks.
    Open,
    /// For people who are not signed in too.
    Public,
    /// A signed-in person; what it then shows is decided by each call behind it.
    SignedIn,
    /// A signed-in person whom the backend permits this.
    Needs(Action),
}

use Access::{Needs, Open, Public, SignedIn};
use Action::*;

/// Files and checks.
const FILES: &[(&str, Access)] = &[
    ("/pkg/{*file}", Open),
    ("/fonts/{*file}", Open),
    ("/pdfjs/{*file}", Open),
    ("/favicon.svg", Open),
    ("/icon-192.png", Open),
    ("/icon-512.png", Open),
    ("/apple-touch-icon.png", Open),
    ("/manifest.webmanifest", Open),
    ("/robots.txt", Open),
    ("/health", Open),
];

/// Routes that give or take a file.
const ROUTES: &[(&str, Access)] = &[
    ("/meetings/{id}/invitation.ics", Needs(ViewMeeting)),
    ("/meetings/{id}/papers", Needs(ManagePapers)),
    ("/meetings/{id}/socket", Needs(ViewMeeting)),
    ("/papers/{id}/file", Needs(ReadPaper)),
    ("/admin/imports/{kind}", SignedIn),
    ("/admin/imports/{kind}/sample.xlsx", SignedIn),
];

/// Pages.
const PAGES: &[(&str, Access)] = &[
    ("/sign-in", Public),
    ("/first", Public),
    ("/sign-in/done", SignedIn),
    ("/sign-in/code", Needs(ManageOwnAccount)),
    ("/", Needs(UseSystem)),
    ("/papers", Needs(UseSystem)),
    ("/more", Needs(UseSystem)),
    ("/account", Needs(ManageOwnAccount)),
    ("/account/password", Needs(ManageOwnAccount)),
    ("/account/second-factor", Needs(ManageOwnAccount)),
    ("/calendar", Needs(ViewCalendar)),
    ("/search", Needs(ViewCalendar)),
    ("/meetings", Needs(ViewCalendar)),
    ("/meetings/new", Needs(ComposeMeeting)),
    ("/meetings/{id}", Needs(ViewMeeting)),
    ("/meetings/{id}/edit", Needs(ComposeMeeting)),
    ("/meetings/{id}/roll", Needs(CallRoll)),
    ("/meetings/{id}/hall", Needs(ShowHall)),
    ("/meetings/{id}/live", Needs(ViewMeeting)),
    ("/meetings/{id}/panel", Needs(ViewMeeting)),
    ("/meetings/{id}/rehearsal", Needs(ViewMeeting)),
    ("/meetings/{id}/in", Needs(ScanIn)),
    ("/meetings/{id}/delegates", Needs(NameDelegates)),
    ("/papers/{id}", Needs(ReadPaper)),
    ("/figures", Needs(ViewFigures)),
    ("/admin", SignedIn),
    ("/admin/agencies", Needs(ViewAgencies)),
    ("/admin/agencies/{id}", Needs(ViewAgencies)),
    ("/admin/people", Needs(ViewPeople)),
    ("/admin/people/{id}", Needs(ManagePeople)),
    ("/admin/rooms", Needs(ViewRooms)),
    ("/admin/rooms/{id}", Needs(ManageRooms)),
    ("/admin/rules", Needs(ViewRules)),
    ("/admin/days-off", Needs(ViewCalendar)),
    ("/admin/imports", SignedIn),
    ("/admin/audit", Needs(ViewAudit)),
];

/// Calls of the pages, by the names of their endpoints.
const CALLS: &[(&str, Access)] = &[
    ("/api/preferences/set", Public),
    ("/api/accounts/sign-in", Public),
    ("/api/accounts/is-first", Public),
    ("/api/accounts/claim-first", Public),
    ("/api/accounts/sign-out", Needs(ManageOwnAccount)),
    ("/api/accounts/sign-out-everywhere", Needs(ManageOwnAccount)),
    ("/api/accounts/change-password", Needs(ManageOwnAccount)),
    ("/api/accounts/sessions", Needs(ManageOwnAccount)),
    ("/api/second-factor/state", Needs(ManageOwnAccount)),
    ("/api/second-factor/begin", Needs(ManageOwnAccount)),
    ("/api/second-factor/renew-codes", Needs(ManageOwnAccount)),
    ("/api/second-factor/confirm", Needs(ManageOwnAccount)),
    ("/api/second-factor/turn-off", Needs(ManageOwnAccount)),
    ("/api/second-factor/enter", Needs(ManageOwnAccount)),
    ("/api/notices/account-events", Needs(ManageOwnAccount)),
    ("/api/notices/acknowledge-account", Needs(ManageOwnAccount)),
    ("/api/notices/unseen", Needs(UseSystem)),
    ("/api/notices/acknowledge-role", Needs(UseSystem)),
    ("/api/meetings/today", Needs(UseSystem)),
    ("/api/meetings/list", Needs(ViewCalendar)),
    ("/api/meetings/get", Needs(ViewMeeting)),
    ("/api/meetings/follow", Needs(ViewMeeting)),
    ("/api/meetings/compose", Needs(ComposeMeeting)),
    ("/api/meetings/find", Needs(ViewPeople)),
    ("/api/meetings/find-list", Needs(ViewPeople)),
    ("/api/meetings/find-rooms", Needs(ViewRooms)),
    ("/api/meetings/check", Needs(ComposeMeeting)),
    ("/api/meetings/keep", Needs(ComposeMeeting)),
    ("/api/meetings/last-saved", Needs(ComposeMeeting)),
    ("/api/meetings/save", Needs(ComposeMeeting)),
    ("/api/meetings/publish", Needs(PublishMeeting)),
    ("/api/meetings/call-off", Needs(CallOffMeeting)),
    ("/api/meetings/drop-changes", Needs(ComposeMeeting)),
    ("/api/meetings/open", Needs(ConductMeeting)),
    ("/api/meetings/open-since", Needs(ConductMeeting)),
    ("/api/meetings/take-back", Needs(ConductMeeting)),
    ("/api/meetings/discuss", Needs(ConductMeeting)),
    ("/api/meetings/undo-step", Needs(ConductMeeting)),
    ("/api/meetings/close", Needs(ConductMeeting)),
    ("/api/meetings/reopen", Needs(CorrectMeeting)),
    ("/api/meetings/back-to-draft", Needs(CorrectMeeting)),
    ("/api/meetings/correct", Needs(CorrectMeeting)),
    ("/api/live/lines", Needs(ViewMeeting)),
    ("/api/live/behind", Needs(ConnectSite)),
    ("/api/live/rehearsals", Needs(ViewMeeting)),
    ("/api/live/session", SignedIn),
    ("/api/attendance/mark", Needs(CallRoll)),
    ("/api/attendance/mark-rest", Needs(CallRoll)),
    ("/api/attendance/mark-site", Needs(CallRoll)),
    ("/api/attendance/add", Needs(AddParticipants)),
    ("/api/attendance/take-off", Needs(AddParticipants)),
    ("/api/papers/rename", Needs(ManagePapers)),
    ("/api/papers/neutral-line", Needs(ManagePapers)),
    ("/api/papers/withdraw", Needs(ManagePapers)),
    ("/api/papers/restore", Needs(ManagePapers)),
    ("/api/search/find", Needs(ViewCalendar)),
    ("/api/calendar/choices", Needs(ViewCalendar)),
    ("/api/calendar/find", Needs(ViewPeople)),
    ("/api/calendar/show", Needs(ViewCalendar)),
    ("/api/papers/coming", Needs(UseSystem)),
    ("/api/papers/read", Needs(ReadPaper)),
    ("/api/papers/opened", Needs(ReadPaper)),
    ("/api/attendance/landing", Needs(ScanIn)),
    ("/api/attendance/scan", Needs(ScanIn)),
    ("/api/attendance/to-name", Needs(NameDelegates)),
    ("/api/attendance/nameable", Needs(NameDelegates)),
    ("/api/attendance/name-delegates", Needs(NameDelegates)),
    ("/api/hall/display", Needs(ShowHall)),
    ("/api/figures/agencies", Needs(ViewFigures)),
    ("/api/figures/report", Needs(ViewFigures)),
    ("/api/agencies/tree", Needs(ViewAgencies)),
    ("/api/agencies/add", Needs(ManageAgencies)),
    ("/api/agencies/change", Needs(ManageAgencies)),
    ("/api/agencies/settings", Needs(ViewAgencies)),
    ("/api/agencies/set-hours", Needs(SetHours)),
    ("/api/people/list", Needs(ManagePeople)),
    ("/api/people/get", Needs(ManagePeople)),
    ("/api/people/add", Needs(ManagePeople)),
    ("/api/people/change", Needs(ManagePeople)),
    ("/api/people/reset-password", Needs(ManagePeople)),
    ("/api/people/password-report", Needs(ManagePeople)),
    ("/api/people/turn-off-second-factor", Needs(ManagePeople)),
    ("/api/people/set-active", Needs(ManagePeople)),
    ("/api/rooms/list", Needs(ViewRooms)),
    ("/api/rooms/get", Needs(ManageRooms)),
    ("/api/rooms/add", Needs(ManageRooms)),
    ("/api/rooms/change", Needs(ManageRooms)),
    ("/api/rooms/withdraw", Needs(ManageRooms)),
    ("/api/rooms/restore", Needs(ManageRooms)),
    ("/api/rules/list", Needs(ViewRules)),
    ("/api/rules/add", Needs(AddRule)),
    ("/api/rules/set-hybrid", Needs(AddRule)),
    ("/api/rules/set-short-forms", Needs(AddRule)),
    ("/api/work-days/year", Needs(ViewCalendar)),
    ("/api/work-days/years", Needs(ViewCalendar)),
    ("/api/work-days/set", Needs(ManageWorkDays)),
    ("/api/work-days/drop", Needs(ManageWorkDays)),
    ("/api/work-days/declare", Needs(ManageWorkDays)),
    ("/api/imports/report", SignedIn),
    ("/api/audit/list", Needs(ViewAudit)),
];

/// Requests that open pages make by themselves, without anyone touching them. They do not count as a use of
/// the session.
const BACKGROUND: [&str; 6] = [
    "/meetings/{id}/socket",
    "/api/meetings/follow",
    "/api/meetings/today",
    "/api/live/rehearsals",
    "/api/live/session",
    "/api/hall/display",
];

/// Whether pages request this address by themselves.
pub fn is_background(address: &str) -> bool {
    BACKGROUND.contains(&address)
}

/// The addresses that stay open while a duty is outstanding, besides open and public ones.
const DUTIES: &[(&str, &[Duty])] = &[
    ("/sign-in/code", &[Duty::EnterCode]),
    ("/api/second-factor/enter", &[Duty::EnterCode]),
    ("/account/password", &[Duty::ChangePassword]),
    ("/api/accounts/change-password", &[Duty::ChangePassword]),
    ("/account/second-factor", &[Duty::SetUpSecondFactor]),
    ("/api/second-factor/state", &[Duty::SetUpSecondFactor]),
    ("/api/second-factor/begin", &[Duty::SetUpSecondFactor]),
    ("/api/second-factor/confirm", &[Duty::SetUpSecondFactor]),
    ("/api/accounts/sign-out", &Duty::ALL),
];

/// What lets somebody have a seat.
const SEAT: [Action; 3] = [ConnectSite, JoinMeeting, ShowHall];

/// What a message of the live socket is called, and the actions of which its sender needs one, besides seeing the
/// meeting.
pub fn of_message(message: &ToServer) -> (&'static str, &'static [Action]) {
    match message {
        ToServer::Sit(_) => ("sit", &SEAT),
        ToServer::Rise => ("rise", &[]),
        ToServer::Publish { .. } => ("publish", &SEAT),
        ToServer::Subscribe => ("subscribe", &SEAT),
        ToServer::Answer { .. } => ("answer", &SEAT),
        ToServer::Look(_) => ("look", &SEAT),
        ToServer::Have(_) => ("have", &SEAT),
        ToServer::Ask { .. } => ("ask", &SEAT),
        ToServer::Direct(_) => ("direct", &[ConductMeeting]),
        ToServer::Rehearsed { .. } => ("rehearsed", &SEAT),
        ToServer::Behind { .. } => ("behind", &[ConnectSite]),
    }
}

/// One of every message, for the policy and its test.
pub fn messages() -> Vec<ToServer> {
    vec![
        ToServer::Sit(Arrival { seat: Seat::Hall, page: PageId(Uuid::nil()), how: Coming::Pressed }),
        ToServer::Rise,
        ToServer::Publish { offer: String::new() },
        ToServer::Subscribe,
        ToServer::Answer { answer: String::new() },
        ToServer::Look(Look::Speaker),
        ToServer::Have(Devices::default()),
        ToServer::Ask { wants: true },
        ToServer::Direct(domain::live::Direction::MuteAll),
        ToServer::Rehearsed { seat: Seat::Hall, what: Rehearsal::default() },
        ToServer::Behind { present: Vec::new() },
    ]
}

/// Every address with what it asks for.
pub fn all() -> impl Iterator<Item = (&'static str, Access)> {
    [FILES, ROUTES, PAGES, CALLS].into_iter().flatten().copied()
}

/// The duties under which an address stays open.
pub fn duties(address: &str) -> &'static [Duty] {
    DUTIES.iter().find(|(name, _)| *name == address).map_or(&[], |(_, duties)| duties)
}

/// What an address asks for; `None` when the table does not name it.
pub fn of(address: &str) -> Option<Access> {
    all().find(|(name, _)| *name == address).map(|(_, access)| access)
}
