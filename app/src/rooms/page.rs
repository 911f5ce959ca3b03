//! The rooms as a table, and the form that adds one.

use domain::access::Action;
use domain::rooms::Room;
use leptos::prelude::*;

use super::calls::all_rooms;
use crate::admin;
use crate::agencies::AgencyField;
use crate::form::{Posted, posted};
use crate::session;
use crate::text::keys::*;
use crate::text::{number, t};
use crate::ui::{Choice, Empty, Field, Icon, loaded, resource};

/// The page of rooms.
#[component]
pub fn RoomsPage() -> impl IntoView {
    let rooms = resource(|| (), |()| all_rooms());
    let posted = posted();
    let may_add = session::may_somewhere(Action::ManageRooms);
    let adding =
        may_add.then(|| admin::adding(ROOMS_ADD, "/api/rooms/add", ROOMS_ADD, &posted, fields(&posted)));
    view! {
        {admin::head(ROOMS_TITLE, ROOMS_LEAD)}
        <div class="admin">
            {admin::outcome(&posted)}
            {adding}
            {loaded(rooms, |rooms| shown(&rooms))}
        </div>
    }
}

fn shown(rooms: &[Room]) -> AnyView {
    if rooms.is_empty() {
        return view! { <Empty title=t(ROOMS_NONE) body=t(ROOMS_NONE_BODY)/> }.into_any();
    }
    let rows = rooms
        .iter()
        .map(|room| {
            let video = room.has_video.then(
                || view! { <span class="form form--online"><Icon name="video"/>{t(ROOM_VIDEO_SHORT)}</span> },
            );
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row">
                        <a href=format!("/calendar?view=week&room={}", room.id)>{room.name.clone()}</a>
                    </th>
                    <td role="cell" data-label=t(ROOM_AGENCY)>{room.agency.short_name.clone()}</td>
                    <td role="cell" data-label=t(ROOM_CODE)>{room.code.clone()}</td>
                    <td role="cell" class="r num" data-label=t(ROOM_CAPACITY)>{number(i64::from(room.capacity))}</td>
                    <td role="cell" data-label=t(ROOM_EQUIPMENT_ALL)>
                        <span class="row row--wrap">{video}<span>{room.equipment.clone()}</span></span>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <table class="table table--cards" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t(ROOM_NAME)}</th>
                        <th role="columnheader" scope="col">{t(ROOM_AGENCY)}</th>
                        <th role="columnheader" scope="col">{t(ROOM_CODE)}</th>
                        <th role="columnheader" scope="col" class="r">{t(ROOM_CAPACITY)}</th>
                        <th role="columnheader" scope="col">{t(ROOM_EQUIPMENT_ALL)}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn fields(posted: &Posted) -> AnyView {
    let field = |name: &'static str, label, required| {
        view! {
            <Field name=name label=t(label) value=posted.typed(name) error=posted.error(name) required=required/>
        }
    };
    view! {
        <div class="formpage__two">
            {field("name", ROOM_NAME, true)}
            {field("code", ROOM_CODE, true)}
        </div>
        <div class="formpage__two">
            <AgencyField label=t(ROOM_AGENCY) posted=posted.clone() action=Action::ManageRooms/>
            <Field
                name="capacity"
                kind="number"
                label=t(ROOM_CAPACITY)
                value=posted.typed("capacity")
                error=posted.error("capacity")
                min="1".to_owned()
                required=true
            />
        </div>
        <Choice name="video" value="yes" label=t(ROOM_VIDEO) checked=posted.typed("video") == "yes"/>
        {field("equipment", ROOM_EQUIPMENT, false)}
    }
    .into_any()
}
