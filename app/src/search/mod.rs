//! Search that knows Vietnamese without marks: meetings, people, rooms, agencies. Finding is the ports' work.

pub mod calls;
pub mod page;

pub use calls::FindAll;
pub use page::SearchPage;
