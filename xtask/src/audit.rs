//! Known vulnerabilities in the dependencies: the advisories of RustSec, and those of npm for the packages
//! that browsers get.
//!
//! Needs the network, and fails without it: an unreachable database does not mean that there are no
//! advisories.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::{cargo, root, run, say};

/// Where RustSec publishes its advisories.
const ADVISORIES: &str = "https://github.com/RustSec/advisory-db";

/// Runs both checks, and fails if either found something or could not run.
pub(crate) fn audit() -> Result<()> {
    let outcomes = [("crates", crates()), ("npm packages", packages())];
    let mut failed = Vec::new();
    for (name, outcome) in outcomes {
        if let Err(failure) = outcome {
            say(&format!("{name}: {failure:#}"));
            failed.push(name);
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("not found to be without known holes: {}", failed.join(", "))
}

fn crates() -> Result<()> {
    if !succeeds(cargo()?.args(["deny", "--version"])) {
        bail!("cargo-deny is missing, nothing was checked: cargo install cargo-deny --locked");
    }
    let reached = succeeds(
        Command::new("git")
            .args(["ls-remote", "--exit-code", ADVISORIES, "HEAD"])
            .env("GIT_TERMINAL_PROMPT", "0"),
    );
    if !reached {
        bail!("the advisory database {ADVISORIES} could not be reached, nothing was checked");
    }
    run(cargo()?.args(["deny", "--locked", "check", "advisories", "bans", "licenses", "sources"]))
}

fn packages() -> Result<()> {
    let mut npm = Command::new("npm");
    run(npm.current_dir(root()?).args(["audit", "--omit=dev"]))
        .context("npm found a hole, or could not reach its database")
}

fn succeeds(command: &mut Command) -> bool {
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    ended.is_ok_and(|status| status.success())
}
