//! One room, to be corrected: name, seats and equipment; and the end of its use.

use domain::ids::RoomId;
use domain::rooms::Room;
use leptos::prelude::*;

use super::calls::get_room;
use super::page::equipment;
use crate::admin;
use crate::form::{Posted, posted};
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Card, Field, Icon, Loaded, loaded_page, named, resource_of};

/// `/admin/rooms/:id`.
#[component]
pub fn RoomPage() -> impl IntoView {
    let id = named::<RoomId>();
    let data: Loaded<Room> = resource_of(id, get_room);
    let posted = StoredValue::new(posted());
    loaded_page(data, t(ROOM_TITLE), move |room| posted.with_value(|posted| shown(&room, posted)))
}

fn shown(room: &Room, posted: &Posted) -> AnyView {
    // Two forms stand on the page, and what came back is of one of them.
    let stands = posted.failure.is_none() || !posted.has("capacity");
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
    let id = room.id.to_string();
    let life = match room.is_withdrawn {
        true => view! {
            <Card title=t(ROOM_WITHDRAWN)>
                <form method="post" action="/api/rooms/restore">
                    <input r#type="hidden" name="id" value=id/>
                    <div class="formpage__sec">
                        <p class="hint">{t(ROOM_WITHDRAWN_BODY)}</p>
                        <div class="formpage__acts"><button class="btn btn--secondary">{t(ROOM_RESTORE)}</button></div>
                    </div>
                </form>
            </Card>
        }
        .into_any(),
        false => view! {
            <details class="card more">
                <summary class="card__head"><Icon name="chevron-right"/>{t(ROOM_WITHDRAW)}</summary>
                <form method="post" action="/api/rooms/withdraw">
                    <input r#type="hidden" name="id" value=id/>
                    <div class="formpage__sec">
                        <p class="hint">{t(ROOM_WITHDRAW_BODY)}</p>
                        <div class="formpage__acts"><button class="btn btn--danger">{t(ROOM_WITHDRAW)}</button></div>
                    </div>
                </form>
            </details>
        }
        .into_any(),
    };
    let lead = format!("{}, {}", room.code, room.agency.short_name);
    view! {
        {admin::head_of(("/admin/rooms", t(ROOMS_TITLE)), room.name.clone(), room.name.clone(), lead)}
        <div class="admin">
            {admin::outcome(posted)}
            {admin::correcting(ROOM_TITLE, "/api/rooms/change", room.id.to_string(), fields.into_any())}
            {life}
        </div>
    }
    .into_any()
}
