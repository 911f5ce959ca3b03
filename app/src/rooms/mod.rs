//! Administration of meeting rooms.

pub mod calls;
pub mod page;
pub mod room;

pub use calls::{AddRoom, AllRooms, ChangeRoom, GetRoom};
pub use page::RoomsPage;
pub use room::RoomPage;
