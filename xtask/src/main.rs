//! The project's own tool: `cargo xtask run | test | audit | build | bench`.
//!
//! One place for every step between a fresh clone and a running, tested, packed program. It knows the order of the
//! steps and the tools they need; it knows nothing of meetings.

mod apart;
mod audit;
mod bench;
mod build;
mod bundles;
mod folder;
mod never_run;
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
cargo xtask audit                        known holes in what the program is built of; needs the network and cargo-deny
cargo xtask build [--release]            the program and its site; --release: one folder, target/phien
cargo xtask bench                        what the program costs, into docs/benchmarks.md; minutes, best on a quiet machine
cargo xtask bench media [--long]         the media server beside Janus, and a meeting of 76 sites (for ten minutes), into the
                                         same file; as root, with Debian's janus
cargo xtask bench siege [--small]        what people notice while strangers and signed-in people take all they can get, into the
                                         same file; as root, three minutes; --small tries the measurement and writes nothing

The environment is passed on: PHIEN_DATA_DIR (default ./data), PHIEN_DATABASE_URL and the other PHIEN_… settings.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("xtask: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn command(arguments: &[String]) -> Result<ExitCode> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", options @ ..] => run::run(&run::Options::parse(options)?)?,
        ["test"] => return Ok(test::everything()),
        ["test", "fast"] => return Ok(test::fast()),
        ["test", "journeys", arguments @ ..] => return Ok(test::journeys_only(arguments)),
        ["audit"] => audit::audit()?,
        ["bench"] => bench::bench()?,
        ["bench", "media"] => bench::media::bench(false)?,
        ["bench", "media", "--long"] => bench::media::bench(true)?,
        ["bench", "siege"] => bench::siege::bench(false)?,
        ["bench", "siege", "--small"] => bench::siege::bench(true)?,
        ["build"] => drop(build::build(build::Profile::Dev)?),
        ["build", "--release"] => drop(build::build(build::Profile::Release)?),
        [] | ["help" | "--help" | "-h"] => println!("{USAGE}"),
        _ => bail!("unknown command `{}`\n\n{USAGE}", words.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}
