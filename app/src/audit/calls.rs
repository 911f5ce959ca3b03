//! What the audit page asks the server. Before and after are laid side by side here, so that the browser parses nothing.

use chrono::{DateTime, Utc};
use domain::ids::AuditId;
use domain::people::Page;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::failure::CallError;
#[cfg(feature = "ssr")]
use crate::session::asked;
#[cfg(feature = "ssr")]
use domain::time::{Zone, read_ends};

/// One line of the trail, its change laid out by field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailLine {
    /// Which.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub who: String,
    /// What, as `feature.verb`.
    pub what: String,
    /// What it was about.
    pub subject: String,
    /// Field, before, after; only those that differ.
    pub changes: Vec<(String, String, String)>,
    /// What changed is of a meeting that the caller may not open.
    pub is_withheld: bool,
    /// What changed is shown with this line alone: the page has no room for it.
    pub is_left_out: bool,
}

/// Lines of the trail, newest first.
#[server(prefix = "/api", endpoint = "audit/list")]
pub async fn audit_trail(
    /// Only the line of this identifier; empty for all.
    #[server(default)]
    line: String,
    /// Text in who, what or subject.
    #[server(default)]
    text: String,
    /// First local day as typed; empty for any.
    #[server(default)]
    from: String,
    /// Last local day as typed; empty for any.
    #[server(default)]
    to: String,
    /// Page from 1.
    #[server(default)]
    page: u32,
) -> Result<Page<TrailLine>, CallError> {
    let (services, caller) = asked()?;
    let [from, to] = read_ends(&from, &to, Zone::VIETNAM.date(caller.now));
    let filter = domain::audit::AuditFilter {
        line: line.parse().ok(),
        deeds: super::words::deeds_named(&text),
        text,
        from: from.unwrap_or_default(),
        to: to.unwrap_or_default(),
        page: page.max(1),
    };
    let found = services.audit.list(&caller, filter).await?;
    let rows = found.rows.into_iter().map(laid_out).collect();
    Ok(Page {
        rows,
        total: found.total,
        has_more: found.has_more,
        page: found.page,
        per_page: found.per_page,
    })
}

#[cfg(feature = "ssr")]
fn laid_out(entry: domain::audit::AuditEntry) -> TrailLine {
    TrailLine {
        id: entry.id,
        changes: differences(&entry.before, &entry.after),
        at: entry.at,
        who: entry.who,
        what: entry.what,
        subject: entry.subject,
        is_withheld: entry.is_withheld,
        is_left_out: entry.is_left_out,
    }
}

/// Fields that say whom a line of the roll is about: shown once though they are the same before and after.
#[cfg(feature = "ssr")]
const OF_WHOM: [&str; 4] = ["delegate", "delegates", "invited", "site"];

/// The fields that differ between two JSON texts, in words, and whom it is about; a text that is no object is one field
/// without a name.
#[cfg(feature = "ssr")]
fn differences(before: &str, after: &str) -> Vec<(String, String, String)> {
    use std::collections::BTreeMap;
    let fields = |kept: &str| super::values::fields(kept).into_iter().collect::<BTreeMap<_, _>>();
    let (before, after) = (fields(before), fields(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let is_of_the_roll = after.contains_key("presence") || after.contains_key("connected");
    let is_whom = |name: &str| is_of_the_roll && OF_WHOM.contains(&name);
    names
        .into_iter()
        .map(|name| {
            (
                name,
                before.get(name).cloned().unwrap_or_default(),
                after.get(name).cloned().unwrap_or_default(),
            )
        })
        .filter_map(|(name, before, after)| match before.value == after.value {
            false => Some((name.clone(), before.words, after.words)),
            true => is_whom(name).then(|| (name.clone(), String::new(), after.words)),
        })
        .collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::differences;

    #[test]
    fn what_differs_is_shown_and_whom_it_is_about() {
        let found = differences(r#"{"title":"A","rooms":[1]}"#, r#"{"title":"B","rooms":[1],"note":"x"}"#);
        let line = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(found, [line("note", "", "x"), line("title", "A", "B")]);
        assert_eq!(differences("", ""), []);
        let here = differences(
            r#"{"delegates":["A","B"],"presence":"not_called"}"#,
            r#"{"delegates":["A","B"],"presence":"in_room"}"#,
        );
        assert_eq!(here, [line("delegates", "", "A; B"), line("presence", "Chưa điểm danh", "Tại phòng")]);
        assert_eq!(differences("\"có\"", "\"không\""), [line("", "có", "không")]);
    }
}
