//! The figures' page: reads the address, asks, and shows both bases side by side.

use chrono::{Days, NaiveDate};
use domain::agencies::AgencyRef;
use domain::figures::{Figures, Reach};
use domain::period::{Period, Window};
use domain::time::Toward;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::calls::{self, Report};
use super::query::{Asked, Subject};
use super::{agencies, chart, details, gauges, periods};
use crate::dates::{self, DateField};
use crate::failure::CallError;
use crate::session;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, Loaded, loaded_page, resource};

/// All that the page shows, besides what its address says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Shown {
    report: Report,
    agencies: Vec<AgencyRef>,
}

/// Figures against the two targets.
#[component]
pub fn FiguresPage() -> impl IntoView {
    let query = use_query_map();
    let now = session::clock().today();
    let asked = Memo::new(move |_| query.with(|query| Asked::parse(query, now)));
    let subject = Memo::new(move |_| asked.get().subject);
    let shown: Loaded<Shown> = resource(move || subject.get(), load);
    view! {
        <Title text=t(NAV_FIGURES)/>
        {loaded_page(shown, t(NAV_FIGURES), move |shown| (move || draw(&shown, &asked.get())).into_any())}
    }
}

async fn load(subject: Subject) -> Result<Shown, CallError> {
    Ok(Shown { report: calls::figures_report(subject).await?, agencies: calls::figures_agencies().await? })
}

fn draw(shown: &Shown, asked: &Asked) -> AnyView {
    let Shown { report: Report { figures, today }, agencies } = shown;
    let by_agency = (figures.reach == Reach::Subtree && figures.by_agency.len() > 1)
        .then(|| agencies::agencies(figures, asked));
    let class = if by_agency.is_some() { "figs2" } else { "figs2 figs2--even" };
    let forms = by_agency.is_none().then(|| details::forms(figures, asked));
    let rest = by_agency.is_some().then(|| details::forms(figures, asked));
    view! {
        <header class="pagehead figures__head">
            <div class="pagehead__text">
                <h1>{t(NAV_FIGURES)}</h1>
                <p class="eyebrow">{format!("{}, {}", figures.agency_name, periods::name(&figures.period))}</p>
            </div>
        </header>
        {filters(figures, agencies, asked, *today)}
        <div class="figs">
            {gauges::share(figures, asked)}
            {gauges::reduction(figures, asked)}
            {details::forecast(figures, asked)}
        </div>
        <div class=class>
            {chart::chart(figures, asked)}
            {by_agency}
            {forms}
        </div>
        <div class="figs2 figs2--even">
            {rest}
            {details::counterparts(figures, asked)}
        </div>
        {details::basis(figures, agencies)}
    }
    .into_any()
}

/// Agency, reach and period as a plain form; a window by hand under its own button.
fn filters(figures: &Figures, agencies: &[AgencyRef], asked: &Asked, today: NaiveDate) -> AnyView {
    let agency_options = agencies
        .iter()
        .map(|agency| {
            let chosen = agency.id == figures.agency.id;
            view! { <option value=agency.id.to_string() selected=chosen>{agency.short_name.clone()}</option> }
        })
        .collect_view();
    let reaches = [(Reach::Subtree, FIGURES_REACH_SUBTREE), (Reach::Own, FIGURES_REACH_OWN)]
        .map(|(reach, word)| {
            view! { <option value=reach.code() selected=reach == figures.reach>{t(word)}</option> }
        })
        .into_iter()
        .collect_view();
    view! {
        <div class="filters">
            <form class="filters" action="/figures" method="get">
                {base_field(asked)}
                <select class="select" name="agency" aria-label=t(FIGURES_AGENCY)>{agency_options}</select>
                <select class="select" name="scope" aria-label=t(FIGURES_REACH)>{reaches}</select>
                <select class="select" name="period" aria-label=t(FIGURES_PERIOD)>
                    {period_options(&figures.period, today)}
                </select>
                <button class="btn btn--secondary" r#type="submit">{t(FIGURES_SHOW)}</button>
            </form>
            {by_hand(figures, asked)}
        </div>
        {window_line(figures, asked, today)}
    }
    .into_any()
}

fn base_field(asked: &Asked) -> impl IntoView + use<> {
    view! { <input r#type="hidden" name="base" value=asked.base.code()/> }
}

fn period_options(current: &Period, today: NaiveDate) -> AnyView {
    let groups = periods::choices(today);
    let is_listed = groups.iter().any(|(_, periods)| periods.contains(current));
    let option = |period: Period| {
        view! { <option value=period.code() selected=period == *current>{periods::name(&period)}</option> }
    };
    let own = (!is_listed).then(|| option(*current));
    let groups = groups
        .into_iter()
        .map(|(name, periods)| {
            view! { <optgroup label=name>{periods.into_iter().map(option).collect_view()}</optgroup> }
        })
        .collect_view();
    view! {
        {own}
        {groups}
    }
    .into_any()
}

fn by_hand(figures: &Figures, asked: &Asked) -> AnyView {
    let Window { from, to } = figures.window;
    let (from, to) = (text::typed(from), text::typed(to));
    let refused = refused_window(asked);
    let is_refused = refused.is_some();
    let (from, to) = refused.unwrap_or((from, to));
    let inverted = dates::inverted(&from, &to);
    view! {
        <details class="menu" open=is_refused>
            <summary class="btn btn--secondary"><Icon name="calendar-range"/>{t(FIGURES_BY_HAND)}</summary>
            <form class="menu__pop menu__pop--form" action="/figures" method="get">
                <input r#type="hidden" name="agency" value=figures.agency.id.to_string()/>
                <input r#type="hidden" name="scope" value=figures.reach.code()/>
                <input r#type="hidden" name="period" value="custom"/>
                {base_field(asked)}
                <DateField id="figures-from" name="from" label=t(FIGURES_FROM) value=from toward=Toward::Past required=true/>
                <DateField id="figures-to" name="to" label=t(FIGURES_TO) value=to toward=Toward::Past required=true error=inverted after=Some("figures-from")/>
                <button class="btn btn--primary" r#type="submit">{t(FIGURES_SHOW)}</button>
            </form>
        </details>
    }
    .into_any()
}

/// What was typed as a window that cannot be read; the form comes back with it.
fn refused_window(asked: &Asked) -> Option<(String, String)> {
    let query = use_query_map();
    let get = |name: &str| query.with_untracked(|query| query.get(name)).unwrap_or_default();
    (get("period") == "custom" && asked.subject.period.is_none()).then(|| (get("from"), get("to")))
}

/// The dates, and, while the period still runs, the fair comparison: both years up to today.
fn window_line(figures: &Figures, asked: &Asked, today: NaiveDate) -> AnyView {
    let Window { from, to } = figures.window;
    let dates = tf(FIGURES_WINDOW, &[("from", &text::date(from)), ("to", &text::date(to))]);
    let yesterday = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let so_far = (!figures.has_ended).then(|| Window::new(from, yesterday)).flatten().map(|window| {
        let href = Asked {
            subject: Subject { agency: Some(figures.agency.id), reach: Some(figures.reach), ..asked.subject },
            ..*asked
        }
        .in_period(Period::Custom(window))
        .href("");
        view! {
            " "
            {t(FIGURES_STILL_RUNS)}
            " "
            <a href=href>{tf(FIGURES_SO_FAR, &[("to", &text::day_month(yesterday))])}</a>
        }
    });
    view! { <p class="hint figures__window">{dates}{so_far}</p> }.into_any()
}
