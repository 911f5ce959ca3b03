//! What the calendar asks the server.

use domain::ids::RoomId;
use domain::meetings::Calendar;
use domain::people::PersonRef;
use domain::rooms::Room;
#[cfg(feature = "ssr")]
use domain::rooms::RoomsWanted;
use leptos::prelude::*;
use server_fn::codec::Json;

use super::choices::Choices;
use super::query::Asked;
use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;

/// The sittings of the dates asked for.
#[server(prefix = "/api", endpoint = "calendar/show", input = Json)]
pub async fn show_calendar(
    /// What the address asks for.
    query: Asked,
) -> Result<Calendar, CallError> {
    let (services, caller) = asked()?;
    Ok(services.meetings.calendar(&caller, query.filter(&caller)).await?)
}

/// What the calendar can be filtered by: the agencies, and the rooms nearest to the caller.
#[server(prefix = "/api", endpoint = "calendar/choices")]
pub async fn calendar_choices(
    /// The room that is shown, so that its name is among them.
    #[server(default)]
    room: Option<RoomId>,
) -> Result<Choices, CallError> {
    let (services, caller) = asked()?;
    let wanted = RoomsWanted {
        holder: Some(caller.agency.id),
        chosen: room.into_iter().collect(),
        ..RoomsWanted::default()
    };
    let offered = services.rooms.offer(&caller, wanted).await?;
    Ok(Choices::new(services.agencies.tree(&caller).await?, offered.rooms))
}

/// People and rooms whose calendar may be meant by a name.
#[server(prefix = "/api", endpoint = "calendar/find")]
pub async fn calendar_find(
    /// Some of the name.
    text: String,
) -> Result<(Vec<PersonRef>, Vec<Room>), CallError> {
    let (services, caller) = asked()?;
    let people = services.people.find(&caller, &text).await?;
    let wanted = RoomsWanted { text, ..RoomsWanted::default() };
    Ok((people, services.rooms.offer(&caller, wanted).await?.rooms))
}
