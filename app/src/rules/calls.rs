//! What the pages ask about rules.

use chrono::{DateTime, Utc};
use domain::count::HybridCounts;
use domain::rules::KindRule;
use domain::targets::Targets;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::{
    form::{FlashMessage, answer, noted},
    session::asked,
};

/// The rules and the day they are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleBook {
    /// Every row, kinds in their order, oldest row first.
    pub rules: Vec<KindRule>,
    /// The targets in force.
    pub targets: Targets,
    /// How hybrid meetings count.
    pub hybrid: HybridCounts,
    /// The short forms that search knows, as the list is edited.
    pub short_forms: String,
    /// When this was read.
    pub now: DateTime<Utc>,
}

/// Every rule and the targets.
#[server(prefix = "/api", endpoint = "rules/list")]
pub async fn all_rules() -> Result<RuleBook, CallError> {
    let (services, caller) = asked()?;
    Ok(RuleBook {
        rules: services.rules.list(&caller).await?,
        targets: services.rules.targets(&caller).await?,
        hybrid: services.rules.hybrid(&caller).await?,
        short_forms: domain::search::written_short_forms(&services.rules.short_forms(&caller).await?),
        now: caller.now,
    })
}

/// Adds a row that begins after the newest of its kind.
#[server(prefix = "/api", endpoint = "rules/add")]
pub async fn add_rule(
    /// Code of a kind that is there, or of a new one.
    #[server(default)]
    code: String,
    /// Vietnamese name.
    #[server(default)]
    name_vi: String,
    /// English name.
    #[server(default)]
    name_en: String,
    /// `conference` or `meeting`.
    #[server(default)]
    scope: String,
    /// Limit in sessions.
    #[server(default)]
    limit_sessions: String,
    /// The document that says so.
    #[server(default)]
    source: String,
    /// First day, ISO.
    #[server(default)]
    valid_from: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let input =
        domain::rules::KindRuleInput { code, name_vi, name_en, scope, limit_sessions, source, valid_from };
    let added = services.rules.add(&caller, input.clone()).await;
    let typed = [
        ("code", &*input.code),
        ("name_vi", &*input.name_vi),
        ("name_en", &*input.name_en),
        ("scope", &*input.scope),
        ("limit_sessions", &*input.limit_sessions),
        ("source", &*input.source),
        ("valid_from", &*input.valid_from),
    ];
    answer("/admin/rules", added, &typed, |_| noted(FlashMessage::Saved, "/admin/rules".to_owned()))
}

/// Changes how hybrid meetings count.
#[server(prefix = "/api", endpoint = "rules/set-hybrid")]
pub async fn set_hybrid(
    /// Code of the way.
    #[server(default)]
    hybrid: String,
) -> Result<(), CallError> {
    use domain::error::{Failure, FieldProblem, Problem};
    let (services, caller) = asked()?;
    let set = match HybridCounts::parse(&hybrid) {
        Some(hybrid) => services.rules.set_hybrid(&caller, hybrid).await,
        None => Err(Failure::Invalid(vec![FieldProblem::new("hybrid", Problem::Unknown)])),
    };
    answer("/admin/rules", set, &[], |()| noted(FlashMessage::Saved, "/admin/rules".to_owned()))
}

/// Replaces the short forms that search knows.
#[server(prefix = "/api", endpoint = "rules/set-short-forms")]
pub async fn set_short_forms(
    /// One a line: `CCHC = cải cách hành chính`.
    #[server(default)]
    short_forms: String,
) -> Result<(), CallError> {
    let (services, caller) = asked()?;
    let set = services.rules.set_short_forms(&caller, &short_forms).await;
    answer("/admin/rules", set, &[("short_forms", &*short_forms)], |()| {
        noted(FlashMessage::Saved, "/admin/rules".to_owned())
    })
}
