//! The site's files in a page: style sheet, fonts, icons and the script that brings the page to life.
//! Knows their roles; their hashed names come with the request.

use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::bundles::Bundle;
use crate::context::Assets;

/// Faces of the first screen: without them its text would jump.
const FIRST_FONTS: [&str; 2] = ["/fonts/be-vietnam-pro-400.woff2", "/fonts/be-vietnam-pro-600.woff2"];

/// A browser that does not tell when it has painted is not waited for any longer.
const UNPAINTED_MS: u32 = 4000;

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

/// The small script of every page, and the inline one that loads the program when this build has one.
///
/// The program comes after the first paint: over a weak line the page is read sooner for it, and a browser without script
/// does not fetch what it cannot run. Its modules are asked for together, not one after the other.
fn start(assets: &Assets) -> impl IntoView + use<> {
    (!assets.js.is_empty()).then(|| {
        let modules: Vec<&String> = std::iter::once(&assets.wasm).chain(bundle(assets)).collect();
        let script = format!(
            "let begun;const start=()=>{{if(begun)return;begun=true;\
             for(const href of {modules:?})document.head.prepend(Object.assign(document.createElement('link'),\
             {{rel:'preload',as:'fetch',crossOrigin:'anonymous',href}}));\
             import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()))}};\
             document.hidden?start():setTimeout(start,{UNPAINTED_MS});\
             new PerformanceObserver(start).observe({{type:'paint',buffered:true}})",
            js = assets.js,
            wasm = assets.wasm
        );
        let page = (!assets.page.is_empty())
            .then(|| view! { <script r#type="module" src=assets.page.clone() nonce=use_nonce()></script> });
        view! {
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
