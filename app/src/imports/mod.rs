//! Files of rows: agencies, people, rooms, meetings of the past, figures of years before the system.
//! The file goes to a route of the server; the page shows what came of it.

pub mod calls;
mod changed;
mod format;
pub mod page;
mod report;
mod words;

pub use calls::ImportReportOf;
pub use format::sample;
pub use page::ImportsPage;
