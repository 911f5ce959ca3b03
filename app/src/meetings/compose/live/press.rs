//! Presses of the form's buttons, taken without leaving the page. Whoever pressed waits for an answer: what stands in the
//! way gets the focus.

use std::future::pending;

use domain::error::Failure;
use domain::meetings::Delegation;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::calls::{self, Found};
use super::super::keeper::Keeper;
use super::super::sheet::Sheet;
use super::super::step::{Step, add_once};
use super::form::{data, focus_on, input, read, text};
use super::keep::{begin_turn, changed, check, keep, show};
use crate::failure::CallError;
use crate::meetings::calls::publish;

pub(super) fn submit(sheet: Sheet, event: &leptos::ev::SubmitEvent) {
    event.prevent_default();
    if read(sheet) {
        begin_turn(sheet);
    }
    let pressed = event.submitter().and_then(|button| button.get_attribute("value")).unwrap_or_default();
    let step = Step::parse(&pressed);
    match step {
        Step::Publish => {
            // A second press while the first is under way would send twice.
            let was_sending =
                sheet.is_sending.try_update_value(|is_sending| std::mem::replace(is_sending, true));
            if was_sending == Some(false) {
                spawn_local(async move {
                    send(sheet).await;
                    sheet.is_sending.try_set_value(false);
                });
            }
        }
        Step::Check => {
            sheet.shows_missing.set(true);
            spawn_local(check(sheet));
        }
        Step::Keep => spawn_local(async move {
            add_typed(sheet).await;
            keep_now(sheet).await;
        }),
        Step::AddDelegate | Step::AddSite => spawn_local(add_typed(sheet)),
        step => {
            sheet
                .choices
                .with_value(|choices| sheet.input.update(|input| step.apply(input, &choices.agencies)));
            changed(sheet, focus_after(sheet, &step));
        }
    }
}

/// Where the work goes on after a step.
fn focus_after(sheet: Sheet, step: &Step) -> Option<String> {
    let last = |count: usize| count.saturating_sub(1);
    sheet.input.with_untracked(|input| match step {
        Step::AddItem => Some(format!("agenda[{}][title]", last(input.agenda.len()))),
        Step::Up(at) => Some(format!("agenda[{}][title]", at.saturating_sub(1))),
        Step::Down(at) => Some(format!("agenda[{}][title]", (at + 1).min(last(input.agenda.len())))),
        Step::DropItem(at) => Some(format!("agenda[{}][title]", (*at).min(last(input.agenda.len())))),
        Step::AddSitting => Some(format!("sittings[{}][date]", last(input.sittings.len()))),
        Step::DropSitting(_) => Some("sittings[0][date]".to_owned()),
        Step::AddRoom | Step::DropRoom(_) => Some(format!("room-{}", last(input.rooms.len()))),
        Step::DropDelegate(_) | Step::InviteAllCommunes => Some("add".to_owned()),
        Step::DropChair => Some("add_chair".to_owned()),
        Step::DropSecretary => Some("add_secretary".to_owned()),
        Step::DropSite(_) | Step::AddAllCommunes | Step::DropAllSites => Some("add_site".to_owned()),
        Step::ApplySlot(_) | Step::ApplyRoom(_) | Step::MakeOnline => Some("check".to_owned()),
        _ => None,
    })
}

/// Keeps because somebody asked for it; whether it is kept.
async fn keep_now(sheet: Sheet) -> bool {
    sheet.failure.try_set(None);
    match keep(sheet).await {
        Ok(is_kept) => is_kept,
        Err(failure) => {
            tell(sheet, failure);
            false
        }
    }
}

/// Keeps, then sends; a refusal is told at the top of the check.
async fn send(sheet: Sheet) {
    add_typed(sheet).await;
    if !keep_now(sheet).await {
        return;
    }
    let Some(keeper) = sheet.keeper.try_get_value() else { return };
    let _place = keeper.place().await;
    let Some(saved) = keeper.saved() else { return };
    match publish(saved.id, saved.rev).await {
        Ok(()) => {
            let _ = window().location().set_href(&format!("/meetings/{}", saved.id));
            // The page is on its way out, and no save may come between.
            pending::<()>().await;
        }
        Err(CallError(failure)) => tell(sheet, failure),
    }
}

fn tell(sheet: Sheet, failure: Failure) {
    show(sheet, failure);
    request_animation_frame(|| focus_on("refused"));
}

pub(super) fn keep_again(sheet: Sheet) {
    spawn_local(async move {
        keep_now(sheet).await;
    });
}

pub(super) fn keep_as_copy(sheet: Sheet) {
    sheet.keeper.with_value(Keeper::part);
    sheet.saved.set(None);
    keep_again(sheet);
}

/// Takes what is typed beside the buttons to where it belongs.
async fn add_typed(sheet: Sheet) {
    let typed = |id: &str| input(id).map(|field| field.value()).filter(|text| !text.trim().is_empty());
    let (add, chair, secretary) = (typed("add"), typed("add_chair"), typed("add_secretary"));
    let site = data(sheet).map(|data| text(&data, "add_site")).filter(|site| !site.is_empty());
    if add.is_none() && chair.is_none() && secretary.is_none() && site.is_none() {
        return;
    }
    let focus = add.is_some().then(|| "add".to_owned());
    if let Some(found) = first(sheet, add, false).await {
        sheet.input.try_update(|input| add_once(&mut input.delegates, found.code()));
    }
    if let Some(Delegation::Person(id)) = first(sheet, chair, true).await {
        sheet.input.try_update(|input| input.chair = id.to_string());
    }
    if let Some(Delegation::Person(id)) = first(sheet, secretary, true).await {
        sheet.input.try_update(|input| input.secretary = id.to_string());
    }
    if let Some(site) = site {
        sheet.input.try_update(|input| add_once(&mut input.sites, site));
    }
    changed(sheet, focus);
}

async fn first(sheet: Sheet, text: Option<String>, only_people: bool) -> Option<Delegation> {
    match calls::find(text?, only_people).await.ok()?.into_iter().next()? {
        Found::Agency(agency) => Some(Delegation::Agency(agency.id)),
        Found::Person(person) => {
            let id = person.id;
            sheet.meet(person);
            Some(Delegation::Person(id))
        }
    }
}
