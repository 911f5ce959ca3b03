//! `phien import KIND FILE`: the same import as on the page, run by the program itself.

use std::path::Path;

use domain::error::BadRow;
use domain::imports::{IMPORT_MIB_AT_MOST, ImportKind, ImportMode, ImportReport, Warning};

use super::{Ending, line, open};
use crate::clock::Clock;
use crate::config::Config;

/// What is to be done with a file.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct How {
    /// Only check, write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write although there are warnings, which you have read in a dry run.
    #[arg(long, conflicts_with = "dry_run")]
    warnings_read: bool,
}

/// Imports a file and prints what came of it. Ends as failed when any row is bad, or nothing is written because of
/// warnings.
pub async fn import(config: &Config, clock: &Clock, kind: ImportKind, file: &Path, how: How) -> Ending {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|cause| format!("{shown}: {cause}"))?.len();
    if size > IMPORT_MIB_AT_MOST * 1024 * 1024 {
        return Err(format!("{shown} is larger than {IMPORT_MIB_AT_MOST} MiB; split it"));
    }
    let bytes = std::fs::read(file).map_err(|cause| format!("{shown}: {cause}"))?;
    let backend = open(config).await?;
    let imports = backend.services().imports;
    let caller = backend.system_caller(clock.now());
    let mode = match how {
        How { dry_run: true, .. } => ImportMode::DryRun,
        How { warnings_read: false, .. } => ImportMode::Write,
        How { warnings_read: true, .. } => {
            let checked = imports.import(&caller, kind, bytes.clone(), ImportMode::DryRun).await;
            ImportMode::WriteWarned(checked.map_err(|failure| line(&failure))?.warnings_mark)
        }
    };
    match imports.import(&caller, kind, bytes, mode).await {
        Ok(report) => told(&report, how.dry_run),
        Err(failure) => Err(line(&failure)),
    }
}

fn told(report: &ImportReport, dry_run: bool) -> Ending {
    for note in &report.notes {
        println!("{}", crate::fault::note(note));
    }
    if !report.bad.is_empty() {
        return Err(bad(report));
    }
    for Warning { line, column, value, doubt } in &report.warnings {
        println!("warning, line {line}, {column}: `{value}` {}", crate::fault::doubt(doubt));
    }
    if report.warnings_count > report.warnings.len() as u64 {
        println!("these are the first of {} warnings", report.warnings_count);
    }
    if !report.is_written && !dry_run {
        return Err("nothing was written: read the warnings, then add --warnings-read".to_owned());
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
