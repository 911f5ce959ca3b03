//! Trying before a meeting: the page, one trial, and what all sites found.

mod overview;
pub mod page;
mod telling;
mod trial;

pub use page::RehearsalPage;
