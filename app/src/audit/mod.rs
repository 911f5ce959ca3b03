//! The audit trail: who did what, when, before and after.

pub mod calls;
pub mod page;
mod words;

pub use calls::AuditTrail;
pub use page::AuditPage;
