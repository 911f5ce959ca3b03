//! From a clone to a served page: build, fill a new data folder with the demo, serve.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::build::{self, Built, Profile};
use crate::workspace::{root, run as run_command, say};

/// Settings in the data folder are somebody's; all else there is the program's.
const SETTINGS: &str = "phien.toml";
/// Marks a folder that is being filled: found at the next start, filling it was broken off.
const UNFINISHED: &str = "demo.unfinished";
/// Where `phien demo` leaves who can sign in.
const SIGN_INS: &str = "demo.txt";

/// What was typed after `run`.
pub(crate) struct Options {
    port: Option<u16>,
    profile: Profile,
}

impl Options {
    /// Reads `--port N` and `--release`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut options = Self { port: None, profile: Profile::Dev };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--release" => options.profile = Profile::Release,
                "--port" => {
                    let number = words.next().context("--port needs a number")?;
                    let port = number.parse().with_context(|| format!("--port {number} is no port"))?;
                    options.port = Some(port);
                }
                other => bail!("unknown option `{other}`: run takes --port N and --release"),
            }
        }
        Ok(options)
    }
}

/// Builds and serves; returns only when that fails, since the server takes this process's place.
pub(crate) fn run(options: &Options) -> Result<()> {
    let built = build::build(options.profile)?;
    let data = data_folder()?;
    if std::env::var_os("PHIEN_DATABASE_URL").is_none() {
        if is_to_be_filled(&data)? {
            say(&format!("{} is new: filling it with the demo", data.display()));
            fs::create_dir_all(&data).with_context(|| format!("making {}", data.display()))?;
            fs::write(data.join(UNFINISHED), "").context("marking the data folder")?;
            run_command(phien(&built, &data, options)?.arg("demo"))?;
            fs::remove_file(data.join(UNFINISHED)).context("unmarking the data folder")?;
        } else if let Ok(sign_ins) = fs::read_to_string(data.join(SIGN_INS)) {
            say("the demo is in already");
            print!("{sign_ins}");
        }
    }
    let failure = phien(&built, &data, options)?.arg("serve").exec();
    Err(failure).with_context(|| format!("starting {}", built.program.display()))
}

fn phien(built: &Built, data: &Path, options: &Options) -> Result<Command> {
    let mut phien = Command::new(&built.program);
    phien.current_dir(root()?).env("PHIEN_DATA_DIR", data).env("PHIEN_SITE", &built.site);
    if let Some(port) = options.port {
        phien.env("PHIEN_LISTEN", format!("127.0.0.1:{port}"));
    }
    Ok(phien)
}

/// `PHIEN_DATA_DIR` as seen from where the person stands, else `data` in the clone.
fn data_folder() -> Result<PathBuf> {
    match std::env::var_os("PHIEN_DATA_DIR") {
        Some(folder) => std::path::absolute(folder).context("PHIEN_DATA_DIR"),
        None => Ok(root()?.join("data")),
    }
}

/// Whether the demo is to come in: the folder is new, or filling it was broken off. What was half filled goes before.
fn is_to_be_filled(data: &Path) -> Result<bool> {
    if is_new(data) {
        return Ok(true);
    }
    if !data.join(UNFINISHED).exists() {
        return Ok(false);
    }
    say(&format!("filling {} was broken off: beginning anew", data.display()));
    for file in data.read_dir().with_context(|| format!("reading {}", data.display()))?.flatten() {
        let (name, path) = (file.file_name(), file.path());
        // The mark goes last, with the filling done: broken off again, it begins anew again.
        if name == SETTINGS || name == UNFINISHED {
            continue;
        }
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("removing {}", path.display()))?;
    }
    Ok(true)
}

/// A folder with anything in it is somebody's: only a missing or empty one is filled. Settings alone do not count.
fn is_new(data: &Path) -> bool {
    let Ok(files) = data.read_dir() else { return true };
    files.flatten().all(|file| file.file_name() == SETTINGS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_whose_filling_broke_off_is_filled_anew_and_no_other_is_touched() {
        let folder = std::env::temp_dir().join(format!("phien-run-{}", std::process::id()));
        let has = |name: &str| folder.join(name).exists();
        assert!(is_to_be_filled(&folder).unwrap(), "it is not there yet");
        fs::create_dir_all(folder.join("papers")).unwrap();
        for name in [SETTINGS, "phien.db"] {
            fs::write(folder.join(name), "").unwrap();
        }
        assert!(!is_to_be_filled(&folder).unwrap() && has("phien.db"), "it is somebody's");
        fs::write(folder.join(UNFINISHED), "").unwrap();
        assert!(is_to_be_filled(&folder).unwrap());
        assert!(!has("phien.db") && !has("papers") && has(SETTINGS) && has(UNFINISHED));
        fs::remove_dir_all(&folder).unwrap();
    }
}
