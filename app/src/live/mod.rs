//! The line between an open page of a meeting and the server: opened again by itself however it ends. What is said over
//! it is in `domain::live::wire`; this knows only when it stands, and gives each text on.

#[cfg(feature = "hydrate")]
mod line;
#[cfg(any(feature = "hydrate", test))]
mod retry;

#[cfg(feature = "hydrate")]
pub use line::Line;
