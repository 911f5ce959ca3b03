//! Administration of the tree of agencies.

pub mod calls;
pub mod field;
pub mod page;

pub use calls::{AddAgency, AgencyTree};
pub use field::AgencyField;
pub use page::AgenciesPage;
