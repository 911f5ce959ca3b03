//! What the roll and the papers of a meeting ask of the server.

use domain::ids::{AgencyId, AgendaItemId, MeetingId, PaperId, ParticipantId};
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    super::calls::{back, back_with},
    crate::session::asked,
    domain::attendance::Presence,
    domain::error::{Failure, FieldProblem, Problem},
};

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
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let outcome = match read_presence(&presence, &reason) {
        Ok(presence) => services.attendance.mark(&caller, id, participant, presence).await,
        Err(failure) => Err(failure),
    };
    let typed = [("of", participant.to_string()), ("presence", presence), ("reason", reason)];
    let typed = typed.each_ref().map(|(name, value)| (*name, value.as_str()));
    back_with(id, "?tab=delegates#roll", outcome, &typed)
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
