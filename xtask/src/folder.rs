//! The data folder of `cargo xtask run`: whether the demo is to come in. A folder is marked while it is being filled, so
//! that one whose filling broke off is not taken for somebody's. Knows no program.

use std::fs;
use std::io::Result;
use std::path::Path;

/// Settings in the data folder are somebody's; all else there is the program's.
const SETTINGS: &str = "phien.toml";
/// Marks a folder that is being filled.
const UNFINISHED: &str = "demo.unfinished";
/// Where `phien demo` leaves who can sign in.
pub(crate) const SIGN_INS: &str = "demo.txt";

/// What is in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing but settings, or there is no folder.
    New,
    /// A part of the demo.
    Unfinished,
    /// What somebody works with: never touched.
    Somebodys,
}

/// Looks at the folder.
pub(crate) fn state(data: &Path) -> State {
    let Ok(files) = data.read_dir() else { return State::New };
    if files.flatten().all(|file| file.file_name() == SETTINGS) {
        State::New
    } else if data.join(UNFINISHED).exists() {
        State::Unfinished
    } else {
        State::Somebodys
    }
}

/// Marks the folder and empties it of what an earlier filling left, but for settings.
pub(crate) fn begin(data: &Path) -> Result<()> {
    fs::create_dir_all(data)?;
    fs::write(data.join(UNFINISHED), "")?;
    for file in data.read_dir()?.flatten() {
        let (name, path) = (file.file_name(), file.path());
        if name == SETTINGS || name == UNFINISHED {
            continue;
        }
        if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
    }
    Ok(())
}

/// Takes the mark off.
pub(crate) fn end(data: &Path) -> Result<()> {
    fs::remove_file(data.join(UNFINISHED))
}
