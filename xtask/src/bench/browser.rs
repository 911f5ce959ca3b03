//! The first load in a real Chromium: how much comes over the line, and when a weak tablet shows something.
//! The loads themselves are `end2end/bench.mjs`.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::Client;
use super::report::Report;
use super::service::Service;
use super::{PASSWORD, Prepared, SECRETARY};
use crate::setup;
use crate::workspace::{node, output, say};

/// Cold loads of each page on the weak line; the median counts.
const ROUNDS: u32 = 5;
/// Budgets of a first load, as it comes over the line.
const WASM_AT_MOST: u64 = 350_000;
const WITHOUT_FONTS_AT_MOST: u64 = 500_000;
const REQUESTS_AT_MOST: u64 = 10;
/// Aim for the first paint.
const PAINT_WITHIN_MS: f64 = 2000.0;

pub(super) fn measure(service: &Service, prepared: &Prepared, report: &mut Report) -> Result<()> {
    say("first loads in Chromium");
    let secretary = Client::sign_in(service.address, SECRETARY, PASSWORD)?;
    let asked = json!({
        "address": format!("http://{}", service.address),
        "cookie": secretary.cookie(),
        "rounds": ROUNDS,
        "pages": [{ "name": "Home", "path": "/" }, { "name": "Meeting", "path": prepared.meeting }],
    });
    let mut script = node()?;
    script.arg("end2end/bench.mjs").env("PHIEN_BENCH", asked.to_string());
    let printed = output(script.env("PHIEN_CHROMIUM", setup::chromium()?))?;
    let seen: Value = serde_json::from_str(&printed).context("reading what the browser saw")?;
    report.browser(seen["browser"].as_str().unwrap_or("unknown"));
    for page in seen["results"].as_array().context("the browser saw no page")? {
        one(page, report)?;
    }
    Ok(())
}

fn one(page: &Value, report: &mut Report) -> Result<()> {
    let name = page["name"].as_str().context("a page without a name")?;
    let sizes = page["sizes"].as_object().context("a page without sizes")?;
    let size = |kind: &str| sizes.get(kind).and_then(Value::as_u64).unwrap_or(0);
    let all: u64 = sizes.values().filter_map(Value::as_u64).sum();
    let (wasm, fonts) = (size("wasm"), size("fonts"));
    let paint = page["paint"].as_f64().context("a page without a first paint")?;
    let answers = page["answers"].as_f64().context("a page that never answered")?;
    let to_paint = page["requestsToPaint"].as_u64().context("a page without requests")?;

    report.aim(
        &format!("{name}: cold first paint, CPU 4× slower, 1.6 Mbit/s, 150 ms"),
        format!("{:.2} s", paint / 1000.0),
        "2 s",
        paint <= PAINT_WITHIN_MS,
    );
    report.aim(
        &format!("{name}: requests to a readable page"),
        to_paint.to_string(),
        &REQUESTS_AT_MOST.to_string(),
        to_paint <= REQUESTS_AT_MOST,
    );
    report.aim(&format!("{name}: module (wasm, brotli)"), kb(wasm), &kb(WASM_AT_MOST), wasm <= WASM_AT_MOST);
    report.aim(
        &format!("{name}: first load without fonts"),
        kb(all - fonts),
        &kb(WITHOUT_FONTS_AT_MOST),
        all - fonts <= WITHOUT_FONTS_AT_MOST,
    );
    let parts: Vec<String> = sizes
        .iter()
        .filter_map(|(kind, bytes)| {
            bytes.as_u64().filter(|bytes| *bytes > 0).map(|bytes| format!("{kind} {}", kb(bytes)))
        })
        .collect();
    let requests = page["requests"].as_u64().unwrap_or(0);
    report.note(&format!("{name}: first load, {requests} requests in all"), parts.join(", "));
    report.note(
        &format!("{name}: answers to a press, same weak tablet and line"),
        format!("{:.1} s; single first paints {} ms", answers / 1000.0, page["paints"]),
    );
    Ok(())
}

fn kb(bytes: u64) -> String {
    format!("{:.1} KB", bytes as f64 / 1000.0)
}
