//! Notices: what a person is shown until they press that they have seen it. Drawn on the pages of other features.

pub mod calls;
mod roles;

pub use calls::{AcknowledgeRole, UnseenNotices};
pub use roles::roles_given;
