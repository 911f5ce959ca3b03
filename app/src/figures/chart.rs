//! The online share by month as bars drawn on the server, each a link; and the same as a table.

use domain::count::{Base, Tally, What};
use domain::figures::{Figures, MonthFigures};
use domain::targets::Targets;
use leptos::prelude::*;

use super::gauges::{BASES, base_name, hundredths};
use super::links::{Opens, link};
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
    let target = text::percent(figures.targets.share);
    view! {
        <section class="card" id="figures-months">
            <header class="card__head"><h2>{t(FIGURES_BY_MONTH)}</h2><span class="hint">"%"</span></header>
            <div class="figures__switch"><SegLinks label=t(FIGURES_BASE) links/></div>
            {bars(figures, asked.base)}
            <p class="legend figures__legend">
                <span><i style="--c:var(--accent-fill)"></i>{t(FIGURES_MET)}</span>
                <span>
                    <i style="--c:repeating-linear-gradient(-45deg,var(--missed) 0 3px,var(--missed-tint) 3px 5px)"></i>
                    {t(FIGURES_MISSED)}
                </span>
                <span><i class="figures__dash"></i>{tf(FIGURES_TARGET, &[("target", &target)])}</span>
                <span>{t(FIGURES_UNDER_MONTH)}</span>
            </p>
            <details class="more figures__more">
                <summary><Icon name="chevron-right"/>{t(FIGURES_AS_TABLE)}</summary>
                {table(figures, asked.base)}
            </details>
        </section>
    }
    .into_any()
}

/// One month's bar, ready to be drawn.
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
    fn of(place: usize, step: f64, month: &MonthFigures, figures: &Figures, base: Base) -> Bar {
        let tally = &month.tallies[index(base)];
        let share = Targets::share_of(tally.counted_online, tally.held);
        let width = (step * 0.62).round();
        Bar {
            x: LEFT + 16.0 * step / STEP_WIDE + count(place) * step,
            width,
            step,
            label: tf(FIGURES_MONTH_SHORT, &[("month", &month.month)]),
            value: share.map(|share| short(share.permille_shown(), step)).unwrap_or_default(),
            spoken: spoken(month.month, tally),
            href: Opens::of(figures).over(month.window).href(base, What::CountedOnline),
            held: tally.held,
            fill: share.map_or(0.0, hundredths),
            is_met: share.is_some_and(|share| share.reaches(figures.targets.share)),
            line: height(hundredths(figures.targets.share)),
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
            // Only inside another drawing element is this the link of drawings, which a browser shows.
            view! {
                <g>
                    <a href=self.href aria-label=self.spoken>
                        <rect class=class x=self.x y=y width=self.width height=(BOTTOM - y).max(1.0) rx="2"></rect>
                        // A month without any online meeting has no bar to press, so the column is pressed as well.
                        <rect class="figures__hit" x=self.x y=TOP width=self.width height=BOTTOM - TOP></rect>
                    </a>
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

/// One decimal where there is room for it, else the whole percent that never flatters.
fn short(permille: i64, step: f64) -> String {
    if step < STEP_WIDE {
        return permille.div_euclid(10).to_string();
    }
    text::permille(permille).trim_end_matches('%').trim_end_matches('\u{a0}').to_owned()
}

fn spoken(month: u32, tally: &Tally) -> String {
    let share = Targets::share_of(tally.counted_online, tally.held).map(text::percent).unwrap_or_default();
    tf(
        FIGURES_MONTH_SPOKEN,
        &[
            ("month", &month),
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

fn bars(figures: &Figures, base: Base) -> AnyView {
    let months = figures.by_month.len();
    let step = if months <= WIDE_AT_MOST { STEP_WIDE } else { STEP_NARROW };
    let width = LEFT + count(months.max(WIDE_AT_MOST)) * step + 16.0;
    let fits = if months > FITTING_AT_MOST { format!("min-width:{width}px") } else { String::new() };
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
    let target = height(hundredths(figures.targets.share));
    let bars = figures
        .by_month
        .iter()
        .enumerate()
        .map(|(place, month)| Bar::of(place, step, month, figures, base).draw())
        .collect_view();
    view! {
        <div class="tablewrap figures__chart">
            <svg
                class="chart"
                viewBox=format!("0 0 {width} 284")
                width="100%"
                style=fits
                role="group"
                aria-label=t(FIGURES_BY_MONTH)
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
fn table(figures: &Figures, base: Base) -> AnyView {
    let rows = figures
        .by_month
        .iter()
        .map(|month| {
            let tally = &month.tallies[index(base)];
            let opens = Opens::of(figures).over(month.window);
            let share = match Targets::share_of(tally.counted_online, tally.held) {
                Some(share) => link(opens.href(base, What::CountedOnline), text::percent(share)),
                None => t(FIGURES_NOT_COUNTED).into_any(),
            };
            let dates = format!("{} – {}", text::day_month(month.window.from), text::date(month.window.to));
            view! {
                <tr>
                    <th scope="row">{tf(FIGURES_MONTH_LONG, &[("month", &month.month)])}<br/><span class="sub num">{dates}</span></th>
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
                    <th scope="col">{t(FIGURES_MONTH)}</th>
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
