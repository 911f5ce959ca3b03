//! The site's files in a page: style sheet, fonts, icons and the script that brings the page to life.
//! Knows their roles; their hashed names come with the request.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::bundles::Bundle;
use crate::context::Assets;

/// Faces of the first screen: without them its text would jump.
const FIRST_FONTS: [&str; 4] = [
    "/fonts/be-vietnam-pro-latin-400-normal.woff2",
    "/fonts/be-vietnam-pro-vietnamese-400-normal.woff2",
    "/fonts/be-vietnam-pro-latin-600-normal.woff2",
    "/fonts/be-vietnam-pro-vietnamese-600-normal.woff2",
];

/// Links and scripts of the document's head.
pub(crate) fn head(assets: &Assets) -> impl IntoView + use<> {
    let fonts = FIRST_FONTS
        .map(|font| view! { <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous"/> });
    view! {
        <link rel="stylesheet" href=assets.css.clone()/>
        {fonts.into_iter().collect_view()}
        <link rel="icon" href="/favicon.svg" r#type="image/svg+xml"/>
        <link rel="manifest" href="/manifest.webmanifest"/>
        {start(assets)}
    }
}

/// The inline module that loads the program, when this build has one.
fn start(assets: &Assets) -> impl IntoView + use<> {
    (!assets.js.is_empty()).then(|| {
        let script = format!(
            "import(\"{}\").then(m=>m.default({{module_or_path:\"{}\"}}).then(()=>m.hydrate()))",
            assets.js, assets.wasm
        );
        let page = (!assets.page.is_empty())
            .then(|| view! { <script r#type="module" src=assets.page.clone() nonce=use_nonce()></script> });
        let modules = std::iter::once(&assets.wasm).chain(bundle(assets)).map(|module| {
            view! { <link rel="preload" href=module.clone() r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/> }
        });
        view! {
            <link rel="modulepreload" href=assets.js.clone() nonce=use_nonce()/>
            {modules.collect_view()}
            <script r#type="module" nonce=use_nonce()>{script}</script>
            {page}
        }
    })
}

/// The files of the bundle that the page asked for is in, so that they come beside the main module and not after it.
fn bundle(assets: &Assets) -> impl Iterator<Item = &String> {
    #[cfg(feature = "ssr")]
    let bundle = use_context::<http::request::Parts>().and_then(|parts| Bundle::of(parts.uri.path()));
    #[cfg(not(feature = "ssr"))]
    let bundle: Option<Bundle> = None;
    bundle.and_then(|bundle| assets.bundles.get(bundle.name())).into_iter().flatten()
}
