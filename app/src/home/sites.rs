//! The meetings that the caller's agency joins as a site: each with the one button that is of use now, to try the
//! equipment before it or to join it.

use chrono::NaiveDate;
use domain::access::Stage;
use domain::meetings::SiteMeeting;
use leptos::prelude::*;

use crate::parts::{meeting_href, when};
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::{Badge, BadgeTone, FormLabel, Icon};
use crate::words;

/// The section; nothing when the agency joins none.
pub(super) fn section(sites: &[SiteMeeting], today: NaiveDate) -> Option<AnyView> {
    let items = sites.iter().map(|site| item(site, today)).collect_view();
    (!sites.is_empty()).then(|| {
        view! {
            <section aria-labelledby="sites">
                <h2 class="sec" id="sites">{t(HOME_SITES)}</h2>
                <ul class="card list">{items}</ul>
            </section>
        }
        .into_any()
    })
}

fn item(SiteMeeting { meeting, site }: &SiteMeeting, today: NaiveDate) -> AnyView {
    let is_on = meeting.stage == Stage::UnderWay;
    let (href, icon, word, class) = if is_on {
        (format!("/meetings/{}/live", meeting.id), "video", HOME_JOIN, "btn btn--primary")
    } else {
        (format!("/meetings/{}/rehearsal", meeting.id), "list-checks", LIVE_REHEARSE, "btn btn--secondary")
    };
    let label = format!("{}: {}", t(word), meeting.title);
    let on = is_on.then(|| view! { <Badge tone=BadgeTone::Live text=words::stage(Stage::UnderWay)/> });
    let time = match meeting.first {
        Some(first) if first.date == today => {
            format!("{}, {}", t(DAY_TODAY), text::hours(first.from, first.to))
        }
        _ => when(meeting.first.as_ref(), meeting.last.as_ref()),
    };
    view! {
        <li>
            <div class="item item--ask">
                <span class="glyph"><Icon name="video"/></span>
                <span class="item__text">
                    <a class="item__title" href=meeting_href(meeting)>{meeting.title.clone()}</a>
                    <span class="item__meta">
                        {on}
                        <span class="num">{time}</span>
                        <FormLabel form=meeting.form text=words::form(meeting.form)/>
                        <span>{tf(HOME_SITE_OF, &[("agency", &site.short_name)])}</span>
                    </span>
                </span>
                <span class="item__act"><a class=class href=href aria-label=label><Icon name=icon/>{t(word)}</a></span>
            </div>
        </li>
    }
    .into_any()
}
