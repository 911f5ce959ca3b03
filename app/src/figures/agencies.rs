//! The agencies of a subtree, each against both targets; ordered by links, so that it works without script.

use std::cmp::Ordering;

use domain::count::{Base, What};
use domain::figures::{AgencyFigures, Figures, Reach};
use domain::targets::{Fraction, Targets};
use leptos::prelude::*;

use super::chart::index;
use super::gauges::{base_name, hundredths};
use super::links::{Opens, link};
use super::query::{Asked, Order, Subject};
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::ui::{Badge, BadgeTone, Icon};

/// So many stand beside the chart; the rest is one press away.
const FIRST: usize = 8;

/// An agency's figures in one base.
struct Line<'a> {
    agency: &'a AgencyFigures,
    held: i64,
    share: Option<Fraction>,
    reduction: Option<Fraction>,
}

impl Line<'_> {
    fn of(agency: &AgencyFigures, base: Base) -> Line<'_> {
        let tally = &agency.tallies[index(base)];
        Line {
            agency,
            held: tally.held,
            share: Targets::share_of(tally.counted_online, tally.held),
            reduction: agency.previous[index(base)]
                .and_then(|before| Targets::reduction_of(before, tally.held)),
        }
    }

    /// How many of the two targets are met, of how many that can be counted.
    fn met(&self, targets: &Targets) -> (usize, usize) {
        let met = [
            self.share.map(|share| share.reaches(targets.share)),
            self.reduction.map(|reduction| reduction.reaches(targets.reduction)),
        ];
        (met.iter().flatten().filter(|met| **met).count(), met.iter().flatten().count())
    }
}

/// Exact order of fractions; those that cannot be counted come last whichever way.
fn compare(a: Option<Fraction>, b: Option<Fraction>, is_descending: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => {
            let order = if a.reaches(b) {
                if b.reaches(a) { Ordering::Equal } else { Ordering::Greater }
            } else {
                Ordering::Less
            };
            if is_descending { order.reverse() } else { order }
        }
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

fn sort(lines: &mut [Line<'_>], order: Order, is_descending: bool) {
    let turn = |order: Ordering| if is_descending { order.reverse() } else { order };
    lines.sort_by(|a, b| match order {
        Order::Tree => Ordering::Equal,
        Order::Name => turn(domain::text::fold(&a.agency.name).cmp(&domain::text::fold(&b.agency.name))),
        Order::Held => turn(a.held.cmp(&b.held)),
        Order::Share => compare(a.share, b.share, is_descending),
        Order::Reduction => compare(a.reduction, b.reduction, is_descending),
    });
}

/// The card with the table.
pub(super) fn agencies(figures: &Figures, asked: &Asked) -> AnyView {
    let mut lines: Vec<Line<'_>> =
        figures.by_agency.iter().map(|agency| Line::of(agency, asked.base)).collect();
    sort(&mut lines, asked.order, asked.is_descending);
    let total = lines.len();
    if !asked.shows_all {
        lines.truncate(FIRST);
    }
    let switch = (total > FIRST).then(|| {
        let href = Asked { shows_all: !asked.shows_all, ..*asked }.href("figures-agencies");
        let words = if asked.shows_all {
            t(FIGURES_FEWER).to_owned()
        } else {
            tf(FIGURES_ALL_AGENCIES, &[("n", &total)])
        };
        view! { <a class="btn btn--quiet btn--sm" href=href>{words}<Icon name="chevron-right"/></a> }
    });
    let rows = lines.iter().map(|line| row(line, figures, asked)).collect_view();
    view! {
        <section class="card" id="figures-agencies">
            <header class="card__head">
                <h2>{t(FIGURES_BY_AGENCY)}</h2>
                <span class="hint">{base_name(asked.base)}</span>
                <span class="grow"></span>
                {switch}
            </header>
            <div class="tablewrap">
                <table class="table table--cards" role="table">
                    <thead role="rowgroup">
                        <tr role="row">
                            {head(asked, Order::Name, FIGURES_AGENCY, "")}
                            {head(asked, Order::Held, FIGURES_HELD, "r")}
                            {head(asked, Order::Share, FIGURES_SHARE_SHORT, "figures__share")}
                            {head(asked, Order::Reduction, FIGURES_REDUCTION_SHORT, "r")}
                            <th role="columnheader" scope="col">{t(FIGURES_BOTH_TARGETS)}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn head(asked: &Asked, order: Order, word: Text, class: &'static str) -> AnyView {
    let is_on = asked.order == order;
    let is_descending = if is_on { !asked.is_descending } else { order != Order::Name };
    let href = Asked { order, is_descending, ..*asked }.href("figures-agencies");
    let state = match (is_on, asked.is_descending) {
        (true, true) => "descending",
        (true, false) => "ascending",
        (false, _) => "none",
    };
    let icon = is_on.then(|| {
        let name = if asked.is_descending { "arrow-down" } else { "arrow-up" };
        view! { <Icon name/> }
    });
    view! { <th role="columnheader" scope="col" class=class aria-sort=state><a href=href>{t(word)}{icon}</a></th> }.into_any()
}

fn row(line: &Line<'_>, figures: &Figures, asked: &Asked) -> AnyView {
    let agency = &line.agency.agency;
    let opens = Opens::of(figures, asked).alone(agency.id);
    let own = Asked {
        subject: Subject { agency: Some(agency.id), reach: Some(Reach::Own), period: Some(figures.period) },
        shows_all: false,
        order: Order::Tree,
        ..*asked
    };
    let share = match line.share {
        Some(share) => {
            let target = figures.targets.share;
            let class = if share.reaches(target) { "mini grow" } else { "mini grow is-missed" };
            let style = format!("--v:{:.2};--t:{:.2}", hundredths(share, target), hundredths(target, target));
            view! {
                <span class="row figures__mini">
                    {link(opens.href(asked.base, What::CountedOnline), text::percent(share, target))}
                    <span class=class aria-hidden="true"><i style=style.clone()></i></span>
                </span>
            }
            .into_any()
        }
        None => not_counted(),
    };
    let reduction = match line.reduction {
        Some(reduction) => {
            link(opens.href(asked.base, What::Held), text::percent(reduction, figures.targets.reduction))
        }
        None => not_counted(),
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="lead"><a href=own.href("") title=line.agency.name.clone()>{agency.short_name.clone()}</a></th>
            <td role="cell" class="r num" data-label=t(FIGURES_HELD)>{opens.count(asked.base, What::Held, line.held)}</td>
            <td role="cell" data-label=t(FIGURES_SHARE_SHORT)>{share}</td>
            <td role="cell" class="r num" data-label=t(FIGURES_REDUCTION_SHORT)>{reduction}</td>
            <td role="cell" data-label=t(FIGURES_BOTH_TARGETS)>{verdict(line.met(&figures.targets), figures.has_ended)}</td>
        </tr>
    }
    .into_any()
}

fn not_counted() -> AnyView {
    view! { <span class="sub">{t(FIGURES_NOT_COUNTED)}</span> }.into_any()
}

fn verdict((met, of): (usize, usize), has_ended: bool) -> AnyView {
    let (tone, ended, so_far) = match (met, of) {
        (_, 0) => (BadgeTone::Plain, FIGURES_NOT_COUNTED, FIGURES_NOT_COUNTED),
        (2, 2) => (BadgeTone::Met, FIGURES_MET_BOTH, FIGURES_MET_BOTH_SO_FAR),
        (1, 2) => (BadgeTone::Risk, FIGURES_MET_ONE, FIGURES_MET_ONE_SO_FAR),
        (1, 1) => (BadgeTone::Met, FIGURES_MET, FIGURES_MET_SO_FAR),
        _ => (BadgeTone::Missed, FIGURES_MISSED, FIGURES_MISSED_SO_FAR),
    };
    let word = if has_ended { ended } else { so_far };
    view! { <Badge tone text=t(word)/> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_ordered_exactly_and_missing_ones_come_last() {
        let f = |num, den| Some(Fraction { num, den });
        assert_eq!(compare(f(2, 3), f(667, 1000), false), Ordering::Less);
        assert_eq!(compare(f(1, 2), f(2, 4), true), Ordering::Equal);
        assert_eq!(compare(None, f(0, 1), false), Ordering::Greater);
        assert_eq!(compare(None, f(0, 1), true), Ordering::Greater);
    }
}
