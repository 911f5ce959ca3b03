//! Home: the next meeting and its papers in one tap, what waits, the coming days; and the papers of coming meetings.

pub mod calls;
mod hero;
pub mod page;
pub mod papers;
mod sites;
mod waiting;

pub use calls::{ComingPapers, TodayCall};
pub use page::HomePage;
pub use papers::PapersPage;
