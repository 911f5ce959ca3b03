//! What the next start would change of a database, found by looking alone. Knows no table but that of the migrations.

use std::path::Path;

use sqlx::migrate::MigrateError::{VersionMismatch, VersionMissing};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::db::MIGRATIONS;

/// How many migrations the embedded database in a file lacks.
pub(crate) async fn in_file(file: &Path) -> Result<usize, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(file).pragma("query_only", "ON");
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let there: Option<(i64,)> = sqlx::query_as(
        "SELECT CAST(1 AS BIGINT) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
    )
    .fetch_optional(&mut connection)
    .await?;
    let applied = match there {
        Some(_) => sqlx::query_as(APPLIED).fetch_all(&mut connection).await?,
        None => Vec::new(),
    };
    connection.close().await?;
    pending(&applied)
}

/// How many migrations a database on a server lacks.
pub(crate) async fn on_postgres(url: &str) -> Result<usize, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let (is_there,): (bool,) = sqlx::query_as("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut connection)
        .await?;
    let applied =
        if is_there { sqlx::query_as(APPLIED).fetch_all(&mut connection).await? } else { Vec::new() };
    connection.close().await?;
    pending(&applied)
}

const APPLIED: &str = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";

fn pending(applied: &[(i64, Vec<u8>)]) -> Result<usize, sqlx::Error> {
    for (version, checksum) in applied {
        match MIGRATIONS.iter().find(|migration| migration.version == *version) {
            None => return Err(VersionMissing(*version).into()),
            Some(known) if known.checksum.as_ref() != checksum.as_slice() => {
                return Err(VersionMismatch(*version).into());
            }
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS.iter().count() - applied.len())
}
