//! Days off and worked weekends, year by year. Everybody may read them; the system's administrator enters them.

pub mod calls;
pub mod page;

pub use calls::{DeclareWorkYear, DropWorkDay, SetWorkDay, WorkYearCall, WorkYears};
pub use page::WorkDaysPage;
