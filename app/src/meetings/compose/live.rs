//! The live half of the composer: reading the form as it is typed, checking and keeping soon after, taking presses
//! without leaving the page. Everything here also happens without it, by the plain form.

use super::sheet::Sheet;

/// Makes the form live, in the browser; on the server it does nothing.
pub(super) fn enliven(sheet: Sheet) {
    #[cfg(feature = "hydrate")]
    browser::enliven(sheet);
    #[cfg(not(feature = "hydrate"))]
    let _ = sheet;
}

/// Something was typed or chosen.
pub(super) fn typed(sheet: Sheet) {
    #[cfg(feature = "hydrate")]
    browser::typed(sheet);
    #[cfg(not(feature = "hydrate"))]
    let _ = sheet;
}

/// The sheet was changed from outside its fields: it is drawn anew, checked and kept. `focus` is where the work goes on.
pub(super) fn changed(sheet: Sheet, focus: Option<String>) {
    #[cfg(feature = "hydrate")]
    browser::changed(sheet, focus);
    #[cfg(not(feature = "hydrate"))]
    let _ = (sheet, focus);
}

/// The form is sent: its pressed button is obeyed here, and nothing leaves the page.
pub(super) fn submit(sheet: Sheet, event: &leptos::ev::SubmitEvent) {
    #[cfg(feature = "hydrate")]
    browser::submit(sheet, event);
    #[cfg(not(feature = "hydrate"))]
    let _ = (sheet, event);
}

/// What was typed here becomes a draft of its own, beside what somebody else kept.
pub(super) fn keep_as_copy(sheet: Sheet) {
    #[cfg(feature = "hydrate")]
    browser::keep_as_copy(sheet);
    #[cfg(not(feature = "hydrate"))]
    let _ = sheet;
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use domain::error::Failure;
    use domain::meetings::{AgendaInput, Delegation, MeetingInput, SittingInput};
    use leptos::prelude::*;
    use leptos::task::spawn_local;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

    use super::super::calls::{self, Found, Kept};
    use super::super::sheet::{Keeping, Sheet};
    use super::super::step::{Step, add_once, meaning};
    use crate::failure::CallError;
    use crate::meetings::calls::publish;

    /// The check waits for a pause in typing: shorter would ask at every key, longer would feel absent.
    const CHECK_AFTER: Duration = Duration::from_millis(300);
    /// A draft is kept after a pause, and at once when its page goes: a machine that fails may cost this much.
    const KEEP_AFTER: Duration = Duration::from_millis(2500);

    pub(super) fn enliven(sheet: Sheet) {
        // What was typed before the program arrived is in the fields already.
        Effect::new(move |_| {
            if sheet.form.get().is_some() {
                typed(sheet);
            }
        });
        keep_on_leaving(sheet);
        // Leaving for another page keeps what the pause has not kept yet.
        on_cleanup(move || {
            if sheet.keeping.get_untracked() == Keeping::Typed && sheet.input.with_untracked(is_worth_keeping)
            {
                let (saved, input) = (sheet.saved.get_untracked(), sheet.input.get_untracked());
                spawn_local(async move {
                    let _ = calls::keep(saved, input).await;
                });
            }
        });
    }

    /// A tab that is closed, or left for another program, keeps at once what the pause has not kept yet.
    fn keep_on_leaving(sheet: Sheet) {
        let is_unkept = move || {
            sheet.keeping.try_get_untracked() == Some(Keeping::Typed)
                && sheet.input.try_with_untracked(is_worth_keeping) == Some(true)
        };
        let hidden = window_event_listener_untyped("visibilitychange", move |_| {
            if is_unkept() && document().visibility_state() == web_sys::VisibilityState::Hidden {
                spawn_local(async move {
                    keep(sheet).await;
                });
            }
        });
        let gone = window_event_listener_untyped("pagehide", move |_| {
            if is_unkept() && last_words(sheet) {
                sheet.keeping.try_set(Keeping::Still);
            }
        });
        on_cleanup(move || {
            hidden.remove();
            gone.remove();
        });
    }

    /// Hands the form to the browser, which sends it after the page is gone; whether it took it. It is the call
    /// `calls::keep` as that would send it.
    fn last_words(sheet: Sheet) -> bool {
        use leptos::server_fn::ServerFn;
        let call = calls::KeepCall { saved: sheet.saved.get_untracked(), input: sheet.input.get_untracked() };
        let Ok(body) = serde_json::to_string(&call) else { return false };
        let kind = web_sys::BlobPropertyBag::new();
        kind.set_type("application/json");
        let parts = web_sys::js_sys::Array::of1(&JsValue::from_str(&body));
        let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &kind);
        blob.is_ok_and(|blob| {
            let sent = window().navigator().send_beacon_with_opt_blob(calls::KeepCall::PATH, Some(&blob));
            sent.unwrap_or(false)
        })
    }

    pub(super) fn typed(sheet: Sheet) {
        if !sheet.is_drawing.get_value() && read(sheet) {
            soon(sheet);
        }
    }

    pub(super) fn changed(sheet: Sheet, focus: Option<String>) {
        // A field that is taken off the page while it is edited says that it changed: by then the form is half drawn.
        sheet.is_drawing.set_value(true);
        sheet.shape.update(|shape| *shape = shape.wrapping_add(1));
        soon(sheet);
        set_timeout(
            move || {
                sheet.is_drawing.try_set_value(false);
                if let Some(id) = focus {
                    focus_on(&id);
                }
            },
            Duration::ZERO,
        );
    }

    /// Checks and keeps after a pause.
    fn soon(sheet: Sheet) {
        sheet.keeping.set(Keeping::Typed);
        let turn = sheet.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        });
        let is_last = move || turn.is_some() && sheet.turn.try_get_value() == turn;
        set_timeout(
            move || {
                if is_last() {
                    spawn_local(check(sheet));
                }
            },
            CHECK_AFTER,
        );
        set_timeout(
            move || {
                if is_last() && sheet.input.with_untracked(is_worth_keeping) {
                    spawn_local(async move {
                        keep(sheet).await;
                    });
                }
            },
            KEEP_AFTER,
        );
    }

    /// An untouched form makes no draft.
    fn is_worth_keeping(input: &MeetingInput) -> bool {
        !input.title.trim().is_empty() || !input.delegates.is_empty()
    }

    async fn check(sheet: Sheet) {
        let turn = sheet.turn.try_get_value();
        let Some(input) = sheet.input.try_get_untracked() else { return };
        if let Ok(check) = calls::checked(sheet.id(), input).await
            && sheet.turn.try_get_value() == turn
        {
            sheet.check.try_set(check);
        }
    }

    /// Keeps the draft; whether it is kept now.
    async fn keep(sheet: Sheet) -> bool {
        // One at a time, or the second would carry a revision that the first has just made old.
        if sheet.keeping.get_untracked() == Keeping::Sending {
            return false;
        }
        let turn = sheet.turn.get_value();
        sheet.keeping.set(Keeping::Sending);
        let outcome = calls::keep(sheet.saved.get_untracked(), sheet.input.get_untracked()).await;
        match outcome {
            Ok(Kept { saved, at }) => {
                let is_new = sheet.saved.get_untracked().is_none();
                sheet.saved.try_set(Some(saved));
                if is_new {
                    name_address(&format!("/meetings/{}/edit", saved.id));
                }
                let is_newest = sheet.turn.try_get_value() == Some(turn);
                sheet.keeping.try_set(if is_newest { Keeping::Kept(at) } else { Keeping::Typed });
                if !is_newest {
                    soon(sheet);
                }
                true
            }
            Err(CallError(failure)) => {
                sheet.keeping.try_set(Keeping::Failed);
                tell(sheet, failure);
                false
            }
        }
    }

    /// The address of a draft that has just been made, so that a reload finds it.
    fn name_address(path: &str) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(path));
        }
    }

    fn tell(sheet: Sheet, failure: Failure) {
        match failure {
            Failure::Invalid(fields) => {
                sheet.shows_missing.try_set(true);
                sheet.check.try_update(|check| check.fields = fields);
            }
            failure => {
                sheet.failure.try_set(Some(failure));
            }
        }
        request_animation_frame(|| focus_on("refused"));
    }

    fn focus_on(id: &str) {
        let element =
            document().get_element_by_id(id).and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(element) = element {
            let _ = element.focus();
        }
    }

    pub(super) fn submit(sheet: Sheet, event: &leptos::ev::SubmitEvent) {
        event.prevent_default();
        read(sheet);
        let pressed = event.submitter().and_then(|button| button.get_attribute("value")).unwrap_or_default();
        let step = Step::parse(&pressed);
        match step {
            Step::Publish => spawn_local(send(sheet)),
            Step::Check => {
                sheet.shows_missing.set(true);
                spawn_local(check(sheet));
            }
            Step::Keep => spawn_local(async move {
                sheet.failure.set(None);
                add_typed(sheet).await;
                keep(sheet).await;
            }),
            Step::AddDelegate | Step::AddSite => spawn_local(add_typed(sheet)),
            step => {
                sheet
                    .choices
                    .with_value(|choices| sheet.input.update(|input| step.apply(input, &choices.agencies)));
                changed(sheet, focus_after(sheet, &step));
            }
        }
    }

    /// Where the work goes on after a step.
    fn focus_after(sheet: Sheet, step: &Step) -> Option<String> {
        let last = |count: usize| count.saturating_sub(1);
        sheet.input.with_untracked(|input| match step {
            Step::AddItem => Some(format!("agenda[{}][title]", last(input.agenda.len()))),
            Step::Up(at) => Some(format!("agenda[{}][title]", at.saturating_sub(1))),
            Step::Down(at) => Some(format!("agenda[{}][title]", (at + 1).min(last(input.agenda.len())))),
            Step::DropItem(at) => Some(format!("agenda[{}][title]", (*at).min(last(input.agenda.len())))),
            Step::AddSitting => Some(format!("sittings[{}][date]", last(input.sittings.len()))),
            Step::DropSitting(_) => Some("sittings[0][date]".to_owned()),
            Step::AddRoom | Step::DropRoom(_) => Some(format!("room-{}", last(input.rooms.len()))),
            Step::DropDelegate(_) | Step::InviteAllCommunes => Some("add".to_owned()),
            Step::DropChair => Some("add_chair".to_owned()),
            Step::DropSecretary => Some("add_secretary".to_owned()),
            Step::DropSite(_) | Step::AddAllCommunes | Step::DropAllSites => Some("add_site".to_owned()),
            Step::ApplySlot(_) | Step::ApplyRoom(_) | Step::MakeOnline => Some("check".to_owned()),
            _ => None,
        })
    }

    /// Keeps, then sends; a refusal is told at the top of the check.
    async fn send(sheet: Sheet) {
        sheet.failure.set(None);
        add_typed(sheet).await;
        if !keep(sheet).await {
            return;
        }
        let Some(saved) = sheet.saved.get_untracked() else { return };
        match publish(saved.id, saved.rev).await {
            Ok(()) => {
                let _ = window().location().set_href(&format!("/meetings/{}", saved.id));
            }
            Err(CallError(failure)) => tell(sheet, failure),
        }
    }

    pub(super) fn keep_as_copy(sheet: Sheet) {
        sheet.saved.set(None);
        sheet.failure.set(None);
        spawn_local(async move {
            keep(sheet).await;
        });
    }

    /// Takes what is typed beside the buttons to where it belongs.
    async fn add_typed(sheet: Sheet) {
        let typed = |id: &str| {
            let field =
                document().get_element_by_id(id).and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
            field.map(|field| field.value()).filter(|text| !text.trim().is_empty())
        };
        let (add, chair, secretary) = (typed("add"), typed("add_chair"), typed("add_secretary"));
        let site = form_data(sheet).map(|data| text(&data, "add_site")).filter(|site| !site.is_empty());
        if add.is_none() && chair.is_none() && secretary.is_none() && site.is_none() {
            return;
        }
        let focus = add.is_some().then(|| "add".to_owned());
        if let Some(found) = first(sheet, add, false).await {
            sheet.input.update(|input| add_once(&mut input.delegates, found.code()));
        }
        if let Some(Delegation::Person(id)) = first(sheet, chair, true).await {
            sheet.input.update(|input| input.chair = id.to_string());
        }
        if let Some(Delegation::Person(id)) = first(sheet, secretary, true).await {
            sheet.input.update(|input| input.secretary = id.to_string());
        }
        if let Some(site) = site {
            sheet.input.update(|input| add_once(&mut input.sites, site));
        }
        changed(sheet, focus);
    }

    async fn first(sheet: Sheet, text: Option<String>, only_people: bool) -> Option<Delegation> {
        match calls::find(text?, only_people).await.ok()?.into_iter().next()? {
            Found::Agency(agency) => Some(Delegation::Agency(agency.id)),
            Found::Person(person) => {
                let id = person.id;
                sheet.meet(person);
                Some(Delegation::Person(id))
            }
        }
    }

    fn form_data(sheet: Sheet) -> Option<FormData> {
        let form: HtmlFormElement = sheet.form.get_untracked()?;
        FormData::new_with_form(&form).ok()
    }

    fn text(data: &FormData, name: &str) -> String {
        data.get(name).as_string().unwrap_or_default()
    }

    fn texts(data: &FormData, name: &str) -> Vec<String> {
        data.get_all(name).iter().filter_map(|value| value.as_string()).collect()
    }

    /// Takes what the form holds now; whether that is news.
    fn read(sheet: Sheet) -> bool {
        let Some(data) = form_data(sheet) else { return false };
        let row = |list: &str, at: usize, field: &str| text(&data, &format!("{list}[{at}][{field}]"));
        let rows = |list: &str, field: &str| {
            (0..).take_while(|at| data.has(&format!("{list}[{at}][{field}]"))).count()
        };
        let sittings = (0..rows("sittings", "date")).map(|at| SittingInput {
            date: row("sittings", at, "date"),
            from: row("sittings", at, "from"),
            to: row("sittings", at, "to"),
        });
        let agenda = (0..rows("agenda", "title")).map(|at| AgendaInput {
            id: row("agenda", at, "id"),
            title: row("agenda", at, "title"),
            minutes: row("agenda", at, "minutes"),
            presenter: row("agenda", at, "presenter"),
            discussion: row("agenda", at, "discussion"),
        });
        let input = MeetingInput {
            title: text(&data, "title"),
            agency: text(&data, "agency"),
            kind: text(&data, "kind"),
            form: text(&data, "form"),
            side: text(&data, "side"),
            counterpart: text(&data, "counterpart"),
            unexpected: text(&data, "unexpected"),
            sittings: sittings.collect(),
            rooms: texts(&data, "rooms[]"),
            place: text(&data, "place"),
            sites: texts(&data, "sites[]"),
            chair: text(&data, "chair"),
            secretary: text(&data, "secretary"),
            delegates: texts(&data, "delegates[]"),
            agenda: agenda.collect(),
        };
        let is_news = sheet.input.with_untracked(|old| meaning(old) != meaning(&input));
        if sheet.input.with_untracked(|old| *old != input) {
            sheet.input.set(input);
        }
        is_news
    }
}
