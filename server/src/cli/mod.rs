//! The command line: one verb a module. Reads the configuration, opens the backend, prints; decides nothing.

pub mod admin;
pub mod check;
pub mod demo;
pub mod figures;
pub mod import;
pub mod links;
pub mod modes;
pub mod rehearse;
pub mod serve;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use backend::{Backend, BackendConfig, Entropy, Stop, SystemEntropy};
use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use domain::error::Failure;
use domain::figures::Reach;
use domain::imports::ImportKind;

use app::context::Locale;

use crate::clock::Clock;
use crate::config::{Config, LogFormat, Mistake, Sources};
use crate::{fault, memory};

/// Phiên: the meetings of a public office, planned, held and counted.
#[derive(Parser)]
#[command(name = "phien", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages.
    Serve,
    /// Fill an empty installation with a made-up office to try things in.
    Demo,
    /// Import a CSV file: all of its rows or none.
    Import {
        /// agencies, people, rooms, meetings or baseline.
        #[arg(value_parser = parse_kind)]
        kind: ImportKind,
        /// CSV or .xlsx, with a line that names the columns.
        file: PathBuf,
        #[command(flatten)]
        how: import::How,
    },
    /// Print figures for a window of dates.
    Figures {
        /// Code of the agency.
        #[arg(long)]
        agency: String,
        /// own, or subtree for the agency and all below it.
        #[arg(long, value_parser = parse_reach, default_value = "own")]
        scope: Reach,
        /// First day, such as 2026-01-01.
        #[arg(long)]
        from: NaiveDate,
        /// Last day, included.
        #[arg(long)]
        to: NaiveDate,
        /// As JSON, for programs.
        #[arg(long)]
        json: bool,
    },
    /// What an administrator does at the machine itself.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Rehearse an online meeting before its opening, with sites that nobody sits at.
    Rehearse(rehearse::Rehearse),
    /// Print every setting and all that is wrong with this installation.
    Check,
    /// Look into the paper on the standard input, or with a kind of import into a workbook. The program starts itself with
    /// this, under tight limits.
    #[command(name = foreign::child::VERB, hide = true)]
    LookInto { kind: Option<String> },
}

fn parse_kind(text: &str) -> Result<ImportKind, String> {
    ImportKind::parse(text).ok_or_else(|| ImportKind::ALL.map(ImportKind::code).join(", "))
}

fn parse_reach(text: &str) -> Result<Reach, String> {
    Reach::parse(text).ok_or_else(|| "own or subtree".to_owned())
}

/// What a command ends with: a reason for the error stream.
pub type Ending = Result<(), String>;

/// Parses the command line and runs the command.
pub fn run() -> ExitCode {
    modes::keep_to_the_user();
    memory::return_large_blocks();
    let cli = Cli::parse();
    if let Command::LookInto { .. } = cli.command {
        return foreign::child::run();
    }
    if let Command::Rehearse(asked) = cli.command {
        return ended(in_runtime(rehearse::run(asked)));
    }
    let sources = Sources::of_process();
    let read = Config::read(&sources);
    if let Command::Check = cli.command {
        return in_runtime(check::check(&sources, read));
    }
    match read {
        Err(mistakes) => {
            report(&mistakes);
            ExitCode::FAILURE
        }
        Ok(config) => {
            start_log(&config, matches!(cli.command, Command::Serve));
            ended(in_runtime(command(cli.command, config)))
        }
    }
}

fn ended(ending: Ending) -> ExitCode {
    match ending {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("phien: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn command(command: Command, config: Config) -> Ending {
    let clock = Clock::system();
    match command {
        Command::Serve => serve::serve(config, clock).await,
        Command::Demo => demo::demo(&config, &clock).await,
        Command::Import { kind, file, how } => import::import(&config, &clock, kind, &file, how).await,
        Command::Figures { agency, scope, from, to, json } => {
            figures::figures(&config, &clock, figures::Asked { agency, scope, from, to, json }).await
        }
        Command::Admin(what) => admin::admin(&config, &clock, what).await,
        Command::Check | Command::Rehearse(_) | Command::LookInto { .. } => {
            unreachable!("answered before the configuration was taken as right")
        }
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("the system gives threads and timers").block_on(work)
}

fn report(mistakes: &[Mistake]) {
    eprintln!("phien: the configuration is wrong in {} places:", mistakes.len());
    for mistake in mistakes {
        eprintln!("  {mistake}");
    }
}

/// The log goes to the error stream. Commands other than `serve` only say what is wrong.
fn start_log(config: &Config, is_service: bool) {
    let level = if is_service { config.log_level.as_str() } else { "warn" };
    let filter = tracing_subscriber::EnvFilter::new(level);
    let is_terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(is_terminal).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.init(),
    }
}

/// How the configuration opens the backend.
fn settings(config: &Config) -> BackendConfig {
    BackendConfig {
        database_url: config.database_url.clone(),
        session_idle_minutes: config.session_idle_hours * 60,
        session_hours: config.session_absolute_hours,
        reserve_bytes: config.reserve_mib << 20,
        second_factor_roles: config.second_factor_roles.clone(),
        ..BackendConfig::embedded(config.data_dir.clone())
    }
}

/// Opens the backend that the configuration names.
pub async fn open(config: &Config) -> Result<Backend, String> {
    let opened = async {
        let backend = Backend::open(settings(config), Box::new(SystemEntropy)).await?;
        backend.complete_rules(Clock::system().now()).await?;
        Ok(backend)
    };
    opened.await.map_err(|stop: Stop| {
        let place = if config.database_url.is_empty() { "the data folder" } else { "database_url" };
        format!("{place} cannot be opened: {stop}")
    })
}

/// The machine's randomness.
pub fn entropy() -> Arc<dyn Entropy> {
    Arc::new(SystemEntropy)
}

/// A failure in one line.
pub fn line(failure: &Failure) -> String {
    fault::words(failure, Locale::En).line()
}
