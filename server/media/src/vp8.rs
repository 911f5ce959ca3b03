//! The payload descriptor of VP8 over RTP (RFC 7741): what a forwarder must read and may write of it, and what the
//! first bytes of a frame say (RFC 6386). Refuses to know RTP headers, streams and what follows a frame's header.
//! Reads any bytes without panicking; a payload it cannot read is `None`, and the packet is not VP8.

/// Picture ids are 15 bits wide in the wide form, 7 bits in the narrow one.
pub const PICTURE_IDS: u16 = 1 << 15;

/// A descriptor as found, with the places of the fields that a forwarder writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Bytes the descriptor takes; the VP8 payload follows.
    pub len: u8,
    /// The packet begins a partition.
    pub starts_partition: bool,
    /// Number of the partition, 0 for the one that carries the frame's header.
    pub partition: u8,
    /// No later frame refers to this one: it may be dropped without harm.
    pub is_disposable: bool,
    /// The number of the picture.
    pub picture: Option<Picture>,
    /// Running number of the frames of the base temporal layer.
    pub base: Option<u8>,
    /// Temporal layer, 0 for the base.
    pub temporal: Option<u8>,
    /// The frame refers to the base layer only, so that a receiver may climb to its layer here.
    pub is_layer_sync: bool,
    /// Running number of keyframes, 5 bits.
    pub key: Option<u8>,
    at_picture: u8,
    at_base: u8,
    at_key: u8,
}

/// A picture id with the width in which its sender writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The number, at most 127 in the narrow form.
    pub id: u16,
    /// Written in 15 bits instead of 7.
    pub is_wide: bool,
}

/// New values for the fields of a descriptor; a field that the descriptor lacks is left alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fields {
    /// Written in as many bits as the sender used.
    pub picture: u16,
    /// TL0PICIDX.
    pub base: u8,
    /// KEYIDX, of which five bits count.
    pub key: u8,
}

/// Reads the descriptor at the front of an RTP payload.
#[must_use]
pub fn parse(payload: &[u8]) -> Option<Descriptor> {
    let first = *payload.first()?;
    let mut found = Descriptor {
        len: 1,
        starts_partition: first & 0x10 != 0,
        partition: first & 0x07,
        is_disposable: first & 0x20 != 0,
        picture: None,
        base: None,
        temporal: None,
        is_layer_sync: false,
        key: None,
        at_picture: 0,
        at_base: 0,
        at_key: 0,
    };
    if first & 0x80 != 0 {
        found.extend(payload)?;
    }
    // A descriptor alone is no payload: nothing of a frame would follow.
    (payload.len() > usize::from(found.len)).then_some(found)
}

impl Descriptor {
    /// The optional fields, in the order in which they stand.
    fn extend(&mut self, payload: &[u8]) -> Option<()> {
        let extension = *payload.get(1)?;
        let mut at: u8 = 2;
        if extension & 0x80 != 0 {
            let high = *payload.get(usize::from(at))?;
            self.at_picture = at;
            if high & 0x80 != 0 {
                let low = *payload.get(usize::from(at) + 1)?;
                let id = u16::from(high & 0x7f) << 8 | u16::from(low);
                self.picture = Some(Picture { id, is_wide: true });
                at += 2;
            } else {
                self.picture = Some(Picture { id: u16::from(high), is_wide: false });
                at += 1;
            }
        }
        if extension & 0x40 != 0 {
            self.base = Some(*payload.get(usize::from(at))?);
            self.at_base = at;
            at += 1;
        }
        if extension & 0x30 != 0 {
            let byte = *payload.get(usize::from(at))?;
            if extension & 0x20 != 0 {
                self.temporal = Some(byte >> 6);
                self.is_layer_sync = byte & 0x20 != 0;
            }
            if extension & 0x10 != 0 {
                self.key = Some(byte & 0x1f);
                self.at_key = at;
            }
            at += 1;
        }
        self.len = at;
        Some(())
    }

    /// Whether the packet is the first of a frame.
    #[must_use]
    pub fn starts_frame(&self) -> bool {
        self.starts_partition && self.partition == 0
    }

    /// Whether the packet is the first of a keyframe, where alone a receiver can begin.
    #[must_use]
    pub fn starts_keyframe(&self, payload: &[u8]) -> bool {
        self.starts_frame() && payload.get(usize::from(self.len)).is_some_and(|byte| byte & 0x01 == 0)
    }

    /// Width and height, when the packet is the first of a keyframe and carries its whole header.
    #[must_use]
    pub fn size(&self, payload: &[u8]) -> Option<(u16, u16)> {
        if !self.starts_keyframe(payload) {
            return None;
        }
        // Three bytes of frame tag, three of start code, two of width and two of height, each with two bits of scale.
        let header = payload.get(usize::from(self.len)..)?.first_chunk::<10>()?;
        if header[3..6] != [0x9d, 0x01, 0x2a] {
            return None;
        }
        let side = |low: u8, high: u8| u16::from_le_bytes([low, high]) & 0x3fff;
        Some((side(header[6], header[7]), side(header[8], header[9])))
    }

    /// Writes new values into the payload this descriptor was read from. The length never changes, so this works in
    /// place; in any other payload it writes within bounds or not at all.
    pub fn patch(&self, payload: &mut [u8], fields: Fields) {
        if let Some(picture) = self.picture {
            let at = usize::from(self.at_picture);
            let [high, low] = fields.picture.to_be_bytes();
            if picture.is_wide {
                if let Some(place) = payload.get_mut(at..at + 2) {
                    place.copy_from_slice(&[0x80 | high, low]);
                }
            } else if let Some(place) = payload.get_mut(at) {
                *place = low & 0x7f;
            }
        }
        if let Some(place) = payload.get_mut(usize::from(self.at_base)).filter(|_| self.base.is_some()) {
            *place = fields.base;
        }
        if let Some(place) = payload.get_mut(usize::from(self.at_key)).filter(|_| self.key.is_some()) {
            *place = *place & 0xe0 | fields.key & 0x1f;
        }
    }
}

#[cfg(test)]
mod tests;
