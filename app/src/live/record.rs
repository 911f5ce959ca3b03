//! How the lines held: for each seat when it came, and when and for how long it dropped out. What the report says of
//! interruptions comes from here.

use chrono::{DateTime, TimeDelta, Utc};
use domain::live::{LineRecord, Seat};
use domain::time::Zone;
use leptos::prelude::*;

use super::calls::LineRecords;
use crate::text::keys::*;
use crate::text::{self, t, tf};

/// The record of a meeting that was, or is being, held.
pub(super) fn record(LineRecords { records, now }: &LineRecords) -> impl IntoView + use<> {
    let body = if records.is_empty() {
        view! { <p class="card__body">{t(LIVE_RECORD_EMPTY)}</p> }.into_any()
    } else {
        let rows = records.iter().map(|record| row(record, *now)).collect_view();
        view! {
            <table class="table table--cards">
                <thead><tr>
                    <th scope="col">{t(LIVE_RECORD_SEAT)}</th>
                    <th scope="col">{t(LIVE_RECORD_JOINED)}</th>
                    <th scope="col">{t(LIVE_RECORD_LEFT)}</th>
                    <th scope="col">{t(LIVE_RECORD_MISSING)}</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="card" aria-labelledby="record">
            <header class="card__head"><h2 id="record">{t(LIVE_RECORD)}</h2></header>
            {body}
        </section>
    }
}

fn row(record: &LineRecord, now: DateTime<Utc>) -> impl IntoView + use<> {
    let name = if record.seat == Seat::Hall { t(LIVE_HALL).to_owned() } else { record.name.clone() };
    view! {
        <tr>
            <th scope="row" class="lead">{name}</th>
            <td data-label=t(LIVE_RECORD_JOINED) class="num">{clock(record.joined)}</td>
            <td data-label=t(LIVE_RECORD_LEFT) class="num">{record.left.map(clock).unwrap_or_default()}</td>
            <td data-label=t(LIVE_RECORD_MISSING)>{missing(record, now)}</td>
        </tr>
    }
}

/// Never, or how often, how long in all, and each time from when to when.
fn missing(record: &LineRecord, now: DateTime<Utc>) -> String {
    if record.drop_outs.is_empty() {
        return t(LIVE_RECORD_NEVER).to_owned();
    }
    let times: Vec<String> = record
        .drop_outs
        .iter()
        .map(|out| match out.until {
            Some(until) => format!("{}–{}", clock(out.since), clock(until)),
            None => tf(LIVE_RECORD_SINCE, &[("time", &clock(out.since))]),
        })
        .collect();
    let numbers = [("n", &record.drop_outs.len() as &dyn std::fmt::Display)];
    format!("{}, {}: {}", tf(LIVE_RECORD_TIMES, &numbers), length(record.missing(now)), times.join(", "))
}

/// Whole minutes, and seconds below one.
fn length(time: TimeDelta) -> String {
    match time.num_minutes() {
        0 => tf(LIVE_RECORD_SECONDS, &[("n", &time.num_seconds())]),
        minutes => tf(LIVE_RECORD_MINUTES, &[("n", &minutes)]),
    }
}

fn clock(at: DateTime<Utc>) -> String {
    text::time(Zone::VIETNAM.local(at).time())
}
