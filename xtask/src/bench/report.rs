//! `docs/benchmarks.md`: the figures as tables, with the machine they were taken on. What a person adds under the
//! marker at the end stays when the tool writes the rest again.

use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::workspace::{root, say};

/// Below it the file belongs to people.
const MARKER: &str = "<!-- written by hand from here on -->";

const HEAD: &str = "\
# Benchmarks

Written by `cargo xtask bench`, in one run of a release build, everything on one machine: the server, its clients, the
browser and what it is held against. Times depend on the machine; ratios and aims are what counts. CPU is the server's
own, user and system, read from the system's books before and after a load over connections that stay open. \"Bare\" is
the same release code and database without pages: the program `xtask/bare`.
";

/// The tables as they grow.
pub(crate) struct Report {
    machine: Vec<(&'static str, String)>,
    aims: String,
    ratios: String,
    notes: String,
    missed: Vec<String>,
}

impl Report {
    /// An empty one for a machine.
    pub(crate) fn new(machine: Vec<(&'static str, String)>) -> Self {
        let (aims, ratios, notes) = (String::new(), String::new(), String::new());
        Self { machine, aims, ratios, notes, missed: Vec::new() }
    }

    /// The browser that was driven.
    pub(crate) fn browser(&mut self, version: &str) {
        self.machine.push(("browser", format!("Chromium {version}")));
    }

    /// A figure with an aim.
    pub(crate) fn aim(&mut self, what: &str, measured: String, aim: &str, is_met: bool) {
        let verdict = if is_met { "yes" } else { "**no**" };
        row(&mut self.aims, &[what, &measured, aim, verdict]);
        say(&format!("{what}: {measured} (aim {aim}{})", if is_met { "" } else { ", missed" }));
        if !is_met {
            self.missed.push(format!("{what}: {measured}, aim {aim}"));
        }
    }

    /// A figure beside its bare twin.
    pub(crate) fn ratio(&mut self, what: &str, ours: String, theirs: &str, our: Duration, their: Duration) {
        let ratio = format!("{:.2}", our.as_secs_f64() / their.as_secs_f64().max(f64::MIN_POSITIVE));
        row(&mut self.ratios, &[what, &ours, theirs, &ratio]);
        say(&format!("{what}: {ours} against {theirs}: {ratio}"));
    }

    /// A figure that stands for itself.
    pub(crate) fn note(&mut self, what: &str, measured: String) {
        row(&mut self.notes, &[what, &measured]);
        say(&format!("{what}: {measured}"));
    }

    /// Writes the file and sums up.
    pub(crate) fn write(&self) -> Result<()> {
        let file = root()?.join("docs/benchmarks.md");
        let before = fs::read_to_string(&file).unwrap_or_default();
        let by_hand = before.split_once(MARKER).map_or("\n", |(_, rest)| rest);
        let mut machine = String::new();
        for (what, value) in &self.machine {
            row(&mut machine, &[what, value]);
        }
        let text = format!(
            "{HEAD}\n## Machine\n\n| | |\n|---|---|\n{machine}\n\
             ## Against an aim\n\n| what | measured | aim | met |\n|---|---|---|---|\n{}\n\
             ## Against the same work bare\n\n| what | ours | bare | ratio |\n|---|---|---|---|\n{}\n\
             ## For itself\n\n| what | measured |\n|---|---|\n{}\n{MARKER}{by_hand}",
            self.aims, self.ratios, self.notes
        );
        fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
        say(&format!("written to {}", file.display()));
        for missed in &self.missed {
            say(&format!("missed: {missed}"));
        }
        Ok(())
    }
}

fn row(table: &mut String, cells: &[&str]) {
    writeln!(table, "| {} |", cells.join(" | ")).expect("a string takes everything");
}

/// A time as milliseconds with two places.
pub(crate) fn millis_of(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
