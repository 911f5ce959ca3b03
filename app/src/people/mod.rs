//! Administration of people: who may sign in, with which roles; first and new passwords, shown once.

mod add;
pub mod calls;
pub mod page;

pub use calls::{AddPerson, ListPeople, PasswordReport, ResetPassword, SetActive};
pub use page::PeoplePage;
