//! The meeting by picture and sound, and the line that every open page of a meeting has to the server: opened again by
//! itself however it ends. What is said over it is in `domain::live::wire`; cameras and connections are the element's
//! (`elements/live-media.js`), which hears and says the same texts.

mod behind;
pub mod calls;
mod controls;
mod devices;
mod fullscreen;
#[cfg(any(feature = "hydrate", test))]
mod heard;
#[cfg(feature = "hydrate")]
mod line;
pub mod page;
mod paper;
mod people;
mod recalled;
mod record;
pub mod rehearse;
#[cfg(any(feature = "hydrate", test))]
mod retry;
mod stage;
mod table;
mod top;

#[cfg(feature = "hydrate")]
pub use line::Line;
pub use page::LivePage;
pub use rehearse::RehearsalPage;
