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
    match backend.services().imports.import(&backend.system_caller(clock.now()), kind, &bytes, mode).await {
        Ok(report) => told(&report, dry_run),
        Err(failure) => Err(line(&failure)),
    }
}

fn told(report: &ImportReport, dry_run: bool) -> Ending {
    if !report.bad.is_empty() {
        return Err(bad(report.bad_rows, &report.bad));
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

/// Every bad cell in a line of its own.
fn bad(rows: u64, cells: &[BadRow]) -> String {
    let mut text = format!("nothing was written; {rows} rows cannot be taken:");
    for BadRow { line, column, value, problem } in cells {
        let place = if column.is_empty() { String::new() } else { format!(", {column}") };
        let value = if value.is_empty() { String::new() } else { format!(" `{value}`") };
        text.push_str(&format!("\n  line {line}{place}:{value} {}", crate::fault::problem(problem)));
    }
    text
}
