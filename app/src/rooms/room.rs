//! One room, to be corrected: name, seats and equipment.

use domain::ids::RoomId;
use domain::rooms::Room;
use leptos::prelude::*;

use super::calls::get_room;
use super::page::equipment;
use crate::admin;
use crate::form::{Posted, posted};
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Field, Loaded, loaded_page, named, resource_of};

/// `/admin/rooms/:id`.
#[component]
pub fn RoomPage() -> impl IntoView {
    let id = named::<RoomId>();
    let data: Loaded<Room> = resource_of(id, get_room);
    let posted = StoredValue::new(posted());
    loaded_page(data, t(ROOM_TITLE), move |room| posted.with_value(|posted| shown(&room, posted)))
}

fn shown(room: &Room, posted: &Posted) -> AnyView {
    let stands = posted.failure.is_none();
    let name = if stands { room.name.clone() } else { posted.typed("name") };
    let video = if room.has_video { "yes" } else { "" };
    let typed = |name: &'static str, value: String| if stands { value } else { posted.typed(name) };
    let fields = view! {
        <Field name="name" label=t(ROOM_NAME) value=name error=posted.error("name") required=true/>
        {equipment(
            typed("capacity", room.capacity.to_string()),
            typed("video", video.to_owned()) == "yes",
            typed("equipment", room.equipment.clone()),
            posted,
        )}
    };
    let lead = format!("{}, {}", room.code, room.agency.short_name);
    view! {
        {admin::head_of(("/admin/rooms", t(ROOMS_TITLE)), room.name.clone(), room.name.clone(), lead)}
        <div class="admin">
            {admin::outcome(posted)}
            {admin::correcting(ROOM_TITLE, "/api/rooms/change", room.id.to_string(), fields.into_any())}
        </div>
    }
    .into_any()
}
