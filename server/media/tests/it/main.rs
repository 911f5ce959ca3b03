//! The media server met from outside: by whole peer connections of another making, in virtual time and over real sockets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, and says where")]

mod client;
mod loopback;
mod meeting;
mod world;
