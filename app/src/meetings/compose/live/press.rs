//! Presses of the form's buttons, taken without leaving the page. Whoever pressed waits for an answer: what stands in the
//! way gets the focus.

use std::future::pending;

use domain::access::Stage;
use domain::error::{Failure, Refusal};
use domain::ids::MeetingId;
use domain::meetings::Saved;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::super::finding::{self, Found};
use super::super::guests::take_pasted;
use super::super::keeper::Keeper;
use super::super::listed::{self, names_in, take_meant, without};
use super::super::people;
use super::super::sheet::{ADD_GUESTS, ADD_LIST, ADD_ROOM, FINDERS, LooseWhy, Sheet};
use super::super::step::{Step, add_once};
use super::form::{data, focus_on, focused, read, text};
use super::keep::{begin_turn, changed, check, keep, show};
use crate::failure::CallError;
use crate::meetings::calls::{drop_changes, publish};
use crate::text::keys::{DONE_CHANGES_DROPPED, DONE_CHANGES_SENT, DONE_ENTERED, DONE_SENT};
use crate::text::t;
use crate::ui::{Told, dialog};

pub(super) fn submit(sheet: Sheet, event: &leptos::ev::SubmitEvent) {
    event.prevent_default();
    if read(sheet) {
        begin_turn(sheet);
    }
    let pressed = event.submitter().and_then(|button| button.get_attribute("value")).unwrap_or_default();
    let step = Step::parse(&pressed);
    if matches!(step, Step::Publish | Step::Check | Step::Keep) {
        // A site that was chosen beside its button is meant.
        add_site(sheet);
    }
    match step {
        Step::Publish | Step::Send => {
            // A second press while the first is under way would send twice.
            let was_sending =
                sheet.is_sending.try_update_value(|is_sending| std::mem::replace(is_sending, true));
            if was_sending == Some(false) {
                spawn_local(async move {
                    match step {
                        Step::Send => send(sheet).await,
                        _ => look_or_send(sheet).await,
                    }
                    sheet.is_sending.try_set_value(false);
                });
            }
        }
        Step::DropChanges => spawn_local(drop_all(sheet)),
        Step::Check => {
            sheet.shows_missing.set(true);
            spawn_local(check(sheet));
        }
        Step::Keep => match searched() {
            // Enter in a search field is about who stands in it.
            Some(field) => spawn_local(add_meant(sheet, field)),
            None => keep_again(sheet),
        },
        Step::AddDelegate => spawn_local(add_meant(sheet, "add")),
        Step::FindRoom => spawn_local(add_meant(sheet, ADD_ROOM)),
        Step::Choose { field, code } => {
            if let Some(chosen) = sheet.offered_as(&field, &code) {
                sheet.clear(&field);
                people::take(sheet, &field, chosen);
            }
        }
        Step::PasteGuests => paste_guests(sheet),
        Step::PasteDelegates => spawn_local(paste_names(sheet)),
        Step::Settle { .. } | Step::SettleGuest(_) | Step::DropName(_) => settle(sheet, &step),
        Step::AddSite => add_site(sheet),
        Step::DropItem(_) if papers_dropped(sheet, &step).is_some() => {
            if let Some(papers) = papers_dropped(sheet, &step) {
                tell(sheet, Refusal::ItemHasPapers { papers }.into());
            }
        }
        step => {
            sheet.choices.with_value(|choices| {
                sheet.input.update(|input| step.apply(input, &choices.agencies, &choices.calendar))
            });
            changed(sheet, focus_after(sheet, &step));
        }
    }
}

/// How many papers the step would drop with their agenda item.
fn papers_dropped(sheet: Sheet, step: &Step) -> Option<u32> {
    let item = sheet.input.with_untracked(|input| step.dropped_item(input))?;
    sheet.papers.with_value(|papers| papers.get(&item).copied())
}

/// Where the work goes on after a step.
fn focus_after(sheet: Sheet, step: &Step) -> Option<String> {
    let last = |count: usize| count.saturating_sub(1);
    sheet.input.with_untracked(|input| match step {
        Step::AddItem => Some(format!("agenda[{}][title]", last(input.agenda.len()))),
        // The same button of the item, where there is one: several presses in a row move it on.
        Step::Up(at) => Some(match at.saturating_sub(1) {
            0 => "down:0".to_owned(),
            at => format!("up:{at}"),
        }),
        Step::Down(at) => Some(match (at + 1).min(last(input.agenda.len())) {
            at if at == last(input.agenda.len()) => format!("up:{at}"),
            at => format!("down:{at}"),
        }),
        Step::DropItem(at) => Some(format!("agenda[{}][title]", (*at).min(last(input.agenda.len())))),
        Step::AddSitting => Some(format!("sittings[{}][date]", last(input.sittings.len()))),
        Step::DropSitting(_) => Some("sittings[0][date]".to_owned()),
        Step::AddRoom | Step::DropRoom(_) => Some(format!("room-{}", last(input.rooms.len()))),
        Step::DropDelegate(_) | Step::InviteAllCommunes | Step::DropAllDelegates => Some("add".to_owned()),
        Step::AddGuest => Some(format!("guests[{}][name]", last(input.guests.len()))),
        Step::DropGuest(at) => Some(format!("guests[{}][name]", (*at).min(last(input.guests.len())))),
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

/// Shows what will be sent when nothing stands in its way; otherwise tries to send, which tells what does. What took place
/// already is entered and sent to nobody.
async fn look_or_send(sheet: Sheet) {
    if untrack(|| sheet.is_held()) {
        return send(sheet).await;
    }
    if !keep_now(sheet).await || !is_settled(sheet) {
        return;
    }
    check(sheet).await;
    let is_checked = sheet.is_unchecked.try_get_untracked() == Some(false);
    let stands = untrack(|| sheet.counts().0 + sheet.open_count());
    if !is_checked || stands > 0 {
        return send(sheet).await;
    }
    sheet.is_previewed.try_set(true);
    dialog::show(sheet.preview);
}

/// Keeps, then sends; a refusal is told at the top of the check.
async fn send(sheet: Sheet) {
    dialog::close(sheet.preview);
    if !keep_now(sheet).await || !is_settled(sheet) {
        return;
    }
    let Some(keeper) = sheet.keeper.try_get_value() else { return };
    let _place = keeper.place().await;
    let Some(saved) = keeper.saved() else { return };
    match publish(saved.id, saved.rev).await {
        Ok(()) => leave_for(saved.id, sent_words(sheet)).await,
        Err(CallError(failure)) => {
            tell(sheet, failure);
            // Somebody may have been faster: what is free now stands beside the refusal.
            check(sheet).await;
        }
    }
}

/// Keeps what was typed last, so that no save follows and the trail holds it, then goes back to what was sent.
async fn drop_all(sheet: Sheet) {
    if !keep_now(sheet).await {
        return;
    }
    let Some(keeper) = sheet.keeper.try_get_value() else { return };
    let _place = keeper.place().await;
    let Some(saved) = keeper.saved() else { return };
    match drop_changes(saved.id).await {
        Ok(()) => leave_for(saved.id, t(DONE_CHANGES_DROPPED)).await,
        Err(CallError(failure)) => tell(sheet, failure),
    }
}

fn sent_words(sheet: Sheet) -> &'static str {
    t(match sheet.stage {
        Stage::Scheduled => DONE_CHANGES_SENT,
        _ if untrack(|| sheet.is_held()) => DONE_ENTERED,
        _ => DONE_SENT,
    })
}

/// To the meeting's page, which says what was done.
async fn leave_for(meeting: MeetingId, words: &'static str) {
    Told::say_next(words);
    let _ = window().location().set_href(&format!("/meetings/{meeting}"));
    // The page is on its way out, and no save may come between.
    pending::<()>().await;
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

pub(super) fn go_over(sheet: Sheet, theirs: Saved) {
    sheet.keeper.with_value(|keeper| keeper.go_over(theirs));
    keep_again(sheet);
}

pub(super) fn keep_as_copy(sheet: Sheet) {
    sheet.keeper.with_value(Keeper::part);
    sheet.saved.set(None);
    keep_again(sheet);
}

/// Whether every name typed into a search field is somebody; nobody is invited by a guess.
fn is_settled(sheet: Sheet) -> bool {
    let beside = sheet.beside.try_get_untracked().unwrap_or_default();
    let loose: Vec<&'static str> = FINDERS
        .into_iter()
        .zip(&beside)
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|(field, _)| field)
        .collect();
    for field in &loose {
        sheet.loosen(field, LooseWhy::NotChosen);
    }
    if !loose.is_empty() {
        sheet.shows_missing.try_set(true);
        request_animation_frame(|| focus_on("refused"));
    }
    loose.is_empty()
}

/// The search field that somebody is in and has typed into.
fn searched() -> Option<&'static str> {
    let focused = focused()?;
    let field = FINDERS.into_iter().find(|finder| *finder == focused)?;
    let element = document().get_element_by_id(field)?.dyn_into::<HtmlInputElement>().ok()?;
    (!element.value().trim().is_empty()).then_some(field)
}

/// Looks up the names of the pasted list: those who are meant are invited, the others stay in the field.
async fn paste_names(sheet: Sheet) {
    let text = sheet.beside(ADD_LIST);
    if names_in(&text).is_empty() {
        focus_on(ADD_LIST);
        return;
    }
    match listed::find_listed(text.clone()).await {
        Ok(names) if sheet.beside.try_with_untracked(|_| sheet.beside(ADD_LIST)) == Some(text) => {
            let Some((taken, left, text)) = sheet.input.try_update(|input| take_meant(input, names)) else {
                return;
            };
            for found in taken {
                if let Found::Person(person) = found {
                    sheet.meet(person);
                }
            }
            leave(sheet, text);
            sheet.unsettled.try_set(Some(left));
            changed(sheet, Some(ADD_LIST.to_owned()));
        }
        Ok(_) => {}
        Err(CallError(failure)) => tell(sheet, failure),
    }
}

/// What is left of the pasted list.
fn leave(sheet: Sheet, text: String) {
    let is_left = !text.is_empty();
    sheet.put(ADD_LIST, text);
    if is_left {
        sheet.loosen(ADD_LIST, LooseWhy::Unknown);
    }
}

/// A name of the pasted list is a person, an agency or a guest.
fn settle(sheet: Sheet, step: &Step) {
    if let Step::Settle { code, .. } = step {
        let chosen = sheet.unsettled.with_untracked(|names| {
            let mut choices = names.iter().flatten().flat_map(|name| name.meaning.choices());
            choices.find(|found| found.code() == *code).cloned()
        });
        if let Some(Found::Person(person)) = chosen {
            sheet.meet(person);
        }
    }
    sheet.choices.with_value(|choices| {
        sheet.input.update(|input| step.apply(input, &choices.agencies, &choices.calendar))
    });
    if let Some(name) = step.settled_name() {
        leave(sheet, without(&sheet.beside(ADD_LIST), name));
    }
    let focus = match step {
        Step::SettleGuest(_) => {
            let last = sheet.input.with_untracked(|input| input.guests.len().saturating_sub(1));
            format!("guests[{last}][organisation]")
        }
        _ => ADD_LIST.to_owned(),
    };
    changed(sheet, Some(focus));
}

/// Puts whom the text of a search field means in its place. A text that fits nobody stays; of several it is asked which.
async fn add_meant(sheet: Sheet, field: &'static str) {
    let text = sheet.beside(field);
    if text.trim().is_empty() {
        focus_on(field);
        return;
    }
    if field == "add" && text.contains(';') {
        sheet.clear(field);
        sheet.put(ADD_LIST, format!("{}\n{text}", sheet.beside(ADD_LIST)));
        return paste_names(sheet).await;
    }
    match people::search(sheet, field, text.clone()).await {
        Ok(found) if sheet.beside.try_with_untracked(|_| sheet.beside(field)) == Some(text.clone()) => {
            match finding::meant(&found, &text) {
                Some(found) => {
                    sheet.clear(field);
                    people::take(sheet, field, found);
                }
                None if found.is_empty() => {
                    sheet.loosen(field, LooseWhy::Unknown);
                    focus_on(field);
                }
                None => {
                    sheet.loosen(field, LooseWhy::Several);
                    sheet.offer(field, found);
                    request_animation_frame(move || focus_on(&format!("{field}-offers")));
                }
            }
        }
        Ok(_) => {}
        Err(CallError(failure)) => tell(sheet, failure),
    }
}

/// Puts the guests of the pasted list behind those listed; a list that is too long stays where it is.
fn paste_guests(sheet: Sheet) {
    let text = sheet.beside(ADD_GUESTS);
    let first =
        sheet.input.with_untracked(|input| input.guests.iter().filter(|guest| !guest.is_blank()).count());
    if sheet.input.try_update(|input| take_pasted(input, &text)) == Some(true) {
        sheet.clear(ADD_GUESTS);
        changed(sheet, Some(format!("guests[{first}][name]")));
    } else {
        sheet.loosen(ADD_GUESTS, LooseWhy::Unknown);
        focus_on(ADD_GUESTS);
    }
}

/// The agency chosen beside the button joins as a site.
fn add_site(sheet: Sheet) {
    let site = data(sheet).map(|data| text(&data, "add_site")).filter(|site| !site.is_empty());
    if let Some(site) = site {
        sheet.input.update(|input| add_once(&mut input.sites, site));
        changed(sheet, Some("add_site".to_owned()));
    }
}
