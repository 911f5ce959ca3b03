//! The online share by month, quarter or year as bars drawn on the server, each a link; and the same as a table.

use domain::count::{Base, Tally, What};
use domain::figures::{Figures, PartFigures};
use domain::period::Part;
use domain::targets::{Fraction, Targets};
use leptos::prelude::*;
use leptos::tachys::svg;

use super::gauges::{BASES, base_name, hundredths};
use super::links::{Opens, link};
use super::periods;
use super::query::Asked;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Icon, SegLinks};

/// Left of the bars stand the figures of the axis.
const LEFT: f64 = 38.0;
/// Where 0 and 100 percent stand.
const BOTTOM: f64 = 242.0;
const TOP: f64 = 20.0;
/// Room for a bar with its figures, in the drawing's units.
const STEP_WIDE: f64 = 56.0;
const STEP_NARROW: f64 = 29.0;
/// Up to so many months the bars are wide; up to so many they fit the card.
const WIDE_AT_MOST: usize = 6;
const FITTING_AT_MOST: usize = 12;

/// The index of a base in the pairs of the report.
pub(super) const fn index(base: Base) -> usize {
    match base {
        Base::Conferences => 0,
        Base::All => 1,
    }
}

/// The card with the chart.
pub(super) fn chart(figures: &Figures, asked: &Asked) -> AnyView {
    let links = BASES
        .map(|base| {
            (Asked { base, ..*asked }.href("figures-months"), base_name(base).to_owned(), base == asked.base)
        })
        .to_vec();
    let target = text::percent(figures.targets.share, figures.targets.share);
    view! {
        <section class="card" id="figures-months">
            <header class="card__head"><h2>{title(figures)}</h2><span class="hint">"%"</span></header>
            <div class="figures__switch"><SegLinks label=t(FIGURES_BASE) links/></div>
            {bars(figures, asked)}
            <p class="legend figures__legend">
                <span><i style="--c:var(--accent-fill)"></i>{t(FIGURES_MET)}</span>
                <span>
                    <i style="--c:repeating-linear-gradient(-45deg,var(--missed) 0 3px,var(--missed-tint) 3px 5px)"></i>
                    {t(FIGURES_MISSED)}
                </span>
                <span><i class="figures__dash"></i>{tf(FIGURES_TARGET, &[("target", &target)])}</span>
                <span>{t(FIGURES_UNDER_BAR)}</span>
                {month_dates(figures)}
            </p>
            <details class="more figures__more">
                <summary><Icon name="chevron-right"/>{t(FIGURES_AS_TABLE)}</summary>
                {table(figures, asked)}
            </details>
        </section>
    }
    .into_any()
}

/// Months, quarters or years: what the parts of the report are.
fn title(figures: &Figures) -> &'static str {
    t(match figures.by_part.first().map(|part| part.part) {
        Some(Part::Quarter(..)) => FIGURES_BY_QUARTER,
        Some(Part::Years(..)) => FIGURES_BY_YEAR,
        Some(Part::Month(_)) | None => FIGURES_BY_MONTH,
    })
}

/// From when to when the last month is counted: a month of the reports ends in the middle of the calendar's.
fn month_dates(figures: &Figures) -> Option<AnyView> {
    let part = figures.by_part.last().filter(|part| matches!(part.part, Part::Month(_)))?;
    let (from, to) = (text::day_month(part.window.from), text::day_month(part.window.to));
    let dates = tf(FIGURES_MONTH_DATES, &[("month", &short_name(part.part)), ("from", &from), ("to", &to)]);
    Some(view! { <span class="num">{dates}</span> }.into_any())
}

/// The name of a part below its bar.
fn short_name(part: Part) -> String {
    match part {
        Part::Month(month) => tf(FIGURES_MONTH_SHORT, &[("month", &month)]),
        Part::Quarter(year, quarter) => format!("{}/{:02}", periods::roman(quarter), year % 100),
        Part::Years(from, _) => from.to_string(),
    }
}

/// The name of a part where there is room.
fn long_name(part: Part) -> String {
    match part {
        Part::Month(month) => tf(FIGURES_MONTH_LONG, &[("month", &month)]),
        Part::Quarter(year, quarter) => {
            tf(FIGURES_PERIOD_QUARTER, &[("quarter", &periods::roman(quarter)), ("year", &year)])
        }
        Part::Years(from, to) if from == to => tf(FIGURES_YEAR_LONG, &[("year", &from)]),
        Part::Years(from, to) => format!("{from}–{to}"),
    }
}

/// One part's bar, ready to be drawn.
struct Bar {
    x: f64,
    width: f64,
    step: f64,
    label: String,
    value: String,
    spoken: String,
    href: String,
    held: i64,
    fill: f64,
    is_met: bool,
    /// Where the target's line stands.
    line: f64,
}

impl Bar {
    fn of(place: usize, step: f64, part: &PartFigures, figures: &Figures, asked: &Asked) -> Bar {
        let base = asked.base;
        let tally = &part.tallies[index(base)];
        let share = Targets::share_of(tally.counted_online, tally.held);
        let target = figures.targets.share;
        let width = (step * 0.62).round();
        Bar {
            x: LEFT + 16.0 * step / STEP_WIDE + count(place) * step,
            width,
            step,
            label: short_name(part.part),
            value: share.map(|share| short(share, target, step)).unwrap_or_default(),
            spoken: spoken(part.part, tally, target),
            href: Opens::of(figures, asked).over(part.window).href(base, What::CountedOnline),
            held: tally.held,
            fill: share.map_or(0.0, |share| hundredths(share, target)),
            is_met: share.is_some_and(|share| share.reaches(target)),
            line: height(hundredths(target, target)),
        }
    }

    fn draw(self) -> AnyView {
        let middle = self.x + self.width / 2.0;
        let y = height(self.fill);
        // A figure that the target's line would strike through stands above it.
        let words = y - 7.0;
        let words = if words + 4.0 > self.line && words - 12.0 < self.line { self.line - 9.0 } else { words };
        let class = if self.is_met { "bar-met" } else { "bar-missed" };
        let bar = (self.held > 0).then(|| {
            let columns = view! {
                <g>
                    <rect class=class x=self.x y=y width=self.width height=(BOTTOM - y).max(1.0) rx="2"></rect>
                    // A month without any online meeting has no bar to press, so the column is pressed as well.
                    <rect class="figures__hit" x=self.x y=TOP width=self.width height=BOTTOM - TOP></rect>
                </g>
            };
            // Written as `<a>` beside a sibling it would be the link of pages, whose content a drawing does not show.
            let link = svg::a().attr("href", self.href).attr("aria-label", self.spoken).child(columns);
            view! {
                <g>
                    {link}
                    <text class=if self.is_met { "strong" } else { "bad" } x=middle y=words text-anchor="middle">
                        {self.value}
                    </text>
                </g>
            }
        });
        // Narrow months name themselves in turn, so that the words never touch.
        let held = (self.step >= STEP_NARROW).then(|| text::number(self.held));
        view! {
            <g>
                {bar}
                <text x=middle y="261" text-anchor="middle">{self.label}</text>
                <text class="figures__held" x=middle y="278" text-anchor="middle">{held}</text>
            </g>
        }
        .into_any()
    }
}

fn height(hundredths: f64) -> f64 {
    BOTTOM - (BOTTOM - TOP) * hundredths / 100.0
}

/// One decimal where there is room for it, else whole percent.
fn short(share: Fraction, target: Fraction, step: f64) -> String {
    if step < STEP_WIDE {
        return share.percent_shown(target).to_string();
    }
    text::percent(share, target).trim_end_matches('%').trim_end_matches('\u{a0}').to_owned()
}

fn spoken(part: Part, tally: &Tally, target: Fraction) -> String {
    let share = Targets::share_of(tally.counted_online, tally.held);
    let share = share.map(|share| text::percent(share, target)).unwrap_or_default();
    tf(
        FIGURES_PART_SPOKEN,
        &[
            ("part", &long_name(part)),
            ("share", &share),
            ("online", &text::number(tally.counted_online)),
            ("held", &text::number(tally.held)),
        ],
    )
}

#[expect(clippy::cast_precision_loss, reason = "the place of a bar, at most a few dozen")]
fn count(place: usize) -> f64 {
    place as f64
}

fn bars(figures: &Figures, asked: &Asked) -> AnyView {
    let parts = figures.by_part.len();
    // A quarter's name needs a wide bar.
    let is_wide =
        parts <= WIDE_AT_MOST || figures.by_part.iter().any(|part| matches!(part.part, Part::Quarter(..)));
    let step = if is_wide { STEP_WIDE } else { STEP_NARROW };
    let width = LEFT + count(parts.max(WIDE_AT_MOST)) * step + 16.0;
    let fits = if parts > FITTING_AT_MOST { format!("min-width:{width}px") } else { String::new() };
    let right = width - 6.0;
    let axis = [0, 25, 50, 75, 100].map(|percent| {
        let y = height(f64::from(percent));
        view! {
            <g>
                <line class="axis" x1=LEFT x2=right y1=y y2=y></line>
                <text x="30" y=y + 4.0 text-anchor="end">{percent}</text>
            </g>
        }
    });
    let target = height(hundredths(figures.targets.share, figures.targets.share));
    let bars = figures
        .by_part
        .iter()
        .enumerate()
        .map(|(place, part)| Bar::of(place, step, part, figures, asked).draw())
        .collect_view();
    view! {
        <div class="tablewrap figures__chart">
            <svg
                class="chart"
                viewBox=format!("0 0 {width} 284")
                width="100%"
                style=fits
                role="group"
                aria-label=title(figures)
            >
                <defs>
                    <pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                        <rect width="7" height="7" fill="var(--missed-tint)"></rect>
                        <rect width="3.5" height="7" fill="var(--missed)"></rect>
                    </pattern>
                </defs>
                {axis.into_iter().collect_view()}
                {bars}
                <line class="target" x1=LEFT x2=right y1=target y2=target></line>
            </svg>
        </div>
    }
    .into_any()
}

/// The same figures as a table.
fn table(figures: &Figures, asked: &Asked) -> AnyView {
    let base = asked.base;
    let rows = figures
        .by_part
        .iter()
        .map(|part| {
            let tally = &part.tallies[index(base)];
            let opens = Opens::of(figures, asked).over(part.window);
            let share = match Targets::share_of(tally.counted_online, tally.held) {
                Some(share) => {
                    link(opens.href(base, What::CountedOnline), text::percent(share, figures.targets.share))
                }
                None => t(FIGURES_NOT_COUNTED).into_any(),
            };
            let from = match part.part {
                Part::Years(from, to) if from < to => text::date(part.window.from),
                _ => text::day_month(part.window.from),
            };
            let dates = format!("{from} – {}", text::date(part.window.to));
            view! {
                <tr>
                    <th scope="row">{long_name(part.part)}<br/><span class="sub num">{dates}</span></th>
                    <td class="r num">{opens.count(base, What::Held, tally.held)}</td>
                    <td class="r num">{opens.count(base, What::CountedOnline, tally.counted_online)}</td>
                    <td class="r num">{share}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table table--dense">
            <thead>
                <tr>
                    <th scope="col">{t(FIGURES_PART)}</th>
                    <th scope="col" class="r">{t(FIGURES_HELD)}</th>
                    <th scope="col" class="r">{t(FIGURES_COUNTED_ONLINE)}</th>
                    <th scope="col" class="r">{t(FIGURES_SHARE_SHORT)}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
