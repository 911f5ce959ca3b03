//! The browser's entry point: brings the page that the server rendered to life.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once, by the script in the document's head. Until the page's bundle is here the page works as it came.
#[wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    app::context::read_browser_locale();
    let path = leptos::prelude::window().location().pathname().unwrap_or_default();
    app::bundles::bring_at_last(&path).await;
    leptos::mount::hydrate_body(app::App);
    // Text is there long before the page answers; whoever drives it can wait for this.
    if let Some(html) = leptos::prelude::document().document_element() {
        html.set_attribute("data-hydrated", "").expect("the name of the attribute is valid");
    }
}
