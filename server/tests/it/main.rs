//! The router in process, over a real backend on the embedded database in a folder of its own.

mod figures;
mod guards;
mod manual;
mod papers;
mod permission;
mod snapshot;
mod world;
