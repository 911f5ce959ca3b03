//! One connection for all queries of one reading, and the expensive reads, which end when nobody waits for
//! them or when they take too long. Knows no query.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{Database, Pool, Postgres, Sqlite};
use tokio::time::Instant;

use super::{Db, Source, Via};

/// Steps between two checks whether an expensive read may go on: about 1 ms.
const STEPS_BETWEEN_LOOKS: i32 = 100_000;

/// The connections for expensive reads.
#[derive(Debug)]
pub struct HeavyReaders<D: Database> {
    pool: Pool<D>,
    /// A read ends after this.
    within: Duration,
    /// When a connection was taken most recently.
    taken_at: Arc<Mutex<Option<Instant>>>,
}

impl<D: Database> Clone for HeavyReaders<D> {
    fn clone(&self) -> Self {
        let (pool, taken_at) = (self.pool.clone(), Arc::clone(&self.taken_at));
        HeavyReaders { pool, within: self.within, taken_at }
    }
}

impl<D: Database> HeavyReaders<D> {
    /// The connections of a pool.
    pub(super) fn new(pool: Pool<D>, within: Duration) -> Self {
        HeavyReaders { pool, within, taken_at: Arc::default() }
    }

    async fn acquire(&self) -> Result<PoolConnection<D>, sqlx::Error> {
        let connection = self.pool.acquire().await?;
        *self.taken_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        Ok(connection)
    }

    /// How long all connections have been taken without one becoming free: since the last one was taken. A
    /// connection counts as taken until its statement has ended, also when nobody waits for it. None while one is
    /// free.
    fn full_for(&self) -> Option<Duration> {
        let is_full =
            self.pool.num_idle() == 0 && self.pool.size() >= self.pool.options().get_max_connections();
        let taken_at = *self.taken_at.lock().unwrap_or_else(PoisonError::into_inner);
        taken_at.filter(|_| is_full).map(|taken_at| taken_at.elapsed())
    }

    fn at_once(&self) -> usize {
        self.pool.options().get_max_connections() as usize
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

impl Db {
    /// One connection for all queries of one reading: acquiring and returning one per query costs more than a
    /// small query. A caller that holds it must not ask for another.
    pub(crate) async fn reader(&self) -> Result<Reader, sqlx::Error> {
        Ok(match self {
            Db::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Db::Postgres { pool, .. } => Reader::Postgres(pool.acquire().await?),
        })
    }

    /// The same for expensive reads: lists with their counts, searches, figures. They have connections of their
    /// own. On the embedded database such a read ends soon after the reader is dropped, even in the middle of a
    /// statement, because nobody waits for it any more.
    ///
    /// A page that nobody waits for drops no reader: what it loads is a task of its own, which goes on. So each read
    /// also has a hard end, here from its beginning, and on PostgreSQL for each statement.
    ///
    /// # Errors
    /// When no connection came free in time.
    pub async fn heavy_reader(&self) -> Result<Reader, sqlx::Error> {
        match self {
            Db::Sqlite { heavy, .. } => Self::limited(heavy).await,
            Db::Postgres { heavy, .. } => Ok(Reader::Postgres(heavy.acquire().await?)),
        }
    }

    /// The same for what an import reads: only one import runs at a time, and all others wait for it, so it waits for no
    /// page.
    ///
    /// # Errors
    /// When the connection did not come free in time.
    pub async fn import_reader(&self) -> Result<Reader, sqlx::Error> {
        match self {
            Db::Sqlite { importing, .. } => Self::limited(importing).await,
            Db::Postgres { importing, .. } => Ok(Reader::Postgres(importing.acquire().await?)),
        }
    }

    /// The same for a search.
    ///
    /// # Errors
    /// When no connection came free in time.
    pub async fn search_reader(&self) -> Result<Reader, sqlx::Error> {
        match self {
            Db::Sqlite { searching, .. } => Self::limited(searching).await,
            Db::Postgres { searching, .. } => Ok(Reader::Postgres(searching.acquire().await?)),
        }
    }

    async fn limited(heavy: &HeavyReaders<Sqlite>) -> Result<Reader, sqlx::Error> {
        let mut connection = heavy.acquire().await?;
        let asker = Arc::new(());
        let waits = Arc::downgrade(&asker);
        // The thread of the database has no clock of the runtime.
        let (begin, within) = (std::time::Instant::now(), heavy.within);
        // Set each time, so that the handler of the previous reader, which is gone, interrupts nobody.
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || {
            waits.strong_count() > 0 && begin.elapsed() < within
        });
        drop(handle);
        Ok(Reader::Heavy { connection, _asker: asker })
    }

    /// How many expensive reads may go on at once: one for each connection.
    pub(crate) fn heavy_at_once(&self) -> usize {
        match self {
            Db::Sqlite { heavy, .. } => heavy.at_once(),
            Db::Postgres { heavy, .. } => heavy.at_once(),
        }
    }

    /// How many searches may go on at once: one for each connection.
    pub(crate) fn searches_at_once(&self) -> usize {
        match self {
            Db::Sqlite { searching, .. } => searching.at_once(),
            Db::Postgres { searching, .. } => searching.at_once(),
        }
    }

    /// How many other reads that take long may go on at once: a quarter of the connections stays free for the short
    /// ones, which ask for no turn.
    pub(crate) fn reads_at_once(&self) -> usize {
        let connections = match self {
            Db::Sqlite { readers, .. } => readers.options().get_max_connections(),
            Db::Postgres { pool, .. } => pool.options().get_max_connections(),
        };
        (connections - connections / 4) as usize
    }

    /// How long all connections for expensive reads have been taken without one becoming free. None while one is
    /// free.
    pub(crate) fn heavy_full_for(&self) -> Option<Duration> {
        match self {
            Db::Sqlite { heavy, .. } => heavy.full_for(),
            Db::Postgres { heavy, .. } => heavy.full_for(),
        }
    }
}

/// A connection that only reads.
#[derive(Debug)]
pub enum Reader {
    /// A reader of the embedded database.
    Sqlite(PoolConnection<Sqlite>),
    /// A reader for expensive reads, and the sign that a caller still waits for the result.
    Heavy {
        /// The connection.
        connection: PoolConnection<Sqlite>,
        /// Dropped with the reader.
        _asker: Arc<()>,
    },
    /// A connection of one of PostgreSQL's pools.
    Postgres(PoolConnection<Postgres>),
}

impl Source for Reader {
    fn via(&mut self) -> Via<'_> {
        match self {
            Reader::Sqlite(connection) | Reader::Heavy { connection, .. } => Via::Sqlite(connection),
            Reader::Postgres(connection) => Via::Postgres(connection),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::q;

    /// Longer than any test takes.
    const HOURS: Duration = Duration::from_secs(3600 * 24);

    #[tokio::test]
    async fn an_expensive_read_ends_when_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("phien.db"), 1, Duration::ZERO, HOURS).await.unwrap();
        let endless =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
        let mut reader = db.heavy_reader().await.unwrap();
        {
            let mut reading = Box::pin(q(endless).one::<(i64,)>(&mut reader));
            for _ in 0..100 {
                assert!(futures::poll!(&mut reading).is_pending());
                tokio::task::yield_now().await;
            }
        }
        drop(reader);
        // There is only one such connection: it is free again only when the read has ended.
        for _ in 0..2 {
            let mut reader = db.heavy_reader().await.unwrap();
            let (one,): (i64,) = q("SELECT CAST(1 AS BIGINT)").one(&mut reader).await.unwrap();
            assert_eq!(one, 1);
        }
        db.close().await;
    }

    #[tokio::test]
    async fn the_health_check_waits_for_no_reader() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("phien.db"), 1, Duration::ZERO, HOURS).await.unwrap();
        let held = db.reader().await.unwrap();
        let patient = tokio::time::timeout(Duration::from_secs(20), db.ping());
        patient.await.expect("it has a connection of its own").unwrap();
        drop(held);
        db.close().await;
    }
}
