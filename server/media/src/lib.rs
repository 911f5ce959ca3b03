//! The media server of online meetings: where WebRTC ends. It knows rooms, seats and streams, and never who may enter
//! them, nor names.
//!
//! One thread ([`start`]) owns the sockets and the clock; everything behind it, from [`rooms`] down, is fed with
//! datagrams, commands and `now`, so that a test runs a meeting in virtual time. The rules ([`policy`], [`levels`],
//! [`estimate`], [`pace`], [`rewrite`]) know no protocol; the protocols ([`peer`], [`sdp`], [`rtcp`], [`twcc`]) know no rule;
//! a room is where they meet.

#[cfg(test)]
mod chance;
pub mod command;
pub mod demux;
pub mod estimate;
pub mod framing;
#[cfg(any(test, feature = "fuzz"))]
pub mod fuzz;
pub mod keyframes;
pub mod levels;
pub mod pace;
pub mod peer;
pub mod policy;
pub mod rewrite;
mod room;
pub mod rooms;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
mod settings;
pub mod sites;
pub mod twcc;
pub mod vp8;
pub mod wire;

pub use command::{Command, Event, Seat};
pub use settings::{Limits, Settings};
pub use wire::{Busy, Events, Media, StartError, start};
