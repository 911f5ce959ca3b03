//! Marking everybody who is left as present: folded, for it is many marks at once. Knows no row.

use domain::attendance::Presence;
use domain::count::Form;
use leptos::prelude::*;
use server_fn::ServerFn;

use super::desk::Desk;
use super::roll_calls::MarkRest;
use super::roll_row::Tallies;
use super::step::Step;
use crate::text::keys::*;
use crate::text::{Text, tf};
use crate::ui::Icon;

/// Marks everybody who is left, once it is asked: it is many marks at once, and each is taken back by itself.
pub(super) fn rest(desk: Desk, tallies: Memo<Tallies>) -> impl IntoView {
    let left = Memo::new(move |_| tallies.with(|tallies| tallies.everybody().not_called));
    let is_left = Memo::new(move |_| left.get() > 0);
    let joins = Memo::new(move |_| desk.meeting.with(|meeting| meeting.form != Form::InPerson));
    move || {
        is_left.get().then(|| {
            view! {
                <details class="menu">
                    <summary class="btn btn--secondary btn--sm">
                        <Icon name="user-check"/>{move || tf(ROLL_MARK_REST, &[("n", &left.get())])}
                    </summary>
                    <div class="menu__pop menu__pop--form stack stack--s">
                        <p>{move || tf(ROLL_MARK_REST_ASK, &[("n", &left.get())])}</p>
                        {as_present(desk, left, &Presence::InRoom, ROLL_MARK_REST_DO)}
                        {move || joins.get().then(|| as_present(desk, left, &Presence::Online, ROLL_MARK_REST_ONLINE))}
                    </div>
                </details>
            }
        })
    }
}

/// The press that marks all of them in one way of being there.
fn as_present(desk: Desk, left: Memo<u32>, presence: &Presence, word: Text) -> impl IntoView + use<> {
    let code = presence.code();
    view! {
        <Step desk path=MarkRest::PATH>
            <input r#type="hidden" name="id" value=desk.id.to_string()/>
            <input r#type="hidden" name="presence" value=code/>
            <button class="btn btn--primary">{move || tf(word, &[("n", &left.get())])}</button>
        </Step>
    }
}
