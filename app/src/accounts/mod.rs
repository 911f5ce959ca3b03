//! Signing in, the first administrator, one's own account and sessions.

pub mod calls;
pub mod first_password;
pub mod more;
pub mod page;
pub mod sign_in;

pub use calls::{ChangePassword, ClaimFirst, IsFirst, OwnSessions, SignIn, SignOut, SignOutEverywhere};
pub use first_password::ChoosePasswordPage;
pub use more::{AdminPage, MorePage};
pub use page::AccountPage;
pub use sign_in::{FirstPage, SignInPage, SignedInPage};
