//! One agency: its names, its working hours and the days of the month that it keeps free: what the duration of its
//! meetings and the proposed slots are counted by.

use domain::access::Action;
use domain::agencies::{Agency, HoursInput};
use domain::ids::AgencyId;
use leptos::prelude::*;

use super::calls::{AgencyShown, agency_hours};
use crate::admin;
use crate::form::{Posted, posted};
use crate::session;
use crate::text::keys::*;
use crate::text::{t, tf};
use crate::ui::{Card, Field, Loaded, loaded_page, named, resource_of};

/// `/admin/agencies/:id`.
#[component]
pub fn HoursPage() -> impl IntoView {
    let id = named::<AgencyId>();
    let data: Loaded<AgencyShown> = resource_of(id, agency_hours);
    let posted = StoredValue::new(posted());
    loaded_page(data, t(HOURS_TITLE), move |data| posted.with_value(|posted| shown(&data, posted)))
}

fn shown(data: &AgencyShown, posted: &Posted) -> AnyView {
    let AgencyShown { agency, settings } = data;
    let set = HoursInput::of(&settings.hours, &settings.calendar.blocked_days_of_month);
    let body =
        if session::may_somewhere(Action::SetHours) { form(agency.id, &set, posted) } else { read(&set) };
    let renaming = session::may_system(Action::ManageAgencies).then(|| {
        let fields = names(agency, posted);
        admin::correcting(AGENCY_NAMES, "/api/agencies/change", agency.id.to_string(), fields)
    });
    let name = agency.name.clone();
    view! {
        {admin::head_of(("/admin/agencies", t(AGENCIES_TITLE)), agency.short_name.clone(), name, t(HOURS_LEAD).to_owned())}
        <div class="admin">
            {admin::outcome(posted)}
            <Card title=t(HOURS_TITLE)>{body}</Card>
            {renaming}
        </div>
    }
    .into_any()
}

/// Two forms stand on the page, and what came back is of one of them.
fn names(agency: &Agency, posted: &Posted) -> AnyView {
    let is_back = posted.failure.is_some() && posted.has("short_name");
    let field = |name: &'static str, label, hint: Option<&'static str>, stands: &str| {
        view! {
            <Field
                name=name
                label=t(label)
                value=if is_back { posted.typed(name) } else { stands.to_owned() }
                error=posted.error(name)
                hint=hint
                required=name != "aliases"
            />
        }
    };
    view! {
        {field("name", AGENCY_NAME, None, &agency.name)}
        <div class="formpage__two">
            {field("short_name", AGENCY_SHORT_NAME, None, &agency.short_name)}
            {field("aliases", AGENCY_ALIASES, Some(t(AGENCY_ALIASES_HINT)), &agency.aliases.join("|"))}
        </div>
    }
    .into_any()
}

fn form(id: AgencyId, set: &HoursInput, posted: &Posted) -> AnyView {
    let is_back = posted.failure.is_some() && posted.has("morning_from");
    let time = |name: &'static str, label, set: &str| {
        let value = if is_back { posted.typed(name) } else { set.to_owned() };
        view! { <Field name=name label=t(label) value=value error=posted.error(name) required=true/> }
    };
    let days = if is_back { posted.typed("blocked_days") } else { set.blocked_days.clone() };
    view! {
        <form method="post" action="/api/agencies/set-hours">
            <input r#type="hidden" name="id" value=id.to_string()/>
            <div class="formpage__sec">
                <div class="formpage__two">
                    {time("morning_from", HOURS_MORNING_FROM, &set.morning_from)}
                    {time("morning_to", HOURS_MORNING_TO, &set.morning_to)}
                </div>
                <div class="formpage__two">
                    {time("afternoon_from", HOURS_AFTERNOON_FROM, &set.afternoon_from)}
                    {time("afternoon_to", HOURS_AFTERNOON_TO, &set.afternoon_to)}
                </div>
                <Field
                    name="blocked_days"
                    label=t(HOURS_BLOCKED)
                    hint=t(HOURS_BLOCKED_HINT)
                    value=days
                    error=posted.error("blocked_days")
                />
                <p class="hint">{t(HOURS_NOTE)}</p>
                <div class="formpage__acts"><button class="btn btn--primary">{t(HOURS_SET)}</button></div>
            </div>
        </form>
    }
    .into_any()
}

fn read(set: &HoursInput) -> AnyView {
    let span = |from: &str, to: &str| format!("{from}–{to}");
    let days = match set.blocked_days.as_str() {
        "" => t(HOURS_BLOCKED_NONE).to_owned(),
        days => tf(HOURS_BLOCKED_DAYS, &[("days", &days)]),
    };
    view! {
        <div class="card__body">
            <dl class="deflist">
                <dt>{t(HOURS_MORNING)}</dt>
                <dd class="num">{span(&set.morning_from, &set.morning_to)}</dd>
                <dt>{t(HOURS_AFTERNOON)}</dt>
                <dd class="num">{span(&set.afternoon_from, &set.afternoon_to)}</dd>
                <dt>{t(HOURS_BLOCKED)}</dt>
                <dd>{days}</dd>
            </dl>
        </div>
    }
    .into_any()
}
