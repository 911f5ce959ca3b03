//! The media server of online meetings: where WebRTC ends, without a thread, a clock or a socket of its own in the
//! room's logic. It will know rooms and streams, and never who may enter them.

#[cfg(test)]
mod chance;
pub mod command;
pub mod demux;
pub mod estimate;
pub mod framing;
pub mod keyframes;
pub mod levels;
pub mod pace;
pub mod policy;
pub mod rewrite;
pub mod vp8;
