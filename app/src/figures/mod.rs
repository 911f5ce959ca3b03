//! Figures against the two targets. Shows what the report counted and opens every number into its meetings; counts nothing itself.

mod agencies;
mod calls;
mod chart;
mod details;
mod gauges;
mod links;
pub mod page;
mod periods;
mod query;
mod verdict;

pub use calls::*;
pub use page::FiguresPage;
