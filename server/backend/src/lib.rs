//! The ports of `domain` over SQLite and PostgreSQL. Each feature has a module of the same name; every use case keeps
//! one shape: load, permit, decide, store, audit, in one transaction. Knows no HTTP and no page.

mod access;
mod accounts;
mod agencies;
mod attendance;
mod audit;
mod blobs;
mod bounds;
mod cleaning;
mod codes;
mod counted;
mod db;
mod demo;
mod entropy;
mod events;
mod figures;
mod imports;
mod keys;
mod live;
mod looking;
mod meetings;
mod notices;
mod papers;
mod pending;
mod people;
#[cfg(test)]
mod probe;
mod rooms;
mod rules;
mod scope;
mod search;
mod seed;
mod stop;
mod stored;
mod turns;
mod typed;
mod work_days;
mod write_turns;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::access::Role;
use domain::error::Outcome;
use domain::services::Services;
use domain::time::Zone;
use foreign::{Inspector, Program};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use accounts::password::Hashing;
use blobs::Blobs;
use papers::{HeldPaper, PendingDeclarations};
use turns::Turns;
use write_turns::WriteTurns;

pub use audit::{TrailFault, TrailState};
pub use db::{Db, Q, Record, Source, Tx, Value, Via, places, q};
pub use demo::{Demo, PASSWORD as DEMO_PASSWORD};
pub use entropy::{Entropy, SeededEntropy, SystemEntropy};
pub use events::{Event, Listener};
pub use imports::{ImportUpload, ReadImport};
pub use live::{Host, Lost};
pub use papers::{Answers, FileUse, PaperFile, Swept, Upload};
pub use reports::Faces;
pub use stop::{Done, Stop};
pub use turns::ImportTurn;

/// How to open the backend.
#[derive(Clone, Debug)]
pub struct BackendConfig {
    /// `postgres://…`, or empty for the embedded database in the data folder.
    pub database_url: String,
    /// The folder for the embedded database and the papers.
    pub data_dir: PathBuf,
    /// How long a session lasts unused, in minutes.
    pub session_idle_minutes: i64,
    /// How long a session lasts at most, in hours. On a device that is to stay signed in both times are ten times as
    /// long, and at most 90 days.
    pub session_hours: i64,
    /// Anyone with one of these roles needs a second factor.
    pub second_factor_roles: Vec<Role>,
    /// How many connections may be open at once: to PostgreSQL, or to read the embedded database. One is enough for
    /// every use case by itself, because none asks for a second connection while it holds one.
    pub connections: u32,
    /// Papers are refused when the disk has less free space than this, in bytes.
    pub reserve_bytes: u64,
    /// How long somebody who changes something waits while another program holds the embedded database.
    pub patience: Duration,
    /// An expensive read, such as a list or figures, ends after this.
    pub reads_within: Duration,
    /// The program that is started as a child to look into papers.
    pub looker: Program,
}

impl BackendConfig {
    /// The embedded database in a folder, with the defaults. A child of the running program looks into
    /// papers, so the program must call `foreign::child::run` when it is started as that child.
    pub fn embedded(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            database_url: String::new(),
            data_dir: data_dir.into(),
            session_idle_minutes: 8 * 60,
            session_hours: 24,
            second_factor_roles: Vec::new(),
            connections: db::CONNECTIONS,
            reserve_bytes: 0,
            patience: db::PATIENCE,
            reads_within: db::READS_WITHIN,
            looker: Program::itself(),
        }
    }
}

/// The backend: implements every port; cheap to clone.
#[derive(Clone, Debug)]
pub struct Backend(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    entropy: Box<dyn Entropy>,
    config: BackendConfig,
    blobs: Blobs,
    inspector: Inspector,
    import_turn: Arc<Semaphore>,
    write_turns: WriteTurns,
    turns: Turns,
    expensive_turns: Turns,
    search_turns: Turns,
    import_turns: Turns,
    held: PendingDeclarations<HeldPaper>,
    hashing: Hashing,
}

impl Backend {
    /// Opens the database, brings it up to date, fills a new one with the rules in force and makes the folders.
    ///
    /// # Errors
    /// When the data folder cannot be written or the database not be opened.
    pub async fn open(config: BackendConfig, entropy: Box<dyn Entropy>) -> Result<Backend, Stop> {
        blobs::make_folder(&config.data_dir).await?;
        let db = if config.database_url.is_empty() {
            let file = config.data_dir.join("phien.db");
            Db::sqlite(&file, config.connections, config.patience, config.reads_within).await?
        } else {
            Db::postgres(&config.database_url, config.connections, config.reads_within).await?
        };
        seed::run(&db, entropy.as_ref()).await?;
        search::ensure(&db).await?;
        audit::ensure(&db).await?;
        cleaning::run(&db).await?;
        let blobs = Blobs::open(config.data_dir.join("papers")).await?;
        let inspector = Inspector::new(config.looker.clone());
        let (turns, expensive_turns) = (Turns::new(db.reads_at_once()), Turns::new(db.heavy_at_once()));
        let search_turns = Turns::new(db.searches_at_once());
        Ok(Backend(Arc::new(Inner {
            db,
            entropy,
            config,
            blobs,
            inspector,
            import_turn: Arc::new(Semaphore::new(1)),
            write_turns: WriteTurns::default(),
            turns,
            expensive_turns,
            search_turns,
            import_turns: Turns::new(1),
            held: PendingDeclarations::default(),
            hashing: Hashing::new(),
        })))
    }

    /// Looks at a database without touching it, and gives how many migrations the next start will run; `None` when the
    /// embedded one is not there yet.
    ///
    /// # Errors
    /// When it does not answer, is newer than this program, or was brought up to date by another one.
    pub async fn pending_migrations(config: &BackendConfig) -> Result<Option<usize>, Stop> {
        let file = config.data_dir.join("phien.db");
        if !config.database_url.is_empty() {
            return Ok(Some(pending::on_postgres(&config.database_url).await?));
        }
        if !tokio::fs::try_exists(&file).await? {
            return Ok(None);
        }
        Ok(Some(pending::in_file(&file).await?))
    }

    /// Verifies that nothing changed the audit trail of an up-to-date database after it was written. Changes
    /// nothing itself.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify_trail(config: &BackendConfig) -> Result<TrailState, Stop> {
        audit::verify(config).await
    }

    /// Every port, as the pages are handed them.
    pub fn services(&self) -> Services {
        let backend = Arc::new(self.clone());
        Services {
            accounts: backend.clone(),
            agencies: backend.clone(),
            attendance: backend.clone(),
            audit: backend.clone(),
            figures: backend.clone(),
            imports: backend.clone(),
            live: backend.clone(),
            meetings: backend.clone(),
            records: backend.clone(),
            notices: backend.clone(),
            papers: backend.clone(),
            people: backend.clone(),
            rooms: backend.clone(),
            rules: backend.clone(),
            work_days: backend.clone(),
            second_factor: backend,
        }
    }

    /// Hears what changes from now on, here and on every other node of the same database.
    ///
    /// # Errors
    /// When the database gives no line to hear of it.
    pub async fn listen(&self) -> Result<Listener, Stop> {
        match self.db() {
            Db::Sqlite { events, .. } => Ok(events.listen()),
            Db::Postgres { pool, events, .. } => {
                let listener = events.listen();
                events.follow(pool).await?;
                Ok(listener)
            }
        }
    }

    pub(crate) fn write_turns(&self) -> &WriteTurns {
        &self.0.write_turns
    }

    /// The database: for the command line, the demo and measurements.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn ping(&self) -> Result<(), Stop> {
        Ok(self.db().ping().await?)
    }

    /// How long all connections for expensive reads have been taken without one becoming free. None while one is
    /// free.
    pub fn heavy_reads_full_for(&self) -> Option<Duration> {
        self.db().heavy_full_for()
    }

    /// The zone whose days are counted.
    pub fn zone(&self) -> Zone {
        Zone::VIETNAM
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    /// The room that looks into papers and workbooks.
    pub(crate) fn inspector(&self) -> &Inspector {
        &self.0.inspector
    }

    /// The turn to import a file. There is only one, because an import uses much memory and, while it writes,
    /// blocks the embedded database. None while another import runs.
    pub(crate) fn import_turn(&self) -> Option<OwnedSemaphorePermit> {
        self.0.import_turn.clone().try_acquire_owned().ok()
    }

    /// Files that wait for a declaration.
    pub(crate) fn held(&self) -> &PendingDeclarations<HeldPaper> {
        &self.0.held
    }

    pub(crate) fn hashing(&self) -> &Hashing {
        &self.0.hashing
    }

    /// The turns for what reads much on the connections that all pages share.
    pub(crate) fn turns(&self) -> &Turns {
        &self.0.turns
    }

    /// The turns for importing files, of which there is one.
    pub(crate) fn import_turns(&self) -> &Turns {
        &self.0.import_turns
    }

    /// The turns for searches.
    pub(crate) fn search_turns(&self) -> &Turns {
        &self.0.search_turns
    }

    /// The turns for expensive reads.
    pub(crate) fn expensive_turns(&self) -> &Turns {
        &self.0.expensive_turns
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        self.0.entropy.as_ref()
    }

    /// What a use case gives back across its port.
    pub(crate) fn outcome<T>(&self, done: Done<T>) -> Outcome<T> {
        stop::outcome(done, self.entropy())
    }
}
