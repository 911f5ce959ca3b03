//! The hall's display. Shows what the secretariat says and who is in; changes nothing.

mod calls;
mod display;
#[cfg(feature = "hydrate")]
mod live;
pub mod page;
#[cfg(feature = "ssr")]
mod qr;

pub use calls::*;
pub use display::{Code, Display, Line, Picture};
pub use page::HallPage;
