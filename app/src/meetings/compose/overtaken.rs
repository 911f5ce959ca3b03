//! Told to whoever was overtaken: who saved the form meanwhile and when, and the three ways on. Knows no field.

use domain::meetings::{LastSaved, Saved};
use domain::time::Zone;
use leptos::prelude::*;

use super::calls::last_saved;
use super::live;
use super::sheet::Sheet;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Notice, Tone};

/// Somebody else was faster: what is typed here stays, as a draft of its own or to be compared with theirs.
pub(super) fn overtaken(sheet: Sheet) -> impl IntoView {
    let last = RwSignal::new(None::<LastSaved>);
    Effect::new(move |_| {
        let Some(id) = sheet.id() else { return };
        leptos::task::spawn_local(async move {
            if let Ok(found) = last_saved(id).await {
                last.try_set(Some(found));
            }
        });
    });
    let who = move || {
        let found = last.get().filter(|found| !found.who.is_empty())?;
        let when = text::moment(Zone::VIETNAM.local(found.at));
        Some(view! { <p>{tf(COMPOSER_STALE_BY, &[("who", &found.who), ("when", &when)])}</p> })
    };
    let over = move || {
        let (id, found) = (sheet.id()?, last.get()?);
        let theirs = Saved { id, rev: found.rev };
        Some(view! {
            <button class="slot" r#type="button" on:click=move |_| live::go_over(sheet, theirs)>
                <Icon name="replace"/>{t(COMPOSER_STALE_OVER)}
            </button>
        })
    };
    let theirs = sheet.id().map(|id| format!("/meetings/{id}/edit"));
    view! {
        <Notice tone=Tone::Risk title=t(FAILURE_STALE) alert=true>{who}{t(COMPOSER_STALE)}</Notice>
        <div class="slots">
            <button class="slot" r#type="button" on:click=move |_| live::keep_as_copy(sheet)>
                <Icon name="copy"/>{t(COMPOSER_STALE_COPY)}
            </button>
            <a class="slot" href=theirs target="_blank"><Icon name="external-link"/>{t(COMPOSER_STALE_RELOAD)}</a>
            {over}
        </div>
    }
}
