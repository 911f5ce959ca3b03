//! Meters: the length in half-days, a figure against its target, before and after. Each is also one spoken sentence.
//! They draw; whether a target is met is decided with exact integers before it comes here.

use leptos::prelude::*;

/// One block of the duration meter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its words, such as "Sáng 16/6".
    pub text: String,
    /// Whether the meeting takes it.
    pub is_taken: bool,
}

/// A block per half-day, with the limit's mark after so many.
#[component]
pub fn DurationMeter(
    /// The blocks in order, free ones up to the limit at the end.
    blocks: Vec<Block>,
    /// The limit in blocks.
    limit: usize,
    /// The whole in one sentence, for those who hear it.
    #[prop(into)]
    sentence: String,
    /// The line above: length, limit, badge.
    children: Children,
) -> impl IntoView {
    let count = blocks.len();
    let mut parts: Vec<AnyView> = Vec::with_capacity(count + 1);
    let mark = || view! { <span class="dmeter__limit"></span> }.into_any();
    for (place, block) in blocks.into_iter().enumerate() {
        if place == limit {
            parts.push(mark());
        }
        let class = match (block.is_taken, place >= limit) {
            (true, true) => "dmeter__b is-over",
            (true, false) => "dmeter__b is-on",
            (false, _) => "dmeter__b",
        };
        parts.push(view! { <span class=class>{block.text}</span> }.into_any());
    }
    if count <= limit {
        parts.push(mark());
    }
    view! {
        <div class="dmeter">
            <p class="dmeter__top">{children()}</p>
            <div class="dmeter__track" role="img" aria-label=sentence>{parts}</div>
        </div>
    }
}

/// A figure on its scale with the target's tick.
#[component]
pub fn Gauge(
    /// What is measured.
    #[prop(into)]
    label: String,
    /// The figure as written, such as "64,1 %".
    #[prop(into)]
    value: String,
    /// Where the fill ends, in hundredths of the scale.
    fill: f64,
    /// Where the target's tick stands, in hundredths of the scale.
    target: f64,
    /// The target as written.
    #[prop(into)]
    target_text: String,
    /// Whether the target is met.
    is_met: bool,
    /// The whole in one sentence, for those who hear it.
    #[prop(into)]
    sentence: String,
    /// The badge.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=if is_met { "gauge" } else { "gauge gauge--missed" }>
            <p class="gauge__lab">{label}</p>
            <p class="gauge__top">
                <span class="gauge__v num">{value}</span>
                {children.map(|children| children())}
            </p>
            <div class="gauge__track" role="img" aria-label=sentence>
                <div class="gauge__fill" style=format!("--v:{}", fill.clamp(0.0, 100.0))></div>
                <div class="gauge__target" style=format!("--t:{}", target.clamp(0.0, 100.0))>
                    <span>{target_text}</span>
                </div>
            </div>
        </div>
    }
}

/// Before and after on a stretch of the scale around the target.
#[component]
pub fn Delta(
    /// Where it stood, in hundredths of the stretch.
    before: f64,
    /// Where it stands then.
    after: f64,
    /// Where the target stands.
    #[prop(default = 50.0)]
    target: f64,
    /// Whether the target is met afterwards.
    is_met: bool,
    /// The stretch's first figure, the target, the last figure, as written.
    ends: [String; 3],
    /// The whole in one sentence, for those who hear it.
    #[prop(into)]
    sentence: String,
) -> impl IntoView {
    let [first, middle, last] = ends;
    let style = format!("--v:{};--w:{};--t:{target}", after.clamp(0.0, 100.0), before.clamp(0.0, 100.0));
    view! {
        <div class=if is_met { "delta" } else { "delta delta--missed" } style=style role="img" aria-label=sentence>
            <span class="delta__zone"></span>
            <span class="delta__move"></span>
            <span class="delta__was"></span>
            <span class="delta__now"></span>
            <span class="delta__ends">
                <span>{first}</span>
                <span class="delta__t">{middle}</span>
                <span>{last}</span>
            </span>
        </div>
    }
}
