//! Every use case on both databases: what is allowed, refused, forbidden, concurrent and rolled back.

mod agencies;
mod audit;
mod meetings;
mod rules;
mod support;
