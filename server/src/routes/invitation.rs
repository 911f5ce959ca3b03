//! A meeting for people's own calendars: one event a sitting, replaced when the meeting changes.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::access::Stage;
use domain::error::Failure;
use domain::ids::MeetingId;
use domain::meetings::Meeting;
use http::{HeaderMap, header};
use reports::{Event, ics};

use crate::fault;
use crate::guard::Visitor;
use crate::site::Site;

/// The calendar file of a meeting whose invitations are out.
pub async fn invitation(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match file(&site, visitor, &id).await {
        Ok(text) => {
            let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
            let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"phien.ics\"");
            ([kind, name], text).into_response()
        }
        Err(failure) => fault::failure(&failure, &headers),
    }
}

async fn file(site: &Site, visitor: Visitor, id: &str) -> Result<String, Failure> {
    let caller = visitor.0.ok_or(Failure::SignedOut)?;
    let id: MeetingId = id.parse().map_err(|_| Failure::NotFound)?;
    let meeting = site.services.meetings.get(&caller, id).await?;
    if meeting.state.stage() == Stage::Draft {
        return Err(Failure::NotFound);
    }
    Ok(ics(&events(site, &meeting), site.clock.now()))
}

fn events(site: &Site, meeting: &Meeting) -> Vec<Event> {
    let zone = site.backend.zone();
    let rooms = meeting.rooms.iter().map(|room| room.name.clone());
    let place: Vec<String> = rooms.chain([meeting.place.clone()]).filter(|place| !place.is_empty()).collect();
    let is_cancelled = matches!(meeting.state.stage(), Stage::Cancelled | Stage::Postponed);
    let event = |(number, sitting): (usize, &domain::time::Sitting)| Event {
        uid: format!("{}-{}@phien", meeting.id, number + 1),
        sequence: u32::try_from(meeting.rev).unwrap_or_default(),
        title: meeting.title.clone(),
        from: zone.instant(sitting.start()),
        to: zone.instant(sitting.end()),
        place: place.join(", "),
        url: format!("{}/meetings/{}", site.config.address(), meeting.id),
        is_cancelled,
    };
    meeting.sittings.iter().enumerate().map(event).collect()
}
