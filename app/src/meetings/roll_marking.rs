//! The mark of one row of the roll while it is made: by a press, by keys, with the reason of an absence. Sends it at once, one
//! after the other, and takes back what was refused. Knows no other row.

use domain::attendance::{CalledBy, Presence};
use domain::error::Failure;
use domain::ids::ParticipantId;
use leptos::html::Input;
use leptos::prelude::*;

use super::desk::Desk;
use super::roll_calls;
use crate::ui::Icon;

/// The mark of one delegate while it is made.
#[derive(Clone, Copy)]
pub(super) struct Marking {
    desk: Desk,
    of: ParticipantId,
    /// As it is kept.
    presence: Memo<Presence>,
    /// As it is chosen.
    pub(super) chosen: RwSignal<Presence>,
    /// Whether what is chosen is not kept: a word that arrow keys pass.
    is_open: StoredValue<bool>,
    /// Whether the choice comes from an arrow key, which cannot reach the third word without passing the second.
    pub(super) is_passing: StoredValue<bool>,
    /// The mark that is sent next.
    next: StoredValue<Option<Presence>>,
    /// Whether one is on its way.
    is_sending: StoredValue<bool>,
    /// Why the last mark of this row was refused.
    pub(super) refused: RwSignal<Option<Failure>>,
}

impl Marking {
    pub(super) fn new(desk: Desk, of: ParticipantId, presence: Memo<Presence>) -> Marking {
        let is_back = desk.typed("of") == of.to_string();
        let chosen = Presence::parse(&desk.typed("presence"), "").filter(|_| is_back);
        let marking = Marking {
            desk,
            of,
            presence,
            is_open: StoredValue::new(chosen.is_some()),
            chosen: RwSignal::new(chosen.unwrap_or_else(|| presence.get_untracked())),
            is_passing: StoredValue::new(false),
            next: StoredValue::new(None),
            is_sending: StoredValue::new(false),
            refused: RwSignal::new(desk.failure.get_untracked().filter(|_| is_back)),
        };
        Effect::new(move |_| {
            let now = presence.get();
            let is_kept = marking.chosen.with_untracked(|chosen| chosen.code() == now.code());
            if is_kept || !marking.is_open.get_value() {
                marking.is_open.set_value(false);
                marking.chosen.set(now);
            }
        });
        marking
    }

    fn choose(self, code: &'static str) {
        self.chosen.set(Presence::parse(code, "").unwrap_or_default());
        self.is_open.set_value(true);
        if !self.is_passing.get_value() {
            self.tell();
        }
    }

    /// Sends what is chosen. An absence is kept at once too; its reason may follow, by the button beside it.
    pub(super) fn tell(self) {
        let chosen = self.chosen.get_untracked();
        if !self.is_open.get_value() {
            return;
        }
        self.is_open.set_value(false);
        self.send(chosen);
    }

    /// Sends why somebody is absent once it is typed, so that it is not lost with the page.
    pub(super) fn tell_why(self, reason: String) {
        let is_absent = self.chosen.with_untracked(|chosen| matches!(chosen, Presence::Absent { .. }));
        let is_kept = self.presence.with_untracked(|kept| kept.reason() == reason.trim());
        if is_absent && !is_kept {
            self.is_open.set_value(false);
            self.send(Presence::Absent { reason });
        }
    }

    /// Sends one mark after the other, so that the last one stays.
    fn send(self, chosen: Presence) {
        self.next.try_set_value(Some(chosen));
        if self.is_sending.try_update_value(|is_sending| std::mem::replace(is_sending, true)) != Some(false) {
            return;
        }
        leptos::task::spawn_local(async move {
            while let Some(chosen) = self.next.try_update_value(Option::take).flatten() {
                self.sent(chosen).await;
            }
            self.is_sending.try_set_value(false);
        });
    }

    async fn sent(self, chosen: Presence) {
        let Marking { desk, of, .. } = self;
        let (code, reason) = (chosen.code().to_owned(), chosen.reason().to_owned());
        match roll_calls::mark(desk.id, of, code, reason, roll_calls::Narrowed::default()).await {
            Ok(()) => {
                desk.failure.try_set(None);
                self.refused.try_set(None);
                // What the next refresh brings is known already: no row is drawn anew for it.
                desk.meeting.try_update(|meeting| {
                    if let Some(row) = meeting.participants.iter_mut().find(|row| row.id == of) {
                        (row.presence, row.called_by) = (chosen, Some(CalledBy::Hand));
                    } else if let Some(row) = meeting.guests.iter_mut().find(|row| row.id == of) {
                        (row.presence, row.called_by) = (chosen, Some(CalledBy::Hand));
                    }
                });
            }
            Err(failure) => {
                if let Some(kept) = self.presence.try_get_untracked() {
                    self.chosen.try_set(kept);
                }
                self.refused.try_set(Some(failure.0.clone()));
                desk.failure.try_set(Some(failure.0));
            }
        }
    }

    /// Arrow keys only move; Space takes the word they stand on, and so does leaving the row.
    pub(super) fn on_key(self, event: &leptos::ev::KeyboardEvent) {
        match event.key().as_str() {
            "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown" => self.is_passing.set_value(true),
            " " => {
                self.is_passing.set_value(false);
                self.tell();
            }
            // Enter sends the form as it stands.
            "Enter" => self.is_open.set_value(false),
            _ => {}
        }
    }

    pub(super) fn word(
        self,
        code: &'static str,
        icon: &'static str,
        word: &'static str,
        radio: NodeRef<Input>,
    ) -> impl IntoView {
        let is_chosen = move || self.chosen.with(|chosen| chosen.code() == code);
        view! {
            <label>
                <input
                    node_ref=radio
                    r#type="radio"
                    name="presence"
                    value=code
                    checked=self.chosen.with_untracked(|chosen| chosen.code() == code)
                    prop:checked=is_chosen
                    required=true
                    on:change=move |_| self.choose(code)
                />
                {move || is_chosen().then(|| view! { <Icon name=icon/> })}
                {word}
            </label>
        }
    }
}

/// Whether the focus stays within what it is leaving a part of.
#[cfg(feature = "hydrate")]
pub(super) fn stays_within(event: &leptos::ev::FocusEvent) -> bool {
    use wasm_bindgen::JsCast;
    let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Element>().ok());
    let row = to.and_then(|to| to.closest(".seg").ok().flatten());
    let from = event.target().and_then(|from| from.dyn_into::<web_sys::Element>().ok());
    from.and_then(|from| from.closest(".seg").ok().flatten()).is_some_and(|from| row == Some(from))
}

#[cfg(not(feature = "hydrate"))]
pub(super) fn stays_within(_: &leptos::ev::FocusEvent) -> bool {
    true
}
