//! What the calendar asks the server.

use domain::meetings::Calendar;
use domain::people::PersonRef;
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

/// What the calendar can be filtered by.
#[server(prefix = "/api", endpoint = "calendar/choices")]
pub async fn calendar_choices() -> Result<Choices, CallError> {
    let (services, caller) = asked()?;
    Ok(Choices::new(services.agencies.tree(&caller).await?, services.rooms.list(&caller, None).await?))
}

/// People whose calendar may be meant by a name.
#[server(prefix = "/api", endpoint = "calendar/people")]
pub async fn calendar_people(
    /// Some of the name.
    text: String,
) -> Result<Vec<PersonRef>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.people.find(&caller, &text).await?)
}
