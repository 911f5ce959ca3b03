//! What the hall asks the server.

#[cfg(feature = "ssr")]
use domain::access::{Caller, Stage};
#[cfg(feature = "ssr")]
use domain::attendance::{Hall, RollTally};
#[cfg(feature = "ssr")]
use domain::error::{Failure, Outcome, Refusal};
use domain::ids::MeetingId;
#[cfg(feature = "ssr")]
use domain::services::Services;
use leptos::prelude::*;

use super::display::Display;
#[cfg(feature = "ssr")]
use super::qr;
#[cfg(feature = "ssr")]
use crate::context::ClientInfo;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;

/// What the hall shows now.
#[server(prefix = "/api", endpoint = "hall/display")]
pub async fn hall_display(
    /// The meeting.
    meeting: MeetingId,
) -> Result<Display, CallError> {
    let (services, caller) = asked()?;
    let origin = use_context::<ClientInfo>().map(|client| client.origin).unwrap_or_default();
    let hall = hall(&services, &caller, meeting).await?;
    Ok(Display::of(hall, |code| qr::picture(&origin, meeting, code)))
}

/// The hall; of a meeting that is over, its last words, since the display is still on when it closes.
#[cfg(feature = "ssr")]
async fn hall(services: &Services, caller: &Caller, id: MeetingId) -> Outcome<Hall> {
    let refused = match services.attendance.hall(caller, id).await {
        Err(
            refused @ (Failure::Forbidden
            | Failure::Refused(Refusal::WrongState | Refusal::MeetingOver { .. })),
        ) => refused,
        shown => return shown,
    };
    let meeting = services.meetings.get(caller, id).await?;
    if matches!(meeting.state.stage(), Stage::Draft | Stage::Scheduled | Stage::UnderWay) {
        return Err(refused);
    }
    let count = |sites: usize| u32::try_from(sites).unwrap_or(u32::MAX);
    Ok(Hall {
        roll: RollTally::of(&meeting.participants),
        guests: RollTally::of_guests(&meeting.guests),
        sites: (
            count(meeting.sites.iter().filter(|site| site.is_connected).count()),
            count(meeting.sites.len()),
        ),
        code: None,
        now: caller.now,
        meeting,
    })
}
