//! The calendar: week, month, rooms by hours. Knows what is on and what is free; composing is the meetings' matter.

mod board;
mod calls;
mod choices;
mod days;
mod event;
mod free;
mod month;
pub mod page;
mod query;
mod tools;
mod week;

pub use calls::*;
pub use page::CalendarPage;
