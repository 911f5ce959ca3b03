//! `phien check`: every setting with its value, and all that is wrong with this installation at once.
//! Looks, and leaves nothing behind.

use std::fmt::Display;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::ExitCode;

use backend::Backend;

use crate::config::{Config, Mistake, SETTINGS, Sources};
use crate::outward;
use crate::site::read_assets;
use crate::tls::Certificate;

/// Prints the settings, then what is wrong; fails when anything is.
pub async fn check(sources: &Sources, read: Result<Config, Vec<Mistake>>) -> ExitCode {
    print_settings(sources);
    let Checked { wrong, notes } = match read {
        Err(wrong) => Checked { wrong, notes: Vec::new() },
        Ok(config) => installation(&config).await,
    };
    for note in notes {
        println!("\n{note}");
    }
    if wrong.is_empty() {
        println!("\nNothing is wrong.");
        return ExitCode::SUCCESS;
    }
    println!("\nWrong in {} places:", wrong.len());
    for mistake in wrong {
        println!("  {mistake}");
    }
    ExitCode::FAILURE
}

fn print_settings(sources: &Sources) {
    match &sources.file {
        Some((path, _)) => println!("Settings from {} and the environment:\n", path.display()),
        None => println!("Settings from the environment; there is no phien.toml:\n"),
    }
    for setting in &SETTINGS {
        let default = if setting.default.is_empty() { "empty" } else { setting.default };
        println!("{} (default {default})", setting.variable());
        println!("    {}", setting.meaning);
        if let Some(value) = sources.given(setting) {
            println!("    now: {}", if setting.key == "database_url" { hidden(&value) } else { value });
        }
    }
}

/// An address without its password.
fn hidden(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            url.set_password(Some("…")).ok();
            url.to_string()
        }
        Ok(url) => url.to_string(),
        Err(_) => "…".to_owned(),
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is wrong.
    pub wrong: Vec<Mistake>,
    /// What is not wrong and worth knowing.
    pub notes: Vec<String>,
}

/// What a right configuration meets on this machine.
pub async fn installation(config: &Config) -> Checked {
    let mut wrong = Vec::new();
    let mut notes = Vec::new();
    let mut say = |place: &str, what: &dyn Display| {
        wrong.push(Mistake { place: place.to_owned(), what: what.to_string() });
    };
    if let Err(reason) = read_assets(&config.site_dir()) {
        say("site", &reason);
    }
    if let Err(cause) = TcpListener::bind(config.listen) {
        say(
            "listen",
            &format!("{} cannot be listened on: {cause}; is phien running already?", config.listen),
        );
    }
    if let Some(Err(reason)) = config.tls.as_ref().map(Certificate::acceptor) {
        say("tls_certificate", &reason);
    }
    if let Some(listen) = config.media_listen {
        let tried = UdpSocket::bind(listen).map(drop).and_then(|()| TcpListener::bind(listen).map(drop));
        if let Err(cause) = tried {
            say(
                "media_listen",
                &format!("{listen} cannot be listened on: {cause}; is phien running already?"),
            );
        }
    }
    if config.trust_proxy && !config.listen.ip().is_loopback() {
        match &config.node_url {
            None => {
                let past = format!("{} can be reached past the proxy; listen on 127.0.0.1", config.listen);
                say("trust_proxy", &past);
            }
            // The other nodes have to reach it.
            Some(_) => notes.push(format!(
                "The proxy is believed: in the firewall, let only the proxy and the other nodes reach {}.",
                config.listen
            )),
        }
    }
    if config.node_url.as_ref().is_some_and(|url| url.scheme() == "https")
        && let Err(reason) = outward::connector()
    {
        say("node_url", &reason);
    }
    if let Err(reason) = writable(&config.data_dir) {
        say("data_dir", &reason);
    } else {
        match database(config).await {
            Ok(note) => notes.push(note),
            Err(reason) => {
                say(if config.database_url.is_empty() { "data_dir" } else { "database_url" }, &reason);
            }
        }
    }
    Checked { wrong, notes }
}

/// Whether a file can be made in the folder, or the folder where it is to be.
fn writable(folder: &Path) -> Result<(), String> {
    let there = folder.ancestors().find(|folder| folder.exists() || folder.as_os_str().is_empty());
    let there = there.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = there.join(format!(".phien-check-{}", std::process::id()));
    let tried = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    tried.map_err(|cause| format!("{} cannot be written to: {cause}", there.display()))
}

/// Whether the database answers, and what the next start will do to it. One that is not there yet is not made.
async fn database(config: &Config) -> Result<String, String> {
    match Backend::pending_migrations(&super::settings(config)).await {
        Ok(None) => Ok("There is no database yet; the first start makes it.".to_owned()),
        Ok(Some(0)) => Ok("The database is up to date.".to_owned()),
        Ok(Some(pending)) => {
            Ok(format!("{pending} migrations will run at the next start. Back up the data before it."))
        }
        Err(cause) => Err(cause.to_string()),
    }
}
