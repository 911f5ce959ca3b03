//! How much one wants to see: whoever speaks, several sites page by page, sound alone.

use domain::live::wire::Look;
use leptos::prelude::*;

use super::table::Table;
use crate::text::keys::*;
use crate::text::{Text, t, tf};
use crate::ui::Icon;

/// Small pictures on a page of the grid, as the server deals them.
const ON_PAGE: usize = 6;

/// What a choice means.
fn look_of(code: &str) -> Look {
    match code {
        "grid" => Look::Grid { page: 0 },
        "sound" => Look::SoundOnly,
        _ => Look::Speaker,
    }
}

/// Under which choice it is found.
fn code_of(look: Look) -> &'static str {
    match look {
        Look::Grid { .. } => "grid",
        Look::SoundOnly => "sound",
        Look::Speaker | Look::Mirror => "speaker",
    }
}

/// How much one wants to see, and which page of it.
pub(super) fn looks(table: Table) -> impl IntoView {
    let looks = [("speaker", LIVE_LOOK_SPEAKER), ("grid", LIVE_LOOK_GRID), ("sound", LIVE_LOOK_SOUND)];
    let chosen = move |code: &str| table.look_at(look_of(code));
    // A seat that is taken again brings a new bar, not a new choice.
    let option = move |(code, word): (&'static str, Text)| {
        let is_chosen = move || code == code_of(table.look.get());
        view! { <option value=code selected=is_chosen>{t(word)}</option> }
    };
    let pages = Memo::new(move |_| {
        let own = table.seat.get();
        let seen = |state: &domain::live::wire::State| {
            state.on.iter().filter(|(seat, on)| on.camera && Some(*seat) != own).count()
        };
        table.state.with(|state| state.as_ref().map_or(1, seen).div_ceil(ON_PAGE).max(1))
    });
    let turn = move |page: u32, icon: &'static str, word: Text, is_end: bool| {
        view! {
            <button
                class="btn btn--icon"
                r#type="button"
                aria-label=t(word)
                disabled=is_end
                on:click=move |_| table.look_at(Look::Grid { page })
            ><Icon name=icon/></button>
        }
    };
    let pager = move || {
        let Look::Grid { page } = table.look.get() else { return None };
        let last = u32::try_from(pages.get() - 1).unwrap_or_default();
        let page = page.min(last);
        (last > 0).then(|| {
            let words = tf(LIVE_GRID_PAGE, &[("n", &(page + 1)), ("m", &(last + 1))]);
            view! {
                <span class="live__pages">
                    {turn(page.saturating_sub(1), "chevron-left", LIVE_GRID_BACK, page == 0)}
                    <span role="status">{words}</span>
                    {turn(page + 1, "chevron-right", LIVE_GRID_ON, page == last)}
                </span>
            }
        })
    };
    view! {
        <label class="live__look">
            <span>{t(LIVE_LOOK)}</span>
            <select class="select" on:change=move |event| chosen(&event_target_value(&event))>
                {looks.map(option).collect_view()}
            </select>
        </label>
        {pager}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_stands_under_its_choice() {
        for look in [Look::Speaker, Look::Grid { page: 0 }, Look::SoundOnly] {
            assert_eq!(look_of(code_of(look)), look);
        }
        assert_eq!(code_of(Look::Grid { page: 3 }), "grid", "another page is the same choice");
    }
}
