//! The days off of one year as a list, with the other years, a file to keep or to import, and for the administrator the forms.

use chrono::Datelike;
use domain::access::Action;
use domain::calendar::{DayKind, WorkDay, WorkYear};
use domain::imports::ImportKind;
use domain::time::{Toward, YEARS};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use server_fn::ServerFn;

use super::calls::{DeclareWorkYear, DropWorkDay, SetWorkDay, work_year, work_years};
use crate::admin;
use crate::dates::DateField;
use crate::form::{Posted, posted};
use crate::session;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, Card, Empty, Field, Icon, Notice, Select, Tone, loaded, resource};
use crate::words;

/// The page of days off.
#[component]
pub fn WorkDaysPage() -> impl IntoView {
    let query = use_query_map();
    let this_year = session::clock().today().year();
    let year = Memo::new(move |_| {
        let asked = query.with(|query| query.get("year").and_then(|year| year.parse().ok()));
        asked.filter(|year| YEARS.contains(year)).unwrap_or(this_year)
    });
    let data =
        resource(move || year.get(), |year| async move { Ok((work_year(year).await?, work_years().await?)) });
    let posted = posted();
    let outcome = admin::outcome(&posted);
    view! {
        {admin::head(WORK_DAYS_TITLE, WORK_DAYS_LEAD)}
        <div class="admin">
            {outcome}
            {loaded(data, move |(shown, years)| draw(&shown, &years, this_year, &posted))}
        </div>
    }
}

fn draw(shown: &WorkYear, years: &[(i32, bool)], this_year: i32, posted: &Posted) -> AnyView {
    let may = session::may_system(Action::ManageWorkDays);
    let year = shown.year;
    let missing = (!shown.is_entered).then(|| {
        let title = tf(DATES_NOT_ENTERED, &[("year", &year)]);
        view! { <Notice tone=Tone::Risk icon="calendar-x" title=title>{t(WORK_DAYS_NOT_ENTERED_BODY)}</Notice> }
    });
    let forms = may.then(|| {
        view! {
            {admin::adding(WORK_DAYS_SET, SetWorkDay::PATH, WORK_DAYS_SET, posted, fields(posted, year))}
            {declaring(shown)}
        }
    });
    view! {
        {tabs(years, year, this_year)}
        {missing}
        {forms}
        {list(shown, may)}
    }
    .into_any()
}

/// The years that are entered, the one shown, this one and the two after it: those that are planned next.
fn tabs(years: &[(i32, bool)], shown: i32, this_year: i32) -> impl IntoView + use<> {
    let mut all: Vec<i32> =
        years.iter().map(|(year, _)| *year).chain([shown, this_year, this_year + 1, this_year + 2]).collect();
    all.sort_unstable();
    all.dedup();
    let links = all
        .into_iter()
        .map(|year| {
            let href = format!("/admin/days-off?year={year}");
            let is_entered = years.contains(&(year, true));
            let mark = (!is_entered).then(|| view! { " " <Icon name="circle-alert"/><span class="vh">{t(WORK_DAYS_NOT_ENTERED)}</span> });
            view! { <a href=href aria-current=(year == shown).then_some("page")>{year}{mark}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label=t(WORK_DAYS_YEARS)>{links}</nav> }
}

fn fields(posted: &Posted, year: i32) -> AnyView {
    let kinds = DayKind::ALL.map(|kind| (kind.code().to_owned(), words::day_kind(kind).to_owned())).to_vec();
    view! {
        <input r#type="hidden" name="year" value=year/>
        <div class="formpage__two">
            <DateField
                name="date"
                label=t(WORK_DAYS_DATE)
                value=posted.typed("date")
                toward=Toward::Future
                error=posted.error("date")
                required=true
            />
            <Select name="kind" label=t(WORK_DAYS_KIND) options=kinds selected=posted.typed("kind") error=posted.error("kind")/>
        </div>
        <Field name="name" label=t(WORK_DAYS_NAME) value=posted.typed("name") error=posted.error("name") hint=t(WORK_DAYS_NAME_HINT) required=true/>
    }
    .into_any()
}

fn declaring(shown: &WorkYear) -> impl IntoView + use<> {
    let (word, icon, value) = if shown.is_entered {
        (tf(WORK_DAYS_REOPEN, &[("year", &shown.year)]), "rotate-ccw", "")
    } else {
        (tf(WORK_DAYS_DECLARE, &[("year", &shown.year)]), "check", "on")
    };
    view! {
        <form method="post" action=DeclareWorkYear::PATH>
            <input r#type="hidden" name="year" value=shown.year/>
            <input r#type="hidden" name="entered" value=value/>
            <button class="btn btn--secondary"><Icon name=icon/>{word}</button>
        </form>
    }
}

fn list(shown: &WorkYear, may: bool) -> AnyView {
    if shown.days.is_empty() {
        return view! { <Empty title=t(WORK_DAYS_NONE) body=t(WORK_DAYS_NONE_BODY)/> }.into_any();
    }
    let title = tf(WORK_DAYS_OF, &[("year", &shown.year)]);
    let rows = shown.days.iter().map(|day| row(day, may)).collect_view();
    let name = format!("{}-{}.csv", ImportKind::WorkDays.code(), shown.year);
    let href = text::csv_href(&file(&shown.days));
    let into = may.then(|| {
        let href = format!("/admin/imports?kind={}", ImportKind::WorkDays.code());
        view! { <a class="btn btn--secondary" href=href><Icon name="upload"/>{t(WORK_DAYS_IMPORT)}</a> }
    });
    view! {
        <Card title=title>
            <table class="table table--cards" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t(WORK_DAYS_DATE)}</th>
                        <th role="columnheader" scope="col">{t(WORK_DAYS_KIND)}</th>
                        <th role="columnheader" scope="col">{t(WORK_DAYS_NAME)}</th>
                        {may.then(|| view! { <th role="columnheader" scope="col"><span class="vh">{t(WORK_DAYS_DROP)}</span></th> })}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            <div class="card__body row">
                <a class="btn btn--secondary" href=href download=name>
                    <Icon name="download"/>{t(WORK_DAYS_EXPORT)}
                </a>
                {into}
            </div>
        </Card>
    }
    .into_any()
}

fn row(day: &WorkDay, may: bool) -> impl IntoView + use<> {
    let tone = if day.kind == DayKind::Off { BadgeTone::Plain } else { BadgeTone::Accent };
    let label = tf(WORK_DAYS_DROP_OF, &[("date", &text::date(day.date))]);
    let drop = may.then(|| {
        view! {
            <td role="cell">
                <form method="post" action=DropWorkDay::PATH>
                    <input r#type="hidden" name="date" value=text::iso(day.date)/>
                    <button class="btn btn--icon" aria-label=label.clone() title=label><Icon name="trash-2"/></button>
                </form>
            </td>
        }
    });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="lead num">{text::long_date(day.date)}</th>
            <td role="cell" data-label=t(WORK_DAYS_KIND)><Badge tone text=words::day_kind(day.kind)/></td>
            <td role="cell" data-label=t(WORK_DAYS_NAME)>{day.name.clone()}</td>
            {drop}
        </tr>
    }
}

/// The year as a file that can be imported again.
fn file(days: &[WorkDay]) -> String {
    let mut csv = "date,kind,name\n".to_owned();
    for day in days {
        let name = if day.name.contains(['"', ',', '\n', ';']) {
            format!("\"{}\"", day.name.replace('"', "\"\""))
        } else {
            day.name.clone()
        };
        csv.push_str(&format!("{},{},{name}\n", text::iso(day.date), day.kind.code()));
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_written_as_a_file_that_reads_back() {
        let day =
            |date: &str, kind, name: &str| WorkDay { date: date.parse().unwrap(), kind, name: name.into() };
        let days = [
            day("2028-01-01", DayKind::Off, "Tết Dương lịch"),
            day("2028-01-08", DayKind::Work, "Làm bù, theo \"TB 1\""),
        ];
        assert_eq!(
            file(&days),
            "date,kind,name\n2028-01-01,off,Tết Dương lịch\n2028-01-08,work,\"Làm bù, theo \"\"TB 1\"\"\"\n"
        );
    }
}
