//! One connection for all queries of one reading, and the expensive reads, which end when nobody waits for
//! them. Knows no query.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};
use tokio::sync::OwnedSemaphorePermit;

use super::{Db, PATIENCE, Source, Via};

/// Steps between two checks whether anyone still waits for an expensive read: about 1 ms.
const STEPS_BETWEEN_LOOKS: i32 = 100_000;

impl Db {
    /// One connection for all queries of one reading: acquiring and returning one per query costs more than a
    /// small query. A caller that holds it must not ask for another.
    pub(crate) async fn reader(&self) -> Result<Reader, sqlx::Error> {
        Ok(match self {
            Db::Sqlite { readers, .. } => Reader::Sqlite(readers.acquire().await?),
            Db::Postgres { pool, .. } => Reader::Postgres { connection: pool.acquire().await?, _leave: None },
        })
    }

    /// The same for expensive reads: lists with their counts, searches, figures. On the embedded database
    /// such a read ends soon after the reader is dropped, even in the middle of a statement, because nobody
    /// waits for it any more. PostgreSQL itself ends a statement that takes too long; expensive reads get a
    /// share of its connections.
    pub(crate) async fn heavy_reader(&self) -> Result<Reader, sqlx::Error> {
        let heavy = match self {
            Db::Sqlite { heavy, .. } => heavy,
            Db::Postgres { pool, heavy, .. } => {
                let leave = tokio::time::timeout(PATIENCE, Arc::clone(heavy).acquire_owned()).await;
                let leave = leave.map_err(|_| sqlx::Error::PoolTimedOut)?;
                let _leave = Some(leave.map_err(|_| sqlx::Error::PoolClosed)?);
                return Ok(Reader::Postgres { connection: pool.acquire().await?, _leave });
            }
        };
        let mut connection = heavy.acquire().await?;
        let asker = Arc::new(());
        let waits = Arc::downgrade(&asker);
        // Set each time, so that the handler of the previous reader, which is gone, interrupts nobody.
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(STEPS_BETWEEN_LOOKS, move || waits.strong_count() > 0);
        drop(handle);
        Ok(Reader::Heavy { connection, _asker: asker })
    }
}

/// A connection that only reads.
pub(crate) enum Reader {
    /// A reader of the embedded database.
    Sqlite(PoolConnection<Sqlite>),
    /// A reader for expensive reads, and the sign that a caller still waits for the result.
    Heavy {
        /// The connection.
        connection: PoolConnection<Sqlite>,
        /// Dropped with the reader.
        _asker: Arc<()>,
    },
    /// A connection of PostgreSQL's pool.
    Postgres {
        /// The connection.
        connection: PoolConnection<Postgres>,
        /// The permit for an expensive read, if it is one.
        _leave: Option<OwnedSemaphorePermit>,
    },
}

impl Source for Reader {
    fn via(&mut self) -> Via<'_> {
        match self {
            Reader::Sqlite(connection) | Reader::Heavy { connection, .. } => Via::Sqlite(connection),
            Reader::Postgres { connection, .. } => Via::Postgres(connection),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::db::q;

    #[tokio::test]
    async fn an_expensive_read_ends_when_nobody_waits_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::sqlite(&folder.path().join("phien.db"), 1, Duration::ZERO).await.unwrap();
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
        let db = Db::sqlite(&folder.path().join("phien.db"), 1, Duration::ZERO).await.unwrap();
        let held = db.reader().await.unwrap();
        let patient = tokio::time::timeout(Duration::from_secs(20), db.ping());
        patient.await.expect("it has a connection of its own").unwrap();
        drop(held);
        db.close().await;
    }
}
