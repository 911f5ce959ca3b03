//! The list of meetings: rows that become cards on phones, and which number of the figures they stand behind.

use domain::access::Stage;
use domain::count::Form;
use domain::meetings::MeetingRow;
use domain::time::Sitting;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::calls::{self, Listed};
use super::filter::Asked;
use super::{filter, narrow, words};
use crate::session::{self, me};
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
    let today = session::clock().today();
    let asked = Memo::new(move |_| query.with(|query| filter::read(query, today)));
    let question = move || asked.with(|asked| (asked.filter.clone(), asked.find.clone()));
    let data: Loaded<Listed> = resource(question, |(filter, find)| calls::list(filter, find));
    let new = me().is_some_and(|me| crate::shell::entries::may_compose(&me)).then(|| {
        view! { <a class="btn btn--primary not-desk" href="/meetings/new"><Icon name="plus"/>{t(NAV_COMPOSE)}</a> }
    });
    view! {
        <Title text=t(NAV_MEETINGS)/>
        <PageHead title=t(NAV_MEETINGS)>{new}</PageHead>
        {loaded(data, move |listed| listed_view(asked.get_untracked(), listed).into_any())}
    }
}

fn listed_view(asked: Asked, listed: Listed) -> impl IntoView {
    let page = &listed.page;
    let rows = page.rows.iter().map(row).collect_view();
    let sum =
        tf(if page.has_more { MEETINGS_COUNT_MORE } else { MEETINGS_COUNT }, &[("n", &number(page.total))]);
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
        let href = move |page: u32| {
            let mut to = to.clone();
            to.filter.page = page;
            filter::href(&to)
        };
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
        {narrow::filters(&asked, &listed)}
        <p class="hint listsum" role="status">{sum}</p>
        {body}
    }
}

fn empty(asked: &Asked) -> impl IntoView + use<> {
    if filter::is_narrowed(&asked.filter) {
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
fn counted(asked: &Asked, total: i64) -> Option<AnyView> {
    let (base, what) = asked.filter.counted?;
    let back = format!("/figures?{}", asked.figures);
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
    let title = crate::parts::title(meeting);
    let title = if meeting.may_open() {
        view! { <a href=crate::parts::meeting_href(meeting)>{title}</a> }.into_any()
    } else {
        title.into_any()
    };
    let under = under(meeting);
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

/// What stands under the title. A draft may have no kind and no chair yet, and names who works on it.
fn under(meeting: &MeetingRow) -> String {
    let kind = text::either(&meeting.kind_vi, &meeting.kind_en).to_owned();
    let chair = match meeting.chair.is_empty() {
        true => String::new(),
        false => tf(MEETINGS_ROW_CHAIR, &[("who", &meeting.chair)]),
    };
    let draft = meeting.draft.as_ref().map(crate::parts::history).unwrap_or_default();
    let parts = [kind, meeting.agency.short_name.clone(), chair, draft];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
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
