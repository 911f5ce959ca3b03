//! For unit tests: agencies without the use case that makes them, and how much work the embedded database does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::ids::AgencyId;

use crate::Backend;
use crate::db::reader::Reader;
use crate::db::{Db, q};

/// Steps between two counts.
const STEPS_AT_ONCE: i32 = 100;

/// Stores topmost agencies.
pub(crate) async fn store_agencies(backend: &Backend, agencies: &[(AgencyId, &str)]) {
    let mut tx = backend.db().begin().await.unwrap();
    for (agency, code) in agencies {
        q(format!(
            "INSERT INTO agency (id, code, level, name, short_name, path, depth, folded) \
             VALUES ('{agency}', '{code}', 'department', '{code}', '{code}', '/{agency}/', 0, '')"
        ))
        .run(&mut tx)
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
}

/// A reader that counts the steps of the embedded database.
pub(crate) struct CountedReader {
    pub(crate) reader: Reader,
    looks: Arc<AtomicU64>,
}

impl CountedReader {
    pub(crate) async fn of(backend: &Backend) -> CountedReader {
        let Db::Sqlite { readers, .. } = backend.db() else { panic!("the embedded database") };
        let mut connection = readers.acquire().await.unwrap();
        let looks = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&looks);
        connection.lock_handle().await.unwrap().set_progress_handler(STEPS_AT_ONCE, move || {
            counter.fetch_add(1, Ordering::Relaxed);
            true
        });
        CountedReader { reader: Reader::Sqlite(connection), looks }
    }

    /// The steps so far.
    pub(crate) fn steps(&self) -> u64 {
        self.looks.load(Ordering::Relaxed) * u64::from(STEPS_AT_ONCE.unsigned_abs())
    }
}
