//! A paper instead of pictures: who directs, or has the floor, opens it before everybody and turns its pages; all read it sharp, in
//! their own reader, over a line that would carry no film of it.

use domain::ids::PaperId;
use domain::live::{Direction, ShownPaper};
use leptos::prelude::*;

use super::table::Table;
use crate::reader::element::Read;
use crate::reader::shown::Follower;
use crate::text::keys::*;
use crate::text::t;
use crate::ui::Icon;

/// A paper of the meeting: what it is known by and its title.
pub(super) type Titled = (PaperId, String);

/// The paper that lies open, as long as one does.
pub(super) fn paper(table: Table, papers: Vec<Titled>) -> impl IntoView {
    let shown: Memo<Option<ShownPaper>> =
        Memo::new(move |_| table.state.with(|state| state.as_ref().and_then(|state| state.live.paper)));
    // Whoever only sits at a site reads it because they sit there: the reader is theirs with the seat, and anew with each.
    let known: Vec<PaperId> = papers.iter().map(|(id, _)| *id).collect();
    let which = Memo::new(move |_| {
        let paper = shown.with(|shown| shown.map(|shown| shown.paper))?;
        let seating = table.seating.get();
        if known.contains(&paper) {
            return Some((paper, 0));
        }
        table.seat.with(Option::is_some).then_some((paper, seating))
    });
    move || {
        let (paper, _) = which.get()?;
        let page = shown.get_untracked().map_or(1, |shown| shown.page);
        let title = papers.iter().find(|(id, _)| *id == paper).map(|(_, title)| title.clone());
        let title = title.unwrap_or_else(|| t(SHOWN_UNTITLED).to_owned());
        Some(open(table, Follower::new(shown, true, page), paper, title))
    }
}

fn open(table: Table, follower: Follower, paper: PaperId, title: String) -> impl IntoView {
    let present = move |page: u32| {
        let presents = untrack(|| table.presents());
        if presents {
            table.direct(Direction::Paper(Some(ShownPaper { paper, page })));
        }
        presents
    };
    let read = Read { paper, title: title.clone(), back: String::new(), is_embedded: true };
    let close = move || {
        table.presents().then(|| {
            view! {
                <button class="btn btn--secondary" r#type="button" on:click=move |_| table.direct(Direction::Paper(None))>
                    <Icon name="x"/>{t(SHOWN_CLOSE)}
                </button>
            }
        })
    };
    view! {
        <section class="card shown" aria-labelledby="shown">
            <header class="card__head">
                <h2 id="shown">{title}</h2>
                <span class="hint" role="status">{follower.words()}</span>
                {follower.way_back()}
                {close}
            </header>
            {follower.reader(&read, present)}
        </section>
    }
}

/// Which paper to open before everybody, for those who direct and for whoever has the floor.
pub(super) fn menu(table: Table, papers: Vec<Titled>) -> impl IntoView {
    let is_open = move |paper: PaperId| {
        let shown = table.state.with(|state| state.as_ref().and_then(|state| state.live.paper));
        shown.is_some_and(|shown| shown.paper == paper)
    };
    let menu = NodeRef::<leptos::html::Details>::new();
    let item = move |(paper, title): Titled| {
        let open = move |_| {
            // A choice closes the menu.
            if let Some(menu) = menu.get_untracked() {
                menu.set_open(false);
            }
            table.direct(Direction::Paper(Some(ShownPaper { paper, page: 1 })));
        };
        view! {
            <button class="menu__item" r#type="button" aria-pressed=move || is_open(paper).to_string() on:click=open>
                <Icon name="file-text"/>{title}
            </button>
        }
    };
    let presents = Memo::new(move |_| table.presents());
    move || {
        let papers = papers.clone();
        (presents.get() && !papers.is_empty()).then(|| {
            view! {
                <details class="menu menu--up menu--end" node_ref=menu>
                    <summary class="tool"><Icon name="book-open"/><span class="live__word">{t(LIVE_PAPERS)}</span></summary>
                    <div class="menu__pop" role="group" aria-label=t(SHOWN_OPEN)>{papers.into_iter().map(item).collect_view()}</div>
                </details>
            }
        })
    }
}
