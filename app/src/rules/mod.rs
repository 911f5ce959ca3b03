//! The law as rows: kinds of meeting, their limits, sources and validity.

pub mod calls;
pub mod page;

pub use calls::{AddRule, AllRules, SetHybrid};
pub use page::RulesPage;
