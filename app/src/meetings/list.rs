//! The list of meetings: filters as a plain form, those in force shown and removable, rows that become cards on phones.

use domain::access::Stage;
use domain::agencies::Agency;
use domain::count::Form;
use domain::meetings::{MeetingFilter, MeetingRow};
use domain::time::Sitting;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::{self, Listed};
use super::{filter, words};
use crate::session::me;
use crate::text::keys::*;
use crate::text::{self, number, t, tf};
use crate::ui::pager::PagerWords;
use crate::ui::{
    Badge, BadgeTone, Empty, FormLabel, Icon, Loaded, Notice, PageHead, Pager, StageBadge, loaded, resource,
};

/// `/meetings`.
#[component]
pub fn ListPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| query.with(filter::read));
    let data: Loaded<Listed> = resource(move || asked.get(), calls::list);
    let new = me().is_some_and(|me| crate::shell::entries::may_compose(&me)).then(|| {
        view! { <a class="btn btn--primary not-desk" href="/meetings/new"><Icon name="plus"/>{t(NAV_COMPOSE)}</a> }
    });
    view! {
        <Title text=t(NAV_MEETINGS)/>
        <PageHead title=t(NAV_MEETINGS)>{new}</PageHead>
        {loaded(data, move |listed| listed_view(asked.get_untracked(), listed).into_any())}
    }
}

fn listed_view(asked: MeetingFilter, listed: Listed) -> impl IntoView {
    let page = &listed.page;
    let rows = page.rows.iter().map(row).collect_view();
    let sum = tf(MEETINGS_COUNT, &[("n", &number(page.total))]);
    let words = PagerWords {
        label: t(MEETINGS_PAGES).to_owned(),
        previous: t(MEETINGS_PREVIOUS).to_owned(),
        next: t(MEETINGS_NEXT).to_owned(),
        sum: sum.clone(),
    };
    let body = if page.rows.is_empty() {
        empty(&asked).into_any()
    } else {
        let to = asked.clone();
        let href = move |page: u32| filter::href(&MeetingFilter { page, ..to.clone() });
        view! {
            <div class="card">
                <table class="table table--cards listtable" role="table">
                    <caption class="vh">{sum.clone()}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{t(MEETINGS_COLUMN_TITLE)}</th>
                            <th role="columnheader" scope="col">{t(MEETINGS_COLUMN_WHEN)}</th>
                            <th role="columnheader" scope="col">{t(MEETINGS_COLUMN_WHERE)}</th>
                            <th role="columnheader" scope="col">{t(MEETINGS_COLUMN_FORM)}</th>
                            <th role="columnheader" scope="col">{t(MEETINGS_COLUMN_STATE)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
                <Pager page=page.page pages=page.pages() href=Callback::new(href) words/>
            </div>
        }
        .into_any()
    };
    view! {
        {counted(&asked, page.total)}
        {filters(&asked, &listed)}
        <p class="hint listsum" role="status">{sum}</p>
        {body}
    }
}

fn empty(asked: &MeetingFilter) -> impl IntoView + use<> {
    if filter::is_narrowed(asked) {
        view! {
            <Empty title=t(MEETINGS_NONE_FOUND) body=t(MEETINGS_NONE_FOUND_BODY)>
                <a class="btn btn--secondary" href="/meetings">{t(MEETINGS_CLEAR)}</a>
            </Empty>
        }
    } else {
        view! { <Empty title=t(MEETINGS_NONE) body=t(MEETINGS_NONE_BODY)><span></span></Empty> }
    }
}

/// Which number of the figures this list stands behind, with the way back to it.
fn counted(asked: &MeetingFilter, total: i64) -> Option<AnyView> {
    let (base, what) = asked.counted?;
    let mut back = String::from("/figures");
    if let Some(window) = asked.window {
        back.push_str(&format!("?period={}_{}", text::iso(window.from), text::iso(window.to)));
        if let Some(agency) = asked.agency {
            back.push_str(&format!(
                "&agency={agency}&scope={}",
                if asked.with_subtree { "subtree" } else { "own" }
            ));
        }
    }
    let title = tf(MEETINGS_COUNTED, &[("n", &number(total)), ("what", &words::counted(base, what))]);
    Some(
        view! {
            <div class="listnote"><Notice icon="chart-column" title>
                <a href=back>{t(MEETINGS_COUNTED_BACK)}</a>
            </Notice></div>
        }
        .into_any(),
    )
}

fn row(meeting: &MeetingRow) -> impl IntoView + use<> {
    let title =
        if meeting.title.is_empty() { t(MEETINGS_UNTITLED).to_owned() } else { meeting.title.clone() };
    let title = if meeting.is_mine {
        view! { <a href=crate::parts::meeting_href(meeting)>{title}</a> }.into_any()
    } else {
        title.into_any()
    };
    let under =
        format!("{}, {}", text::either(&meeting.kind_vi, &meeting.kind_en), meeting.agency.short_name);
    let at = place(meeting);
    let exceeded =
        meeting.has_exceeded.then(|| view! { <Badge tone=BadgeTone::Missed text=t(MEETINGS_EXCEEDED)/> });
    view! {
        <tr role="row">
            <td role="cell" class="lead">{title}<small class="listrow__under">{under}</small></td>
            <td role="cell" class="num" data-label=t(MEETINGS_COLUMN_WHEN)>{dates(meeting.first, meeting.last)}</td>
            <td role="cell" class:not-phone=at.is_empty() data-label=t(MEETINGS_COLUMN_WHERE)>{at.clone()}</td>
            <td role="cell" data-label=t(MEETINGS_COLUMN_FORM)>
                <FormLabel form=meeting.form text=crate::words::form(meeting.form)/>
            </td>
            <td role="cell" data-label=t(MEETINGS_COLUMN_STATE)>
                <span class="row row--wrap"><StageBadge stage=meeting.stage text=crate::words::stage(meeting.stage)/>{exceeded}</span>
            </td>
        </tr>
    }
}

fn place(meeting: &MeetingRow) -> String {
    let sites = (meeting.sites > 0).then(|| tf(MEETINGS_SITES, &[("n", &meeting.sites)]));
    let place = (!meeting.place.is_empty()).then(|| meeting.place.clone());
    let places: Vec<String> = [place, sites].into_iter().flatten().collect();
    let is_ahead = matches!(meeting.stage, Stage::Draft | Stage::Scheduled);
    match meeting.form {
        _ if !places.is_empty() => places.join(", "),
        Form::Online => t(MEETINGS_ONLINE_ONLY).to_owned(),
        Form::InPerson | Form::Hybrid if is_ahead => t(MEETINGS_NO_PLACE).to_owned(),
        Form::InPerson | Form::Hybrid => String::new(),
    }
}

fn dates(first: Option<Sitting>, last: Option<Sitting>) -> String {
    match (first, last) {
        (Some(first), Some(last)) if first.date != last.date => {
            format!("{}–{}", text::day_month(first.date), text::date(last.date))
        }
        (Some(first), _) => format!("{}, {}", text::date(first.date), text::hours(first.from, first.to)),
        (None, _) => t(WHEN_UNSET).to_owned(),
    }
}

/// The filters as a form, and above the list those in force, each with its way off.
fn filters(asked: &MeetingFilter, listed: &Listed) -> impl IntoView + use<> {
    let option = |value: String, word: String, chosen: bool| view! { <option value=value selected=chosen>{word}</option> };
    let stages = Stage::ALL
        .into_iter()
        .map(|stage| {
            option(stage.code().to_owned(), crate::words::stage(stage).to_owned(), asked.stage == Some(stage))
        })
        .collect_view();
    let forms = words::FORMS
        .into_iter()
        .map(|form| {
            option(form.code().to_owned(), crate::words::form(form).to_owned(), asked.form == Some(form))
        })
        .collect_view();
    let kinds = listed
        .kinds
        .iter()
        .map(|kind| {
            option(kind.code.clone(), words::kind(kind).to_owned(), asked.kind.as_ref() == Some(&kind.code))
        })
        .collect_view();
    let agencies = listed
        .agencies
        .iter()
        .map(|agency| option(agency.id.to_string(), indented(agency), asked.agency == Some(agency.id)))
        .collect_view();
    let (from, to) = asked.window.map(|window| (edge(window.from), edge(window.to))).unwrap_or_default();
    view! {
        <form class="filterbar" method="get" action="/meetings" role="search">
            <div class="field field--wide">
                <label for="text">{t(MEETINGS_FILTER_TEXT)}</label>
                <div class="affix"><Icon name="search"/><input class="input" id="text" name="text" r#type="search" value=asked.text.clone()/></div>
            </div>
            {fold(asked)}
            <div class="filterbar__rest">
                {select("stage", t(MEETINGS_COLUMN_STATE), stages.into_any())}
                {select("form", t(MEETINGS_COLUMN_FORM), forms.into_any())}
                {select("kind", t(MEETINGS_FILTER_KIND), kinds.into_any())}
                {select("agency", t(MEETINGS_FILTER_AGENCY), agencies.into_any())}
                <div class="field field--date">
                    <label for="from">{t(MEETINGS_FILTER_FROM)}</label>
                    <input class="input num" id="from" name="from" value=from placeholder=t(MEETINGS_DATE_EXAMPLE) autocomplete="off"/>
                </div>
                <div class="field field--date">
                    <label for="to">{t(MEETINGS_FILTER_TO)}</label>
                    <input class="input num" id="to" name="to" value=to placeholder=t(MEETINGS_DATE_EXAMPLE) autocomplete="off"/>
                </div>
                <label class="tick">
                    <input r#type="checkbox" name="subtree" value="on" checked=asked.with_subtree/>
                    {t(MEETINGS_FILTER_SUBTREE)}
                </label>
            </div>
            <button class="btn btn--secondary"><Icon name="funnel"/>{t(MEETINGS_FILTER_APPLY)}</button>
        </form>
        {in_force(asked, listed)}
    }
}

/// On small screens the conditions stand folded behind their count, so that the list is the first thing seen.
fn fold(asked: &MeetingFilter) -> impl IntoView + use<> {
    let set = [
        asked.stage.is_some(),
        asked.form.is_some(),
        asked.kind.is_some(),
        asked.agency.is_some(),
        asked.window.is_some(),
    ];
    let word = match set.into_iter().filter(|is_set| *is_set).count() {
        0 => t(MEETINGS_FILTER_FOLD).to_owned(),
        set => tf(MEETINGS_FILTER_FOLD_SET, &[("n", &set)]),
    };
    view! {
        <details class="filterbar__fold not-desk">
            <summary class="btn btn--secondary">{word}<Icon name="chevron-down"/></summary>
        </details>
    }
}

fn select(name: &'static str, label: &'static str, options: AnyView) -> impl IntoView {
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select class="select" id=name name=name><option value="">{t(MEETINGS_FILTER_ALL)}</option>{options}</select>
        </div>
    }
}

fn edge(date: chrono::NaiveDate) -> String {
    if date == filter::FIRST_DAY || date == filter::LAST_DAY { String::new() } else { text::typed(date) }
}

fn indented(agency: &Agency) -> String {
    format!("{}{}", "\u{a0}\u{a0}".repeat(agency.depth as usize), agency.short_name)
}

fn in_force(asked: &MeetingFilter, listed: &Listed) -> Option<AnyView> {
    let without = |change: &dyn Fn(&mut MeetingFilter)| {
        let mut left = MeetingFilter { page: 1, ..asked.clone() };
        change(&mut left);
        filter::href(&left)
    };
    let mut on: Vec<(String, String)> = Vec::new();
    if !asked.text.is_empty() {
        on.push((format!("“{}”", asked.text), without(&|f| f.text.clear())));
    }
    if let Some(stage) = asked.stage {
        on.push((crate::words::stage(stage).to_owned(), without(&|f| f.stage = None)));
    }
    if let Some(form) = asked.form {
        on.push((crate::words::form(form).to_owned(), without(&|f| f.form = None)));
    }
    if let Some(kind) = listed.kinds.iter().find(|kind| Some(&kind.code) == asked.kind.as_ref()) {
        on.push((words::kind(kind).to_owned(), without(&|f| f.kind = None)));
    }
    if let Some(agency) = listed.agencies.iter().find(|agency| Some(agency.id) == asked.agency) {
        let name = agency.short_name.clone();
        let name = if asked.with_subtree { tf(MEETINGS_AND_BELOW, &[("agency", &name)]) } else { name };
        on.push((
            name,
            without(&|f| {
                f.agency = None;
                f.with_subtree = false;
            }),
        ));
    }
    if let Some(window) = asked.window {
        on.push((window_in_words(window), without(&|f| f.window = None)));
    }
    if asked.counted.is_some() {
        on.push((t(MEETINGS_COUNTED_ONLY).to_owned(), without(&|f| f.counted = None)));
    }
    let chips = on
        .iter()
        .map(|(word, href)| {
            let label = tf(MEETINGS_FILTER_REMOVE, &[("filter", word)]);
            view! { <a class="slot" href=href.clone() aria-label=label>{word.clone()}<Icon name="x"/></a> }
        })
        .collect_view();
    (!on.is_empty()).then(|| view! { <div class="filterbar__on">{chips}</div> }.into_any())
}

fn window_in_words(window: domain::period::Window) -> String {
    match (window.from == filter::FIRST_DAY, window.to == filter::LAST_DAY) {
        (false, false) => format!("{}–{}", text::date(window.from), text::date(window.to)),
        (false, true) => tf(MEETINGS_SINCE, &[("date", &text::date(window.from))]),
        _ => tf(MEETINGS_UNTIL, &[("date", &text::date(window.to))]),
    }
}
