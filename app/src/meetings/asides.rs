//! What is needed less often in a meeting's head: opening and the hall's display before its day, one's own calendar, dropping a change,
//! postponing and cancelling. Several of them are one menu, so that the row of buttons stays one row.

use domain::access::Stage;
use domain::ids::MeetingId;
use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::actions::{of, opening};
use super::calls::{CallOff, DropChanges};
use super::desk::Desk;
use super::step::Step;
use crate::text::keys::*;
use crate::text::{Text, t, tf};
use crate::ui::dialog::{close, show};
use crate::ui::{Dialog, Icon, hydrated, textarea_text};

/// What there is of it now, each none when it is not offered.
#[derive(Clone, Copy)]
pub(super) struct Asides {
    desk: Desk,
    /// Opening before the day of the meeting.
    early: Memo<Option<()>>,
    /// The hall's display.
    hall: Memo<Option<()>>,
    /// The file for one's own calendar, and whether the meeting takes place.
    calendar: Memo<Option<bool>>,
    /// A change to be dropped.
    drops: Memo<Option<()>>,
    /// The stage from which it may be called off.
    off: Memo<Option<Stage>>,
    /// Whether the meeting is under way, where the hall's display is at hand.
    is_on: Memo<Option<()>>,
    /// Whether they are one menu. Only those who may call off have so many.
    is_folded: Memo<bool>,
    asked: Asked,
}

/// The dialogs of postponing, cancelling and dropping.
#[derive(Clone, Copy)]
struct Asked {
    nodes: [NodeRef<DialogElement>; 3],
    /// Until the page is hydrated each is a folded form.
    is_hydrated: ReadSignal<bool>,
}

/// Opening, hall, calendar and change, as [`Asides`] holds them.
type Offered = (Memo<Option<()>>, Memo<Option<()>>, Memo<Option<bool>>, Memo<Option<()>>);

impl Asides {
    pub(super) fn new(
        desk: Desk,
        (early, hall, calendar, drops): Offered,
        off: Memo<Option<Stage>>,
    ) -> Asides {
        let is_on = of(desk, |meeting| (meeting.state.stage() == Stage::UnderWay).then_some(()));
        let is_folded = Memo::new(move |_| {
            let Some(stage) = off.get() else { return false };
            let is_hall = hall.get().is_some() && is_on.get().is_none();
            let others = [early.get().is_some(), is_hall, calendar.get().is_some(), drops.get().is_some()];
            ways(stage).len() + others.into_iter().filter(|is_there| *is_there).count() > 1
        });
        let nodes = [NodeRef::new(), NodeRef::new(), NodeRef::new()];
        let asked = Asked { nodes, is_hydrated: hydrated() };
        Asides { desk, early, hall, calendar, drops, off, is_on, is_folded, asked }
    }

    /// The buttons or the menu, and the dialogs behind them, which outlive both.
    pub(super) fn view(self) -> impl IntoView {
        let Asides { desk, early, hall, calendar, drops, off, is_on, is_folded, asked } = self;
        let id = desk.id;
        let is_beside = move || !is_folded.get();
        view! {
            {move || early.get().filter(|()| is_beside()).map(|()| opening(desk, "btn btn--quiet"))}
            {move || hall.get().filter(|()| is_beside() || is_on.get().is_some()).map(|()| to_hall(id, "btn btn--secondary"))}
            {move || calendar.get().filter(|_| is_beside()).map(|is_on| own_calendar(id, is_on, "btn btn--quiet"))}
            {move || drops.get().filter(|()| is_beside()).map(|()| dropping_changes(desk, BESIDE))}
            {move || off.get().filter(|_| is_beside()).map(|stage| asking(desk, stage, asked, BESIDE))}
            {move || is_folded.get().then(|| self.menu())}
            {move || off.get().map(|stage| dialogs(desk, stage, asked))}
        }
    }

    fn menu(self) -> impl IntoView {
        let Asides { desk, early, hall, calendar, drops, off, is_on, asked, .. } = self;
        let id = desk.id;
        let is_back = CALLING_OFF.iter().any(|way| !way.typed(desk).is_empty());
        view! {
            <details class="menu" open=is_back>
                <summary class="btn btn--secondary"><Icon name="ellipsis"/>{t(STATE_MORE)}</summary>
                <div class="menu__pop">
                    {move || early.get().map(|()| opening(desk, "menu__item"))}
                    {move || hall.get().filter(|()| is_on.get().is_none()).map(|()| to_hall(id, "menu__item"))}
                    {move || calendar.get().map(|is_on| own_calendar(id, is_on, "menu__item"))}
                    {move || drops.get().map(|()| dropping_changes(desk, WITHIN))}
                    {move || off.get().map(|stage| asking(desk, stage, asked, WITHIN))}
                </div>
            </details>
        }
    }
}

/// The classes of a folded form and of its heading: beside the other buttons, or within the menu.
#[derive(Clone, Copy)]
struct Place {
    fold: &'static str,
    summary: &'static str,
    body: &'static str,
    button: &'static str,
}

const BESIDE: Place = Place {
    fold: "menu",
    summary: "btn btn--secondary",
    body: "menu__pop menu__pop--form",
    button: "btn btn--quiet",
};
const WITHIN: Place =
    Place { fold: "menu__asked", summary: "menu__item", body: "menu__question", button: "menu__item" };

/// The meeting as a file for people's own calendars, once invitations are out. Of one that was called off it takes back the
/// entry that people have.
fn own_calendar(id: MeetingId, is_on: bool, class: &'static str) -> impl IntoView {
    let href = format!("/meetings/{id}/invitation.ics");
    let (icon, word) =
        if is_on { ("calendar-plus", STATE_OWN_CALENDAR) } else { ("calendar-x", STATE_OWN_CALENDAR_UPDATE) };
    view! { <a class=class href=href download="" rel="external"><Icon name=icon/>{t(word)}</a> }
}

fn to_hall(id: MeetingId, class: &'static str) -> impl IntoView {
    let href = format!("/meetings/{id}/hall");
    view! { <a class=class href=href target="_blank"><Icon name="qr-code"/>{t(STATE_HALL)}</a> }
}

/// Dropping what was changed and not sent: folded, for what was typed is gone then.
fn dropping_changes(desk: Desk, place: Place) -> impl IntoView {
    view! {
        <details class=place.fold>
            <summary class=place.summary><Icon name="eraser"/>{t(MEETINGS_DROP_CHANGES)}</summary>
            <div class=place.body>
                <Step desk path=DropChanges::PATH says=Some(DONE_CHANGES_DROPPED) class="stack stack--s">
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <p>{t(MEETINGS_DROP_CHANGES_FOLLOWS)}</p>
                    <button class="btn btn--danger">{t(MEETINGS_DROP_CHANGES_NOW)}</button>
                </Step>
            </div>
        </details>
    }
}

/// What one way of calling off says.
#[derive(Clone, Copy)]
struct Off {
    /// Which of the dialogs.
    at: usize,
    is_postponed: bool,
    id: &'static str,
    icon: &'static str,
    word: Text,
    question: Text,
    follows: Text,
}

const POSTPONE: Off = Off {
    at: 0,
    is_postponed: true,
    id: "postpone",
    icon: "calendar-clock",
    word: STATE_POSTPONE,
    question: STATE_POSTPONE_QUESTION,
    follows: STATE_POSTPONE_FOLLOWS,
};
const CANCEL: Off = Off {
    at: 1,
    is_postponed: false,
    id: "cancel",
    icon: "ban",
    word: STATE_CANCEL,
    question: STATE_CANCEL_QUESTION,
    follows: STATE_CANCEL_FOLLOWS,
};
/// A draft that nobody has been invited to.
const DROP: Off = Off {
    at: 2,
    is_postponed: false,
    id: "drop",
    icon: "trash-2",
    word: STATE_DROP,
    question: STATE_DROP_QUESTION,
    follows: STATE_DROP_FOLLOWS,
};

const CALLING_OFF: [Off; 3] = [POSTPONE, CANCEL, DROP];

impl Off {
    /// The reason that came back with a plain form.
    fn typed(self, desk: Desk) -> String {
        desk.typed(&format!("{}_reason", self.id))
    }
}

/// How a meeting may be called off.
fn ways(stage: Stage) -> &'static [Off] {
    match stage {
        Stage::Draft => &[DROP],
        Stage::Scheduled => &[POSTPONE, CANCEL],
        _ => &[CANCEL],
    }
}

/// The buttons that ask for a reason in a dialog; without script each is a folded form.
fn asking(desk: Desk, stage: Stage, asked: Asked, place: Place) -> impl IntoView {
    let one = move |way: &Off| {
        let (way, node) = (*way, asked.nodes[way.at]);
        move || {
            if asked.is_hydrated.get() {
                return view! {
                    <button class=place.button r#type="button" on:click=move |event| ask(node, &event)>
                        <Icon name=way.icon/>{t(way.word)}
                    </button>
                }
                .into_any();
            }
            let form = form(desk, (way, stage), node, format!("{}-why", way.id), None);
            view! {
                <details class=place.fold open=!way.typed(desk).is_empty()>
                    <summary class=place.summary><Icon name=way.icon/>{t(way.word)}</summary>
                    <div class=place.body>{form}</div>
                </details>
            }
            .into_any()
        }
    };
    ways(stage).iter().map(one).collect_view()
}

/// Opens the dialog; the menu that the button stands in has served.
fn ask(node: NodeRef<DialogElement>, event: &leptos::ev::MouseEvent) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let button = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(menu) = button.and_then(|button| button.closest("details.menu").ok().flatten()) {
            let _ = menu.remove_attribute("open");
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
    show(node);
}

fn dialogs(desk: Desk, stage: Stage, asked: Asked) -> impl IntoView {
    let one = move |way: &Off| {
        let (way, node) = (*way, asked.nodes[way.at]);
        move || {
            asked.is_hydrated.get().then(|| {
                let keep = view! {
                    <button class="btn btn--secondary" r#type="button" autofocus=true on:click=move |_| close(node)>
                        {t(STATE_KEEP)}
                    </button>
                };
                let form = form(desk, (way, stage), node, format!("{}-reason", way.id), Some(keep.into_any()));
                view! { <Dialog node id=way.id title=t(way.question)>{form}</Dialog> }
            })
        }
    };
    ways(stage).iter().map(one).collect_view()
}

/// The reason, which a draft that nobody knows of needs not, and the press. `safe` is the way back.
fn form(
    desk: Desk,
    (way, stage): (Off, Stage),
    node: NodeRef<DialogElement>,
    field: String,
    safe: Option<AnyView>,
) -> impl IntoView {
    let asks = stage != Stage::Draft;
    let leaves_for = if asks { None } else { Some("/meetings") };
    let says = (!asks).then_some(DONE_DRAFT_DROPPED);
    let guests = desk.meeting.with_untracked(|meeting| meeting.guests.len());
    let untold = (asks && guests > 0).then(|| view! { <p>{tf(STATE_GUESTS_UNTOLD, &[("n", &guests)])}</p> });
    let reason = asks.then(|| {
        view! {
            <div class="field">
                <label for=field.clone()>{t(STATE_REASON)}</label>
                <textarea class="input" id=field.clone() name="reason" required=true>{textarea_text(way.typed(desk))}</textarea>
            </div>
        }
    });
    view! {
        <Step desk path=CallOff::PATH class="stack" leaves_for says>
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <input r#type="hidden" name="postponed" value=if way.is_postponed { "on" } else { "" }/>
            <p>{t(way.follows)}</p>
            {untold}
            {reason}
            <div class="row row--wrap">
                {safe}
                <button class="btn btn--danger" on:click=move |_| close_if_filled(node, stage)>{t(way.word)}</button>
            </div>
        </Step>
    }
}

/// The dialog goes once the step is taken; the browser asks for a missing reason first and keeps it open.
fn close_if_filled(node: NodeRef<leptos::html::Dialog>, stage: Stage) {
    #[cfg(feature = "hydrate")]
    {
        let is_filled = stage == Stage::Draft
            || node
                .get_untracked()
                .and_then(|dialog| dialog.query_selector("form").ok().flatten())
                .and_then(|form| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlFormElement>(form).ok())
                .is_some_and(|form| form.check_validity());
        if is_filled {
            // After the press has sent the form.
            request_animation_frame(move || close(node));
        }
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (node, stage);
}
