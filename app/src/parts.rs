//! Rows that several features show alike: a meeting in a list, a paper. They take plain data and hold no resource.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::{DraftHistory, MeetingRow};
use domain::papers::{Paper, PaperLine};
use domain::time::{Sitting, Zone};
use leptos::prelude::*;

use crate::session;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{FormLabel, Icon, StageBadge};
use crate::words;

/// When a meeting is: its first sitting, and its last day when it has more. Years other than this one are named.
pub fn when(first: Option<&Sitting>, last: Option<&Sitting>) -> String {
    when_in(session::with_page(|page| page.year), first, last)
}

/// The same, read in some year; with none, every year is named.
fn when_in(year: Option<i32>, first: Option<&Sitting>, last: Option<&Sitting>) -> String {
    let is_now = |sitting: &Sitting| year == Some(sitting.date.year());
    let sitting = |sitting: &Sitting| match is_now(sitting) {
        true => text::sitting(sitting),
        false => format!("{}, {}", text::long_date(sitting.date), text::hours(sitting.from, sitting.to)),
    };
    match (first, last) {
        (Some(first), Some(last)) if last.date != first.date => {
            let end = if is_now(last) { text::day_month(last.date) } else { text::date(last.date) };
            tf(WHEN_SEVERAL, &[("first", &sitting(first)), ("last", &end)])
        }
        (Some(first), _) => sitting(first),
        (None, _) => t(WHEN_UNSET).to_owned(),
    }
}

/// The title of a meeting in a list. If the caller may only know that the meeting was counted, other words
/// replace it.
pub fn title(row: &MeetingRow) -> String {
    match row.title.as_str() {
        _ if row.is_withheld() => tf(MEETINGS_WITHHELD, &[("agency", &row.agency.short_name)]),
        "" => t(MEETINGS_UNTITLED).to_owned(),
        title => title.to_owned(),
    }
}

/// Who began a draft, and when it was changed last: of today the time alone.
pub fn history(draft: &DraftHistory) -> String {
    history_on(session::clock().today(), draft)
}

/// Who kept a change that was not sent, and when: of today the time alone.
pub fn kept_by(who: &str, at: DateTime<Utc>) -> String {
    let changed = changed_on(session::clock().today(), at);
    if who.is_empty() { changed } else { format!("{who}, {changed}") }
}

fn changed_on(today: NaiveDate, at: DateTime<Utc>) -> String {
    let changed = Zone::VIETNAM.local(at);
    match changed.date() == today {
        true => tf(DRAFT_CHANGED_TODAY, &[("time", &text::time(changed.time()))]),
        false => tf(DRAFT_CHANGED, &[("time", &text::moment(changed))]),
    }
}

fn history_on(today: NaiveDate, draft: &DraftHistory) -> String {
    let changed = changed_on(today, draft.changed);
    match draft.begun_by.is_empty() {
        true => changed,
        false => format!("{}, {changed}", tf(DRAFT_BEGUN_BY, &[("who", &draft.begun_by)])),
    }
}

/// Where a draft is edited, any other meeting opened.
pub fn meeting_href(row: &MeetingRow) -> String {
    match row.stage {
        domain::access::Stage::Draft => format!("/meetings/{}/edit", row.id),
        _ => format!("/meetings/{}", row.id),
    }
}

/// Where an invited agency names who comes for it.
pub fn naming_href(meeting: MeetingId, agency: AgencyId) -> String {
    format!("/meetings/{meeting}/delegates?agency={agency}")
}

/// A meeting as an item of a `card list`. What may not be opened is no link.
pub fn meeting_item(row: &MeetingRow) -> AnyView {
    let papers = (row.papers > 0).then(|| view! { <span>{tf(PAPERS_COUNT, &[("n", &row.papers)])}</span> });
    let place =
        (!row.place.is_empty()).then(|| view! { <span><Icon name="map-pin"/>{row.place.clone()}</span> });
    let body = view! {
        <span class="item__text">
            <span class="item__title">{title(row)}</span>
            <span class="item__meta">
                <span class="num">{when(row.first.as_ref(), row.last.as_ref())}</span>
                <FormLabel form=row.form text=words::form(row.form)/>
                <span>{row.agency.short_name.clone()}</span>
                {place}
                {papers}
                <StageBadge stage=row.stage text=words::stage(row.stage)/>
            </span>
        </span>
    };
    if row.may_open() {
        view! { <li><a class="item" href=meeting_href(row)>{body}<span class="chev"><Icon name="chevron-right"/></span></a></li> }
            .into_any()
    } else {
        view! { <li><div class="item">{body}</div></li> }.into_any()
    }
}

/// A paper as a row that opens the reader; a neutral line in the stead of a classified one.
pub fn paper_line(line: &PaperLine) -> AnyView {
    match line {
        PaperLine::Paper(paper) => paper_row(paper),
        PaperLine::OnPaper { .. } => {
            view! { <div class="paper paper--none"><Icon name="lock"/><span>{t(PAPER_ON_PAPER)}</span></div> }
                .into_any()
        }
    }
}

/// A paper as a row that opens the reader.
pub fn paper_row(paper: &Paper) -> AnyView {
    let pages = paper.pages.map(|pages| view! { <span>{tf(PAPER_PAGES, &[("n", &pages)])}</span> });
    let state = if paper.is_read {
        view! { <span class="paper__s"><Icon name="circle-check"/>{t(PAPER_READ)}</span> }.into_any()
    } else if paper.version > 1 {
        view! { <span class="paper__s paper__s--new"><Icon name="history"/>{t(PAPER_NEW_VERSION)}</span> }
            .into_any()
    } else {
        view! { <span class="paper__s paper__s--new"><Icon name="circle-dot"/>{t(PAPER_UNREAD)}</span> }
            .into_any()
    };
    view! {
        <a class=if paper.is_read { "paper" } else { "paper is-unread" } href=format!("/papers/{}", paper.id)>
            <Icon name="file-text"/>
            <span>
                <span class="paper__t">{paper.title.clone()}</span>
                <span class="paper__m">{pages}<span>{text::bytes(paper.bytes)}</span></span>
            </span>
            {state}
        </a>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_is_named_where_it_is_not_this_one() {
        let on = |date: &str| {
            let time = |text: &str| text.parse().unwrap();
            Sitting::new(date.parse().unwrap(), time("08:00:00"), time("11:30:00")).unwrap()
        };
        let (old, new) = (on("2025-12-31"), on("2026-01-05"));
        assert_eq!(when_in(Some(2026), Some(&new), None), "Thứ Hai, 05/01, 08:00–11:30");
        assert_eq!(when_in(Some(2026), Some(&old), None), "Thứ Tư, 31/12/2025, 08:00–11:30");
        assert!(when_in(Some(2025), Some(&old), Some(&new)).contains("05/01/2026"));
        assert!(when_in(Some(2026), Some(&old), Some(&new)).contains("31/12/2025"));
        assert!(when_in(None, Some(&new), None).contains("2026"));
    }
    #[test]
    fn a_draft_tells_who_began_it_and_when_it_was_changed() {
        let changed = "2026-06-11T17:30:00Z".parse().unwrap();
        let told = |today: &str, begun_by: &str| {
            history_on(today.parse().unwrap(), &DraftHistory { begun_by: begun_by.into(), changed })
        };
        assert_eq!(told("2026-06-12", "Lò Thị B"), "người soạn: Lò Thị B, sửa lúc 00:30 hôm nay");
        assert_eq!(told("2026-06-11", "Lò Thị B"), "người soạn: Lò Thị B, sửa lúc 00:30, 12/6/2026");
        assert_eq!(told("2026-06-12", ""), "sửa lúc 00:30 hôm nay");
    }
}
