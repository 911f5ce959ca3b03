//! The agenda of a meeting with its papers inside: the current item tinted with the time it has left, done ones dimmed.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use domain::access::{Action, Stage};
use domain::meetings::{AgendaItem, Meeting};
use domain::papers::PaperLine;
use domain::time::Sitting;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::calls::Discuss;
use super::desk::Desk;
use super::step::Step;
use super::{papers, words};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Empty, Icon};

/// The agenda, redrawn when the meeting changes.
pub(super) fn agenda(desk: Desk) -> impl IntoView {
    move || {
        let meeting = desk.meeting.get();
        if meeting.agenda.is_empty() {
            return empty(&meeting).into_any();
        }
        let starts = planned_starts(&meeting.sittings, &meeting.agenda);
        let rows = meeting
            .agenda
            .iter()
            .zip(starts)
            .map(|(item, start)| row(desk, &meeting, item, start))
            .collect_view();
        let rows = view! { <ol class="agenda">{rows}</ol> }.into_any();
        view! {
            <section class="card" aria-labelledby="agenda">
                <header class="card__head card__head--line">
                    <h2 id="agenda">{t(AGENDA_TITLE)}</h2>
                    <span class="hint">{papers_in_words(&meeting)}</span>
                </header>
                {if meeting.may(Action::ManagePapers) { papers::adding(rows).into_any() } else { rows }}
            </section>
        }
        .into_any()
    }
}

fn empty(meeting: &Meeting) -> impl IntoView + use<> {
    let edit = meeting.may(Action::ComposeMeeting).then(|| {
        let href = format!("/meetings/{}/edit", meeting.id);
        view! { <a class="btn btn--secondary" href=href>{t(AGENDA_EMPTY_ADD)}</a> }
    });
    view! { <Empty title=t(AGENDA_EMPTY) body=t(AGENDA_EMPTY_BODY)>{edit}</Empty> }
}

fn papers_in_words(meeting: &Meeting) -> String {
    let lines = || meeting.agenda.iter().flat_map(|item| &item.papers);
    let on_paper = lines().filter(|line| matches!(line, PaperLine::OnPaper { .. })).count();
    let papers = lines().count() - on_paper;
    let unread = meeting.papers().filter(|paper| !paper.is_read).count();
    let mut words = match (papers, on_paper) {
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

fn row(
    desk: Desk,
    meeting: &Meeting,
    item: &AgendaItem,
    start: Option<NaiveDateTime>,
) -> impl IntoView + use<> {
    let (is_now, is_done) = (item.began.is_some() && item.done.is_none(), item.done.is_some());
    let class = if is_now {
        "is-now"
    } else if is_done {
        "is-done"
    } else {
        ""
    };
    let minutes =
        (item.minutes > 0).then(|| view! { <small>{tf(AGENDA_MINUTES, &[("n", &item.minutes)])}</small> });
    let several_days = meeting.sittings.iter().any(|sitting| sitting.date != meeting.sittings[0].date);
    let start = start.map(|start| {
        let day = several_days.then(|| view! { <small>{text::day_month(start.date())}</small> });
        view! { {text::time(start.time())} {day} }
    });
    let left = item.began.filter(|_| is_now && item.minutes > 0).map(|began| left(desk, began, item.minutes));
    let manages = meeting.may(Action::ManagePapers);
    view! {
        <li class=class aria-current=is_now.then_some("step")>
            <span class="agenda__time num">{start}{minutes}</span>
            <div>
                {left}
                <p class="agenda__title">{item.title.clone()}</p>
                <p class="agenda__who">{who(item)}</p>
                {papers::papers(desk, item, manages)}
                <div class="agenda__tools">
                    {steps(desk, meeting, item, is_now)}
                    {manages.then(|| papers::add(desk, item))}
                </div>
            </div>
        </li>
    }
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
fn steps(desk: Desk, meeting: &Meeting, item: &AgendaItem, is_now: bool) -> Option<AnyView> {
    let may = meeting.may(Action::ConductMeeting) && meeting.state.stage() == Stage::UnderWay;
    if !may || (item.done.is_some() && !is_now) {
        return None;
    }
    let next =
        meeting.agenda.iter().skip_while(|other| other.id != item.id).nth(1).map(|next| next.id.to_string());
    let (to, word, icon) = match is_now {
        true => (next.unwrap_or_default(), t(AGENDA_DONE), "check"),
        false => (item.id.to_string(), t(AGENDA_DISCUSS), "play"),
    };
    let label = format!("{word}: {}", item.title);
    let id = meeting.id.to_string();
    Some(
        view! {
            <Step desk path=Discuss::PATH>
                <input r#type="hidden" name="id" value=id/>
                <input r#type="hidden" name="item" value=to/>
                <button class="btn btn--secondary btn--sm" aria-label=label><Icon name=icon/>{word}</button>
            </Step>
        }
        .into_any(),
    )
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
    use domain::ids::AgendaItemId;

    fn item(minutes: u32) -> AgendaItem {
        AgendaItem {
            id: AgendaItemId(Default::default()),
            title: String::new(),
            minutes,
            presenter: String::new(),
            is_discussion: false,
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
