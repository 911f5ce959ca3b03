//! The rooms as a table with the way to correct one, and the form that adds one.

use domain::access::Action;
use domain::agencies::Agency;
use domain::people::Page;
use domain::rooms::Room;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::calls::list_rooms;
use crate::admin;
use crate::agencies::calls::agency_tree;
use crate::agencies::{First, agency_choice, reached};
use crate::form::{Posted, escape, posted};
use crate::session;
use crate::text::keys::*;
use crate::text::{number, t, tf};
use crate::ui::pager::PagerWords;
use crate::ui::{Badge, BadgeTone, Choice, Empty, Field, Icon, Pager, loaded, resource};

/// The page of rooms.
#[component]
pub fn RoomsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| {
            let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1_u32);
            (query.get("text").unwrap_or_default(), page)
        })
    });
    let posted = StoredValue::new(posted());
    let may_add = session::may_somewhere(Action::ManageRooms);
    let data = resource(
        move || filter.get(),
        move |(text, page)| async move {
            let tree = if may_add { agency_tree().await? } else { Vec::new() };
            Ok((list_rooms(text, page).await?, tree))
        },
    );
    let text = filter.get_untracked().0;
    let body = move |(rooms, tree): (Page<Room>, Vec<Agency>)| {
        let own = reached(tree, Action::ManageRooms);
        let adding = may_add.then(|| {
            posted.with_value(|posted| {
                admin::adding(ROOMS_ADD, "/api/rooms/add", ROOMS_ADD, posted, fields(own, posted))
            })
        });
        view! {
            {adding}
            <form class="filterbar" method="get" action="/admin/rooms" role="search">
                <div class="affix">
                    <Icon name="search"/>
                    <input class="input" r#type="search" name="text" aria-label=t(ROOMS_FIND) placeholder=t(ROOMS_FIND) value=text.clone()/>
                </div>
                <button class="btn btn--secondary">{t(SEARCH_SUBMIT)}</button>
            </form>
            {own.with_value(|own| shown(&rooms, own, &text))}
        }
        .into_any()
    };
    view! {
        {admin::head(ROOMS_TITLE, ROOMS_LEAD)}
        <div class="admin">
            {posted.with_value(admin::outcome)}
            {loaded(data, body)}
        </div>
    }
}

/// The rooms; those of one's own agencies can be corrected.
fn shown(page: &Page<Room>, own: &[Agency], text: &str) -> AnyView {
    if page.rows.is_empty() && text.is_empty() {
        return view! { <Empty title=t(ROOMS_NONE) body=t(ROOMS_NONE_BODY)/> }.into_any();
    }
    if page.rows.is_empty() {
        return view! { <Empty title=t(ROOMS_NONE_FOUND) body=t(ROOMS_NONE_FOUND_BODY)/> }.into_any();
    }
    let query = escape(text);
    let words = PagerWords {
        label: t(PAGER_LABEL).to_owned(),
        previous: t(PAGER_PREVIOUS).to_owned(),
        next: t(PAGER_NEXT).to_owned(),
        sum: tf(ROOMS_COUNT, &[("n", &number(page.total))]),
    };
    let rows = page
        .rows
        .iter()
        .map(|room| {
            let video = room.has_video.then(
                || view! { <span class="form form--online"><Icon name="video"/>{t(ROOM_VIDEO_SHORT)}</span> },
            );
            let correct = own.iter().any(|agency| agency.id == room.agency.id).then(|| {
                let label = tf(ROOM_CORRECT, &[("name", &room.name)]);
                view! {
                    <a class="btn btn--icon" href=format!("/admin/rooms/{}", room.id) aria-label=label title=t(ROOM_TITLE)>
                        <Icon name="pencil"/>
                    </a>
                }
            });
            let withdrawn = room.is_withdrawn.then(|| {
                view! { " "<Badge tone=BadgeTone::Risk icon="ban" text=t(ROOM_WITHDRAWN)/> }
            });
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row">
                        <a href=format!("/calendar?view=week&room={}", room.id)>{room.name.clone()}</a>
                        {withdrawn}
                    </th>
                    <td role="cell" data-label=t(ROOM_AGENCY)>{room.agency.short_name.clone()}</td>
                    <td role="cell" class="num" data-label=t(ROOM_CODE)>{room.code.clone()}</td>
                    <td role="cell" class="r num" data-label=t(ROOM_CAPACITY)>{number(i64::from(room.capacity))}</td>
                    <td role="cell" data-label=t(ROOM_EQUIPMENT_ALL)>
                        <span class="row row--wrap">{video}<span>{room.equipment.clone()}</span></span>
                    </td>
                    <td role="cell" data-label=t(ROOM_ACTIONS)>{correct}</td>
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
                        <th role="columnheader" scope="col"><span class="vh">{t(ROOM_ACTIONS)}</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            <Pager
                page=page.page
                pages=page.pages()
                href=Callback::new(move |page: u32| format!("/admin/rooms?text={query}&page={page}"))
                words
            />
        </section>
    }
    .into_any()
}

fn fields(own: StoredValue<Vec<Agency>>, posted: &Posted) -> AnyView {
    let field = |name: &'static str, label| {
        view! { <Field name=name label=t(label) value=posted.typed(name) error=posted.error(name) required=true/> }
    };
    let has_video = posted.typed("video") == "yes";
    view! {
        <div class="formpage__two">
            {field("name", ROOM_NAME)}
            {field("code", ROOM_CODE)}
        </div>
        {agency_choice(t(ROOM_AGENCY), own, First::own(posted))}
        {equipment(posted.typed("capacity"), has_video, posted.typed("equipment"), posted)}
    }
    .into_any()
}

/// Seats and equipment, of a new room or of one that is there.
pub(super) fn equipment(
    capacity: String,
    has_video: bool,
    equipment: String,
    posted: &Posted,
) -> impl IntoView + use<> {
    view! {
        <div class="formpage__two">
            <Field
                name="capacity"
                kind="number"
                label=t(ROOM_CAPACITY)
                value=capacity
                error=posted.error("capacity")
                min="1".to_owned()
                required=true
            />
            <Field name="equipment" label=t(ROOM_EQUIPMENT) value=equipment error=posted.error("equipment")/>
        </div>
        <Choice name="video" value="yes" label=t(ROOM_VIDEO) checked=has_video/>
    }
}
