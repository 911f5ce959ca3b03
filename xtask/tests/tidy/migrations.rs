//! The tables: names in order, and only what SQLite and PostgreSQL understand alike.

use std::path::{Path, PathBuf};

use crate::tree::{files_below, none, read};

/// Column types that mean the same on both: identifiers and texts, instants in milliseconds and counts, yes or no.
const TYPES: [&str; 3] = ["TEXT", "BIGINT", "BOOLEAN"];

/// Words of one engine only.
const OF_ONE_ENGINE: [&str; 20] = [
    "AUTOINCREMENT",
    "BIGSERIAL",
    "BLOB",
    "BYTEA",
    "CURRENT_TIMESTAMP",
    "DATETIME",
    "GLOB",
    "ILIKE",
    "JSONB",
    "NOW",
    "PRAGMA",
    "REAL",
    "REPLACE",
    "ROWID",
    "SERIAL",
    "STRICT",
    "TIMESTAMP",
    "TIMESTAMPTZ",
    "UUID",
    "VIRTUAL",
];

/// The portable files; those of one engine only lie in a folder of its name.
fn portable() -> Vec<PathBuf> {
    let mut files = files_below("migrations", &["sql"]);
    files.retain(|file| file.parent() == Some(Path::new("migrations")));
    files
}

#[test]
fn migrations_are_numbered_in_order() {
    let mut found = Vec::new();
    for (position, file) in portable().iter().enumerate() {
        let name = file.file_name().expect("a listed file has a name").to_string_lossy().into_owned();
        let named =
            name.strip_suffix(".sql").and_then(|name| name.split_once('_')).is_some_and(|(number, what)| {
                let plain =
                    |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
                number.len() == 4
                    && number.parse() == Ok(position + 1)
                    && !what.is_empty()
                    && what.chars().all(plain)
            });
        if !named {
            found.push(format!("{name}: expected {:04}_name.sql", position + 1));
        }
    }
    none("migrations are NNNN_name.sql, counted from 0001 without a gap:", &found);
}

#[test]
fn migrations_use_what_both_databases_share() {
    let mut found = Vec::new();
    for file in portable() {
        let text = without_comments(&read(&file));
        for word in words(&text).filter(|word| OF_ONE_ENGINE.contains(&word.to_uppercase().as_str())) {
            found.push(format!("{}: {word} is not understood by both databases", file.display()));
        }
        for (column, kind) in columns(&text) {
            if !TYPES.contains(&kind.to_uppercase().as_str()) {
                found.push(format!("{}: {column} {kind}: use {}", file.display(), TYPES.join(", ")));
            }
        }
    }
    none("migrations that one of the databases refuses or reads differently:", &found);
}

fn without_comments(sql: &str) -> String {
    sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').filter(|word| !word.is_empty())
}

/// Columns with their types, from every `CREATE TABLE` and `ADD COLUMN`.
fn columns(sql: &str) -> Vec<(String, String)> {
    let mut columns = Vec::new();
    for statement in sql.split(';') {
        let upper = statement.trim().to_uppercase();
        if upper.starts_with("CREATE TABLE") {
            let Some((_, body)) = statement.split_once('(') else { continue };
            let body = body.rsplit_once(')').map_or(body, |(body, _)| body);
            columns.extend(parts(body).iter().filter_map(|part| column(part)));
        } else if let Some(at) = upper.find("ADD COLUMN") {
            columns.extend(column(&statement.trim()[at + "ADD COLUMN".len()..]));
        }
    }
    columns
}

/// The body of a table at its own commas, not those inside brackets.
fn parts(body: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0_u32;
    for letter in body.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if letter == ',' && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(letter);
        }
    }
    parts
}

fn column(part: &str) -> Option<(String, String)> {
    let mut words = part.split_whitespace();
    let name = words.next()?;
    let constraint = ["PRIMARY", "FOREIGN", "UNIQUE", "CHECK", "CONSTRAINT"];
    let keyword = name.split('(').next().unwrap_or(name).to_uppercase();
    if constraint.contains(&keyword.as_str()) {
        return None;
    }
    let kind = words.next().unwrap_or("(no type)");
    Some((name.to_owned(), kind.split('(').next().unwrap_or(kind).to_owned()))
}

#[test]
fn columns_are_read_from_tables() {
    let sql = "CREATE TABLE a (id TEXT PRIMARY KEY, n bigint CHECK (n IN (1, 2)), UNIQUE (id, n)); ALTER TABLE a ADD COLUMN b REAL";
    let read: Vec<String> = columns(sql).iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    assert_eq!(read, ["id TEXT", "n bigint", "b REAL"]);
}
