//! A state as pages are told it: whole to a page that comes, to the others what is other than they know.

use std::sync::{Arc, OnceLock};

use axum::extract::ws::Utf8Bytes;
use domain::live::wire::{State, ToPage};

use super::room::written;

/// A state, and its texts. What most pages are sent is written once for all of them.
pub(super) struct Telling {
    state: State,
    whole: OnceLock<Utf8Bytes>,
    /// What leads on from the state that was told before, and that one's version.
    update: Option<(u64, Utf8Bytes)>,
}

impl Telling {
    pub(super) fn of(state: State, before: Option<&Telling>) -> Arc<Telling> {
        let update = before.map(|before| (before.state.version, text_since(&state, &before.state)));
        Arc::new(Telling { state, whole: OnceLock::new(), update })
    }

    /// The text for a page that was told the state `last` over its socket, or none yet.
    pub(super) fn text(&self, last: Option<&Telling>) -> Utf8Bytes {
        match (last, &self.update) {
            (None, _) => self.whole().clone(),
            (Some(last), Some((before, update))) if *before == last.state.version => update.clone(),
            (Some(last), _) => text_since(&self.state, &last.state),
        }
    }

    /// The text for a page that was told the state before.
    pub(super) fn usual(&self) -> &Utf8Bytes {
        self.update.as_ref().map_or_else(|| self.whole(), |(_, update)| update)
    }

    fn whole(&self) -> &Utf8Bytes {
        self.whole.get_or_init(|| written(&ToPage::State(self.state.clone())).into())
    }
}

fn text_since(state: &State, before: &State) -> Utf8Bytes {
    written(&ToPage::Update(state.since(before))).into()
}
