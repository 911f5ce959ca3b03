//! The hall's display: the meeting, its agenda, the time left, who is in, the code to be scanned.

use chrono::{DateTime, Utc};
use domain::access::Stage;
use domain::error::Refusal;
use domain::ids::MeetingId;
use domain::time::Zone;
use leptos::prelude::*;
use leptos_meta::Title;

use super::calls::hall_display;
use super::display::{Display, Line, Timer, clock};
#[cfg(feature = "hydrate")]
use super::live::{self, Live};
use crate::failure::describe;
use crate::shell::mark_drawing;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Loaded, hydrated, loaded_alone, named, resource_of};
use crate::words;

/// A code stays readable for the turn after its own; then the display, cut off, hides it.
const CODE_GOOD_SECONDS: i64 = domain::attendance::CODE_SECONDS * (domain::attendance::CODE_TURNS_GOOD - 1);

/// More figures than minutes and seconds take a smaller size, to stay in their panel.
const FIGURES_AT_FULL_SIZE: usize = 5;

/// The display of one meeting.
#[component]
pub fn HallPage() -> impl IntoView {
    let id = named::<MeetingId>();
    let shown: Loaded<Display> = resource_of(id, hall_display);
    // Without script the display is loaded anew; within the tag it is text to a browser that runs scripts.
    view! {
        <noscript inner_html="<meta http-equiv=\"refresh\" content=\"30\">"></noscript>
        {loaded_alone(shown, t(MEETINGS_COLUMN_TITLE), move |shown| match id.get_untracked() {
            Some(id) => screen(id, shown),
            None => ().into_any(),
        })}
    }
}

/// What changes as time goes by.
#[derive(Clone, Copy)]
struct Screen {
    id: MeetingId,
    shown: RwSignal<Display>,
    now: Memo<DateTime<Utc>>,
    is_offline: RwSignal<bool>,
    is_signed_out: RwSignal<bool>,
}

fn screen(id: MeetingId, display: Display) -> AnyView {
    let title = display.title.clone();
    let shown = RwSignal::new(display);
    let seconds = RwSignal::new(0_i64);
    let (is_offline, is_signed_out) = (RwSignal::new(false), RwSignal::new(false));
    let now = Memo::new(move |_| shown.with(|shown| shown.now) + chrono::Duration::seconds(seconds.get()));
    let screen = Screen { id, shown, now, is_offline, is_signed_out };
    Effect::new(move |_| {
        #[cfg(feature = "hydrate")]
        live::start(id, Live { shown, seconds, is_offline, is_signed_out });
        #[cfg(not(feature = "hydrate"))]
        let _ = id;
    });
    view! {
        <Title text=title.clone()/>
        <div class="hall on-deep page--hall">
            {screen.head()}
            <main class="hb" id="main">
                <section>
                    <h1>{title}</h1>
                    {screen.agenda()}
                </section>
                {screen.panel()}
            </main>
            {screen.foot()}
        </div>
    }
    .into_any()
}

impl Screen {
    fn head(self) -> AnyView {
        let Screen { id, shown, now, is_offline, is_signed_out } = self;
        let stage = Memo::new(move |_| shown.with(|shown| shown.stage));
        let org = shown.with_untracked(|shown| shown.agency.clone());
        let live = move || {
            (stage.get() == Stage::UnderWay)
                .then(|| view! { <span class="lv">{words::stage(Stage::UnderWay)}</span> })
        };
        let offline = move || {
            if is_signed_out.get() {
                let href = format!("/sign-in?next=/meetings/{id}/hall");
                return Some(
                    view! { <a class="hall__off" href=href rel="external"><Icon name="lock"/>{t(FAILURE_SIGNED_OUT)}</a> }
                        .into_any(),
                );
            }
            is_offline.get().then(|| {
                view! { <span class="hall__off"><Icon name="wifi-off"/>{t(HALL_OFFLINE)}</span> }.into_any()
            })
        };
        let minute = Memo::new(move |_| text::time(Zone::VIETNAM.local(now.get()).time()));
        view! {
            <header>
                <a class="mark" href="/">{mark_drawing()}{t(APP_NAME)}</a>
                <span class="org">{org}</span>
                <span class="grow"></span>
                <span role="status">{offline}</span>
                {full_screen()}
                {live}
                <time class="clock">{minute}</time>
            </header>
        }
        .into_any()
    }

    fn agenda(self) -> AnyView {
        let Screen { shown, now, .. } = self;
        // The list is drawn anew when it changes or a minute has gone, not every second.
        let lines = Memo::new(move |_| {
            let now = now.get();
            shown.with(|shown| {
                let current = shown.current();
                shown
                    .around()
                    .map(|place| {
                        let is_now = current == Some(place);
                        let left = if is_now { shown.timer(now) } else { Timer::None };
                        (shown.agenda[place].clone(), is_now, aside(&shown.agenda[place], is_now, left))
                    })
                    .collect::<Vec<_>>()
            })
        });
        let items = move || {
            lines.get().into_iter().map(|(line, is_now, aside)| item(line, is_now, aside)).collect_view()
        };
        view! { <ol class="ag">{items}</ol> }.into_any()
    }

    fn panel(self) -> AnyView {
        let Screen { id, shown, now, .. } = self;
        let timer = Memo::new(move |_| shown.with(|shown| shown.timer(now.get())));
        let head = Memo::new(move |_| {
            let is_over = matches!(timer.get(), Timer::Left(left, _) if left < 0);
            let is_counted = timer.get() != Timer::None;
            shown.with(|shown| heading(shown, is_over, is_counted))
        });
        let figure = move || match timer.get() {
            Timer::Before(left) | Timer::Left(left, _) | Timer::Since(left) | Timer::Meeting(left) => {
                Some(clock(left))
            }
            Timer::None => None,
        };
        let over = Memo::new(move |_| shown.with(|shown| shown.over.clone()));
        let over = move || over.get().map(|why| since(id, why));
        let class = move || match timer.get() {
            Timer::Before(left) | Timer::Left(left, _) | Timer::Since(left) | Timer::Meeting(left)
                if clock(left).len() > FIGURES_AT_FULL_SIZE =>
            {
                "tm tm--long"
            }
            _ => "tm",
        };
        let track = move || match timer.get() {
            Timer::Left(left, minutes) => Some(bar(left, minutes)),
            _ => None,
        };
        let coming = Memo::new(move |_| {
            shown.with(|shown| shown.coming().iter().map(|l| l.title.clone()).collect::<Vec<_>>())
        });
        let next = move || {
            let coming = coming.get();
            (!coming.is_empty() && shown.with(|shown| shown.stage == Stage::UnderWay)).then(|| {
                let items = coming
                    .into_iter()
                    .enumerate()
                    .map(|(place, title)| view! { <li><i>{place + 1}</i><span class="hall__next">{title}</span></li> })
                    .collect_view();
                view! { <div class="nx"><span id="hall-next">{t(HALL_NEXT)}</span><ol aria-labelledby="hall-next">{items}</ol></div> }
            })
        };
        // Spoken at one minute and at nought, and not every second.
        let spoken = Memo::new(move |_| match timer.get() {
            Timer::Left(left, _) if (1..=60).contains(&left) => t(HALL_ONE_MINUTE),
            Timer::Left(left, _) if left <= 0 => t(HALL_TIME_IS_UP),
            _ => "",
        });
        view! {
            <aside class="sp" aria-label=t(HALL_TIMER)>
                <p class="k">{move || head.get().0}</p>
                <p class="who">{move || head.get().1}</p>
                {over}
                <p class=class role="timer" aria-live="off">{figure}</p>
                {track}
                <p class="vh" role="status">{spoken}</p>
                {next}
            </aside>
        }
        .into_any()
    }

    fn foot(self) -> AnyView {
        let Screen { shown, now, is_offline, .. } = self;
        let roll = Memo::new(move |_| shown.with(|shown| (shown.roll, shown.guests, shown.sites)));
        let is_called_off = Memo::new(move |_| {
            shown.with(|shown| matches!(shown.stage, Stage::Cancelled | Stage::Postponed))
        });
        let stats = move || {
            let (roll, of_guests, (connected, sites)) = roll.get();
            if is_called_off.get() {
                return ().into_any();
            }
            let guests = (of_guests.total() > 0).then(|| {
                stat(format!("{}/{}", of_guests.present(), of_guests.total()), "users", t(HALL_GUESTS))
            });
            let sites = (sites > 0).then(|| stat(format!("{connected}/{sites}"), "wifi", t(HALL_SITES)));
            let roll = roll.and(of_guests);
            // In a meeting that nobody joins from afar there is no such number.
            let online = (roll.online > 0 || sites.is_some())
                .then(|| stat(roll.online.to_string(), "video", t(HALL_ONLINE)));
            let waiting = (roll.not_called > 0)
                .then(|| stat(roll.not_called.to_string(), "hourglass", t(HALL_NOT_CALLED)));
            let absent = (roll.absent > 0).then(|| stat(roll.absent.to_string(), "user-x", t(HALL_ABSENT)));
            view! {
                {stat(roll.in_room.to_string(), "building-2", t(HALL_IN_ROOM))}
                {online}
                {absent}
                {guests}
                {waiting}
                {sites}
            }
            .into_any()
        };
        let code = Memo::new(move |_| shown.with(|shown| shown.code.clone()));
        // A code that no question could renew would send delegates away in vain.
        let is_stale = Memo::new(move |_| {
            let now = now.get();
            is_offline.get()
                && code.with(|code| {
                    code.as_ref().is_some_and(|code| (now - code.renews).num_seconds() > CODE_GOOD_SECONDS)
                })
        });
        let qr = move || match code.get() {
            Some(_) if is_stale.get() => {
                Some(view! { <div class="qr"><div><b>{t(HALL_BY_HAND)}</b></div></div> }.into_any())
            }
            Some(code) => {
                let picture = code.picture.map(|picture| {
                    let side = picture.side;
                    view! {
                        <div class="qr__code">
                            <svg viewBox=format!("0 0 {side} {side}") role="img" aria-label=t(HALL_QR) shape-rendering="crispEdges">
                                <path d=picture.path fill="#0E1A33"></path>
                            </svg>
                        </div>
                    }
                });
                let words = view! {
                    <div>
                        <b>{t(HALL_SCAN)}</b>
                        <span>{t(HALL_OR_TYPE)}" "<strong class="num hall__code">{code.text}</strong></span>
                    </div>
                };
                Some(view! { <div class="qr">{picture}{words}</div> }.into_any())
            }
            None => None,
        };
        view! {
            <footer>
                <div class="st">{stats}</div>
                {qr}
            </footer>
        }
        .into_any()
    }
}

fn full_screen() -> AnyView {
    let is_hydrated = hydrated();
    let button = move || {
        is_hydrated.get().then(|| {
            view! {
                <button r#type="button" class="hall__full" aria-keyshortcuts="f" on:click=move |_| press()>
                    <Icon name="maximize"/>
                    {t(HALL_FULL)}
                </button>
            }
        })
    };
    view! { {button} }.into_any()
}

fn press() {
    #[cfg(feature = "hydrate")]
    live::turn_full_screen();
}

/// The line above the timer, and what it is about.
fn heading(shown: &Display, is_over: bool, is_counted: bool) -> (&'static str, String) {
    match shown.stage {
        Stage::Draft | Stage::Scheduled => {
            let when = shown
                .starts
                .map(|at| format!("{}, {}", text::time(at.time()), text::weekday_date(at.date())));
            (if is_counted { t(HALL_BEFORE) } else { t(HALL_STARTS) }, when.unwrap_or_default())
        }
        Stage::UnderWay => match shown.current().map(|current| &shown.agenda[current]) {
            Some(line) => {
                let word = match (is_over, line.minutes) {
                    (true, _) => t(HALL_ITEM_OVER),
                    (false, 0) => t(HALL_ITEM_SINCE),
                    (false, _) => t(HALL_ITEM_LEFT),
                };
                (word, if line.presenter.is_empty() { line.title.clone() } else { line.presenter.clone() })
            }
            None if !is_counted => (t(HALL_STATE), words::stage(shown.stage).to_owned()),
            None => {
                let until = shown.ends.map(|at| tf(HALL_UNTIL, &[("time", &text::time(at.time()))]));
                (t(HALL_MEETING_LEFT), until.unwrap_or_default())
            }
        },
        Stage::Held | Stage::Cancelled | Stage::Postponed => {
            let over = shown.over.clone().map(|why| describe(&why.into()).title);
            (t(HALL_STATE), over.unwrap_or_else(|| words::stage(shown.stage).to_owned()))
        }
    }
}

/// Since when a meeting is over, what that means, and the ways on.
fn since(id: MeetingId, why: Refusal) -> impl IntoView {
    view! {
        <p class="hall__since">{describe(&why.into()).body}</p>
        <p class="hall__on">
            <a href=format!("/meetings/{id}") rel="external">{t(SCAN_OPEN_MEETING)}</a>
            <a href="/meetings" rel="external">{t(FAILURE_TO_MEETINGS)}</a>
        </p>
    }
}

/// What stands at the end of an agenda line.
fn aside(line: &Line, is_now: bool, timer: Timer) -> String {
    if line.is_done {
        return t(HALL_DONE).to_owned();
    }
    match timer {
        Timer::Left(left, _) if left >= 0 => tf(HALL_MINUTES_LEFT, &[("n", &((left + 59) / 60))]),
        Timer::Left(left, _) => tf(HALL_MINUTES_OVER, &[("n", &(-left / 60))]),
        _ if is_now => t(HALL_NOW).to_owned(),
        _ if line.minutes > 0 => tf(HALL_MINUTES, &[("n", &line.minutes)]),
        _ => String::new(),
    }
}

fn item(line: Line, is_now: bool, aside: String) -> impl IntoView {
    let class = match (is_now, line.is_done) {
        (true, _) => "now",
        (false, true) => "done",
        (false, false) => "",
    };
    let icon = match (is_now, line.is_done) {
        (true, _) => Some("timer"),
        (false, true) => Some("check"),
        (false, false) => None,
    };
    let who = match (line.presenter.is_empty(), line.is_discussion) {
        (_, false) => line.presenter.clone(),
        (true, true) => t(HALL_DISCUSSION).to_owned(),
        (false, true) => format!("{}. {}", line.presenter, t(HALL_DISCUSSION)),
    };
    view! {
        <li class=class aria-current=is_now.then_some("step")>
            <time>{line.at.map(text::time)}</time>
            <div><b class="clamp-2">{line.title}</b><small>{who}</small></div>
            <span>{icon.map(|name| view! { <Icon name/> })}{aside}</span>
        </li>
    }
}

fn bar(left: i64, minutes: u32) -> impl IntoView {
    let whole = i64::from(minutes) * 60;
    let percent = left.clamp(0, whole) * 100 / whole.max(1);
    let word = if left < 0 { t(HALL_OVERTIME) } else { t(HALL_LEFT) };
    view! {
        <div class="tb"><i style=format!("--v:{percent}")></i></div>
        <p class="tl"><span>{word}</span><span>{tf(HALL_IN_ALL, &[("n", &minutes)])}</span></p>
    }
}

fn stat(number: String, icon: &'static str, word: &'static str) -> impl IntoView {
    view! { <div><b class="num"><Icon name=icon/>{number}</b><span>{word}</span></div> }
}
