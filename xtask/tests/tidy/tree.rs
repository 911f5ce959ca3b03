//! The files of the project: what git tracks, and what it would track if it were added now.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The root of the clone, as the runner says it: clones that share a target folder run tests that another has built.
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let xtask = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the tests"));
        xtask.parent().expect("xtask lies in the clone").to_path_buf()
    });
    &ROOT
}

/// Every file, as a path from the root.
pub(crate) fn files() -> Vec<PathBuf> {
    // The clone may belong to another account than the one that tests it.
    let listing = Command::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files of the clone");
    assert!(listing.status.success(), "git ls-files: {}", String::from_utf8_lossy(&listing.stderr));
    let names = String::from_utf8(listing.stdout).expect("every file has a name in UTF-8");
    let mut files: Vec<PathBuf> =
        names.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from).collect();
    files.retain(|file| root().join(file).is_file());
    files.sort();
    files.dedup();
    files
}

/// Every file with one of these extensions, below a folder (`""` for all).
pub(crate) fn files_below(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = files();
    files.retain(|file| {
        let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or("");
        file.starts_with(folder) && extensions.contains(&extension)
    });
    files
}

/// The text of a file.
pub(crate) fn read(file: &Path) -> String {
    std::fs::read_to_string(root().join(file))
        .unwrap_or_else(|failure| panic!("{}: {failure}", file.display()))
}

/// Fails with all that was found, one a line, under what is wrong and what to do.
#[track_caller]
pub(crate) fn none(rule: &str, found: &[impl Display]) {
    let lines: Vec<String> = found.iter().map(|found| format!("  {found}")).collect();
    assert!(found.is_empty(), "{rule}\n{}", lines.join("\n"));
}
