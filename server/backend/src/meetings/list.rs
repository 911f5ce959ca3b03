//! Lists of meetings: a filter becomes one condition, used both for counting the rows and for reading them. A
//! figure of a report opens a list of exactly the meetings that `domain::count` counts for it. Meetings that
//! the caller may not know of are rows without a title.

use domain::access::{Action, Caller, Scope};
use domain::count::HybridCounts;
use domain::error::Failure;
use domain::ids::AgencyId;
use domain::meetings::{MeetingFilter, MeetingRow};
use domain::people::Page;
use domain::sight::Sight;

use super::lines;
use super::narrow::{AgencyScope, Narrow};
use super::sight::at_least;
use crate::access::Within;
use crate::db::{Q, q};
use crate::stop::Done;
use crate::{Backend, access, agencies, counted, rules, search};

/// Rows a page: what fits a long screen.
const PER_PAGE: u32 = 30;

/// Meetings of a filter, page by page.
pub(super) async fn list(
    backend: &Backend,
    caller: &Caller,
    filter: MeetingFilter,
) -> Done<Page<MeetingRow>> {
    access::permit(caller, Action::ViewCalendar, Scope::Myself)?;
    if filter.counted.is_some() {
        permit_figures(backend, caller, filter.agency).await?;
    }
    let mut db = backend.db().heavy_reader().await?;
    let hybrid = agencies::hybrid(&mut db).await?;
    let page = filter.page.max(1);
    let mut counting = q("SELECT CAST(COUNT(*) AS BIGINT) FROM meeting m WHERE ");
    let chosen = condition(&mut counting, backend, caller, &filter, hybrid);
    counting.push(&chosen);
    let (total,): (i64,) = counting.one(&mut db).await?;
    let mut query = lines::ask(caller);
    let chosen = condition(&mut query, backend, caller, &filter, hybrid);
    let order = if filter.counted.is_some() { "m.first_date, m.id" } else { NEWEST_FIRST };
    // Chosen and ordered first, dressed up after: what a line shows is looked up for one page only.
    query.push(&format!("m.id IN (SELECT m.id FROM meeting m WHERE {chosen} ORDER BY {order}"));
    let limit = query.place(i64::from(PER_PAGE));
    let offset = query.place(i64::from(page - 1) * i64::from(PER_PAGE));
    query.push(&format!(" LIMIT {limit} OFFSET {offset}) ORDER BY {order}"));
    let rules = rules::all(&mut db).await?;
    let found = lines::fetch(&mut db, caller, &rules, query).await?;
    Ok(Page { rows: found.into_iter().map(|line| line.row).collect(), total, page, per_page: PER_PAGE })
}

/// Drafts without a date are newer than anything with one.
const NEWEST_FIRST: &str = "COALESCE(m.first_date, '9999-12-31') DESC, m.id DESC";

/// The lists behind an agency's figures are for those who may see its figures.
async fn permit_figures(backend: &Backend, caller: &Caller, agency: Option<AgencyId>) -> Done<()> {
    match agency {
        Some(agency) => {
            let path = agencies::path(backend.db(), agency).await?;
            access::permit(caller, Action::ViewFigures, Scope::Agency(&path))
        }
        None if Within::of(caller, Action::ViewFigures) == Within::Subtrees(Vec::new()) => {
            Err(Failure::Forbidden.into())
        }
        None => Ok(()),
    }
}

fn condition(
    query: &mut Q,
    backend: &Backend,
    caller: &Caller,
    filter: &MeetingFilter,
    hybrid: HybridCounts,
) -> String {
    let mut all = vec![match filter.counted {
        Some((base, what)) => {
            let within = Within::of(caller, Action::ViewFigures).condition(query, "m.agency_id");
            format!("{} AND {within}", counted::condition(base, what, hybrid))
        }
        None => at_least(query, caller, Sight::Title),
    }];
    let agency =
        filter.agency.map(if filter.with_subtree { AgencyScope::HeldBelow } else { AgencyScope::Held });
    let narrow = Narrow { agency, room: filter.room, person: filter.person };
    all.extend(narrow.conditions(query, caller));
    if let Some(window) = filter.window {
        let (from, to) = (query.place(window.from), query.place(window.to));
        all.push(format!("m.first_date BETWEEN {from} AND {to}"));
    }
    if let (Some((base, _)), Some(window), true) = (filter.counted, filter.window, filter.is_compared) {
        all.push(counted::has_figure_before(query, base, window));
    }
    if let Some(stage) = filter.stage {
        all.push(format!("m.stage = {}", query.place(stage.code())));
    }
    if let Some(form) = filter.form {
        all.push(format!("m.form = {}", query.place(form.code())));
    }
    if let Some(kind) = &filter.kind {
        all.push(format!("m.kind = {}", query.place(kind)));
    }
    let engine = backend.db().is_postgres();
    if let Some(found) = search::condition(query, engine, "m.id", &filter.text, search::In::Everything) {
        // A meeting of which only time and place may be known must not be found by its agenda.
        let named = search::condition(query, engine, "m.id", &filter.text, search::In::Titles);
        let open = at_least(query, caller, Sight::Opens);
        let known = at_least(query, caller, Sight::Title);
        all.push(format!(
            "{found} AND ({open} OR ({known} AND {}))",
            named.unwrap_or_else(|| "1 = 0".into())
        ));
    }
    all.join(" AND ")
}
