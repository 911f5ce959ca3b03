//! What the composer's search fields ask of the server: people, agencies and rooms that fit what was typed. Keeps nothing.

use domain::people::PersonRef;
use domain::rooms::Room;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use {
    crate::session::asked, domain::access::Caller, domain::error::Failure, domain::ids::AgencyId,
    domain::rooms::RoomsWanted, domain::services::Services,
};

/// The room that a text means, of those that fit it: the only one, or the one of exactly this name. Rooms that merely share
/// a word are not guessed among.
pub(super) fn room_meant<'r>(rooms: &'r [Room], text: &str) -> Option<&'r Room> {
    let folded = domain::text::fold(text);
    let mut named = rooms.iter().filter(|room| domain::text::fold(&room.name) == folded);
    match (rooms, named.next(), named.next()) {
        ([only], ..) => Some(only),
        (_, Some(named), None) => Some(named),
        _ => None,
    }
}

/// A person, an agency or a room that fits a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// A person.
    Person(PersonRef),
    /// An agency that names its delegate later.
    Agency(domain::agencies::AgencyRef),
    /// A room.
    Room(Room),
}

/// Rooms that a meeting of an agency may use and whose name, code, equipment or agency fits a text.
#[server(endpoint = "meetings/find-rooms")]
pub async fn find_rooms(
    /// What was typed.
    text: String,
    /// The agency that holds the meeting.
    #[server(default)]
    agency: String,
) -> Result<Vec<Room>, CallError> {
    let (services, caller) = asked()?;
    let holder = agency.parse().unwrap_or(caller.agency.id);
    Ok(rooms_found(&services, &caller, holder, text).await?)
}

/// So many rooms are listed under a text; more letters find the others.
#[cfg(feature = "ssr")]
const ROOMS_FOUND: usize = 12;

/// The rooms listed under a text, for a meeting of the holder.
#[cfg(feature = "ssr")]
pub(super) async fn rooms_found(
    services: &Services,
    caller: &Caller,
    holder: AgencyId,
    text: String,
) -> Result<Vec<Room>, Failure> {
    let wanted = RoomsWanted { text, holder: Some(holder), ..RoomsWanted::default() };
    let mut rooms = services.rooms.offer(caller, wanted).await?.rooms;
    rooms.truncate(ROOMS_FOUND);
    Ok(rooms)
}

/// People, and agencies unless only people will do.
#[server(endpoint = "meetings/find")]
pub async fn find(
    /// What was typed.
    text: String,
    /// Whether agencies are left out.
    #[server(default)]
    only_people: bool,
) -> Result<Vec<Found>, CallError> {
    let (services, caller) = asked()?;
    let people = services.people.find(&caller, &text).await?.into_iter().map(Found::Person);
    let agencies = if only_people { Vec::new() } else { services.agencies.find(&caller, &text).await? };
    Ok(agencies.into_iter().map(Found::Agency).take(AGENCIES_FOUND).chain(people).collect())
}

/// Agencies come before people, so that an agency's own name finds it first; more than these would hide the people.
#[cfg(feature = "ssr")]
const AGENCIES_FOUND: usize = 5;

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_meant_by_its_own_name_or_when_it_is_the_only_one() {
        let room = |name: &str| -> Room {
            leptos::serde_json::from_value(leptos::serde_json::json!({
                "id": uuid::Uuid::nil(), "code": "P", "name": name, "capacity": 20, "has_video": false, "equipment": "",
                "is_withdrawn": false, "agency": {"id": uuid::Uuid::nil(), "code": "A", "short_name": "A"},
            }))
            .unwrap()
        };
        let rooms = [room("Phòng họp số 1"), room("Phòng họp số 12"), room("Hội trường")];
        let meant = |rooms: &[Room], text: &str| room_meant(rooms, text).map(|room| room.name.clone());
        assert_eq!(meant(&rooms, "phong hop so 1"), Some("Phòng họp số 1".into()));
        assert_eq!(meant(&rooms, "phong"), None);
        assert_eq!(meant(&rooms[2..], "hoi"), Some("Hội trường".into()));
        assert_eq!(meant(&[], "hoi"), None);
    }
}
