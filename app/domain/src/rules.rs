//! The law as data: kinds of meeting and their limits, each row with its source and the date from which it holds.
//! A changed law is a new row; the past is never edited. Source: domain rules on duration (KL 226; QĐ 45; S3 II.4).

use async_trait::async_trait;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::Caller;
use crate::count::{HybridCounts, Scope};
use crate::error::Outcome;
use crate::ids::RuleId;
use crate::search::ShortForm;
use crate::targets::Targets;

/// A kind of meeting as other things name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KindRef {
    /// Code, such as `dissemination`.
    pub code: String,
    /// Vietnamese name.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// Conference or meeting.
    pub scope: Scope,
}

/// One row: from `valid_from` until the next row of the same kind, the kind has this limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRule {
    /// Identifier.
    pub id: RuleId,
    /// The kind.
    pub kind: KindRef,
    /// Longest length in sessions (half-days).
    pub limit_sessions: u32,
    /// The document that says so.
    pub source: String,
    /// First day on which the row holds.
    pub valid_from: NaiveDate,
}

/// The row that holds for a kind on a date: the newest that has begun.
pub fn rule_on<'a>(rules: &'a [KindRule], kind: &str, date: NaiveDate) -> Option<&'a KindRule> {
    rules.iter().filter(|r| r.kind.code == kind && r.valid_from <= date).max_by_key(|r| r.valid_from)
}

/// One row per kind: those that hold on a date, in the order given.
pub fn rules_on(rules: &[KindRule], date: NaiveDate) -> Vec<&KindRule> {
    rules
        .iter()
        .filter(|r| rule_on(rules, &r.kind.code, date).is_some_and(|newest| newest.id == r.id))
        .collect()
}

/// The kinds, each once and in the order given, as the newest row of each names them.
pub fn kinds(rules: &[KindRule]) -> Vec<&KindRef> {
    let is_newest = |rule: &&KindRule| {
        let of_kind = rules.iter().filter(|other| other.kind.code == rule.kind.code);
        of_kind.max_by_key(|other| other.valid_from).is_some_and(|newest| newest.id == rule.id)
    };
    rules.iter().filter(is_newest).map(|rule| &rule.kind).collect()
}

/// A row to be added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRuleInput {
    /// Code of the kind; a new one makes a new kind.
    pub code: String,
    /// Vietnamese name; empty for a kind that is there means its own, and so below.
    pub name_vi: String,
    /// English name.
    pub name_en: String,
    /// `conference` or `meeting`.
    pub scope: String,
    /// Limit in sessions, 1–30.
    pub limit_sessions: String,
    /// The document that says so.
    pub source: String,
    /// ISO date.
    pub valid_from: String,
}

impl KindRuleInput {
    /// The same with names and scope, where they were left empty, as the kind has them.
    pub fn filled_from(self, kind: &KindRef) -> Self {
        let or = |typed: String, known: &str| if typed.trim().is_empty() { known.to_owned() } else { typed };
        Self {
            name_vi: or(self.name_vi, &kind.name_vi),
            name_en: or(self.name_en, &kind.name_en),
            scope: or(self.scope, kind.scope.code()),
            ..self
        }
    }
}

/// The rules. Everybody may read them; the system administrator adds rows. Refusals: `RuleInThePast`.
#[async_trait]
pub trait Rules: Send + Sync {
    /// Every row, kinds in their order, oldest row first.
    async fn list(&self, caller: &Caller) -> Outcome<Vec<KindRule>>;
    /// Adds a row that begins after today and after the newest of its kind; meetings planned for then are counted by it.
    async fn add(&self, caller: &Caller, input: KindRuleInput) -> Outcome<RuleId>;
    /// The two targets in force.
    async fn targets(&self, caller: &Caller) -> Outcome<Targets>;
    /// How hybrid meetings count.
    async fn hybrid(&self, caller: &Caller) -> Outcome<HybridCounts>;
    /// Changes how hybrid meetings count, in every figure of every year: the count is never stored.
    async fn set_hybrid(&self, caller: &Caller, hybrid: HybridCounts) -> Outcome<()>;
    /// The short forms that search knows, in the order of their letters.
    async fn short_forms(&self, caller: &Caller) -> Outcome<Vec<ShortForm>>;
    /// Replaces the short forms by a list as [`crate::search::parse_short_forms`] reads it.
    async fn set_short_forms(&self, caller: &Caller, text: &str) -> Outcome<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u128, from: &str, limit: u32) -> KindRule {
        KindRule {
            id: RuleId(uuid::Uuid::from_u128(id)),
            kind: KindRef {
                code: "professional".into(),
                name_vi: "Hội nghị chuyên môn".into(),
                name_en: "Professional conference".into(),
                scope: Scope::Conference,
            },
            limit_sessions: limit,
            source: "KL 226".into(),
            valid_from: from.parse().unwrap(),
        }
    }

    #[test]
    fn row_valid_on_the_meetings_date_decides() {
        let rules = [row(1, "2018-12-15", 4), row(2, "2026-01-01", 2)];
        let on = |d: &str| rule_on(&rules, "professional", d.parse().unwrap()).map(|r| r.limit_sessions);
        assert_eq!(on("2018-12-14"), None);
        assert_eq!(on("2025-12-31"), Some(4));
        assert_eq!(on("2026-01-01"), Some(2));
        assert_eq!(rules_on(&rules, "2026-06-01".parse().unwrap()).len(), 1);
    }

    #[test]
    fn a_kind_is_named_as_its_newest_row_names_it() {
        let mut rules = [row(1, "2018-12-15", 4), row(2, "2026-01-01", 2), row(3, "2020-01-01", 1)];
        rules[1].kind.name_vi = "Hội nghị chuyên đề".into();
        rules[2].kind.code = "briefing".into();
        let named: Vec<_> = kinds(&rules).into_iter().map(|kind| (&*kind.code, &*kind.name_vi)).collect();
        assert_eq!(named, [("professional", "Hội nghị chuyên đề"), ("briefing", "Hội nghị chuyên môn")]);
    }
}
