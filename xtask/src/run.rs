//! From a clone to a served page: build, fill a new data folder with the demo, serve.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::build::{self, Built, Profile};
use crate::folder::{self, State};
use crate::workspace::{root, run as run_command, say};

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
        match folder::state(&data) {
            State::Somebodys => {
                if let Ok(sign_ins) = fs::read_to_string(data.join(folder::SIGN_INS)) {
                    say("the demo is in already");
                    print!("{sign_ins}");
                }
            }
            state => {
                let why = if state == State::New { "is new" } else { "was not filled to the end" };
                say(&format!("{} {why}: filling it with the demo", data.display()));
                folder::begin(&data).with_context(|| format!("making {}", data.display()))?;
                run_command(phien(&built, &data, options)?.arg("demo"))?;
                folder::end(&data).with_context(|| format!("unmarking {}", data.display()))?;
            }
        }
    }
    let failure = phien(&built, &data, options)?.arg("serve").exec();
    Err(failure).with_context(|| format!("starting {}", built.program.display()))
}

fn phien(built: &Built, data: &Path, options: &Options) -> Result<Command> {
    let mut phien = Command::new(&built.program);
    phien.current_dir(root()?).env("PHIEN_DATA_DIR", data).env("PHIEN_SITE", &built.site);
    if std::env::var_os("PHIEN_MEDIA_LISTEN").is_none() {
        // Any free port: pages are told which.
        phien.env("PHIEN_MEDIA_LISTEN", "127.0.0.1:0");
    }
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
