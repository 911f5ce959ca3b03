//! Pages rendered on the server against the same queries without a page: processor time of one request.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use super::client::{self, Client};
use super::report::{Report, millis_of};
use super::service::Service;
use super::{Bench, OFFICER, PASSWORD, Prepared, SECRETARY, process};
use crate::workspace::say;

/// Connections at once: what keeps two cores busy, half of which the clients need.
const CONNECTIONS: u32 = 4;
/// Requests before the count begins.
const WARM_UP: u32 = 200;
/// At a millisecond each this is some hundred ticks of the clock that processor time is read from.
pub(super) const REQUESTS: u32 = 3000;
/// Aim for a page of ten agenda items.
const MEETING_AT_MOST: Duration = Duration::from_micros(1500);

/// What a page costs.
pub(super) struct Cost {
    pub(super) cpu: Duration,
    pub(super) median: Duration,
    pub(super) slow: Duration,
    pub(super) per_second: f64,
    pub(super) bytes: u64,
}

/// Loads one page and reads the server's clock before and after.
pub(super) fn cost(service: &Service, cookie: &str, path: &str, requests: u32) -> Result<Cost> {
    client::load(service.address, cookie, path, CONNECTIONS, WARM_UP.min(requests))?;
    let before = process::cpu(service.process())?;
    let load = client::load(service.address, cookie, path, CONNECTIONS, requests)?;
    let cpu = (process::cpu(service.process())? - before) / load.requests;
    let bytes = Client::connect(service.address, cookie)?.count(path)?;
    let per_second = f64::from(load.requests) / load.wall.as_secs_f64();
    Ok(Cost { cpu, median: load.median, slow: load.slow, per_second, bytes })
}

/// Processor time of one turn of `bare`.
pub(super) fn bare(bench: &Bench, data: &Path, words: &[&str]) -> Result<Duration> {
    let answer = bench.bare(data, words)?;
    let found = answer["found"].as_u64().unwrap_or(0);
    anyhow::ensure!(found > 0, "bare {words:?} found nothing to measure");
    Ok(Duration::from_nanos(answer["cpu_ns"].as_u64().context("bare tells no time")?))
}

pub(super) fn measure(
    bench: &Bench,
    service: &Service,
    data: &Path,
    prepared: &Prepared,
    report: &mut Report,
) -> Result<()> {
    say("a meeting's page");
    let secretary = Client::sign_in(service.address, SECRETARY, PASSWORD)?;
    let page = cost(service, secretary.cookie(), &prepared.meeting, REQUESTS)?;
    let id = prepared.meeting.rsplit('/').next().unwrap_or_default();
    let query = bare(bench, data, &["meeting", &REQUESTS.to_string(), id])?;
    let name = "Meeting with ten agenda items, rendered on the server, CPU a request";
    report.ratio(
        name,
        millis_of(page.cpu),
        &format!("{}, its queries bare", millis_of(query)),
        page.cpu,
        query,
    );
    report.aim(name, millis_of(page.cpu), &millis_of(MEETING_AT_MOST), page.cpu <= MEETING_AT_MOST);
    told(report, "Meeting", &page);

    say("the figures' page");
    let officer = Client::sign_in(service.address, OFFICER, PASSWORD)?;
    let page = cost(service, officer.cookie(), &bench.figures_page(prepared), REQUESTS / 3)?;
    let count = (REQUESTS / 3).to_string();
    let query = bare(bench, data, &["figures", &count, &prepared.agency, &bench.period])?;
    report.ratio(
        "Figures of the province for a year, the demo's meetings, CPU a request",
        millis_of(page.cpu),
        &format!("{}, their queries bare", millis_of(query)),
        page.cpu,
        query,
    );
    told(report, "Figures", &page);
    Ok(())
}

/// What the clients saw.
pub(super) fn told(report: &mut Report, name: &str, page: &Cost) {
    report.note(
        &format!("{name}: page seen from {CONNECTIONS} connections on the same machine"),
        format!(
            "{:.1} KB of HTML, {:.0} a second, half within {:.1} ms, 95 % within {:.1} ms",
            page.bytes as f64 / 1000.0,
            page.per_second,
            page.median.as_secs_f64() * 1000.0,
            page.slow.as_secs_f64() * 1000.0,
        ),
    );
}
