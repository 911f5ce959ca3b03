//! Files that no paper needs any more: of papers withdrawn long ago, of meetings that were dropped, of uploads that broke
//! off. Safe beside uploads and beside another program on the same data: what is young is left alone, and a file goes
//! only under the lock under which a new paper makes sure of its own.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use domain::error::Failure;

use crate::Backend;
use crate::db::{BINDS_AT_MOST, Source, Tx, places, q};
use crate::stop::Done;

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files of uploads that broke off.
    pub incoming: u64,
    /// Files that no paper needs.
    pub papers: u64,
}

impl Backend {
    /// Removes the files that no paper needs, for `phien serve` alone. Withdrawn papers keep theirs for so many days.
    ///
    /// # Errors
    /// When a folder or the database cannot be read.
    pub async fn sweep(&self, now: DateTime<Utc>, withdrawn_days: i64) -> Done<Swept> {
        let (at, kept_since) = (moment(now), now - TimeDelta::days(withdrawn_days));
        let mut swept = Swept { incoming: self.blobs().sweep_incoming(at).await?, papers: 0 };
        for some in self.blobs().settled(at).await?.chunks(BINDS_AT_MOST - 1) {
            let needed = needed(self.db(), some, kept_since).await?;
            for hash in some.iter().filter(|hash| !needed.contains(hash)) {
                swept.papers += u64::from(remove(self, hash, at, kept_since).await?);
            }
        }
        Ok(swept)
    }
}

fn moment(now: DateTime<Utc>) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(now.timestamp_millis()).unwrap_or(0))
}

/// Those of the hashes that a paper still needs.
async fn needed(on: impl Source, hashes: &[String], kept_since: DateTime<Utc>) -> Done<Vec<String>> {
    let rows: Vec<(String,)> = q(format!(
        "SELECT DISTINCT hash FROM paper WHERE (withdrawn_at IS NULL OR withdrawn_at > $1) AND hash IN ({})",
        places(2, hashes.len())
    ))
    .bind(kept_since)
    .bind_all(hashes)
    .all(on)
    .await?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// Looks once more, with the lock in hand.
async fn remove(backend: &Backend, hash: &String, at: SystemTime, kept_since: DateTime<Utc>) -> Done<bool> {
    let mut tx = backend.db().begin().await?;
    lock(&mut tx).await?;
    if !needed(&mut tx, std::slice::from_ref(hash), kept_since).await?.is_empty() {
        return Ok(false);
    }
    let is_removed = backend.blobs().remove_settled(hash, at).await?;
    tx.commit().await?;
    Ok(is_removed)
}

/// Keeps sweeps and new papers apart until the transaction ends; on SQLite the transaction itself does.
async fn lock(tx: &mut Tx) -> Done<()> {
    if tx.is_postgres() {
        let _: (bool,) = q("SELECT pg_advisory_xact_lock(50227) IS NOT NULL").one(tx).await?;
    }
    Ok(())
}

/// Makes sure of the file of a paper whose row is being written: no sweep takes it from now on, and none has.
pub(super) async fn make_sure(tx: &mut Tx, backend: &Backend, hash: &str) -> Done<()> {
    lock(tx).await?;
    if backend.blobs().holds(hash).await? { Ok(()) } else { Err(Failure::Unavailable.into()) }
}
