//! Every check of the project, in the order in which they fail fastest.
//!
//! A failed step does not stop the later ones: one run tells all that is wrong. The counts at the end are the runners'
//! own, read from what they printed or wrote; nothing is counted here that they did not count.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::apart;
use crate::build::{self, Profile};
use crate::postgres::{Postgres, free_port};
use crate::setup;
use crate::workspace::{cargo, line, node, run, say, target_dir};

/// Lints count as errors.
const STRICT: [&str; 3] = ["--", "-D", "warnings"];

/// All of it, on both databases and in the browser.
pub(crate) fn everything() -> ExitCode {
    let mut report = Report::default();
    report.step("set-up", setup::wasm_target().and_then(|()| setup::node_modules()));
    report.lints();
    report.step("lints, wasm", wasm_lints());
    report.tidiness();
    report.elements();
    match Postgres::start() {
        Ok(postgres) => report.cargo_tests("tests", &[("PHIEN_TEST_POSTGRES", postgres.url())]),
        Err(failure) => {
            report.step("PostgreSQL", Err(failure));
            report.cargo_tests("tests, SQLite alone", &[]);
        }
    }
    report.journeys(&[]);
    report.end()
}

/// What takes a minute: no PostgreSQL, no wasm, no browser.
pub(crate) fn fast() -> ExitCode {
    let mut report = Report::default();
    report.lints();
    report.tidiness();
    report.elements();
    report.cargo_tests("tests, SQLite alone", &[]);
    report.end()
}

/// The browser alone; the arguments go to Playwright (a file, `--project tablet`, `--grep …`).
pub(crate) fn journeys_only(arguments: &[&str]) -> ExitCode {
    let mut report = Report::default();
    report.journeys(arguments);
    report.end()
}

/// What the runners counted.
#[derive(Clone, Copy, Default)]
struct Counts {
    passed: u64,
    failed: u64,
}

/// What is told at the end.
#[derive(Default)]
struct Report {
    counts: Counts,
    suites: Vec<String>,
    failures: Vec<String>,
    /// What the tests that failed printed; repeated at the end, where whoever sees only the last lines finds it.
    told: Vec<String>,
}

/// Lines of a suite's failures that are repeated at the end.
const LINES_REPEATED: usize = 60;

impl Report {
    fn step(&mut self, name: &str, outcome: Result<()>) {
        if let Err(failure) = outcome {
            say(&format!("{name}: {failure:#}"));
            self.failures.push(name.to_owned());
        }
    }

    fn lints(&mut self) {
        self.step("formatting", cargo().and_then(|mut cargo| run(cargo.args(["fmt", "--all", "--check"]))));
        self.step("lints, native", native_lints());
    }

    fn tidiness(&mut self) {
        let outcome = cargo().and_then(|mut cargo| {
            self.count_tests(cargo.args(["test", "--locked", "--package", "xtask", "--no-fail-fast"]))
        });
        self.step("tidiness", outcome);
    }

    /// What the page's own elements compute, in Node: no browser, no build.
    fn elements(&mut self) {
        let outcome = node().and_then(|mut node| {
            self.count_node_tests(node.args(["--test", "--test-reporter=tap", "app/elements/"]))
        });
        self.step("elements", outcome);
    }

    /// Keeps the summary that Node prints; the tests themselves are shown when one of them failed.
    fn count_node_tests(&mut self, tests: &mut Command) -> Result<()> {
        say(&line(tests));
        let ended = tests.stderr(Stdio::inherit()).output().context("starting Node")?;
        let printed = String::from_utf8_lossy(&ended.stdout);
        let counts = Counts { passed: node_count(&printed, "pass"), failed: node_count(&printed, "fail") };
        self.counts.passed += counts.passed;
        self.counts.failed += counts.failed;
        self.suites.push(format!("elements: {} passed; {} failed", counts.passed, counts.failed));
        if !ended.status.success() {
            println!("{printed}");
            bail!("{} ended with {}", line(tests), ended.status);
        }
        Ok(())
    }

    fn cargo_tests(&mut self, name: &str, environment: &[(&str, &str)]) {
        let outcome = cargo().and_then(|mut cargo| {
            cargo.args(["test", "--locked", "--workspace", "--exclude", "hydrate", "--exclude", "xtask"]);
            cargo.arg("--no-fail-fast").env_remove("PHIEN_TEST_POSTGRES").envs(environment.iter().copied());
            self.count_tests(&mut cargo)
        });
        self.step(name, outcome);
    }

    /// Shows what `cargo test` prints as it comes, and keeps the summary of every suite.
    fn count_tests(&mut self, tests: &mut Command) -> Result<()> {
        say(&line(tests));
        let (printed, end) = std::io::pipe().context("a pipe for the tests")?;
        let mut running = tests
            .stdout(end.try_clone().context("a pipe for the tests")?)
            .stderr(end)
            .spawn()
            .context("starting the tests")?;
        // The command holds ends of the pipe of its own; it is read to its end only once they are closed.
        tests.stdout(Stdio::null()).stderr(Stdio::null());
        let mut suite = String::new();
        let mut told: Option<Vec<String>> = None;
        for printed in BufReader::new(printed).split(b'\n') {
            let printed =
                String::from_utf8_lossy(&printed.context("reading what the tests print")?).into_owned();
            println!("{printed}");
            if let Some(name) = suite_name(&printed) {
                suite = name.to_owned();
            } else if let Some(summary) = printed.strip_prefix("test result: ") {
                self.suite(&suite, summary);
                self.told.extend(told.take().unwrap_or_default());
            } else if printed == "failures:" && told.is_none() {
                told = Some(vec![format!("{suite}:")]);
            } else if let Some(lines) = told.as_mut().filter(|lines| lines.len() < LINES_REPEATED) {
                lines.push(format!("  {printed}"));
            }
        }
        let status = running.wait().context("waiting for the tests")?;
        if !status.success() {
            bail!("{} ended with {status}", line(tests));
        }
        Ok(())
    }

    fn suite(&mut self, name: &str, summary: &str) {
        let count = |word: &str| -> u64 {
            let words: Vec<&str> = summary.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
            words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
        };
        let (passed, failed) = (count("passed"), count("failed"));
        self.counts.passed += passed;
        self.counts.failed += failed;
        if passed + failed + count("ignored") > 0 {
            self.suites.push(format!("{name}: {summary}"));
        }
    }

    fn journeys(&mut self, arguments: &[&str]) {
        let outcome = journeys(arguments).and_then(|journeys| {
            self.counts.passed += journeys.counts.passed;
            self.counts.failed += journeys.counts.failed;
            self.suites.push(journeys.summary);
            journeys.ended
        });
        self.step("journeys", outcome);
    }

    /// The last lines of the run: every suite, every failed step, the sum.
    fn end(self) -> ExitCode {
        if !self.told.is_empty() {
            println!("\nFailed tests:");
        }
        for line in &self.told {
            println!("  {line}");
        }
        println!("\nSuites:");
        for suite in &self.suites {
            println!("  {suite}");
        }
        if !self.failures.is_empty() {
            println!("Failed steps: {}", self.failures.join("; "));
        }
        println!("{} passed, {} failed", self.counts.passed, self.counts.failed);
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// The suite that cargo announces: `Running tests/x.rs (target/debug/deps/x-0123)` or `Doc-tests domain`.
fn suite_name(printed: &str) -> Option<&str> {
    let announced = printed.trim_start();
    if printed.len() == announced.len() {
        return None;
    }
    if announced.starts_with("Doc-tests ") {
        return Some(announced);
    }
    let binary = announced.strip_prefix("Running ")?.rsplit('/').next()?;
    Some(binary.rsplit_once('-').map_or(binary, |(name, _)| name))
}

/// A line of Node's own summary: `# pass 15`.
fn node_count(printed: &str, name: &str) -> u64 {
    let value = |line: &str| line.strip_prefix("# ")?.strip_prefix(name)?.trim().parse().ok();
    printed.lines().find_map(value).unwrap_or(0)
}

fn native_lints() -> Result<()> {
    let mut clippy = cargo()?;
    clippy.args(["clippy", "--locked", "--workspace", "--exclude", "hydrate", "--all-targets"]);
    run(clippy.args(STRICT))
}

fn wasm_lints() -> Result<()> {
    let mut clippy = cargo()?;
    clippy.args(["clippy", "--locked", "--package", "hydrate", "--target", setup::WASM]);
    run(clippy.args(STRICT))
}

/// One run of Playwright, as Playwright itself sums it up.
struct Journeys {
    counts: Counts,
    summary: String,
    ended: Result<()>,
}

/// Builds what is under test and lets Playwright start it on a data folder of its own.
fn journeys(arguments: &[&str]) -> Result<Journeys> {
    let built = build::build(Profile::Dev)?;
    let (chromium, firefox) = (setup::chromium()?, setup::firefox()?);
    setup::openssl()?;
    setup::webkit()?;
    let report = target_dir()?.join("journeys.json");
    if report.exists() {
        fs::remove_file(&report).context("removing the last report of the journeys")?;
    }
    let mut playwright = apart::command(&node()?)?;
    playwright.args([
        "node_modules/@playwright/test/cli.js",
        "test",
        "--config",
        "end2end/playwright.config.mjs",
    ]);
    playwright.args(arguments);
    playwright.env("PHIEN_PROGRAM", &built.program).env("PHIEN_SITE", &built.site);
    playwright.env("PHIEN_CHROMIUM", chromium).env("PHIEN_FIREFOX", firefox);
    playwright.env("PHIEN_E2E_PORT", free_port()?.to_string()).env("PHIEN_E2E_MEDIA", apart::ADDRESS);
    playwright.env("PHIEN_E2E_PUBLIC", apart::PUBLIC);
    playwright.env("PHIEN_E2E_REPORT", &report);
    let ended = run(&mut playwright);
    let report = fs::read_to_string(&report).context("Playwright left no report")?;
    let report: serde_json::Value = serde_json::from_str(&report).context("reading Playwright's report")?;
    let count = |name: &str| report["stats"][name].as_u64().unwrap_or(0);
    let (passed, failed) = (count("expected") + count("flaky"), count("unexpected"));
    let summary = format!("journeys: {passed} passed; {failed} failed; {} skipped", count("skipped"));
    Ok(Journeys { counts: Counts { passed, failed }, summary, ended })
}
