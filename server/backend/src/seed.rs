//! What a new database begins with: the rules in force, the targets and the calendar of days off, each with its
//! source. Data from then on: nothing reads these tables of the program again.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::audit::Deed;
use domain::ids::RuleId;
use serde_json::json;

use crate::agencies::HYBRID;
use crate::audit::{self, Entry};
use crate::db::{Db, Source, Tx, q};
use crate::entropy::Entropy;
use crate::stop::{Done, Stop};
use crate::{Backend, counted, rules, work_days};

/// The document a row cites, and the day from which it holds.
struct Document {
    source: &'static str,
    from: (i32, u32, u32),
    /// What the same limit goes back to in the time before.
    before: Option<&'static Document>,
}

/// Quyết định 45/2018/QĐ-TTg on the meeting regime, in force from 15/12/2018.
const QD45: Document = Document { source: "QĐ 45/2018/QĐ-TTg", from: (2018, 12, 15), before: None };
/// Kết luận 226-KL/TW of 11/12/2025. An over-long meeting of the past is taken and counted as such, and no document
/// limited its kinds then: so the office's own rule holds the same limits against every meeting on record.
const KL226: Document = Document { source: "KL 226-KL/TW", from: (2025, 12, 11), before: Some(&OWN) };
/// Set by the office where the law says nothing.
const OWN: Document = Document { source: "Quy định của cơ quan", from: QD45.from, before: None };

/// Code, Vietnamese and English name, scope, limit in sessions, document; in the order of lists.
const KINDS: [(&str, &str, &str, &str, u32, &Document); 12] = [
    ("dissemination", "Hội nghị quán triệt, triển khai", "Dissemination conference", "conference", 1, &KL226),
    ("professional", "Hội nghị chuyên môn", "Professional conference", "conference", 2, &KL226),
    (
        "in_depth",
        "Hội nghị quan trọng cần thảo luận sâu",
        "Conference needing in-depth discussion",
        "conference",
        3,
        &KL226,
    ),
    ("review", "Hội nghị sơ kết, tổng kết", "Review conference", "conference", 2, &QD45),
    ("thematic", "Hội nghị chuyên đề", "Thematic conference", "conference", 2, &QD45),
    ("training", "Hội nghị tập huấn", "Training conference", "conference", 4, &QD45),
    ("dialogue", "Hội nghị đối thoại", "Dialogue conference", "conference", 2, &OWN),
    ("briefing", "Họp giao ban", "Regular briefing", "meeting", 1, &QD45),
    ("working", "Họp giải quyết công việc", "Working meeting", "meeting", 1, &QD45),
    ("advisory", "Họp tham mưu, tư vấn", "Advisory meeting", "meeting", 1, &QD45),
    ("coordination", "Họp điều phối", "Coordination meeting", "meeting", 1, &QD45),
    ("regular_session", "Phiên họp thường kỳ", "Regular session", "meeting", 2, &OWN),
];

/// What is aimed at: name, numerator, denominator.
const TARGETS: [(&str, i64, i64); 2] = [("share", 60, 100), ("reduction", 10, 100)];
const TARGETS_SOURCE: &str = "KL 226-KL/TW; QĐ 534/QĐ-TTg";

/// Days off and swapped working days as published: `date,kind,name`.
const WORK_DAYS: &str = include_str!("../data/work_days.csv");

/// Fills a new database.
pub(crate) async fn run(db: &Db, entropy: &dyn Entropy) -> Done<()> {
    let (rules,): (i64,) = q("SELECT CAST(COUNT(*) AS BIGINT) FROM kind_rule").one(db).await?;
    if rules > 0 {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    kinds(&mut tx, entropy, |_| true).await?;
    targets(&mut tx).await?;
    list_work_days(&mut tx).await?;
    q("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(HYBRID)
        .bind("online_when_connected")
        .run(&mut tx)
        .await?;
    Ok(tx.commit().await?)
}

impl Backend {
    /// Gives a database of before the rows that it lacks: the first ones have those of KL 226 from its own day only, so
    /// that an over-long meeting before it counted as none. A row is never edited: those kinds get one before, and what
    /// was held in its time is counted by it, with a line of the trail for each.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn complete_rules(&self, now: DateTime<Utc>) -> Result<(), Stop> {
        if begin_late(self.db()).await?.is_empty() {
            return Ok(());
        }
        let mut tx = self.db().begin().await?;
        let late = begin_late(&mut tx).await?;
        let begun = kinds(&mut tx, self.entropy(), |code| late.iter().any(|(kind,)| kind == code)).await?;
        let (rules, program) = (rules::all(&mut tx).await?, self.system_caller(now));
        let time = (OWN.valid_from(), KL226.valid_from());
        for kind in begun {
            let changed = counted::recount_exceeded(&mut tx, &rules, kind, time).await?;
            let row = json!({ "source": OWN.source, "valid_from": time.0, "meetings": changed });
            let name = rules::kind_on(&rules, kind, None).map_or(kind, |kind| &kind.name_vi);
            let entry = Entry::new(Deed::RulesRecount, name).after(&row)?;
            audit::record(&mut tx, self, &program, entry).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// The kinds of KL 226 that have no row before it.
async fn begin_late(on: impl Source) -> Done<Vec<(String,)>> {
    let late = q("SELECT kind FROM kind_rule k WHERE k.source = $1 AND k.valid_from = $2 \
           AND NOT EXISTS (SELECT 1 FROM kind_rule e WHERE e.kind = k.kind AND e.valid_from < k.valid_from)");
    Ok(late.bind(KL226.source).bind(KL226.valid_from()).all(on).await?)
}

fn date((year, month, day): (i32, u32, u32)) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date written above")
}

impl Document {
    fn valid_from(&self) -> NaiveDate {
        date(self.from)
    }
}

/// Writes the rows of the kinds that are wanted, and gives the kinds of which one was not there yet.
async fn kinds(
    tx: &mut Tx,
    entropy: &dyn Entropy,
    is_wanted: impl Fn(&str) -> bool,
) -> Done<Vec<&'static str>> {
    // Two programs may open the same new database at once: the rows of the first stay.
    let insert = format!("{} ON CONFLICT DO NOTHING", rules::INSERT);
    let rows = (1i64..).zip(KINDS).filter(|(_, kind)| is_wanted(kind.0));
    let rows = rows.flat_map(|row| [row.1.5.before, Some(row.1.5)].map(|document| (row, document)));
    let mut begun = Vec::new();
    for ((position, (code, name_vi, name_en, scope, limit, _)), document) in rows {
        let Some(document) = document else { continue };
        let from = document.valid_from();
        let written = q(insert.as_str())
            .bind(RuleId(entropy.id(from.and_time(chrono::NaiveTime::MIN).and_utc())))
            .bind(code)
            .bind(name_vi)
            .bind(name_en)
            .bind(scope)
            .bind(limit)
            .bind(document.source)
            .bind(from)
            .bind(position)
            .run(&mut *tx)
            .await?;
        if written > 0 {
            begun.push(code);
        }
    }
    Ok(begun)
}

async fn targets(tx: &mut Tx) -> Done<()> {
    for (what, num, den) in TARGETS {
        q("INSERT INTO target_rule (what, num, den, source, valid_from) VALUES ($1, $2, $3, $4, $5) \
           ON CONFLICT DO NOTHING")
        .bind(what)
        .bind(num)
        .bind(den)
        .bind(TARGETS_SOURCE)
        .bind(KL226.valid_from())
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

async fn list_work_days(tx: &mut Tx) -> Done<()> {
    let mut reader = csv::Reader::from_reader(WORK_DAYS.as_bytes());
    for row in reader.deserialize() {
        let (date, kind, name): (NaiveDate, String, String) =
            row.map_err(|error| Stop::Stored(format!("work_days.csv: {error}")))?;
        q("INSERT INTO work_day (date, kind, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(date)
            .bind(kind)
            .bind(name)
            .run(&mut *tx)
            .await?;
        work_days::enter_year(tx, date.year()).await?;
    }
    Ok(())
}
