//! Administration of meeting rooms.

pub mod calls;
pub mod page;
pub mod room;

pub use calls::{AddRoom, ChangeRoom, GetRoom, ListRooms, RestoreRoom, WithdrawRoom};
pub use page::RoomsPage;
pub use room::RoomPage;
