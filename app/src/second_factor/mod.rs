//! The second factor: setting it up on the phone, entering its code when signing in, turning it off.

pub mod calls;
pub mod enter;
pub mod page;
mod section;

pub use calls::{
    BeginSecondFactor, ConfirmSecondFactor, EnterCode, RenewRecoveryCodes, SecondFactor, SecondFactorShown,
    TurnOffSecondFactor,
};
pub use enter::CodePage;
pub use page::SecondFactorPage;
pub use section::section;
