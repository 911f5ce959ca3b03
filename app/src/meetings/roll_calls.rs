//! What the roll and the papers of a meeting ask of the server.

use domain::ids::{AgencyId, AgendaItemId, MeetingId, PaperId, ParticipantId};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    super::calls::{back, back_with},
    crate::form::{fill_in_further, is_plain},
    crate::session::asked,
    domain::attendance::{Added, Presence},
    domain::error::{Failure, FieldProblem, Problem},
    domain::meetings::{Delegation, GuestInput},
};

/// How the roll was narrowed on the page that a plain form came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    /// By these words.
    pub find: String,
    /// To these rows, by their code.
    pub only: String,
}

/// Marks where one delegate is.
#[server(endpoint = "attendance/mark")]
pub async fn mark(
    /// The meeting.
    id: MeetingId,
    /// Who.
    participant: ParticipantId,
    /// Code of where they are.
    presence: String,
    /// Why.
    #[server(default)]
    reason: String,
    /// What the page shows of the roll.
    #[server(flatten)]
    narrowed: Narrowed,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let outcome = match read_presence(&presence, &reason) {
        Ok(presence) => services.attendance.mark(&caller, id, participant, presence).await,
        Err(failure) => Err(failure),
    };
    let typed = [("of", participant.to_string()), ("presence", presence), ("reason", reason)];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let shown = super::roll_narrow::query(&narrowed.find, &narrowed.only);
    back_with(id, &format!("?tab=delegates{shown}#roll"), outcome, &typed)
}

/// Marks everybody who was not called yet.
#[server(endpoint = "attendance/mark-rest")]
pub async fn mark_rest(
    /// The meeting.
    id: MeetingId,
    /// Code of where they are.
    presence: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let outcome = match read_presence(&presence, "") {
        Ok(presence) => services.attendance.mark_rest(&caller, id, presence).await.map(drop),
        Err(failure) => Err(failure),
    };
    back(id, "?tab=delegates#roll", outcome)
}

/// The fields of the form that adds somebody: a person or an agency, a guest, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AddedFields {
    /// Code of a person or an agency.
    pub delegate: String,
    /// `on` when the agency joins as a site.
    pub site: String,
    /// Name of the guest.
    pub name: String,
    /// Position of the guest.
    pub position: String,
    /// Organisation of the guest.
    pub organisation: String,
    /// Code of the guest's sort.
    pub sort: String,
    /// What people are looked for by.
    pub text: String,
    /// `find` to look for people.
    pub then: String,
}

/// Adds a delegate, an agency or a guest while the meeting is under way. A browser without script uses the same form to
/// look for people.
#[server(endpoint = "attendance/add")]
pub async fn add_participants(
    /// The meeting.
    id: MeetingId,
    /// Who is added.
    #[server(flatten)]
    fields: AddedFields,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let AddedFields { delegate, site, name, position, organisation, sort, text, then } = fields;
    let typed = [
        ("add", "on"),
        ("add_text", &text),
        ("add_name", &name),
        ("add_position", &position),
        ("add_organisation", &organisation),
        ("add_sort", &sort),
    ];
    let typed = typed.map(|(field, text)| (field, text.to_owned()));
    let typed = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    let guest = GuestInput { id: String::new(), name, position, organisation, sort };
    let is_to_choose = delegate.is_empty() && guest.is_blank() && !text.trim().is_empty();
    if is_plain() && (then == "find" || is_to_choose) {
        fill_in_further(&format!("/meetings/{id}?tab=delegates"), &typed);
        return Ok(());
    }
    let outcome = match read_added(&delegate, site == "on", guest) {
        Ok(added) => services.attendance.add(&caller, id, added).await,
        Err(failure) => Err(failure),
    };
    back_with(id, "?tab=delegates#roll", outcome, &typed)
}

/// Takes somebody off the roll who was added by mistake.
#[server(endpoint = "attendance/take-off")]
pub async fn take_off(
    /// The meeting.
    id: MeetingId,
    /// Who.
    participant: ParticipantId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "?tab=delegates#roll", services.attendance.take_off(&caller, id, participant).await)
}

#[cfg(feature = "ssr")]
fn read_added(delegate: &str, is_site: bool, guest: GuestInput) -> Result<Vec<Added>, Failure> {
    let mut added = Vec::new();
    if !delegate.is_empty() {
        let unknown = || Failure::Invalid(vec![FieldProblem::new("delegate", Problem::Unknown)]);
        added.push(match Delegation::parse(delegate).ok_or_else(unknown)? {
            Delegation::Person(person) => Added::Person(person),
            Delegation::Agency(agency) => Added::Agency { agency, is_site },
        });
    }
    if !guest.is_blank() {
        added.push(Added::Guest(guest));
    }
    Ok(added)
}

/// Marks a site as connected or not.
#[server(endpoint = "attendance/mark-site")]
pub async fn mark_site(
    /// The meeting.
    id: MeetingId,
    /// The agency.
    site: AgencyId,
    /// `on` when it was.
    #[server(default)]
    connected: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "?tab=sites#sites", services.attendance.mark_site(&caller, id, site, connected == "on").await)
}

/// Renames a paper.
#[server(endpoint = "papers/rename")]
pub async fn rename_paper(
    /// The meeting.
    id: MeetingId,
    /// The paper.
    paper: PaperId,
    /// Its new title.
    title: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let outcome = services.papers.rename(&caller, paper, &title).await;
    back_with(id, "#agenda", outcome, &[("paper", &paper.to_string()), ("title", &title)])
}

/// Leaves the neutral line of a classified paper.
#[server(endpoint = "papers/neutral-line")]
pub async fn neutral_line(
    /// The meeting.
    id: MeetingId,
    /// The agenda item.
    item: AgendaItemId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.papers.leave_neutral_line(&caller, item).await.map(drop))
}

/// Withdraws a paper, or removes a neutral line.
#[server(endpoint = "papers/withdraw")]
pub async fn withdraw_paper(
    /// The meeting.
    id: MeetingId,
    /// The paper.
    paper: PaperId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.papers.withdraw(&caller, paper).await)
}

/// Puts back a paper that was withdrawn by a slip.
#[server(endpoint = "papers/restore")]
pub async fn restore_paper(
    /// The meeting.
    id: MeetingId,
    /// The paper.
    paper: PaperId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.papers.restore(&caller, paper).await)
}

#[cfg(feature = "ssr")]
fn read_presence(code: &str, reason: &str) -> Result<Presence, Failure> {
    Presence::parse(code, reason)
        .ok_or_else(|| Failure::Invalid(vec![FieldProblem::new("presence", Problem::Unknown)]))
}
