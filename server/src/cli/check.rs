//! `phien check`: every setting with its value, and all that is wrong with this installation at once.
//! Looks, and leaves nothing behind.

use std::fmt::Display;
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;

use crate::config::{Config, Mistake, SETTINGS, Sources};
use crate::site::read_assets;

/// Prints the settings, then what is wrong; fails when anything is.
pub async fn check(sources: &Sources, read: Result<Config, Vec<Mistake>>) -> ExitCode {
    print_settings(sources);
    let wrong = match read {
        Err(mistakes) => mistakes,
        Ok(config) => installation(&config).await,
    };
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

/// What a right configuration meets on this machine.
async fn installation(config: &Config) -> Vec<Mistake> {
    let mut wrong = Vec::new();
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
    if config.trust_proxy && !config.listen.ip().is_loopback() {
        say("trust_proxy", &format!("{} can be reached past the proxy; listen on 127.0.0.1", config.listen));
    }
    if let Err(reason) = writable(&config.data_dir) {
        say("data_dir", &reason);
    } else if let Err(reason) = database(config).await {
        say(if config.database_url.is_empty() { "data_dir" } else { "database_url" }, &reason);
    }
    wrong
}

/// Whether a file can be made in the folder, or the folder where it is to be.
fn writable(folder: &Path) -> Result<(), String> {
    let there = folder.ancestors().find(|folder| folder.exists() || folder.as_os_str().is_empty());
    let there = there.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let probe = there.join(format!(".phien-check-{}", std::process::id()));
    let tried = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    tried.map_err(|cause| format!("{} cannot be written to: {cause}", there.display()))
}

/// Whether the database answers. One that is not there yet is not made.
async fn database(config: &Config) -> Result<(), String> {
    if config.database_url.is_empty() && !config.data_dir.join("phien.db").exists() {
        return Ok(());
    }
    let backend = super::open(config).await?;
    backend.ping().await.map_err(|cause| cause.to_string())
}
