//! A meeting for people's own calendars: one event a sitting, replaced when the meeting changes.

use app::context::Locale;
use app::meetings::invitation;
use app::text::keys::ENTRY_CANCELLED;
use app::text::tf;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::access::Stage;
use domain::error::Failure;
use domain::ids::MeetingId;
use domain::meetings::{Before, Change, Meeting, Numbered, numbered};
use domain::time::Sitting;
use http::{HeaderMap, header};
use leptos::prelude::{Owner, provide_context};
use reports::{Event, ics};

use crate::fault;
use crate::guard::Visitor;
use crate::site::Site;
use crate::visitor::locale;

/// The calendar file of a meeting whose invitations are out.
pub async fn invitation(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    match file(&site, visitor, &id, locale(&headers)).await {
        Ok(text) => {
            let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
            let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"phien.ics\"");
            ([kind, name], text).into_response()
        }
        Err(failure) => fault::failure(&failure, &headers),
    }
}

async fn file(site: &Site, visitor: Visitor, id: &str, locale: Locale) -> Result<String, Failure> {
    let caller = visitor.0.ok_or(Failure::SignedOut)?;
    let id: MeetingId = id.parse().map_err(|_| Failure::NotFound)?;
    let meeting = site.services.meetings.get(&caller, id).await?;
    let is_off = matches!(meeting.state.stage(), Stage::Cancelled | Stage::Postponed);
    if meeting.state.stage() == Stage::Draft || (is_off && !meeting.was_invited) {
        return Err(Failure::NotFound);
    }
    Ok(ics(&events(site, &meeting, locale), site.clock.now()))
}

/// Of the sittings that were taken out, so many of the newest are told as such.
const GONE_TOLD: usize = 50;

/// An event for each sitting that people were told of: those that were taken out are told as such.
fn events(site: &Site, meeting: &Meeting, locale: Locale) -> Vec<Event> {
    let zone = site.backend.zone();
    let page = format!("{}/meetings/{}", site.config.address(), meeting.id);
    let owner = Owner::new();
    let (entry, gone) = owner.with(|| {
        provide_context(locale);
        let gone = tf(ENTRY_CANCELLED, &[("title", &meeting.title)]);
        (invitation::entry(meeting, &page), gone)
    });
    let is_off = matches!(meeting.state.stage(), Stage::Cancelled | Stage::Postponed);
    let before: Vec<Before> = meeting.changes.iter().rev().filter_map(Change::before).collect();
    let plans: Vec<&[Sitting]> =
        before.iter().map(|before| &before.sittings[..]).chain([&meeting.sittings[..]]).collect();
    let event = |Numbered { number, sitting, stands }| Event {
        uid: format!("{}-{number}@phien", meeting.id),
        sequence: u32::try_from(meeting.rev).unwrap_or_default(),
        title: if stands { entry.title.clone() } else { gone.clone() },
        from: zone.instant(sitting.start()),
        to: zone.instant(sitting.end()),
        place: entry.place.clone(),
        // What does not take place needs no agenda.
        description: if stands { entry.description.clone() } else { String::new() },
        url: page.clone(),
        online: entry.online.clone().filter(|_| stands),
        is_cancelled: is_off || !stands,
    };
    let told = numbered(&plans);
    let gone = told.iter().filter(|one| !one.stands).count();
    let mut skipped = gone.saturating_sub(GONE_TOLD);
    let mut is_told = |one: &Numbered| {
        let is_skipped = !one.stands && skipped > 0;
        skipped -= usize::from(is_skipped);
        !is_skipped
    };
    told.into_iter().filter(|one| is_told(one)).map(event).collect()
}
