//! A paper that lies open before everybody of a meeting, at a page: who presents turns it, the others follow until they
//! turn it themselves, and are back with one press.

use domain::ids::PaperId;
use domain::live::ShownPaper;
use leptos::prelude::*;

use super::element::{Read, element};
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::Icon;

/// Whoever turns pages quickly says only where they come to rest, and never more often than a page may speak.
#[cfg(feature = "hydrate")]
const RESTS_AFTER_MS: f64 = 350.0;
#[cfg(feature = "hydrate")]
const APART_MS: f64 = 1_000.0;

/// Who looks at a paper that is shown.
#[derive(Clone, Copy)]
pub struct Follower {
    /// What lies open, if anything does.
    pub shown: Memo<Option<ShownPaper>>,
    /// Whether the page follows.
    pub follows: RwSignal<bool>,
    /// The page before the reader.
    at: RwSignal<u32>,
    /// Whether this reader is the one that presents: then its own page leads, and the server's is the echo.
    presents: RwSignal<bool>,
    /// Pages it presented whose echo has not come yet.
    said: StoredValue<Vec<u32>>,
    /// Whether the reader was touched since the presented page changed: what it turns to then is one's own wish.
    is_touched: StoredValue<bool>,
    /// Grows with each turn, so that only the last one is said.
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a live reader is turned"))]
    turn: StoredValue<u32>,
    #[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only a live reader is turned"))]
    last_said: StoredValue<f64>,
}

impl Follower {
    /// Of a paper that lies open; begins at a page.
    pub fn new(shown: Memo<Option<ShownPaper>>, follows: bool, page: u32) -> Follower {
        Follower {
            shown,
            follows: RwSignal::new(follows),
            at: RwSignal::new(page),
            presents: RwSignal::new(false),
            said: StoredValue::new(Vec::new()),
            is_touched: StoredValue::new(false),
            turn: StoredValue::new(0),
            last_said: StoredValue::new(0.0),
        }
    }

    /// The element, with what tells it which page to turn to. `present` is called with the page that whoever may
    /// present has turned to, and says whether it was presented; the others go their own way.
    pub fn reader(self, read: &Read, present: impl Fn(u32) -> bool + Clone + 'static) -> impl IntoView {
        let paper = read.paper;
        let page = Memo::new(move |_| match self.shown.get() {
            Some(shown) if shown.paper == paper && self.follows.get() && !self.presents.get() => shown.page,
            _ => self.at.get(),
        });
        self.hear_others(paper);
        let turned = move |page: u32| self.turned(page, paper, present.clone());
        let touch = move || self.touch();
        view! {
            <div
                class="shown__reader"
                on:wheel=move |_| touch()
                on:touchstart=move |_| touch()
                on:pointerdown=move |_| touch()
                on:keydown=move |_| touch()
            >
                {element(read, move || page.get().to_string(), turned)}
            </div>
        }
    }

    /// A page that somebody else presents ends one's own presenting, and what was touched before means nothing any more.
    fn hear_others(self, paper: PaperId) {
        Effect::new(move |before: Option<Option<u32>>| {
            let page = self.shown.get().filter(|shown| shown.paper == paper).map(|shown| shown.page);
            if before.flatten() == page {
                return page;
            }
            let is_echo = self.said.try_update_value(|said| {
                let place = said.iter().position(|own| Some(*own) == page);
                if let Some(place) = place {
                    said.drain(..=place);
                }
                place.is_some()
            });
            if is_echo != Some(true) {
                self.is_touched.set_value(false);
                self.presents.set(false);
            }
            page
        });
    }

    /// The reader was touched: it is turned by hand from here on.
    pub fn touch(self) {
        self.is_touched.set_value(true);
    }

    fn turned(self, page: u32, paper: PaperId, present: impl Fn(u32) -> bool + 'static) {
        self.at.set(page);
        let lies = self.shown.get_untracked().is_some_and(|shown| shown.paper == paper);
        if !lies || !self.is_touched.get_value() {
            return;
        }
        self.say_later(page, present);
    }

    #[cfg(feature = "hydrate")]
    fn say_later(self, page: u32, present: impl Fn(u32) -> bool + 'static) {
        use web_sys::js_sys::Date;

        let turn = self.turn.try_update_value(|turn| {
            *turn = turn.wrapping_add(1);
            *turn
        });
        let rests = move || {
            let is_last = self.turn.try_get_value() == turn;
            let is_news = self.shown.try_get_untracked().flatten().is_some_and(|shown| shown.page != page);
            if !is_last || !(is_news || self.presents.try_get_untracked() == Some(true)) {
                return;
            }
            if present(page) {
                self.last_said.try_set_value(Date::now());
                self.said.try_update_value(|said| said.push(page));
                self.presents.try_set(true);
            } else {
                self.follows.try_set(false);
            }
        };
        let wait = RESTS_AFTER_MS.max(self.last_said.get_value() + APART_MS - Date::now());
        set_timeout(rests, std::time::Duration::from_millis(wait as u64));
    }

    #[cfg(not(feature = "hydrate"))]
    fn say_later(self, _: u32, _: impl Fn(u32) -> bool + 'static) {}

    /// Follows again.
    pub fn follow(self) {
        self.is_touched.set_value(false);
        self.follows.set(true);
    }

    /// The way back to what is presented, for whoever has gone their own.
    pub fn way_back(self) -> impl IntoView {
        move || {
            let shown = self.shown.get().filter(|_| !self.follows.get())?;
            let words = tf(SHOWN_FOLLOW, &[("n", &shown.page)]);
            Some(view! {
                <button class="btn btn--secondary" r#type="button" on:click=move |_| self.follow()>
                    <Icon name="presentation"/>{words}
                </button>
            })
        }
    }

    /// Which page is presented.
    pub fn words(self) -> impl IntoView {
        move || {
            let page = self.shown.get().map(|shown| shown.page);
            page.map(|page| tf(SHOWN_PAGE, &[("n", &page)])).unwrap_or_else(|| t(SHOWN_NO_MORE).to_owned())
        }
    }
}
