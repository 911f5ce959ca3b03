//! Sites that nobody sits at: real connections with test pictures and test sound, for rehearsing a meeting and for
//! measuring the server. They stand on the other side of the wire, on the library's whole peer connection and its driver for
//! Tokio, and share with the server only the reading of descriptions and of VP8.
//!
//! ```text
//! film → connection (sends) → line → server → line → connection (receives) → meter → watch
//! ```
//! Who signals, and which meeting it is, is not known here.

mod connection;
mod film;
mod line;
mod meter;
mod site;
mod watch;

pub use connection::{Sizes, Told};
pub use site::{Figures, Site, Stage};
pub use watch::{Came, FREEZE, Lateness};
