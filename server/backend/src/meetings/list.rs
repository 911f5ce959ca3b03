//! Lists of meetings: a filter becomes one condition, used both for counting the rows and for reading them. A
//! figure of a report opens a list of exactly the meetings that `domain::count` counts for it. Meetings that
//! the caller may not know of are rows without a title.

use std::cmp::Reverse;

use chrono::NaiveDateTime;
use domain::access::{Action, Caller, Scope};
use domain::count::HybridCounts;
use domain::error::Failure;
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{MeetingFilter, MeetingRow};
use domain::people::Page;
use domain::search::Texts;
use domain::sight::Sight;

use super::lines;
use super::narrow::{AgencyScope, Narrow};
use super::sight::at_least;
use crate::access::Within;
use crate::db::reader::Reader;
use crate::db::{Q, q};
use crate::search::{self, In, Search};
use crate::stop::Done;
use crate::{Backend, access, agencies, counted, rules, stored};

/// Rows a page: what fits a long screen.
const PER_PAGE: u32 = 30;
/// Meetings that a search finds at most, the newest: nobody reads on for more than thirty pages, and a common word is in most
/// of what an office has ever held.
const FOUND_AT_MOST: u32 = 1_000;
/// So much of an agenda tells how well a meeting fits: some forty items. The index holds all of it.
const TEXT_AT_MOST: u32 = 4_000;

/// Meetings of a filter that the caller may have, page by page.
pub(super) async fn list(
    backend: &Backend,
    caller: &Caller,
    filter: MeetingFilter,
) -> Done<Page<MeetingRow>> {
    let mut db = match filter.text.trim().is_empty() {
        true => backend.db().heavy_reader().await?,
        false => backend.db().search_reader().await?,
    };
    let hybrid = agencies::hybrid(&mut db).await?;
    let page = filter.page.max(1);
    let forms = search::short_forms(&mut db).await?;
    let asking = Asking { caller, filter: &filter, hybrid, is_postgres: backend.db().is_postgres() };
    let chosen = match Search::read(&filter.text, backend.zone().date(caller.now), &forms) {
        Some(search) => asking.searched(&mut db, search, page).await?,
        None => asking.all(&mut db, page).await?,
    };
    let rules = rules::all(&mut db).await?;
    let mut found = lines::of(&mut db, caller, &rules, chosen.ids.clone()).await?;
    let ids = chosen.ids.iter().map(|id| stored::id(id)).collect::<Done<Vec<MeetingId>>>()?;
    let mut rows: Vec<MeetingRow> = ids.iter().filter_map(|id| found.remove(id)).collect();
    if filter.text.trim().is_empty() {
        by_hour(&mut rows, filter.counted.is_some());
    }
    Ok(Page { rows, total: chosen.total, has_more: chosen.has_more, page, per_page: PER_PAGE })
}

/// Drafts without a date are newer than anything with one.
const NEWEST_FIRST: &str = "COALESCE(m.first_date, '9999-12-31') DESC, m.id DESC";

/// Puts the rows of a page, which come by their days, in the order of their hours within each day.
fn by_hour(rows: &mut [MeetingRow], is_oldest_first: bool) {
    let start = |row: &MeetingRow| row.first.map_or(NaiveDateTime::MAX, |first| first.start());
    match is_oldest_first {
        true => rows.sort_by_key(start),
        false => rows.sort_by_key(|row| Reverse(start(row))),
    }
}

/// A question for a list.
struct Asking<'a> {
    caller: &'a Caller,
    filter: &'a MeetingFilter,
    hybrid: HybridCounts,
    is_postgres: bool,
}

/// The meetings of one page, in order. Chosen first, dressed up after: what a line shows is looked up for one page only.
struct Chosen {
    ids: Vec<String>,
    total: i64,
    has_more: bool,
}

#[derive(sqlx::FromRow)]
struct Found {
    id: String,
    title: String,
    agenda: String,
    about: String,
    is_nearest: bool,
    /// Whether the caller may open it: who may not is told nothing by an order that its agenda makes.
    is_open: bool,
}

impl Asking<'_> {
    async fn all(&self, db: &mut Reader, page: u32) -> Done<Chosen> {
        let mut counting = q("SELECT CAST(COUNT(*) AS BIGINT) FROM meeting m WHERE ");
        let counted = self.condition(&mut counting, None);
        counting.push(&counted);
        let (total,): (i64,) = counting.one(&mut *db).await?;
        let mut query = q("SELECT m.id FROM meeting m WHERE ");
        let chosen = self.condition(&mut query, None);
        let limit = query.place(i64::from(PER_PAGE));
        let offset = query.place(i64::from(page - 1) * i64::from(PER_PAGE));
        query.push(&format!("{chosen} ORDER BY {} LIMIT {limit} OFFSET {offset}", self.order()));
        let ids: Vec<(String,)> = query.all(db).await?;
        Ok(Chosen { ids: ids.into_iter().map(|(id,)| id).collect(), total, has_more: false })
    }

    async fn searched(&self, db: &mut Reader, search: Search, page: u32) -> Done<Chosen> {
        let mut found = self.found(db, &search).await?;
        let is_cut = search.is_cut(&mut *db, self.is_postgres).await?;
        let mut search = search;
        // What is found only with a letter wrong is better than nothing, and worse than anything else. A word that so many
        // meetings hold has no letter wrong.
        if found.is_empty()
            && !is_cut
            && let Some(similar) = search.with_a_letter_wrong()
        {
            found = self.found(db, &similar).await?;
            search = similar;
        }
        let at_most = FOUND_AT_MOST as usize;
        let has_more = is_cut || found.len() > at_most;
        found.truncate(at_most);
        if self.filter.counted.is_none() {
            found.sort_by_cached_key(|found| {
                let (agenda, about) = if found.is_open { (&*found.agenda, &*found.about) } else { ("", "") };
                (!found.is_nearest, search.rank(Texts { title: &found.title, agenda, about }))
            });
        }
        let total = found.len() as i64;
        let before = (page - 1) as usize * PER_PAGE as usize;
        let ids = found.into_iter().skip(before).take(PER_PAGE as usize).map(|found| found.id).collect();
        Ok(Chosen { ids, total, has_more })
    }

    /// What is found, with the words that tell how well it fits: one more than are shown at most. The index is asked once; an
    /// order by fitness in the query would ask it again for each step.
    async fn found(&self, db: &mut Reader, search: &Search) -> Done<Vec<Found>> {
        let mut query = q("SELECT found.id, ");
        let nearest = search.nearest(&mut query, "found.id").unwrap_or_else(|| "FALSE".into());
        let (columns, joined) = search::texts(self.is_postgres, TEXT_AT_MOST);
        let open = at_least(&mut query, self.caller, Sight::Opens);
        query.push(&format!(
            "{columns}, {nearest} AS is_nearest, {open} AS is_open FROM \
             (SELECT m.id, m.first_date FROM meeting m WHERE "
        ));
        let condition = self.condition(&mut query, Some(search));
        let limit = query.place(i64::from(FOUND_AT_MOST) + 1);
        let order = self.order();
        query.push(&format!(
            "{condition} ORDER BY {order} LIMIT {limit}) AS found \
             JOIN meeting m ON m.id = found.id {joined} ORDER BY {order}"
        ));
        Ok(query.all(db).await?)
    }

    fn order(&self) -> &'static str {
        if self.filter.counted.is_some() { "m.first_date, m.id" } else { NEWEST_FIRST }
    }

    fn condition(&self, query: &mut Q, searched: Option<&Search>) -> String {
        let Asking { caller, filter, hybrid, is_postgres } = *self;
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
}

/// Whether the caller may have such a list at all: asked before the wait for a turn.
pub(super) async fn permit(backend: &Backend, caller: &Caller, filter: &MeetingFilter) -> Done<()> {
    access::permit(caller, Action::ViewCalendar, Scope::Myself)?;
    match filter.counted {
        Some(_) => permit_figures(backend, caller, filter.agency).await,
        None => Ok(()),
    }
}

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

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use domain::access::{Grant, Role};
    use domain::agencies::AgencyRef;
    use domain::ids::{PersonId, SessionId};
    use uuid::Uuid;

    use super::*;
    use crate::probe::{CountedReader, store_agencies};
    use crate::{BackendConfig, SeededEntropy};

    /// Meetings that hold the word.
    const MEETINGS: u64 = 10_000;
    /// Steps of the embedded database for each of them: 61 are needed. Every further question to the index takes 15 more.
    const STEPS_A_MEETING: u64 = 70;

    #[tokio::test]
    async fn a_common_word_is_looked_up_once_and_not_for_each_step_of_the_order() {
        let folder = tempfile::tempdir().unwrap();
        let config = BackendConfig::embedded(folder.path());
        let backend = Backend::open(config, Box::new(SeededEntropy::new(7))).await.unwrap();
        let agency = AgencyId(Uuid::from_u128(1));
        store_agencies(&backend, &[(agency, "SNV")]).await;
        let mut tx = backend.db().begin().await.unwrap();
        q(format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MEETINGS}) INSERT INTO meeting \
             (id, rev, agency_id, title, kind, form, side, counterpart, is_unexpected, place, stage, created_at, scope, \
             first_date, last_date) SELECT 'm-' || i, 1, '{agency}', 'Họp giao ban', 'working', 'online', 'organised', \
             'internal', FALSE, '', 'held', 0, 'meeting', '2026-06-16', '2026-06-16' FROM n"
        ))
        .run(&mut tx)
        .await
        .unwrap();
        search::fill(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let caller = Caller {
            person: PersonId(Uuid::from_u128(9)),
            name: "Thư ký".into(),
            position: String::new(),
            agency: AgencyRef { id: agency, code: "SNV".into(), short_name: "SNV".into() },
            line: vec![agency],
            grants: vec![Grant { role: Role::Secretary, agency }],
            session: SessionId(Uuid::from_u128(9)),
            now: DateTime::UNIX_EPOCH,
        };
        let filter = MeetingFilter::default();
        let asking = Asking {
            caller: &caller,
            filter: &filter,
            hybrid: HybridCounts::OnlineWhenConnected,
            is_postgres: false,
        };
        let search = Search::read("họp giao ban", "2026-06-16".parse().unwrap(), &[]).unwrap();
        let mut counted = CountedReader::of(&backend).await;
        let chosen = asking.searched(&mut counted.reader, search, 1).await.unwrap();
        assert_eq!((chosen.ids.len(), chosen.total, chosen.has_more), (30, 1_000, true));
        let steps = counted.steps();
        drop(counted);
        assert!(steps < MEETINGS * STEPS_A_MEETING, "{steps} steps");
        backend.db().close().await;
    }
}
