//! What will be sent, to be looked at before it goes: the meeting in the words that its delegates will read, and whom it
//! reaches. Needs script; a plain form sends at once. Decides nothing.

use domain::count::{Counterpart, Form};
use domain::meetings::{GuestInput, MeetingInput};
use leptos::prelude::*;

use super::difference::{Difference, Fact, differences};
use super::notes::warning_titles;
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
        let named = warning_titles(sheet).into_iter().map(|title| view! { <li>{title}</li> }).collect_view();
        view! {
            <Notice tone=Tone::Risk title=tf(COMPOSER_WARNINGS, &[("n", &warnings)])>
                <div class="stack stack--s">
                    <ul class="check__list">{named}</ul>
                    <p>{t(PREVIEW_WARNED)}</p>
                </div>
            </Notice>
        }
    });
    sheet.input.with(|input| {
        let guests = guests_of(input).count();
        let unreached = (guests > 0)
            .then(|| view! { <p class="muted">{tf(PREVIEW_GUESTS_UNREACHED, &[("n", &guests)])}</p> });
        let whole = whole(sheet, input);
        let content = match sheet.sent.get_value() {
            None => whole.into_any(),
            Some(sent) => {
                let differences = differences(&told(sheet, &sent), &told(sheet, input));
                view! {
                    {changes(&differences)}
                    <details class="more">
                        <summary><Icon name="chevron-right"/>{t(PREVIEW_WHOLE)}</summary>
                        {whole}
                    </details>
                }
                .into_any()
            }
        };
        view! {
            <p class="preview__title">{input.title.trim().to_owned()}</p>
            {warned}
            <p class="muted">{meeting_words::reach(input.reach())}</p>
            {unreached}
            {content}
        }
    })
}

/// The invitation as its delegates will read it.
fn whole(sheet: Sheet, input: &MeetingInput) -> impl IntoView + use<> {
    let facts = facts(sheet, input)
        .into_iter()
        .filter(|fact| !fact.parts.is_empty())
        .map(|fact| {
            view! { <dt>{fact.label}</dt> <dd class="preview__fact">{named(&fact.words(), fact.between)}</dd> }
        })
        .collect_view();
    view! {
        <dl class="deflist">{facts}</dl>
        {agenda(sheet, input)}
    }
}

/// What those invited do not know yet, fact by fact.
fn changes(differences: &[Difference]) -> AnyView {
    if differences.is_empty() {
        return view! { <p>{t(PREVIEW_UNCHANGED)}</p> }.into_any();
    }
    let parts = differences.iter().map(|difference| {
        let changed = difference.changed.iter().map(|(was, now)| {
            view! {
                <p>{t(MEETINGS_CHANGED_BEFORE_WORD)}" "<span class="was">{was.clone()}</span></p>
                <p>{t(MEETINGS_CHANGED_NOW)}" "<b>{now.clone()}</b></p>
            }
        });
        let (changed, between) = (changed.collect_view(), difference.between);
        let added = (!difference.added.is_empty())
            .then(|| view! { <p>{t(PREVIEW_ADDED)}" "<b>{named(&difference.added, between)}</b></p> });
        let dropped = (!difference.dropped.is_empty()).then(|| {
            view! { <p>{t(PREVIEW_DROPPED)}" "<span class="was">{named(&difference.dropped, between)}</span></p> }
        });
        let reordered = difference.is_reordered.then(|| view! { <p>{t(PREVIEW_REORDERED)}</p> });
        view! { <dt>{difference.label}</dt> <dd class="preview__fact">{changed}{added}{dropped}{reordered}</dd> }
    });
    // Whoever is dropped finds the meeting no more, and is told nothing.
    let people = [COMPOSER_DELEGATES, COMPOSER_GUESTS, COMPOSER_SITES].map(t);
    let drops = differences.iter().any(|of| people.contains(&of.label) && !of.dropped.is_empty());
    let untold = drops.then(|| view! { <p class="muted">{t(PREVIEW_DROPPED_UNTOLD)}</p> });
    view! {
        <div>
            <h3 class="label">{t(PREVIEW_CHANGES)}</h3>
            <dl class="deflist">{parts.collect_view()}</dl>
            {untold}
        </div>
    }
    .into_any()
}

/// Whether what is typed differs from what those invited know; never of a draft.
pub(super) fn is_changed(sheet: Sheet) -> bool {
    sheet.sent.with_value(|sent| {
        let Some(sent) = sent else { return false };
        sheet
            .input
            .with(|input| sent != input && !differences(&told(sheet, sent), &told(sheet, input)).is_empty())
    })
}

/// Every fact that those invited are told anew when it changes, those that the invitation does not say among them.
fn told(sheet: Sheet, input: &MeetingInput) -> Vec<Fact> {
    let counterpart = Counterpart::parse(&input.counterpart).map(words::counterpart).unwrap_or_default();
    let notice = if input.unexpected == "on" { t(MEETINGS_UNEXPECTED) } else { "" };
    let mut all = vec![Fact::single(t(COMPOSER_TITLE), input.title.trim().to_owned())];
    all.extend(facts(sheet, input));
    all.push(Fact::list(t(COMPOSER_ITEMS), "; ", items(input)));
    all.push(Fact::single(t(COMPOSER_WITH), counterpart.to_owned()));
    all.push(Fact::single(t(COMPOSER_NOTICE), notice.to_owned()));
    all
}

/// The facts of an invitation.
fn facts(sheet: Sheet, input: &MeetingInput) -> Vec<Fact> {
    let kind = sheet.choices.with_value(|choices| {
        let rule = choices.rules.iter().find(|rule| rule.kind.code == input.kind);
        rule.map(|rule| meeting_words::kind(&rule.kind).to_owned()).unwrap_or_default()
    });
    let form = Form::parse(&input.form).map(words::form).unwrap_or_default();
    let kind: Vec<String> = [kind, form.to_owned()].into_iter().filter(|words| !words.is_empty()).collect();
    let sittings = input.readable_sittings(sheet.clock.today());
    let sittings = sittings.iter().enumerate().map(|(at, sitting)| (at.to_string(), text::sitting(sitting)));
    let rooms = sheet.choices.with_value(|choices| {
        let name = |id: &String| choices.rooms.iter().find(|room| room.id.to_string() == *id);
        input.rooms.iter().filter_map(name).map(|room| room.name.clone()).collect::<Vec<_>>()
    });
    let place = rooms.into_iter().chain([input.place.trim().to_owned()]);
    let place: Vec<String> = place.filter(|name| !name.is_empty()).collect();
    let person = |id: &str| {
        let words = sheet.person(id).map(|person| format!("{}, {}", person.name, person.position));
        words.unwrap_or_default()
    };
    let agency = sheet.agency(&input.agency).map(|agency| agency.name).unwrap_or_default();
    let delegates = input.delegates.iter().filter_map(|code| {
        let (name, _, is_agency) = sheet.delegate(code)?;
        let words = if is_agency { tf(COMPOSER_SENDS_DELEGATE, &[("agency", &name)]) } else { name };
        Some((code.clone(), words))
    });
    let guests = guests_of(input).map(|guest| guest.readable().words()).map(|words| (words.clone(), words));
    let has_sites = input.form != Form::InPerson.code();
    let sites = input.sites.iter().filter(|_| has_sites);
    let sites = sites.filter_map(|id| Some((id.clone(), sheet.agency(id)?.short_name)));
    vec![
        Fact::single(t(COMPOSER_AGENCY), agency),
        Fact::single(t(COMPOSER_KIND), kind.join(", ")),
        Fact::list(t(COMPOSER_TIME), "; ", sittings),
        Fact::single(t(COMPOSER_PLACE), place.join(", ")),
        Fact::single(t(PART_CHAIR), person(&input.chair)),
        Fact::single(t(PART_SECRETARY), person(&input.secretary)),
        Fact::list(t(COMPOSER_DELEGATES), ", ", delegates),
        Fact::list(t(COMPOSER_GUESTS), "; ", guests),
        Fact::list(t(COMPOSER_SITES), ", ", sites),
    ]
}

/// The guests that were typed.
fn guests_of(input: &MeetingInput) -> impl Iterator<Item = &GuestInput> {
    input.guests.iter().filter(|guest| !guest.is_blank())
}

/// The first names, and how many more there are.
fn named(names: &[String], between: &str) -> String {
    let first = names.iter().take(NAMED_AT_MOST).cloned().collect::<Vec<_>>().join(between);
    match names.len().saturating_sub(NAMED_AT_MOST) {
        0 => first,
        rest => tf(PREVIEW_MORE, &[("names", &first), ("n", &rest)]),
    }
}

/// The items of the agenda, each with all that is read of it. One that is new has its words for a key.
fn items(input: &MeetingInput) -> impl Iterator<Item = (String, String)> {
    let items = input.agenda.iter().filter(|item| !item.title.trim().is_empty());
    items.map(|item| {
        let minutes = item.minutes.trim();
        let minutes = if minutes.is_empty() { String::new() } else { tf(AGENDA_MINUTES, &[("n", &minutes)]) };
        let discussion =
            if item.discussion == "on" { t(AGENDA_DISCUSSION).to_owned() } else { String::new() };
        let about = [item.title.trim().to_owned(), minutes, item.presenter.trim().to_owned(), discussion];
        let words = about.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ");
        (if item.id.is_empty() { words.clone() } else { item.id.clone() }, words)
    })
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
