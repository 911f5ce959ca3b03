//! Takes the browser's module apart: what every page needs, and the bundles that come when one of their pages is first
//! shown. Where it is cut is said in `app/src/bundles.rs`; this knows no page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};

use crate::never_run;
use crate::workspace::{node, root, run};

/// The script that fetches the bundles, beside the bindings' own.
const LINK: &str = "./__wasm_split.js";

/// Writes the bundles and the script that fetches them into a folder; gives the main module, which has yet to be bound.
pub(crate) fn take_apart(module: &Path, folder: &Path, script: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let whole = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let main = folder.with_extension("main.wasm");
    let mut options = wasm_split_cli_support::Options::new(&whole);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = script;
    options.link_name = LINK;
    let split = wasm_split_cli_support::transform(options)
        .map_err(|failure| anyhow!("the module cannot be taken apart: {failure:#}"))?;
    never_run::leave_out(&main)?;
    for bundle in split.split_modules {
        never_run::leave_out(&bundle)?;
        let bytes = fs::read(&bundle).with_context(|| format!("reading {}", bundle.display()))?;
        fs::write(&bundle, without_notes(&bytes)?)
            .with_context(|| format!("writing {}", bundle.display()))?;
    }
    Ok(main)
}

/// What every browser of the last years understands, as the compiler's output uses it; no more, for what the optimiser
/// may use it does use.
const UNDERSTOOD: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Optimises the modules of a folder for size: a tenth less for a tablet to compile.
pub(crate) fn make_smaller(folder: &Path) -> Result<()> {
    let files = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for file in files {
        let module = file.with_context(|| format!("reading {}", folder.display()))?.path();
        if module.extension().is_some_and(|ending| ending == "wasm") {
            let mut optimiser = node()?;
            optimiser.arg(root()?.join("node_modules/binaryen/bin/wasm-opt")).args(UNDERSTOOD);
            run(optimiser.args(["-Oz", "--strip-debug"]).arg(&module).arg("-o").arg(&module))?;
        }
    }
    Ok(())
}

/// A module without names, relocations and other notes of tools, which a browser has no use for.
fn without_notes(module: &[u8]) -> Result<Vec<u8>> {
    const HEAD: usize = 8;
    const NOTE: u8 = 0;
    ensure!(module.starts_with(b"\0asm") && module.len() >= HEAD, "not a module");
    let mut kept = module[..HEAD].to_vec();
    let mut at = HEAD;
    while at < module.len() {
        let (length, digits) = number(&module[at + 1..]).context("a section without a length")?;
        let end = at + 1 + digits + length;
        let section = module.get(at..end).context("a section that ends after its module")?;
        if module[at] != NOTE {
            kept.extend_from_slice(section);
        }
        at = end;
    }
    Ok(kept)
}

/// An unsigned LEB128 and how many bytes it takes.
fn number(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut number = 0;
    for (index, byte) in bytes.iter().take(5).enumerate() {
        number |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((number, index + 1));
        }
    }
    None
}
