//! All sites' rehearsals on one page, for those who direct the meeting: what is not ready comes first.

use chrono::{DateTime, Utc};
use domain::ids::MeetingId;
use domain::live::Seat;
use domain::live::rehearsal::{Last, Rehearsed, Tried, Verdict};
use domain::time::Zone;
use leptos::prelude::*;

use super::super::calls::Readiness;
use super::super::table::Table;
use super::page::lamp;
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::ui::Icon;

/// Reads what was tried again when the meeting's state has changed, and over a new line, for nobody knows what was missed;
/// one question at a time.
pub(super) fn follow(id: MeetingId, table: Table, tried: RwSignal<Readiness>) {
    #[cfg(feature = "hydrate")]
    {
        let (is_asking, is_behind) = (StoredValue::new(false), StoredValue::new(false));
        Effect::new(move |before: Option<Option<(u64, Option<u32>)>>| {
            let version = table.state.with(|state| state.as_ref().map(|state| (state.version, table.turn())));
            // The page came with what was tried until then.
            if before.flatten().is_none() || before.flatten() == version {
                return version;
            }
            is_behind.set_value(true);
            if is_asking.try_update_value(|is_asking| std::mem::replace(is_asking, true)) == Some(false) {
                leptos::task::spawn_local(async move {
                    while is_behind.try_update_value(std::mem::take) == Some(true) {
                        if let Ok(newer) = super::super::calls::rehearsals(id).await {
                            tried.try_set(newer);
                        }
                    }
                    is_asking.try_set_value(false);
                });
            }
            version
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (id, table, tried);
}

pub(super) fn overview(table: Table, tried: RwSignal<Readiness>) -> impl IntoView {
    let shown = move || {
        tried.with(|tried| {
            // Delegates come to the hall, unless they have tried from elsewhere.
            let counts = |one: &&Rehearsed| !matches!(one.seat, Seat::Person(_)) || one.last.is_some();
            let mut seats: Vec<Rehearsed> = tried.seats.iter().filter(counts).cloned().collect();
            seats.sort_by_key(|one| std::cmp::Reverse(rank(one)));
            let rows = seats.iter().map(|one| row(table, one, tried.now)).collect_view();
            let ready = seats.iter().filter(|one| verdict(one) == Some(Verdict::Good)).count();
            let counted = tf(REHEARSAL_READY, &[("n", &ready), ("m", &seats.len())]);
            (rows, counted)
        })
    };
    let body = move || {
        let (rows, counted) = shown();
        view! {
            <header class="card__head"><h2 id="all-tried">{t(REHEARSAL_ALL)}</h2><span class="hint" role="status">{counted}</span></header>
            <table class="table table--cards">
                <thead><tr>
                    <th scope="col">{t(LIVE_RECORD_SEAT)}</th>
                    <th scope="col">{t(REHEARSAL_STATE)}</th>
                    <th scope="col">{t(REHEARSAL_DEVICES)}</th>
                    <th scope="col">{t(REHEARSAL_LINE)}</th>
                    <th scope="col">{t(REHEARSAL_WHEN)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
    };
    view! { <section class="card tried__all" aria-labelledby="all-tried">{body}</section> }
}

fn verdict(one: &Rehearsed) -> Option<Verdict> {
    one.last.as_ref().map(|last| last.what.verdict())
}

/// Who has not tried at all may have trouble that nobody knows of; only a trial that failed is more urgent.
fn rank(one: &Rehearsed) -> u8 {
    match verdict(one) {
        Some(Verdict::Bad) => 3,
        None => 2,
        Some(Verdict::Weak) => 1,
        Some(Verdict::Good) => 0,
    }
}

fn row(table: Table, one: &Rehearsed, now: DateTime<Utc>) -> impl IntoView + use<> {
    let name = if one.seat == Seat::Hall { t(LIVE_HALL).to_owned() } else { one.name.clone() };
    let seat = one.seat;
    let (class, icon) = lamp(verdict(one));
    let word = t(match verdict(one) {
        None => REHEARSAL_UNTRIED,
        Some(Verdict::Good) => REHEARSAL_IS_READY,
        Some(Verdict::Weak) => REHEARSAL_IS_WEAK,
        Some(Verdict::Bad) => REHEARSAL_IS_BAD,
    });
    let is_here = move || table.kept(seat).is_some_and(|kept| kept.is_connected);
    let here = move || is_here().then(|| view! { <span class="hint">{t(REHEARSAL_IS_HERE)}</span> });
    let of = |words: fn(&Last) -> String| one.last.as_ref().map(words).unwrap_or_default();
    let when = one.last.as_ref().map(|last| when(last, now)).unwrap_or_default();
    view! {
        <tr>
            <th scope="row" class="lead">{name}" "{here}</th>
            <td data-label=t(REHEARSAL_STATE)><span class="tried__state"><span class=class><Icon name=icon/></span>{word}</span></td>
            <td data-label=t(REHEARSAL_DEVICES)>{of(of_devices)}</td>
            <td data-label=t(REHEARSAL_LINE)>{of(|last| last.what.line.as_ref().map(of_line).unwrap_or_default())}</td>
            <td data-label=t(REHEARSAL_WHEN)>{when}</td>
        </tr>
    }
}

/// What is missing of camera, microphone and loudspeaker; or that nothing is.
fn of_devices(last: &Last) -> String {
    let missing: Vec<&str> = [
        (!last.what.camera, REHEARSAL_NO_CAMERA),
        (!last.what.microphone, REHEARSAL_NO_VOICE),
        (last.what.speaker == Some(false), REHEARSAL_NO_SOUND),
        (last.what.speaker.is_none(), REHEARSAL_SOUND_UNTRIED),
    ]
    .into_iter()
    .filter(|(is_missing, _): &(bool, Text)| *is_missing)
    .map(|(_, word)| t(word))
    .collect();
    if missing.is_empty() { t(REHEARSAL_DEVICES_GOOD).to_owned() } else { missing.join(", ") }
}

/// A line in figures.
pub(super) fn of_line(line: &Tried) -> String {
    let kilobits = |bits: u64| text::number(i64::try_from(bits / 1000).unwrap_or(i64::MAX));
    let way = if line.is_tcp { "TCP" } else { "UDP" };
    let carried = tf(
        REHEARSAL_FIGURES,
        &[
            ("way", &way),
            ("up", &kilobits(line.up_bps)),
            ("down", &kilobits(line.down_bps)),
            ("loss", &text::permille(line.loss_permille.into())),
        ],
    );
    match line.round_trip_ms {
        Some(ms) => format!("{carried}, {}", tf(REHEARSAL_TRIP, &[("n", &ms)])),
        None => carried,
    }
}

fn when(last: &Last, now: DateTime<Utc>) -> String {
    let (at, today) = (Zone::VIETNAM.local(last.at), Zone::VIETNAM.local(now).date());
    let time = if at.date() == today { text::time(at.time()) } else { text::moment(at) };
    if last.by.is_empty() { time } else { format!("{time}, {}", last.by) }
}
