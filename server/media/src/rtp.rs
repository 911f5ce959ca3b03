//! RTP packets as bytes: reading a header without copying it, writing one. Nothing is kept between packets.
//! What a header means (a rid, a loudness) is for the connection that negotiated it.

/// The longest datagram taken in or sent: an Ethernet frame with the tunnels of an office line.
pub const DATAGRAM: usize = 1500;

/// A received packet, its parts borrowed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Packet<'a> {
    /// The last packet of a picture, or the first after a silence.
    pub marker: bool,
    /// By which the codec is known.
    pub payload_type: u8,
    /// Rises by one a packet.
    pub sequence: u16,
    /// In the codec's clock.
    pub timestamp: u32,
    /// The stream.
    pub ssrc: u32,
    /// Without padding.
    pub payload: &'a [u8],
    profile: u16,
    extensions: &'a [u8],
}

/// The header extensions' form with a byte of id and length each.
const ONE_BYTE: u16 = 0xBEDE;

impl<'a> Packet<'a> {
    /// Reads a packet; `None` when it is not one.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let fixed = bytes.get(..12)?;
        if fixed[0] >> 6 != 2 {
            return None;
        }
        let mut rest = bytes.get(12 + 4 * usize::from(fixed[0] & 0xF)..)?;
        let (mut profile, mut extensions) = (0, &[][..]);
        if fixed[0] & 0x10 != 0 {
            profile = be16(rest.get(..2)?);
            let length = 4 * usize::from(be16(rest.get(2..4)?));
            extensions = rest.get(4..4 + length)?;
            rest = &rest[4 + length..];
        }
        if fixed[0] & 0x20 != 0 {
            let padding = usize::from(*rest.last()?);
            if padding == 0 {
                return None;
            }
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Self {
            marker: fixed[1] & 0x80 != 0,
            payload_type: fixed[1] & 0x7F,
            sequence: be16(&fixed[2..4]),
            timestamp: be32(&fixed[4..8]),
            ssrc: be32(&fixed[8..12]),
            payload: rest,
            profile,
            extensions,
        })
    }

    /// A header extension's value.
    pub fn extension(&self, id: u8) -> Option<&'a [u8]> {
        let two_bytes = match self.profile {
            ONE_BYTE => false,
            profile if profile >> 4 == 0x100 => true,
            _ => return None,
        };
        let mut rest = self.extensions;
        while let Some((&first, after)) = rest.split_first() {
            if first == 0 {
                rest = after;
                continue;
            }
            let (here, length, value) = if two_bytes {
                let (&length, value) = after.split_first()?;
                (first, usize::from(length), value)
            } else if first >> 4 == 15 {
                return None;
            } else {
                (first >> 4, usize::from(first & 0xF) + 1, after)
            };
            if here == id {
                return value.get(..length);
            }
            rest = value.get(length..)?;
        }
        None
    }
}

/// The stream a packet says it is of, before it is believed.
pub fn ssrc(bytes: &[u8]) -> Option<u32> {
    bytes.get(8..12).map(be32)
}

/// A header to be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// See [`Packet::marker`].
    pub marker: bool,
    /// See [`Packet::payload_type`].
    pub payload_type: u8,
    /// See [`Packet::sequence`].
    pub sequence: u16,
    /// See [`Packet::timestamp`].
    pub timestamp: u32,
    /// See [`Packet::ssrc`].
    pub ssrc: u32,
    /// The transport-wide number, with the id of its extension.
    pub transport: Option<(u8, u16)>,
    /// Bytes of padding after the payload; a packet of padding alone measures a line.
    pub padding: u8,
}

impl Header {
    /// Writes the header over what the buffer held.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.clear();
        let flags = 0x80 | (u8::from(self.transport.is_some()) << 4) | (u8::from(self.padding > 0) << 5);
        out.push(flags);
        out.push((u8::from(self.marker) << 7) | self.payload_type);
        out.extend_from_slice(&self.sequence.to_be_bytes());
        out.extend_from_slice(&self.timestamp.to_be_bytes());
        out.extend_from_slice(&self.ssrc.to_be_bytes());
        if let Some((id, number)) = self.transport {
            out.extend_from_slice(&ONE_BYTE.to_be_bytes());
            out.extend_from_slice(&[0, 1, (id << 4) | 1]);
            out.extend_from_slice(&number.to_be_bytes());
            out.push(0);
        }
    }

    /// Writes the padding, after the payload.
    pub fn pad(&self, out: &mut Vec<u8>) {
        if self.padding > 0 {
            out.resize(out.len() + usize::from(self.padding) - 1, 0);
            out.push(self.padding);
        }
    }
}

/// Two bytes, in the network's order.
pub fn be16(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

/// Four bytes, in the network's order.
pub fn be32(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Whether a 16-bit number comes after another, the shorter way round.
pub fn after(a: u16, b: u16) -> bool {
    a != b && a.wrapping_sub(b) < 0x8000
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        marker: true,
        payload_type: 96,
        sequence: 65_535,
        timestamp: 0x0102_0304,
        ssrc: 7,
        transport: Some((3, 0xABCD)),
        padding: 0,
    };

    #[test]
    fn what_is_written_is_read() {
        let mut bytes = vec![9; 3];
        HEADER.write(&mut bytes);
        bytes.extend_from_slice(b"picture");
        let packet = Packet::read(&bytes).unwrap();
        assert_eq!((packet.marker, packet.payload_type, packet.sequence), (true, 96, 65_535));
        assert_eq!((packet.timestamp, packet.ssrc, packet.payload), (0x0102_0304, 7, &b"picture"[..]));
        assert_eq!(packet.extension(3), Some(&[0xAB, 0xCD][..]));
        assert_eq!(packet.extension(4), None);
    }

    #[test]
    fn padding_is_not_payload() {
        let mut bytes = Vec::new();
        let header = Header { padding: 200, ..HEADER };
        header.write(&mut bytes);
        header.pad(&mut bytes);
        assert_eq!(bytes.len(), 12 + 8 + 200);
        assert_eq!(Packet::read(&bytes).unwrap().payload, b"");
    }

    #[test]
    fn no_prefix_of_a_packet_stops_the_reader() {
        let mut bytes = Vec::new();
        HEADER.write(&mut bytes);
        for end in 0..bytes.len() {
            assert!(Packet::read(&bytes[..end]).is_none(), "{end}");
        }
        for wrong in 0..=255u8 {
            let mut torn = bytes.clone();
            torn[15] = wrong;
            torn[16] = wrong;
            let _ = Packet::read(&torn)
                .map(|packet| (0..16).filter(|id| packet.extension(*id).is_some()).count());
        }
    }

    #[test]
    fn numbers_wrap() {
        assert!(after(0, 65_535) && after(5, 4) && !after(4, 5) && !after(4, 4));
    }
}
