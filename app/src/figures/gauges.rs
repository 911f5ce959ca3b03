//! The two targets: share and reduction, both bases together, each figure a link to what it counts.

use domain::count::{Base, What};
use domain::figures::{BaseFigures, Figures, Previous, PreviousSource};
use domain::targets::Fraction;
use leptos::prelude::*;

use super::links::{Opens, link};
use super::query::Asked;
use super::verdict::Verdict;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::Badge;

/// The bases in the order in which they are read: the wide one, then the narrow one.
pub(super) const BASES: [Base; 2] = [Base::All, Base::Conferences];

/// The name of a base.
pub(super) fn base_name(base: Base) -> &'static str {
    match base {
        Base::All => t(FIGURES_BASE_ALL),
        Base::Conferences => t(FIGURES_BASE_CONFERENCES),
    }
}

/// One figure on its scale.
struct Gauge {
    label: &'static str,
    value: AnyView,
    counts: AnyView,
    verdict: Verdict,
    /// The verdict in words.
    word: &'static str,
    /// Where the fill and the tick stand, in hundredths of the scale; for show only.
    fill: f64,
    tick: f64,
    target: String,
    sentence: String,
}

/// Share of online meetings.
pub(super) fn share(figures: &Figures, asked: &Asked) -> AnyView {
    let (target, opens) = (figures.targets.share, Opens::of(figures, asked));
    let gauges = BASES.map(|base| share_of(figures, &opens, base).draw()).into_iter().collect_view();
    card(t(FIGURES_SHARE), target, gauges.into_any())
}

/// Reduction against the year before.
pub(super) fn reduction(figures: &Figures, asked: &Asked) -> AnyView {
    let (target, opens) = (figures.targets.reduction, Opens::of(figures, asked));
    let gauges = BASES.map(|base| reduction_of(figures, &opens, base).draw()).into_iter().collect_view();
    card(t(FIGURES_REDUCTION), target, gauges.into_any())
}

fn card(title: &'static str, target: Fraction, gauges: AnyView) -> AnyView {
    view! {
        <section class="card">
            <header class="card__head">
                <h2>{title}</h2>
                <span class="hint">{tf(FIGURES_AT_LEAST, &[("target", &text::percent(target, target))])}</span>
            </header>
            {gauges}
        </section>
    }
    .into_any()
}

fn share_of(figures: &Figures, opens: &Opens, base: Base) -> Gauge {
    let BaseFigures { tally, share, share_met, .. } = figures.base(base);
    let target = figures.targets.share;
    let verdict = Verdict::of(*share, *share_met, target);
    let counts = view! {
        {opens.count(base, What::CountedOnline, tally.counted_online)}
        "/"
        {opens.count(base, What::Held, tally.held)}
    };
    let value = match share {
        Some(share) => link(opens.href(base, What::CountedOnline), text::percent(*share, target)),
        None => t(FIGURES_NONE_HELD).into_any(),
    };
    Gauge {
        label: base_name(base),
        value,
        counts: counts.into_any(),
        verdict,
        word: t(verdict.word(figures.has_ended)),
        fill: share.map_or(0.0, |share| hundredths(share, target)),
        tick: hundredths(target, target),
        target: text::percent(target, target),
        sentence: sentence(
            base,
            share.map(|share| text::percent(share, target)),
            t(verdict.word(figures.has_ended)),
        ),
    }
}

fn reduction_of(figures: &Figures, opens: &Opens, base: Base) -> Gauge {
    let BaseFigures { tally, previous, held_compared, reduction, reduction_met, .. } = figures.base(base);
    let target = figures.targets.reduction;
    let verdict = Verdict::of(*reduction, *reduction_met, target);
    let now_href =
        if *held_compared == tally.held { opens.href(base, What::Held) } else { opens.compared_href(base) };
    let between = if *held_compared > previous.held { t(FIGURES_UP_TO) } else { t(FIGURES_DOWN_TO) };
    let counts = match previous.source {
        PreviousSource::None => ().into_any(),
        _ => view! {
            {before(previous, &opens.over(figures.window.year_before()), base)}
            {format!(" {between} ")}
            {link(now_href.clone(), text::number(*held_compared))}
        }
        .into_any(),
    };
    let value = match reduction {
        Some(reduction) => link(now_href, text::percent(*reduction, target)),
        None if previous.source == PreviousSource::None => t(FIGURES_NO_PREVIOUS).into_any(),
        None => t(FIGURES_NONE_HELD_BEFORE).into_any(),
    };
    // The scale runs to twice the target, as the share's nearly does.
    let fill = |value| (hundredths(value, target) * 50.0 / hundredths(target, target)).clamp(0.0, 100.0);
    let fill = reduction.map_or(0.0, fill);
    Gauge {
        label: base_name(base),
        value,
        counts,
        verdict,
        word: t(verdict.word(figures.has_ended)),
        fill,
        tick: 50.0,
        target: text::percent(target, target),
        sentence: sentence(
            base,
            reduction.map(|value| text::percent(value, target)),
            t(verdict.word(figures.has_ended)),
        ),
    }
}

/// Held the year before: what was counted here opens its meetings; what was entered has none, and leads to its document.
fn before(previous: &Previous, opens: &Opens, base: Base) -> AnyView {
    let own = || opens.count(base, What::Held, previous.held_own);
    let entered = || link("#figures-basis".into(), text::number(previous.held - previous.held_own));
    match previous.source {
        PreviousSource::Own => own(),
        PreviousSource::Mixed => view! {
            {own()}
            " + "
            {entered()}
        }
        .into_any(),
        PreviousSource::Baseline | PreviousSource::None => entered(),
    }
}

fn sentence(base: Base, value: Option<String>, verdict: &str) -> String {
    let value = value.unwrap_or_default();
    format!("{}: {value} {verdict}", base_name(base))
}

/// A position on a scale of a hundred; never compared.
#[expect(clippy::cast_precision_loss, reason = "a position on the screen, at most a thousand")]
pub(super) fn hundredths(value: Fraction, target: Fraction) -> f64 {
    value.permille_shown(target) as f64 / 10.0
}

impl Gauge {
    fn draw(self) -> AnyView {
        let class = if self.verdict == Verdict::Missed { "gauge gauge--missed" } else { "gauge" };
        let is_counted = self.verdict != Verdict::NotCounted;
        let value = if is_counted { "gauge__v num" } else { "fig__why" };
        let track = is_counted.then(|| {
            view! {
                <div class="gauge__track" role="img" aria-label=self.sentence>
                    <div class="gauge__fill" style=format!("--v:{:.2}", self.fill)></div>
                    <div class="gauge__target" style=format!("--t:{:.2}", self.tick)>
                        <span>{self.target}</span>
                    </div>
                </div>
            }
        });
        view! {
            <div class="fig">
                <h3 class="fig__lab">{self.label}</h3>
                <div class=class>
                    <p class="gauge__top">
                        <span class=value>{self.value}</span>
                        <span class="fig__n num">{self.counts}</span>
                        <Badge tone=self.verdict.tone() text=self.word/>
                    </p>
                    {track}
                </div>
            </div>
        }
        .into_any()
    }
}
