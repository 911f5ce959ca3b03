//! The program and its site: the browser's module, its bindings, the assets, the server.
//!
//! Development builds stay inside cargo's folders and are made for speed of building; a release is one folder,
//! `phien` with `site/` beside it, that runs on any Linux. What the assets are is `assets.mjs`'s to know.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::bundles;
use crate::setup::{self, WASM};
use crate::workspace::{cargo, host, node, output, root, run, say, target_dir};

/// For whom the build is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// The developer, who waits for it.
    Dev,
    /// The office, which runs it.
    Release,
}

/// What a build gives.
pub(crate) struct Built {
    /// The program `phien`.
    pub(crate) program: PathBuf,
    /// Its site, which the program is told of by `PHIEN_SITE`, or finds beside itself.
    pub(crate) site: PathBuf,
}

/// Sets up what is missing and builds both halves.
pub(crate) fn build(profile: Profile) -> Result<Built> {
    setup::wasm_target()?;
    setup::node_modules()?;
    let target = target_dir()?;
    let module = browser_module(profile, &target)?;
    let bindings = bindings(profile, &target, &module)?;
    match profile {
        Profile::Dev => {
            let site = site(profile, &target.join("site"), &bindings)?;
            run(cargo()?.args(["build", "--locked", "--package", "server"]))?;
            Ok(Built { program: target.join("debug/phien"), site })
        }
        Profile::Release => {
            let folder = target.join("phien");
            let site = site(profile, &folder.join("site"), &bindings)?;
            let program = folder.join("phien");
            replace(&release_program(&target)?, &program)?;
            say(&format!("{} is complete: copy the folder, run `phien serve`", folder.display()));
            Ok(Built { program, site })
        }
    }
}

fn browser_module(profile: Profile, target: &Path) -> Result<PathBuf> {
    let mut build = cargo()?;
    build.args(["build", "--locked", "--package", "hydrate", "--target", WASM]);
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => {
            build.args(["--profile", "wasm-release"]);
            "wasm-release"
        }
    };
    run(&mut build)?;
    Ok(target.join(WASM).join(folder).join("hydrate.wasm"))
}

/// The script and the module as `wasm-bindgen` leaves them.
struct Bindings {
    script: PathBuf,
    module: PathBuf,
}

/// Made again only when the module or this tool changed: on a large development build it takes seconds.
fn bindings(profile: Profile, target: &Path, module: &Path) -> Result<Bindings> {
    let folder = target.join(match profile {
        Profile::Dev => "bindings",
        Profile::Release => "bindings-release",
    });
    let made = Bindings { script: folder.join("phien.js"), module: folder.join("phien_bg.wasm") };
    // Equal stamps, not newer ones: clones that share a target folder swap an older module in.
    let stamp = format!("{} {}", stamp(module)?, stamp(&std::env::current_exe()?)?);
    let stamped = folder.join("stamp");
    if fs::read_to_string(&stamped).is_ok_and(|last| last == stamp) {
        return Ok(made);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    say("wasm-bindgen");
    let main = bundles::take_apart(module, &folder, "./phien.js")?;
    let release = profile == Profile::Release;
    Bindgen::new()
        .input_path(&main)
        .out_name("phien")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .keep_debug(false)
        // The bundles are linked to what the main module exports under the names that the linker gave.
        .keep_lld_exports(true)
        .demangle(false)
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate(&folder)
        .context("wasm-bindgen refused the browser's module")?;
    if release {
        bundles::make_smaller(&folder)?;
    }
    fs::write(&stamped, stamp).with_context(|| format!("writing {}", stamped.display()))?;
    Ok(made)
}

fn stamp(file: &Path) -> Result<String> {
    let facts = file.metadata().with_context(|| format!("looking at {}", file.display()))?;
    Ok(format!("{} bytes, changed {:?}", facts.len(), facts.modified()?))
}

fn site(profile: Profile, site: &Path, bindings: &Bindings) -> Result<PathBuf> {
    let mut assets = node()?;
    assets.arg(root()?.join("xtask/assets.mjs")).arg("--site").arg(site);
    assets.arg("--js").arg(&bindings.script).arg("--wasm").arg(&bindings.module);
    if profile == Profile::Release {
        assets.arg("--release");
    }
    run(&mut assets)?;
    Ok(site.to_path_buf())
}

/// The server for any Linux.
fn release_program(target: &Path) -> Result<PathBuf> {
    release_binary("server", "phien", target)
}

/// The ports without pages, built as the server is: what it is measured against.
pub(crate) fn bare() -> Result<PathBuf> {
    release_binary("bare", "bare", &target_dir()?)
}

/// The media server alone and the sites that load it, for measuring.
pub(crate) fn load() -> Result<PathBuf> {
    let host = host()?;
    run(cargo()?.args(["build", "--locked", "--release", "--target", &host, "--package", "load"]))?;
    Ok(target_dir()?.join(host).join("release").join("load"))
}

fn release_binary(package: &str, name: &str, target: &Path) -> Result<PathBuf> {
    let host = host()?;
    run(release_build(&host)?.args(["--package", package, "--bin", name]))?;
    Ok(target.join(host).join("release").join(name))
}

/// Flags of the target replace those of the whole build, so the shared one is said again. What the program relocates in
/// itself at its start is read from a table, and stays in memory: packed, that is a twentieth.
const STATIC: &str = r#"["--cfg", "erase_components", "-C", "target-feature=+crt-static", "-C", "link-arg=-Wl,-z,pack-relative-relocs"]"#;

/// glibc is linked in, since the office's distribution may have an older one.
fn release_build(host: &str) -> Result<Command> {
    let mut build = cargo()?;
    build.args(["build", "--locked", "--release", "--target", host]);
    if host.ends_with("linux-gnu") {
        let library = output(Command::new("cc").arg("-print-file-name=libc.a"))?;
        if Path::new(library.trim()).is_absolute() {
            build.args(["--config", &format!("target.{host}.rustflags = {STATIC}")]);
        } else {
            say(
                "libc.a is missing (package glibc-static): this build runs only where glibc is as new as here",
            );
        }
    }
    Ok(build)
}

/// A running program cannot be written over, but its name can be given to another file.
fn replace(new: &Path, old: &Path) -> Result<()> {
    let beside = old.with_extension("new");
    fs::copy(new, &beside).with_context(|| format!("copying {}", new.display()))?;
    fs::rename(&beside, old).with_context(|| format!("putting {} in place", old.display()))
}
