//! A query with its values, the same for both engines.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow, Postgres, Sqlite};

use super::{Source, Value, Via};

/// A row type that reads from both engines: any `#[derive(FromRow)]` struct or tuple of portable columns.
pub trait Record: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Record for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// A query with its values.
#[derive(Clone, Debug)]
pub struct Q {
    sql: String,
    values: Vec<Value>,
}

/// A query, with `$1`, `$2` … for its values.
pub fn q(sql: impl Into<String>) -> Q {
    Q { sql: sql.into(), values: Vec::new() }
}

macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Text(v) => query.bind(v),
                Value::Int(v) => query.bind(v),
                Value::Bool(v) => query.bind(v),
            };
        }
        query
    }};
}

macro_rules! fetched {
    ($self:ident, $on:ident, $fetch:ident) => {{
        let sql = AssertSqlSafe($self.sql);
        match $on.via() {
            Via::SqlitePool(pool) => {
                bound!(sqlx::query_as::<Sqlite, T>(sql), $self.values).$fetch(pool).await
            }
            Via::Sqlite(conn) => bound!(sqlx::query_as::<Sqlite, T>(sql), $self.values).$fetch(conn).await,
            Via::PostgresPool(pool) => {
                bound!(sqlx::query_as::<Postgres, T>(sql), $self.values).$fetch(pool).await
            }
            Via::Postgres(conn) => {
                bound!(sqlx::query_as::<Postgres, T>(sql), $self.values).$fetch(conn).await
            }
        }
    }};
}

impl Q {
    /// Binds the next value.
    pub fn bind(mut self, value: impl Into<Value>) -> Q {
        self.values.push(value.into());
        self
    }

    /// Binds many values in turn.
    pub fn bind_all(mut self, values: impl IntoIterator<Item = impl Into<Value>>) -> Q {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// Binds a value and gives its placeholder, for statements put together piece by piece.
    pub fn place(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// Appends to the text of the statement.
    pub fn push(&mut self, sql: &str) -> &mut Q {
        self.sql.push_str(sql);
        self
    }

    /// All rows.
    pub async fn all<T: Record>(self, mut on: impl Source) -> Result<Vec<T>, sqlx::Error> {
        fetched!(self, on, fetch_all)
    }

    /// The one row.
    pub async fn one<T: Record>(self, mut on: impl Source) -> Result<T, sqlx::Error> {
        fetched!(self, on, fetch_one)
    }

    /// The row, if there is one.
    pub async fn optional<T: Record>(self, mut on: impl Source) -> Result<Option<T>, sqlx::Error> {
        fetched!(self, on, fetch_optional)
    }

    /// Runs a statement; the number of rows it touched.
    pub async fn run(self, mut on: impl Source) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(self.sql);
        Ok(match on.via() {
            Via::SqlitePool(pool) => {
                bound!(sqlx::query(sql), self.values).execute(pool).await?.rows_affected()
            }
            Via::Sqlite(conn) => bound!(sqlx::query(sql), self.values).execute(conn).await?.rows_affected(),
            Via::PostgresPool(pool) => {
                bound!(sqlx::query(sql), self.values).execute(pool).await?.rows_affected()
            }
            Via::Postgres(conn) => bound!(sqlx::query(sql), self.values).execute(conn).await?.rows_affected(),
        })
    }
}

/// `$from, $from+1, …`: placeholders for `count` values.
pub fn places(from: usize, count: usize) -> String {
    (from..from + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
