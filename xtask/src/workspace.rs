//! Where things are, and how other programs are started: root, target folder, cargo.
//!
//! Knows no step of any command.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The root of the clone. Cargo names the tool's own folder when it starts it.
pub(crate) fn root() -> Result<PathBuf> {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").context("start the tool as `cargo xtask`")?;
    let root = PathBuf::from(own).parent().context("xtask has no parent folder")?.to_path_buf();
    Ok(root)
}

/// The folder cargo builds into, wherever the environment or a configuration file put it.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let json = output(cargo()?.args(["metadata", "--locked", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&json).context("reading cargo metadata")?;
    let folder = metadata["target_directory"].as_str().context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

/// The triple of this machine, such as `x86_64-unknown-linux-gnu`.
pub(crate) fn host() -> Result<String> {
    let text = output(Command::new("rustc").arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc -vV names no host")?.to_owned())
}

/// The cargo that started this tool, at the root of the clone.
///
/// What cargo tells the tool about its own package is kept from the crates it builds: some build scripts read it, and
/// would be built again for every way of starting cargo.
pub(crate) fn cargo() -> Result<Command> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()?);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    Ok(cargo)
}

/// Node, at the root of the clone.
pub(crate) fn node() -> Result<Command> {
    let mut node = Command::new("node");
    node.current_dir(root()?);
    Ok(node)
}

/// Shows the command, runs it, and fails when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    say(&line(command));
    let status = command.status().with_context(|| format!("starting {}", name(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs the command silently and gives what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let ended =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("starting {}", name(command)))?;
    if !ended.status.success() {
        bail!("{} ended with {}", line(command), ended.status);
    }
    String::from_utf8(ended.stdout)
        .with_context(|| format!("{} printed something that is no text", name(command)))
}

/// One line to the person at the terminal, on the error stream so that it keeps its place among cargo's own lines.
pub(crate) fn say(text: &str) {
    eprintln!("▸ {text}");
}

/// The command as one would type it; long lists of flags stay readable because paths are shown as they are.
pub(crate) fn line(command: &Command) -> String {
    let mut words = vec![name(command)];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    program.file_name().unwrap_or(OsStr::new("?")).to_string_lossy().into_owned()
}
