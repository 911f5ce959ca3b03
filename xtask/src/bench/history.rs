//! Figures over 100,000 meetings of the past, against the port without a page and against the bare SQL.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::client::Client;
use super::pages::{bare, cost, told};
use super::report::{Report, millis_of};
use super::service::{Service, phien};
use super::{Bench, OFFICER, PASSWORD, Prepared};
use crate::workspace::{root, run, say};

/// As many as a province holds in a decade.
const MEETINGS: u64 = 100_000;
/// As many as a file may hold.
const ROWS_OF_A_FILE: usize = 10_000;
/// Each takes tens of milliseconds.
const REQUESTS: u32 = 200;
/// Kinds with their limits' lengths, so that some of the longer ones go over.
const KINDS: [&str; 6] = ["briefing", "working", "professional", "review", "thematic", "advisory"];
/// When a sitting is; the last one touches two sessions.
const HOURS: [&str; 4] = ["T07:30/11:30", "T08:00/10:00", "T13:30/17:00", "T07:30/17:00"];

pub(super) fn measure(bench: &Bench, data: &Path, prepared: &Prepared, report: &mut Report) -> Result<()> {
    say(&format!("figures over {MEETINGS} meetings"));
    let all = meetings(&bench.period)?;
    let (head, rows) = all.split_once('\n').context("a file without rows")?;
    let rows: Vec<&str> = rows.lines().collect();
    let mut took = Duration::ZERO;
    for (number, rows) in rows.chunks(ROWS_OF_A_FILE).enumerate() {
        let file = bench.folder.join(&format!("meetings-{number}.csv"));
        fs::write(&file, format!("{head}\n{}\n", rows.join("\n")))
            .context("writing the meetings to import")?;
        let begin = Instant::now();
        run(phien(&bench.built, data).args(["import", "meetings"]).arg(&file))?;
        took += begin.elapsed();
    }
    report.note(
        &format!("Import of {MEETINGS} meetings from files of {ROWS_OF_A_FILE}, each all or nothing"),
        format!("{:.1} s", took.as_secs_f64()),
    );

    let service = Service::phien(&bench.built, data)?;
    let officer = Client::sign_in(service.address, OFFICER, PASSWORD)?;
    let page = cost(&service, officer.cookie(), &bench.figures_page(prepared), REQUESTS)?;
    drop(service);
    let count = REQUESTS.to_string();
    let words = |verb| [verb, count.as_str(), prepared.agency.as_str(), bench.period.as_str()];
    let port = bare(bench, data, &words("figures"))?;
    let sql = bare(bench, data, &words("sql"))?;
    let name = format!("Figures of the province for a year, {MEETINGS} meetings in all, CPU");
    report.ratio(
        &format!("{name}: page"),
        millis_of(page.cpu),
        &format!("{}, the bare SQL", millis_of(sql)),
        page.cpu,
        sql,
    );
    report.ratio(
        &format!("{name}: port"),
        millis_of(port),
        &format!("{}, the bare SQL", millis_of(sql)),
        port,
        sql,
    );
    told(report, &format!("Figures over {MEETINGS} meetings"), &page);
    Ok(())
}

/// A file as offices send it: spread evenly over three years and over every agency, with all forms and endings.
fn meetings(period: &str) -> Result<String> {
    let year: i32 = period.trim_start_matches("c-").parse().context("the year of the figures")?;
    let mut agencies = Vec::new();
    for name in ["agencies.csv", "communes.csv"] {
        let file = root()?.join("server/backend/data").join(name);
        let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        agencies.extend(text.lines().skip(1).filter_map(|line| line.split(',').next().map(str::to_owned)));
    }
    let mut file = "agency,title,kind,form,sittings,status,role,counterpart,sites_connected\n".to_owned();
    for number in 0..MEETINGS {
        // A step that shares no factor with the rest runs through every combination.
        let turn = |of: usize, step: u64| (number * step / 7) as usize % of;
        let agency = &agencies[number as usize % agencies.len()];
        let (form, sites) =
            [("in_person", 0), ("online", 0), ("hybrid", 3), ("online", 2), ("hybrid", 0)][turn(5, 11)];
        let status = if number % 25 == 0 {
            "cancelled"
        } else if number % 40 == 0 {
            "postponed"
        } else {
            "held"
        };
        let role = if number % 9 == 0 { "attended" } else { "organised" };
        let counterpart = ["internal", "communes", "departments", "ministries", "people"][turn(5, 3)];
        let day = number * 3 * 336 / MEETINGS;
        let (year, month, day) = (year - 2 + (day / 336) as i32, day % 336 / 28 + 1, day % 28 + 1);
        let (kind, hours) = (KINDS[turn(6, 5)], HOURS[turn(4, 13)]);
        writeln!(
            file,
            "{agency},Cuộc họp số {number},{kind},{form},{year}-{month:02}-{day:02}{hours},{status},{role},{counterpart},{sites}"
        )?;
    }
    Ok(file)
}
