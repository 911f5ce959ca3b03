//! What the pages ask about rooms.

use domain::ids::RoomId;
use domain::rooms::Room;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{
    form::{FlashMessage, answer, noted},
    session::asked,
};

/// Every room, those nearest to the caller's agency first.
#[server(prefix = "/api", endpoint = "rooms/list")]
pub async fn all_rooms() -> Result<Vec<Room>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.rooms.list(&caller, None).await?)
}

/// Adds a room.
#[server(prefix = "/api", endpoint = "rooms/add")]
pub async fn add_room(
    /// Code, unique.
    #[server(default)]
    code: String,
    /// Name.
    #[server(default)]
    name: String,
    /// Code of the agency.
    #[server(default)]
    agency: String,
    /// What was typed to find it, for a form that comes back.
    #[server(default)]
    agency_name: String,
    /// Seats.
    #[server(default)]
    capacity: String,
    /// `yes` with equipment for online meetings.
    #[server(default)]
    video: String,
    /// Other equipment.
    #[server(default)]
    equipment: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let input = domain::rooms::RoomInput { code, name, agency, capacity, video, equipment };
    let added = services.rooms.add(&caller, input.clone()).await;
    let typed = [
        ("code", &*input.code),
        ("name", &*input.name),
        ("agency", &*input.agency),
        ("agency_name", &*agency_name),
        ("capacity", &*input.capacity),
        ("video", &*input.video),
        ("equipment", &*input.equipment),
    ];
    answer("/admin/rooms", added, &typed, |_| noted(FlashMessage::Saved, "/admin/rooms".to_owned()))
}

/// One room, to be changed.
#[server(prefix = "/api", endpoint = "rooms/get")]
pub async fn get_room(
    /// Which.
    id: RoomId,
) -> Result<Room, CallError> {
    let (services, caller) = asked()?;
    Ok(services.rooms.get(&caller, id).await?)
}

/// Writes a room's name, seats and equipment anew.
#[server(prefix = "/api", endpoint = "rooms/change")]
pub async fn change_room(
    /// Which.
    id: RoomId,
    /// Name.
    #[server(default)]
    name: String,
    /// Seats.
    #[server(default)]
    capacity: String,
    /// `yes` with equipment for online meetings.
    #[server(default)]
    video: String,
    /// Other equipment.
    #[server(default)]
    equipment: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let input = domain::rooms::RoomChange { name, capacity, video, equipment };
    let changed = services.rooms.change(&caller, id, input.clone()).await;
    let typed = [
        ("name", &*input.name),
        ("capacity", &*input.capacity),
        ("video", &*input.video),
        ("equipment", &*input.equipment),
    ];
    let path = format!("/admin/rooms/{id}");
    answer(&path, changed, &typed, |()| noted(FlashMessage::Saved, path.clone()))
}
