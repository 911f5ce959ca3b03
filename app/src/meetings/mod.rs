//! Meetings: the list, one meeting with its agenda, delegates and sites, and the composer. Knows how meetings are shown
//! and typed; what is allowed and what clashes comes from behind the port.

mod actions;
mod agenda;
mod asides;
pub mod calls;
mod changes;
pub mod compose;
mod correct;
mod desk;
mod filter;
#[cfg(feature = "hydrate")]
mod follow;
mod head;
pub mod invitation;
pub mod list;
mod narrow;
pub mod page;
mod papers;
mod record;
pub mod record_calls;
mod roll;
mod roll_add;
pub mod roll_calls;
mod roll_marking;
mod roll_narrow;
mod roll_rest;
mod roll_row;
mod sites;
mod step;
pub(crate) mod words;

pub use compose::{EditPage, NewPage};
pub use list::ListPage;
pub use page::{MeetingPage, RollPage};
