//! Every use case on both databases: what is allowed, refused, forbidden, concurrent and rolled back.

mod accounts;
mod agencies;
mod attendance;
mod audit;
mod meetings;
mod papers;
mod people;
mod rooms;
mod rules;
mod support;
