//! The agenda of a meeting with its papers inside: the current item tinted with the time it has left, done ones dimmed.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use domain::access::{Action, Stage};
use domain::ids::AgendaItemId;
use domain::meetings::{AgendaItem, Meeting};
use domain::papers::PaperLine;
use domain::time::Sitting;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::calls::Discuss;
use super::desk::Desk;
use super::step::Step;
use super::{papers, record, words};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Empty, Icon, rows};

/// The agenda. A refresh changes what an item says and never its place: a file on its way, or a level that was chosen,
/// outlives whatever happens in the hall.
pub(super) fn agenda(desk: Desk) -> impl IntoView {
    let is_empty = Memo::new(move |_| desk.meeting.with(|meeting| meeting.agenda.is_empty()));
    let manages = Memo::new(move |_| desk.meeting.with(|meeting| meeting.may(Action::ManagePapers)));
    move || match is_empty.get() {
        true => empty(desk).into_any(),
        false => whole(desk, manages.get()).into_any(),
    }
}

fn whole(desk: Desk, manages: bool) -> impl IntoView {
    let lines = Memo::new(move |_| desk.meeting.with(lines));
    let ids = move || lines.with(|lines| lines.iter().map(|line| line.item.id.0).collect());
    let drawn = move |id| {
        let id = AgendaItemId(id);
        row(desk, line(lines, id), id, manages).into_any()
    };
    let rows = view! { <ol class="agenda">{rows(ids, drawn)}</ol> }.into_any();
    view! {
        <section class="card" aria-labelledby="agenda">
            <header class="card__head card__head--line">
                <h2 id="agenda">{t(AGENDA_TITLE)}</h2>
                <span class="hint">{move || desk.meeting.with(papers_in_words)}</span>
                {record::undoing(desk)}
            </header>
            {if manages { papers::adding(rows).into_any() } else { rows }}
        </section>
    }
}

fn empty(desk: Desk) -> impl IntoView {
    let edit = move || {
        desk.meeting.with(|meeting| meeting.may(Action::ComposeMeeting)).then(|| {
            let href = format!("/meetings/{}/edit", desk.id);
            view! { <a class="btn btn--secondary" href=href>{t(AGENDA_EMPTY_ADD)}</a> }
        })
    };
    view! { <Empty title=t(AGENDA_EMPTY) body=t(AGENDA_EMPTY_BODY)>{edit}</Empty> }
}

/// One item with what it needs of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    item: AgendaItem,
    start: Option<NaiveDateTime>,
    /// Whether the sittings are on several days, so that an hour alone says too little.
    several_days: bool,
    next: Option<AgendaItemId>,
    /// Whether the caller moves the meeting from item to item now.
    conducts: bool,
}

impl Line {
    fn is_now(&self) -> bool {
        self.item.began.is_some() && self.item.done.is_none()
    }
}

fn lines(meeting: &Meeting) -> Vec<Line> {
    let starts = planned_starts(&meeting.sittings, &meeting.agenda);
    let several_days = meeting.sittings.iter().any(|sitting| sitting.date != meeting.sittings[0].date);
    let conducts = meeting.may(Action::ConductMeeting) && meeting.state.stage() == Stage::UnderWay;
    let nexts = meeting.agenda.iter().skip(1).map(|item| Some(item.id)).chain([None]);
    let of = |((item, start), next): ((&AgendaItem, Option<NaiveDateTime>), Option<AgendaItemId>)| Line {
        item: item.clone(),
        start,
        several_days,
        next,
        conducts,
    };
    meeting.agenda.iter().zip(starts).zip(nexts).map(of).collect()
}

/// The line of an item; as it was last while its row is on its way out.
fn line(lines: Memo<Vec<Line>>, id: AgendaItemId) -> Memo<Line> {
    Memo::new(move |last: Option<&Line>| {
        let now = lines.with(|lines| lines.iter().find(|line| line.item.id == id).cloned());
        now.or_else(|| last.cloned()).expect("a row is drawn for an item that is there")
    })
}

fn papers_in_words(meeting: &Meeting) -> String {
    let lines = || meeting.agenda.iter().flat_map(|item| &item.papers);
    let on_paper = lines().filter(|line| matches!(line, PaperLine::OnPaper { .. })).count();
    let papers = lines().count() - on_paper;
    let unread = meeting.papers().filter(|paper| !paper.is_read).count();
    // Whoever only joins as a site is told nothing of papers, and not that there are none.
    let is_coming = matches!(meeting.state.stage(), Stage::Scheduled | Stage::UnderWay);
    let is_untold = is_coming && meeting.my_part.is_none() && !meeting.may(Action::ReadPaper);
    let mut words = match (papers, on_paper) {
        (0, 0) if is_untold => t(AGENDA_PAPERS_UNTOLD).to_owned(),
        (0, 0) => t(AGENDA_NO_PAPERS).to_owned(),
        (0, on_paper) => tf(AGENDA_PRINTS, &[("m", &on_paper)]),
        (papers, 0) => tf(AGENDA_PAPERS, &[("n", &papers)]),
        (papers, on_paper) => tf(AGENDA_PAPERS_AND_PRINTS, &[("n", &papers), ("m", &on_paper)]),
    };
    if unread > 0 && meeting.my_part.is_some() {
        words = format!("{words}, {}", tf(AGENDA_UNREAD, &[("n", &unread)]));
    }
    words
}

fn row(desk: Desk, line: Memo<Line>, id: AgendaItemId, manages: bool) -> impl IntoView {
    let class = move || {
        line.with(|line| match (line.is_now(), line.item.done.is_some()) {
            (true, _) => "is-now",
            (false, true) => "is-done",
            (false, false) => "",
        })
    };
    let is_now = Memo::new(move |_| line.with(Line::is_now));
    let running = Memo::new(move |_| {
        line.with(|line| {
            line.item.began.filter(|_| line.is_now() && line.item.minutes > 0).zip(Some(line.item.minutes))
        })
    });
    let title = Memo::new(move |_| line.with(|line| line.item.title.clone()));
    let held = Memo::new(move |_| line.with(|line| line.item.papers.clone()));
    let gone = Memo::new(move |_| line.with(|line| line.item.withdrawn.clone()));
    view! {
        <li id=format!("item-{id}") class=class aria-current=move || is_now.get().then_some("step")>
            <span class="agenda__time num">{move || line.with(time)}</span>
            <div>
                {move || running.get().map(|(began, minutes)| left(desk, began, minutes))}
                <p class="agenda__title">{title}</p>
                <p class="agenda__who">{move || line.with(|line| who(&line.item))}</p>
                {papers::papers(desk, held, manages)}
                {papers::withdrawn(desk, gone)}
                <div class="agenda__tools">
                    {steps(desk, line, title)}
                    {manages.then(|| papers::add(desk, id, title))}
                </div>
            </div>
        </li>
    }
}

/// When it begins by plan, and how long it takes.
fn time(line: &Line) -> impl IntoView + use<> {
    let start = line.start.map(|start| {
        let day = line.several_days.then(|| view! { <small>{text::day_month(start.date())}</small> });
        view! { {text::time(start.time())} {day} }
    });
    let minutes = line.item.minutes;
    let minutes = (minutes > 0).then(|| view! { <small>{tf(AGENDA_MINUTES, &[("n", &minutes)])}</small> });
    view! { {start}{minutes} }
}

/// Who presents, how, and when it was done.
fn who(item: &AgendaItem) -> String {
    let mut parts = Vec::new();
    if !item.presenter.is_empty() {
        parts.push(item.presenter.clone());
    }
    if item.is_discussion {
        parts.push(t(AGENDA_DISCUSSION).to_owned());
    }
    if let Some(done) = item.done {
        parts.push(tf(AGENDA_DONE_AT, &[("time", &text::time(words::local(done).time()))]));
    }
    parts.join(". ")
}

/// The time an item has left, or by how much it runs over.
fn left(desk: Desk, began: DateTime<Utc>, minutes: u32) -> impl IntoView {
    let end = began + Duration::minutes(i64::from(minutes));
    move || {
        let left = (end - desk.now.get()).num_minutes();
        let (class, words) = if left >= 0 {
            ("badge agenda__now agenda__left", tf(AGENDA_LEFT, &[("n", &left)]))
        } else {
            ("badge badge--risk agenda__now", tf(AGENDA_OVER, &[("n", &-left)]))
        };
        view! { <span class=class><Icon name="timer"/>{words}</span> }
    }
}

/// "Discuss this item" and "done", for those who run the meeting while it is held.
fn steps(desk: Desk, line: Memo<Line>, title: Memo<String>) -> impl IntoView {
    // Whether it is discussed now, and the item that comes by the press.
    let step = Memo::new(move |_| {
        line.with(|line| {
            let is_now = line.is_now();
            let takes = line.conducts && (line.item.done.is_none() || is_now);
            takes.then_some((is_now, if is_now { line.next } else { Some(line.item.id) }))
        })
    });
    move || {
        step.get().map(|(is_now, to)| {
            let (word, icon) = if is_now { (t(AGENDA_DONE), "check") } else { (t(AGENDA_DISCUSS), "play") };
            let to = to.map(|id| id.to_string()).unwrap_or_default();
            let label = move || format!("{word}: {}", title.get());
            view! {
                <Step desk path=Discuss::PATH>
                    <input r#type="hidden" name="id" value=desk.id.to_string()/>
                    <input r#type="hidden" name="item" value=to/>
                    <button class="btn btn--secondary btn--sm" aria-label=label><Icon name=icon/>{word}</button>
                </Step>
            }
        })
    }
}

/// When each item begins by plan: one after the other through the sittings, until one has no length planned.
fn planned_starts(sittings: &[Sitting], agenda: &[AgendaItem]) -> Vec<Option<NaiveDateTime>> {
    let mut sittings = sittings.iter();
    let mut sitting = sittings.next();
    let mut at = sitting.map(Sitting::start);
    agenda
        .iter()
        .map(|item| {
            while let (Some(now), Some(within)) = (at, sitting)
                && now >= within.end()
            {
                sitting = sittings.next();
                at = sitting.map(Sitting::start);
            }
            let start = at;
            at = at.filter(|_| item.minutes > 0).map(|at| at + Duration::minutes(i64::from(item.minutes)));
            start
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(minutes: u32) -> AgendaItem {
        AgendaItem {
            id: AgendaItemId(Default::default()),
            title: String::new(),
            minutes,
            presenter: String::new(),
            is_discussion: false,
            withdrawn: Vec::new(),
            papers: Vec::new(),
            began: None,
            done: None,
        }
    }

    fn sitting(from: u32, to: u32) -> Sitting {
        let at = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        Sitting::new("2026-06-11".parse().unwrap(), at(from), at(to)).unwrap()
    }

    #[test]
    fn items_follow_each_other_and_go_on_after_the_break() {
        let starts = planned_starts(
            &[sitting(8, 10), sitting(14, 16)],
            &[item(60), item(60), item(30), item(0), item(5)],
        );
        let hours: Vec<_> = starts.iter().map(|s| s.map(|s| s.format("%H:%M").to_string())).collect();
        let hour = |text: &str| Some(text.to_owned());
        assert_eq!(hours, [hour("08:00"), hour("09:00"), hour("14:00"), hour("14:30"), None]);
    }

    #[test]
    fn without_a_sitting_nothing_has_an_hour() {
        assert_eq!(planned_starts(&[], &[item(10), item(10)]), [None, None]);
    }
}
