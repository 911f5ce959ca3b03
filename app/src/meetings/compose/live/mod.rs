//! The live half of the composer: reading the form as it is typed, checking and keeping soon after, taking presses
//! without leaving the page. Everything here also happens without it, by the plain form.

#[cfg(feature = "hydrate")]
mod address;
#[cfg(feature = "hydrate")]
mod form;
#[cfg(feature = "hydrate")]
mod keep;
#[cfg(feature = "hydrate")]
mod press;

use domain::meetings::Saved;

use super::sheet::Sheet;

/// Makes the form live, in the browser; on the server it does nothing.
pub(super) fn enliven(sheet: Sheet) {
    #[cfg(feature = "hydrate")]
    keep::enliven(sheet);
    #[cfg(not(feature = "hydrate"))]
    let _ = sheet;
}

/// Something was typed or chosen.
pub(super) fn typed(sheet: Sheet) {
    #[cfg(feature = "hydrate")]
    keep::typed(sheet);
    #[cfg(not(feature = "hydrate"))]
    let _ = sheet;
}

/// The sheet was changed from outside its fields: it is drawn anew, checked and kept. `focus` is where the work goes on.
pub(super) fn changed(sheet: Sheet, focus: Option<String>) {
    #[cfg(feature = "hydrate")]
    keep::changed(sheet, focus);
    #[cfg(not(feature = "hydrate"))]
    let _ = (sheet, focus);
}

/// The form is sent: its pressed button is obeyed here, and nothing leaves the page.
pub(super) fn submit(sheet: Sheet, event: &leptos::ev::SubmitEvent) {
    #[cfg(feature = "hydrate")]
    press::submit(sheet, event);
    #[cfg(not(feature = "hydrate"))]
    let _ = (sheet, event);
}

/// Keeps once more what could not be kept.
pub(super) fn keep_again(sheet: Sheet) {
    #[cfg(feature = "hydrate")]
    press::keep_again(sheet);
    #[cfg(not(feature = "hydrate"))]
    let _ = sheet;
}

/// What was typed here takes the place of what somebody else saved.
pub(super) fn go_over(sheet: Sheet, theirs: Saved) {
    #[cfg(feature = "hydrate")]
    press::go_over(sheet, theirs);
    #[cfg(not(feature = "hydrate"))]
    let _ = (sheet, theirs);
}

/// What was typed here becomes a draft of its own, beside what somebody else kept.
pub(super) fn keep_as_copy(sheet: Sheet) {
    #[cfg(feature = "hydrate")]
    press::keep_as_copy(sheet);
    #[cfg(not(feature = "hydrate"))]
    let _ = sheet;
}
