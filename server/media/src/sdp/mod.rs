//! Session descriptions: reading a client's, writing the server's answer to its sending connection and the server's
//! offer of the receiving one. Text in, text out; which stream means whom is not said in them.
//!
//! Only what the media server needs is understood: Opus and VP8, bundled over one encrypted way, RTCP beside RTP.

mod read;
mod write;

pub use read::{Codec, Description, Direction, Extension, Kind, Section, read};
pub use write::{Candidate, Offered, Ours, answer, offer};

/// The codecs' names as [`read`] gives them.
pub mod codec {
    /// Voices.
    pub const OPUS: &str = "OPUS/48000/2";
    /// Voices with what they said before (RFC 2198).
    pub const RED: &str = "RED/48000/2";
    /// Pictures.
    pub const VP8: &str = "VP8/90000";
}

/// Header extensions the server understands.
pub mod extension {
    /// Which m-line a packet belongs to.
    pub const MID: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
    /// Which size of a camera it is.
    pub const RID: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
    /// Which size of a camera it repeats.
    pub const REPAIRED_RID: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
    /// How loud a voice is.
    pub const LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    /// The transport-wide number.
    pub const TRANSPORT: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

    /// All of them, as they are answered.
    pub const ALL: [&str; 5] = [MID, RID, REPAIRED_RID, LEVEL, TRANSPORT];
}

/// The server's own payload types, as it offers them.
pub mod payload {
    /// Voices.
    pub const OPUS: u8 = 111;
    /// Voices with what they said before.
    pub const RED: u8 = 63;
    /// Pictures.
    pub const VP8: u8 = 96;
    /// Repeats of pictures.
    pub const RTX: u8 = 97;
    /// The id of the transport-wide number.
    pub const TRANSPORT_ID: u8 = 3;
}

#[cfg(test)]
mod tests;
