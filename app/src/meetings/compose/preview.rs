//! What will be sent, to be looked at before it goes: the meeting in the words that its delegates will read, and whom it
//! reaches. Needs script; a plain form sends at once. Decides nothing.

use std::collections::BTreeSet;

use domain::count::Form;
use domain::meetings::{GuestInput, MeetingInput};
use leptos::prelude::*;

use super::sheet::Sheet;
use crate::meetings::words as meeting_words;
use crate::text::keys::*;
use crate::text::{self, t, tf};
use crate::ui::dialog::close;
use crate::ui::{Dialog, Icon, Notice, Tone};
use crate::words;

/// So many names are read at a glance; more are counted.
const NAMED_AT_MOST: usize = 12;

/// The dialog, empty until it is asked for.
pub(super) fn preview(sheet: Sheet) -> impl IntoView {
    let is_change = sheet.stage == domain::access::Stage::Scheduled;
    let title = t(if is_change { PREVIEW_CHANGE } else { PREVIEW_TITLE });
    let word = t(if is_change { STATE_SEND_CHANGES } else { STATE_SEND });
    let node = sheet.preview;
    view! {
        <Dialog node id="preview" title>
            {move || sheet.is_previewed.get().then(|| body(sheet))}
            <div class="dialog__acts preview__acts">
                <button class="btn btn--secondary" r#type="button" on:click=move |_| close(node)>
                    {t(PREVIEW_BACK)}
                </button>
                <button class="btn btn--primary" name="then" value="send" autofocus=true>
                    <Icon name="send"/>{word}
                </button>
            </div>
        </Dialog>
    }
}

fn body(sheet: Sheet) -> impl IntoView {
    let (_, warnings) = sheet.counts();
    let warned = (warnings > 0).then(|| {
        view! { <Notice tone=Tone::Risk title=tf(COMPOSER_WARNINGS, &[("n", &warnings)])>{t(PREVIEW_WARNED)}</Notice> }
    });
    sheet.input.with(|input| {
        let guests = guests_of(input).count();
        let unreached = (guests > 0)
            .then(|| view! { <p class="muted">{tf(PREVIEW_GUESTS_UNREACHED, &[("n", &guests)])}</p> });
        let facts = facts(sheet, input)
            .into_iter()
            .map(|(label, words)| view! { <dt>{label}</dt> <dd class="preview__fact">{words}</dd> })
            .collect_view();
        view! {
            <p class="preview__title">{input.title.trim().to_owned()}</p>
            <dl class="deflist">{facts}</dl>
            {agenda(sheet, input)}
            <p class="muted">{reached(input)}</p>
            {unreached}
            {warned}
        }
    })
}

/// The facts that are there, each with its label.
fn facts(sheet: Sheet, input: &MeetingInput) -> Vec<(&'static str, String)> {
    let kind = sheet.choices.with_value(|choices| {
        let rule = choices.rules.iter().find(|rule| rule.kind.code == input.kind);
        rule.map(|rule| meeting_words::kind(&rule.kind).to_owned()).unwrap_or_default()
    });
    let form = Form::parse(&input.form).map(words::form).unwrap_or_default();
    let when: Vec<String> = input.readable_sittings(sheet.clock.today()).iter().map(text::sitting).collect();
    let rooms = sheet.choices.with_value(|choices| {
        let name = |id: &String| choices.rooms.iter().find(|room| room.id.to_string() == *id);
        input.rooms.iter().filter_map(name).map(|room| room.name.clone()).collect::<Vec<_>>()
    });
    let place = rooms.into_iter().chain([input.place.trim().to_owned()]);
    let place: Vec<String> = place.filter(|name| !name.is_empty()).collect();
    let person = |id: &str| sheet.person(id).map(|person| format!("{}, {}", person.name, person.position));
    let agency = sheet.agency(&input.agency).map(|agency| agency.name).unwrap_or_default();
    let delegates = input.delegates.iter().filter_map(|code| {
        let (name, _, is_agency) = sheet.delegate(code)?;
        Some(if is_agency { tf(COMPOSER_SENDS_DELEGATE, &[("agency", &name)]) } else { name })
    });
    let sites = input.sites.iter().filter_map(|id| sheet.agency(id)).map(|agency| agency.short_name);
    let has_sites = input.form != Form::InPerson.code();
    let all = [
        (COMPOSER_AGENCY, agency),
        (COMPOSER_KIND, [kind, form.to_owned()].join(", ")),
        (COMPOSER_TIME, when.join("; ")),
        (COMPOSER_PLACE, place.join(", ")),
        (PART_CHAIR, person(&input.chair).unwrap_or_default()),
        (PART_SECRETARY, person(&input.secretary).unwrap_or_default()),
        (COMPOSER_DELEGATES, named(delegates.collect())),
        (COMPOSER_GUESTS, guests(input)),
        (COMPOSER_SITES, if has_sites { named(sites.collect()) } else { String::new() }),
    ];
    all.into_iter().filter(|(_, words)| !words.is_empty()).map(|(label, words)| (t(label), words)).collect()
}

/// The guests that were typed.
fn guests_of(input: &MeetingInput) -> impl Iterator<Item = &GuestInput> {
    input.guests.iter().filter(|guest| !guest.is_blank())
}

/// The first guests, each with position and organisation, and how many more there are.
fn guests(input: &MeetingInput) -> String {
    let words = |guest: &GuestInput| guest.readable().words();
    let first = guests_of(input).take(NAMED_AT_MOST).map(words).collect::<Vec<_>>().join("; ");
    match guests_of(input).count().saturating_sub(NAMED_AT_MOST) {
        0 => first,
        rest => tf(MEETINGS_GUESTS_MORE, &[("first", &first), ("n", &rest)]),
    }
}

/// The first names, and how many more there are.
fn named(names: Vec<String>) -> String {
    let rest = names.len().saturating_sub(NAMED_AT_MOST);
    let first = names.iter().take(NAMED_AT_MOST).cloned().collect::<Vec<_>>().join(", ");
    match rest {
        0 => first,
        rest => tf(PREVIEW_MORE, &[("names", &first), ("n", &rest)]),
    }
}

fn agenda(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let items = input
        .agenda
        .iter()
        .filter(|item| !item.title.trim().is_empty())
        .map(|item| {
            let minutes = item.minutes.trim();
            let minutes = (!minutes.is_empty()).then(|| tf(AGENDA_MINUTES, &[("n", &minutes)]));
            let papers = sheet.papers.with_value(|papers| papers.get(&item.id).copied().unwrap_or_default());
            let papers = (papers > 0).then(|| tf(PAPERS_COUNT, &[("n", &papers)]));
            let about: Vec<String> = [minutes, papers].into_iter().flatten().collect();
            view! { <li>{item.title.trim().to_owned()}" "<span class="muted">{about.join(", ")}</span></li> }
        })
        .collect_view();
    view! { <div><h3 class="label">{t(COMPOSER_ITEMS)}</h3><ol class="preview__items">{items}</ol></div> }
}

/// How many people and agencies it reaches.
fn reached(input: &MeetingInput) -> String {
    let (mut people, mut agencies) = (BTreeSet::new(), BTreeSet::new());
    people.extend([input.chair.as_str(), input.secretary.as_str()].into_iter().filter(|id| !id.is_empty()));
    for code in &input.delegates {
        match code.split_once('-') {
            Some(("a", id)) => agencies.insert(id),
            Some((_, id)) => people.insert(id),
            None => false,
        };
    }
    if input.form != Form::InPerson.code() {
        agencies.extend(input.sites.iter().map(String::as_str));
    }
    match agencies.len() {
        0 => tf(PREVIEW_REACHES_PEOPLE, &[("people", &people.len())]),
        agencies => tf(PREVIEW_REACHES, &[("people", &people.len()), ("agencies", &agencies)]),
    }
}
