//! The media server of online meetings: where WebRTC ends, without a thread, a clock or a socket of its own in the
//! room's logic. It will know rooms and streams, and never who may enter them.
