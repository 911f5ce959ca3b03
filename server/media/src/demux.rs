//! What a datagram is, by its first bytes (RFC 7983, RFC 5761), and for whom a STUN request is, by its username
//! fragment. Everything that comes to the port passes here first, so it reads nothing beyond its slice, keeps nothing and
//! allocates nothing. Refuses to know connections, and to check what only a key can prove.

/// The kind of a datagram. What fits none of them is dropped without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole STUN message with the magic cookie and its own length.
    Stun,
    /// A DTLS record, at least its header.
    Dtls,
    /// An RTP packet, at least its fixed header.
    Rtp,
    /// A compound of RTCP, at least the header and sender of the first packet.
    Rtcp,
}

/// The username of a STUN request: whom it is for, then from whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Username<'a> {
    /// The fragment that we gave out: the key to the connection.
    pub ours: &'a str,
    /// The fragment of the other side.
    pub theirs: &'a str,
}

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const STUN_HEADER: usize = 20;
const DTLS_HEADER: usize = 13;
const RTP_HEADER: usize = 12;
const RTCP_HEADER: usize = 8;
const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const USERNAME: u16 = 0x0006;
/// RFC 8445 lets a fragment be 4 to 256 characters long; RFC 8489 ends a username at 508 bytes.
const FRAGMENT: std::ops::RangeInclusive<usize> = 4..=256;

/// The kind of a datagram, or `None` for what nobody who means well sends.
#[must_use]
pub fn kind(datagram: &[u8]) -> Option<Kind> {
    match *datagram.first()? {
        0..=3 => is_stun(datagram).then_some(Kind::Stun),
        20..=63 => (datagram.len() >= DTLS_HEADER).then_some(Kind::Dtls),
        // The second byte of RTCP is a packet type from 192 to 223; in RTP, marker and type never share those values.
        128..=191 => match *datagram.get(1)? {
            192..=223 => (datagram.len() >= RTCP_HEADER).then_some(Kind::Rtcp),
            _ => (datagram.len() >= RTP_HEADER).then_some(Kind::Rtp),
        },
        _ => None,
    }
}

fn is_stun(datagram: &[u8]) -> bool {
    let Some(header) = datagram.first_chunk::<STUN_HEADER>() else { return false };
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    header[4..8] == MAGIC_COOKIE && length.is_multiple_of(4) && STUN_HEADER + length == datagram.len()
}

/// Whether the datagram is a binding request, the only STUN message that may come from an address not yet known.
#[must_use]
pub fn is_binding_request(datagram: &[u8]) -> bool {
    is_stun(datagram) && datagram.starts_with(&BINDING_REQUEST)
}

/// The username of a binding request, if it is one and is addressed as ICE does.
#[must_use]
pub fn username(datagram: &[u8]) -> Option<Username<'_>> {
    if !is_binding_request(datagram) {
        return None;
    }
    let mut rest = datagram.get(STUN_HEADER..)?;
    while let Some((header, after)) = rest.split_first_chunk::<4>() {
        let kind = u16::from_be_bytes([header[0], header[1]]);
        let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
        let value = after.get(..length)?;
        if kind == USERNAME {
            return fragments(value);
        }
        // Attributes are padded to four bytes; what is left is strictly shorter, so this ends.
        rest = after.get(length.next_multiple_of(4)..)?;
    }
    None
}

fn fragments(value: &[u8]) -> Option<Username<'_>> {
    let (ours, theirs) = std::str::from_utf8(value).ok()?.split_once(':')?;
    let is_fragment = |text: &str| {
        FRAGMENT.contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
    };
    (is_fragment(ours) && is_fragment(theirs)).then_some(Username { ours, theirs })
}

/// The stream of an RTP packet, to count and route it before anything is decrypted.
#[must_use]
pub fn ssrc(datagram: &[u8]) -> Option<u32> {
    if kind(datagram) != Some(Kind::Rtp) {
        return None;
    }
    Some(u32::from_be_bytes(*datagram.get(8..)?.first_chunk()?))
}

#[cfg(test)]
mod tests;
