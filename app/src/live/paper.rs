//! A paper beside the pictures: who directs, or has the floor, opens it before everybody and turns its pages; all read it sharp, in
//! their own reader, over a line that would carry no film of it. Anybody may close it for themselves, or open another.

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

/// What this page has open of its own will.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Own {
    /// What lies open before everybody.
    #[default]
    Presented,
    /// Not this one, though it lies open before everybody.
    Without(PaperId),
    /// This one, for oneself.
    Only(PaperId),
}

/// The papers of a meeting on one page: what lies open before everybody, and what one has open for oneself.
#[derive(Clone, Copy)]
pub(super) struct Papers {
    table: Table,
    titled: StoredValue<Vec<Titled>>,
    shown: Memo<Option<ShownPaper>>,
    own: RwSignal<Own>,
}

impl Papers {
    pub(super) fn new(table: Table, titled: Vec<Titled>) -> Papers {
        let shown = Memo::new(move |_| table.state.with(|state| state.as_ref().and_then(|of| of.live.paper)));
        let own = RwSignal::new(Own::Presented);
        // What is opened before everybody comes to everybody, once.
        let presented = Memo::new(move |_| shown.with(|shown| shown.map(|shown| shown.paper)));
        Effect::new(move |before: Option<Option<PaperId>>| {
            let now = presented.get();
            if before.is_some_and(|before| before != now) && now.is_some() {
                own.set(Own::Presented);
            }
            now
        });
        Papers { table, titled: StoredValue::new(titled), shown, own }
    }

    /// The paper before this page.
    pub(super) fn open(self) -> Option<PaperId> {
        let presented = self.shown.with(|shown| shown.map(|shown| shown.paper));
        open_here(self.own.get(), presented)
    }

    /// Whether the paper before this page is what lies open before everybody.
    fn is_presented(self) -> bool {
        matches!(self.own.get(), Own::Presented)
    }

    /// Opens a paper. Those who may present open it for everybody, the others for themselves.
    fn choose(self, paper: PaperId) {
        if untrack(|| self.table.presents()) {
            self.own.set(Own::Presented);
            self.table.direct(Direction::Paper(Some(ShownPaper { paper, page: 1 })));
        } else if self.shown.with_untracked(|shown| shown.is_some_and(|shown| shown.paper == paper)) {
            self.own.set(Own::Presented);
        } else {
            self.own.set(Own::Only(paper));
        }
    }

    /// Closes it: what one presents before everybody; else for oneself.
    fn close(self) {
        let presented = self.shown.with_untracked(|shown| shown.map(|shown| shown.paper));
        if untrack(|| self.is_presented() && self.table.presents()) {
            self.table.direct(Direction::Paper(None));
        } else {
            self.own.set(presented.map_or(Own::Presented, Own::Without));
        }
    }
}

fn open_here(own: Own, presented: Option<PaperId>) -> Option<PaperId> {
    match own {
        Own::Only(paper) => Some(paper),
        Own::Without(paper) => presented.filter(|presented| *presented != paper),
        Own::Presented => presented,
    }
}

/// The paper that lies open, as long as one does.
pub(super) fn paper(papers: Papers) -> impl IntoView {
    let table = papers.table;
    // Whoever only sits at a site reads it because they sit there: the reader is theirs with the seat, and anew with each.
    let which = Memo::new(move |_| {
        let paper = papers.open()?;
        let is_known = papers.titled.with_value(|titled| titled.iter().any(|(id, _)| *id == paper));
        let (seating, sits) = (table.seating.get(), table.seat.with(Option::is_some));
        let is_presented = papers.is_presented();
        match is_known {
            true => Some((paper, is_presented, 0)),
            false => sits.then_some((paper, is_presented, seating)),
        }
    });
    move || {
        let (paper, is_presented, _) = which.get()?;
        let titled = papers.titled.get_value();
        let title = titled.into_iter().find(|(id, _)| *id == paper).map(|(_, title)| title);
        let title = title.unwrap_or_else(|| t(SHOWN_UNTITLED).to_owned());
        let page =
            papers.shown.get_untracked().filter(|shown| shown.paper == paper).map_or(1, |shown| shown.page);
        let follower = match is_presented {
            true => Follower::new(papers.shown, true, page),
            false => Follower::new(Memo::new(|_| None), false, 1),
        };
        Some(lies(papers, follower, paper, title, is_presented))
    }
}

fn lies(
    papers: Papers,
    follower: Follower,
    paper: PaperId,
    title: String,
    is_presented: bool,
) -> impl IntoView {
    let table = papers.table;
    let present = move |page: u32| {
        let presents = untrack(|| table.presents());
        if presents {
            table.direct(Direction::Paper(Some(ShownPaper { paper, page })));
        }
        presents
    };
    let read = Read { paper, title: title.clone(), back: String::new(), is_embedded: true };
    let presents = Memo::new(move |_| is_presented && table.presents());
    let close = move || {
        let press = move |_| papers.close();
        match presents.get() {
            true => view! {
                <button class="btn btn--secondary" r#type="button" on:click=press><Icon name="x"/>{t(SHOWN_CLOSE)}</button>
            }
            .into_any(),
            false => view! {
                <button class="btn btn--icon" r#type="button" aria-label=t(SHOWN_CLOSE_HERE) title=t(SHOWN_CLOSE_HERE) on:click=press>
                    <Icon name="x"/>
                </button>
            }
            .into_any(),
        }
    };
    // Another paper lies open before everybody meanwhile.
    let is_elsewhere = Memo::new(move |_| !is_presented && papers.shown.with(Option::is_some));
    let back = move || {
        is_elsewhere.get().then(|| {
            view! {
                <button class="btn btn--secondary" r#type="button" on:click=move |_| papers.own.set(Own::Presented)>
                    <Icon name="presentation"/>{t(SHOWN_GO)}
                </button>
            }
        })
    };
    let words = match is_presented {
        true => follower.words().into_any(),
        false => t(SHOWN_HERE).into_any(),
    };
    view! {
        <section class="card shown" aria-labelledby="shown">
            <header class="card__head">
                <h2 id="shown">{title}</h2>
                <span class="hint" role="status">{words}</span>
                {follower.way_back()}
                {back}
                {close}
            </header>
            {follower.reader(&read, present)}
        </section>
    }
}

/// The menu of papers. The chair, the secretary and the speaker open a paper for everybody, the others for themselves.
pub(super) fn menu(papers: Papers) -> impl IntoView {
    let menu = NodeRef::<leptos::html::Details>::new();
    let item = move |(paper, title): Titled| {
        let open = move |_| {
            // A choice closes the menu.
            if let Some(menu) = menu.get_untracked() {
                menu.set_open(false);
            }
            papers.choose(paper);
        };
        let is_open = move || papers.open() == Some(paper);
        view! {
            <button class="menu__item" r#type="button" aria-pressed=move || is_open().to_string() on:click=open>
                <Icon name="file-text"/>{title}
            </button>
        }
    };
    let heading = move || t(if papers.table.presents() { SHOWN_OPEN } else { SHOWN_OPEN_HERE });
    // The panel shows no paper with a close button, so the menu has one.
    let is_presenting = Memo::new(move |_| {
        papers.table.presents() && papers.is_presented() && papers.shown.with(Option::is_some)
    });
    let end = move || {
        is_presenting.get().then(|| {
            let end = move |_| {
                if let Some(menu) = menu.get_untracked() {
                    menu.set_open(false);
                }
                papers.close();
            };
            view! {
                <hr/>
                <button class="menu__item" r#type="button" on:click=end><Icon name="x"/>{t(SHOWN_CLOSE)}</button>
            }
        })
    };
    let titled = papers.titled.get_value();
    (!titled.is_empty()).then(|| {
        view! {
            <details class="menu menu--up menu--end" node_ref=menu>
                <summary class="tool"><Icon name="book-open"/><span class="live__word">{t(LIVE_PAPERS)}</span></summary>
                <div class="menu__pop" role="group" aria-label=heading>
                    <p class="menu__head" aria-hidden="true">{heading}</p>
                    {titled.into_iter().map(item).collect_view()}
                    {end}
                </div>
            </details>
        }
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_one_closed_stays_closed_and_what_one_opened_stays_open() {
        let [one, other] = [1, 2].map(|id| PaperId(Uuid::from_u128(id)));
        for (own, presented, open) in [
            (Own::Presented, None, None),
            (Own::Presented, Some(one), Some(one)),
            (Own::Without(one), Some(one), None),
            (Own::Without(one), Some(other), Some(other)),
            (Own::Only(one), None, Some(one)),
            (Own::Only(one), Some(other), Some(one)),
        ] {
            assert_eq!(open_here(own, presented), open, "{own:?} {presented:?}");
        }
    }
}
