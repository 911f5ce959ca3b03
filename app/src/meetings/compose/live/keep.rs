//! Keeping what is typed without being asked: after a pause, when the page is hidden or left, and again after the line
//! was gone. Moves no focus: whoever types is not disturbed.

use std::time::Duration;

use domain::error::Failure;
use domain::meetings::{AgendaInput, MeetingInput};
use gloo_timers::future::sleep;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use super::super::calls::{self, Kept};
use super::super::keeper::Keeper;
use super::super::settled::adopt;
use super::super::sheet::{Keeping, Sheet};
use super::address;
use super::form::{focus_on, focused, name_items, read};
use crate::failure::CallError;
use crate::text::keys::COMPOSER_OWN_COPY;
use crate::text::tf;

/// The check waits for a pause in typing: shorter would ask at every key, longer would feel absent.
const CHECK_AFTER: Duration = Duration::from_millis(300);
/// A check that got no answer is asked for again: seldom, since whatever is typed asks too.
const CHECK_AGAIN_AFTER: Duration = Duration::from_secs(15);
/// A draft is kept after a pause, and at once when its page goes: a machine that fails may cost this much.
const KEEP_AFTER: Duration = Duration::from_millis(2500);
/// A line that was gone is tried again after this, then after twice as long, and so on.
const AGAIN_AFTER_SECONDS: u32 = 4;
/// At the longest: a minute without a line is not made longer by waiting for it.
const AGAIN_AT_MOST_SECONDS: u32 = 60;

pub(super) fn enliven(sheet: Sheet) {
    address::follow(sheet);
    // What was typed before the program arrived is in the fields already.
    Effect::new(move |_| {
        if sheet.form.get().is_some() {
            typed(sheet);
        }
    });
    keep_on_leaving(sheet);
    // Leaving for another page keeps what no pause has kept yet.
    on_cleanup(move || {
        if is_unkept(sheet) {
            let (keeper, turn) = (sheet.keeper.get_value(), sheet.turn.get_value());
            if let Some(input) = sheet.to_keep() {
                spawn_local(keep_at_last(keeper, turn, input));
            }
        }
    });
}

/// A tab that is closed, or left for another program, keeps at once what no pause has kept yet; a line that is back is
/// used at once.
fn keep_on_leaving(sheet: Sheet) {
    let seen = window_event_listener_untyped("visibilitychange", move |_| {
        // Seen again: somebody may have signed in beside it.
        if is_unkept(sheet) {
            spawn_local(keep_quietly(sheet));
        }
    });
    let gone = window_event_listener_untyped("pagehide", move |_| {
        if is_unkept(sheet) {
            last_words(sheet);
        }
    });
    let online = window_event_listener_untyped("online", move |_| {
        keep_again(sheet);
        check_again(sheet);
    });
    on_cleanup(move || {
        seen.remove();
        gone.remove();
        online.remove();
    });
}

/// Whether something typed would be lost with the page.
fn is_unkept(sheet: Sheet) -> bool {
    let (Some(keeper), Some(turn)) = (sheet.keeper.try_get_value(), sheet.turn.try_get_value()) else {
        return false;
    };
    !keeper.holds(turn)
        && (keeper.saved().is_some() || sheet.input.try_with_untracked(is_worth_keeping) == Some(true))
}

/// An untouched form makes no draft.
fn is_worth_keeping(input: &MeetingInput) -> bool {
    !input.title.trim().is_empty()
        || !input.delegates.is_empty()
        || input.guests.iter().any(|guest| !guest.is_blank())
}

/// Hands the form to the browser, which sends it after the page is gone: the call `calls::keep` as that would send it.
fn last_words(sheet: Sheet) {
    use leptos::server_fn::ServerFn;
    // The save under way may still arrive, before or after this one, or go with the page: the server knows the page.
    let keeper = sheet.keeper.get_value();
    let (saved, typing) = keeper.at_last(sheet.turn.get_value());
    let Some(input) = sheet.to_keep() else { return };
    let input = as_own_copy(&keeper, input);
    let call = calls::KeepCall { saved, typing: Some(typing), input };
    let Ok(body) = serde_json::to_string(&call) else { return };
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("application/json");
    let parts = web_sys::js_sys::Array::of1(&JsValue::from_str(&body));
    if let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &kind) {
        let _ = window().navigator().send_beacon_with_opt_blob(calls::KeepCall::PATH, Some(&blob));
    }
}

pub(super) fn typed(sheet: Sheet) {
    if !sheet.is_drawing.get_value() && read(sheet) {
        soon(sheet);
    }
}

pub(super) fn changed(sheet: Sheet, focus: Option<String>) {
    // A field that is taken off the page while it is edited says that it changed: by then the form is half drawn.
    if sheet.is_drawing.try_update_value(|is_drawing| *is_drawing = true).is_none() {
        return;
    }
    sheet.shape.update(|shape| *shape = shape.wrapping_add(1));
    soon(sheet);
    set_timeout(
        move || {
            sheet.is_drawing.try_set_value(false);
            if let Some(id) = focus {
                focus_on(&id);
            }
        },
        Duration::ZERO,
    );
}

/// Begins a turn of typing: what the sheet holds now is not kept yet.
pub(super) fn begin_turn(sheet: Sheet) -> Option<u64> {
    // Until a save goes through it stays said that the last one did not.
    if sheet.keeping.try_get_untracked()? != Keeping::Failed {
        sheet.keeping.set(Keeping::Typed);
    }
    sheet.turn.try_update_value(|turn| {
        *turn += 1;
        *turn
    })
}

/// Checks and keeps after a pause.
fn soon(sheet: Sheet) {
    let turn = begin_turn(sheet);
    let is_last = move || turn.is_some() && sheet.turn.try_get_value() == turn;
    set_timeout(
        move || {
            if is_last() {
                spawn_local(check(sheet));
            }
        },
        CHECK_AFTER,
    );
    set_timeout(
        move || {
            if is_last() && is_unkept(sheet) {
                spawn_local(keep_quietly(sheet));
            }
        },
        KEEP_AFTER,
    );
}

pub(super) async fn check(sheet: Sheet) {
    let turn = sheet.turn.try_get_value();
    let Some(input) = sheet.input.try_get_untracked() else { return };
    let outcome = calls::checked(sheet.id(), input).await;
    if turn.is_none() || sheet.turn.try_get_value() != turn {
        return;
    }
    sheet.is_unchecked.try_set(outcome.is_err());
    match outcome {
        Ok(check) => {
            sheet.check.try_set(check);
        }
        Err(_) => {
            let again = move || {
                if sheet.turn.try_get_value() == turn {
                    check_again(sheet);
                }
            };
            set_timeout(again, CHECK_AGAIN_AFTER);
        }
    }
}

async fn keep_quietly(sheet: Sheet) {
    let is_stale = sheet.keeper.try_with_value(Keeper::is_stale);
    // Until it is decided which of two texts it is to be, no further save can go through.
    if is_stale != Some(false) {
        return;
    }
    if let Err(failure) = keep(sheet).await {
        let Some(keeper) = sheet.keeper.try_get_value() else { return };
        if passes(&failure) {
            // The head of the page says that it is not kept; it will be when the line is back.
            again_after(sheet, keeper.misses());
        } else {
            show(sheet, failure);
        }
    }
}

/// Whether the same may go through later without anybody doing anything.
fn passes(failure: &Failure) -> bool {
    matches!(failure, Failure::Unavailable | Failure::Internal(_))
}

/// What stands in the way, shown where it belongs.
pub(super) fn show(sheet: Sheet, failure: Failure) {
    match failure {
        Failure::Invalid(fields) => {
            sheet.shows_missing.try_set(true);
            sheet.check.try_update(|check| check.fields = fields);
        }
        failure => {
            sheet.failure.try_set(Some(failure));
        }
    }
}

/// Keeps again after a while, unless something else has tried by then.
fn again_after(sheet: Sheet, misses: u32) {
    let again = move || {
        if sheet.keeper.try_with_value(Keeper::misses) == Some(misses) {
            keep_again(sheet);
        }
    };
    set_timeout(again, pause(misses));
}

fn pause(misses: u32) -> Duration {
    let doubled = AGAIN_AFTER_SECONDS.saturating_mul(2_u32.saturating_pow(misses.saturating_sub(1)));
    Duration::from_secs(u64::from(doubled.min(AGAIN_AT_MOST_SECONDS)))
}

fn keep_again(sheet: Sheet) {
    if sheet.keeping.try_get_untracked() == Some(Keeping::Failed) && is_unkept(sheet) {
        spawn_local(keep_quietly(sheet));
    }
}

fn check_again(sheet: Sheet) {
    if sheet.is_unchecked.try_get_untracked() == Some(true) {
        spawn_local(check(sheet));
    }
}

/// Keeps the draft as it is when its turn comes, after the saves before it.
///
/// A page that was left meanwhile is kept by [`keep_at_last`]; that is no failure, but nothing goes on after it.
pub(super) async fn keep(sheet: Sheet) -> Result<bool, Failure> {
    let Some(keeper) = sheet.keeper.try_get_value() else { return Ok(false) };
    let _place = keeper.place().await;
    let now = (sheet.turn.try_get_value(), sheet.to_keep());
    let (Some(turn), Some(input)) = now else { return Ok(false) };
    if keeper.has_kept(turn) {
        return Ok(true);
    }
    if sheet.keeping.try_get_untracked() == Some(Keeping::Typed) {
        sheet.keeping.set(Keeping::Sending);
    }
    let (sent, shape) = (input.agenda.clone(), sheet.shape.try_get_untracked());
    let (saved, typing) = keeper.next(turn);
    match calls::keep(saved, Some(typing), input).await {
        Ok(Kept { saved, agenda, at }) => {
            keeper.keep(saved, turn);
            sheet.saved.try_set(Some(saved));
            sheet.failure.try_set(None);
            take_agenda(sheet, &sent, &agenda, shape);
            // The check failed for the same reason, such as a session that ended.
            check_again(sheet);
            let is_newest = sheet.turn.try_get_value() == Some(turn);
            sheet.keeping.try_set(if is_newest { Keeping::Kept(at) } else { Keeping::Typed });
            Ok(true)
        }
        Err(CallError(failure)) => {
            keeper.miss(failure == Failure::Stale);
            sheet.keeping.try_set(Keeping::Failed);
            Err(failure)
        }
    }
}

/// Takes the items' identifiers into the form, so that papers and the next save find them. It is drawn anew only for items
/// that came back: whoever types keeps their place.
fn take_agenda(sheet: Sheet, sent: &[AgendaInput], settled: &[AgendaInput], shape: Option<u32>) {
    let stands = sheet.shape.try_get_untracked() == shape;
    let Some(came_back) = sheet.input.try_update(|input| adopt(&mut input.agenda, sent, settled, stands))
    else {
        return;
    };
    if came_back.is_empty() {
        sheet.input.with_untracked(|input| name_items(sheet, &input.agenda));
    } else {
        sheet.input.update(|input| input.agenda.extend(came_back));
        changed(sheet, focused());
    }
}

/// What is kept beside a colleague's version without anybody deciding so says by its title what it is.
fn as_own_copy(keeper: &Keeper, input: MeetingInput) -> MeetingInput {
    let title = input.title.trim();
    if !keeper.is_stale() || title.is_empty() {
        return input;
    }
    MeetingInput { title: tf(COMPOSER_OWN_COPY, &[("title", &title)]), ..input }
}

/// Keeps what was typed last on a page that is gone, after the saves that it had under way, for as long as the program
/// runs.
async fn keep_at_last(keeper: Keeper, turn: u64, input: MeetingInput) {
    let _place = keeper.place().await;
    let mut attempts = 0;
    while !keeper.holds(turn) {
        let (saved, typing) = keeper.at_last(turn);
        match calls::keep(saved, Some(typing), as_own_copy(&keeper, input.clone())).await {
            Ok(Kept { saved, .. }) => keeper.keep(saved, turn),
            Err(CallError(failure)) => {
                let is_stale = failure == Failure::Stale && !keeper.is_stale();
                if !is_stale && !passes(&failure) {
                    return;
                }
                keeper.miss(is_stale);
                if !is_stale {
                    attempts += 1;
                    sleep(pause(attempts)).await;
                }
            }
        }
    }
}
