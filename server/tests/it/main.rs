//! The router in process, over a real backend on the embedded database in a folder of its own.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, and says where")]

mod account;
mod addresses;
mod answers;
mod check;
mod corrections;
mod figures;
mod forms;
mod guards;
mod guests;
mod imports;
mod invitation;
mod kill;
mod lists;
mod live;
mod live_shares;
mod manual;
mod markers;
mod nodes;
mod over_pages;
mod pages;
mod papers;
mod people_lists;
mod permission;
mod places;
mod record;
mod refusals;
mod rehearse;
mod roll;
mod second_factor;
mod shares;
mod snapshot;
mod tls;
mod world;
