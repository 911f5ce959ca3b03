//! What the browser's module carries and never runs. Views are hydrated at once, when their bundle is there; the
//! framework's other way, which waits for bundles in the midst of it, stands in every view's table of functions, where
//! no linker can tell that nobody calls it. A tenth of the module goes with it.

use std::path::Path;

use anyhow::{Context, Result};
use walrus::ir::{Instr, InstrLocId, Unreachable};
use walrus::{FunctionKind, Module};

/// Only `leptos::mount::hydrate_lazy` begins it, and `app/hydrate` begins with `hydrate_body`. The name, as the compiler
/// writes it, of what goes on when a view that waited is asked again.
const NEVER_RUN: &str = "13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$";
/// How what is kept is thrown away is one function for several types.
const SHARED: &str = "drop_in_place";
/// Shorter functions can be the same for several purposes; the compiler keeps one then, under the name of any of them.
const OWN_INSTRUCTIONS: u64 = 100;

/// Empties the functions of a module that are never run. Whoever calls one nevertheless is stopped there, as every
/// journey in a browser would be.
pub(crate) fn leave_out(file: &Path) -> Result<()> {
    let mut module = Module::from_file(file).with_context(|| format!("reading {}", file.display()))?;
    let is_never_run = |name: &str| name.contains(NEVER_RUN) && !name.contains(SHARED);
    for function in module.funcs.iter_mut().filter(|of| of.name.as_deref().is_some_and(is_never_run)) {
        let FunctionKind::Local(local) = &mut function.kind else { continue };
        if local.size() >= OWN_INSTRUCTIONS {
            let body = local.block_mut(local.entry_block());
            body.instrs = vec![(Instr::Unreachable(Unreachable {}), InstrLocId::default())];
        }
    }
    module.emit_wasm_file(file).with_context(|| format!("writing {}", file.display()))
}
