//! The meeting by picture and sound, and the line that every open page of a meeting has to the server: opened again by
//! itself however it ends. What is said over it is in `domain::live::wire`; cameras and connections are the element's
//! (`elements/live-media.js`), which hears and says the same texts.

mod agenda;
mod behind;
pub mod calls;
mod console;
mod controls;
mod dark;
mod devices;
mod element;
mod fullscreen;
#[cfg(any(feature = "hydrate", test))]
mod heard;
mod leave;
#[cfg(feature = "hydrate")]
mod line;
mod look;
pub mod page;
pub mod panel;
mod paper;
mod people;
mod recalled;
mod record;
pub mod rehearse;
mod requests;
#[cfg(any(feature = "hydrate", test))]
mod retry;
mod shape;
mod small;
mod stage;
mod table;
mod told;
mod tool;
mod top;
mod turn;

#[cfg(feature = "hydrate")]
pub use line::Line;
pub use page::LivePage;
pub use panel::PanelPage;
pub use rehearse::RehearsalPage;
