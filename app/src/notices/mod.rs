//! Notices: what a person is shown until they acknowledge it. Drawn on the pages of other features.

mod account;
pub mod calls;
mod roles;

pub use account::{account_history, account_news, event_rows};
pub use calls::{AccountEvents, AcknowledgeAccount, AcknowledgeRole, UnseenNotices};
pub use roles::roles_given;
