//! The agenda of a meeting under way: which item it is, how long that has still and when the others come. Whoever directs
//! steps from one item to the next here, and sees how long the conclusion may last.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::Stage;
use domain::ids::{AgendaItemId, MeetingId, PaperId};
use domain::meetings::{AgendaItem, CONCLUSION_MINUTES_AT_MOST, Meeting, is_conclusion};
use domain::papers::PaperLine;
use leptos::prelude::*;

use super::table::Table;
use super::turn::clock;
use crate::meetings::words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::Icon;
#[cfg(feature = "hydrate")]
use crate::ui::Told;

/// The conclusion is nearly over from here on, in minutes.
const CONCLUSION_ENDS_SOON_MINUTES: i64 = 5;
/// A step can be taken back for so long.
#[cfg(feature = "hydrate")]
const UNDONE_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

/// An item as the page of the call tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    id: AgendaItemId,
    pub(super) title: String,
    pub(super) minutes: u32,
    pub(super) began: Option<DateTime<Utc>>,
    done: Option<DateTime<Utc>>,
    pub(super) papers: Vec<Listed>,
}

/// A paper of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) id: PaperId,
    pub(super) title: String,
    pub(super) pages: Option<u32>,
}

impl Item {
    fn of(item: &AgendaItem) -> Item {
        Item {
            id: item.id,
            title: item.title.clone(),
            minutes: item.minutes,
            began: item.began,
            done: item.done,
            papers: item.papers.iter().filter_map(Listed::of).collect(),
        }
    }

    /// How much of its planned time is left; nothing of one without.
    pub(super) fn left(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let spent = (now - self.began?).max(TimeDelta::zero());
        (self.minutes > 0).then(|| TimeDelta::minutes(self.minutes.into()) - spent)
    }
}

impl Listed {
    fn of(line: &PaperLine) -> Option<Listed> {
        match line {
            PaperLine::Paper(paper) => {
                Some(Listed { id: paper.id, title: paper.title.clone(), pages: paper.pages })
            }
            PaperLine::OnPaper { .. } => None,
        }
    }
}

/// The agenda, shared by the bar above and by whoever directs.
#[derive(Clone, Copy)]
pub(super) struct Agenda {
    id: MeetingId,
    items: RwSignal<Vec<Item>>,
    /// The place of the item that is discussed, from 0.
    current: Memo<Option<usize>>,
}

impl Agenda {
    pub(super) fn of(table: Table, meeting: &Meeting) -> Agenda {
        let items = RwSignal::new(meeting.agenda.iter().map(Item::of).collect::<Vec<_>>());
        let of =
            Memo::new(move |_| table.state.with(|state| state.as_ref().and_then(|state| state.live.item)));
        let current = Memo::new(move |_| {
            let id = of.get()?;
            items.with(|items| items.iter().position(|item| item.id == id))
        });
        let agenda = Agenda { id: meeting.id, items, current };
        agenda.read_anew(of);
        agenda
    }

    /// The item that is discussed, its place from 1 and how many there are.
    pub(super) fn now(self) -> Option<(usize, usize, Item)> {
        let at = self.current.get()?;
        self.items.with(|items| Some((at + 1, items.len(), items.get(at)?.clone())))
    }

    /// All papers of the meeting.
    pub(super) fn papers(self) -> Vec<Listed> {
        self.items.with(|items| items.iter().flat_map(|item| item.papers.clone()).collect())
    }

    /// The times of items are known to the meeting alone: it is asked whenever another item is discussed.
    fn read_anew(self, of: Memo<Option<AgendaItemId>>) {
        #[cfg(feature = "hydrate")]
        Effect::new(move |before: Option<Option<AgendaItemId>>| {
            let item = of.get();
            if before.is_some() && before != Some(item) {
                leptos::task::spawn_local(async move {
                    if let Ok(shown) = crate::meetings::calls::fetch(self.id).await {
                        self.items.try_set(shown.meeting.agenda.iter().map(Item::of).collect());
                    }
                });
            }
            item
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, of);
    }
}

/// When the items that are still to come begin, as far as their lengths are planned: one after the other from the end of
/// the one that is discussed, or from now when that is late. `None` behind an item of no length.
fn begins(items: &[Item], current: Option<usize>, now: DateTime<Utc>) -> Vec<Option<DateTime<Utc>>> {
    let mut free = match current.and_then(|at| items.get(at)) {
        Some(item) => item.left(now).map(|left| now + left.max(TimeDelta::zero())),
        None => None,
    };
    let mut begins = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        if current.is_none_or(|current| at <= current) {
            begins.push(None);
            continue;
        }
        begins.push(free);
        free = free.filter(|_| item.minutes > 0).map(|free| free + TimeDelta::minutes(item.minutes.into()));
    }
    begins
}

/// The list for whoever directs, with the step to the next item, and the conclusion's clock below it.
pub(super) fn panel(table: Table, agenda: Agenda) -> impl IntoView {
    let all = lines(table, agenda, |_, _| true);
    let lines = move || all().into_iter().collect_view();
    view! {
        <section class="cpanel cpanel--agenda" id="call-agenda" aria-labelledby="call-agenda-head">
            <header class="cpanel__h"><h2 id="call-agenda-head">{t(LIVE_AGENDA)}</h2></header>
            <ol class="csteps" tabindex="0" aria-labelledby="call-agenda-head">{lines}</ol>
            {step(table, agenda)}
            {conclusion(table, agenda)}
        </section>
    }
}

/// The items that are still to come.
pub(super) fn to_come(table: Table, agenda: Agenda) -> impl Fn() -> Vec<AnyView> + Copy {
    lines(table, agenda, |at, current| current.is_some_and(|current| at > current))
}

/// Some of the items as rows, by their place and that of the one that is discussed.
fn lines(
    table: Table,
    agenda: Agenda,
    is_listed: fn(usize, Option<usize>) -> bool,
) -> impl Fn() -> Vec<AnyView> + Copy {
    // Six times a minute is enough for what is told in minutes.
    let tenth = Memo::new(move |_| table.now.get().map(|now| now.timestamp().div_euclid(10) * 10));
    move || {
        let now = tenth.get().and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_default();
        let current = agenda.current.get();
        agenda.items.with(|items| {
            let begins = begins(items, current, now);
            let all = items.iter().zip(begins).enumerate();
            all.filter(|(at, _)| is_listed(*at, current))
                .map(|(at, (item, begins))| line(at, item, current == Some(at), begins, now).into_any())
                .collect()
        })
    }
}

fn line(
    at: usize,
    item: &Item,
    is_now: bool,
    begins: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let time = |instant| text::time(words::local(instant).time());
    let minutes = (item.minutes > 0).then(|| tf(LIVE_ITEM_MINUTES, &[("n", &item.minutes)]));
    let told = match (is_now, item.done) {
        (true, _) => item.left(now).map(|left| {
            let minutes = minutes_up(left);
            let ends = time(now + left.max(TimeDelta::zero()));
            match minutes {
                0.. => tf(LIVE_ITEM_ENDS, &[("n", &minutes), ("time", &ends)]),
                _ => tf(LIVE_ITEM_OVER, &[("n", &-minutes)]),
            }
        }),
        (false, Some(done)) => Some(tf(LIVE_ITEM_DONE, &[("time", &time(done))])),
        (false, None) => match (begins, minutes) {
            (Some(begins), Some(minutes)) => {
                Some(tf(LIVE_ITEM_BEGINS, &[("time", &time(begins)), ("minutes", &minutes)]))
            }
            (Some(begins), None) => Some(tf(LIVE_ITEM_BEGINS_AT, &[("time", &time(begins))])),
            (None, minutes) => minutes,
        },
    };
    let is_done = item.done.is_some() && !is_now;
    let number = match is_done {
        true => view! { <Icon name="check"/> }.into_any(),
        false => view! { <span class="num">{at + 1}</span> }.into_any(),
    };
    view! {
        <li class:is-now=is_now class:is-done=is_done aria-current=is_now.then_some("step")>
            {number}
            <span><b>{item.title.clone()}</b>{told.map(|told| view! { <small>{told}</small> })}</span>
        </li>
    }
}

/// The step to the next item; of a meeting that is not opened yet, none.
fn step(table: Table, agenda: Agenda) -> impl IntoView {
    let is_on = Memo::new(move |_| {
        table.state.with(|state| state.as_ref().is_some_and(|state| state.live.stage == Stage::UnderWay))
    });
    let undo: Before = RwSignal::new(None);
    let words = move || {
        let count = agenda.items.with(Vec::len);
        let next = agenda.current.get().map_or(0, |at| at + 1);
        let is_through = agenda.current.get().is_none()
            && agenda.items.with(|items| items.last().is_some_and(|item| item.done.is_some()));
        match (agenda.current.get(), next < count) {
            _ if count == 0 || is_through => None,
            (None, _) => Some((tf(LIVE_ITEM_FIRST, &[("n", &1)]), next)),
            (Some(at), true) => Some((tf(LIVE_ITEM_NEXT, &[("n", &(at + 1)), ("m", &(next + 1))]), next)),
            (Some(at), false) => Some((tf(LIVE_ITEM_LAST, &[("n", &(at + 1))]), next)),
        }
    };
    let forward = move || {
        let (words, next) = words().filter(|_| is_on.get())?;
        let press = move |_| {
            let before = untrack(|| agenda.now()).map(|(_, _, item)| item.id);
            let to = agenda.items.with_untracked(|items| items.get(next).map(|item| item.id));
            go(table, agenda, to, Some((undo, before)));
        };
        Some(view! {
            <button class="btn btn--tinted cpanel__step" r#type="button" on:click=press><Icon name="check"/>{words}</button>
        })
    };
    let back = move || {
        let before = undo.get()?;
        let press = move |_| {
            undo.set(None);
            go(table, agenda, before, None);
        };
        Some(view! {
            <button class="btn btn--quiet cpanel__undo" r#type="button" on:click=press><Icon name="undo-2"/>{t(LIVE_ITEM_UNDO)}</button>
        })
    };
    view! { <div class="cpanel__foot">{forward}{back}</div> }
}

/// The item that was discussed before a step, while the step can be taken back.
type Before = RwSignal<Option<Option<AgendaItemId>>>;

/// Says which item is discussed from now on; what was before can be taken back for a while.
fn go(table: Table, agenda: Agenda, to: Option<AgendaItemId>, undo: Option<(Before, Option<AgendaItemId>)>) {
    #[cfg(feature = "hydrate")]
    {
        let told = Told::here();
        leptos::task::spawn_local(async move {
            let item = to.map(|id| id.to_string()).unwrap_or_default();
            match crate::meetings::calls::discuss(agenda.id, item).await {
                Ok(()) => {
                    let Some((undo, before)) = undo else { return };
                    undo.try_set(Some(before));
                    set_timeout(
                        move || {
                            undo.try_set(None);
                        },
                        UNDONE_WITHIN,
                    );
                    let title = agenda.items.try_with_untracked(|items| {
                        items.iter().find(|item| Some(item.id) == to).map(|item| item.title.clone())
                    });
                    if let Some(title) = title.flatten() {
                        told.say(tf(LIVE_ITEM_IS, &[("title", &title)]));
                    }
                }
                Err(failure) => drop(table.failure.try_set(Some(failure.0))),
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (table, agenda.id, to, undo);
}

/// How long the conclusion may still last; before it begins, how long it may.
fn conclusion(table: Table, agenda: Agenda) -> impl IntoView {
    let most = TimeDelta::minutes(CONCLUSION_MINUTES_AT_MOST.into());
    let place = Memo::new(move |_| {
        agenda.items.with(|items| items.iter().position(|item| is_conclusion(&item.title)))
    });
    move || {
        let at = place.get()?;
        let began = agenda.items.with(|items| items.get(at).and_then(|item| item.began));
        let is_now = agenda.current.get() == Some(at);
        let left = match began.filter(|_| is_now) {
            Some(began) => most - (table.now.get()? - began).max(TimeDelta::zero()),
            None => most,
        };
        let is_late = left < TimeDelta::zero();
        let is_soon = is_now && !is_late && left <= TimeDelta::minutes(CONCLUSION_ENDS_SOON_MINUTES);
        let hint = match is_now {
            true => tf(LIVE_CONCLUSION_NOW, &[("most", &CONCLUSION_MINUTES_AT_MOST)]),
            false => tf(LIVE_CONCLUSION_LATER, &[("n", &(at + 1)), ("most", &CONCLUSION_MINUTES_AT_MOST)]),
        };
        Some(view! {
            <div class="cpanel__end" class:is-soon=is_soon class:is-over=is_late>
                <b><Icon name="timer"/>{t(LIVE_CONCLUSION)}</b>
                <span class="num cpanel__clock" role="timer" aria-live="off">{clock(left.num_seconds())}</span>
                <p>{hint}</p>
            </div>
        })
    }
}

/// Minutes that have begun: of 59 seconds 1, of 61 seconds too long -2.
pub(super) fn minutes_up(time: TimeDelta) -> i64 {
    let seconds = time.num_seconds();
    if seconds >= 0 { (seconds + 59) / 60 } else { (seconds - 59) / 60 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + minute * 60, 0).unwrap()
    }

    fn item(number: u128, minutes: u32, began: Option<i64>) -> Item {
        Item {
            id: AgendaItemId(uuid::Uuid::from_u128(number)),
            title: String::new(),
            minutes,
            began: began.map(at),
            done: None,
            papers: Vec::new(),
        }
    }

    #[test]
    fn what_is_to_come_follows_from_what_is_discussed_and_moves_when_that_is_late() {
        let items = [item(1, 10, Some(0)), item(2, 60, Some(10)), item(3, 30, None), item(4, 50, None)];
        assert_eq!(begins(&items, Some(1), at(20)), [None, None, Some(at(70)), Some(at(100))]);
        assert_eq!(
            begins(&items, Some(1), at(80)),
            [None, None, Some(at(80)), Some(at(110))],
            "it runs late"
        );
        assert_eq!(begins(&items, None, at(5)), [None; 4], "nothing is discussed");
        let unplanned = [item(1, 10, Some(0)), item(2, 0, None), item(3, 5, None)];
        assert_eq!(begins(&unplanned, Some(0), at(5)), [None, Some(at(10)), None], "nobody knows how long");
    }

    #[test]
    fn minutes_are_those_that_have_begun() {
        let minutes = |seconds| minutes_up(TimeDelta::seconds(seconds));
        assert_eq!([0, 1, 59, 60, 61].map(minutes), [0, 1, 1, 1, 2]);
        assert_eq!([-1, -60, -61].map(minutes), [-1, -1, -2]);
    }
}
