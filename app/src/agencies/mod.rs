//! Administration of the tree of agencies.

pub mod calls;
pub mod page;

pub use calls::{AddAgency, AgencyTree};
pub use page::AgenciesPage;
