//! The other numbers: forecast and exceedances, forms, counterparts, and where last year's figures come from.

use domain::agencies::AgencyRef;
use domain::count::{Base, HybridCounts, What};
use domain::figures::{BaseFigures, Figures, PreviousSource};
use leptos::prelude::*;

use super::gauges::{BASES, base_name};
use super::links::{Opens, link};
use super::query::Asked;
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::words;

/// What can still be decided, and what went over.
pub(super) fn forecast(figures: &Figures, asked: &Asked) -> AnyView {
    let opens = Opens::of(figures, asked);
    let number = |number: i64| view! { <span class="num">{text::number(number)}</span> }.into_any();
    let row = |text: Text, cell: &dyn Fn(Base, &BaseFigures) -> AnyView| {
        table_row(t(text).to_owned(), figures, cell)
    };
    // What may still be held counts no meeting, so it opens none.
    let rows = vec![
        row(FIGURES_IN_PERSON_LEFT, &|_, b| number(b.in_person_left)),
        row(FIGURES_ONLINE_NEEDED, &|_, b| number(b.online_needed)),
        table_row(tf(FIGURES_CEILING, &[("year", &figures.ceiling_year())]), figures, &|_, b| {
            b.ceiling.map_or_else(not_counted, number)
        }),
        row(FIGURES_EXCEEDED, &|base, b| {
            let number = opens.count(base, What::Exceeded, b.tally.exceeded);
            if b.tally.exceeded > 0 {
                view! { <span class="is-missed">{number}</span> }.into_any()
            } else {
                number
            }
        }),
    ];
    bases_card(t(FIGURES_FORECAST), rows)
}

/// Held by form; cancelled and postponed apart.
pub(super) fn forms(figures: &Figures, asked: &Asked) -> AnyView {
    let opens = Opens::of(figures, asked);
    let row = |text: Text, what: What, count: &dyn Fn(&BaseFigures) -> i64| {
        table_row(t(text).to_owned(), figures, &|base, b| opens.count(base, what, count(b)))
    };
    let strict = table_row(t(FIGURES_SHARE_STRICT).to_owned(), figures, &|base, b| match b.share_strict {
        Some(share) => link(opens.href(base, What::Online), text::percent(share, figures.targets.share)),
        None => not_counted(),
    });
    let rows = vec![
        row(FIGURES_HELD, What::Held, &|b| b.tally.held),
        row(FIGURES_IN_PERSON, What::InPerson, &|b| b.tally.in_person),
        row(FIGURES_ONLINE, What::Online, &|b| b.tally.online),
        row(FIGURES_HYBRID, What::Hybrid, &|b| b.tally.hybrid),
        row(FIGURES_HYBRID_ONLINE, What::HybridOnline, &|b| b.tally.hybrid_online),
        strict,
        row(FIGURES_CANCELLED, What::Cancelled, &|b| b.tally.cancelled),
        row(FIGURES_POSTPONED, What::Postponed, &|b| b.tally.postponed),
    ];
    bases_card(t(FIGURES_FORMS), rows)
}

fn not_counted() -> AnyView {
    view! { <span class="sub">{t(FIGURES_NOT_COUNTED)}</span> }.into_any()
}

fn table_row(label: String, figures: &Figures, cell: &dyn Fn(Base, &BaseFigures) -> AnyView) -> AnyView {
    let cells = BASES
        .map(|base| view! { <td class="r num" data-label=base_name(base)>{cell(base, figures.base(base))}</td> })
        .into_iter()
        .collect_view();
    view! { <tr><th scope="row">{label}</th>{cells}</tr> }.into_any()
}

fn bases_card(title: &'static str, rows: Vec<AnyView>) -> AnyView {
    let heads = BASES
        .map(|base| view! { <th scope="col" class="r">{short_name(base)}</th> })
        .into_iter()
        .collect_view();
    view! {
        <section class="card">
            <header class="card__head"><h2>{title}</h2></header>
            <table class="table table--dense figures__bases">
                <thead><tr><th scope="col"><span class="vh">{t(FIGURES_NUMBER)}</span></th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// The name of a base where there is little room.
fn short_name(base: Base) -> &'static str {
    match base {
        Base::All => t(FIGURES_BASE_ALL_SHORT),
        Base::Conferences => t(FIGURES_BASE_CONFERENCES_SHORT),
    }
}

/// Meetings by counterpart; those only attended never enter the share or the reduction.
pub(super) fn counterparts(figures: &Figures, asked: &Asked) -> AnyView {
    let opens = Opens::of(figures, asked);
    let rows = figures
        .by_counterpart
        .iter()
        .map(|(with, tally)| {
            let cell = |text: Text, what, count| {
                view! { <td role="cell" class="r num" data-label=t(text)>{opens.count(Base::All, what, count)}</td> }
            };
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row">{words::counterpart(*with)}</th>
                    {cell(FIGURES_ORGANISED_ONLINE, What::OrganisedOnline(*with), tally.organised_online)}
                    {cell(FIGURES_ATTENDED, What::Attended(*with), tally.attended)}
                    {cell(FIGURES_ATTENDED_ONLINE, What::AttendedOnline(*with), tally.attended_online)}
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="card">
            <header class="card__head"><h2>{t(FIGURES_COUNTERPARTS)}</h2></header>
            <table class="table table--dense table--cards" role="table">
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{t(FIGURES_COUNTERPART)}</th>
                        <th role="columnheader" scope="col" class="r">{t(FIGURES_ORGANISED_ONLINE)}</th>
                        <th role="columnheader" scope="col" class="r">{t(FIGURES_ATTENDED)}</th>
                        <th role="columnheader" scope="col" class="r">{t(FIGURES_ATTENDED_ONLINE)}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            <p class="hint card__pad">{t(FIGURES_ATTENDED_NOTE)}</p>
        </section>
    }
    .into_any()
}

/// How the figures come about: hybrid meetings, last year's source, the targets' source.
pub(super) fn basis(figures: &Figures, agencies: &[AgencyRef]) -> AnyView {
    let hybrid = match figures.hybrid {
        HybridCounts::OnlineWhenConnected => FIGURES_BASIS_HYBRID_ONLINE,
        HybridCounts::InPerson => FIGURES_BASIS_HYBRID_IN_PERSON,
    };
    let previous = BASES
        .map(|base| {
            let source = previous(figures.base(base), agencies);
            view! { <p>{base_name(base)}": "{source}</p> }
        })
        .into_iter()
        .collect_view();
    view! {
        <section class="basis" id="figures-basis" aria-labelledby="figures-basis-title">
            <h2 id="figures-basis-title">{t(FIGURES_BASIS)}</h2>
            <p>{t(hybrid)}</p>
            <h3>{t(FIGURES_BASIS_PREVIOUS)}</h3>
            {previous}
            <p>{tf(FIGURES_BASIS_TARGETS, &[("source", &figures.targets.source)])}</p>
        </section>
    }
    .into_any()
}

fn previous(figures: &BaseFigures, agencies: &[AgencyRef]) -> String {
    let previous = &figures.previous;
    let documents = previous.documents.join("; ");
    let mut words = match previous.source {
        PreviousSource::Own => t(FIGURES_PREVIOUS_OWN).to_owned(),
        PreviousSource::Baseline => tf(FIGURES_PREVIOUS_BASELINE, &[("documents", &documents)]),
        PreviousSource::Mixed => tf(FIGURES_PREVIOUS_MIXED, &[("documents", &documents)]),
        PreviousSource::None => t(FIGURES_PREVIOUS_NONE).to_owned(),
    };
    if !previous.missing.is_empty() && previous.source != PreviousSource::None {
        let names = previous
            .missing
            .iter()
            .map(|code| {
                agencies.iter().find(|a| a.code == *code).map_or(code.as_str(), |a| a.short_name.as_str())
            })
            .collect::<Vec<_>>()
            .join(", ");
        words.push(' ');
        words.push_str(&tf(FIGURES_PREVIOUS_MISSING, &[("n", &previous.missing.len()), ("names", &names)]));
    }
    words
}
