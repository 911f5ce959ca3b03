//! The programs that are measured, started on a free port of this machine and ended with the run.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::client::Client;
use crate::build::Built;
use crate::postgres::free_port;
use crate::workspace::output;

/// A service that does not answer by then will not.
const STARTS_WITHIN: Duration = Duration::from_secs(30);
/// Between two looks at whether it answers yet.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running service. Ended when dropped.
pub(crate) struct Service {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first answer.
    pub(crate) start: Duration,
}

impl Service {
    /// `phien serve` on a data folder.
    pub(crate) fn phien(built: &Built, data: &Path) -> Result<Self> {
        Self::phien_at(built, data, free_address()?, None)
    }

    /// The same at an address, with picture and sound at another one.
    pub(crate) fn phien_at(
        built: &Built,
        data: &Path,
        address: SocketAddr,
        media: Option<SocketAddr>,
    ) -> Result<Self> {
        let mut serve = phien(built, data);
        serve.arg("serve").env("PHIEN_LISTEN", address.to_string()).env("PHIEN_LOG_LEVEL", "warn");
        if let Some(media) = media {
            serve.env("PHIEN_MEDIA_LISTEN", media.to_string());
            serve.env("PHIEN_MEDIA_ADDRESSES", media.ip().to_string());
        }
        Self::start(&mut serve, address, "/health", &data.with_extension("log"))
    }

    /// nginx with one worker, as Debian sets it up, serving one folder.
    pub(crate) fn nginx(folder: &Path, files: &Path, sends_file: bool) -> Result<Self> {
        let address = free_address()?;
        let on = if sends_file { "on" } else { "off" };
        let (at, files) = (folder.display(), files.display());
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("  {name}_temp_path {at}/{name};\n"))
            .concat();
        let settings = format!(
            "daemon off;\nmaster_process off;\npid {at}/nginx.pid;\nerror_log {at}/nginx.log;\nevents {{}}\n\
             http {{\n{temporary}  access_log off;\n  sendfile {on};\n  tcp_nopush on;\n  \
             server {{ listen {address}; root {files}; }}\n}}\n"
        );
        fs::create_dir_all(folder).with_context(|| format!("making {at}"))?;
        let file = folder.join("nginx.conf");
        fs::write(&file, settings).context("writing the settings of nginx")?;
        let mut nginx = Command::new("nginx");
        nginx.arg("-p").arg(folder).arg("-e").arg(folder.join("nginx.log")).arg("-c").arg(file);
        Self::start(&mut nginx, address, "/", &folder.join("out.log"))
    }

    pub(super) fn start(command: &mut Command, address: SocketAddr, path: &str, log: &Path) -> Result<Self> {
        let log_file = File::create(log).with_context(|| format!("making {}", log.display()))?;
        command.stdin(Stdio::null()).stdout(log_file.try_clone()?).stderr(log_file);
        let begin = Instant::now();
        let child = command.spawn().context("starting a service")?;
        let mut service = Self { child, address, start: Duration::ZERO };
        loop {
            // Any answer is a sign of life: nginx has no page to show.
            if Client::connect(address, "").and_then(|mut client| client.any(path)).is_ok() {
                service.start = begin.elapsed();
                return Ok(service);
            }
            if let Some(status) = service.child.try_wait()? {
                let said = fs::read_to_string(log).unwrap_or_default();
                bail!("a service ended with {status}:\n{said}");
            }
            if begin.elapsed() > STARTS_WITHIN {
                bail!("a service does not answer; it said:\n{}", fs::read_to_string(log).unwrap_or_default());
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// The number of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Nothing to save: the folder goes as well.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The program with a data folder and no settings of the person's own.
pub(crate) fn phien(built: &Built, data: &Path) -> Command {
    let mut phien = Command::new(&built.program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PHIEN_") {
            phien.env_remove(name);
        }
    }
    // All of the load comes from one address.
    phien.env("PHIEN_CONNECTIONS_PER_ADDRESS", "4096");
    phien.env("PHIEN_DATA_DIR", data).env("PHIEN_SITE", &built.site);
    phien
}

pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(SocketAddr::from(([127, 0, 0, 1], free_port()?)))
}

/// A folder of the run's own; gone when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A new one where the target folder lies: a memory disk would flatter the database.
    pub(crate) fn new(target: &Path) -> Result<Self> {
        let made = output(Command::new("mktemp").arg("-d").arg("-p").arg(target))?;
        Ok(Self(PathBuf::from(made.trim())))
    }

    /// A path inside.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}
