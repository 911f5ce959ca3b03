//! `phien check`: every setting with its value, and all that is wrong with this installation at once.
//! Looks, and leaves nothing behind.

use std::fmt::Display;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::ExitCode;

use backend::{Backend, TrailFault, TrailState};
use foreign::{Inspector, Program};

use super::{links, modes};
use crate::config::{Config, Mistake, SETTINGS, Sources};
use crate::open_files;
use crate::outward;
use crate::site::read_assets;
use crate::tls::Certificate;

/// Prints the settings, then what is wrong; fails when anything is.
pub async fn check(sources: &Sources, read: Result<Config, Vec<Mistake>>) -> ExitCode {
    print_settings(sources);
    let Checked { wrong, notes } = match read {
        Err(wrong) => Checked { wrong, notes: Vec::new() },
        Ok(config) => installation(&config, Program::itself()).await,
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

/// Checks this machine with a valid configuration. `looker` is the program that reads papers.
pub async fn installation(config: &Config, looker: Program) -> Checked {
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
    if let Some(reason) = config.tls.as_ref().and_then(|tls| modes::open_key(&tls.key)) {
        say("tls_key", &reason);
    }
    if let Some(reason) = modes::open_to_others(&config.data_dir) {
        say("data_dir", &reason);
    }
    notes.extend(links::to_database(&config.database_url));
    notes.extend(config.node_url.as_ref().and_then(links::between_nodes));
    if let Some(listen) = config.media_listen {
        let tried = UdpSocket::bind(listen).map(drop).and_then(|()| TcpListener::bind(listen).map(drop));
        if let Err(cause) = tried {
            say(
                "media_listen",
                &format!("{listen} cannot be listened on: {cause}; is phien running already?"),
            );
        }
    }
    if config.can_be_reached_past_the_proxy() {
        say("trust_proxy", &past_the_proxy(config));
    } else if config.trust_proxy && !config.listen.ip().is_loopback() {
        // The other nodes must reach it.
        notes.push(format!(
            "The proxy is believed: in the firewall, let only the proxy and the other nodes reach {}.",
            config.listen
        ));
    }
    match Inspector::new(looker).try_out().await {
        Ok(true) => {}
        Ok(false) => notes.push(
            "The kernel cannot take system calls away from the process that reads papers; its other limits hold."
                .to_owned(),
        ),
        Err(reason) => say("papers", &format!("none could be looked into: {reason}")),
    }
    if let Some(reason) = open_files::too_few(config.limits.connections) {
        say("open files", &reason);
    }
    if config.node_url.as_ref().is_some_and(|url| url.scheme() == "https")
        && let Err(reason) = outward::connector()
    {
        say("node_url", &reason);
    }
    if let Err(reason) = writable(&config.data_dir) {
        say("data_dir", &reason);
    } else {
        let place = if config.database_url.is_empty() { "data_dir" } else { "database_url" };
        match database(config).await {
            Ok((note, is_current)) => {
                notes.push(note);
                if is_current {
                    match trail(config).await {
                        Ok(note) => notes.push(note),
                        Err(reason) => say("audit trail", &reason),
                    }
                }
            }
            Err(reason) => say(place, &reason),
        }
    }
    Checked { wrong, notes }
}

/// Why the server cannot trust a proxy when it listens on this address.
pub(super) fn past_the_proxy(config: &Config) -> String {
    format!(
        "{} can be reached past the proxy, so anyone could write its headers; listen on 127.0.0.1",
        config.listen
    )
}

/// Whether a file can be made in the folder, or the folder where it is to be.
fn writable(folder: &Path) -> Result<(), String> {
    let there = folder.ancestors().find(|folder| folder.exists() || folder.as_os_str().is_empty());
    let there = there.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = there.join(format!(".phien-check-{}", std::process::id()));
    let tried = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    tried.map_err(|cause| format!("{} cannot be written to: {cause}", there.display()))
}

/// Whether the database answers and what the next start will do to it; the flag is true if that is nothing. A
/// missing database is not created.
async fn database(config: &Config) -> Result<(String, bool), String> {
    match Backend::pending_migrations(&super::settings(config)).await {
        Ok(None) => Ok(("There is no database yet; the first start makes it.".to_owned(), false)),
        Ok(Some(0)) => Ok(("The database is up to date.".to_owned(), true)),
        Ok(Some(pending)) => {
            let note =
                format!("{pending} migrations will run at the next start. Back up the data before it.");
            Ok((note, false))
        }
        Err(cause) => Err(cause.to_string()),
    }
}

/// The last line of the audit trail, to be kept elsewhere, after all lines before it were verified.
async fn trail(config: &Config) -> Result<String, String> {
    let TrailState { lines, hash, at, broken } =
        Backend::verify_trail(&super::settings(config)).await.map_err(|cause| cause.to_string())?;
    match broken {
        None if lines == 0 => Ok("The audit trail holds no line yet.".to_owned()),
        None => {
            let at = at.map_or_else(String::new, |at| format!(", written {}", at.to_rfc3339()));
            Ok(format!("The audit trail is whole. Its last line is number {lines}{at}: {hash}"))
        }
        Some(fault) => Err(words(&fault)),
    }
}

fn words(fault: &TrailFault) -> String {
    match fault {
        TrailFault::Missing(seq) => format!("line {seq} is missing; those before it are as they were written"),
        TrailFault::Changed { seq, id } => {
            format!("line {seq} ({id}) was changed after it was written; those before it are as they were written")
        }
        TrailFault::OtherEnd => "the last line is not the one that was written last".to_owned(),
        TrailFault::Unplaced(id) => format!("line {id} has no number: the program did not write it"),
        TrailFault::Unguarded => {
            "every line is as it was written, but the triggers that refuse changes are missing; the next start sets them"
                .to_owned()
        }
    }
}
