//! Where the meeting is: rooms by agency with their seats, another place, and the sites that join online.

use domain::meetings::MeetingInput;
use domain::rooms::Room;
use leptos::prelude::*;

use super::field::{entry, error, folded, invalid, press};
use super::people::finder;
use super::sheet::{ADD_ROOM, Sheet};
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Chip, Icon};

/// More sites than these are folded away: seventy-five chips hide the form below them.
const SITES_SHOWN: usize = 12;

/// The third section.
pub(super) fn place(sheet: Sheet) -> impl IntoView {
    let has_sites =
        Memo::new(move |_| sheet.input.with(|input| input.form != "in_person" || !input.sites.is_empty()));
    view! {
        <section class="card cmp__sec" aria-labelledby="section-place">
            <h2 id="section-place">{t(COMPOSER_PLACE)}</h2>
            {sheet.drawn(move |input| rooms(sheet, input))}
            {sheet.drawn(move |input| {
                entry(sheet, "place".to_owned(), t(COMPOSER_OTHER_PLACE), input.place.clone(), "text", "")
            })}
            <div class="stack" hidden=move || !has_sites.get()>{sheet.drawn(move |input| sites(sheet, input))}</div>
        </section>
    }
}

fn rooms(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let blank = [String::new()];
    let chosen: &[String] = if input.rooms.is_empty() { &blank } else { &input.rooms };
    let only_one = chosen.len() < 2;
    let rows = chosen
        .iter()
        .enumerate()
        .map(|(at, room)| {
            let label = if at == 0 {
                t(COMPOSER_ROOM).to_owned()
            } else {
                tf(COMPOSER_ROOM_MORE, &[("n", &(at + 1))])
            };
            let id = format!("room-{at}");
            let drop = (!only_one).then(|| {
                press(
                    format!("drop_room:{at}"),
                    "trash-2",
                    None,
                    Some(t(COMPOSER_DROP_ROOM).to_owned()),
                    "btn btn--icon",
                )
            });
            view! {
                <div class="pick">
                    <div class="field grow">
                        <label for=id.clone()>{label}</label>
                        <select
                            class="select"
                            id=id
                            name="rooms[]"
                            aria-invalid=invalid(sheet, "rooms")
                            aria-describedby="rooms-error room-taken"
                        >
                            <option value="">{t(COMPOSER_ROOM_NONE)}</option>
                            {options(sheet, room)}
                        </select>
                    </div>
                    {drop}
                </div>
            }
        })
        .collect_view();
    let add =
        input.rooms.iter().any(|room| !room.is_empty()).then(|| {
            press("add_room".to_owned(), "plus", Some(t(COMPOSER_ADD_ROOM)), None, "btn btn--quiet")
        });
    let find = sheet.choices.with_value(|choices| choices.has_more_rooms).then(|| {
        let label = t(COMPOSER_FIND_ROOM_LABEL);
        view! {
            <div class="pick">
                <div class="grow">{finder(sheet, ADD_ROOM, label, t(COMPOSER_FIND_ROOM_HINT))}</div>
                {press("find_room".to_owned(), "plus", Some(t(COMPOSER_ADD_ROOM)), None, "btn btn--secondary")}
            </div>
        }
    });
    let taken = move || {
        let is_taken = sheet.check.with(|check| {
            check.conflicts.iter().any(|conflict| matches!(conflict.of, domain::meetings::BusyOf::Room(_)))
        });
        is_taken.then(|| {
            view! { <p class="field__error" id="room-taken"><Icon name="octagon-x"/>{t(COMPOSER_ROOM_TAKEN)}</p> }
        })
    };
    view! {
        <div class="stack stack--s">
            {error(sheet, "rooms")}
            {taken}
            {rows}
            <div>{add}</div>
            {find}
        </div>
    }
}

/// Rooms grouped by agency, in the order given: the nearest agency's first. Within each, the free ones come first as the
/// list is drawn; what is said of a room follows the time as it is typed.
fn options(sheet: Sheet, chosen: &str) -> impl IntoView + use<> {
    sheet.choices.with_value(|choices| {
        let mut groups: Vec<(String, Vec<&Room>)> = Vec::new();
        for room in &choices.rooms {
            match groups.iter_mut().find(|(agency, _)| *agency == room.agency.short_name) {
                Some((_, rooms)) => rooms.push(room),
                None => groups.push((room.agency.short_name.clone(), vec![room])),
            }
        }
        groups
            .into_iter()
            .map(|(agency, mut rooms)| {
                rooms.sort_by_key(|room| sheet.is_room_busy(room.id) == Some(true));
                let options = rooms
                    .into_iter()
                    .map(|room| {
                        let id = room.id.to_string();
                        let is_chosen = id == chosen;
                        let words = tf(COMPOSER_ROOM_SEATS, &[("room", &room.name), ("n", &room.capacity)]);
                        let room = room.id;
                        let words = move || match sheet.is_room_busy(room) {
                            None => words.clone(),
                            Some(true) => tf(COMPOSER_ROOM_BUSY, &[("room", &words)]),
                            Some(false) => tf(COMPOSER_ROOM_FREE, &[("room", &words)]),
                        };
                        view! { <option value=id selected=is_chosen>{words}</option> }
                    })
                    .collect_view();
                view! { <optgroup label=agency>{options}</optgroup> }
            })
            .collect_view()
    })
}

fn sites(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let count = input.sites.len();
    let chips: Vec<AnyView> = input.sites.iter().map(|id| chip(sheet, id.clone()).into_any()).collect();
    let list = if count > SITES_SHOWN {
        let ids = input.sites.clone();
        let summary = move || {
            let chosen = tf(COMPOSER_SITES_MANY, &[("n", &count)]);
            let busy = ids.iter().filter(|id| sheet.is_busy(id)).count();
            if busy == 0 { chosen } else { tf(COMPOSER_MANY_BUSY, &[("chosen", &chosen), ("n", &busy)]) }
        };
        let chips = view! { <div class="combo__picked">{chips}</div> };
        folded(sheet, "sites", summary, chips.into_any()).into_any()
    } else {
        view! { <div class="combo__picked">{chips}</div> }.into_any()
    };
    let options = sheet.choices.with_value(|choices| {
        choices
            .agencies
            .iter()
            .filter(|agency| !input.sites.contains(&agency.id.to_string()))
            .map(|agency| view! { <option value=agency.id.to_string()>{agency.short_name.clone()}</option> })
            .collect_view()
    });
    let clear = (count > 1).then(|| {
        press("drop_all_sites".to_owned(), "x", Some(t(COMPOSER_DROP_ALL_SITES)), None, "btn btn--quiet")
    });
    view! {
        <h3 class="label">{t(COMPOSER_SITES)}" "<span class="muted">{count}</span></h3>
        <p class="hint">{t(COMPOSER_SITES_HINT)}</p>
        {list}
        <div class="pick">
            <div class="field grow">
                <label for="add_site">{t(COMPOSER_ADD_SITE_LABEL)}</label>
                <select class="select" id="add_site" name="add_site">
                    <option value="">{t(COMPOSER_SITE_NONE)}</option>
                    {options}
                </select>
            </div>
            {press("add_site".to_owned(), "plus", Some(t(COMPOSER_ADD_SITE)), None, "btn btn--secondary")}
        </div>
        <div class="row row--wrap">
            {press("add_all_communes".to_owned(), "plus", Some(t(COMPOSER_ADD_ALL_COMMUNES)), None, "btn btn--quiet")}
            {clear}
        </div>
    }
}

fn chip(sheet: Sheet, id: String) -> impl IntoView {
    let name =
        sheet.agency(&id).map_or_else(|| t(COMPOSER_UNKNOWN_SITE).to_owned(), |agency| agency.short_name);
    let (label, shown, drop) =
        (tf(COMPOSER_DROP, &[("name", &name)]), name.clone(), format!("drop_site:{id}"));
    view! {
        <Chip text=shown agency=name is_site=true>
            <input r#type="hidden" name="sites[]" value=id.clone()/>
            {press(drop.clone(), "x", None, Some(label.clone()), "btn btn--icon")}
        </Chip>
    }
}
