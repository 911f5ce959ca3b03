//! The room and the child in reality: real processes with their real limits.

#![expect(clippy::unwrap_used, reason = "a test whose files cannot be made has nothing to say")]

mod books;
mod drawn;
mod fields;
mod files;
mod hostile;
mod hostile_sheets;
mod inspector;
mod nested;
mod seen;
mod sheets;
mod stamps;
