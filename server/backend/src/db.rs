//! One data layer for SQLite and PostgreSQL, every query written once with `$n` placeholders.
//! SQLite has one writer, up to four readers and three more for expensive reads; PostgreSQL has a pool, and a small one
//! for expensive reads.
//! Knows no table, except that a commit writes the lines of the audit trail.

mod query;
pub(crate) mod reader;
mod value;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::MeetingId;
use sqlx::postgres::{PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection, Postgres, Sqlite, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

pub use query::{Q, Record, places, q};
use reader::HeavyReaders;
pub use value::Value;

use crate::audit::{self, Line};
use crate::events::{Events, News, Telling};
use crate::write_turns::Turn;

/// Connections at once: enough for 300 people on PostgreSQL at a few milliseconds a query.
pub(crate) const CONNECTIONS: u32 = 16;
/// Readers of the embedded database, at most: as many as the cores of a small office machine, twice.
const SQLITE_READERS: u32 = 4;
/// Readers of the embedded database for lists, searches and figures, which may use a core for a long time:
/// the other readers stay free for pages. One more than one person may use at once.
const SQLITE_HEAVY_READERS: u32 = 3;
/// One in four of PostgreSQL's connections may be used for expensive reads.
const POSTGRES_HEAVY_SHARE: u32 = 4;
/// One in so many of the other connections to PostgreSQL is for those who read.
const POSTGRES_KEPT_SHARE: u32 = 4;
/// PostgreSQL ends any other statement than an expensive read after this many milliseconds: twice as long as the client
/// waits for a page, and longer than the longest statement of an import.
const STATEMENT_MS: &str = "60000";
/// An expensive read ends this long after its beginning, whether or not anybody waits for it. The slowest list of a full
/// database takes under a second, and a page that is answered after 30 s is not waited for.
pub(crate) const READS_WITHIN: Duration = Duration::from_secs(10);
/// Searches at once. A common word of a full database takes a core for seconds.
const SEARCHES: u32 = 1;
/// A search ends this long after its beginning: whoever searched for a common word is told to try again with more words, and
/// the next one does not wait for long.
const SEARCHED_WITHIN: Duration = Duration::from_secs(4);
/// How long a writer of the embedded database waits for another, here or in another program, before its caller is told
/// to try again. The longest transaction is an import, some two seconds on two slow cores, and a few may follow each other.
/// A page must be answered within thirty.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Most values bound in one statement: both engines take more, but plans get slow.
pub(crate) const BINDS_AT_MOST: usize = 500;

/// The migrations, embedded.
pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// The database.
#[derive(Clone, Debug)]
pub enum Db {
    /// Embedded.
    Sqlite {
        /// The one connection that writes.
        writer: SqlitePool,
        /// The one that writes in passing: it waits for nobody.
        passing: SqlitePool,
        /// Connections that only read.
        readers: SqlitePool,
        /// Read-only connections for expensive reads.
        heavy: HeavyReaders<Sqlite>,
        /// The one for what an import reads.
        importing: HeavyReaders<Sqlite>,
        /// Those for searches.
        searching: HeavyReaders<Sqlite>,
        /// The connection of the health check, which nobody else keeps waiting.
        watch: SqlitePool,
        /// Where what has changed is told.
        events: Events,
    },
    /// A server.
    Postgres {
        /// Its connections.
        pool: PgPool,
        /// How many of them may write at once: a quarter stays for pages, however many transactions wait for each other.
        writers: Arc<Semaphore>,
        /// Connections for expensive reads.
        heavy: HeavyReaders<Postgres>,
        /// The one for what an import reads.
        importing: HeavyReaders<Postgres>,
        /// Those for searches.
        searching: HeavyReaders<Postgres>,
        /// The connection of the health check, which nobody else keeps waiting.
        watch: PgPool,
        /// Where what has changed is told, here or on another node.
        events: Events,
    },
}

/// A transaction. Rolled back when dropped without [`Tx::commit`], and then nothing is told of it.
#[derive(Debug)]
pub struct Tx {
    on: Engine,
    news: News,
    /// Lines of the audit trail that the commit writes.
    lines: Vec<Line>,
    /// The place among those that write, on a server, and the turn that was waited for. They end with the transaction.
    _place: Option<OwnedSemaphorePermit>,
    turn: Turn,
}

#[derive(Debug)]
enum Engine {
    /// On the writer.
    Sqlite(Transaction<'static, Sqlite>, Events),
    /// On a server.
    Postgres(Transaction<'static, Postgres>),
}

impl Engine {
    fn begun(self) -> Tx {
        Tx { on: self, news: News::default(), lines: Vec::new(), _place: None, turn: Turn::default() }
    }
}

impl Db {
    /// Opens the embedded database in a file, creates it if it is missing, and runs the migrations. At most
    /// `connections` readers; one writer, which waits up to `patience` for another program's lock. An expensive
    /// read ends after `reads_within`.
    ///
    /// # Errors
    /// When the file cannot be opened, or is newer than this program.
    pub async fn sqlite(
        file: &Path,
        connections: u32,
        patience: Duration,
        reads_within: Duration,
    ) -> Result<Db, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(patience)
            .statement_cache_capacity(200)
            .pragma("cache_size", "-4000");
        let one = || SqlitePoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let writer = one().connect_with(options.clone()).await?;
        MIGRATIONS.run(&writer).await?;
        let unwaiting = options.clone().busy_timeout(Duration::ZERO).pragma("cache_size", "-200");
        let passing = one().connect_lazy_with(unwaiting);
        // A file cannot have gone away like a server: to ask each time costs as much as a query.
        let reading = options.pragma("query_only", "ON");
        let pool = || SqlitePoolOptions::new().test_before_acquire(false);
        let readers = pool()
            .max_connections(connections.min(SQLITE_READERS))
            .min_connections(1)
            .connect_with(reading.clone())
            .await?;
        let few = |count: u32, within: Duration| {
            let few = pool().max_connections(count).acquire_timeout(PATIENCE);
            let few = few.connect_lazy_with(reading.clone().pragma("cache_size", "-2000"));
            HeavyReaders::new(few, within)
        };
        let heavy = few(connections.min(SQLITE_HEAVY_READERS), reads_within);
        let (importing, searching) = (few(1, reads_within), few(SEARCHES, reads_within.min(SEARCHED_WITHIN)));
        let watch = pool().max_connections(1).connect_lazy_with(reading.pragma("cache_size", "-100"));
        Ok(Db::Sqlite {
            writer,
            passing,
            readers,
            heavy,
            importing,
            searching,
            watch,
            events: Events::default(),
        })
    }

    /// Opens a PostgreSQL database with at most `connections` connections, but at least one of each kind, and runs
    /// the migrations. Each statement of an expensive read ends after `reads_within`.
    ///
    /// # Errors
    /// When the server does not answer, or the database is newer than this program.
    pub async fn postgres(url: &str, connections: u32, reads_within: Duration) -> Result<Db, sqlx::Error> {
        let options = sqlx::postgres::PgConnectOptions::from_str(url)?.statement_cache_capacity(200);
        // Migrating the database may take longer than any statement of a page.
        let mut unbounded = PgConnection::connect_with(&options).await?;
        MIGRATIONS.run(&mut unbounded).await?;
        unbounded.close().await?;
        // Its compiler of queries costs a list or a calendar several times what it saves.
        let options = options.options([("jit", "off")]);
        let unlimited = options.clone();
        let options = options.options([("statement_timeout", STATEMENT_MS)]);
        let watch = PgPoolOptions::new().max_connections(1).connect_lazy_with(options.clone());
        let share = (connections / POSTGRES_HEAVY_SHARE).max(1);
        let others = connections.saturating_sub(share).max(1);
        let pool = PgPoolOptions::new().max_connections(others).connect_with(options).await?;
        // A pool of its own: a connection returns to it only after its statement has ended.
        let few = |count: u32, within: Duration| {
            let few = PgPoolOptions::new().max_connections(count).acquire_timeout(PATIENCE);
            let ends = [("statement_timeout", within.as_millis().to_string())];
            HeavyReaders::new(few.connect_lazy_with(unlimited.clone().options(ends)), within)
        };
        let (heavy, importing) = (few(share, reads_within), few(1, reads_within));
        let searching = few(SEARCHES, reads_within.min(SEARCHED_WITHIN));
        let kept = (others / POSTGRES_KEPT_SHARE).max(1).min(others - 1);
        let writers = Arc::new(Semaphore::new((others - kept) as usize));
        Ok(Db::Postgres { pool, writers, heavy, importing, searching, watch, events: Events::default() })
    }

    /// Begins a transaction that writes. On SQLite it takes the write lock at once, so that it cannot fail later.
    pub async fn begin(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Db::Sqlite { writer, events, .. } => {
                Engine::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?, events.clone()).begun()
            }
            Db::Postgres { pool, writers, .. } => {
                let place = timeout(PATIENCE, Arc::clone(writers).acquire_owned()).await;
                let place =
                    place.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?;
                Tx { _place: Some(place), ..Engine::Postgres(pool.begin().await?).begun() }
            }
        })
    }

    /// Begins a transaction that writes down something small in passing, while a page is being read. None when another
    /// holds the embedded database: who only reads must never wait for somebody's import.
    pub async fn begin_in_passing(&self) -> Result<Option<Tx>, sqlx::Error> {
        let (passing, events) = match self {
            Db::Sqlite { passing, events, .. } => (passing, events),
            Db::Postgres { pool, writers, .. } => {
                let Ok(place) = Arc::clone(writers).try_acquire_owned() else { return Ok(None) };
                return Ok(Some(Tx { _place: Some(place), ..Engine::Postgres(pool.begin().await?).begun() }));
            }
        };
        match passing.begin_with("BEGIN IMMEDIATE").await {
            Ok(tx) => Ok(Some(Engine::Sqlite(tx, events.clone()).begun())),
            Err(error) if is_busy(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks the database for a sign of life.
    pub(crate) async fn ping(&self) -> Result<(), sqlx::Error> {
        match self {
            Db::Sqlite { watch, .. } => sqlx::query("SELECT 1").execute(watch).await.map(drop),
            Db::Postgres { watch, .. } => sqlx::query("SELECT 1").execute(watch).await.map(drop),
        }
    }

    /// Whether this is PostgreSQL: for the few statements that fork (full-text search).
    pub fn is_postgres(&self) -> bool {
        matches!(self, Db::Postgres { .. })
    }

    /// Closes every connection; the embedded database writes its log back.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { writer, passing, readers, heavy, importing, searching, watch, .. } => {
                watch.close().await;
                heavy.close().await;
                importing.close().await;
                searching.close().await;
                readers.close().await;
                passing.close().await;
                writer.close().await;
            }
            Db::Postgres { pool, heavy, importing, searching, watch, .. } => {
                watch.close().await;
                heavy.close().await;
                importing.close().await;
                searching.close().await;
                pool.close().await;
            }
        }
    }
}

impl Tx {
    /// Ends this turn with the transaction.
    pub(crate) fn keep_turn(&mut self, turn: Turn) {
        self.turn = turn;
    }

    /// Writes the lines of the audit trail, commits, and then sends the notifications. On SQLite the data is
    /// on the disk when this returns.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        if let Engine::Postgres(tx) = &mut self.on {
            std::mem::take(&mut self.news).send(tx).await?;
        }
        self.write_lines().await?;
        match self.on {
            Engine::Sqlite(tx, events) => {
                let _telling = Telling::of(events, self.news);
                tx.commit().await
            }
            Engine::Postgres(tx) => tx.commit().await,
        }
    }

    /// Adds a line of the audit trail for the commit to write. SQLite has only one writer, so the lines of an
    /// import are written as soon as they fill a statement. On PostgreSQL they wait in memory, because a
    /// transaction that writes them blocks all other writers until its commit.
    pub(crate) async fn record(&mut self, line: Line) -> Result<(), sqlx::Error> {
        self.lines.push(line);
        if self.lines.len() < audit::LINES_AT_ONCE || self.is_postgres() {
            return Ok(());
        }
        self.write_lines().await
    }

    async fn write_lines(&mut self) -> Result<(), sqlx::Error> {
        let lines = std::mem::take(&mut self.lines);
        audit::append(self, &lines).await
    }

    /// Has it told, once this is permanent, that something of a meeting has changed.
    pub(crate) fn changes(&mut self, meeting: MeetingId) {
        self.news.add(meeting);
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.on, Engine::Postgres(_))
    }
}

/// Where a query runs: on the readers, or inside a transaction.
pub trait Source: Send {
    /// The connection or pool to use.
    fn via(&mut self) -> Via<'_>;
}

/// The four places a query can run.
#[derive(Debug)]
pub enum Via<'a> {
    /// The embedded database's readers.
    SqlitePool(&'a SqlitePool),
    /// The embedded database's writer.
    Sqlite(&'a mut SqliteConnection),
    /// A server's pool.
    PostgresPool(&'a PgPool),
    /// A server's transaction.
    Postgres(&'a mut PgConnection),
}

impl Source for &Db {
    fn via(&mut self) -> Via<'_> {
        self.reading()
    }
}

impl Db {
    /// Where queries run that belong to no transaction.
    pub(crate) fn reading(&self) -> Via<'_> {
        match self {
            Db::Sqlite { readers, .. } => Via::SqlitePool(readers),
            Db::Postgres { pool, .. } => Via::PostgresPool(pool),
        }
    }
}

/// Whether the database itself ended a statement that took too long.
pub(crate) fn is_ended(error: &sqlx::Error) -> bool {
    /// SQLITE_INTERRUPT.
    const INTERRUPTED: &str = "9";
    /// `query_canceled` of PostgreSQL, which a statement's time limit causes.
    const CANCELLED: &str = "57014";
    let sqlx::Error::Database(error) = error else { return false };
    let is_sqlite = error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some();
    error.code().is_some_and(|code| code == if is_sqlite { INTERRUPTED } else { CANCELLED })
}

/// Whether the database could not be had because another holds it or none of its connections came free: trying again is
/// right, and nothing is broken.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    /// SQLITE_BUSY, the lowest byte of its extended codes.
    const BUSY: i32 = 5;
    match error {
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(error) => {
            error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some()
                && error
                    .code()
                    .and_then(|code| code.parse::<i32>().ok())
                    .is_some_and(|code| code & 0xff == BUSY)
        }
        _ => false,
    }
}

impl Source for Tx {
    fn via(&mut self) -> Via<'_> {
        match &mut self.on {
            Engine::Sqlite(tx, _) => Via::Sqlite(tx),
            Engine::Postgres(tx) => Via::Postgres(tx),
        }
    }
}

impl<S: Source> Source for &mut S {
    fn via(&mut self) -> Via<'_> {
        (**self).via()
    }
}
