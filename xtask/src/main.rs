//! The project's own tool: `cargo xtask run | test | build`.
//!
//! One place for every step between a fresh clone and a running, tested, packed program. It knows the order of the
//! steps and the tools they need; it knows nothing of meetings.

mod build;
mod postgres;
mod run;
mod setup;
mod test;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask run [--port N] [--release]   set up, build, fill a new data folder with the demo, serve
cargo xtask test                         everything: format, lints, tidiness, both databases, browser
cargo xtask test fast                    the same without PostgreSQL, wasm and browser
cargo xtask test journeys [ARG…]         only the browser; ARGs go to Playwright
cargo xtask build [--release]            the program and its site; --release: one folder, target/phien

The environment is passed on: PHIEN_DATA_DIR (default ./data), PHIEN_DATABASE_URL and the other PHIEN_… settings.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", options @ ..] => run::run(&run::Options::parse(options)?),
        ["test"] => test::everything(),
        ["test", "fast"] => test::fast(),
        ["test", "journeys", arguments @ ..] => test::journeys_only(arguments),
        ["build"] => build::build(build::Profile::Dev).map(drop),
        ["build", "--release"] => build::build(build::Profile::Release).map(drop),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown command `{}`\n\n{USAGE}", words.join(" ")),
    }
}
