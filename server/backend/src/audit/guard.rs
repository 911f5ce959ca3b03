//! Protects the trail against later changes: triggers refuse to change or delete a line. They are set at the
//! first start, once every older line has its place in the chain. Also verifies the whole chain for `phien
//! check`.

use chrono::{DateTime, Utc};
use domain::audit::{Audience, Deed};
use domain::text::fold;

use super::chain::{self, Line};
use crate::db::{Db, Source, Tx, q};
use crate::looking::Looking;
use crate::stop::Done;
use crate::{BackendConfig, stored};

/// Lines placed in one transaction at the first start. Other writers wait meanwhile, some tens of
/// milliseconds.
const PLACED_AT_ONCE: u32 = 100;
/// Lines read at once when the chain is verified: usually less than 1 MiB, at most about 4 MiB, and 30 MiB of lines
/// that were written before lines had a limit.
const VERIFIED_AT_ONCE: u32 = 100;

/// Names of the triggers.
const GUARDS: [&str; 4] = ["audit_keeps", "audit_loses_none", "audit_numbers", "audit_head_grows"];

/// With `INSERT OR REPLACE`, a line with the identifier or number of another line would replace it without
/// firing the trigger for deleted lines.
const SQLITE: [&str; 4] = [
    "CREATE TRIGGER IF NOT EXISTS audit_keeps BEFORE UPDATE ON audit \
     BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_loses_none BEFORE DELETE ON audit \
     BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_numbers BEFORE INSERT ON audit \
     WHEN NEW.seq IS NULL OR EXISTS (SELECT 1 FROM audit WHERE id = NEW.id) \
          OR EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq) \
     BEGIN SELECT RAISE(ABORT, 'a line of the audit trail has a number of its own'); END",
    "CREATE TRIGGER IF NOT EXISTS audit_head_grows BEFORE UPDATE ON audit_head WHEN NEW.seq < OLD.seq \
     BEGIN SELECT RAISE(ABORT, 'the audit trail only grows'); END",
];
const POSTGRES: [&str; 10] = [
    "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS \
     'BEGIN RAISE EXCEPTION ''the audit trail only grows''; END'",
    "DROP TRIGGER IF EXISTS audit_keeps ON audit",
    "CREATE TRIGGER audit_keeps BEFORE UPDATE OR DELETE ON audit \
     FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    "DROP TRIGGER IF EXISTS audit_loses_none ON audit",
    "CREATE TRIGGER audit_loses_none BEFORE TRUNCATE ON audit \
     FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    "DROP TRIGGER IF EXISTS audit_numbers ON audit",
    "CREATE TRIGGER audit_numbers BEFORE INSERT ON audit FOR EACH ROW WHEN (NEW.seq IS NULL) \
     EXECUTE FUNCTION audit_only_grows()",
    "DROP TRIGGER IF EXISTS audit_head_grows ON audit_head",
    "CREATE TRIGGER audit_head_grows BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (NEW.seq < OLD.seq) \
     EXECUTE FUNCTION audit_only_grows()",
    "ALTER TABLE audit ALTER COLUMN seq SET NOT NULL",
];

/// Adds an older trail to the chain and sets its triggers. Does nothing if they are set.
pub(crate) async fn ensure(db: &Db) -> Done<()> {
    if is_guarded(db, db.is_postgres()).await? {
        return Ok(());
    }
    let (mut placed, mut from) = (0, i64::MIN);
    while let Some((some, last)) = place_some(db, from).await? {
        from = last;
        placed += some;
        tracing::info!(placed, "lines of the audit trail have been given their place");
    }
    let mut tx = db.begin().await?;
    lock_head(&mut tx).await?;
    // Two programs may open the same database at once: the first one sets the triggers.
    if !is_guarded(&mut tx, db.is_postgres()).await? {
        let statements: &[&str] = if tx.is_postgres() { &POSTGRES } else { &SQLITE };
        for statement in statements {
            q(*statement).run(&mut tx).await?;
        }
    }
    Ok(tx.commit().await?)
}

async fn lock_head(tx: &mut Tx) -> Done<()> {
    q("UPDATE audit_head SET seq = seq WHERE id = 1").run(tx).await?;
    Ok(())
}

/// Whether all triggers exist.
async fn is_guarded(on: impl Source, is_postgres: bool) -> Done<bool> {
    let names = GUARDS.map(|name| format!("'{name}'")).join(", ");
    let (found,): (i64,) = q(if is_postgres {
        format!(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM pg_trigger WHERE tgname IN ({names}) AND tgenabled <> 'D' \
             AND tgrelid IN (to_regclass('audit'), to_regclass('audit_head'))"
        )
    } else {
        format!(
            "SELECT CAST(COUNT(*) AS BIGINT) FROM sqlite_master WHERE type = 'trigger' AND name IN ({names})"
        )
    })
    .one(on)
    .await?;
    Ok(usize::try_from(found) == Ok(GUARDS.len()))
}

/// Gives the oldest lines without a place their place, their audience and their search text. Returns how many
/// there were, and when the last of them was written; none if no line was left.
async fn place_some(db: &Db, from: i64) -> Done<Option<(usize, i64)>> {
    let mut tx = db.begin().await?;
    lock_head(&mut tx).await?;
    let (mut seq, mut hash, mut at) = chain::head(&mut tx).await?;
    let lines = chain::unplaced(&mut tx, from, PLACED_AT_ONCE).await?;
    for line in &lines {
        let line = of_today(line);
        seq += 1;
        hash = line.hash(&hash, seq);
        at = line.at;
        chain::place(&mut tx, &line, seq, &hash).await?;
    }
    q("UPDATE audit_head SET seq = $1, hash = $2, at = $3 WHERE id = 1")
        .bind(seq)
        .bind(hash)
        .bind(at)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(lines.last().map(|last| (lines.len(), last.at)))
}

/// An older line, with the audience that its deed has today.
fn of_today(line: &Line) -> Line {
    let audience = match Deed::parse(&line.what) {
        // Showing a paper to everybody had no deed of its own.
        Some(Deed::LiveDirect) => Audience::PaperReaders,
        deed => deed.map(Deed::audience).unwrap_or_default(),
    };
    let mut line = line.clone();
    if audience != Audience::TrailReaders {
        line.folded = fold(&format!("{} {}", line.who, line.what));
    }
    line.audience = audience.code().to_owned();
    line
}

/// The result of verifying the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailState {
    /// How many lines the trail holds.
    pub lines: i64,
    /// The hash of the last line; empty without any.
    pub hash: String,
    /// When the last line was written.
    pub at: Option<DateTime<Utc>>,
    /// What is wrong with the first broken line, or with the trail as a whole.
    pub broken: Option<TrailFault>,
}

/// Why the trail differs from what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailFault {
    /// The line with this number is missing.
    Missing(i64),
    /// The line with this number does not match its hash.
    Changed {
        /// Its number.
        seq: i64,
        /// Its identifier.
        id: String,
    },
    /// The last line is not the one recorded as the last.
    OtherEnd,
    /// A line without a number.
    Unplaced(String),
    /// Some of the triggers that refuse changes are missing.
    Unguarded,
}

/// Verifies the whole chain of an up-to-date database, a bounded part at a time. Changes nothing.
pub(crate) async fn verify(config: &BackendConfig) -> Done<TrailState> {
    let mut on = Looking::at(config).await?;
    let is_postgres = !config.database_url.is_empty();
    // Lines that are written meanwhile come after this one.
    let (lines, hash, at) = chain::head(&mut on).await?;
    let broken = match first_broken(&mut on, lines, &hash).await? {
        None if !is_guarded(&mut on, is_postgres).await? => Some(TrailFault::Unguarded),
        broken => broken,
    };
    on.close().await?;
    let at = (lines > 0).then(|| stored::instant(at)).transpose()?;
    Ok(TrailState { lines, hash, at, broken })
}

async fn first_broken(on: &mut Looking, end: i64, end_hash: &str) -> Done<Option<TrailFault>> {
    let (mut seq, mut hash) = (0, String::new());
    while seq < end {
        let some = chain::behind(&mut *on, seq, VERIFIED_AT_ONCE).await?;
        if some.is_empty() {
            return Ok(Some(TrailFault::Missing(seq + 1)));
        }
        for placed in some.into_iter().filter(|placed| placed.seq <= end) {
            seq += 1;
            if placed.seq != seq {
                return Ok(Some(TrailFault::Missing(seq)));
            }
            hash = placed.line.hash(&hash, seq);
            if hash != placed.hash {
                return Ok(Some(TrailFault::Changed { seq, id: placed.line.id }));
            }
        }
    }
    if hash != end_hash {
        return Ok(Some(TrailFault::OtherEnd));
    }
    let unplaced = chain::unplaced(&mut *on, i64::MIN, 1).await?;
    Ok(unplaced.into_iter().next().map(|line| TrailFault::Unplaced(line.id)))
}
