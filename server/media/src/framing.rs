//! Datagrams over a stream of bytes (RFC 4571): two bytes of length, then the datagram. Each TCP connection of a client
//! behind a firewall is read through one `Frames`. Refuses to know sockets; holds one fixed buffer and never grows, so a
//! lying length costs its sender the connection and us nothing.

/// Nothing that WebRTC sends is longer: a datagram keeps below the Ethernet frame, some DTLS flights come near.
pub const LONGEST: usize = 2048;

/// Two datagrams of the longest kind, so that a read takes in the rest of one and the beginning of the next.
const BUFFER: usize = 2 * (LONGEST + 2);

/// The bytes cannot be frames of ours; the connection is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong {
    /// What the two bytes said.
    pub said: u16,
}

/// The receiving side of one connection.
#[derive(Debug)]
pub struct Frames {
    buffer: Box<[u8; BUFFER]>,
    /// First byte not yet given out.
    from: usize,
    /// End of what was received.
    to: usize,
}

impl Default for Frames {
    fn default() -> Self {
        Self { buffer: Box::new([0; BUFFER]), from: 0, to: 0 }
    }
}

impl Frames {
    /// Room to read into; never empty when `take` has been called until it gave `None`. Say with `filled` how much came.
    pub fn space(&mut self) -> &mut [u8] {
        if self.from > 0 {
            self.buffer.copy_within(self.from..self.to, 0);
            self.to -= self.from;
            self.from = 0;
        }
        &mut self.buffer[self.to..]
    }

    /// So many bytes have been read into `space`; more than there was room for counts as that.
    pub fn filled(&mut self, bytes: usize) {
        self.to = self.to.saturating_add(bytes).min(BUFFER);
    }

    /// The next whole datagram, `None` until more has come. Empty frames, which are allowed to keep a connection open,
    /// are passed over.
    pub fn take(&mut self) -> Result<Option<&[u8]>, TooLong> {
        loop {
            let Some(&[high, low]) = self.buffer[self.from..self.to].first_chunk::<2>() else {
                return Ok(None);
            };
            let said = u16::from_be_bytes([high, low]);
            let length = usize::from(said);
            if length > LONGEST {
                return Err(TooLong { said });
            }
            let (begin, end) = (self.from + 2, self.from + 2 + length);
            if end > self.to {
                return Ok(None);
            }
            self.from = end;
            if length > 0 {
                return Ok(Some(&self.buffer[begin..end]));
            }
        }
    }
}

/// The two bytes before a datagram of this length, or `None` if it is too long to be sent.
#[must_use]
pub fn header(length: usize) -> Option<[u8; 2]> {
    let said = u16::try_from(length).ok().filter(|_| length <= LONGEST)?;
    Some(said.to_be_bytes())
}

#[cfg(test)]
mod tests;
