//! Lists of meetings: a filter becomes one condition, used both for counting the rows and for reading them. A
//! figure of a report opens a list of exactly the meetings that `domain::count` counts for it. Meetings that
//! the caller may not know of are rows without a title.

use domain::access::{Action, Caller, Scope};
use domain::count::HybridCounts;
use domain::error::Failure;
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{MeetingFilter, MeetingRow};
use domain::people::Page;
use domain::sight::Sight;

use super::lines;
use super::narrow::{AgencyScope, Narrow};
use super::sight::at_least;
use crate::access::Within;
use crate::db::{Q, q};
use crate::search::{self, In, Search};
use crate::stop::Done;
use crate::{Backend, access, agencies, counted, rules, stored};

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
    let mut db = match filter.text.trim().is_empty() {
        true => backend.db().heavy_reader().await?,
        false => backend.db().search_reader().await?,
    };
    let hybrid = agencies::hybrid(&mut db).await?;
    let page = filter.page.max(1);
    let forms = search::short_forms(&mut db).await?;
    let today = backend.zone().date(caller.now);
    let mut searched = Search::read(&filter.text, today, &forms);
    let engine = backend.db().is_postgres();
    let count = |searched: &Option<Search>| {
        let mut counting = q("SELECT CAST(COUNT(*) AS BIGINT) FROM meeting m WHERE ");
        let chosen = condition(&mut counting, engine, caller, &filter, hybrid, searched.as_ref());
        counting.push(&chosen);
        counting
    };
    let (mut total,): (i64,) = count(&searched).one(&mut db).await?;
    // What is found only with a letter wrong is better than nothing, and worse than anything else.
    if total == 0
        && let Some(similar) = searched.as_ref().and_then(Search::with_a_letter_wrong)
    {
        let similar = Some(similar);
        (total,) = count(&similar).one(&mut db).await?;
        searched = similar;
    }
    // Chosen and ordered first, dressed up after: what a line shows is looked up for one page only.
    let mut query = q("SELECT m.id FROM meeting m WHERE ");
    let chosen = condition(&mut query, engine, caller, &filter, hybrid, searched.as_ref());
    let order = match &searched {
        _ if filter.counted.is_some() => "m.first_date, m.id".to_owned(),
        Some(searched) => format!("{}, {NEWEST_FIRST}", searched.order(&mut query, engine)),
        None => NEWEST_FIRST.to_owned(),
    };
    let limit = query.place(i64::from(PER_PAGE));
    let offset = query.place(i64::from(page - 1) * i64::from(PER_PAGE));
    query.push(&format!("{chosen} ORDER BY {order} LIMIT {limit} OFFSET {offset}"));
    let ids: Vec<(String,)> = query.all(&mut db).await?;
    let ids: Vec<String> = ids.into_iter().map(|(id,)| id).collect();
    let rules = rules::all(&mut db).await?;
    let mut found = lines::of(&mut db, caller, &rules, ids.clone()).await?;
    let ids = ids.iter().map(|id| stored::id(id)).collect::<Done<Vec<MeetingId>>>()?;
    let rows = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok(Page { rows, total, page, per_page: PER_PAGE })
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
    is_postgres: bool,
    caller: &Caller,
    filter: &MeetingFilter,
    hybrid: HybridCounts,
    searched: Option<&Search>,
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
    if let Some(searched) = searched {
        let found = searched.condition(query, is_postgres, In::Everything);
        // A meeting of which only time and place may be known must not be found by its agenda.
        let named = searched.condition(query, is_postgres, In::Titles);
        let open = at_least(query, caller, Sight::Opens);
        let known = at_least(query, caller, Sight::Title);
        all.push(format!("{found} AND ({open} OR ({known} AND {named}))"));
    }
    all.join(" AND ")
}
