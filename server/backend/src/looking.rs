//! A connection that only inspects a database as it is: it migrates and creates nothing.
//! Knows no table.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::BackendConfig;
use crate::db::{Source, Via};

/// The connection.
pub(crate) enum Looking {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Looking {
    /// Connects to the configured database, which must exist.
    pub(crate) async fn at(config: &BackendConfig) -> Result<Looking, sqlx::Error> {
        if !config.database_url.is_empty() {
            return PgConnection::connect(&config.database_url).await.map(Looking::Postgres);
        }
        let file = config.data_dir.join("phien.db");
        let options = SqliteConnectOptions::new().filename(file).pragma("query_only", "ON");
        SqliteConnection::connect_with(&options).await.map(Looking::Sqlite)
    }

    /// Ends the connection.
    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        match self {
            Looking::Sqlite(connection) => connection.close().await,
            Looking::Postgres(connection) => connection.close().await,
        }
    }
}

impl Source for Looking {
    fn via(&mut self) -> Via<'_> {
        match self {
            Looking::Sqlite(connection) => Via::Sqlite(connection),
            Looking::Postgres(connection) => Via::Postgres(connection),
        }
    }
}
