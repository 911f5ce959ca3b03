//! The check beside the form: what stands in the way, why and what would fit; each is solved by one press.

use domain::error::Failure;
use domain::meetings::{BusyOf, Conflict, DurationCheck, Holder, Note};
use domain::time::Sitting;
use leptos::prelude::*;

use super::field::folded;
use super::live;
use super::notes::note_words;
use super::overtaken::overtaken;
use super::preview::is_changed;
use super::sheet::Sheet;
use super::step::SlotCode;
use super::targets;
use crate::failure::Problem;
use crate::meetings::words as meeting_words;
use crate::text::keys::*;
use crate::text::{self, Text, t, tf};
use crate::ui::{Badge, BadgeTone, Icon};
use crate::words::busy;

/// The panel: the count, what was refused, the checks, the two buttons.
pub(super) fn panel(sheet: Sheet) -> impl IntoView {
    view! {
        <aside class="cmp__side" aria-label=t(COMPOSER_CHECK)>
            <header>
                <h2 id="check" tabindex="-1">{t(COMPOSER_CHECK)}</h2>
                <p class="hint" id="why" role="status">{move || sum(sheet)}</p>
            </header>
            {move || sheet.failure.get().map(|failure| refused(sheet, failure))}
            {move || missing(sheet)}
            {move || sheet.length().map(|length| duration(&length, sheet.is_held()))}
            {move || blocking(sheet)}
            {move || sheet.check.with(|check| check.targets.as_ref().map(targets::targets))}
            {move || warnings(sheet)}
            {foot(sheet)}
        </aside>
    }
}

/// "2 points to fix, 1 to note", what is missing included.
pub(super) fn sum(sheet: Sheet) -> String {
    let (must, warn) = sheet.counts();
    let open = sheet.open_count();
    let mut parts = Vec::new();
    if sheet.is_unchecked.get() {
        parts.push(t(COMPOSER_UNCHECKED).to_owned());
    }
    if must > 0 {
        parts.push(tf(COMPOSER_MUST_FIX, &[("n", &must)]));
    }
    if open > 0 {
        parts.push(tf(COMPOSER_OPEN_FIELDS, &[("n", &open)]));
    }
    if warn > 0 {
        parts.push(tf(COMPOSER_WARNINGS, &[("n", &warn)]));
    }
    if parts.is_empty() { t(COMPOSER_ALL_GOOD).to_owned() } else { parts.join(", ") }
}

/// Why the last press did not go through; the focus comes here.
fn refused(sheet: Sheet, failure: Failure) -> impl IntoView {
    let told = match failure {
        Failure::Stale => overtaken(sheet).into_any(),
        Failure::Unavailable | Failure::SignedOut => view! {
            <Problem failure/>
            <div class="slots">
                <button class="slot" r#type="button" on:click=move |_| live::keep_again(sheet)>
                    <Icon name="refresh-cw"/>{t(COMPOSER_AGAIN)}
                </button>
            </div>
        }
        .into_any(),
        failure => view! { <Problem failure/> }.into_any(),
    };
    // A page that answers a plain form puts the focus here.
    view! { <div class="check" id="refused" tabindex="-1" autofocus=true>{told}</div> }
}

/// What is not filled in yet, as links to the fields: their names at first, what is to be fixed once it was asked for.
fn missing(sheet: Sheet) -> Option<AnyView> {
    let (open, loose, is_asked) = (sheet.open_fields(), sheet.loose.get(), sheet.shows_missing.get());
    if open.is_empty() && loose.is_empty() {
        return None;
    }
    // Somebody is typed there and not chosen: that is said once.
    let is_loose = |field: &str| loose.iter().any(|loose| loose.field == target_of(field));
    let rows = open
        .iter()
        .filter(|found| !is_loose(&found.field))
        .map(|found| {
            let is_told = is_asked || found.problem != domain::error::Problem::Missing;
            let words = is_told.then(|| format!(": {}", crate::failure::describe_problem(&found.problem)));
            let href = format!("#{}", target_of(&found.field));
            view! { <li><a href=href rel="external"><span>{field_name(&found.field)}{words}</span></a></li> }
        })
        .collect_view();
    let loose = loose
        .into_iter()
        .map(|loose| {
            let href = format!("#{}", loose.field);
            view! { <li><a href=href rel="external"><span>{field_name(loose.field)}": "{loose.words()}</span></a></li> }
        })
        .collect_view();
    let (class, mark) = if is_asked { ("check is-missed", Mark::Must) } else { ("check", Mark::Open) };
    let id = (is_asked && sheet.failure.get().is_none()).then_some("refused");
    Some(
        view! {
            <section class=class id=id tabindex="-1">
                {head("clipboard-pen", t(COMPOSER_MISSING).to_owned(), mark)}
                <ul class="check__list">{rows}{loose}</ul>
            </section>
        }
        .into_any(),
    )
}

/// Where a field's link leads: people are found in other fields than they are kept in.
fn target_of(field: &str) -> String {
    match field {
        "chair" => "add_chair".to_owned(),
        "secretary" => "add_secretary".to_owned(),
        "delegates" => "add".to_owned(),
        "rooms" => "room-0".to_owned(),
        "sites" => "add_site".to_owned(),
        "form" => "top".to_owned(),
        other => other.to_owned(),
    }
}

fn field_name(field: &str) -> &'static str {
    let list = field.split('[').next().unwrap_or(field);
    t(match list {
        "title" => COMPOSER_TITLE,
        "agency" => COMPOSER_AGENCY,
        "kind" => COMPOSER_KIND,
        "form" => COMPOSER_FORM,
        "sittings" => COMPOSER_TIME,
        "rooms" => COMPOSER_ROOM,
        "add_room" => COMPOSER_FIND_ROOM_LABEL,
        "place" => COMPOSER_OTHER_PLACE,
        "sites" => COMPOSER_SITES,
        "chair" | "add_chair" => PART_CHAIR,
        "secretary" | "add_secretary" => PART_SECRETARY,
        "delegates" | "add" | "add_list" => COMPOSER_DELEGATES,
        "guests" | "add_guests" => COMPOSER_GUESTS,
        _ => COMPOSER_ITEMS,
    })
}

/// What a check weighs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open,
    Must,
    Note,
    Good,
}

fn head(icon: &'static str, title: String, mark: Mark) -> impl IntoView {
    let badge = match mark {
        Mark::Open => None,
        Mark::Must => Some(view! { <Badge tone=BadgeTone::Missed text=t(COMPOSER_MUST)/> }),
        Mark::Note => Some(view! { <Badge tone=BadgeTone::Risk text=t(COMPOSER_NOTE)/> }),
        Mark::Good => Some(view! { <Badge tone=BadgeTone::Met text=t(COMPOSER_WITHIN)/> }),
    };
    view! { <h3 class="check__head"><Icon name=icon/>{title}{badge}</h3> }
}

fn slot(value: String, icon: &'static str, words: String) -> impl IntoView {
    view! { <button class="slot" name="then" value=value><Icon name=icon/>{words}</button> }
}

/// A set of sittings on a button, in few words.
fn slot_words(sittings: &[Sitting]) -> String {
    sittings.iter().map(text::sitting).collect::<Vec<_>>().join("; ")
}

fn slots(sets: &[Vec<Sitting>]) -> impl IntoView + use<> {
    sets.iter()
        .map(|sittings| slot(format!("apply_slot:{}", SlotCode(sittings)), "check", slot_words(sittings)))
        .collect_view()
}

fn duration(length: &DurationCheck, is_held: bool) -> impl IntoView + use<> {
    let kind = meeting_words::kind(&length.rule.kind).to_owned();
    let source = view! { <p class="src">{tf(COMPOSER_SOURCE, &[("source", &length.rule.source)])}</p> };
    let count = u32::try_from(length.sessions.len()).unwrap_or(u32::MAX);
    let limit = text::days(length.rule.limit_sessions);
    if !length.is_over() {
        let said =
            tf(COMPOSER_DURATION_GOOD, &[("kind", &kind), ("limit", &limit), ("n", &text::sessions(count))]);
        return view! {
            <section class="check is-met">
                {head("hourglass", t(COMPOSER_DURATION).to_owned(), Mark::Good)}
                <p>{said}</p>
                {source}
            </section>
        }
        .into_any();
    }
    let said =
        tf(COMPOSER_DURATION_OVER, &[("kind", &kind), ("limit", &limit), ("n", &text::sessions(count))]);
    if is_held {
        return view! {
            <section class="check is-risk">
                {head("hourglass", t(COMPOSER_DURATION).to_owned(), Mark::Note)}
                <p>{said}" "{t(COMPOSER_OVER_RECORDED)}</p>
                {source}
            </section>
        }
        .into_any();
    }
    view! {
        <section class="check is-missed">
            {head("hourglass", t(COMPOSER_DURATION).to_owned(), Mark::Must)}
            <p>{said}</p>
            <div class="slots">{slots(&length.fits)}</div>
            {source}
        </section>
    }
    .into_any()
}

/// Rooms and the chair: what is taken, by which meeting, and what is free.
fn blocking(sheet: Sheet) -> impl IntoView {
    sheet.check.with(|check| {
        let blocks: Vec<&Conflict> = check.conflicts.iter().filter(|conflict| conflict.blocks).collect();
        let last = blocks.len().saturating_sub(1);
        let sections = blocks
            .into_iter()
            .enumerate()
            .map(|(at, conflict)| {
                let is_room = matches!(conflict.of, BusyOf::Room(_));
                let rooms = check.free_rooms.iter().filter(|_| is_room).map(|room| {
                    slot(format!("apply_room:{}", room.id), "door-open", tf(COMPOSER_SAME_TIME, &[("room", &room.name)]))
                });
                let rooms = rooms.collect_view();
                let times = (at == last).then(|| slots(&check.free_slots));
                view! {
                    <section class="check is-missed">
                        {head(if is_room { "door-open" } else { "user-x" }, clash_title(&conflict.of), Mark::Must)}
                        <p>{clash(conflict)}</p>
                        <div class="slots">{rooms}{times}</div>
                    </section>
                }
            })
            .collect_view();
        let notes = check.notes.iter().filter(|note| note.blocks()).map(|note| note_section(sheet, note, Mark::Must)).collect_view();
        view! { {sections} {notes} }
    })
}

fn clash_title(of: &BusyOf) -> String {
    match of {
        BusyOf::Room(name) | BusyOf::Site(name) => tf(COMPOSER_ROOM_CLASH, &[("room", name)]),
        BusyOf::Chair(name) => tf(COMPOSER_CHAIR_CLASH, &[("name", name)]),
        BusyOf::Secretary(name) | BusyOf::Delegate(name) => tf(COMPOSER_PERSON_CLASH, &[("name", name)]),
    }
}

/// The conflicting meeting, or only that the time is taken if the caller may not know of it.
fn clash(conflict: &Conflict) -> AnyView {
    let Holder::Meeting(meeting) = &conflict.with else {
        return tf(COMPOSER_TAKEN_UNKNOWN, &[("busy", &busy(&conflict.with))]).into_any();
    };
    let when = text::sitting(&meeting.sitting);
    let then = match conflict.of {
        BusyOf::Room(_) => COMPOSER_HOLDS_ROOM,
        _ => COMPOSER_MEETS_THEN,
    };
    tf(then, &[("title", &meeting.title), ("agency", &meeting.agency), ("when", &when)]).into_any()
}

/// The same in one line of a list.
fn busy_with(holder: &Holder) -> String {
    match holder {
        Holder::Meeting(meeting) => format!("{}, {}", meeting.title, text::sitting(&meeting.sitting)),
        Holder::Hours(_) | Holder::HalfDay(_) => busy(holder),
    }
}

/// Delegates and sites that are taken, and other things worth knowing.
fn warnings(sheet: Sheet) -> impl IntoView {
    sheet.check.with(|check| {
        let (chair, others): (Vec<&Conflict>, Vec<&Conflict>) = check
            .conflicts
            .iter()
            .filter(|conflict| !conflict.blocks)
            .partition(|conflict| matches!(conflict.of, BusyOf::Chair(_)));
        let chair = busy_section(sheet, (&chair, 0), COMPOSER_BUSY_CHAIR_TITLE, COMPOSER_BUSY_CHAIR_WAY);
        let others = (&others[..], check.more_conflicts);
        let busy = busy_section(sheet, others, COMPOSER_BUSY_TITLE, COMPOSER_BUSY_WAY);
        let notes = check
            .notes
            .iter()
            .filter(|note| !note.blocks())
            .map(|note| note_section(sheet, note, Mark::Note))
            .collect_view();
        view! { {chair} {busy} {notes} }
    })
}

/// People and sites that are busy and do not block the invitations, each meeting once; nothing when there are none.
fn busy_section(
    sheet: Sheet,
    (conflicts, more): (&[&Conflict], usize),
    title: Text,
    way: Text,
) -> Option<impl IntoView + use<>> {
    let same_meeting = |one: &&Conflict, next: &&Conflict| one.with == next.with;
    let groups: Vec<_> = conflicts.chunk_by(same_meeting).map(|group| busy_group(sheet, group)).collect();
    let rest = (more > 0).then(|| view! { <p>{tf(COMPOSER_BUSY_MORE, &[("n", &more)])}</p> });
    (!groups.is_empty()).then(|| {
        view! {
            <section class="check is-risk">
                {head("user-x", t(title).to_owned(), Mark::Note)}
                <ul class="check__list">{groups}</ul>
                {rest}
                <p>{t(way)}</p>
            </section>
        }
    })
}

/// Those who are taken by one meeting: many are counted, with the list behind.
fn busy_group(sheet: Sheet, group: &[&Conflict]) -> AnyView {
    let with = busy_with(&group[0].with);
    if let [one] = group {
        return view! { <li><b>{name_of(&one.of).to_owned()}</b>": "{with}</li> }.into_any();
    }
    let sites = group.iter().filter(|conflict| matches!(conflict.of, BusyOf::Site(_))).count();
    let people = group.len() - sites;
    let who = match (sites, people) {
        (0, _) => tf(COMPOSER_BUSY_PEOPLE, &[("n", &people)]),
        (_, 0) => tf(COMPOSER_BUSY_SITES, &[("n", &sites)]),
        _ => tf(COMPOSER_BUSY_BOTH, &[("sites", &sites), ("people", &people)]),
    };
    let names: Vec<&str> = group.iter().map(|conflict| name_of(&conflict.of)).collect();
    let names = view! { <p class="muted">{names.join("; ")}</p> }.into_any();
    view! { <li><b>{who}</b>": "{with}{folded(sheet, "busy", || t(COMPOSER_BUSY_WHO).to_owned(), names)}</li> }
        .into_any()
}

fn name_of(of: &BusyOf) -> &str {
    match of {
        BusyOf::Room(name)
        | BusyOf::Chair(name)
        | BusyOf::Secretary(name)
        | BusyOf::Delegate(name)
        | BusyOf::Site(name) => name,
    }
}

fn note_section(sheet: Sheet, note: &Note, mark: Mark) -> impl IntoView + use<> {
    let (icon, title, body) = note_words(sheet, note);
    let class = if mark == Mark::Must { "check is-missed" } else { "check is-risk" };
    let body = (!body.is_empty()).then(|| view! { <p>{body}</p> });
    view! { <section class=class>{head(icon, title, mark)}{body}</section> }
}

/// Keep and send. Sending says what is to be fixed beside it; whether it goes is decided behind it.
fn foot(sheet: Sheet) -> impl IntoView {
    let is_held_back = move || sheet.counts().0 > 0 || (sheet.shows_missing.get() && sheet.open_count() > 0);
    let word = move || match sheet.stage {
        domain::access::Stage::Scheduled => t(STATE_SEND_CHANGES),
        _ if sheet.is_held() => t(COMPOSER_ENTER),
        _ => t(STATE_SEND),
    };
    view! {
        <footer class="cmp__foot">
            {dropping_changes(sheet)}
            <button class="btn btn--secondary" name="then" value="keep">{t(COMPOSER_KEEP)}</button>
            <button
                class="btn btn--primary"
                name="then"
                value="publish"
                aria-disabled=move || is_held_back().then_some("true")
                aria-describedby="why"
            >
                {word}
            </button>
        </footer>
    }
}

/// Dropping what was changed and not sent, once something is: folded, for what was typed is gone then.
fn dropping_changes(sheet: Sheet) -> impl IntoView {
    let is_changed = Memo::new(move |_| is_changed(sheet));
    let menu = move || {
        view! {
            <details class="menu menu--up">
                <summary class="btn btn--quiet"><Icon name="eraser"/>{t(MEETINGS_DROP_CHANGES)}</summary>
                <div class="menu__pop menu__pop--form">
                    <p>{t(MEETINGS_DROP_CHANGES_FOLLOWS)}</p>
                    <button class="btn btn--danger" name="then" value="drop_changes">{t(MEETINGS_DROP_CHANGES_NOW)}</button>
                </div>
            </details>
        }
    };
    move || is_changed.get().then(menu)
}
