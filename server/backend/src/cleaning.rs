//! Texts that were stored before the program cleaned what comes in (`domain::text`): cleaned once, at the first start
//! of a version that does, with all that is derived from them. SQL cannot do it. The trail is never touched, and forms
//! stay as they were typed until they are published. Knows no use case.

use std::collections::HashSet;

use domain::text::{Line, Paragraphs, fold, name_key, title_key};

use crate::agencies::CODE_AT_MOST;
use crate::db::{Db, Tx, q};
use crate::search;
use crate::stop::Done;

/// Rows of a batch, which is one transaction: it takes less than 100 ms, so other nodes of the database wait no longer.
const ROWS_AT_ONCE: i64 = 500;

/// What is done with the rows of one table.
enum Step {
    Texts(Texts),
    Folded(Folded),
    Order(Order),
    /// Meetings are indexed again.
    Index,
}

/// Columns that people wrote.
struct Texts {
    table: &'static str,
    /// An expression for the key of a row.
    key: &'static str,
    /// A column of one line whose values differ, so that no value may become that of another row.
    code: Option<&'static str>,
    /// Columns of one line.
    lines: &'static [&'static str],
    /// A column of several lines.
    paragraphs: Option<&'static str>,
}

/// A column that holds folded words.
struct Folded {
    table: &'static str,
    key: &'static str,
    /// Where the words come from: the table under the name `t`, joined with others.
    from: &'static str,
    words: &'static str,
}

/// A column that rows are ordered by.
struct Order {
    table: &'static str,
    /// The name that the key is made of.
    name: &'static str,
    key: fn(&str) -> String,
}

const fn lines(table: &'static str, lines: &'static [&'static str]) -> Step {
    Step::Texts(Texts { table, key: "id", code: None, lines, paragraphs: None })
}

/// Agencies come before the people who are found by their names, and the index comes last.
const STEPS: [(&str, Step); 18] = [
    ("agency", Step::Texts(Texts { code: Some("code"), ..texts("agency", &["name", "short_name"]) })),
    (
        "agency_alias",
        Step::Texts(Texts { key: ALIAS_KEY, code: Some("alias"), ..texts("agency_alias", &[]) }),
    ),
    ("person", lines("person", &["name", "position"])),
    ("room", Step::Texts(Texts { code: Some("code"), ..texts("room", &["name", "equipment"]) })),
    ("kind_rule", lines("kind_rule", &["name_vi", "name_en", "source"])),
    ("baseline", Step::Texts(Texts { key: BASELINE_KEY, ..texts("baseline", &["source"]) })),
    ("meeting", Step::Texts(Texts { paragraphs: Some("reason"), ..texts("meeting", &["title", "place"]) })),
    ("agenda_item", lines("agenda_item", &["title", "presenter"])),
    ("paper", lines("paper", &["title"])),
    ("participant", Step::Texts(Texts { paragraphs: Some("reason"), ..texts("participant", &[]) })),
    ("agency.folded", folded("agency", "t.id", "agency t", "t.short_name || ' ' || t.name || ' ' || t.code")),
    (
        "agency_alias.folded",
        folded("agency_alias", "t.agency_id || ' ' || t.alias", "agency_alias t", "t.alias"),
    ),
    (
        "person.folded",
        folded(
            "person",
            "t.id",
            "person t JOIN agency a ON a.id = t.agency_id",
            "t.name || ' ' || t.position || ' ' || a.short_name || ' ' || a.name || ' ' || a.code",
        ),
    ),
    ("paper.folded", folded("paper", "t.id", "paper t", "t.title")),
    ("room.folded", folded("room", "t.id", "room t", "t.name || ' ' || t.code || ' ' || t.equipment")),
    ("person.name_key", Step::Order(Order { table: "person", name: "name", key: name_key })),
    ("agency.name_key", Step::Order(Order { table: "agency", name: "short_name", key: title_key })),
    ("meeting_line", Step::Index),
];

const ALIASES: &str = "agency_alias";
const ALIAS_KEY: &str = "agency_id || ' ' || alias";
const BASELINE_KEY: &str = "agency_id || ' ' || year || ' ' || base";

const fn texts(table: &'static str, lines: &'static [&'static str]) -> Texts {
    Texts { table, key: "id", code: None, lines, paragraphs: None }
}

const fn folded(table: &'static str, key: &'static str, from: &'static str, words: &'static str) -> Step {
    Step::Folded(Folded { table, key, from, words })
}

/// Does what no program has done on this database yet.
pub(crate) async fn run(db: &Db) -> Done<()> {
    let done: Vec<(String,)> = q("SELECT step FROM one_time_work WHERE is_done").all(db).await?;
    let done: HashSet<String> = done.into_iter().map(|(step,)| step).collect();
    for (name, step) in &STEPS {
        let name = format!("clean {name}");
        if done.contains(&name) {
            continue;
        }
        let mut changed = 0;
        while let Some(more) = some(db, &name, step).await? {
            changed += more;
        }
        if changed > 0 {
            tracing::info!(step = name, changed, "texts that were stored before have been cleaned");
        }
    }
    Ok(())
}

/// Does the next batch of a step, and gives how many rows it changed. None when that was the last one.
async fn some(db: &Db, name: &str, step: &Step) -> Done<Option<usize>> {
    let mut tx = db.begin().await?;
    let place: Option<(String,)> =
        q("SELECT place FROM one_time_work WHERE step = $1").bind(name).optional(&mut tx).await?;
    let place = place.map(|(place,)| place).unwrap_or_default();
    let (changed, last) = match step {
        Step::Texts(texts) => texts.clean(&mut tx, &place).await?,
        Step::Folded(folded) => folded.fold(&mut tx, &place).await?,
        Step::Order(order) => order.write(&mut tx, &place).await?,
        Step::Index => index(&mut tx, &place).await?,
    };
    q("INSERT INTO one_time_work (step, place, is_done) VALUES ($1, $2, $3) \
       ON CONFLICT (step) DO UPDATE SET place = excluded.place, is_done = excluded.is_done")
    .bind(name)
    .bind(last.as_deref().unwrap_or(&place))
    .bind(last.is_none())
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(last.map(|_| changed))
}

impl Texts {
    /// Cleans the rows after a place; how many changed, and the place of the last one.
    async fn clean(&self, tx: &mut Tx, place: &str) -> Done<(usize, Option<String>)> {
        let Texts { table, key, .. } = self;
        let columns: Vec<&str> =
            self.code.into_iter().chain(self.lines.iter().copied()).chain(self.paragraphs).collect();
        let column = |n: usize| columns.get(n).copied().unwrap_or("''");
        let rows: Vec<(String, String, String, String)> = q(format!(
            "SELECT {key} AS key, {}, {}, {} FROM {table} WHERE {key} > $1 ORDER BY 1 LIMIT {ROWS_AT_ONCE}",
            column(0),
            column(1),
            column(2)
        ))
        .bind(place)
        .all(&mut *tx)
        .await?;
        let last = rows.last().map(|(key, ..)| key.clone());
        let mut changed = 0;
        for (row, one, two, three) in rows {
            let before = &[one, two, three][..columns.len()];
            let mut after: Vec<String> =
                before.iter().zip(&columns).map(|(text, c)| self.cleaned(c, text)).collect();
            if before == after {
                continue;
            }
            if let Some(code) = self.code
                && before[0] != after[0]
                && self.is_taken(tx, code, &row, &after[0]).await?
            {
                if *table == ALIASES {
                    q(format!("DELETE FROM {ALIASES} WHERE {key} = $1")).bind(&row).run(&mut *tx).await?;
                    changed += 1;
                    continue;
                }
                after[0] = self.other_code(tx, code, &row, &after[0]).await?;
            }
            let set: Vec<String> =
                columns.iter().enumerate().map(|(n, column)| format!("{column} = ${}", n + 2)).collect();
            let update = q(format!("UPDATE {table} SET {} WHERE {key} = $1", set.join(", "))).bind(&row);
            update.bind_all(after).run(&mut *tx).await?;
            changed += 1;
        }
        Ok((changed, last))
    }

    fn cleaned(&self, column: &str, text: &str) -> String {
        if self.paragraphs == Some(column) { Paragraphs::new(text).into() } else { Line::new(text).into() }
    }

    /// Whether another row has the cleaned code already. Two agencies may share another name.
    async fn is_taken(&self, tx: &mut Tx, code: &str, row: &str, cleaned: &str) -> Done<bool> {
        let Texts { table, key, .. } = self;
        let same_agency = if *table == ALIASES {
            " AND agency_id = (SELECT o.agency_id FROM agency_alias o WHERE o.agency_id || ' ' || o.alias = $1)"
        } else {
            ""
        };
        let found: Option<(String,)> =
            q(format!("SELECT {code} FROM {table} WHERE {key} <> $1 AND {code} = $2{same_agency} LIMIT 1"))
                .bind(row)
                .bind(cleaned)
                .optional(tx)
                .await?;
        Ok(found.is_some())
    }

    /// A free code for an agency or a room whose code looks like that of another one. Both stay, because meetings belong
    /// to both: `SNV` and `SNV-2`.
    async fn other_code(&self, tx: &mut Tx, code: &str, row: &str, cleaned: &str) -> Done<String> {
        let mut number = 2;
        loop {
            let ending = format!("-{number}");
            let room = CODE_AT_MOST.saturating_sub(u32::try_from(ending.len()).unwrap_or(CODE_AT_MOST));
            let other = format!("{}{ending}", Line::shortened(cleaned, room));
            if !self.is_taken(tx, code, row, &other).await? {
                tracing::warn!(
                    table = self.table,
                    code = cleaned,
                    given = other,
                    "two codes looked the same"
                );
                return Ok(other);
            }
            number += 1;
        }
    }
}

impl Folded {
    async fn fold(&self, tx: &mut Tx, place: &str) -> Done<(usize, Option<String>)> {
        let Folded { table, key, from, words } = self;
        let rows: Vec<(String, String, String)> = q(format!(
            "SELECT {key} AS key, {words}, t.folded FROM {from} WHERE {key} > $1 ORDER BY 1 LIMIT {ROWS_AT_ONCE}"
        ))
        .bind(place)
        .all(&mut *tx)
        .await?;
        let last = rows.last().map(|(key, ..)| key.clone());
        let mut changed = 0;
        let update = format!("UPDATE {table} SET folded = $2 WHERE {} = $1", key.replace("t.", ""));
        for (row, words, before) in rows {
            let after = fold(&words);
            if after != before {
                q(update.as_str()).bind(&row).bind(after).run(&mut *tx).await?;
                changed += 1;
            }
        }
        Ok((changed, last))
    }
}

impl Order {
    async fn write(&self, tx: &mut Tx, place: &str) -> Done<(usize, Option<String>)> {
        let Order { table, name, key } = self;
        let rows: Vec<(String, String, String)> = q(format!(
            "SELECT id, {name}, name_key FROM {table} WHERE id > $1 ORDER BY id LIMIT {ROWS_AT_ONCE}"
        ))
        .bind(place)
        .all(&mut *tx)
        .await?;
        let last = rows.last().map(|(id, ..)| id.clone());
        let mut changed = 0;
        for (id, name, before) in rows {
            let after = key(&name);
            if after != before {
                q(format!("UPDATE {table} SET name_key = $2 WHERE id = $1"))
                    .bind(id)
                    .bind(after)
                    .run(&mut *tx)
                    .await?;
                changed += 1;
            }
        }
        Ok((changed, last))
    }
}

async fn index(tx: &mut Tx, place: &str) -> Done<(usize, Option<String>)> {
    let meetings: Vec<(String,)> =
        q(format!("SELECT id FROM meeting WHERE id > $1 ORDER BY id LIMIT {ROWS_AT_ONCE}"))
            .bind(place)
            .all(&mut *tx)
            .await?;
    let last = meetings.last().map(|(id,)| id.clone());
    search::write_all(tx, meetings).await?;
    Ok((0, last))
}
