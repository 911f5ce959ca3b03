//! What the pages ask about rooms.

use domain::ids::RoomId;
use domain::people::Page;
use domain::rooms::Room;
use leptos::prelude::*;

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{
    form::{FlashMessage, answer, noted},
    session::asked,
};
#[cfg(feature = "ssr")]
use domain::rooms::RoomAfter;

/// A page of the rooms that fit a text, those nearest to the caller's agency first.
#[server(prefix = "/api", endpoint = "rooms/list")]
pub async fn list_rooms(
    /// Folded before it is compared.
    #[server(default)]
    text: String,
    /// Page from 1.
    #[server(default)]
    page: u32,
) -> Result<Page<Room>, CallError> {
    let (services, caller) = asked()?;
    Ok(services.rooms.list(&caller, &text, page.max(1)).await?)
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

/// Ends a room's use, or removes it when no meeting ever used it.
#[server(prefix = "/api", endpoint = "rooms/withdraw")]
pub async fn withdraw_room(
    /// Which.
    id: RoomId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let withdrawn = services.rooms.withdraw(&caller, id).await;
    let path = format!("/admin/rooms/{id}");
    answer(&path, withdrawn, &[], |left| match left {
        RoomAfter::Withdrawn => noted(FlashMessage::Saved, path.clone()),
        RoomAfter::Removed => noted(FlashMessage::Saved, "/admin/rooms".to_owned()),
    })
}

/// Lets meetings use a withdrawn room again.
#[server(prefix = "/api", endpoint = "rooms/restore")]
pub async fn restore_room(
    /// Which.
    id: RoomId,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let restored = services.rooms.restore(&caller, id).await;
    let path = format!("/admin/rooms/{id}");
    answer(&path, restored, &[], |()| noted(FlashMessage::Saved, path.clone()))
}
