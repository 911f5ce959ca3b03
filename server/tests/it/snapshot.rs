//! Files that are kept beside the code and must say what the code does. `PHIEN_TEST_WRITE=1` writes them anew.

use std::path::PathBuf;

/// A file from the project's root.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// Fails when the file says something else; writes it instead when asked to.
#[track_caller]
pub(crate) fn same(name: &str, expected: &str) {
    let file = path(name);
    if std::env::var_os("PHIEN_TEST_WRITE").is_some() {
        std::fs::write(&file, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let place = found.lines().zip(expected.lines()).position(|(found, expected)| found != expected);
    let place = place.unwrap_or(found.lines().count().min(expected.lines().count()));
    let line = |text: &str| text.lines().nth(place).unwrap_or("(nothing)").to_owned();
    assert!(
        found == expected,
        "{name} is out of date at line {}:\n  it says   {}\n  should be {}\nPHIEN_TEST_WRITE=1 writes it anew",
        place + 1,
        line(&found),
        line(expected)
    );
}
