//! `phien import KIND FILE`: the same import as on the page, run by the program itself.

use std::path::Path;

use domain::error::BadRow;
use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind, ImportMode, ImportReport};

use super::{Ending, line, open};
use crate::clock::Clock;
use crate::config::Config;

/// Imports a file and prints what came of it; ends as failed when any row is bad.
pub async fn import(config: &Config, clock: &Clock, kind: ImportKind, file: &Path, dry_run: bool) -> Ending {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|cause| format!("{shown}: {cause}"))?.len();
    if size > IMPORT_MIB_AT_MOST * 1024 * 1024 {
        return Err(format!("{shown} is larger than {IMPORT_MIB_AT_MOST} MiB; split it"));
    }
    let bytes = std::fs::read(file).map_err(|cause| format!("{shown}: {cause}"))?;
    let backend = open(config).await?;
    let mode = if dry_run { ImportMode::DryRun } else { ImportMode::Write };
    match backend.services().imports.import(&backend.system_caller(clock.now()), kind, bytes, mode).await {
        Ok(report) => told(&report, dry_run),
        Err(failure) => Err(line(&failure)),
    }
}

fn told(report: &ImportReport, dry_run: bool) -> Ending {
    if !report.bad.is_empty() {
        return Err(bad(report));
    }
    let verb = if dry_run { "would be" } else { "were" };
    let ImportReport { rows, added, changed, unchanged, .. } = report;
    println!("{rows} rows: {added} {verb} added, {changed} {verb} changed, {unchanged} are there already");
    if !report.passwords.is_empty() {
        println!("First passwords, shown once; hand them over in person:");
        for (user_name, password) in &report.passwords {
            println!("{user_name}\t{password}");
        }
    }
    Ok(())
}

/// The first bad cells, each on a line of its own.
fn bad(report: &ImportReport) -> String {
    let ImportReport { bad_rows, bad_cells, bad, stopped_at, .. } = report;
    let mut text = format!("nothing was written; {bad_rows} rows cannot be taken:");
    if let Some(line) = stopped_at {
        text.push_str(&format!("\n  reading stopped at line {line}: split the file, if it is the right one"));
    }
    if *bad_cells > bad.len() as u64 {
        text.push_str(&format!("\n  the first {} of {bad_cells} cells:", bad.len()));
    }
    for BadRow { line, column, value, problem } in bad {
        let place = if column.is_empty() { String::new() } else { format!(", {column}") };
        let value = if value.is_empty() { String::new() } else { format!(" `{value}`") };
        text.push_str(&format!("\n  line {line}{place}:{value} {}", crate::fault::problem(problem)));
    }
    text
}
