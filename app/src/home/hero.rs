//! The deep block of the home page: the next meeting and the one button to its papers.

use chrono::NaiveDateTime;
use domain::access::{Action, Stage};
use domain::count::Form;
use domain::duration::{DaySession, touched_by};
use domain::ids::PaperId;
use domain::meetings::Meeting;
use domain::time::{Hours, Sitting};
use leptos::prelude::*;

use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, Icon};
use crate::words;

/// The block for a meeting, as it stands `now`.
pub(super) fn hero(meeting: &Meeting, now: NaiveDateTime) -> AnyView {
    let is_live = meeting.state.stage() == Stage::UnderWay;
    let sitting = current_sitting(&meeting.sittings, now);
    let head = if is_live {
        view! { <Badge tone=BadgeTone::Live text=words::stage(Stage::UnderWay)/> }.into_any()
    } else {
        let left = sitting.map(|sitting| time_left(sitting, now));
        view! { <span>{t(HOME_NEXT)}</span><span aria-hidden="true">"·"</span><span style="color:#fff">{left}</span> }
            .into_any()
    };
    let when = sitting.map(|sitting| {
        let until = tf(HOME_UNTIL, &[("time", &text::time(sitting.to)), ("day", &day_words(sitting, now))]);
        view! { <p class="hero__time"><b class="num">{text::time(sitting.from)}</b><span>{until}</span></p> }
    });
    view! {
        <section class="hero on-deep" aria-labelledby="next">
            <svg class="motif" viewBox="0 0 188 136" aria-hidden="true" fill="#fff">
                <path d="M0 66a66 66 0 0 1 132 0z" opacity="0.055"></path>
                <path d="M56 70a66 66 0 0 0 132 0z" opacity="0.0341"></path>
            </svg>
            <p class="hero__k">{head}</p>
            {when}
            <h2 id="next">{meeting.title.clone()}</h2>
            {place(meeting)}
            {actions(meeting)}
        </section>
    }
    .into_any()
}

/// The sitting that is on or comes next; the last one when all are over.
fn current_sitting(sittings: &[Sitting], now: NaiveDateTime) -> Option<&Sitting> {
    sittings.iter().find(|sitting| sitting.end() > now).or(sittings.last())
}

fn time_left(sitting: &Sitting, now: NaiveDateTime) -> String {
    let minutes = (sitting.start() - now).num_minutes();
    let days = (sitting.date - now.date()).num_days();
    match (days, minutes) {
        (_, ..=0) => t(HOME_DUE).to_owned(),
        (0, 1..60) => tf(HOME_IN_MINUTES, &[("n", &minutes)]),
        (0, _) => tf(HOME_IN_HOURS, &[("n", &(minutes / 60))]),
        (1, _) => t(DAY_TOMORROW).to_owned(),
        (_, _) => tf(HOME_IN_DAYS, &[("n", &days)]),
    }
}

/// "sáng nay", "ngày mai", "Thứ Hai, 15/6".
fn day_words(sitting: &Sitting, now: NaiveDateTime) -> String {
    let hours = Hours::default();
    let mut halves = touched_by(sitting, &hours).map(|half| half.session);
    match ((sitting.date - now.date()).num_days(), halves.next()) {
        (0, _) if halves.next().is_some() => t(DAY_THIS_DAY).to_owned(),
        (0, Some(DaySession::Morning)) => t(DAY_THIS_MORNING).to_owned(),
        (0, Some(DaySession::Afternoon)) => t(DAY_THIS_AFTERNOON).to_owned(),
        (0, _) => t(DAY_THIS_EVENING).to_owned(),
        (_, _) => text::weekday_date(sitting.date),
    }
}

fn place(meeting: &Meeting) -> impl IntoView + use<> {
    let icon = match meeting.form {
        Form::InPerson => "building-2",
        Form::Online => "video",
        Form::Hybrid => "blend",
    };
    let mut form = words::form(meeting.form).to_owned();
    if !meeting.sites.is_empty() {
        form = format!("{form}, {}", tf(SITES_COUNT, &[("n", &meeting.sites.len())]));
    }
    let mut places: Vec<&str> = meeting.rooms.iter().map(|room| room.name.as_str()).collect();
    if !meeting.place.is_empty() {
        places.push(&meeting.place);
    }
    let places = places.join(", ");
    let places = (!places.is_empty()).then(|| view! { <span><Icon name="map-pin"/>{places}</span> });
    view! { <p class="hero__meta"><span><Icon name=icon/>{form}</span>{places}</p> }
}

/// Whether the caller may join the meeting by picture and sound now.
fn joins(meeting: &Meeting) -> bool {
    let is_online = meeting.form != Form::InPerson || !meeting.sites.is_empty();
    let may = [Action::JoinMeeting, Action::ConnectSite, Action::ShowHall];
    meeting.state.stage() == Stage::UnderWay && is_online && may.into_iter().any(|action| meeting.may(action))
}

fn actions(meeting: &Meeting) -> impl IntoView + use<> {
    let papers: Vec<(PaperId, bool)> = meeting.papers().map(|paper| (paper.id, paper.is_read)).collect();
    let unread = papers.iter().filter(|(_, is_read)| !is_read).count();
    let first = papers.iter().find(|(_, is_read)| !is_read).or(papers.first()).map(|(id, _)| *id);
    let href = format!("/meetings/{}", meeting.id);
    let read = first.map(|paper| (format!("/papers/{paper}"), "book-open", HOME_READ));
    let join = joins(meeting).then(|| (format!("{href}/live"), "video", HOME_JOIN));
    // While it is held, one's place is in the meeting; before, at its papers.
    let ways = [join, read, Some((href, "list", HOME_AGENDA))].into_iter().flatten();
    let buttons = ways
        .enumerate()
        .map(|(at, (href, icon, word))| {
            let class = if at == 0 { "btn btn--lg btn--deep" } else { "btn btn--lg btn--deepline" };
            view! { <a class=class href=href><Icon name=icon/>{t(word)}</a> }
        })
        .collect_view();
    let count = papers.len();
    let state = match (count, unread) {
        (0, _) => t(HOME_NO_PAPERS).to_owned(),
        (count, 0) => tf(HOME_PAPERS_READ, &[("n", &count)]),
        (count, unread) => tf(HOME_PAPERS_UNREAD, &[("n", &count), ("unread", &unread)]),
    };
    let is_ready = count > 0 && unread == 0;
    let (icon, class) =
        if is_ready { ("circle-check", "hero__dev is-ready") } else { ("file-text", "hero__dev") };
    view! {
        <div class="hero__act">{buttons}</div>
        <p class=class><Icon name=icon/>{state}</p>
    }
}

#[cfg(all(test, not(feature = "hydrate")))]
#[expect(clippy::unwrap_used, reason = "a test whose data cannot be read has nothing to say")]
mod tests {
    use super::*;

    fn sitting(date: &str, from: &str, to: &str) -> Sitting {
        Sitting::new(date.parse().unwrap(), from.parse().unwrap(), to.parse::<chrono::NaiveTime>().unwrap())
            .unwrap()
    }

    #[test]
    fn time_left_is_told_in_the_unit_that_matters() {
        let now = "2026-06-11T07:20:00".parse().unwrap();
        let left = |date, from| time_left(&sitting(date, from, "17:00:00"), now);
        assert_eq!(left("2026-06-11", "08:00:00"), "Còn 40 phút");
        assert_eq!(left("2026-06-11", "10:00:00"), "Còn 2 giờ");
        assert_eq!(left("2026-06-12", "07:30:00"), "Ngày mai");
        assert_eq!(left("2026-06-15", "07:30:00"), "Còn 4 ngày");
        assert_eq!(left("2026-06-11", "07:00:00"), "Đến giờ họp");
    }

    #[test]
    fn a_meeting_of_several_days_shows_the_sitting_that_comes() {
        let now = "2026-06-11T12:00:00".parse().unwrap();
        let sittings =
            [sitting("2026-06-11", "07:30:00", "11:30:00"), sitting("2026-06-12", "07:30:00", "11:30:00")];
        assert_eq!(current_sitting(&sittings, now).map(|s| s.date), "2026-06-12".parse().ok());
    }
}
