//! The law as rows: kinds and limits, targets. Rows are added and never changed.
//! Knows no meeting; whether one keeps a limit is for `domain::duration`.

use async_trait::async_trait;
use chrono::NaiveDate;
use domain::access::{Action, Caller, Scope};
use domain::audit::Deed;
use domain::count::{self, HybridCounts};
use domain::error::{Failure, FieldProblem, Outcome, Problem, Refusal};
use domain::ids::RuleId;
use domain::rules::{KindRef, KindRule, KindRuleInput, Rules};
use domain::search::{ShortForm, parse_short_forms, written_short_forms};
use domain::targets::{Fraction, Targets};
use domain::text::Line;
use domain::time::DateReading;

use crate::access::permit;
use crate::agencies::{CODE_AT_MOST, NAME_AT_MOST, text};
use crate::audit::{self, Entry};
use crate::db::{Source, Tx, q};
use crate::stop::Done;
use crate::{Backend, agencies, search, stored};

/// The longest limit that can be entered: fifteen whole days.
const SESSIONS_AT_MOST: u32 = 30;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    name_vi: String,
    name_en: String,
    scope: String,
    limit_sessions: i64,
    source: String,
    valid_from: String,
}

/// Every row, kinds in their order, oldest row first.
pub(crate) async fn all(on: impl Source) -> Done<Vec<KindRule>> {
    let rows: Vec<Row> = q("SELECT id, kind, name_vi, name_en, scope, limit_sessions, source, valid_from \
         FROM kind_rule ORDER BY position, kind, valid_from")
    .all(on)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(KindRule {
                id: stored::id(&row.id)?,
                kind: KindRef {
                    code: row.kind,
                    name_vi: row.name_vi,
                    name_en: row.name_en,
                    scope: stored::code(&row.scope, count::Scope::parse)?,
                },
                limit_sessions: stored::number(row.limit_sessions)?,
                source: row.source,
                valid_from: stored::date(&row.valid_from)?,
            })
        })
        .collect()
}

/// The kind as it is named on a date: by its row in force, else by its first, for meetings older than any rule.
pub(crate) fn kind_on<'a>(rules: &'a [KindRule], kind: &str, date: Option<NaiveDate>) -> Option<&'a KindRef> {
    let of_kind = || rules.iter().filter(|rule| rule.kind.code == kind);
    let in_force = match date {
        Some(date) => domain::rules::rule_on(rules, kind, date),
        None => of_kind().max_by_key(|rule| rule.valid_from),
    };
    in_force.or_else(|| of_kind().min_by_key(|rule| rule.valid_from)).map(|rule| &rule.kind)
}

/// The two targets in force on a date.
pub(crate) async fn targets(on: impl Source, date: NaiveDate) -> Done<Targets> {
    let rows: Vec<(String, i64, i64, String)> = q("SELECT what, num, den, source FROM target_rule \
         WHERE valid_from <= $1 ORDER BY valid_from")
    .bind(date)
    .all(on)
    .await?;
    let newest = |what: &str| rows.iter().rev().find(|row| row.0 == what);
    let default = Targets::default();
    let (share, reduction) = (newest("share"), newest("reduction"));
    let mut sources: Vec<&str> = share.into_iter().chain(reduction).map(|row| row.3.as_str()).collect();
    sources.dedup();
    let fraction = |row: Option<&(String, i64, i64, String)>, otherwise| {
        row.and_then(|row| Fraction::new(row.1, row.2)).unwrap_or(otherwise)
    };
    Ok(Targets {
        share: fraction(share, default.share),
        reduction: fraction(reduction, default.reduction),
        source: if sources.is_empty() { default.source } else { sources.join("; ") },
    })
}

#[async_trait]
impl Rules for Backend {
    async fn list(&self, caller: &Caller) -> Outcome<Vec<KindRule>> {
        self.outcome(list(self, caller).await)
    }

    async fn add(&self, caller: &Caller, input: KindRuleInput) -> Outcome<RuleId> {
        self.outcome(add(self, caller, input).await)
    }

    async fn targets(&self, caller: &Caller) -> Outcome<Targets> {
        self.outcome(targets_now(self, caller).await)
    }

    async fn hybrid(&self, caller: &Caller) -> Outcome<HybridCounts> {
        self.outcome(hybrid_now(self, caller).await)
    }

    async fn set_hybrid(&self, caller: &Caller, hybrid: HybridCounts) -> Outcome<()> {
        self.outcome(set_hybrid(self, caller, hybrid).await)
    }

    async fn short_forms(&self, caller: &Caller) -> Outcome<Vec<ShortForm>> {
        self.outcome(short_forms_now(self, caller).await)
    }

    async fn set_short_forms(&self, caller: &Caller, text: &str) -> Outcome<()> {
        self.outcome(set_short_forms(self, caller, text).await)
    }
}

async fn list(backend: &Backend, caller: &Caller) -> Done<Vec<KindRule>> {
    permit(caller, Action::ViewRules, Scope::Myself)?;
    all(backend.db()).await
}

async fn targets_now(backend: &Backend, caller: &Caller) -> Done<Targets> {
    permit(caller, Action::ViewRules, Scope::Myself)?;
    targets(backend.db(), backend.zone().date(caller.now)).await
}

async fn hybrid_now(backend: &Backend, caller: &Caller) -> Done<HybridCounts> {
    permit(caller, Action::ViewRules, Scope::Myself)?;
    agencies::hybrid(backend.db()).await
}

async fn set_hybrid(backend: &Backend, caller: &Caller, hybrid: HybridCounts) -> Done<()> {
    permit(caller, Action::AddRule, Scope::System)?;
    let mut tx = backend.begin_by(caller).await?;
    let before = agencies::hybrid(&mut tx).await?;
    if before == hybrid {
        return Ok(());
    }
    q("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2")
        .bind(agencies::HYBRID)
        .bind(hybrid.code())
        .run(&mut tx)
        .await?;
    let entry = Entry::new(Deed::RulesSetHybrid, "").before(&before)?.after(&hybrid)?;
    audit::record(&mut tx, backend, caller, entry).await?;
    Ok(tx.commit().await?)
}

async fn short_forms_now(backend: &Backend, caller: &Caller) -> Done<Vec<ShortForm>> {
    permit(caller, Action::ViewRules, Scope::Myself)?;
    search::short_forms(backend.db()).await
}

async fn set_short_forms(backend: &Backend, caller: &Caller, text: &str) -> Done<()> {
    permit(caller, Action::AddRule, Scope::System)?;
    let forms = parse_short_forms(text).map_err(|problem| Failure::Invalid(vec![problem]))?;
    let mut tx = backend.begin_by(caller).await?;
    // Two who save at once: the later list stands whole.
    q("UPDATE agency SET name = name WHERE parent_id IS NULL").run(&mut tx).await?;
    let before = search::short_forms(&mut tx).await?;
    q("DELETE FROM short_form").run(&mut tx).await?;
    for form in &forms {
        q("INSERT INTO short_form (short, meaning) VALUES ($1, $2)")
            .bind(&form.short)
            .bind(&form.meaning)
            .run(&mut tx)
            .await?;
    }
    let after = search::short_forms(&mut tx).await?;
    if before == after {
        return Ok(());
    }
    let told =
        |forms: &[ShortForm]| written_short_forms(forms).lines().map(str::to_owned).collect::<Vec<_>>();
    let entry = Entry::new(Deed::RulesSetShortForms, "").before(&told(&before))?.after(&told(&after))?;
    audit::record(&mut tx, backend, caller, entry).await?;
    Ok(tx.commit().await?)
}

async fn add(backend: &Backend, caller: &Caller, input: KindRuleInput) -> Done<RuleId> {
    permit(caller, Action::AddRule, Scope::System)?;
    let mut tx = backend.begin_by(caller).await?;
    let input = match kind_on(&all(&mut tx).await?, &Line::new(&input.code), None) {
        Some(kind) => input.filled_from(kind),
        None => input,
    };
    let today = backend.zone().date(caller.now);
    let row = parse(&input, today).map_err(Failure::Invalid)?;
    if row.valid_from <= today {
        return Err(Refusal::RuleInThePast.into());
    }
    let newest: Option<(String, i64)> =
        q("SELECT valid_from, position FROM kind_rule WHERE kind = $1 ORDER BY valid_from DESC LIMIT 1")
            .bind(&row.kind.code)
            .optional(&mut tx)
            .await?;
    let position = match newest {
        Some((date, _)) if stored::date(&date)? >= row.valid_from => {
            return Err(Refusal::RuleInThePast.into());
        }
        Some((_, position)) => position,
        None => {
            let (last,): (i64,) =
                q("SELECT CAST(COALESCE(MAX(position), 0) AS BIGINT) FROM kind_rule").one(&mut tx).await?;
            last + 1
        }
    };
    let id = RuleId(backend.entropy().id(caller.now));
    q(INSERT)
        .bind(id)
        .bind(&row.kind.code)
        .bind(&row.kind.name_vi)
        .bind(&row.kind.name_en)
        .bind(row.kind.scope.code())
        .bind(row.limit_sessions)
        .bind(&row.source)
        .bind(row.valid_from)
        .bind(position)
        .run(&mut tx)
        .await?;
    apply_to_planned(&mut tx, &row).await?;
    audit::record(&mut tx, backend, caller, Entry::new(Deed::RulesAdd, &row.kind.name_vi).after(&input)?)
        .await?;
    tx.commit().await?;
    Ok(id)
}

/// Meetings planned for when the row holds are counted by it. What they exceed is not known before they are held.
async fn apply_to_planned(tx: &mut Tx, row: &Parsed) -> Done<()> {
    q("UPDATE meeting SET scope = $3 WHERE kind = $1 AND first_date >= $2")
        .bind(&row.kind.code)
        .bind(row.valid_from)
        .bind(row.kind.scope.code())
        .run(tx)
        .await?;
    Ok(())
}

/// One row of the rules; a row that is there already stays.
pub(crate) const INSERT: &str = "INSERT INTO kind_rule \
    (id, kind, name_vi, name_en, scope, limit_sessions, source, valid_from, position) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

struct Parsed {
    kind: KindRef,
    limit_sessions: u32,
    source: String,
    valid_from: NaiveDate,
}

fn parse(input: &KindRuleInput, today: NaiveDate) -> Result<Parsed, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let code = text(&mut problems, "code", &input.code, CODE_AT_MOST);
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !code.is_empty() && !code.chars().all(is_plain) {
        problems.push(FieldProblem::new("code", Problem::Unknown));
    }
    let name_vi = text(&mut problems, "name_vi", &input.name_vi, NAME_AT_MOST);
    let name_en = text(&mut problems, "name_en", &input.name_en, NAME_AT_MOST);
    let source = text(&mut problems, "source", &input.source, NAME_AT_MOST);
    let mut missing_or = |field: &str, value: &str, problem| {
        let problem = if value.trim().is_empty() { Problem::Missing } else { problem };
        problems.push(FieldProblem::new(field, problem));
    };
    let scope = count::Scope::parse(input.scope.trim());
    if scope.is_none() {
        missing_or("scope", &input.scope, Problem::Unknown);
    }
    let limit = input.limit_sessions.trim().parse().ok().filter(|n| (1..=SESSIONS_AT_MOST).contains(n));
    if limit.is_none() {
        let range = Problem::NotInRange(1, i64::from(SESSIONS_AT_MOST));
        missing_or("limit_sessions", &input.limit_sessions, range);
    }
    let valid_from = DateReading::coming(today).read(&input.valid_from);
    let valid_from = valid_from.map_err(|problem| missing_or("valid_from", &input.valid_from, problem)).ok();
    match (scope, limit, valid_from) {
        (Some(scope), Some(limit_sessions), Some(valid_from)) if problems.is_empty() => {
            let (code, source) = (code.into(), source.into());
            let (name_vi, name_en) = (name_vi.into(), name_en.into());
            Ok(Parsed { kind: KindRef { code, name_vi, name_en, scope }, limit_sessions, source, valid_from })
        }
        _ => Err(problems),
    }
}
