//! What the search page asks the server.

use domain::agencies::AgencyRef;
use domain::meetings::MeetingRow;
use domain::papers::FoundPaper;
use domain::people::PersonRef;
use domain::rooms::Room;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;
#[cfg(feature = "ssr")]
use domain::rooms::RoomsWanted;

/// Rooms shown: an office has a dozen.
#[cfg(feature = "ssr")]
const ROOMS_AT_MOST: usize = 20;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Meetings, best first.
    pub meetings: Vec<MeetingRow>,
    /// Meetings in all, as far as they are looked for.
    pub meetings_total: i64,
    /// Whether there are more of them.
    pub has_more_meetings: bool,
    /// Papers that the reader may read, best first.
    pub papers: Vec<FoundPaper>,
    /// People.
    pub people: Vec<PersonRef>,
    /// Rooms.
    pub rooms: Vec<Room>,
    /// Agencies.
    pub agencies: Vec<AgencyRef>,
}

/// Everything that fits a text. Nothing for an empty one.
#[server(prefix = "/api", endpoint = "search/find")]
pub async fn find_all(
    /// What was typed.
    #[server(default)]
    text: String,
) -> Result<Found, CallError> {
    let (services, caller) = asked()?;
    let folded = domain::text::fold(&text);
    if folded.is_empty() {
        return Ok(Found::default());
    }
    let filter = domain::meetings::MeetingFilter { text: text.clone(), page: 1, ..Default::default() };
    let meetings = services.meetings.list(&caller, filter).await?;
    let wanted = RoomsWanted { text: text.clone(), ..RoomsWanted::default() };
    let mut rooms = services.rooms.offer(&caller, wanted).await?.rooms;
    rooms.truncate(ROOMS_AT_MOST);
    Ok(Found {
        meetings_total: meetings.total,
        has_more_meetings: meetings.has_more,
        meetings: meetings.rows,
        papers: services.papers.find(&caller, &text).await?,
        people: services.people.find(&caller, &text).await?,
        rooms,
        agencies: services.agencies.find(&caller, &text).await?,
    })
}
