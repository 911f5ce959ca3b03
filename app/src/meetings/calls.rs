//! What the pages of meetings ask of the server: one meeting, lists, and the steps of its life. Every call is the
//! caller, the port and the answer; who may do it is decided behind the port.

use chrono::{DateTime, Utc};
#[cfg(feature = "ssr")]
use domain::access::Stage;
use domain::agencies::Agency;
use domain::ids::MeetingId;
use domain::meetings::{Meeting, MeetingFilter, MeetingRow};
use domain::people::{Page, PersonRef};
use domain::rooms::Room;
use domain::rules::KindRef;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::{asked, now};
#[cfg(feature = "ssr")]
use domain::error::{Failure, FieldProblem};
#[cfg(feature = "ssr")]
use domain::rooms::RoomsWanted;

/// A meeting and the clock's reading it is shown at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The meeting.
    pub meeting: Meeting,
    /// The server's now.
    pub now: DateTime<Utc>,
}

/// One meeting.
#[server(endpoint = "meetings/get")]
pub async fn fetch(
    /// The meeting.
    id: MeetingId,
) -> Result<Shown, CallError> {
    let (services, caller) = asked()?;
    let meeting = services.meetings.get(&caller, id).await?;
    Ok(Shown { meeting, now: now()? })
}

/// The same for an open page that asks by itself. It does not count as a use of the session, and what it shows not as seen.
#[server(endpoint = "meetings/follow")]
pub async fn follow(
    /// The meeting.
    id: MeetingId,
) -> Result<Shown, CallError> {
    let (services, caller) = asked()?;
    let meeting = services.meetings.follow(&caller, id).await?;
    Ok(Shown { meeting, now: now()? })
}

/// A page of a list, with what its filters offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The rows.
    pub page: Page<MeetingRow>,
    /// Kinds to filter by.
    pub kinds: Vec<KindRef>,
    /// Agencies to filter by.
    pub agencies: Vec<Agency>,
    /// Rooms to filter by: the nearest, and the one filtered by.
    pub rooms: Vec<Room>,
    /// The person filtered by.
    pub person: Option<PersonRef>,
    /// Those whom the name looked for may mean.
    pub found: Vec<PersonRef>,
    /// The rooms that it may mean.
    pub found_rooms: Vec<Room>,
}

/// Meetings of a filter.
#[server(endpoint = "meetings/list", input = server_fn::codec::Json)]
pub async fn list(
    /// Which ones.
    filter: MeetingFilter,
    /// Some of a name, to filter by a person or a room.
    find: String,
) -> Result<Listed, CallError> {
    let (services, caller) = asked()?;
    let people = filter.person.into_iter().collect();
    let person = services.people.named(&caller, people).await?.pop();
    let (found, found_rooms) = if find.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let wanted = RoomsWanted { text: find.clone(), ..RoomsWanted::default() };
        (services.people.find(&caller, &find).await?, services.rooms.offer(&caller, wanted).await?.rooms)
    };
    let wanted = RoomsWanted {
        holder: Some(caller.agency.id),
        chosen: filter.room.into_iter().collect(),
        ..RoomsWanted::default()
    };
    let rooms = services.rooms.offer(&caller, wanted).await?.rooms;
    let page = services.meetings.list(&caller, filter).await?;
    let rules = services.rules.list(&caller).await?;
    let agencies = services.agencies.tree(&caller).await?;
    let kinds = domain::rules::kinds(&rules).into_iter().cloned().collect();
    Ok(Listed { page, kinds, agencies, rooms, person, found, found_rooms })
}

/// Sends the invitations, or the changes.
#[server(endpoint = "meetings/publish")]
pub async fn publish(
    /// The meeting.
    id: MeetingId,
    /// The revision it was read at.
    rev: i64,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "", services.meetings.publish(&caller, id, rev).await.map(drop))
}

/// Opens the meeting.
#[server(endpoint = "meetings/open")]
pub async fn open(
    /// The meeting.
    id: MeetingId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.meetings.open(&caller, id).await)
}

/// Takes back an opening that was a mistake.
#[server(endpoint = "meetings/take-back")]
pub async fn take_back(
    /// The meeting.
    id: MeetingId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.meetings.take_back(&caller, id).await)
}

/// Says which item is being discussed; none when the agenda is through.
#[server(endpoint = "meetings/discuss")]
pub async fn discuss(
    /// The meeting.
    id: MeetingId,
    /// The agenda item.
    #[server(default)]
    item: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "#agenda", services.meetings.discuss(&caller, id, item.parse().ok()).await)
}

/// Closes the meeting, now or at the hour entered.
#[server(endpoint = "meetings/close")]
pub async fn close(
    /// The meeting.
    id: MeetingId,
    /// When it really ended; nothing means now.
    #[server(default)]
    ended: String,
    /// Why.
    #[server(default)]
    reason: String,
    /// `on` to close long before the planned end all the same.
    #[server(default)]
    sure: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let outcome = match ended_at(&ended, caller.now) {
        Ok(ended) => services.meetings.close(&caller, id, ended, &reason, sure == "on").await,
        Err(failure) => Err(failure),
    };
    back_with(id, "", outcome, &[("ended", &ended), ("close_reason", &reason)])
}

/// Cancels or postpones.
#[server(endpoint = "meetings/call-off")]
pub async fn call_off(
    /// The meeting.
    id: MeetingId,
    /// `on` to postpone, anything else to cancel.
    #[server(default)]
    postponed: String,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let is_postponed = postponed == "on";
    let is_draft = services.meetings.get(&caller, id).await.is_ok_and(|it| it.state.stage() == Stage::Draft);
    let outcome = services.meetings.call_off(&caller, id, is_postponed, reason.trim()).await;
    // Of a draft that was dropped nothing is left to go back to.
    if is_draft && outcome.is_ok() && crate::form::is_plain() {
        return crate::form::answer("/meetings", outcome, &[], |()| "/meetings".to_owned());
    }
    back_with(id, "", outcome, &[(if is_postponed { "postpone_reason" } else { "cancel_reason" }, &reason)])
}

/// Drops what was changed in the form since the meeting was sent.
#[server(endpoint = "meetings/drop-changes")]
pub async fn drop_changes(
    /// The meeting.
    id: MeetingId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    back(id, "", services.meetings.drop_changes(&caller, id).await)
}

/// The local time at which a meeting really ended. An hour alone is of today; nothing means now.
#[cfg(feature = "ssr")]
fn ended_at(text: &str, now: DateTime<Utc>) -> Result<Option<chrono::NaiveDateTime>, Failure> {
    let today = domain::time::Zone::VIETNAM.date(now);
    domain::meetings::parse_moment(text, today, today)
        .map_err(|problem| Failure::Invalid(vec![FieldProblem::new("ended", problem)]))
}

/// Ends a step: a plain form redirects to the meeting or shows its page again, a call gets its outcome.
#[cfg(feature = "ssr")]
pub(super) fn back(id: MeetingId, tail: &str, outcome: Result<(), Failure>) -> Result<(), CallError> {
    back_with(id, tail, outcome, &[])
}

/// The same for a form that something was typed into: what was refused comes back in its fields.
#[cfg(feature = "ssr")]
pub(super) fn back_with(
    id: MeetingId,
    tail: &str,
    outcome: Result<(), Failure>,
    typed: &[(&str, &str)],
) -> Result<(), CallError> {
    if crate::form::is_plain() {
        let page = format!("/meetings/{id}{}", tail.split('#').next().unwrap_or(""));
        return crate::form::answer(&page, outcome, typed, |()| format!("/meetings/{id}{tail}"));
    }
    outcome.map_err(CallError::from)
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn an_hour_alone_means_today_where_the_office_is() {
        let late_evening = "2026-06-10T18:30:00Z".parse().unwrap();
        let ended = |text| ended_at(text, late_evening).map(|at| at.map(|at| at.to_string()));
        let at = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(ended("1h15"), at("2026-06-11 01:15:00"));
        assert_eq!(ended(" "), Ok(None));
        assert_eq!(ended("2026-06-10T11:40"), at("2026-06-10 11:40:00"));
        assert_eq!(ended("11:40, 10/6/2026"), at("2026-06-10 11:40:00"));
        assert_eq!(ended("11h40 10/6"), at("2026-06-10 11:40:00"));
        assert_eq!(ended("hôm qua 8 giờ tối"), at("2026-06-10 20:00:00"));
        assert_eq!(ended("8h tối, thứ Tư 10/6"), at("2026-06-10 20:00:00"));
        assert_eq!(ended("5.6 7.30"), at("2026-06-05 07:30:00"));
        assert_eq!(ended("24h 10/6"), at("2026-06-11 00:00:00"));
        assert!(
            matches!(ended("7h 31/4"), Err(Failure::Invalid(wrong)) if matches!(wrong[0].problem, domain::error::Problem::NoSuchDay { .. }))
        );
        assert!(ended("noon").is_err());
        assert!(ended("10/6/2026").is_err());
    }
}
