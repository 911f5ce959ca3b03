//! What the pages of scanning in and of naming ask the server, and the forms they send.

use domain::ids::{AgencyId, MeetingId};
use domain::people::PersonRef;
use leptos::prelude::*;

use super::landing::Landing;
use super::naming::Naming;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    crate::form::{answer, fill_in_further},
    crate::parts::naming_href,
    crate::session::asked,
    domain::error::{Failure, FieldProblem, Problem},
    domain::ids::PersonId,
};

/// Which meeting the code belongs to, and whether the person is in already.
#[server(prefix = "/api", endpoint = "attendance/landing")]
pub async fn scan_landing(
    /// The meeting.
    meeting: MeetingId,
) -> Result<Landing, CallError> {
    let (services, caller) = asked()?;
    Ok(Landing::of(&services.meetings.get(&caller, meeting).await?, caller.person))
}

/// The person is present, by the code of the moment.
#[server(prefix = "/api", endpoint = "attendance/scan")]
pub async fn scan_in(
    /// The meeting.
    meeting: MeetingId,
    /// The code, as scanned or typed.
    #[server(default)]
    code: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let (path, outcome) =
        (format!("/meetings/{meeting}/in"), services.attendance.scan(&caller, meeting, &code).await);
    answer(&path, outcome, &[], |_| path.clone())
}

/// A meeting to which an agency of the caller's is invited, and who has been chosen so far.
#[server(prefix = "/api", endpoint = "attendance/to-name", input = server_fn::codec::Json)]
pub async fn to_name(
    /// The meeting.
    meeting: MeetingId,
    /// Those ticked before the search, as their identifiers.
    chosen: Vec<String>,
) -> Result<Naming, CallError> {
    let (services, caller) = asked()?;
    let chosen = chosen.iter().filter_map(|id| id.parse().ok()).collect();
    let meeting = services.meetings.get(&caller, meeting).await?;
    Ok(Naming::of(meeting, services.people.named(&caller, chosen).await?))
}

/// People of the agency who could come and match the text.
#[server(prefix = "/api", endpoint = "attendance/nameable")]
pub async fn nameable(
    /// The meeting.
    meeting: MeetingId,
    /// The agency.
    agency: AgencyId,
    /// What was typed.
    #[server(default)]
    text: String,
) -> Result<Vec<PersonRef>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.attendance.nameable(&caller, meeting, agency, &text).await?)
}

/// Names the people who come for an invited agency. A browser without script uses the same form to search for
/// more people.
#[server(prefix = "/api", endpoint = "attendance/name-delegates")]
pub async fn name_delegates(
    /// The meeting.
    meeting: MeetingId,
    /// The agency.
    agency: AgencyId,
    /// Those ticked, as their identifiers.
    #[server(default)]
    people: Vec<String>,
    /// `find` to look for more people.
    #[server(default)]
    then: String,
    /// The search text.
    #[server(default)]
    text: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let ticked = people.iter().map(|id| ("people[]", id.as_str()));
    let typed: Vec<(&str, &str)> = ticked.chain([("text", text.as_str())]).collect();
    if then == "find" {
        fill_in_further(&naming_href(meeting, agency), &typed);
        return Ok(());
    }
    let outcome = match read_people(&people) {
        Ok(people) => services.attendance.name_delegates(&caller, meeting, agency, people).await,
        Err(failure) => Err(failure),
    };
    answer(&naming_href(meeting, agency), outcome, &typed, |()| format!("/meetings/{meeting}?tab=delegates"))
}

#[cfg(feature = "ssr")]
fn read_people(ids: &[String]) -> Result<Vec<PersonId>, Failure> {
    let unknown = |_| Failure::Invalid(vec![FieldProblem::new("people", Problem::Unknown)]);
    ids.iter().map(|id| id.parse().map_err(unknown)).collect()
}
