//! The tab "Tài liệu": the papers of one's coming meetings, meeting by meeting.

use leptos::prelude::*;
use leptos_meta::Title;

use super::calls::{self, MeetingPapers};
use crate::parts::{paper_line, when};
use crate::text::keys::*;
use crate::text::t;
use crate::ui::{Empty, PageHead, loaded, resource};

/// The papers of coming meetings.
#[component]
pub fn PapersPage() -> impl IntoView {
    let meetings = resource(|| (), |()| calls::coming_papers());
    view! {
        <Title text=t(NAV_PAPERS)/>
        <PageHead title=t(NAV_PAPERS) lead=t(PAPERS_LEAD)/>
        {loaded(meetings, |meetings| shown(&meetings))}
    }
}

fn shown(meetings: &[MeetingPapers]) -> AnyView {
    if meetings.is_empty() {
        return view! {
            <Empty title=t(PAPERS_NONE) body=t(PAPERS_NONE_BODY)>
                <a class="btn btn--secondary" href="/meetings">{t(PAPERS_OLDER)}</a>
            </Empty>
        }
        .into_any();
    }
    let sections = meetings
        .iter()
        .map(|meeting| {
            view! {
                <section class="card">
                    <div class="card__head">
                        <div class="grow">
                            <p class="eyebrow">{when(meeting.first.as_ref(), meeting.last.as_ref())}</p>
                            <h2><a href=format!("/meetings/{}", meeting.id)>{meeting.title.clone()}</a></h2>
                        </div>
                    </div>
                    <div class="card__body"><div class="papers">{meeting.papers.iter().map(paper_line).collect_view()}</div></div>
                </section>
            }
        })
        .collect_view();
    view! { <div class="stack">{sections}</div> }.into_any()
}
