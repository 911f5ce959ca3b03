//! The program around the pages and the backend: configuration, router, guards, routes, command line.
//! The only crate that sees all the others; wiring lives here and nowhere else, and no rule of the offices does.

pub mod allowance;
pub mod cli;
pub mod clock;
pub mod config;
mod drain;
pub mod fault;
pub mod figures_json;
pub mod guard;
pub mod live;
mod memory;
pub mod network;
mod open_files;
mod outward;
pub mod permission;
pub mod places;
pub mod quota;
pub mod rehearse;
pub mod report_store;
pub mod router;
pub mod routes;
pub mod serve;
pub mod site;
pub mod tls;
pub mod visitor;
