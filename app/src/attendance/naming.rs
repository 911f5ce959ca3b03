//! An invited agency names who comes for it: its people are found while a name is typed, with marks or without, and
//! ticked. Without script the search is a button of the same form, which brings what was ticked along.

use std::time::Duration;

use domain::agencies::AgencyRef;
use domain::error::Refusal;
use domain::ids::{AgencyId, MeetingId};
use domain::meetings::Meeting;
use domain::people::PersonRef;
use domain::time::Sitting;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::calls;
use super::landing::over;
use crate::failure::Problem;
use crate::form::{Posted, posted};
use crate::parts::{naming_href, when};
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Icon, Loaded, Notice, SegLinks, Tone, loaded, loaded_page, named, resource, resource_of};

/// A pause in typing: shorter would ask the server at every key.
const FIND_AFTER: Duration = Duration::from_millis(250);

/// A meeting as this page needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Naming {
    /// Title.
    pub title: String,
    /// First sitting.
    pub first: Option<Sitting>,
    /// Last sitting.
    pub last: Option<Sitting>,
    /// Why it is too late, once it is.
    pub over: Option<Refusal>,
    /// Agencies that the caller may still name people for.
    pub agencies: Vec<AgencyRef>,
    /// Those ticked already.
    pub chosen: Vec<PersonRef>,
}

impl Naming {
    /// What the page shows of a meeting.
    pub fn of(meeting: Meeting, chosen: Vec<PersonRef>) -> Naming {
        Naming {
            first: meeting.sittings.first().copied(),
            last: meeting.sittings.last().copied(),
            over: over(&meeting.state),
            title: meeting.title,
            agencies: meeting.to_name,
            chosen,
        }
    }
}

/// `/meetings/:id/delegates`.
#[component]
pub fn NamingPage() -> impl IntoView {
    let query = use_query_map();
    let id = named::<MeetingId>();
    let agency = Memo::new(move |_| {
        query.with(|query| query.get("agency").and_then(|id| id.parse::<AgencyId>().ok()))
    });
    let posted = posted();
    // The people ticked before a search without script, or before a refusal.
    let (ticked, text) = (posted.all("people[]"), posted.typed("text"));
    let posted = StoredValue::new(posted);
    let naming: Loaded<Naming> = resource_of(id, move |id| calls::to_name(id, ticked.clone()));
    view! {
        <Title text=t(NAMING_TITLE)/>
        <div class="formpage">
            {loaded_page(naming, t(NAMING_TITLE), move |naming| {
                let (id, text) = (id.get_untracked(), text.clone());
                let wanted = agency.get();
                id.map(|id| posted.with_value(|posted| drawn(id, naming, wanted, text, posted))).into_any()
            })}
        </div>
    }
}

fn drawn(
    id: MeetingId,
    naming: Naming,
    wanted: Option<AgencyId>,
    text: String,
    posted: &Posted,
) -> impl IntoView + use<> {
    let agency = naming.agencies.iter().find(|agency| Some(agency.id) == wanted);
    let agency = agency.or(naming.agencies.first()).cloned();
    let several = (naming.agencies.len() > 1).then(|| {
        let link = |of: &AgencyRef| {
            let is_current = agency.as_ref().is_some_and(|agency| agency.id == of.id);
            (naming_href(id, of.id), of.short_name.clone(), is_current)
        };
        let links = naming.agencies.iter().map(link).collect();
        view! { <SegLinks label=t(NAMING_AGENCY) links/> }
    });
    let failure = posted.failure.clone().map(|failure| view! { <Problem failure/> });
    let body = match agency {
        Some(agency) => form(id, &agency, naming.chosen, text, posted).into_any(),
        None if naming.over.is_some() => {
            naming.over.map(|why| view! { <Problem failure=why.into()/> }).into_any()
        }
        None => view! {
            <Notice tone=Tone::Met title=t(NAMING_DONE)>
                <a class="btn btn--secondary" href=format!("/meetings/{id}?tab=delegates")>{t(NAMING_SEE)}</a>
            </Notice>
        }
        .into_any(),
    };
    view! {
        <header class="pagehead">
            <div class="pagehead__text">
                <a class="back" href=format!("/meetings/{id}")><Icon name="arrow-left"/>{t(SCAN_OPEN_MEETING)}</a>
                <p class="eyebrow">{when(naming.first.as_ref(), naming.last.as_ref())}</p>
                <h1>{t(NAMING_TITLE)}": "{naming.title}</h1>
            </div>
        </header>
        <div class="stack">{failure}{several}{body}</div>
    }
}

fn form(
    id: MeetingId,
    agency: &AgencyRef,
    chosen: Vec<PersonRef>,
    text: String,
    posted: &Posted,
) -> impl IntoView + use<> {
    let of = agency.id;
    let text = RwSignal::new(text);
    let turn = StoredValue::new(0_u32);
    let seek = move |typed: String| {
        let now = turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        let is_last = move || now.is_some() && turn.try_get_value() == now;
        let ask = move || {
            if is_last() {
                text.try_set(typed);
            }
        };
        set_timeout(ask, FIND_AFTER);
    };
    let chosen = RwSignal::new(chosen);
    let found = resource(move || text.get(), move |text| calls::nameable(id, of, text));
    let error = posted.error("people").map(|words| {
        view! { <p class="field__error" id="people-error"><Icon name="octagon-x"/>{words}</p> }
    });
    // Enter in the search field finds; it must not send the form before anybody is ticked.
    let stay = |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
        }
    };
    view! {
        <form method="post" action="/api/attendance/name-delegates" class="card">
            <div class="formpage__sec">
                <input r#type="hidden" name="meeting" value=id.to_string()/>
                <input r#type="hidden" name="agency" value=of.to_string()/>
                <p>{tf(NAMING_LEAD, &[("agency", &agency.short_name)])}</p>
                <div class="pick">
                    <div class="field grow">
                        <label for="text">{t(NAMING_FIND)}</label>
                        <input
                            class="input"
                            r#type="search"
                            id="text"
                            name="text"
                            autocomplete="off"
                            value=text.get_untracked()
                            on:input=move |event| seek(event_target_value(&event))
                            on:keydown=stay
                        />
                    </div>
                    <button class="btn btn--secondary" name="then" value="find">
                        <Icon name="search"/>{t(SEARCH_SUBMIT)}
                    </button>
                </div>
                <fieldset class="field">
                    <legend>{t(NAMING_PEOPLE)}</legend>
                    {error}
                    {loaded(found, move |found| people(found, chosen))}
                </fieldset>
                <div class="formpage__acts">
                    <button class="btn btn--primary"><Icon name="user-check"/>{t(NAMING_SUBMIT)}</button>
                    <a class="btn btn--quiet" href=format!("/meetings/{id}")>{t(NAMING_LATER)}</a>
                </div>
            </div>
        </form>
    }
}

/// Those ticked before another search come first; whoever is ticked now stays where they are.
fn people(found: Vec<PersonRef>, chosen: RwSignal<Vec<PersonRef>>) -> AnyView {
    let kept = chosen.get_untracked();
    let before = kept.iter().filter(|person| found.iter().all(|found| found.id != person.id)).cloned();
    let rows: Vec<PersonRef> = before.chain(found.iter().cloned()).collect();
    let nobody = found.is_empty().then(|| view! { <p class="muted" role="status">{t(NAMING_NOBODY)}</p> });
    let rows = rows.into_iter().map(|person| row(person, chosen)).collect_view();
    view! { {nobody}<div class="choices choices--2">{rows}</div> }.into_any()
}

fn row(person: PersonRef, chosen: RwSignal<Vec<PersonRef>>) -> impl IntoView {
    let id = person.id;
    let is_chosen = move || chosen.with(|chosen| chosen.iter().any(|chosen| chosen.id == id));
    let detail = [person.position.clone(), person.agency.clone()];
    let detail: Vec<String> = detail.into_iter().filter(|part| !part.is_empty()).collect();
    let name = person.distinct_name();
    let tick = move |event| {
        let is_ticked = event_target_checked(&event);
        chosen.update(|chosen| {
            chosen.retain(|chosen| chosen.id != id);
            if is_ticked {
                chosen.push(person.clone());
            }
        });
    };
    view! {
        <label class="choice">
            <input
                r#type="checkbox"
                name="people[]"
                value=id.to_string()
                checked=is_chosen()
                prop:checked=is_chosen
                on:change=tick
            />
            <span><b>{name}</b><span class="hint">{detail.join(", ")}</span></span>
        </label>
    }
}
