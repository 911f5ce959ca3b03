//! What the two targets become with this meeting: figures before and after, in words and on the scale. Compared as exact
//! fractions; the picture alone is rounded.

use domain::meetings::{BaseShift, Shift, TargetsCheck};
use domain::targets::Fraction;
use leptos::prelude::*;

use crate::meetings::words;
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::ui::{Badge, BadgeTone, Delta, Icon};

/// The scale shows so many tenths of a percent on either side of the target.
const SPREAD_PERMILLE: i64 = 50;

/// Share and reduction in both bases, and the way online when it helps.
pub(super) fn targets(check: &TargetsCheck) -> impl IntoView + use<> {
    let share = check.targets.share;
    let falls = |after: Option<Fraction>, target| after.is_some_and(|after| !after.reaches(target));
    let counted = || check.bases.iter().filter(|base| base.counts_it);
    let is_short = counted()
        .any(|base| falls(base.share.after, share) || falls(base.reduction.after, check.targets.reduction));
    let short_of_share = counted().find(|base| falls(base.share.after, share));
    let online = short_of_share.and_then(|base| base.share.after_online).map(|after| {
        let verdict = t(if after.reaches(share) { COMPOSER_REACHES_WORD } else { COMPOSER_FALLS_WORD });
        let words =
            tf(COMPOSER_MAKE_ONLINE, &[("share", &text::percent(after, share)), ("verdict", &verdict)]);
        view! {
            <div class="slots">
                <button class="slot" name="then" value="make_online"><Icon name="video"/>{words}</button>
            </div>
        }
    });
    let bases = check.bases.iter().map(|base| of_base(base, check)).collect_view();
    let source = tf(COMPOSER_TARGETS_SOURCE, &[("source", &check.targets.source)]);
    view! {
        <section class=if is_short { "check is-missed" } else { "check is-met" }>
            <h3 class="check__head"><Icon name="chart-column"/>{t(COMPOSER_TARGETS)}</h3>
            {bases}
            {online}
            <p class="src">{source}</p>
        </section>
    }
}

/// Both figures of a base; of one that does not count this meeting, that they stay as they are.
fn of_base(shift: &BaseShift, check: &TargetsCheck) -> AnyView {
    let base = words::base(shift.base);
    let (share, reduction) = (check.targets.share, check.targets.reduction);
    if !shift.counts_it {
        let now = |of: Shift, target| match of.after {
            Some(after) => text::percent(after, target),
            None => t(COMPOSER_NOT_COUNTED).to_owned(),
        };
        let figures = [now(shift.share, share), now(shift.reduction, reduction)];
        let words =
            tf(COMPOSER_BASE_SAME, &[("base", &base), ("share", &figures[0]), ("reduction", &figures[1])]);
        return view! { <p>{words}</p> }.into_any();
    }
    let labels = [
        tf(COMPOSER_SHARE, &[("base", &base)]),
        tf(COMPOSER_REDUCTION, &[("year", &check.previous_year), ("base", &base)]),
    ];
    let [of_share, of_reduction] = labels;
    view! {
        {one(of_share, shift.share, share, COMPOSER_SHARE_NONE)}
        {one(of_reduction, shift.reduction, reduction, COMPOSER_REDUCTION_NONE)}
    }
    .into_any()
}

fn one(label: String, shift: Shift, target: Fraction, none: Text) -> AnyView {
    let Some(after) = shift.after else {
        return view! { <div class="gauge"><p class="gauge__lab">{label}</p><p>{t(none)}</p></div> }
            .into_any();
    };
    let is_met = after.reaches(target);
    let before = shift.before;
    let percent = |of| text::percent(of, target);
    let (before_words, after_words, target_words) = (before.map(percent), percent(after), percent(target));
    let badge = if is_met {
        view! { <Badge tone=BadgeTone::Met text=t(COMPOSER_REACHES)/> }
    } else {
        view! { <Badge tone=BadgeTone::Missed text=t(COMPOSER_FALLS)/> }
    };
    let verdict = t(if is_met { COMPOSER_REACHES_WORD } else { COMPOSER_FALLS_WORD });
    let unknown = t(COMPOSER_NOT_COUNTED).to_owned();
    let sentence = tf(
        COMPOSER_SHIFT,
        &[
            ("label", &label),
            ("before", before_words.as_ref().unwrap_or(&unknown)),
            ("after", &after_words),
            ("target", &target_words),
            ("verdict", &verdict),
        ],
    );
    let ends = [
        text::permille(target.permille_shown(target) - SPREAD_PERMILLE),
        tf(COMPOSER_TARGET, &[("target", &target_words)]),
        text::permille(target.permille_shown(target) + SPREAD_PERMILLE),
    ];
    let from = before_words.map(|before| {
        view! { <span class="gauge__from num">{before}<Icon name="arrow-right"/></span> }
    });
    view! {
        <div class="gauge">
            <p class="gauge__lab">{label}</p>
            <p class="gauge__top">{from}<span class="gauge__v num">{after_words}</span>{badge}</p>
            <Delta
                before=place(before.unwrap_or(after), target)
                after=place(after, target)
                is_met
                ends
                sentence
            />
        </div>
    }
    .into_any()
}

/// Where a figure stands on the stretch around the target, in hundredths.
fn place(figure: Fraction, target: Fraction) -> f64 {
    let steps = figure.permille_shown(target) - target.permille_shown(target) + SPREAD_PERMILLE;
    let steps = steps.clamp(0, 2 * SPREAD_PERMILLE);
    f64::from(i32::try_from(steps).unwrap_or_default()) * 100.0 / f64::from(2 * SPREAD_PERMILLE as i32)
}
