//! Lists that a page redraws while somebody works in them. A row belongs to its identifier: it stays the same row, with
//! what was typed, opened or chosen in it, whatever happens to the others.

use std::sync::Arc;

use leptos::prelude::*;
use uuid::Uuid;

/// A row per identifier, in their order. A row is drawn once and follows its content by signals; identifiers have to
/// be different from each other.
///
/// The list that compares rows is compiled for each type of key and row; erased here, all lists share one, which keeps
/// the browser's module small.
pub fn rows(
    ids: impl Fn() -> Vec<Uuid> + Send + Sync + 'static,
    row: impl Fn(Uuid) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    keyed(Box::new(ids), Arc::new(row))
}

fn keyed(
    ids: Box<dyn Fn() -> Vec<Uuid> + Send + Sync>,
    row: Arc<dyn Fn(Uuid) -> AnyView + Send + Sync>,
) -> AnyView {
    view! { <For each=move || ids() key=|id| *id children=move |id| row(id)/> }.into_any()
}
