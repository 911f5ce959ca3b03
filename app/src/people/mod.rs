//! Administration of people: who may sign in, with which roles; corrections; first and new passwords, shown once.

pub mod calls;
mod form;
pub mod page;
pub mod person;

pub use calls::{
    AddPerson, ChangePerson, GetPerson, ListPeople, PasswordReport, ResetPassword, SetActive,
    TurnOffSecondFactorOf,
};
pub use page::PeoplePage;
pub use person::PersonPage;
