//! `cargo xtask bench`: what the program costs, beside what the same work costs bare, in one run on one machine.
//! Writes `docs/benchmarks.md`. Figures of different runs are not to be compared; ratios within one are.

mod browser;
mod client;
mod history;
pub(crate) mod media;
mod meeting;
mod pages;
mod papers;
mod process;
mod report;
mod service;
pub(crate) mod siege;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::build::{self, Built, Profile};
use crate::workspace::{output, run, say, target_dir};
use client::Client;
use report::Report;
use service::{Folder, Service, phien};

/// A secretary of the demo: sees the meeting that is measured, with all that can be done to it.
const SECRETARY: &str = "thuky1.vpub";
/// Who answers for the figures of the whole province.
const OFFICER: &str = "baocao.snv";
/// The password of the demo's people.
const PASSWORD: &str = "hop-khong-giay";
/// How long a program is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(10);

/// What the measurements share.
struct Bench {
    built: Built,
    /// The ports without pages: `xtask/bare`.
    bare: PathBuf,
    folder: Folder,
    /// Last year, all of it held, as a code of the figures' address.
    period: String,
}

/// What `bare prepare` made.
struct Prepared {
    meeting: String,
    paper: String,
    file: PathBuf,
    agency: String,
}

/// Builds a release, measures everything, writes the report and says what misses its aim.
pub(crate) fn bench() -> Result<()> {
    let machine = process::machine()?;
    let built = build::build(Profile::Release)?;
    let bare = build::bare()?;
    let year = output(Command::new("date").arg("+%Y"))?.trim().parse::<u32>().context("this year")?;
    let bench =
        Bench { built, bare, folder: Folder::new(&target_dir()?)?, period: format!("c-{}", year - 1) };
    let mut report = Report::new(machine);

    let data = bench.folder.join("demo");
    run(phien(&bench.built, &data).arg("demo"))?;
    let prepared = bench.prepare(&data)?;
    let service = Service::phien(&bench.built, &data)?;
    bench.memory(&service, &prepared, &mut report)?;
    pages::measure(&bench, &service, &data, &prepared, &mut report)?;
    papers::measure(&bench, &service, &prepared, &mut report)?;
    browser::measure(&service, &prepared, &mut report)?;
    drop(service);
    history::measure(&bench, &data, &prepared, &mut report)?;

    report.write()
}

impl Bench {
    fn prepare(&self, data: &std::path::Path) -> Result<Prepared> {
        let made = self.bare(data, &["prepare"])?;
        let text = |name: &str| {
            let text = made[name].as_str().with_context(|| format!("`bare prepare` names no {name}"));
            text.map(str::to_owned)
        };
        Ok(Prepared {
            meeting: format!("/meetings/{}", text("meeting")?),
            paper: format!("/papers/{}/file", text("paper")?),
            file: PathBuf::from(text("file")?),
            agency: text("agency")?,
        })
    }

    /// Runs the ports without pages and gives what they print.
    fn bare(&self, data: &std::path::Path, words: &[&str]) -> Result<serde_json::Value> {
        let printed = output(Command::new(&self.bare).arg(data).args(words))?;
        serde_json::from_str(&printed).with_context(|| format!("bare {words:?} printed {printed:?}"))
    }

    fn figures_page(&self, prepared: &Prepared) -> String {
        format!("/figures?agency={}&scope=subtree&period={}", prepared.agency, self.period)
    }

    /// Memory of a program that nobody uses, and of one after a first round of its pages.
    fn memory(&self, service: &Service, prepared: &Prepared, report: &mut Report) -> Result<()> {
        say("memory");
        std::thread::sleep(IDLE);
        let at_start = process::pss_kib(service.process())?;
        let mut client = Client::sign_in(service.address, SECRETARY, PASSWORD)?;
        let figures = self.figures_page(prepared);
        let paths = [
            "/",
            "/calendar",
            "/meetings",
            &prepared.meeting,
            &figures,
            "/papers",
            "/meetings/new",
            "/search",
        ];
        for path in paths {
            let page = client.page(path)?;
            ensure!(page.contains("</html>"), "{path} is not whole");
        }
        std::thread::sleep(IDLE);
        let after_pages = process::pss_kib(service.process())?;
        let mib = |kib: u64| kib as f64 / 1024.0;
        let seconds = IDLE.as_secs();
        report.aim(
            &format!("Memory, idle for {seconds} s after the start"),
            format!("{:.1} MiB", mib(at_start)),
            "40 MiB",
            at_start <= 40 * 1024,
        );
        report.aim(
            &format!(
                "Memory, idle for {seconds} s after a first round of {} pages and a sign-in",
                paths.len()
            ),
            format!("{:.1} MiB", mib(after_pages)),
            "40 MiB",
            after_pages <= 40 * 1024,
        );
        report.note("Start of the program to its first answer", format!("{} ms", service.start.as_millis()));
        Ok(())
    }
}
