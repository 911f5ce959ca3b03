//! Administration of the tree of agencies.

pub mod calls;
pub mod field;
pub mod hours;
pub mod page;

pub use calls::{AddAgency, AgencyHours, AgencyTree, ChangeAgency, SetHours};
pub use field::{AgencyField, First, agency_choice, reached};
pub use hours::HoursPage;
pub use page::AgenciesPage;
