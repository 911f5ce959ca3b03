//! Administration of meeting rooms.

pub mod calls;
pub mod page;

pub use calls::{AddRoom, AllRooms};
pub use page::RoomsPage;
