//! What a fresh machine lacks: the wasm target, npm's packages, Debian's Chromium and PostgreSQL.
//!
//! Each is looked for first and brought in only when missing. Debian's packages need root; without it the person is
//! told the one command to type.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::workspace::{node, output, root, run, say};

/// The target of the browser's half.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The oldest Node that every npm package of the site runs on.
const NODE_AT_LEAST: u32 = 20;

/// Rust's standard library for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    let libraries = output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    let installed = Path::new(libraries.trim()).read_dir().is_ok_and(|mut files| files.next().is_some());
    if installed {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", WASM]))
        .context("Rust's wasm target is missing; install Rust by rustup (https://rustup.rs), or add the target by hand")
}

/// npm's packages at exactly the versions of `package-lock.json`.
pub(crate) fn node_modules() -> Result<()> {
    node_itself()?;
    let root = root()?;
    let (wanted, present) = (root.join("package-lock.json"), root.join("node_modules/.package-lock.json"));
    if changed(&present).is_some_and(|present| changed(&wanted).is_some_and(|wanted| wanted <= present)) {
        return Ok(());
    }
    // No package of ours needs its install script, and one that came to want it should be looked at first.
    let mut npm = Command::new("npm");
    run(npm.current_dir(root).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))
        .context("npm could not bring in the packages of package-lock.json")
}

fn node_itself() -> Result<()> {
    let version = output(node()?.arg("--version"))
        .with_context(|| format!("Node is missing: install Node {NODE_AT_LEAST} or newer"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    match major {
        Some(major) if NODE_AT_LEAST <= major => Ok(()),
        _ => bail!("Node {} is too old: install Node {NODE_AT_LEAST} or newer", version.trim()),
    }
}

fn changed(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|file| file.modified()).ok()
}

/// The Chromium that the journeys drive: `PHIEN_CHROMIUM`, else Debian's.
pub(crate) fn chromium() -> Result<PathBuf> {
    browser("PHIEN_CHROMIUM", "chromium")
}

/// The Firefox that some journeys drive: `PHIEN_FIREFOX`, else Debian's.
pub(crate) fn firefox() -> Result<PathBuf> {
    browser("PHIEN_FIREFOX", "firefox-esr")
}

/// The browser that a variable names, else that of Debian's package, which is brought in.
fn browser(variable: &str, package: &str) -> Result<PathBuf> {
    if let Some(own) = std::env::var_os(variable) {
        return Ok(own.into());
    }
    let debian = Path::new("/usr/bin").join(package);
    if !debian.exists() {
        debian_packages(&[package])
            .with_context(|| format!("the journeys need {package} (or set {variable} to the program)"))?;
    }
    Ok(debian)
}

/// `ip`, which makes networks.
pub(crate) fn iproute() -> Result<()> {
    let found = |folder: &str| Path::new(folder).join("ip").exists();
    if ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].into_iter().any(found) {
        return Ok(());
    }
    debian_packages(&["iproute2"])
}

/// Janus, which the media server is held against.
pub(crate) fn janus() -> Result<()> {
    if Path::new("/usr/bin/janus").exists() {
        return Ok(());
    }
    debian_packages(&["janus"])
}

/// openssl, which makes a certificate for the journeys over https.
pub(crate) fn openssl() -> Result<()> {
    if Path::new("/usr/bin/openssl").exists() {
        return Ok(());
    }
    debian_packages(&["openssl"])
}

/// WebKitGTK with its driver, and a screen for it that nobody sees.
pub(crate) fn webkit() -> Result<()> {
    if ["/usr/bin/WebKitWebDriver", "/usr/bin/Xvfb"].into_iter().all(|program| Path::new(program).exists()) {
        return Ok(());
    }
    debian_packages(&["webkit2gtk-driver", "xvfb"])
}

/// nginx, which downloads are held against.
pub(crate) fn nginx() -> Result<()> {
    let found = |folder: &str| Path::new(folder).join("nginx").exists();
    if ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"].into_iter().any(found) {
        return Ok(());
    }
    debian_packages(&["nginx"])
}

/// The folder of PostgreSQL's programs: Debian's newest, else wherever `initdb` is on the path.
pub(crate) fn postgresql() -> Result<PathBuf> {
    if let Some(found) = installed_postgresql() {
        return Ok(found);
    }
    debian_packages(&["postgresql"]).context("the tests need PostgreSQL's own programs")?;
    installed_postgresql().context("initdb is missing although PostgreSQL was installed")
}

fn installed_postgresql() -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    let debian = versions
        .filter_map(|folder| {
            Some((folder.file_name().to_str()?.parse::<u32>().ok()?, folder.path().join("bin")))
        })
        .filter(|(_, programs)| programs.join("initdb").exists())
        .max()
        .map(|(_, programs)| programs);
    debian.or_else(|| {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|programs| programs.join("initdb").exists())
    })
}

fn debian_packages(packages: &[&str]) -> Result<()> {
    let install = format!("apt-get install --yes --no-install-recommends {}", packages.join(" "));
    let debian = Path::new("/usr/bin/apt-get").exists();
    if !debian || !is_root()? {
        bail!("install it first; on Debian or Ubuntu: sudo {install}");
    }
    say(&format!("missing: {}", packages.join(", ")));
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null()))
    };
    apt(&["update", "--quiet"])?;
    apt(&[&["install", "--yes", "--quiet", "--no-install-recommends"], packages].concat())
}

/// Whether the tool runs as root.
pub(crate) fn is_root() -> Result<bool> {
    Ok(output(Command::new("id").arg("-u"))?.trim() == "0")
}
