//! Papers by their titles, for those who may read them. Knows no content.

use domain::access::{Action, Caller, Scope};
use domain::papers::FoundPaper;
use domain::sight::Sight;

use crate::access::permit;
use crate::db::q;
use crate::meetings::sight::at_least;
use crate::search::{Search, short_forms};
use crate::stop::Done;
use crate::{Backend, stored};

/// Papers found at once: more words find the others.
const FOUND_AT_MOST: i64 = 20;

type Row = (String, String, String, String, Option<String>);

/// A title alone tells what a paper holds, so only those of meetings whose papers the caller may read are found.
pub(super) async fn find(backend: &Backend, caller: &Caller, text: &str) -> Done<Vec<FoundPaper>> {
    permit(caller, Action::ViewCalendar, Scope::Myself)?;
    let mut db = backend.db().heavy_reader().await?;
    let forms = short_forms(&mut db).await?;
    let Some(search) = Search::read(text, backend.zone().date(caller.now), &forms) else {
        return Ok(Vec::new());
    };
    let mut query = q("SELECT p.id, p.title, m.id, m.title, m.first_date FROM paper p \
         JOIN meeting m ON m.id = p.meeting_id WHERE p.withdrawn_at IS NULL AND NOT p.is_neutral AND ");
    let named = search.every_part(&mut query, "p.folded");
    let may_read = at_least(&mut query, caller, Sight::Papers);
    let in_order = search.in_order(&mut query, "p.folded");
    let limit = query.place(FOUND_AT_MOST);
    query.push(&format!(
        "{named} AND {may_read} ORDER BY CASE WHEN {in_order} THEN 0 ELSE 1 END, \
         COALESCE(m.first_date, '9999-12-31') DESC, p.id LIMIT {limit}"
    ));
    let rows: Vec<Row> = query.all(&mut db).await?;
    let read = |(id, title, meeting, meeting_title, date): Row| {
        Ok(FoundPaper {
            id: stored::id(&id)?,
            title,
            meeting: stored::id(&meeting)?,
            meeting_title,
            date: date.as_deref().map(stored::date).transpose()?,
        })
    };
    rows.into_iter().map(read).collect()
}
