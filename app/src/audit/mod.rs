//! The audit trail: who did what, when, before and after.

pub mod calls;
pub mod page;
#[cfg(feature = "ssr")]
mod values;
mod words;

pub use calls::AuditTrail;
pub use page::AuditPage;
